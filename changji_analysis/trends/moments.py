"""What a panel of peers shows directly: common drift, passing departures, levels and extremes.

Arrays are (years, areas) on the indicator's scale, NaN where there is no figure.
"""

from __future__ import annotations

import numpy as np

WINDOW = 10
"""Most observations of a series that are looked at."""
FIT_LENGTHS = (1, 2, 3, 5, 8)
FIT_HORIZONS = (1, 2, 3, 5)
LEVEL_DOUBT = 0.3
"""Standard deviation of slopes of log shocks on levels, before the peers are seen."""
LEVEL_TAILS = (0.05, 0.95)
"""Quantiles of the peers' levels beyond which the level changes nothing more."""
LOG_NOISE = np.pi**2 / 8
"""Variance of log |z|, z standard normal."""
YEAR_SCALE, YEAR_DF = 0.5, 3
"""Standard deviation of what all areas share in a year, in typical yearly shocks, and the
calendar years that this guess is worth."""
TRANSITORY, TRANSITORY_CASES = 0.2, 20
"""Share of departures that do not last, and the pairs of increments that this guess is worth."""
MOST_TRANSITORY = 0.95


def level_slope(values, years, areas: int) -> tuple[float, float, tuple[float, float]]:
    """How the log size of yearly shocks changes with the level; the middle level and its ends.

    Least squares of log |shock| on the level, drawn towards none as far as `areas` independent
    series leave it in doubt (a ridge; Hoerl and Kennard 1970, Technometrics 12, 55-67).
    """
    shock = np.diff(values, axis=0) / np.sqrt(np.diff(years))[:, None]
    seen = np.isfinite(shock)
    size = np.abs(shock[seen] - np.median(shock[seen])) if seen.any() else np.empty(0)
    level = values[:-1][seen]
    if len(size) < 3 or not size.any():
        return 0.0, float(np.nanmedian(values)), (-np.inf, np.inf)
    middle, low, high = map(float, np.quantile(level, (0.5, *LEVEL_TAILS)))
    log_size = np.log(size + 0.02 * size.mean())
    away = level - middle
    ridge = LOG_NOISE / LEVEL_DOUBT**2 * len(size) / areas
    slope = (away * (log_size - log_size.mean())).sum() / ((away**2).sum() + ridge)
    return float(slope), middle, (low, high)


def common_drift(growth, scale: float) -> tuple[float, float, int]:
    """Mean yearly drift of all areas, its squared standard error, and its calendar years.

    A year's mean scatters by what all areas share in that year and by their own shocks, the less
    the more areas it holds; years are weighed by the inverse of both (DerSimonian and Laird 1986,
    Controlled Clinical Trials 7, 177-188). The error allows for first-order autocorrelation of
    the years (Wilks 2011, Statistical Methods in the Atmospheric Sciences, eq. 5.12). `scale` is
    the typical shock of one area in a year.
    """
    counts = np.isfinite(growth).sum(1)
    yearly = np.nansum(growth, axis=1)[counts > 0] / counts[counts > 0]
    own = scale**2 / counts[counts > 0]
    shared = (YEAR_SCALE * scale) ** 2
    guess = YEAR_DF * shared
    for _ in range(4):
        weight = 1 / (shared + own)
        weight = weight / weight.sum()
        mean = (weight * yearly).sum()
        away = yearly - mean
        used, shared = shared, (guess + (away**2 - own).sum()) / (YEAR_DF + len(yearly) - 1)
        shared = max(shared, 1e-3 * guess)
    echo, total = 0.0, (away**2).sum()
    if len(yearly) >= 3 and total > 0:
        echo = np.clip((away[1:] * away[:-1]).sum() / total, 0, 0.8)
    squared = (weight**2 * (used * (1 + echo) / (1 - echo) + own)).sum()
    return float(mean), float(squared), len(yearly)


def transitory_share(growth, years, scale: float) -> float:
    """Share of passing departures in the variance of yearly increments.

    Minus twice the first autocorrelation of consecutive increments of an area, year means
    removed, as of a random walk seen with noise (Harvey 1989, Forecasting, Structural Time Series
    Models and the Kalman Filter, eq. 2.4.8), pooled over areas; few pairs rest on a guess.
    """
    counts = np.maximum(np.isfinite(growth).sum(1, keepdims=True), 1)
    away = growth - np.nansum(growth, axis=1, keepdims=True) / counts
    seen = np.maximum(np.isfinite(away).sum(0), 1)
    away = away / np.sqrt(np.nansum(away**2, axis=0) / seen + 0.01 * scale**2)
    gap = np.diff(years)
    yearly = (gap[1:] == 1) & (gap[:-1] == 1)
    new, old = away[1:][yearly], away[:-1][yearly]
    both = np.isfinite(new) & np.isfinite(old)
    new, old = new[both], old[both]
    total = (new**2 + old**2).sum() / 2 + TRANSITORY_CASES
    share = (TRANSITORY_CASES * TRANSITORY - 2 * (new * old).sum()) / total
    return float(np.clip(share, 0, MOST_TRANSITORY))


def reach(values, years, drift: float, speed) -> tuple[float, ...]:
    """Farthest that any area went from the common drift within 1, 2, ... `WINDOW` years.

    Changes are measured in the speed of their level. A horizon beyond all figures reaches in
    proportion farther than the last one seen.
    """
    h = np.arange(1, WINDOW + 1)
    _, x, _, future = _outcomes(values, years, h)
    away = np.abs((future - x[:, None]) / speed(x)[:, None] - h * drift)
    seen = h[np.isfinite(future).any(0)].max(initial=1)
    farthest = np.maximum.accumulate(np.fmax.reduce(away, axis=0, initial=0.0))
    if not farthest.any():
        return ()
    farthest[farthest == 0] = farthest[farthest > 0][0]
    return tuple(np.where(h > seen, farthest[seen - 1] * h / seen, farthest))


def windows(values, years, lengths=FIT_LENGTHS, horizons=FIT_HORIZONS, most=None):
    """Cut a panel into pairs of history and outcome, area by area; at most so many, evenly spread.

    `lengths` are the observations of a history, `horizons` the years from its last to the outcome.

    Returns
    -------
    step, gap : arrays (W, WINDOW - 1)
        Increments of each history, newest last, padded with gap 0.
    ahead, change, last : arrays (W,)
        Years from the origin to the outcome, the rise between them, and where it starts.
    """
    known, horizons = np.asarray(lengths), np.asarray(horizons)
    area, x, t, future = _outcomes(values, years, horizons)
    place = np.arange(len(x)) - np.searchsorted(area, area)
    usable = np.isfinite(future)[:, :, None] & (place[:, None, None] >= known - 1)
    origin, h, n = np.nonzero(usable)
    if most is not None and len(origin) > most:
        chosen = np.linspace(0, len(origin) - 1, most).astype(int)
        origin, h, n = origin[chosen], h[chosen], n[chosen]
    back = np.arange(2 - WINDOW, 1)
    shown = -back < known[n][:, None] - 1
    at = np.where(shown, origin[:, None] + back, 0)
    step, gap = np.diff(x, prepend=np.nan)[at], np.diff(t, prepend=np.nan)[at]
    return (
        np.where(shown, step, 0.0),
        np.where(shown, gap, 0.0),
        horizons[h].astype(float),
        future[origin, h] - x[origin],
        x[origin],
    )


def _outcomes(values, years, horizons):
    """Area, figure and year of every figure (F,), area by area, and what followed it (F, H)."""
    area, row = np.nonzero(np.isfinite(values.T))
    then = years[row][:, None] + horizons
    at = np.minimum(np.searchsorted(years, then), len(years) - 1)
    future = np.where(years[at] == then, values[at, area[:, None]], np.nan)
    return area, values[row, area], years[row], future
