"""Parents: what their growth says of a child, for every kind, and what is done without them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changji_analysis import Target, assess, forecast
from changji_analysis.errors import ForecastError
from changji_analysis.scales import scale_for
from changji_analysis.trends import parent as nested
from changji_analysis.trends import pooled

KINDS = ("ratio", "count", "level", "share")
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)
YEARS = range(2008, 2025)
ORIGIN, UNTIL = 2020, 2025
PACE = 0.05


def printed(points, kind):
    return scale_for(kind, np.ones(1)).inverse(np.asarray(points, float))


def reference(kind, areas=12, shock=0.06, seed=3):
    """Peers in printed units that drift by PACE with shocks."""
    rng = np.random.default_rng(seed)
    steps = PACE + shock * rng.standard_normal((len(YEARS), areas))
    start = -2 if kind == "share" else 5
    columns = [f"p{i}" for i in range(areas)]
    return pd.DataFrame(printed(start + steps.cumsum(0), kind), YEARS, columns)


def nest(kind, n=1, pace=PACE, known=4, after=None):
    """Child and parent that both grow by `pace`, the parent by `after` once the child ends."""
    low, high = (-3, -2) if kind == "share" else (5.5, 8)
    years = np.array(YEARS)
    line = pace * (np.minimum(years, ORIGIN) - ORIGIN)
    line = line + (pace if after is None else after) * np.maximum(years - ORIGIN, 0)
    parent = pd.Series(printed(high + line, kind), years).loc[: ORIGIN + known]
    child = pd.Series(printed(low + line, kind), years).loc[ORIGIN - n + 1 : ORIGIN]
    return child, parent


def drift_of(kind, n, peers):
    """What the model itself expects of a child, a year."""
    child, _ = nest(kind, n)
    f = forecast(child, UNTIL, peers=peers, kind=kind)
    return float(np.diff(f.loc)[0])


@EVERY_KIND
@pytest.mark.parametrize("n", [1, 4])
def test_a_parent_known_no_later_changes_nothing(kind, n):
    peers = reference(kind)
    child, parent = nest(kind, n, known=0, after=0.3)
    one, other = (forecast(child, UNTIL, peers=peers, kind=kind, parent=p) for p in (None, parent))
    assert (one.loc == other.loc).all()
    assert (one.shape == other.shape).all()
    assert (one.df, other.parent) == (other.df, None)


@EVERY_KIND
@pytest.mark.parametrize("peered", [True, False])
def test_growth_as_expected_moves_no_median_and_narrows(kind, peered):
    peers = reference(kind) if peered else None
    pace = drift_of(kind, 1, peers)
    alone = forecast(nest(kind)[0], UNTIL, peers=peers, kind=kind)
    widths = [np.diff(alone.quantiles([0.1, 0.9]).loc[UNTIL])[0]]
    for known in (1, 2, 3, 4):
        child, parent = nest(kind, pace=pace, known=known)
        f = forecast(child, UNTIL, peers=peers, kind=kind, parent=parent)
        assert f.median[UNTIL] == pytest.approx(alone.median[UNTIL], rel=0.02)
        widths.append(np.diff(f.quantiles([0.1, 0.9]).loc[UNTIL])[0])
    assert (np.diff(widths) < 0).all(), widths


@EVERY_KIND
@settings(max_examples=25, deadline=None)
@given(
    paces=st.lists(st.floats(-1.0, 1.5), min_size=2, max_size=5, unique=True),
    aim=st.floats(-1.5, 1.5),
    n=st.integers(1, 5),
)
def test_probability_rises_with_the_growth_of_the_parent(kind, paces, aim, n):
    peers = pooled.Prior(PACE, 5.0, 0.06, 4.0, years=10)
    found = []
    for after in sorted(paces):
        child, parent = nest(kind, n, after=after)
        f = forecast(child, UNTIL, peers=peers, kind=kind, parent=parent)
        x = f.scale.forward(child.to_numpy())[-1]
        found.append(f.probability(float(f.scale.inverse(x + aim))))
    assert (np.diff(found) >= -1e-6).all(), found


@EVERY_KIND
@pytest.mark.parametrize("after", [-0.4, 0.02, 0.5])
def test_a_child_that_is_the_whole_parent_takes_its_growth(kind, after):
    _, parent = nest(kind, after=after, known=4)
    f = forecast(parent.loc[2017:ORIGIN], UNTIL, peers=reference(kind), kind=kind, parent=parent)
    assert f.median.loc[:2024].to_numpy() == pytest.approx(parent.loc[2021:].to_numpy(), rel=1e-6)
    assert f.interval(0.8).loc[2024].to_numpy() == pytest.approx(parent[2024], rel=1e-3)
    assert f.interval(0.8).loc[2025].diff().iloc[-1] > 0


@pytest.mark.parametrize("kind", ["count", "level"])
def test_the_larger_the_share_the_narrower(kind):
    widths = []
    for part in (0.01, 0.3, 0.7, 0.99):
        _, parent = nest(kind)
        child = part * parent.loc[[ORIGIN]]
        f = forecast(child, UNTIL, peers=reference(kind), kind=kind, parent=parent)
        widths.append(float(np.sqrt(f.shape[-1, -1])))
    assert (np.diff(widths) < 0).all()


@EVERY_KIND
def test_samples_quantiles_and_probabilities_agree(kind):
    child, parent = nest(kind, 3, after=0.2)
    f = forecast(child, 2027, peers=reference(kind), kind=kind, parent=parent)
    draws = f.sample(40_000, seed=1)
    assert np.linalg.eigvalsh(f.shape).min() > -1e-12
    for year in (2022, 2025, 2027):
        for level, value in f.quantiles([0.1, 0.5, 0.9]).loc[year].items():
            assert f.probability(value, year) == pytest.approx(1 - level, abs=1e-9)
            assert np.mean(draws[:, f.years.index(year)] >= value) == pytest.approx(
                1 - level, abs=0.012
            )


def test_a_trend_of_its_own_stays_with_a_smooth_child_and_goes_with_a_noisy_one():
    kept = []
    for shock in (0.001, 0.2):
        prior = pooled.Prior(0.02, 1.0, shock, 30.0)
        child, parent = nest("level", 6, pace=0.06)
        parent = parent * np.exp(-0.04 * (parent.index - ORIGIN))
        f = forecast(child, UNTIL, peers=prior, kind="level", parent=parent)
        grown = f.loc[3] - np.log(child.iloc[-1])
        kept.append(grown / 4 - 0.02)
    assert kept[0] > 0.02
    assert abs(kept[1]) < 0.01


def test_one_figure_has_heavy_tails_and_own_scatter_beside_the_parent_sets_the_width():
    peers = reference("ratio")
    child, parent = nest("ratio", 5)
    wobble = pd.Series([0.0, 0.25, -0.2, 0.2, 0.0], child.index)
    widths = []
    for history in (child * np.exp(wobble), child.iloc[-1:], child):
        f = forecast(history, UNTIL, peers=peers, parent=parent)
        widths.append(float(np.sqrt(f.shape[-1, -1])))
        assert f.df == pooled.LEAST_DF if len(history) == 1 else f.df > pooled.LEAST_DF
    assert (np.diff(widths) < 0).all(), widths


def test_the_fewer_a_child_counts_the_wider():
    peers = reference("count", shock=0.02)
    widths = []
    for below in (0, 2, 4):
        child, parent = nest("count")
        f = forecast(child * np.exp(-below), UNTIL, peers=peers, kind="count", parent=parent)
        widths.append(float(np.sqrt(f.shape[-1, -1])))
    assert (np.diff(widths) > 0).all(), widths


def test_arrays_are_single_series_at_once():
    """A thousand children in one call get what `forecast` gives each of them."""
    prior = pooled.Prior(PACE, 5.0, 0.06, 4.0, level=4, level_slope=-0.1, years=10)
    pairs = [nest("level", 3, pace=p, after=a) for p, a in ((0.01, 0.2), (0.08, -0.1), (0.05, 0))]
    logs = [(np.log(c.to_numpy()), np.log(p.to_numpy()[-10:])) for c, p in pairs]
    x, y = map(np.array, zip(*logs, strict=True))
    own = y[:, -7:-4]
    known = nested.Known(
        np.full(3, 4.0), np.diff(y), np.ones((3, 9)), own[:, -1],
        np.diff(x - own), np.ones((3, 2)), np.exp(x[:, -1] - own[:, -1]),
        np.zeros(3),
    )  # fmt: skip
    child = pooled.posterior(prior, np.diff(x), np.ones((3, 2)), x[:, -1])
    pieces, alone = nested.parts(child, x[:, -1], known), child.at(5.0)[1]
    grown = y[:, -1] - own[:, -1]
    loc, squared, df, _ = nested.grow(
        pieces, np.full(3, 5.0), grown, nested.PASS_THROUGH["level"], alone
    )
    for i, (child, parent) in enumerate(pairs):
        f = forecast(child, UNTIL, peers=prior, kind="level", parent=parent)
        assert f.loc[-1] == pytest.approx(x[i, -1] + loc[i])
        assert f.shape[-1, -1] == pytest.approx(squared[i])
        assert f.df == pytest.approx(df[i])


def test_the_evidence_names_years_and_pass_through_and_its_ends_can_be_asked_for():
    child, parent = nest("count", after=0.3)
    parent.attrs["area"] = "region"
    asked = Target(value=float(child.iloc[0] * 3), year=UNTIL)
    low, middle, high = (
        assess(child, asked, peers=reference("count"), kind="count", parent=p)
        for p in (nested.at_quantile(parent, 0.1), parent, nested.at_quantile(parent, 0.9))
    )
    used = middle.evidence.parent
    assert (used.area, used.after, used.until) == ("region", ORIGIN, 2024)
    assert low.evidence.parent.pass_through < used.pass_through < high.evidence.parent.pass_through
    assert low.probability < middle.probability < high.probability


def test_kin_are_left_out_of_the_peers_and_named():
    child, parent = nest("level")
    parent.attrs = {"area": "region", "lineage": ("nation", "county")}
    peers = reference("level")
    plain = forecast(child, UNTIL, peers=peers, kind="level", parent=parent)
    more = peers.assign(region=1.0, nation=2.0, county=3.0, copy=parent)
    f = forecast(child, UNTIL, peers=more, kind="level", parent=parent)
    assert (f.loc == plain.loc).all()
    assert any("region, nation, county, copy" in note for note in f.notes)


BAD = {
    "no_later": lambda p: p.loc[:ORIGIN],
    "hole": lambda p: p.drop(ORIGIN),
    "scope": lambda p: p / 1000,
    "out_of_range": lambda p: -p,
    "no_figure": lambda p: p * np.nan,
    "unit": lambda p: p,
}


@pytest.mark.parametrize("reason", BAD)
def test_a_parent_that_cannot_serve_is_done_without_and_the_note_says_why(reason):
    child, parent = nest("level", after=0.3)
    child.attrs["unit"], parent.attrs["unit"] = "a", "b" if reason == "unit" else "a"
    plain = forecast(child, UNTIL, kind="level")
    f = forecast(child, UNTIL, kind="level", parent=BAD[reason](parent))
    assert (f.loc == plain.loc).all()
    assert f.parent is None
    assert any(f"({reason})" in note for note in f.notes)


def test_a_ratio_may_exceed_its_parent_and_other_models_say_that_they_use_none():
    child, parent = nest("ratio", 5)
    assert forecast(child * 100, UNTIL, parent=parent).parent is not None
    f = forecast(child, UNTIL, parent=parent, model="naive")
    assert any("naive does not use a parent" in note for note in f.notes)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (lambda p: p.to_numpy(), "parent"),
        (lambda p: p.iloc[::-1], "unsorted"),
        (lambda p: pd.concat([p, p]).sort_index(), "repeated_year"),
        (lambda p: p.rename("here"), "parent_is_child"),
    ],
)
def test_a_parent_that_is_no_history_or_the_area_itself_is_refused(wrong, reason):
    child, parent = nest("level")
    child.attrs["area"] = "here"
    with pytest.raises(ForecastError) as caught:
        forecast(child, UNTIL, kind="level", parent=wrong(parent))
    assert caught.value.reason == reason


# Models of one's own


def flat(x, years, horizons, *, peers=None, parent=None):
    """Location at the last figure, moved by what the parent grew."""
    moved = 0.0 if parent is None else parent.iloc[-1] - parent.loc[years[-1]]
    h = np.asarray(horizons, float)
    return x[-1] + moved + 0 * h, 0.01 * np.minimum.outer(h, h), 5.0


def test_a_model_of_ones_own_answers_with_a_t_or_with_draws_and_sees_the_parent():
    from scipy import stats

    child, parent = nest("level", 3, after=0.2)
    as_t = forecast(child, UNTIL, model=flat, kind="level", parent=parent)
    assert (as_t.model, as_t.df) == ("flat", 5.0)
    assert as_t.median[UNTIL] == pytest.approx(child.iloc[-1] * np.exp(0.8))

    def frozen(x, years, horizons, **more):
        return stats.multivariate_t(*flat(x, years, horizons, **more))

    def draws(x, years, horizons, **more):
        loc, shape, df = flat(x, years, horizons, **more)
        return stats.multivariate_t(loc, shape, df).rvs(60_000, random_state=1)

    goal = float(child.iloc[-1] * 2)
    asked = Target(value=goal, year=UNTIL)
    for model in (frozen, draws):
        f = forecast(child, UNTIL, model=model, kind="level", parent=parent)
        assert f.probability(goal) == pytest.approx(as_t.probability(goal), abs=0.01)
        assert f.probability(goal, direction="at_most") == pytest.approx(1 - f.probability(goal))
        assert f.median[2023] == pytest.approx(as_t.median[2023], rel=0.01)
        a = assess(child, asked, model=model, kind="level", parent=parent)
        assert a.probability == pytest.approx(f.probability(goal))
        assert a.evidence.method == model.__name__
    assert np.mean(f.sample(20_000, 2)[:, -1] >= goal) == pytest.approx(
        f.probability(goal), abs=0.02
    )


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "0.5",
        ([1.0] * 5, np.eye(4), 3.0),
        ([np.nan] * 5, np.eye(5), 3.0),
        ([1.0] * 5, -np.eye(5), 3.0),
        ([1.0] * 5, np.triu(np.ones((5, 5))), 3.0),
        ([1.0] * 5, np.eye(5), 0.0),
        {"location": [1.0] * 5, "shape": np.eye(5)},
        np.zeros((10, 4)),
        np.full((10, 5), np.inf),
    ],
)
def test_an_answer_that_is_no_distribution_is_refused(answer):
    def own(x, years, horizons, *, peers=None, parent=None):
        return answer

    with pytest.raises(ForecastError, match="own answered") as caught:
        forecast(pd.Series({2020: 1.0}), UNTIL, model=own)
    assert caught.value.reason == "model_answer"


def test_one_figure_far_off_widens_to_a_bound():
    """However far a second figure lies from the first, the target behind it is the likelier."""
    rng = np.random.default_rng(3)
    peers = pd.DataFrame(
        np.exp(np.cumsum(rng.normal(0.05, 0.1, (12, 20)), axis=0)), range(2009, 2021)
    )
    parent = pd.Series(1.05 ** np.arange(15), range(2009, 2024))
    far = [
        forecast(pd.Series({2020: 0.2, 2021: value}), 2025, peers=peers, parent=parent)
        for value in (1.0, 3.0, 9.0)
    ]
    chances = [f.probability(1.0, year=2025) for f in far]
    assert chances == sorted(chances) and chances[-1] > 0.9


def test_a_parent_of_another_indicator_is_done_without():
    firms, region = pd.Series({2020: 41}), pd.Series({2020: 834, 2024: 2529})
    firms.attrs["indicator"], region.attrs["indicator"] = "hightech_firms", "tech_smes"
    assert "(indicator)" in "".join(forecast(firms, 2025, parent=region, kind="count").notes)
    with pytest.raises(ForecastError, match=r"1\.5"):
        nested.at_quantile(region, 1.5)
