"""The scorecard: what each target asks, what is lacking, what the verdict rests on."""

import numpy as np
import pandas as pd
import pytest
import tiny_data
from tiny_data import YEARLY, added, changed

from changji_analysis.errors import DataError, UsageError
from changji_analysis.histories import growth_windows
from changji_analysis.scorecards import reference_windows, spans
from changji_analysis.shortcuts import (
    current,
    scorecard,
)
from changji_analysis.wording import TERMS

BASE = "甲市,hightech_firms,2020,first,41,家,exact,41家,2021-09-01,2021-09-01,s1,high,"


def firms(year, value):
    known = f"{year + 1}-09-01"
    return f"甲市,hightech_firms,{year},first,{value},家,exact,{value}家,{known},{known},s1,high,"


def first(card):
    return card[card["id"].eq("t01")].iloc[0]


def test_a_target_with_its_base_only(tiny):
    tiny(**added(YEARLY, BASE))
    row = first(scorecard())
    assert row["completion"] == pytest.approx(0.41)
    assert (row["shortfall"], row["shortfall_per_year"]) == pytest.approx((59, 11.8))
    assert row["required_growth"] == pytest.approx(0.1952, abs=5e-5)
    assert row["required_factor"] == pytest.approx(2.439, abs=5e-4)
    assert row["gap_closed"] == 0 and row["time_elapsed"] == 0
    assert not row["met_at_base"] and not row["met_at_last"]
    assert (row["after_base"], row["evidence"], row["missing_years"]) == (0, "D", "2021–2025")
    assert 0 < row["probability"] < 1
    assert pd.isna(row["shortfall_money"])
    assert (row["reading_zh"], row["reading_en"], row["short_zh"]) == ("存量", "stock", "高企")


@pytest.mark.parametrize(
    ("figures", "grade", "verdict"),
    [
        ([(2021, 50)], "B", None),
        ([(2021, 50), (2022, 60), (2023, 70)], "A", None),
        ([(2025, 120)], "A", "achieved"),
        ([(2025, 99)], "A", "missed"),
    ],
)
def test_evidence_grows_with_the_figures(tiny, figures, grade, verdict):
    tiny(**added(YEARLY, BASE, *(firms(*pair) for pair in figures)))
    row = first(scorecard())
    assert row["evidence"] == grade and row["after_base"] == len(figures)
    assert row["last_value"] == figures[-1][1]
    assert verdict is None or (row["verdict"], row["method"]) == (verdict, "outcome")
    assert row["shortfall"] == max(100 - figures[-1][1], 0)


def test_without_a_figure_the_pace_is_still_stated(tiny):
    tiny()
    card = scorecard()
    row, blank = first(card), card.iloc[1]
    assert (row["evidence"], row["verdict"]) == ("E", "insufficient_evidence")
    assert row["missing_years"] == "2020–2025"
    assert (row["shortfall"], row["shortfall_per_year"]) == pytest.approx((59, 11.8))
    assert pd.isna(row["probability"]) and pd.isna(row["completion"])
    assert pd.isna(blank["shortfall"]) and pd.isna(blank["met_at_base"])
    assert set(card["evidence"]) <= set(TERMS["evidence"])


def test_a_date_hides_what_came_later(tiny):
    tiny(**added(YEARLY, BASE, firms(2021, 50)))
    before, after = first(scorecard("2022-08-31")), first(scorecard("2022-09-01"))
    assert (before["last_value"], before["missing_years"]) == (41, "2021")
    assert (after["last_value"], after["missing_years"]) == (50, "")
    assert after["gap_closed"] == pytest.approx(9 / 59)


def test_required_paths(tiny):
    tiny(**added(YEARLY, BASE, firms(2022, 60)))
    table = current().required_paths
    path = table[table["id"].eq("t01")].set_index("year")
    assert path["straight"].to_list() == pytest.approx([41, 52.8, 64.6, 76.4, 88.2, 100])
    # methods.md section 0 of the project's sources: 49.0 58.6 70.0 83.7
    assert path["geometric"].round(1).to_list() == [41.0, 49.0, 58.6, 70.0, 83.7, 100.0]
    assert path["observed"].dropna().to_dict() == {2020: 41, 2022: 60}
    assert path["default"].all() and set(path["unit"]) == {"家"}


def test_totals_and_yearly_amounts_have_a_path_without_a_base(thin):
    table = thin.at("2020-12-31").required_paths.query("default").set_index(["id", "year"])
    assert table.loc["t24", "straight"].to_list() == [0, 20, 40, 60, 80, 100]
    assert table.loc["t08", "straight"].to_dict() == dict.fromkeys(range(2021, 2026), 1)
    assert table.loc["t05", "straight"].to_dict() == {2025: 150}
    assert table.loc[["t24", "t08", "t05"], "geometric"].isna().all()


def test_probability_history(tiny):
    tiny(**added(YEARLY, BASE, firms(2021, 50), firms(2025, 120)))
    table = current().probability_history("t01")
    assert table.index.to_list() == [
        "2020-12-31", "2021-09-01", "2021-12-31", "2022-09-01", "2026-09-01",
    ]  # fmt: skip
    assert np.isnan(table["probability"].iloc[0])
    assert table["probability"].iloc[-1] == 1 and table["verdict"].iloc[-1] == "achieved"
    assert table["city"].to_list() == [0, 1, 0, 1, 1]
    assert table["n"].to_list() == [0, 1, 1, 2, 3]
    only = current().probability_history("t01", "stock", dates=["2021-10-01"])
    expected = table.loc["2021-09-01", "probability"]
    assert only.loc["2021-10-01", "probability"] == pytest.approx(expected)
    with pytest.raises(UsageError, match="t09"):
        current().probability_history("t09")
    with pytest.raises(UsageError, match="stock"):
        current().probability_history("t01", "flow")


def test_the_reference_class_is_counted(thin):
    known = thin.at("2023-12-31")
    card = known.scorecard
    row = card[card["indicator"].eq("rd_intensity")].iloc[0]
    windows = growth_windows(known.peers("rd_intensity", "all"), 5)
    clean = windows[~windows["broken"]]
    assert row["reference_windows"] == len(clean) > 50
    assert row["reference_reached"] == (clean["factor"] >= 1.5 / 0.17).sum() == 0
    assert row["reference_largest"] == clean["factor"].max()
    assert row["reference_area"] == "Pakistan"
    assert row["reference_broken"] == windows["broken"].sum()
    assert row["evidence"] == "C"
    firms_row = card[card["id"].eq("t03")].iloc[0]
    assert firms_row["reference_span"] == 2 and firms_row["reference_periods"] == 1
    assert firms_row["reference_required"] == pytest.approx((100 / 41) ** (2 / 5))
    assert reference_windows(thin.peers("wheat_area", "all"), 5)[1] == 0
    carriers = card[card["id"].eq("t07")].set_index("reading")["met_at_base"]
    assert carriers["all_six"] and not carriers["four"]


def test_the_short_fall_of_an_intensity_is_money_too(thin):
    card = thin.at("2023-12-31").scorecard
    row = card[card["indicator"].eq("rd_intensity")].iloc[0]
    growth = thin.config.middle_scenario.growth
    gdp = 471.7572 * (1 + growth) ** 4  # GDP of 2021, the latest known on that day
    assert row["shortfall_money"] == pytest.approx(gdp * (1.5 - 0.17) / 100)


def test_every_reading_has_a_name_of_its_own(monkeypatch):
    monkeypatch.delenv("CHANGJI_DATA", raising=False)
    from changji_analysis.shortcuts import load_readings

    readings = load_readings()
    for column in ("reading_zh", "reading_en"):
        assert not readings.duplicated(["target", column]).any()
    assert not readings["reading_zh"].str.contains("_").any()


def test_a_target_whose_unit_differs_from_its_history(tiny):
    tiny(**changed("indicators.csv", "high-tech firms,家", "high-tech firms,亿元"))
    with pytest.raises(DataError) as caught:
        scorecard()
    fault = caught.value.problems.iloc[0]
    assert (fault["row"], fault["value"], fault["code"]) == (2, "家", "target_unit")
    assert fault["file"].endswith("plan_targets.csv") and "亿元" in fault["why_zh"]


@pytest.mark.parametrize(
    ("name", "why"), [("rd_intensityy", "unknown"), ("rd_intensity", "no target")]
)
def test_an_indicator_that_the_configuration_cannot_name(tiny, name, why):
    text = tiny_data.FILES["config.yml"] + f"report: {{headline: [{name}]}}\n"
    tiny(**{"config.yml": text})
    with pytest.raises(DataError) as caught:
        scorecard()
    fault = caught.value.problems.iloc[0]
    assert (fault["column"], fault["value"]) == ("report.headline", name)
    assert why in fault["why"] and fault["file"].endswith("config.yml")


def test_spans():
    assert spans([2011, 2012, 2013, 2020]) == "2011–2013, 2020"
    assert spans([]) == ""
