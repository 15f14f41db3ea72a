"""Forecasts: probabilities, quantiles and paths that agree, and what is refused."""

import math
import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from changji_analysis import Forecast, forecast
from changji_analysis.errors import ForecastError

KINDS = ("ratio", "count", "level", "share")
quick = settings(max_examples=40, deadline=None, derandomize=True)


def series(values, first=2016):
    return pd.Series(values, index=range(first, first + len(values)), dtype=float)


def panel(areas=8, years=12, first=2005, level=1.0, seed=1):
    rng = np.random.default_rng(seed)
    steps = 0.04 + 0.02 * rng.standard_normal(areas) + 0.08 * rng.standard_normal((years, areas))
    index = range(first, first + years)
    return pd.DataFrame(level * np.exp(steps.cumsum(0)), index, [f"p{i}" for i in range(areas)])


PEERS = {
    "ratio": panel(),
    "level": panel(level=300),
    "count": panel(level=40).round(),
    "share": 100 / (1 + 9 / panel()),
}


@st.composite
def histories(draw, kind):
    """Figures as they are printed, gaps between the years allowed; zeros where a kind has them."""
    inside = {
        "ratio": st.floats(0.01, 5),
        "level": st.floats(0.5, 5000),
        "count": st.integers(0, 3000),
        "share": st.floats(0, 100),
    }[kind]
    values = draw(st.lists(inside, min_size=1, max_size=10))
    gaps = draw(st.lists(st.integers(1, 3), min_size=len(values), max_size=len(values)))
    return pd.Series([round(float(v), 2) for v in values], index=2000 + np.cumsum(gaps))


@st.composite
def cases(draw):
    """A kind with a forecast of it by `pooled`, with peers or without."""
    kind = draw(st.sampled_from(KINDS))
    history = draw(histories(kind))
    peers = draw(st.sampled_from([None, PEERS[kind]]))
    until = int(history.index[-1]) + draw(st.integers(1, 6))
    return kind, forecast(history, until, peers=peers, kind=kind)


# Literal


def test_a_random_walk_of_one_step_by_hand():
    """From 100 to 110: squared scale ln(1.1)^2 a year and one degree of freedom, a Cauchy, whose
    upper quartile lies one scale above the centre: 110 x 1.1 after one year, x 1.1^2 after four."""
    f = forecast(series([100, 110], 2019), 2024, model="naive")
    assert f.years == (2021, 2022, 2023, 2024)
    assert f.median.tolist() == pytest.approx([110] * 4)
    upper = f.quantiles([0.75])[0.75]
    assert upper.loc[2021] == pytest.approx(121)
    assert upper.loc[2024] == pytest.approx(133.1)
    assert f.probability(121, 2021) == pytest.approx(0.25)
    assert f.probability(133.1) == pytest.approx(0.25)
    assert f.probability(100, 2021, "at_most") == pytest.approx(0.25)
    box = f.interval(0.5)
    assert box.loc[2021].to_dict() == pytest.approx({"lower": 100, "upper": 121})


def test_drift_extrapolates_the_compound_growth():
    f = forecast(series([100, 105, 121], 2018), 2022, model="drift")
    assert f.median.tolist() == pytest.approx([133.1, 146.41])


def test_what_a_forecast_knows_of_itself():
    history = pd.Series([1.0, np.nan, 1.3], index=[2018, 2019, 2020])
    f = forecast(history, 2022, model="naive")
    assert isinstance(f, Forecast)
    assert (f.n, f.last_year, f.years, f.model) == (2, 2020, (2021, 2022), "naive")
    assert f.median.name == "median"
    assert f.median.index.name == "year"
    assert f.interval().columns.tolist() == ["lower", "upper"]
    assert f.quantiles([0.1, 0.9]).columns.tolist() == [0.1, 0.9]


# Probabilities and quantiles


@quick
@given(case=cases(), level=st.floats(0.005, 0.995))
def test_probability_of_a_quantile_is_its_level(case, level):
    kind, f = case
    for year, value in f.quantiles([level])[level].items():
        assume(1e-300 < value < (99.999 if kind == "share" else np.inf))  # 100 - value cancels
        assert f.probability(value, year, "at_most") == pytest.approx(level, abs=1e-6)


@quick
@given(case=cases(), threshold=st.floats(-10, 6000))
def test_at_least_and_at_most_add_up_to_one(case, threshold):
    _, f = case
    up, down = f.probability(threshold), f.probability(threshold, direction="at_most")
    assert 0 <= up <= 1
    assert up + down == pytest.approx(1, abs=1e-12)


@quick
@given(case=cases(), thresholds=st.lists(st.floats(-10, 6000), min_size=2, max_size=6))
def test_a_higher_threshold_is_never_likelier_reached(case, thresholds):
    _, f = case
    up = [f.probability(t) for t in sorted(thresholds)]
    down = [f.probability(t, direction="at_most") for t in sorted(thresholds)]
    assert up == sorted(up, reverse=True)
    assert down == sorted(down)


@quick
@given(case=cases())
def test_quantiles_rise_with_the_level_and_stay_where_the_kind_lives(case):
    kind, f = case
    table = f.quantiles([0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.999])
    assert table.notna().all(axis=None)
    assert (table >= 0).all(axis=None)
    assert (table.iloc[:, 1:].to_numpy() >= table.iloc[:, :-1].to_numpy()).all()
    if kind == "share":
        assert (table <= 100).all(axis=None)
    assert (f.median == table[0.5]).all()
    assert f.probability(0) == f.probability(-3) == 1
    if kind == "share":
        assert f.probability(100) == f.probability(140) == 0


@quick
@given(case=cases())
def test_wider_coverage_contains_the_narrower(case):
    _, f = case
    narrow, wide = f.interval(0.5), f.interval(0.95)
    assert (wide["lower"] <= narrow["lower"]).all()
    assert (wide["upper"] >= narrow["upper"]).all()
    assert (narrow["lower"] <= f.median).all()
    assert (narrow["upper"] >= f.median).all()


@quick
@given(history=histories("ratio"), factor=st.floats(0.001, 1000), threshold=st.floats(0.01, 10))
def test_a_ratio_may_change_its_unit(history, factor, threshold):
    assume((history > 0).all())
    one = forecast(history, 2035).probability(threshold)
    other = forecast(history * factor, 2035).probability(threshold * factor)
    assert other == pytest.approx(one, abs=1e-9)


def test_a_ratio_may_change_its_unit_together_with_its_peers():
    history, peers = series([0.3, 0.33, 0.4]), PEERS["ratio"]
    one = forecast(history, 2023, peers=peers).probability(0.5)
    other = forecast(history * 1000, 2023, peers=peers * 1000).probability(500)
    assert other == pytest.approx(one, abs=2e-3)


@quick
@given(history=histories("count"), years=st.integers(-150, 150))
def test_only_the_distance_in_years_counts(history, years):
    last = int(history.index[-1])
    moved = history.set_axis(history.index + years)
    one = forecast(history, last + 5, kind="count", peers=PEERS["count"])
    peers = PEERS["count"].set_axis(PEERS["count"].index + years)
    other = forecast(moved, last + 5 + years, kind="count", peers=peers)
    assert other.probability(50) == pytest.approx(one.probability(50), abs=1e-9)


# Paths


@pytest.mark.parametrize(
    ("kind", "values"),
    [("ratio", [0.3, 0.33, 0.4]), ("count", [0, 4, 9, 9]), ("share", [2.0, 1.5, 3.0])],
)
@pytest.mark.parametrize("model", ["pooled", "drift"])
def test_the_paths_have_the_marginals_of_the_quantiles(kind, values, model):
    f = forecast(series(values), 2024, model=model, kind=kind)
    paths = f.sample(20_000, 7)
    assert paths.shape == (20_000, len(f.years))
    for level in (0.05, 0.25, 0.5, 0.9):
        below = (paths <= f.quantiles([level])[level].to_numpy()).mean(0)
        assert below == pytest.approx(level, abs=4 * math.sqrt(level * (1 - level) / 20_000))


def test_paths_hang_together():
    """A random walk after one and after four years: correlation sqrt(1 / 4)."""
    f = forecast(series([1, 1.2, 1.1, 1.3, 1.2, 1.5, 1.3, 1.6, 1.5, 1.7]), 2029, model="naive")
    logs = np.log(f.sample(40_000, 3))
    assert np.corrcoef(logs[:, 0], logs[:, 3])[0, 1] == pytest.approx(0.5, abs=0.03)
    steps = np.diff(logs, axis=1)
    assert np.corrcoef(steps[:, 0], steps[:, 2])[0, 1] == pytest.approx(0, abs=0.03)


def test_a_seed_fixes_the_paths_and_nothing_else_does():
    f = forecast(series([1, 1.2]), 2022)
    state = np.random.get_state()[1].copy()  # noqa: NPY002 the global state must stay as it is
    assert (f.sample(5, 1) == f.sample(5, 1)).all()
    assert (f.sample(5, 1) != f.sample(5, 2)).any()
    assert f.sample(0, 1).shape == (0, 5)
    assert (np.random.get_state()[1] == state).all()  # noqa: NPY002


# Edges of the kinds


def test_a_share_at_its_bound():
    for values in ([0.0], [100.0], [0.0, 0.0, 0.1], [99.9, 100.0]):
        f = forecast(series(values), 2025, kind="share")
        assert f.interval(0.95).notna().all(axis=None)
        assert f.interval(0.95).ge(0).all(axis=None)
        assert f.interval(0.95).le(100).all(axis=None)


def test_a_share_close_to_its_bound_keeps_its_quantiles_and_probabilities_together():
    f = forecast(series([99.0, 99.5, 99.8]), 2023, kind="share")
    far = float(f.quantiles([0.9])[0.9].iloc[-1])
    assert 99.9 < far < 100
    assert f.probability(far) == pytest.approx(0.1)


def test_a_small_share_is_not_lifted():
    f = forecast(series([0.02, 0.02, 0.02]), 2019, kind="share")
    assert f.interval(0.8).iloc[0].between(0.015, 0.03).all()


def test_a_share_far_from_its_bounds_is_close_to_a_ratio():
    history = series([0.20, 0.22, 0.25])
    share, ratio = (forecast(history, 2023, kind=kind).median for kind in ("share", "ratio"))
    assert share.to_numpy() == pytest.approx(ratio.to_numpy(), rel=0.01)


@pytest.mark.parametrize("values", [[0], [0, 0, 0], [3, 0], [0, 0, 12], [1, 0, 2, 0, 5]])
@pytest.mark.parametrize("peers", [None, PEERS["count"], PEERS["count"] * 0])
def test_zeros_in_counts(values, peers):
    f = forecast(series(values), 2024, kind="count", peers=peers)
    table = f.quantiles([0.01, 0.5, 0.99])
    assert table.notna().all(axis=None)
    assert (table >= 0).all(axis=None)
    assert 0 < f.probability(3) < 1


def test_a_zero_somewhere_hardly_moves_the_other_counts():
    """The scale of a count may not depend on whether a zero is among its figures."""
    with_zero = forecast(series([0, 40, 41, 43, 42, 44, 45, 46, 47, 48, 49]), 2030, kind="count")
    without = forecast(series([1, 40, 41, 43, 42, 44, 45, 46, 47, 48, 49]), 2030, kind="count")
    assert with_zero.median.iloc[0] == pytest.approx(without.median.iloc[0], rel=0.02)


# Peers


def test_without_peers_and_with_too_few_the_forecast_is_the_same():
    history = series([0.3, 0.33, 0.4])
    alone = forecast(history, 2023)
    for peers in (PEERS["ratio"].iloc[:, :2], PEERS["ratio"] * np.nan, pd.DataFrame()):
        few = forecast(history, 2023, peers=peers)
        assert few.probability(0.5) == alone.probability(0.5)
        assert any("generic" in note for note in few.notes)
    assert alone.notes == ()


def test_peers_matter_less_the_more_is_known():
    fast = PEERS["ratio"].mul(np.exp(0.1 * np.arange(12)), axis=0)

    def pull(values):
        history = series(values, 2017 - len(values))
        slow, quicker = (forecast(history, 2021, peers=p) for p in (PEERS["ratio"], fast))
        return quicker.probability(2) - slow.probability(2)

    assert pull([1.0]) > 0.3
    assert 0 < pull([0.7, 0.75, 0.8, 0.84, 0.9, 0.95, 1.0]) < pull([1.0])


def test_the_areas_own_column_is_no_peer_even_if_it_knows_more():
    history = series([1.0], 2010)
    history.attrs["area"] = "甲市"
    peers = PEERS["ratio"].assign(甲市=np.exp(np.arange(12.0)))
    f = forecast(history, 2015, peers=peers)
    assert "left out of the peers, being the series itself: 甲市" in f.notes
    assert f.probability(2) == forecast(history, 2015, peers=PEERS["ratio"]).probability(2)


def test_figures_of_peers_that_have_no_logarithm_are_left_out_and_counted():
    peers = PEERS["ratio"].copy()
    peers.iloc[0, 0], peers.iloc[1, 0], peers.iloc[2, 1] = 0, -1, np.inf
    f = forecast(series([1.0]), 2020, peers=peers)
    assert "figures of peers left out, having no place on the scale: 3" in f.notes
    blank = peers.where((peers > 0) & np.isfinite(peers))
    assert f.probability(1.2) == forecast(series([1.0]), 2020, peers=blank).probability(1.2)


def test_shares_and_counts_of_peers_may_stand_at_their_bounds():
    for kind, edge in (("share", 100.0), ("share", 0.0), ("count", 0.0)):
        peers = PEERS[kind].copy()
        peers.iloc[0, 0] = edge
        f = forecast(series([5.0]), 2020, peers=peers, kind=kind)
        assert not any("left out" in note for note in f.notes)
        assert np.isfinite(f.shape).all()


@pytest.mark.parametrize(
    "peers",
    [
        [1.0, 2.0],
        panel().iloc[:, 0],
        panel().astype(str) + "%",
        panel().set_axis(panel().index.astype(float)),
        panel().set_axis([2005] * 12),
        panel().set_axis(pd.date_range("2005", periods=12, freq="YS")),
    ],
    ids=["list", "series", "text", "float years", "year twice", "dates"],
)
def test_peers_that_are_no_table_by_year(peers):
    with pytest.raises(ForecastError, match="Remedy: give a DataFrame") as error:
        forecast(series([1.0]), 2020, peers=peers)
    assert error.value.reason == "peers"


def test_inputs_are_left_as_they_were():
    history = pd.Series([1.0, np.nan, 1.2], index=[2014, 2015, 2016], name="x")
    peers = PEERS["ratio"].copy()
    before = history.copy(), peers.copy()
    forecast(history, 2020, peers=peers).sample(3, 1)
    pd.testing.assert_series_equal(history, before[0])
    pd.testing.assert_frame_equal(peers, before[1])


# Bad input


@pytest.mark.parametrize(
    ("history", "reason", "named"),
    [
        ([0.17], "history", "list"),
        (pd.Series(dtype=float), "no_figure", "no figure"),
        (series([np.nan, np.nan]), "no_figure", "no figure"),
        (pd.Series([1.0, 2.0], index=[2020.0, 2021.0]), "years", "2020.0"),
        (pd.Series([1.0], index=["2020"]), "years", "integer years"),
        (pd.Series([1.0], index=pd.to_datetime(["2020-12-31"])), "years", "integers"),
        (pd.Series([1.0, 2.0, 3.0], index=[2019, 2020, 2020]), "repeated_year", "2020"),
        (pd.Series([1.0, 2.0], index=[2021, 2020]), "unsorted", "sort_index"),
        (series([1.0, np.inf]), "not_finite", "infinite"),
        (series([1.0, 0.0]), "non_positive", "0 is not positive"),
        (series([-1.0, 2.0]), "non_positive", "-1"),
        (pd.Series(["约0.2", 0.3], index=[2019, 2020]), "not_a_number", "parse_quantity"),
        (pd.Series([{}, 0.3], index=[2019, 2020]), "not_a_number", "parse_quantity"),
    ],
)
def test_histories_that_cannot_be_used(history, reason, named):
    with pytest.raises(ForecastError, match="Remedy: ") as error:
        forecast(history, 2025)
    assert error.value.reason == reason
    assert named in str(error.value)


@pytest.mark.parametrize("until", [2020, 2019, 2021.0, "2025", None, np.nan])
def test_until_must_be_a_later_year(until):
    with pytest.raises(ForecastError, match="give 2021 or later") as error:
        forecast(series([1.0], 2020), until)
    assert error.value.reason == "until"


def test_numpy_years_and_whole_number_dtypes_are_fine():
    history = pd.Series([40, 41], index=np.array([2019, 2020], dtype="int32"), dtype="Int64")
    f = forecast(history, np.int64(2022), kind="count")
    assert f.years == (2021, 2022)
    assert all(type(year) is int for year in f.years)
    assert 0 < f.probability(np.float32(45), np.int64(2022)) < 1


def test_a_year_without_a_figure_may_stand_twice():
    history = pd.Series([1.0, np.nan, 1.2], index=[2019, 2020, 2020])
    assert forecast(history, 2022).n == 2


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"threshold": np.nan}, "threshold"),
        ({"threshold": np.inf}, "threshold"),
        ({"threshold": None}, "threshold"),
        ({"threshold": "1.5%"}, "threshold"),
        ({"threshold": 1, "year": 2020}, "year"),
        ({"threshold": 1, "year": 2030}, "year"),
        ({"threshold": 1, "direction": "within"}, "direction"),
        ({"threshold": 1, "direction": None}, "direction"),
    ],
)
def test_questions_that_cannot_be_answered(arguments, reason):
    f = forecast(series([1.0], 2020), 2025)
    with pytest.raises(ForecastError, match="Remedy: ") as error:
        f.probability(**arguments)
    assert error.value.reason == reason


@pytest.mark.parametrize("levels", [[0.0], [1.0], [0.5, 1.2], [-0.1], [np.nan]])
def test_levels_must_lie_inside_zero_and_one(levels):
    f = forecast(series([1.0], 2020), 2025)
    with pytest.raises(ForecastError) as error:
        f.quantiles(levels)
    assert error.value.reason == "level"


def test_an_unknown_model_or_kind():
    for arguments, reason in (({"model": "arima"}, "model"), ({"kind": "percent"}, "kind")):
        with pytest.raises(ForecastError) as error:
            forecast(series([1.0, 2.0]), 2025, **arguments)
        assert error.value.reason == reason


def test_extreme_values_give_neither_nan_nor_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for values in ([1e-300, 1e300], [1e300], [1e-12, 1e12, 1e-12], [5.0, 5.0, 5e9]):
            f = forecast(series(values), 2060)
            assert f.quantiles([0.001, 0.5, 0.999]).notna().all(axis=None)
            assert not np.isnan(f.sample(50, 1)).any()
            assert 0 <= f.probability(1.0) <= 1


def test_a_forecast_can_be_pickled_and_compared():
    f = forecast(series([1.0, 1.2]), 2022, peers=PEERS["ratio"])
    again = pickle.loads(pickle.dumps(f))
    assert again.probability(1.5) == f.probability(1.5)
    assert f != again  # arrays inside must not make this fail
    assert len({f, again}) == 2


def test_a_bare_series_in_per_cent_is_asked_whether_it_is_a_share():
    asked = "give kind='share'"
    shares = series([62.0, 70.0, 79.0])
    f = forecast(shares, 2024)
    assert any(asked in note for note in f.notes)
    assert f.median.equals(forecast(shares, 2024, kind="ratio").median)
    for known in (series([0.17]), series([250.0, 300.0])):
        assert not any(asked in note for note in forecast(known, 2024).notes)
    assert not any(asked in note for note in forecast(shares, 2024, kind="ratio").notes)


def test_the_kind_comes_from_the_indicator_where_it_is_left_out():
    shares = series([62.0, 70.0, 79.0])
    shares.attrs["kind"] = "share"
    f = forecast(shares, 2030)
    assert f.notes == ()
    assert f.quantiles([0.999]).max(axis=None) < 100
