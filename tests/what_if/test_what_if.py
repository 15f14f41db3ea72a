"""What if: assumptions in, an assessment and a sentence out; scenarios kept by name."""

import shutil

import numpy as np
import pytest
import yaml

import changji_analysis as ca
from changji_analysis import what_if
from changji_analysis.config import data_dir
from changji_analysis.errors import DataError, UsageError
from changji_analysis.what_if import Scenario, explorer

DATA = ca.Dataset()


def evaluate(target, **assumed):
    return what_if.evaluate(DATA, Scenario(target=target, **assumed))


def chance(target, **assumed):
    return evaluate(target, **assumed).assessment.probability


@pytest.fixture
def own_data(tmp_path):
    """A copy of the data that may be written to."""
    shutil.copytree(data_dir(), tmp_path / "data")
    return ca.Dataset(tmp_path / "data")


def test_without_assumptions_it_is_the_assessment():
    for target in ("t01", "t03"):
        found, judged = evaluate(target).assessment, DATA.assessment(target)
        assert (found.probability, found.verdict) == (judged.probability, judged.verdict)
        assert evaluate(target).sentence("zh").startswith("未作任何假定")
        assert evaluate(target).sentence("en").startswith("Nothing is assumed")


def test_more_spending_helps_and_more_gdp_does_not():
    rising = [chance("t01", rd_growth=g) for g in (0.2, 0.5, 0.8)]
    assert rising == sorted(rising) and rising[0] < 0.05 < 0.9 < rising[2]
    falling = [chance("t01", rd_growth=0.6, gdp_growth=g) for g in (0.15, None, 0.0)]
    assert falling == sorted(falling)


def test_the_middle_of_the_fan_grows_at_the_assumed_pace():
    ahead = evaluate("t01", rd_growth=0.5, gdp_growth=0.1).assessment.forecast
    base, years = DATA.city("rd_intensity").iloc[-1], np.arange(1, len(ahead.years) + 1)
    assert ahead.median.to_numpy() == pytest.approx(base * (1.5 / 1.1) ** years)


def test_gdp_growth_of_the_middle_scenario_changes_nothing():
    found = evaluate("t01", gdp_growth=DATA.config.middle_scenario.growth)
    assert found.assessment.probability == pytest.approx(found.now.probability)


def test_certificates_add_up_over_three_years():
    last = evaluate("t03", first_time=10, renewal_rate=0).assessment.forecast.draws[:, -1]
    assert last.mean() == pytest.approx(30, rel=0.02)  # three batches of new ones, none renewed
    assert last.var() == pytest.approx(30, rel=0.05)  # and so Poisson
    kept = evaluate("t03", first_time=0, renewal_rate=1).assessment
    assert (kept.forecast.draws == kept.last_value).all() and kept.evidence.method == "cohort"


def test_draws_never_say_never():
    assert 0 < chance("t03", first_time=1, renewal_rate=0) < 0.001


def test_the_goal_and_its_year_can_be_moved():
    assert chance("t03", value=60) > chance("t03")
    later = evaluate("t03", year=2027)
    assert later.assessment.probability > later.now.probability
    assert later.assessment.forecast.years[-1] == 2027 and "2027" in later.sentence("zh")


def test_a_hypothetical_figure_is_judged_like_any_other():
    seen = evaluate("t03", figures={2021: 60})
    assert seen.assessment.probability > seen.now.probability
    assert seen.assessment.forecast.years[0] == 2022
    assert evaluate("t03", figures={2025: 100}).assessment.verdict == "achieved"
    first = evaluate("t05", figures={2021: 150})
    assert first.now.probability is None and first.assessment.probability is not None


def test_the_sentence_says_what_was_assumed_and_what_changed():
    found = evaluate("t01", rd_growth=0.7, gdp_growth=0.03)
    assert "R&D经费每年增长70%，地区生产总值每年增长3%" in found.sentence("zh")
    assert "结论由“基本不可达”变为“" in found.sentence("zh")
    english = found.sentence("en")
    assert english.startswith("If R&D expenditure grew by 70% a year and GDP grew by 3% a year:")
    assert repr(found) == found.sentence() and "R&amp;D" in found._repr_html_()


@pytest.mark.parametrize(
    ("scenario", "names"),
    [
        (Scenario(target="t99"), "t99"),
        (Scenario(target="t03", rd_growth=0.1), "rd_growth"),
        (Scenario(target="t01", first_time=3), "first_time"),
        (Scenario(target="t02", value=3), "t02"),
        (Scenario(target="t03", figures={2020: 3}), "2020"),
    ],
)
def test_an_assumption_that_does_not_fit_is_named(scenario, names):
    with pytest.raises(UsageError, match=names):
        what_if.evaluate(DATA, scenario)


def test_a_date_limits_what_is_known():
    then = what_if.evaluate(DATA.at("2015-12-31"), Scenario(target="t03"))
    assert then.assessment.probability is None


def test_a_saved_scenario_comes_back(own_data):
    kept, mine = what_if.scenarios(own_data), Scenario(target="t03", first_time=12)
    what_if.save(own_data, "  试一试 ", mine)
    assert what_if.scenarios(own_data) == kept | {"试一试": mine}
    table = what_if.scenario_table(own_data)
    assert table.at["试一试", "probability"] == chance("t03", first_time=12)
    what_if.save(own_data, "试一试", Scenario(target="t03"))
    assert what_if.scenarios(own_data)["试一试"] == Scenario(target="t03")


def test_without_a_file_there_are_no_scenarios(own_data):
    (own_data.folder / "scenarios.yml").unlink()
    assert what_if.scenarios(own_data) == {} and what_if.scenario_table(own_data).empty


@pytest.mark.parametrize(
    "content", [{"x": {"target": "t01", "speed": 2}}, {"x": {"target": "t03", "renewal_rate": 2}}]
)
def test_a_faulty_file_is_named_with_key_and_value(own_data, content):
    path = own_data.folder / "scenarios.yml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(DataError) as fault:
        what_if.scenarios(own_data)
    (row,) = fault.value.problems.to_dict("records")
    assert row["file"].endswith("scenarios.yml") and row["value"] == "2"
    assert row["column"].startswith("x.")


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_name_that_will_not_do_is_refused(own_data, name):
    with pytest.raises(UsageError, match="name"):
        what_if.save(own_data, name, Scenario(target="t03"))


def test_shipped_scenarios_can_be_evaluated():
    table = what_if.scenario_table(DATA)
    assert len(table) == len(what_if.scenarios(DATA)) > 0
    assert table["probability"].between(0, 1).all()


def test_the_explorer_follows_its_sliders_and_goes_back(own_data):
    desk = explorer.Desk(own_data, "t03", "zh")
    assert desk.scenario() == Scenario(target="t03") and "默认" in desk.first.description
    before = desk.view.value
    desk.first.value += 9
    assert desk.scenario() == Scenario(target="t03", first_time=desk.first.value)
    assert desk.view.value != before and "假如每年首次认定" in desk.view.value
    desk.reset.click()
    assert desk.view.value == before
    desk.assume.value, desk.figure.value = True, 60.0
    assert desk.scenario().figures == {2021: 60.0}
    desk.target.value = "t01"
    assert desk.scenario() == Scenario(target="t01") and desk.first.layout.display == "none"
    desk.rd.value = 50.0
    desk.name.value = "五成"
    desk.keep.click()
    assert what_if.scenarios(own_data)["五成"] == Scenario(target="t01", rd_growth=0.5)
    desk.value.value = -1.0
    assert 'role="alert"' in desk.view.value and "value" in desk.view.value


def test_the_explorer_speaks_one_language():
    desk = explorer.Desk(DATA, "t03", "en")
    words = [desk.view.value, *(control.description for control in desk.moved)]
    assert not any("\u4e00" <= sign <= "\u9fff" for text in words for sign in text)


def test_without_a_page_for_widgets_the_explorer_is_a_picture(monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    chart = explorer.explorer(DATA)
    assert chart.alt.startswith("未作任何假定") and chart._repr_png_()
    monkeypatch.setenv("JPY_SESSION_NAME", "08_what_if.ipynb")
    assert type(explorer.explorer(DATA)).__name__ == "VBox"
