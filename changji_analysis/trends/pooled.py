"""The default model: a drift and a scale drawn from the peers, updated by the series itself.

On the indicator's scale an area's figures are a random walk with drift plus departures that pass.
The increment over a gap of k years is N(k mu, s2 ((1 - phi) k + phi)): mu the area's drift, s2 the
variance of its yearly increments, phi the share of it that does not last. Drift and s2 are drawn,
each by itself, from the peers' distribution,

    mu ~ N(m0, tau^2),    s2 ~ inverse-gamma(df0 / 2, df0 s0^2 / 2),

and a prediction is a Student t (Gelman et al. 2013, Bayesian Data Analysis, sections 3.3 and 5.4;
`likelihood.update` has the arithmetic). An area that scatters more than its peers is drawn to them
more, a steadier one less. One observation is enough: it is then the peers' distribution, carried
forward from the last figure. Low areas move more: increments are measured in the speed of their
level, exp(b (x - level)), with b from the peers.

Peers share the same few calendar years, and what hits all of them at once is seen once a year,
however many they are. So the common drift's error counts years, each by the areas it holds, and
`DOUBT` times over, and the drift is drawn towards none as far as that error bears; it may change
for good by `CHANGE` s0 and, since growth that all share ends more often than its past tells, by
`END` of itself; `FEW_YEARS` and `FEW_PEERS` widen predictions and `DF_PER_YEAR` bounds their
degrees of freedom. No 95 % interval goes far beyond what any area ever did in as many years
(`REACH`).
The constants were chosen by the scores on whole panels of many kinds (docs/decisions.md,
benchmarks/constants.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from . import Prediction, likelihood, moments, walk_shape
from .moments import WINDOW

FIT_WINDOWS = 300
LEAST_PEERS = 3
COPY = 1e-12
"""A peer no farther than this from the series in every common year is the series itself."""
DOUBT = 3.0
"""By how much the squared error of the common drift exceeds what the scatter of years shows."""
CHANGE = 0.1
"""Standard deviation of a lasting change of the common drift, in typical yearly shocks."""
END = 0.15
"""The same as a share of the common drift: growth that all share may end."""
FEW_YEARS = 2.0
"""Predictive variances are 1 + FEW_YEARS / (calendar years) times as large."""
FEW_PEERS = 2.0
"""And 1 + FEW_PEERS / (areas) times: a few tell little of how much others scatter."""
DF_PER_YEAR = 2.0
"""Degrees of freedom that one calendar year of peers is worth."""
LEAST_DF = 3.0
REACH = 1.5
"""The 97.5 % quantile stays within so many times the farthest that any area ever went."""
DIGITS = 4
"""Significant digits of a fitted prior, which no processor changes."""


@dataclass(frozen=True)
class Prior:
    """What is known of a series before its own increments are seen.

    Attributes
    ----------
    drift : float
        m0, centre of the yearly drifts.
    prior_strength : float
        s0^2 / tau^2, the years of a typical area's data that the peers' drift is worth.
    scale : float
        s0, the typical size of a yearly shock.
    df : float
        df0, the increments that the peers' scale is worth; small where areas differ much.
    transitory : float
        phi, share of the variance of a yearly increment that does not last, in [0, 1).
    drift_error : float
        Standard error of m0. Own increments reduce it.
    drift_change : float
        Standard deviation of a lasting change of all drifts, which no past increment shows.
    years : float
        Calendar years that it was fitted on.
    peers : int
        Number of areas it was fitted on; 0 for the generic prior.
    reach : tuple of float
        Farthest that any area went from m0 within 1, 2, ... years; empty for no limit.
    level, level_slope : float
    level_range : tuple of float
        Drift and shocks of a series that stands at x, cut off at the range that was seen, are
        exp(level_slope (x - level)) times those of one that stands at `level`.
    """

    drift: float
    prior_strength: float
    scale: float
    df: float
    transitory: float = 0.0
    drift_error: float = 0.0
    drift_change: float = 0.0
    years: float = np.inf
    peers: int = 0
    reach: tuple[float, ...] = ()
    level: float = 0.0
    level_slope: float = 0.0
    level_range: tuple[float, float] = (-np.inf, np.inf)

    def speed(self, x):
        """How much faster than the typical peer a series moves that stands at x."""
        inside = np.clip(np.asarray(x, float), *self.level_range)
        return np.exp(self.level_slope * (inside - self.level))

    def farthest(self, h):
        """Farthest that any area went from m0 within h years, in proportion beyond `reach`."""
        h = np.asarray(h, float)
        if not self.reach:
            return np.full(h.shape, np.inf)
        ends = len(self.reach)
        return np.interp(h, np.arange(1, ends + 1), self.reach) * np.maximum(h / ends, 1)

    def beyond(self, h, rise, scale, df, last):
        """Whether the 95 % interval goes beyond what any peer did in h years; needs peers."""
        speed = self.speed(last)
        away = np.abs(rise - h * self.drift * speed) + _quantile(df) * scale
        return (away > self.farthest(h) * speed) & (self.peers > 0)

    @property
    def beyond_note(self) -> str:
        """What to say where `beyond` holds."""
        return f"the 95 % interval goes beyond what any of {self.peers} peers did in as many years"


GENERIC = Prior(
    drift=0.018, prior_strength=4.0, scale=0.08, df=0.25, transitory=0.13, years=12,
    reach=tuple(0.6 * np.sqrt(np.arange(1, WINDOW + 1))),
)  # fmt: skip
"""Without peers (benchmarks/constants.py): kinds differ in scale by so much that df is small."""


class Posterior(NamedTuple):
    """Predictive distributions of the rise from the last figures; arrays (...) of series.

    The rise over h years is a Student t of location h `drift` - `passing` and squared scale
    `noise` + `shock` h + `doubt` h^2, kept within reach; `last_noise` is the last figure's part.
    """

    drift: np.ndarray
    passing: np.ndarray
    shock: np.ndarray
    noise: np.ndarray
    last_noise: np.ndarray
    doubt: np.ndarray
    df: np.ndarray
    speed: np.ndarray
    prior: Prior

    def at(self, h):
        """Location, scale and degrees of freedom of the rise within h years (broadcast)."""
        wide = np.sqrt(self.noise + self.shock * h + self.doubt * h**2)
        return h * self.drift - self.passing, self._within_reach(wide, h), self.df

    def shape(self, horizons) -> np.ndarray:
        """Squared scales over the horizons of one series."""
        h = np.asarray(horizons, float)
        shape = walk_shape(h, self.shock, self.doubt) + self.last_noise
        shape = shape + np.diag(np.full(len(h), self.noise - self.last_noise))
        wide = np.sqrt(np.diag(shape))
        kept = self._within_reach(wide, h) / wide
        return shape * np.outer(kept, kept)

    def _within_reach(self, wide, h):
        """A scale of which the 97.5 % quantile stays within `REACH`."""
        quantile = _quantile(self.df)
        limit = REACH * self.prior.farthest(h) * self.speed
        return _bounded(quantile * wide, limit) / quantile


def _bounded(size, limit):
    """A smooth minimum of the two sizes that keeps the sign of the first."""
    return size * (1 + (size / limit) ** 4) ** -0.25


def _quantile(df):
    """The 97.5 % quantile of a Student t, to within 1 % from three degrees of freedom on."""
    return 1.96 + 2.4 / (df - 1)


def posterior(prior: Prior, step, gap, last=None) -> Posterior:
    """Update the prior by increments.

    Parameters
    ----------
    step, gap : array (..., m)
        Increments and the years that each spans, newest last; gap 0 marks padding.
    last : array (...), optional
        Where the series stands; without it, it moves like the typical peer.
    """
    speed = np.asarray(1.0 if last is None else prior.speed(last))
    step, gap = np.asarray(step, float) / speed[..., None], np.asarray(gap, float)
    own = likelihood.sums(step, gap)
    drift, s2, start, df = likelihood.update(
        prior.drift, prior.prior_strength, prior.scale, prior.df, own
    )
    passing, last_noise = likelihood.reversion(step, gap, drift, prior.transitory)
    years = start + own.span
    shared = (prior.drift_error * start / years) ** 2 + prior.drift_change**2
    wide = speed**2 * (1 + FEW_YEARS / prior.years)
    wide = wide * (1 + FEW_PEERS / (prior.peers or np.inf))
    return Posterior(
        drift=drift * speed,
        passing=_bounded(passing, prior.farthest(1)) * speed,
        shock=s2 * (1 - prior.transitory) * wide,
        noise=s2 * (prior.transitory / 2 + last_noise) * wide,
        last_noise=s2 * last_noise * wide,
        doubt=(s2 / years + shared) * wide,
        df=np.maximum(1 / (1 / df + 1 / (DF_PER_YEAR * prior.years)), LEAST_DF),
        speed=speed,
        prior=prior,
    )


def predict(x, years, horizons, *, peers: pd.DataFrame | Prior | None = None) -> Prediction:
    """Predict from one observation or more; peers are on the same scale as x.

    With x (N, n), series of the same years, only the last horizon is looked at, and location,
    shape (squared scales) and degrees of freedom are arrays (N,).
    """
    prior, notes = prior_for(peers, x, years)
    x, years = np.asarray(x, float)[..., -WINDOW:], np.asarray(years, float)[-WINDOW:]
    found = posterior(prior, np.diff(x), np.diff(years), x[..., -1])
    h = np.asarray(horizons, float)
    if x.ndim > 1:
        rise, scale, df = found.at(h[-1])
        return Prediction(x[..., -1] + rise, scale**2, df, notes, prior.peers)
    rise, scale, df = found.at(h)
    if prior.beyond(h[-1], rise[-1], scale[-1], df, x[-1]):
        notes += (prior.beyond_note,)
    return Prediction(x[-1] + rise, found.shape(h), float(df), notes=notes, peers=prior.peers)


def prior_for(peers, x, years) -> tuple[Prior, tuple[str, ...]]:
    """What a series starts from, and what a reader should know of it."""
    if peers is None:
        return GENERIC, ()
    if isinstance(peers, Prior):
        return peers, ()
    notes: tuple[str, ...] = ()
    columns, dropped = _usable(peers, x, years)
    if dropped:
        notes += (f"left out of the peers, being the series itself: {', '.join(dropped)}",)
    count, lacking = columns.shape[1], ""
    if count < LEAST_PEERS:
        lacking = f"{count} usable peers, fewer than {LEAST_PEERS}"
    elif _alike(columns):
        lacking = f"the {count} peers moved alike, or no two in the same years, and show no scatter"
    if lacking:
        return GENERIC, (*notes, f"{lacking}: the generic prior is used")
    prior = fit_prior(columns)
    if prior.years == 1:
        notes += ("the peers' growth is that of a single period, which says little of others",)
    return prior, notes


def _usable(peers: pd.DataFrame, x, years) -> tuple[pd.DataFrame, list[str]]:
    """Peers with at least one increment; those identical to the series are named and left out."""
    peers = peers.loc[:, np.isfinite(peers.to_numpy(float)).sum(0) >= 2]
    same = copies(peers, x, years)
    return peers.drop(columns=same) if len(same) else peers, [str(c) for c in same]


def copies(peers: pd.DataFrame, x, years) -> pd.Index:
    """Columns that never differ from a series in two common years or more."""
    at = pd.Index(np.asarray(years, int)).get_indexer(peers.index)
    own = np.append(np.asarray(x, float), np.nan)[at]  # the last, NaN, where there is no figure
    away = np.abs(peers.to_numpy(float) - own[:, None])
    return peers.columns[~(away >= COPY).any(0) & (np.isfinite(away).sum(0) >= 2)]


def _alike(peers: pd.DataFrame) -> bool:
    """Whether no two peers ever grew differently in the same years."""
    peers = peers.sort_index()
    growth = np.diff(_filled(peers.to_numpy(), peers.index.to_numpy()), axis=0)
    spread = np.fmax.reduce(growth, axis=1) - np.fmin.reduce(growth, axis=1)
    return bool(np.fmax.reduce(spread) < COPY)


def _filled(figures: np.ndarray, years: np.ndarray) -> np.ndarray:
    """Peers with even growth between two surveys, so that a gap is growth of its years too."""
    filled, seen = figures.copy(), np.isfinite(figures)
    before, after = np.logical_or.accumulate(seen), np.logical_or.accumulate(seen[::-1])[::-1]
    for area in np.flatnonzero((before & ~seen & after).any(0)):
        at = seen[:, area]
        filled[:, area] = np.interp(years, years[at], figures[at, area], np.nan, np.nan)
    return filled


def fit_prior(peers: pd.DataFrame) -> Prior:
    """Fit the prior to peers, years by areas on the indicator's scale with NaN for no figure.

    Common drift, level slope, transitory share and reach are read off them (`moments`); strength,
    scale and degrees of freedom are those that predict them best (`likelihood.fit`).
    """
    peers = peers.sort_index()
    values = peers.to_numpy(float)
    values = values[:, np.lexsort(np.nan_to_num(values, nan=-np.inf))]  # whatever their order
    return _fit_prior(values.tobytes(), peers.index.to_numpy(float).tobytes())


@lru_cache(maxsize=512)
def _fit_prior(values: bytes, index: bytes) -> Prior:
    years = np.frombuffer(index)
    figures = np.frombuffer(values).reshape(len(years), -1)
    areas = int((np.isfinite(figures).sum(0) >= 2).sum())
    step, gap, ahead, change, last = moments.windows(figures, years, most=FIT_WINDOWS)
    if len(change) == 0:
        return GENERIC
    slope, level, ends = moments.level_slope(figures, years, areas)
    levels = Prior(0, 0, 0, 0, level=level, level_slope=slope, level_range=ends)
    speed = levels.speed(last)
    step, change = step / speed[:, None], change / speed
    middle = np.median(change / ahead)
    typical = max(1.5 * np.median(np.abs(change - middle * ahead) / np.sqrt(ahead)), 1e-4)
    growth, even = (
        np.diff(x, axis=0) / np.diff(years)[:, None] / levels.speed(x[:-1])
        for x in (figures, _filled(figures, years))
    )
    drift, squared, seen = moments.common_drift(even, typical)
    squared *= DOUBT
    transitory = moments.transitory_share(growth, years, typical)
    strength, scale, df = likelihood.fit(
        step, gap, ahead, change,
        drift=drift, error=np.sqrt(squared), transitory=transitory, typical=typical, areas=areas,
    )  # fmt: skip
    # m0 ~ N(0, V) with 1 / V chi-squared of one degree: E(1 / V) is 2 / m0^2, once m0 is seen
    kept = drift**2 / (drift**2 + 2 * squared) if drift else 0.0
    return Prior(
        drift=rounded(kept * drift),
        prior_strength=rounded(strength),
        scale=rounded(scale),
        df=rounded(df),
        transitory=rounded(transitory),
        drift_error=rounded(np.sqrt(kept * squared)),
        drift_change=rounded(
            float(np.hypot(CHANGE * np.sqrt(1 - transitory) * scale, END * kept * drift))
        ),
        years=seen,
        peers=areas,
        reach=tuple(map(rounded, moments.reach(figures, years, kept * drift, levels.speed))),
        level=rounded(level),
        level_slope=rounded(slope),
        level_range=tuple(map(rounded, ends)),  # ty: ignore[invalid-argument-type]
    )


def rounded(number: float) -> float:
    """A number to `DIGITS` significant digits."""
    return float(f"{number:.{DIGITS - 1}e}")
