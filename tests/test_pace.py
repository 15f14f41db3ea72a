"""The official measures of pace, each to the digit against its published form."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changji_analysis import pace

amount = st.floats(0.01, 1000)
repeatable = settings(derandomize=True, deadline=None)


# Growth: CAGR = (y_t / y_0)^(1 / (t - t_0)) - 1, as in all of them


@pytest.mark.parametrize(
    ("last", "base", "years", "growth"),
    [
        (1.5, 0.17, 5, 0.545711604899288),  # the plan: R&D intensity
        (100, 41, 5, 0.195207276949953),  # the plan: high-tech firms
        (60, 50, 5, 0.0371372893366481),
        (121, 100, 2, 0.1),
        (81, 100, 2, -0.1),
        (5, 5, 7, 0.0),
    ],
)
def test_compound_growth(last, base, years, growth):
    assert pace.cagr(last, base, years) == pytest.approx(growth, abs=1e-14)


@pytest.mark.parametrize(
    ("last", "base", "years"),
    [(0, 5, 2), (5, 0, 2), (-5, 5, 2), (5, -5, 2), (-5, -4, 2), (5, 4, 0), (5, 4, -1)],
)
def test_growth_is_undefined_without_time_or_for_values_that_are_not_positive(last, base, years):
    assert pace.cagr(last, base, years) is None


# Statistics Canada (Open SDG docs/progress-methodology.md): R = d CAGR_i / |CAGR_T|


@pytest.mark.parametrize(
    ("base", "last", "target", "elapsed", "span", "sign", "ratio"),
    [
        # 1.2^(1/5) - 1 over 2^(1/15) - 1
        (50, 60, 100, 5, 15, 1, 0.785241106542971),
        # falling: 0.8^(1/5) - 1 over 0.5^(1/15) - 1
        (100, 80, 50, 5, 15, -1, 0.966542304190273),
        # the plan at 0.45 % in 2022: 62.70 % a year where 54.57 % are needed
        (0.17, 0.45, 1.5, 2, 5, 1, 1.14891900412422),
        # the wrong way, both directions
        (100, 81, 144, 2, 2, 1, -0.5),
        (100, 120, 36, 1, 2, -1, -0.5),
        # exactly as needed, standing still
        (100, 110, 121, 1, 2, 1, 1.0),
        (100, 100, 121, 1, 2, 1, 0.0),
        # already met at the base, and rising further: progress still, hence the bars in |CAGR_T|
        (121, 133.1, 100, 1, 2, 1, 0.1 / (1 - (100 / 121) ** 0.5)),
        # already met at the base, and lost since
        (121, 108.9, 100, 1, 2, 1, -0.1 / (1 - (100 / 121) ** 0.5)),
    ],
)
def test_ratio_of_growth(base, last, target, elapsed, span, sign, ratio):
    assert pace.pace_ratio(base, last, target, elapsed, span, sign) == pytest.approx(
        ratio, rel=1e-12, abs=1e-14
    )


@pytest.mark.parametrize(
    ("base", "last", "target", "elapsed"),
    [(5, 6, 5, 1), (0, 6, 9, 1), (5, 0, 9, 1), (5, 6, 0, 1), (-5, -4, -3, 1), (5, 5, 9, 0)],
)
def test_no_ratio_without_growth_needed_or_with_values_not_positive(base, last, target, elapsed):
    assert pace.pace_ratio(base, last, target, elapsed, 5) is None


@repeatable
@given(
    base=amount,
    last=amount,
    target=amount,
    elapsed=st.integers(1, 5),
    sign=st.sampled_from([1, -1]),
)
def test_the_ratio_does_not_depend_on_the_unit(base, last, target, elapsed, sign):
    ratio = pace.pace_ratio(base, last, target, elapsed, 6, sign)
    other = pace.pace_ratio(base * 8, last * 8, target * 8, elapsed, 6, sign)  # 8: exact in binary
    assert ratio == other


@pytest.mark.parametrize(
    ("ratio", "status"),
    [
        (1.3, "on_track"),
        (0.95, "on_track"),
        (0.9499999, "acceleration_needed"),
        (0.6, "acceleration_needed"),
        (0.5999999, "limited_progress"),
        (0.0, "limited_progress"),
        (-1e-9, "deterioration"),
        (None, None),
    ],
)
def test_statistics_canadas_categories(ratio, status):
    assert pace.statcan_status(ratio, met=False) == status
    assert pace.statcan_status(ratio, met=True) == "target_achieved"


# Eurostat (Sustainable development in the European Union, annex on trends against quantitative
# targets): 95 % and more significant, 60 to 95 % moderate, 0 to 60 % insufficient, below 0 away


@pytest.mark.parametrize(
    ("ratio", "status"),
    [
        (1.2, "significant_progress"),
        (0.95, "significant_progress"),
        (0.9499999, "moderate_progress"),
        (0.6, "moderate_progress"),
        (0.5999999, "insufficient_progress"),
        (0.0, "insufficient_progress"),
        (-1e-9, "moving_away"),
        (None, None),
    ],
)
def test_eurostats_bands(ratio, status):
    assert pace.eurostat_status(ratio) == status


# UN DESA, SDG Progress Chart technical note 2023: (v_e - v_b) / (v_T - v_b), v_e = v_t (1 + g)^k


@pytest.mark.parametrize(
    ("base", "last", "target", "elapsed", "span", "share"),
    [
        (10, 15, 30, 5, 15, 1.1875),  # 15 x 1.5^2 = 33.75 expected
        (100, 110, 121, 1, 2, 1.0),
        (20, 16, 5, 2, 10, 0.896426666666667),  # 16 x 0.8^4 = 6.5536 expected
        (10, 10, 30, 5, 15, 0.0),
        (10, 8, 30, 1, 2, -0.18),  # 6.4 expected
    ],
)
def test_share_of_the_gap_closed_by_the_deadline(base, last, target, elapsed, span, share):
    found = pace.expected_gap_closed(base, last, target, elapsed, span)
    assert found == pytest.approx(share, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize(
    ("base", "last", "target", "elapsed"),
    [(5, 6, 5, 1), (0, 6, 9, 1), (5, 0, 9, 1), (5, -1, 9, 1), (5, 5, 9, 0)],
)
def test_no_expected_share_where_it_is_undefined(base, last, target, elapsed):
    assert pace.expected_gap_closed(base, last, target, elapsed, 5) is None


@pytest.mark.parametrize(
    ("share", "status"),
    [
        (2.0, "met_or_on_track"),
        (0.95, "met_or_on_track"),
        (0.9499999, "fair_progress"),
        (0.10, "fair_progress"),
        (0.0999999, "stagnation_or_regression"),
        (-3.0, "stagnation_or_regression"),
        (None, None),
    ],
)
def test_un_desas_classes(share, status):
    assert pace.un_desa_status(share, met=False) == status
    assert pace.un_desa_status(share, met=True) == "met_or_on_track"


# 时序进度: (actual - base) / (target - base) against what was due


@pytest.mark.parametrize(
    ("base", "last", "target", "closed"),
    [
        (0.17, 0.45, 1.5, 0.210526315789474),  # 21 %, where 0.45 / 1.5 would say 30 %
        (20, 14, 8, 0.5),
        (20, 23, 8, -0.25),
        (0, 3, 12, 0.25),
        (-4, -1, 2, 0.5),
        (5, 9, 7, 2.0),
    ],
)
def test_share_of_the_gap_closed(base, last, target, closed):
    assert pace.gap_closed(base, last, target) == pytest.approx(closed, rel=1e-12)


def test_no_gap_no_share():
    assert pace.gap_closed(6, 8, 6) is None


@pytest.mark.parametrize(
    ("closed", "due", "status"),
    [
        (0.41, 0.40, "ahead_of_schedule"),
        (0.4004, 0.40, "on_schedule"),
        (0.40, 0.40, "on_schedule"),
        (0.39, 0.40, "behind_schedule"),
        (-0.1, 0.4, "behind_schedule"),
        (None, 0.4, None),
        (0.4, None, None),
    ],
)
def test_words_of_schedule(closed, due, status):
    assert pace.time_progress_status(closed, due) == status


def test_paths_of_the_plans_two_headline_targets():
    def path(base, target, shape, digits):
        return pace.required_path(base, target, 2020, 2025, shape).round(digits).tolist()

    assert path(0.17, 1.5, "straight", 3) == [0.17, 0.436, 0.702, 0.968, 1.234, 1.5]
    assert path(0.17, 1.5, "geometric", 3) == [0.17, 0.263, 0.406, 0.628, 0.97, 1.5]
    assert path(41, 100, "straight", 1) == [41, 52.8, 64.6, 76.4, 88.2, 100]
    assert path(41, 100, "geometric", 1) == [41, 49, 58.6, 70, 83.7, 100]


def test_the_path_alone_flips_the_verdict():
    # 0.45 % at the end of 2022: behind 0.702, ahead of 0.406
    closed = pace.gap_closed(0.17, 0.45, 1.5)
    words = {}
    for shape in ("straight", "geometric"):
        due = pace.required_path(0.17, 1.5, 2020, 2025, shape).loc[2022]
        words[shape] = pace.time_progress_status(closed, pace.gap_closed(0.17, due, 1.5))
    assert words == {"straight": "behind_schedule", "geometric": "ahead_of_schedule"}


def test_on_the_straight_path_the_share_due_is_the_time_elapsed():
    path = pace.required_path(20, 5, 2015, 2030, "straight")
    for year, value in path.items():
        assert pace.gap_closed(20, value, 5) == pytest.approx((year - 2015) / 15)


@repeatable
@given(base=amount, target=amount)
def test_paths_join_base_and_target_and_the_geometric_one_never_lies_above(base, target):
    straight = pace.required_path(base, target, 2020, 2025, "straight")
    geometric = pace.required_path(base, target, 2020, 2025, "geometric")
    for path in (straight, geometric):
        assert path.index.tolist() == [2020, 2021, 2022, 2023, 2024, 2025]
        assert path.iloc[0] == pytest.approx(base)
        assert path.iloc[-1] == pytest.approx(target)
    assert (geometric <= straight * (1 + 1e-12)).all()  # means: geometric <= arithmetic


@pytest.mark.parametrize(("base", "target"), [(0, 5), (5, 0), (-5, 5), (-5, -4)])
def test_no_geometric_path_through_zero(base, target):
    path = pace.required_path(base, target, 2020, 2025, "geometric")
    assert path.dtype == "float64"
    assert path.isna().all()
    assert pace.required_path(base, target, 2020, 2025, "straight").notna().all()


def test_an_unknown_shape_is_refused():
    with pytest.raises(ValueError, match="'straight' or 'geometric'"):
        pace.required_path(1, 2, 2020, 2025, "s-curve")


@repeatable
@given(base=amount, target=amount, elapsed=st.integers(1, 4))
def test_growing_at_the_required_rate_is_on_track_by_every_growth_measure(base, target, elapsed):
    if math.isclose(base, target, rel_tol=1e-3):
        return
    sign = 1 if target > base else -1
    last = float(pace.required_path(base, target, 2020, 2025, "geometric").loc[2020 + elapsed])
    ratio = pace.pace_ratio(base, last, target, elapsed, 5, sign)
    assert ratio == pytest.approx(1, abs=1e-6)
    assert pace.expected_gap_closed(base, last, target, elapsed, 5) == pytest.approx(1, abs=1e-6)
