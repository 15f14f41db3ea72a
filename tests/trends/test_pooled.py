"""The default model: its update, what it takes from peers, and what it says of bad ones."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special

from changji_analysis import forecast
from changji_analysis.trends import moments, pooled, predict
from changji_analysis.trends.likelihood import DISCOUNT


def panel(areas, years=12, first=2005, drift=0.04, spread=0.02, shock=0.08, seed=1):
    """Simulated peers on the log scale: drifts N(drift, spread^2), shocks N(0, shock^2)."""
    rng = np.random.default_rng(seed)
    drifts = drift + spread * rng.standard_normal(areas)
    steps = drifts + shock * rng.standard_normal((years, areas))
    index = range(first, first + years)
    return pd.DataFrame(steps.cumsum(0), index=index, columns=[f"p{i}" for i in range(areas)])


# The update


def log_normal(x, loc, scale):
    """Log of the normal density."""
    return -(((x - loc) / scale) ** 2) / 2 - np.log(scale * math.sqrt(2 * math.pi))


def brute_force(prior, step, gap, h, change):
    """Predictive density with the drift and the variance, independent a priori, integrated out.

    Older increments weigh less as if their variance were larger.
    """
    from scipy import integrate

    a, b = prior.df / 2, prior.df / 2 * prior.scale**2
    tau = prior.scale / math.sqrt(prior.prior_strength)
    mu = np.linspace(prior.drift - 8 * tau, prior.drift + 8 * tau, 1601)
    log_s2 = np.linspace(math.log(b / a) - 6, math.log(b / a) + 8, 701)[:, None]
    s2 = np.exp(log_s2)
    log = a * math.log(b) - special.gammaln(a) - a * log_s2 - b / s2  # density of log s2
    log = log + log_normal(mu, prior.drift, tau)
    age = np.cumsum(gap[::-1])[::-1] - gap / 2
    for k, d, weight in zip(gap, step, DISCOUNT**age, strict=True):
        log = log + weight * log_normal(d, k * mu, np.sqrt(k * s2))
    known = np.exp(log)
    ahead = known * np.exp(log_normal(change, h * mu, np.sqrt(h * s2)))
    over_both = [
        integrate.simpson(integrate.simpson(values, x=mu), x=log_s2[:, 0])
        for values in (ahead, known)
    ]
    return over_both[0] / over_both[1]


@pytest.mark.parametrize(
    ("step", "gap"),
    [([], []), ([0.20, -0.05, 0.31], [1.0, 1.0, 3.0]), ([0.12] * 6, [1.0] * 6)],
    ids=["one figure", "gaps", "steady"],
)
def test_the_update_is_close_to_the_exact_posterior(step, gap):
    prior = pooled.Prior(drift=0.05, prior_strength=6.0, scale=0.1, df=7.0)
    rise, scale, df = pooled.posterior(prior, np.array(step), np.array(gap)).at(4.0)
    top = special.gammaln((df + 1) / 2) - special.gammaln(df / 2) - math.log(df * math.pi) / 2
    for change in (-0.1, 0.3, 0.6):
        exact = brute_force(prior, np.array(step), np.array(gap), 4.0, change)
        tail = (df + 1) / 2 * math.log1p(((change - rise) / scale) ** 2 / df)
        assert math.exp(top - tail) / scale == pytest.approx(exact, rel=0.15)


def test_without_increments_the_peers_distribution_is_carried_forward():
    prior = pooled.Prior(drift=0.04, prior_strength=8.0, scale=0.2, df=5.0)
    found = pooled.posterior(prior, np.array([]), np.array([]))
    assert (found.drift, found.shock, found.df) == (0.04, pytest.approx(0.04), 5)
    assert found.doubt == pytest.approx(0.04 / 8)
    assert found.at(2.0)[:2] == (pytest.approx(0.08), pytest.approx(math.sqrt(0.08 + 0.02)))


def test_many_series_at_once_are_the_same_as_one_by_one():
    rng = np.random.default_rng(0)
    step = rng.normal(0.05, 0.2, (50, 6))
    gap = rng.integers(1, 4, (50, 6)).astype(float)
    gap[:, :2] = 0  # padding
    step[:, :2] = 0
    prior = pooled.Prior(0.04, 8.0, 0.2, 5.0, transitory=0.4, drift_error=0.01, reach=(0.5, 0.8))
    together = pooled.posterior(prior, step, gap).at(np.full(50, 3.0))
    for i in range(50):
        alone = pooled.posterior(prior, step[i, 2:], gap[i, 2:]).at(3.0)
        assert [part[i] for part in together] == pytest.approx(list(alone))


def test_one_wild_increment_moves_the_scale_and_hardly_the_drift():
    prior = pooled.Prior(drift=0.02, prior_strength=6.0, scale=0.1, df=4.0)
    drifts = [
        float(pooled.posterior(prior, np.array([d]), np.array([1.0])).drift) for d in (0.2, 1, 5)
    ]
    assert drifts[0] > prior.drift
    assert max(drifts) < prior.drift + prior.scale / math.sqrt(prior.prior_strength)
    assert drifts[2] < drifts[1]


def test_a_steady_series_is_soon_believed_and_an_unsteady_one_is_not():
    prior = pooled.Prior(drift=0.0, prior_strength=8.0, scale=0.1, df=4.0)
    steady, wild = np.full(6, 0.1), 0.1 + 0.4 * np.array([1.0, -1, 1, -1, 1, -1])
    one, other = (float(pooled.posterior(prior, s, np.ones(6)).drift) for s in (steady, wild))
    assert one > 2 * other > 0


def test_a_departure_that_passes_is_given_back():
    """With all the scatter transitory, the last jump is no news of the years to come."""
    lasting = pooled.Prior(drift=0.0, prior_strength=50.0, scale=0.1, df=8.0)
    passing = replace(lasting, transitory=0.9)
    step, gap = np.array([0.0, 0.0, 0.2]), np.ones(3)
    kept, back = (pooled.posterior(p, step, gap).at(5.0) for p in (lasting, passing))
    assert kept[0] > 0
    assert back[0] < -0.05
    assert back[1] < 0.6 * kept[1]


# The prior from the peers


@pytest.mark.parametrize(
    ("drift", "shock"), [(0.04, 0.08), (-0.10, 0.02), (0.0, 0.5)], ids=["calm", "falling", "wild"]
)
def test_the_fitted_prior_finds_what_the_peers_were_made_from(drift, shock):
    spread = shock / math.sqrt(12)
    prior = pooled.fit_prior(panel(120, 15, drift=drift, spread=spread, shock=shock))
    assert prior.drift == pytest.approx(drift, abs=0.25 * shock)
    assert prior.scale == pytest.approx(shock, rel=0.3)
    assert prior.df > 4  # all areas have the same scale
    assert 3 < prior.prior_strength < 60  # 12 were put in


def test_peers_that_differ_in_scale_give_heavier_tails():
    calm = panel(60, 15, shock=0.05)
    same = pooled.fit_prior(calm)
    scales = np.exp(np.linspace(-2, 2, 60))
    mixed = pooled.fit_prior(calm * scales)
    assert mixed.df < same.df


def pooled_at(x, years, horizons, peers=None):
    return predict("pooled", np.asarray(x, float), np.asarray(years), horizons, peers=peers)


X, YEARS = [0.0, 0.1, 0.05, 0.25], [2012, 2013, 2015, 2016]


def same(one, other, tolerance=1e-6):
    assert other.loc == pytest.approx(one.loc, abs=tolerance)
    assert other.shape == pytest.approx(one.shape, rel=tolerance * 10)
    assert other.df == pytest.approx(one.df, rel=tolerance * 10)


def test_the_order_of_the_peers_does_not_matter():
    peers = panel(9)
    same(
        pooled_at(X, YEARS, [1, 5], peers),
        pooled_at(X, YEARS, [1, 5], peers.iloc[::-1, ::-1]),
        1e-12,
    )


def test_an_empty_peer_is_as_good_as_none():
    peers = panel(9)
    same(pooled_at(X, YEARS, [1, 5], peers), pooled_at(X, YEARS, [1, 5], peers.assign(no=np.nan)))


def test_the_calendar_of_history_and_peers_may_shift_together():
    peers = panel(9)
    later = peers.set_axis(peers.index + 7)
    same(pooled_at(X, YEARS, [1, 5], peers), pooled_at(X, np.add(YEARS, 7), [1, 5], later))


@pytest.mark.parametrize("c", [-3.0, 8.0])
def test_the_unit_of_history_and_peers_does_not_matter(c):
    peers = panel(9)
    one = pooled_at(X, YEARS, [1, 5], peers)
    other = pooled_at(np.add(X, c), YEARS, [1, 5], peers + c)
    assert other.loc - c == pytest.approx(one.loc, abs=2e-3)
    assert other.shape == pytest.approx(one.shape, rel=2e-2)


def test_low_areas_move_more_where_low_peers_do():
    rng = np.random.default_rng(4)
    level = np.linspace(-2, 2, 40)
    steps = 0.1 * np.exp(-0.4 * level) * rng.standard_normal((20, 40))
    wild = pd.DataFrame(level + steps.cumsum(0), index=range(2000, 2020))
    prior = pooled.fit_prior(wild)
    assert prior.level_slope == pytest.approx(-0.35, abs=0.12)
    low, high = (pooled_at([x], [2019], [3], wild).shape[0, 0] for x in (-2.0, 2.0))
    assert low > 4 * high
    calm = pd.DataFrame(level + 0.1 * rng.standard_normal((20, 40)).cumsum(0), range(2000, 2020))
    assert abs(pooled.fit_prior(calm).level_slope) < 0.1
    far = pooled_at([-50.0], [2019], [3], wild)
    assert far.shape[0, 0] < 20 * pooled_at([0.0], [2019], [3], wild).shape[0, 0]


@pytest.mark.parametrize("first", [1980, 2000, 2030], ids=["before", "during", "after"])
def test_peers_may_end_before_or_after_the_history(first):
    got = pooled_at(X, YEARS, [1, 5], panel(9, first=first))
    assert np.isfinite(got.loc).all()
    assert not any("generic" in note for note in got.notes)


def few(count):
    return panel(count) if count else panel(3).iloc[:, :0]


@pytest.mark.parametrize(
    "peers",
    [
        few(0),
        few(1),
        few(2),
        panel(40) * np.nan,
        panel(40).iloc[:0],
        panel(40).iloc[:1],
        pd.concat([few(2), panel(5, seed=3) * np.nan], axis=1),
    ],
    ids=["none", "one", "two", "all empty", "no year", "one year", "two and empty ones"],
)
def test_fewer_than_three_usable_peers_give_the_generic_prior_and_a_note(peers):
    got = pooled_at(X, YEARS, [1, 5], peers)
    same(pooled_at(X, YEARS, [1, 5]), got)
    assert any("fewer than 3" in note and "generic" in note for note in got.notes)


def test_three_peers_are_enough():
    got = pooled_at(X, YEARS, [1, 5], panel(3))
    assert not any("generic" in note for note in got.notes)
    assert np.isfinite(got.shape).all()


def test_three_hundred_peers_are_quick_and_narrow_the_drift():
    got = pooled_at([0.0], [2016], [1, 5], panel(300))
    assert got.loc == pytest.approx([0.04, 0.20], abs=0.06)
    assert math.sqrt(got.shape[0, 0]) == pytest.approx(0.08, rel=0.4)


@pytest.mark.parametrize("apart", [4, 10])
def test_peers_of_two_figures_far_apart_never_give_nan(apart):
    peers = pd.DataFrame({c: {2005: 0.0, 2005 + apart: 0.1 * i} for i, c in enumerate("abcd")})
    got = pooled_at(X, YEARS, [1, 5], peers)
    assert np.isfinite(got.loc).all()
    assert np.isfinite(got.shape).all()
    assert (np.diag(got.shape) > 0).all()


def test_the_series_itself_is_no_peer():
    peers = panel(9)
    own = pd.Series(X, index=YEARS)
    later = pd.Series({2017: 3.0, 2018: 4.0})  # what came afterwards must not leak in
    copy = pd.concat([own, later]).reindex(peers.index.union([2017, 2018]))
    with_self = pd.concat([peers.reindex(copy.index), copy.rename("me")], axis=1)
    got = pooled_at(X, YEARS, [1, 5], with_self)
    same(pooled_at(X, YEARS, [1, 5], peers), got, 1e-4)
    assert any("series itself" in note and "me" in note for note in got.notes)


def test_only_copies_of_the_series_leave_no_peers():
    own = pd.Series(X, index=YEARS)
    got = pooled_at(X, YEARS, [1, 5], pd.DataFrame(dict.fromkeys("abcd", own)))
    same(pooled_at(X, YEARS, [1, 5]), got)
    assert any("generic" in note for note in got.notes)


@pytest.mark.parametrize(
    "x", [[0.0] * 6, [0.0, 0.1, 0.0, 0.1, 7.0, 7.1], [0.0], [0.0, 0.0]],
    ids=["constant", "huge jump", "one", "two equal"],
)  # fmt: skip
@pytest.mark.parametrize("with_peers", [True, False])
def test_pooled_always_has_a_spread(x, with_peers):
    got = pooled_at(x, range(2010, 2010 + len(x)), [1, 5], panel(9) if with_peers else None)
    assert (np.diag(got.shape) > 1e-6).all()
    assert got.shape[1, 1] > got.shape[0, 0]
    assert np.isfinite(got.loc).all()
    assert got.df > 1


@pytest.mark.parametrize("peers", [panel(9) * 0, panel(1).iloc[:, [0] * 9]], ids=["still", "one"])
def test_peers_that_all_moved_alike_show_no_scatter(peers):
    got = pooled_at(X, YEARS, [1, 5], peers + np.arange(9))
    same(pooled_at(X, YEARS, [1, 5]), got)
    assert any("moved alike" in note for note in got.notes)


def test_peers_of_a_single_period_are_said_to_be_that():
    got = pooled_at(X, YEARS, [1, 5], panel(9).iloc[-2:])
    assert any("single period" in note for note in got.notes)
    assert np.isfinite(got.shape).all()


WILD = arrays(float, (8, 6), elements=st.sampled_from([np.nan, -9.0, -1, 0, 0, 0.1, 0.2, 1, 12]))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(values=WILD, steps=st.lists(st.floats(-12, 12), max_size=9))
def test_any_peers_and_any_past_give_finite_and_ordered_predictions(values, steps):
    peers = pd.DataFrame(np.exp(values), range(2010, 2018), list("abcdef"))
    x = np.exp(np.r_[0.0, np.cumsum(steps)])
    f = forecast(pd.Series(x, range(2017 - len(steps), 2018)), 2024, peers=peers, kind="ratio")
    assert np.isfinite(f.loc).all() and np.isfinite(f.shape).all()
    assert np.linalg.eigvalsh(f.shape).min() > 0
    said = [f.probability(goal * x[-1]) for goal in (0.01, 0.5, 1, 2, 100)]
    assert (np.diff(said) <= 0).all()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(jump=st.floats(-25, 25), transitory=st.floats(0, 0.95), peered=st.booleans())
def test_one_wild_increment_never_leads_far_beyond_what_peers_did(jump, transitory, peered):
    prior = pooled.fit_prior(panel(12)) if peered else pooled.GENERIC
    prior = replace(prior, transitory=transitory)
    found = pooled.posterior(prior, np.array([jump]), np.array([1.0]))
    for h in (1.0, 5.0, 10.0):
        rise, scale, df = found.at(h)
        away = abs(rise - h * prior.drift) + special.stdtrit(df, 0.975) * scale
        own_drift = h * prior.scale / math.sqrt(prior.prior_strength)
        assert away < 1.02 * pooled.REACH * prior.farthest(h) + prior.farthest(1) + own_drift


def test_what_lies_beyond_the_peers_is_said():
    calm, wild = panel(12, shock=0.02), np.cumsum([0.0, 1, -1, 1, -1])
    got = pooled_at(wild, range(2012, 2017), [1, 5], calm)
    assert any("beyond what any of 12 peers did" in note for note in got.notes)
    assert got.peers == 12


@pytest.mark.parametrize("grown", [0.05, 3.0])
def test_what_a_parent_leads_beyond_the_peers_is_said(grown):
    region = pd.Series([0.0, 0.05, 0.1, 0.1 + grown], range(2014, 2018))
    region.attrs["kind"] = "ratio"
    calm, own = panel(12, shock=0.02), np.array([0.0, 0.05, 0.11])
    got = predict("pooled", own, np.arange(2014, 2017), [1], peers=calm, parent=region)
    assert any("beyond what any of 12 peers did" in note for note in got.notes) == (grown > 1)


def test_a_calendar_year_counts_by_the_areas_it_holds():
    """One year of a hundred areas beside one of two; then the same with equal numbers."""
    rng = np.random.default_rng(0)
    growth = 0.3 * rng.standard_normal((2, 100))
    growth += np.array([[0.1], [-0.1]]) - growth.mean(1, keepdims=True)
    growth[1, 2:] = np.nan
    growth[1, :2] = -0.1
    drift, squared, years = moments.common_drift(growth, 0.3)
    assert 0.03 < drift < 0.1
    assert years == 2 and squared > 0
    even, _, _ = moments.common_drift(np.repeat([[0.1], [-0.1]], 100, axis=1), 0.3)
    assert even == pytest.approx(0, abs=1e-12)


def test_a_common_drift_is_drawn_in_smoothly():
    """The clearer the drift over its error, the more of it is kept; never nothing."""
    kept = [pooled.fit_prior(panel(30, 8, drift=d)).drift / d for d in (0.02, 0.08, 0.3)]
    assert 0 < kept[0] < kept[1] < kept[2] < 1.05


def test_noise_that_passes_is_found_and_not_carried_forward():
    rng = np.random.default_rng(2)
    noise = pd.DataFrame(rng.normal(0, 0.3, (20, 40)), index=range(2000, 2020))
    prior = pooled.fit_prior(noise)
    assert prior.transitory > 0.8
    near, far = (pooled.posterior(prior, np.array([]), np.array([])).at(h)[1] for h in (1.0, 9.0))
    assert far < 2 * near  # a random walk would be three times as wide
    assert pooled.fit_prior(noise.cumsum()).transitory < 0.15


def test_a_fit_has_four_digits():
    prior = pooled.fit_prior(panel(9))
    for value in (prior.drift, prior.prior_strength, prior.scale, prior.df, *prior.reach):
        assert value == float(f"{value:.3e}")


def test_the_fewer_peers_the_wider():
    few, many = (pooled.posterior(pooled.Prior(0, 4, 0.1, 4, peers=n), [], []) for n in (5, 50))
    assert few.shock > 1.2 * many.shock
    assert few.drift == many.drift


def test_a_jump_widens_the_interval_and_moves_the_drift_less_than_the_plain_one():
    peers = panel(12)
    jump = [0.0, 0.0, 0.0, 2.0, 2.0]
    calm = [0.0, 0.0, 0.0, 0.0, 0.0]
    years = range(2012, 2017)
    wide, narrow = (pooled_at(x, years, [5], peers) for x in (jump, calm))
    plain = predict("drift", np.array(jump), np.array(years), [5])
    assert wide.shape[0, 0] > 1.5 * narrow.shape[0, 0]
    assert wide.loc[0] < plain.loc[0]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    steps=st.lists(st.floats(-1, 1), min_size=0, max_size=9),
    gaps=st.lists(st.integers(1, 4), min_size=9, max_size=9),
)
def test_the_spread_grows_with_the_horizon(steps, gaps):
    x = np.r_[0.0, np.cumsum(steps)]
    years = 2000 + np.r_[0, np.cumsum(gaps[: len(steps)])].astype(int)
    got = pooled_at(x, years, np.arange(1, 9))
    assert (np.diff(np.diag(got.shape)) > 0).all()
    assert np.linalg.eigvalsh(got.shape).min() > 0
    assert np.isfinite(got.loc).all()


def test_the_same_call_gives_the_same_numbers():
    one, other = (pooled_at(X, YEARS, [1, 5], panel(9)) for _ in range(2))
    assert (one.loc == other.loc).all()
    assert (one.shape == other.shape).all()


def test_surveys_years_apart_are_growth_of_the_years_between():
    """Biennial peers, half of them in odd years, know the drift of yearly ones."""
    peers = panel(30, drift=0.1, spread=0.0)
    odd = (peers.index.to_numpy()[:, None] + np.arange(30)) % 2 == 1
    apart, whole = (pooled.fit_prior(p) for p in (peers.where(odd), peers))
    assert apart.drift == pytest.approx(whole.drift, rel=0.15)
    assert apart.years == whole.years
