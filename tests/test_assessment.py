"""One target judged: probability, verdict, evidence, and the official measures side by side."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changji_analysis import Target, assess, forecast
from changji_analysis.assessment import VERDICTS, likelihood, verdict_of
from changji_analysis.config import Verdict
from changji_analysis.errors import ForecastError

PLAN = Target(value=1.5, year=2025, direction="at_least", base_year=2020, base_value=0.17)
FIRMS = Target(value=100, year=2025, direction="at_least", base_year=2020, base_value=41)
NOT_TO_FALL = Target(None, 2025, "non_decreasing", base_year=2020)
MEASURES = [
    "eurostat",
    "statistics_canada",
    "un_desa",
    "time_progress_straight",
    "time_progress_geometric",
]


def known(figures):
    return pd.Series(figures, dtype=float)


def panel(areas=8, years=12, first=2008, seed=1, drift=0.04):
    rng = np.random.default_rng(seed)
    steps = drift + 0.02 * rng.standard_normal(areas) + 0.08 * rng.standard_normal((years, areas))
    index = range(first, first + years)
    return pd.DataFrame(np.exp(steps.cumsum(0)), index, [f"p{i}" for i in range(areas)])


def words(assessment):
    return assessment.pace["status"].astype(object).where(lambda s: s.notna(), None).to_dict()


# One observation, the headline case


def test_the_plans_headline_from_one_observation():
    a = assess(known({2020: 0.17}), PLAN, peers=panel())
    assert a.required_growth == pytest.approx(0.545711604899288)
    assert a.required_growth_from_last == pytest.approx(0.545711604899288)
    assert 0 <= a.probability < 0.05
    assert a.verdict == "out_of_reach"
    assert (a.observed_growth, a.pace_ratio, a.expected_gap_closed) == (None, None, None)
    assert (a.gap_closed, a.time_elapsed) == (0, 0)
    assert a.met_at_last is False
    evidence = a.evidence
    assert (evidence.n, evidence.span, evidence.last_year) == (1, 0, 2020)
    assert (evidence.method, evidence.calibration.prior) == ("pooled", "peers")
    assert words(a) == dict.fromkeys(MEASURES)


def test_probability_is_that_of_the_forecast():
    history, peers = known({2020: 41, 2021: 52}), panel() * 40
    a = assess(history, FIRMS, peers=peers, kind="count")
    f = forecast(history, 2025, peers=peers, kind="count")
    assert a.probability == f.probability(100) == a.forecast.probability(100, 2025)
    other = assess(history, FIRMS, model="naive", kind="count")
    assert other.probability == forecast(history, 2025, model="naive").probability(100)
    assert other.evidence.method == "naive"


def test_pace_of_the_plan_at_the_end_of_2022():
    """methods.md, section 0: behind the straight path, ahead of the geometric one."""
    a = assess(known({2020: 0.17, 2022: 0.45}), PLAN)
    assert a.observed_growth == pytest.approx(0.62697843363992)
    assert a.pace_ratio == pytest.approx(1.14891900412422)
    assert a.gap_closed == pytest.approx(0.210526315789474)
    assert a.time_elapsed == 0.4
    # 0.45 x (0.45 / 0.17)^1.5 = 1.93807 where 1.5 is asked
    assert a.expected_gap_closed == pytest.approx((0.45 * (0.45 / 0.17) ** 1.5 - 0.17) / 1.33)
    assert a.due.loc[2022].round(3).to_dict() == {"straight": 0.702, "geometric": 0.406}
    assert a.required_growth_from_last == pytest.approx((1.5 / 0.45) ** (1 / 3) - 1)
    assert words(a) == {
        "eurostat": "significant_progress",
        "statistics_canada": "on_track",
        "un_desa": "met_or_on_track",
        "time_progress_straight": "behind_schedule",
        "time_progress_geometric": "ahead_of_schedule",
    }
    assert a.pace.loc["time_progress_straight", "value"] == a.gap_closed
    # and none of the words is a probability
    assert a.probability < 0.66


def test_the_base_is_optional():
    a = assess(known({2021: 0.2, 2023: 0.242}), Target(0.3, 2025))
    assert (a.base_year, a.base_value) == (2021, 0.2)
    assert a.observed_growth == pytest.approx(0.1)
    assert a.required_growth == pytest.approx(1.5**0.25 - 1)
    assert a.time_elapsed == 0.5


def test_the_base_value_may_come_from_the_history():
    a = assess(known({2018: 0.1, 2020: 0.2, 2022: 0.242}), Target(0.3, 2025, base_year=2020))
    assert (a.base_year, a.base_value) == (2020, 0.2)
    assert a.observed_growth == pytest.approx(0.1)
    assert (a.evidence.n, a.evidence.span) == (3, 4)


def test_a_base_that_is_nowhere_leaves_the_pace_open_but_not_the_probability():
    a = assess(known({2021: 0.2, 2022: 0.3}), Target(0.5, 2025, base_year=2020))
    assert (a.base_value, a.required_growth, a.pace_ratio, a.gap_closed) == (None,) * 4
    assert a.required_growth_from_last == pytest.approx((0.5 / 0.3) ** (1 / 3) - 1)
    assert 0 < a.probability < 1
    assert words(a) == dict.fromkeys(MEASURES)


# Outcomes


@pytest.mark.parametrize(
    ("target", "last", "met"),
    [
        (PLAN, 1.5, True),
        (PLAN, 1.49, False),
        (Target(10, 2025, "at_most", 2020, 20), 10, True),
        (Target(10, 2025, "at_most", 2020, 20), 11, False),
        (Target(28, 2025, "within", 2020, 25, 0.05), 29.4, True),
        (Target(28, 2025, "within", 2020, 25, 0.05), 30, False),
        (Target(None, 2025, "non_decreasing", 2020, 5), 5, True),
        (Target(None, 2025, "non_decreasing", 2020, 5), 4.9, False),
    ],
)
def test_an_observed_target_year_is_the_answer(target, last, met):
    a = assess(known({2020: target.base_value, 2024: 1000, 2025: last}), target)
    assert a.probability == (1 if met else 0)
    assert a.verdict == ("achieved" if met else "missed")
    assert a.likelihood == ("virtually certain" if met else "exceptionally unlikely")
    assert a.evidence.method == "outcome"
    assert (a.forecast, a.time_elapsed, a.met_at_last) == (None, 1, met)
    assert a.required_growth_from_last is None


def test_what_came_after_the_target_year_does_not_count():
    a = assess(known({2020: 0.17, 2025: 1.4, 2026: 1.6}), PLAN)
    assert (a.probability, a.verdict, a.last_value) == (0, "missed", 1.4)
    b = assess(known({2020: 0.17, 2026: 1.6}), PLAN)
    assert (b.evidence.n, b.evidence.last_year) == (1, 2020)


def test_an_outcome_needs_no_model_and_no_base():
    a = assess(known({2025: 7}), Target(5, 2025), model="theta")
    assert (a.verdict, a.base_value, a.required_growth) == ("achieved", None, None)


def test_a_met_target_before_its_year_is_still_a_forecast():
    a = assess(known({2020: 41, 2022: 110}), FIRMS, kind="count")
    assert a.met_at_last is True
    assert 0.5 < a.probability < 1
    assert a.verdict in ("likely", "at_risk")
    assert words(a)["statistics_canada"] == "target_achieved"
    assert words(a)["un_desa"] == "met_or_on_track"
    assert words(a)["time_progress_straight"] == "ahead_of_schedule"
    assert a.pace_ratio == pytest.approx((math.sqrt(110 / 41) - 1) / 0.195207276949952737)


# Too little is known


def test_an_empty_history_still_states_the_required_pace():
    for history in (known({}), known({2021: np.nan})):
        a = assess(history, PLAN)
        assert (a.probability, a.likelihood, a.verdict) == (None, None, "insufficient_evidence")
        assert a.required_growth == pytest.approx(0.545711604899288)
        assert (a.last_value, a.met_at_last, a.forecast) == (None, None, None)
        assert (a.evidence.n, a.evidence.span, a.evidence.last_year) == (0, 0, None)
        assert a.evidence.notes == ("no figure is known",)
        assert a.due["straight"].round(3).tolist() == [0.17, 0.436, 0.702, 0.968, 1.234, 1.5]
        assert words(a) == dict.fromkeys(MEASURES)


def test_a_figure_older_than_the_base_year_is_context():
    a = assess(known({2015: 0.1, 2018: 0.15}), PLAN, peers=panel())
    assert (a.probability, a.verdict) == (None, "insufficient_evidence")
    assert a.evidence.last_year == 2018
    assert "2018, is older than the base year 2020" in a.evidence.notes[0]
    assert (a.last_value, a.observed_growth, a.gap_closed, a.time_elapsed) == (None,) * 4
    assert a.required_growth == pytest.approx(0.545711604899288)
    assert words(a) == dict.fromkeys(MEASURES)


def test_only_figures_after_the_target_year_are_no_evidence():
    assert assess(known({2026: 9.0}), PLAN).verdict == "insufficient_evidence"


def test_nothing_at_all():
    a = assess(known({}), Target(25, 2025))
    assert (a.verdict, a.required_growth, a.base_year) == ("insufficient_evidence", None, None)
    assert a.due.empty


# Directions


def test_a_falling_target():
    target = Target(50, 2025, "at_most", 2015, 100)
    a = assess(known({2015: 100, 2020: 80}), target)
    # 0.8^(1/5) - 1 and 0.5^(1/10) - 1
    assert a.required_growth == pytest.approx(0.5**0.1 - 1)
    assert a.observed_growth == pytest.approx(-0.0436475002099630)
    assert a.pace_ratio == pytest.approx((1 - 0.8**0.2) / (1 - 0.5**0.1))
    assert a.gap_closed == pytest.approx(0.4)
    assert a.time_elapsed == 0.5
    # 80 x 0.8 = 64 expected
    assert a.expected_gap_closed == pytest.approx(0.72)
    assert words(a) == {
        "eurostat": "moderate_progress",
        "statistics_canada": "acceleration_needed",
        "un_desa": "fair_progress",
        "time_progress_straight": "behind_schedule",
        "time_progress_geometric": "behind_schedule",
    }
    mirrored = assess(known({2015: 100, 2020: 80}), Target(50, 2025, "at_least", 2015, 100))
    assert a.probability + mirrored.probability == pytest.approx(1)


def test_moving_the_wrong_way():
    a = assess(known({2020: 100, 2021: 90}), Target(200, 2025, "at_least"))
    assert a.pace_ratio < 0
    assert words(a) == {
        "eurostat": "moving_away",
        "statistics_canada": "deterioration",
        "un_desa": "stagnation_or_regression",
        "time_progress_straight": "behind_schedule",
        "time_progress_geometric": "behind_schedule",
    }


def test_a_band_is_the_difference_of_its_ends():
    history = known({2020: 25, 2021: 26, 2022: 27})
    a = assess(history, Target(28, 2025, "within", 2020, tolerance=0.05), kind="level")
    f = a.forecast
    assert a.probability == pytest.approx(f.probability(26.6) - f.probability(29.4))
    assert 0 < a.probability < 1
    wide = assess(history, Target(28, 2025, "within", 2020, tolerance=3.0), kind="level")
    assert wide.probability == pytest.approx(f.probability(112, direction="at_most"))


def test_a_band_below_the_base_is_approached_from_above():
    a = assess(known({2020: 40, 2021: 36}), Target(20, 2025, "within", tolerance=0.05))
    assert a.gap_closed == pytest.approx(0.2)
    assert a.pace_ratio == pytest.approx(0.1 / (1 - 0.5**0.2))
    assert words(a)["statistics_canada"] == "acceleration_needed"
    up = assess(known({2020: 40, 2021: 44}), Target(20, 2025, "within", tolerance=0.05))
    assert up.pace_ratio < 0


def test_not_to_fall():
    a = assess(known({2020: 5, 2021: 6}), NOT_TO_FALL)
    assert a.probability == a.forecast.probability(5)
    assert (a.required_growth, a.gap_closed, a.met_at_last) == (0, None, True)
    assert a.pace_ratio is None
    given = assess(known({2021: 6}), Target(None, 2025, "non_decreasing", 2020, 5))
    assert given.probability == given.forecast.probability(5)


@pytest.mark.parametrize("history", [{2020: 5}, {2022: 5}, {2025: 5}, {2022: 5, 2023: 6}, {}])
def test_not_to_fall_without_a_base_or_a_later_figure_is_open(history):
    a = assess(known(history), NOT_TO_FALL)
    assert (a.probability, a.verdict) == (None, "insufficient_evidence")
    assert len(a.evidence.notes) == 1
    assert a.met_at_last is (True if history == {2020: 5} else None)
    assert words(a)["time_progress_straight"] is None


# No gap, zero, and bounds


def test_a_target_that_equals_its_base():
    a = assess(known({2020: 6}), Target(6, 2025, "at_least", 2020, 6), kind="count")
    assert (a.required_growth, a.gap_closed, a.expected_gap_closed) == (0, None, None)
    assert (a.pace_ratio, a.met_at_last) == (None, True)
    assert 0 < a.probability < 1
    assert words(a)["statistics_canada"] == "target_achieved"
    assert words(a)["time_progress_straight"] is None


def test_met_at_the_base_and_lost_since_is_no_progress():
    """(v_e - v_b) / (v_T - v_b) is 3 here: a gap that never was cannot have been closed."""
    a = assess(known({2020: 6, 2022: 4}), Target(5, 2025, "at_least"), kind="count")
    assert a.met_at_last is False
    assert words(a) == {
        "eurostat": "moving_away",
        "statistics_canada": "deterioration",
        "un_desa": None,
        "time_progress_straight": None,
        "time_progress_geometric": None,
    }


def test_met_at_the_base_and_rising_is_not_behind_schedule():
    a = assess(known({2020: 6, 2022: 8}), Target(5, 2025, "at_least"), kind="count")
    assert a.pace_ratio > 0
    assert words(a) == {
        "eurostat": "significant_progress",
        "statistics_canada": "target_achieved",
        "un_desa": "met_or_on_track",
        "time_progress_straight": None,
        "time_progress_geometric": None,
    }


def test_a_base_of_zero_has_a_straight_path_only():
    a = assess(known({2020: 0, 2022: 9}), Target(15, 2025, "at_least"), kind="count")
    assert (a.required_growth, a.pace_ratio, a.expected_gap_closed) == (None, None, None)
    assert a.gap_closed == pytest.approx(0.6)
    assert a.due["geometric"].isna().all()
    assert words(a) == {
        "eurostat": None,
        "statistics_canada": None,
        "un_desa": None,
        "time_progress_straight": "ahead_of_schedule",
        "time_progress_geometric": None,
    }


def test_a_target_of_none_left_can_be_reached():
    """Old mines to close: 0 has no logarithm, but a count below one half prints as 0."""
    target = Target(0, 2025, "at_most", 2020)
    closing = assess(known({2020: 12, 2021: 8, 2022: 4, 2023: 1, 2024: 0}), target, kind="count")
    staying = assess(
        known({2020: 12, 2021: 12, 2022: 11, 2023: 12, 2024: 12}), target, kind="count"
    )
    assert closing.probability > 0.3
    assert staying.probability < 0.05
    assert closing.forecast.probability(0.5, direction="at_most") == closing.probability


def test_a_share_of_the_whole_can_be_reached():
    target = Target(100, 2025, "at_least")
    a = assess(known({2021: 99.2, 2022: 99.6, 2023: 99.9, 2024: 100}), target, kind="share")
    assert a.probability > 0.3
    assert assess(known({2023: 60, 2024: 61}), target, kind="share").probability < 0.05


def test_a_negative_figure_is_refused_by_a_model_in_logs():
    with pytest.raises(ForecastError) as error:
        assess(known({2020: -1, 2021: 2}), Target(5, 2025))
    assert error.value.reason == "non_positive"


# Verdicts and likelihoods


@pytest.mark.parametrize(
    ("probability", "code"),
    [
        (1.0, "likely"),
        (0.66, "likely"),
        (0.659999, "at_risk"),
        (0.33, "at_risk"),
        (0.329999, "unlikely"),
        (0.05, "unlikely"),
        (0.049999, "out_of_reach"),
        (0.0, "out_of_reach"),
        (None, "insufficient_evidence"),
    ],
)
def test_verdicts_by_the_thresholds_of_the_configuration(probability, code):
    assert verdict_of(probability) == code


def test_the_thresholds_can_be_changed():
    asked = Verdict(likely=0.9, at_risk=0.5)
    assert [verdict_of(p, asked) for p in (0.9, 0.7, 0.4)] == ["likely", "at_risk", "unlikely"]
    known = pd.Series({2020: 1.0, 2021: 1.1})
    usual = assess(known, Target(1.05, 2022))
    strict = assess(known, Target(1.05, 2022), thresholds=Verdict(likely=0.999))
    assert (usual.verdict, strict.verdict) == ("likely", "at_risk")


@pytest.mark.parametrize(
    ("probability", "term"),
    # Mastrandrea et al. 2010, table 1: 99-100, 90-100, 66-100, 33-66, 0-33, 0-10, 0-1 %
    [
        (1.0, "virtually certain"),
        (0.99, "virtually certain"),
        (0.98, "very likely"),
        (0.90, "very likely"),
        (0.89, "likely"),
        (0.66, "likely"),
        (0.65, "about as likely as not"),
        (0.33, "about as likely as not"),
        (0.32, "unlikely"),
        (0.10, "unlikely"),
        (0.09, "very unlikely"),
        (0.01, "very unlikely"),
        (0.009, "exceptionally unlikely"),
        (0.0, "exceptionally unlikely"),
    ],
)
def test_terms_of_the_ipcc(probability, term):
    assert likelihood(probability)[0] == term


# Any history


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    values=st.lists(st.one_of(st.none(), st.integers(0, 500)), min_size=0, max_size=9),
    first=st.integers(2012, 2024),
    goal=st.integers(0, 500),
    direction=st.sampled_from(["at_least", "at_most", "within", "non_decreasing"]),
    base_year=st.one_of(st.none(), st.integers(2012, 2024)),
    base_value=st.one_of(st.none(), st.integers(0, 500)),
)
def test_no_history_leads_to_a_nan_or_a_bare_error(
    values, first, goal, direction, base_year, base_value
):
    history = pd.Series(values, index=range(first, first + len(values)), dtype=float)
    target = Target(
        None if direction == "non_decreasing" else goal, 2025, direction, base_year, base_value, 0.1
    )
    a = assess(history, target, kind="count")
    assert a.verdict in VERDICTS
    if a.probability is None:
        assert a.verdict == "insufficient_evidence"
        assert a.evidence.notes
    else:
        assert 0 <= a.probability <= 1
        assert isinstance(a.likelihood, str)
    for name in (
        "required_growth",
        "required_growth_from_last",
        "observed_growth",
        "pace_ratio",
        "gap_closed",
        "expected_gap_closed",
        "time_elapsed",
    ):
        measure = getattr(a, name)
        assert measure is None or math.isfinite(measure)
    assert a.pace.index.tolist() == MEASURES
    assert a.met_at_last in (None, True, False)
    assert a.due.columns.tolist() == ["straight", "geometric"]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    values=st.lists(st.floats(0.1, 10), min_size=1, max_size=5),
    goals=st.lists(st.floats(0.1, 20), min_size=2, max_size=2),
)
def test_more_is_never_likelier(values, goals):
    history = pd.Series(values, index=range(2020, 2020 + len(values)))
    easy, hard = (assess(history, Target(goal, 2025)).probability for goal in sorted(goals))
    assert hard <= easy


@pytest.mark.parametrize(
    ("history", "reason"), [(known({2021: 1, 2020: 2}), "unsorted"), (None, "history")]
)
def test_histories_that_cannot_be_used(history, reason):
    with pytest.raises(ForecastError, match="Remedy: ") as error:
        assess(history, PLAN)
    assert error.value.reason == reason


def test_assessments_can_be_compared():
    one, other = (assess(known({2020: 0.17}), PLAN) for _ in range(2))
    assert one != other
    assert len({one, other}) == 2


def test_a_number_is_no_target():
    with pytest.raises(ForecastError, match=r"type int and no Target.*ca\.Target"):
        assess(pd.Series({2020: 41}), 100)
