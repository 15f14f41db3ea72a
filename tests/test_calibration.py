"""The row beside a verdict is about the statements nearest to it, and says how few they are."""

import numpy as np
import pandas as pd
import pytest

from changji_analysis import calibration
from changji_analysis.assessment import assess
from changji_analysis.calibration import Question, calibration_of, effective, periods, upper_bound
from changji_analysis.plan import Target
from changji_analysis.wording import Words


def test_a_row_beside_every_probability():
    row = calibration_of(0.2, 1, "peers")
    assert (row.fewest, row.most, row.low, row.high) == (1, 1, 0.15, 0.25)
    assert row.lower <= row.came_true <= row.upper and abs(row.came_true - row.stated) < 0.1
    assert f"{row.statements:,}次" in str(row) and str(row).count(" / ") == 1
    assert calibration_of(1.0, 40, "generic").never == ("length",)
    assert calibration_of(0.2, 1, "hope") is None


def test_the_nearest_come_first_and_cases_are_areas_by_periods():
    row = calibration_of(0.002, 1, "peers", Question(np.log(8.8), 5, 0.17, "rd_intensity"))
    assert row.family == "rd_intensity" and row.ahead == (5, 5) and row.never == ()
    assert 0.085 <= row.level[0] <= row.level[1] <= 0.34
    most = min(row.areas * row.periods, row.statements)
    assert calibration.ENOUGH <= row.cases <= most < 1.3 * row.cases and row.nested is None
    assert row.came_true == 0 and 3 / row.cases * 0.9 < row.floor < 3.1 / row.cases


def test_what_was_never_replayed_is_said():
    row = calibration_of(0.2, 1, "peers", Question(0.4, 5, 0.2, "fish"))
    assert row.family is None and row.never == ("family",)
    assert "从未回溯过：这类指标" in str(row) and "never replayed: this family" in str(row)
    far = calibration_of(0.2, 1, "peers", Question(0.4, 9, 9999.0, "rd_intensity"))
    assert set(far.never) == {"level", "ahead"}
    alone = calibration_of(0.2, 1, "peers", Question(0.4, 3, 500.0, "hightech_firms", parent=True))
    assert alone.family == "hightech_certificates" and "parent" in alone.never
    others = alone.nested
    assert others.family is None and others.low <= others.stated <= others.high
    assert "with a known parent: of the " in str(alone) and "已知上级地区的：" in str(alone)


def test_cases_that_share_their_years_are_worth_fewer():
    assert effective(80, 4, 0.0, 0.1) == 80 and effective(0, 0, 0.2, 0.0) == 0
    rare, even = (effective(80, 4, 0.1, p) for p in (0.0, 0.5))
    assert 60 < rare < 80 and 30 < even < 40
    assert effective(31, 1, 0.99, 0.5) <= 2


def test_a_rise_that_no_like_statement_asked_for_is_said():
    row = calibration_of(0.9, 1, "peers", Question(np.log(2.4), 5, 41, "hightech_firms"))
    assert row.never == ("factor",) and row.family == "hightech_certificates"
    assert row.low <= row.stated <= row.high and "about so large a rise" in str(row)


def test_few_cases_and_a_date_are_said():
    question = Question(np.log(2.4), 5, 41, "hightech_firms", as_of="2023-12-31")
    row = calibration_of(0.3, 1, "peers", question)
    assert row.cases < calibration.ENOUGH and "under 30 cases" in str(row)
    assert "2023-12-31之后" in str(row) and row.floor == 0


def test_a_falling_target_is_asked_the_other_way_round():
    down = calibration_of(0.1, 1, "peers", Question(-0.5, 3, 0.5, "rd_intensity", "at_most"))
    assert abs(down.came_true - down.stated) < 0.1


@pytest.mark.parametrize("cases", [10, 60, 400])
def test_the_bound_is_the_rule_of_three(cases):
    assert upper_bound(0, cases) == pytest.approx(1 - 0.05 ** (1 / cases))
    assert upper_bound(0, cases) <= 3 / cases
    assert upper_bound(1, cases) == 1 == upper_bound(0, 0)


def test_periods_do_not_overlap():
    assert periods([2000, 2001, 2005, 2006, 2010], [2005, 2006, 2010, 2011, 2015]) == 3
    assert periods([2000, 2002, 2003], [2001, 2007, 2008]) == 1 and periods([], []) == 0


def test_an_assessment_carries_its_row():
    known = pd.Series({2020: 41.0})
    target = Target(value=100, year=2025)
    found = assess(known, target, kind="count")
    row = found.evidence.calibration
    assert row.prior == "generic" and row.low <= found.probability < row.high
    longer = pd.Series({2018: 30.0, 2019: 36.0, 2020: 41.0})
    assert assess(longer, target, model="drift").evidence.calibration is None
    outcome = pd.Series({2020: 41.0, 2025: 120.0})
    assert assess(outcome, target).evidence.calibration is None


def test_nothing_replayed_is_no_row(tmp_path, monkeypatch):
    monkeypatch.setattr(calibration, "FOLDER", tmp_path)
    calibration.forget()
    try:
        assert calibration_of(0.2, 1, "peers") is None
    finally:
        monkeypatch.undo()
        calibration.forget()


def test_the_rows_of_a_dated_review_say_that_replays_reach_further(shipped):
    row = shipped.at("2023-12-31").assessment("t01", "share_of_gdp").evidence.calibration
    assert row.as_of == "2023-12-31" and "outcomes after 2023-12-31 included" in str(row)


def test_no_probability_is_printed_below_what_its_cases_bear(shipped):
    data, w = shipped, Words("en")
    row = data.scorecard.set_index("id").loc["t01"]
    least = w.chance(row["probability"], row["probability_floor"])
    assert row["probability"] < 0.01 and least != "less than 1%"
    assert w.spread(row) == least == w.chance(row["probability_low"], row["probability_low_floor"])
    assert row["likelihood"] == "very unlikely" == w.likely(row["probability_floor"])
    for table in (data.probability_history("t01"), data.alternatives("t01"), data.cohort_outlook):
        hardly = table[table["probability"].lt(table["probability_floor"])]
        said = [w.chance(*pair) for pair in hardly[["probability", "probability_floor"]].to_numpy()]
        assert all(text.startswith("less than") and text != "less than 1%" for text in said)
    assert len(data.probability_history("t01"))
