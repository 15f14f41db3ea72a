"""The trend models: literal predictions, what they refuse, and that they never print."""

import math
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest

from changji_analysis import forecast
from changji_analysis.errors import ForecastError
from changji_analysis.trends import MODELS, STATSMODELS, predict
from changji_analysis.trends.combination import MEMBERS
from changji_analysis.trends.recalibrated import WIDEN

FEWEST = {
    "naive": 2,
    "drift": 3,
    "log_linear": 3,
    "count_trend": 3,
    "damped_ets": 4,
    "theta": 4,
    "local_linear": 4,
}
ALL = ["pooled", "combination", *FEWEST]
OTHERS = pytest.mark.parametrize("model", list(FEWEST))
WILD = {
    "constant": [5.0] * 6,
    "exact line": [1.0, 2.0, 4.0, 8.0, 16.0, 32.0],
    "huge jump": [1.0, 1.1, 1.0, 1.2, 900.0, 910.0],
    "collapse": [900.0, 100.0, 10.0, 1.0, 1.0, 1.0],
    "shortest": [5.0, 6.0, 6.5, 7.0],
    "tiny": [1e-9, 2e-9, 3e-9, 2e-9, 5e-9],
    "huge": [1e12, 2e12, 3e12, 1e12, 2e12],
}


def series(values, first=2010):
    return pd.Series(values, index=range(first, first + len(values)), dtype=float)


# The registry


def test_every_model_of_the_registry_is_tested_here():
    assert set(ALL) == set(MODELS)


def test_an_unknown_model_is_refused_and_the_known_are_named():
    with pytest.raises(ForecastError, match="pooled, naive, drift") as error:
        predict("prophet", np.zeros(5), np.arange(5), [1])
    assert error.value.reason == "model"


@OTHERS
def test_too_few_points_are_refused_with_a_reason(model):
    for n in range(1, FEWEST[model]):
        with pytest.raises(ForecastError, match=r"Remedy: .*pooled") as error:
            predict(model, np.log(np.arange(1.0, n + 1)), np.arange(n), [1, 2])
        assert error.value.reason == "too_few_points"
        assert f"at least {FEWEST[model]} observations" in str(error.value)


@OTHERS
def test_the_fewest_points_are_enough(model):
    n = FEWEST[model]
    x = np.log([5.0, 6.0, 6.5, 7.0][:n])
    got = predict(model, x, np.arange(2010, 2010 + n), np.arange(1, 6))
    assert got.loc.shape == (5,)
    assert np.isfinite(got.loc).all()
    assert np.allclose(got.shape, got.shape.T)
    assert np.linalg.eigvalsh(got.shape).min() > -1e-10
    assert got.df >= 1


@pytest.mark.parametrize("model", ["damped_ets", "theta"])
def test_models_that_cannot_skip_years_name_the_years(model):
    with pytest.raises(ForecastError, match="2012, 2014 are missing") as error:
        predict(model, np.zeros(5), np.array([2010, 2011, 2013, 2015, 2016]), [1])
    assert error.value.reason == "gaps"


@pytest.mark.parametrize("model", ["naive", "drift", "log_linear", "local_linear", "count_trend"])
def test_models_that_allow_gaps_look_at_the_years(model):
    """On an exact line a missing year changes nothing; taking the gap for one step would."""
    years = np.array([2000, 2001, 2003, 2004, 2006])
    x = 1 + 0.3 * (years - 2000)
    got = predict(model, x, years, [1, 2, 4]).loc
    want = np.full(3, x[-1]) if model == "naive" else x[-1] + 0.3 * np.array([1, 2, 4])
    assert got == pytest.approx(want, abs=1e-4)


# Literal predictions


def test_naive_counts_a_gap_of_k_years_as_k_steps():
    # FPP3 section 5.2: s2 = mean of step^2 / years = (1 + 0 + 9 / 2) / 3
    got = predict("naive", np.array([0.0, 1, 1, 4]), np.array([2000, 2001, 2002, 2004]), [1, 4])
    assert got.loc.tolist() == [4, 4]
    assert got.shape == pytest.approx(np.array([[11 / 6, 11 / 6], [11 / 6, 22 / 3]]))
    assert got.df == 3


def test_drift_is_the_mean_growth_with_its_own_uncertainty():
    # FPP3 table 5.2, s2 h (1 + h / T): slope 4 / 4; s2 = (0 + 1 + 1 / 2) / 2; T = 4
    got = predict("drift", np.array([0.0, 1, 1, 4]), np.array([2000, 2001, 2002, 2004]), [1, 2])
    assert got.loc == pytest.approx([5, 6])
    assert got.shape == pytest.approx(np.array([[0.9375, 1.125], [1.125, 2.25]]))
    assert got.df == 2


def test_log_linear_has_the_interval_of_a_new_observation():
    # Greene eq. 4-46 by hand: residuals -1/6, 1/3, -1/6, so s2 = 1/6; at h = 1
    # s2 (1 + 1/3 + 2^2 / 2), at h = 2 s2 (1 + 1/3 + 3^2 / 2), between them s2 (1/3 + 2 x 3 / 2)
    got = predict("log_linear", np.array([0.0, 1, 1]), np.array([2000, 2001, 2002]), [1, 2])
    assert got.loc == pytest.approx([5 / 3, 13 / 6])
    assert got.shape == pytest.approx(np.array([[5 / 9, 5 / 9], [5 / 9, 35 / 36]]))
    assert got.df == 1


def test_log_linear_agrees_with_the_closed_form_of_a_regression():
    from scipy import stats

    x, t = np.array([0.0, 0.3, 0.1, 0.7, 0.6]), np.array([2000, 2001, 2004, 2005, 2009])
    got = predict("log_linear", x, t, [3])
    line = stats.linregress(t, x)
    s2 = np.sum((x - line.intercept - line.slope * t) ** 2) / 3
    far = (2012 - t.mean()) ** 2 / np.sum((t - t.mean()) ** 2)
    assert got.loc[0] == pytest.approx(line.intercept + line.slope * 2012)
    assert got.shape[0, 0] == pytest.approx(s2 * (1 + 1 / 5 + far))


def test_theta_of_an_exact_line_goes_on_at_half_its_slope():
    # Hyndman and Billah 2003: Theta is simple exponential smoothing with half the OLS slope
    got = predict("theta", 0.1 * np.arange(6), np.arange(6), [1, 2, 5])
    assert got.loc == pytest.approx(0.5 + 0.05 * np.array([1, 2, 5]), abs=2e-4)


def test_theta_of_a_constant_is_that_constant():
    """statsmodels 0.15.0 forecasts 478,000 from six fives, and grows."""
    got = predict("theta", np.log([5.0] * 6), np.arange(6), [1, 5])
    assert np.exp(got.loc) == pytest.approx([5, 5])


def test_damped_growth_dies_away():
    x = np.log([1.0, 1.2, 1.5, 1.7, 2.1, 2.5, 2.9, 3.6])
    steps = np.diff(np.r_[x[-1], predict("damped_ets", x, np.arange(8), np.arange(1, 9)).loc])
    assert (steps[1:] > 0).all()
    assert (np.diff(steps[1:]) < 1e-12).all()


def test_local_linear_goes_on_along_an_exact_line():
    got = predict("local_linear", 1 + 0.2 * np.arange(6), np.arange(6), [1, 5])
    assert got.loc == pytest.approx([2.2, 3.0], abs=1e-4)


def test_count_trend_is_a_poisson_regression_where_counts_do_not_scatter():
    # 8, 16, 32 lie on the curve; X'WX = [[56, -32], [-32, 48]], its determinant 1664, so the
    # mean's variance at h = 1 is (48 + 2 x 32 + 56) / 1664, and the new count's log(1 + 1 / 64)
    got = predict("count_trend", np.log([8.0, 16, 32]), np.array([2018, 2019, 2020]), [1])
    assert got.loc == pytest.approx([math.log(64)])
    assert got.shape[0, 0] == pytest.approx(168 / 1664 + math.log(65 / 64))
    assert got.df == 1


def test_counts_that_scatter_more_than_poisson_get_a_wider_interval():
    years = np.arange(6)
    calm = predict("count_trend", np.log([80.0, 90, 100, 112, 125, 140]), years, [3])
    wild = predict("count_trend", np.log([80.0, 150, 60, 190, 70, 200]), years, [3])
    assert wild.shape[0, 0] > 5 * calm.shape[0, 0]


@pytest.mark.parametrize("kind", ["ratio", "level", "share"])
def test_count_trend_refuses_what_is_no_count(kind):
    """A Poisson variance of a ratio would depend on its unit."""
    with pytest.raises(ForecastError, match="model of counts") as error:
        forecast(series([1.0, 2, 3, 4]), 2016, model="count_trend", kind=kind)
    assert error.value.reason == "kind"


# What holds for every model


@pytest.mark.parametrize("model", ALL)
@pytest.mark.parametrize("name", list(WILD))
def test_fits_neither_print_nor_warn_nor_return_nan(model, name, capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        f = forecast(series(WILD[name]), 2020, model=model, kind="count")
        table = f.quantiles([0.1, 0.5, 0.9])
    assert capfd.readouterr() == ("", "")
    assert table.notna().all(axis=None)
    assert (table.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    assert all(isinstance(note, str) and "/" not in note for note in f.notes)


@pytest.mark.parametrize("model", ["naive", "drift"])
def test_a_constant_series_stays_where_it_is(model):
    f = forecast(series([5.0] * 6), 2018, model=model)
    assert f.median.to_numpy() == pytest.approx([5, 5, 5])
    assert f.sample(4, 1) == pytest.approx(np.full((4, 3), 5.0), rel=1e-4)
    assert f.probability(6) < 1e-6
    assert f.probability(4) > 1 - 1e-6
    assert any("no width" in note for note in f.notes)
    assert f.probability(5) == f.probability(5, direction="at_most") == 1


@pytest.mark.parametrize("model", STATSMODELS)
def test_statsmodels_gives_the_centre_and_pooled_the_checked_spread(model):
    known = series([5.0, 5.6, 6.1, 6.0, 7.2, 8.0])
    f, plain = forecast(known, 2018, model=model, kind="count"), forecast(known, 2018, kind="count")
    own = predict(model, np.log(known.to_numpy()), known.index.to_numpy(), [1, 2, 3])
    np.testing.assert_allclose(f.loc, own.loc)
    np.testing.assert_allclose(f.shape, WIDEN[model] ** 2 * plain.shape)
    assert f.df == plain.df and WIDEN[model] >= 1
    flat = forecast(series([5.0] * 6), 2018, model=model, kind="count")
    assert 0.01 < flat.probability(5.5) < 0.5 and not any("no width" in n for n in flat.notes)


def test_the_combination_is_the_mean_of_the_centres_that_there_are():
    x, years = np.log([5.0, 5.6, 6.1, 6.0, 7.2]), np.arange(2010, 2015)
    f = predict("combination", x, years, [1, 2])
    centres = [predict(m, x, years, [1, 2]).loc for m in MEMBERS]
    np.testing.assert_allclose(f.loc, np.mean(centres, axis=0))
    short = predict("combination", x[:2], years[:2], [1, 2])
    assert "drift (too_few_points)" in short.notes[-1]
    alone = predict("combination", x[:1], years[:1], [1, 2])
    np.testing.assert_allclose(alone.loc, predict("pooled", x[:1], years[:1], [1, 2]).loc)


@pytest.mark.parametrize("model", ["damped_ets", "local_linear"])
def test_a_fit_that_does_not_converge_says_so(model):
    stuck = forecast(series(WILD["constant"]), 2018, model=model)
    assert any(note.startswith("ConvergenceWarning: ") for note in stuck.notes)


def test_statsmodels_neither_changes_the_warning_filters_nor_numpys_random_state():
    """Its import sets simplefilter("always") for its own warnings, if it is let."""
    code = """
import sys, warnings
import numpy as np, pandas as pd
import changji_analysis as ca
from changji_analysis.trends import MODELS
assert "statsmodels" not in sys.modules
before, state = list(warnings.filters), np.random.get_state()[1].tolist()
h = pd.Series([5.0] * 6, index=range(2010, 2016))
for model in ("damped_ets", "theta", "local_linear", "log_linear", "count_trend"):
    ca.forecast(h, 2018, model=model, kind="count").sample(3, 1)
assert "statsmodels" in sys.modules
kept = [f for f in warnings.filters if "statsmodels" in str(f[2])]
assert not kept, kept
assert np.random.get_state()[1].tolist() == state
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@pytest.mark.parametrize("model", ALL)
def test_scaling_a_series_scales_its_forecast(model):
    """A change of unit is a shift in logs; counts are no matter of units."""
    if model == "count_trend":
        pytest.skip("a Poisson variance belongs to the number of things")
    x = np.log([2.0, 2.3, 2.2, 2.9, 3.1, 3.0, 3.6])
    one = predict(model, x, np.arange(7), [1, 3])
    other = predict(model, x + math.log(1000), np.arange(7), [1, 3])
    assert other.loc == pytest.approx(one.loc + math.log(1000), abs=2e-3)
    assert other.shape == pytest.approx(one.shape, rel=0.05)


@pytest.mark.parametrize("model", ALL)
def test_the_calendar_does_not_matter(model):
    x = np.log([20.0, 23, 22, 29, 31, 30, 36])
    one = predict(model, x, np.arange(1990, 1997), [1, 3])
    other = predict(model, x, np.arange(2013, 2020), [1, 3])
    assert other.loc == pytest.approx(one.loc, abs=1e-9)
    assert other.shape == pytest.approx(one.shape, rel=1e-9)
