"""The shipped figures on which most rests, to the printed digit and with their document."""

import numpy as np
import pytest

from changji_analysis.dataset import Dataset


@pytest.fixture(scope="module")
def data():
    return Dataset(private=False)


@pytest.fixture(scope="module")
def scored(data):
    frame = data.precedents
    return frame[frame["scored"].eq("yes")]


def row(frame, area, indicator, year):
    key = frame["area"].eq(area) & frame["indicator"].eq(indicator) & frame["year"].eq(year)
    return frame[key].squeeze()


def test_the_firms_of_2025_are_a_limit_and_no_point(data):
    firms = data.history("新疆", "hightech_firms")
    assert firms.loc[2020:].to_dict() == {2020: 834, 2021: 954, 2022: 1368, 2023: 1911, 2024: 2529}
    assert firms.attrs["limits"] == {2025: (3229, np.inf)} == {2025: (firms[2024] + 700, np.inf)}
    shown = row(data.statistics, "新疆", "hightech_firms", 2025)
    assert shown["as_printed"] == "净增700家以上"
    document = data.sources.set_index("id").loc[shown["source"]]
    assert (document["publisher"], document["title"]) == (
        "新疆维吾尔自治区人民政府",
        "政府工作报告（2026年）",
    )
    assert document["published"] == "2026-02-12" and document["copy"] == "yes"
    assert data.at("2026-02-11").history("新疆", "hightech_firms").attrs["limits"] == {}


def test_no_growth_is_computed_across_two_sources(data):
    spending = data.history("新疆", "rd_expenditure")
    assert spending.loc[[2020, 2023, 2024]].tolist() == [61.6, 115.5, 138.5]
    assert 2024 in spending.attrs["breaks"]


def test_certificate_sums_against_the_stocks_that_reports_of_2026_print(data):
    counted = data.peers("hightech_firms")
    both = {area: data.history(area, "hightech_firms") for area in ("浙江", "河北")}
    assert both["浙江"].loc[[2020, 2025]].tolist() == [22_000, 49_000]
    assert both["河北"].loc[[2020, 2025]].tolist() == [9_400, 15_500]
    for area, printed in both.items():
        assert counted.at[2020, area] / printed[2020] == pytest.approx(1, abs=0.1)
    region = data.history("新疆", "hightech_firms")
    assert counted.at[2024, "新疆"] / region[2024] == pytest.approx(1.096, abs=0.001)
    assert data.history("江苏", "hightech_firms").attrs["limits"] == {2025: (61_000, np.inf)}


def test_who_counts_only_part_of_what_the_target_counts_has_no_point(data):
    """The nine bases are of one level; of the six carriers two print no level."""
    assert data.history("昌吉市", "science_bases").attrs["limits"] == {2020: (9, np.inf)}
    assert data.history("昌吉市", "incubators").attrs["limits"] == {2020: (-np.inf, 6)}
    card = data.scorecard[data.scorecard["default"]].set_index("id").loc[["t07", "t09"]]
    assert card["verdict"].eq("insufficient_evidence").all() and card["probability"].isna().all()
    assert card["reading"].tolist() == ["all_six", "like_for_like"]


def test_no_provincial_intensity_target_of_several_years_above_its_base_was_attained(scored):
    ours = scored[scored["indicator"].eq("rd_intensity") & scored["area_level"].eq("province")]
    met = ours[ours["status"].eq("attained")]
    assert met[["area", "target_year"]].to_numpy().tolist() == [
        ["浙江", 2020], ["浙江", 2021], ["天津", 2022],
    ]  # fmt: skip
    several = met["target_year"] - met["base_year"] > 1
    assert not (several & (met["target"] > met["base_value"])).any()
    assert ours["status"].eq("missed").sum() == 10


def test_targets_for_firms_were_nearly_all_attained_say_those_who_set_them(scored):
    firms = scored[scored["indicator"].eq("hightech_firms")]
    assert firms["status"].value_counts().to_dict() == {"attained": 9, "missed": 1}
    assert firms["reported_by"].value_counts().idxmax() == "government"
    assert scored["reported_by"].ne("").all()


def test_an_outcome_counts_from_its_publication(data):
    def known(day):
        frame = data.at(day).precedents
        return frame[frame["scored"].eq("yes") & frame["indicator"].eq("hightech_firms")]["area"]

    assert set(known("2026-02-05")) - set(known("2026-02-04")) == {"江西", "湖北"}
    assert set(known("2021-12-31")) == {"湖南"}  # without a date of its own
    assert len(known(None)) == 10


def test_the_citys_other_target_is_context(data):
    own = data.precedents[data.precedents["area"].eq("昌吉市")]
    assert own["target"].tolist() == [10, 2.4] and own["scored"].eq("no").all()
    assert (
        data.sources.set_index("id").at["changji_action_2022", "number"] == "昌市政办发〔2022〕15号"
    )
    assert len(data.targets) == 29 and round(1.1**5, 2) == 1.61


def test_every_document_of_this_country_is_named_in_its_language(data):
    named = data.sources[
        ~data.sources["publisher"].str.startswith(("Eur", "World", "Our", "National Center"))
    ]
    assert named["title"].str.contains("[一-鿿]").all()
    assert (
        not named[["publisher", "title"]].apply(lambda c: c.str.contains("http|www")).any(axis=None)
    )


def test_every_indicator_says_when_its_figure_is_due(data):
    table = data.indicators.set_index("id")
    assert table["due"].between(0, 24).all() and table["due_zh"].ne("").all()
    assert table.at["rd_intensity", "due"] == 9 and table.at["hightech_firms", "due"] == 3
    assert table.at["rd_intensity", "holder_assumed"] == "no"
    assert table.at["coal_capacity", "holder_assumed"] == "yes"


def test_every_area_lies_in_the_nation(data):
    assert data.around("昌吉国家高新区") == ("昌吉市", "昌吉州", "新疆", "中国")
    assert data.around("广州市") == ("广东", "中国")
    areas = {*data.statistics["area"], *data.reference("provinces")["area"]} - {"中国"}
    assert all(data.around(area)[-1] == "中国" for area in areas)


def test_promised_policies_are_tasks_and_projects_are_projects(data):
    tasks = data.tasks[data.tasks["kind"].eq("task")]
    assert tasks["section"].eq("三（三）2").sum() == 3
    assert tasks["text"].str.contains("财政科技投入逐年增长的机制").sum() == 1
    projects = data.tasks[data.tasks["kind"].eq("project")]
    assert projects["text"].str.contains("建设|工程|中心|平台").all()
