"""The default model: a drift and a scale drawn from the peers, updated by the series itself.

On the indicator's scale the increment over a gap of k years is N(k mu, k s2). The area's own
drift and scale come from the peers' distribution,

    s2 ~ inverse-gamma(df0 / 2, df0 s0^2 / 2),    mu | s2 ~ N(m0, s2 / kappa0),

so that posterior and prediction are in closed form: a Student t (DeGroot 1970, Optimal
Statistical Decisions, section 9.6; Gelman et al. 2013, Bayesian Data Analysis, section 3.3).
Older increments count less, by a factor `discount` a year (West and Harrison 1997, Bayesian
Forecasting and Dynamic Models, section 6.3). One observation is enough: it is then the peers'
distribution, carried forward from the last figure.

Areas that stand low move more than those that stand high. Increments are therefore measured in
the pace of their level, exp(b (x - level)), with b from the peers; the model holds in these units.

Peers share the same few years. What hits all of them at once is seen once a year, however many
they are, and the years ahead may be of another kind. Three provisions for it, chosen by the
scores on panels of many kinds (docs/decisions.md): the common drift is shrunk towards none as
far as its years leave it in doubt, it may change for good by `CHANGE` s0, and the degrees of
freedom never exceed `DF_PER_YEAR` times the calendar years seen.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from . import Prediction, walk_shape

WINDOW = 10
"""Most observations of a series that are looked at."""
FIT_LENGTHS = (1, 2, 3, 5, 8)
FIT_HORIZONS = (1, 2, 3, 5)
FIT_WINDOWS = 2000
LEAST_PEERS = 3
COPY = 1e-12
"""A peer no farther than this from the series in every common year is the series itself."""
DOUBT = 0.75
"""Share of the common drift's standard error that is kept; see `_drift_error`."""
CHANGE = 0.25
"""Standard deviation of a lasting change of the common drift, in typical yearly shocks."""
DF_PER_YEAR = 1.5
"""Degrees of freedom that one calendar year of peers is worth."""
LEAST_DF = 1.2
LEVEL_DOUBT = 0.3
"""Standard deviation of slopes of log shocks on levels, before the peers are seen."""
LEVEL_TAILS = (0.05, 0.95)
"""Quantiles of the peers' levels beyond which the level changes nothing more."""
LOG_NOISE = np.pi**2 / 8
"""Variance of log |z|, z standard normal."""
CENTRE = np.array([np.log(8.0), 0.0, np.log(3.5), 2.0])
SPREAD = np.array([1.0, 1.0, 0.5, 1.0])
STRENGTH = 0.3
"""Where a fit rests without evidence: log prior_strength, log scale (less a robust estimate), log
df and logit discount, the medians over the panels, and the weight of that in areas."""
BOUNDS = ((-2, 2), (-2.3, 5.7), (-11.5, 2.1), (0.1, 4.1), (-1, 7))


@dataclass(frozen=True)
class Prior:
    """What is known of a series before its own increments are seen.

    Attributes
    ----------
    drift : float
        m0, centre of the yearly drifts.
    prior_strength : float
        kappa0, the years of data that the peers' drift is worth.
    scale : float
        s0, the typical size of a yearly shock.
    df : float
        df0, the increments that the peers' scale is worth; small where areas differ much.
    discount : float
        Weight of an increment that is one year older, in (0, 1].
    drift_error : float
        Standard error of m0: peers share the same few years. Own increments reduce it.
    drift_change : float
        Standard deviation of a lasting change of all drifts, which no past increment shows.
    calendar_df : float
        Degrees of freedom that the calendar years are worth.
    peers : int
        Number of areas it was fitted on; 0 for the generic prior.
    level, level_slope : float
        Drift and shocks of a series that stands at x are exp(level_slope (x - level)) times
        those of one that stands at `level`: low areas move more.
    level_range : tuple of float
        Where x is cut off: the slope was not seen beyond.
    """

    drift: float
    prior_strength: float
    scale: float
    df: float
    discount: float = 1.0
    drift_error: float = 0.0
    drift_change: float = 0.0
    calendar_df: float = np.inf
    peers: int = 0
    level: float = 0.0
    level_slope: float = 0.0
    level_range: tuple[float, float] = (-np.inf, np.inf)

    def speed(self, x):
        """How much faster than the typical peer a series moves that stands at x."""
        inside = np.clip(np.asarray(x, float), *self.level_range)
        return np.exp(self.level_slope * (inside - self.level))


GENERIC = Prior(drift=0.009, prior_strength=1.65, scale=0.0447, df=1.105, discount=0.887)
"""Where there are no peers: fitted on many kinds of series by benchmarks/generic_prior.py."""


class _Weighted:
    """Weighted sums of increments and their derivatives by the discount.

    Arrays are (..., increments), the newest last; gap 0 marks padding.
    """

    def __init__(self, step, gap):
        self.seen = gap > 0
        age = np.flip(np.cumsum(np.flip(gap, -1), -1), -1) - gap / 2
        self.age = np.where(self.seen, age, 0.0)
        per_year = step**2 / np.where(self.seen, gap, 1)
        self.terms = np.stack([np.ones_like(self.age), gap, step, per_year])

    def sums(self, discount):
        """Count, span, rise and square."""
        self.weight = np.where(self.seen, discount**self.age, 0.0)
        return np.einsum("k...m,...m->k...", self.terms, self.weight)

    def slopes(self, discount):
        """Derivatives of the last sums by the discount."""
        return np.einsum("k...m,...m->k...", self.terms, self.weight * self.age / discount)


def posterior(prior: Prior, step, gap, last=None):
    """Update the prior by increments.

    Parameters
    ----------
    prior : Prior
    step, gap : array (..., m)
        Increments and the years that each spans, newest last; gap 0 marks padding.
    last : array (...), optional
        Where the series stands; without it, it moves like the typical peer.

    Returns
    -------
    drift, step_variance, drift_variance, df : arrays (...)
        Location of the drift, s2 and the squared scale of the drift of the predictive t, so
        that the squared scale at horizon h is s2 h + v h^2.
    """
    pace = np.asarray(1.0 if last is None else prior.speed(last))
    step, gap = np.asarray(step, float) / pace[..., None], np.asarray(gap, float)
    count, span, rise, square = _Weighted(step, gap).sums(prior.discount)
    years = prior.prior_strength + span
    drift = (prior.prior_strength * prior.drift + rise) / years
    spread = np.maximum(square + prior.prior_strength * prior.drift**2 - years * drift**2, 0)
    df = prior.df + count
    step_variance = (prior.df * prior.scale**2 + spread) / df
    shared = (prior.drift_error * prior.prior_strength / years) ** 2 + prior.drift_change**2
    df = np.maximum(1 / (1 / df + 1 / prior.calendar_df), LEAST_DF)
    return drift * pace, step_variance * pace**2, (step_variance / years + shared) * pace**2, df


def predict(x, years, horizons, *, peers: pd.DataFrame | Prior | None = None) -> Prediction:
    """Predict from one observation or more; peers are on the same scale as x."""
    prior, notes = prior_for(peers, x, years)
    x, years = np.asarray(x, float)[-WINDOW:], np.asarray(years, float)[-WINDOW:]
    drift, variance, drift_variance, df = posterior(prior, np.diff(x), np.diff(years), x[-1])
    h = np.asarray(horizons, float)
    shape = walk_shape(h, float(variance), float(drift_variance))
    return Prediction(x[-1] + h * drift, shape, float(df), notes=notes, peers=prior.peers)


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
    count = columns.shape[1]
    if count >= LEAST_PEERS:
        return fit_prior(columns), notes
    notes += (f"{count} usable peers, fewer than {LEAST_PEERS}: the generic prior is used",)
    return GENERIC, notes


def _usable(peers: pd.DataFrame, x, years) -> tuple[pd.DataFrame, list[str]]:
    """Peers with at least one increment; those identical to the series are named and left out."""
    peers = peers.loc[:, peers.notna().sum() >= 2]
    same = copies(peers, x, years)
    return peers.drop(columns=same), [str(c) for c in same]


def copies(peers: pd.DataFrame, x, years) -> pd.Index:
    """Columns that never differ from a series in two common years or more."""
    own = pd.Series(np.asarray(x, float), index=np.asarray(years, int))
    both = peers.reindex(own.index)
    same = (both.sub(own, axis=0).abs() < COPY) | both.isna()
    return peers.columns[same.all() & (both.notna().sum() >= 2)]


def fit_prior(peers: pd.DataFrame) -> Prior:
    """Fit the prior so that it predicts the peers.

    Maximises the mean log predictive density over windows of the peers: origins at every year,
    histories of `FIT_LENGTHS` observations, `FIT_HORIZONS` years ahead. The standard error of
    the common drift treats the calendar years, not the areas, as the independent cases, with
    the usual correction for first-order autocorrelation (Wilks 2011, Statistical Methods in the
    Atmospheric Sciences, eq. 5.12).

    Parameters
    ----------
    peers : DataFrame (years, areas)
        On the indicator's scale; NaN where there is no figure.
    """
    peers = peers.sort_index()
    values = np.ascontiguousarray(peers.to_numpy(float))
    years = np.ascontiguousarray(peers.index.to_numpy(float))
    digest = hashlib.blake2b(values.tobytes() + years.tobytes()).digest()
    return _fit_prior(digest, _Frozen(values, years))


class _Frozen:
    """Arrays that ride along with a cache key and do not take part in it."""

    def __init__(self, values, years):
        self.values, self.years = values, years

    def __hash__(self):
        return 0

    def __eq__(self, other):
        return True


@lru_cache(maxsize=512)
def _fit_prior(digest: bytes, data: _Frozen) -> Prior:
    from scipy import optimize

    step, gap, ahead, change, last = windows(data.values, data.years)
    areas = int((np.isfinite(data.values).sum(0) >= 2).sum())
    if len(change) == 0:
        return GENERIC
    slope, level, *ends = _level_slope(data.values, data.years, areas)
    levels = Prior(0, 0, 0, 0, level=level, level_slope=slope, level_range=(ends[0], ends[1]))
    figures, years = data.values, data.years  # noqa: PD011 - arrays
    growth = np.diff(figures, axis=0) / np.diff(years)[:, None]
    error, years_seen = _drift_error(growth / levels.speed(figures[:-1]))
    if len(change) > FIT_WINDOWS:
        chosen = np.linspace(0, len(change) - 1, FIT_WINDOWS).astype(int)
        step, gap, ahead, change, last = (
            column[chosen] for column in (step, gap, ahead, change, last)
        )
    pace = levels.speed(last)
    step, change = step / pace[:, None], change / pace
    middle = float(np.median(change / ahead))
    away = float(np.median(np.abs(change - middle * ahead) / np.sqrt(ahead)))
    centre = CENTRE + np.array([0, np.log(max(1.5 * away, 1e-4)), 0, 0])
    loss = _Loss(_Weighted(step, gap), ahead, change, error, centre, STRENGTH / areas)
    found = optimize.minimize(
        loss,
        np.r_[middle, centre],
        jac=True,
        method="L-BFGS-B",
        bounds=BOUNDS,
        options={"ftol": 1e-11, "gtol": 1e-7, "maxiter": 200},
    )
    drift, (prior_strength, scale, df) = float(found.x[0]), np.exp(found.x[1:4])
    sure = max(drift**2 - error**2, 0.0)
    return Prior(
        drift=drift * sure / (sure + error**2) if error > 0 else drift,
        prior_strength=float(prior_strength),
        scale=float(scale),
        df=float(df),
        discount=float(1 / (1 + np.exp(-found.x[4]))),
        drift_error=DOUBT * error,
        drift_change=float(CHANGE * scale),
        calendar_df=DF_PER_YEAR * years_seen,
        peers=areas,
        level=level,
        level_slope=slope,
        level_range=levels.level_range,
    )


def _level_slope(values, years, areas: int) -> tuple[float, ...]:
    """How the log size of yearly shocks changes with the level; the middle level and its ends.

    Least squares of log |shock| on the level, drawn towards none as far as `areas` independent
    series leave it in doubt (a ridge; Hoerl and Kennard 1970, Technometrics 12, 55-67).
    """
    shock = np.diff(values, axis=0) / np.sqrt(np.diff(years))[:, None]
    seen = np.isfinite(shock)
    size = np.abs(shock[seen] - np.median(shock[seen])) if seen.any() else np.empty(0)
    level = values[:-1][seen]
    if len(size) < 3 or not size.any():
        return 0.0, float(np.nanmedian(values)), -np.inf, np.inf
    middle, low, high = map(float, np.quantile(level, (0.5, *LEVEL_TAILS)))
    log_size = np.log(size + 0.02 * size.mean())
    away = level - middle
    weight = areas / len(size)
    ridge = LOG_NOISE / LEVEL_DOUBT**2
    slope = weight * (away @ (log_size - log_size.mean())) / (weight * (away @ away) + ridge)
    return float(slope), middle, low, high


class _Loss:
    """Minus the mean log predictive density of windows, with its gradient.

    Its argument holds m0, log kappa0, log s0, log df0 and the logit of the discount.
    """

    def __init__(self, own: _Weighted, ahead, change, error, centre, strength):
        self.own, self.ahead, self.change, self.error = own, ahead, change, error
        self.centre, self.strength = centre, strength

    def __call__(self, v):
        from scipy import special

        m0, (k0, s0, df0), w = v[0], np.exp(v[1:4]), 1 / (1 + np.exp(-v[4]))
        h, y = self.ahead, self.change
        count, span, rise, square = self.own.sums(w)
        d_count, d_span, d_rise, d_square = self.own.slopes(w)
        years = k0 + span
        mu = (k0 * m0 + rise) / years
        spread = square + k0 * m0**2 - years * mu**2
        inside = spread > 0
        df = df0 + count
        s2 = (df0 * s0**2 + np.where(inside, spread, 0)) / df
        reach = h + h**2 / years
        shared = (self.error * k0 * h / years) ** 2
        variance = s2 * reach + shared
        miss = y - h * mu
        ratio = miss**2 / (variance * df)
        density = (
            special.gammaln((df + 1) / 2)
            - special.gammaln(df / 2)
            - np.log(df * np.pi * variance) / 2
            - (df + 1) / 2 * np.log1p(ratio)
        )
        pull = (df + 1) / 2 * ratio / (1 + ratio)
        by_variance = (pull - 0.5) / variance
        by_mu = (df + 1) * miss * h / (variance * df * (1 + ratio))
        by_df = (
            special.digamma((df + 1) / 2) - special.digamma(df / 2) - 1 / df - np.log1p(ratio)
        ) / 2 + pull / df

        def slope(d_mu=0.0, d_spread=0.0, d_df=0.0, d_prior=0.0, d_years=0.0, d_shared=0.0):
            d_s2 = (d_prior + np.where(inside, d_spread, 0) - s2 * d_df) / df
            d_variance = d_s2 * reach - s2 * (h / years) ** 2 * d_years + d_shared
            return np.mean(by_variance * d_variance + by_mu * d_mu + by_df * d_df)

        to_m0, to_k0, to_w = k0 / years, (m0 - mu) / years, (d_rise - mu * d_span) / years
        gradient = np.array(
            [
                slope(to_m0, 2 * k0 * m0 - 2 * years * mu * to_m0),
                k0
                * slope(
                    to_k0,
                    m0**2 - mu**2 - 2 * years * mu * to_k0,
                    d_years=1.0,
                    d_shared=2 * shared * (1 / k0 - 1 / years),
                ),
                s0 * slope(d_prior=2 * df0 * s0),
                df0 * slope(d_df=1.0, d_prior=s0**2),
                w
                * (1 - w)
                * slope(
                    to_w,
                    d_square - d_span * mu**2 - 2 * years * mu * to_w,
                    d_df=d_count,
                    d_years=d_span,
                    d_shared=-2 * shared * d_span / years,
                ),
            ]
        )
        away = (v[1:] - self.centre) / SPREAD
        penalty = self.strength * np.r_[0.0, away / SPREAD]
        return self.strength * (away @ away) / 2 - density.mean(), penalty - gradient


def windows(values, years, lengths=FIT_LENGTHS, horizons=FIT_HORIZONS):
    """Cut a panel into (history, outcome) pairs.

    Parameters
    ----------
    values : array (years, areas)
        On the indicator's scale, NaN where missing.
    years : array (years,)
    lengths, horizons : sequence of int
        Observations in a history and years from its last to the outcome.

    Returns
    -------
    step, gap : arrays (W, WINDOW - 1)
        Increments of each history, newest last, padded with gap 0.
    ahead, change, last : arrays (W,)
        Years from the origin to the outcome, the rise between them, and where it starts.
    """
    none, empty = np.empty((0, WINDOW - 1)), np.empty(0)
    parts = [(none, none, empty, empty, empty)]
    for column in values.T:
        seen = np.isfinite(column)
        x, t = column[seen], years[seen]
        if len(x) < 2:
            continue
        pad = np.zeros(WINDOW - 1)
        steps = np.lib.stride_tricks.sliding_window_view(np.r_[pad, np.diff(x)], WINDOW - 1)
        gaps = np.lib.stride_tricks.sliding_window_view(np.r_[pad, np.diff(t)], WINDOW - 1)
        for h in horizons:
            at = np.searchsorted(t, t + h)
            origin = np.flatnonzero((at < len(t)) & (t[np.minimum(at, len(t) - 1)] == t + h))
            for n in lengths:
                known = origin[origin >= n - 1]
                shown = np.arange(WINDOW - 1) >= WINDOW - n
                parts.append(
                    (
                        np.where(shown, steps[known], 0.0),
                        np.where(shown, gaps[known], 0.0),
                        np.full(len(known), float(h)),
                        x[at[known]] - x[known],
                        x[known],
                    )
                )
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def _drift_error(growth) -> tuple[float, int]:
    """Standard error of the mean drift, and the calendar years that it rests on.

    Parameters
    ----------
    growth : array (years, areas)
    """
    counts = np.isfinite(growth).sum(1)
    yearly = np.nansum(growth, axis=1)[counts > 0] / counts[counts > 0]
    if len(yearly) < 3:
        return (float(np.nanstd(growth)) if counts.sum() > 1 else 0.0), max(len(yearly), 1)
    away = yearly - yearly.mean()
    total = away @ away
    echo = float(np.clip(away[1:] @ away[:-1] / total, 0, 0.8)) if total > 0 else 0.0
    squared = total / (len(yearly) - 1) / len(yearly) * (1 + echo) / (1 - echo)
    return float(np.sqrt(squared)), len(yearly)
