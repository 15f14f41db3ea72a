"""The scale of each kind of indicator, its bounds included."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changji_analysis.errors import ForecastError
from changji_analysis.scales import COUNT_LOG, KINDS, LOG, LOGIT, scale_for

SCALES = pytest.mark.parametrize("scale", [LOG, COUNT_LOG, LOGIT], ids=["log", "count", "logit"])
inside = st.floats(0.001, 99.999)
repeatable = settings(derandomize=True, deadline=None)


@pytest.mark.parametrize(
    ("kind", "values", "scale"),
    [
        ("ratio", [0.17, 250.0], LOG),
        ("level", [1e-9, 1e12], LOG),
        ("count", [41.0, 100.0], COUNT_LOG),
        ("count", [0.0, 3.0], COUNT_LOG),
        ("share", [0.0, 100.0], LOGIT),
    ],
)
def test_each_kind_has_its_scale(kind, values, scale):
    assert scale_for(kind, np.array(values)) is scale


@pytest.mark.parametrize(
    ("kind", "values", "reason", "named"),
    [
        ("percent", [1.0], "kind", "ratio, count, level, share"),
        ("ratio", [0.17, 0.0], "non_positive", "the value 0 "),
        ("level", [-3.5, 2.0], "non_positive", "the value -3.5 "),
        ("count", [-1.0, 2.0], "non_positive", "the value -1 "),
        ("share", [-0.1, 2.0], "out_of_range", "-0.1 %"),
        ("share", [50.0, 100.5], "out_of_range", "100.5 %"),
    ],
)
def test_values_that_a_kind_cannot_take(kind, values, reason, named):
    with pytest.raises(ForecastError, match="Remedy: ") as error:
        scale_for(kind, np.array(values))
    assert error.value.reason == reason
    assert named in str(error.value)


def test_literal_places():
    # ln 2, ln(20 / 80), ln(75 / 25)
    assert LOG.forward(np.array([1.0, 2.0])) == pytest.approx([0, 0.6931471805599453])
    assert LOGIT.forward(np.array([20.0, 75.0])) == pytest.approx(
        [-1.3862943611198906, 1.0986122886681098]
    )
    assert LOGIT.inverse(np.array([0.0, -1.3862943611198906])) == pytest.approx([50, 20])


def test_a_zero_count_is_taken_as_one_half():
    assert COUNT_LOG.forward(np.array([0.0, 1.0, 2.0])) == pytest.approx(
        [-0.6931471805599453, 0, 0.6931471805599453]
    )


def test_a_share_at_its_bound_is_taken_half_a_digit_inside():
    # ln(0.05 / 99.95)
    assert LOGIT.forward(np.array([0.0, 50.0, 100.0])) == pytest.approx(
        [-7.6004023345004, 0, 7.6004023345004]
    )


def test_a_figure_inside_the_bounds_is_never_moved():
    # ln(0.01 / 99.99): the zero may not overtake the smallest share that is printed
    assert LOGIT.forward(np.array([0.01, 0.0])) == pytest.approx([-9.21024036697585] * 2)
    assert LOGIT.inverse(LOGIT.forward(np.array([99.99]))) == pytest.approx([99.99])


@SCALES
@repeatable
@given(values=st.lists(inside, min_size=2, max_size=8))
def test_forward_keeps_the_order(scale, values):
    ordered = np.sort(np.array([0.0, *values, 100.0]) if scale.edge else np.array(values))
    assert (np.diff(scale.forward(ordered)) >= 0).all()


@SCALES
@repeatable
@given(value=inside)
def test_a_threshold_is_placed_where_the_figure_is(scale, value):
    assert scale.place(value) == pytest.approx(float(scale.forward(np.array([value]))[0]))
    assert float(scale.inverse(np.float64(scale.place(value)))) == pytest.approx(value)


@SCALES
@repeatable
@given(first=st.floats(-10, 120), second=st.floats(-10, 120))
def test_places_rise_with_the_threshold(scale, first, second):
    low, high = sorted([first, second])
    assert scale.place(low) <= scale.place(high)


@SCALES
def test_thresholds_at_the_bounds_and_beyond(scale):
    assert scale.place(0.0) == scale.place(-7.0) == -np.inf
    assert scale.place(100.0) == (np.inf if scale is LOGIT else pytest.approx(np.log(100)))
    assert scale.place(101.0) == (np.inf if scale is LOGIT else pytest.approx(np.log(101)))


@SCALES
def test_the_inverse_stays_within_the_bounds_without_a_warning(scale):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        values = scale.inverse(np.array([-1e4, -50.0, 0.0, 50.0, 1e4]))
    assert not np.isnan(values).any()
    assert (np.diff(values) >= 0).all()
    assert values[0] == 0
    assert values[-1] == scale.upper


def test_every_kind_that_is_advertised_exists():
    assert KINDS == ("ratio", "count", "level", "share")
    for kind in KINDS:
        assert scale_for(kind, np.array([5.0])).name == ("logit" if kind == "share" else "log")
