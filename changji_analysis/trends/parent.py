"""What the growth of a parent, the area around a series, says of the series.

A parent known k years longer than its child has grown by g over them. On the model's scale the
child's growth over the same years is

    m_c + b (g - m_p) + e,    m_c = k mu,    m_p = k (mu - d),

with mu the drift that `pooled` expects of the child, d the drift of the child's share seen in
its own past beside the parent, b the pass-through and e the drift and shocks of the share. A child
of one figure has d = 0: what the parent grew beyond the model's own expectation is passed on. With
b = 1 and a long past this is top-down forecasting with a slowly varying regional factor
(Sevcikova, Raftery and Gerland 2018, Demographic Research 38, 1843-1884). After the parent's last
figure its own forecast under the same prior takes the place of g, drawn jointly with e.

The parent's surprise moves the centre by b and no scale, and all scales rest on what was known
before it: the doubt about b weighs the growth that the parent was expected to scatter by. So the
probability of any target rises with the parent's growth, however far it ran ahead.

The increments of a share are those of `pooled` around no drift: their drift is N(0, SHARE_DRIFT^2)
a year and their variance inverse-gamma of few degrees of freedom around the geometric mean of
those of child and parent (without peers, around the parent's, for then nothing else tells one
kind of figures from another). Both are updated by the n - 1 years that child and parent have in
common: noisy children are held to their parent, smooth ones keep a trend of their own, and one
figure has heavy tails, for nothing shows how noisy the child is. Where the child's share of the
parent is known, in counts and levels, b goes to one and e to nothing as the share does.

The constants were chosen by the score on whole families of nested panels left out
(benchmarks/parent.py, docs/decisions.md).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..errors import ForecastError
from . import ParentUsed, Prediction, likelihood, pooled, walk_shape


class Constants(NamedTuple):
    """Learnt from families of nested panels, whole data sets left out (benchmarks/parent.py).

    Attributes
    ----------
    pass_doubt : float
        Standard deviation of b between families, which areas of one family cannot reduce.
    share_drift : float
        Standard deviation of the yearly drift of a child's share.
    share_shock, size : float
        Squared yearly increment of the share over what it is measured by (above; peers as large
        as the parent know nothing of the child's), and the power with which it rises where a
        child, counted or summed, is smaller than nearly all of its peers (growth of cities, firms
        and countries scatters by size^-0.15 to -0.2; Stanley et al. 1996, Nature 379, 804-806).
    count_noise : float
        What the inverse of the child's last count adds to it (2 for a Poisson count).
    scatter_df : float
        Increments that this is worth against the child's own.
    """

    pass_doubt: float = 0.2
    share_drift: float = 0.0113
    share_shock: float = 0.65
    size: float = 0.53
    count_noise: float = 0.95
    scatter_df: float = 2.3


LEARNT = Constants()
PASS_THROUGH = {"level": 1.05, "count": 1.03, "ratio": 1.0, "share": 0.94}
"""b by kind: a kind's own slope drawn towards that of all."""
WIDEST = 2.0
"""Most times that the interval of a child that scatters more is as wide as without the parent: one
figure far off may be another scope and says little of the scatter (docs/decisions.md)."""


class Known(NamedTuple):
    """What is known of the parents of N series, on the model's scale.

    ``years`` (...) that the parent is known beyond the child's last figure; its increments
    ``step`` and ``gap`` (..., m) up to its last figure, newest last, gap 0 marking padding; ``at``
    (...), its figure in the child's last year; ``share_step`` and ``share_gap`` (..., m),
    increments of child less parent in the years of the child's window that both have; ``part``
    (...), the child's share of the parent, 0 where it is not known; ``thin`` (...), the inverse
    of its last count, 0 where it is no count.
    """

    years: np.ndarray
    step: np.ndarray
    gap: np.ndarray
    at: np.ndarray
    share_step: np.ndarray
    share_gap: np.ndarray
    part: np.ndarray
    thin: np.ndarray


class Parts(NamedTuple):
    """What `pooled` makes of N children and their parents; arrays (...).

    ``drift`` to ``df`` are the child's, as in `pooled.Posterior`; ``pace`` is the parent's drift
    after its last figure, ``parent_shock`` and ``parent_doubt`` are the parent's as known in the
    child's last year; ``typical`` is what the share's squared increment is measured by, of which
    ``lasting`` stays; ``count`` to ``square`` sum up what the child grew beyond the parent
    (`likelihood.Sums`); ``small`` is how far it lies below the peers' sizes, ``sized`` whether
    there are peers and it does not; the others are as in `Known`.
    """

    drift: np.ndarray
    passing: np.ndarray
    shock: np.ndarray
    noise: np.ndarray
    df: np.ndarray
    pace: np.ndarray
    parent_shock: np.ndarray
    parent_doubt: np.ndarray
    typical: np.ndarray
    lasting: float | np.ndarray
    count: np.ndarray
    span: np.ndarray
    rise: np.ndarray
    square: np.ndarray
    small: np.ndarray
    sized: np.ndarray
    years: np.ndarray
    part: np.ndarray
    thin: np.ndarray


def parts(child: pooled.Posterior, last, known: Known) -> Parts:
    """Update a prior, which is already updated by children that stand at `last`, by parents."""
    prior, none = child.prior, np.empty((*np.shape(last), 0))
    fresh = pooled.posterior(prior, none, none, last)
    pace = pooled.posterior(prior, known.step, known.gap, known.at).drift
    before = np.flip(np.cumsum(np.flip(known.gap, -1), -1), -1) > known.years[..., None]
    past = np.where(before, known.step, 0.0), np.where(before, known.gap, 0.0)
    above = pooled.posterior(prior, *past, known.at)
    lasting = 1 - prior.transitory
    typical = np.sqrt(above.shock * (fresh.shock if prior.peers else above.shock)) / lasting
    small = np.where(known.part > 0, np.maximum(prior.level_range[0] - last, 0.0), 0.0)
    return Parts(
        child.drift, child.passing, child.shock, child.noise, child.df,
        pace, above.shock, above.doubt, typical, lasting,
        *likelihood.sums(known.share_step, known.share_gap),
        small, (small == 0) & (prior.peers > 0), known.years, known.part, known.thin,
    )  # fmt: skip


def grow(
    p: Parts, horizon, grown, through, alone, *, doubt=None, learnt: Constants = LEARNT, joint=False
):
    """Predict the growth of children from their parts and their parents' growth.

    Parameters
    ----------
    p : Parts
    horizon : array (...)
        Years after each child's last figure; for one series, all of its horizons.
    grown : array (...)
        What the parent grew in those years, or up to its last figure where they go beyond it.
    through : number or array
        The pass-through b of a child whose share is small, `PASS_THROUGH` of its kind.
    alone : array (...)
        The child's scale at these horizons without the parent. With it, the 80 % interval is no
        wider, save as far as the child is smaller than its peers or seen to scatter more, and
        never by more than `WIDEST`.
    doubt : number, optional
        The standard deviation of b, if not the learnt one.
    joint : bool
        Whether the horizons are those of one series, so that scales are wanted for all pairs.

    Returns
    -------
    loc, squared scale, degrees of freedom, pass-through : arrays (...)
        Of the Student t; the squared scale is (H, H) if joint.
    """
    from scipy import special

    seen = np.minimum(horizon, p.years)
    later = horizon - seen
    rest = 1 - p.part
    b = p.part + rest * through
    like_peers = learnt.share_shock * p.typical
    typical = like_peers * np.exp(learnt.size * p.small) + learnt.count_noise * p.thin
    like_peers = like_peers + learnt.count_noise * p.thin * p.sized
    own = likelihood.Sums(p.count, p.span, p.rise, p.square)
    lag, variance, start, df = likelihood.update(
        0.0, typical / learnt.share_drift**2, np.sqrt(typical), learnt.scatter_df, own
    )
    expected = p.drift - lag
    ahead = grown - seen * expected
    loc = horizon * p.drift - rest * p.passing + b * (ahead + later * (p.pace - expected))

    slope = rest * (learnt.pass_doubt if doubt is None else doubt)
    shock = rest**2 * p.lasting * variance
    drift = rest**2 * variance / (start + p.span)

    def walk(h, shock, drift):
        return walk_shape(h, shock, drift) if joint else shock * h + drift * h**2

    def square(scale):
        return np.outer(scale, scale) if joint else scale**2

    scatter = np.sqrt(p.parent_shock * seen + p.parent_doubt * seen**2)
    squared = walk(horizon, shock, drift) + square(slope * scatter)
    squared = squared + walk(later, b**2 * p.parent_shock, b**2 * p.parent_doubt)
    squared = squared + shock * p.noise / p.shock * (np.eye(len(horizon)) if joint else 1)
    df = np.maximum(df, pooled.LEAST_DF)
    wilder = np.clip(variance / like_peers, 1, WIDEST**2)
    limit = wilder * (alone * special.stdtrit(p.df, 0.9) / special.stdtrit(df, 0.9)) ** 2
    kept = (1 + ((np.diag(squared) if joint else squared) / limit) ** 8) ** (-1 / 16)
    return loc, squared * square(kept), df, b


def predict(x, years, horizons, *, peers=None, parent: pd.Series) -> Prediction:
    """Predict one series, or many over the last horizon; see `grow`.

    Parameters
    ----------
    x, years, horizons, peers
        As in `pooled.predict`.
    parent : Series
        On the scale of x, known in the series' last year and after it. Its ``attrs`` may hold
        ``kind`` (of `PASS_THROUGH`), ``area`` and ``quantile``: the level of the pass-through's
        own distribution at which it is held fixed, see `at_quantile`.
    """
    from scipy import special

    prior, notes = pooled.prior_for(peers, x, years)
    x, years = np.asarray(x, float)[..., -pooled.WINDOW :], np.asarray(years, int)[-pooled.WINDOW :]
    parent = parent.dropna().sort_index()
    past = parent.iloc[-pooled.WINDOW :]
    origin, until = years[-1], parent.index[-1]
    kind, level = parent.attrs.get("kind", "ratio"), parent.attrs.get("quantile")
    through, doubt = PASS_THROUGH[kind], None
    if level is not None:
        through, doubt = through + LEARNT.pass_doubt * special.ndtri(level), 0.0
    common = np.isin(years, parent.index)
    share = x[..., common] - parent.loc[years[common]].to_numpy()
    known = Known(
        years=np.float64(until - origin),  # ty: ignore[invalid-argument-type]
        step=np.diff(past.to_numpy()),
        gap=np.diff(past.index),
        at=parent.loc[origin],
        share_step=np.diff(share),
        share_gap=np.diff(years[common]),
        part=part_of(share, np.diff(years[common]), kind),
        thin=np.exp(-x[..., -1]) * (kind == "count"),
    )
    one = x.ndim == 1
    h = np.asarray(horizons, float)[... if one else -1]
    to = np.interp(np.minimum(origin + h, until), parent.index, parent)
    child = pooled.posterior(prior, np.diff(x), np.diff(years), x[..., -1])
    pieces, alone = parts(child, x[..., -1], known), child.at(h)[1]
    growth = to - parent.loc[origin]
    rise, shape, freedom, b = grow(pieces, h, growth, through, alone, doubt=doubt, joint=one)
    used = ParentUsed(parent.attrs.get("area"), int(origin), int(until), float(np.mean(b)))
    df: Any = float(freedom) if one else freedom
    if one and prior.beyond(h[-1], rise[-1], np.sqrt(shape[-1, -1]), df, x[-1]):
        notes += (prior.beyond_note,)
    return Prediction(x[..., -1] + rise, shape, df, notes, prior.peers, used)


def part_of(share, gap, kind: str):
    """How much of the parent the child is, from their differences on the scale (..., m).

    Sums are compared directly, by the last. A ratio says nothing of its weight, save where it
    never differs in two years or more; `gap` (..., m - 1) is as in `Known`.
    """
    if kind in ("count", "level"):
        return np.exp(np.minimum(share[..., -1], 0.0))
    return ((gap > 0).any(-1) & (np.abs(share).max(-1) < pooled.COPY)).astype(float)


def at_quantile(parent: pd.Series, level: float) -> pd.Series:
    """The same parent with the pass-through held at a quantile of its own distribution.

    Parameters
    ----------
    parent : Series
        In printed units or on the scale.
    level : float
        Between 0 and 1; 0.1 and 0.9 are the ends of the printed range.

    Raises
    ------
    ForecastError
        The level does not lie between 0 and 1.
    """
    if not 0 < level < 1:
        raise ForecastError.of("level", levels=[level])
    held = parent.copy()
    held.attrs = parent.attrs | {"quantile": level}
    return held
