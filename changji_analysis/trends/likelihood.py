"""The arithmetic of the default model over arrays, and the fit of its hyperparameters.

The gradient of the fit is taken by differences: all four points of it go through one array pass,
which costs less than the derivatives of an iterated update and cannot disagree with it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

DISCOUNT = 0.85
"""Weight of an increment that is one year older (West and Harrison 1997, section 6.3)."""
ITERATIONS = 3
"""Rounds of `update`; a fourth changes no third digit."""
CENTRE = np.log([8.0, 1.0, 3.5])
SPREAD = np.array([1.0, 1.0, 0.5])
WEIGHT = 0.2
"""Where a fit rests without evidence: logs of prior strength, scale (over a robust estimate) and
degrees of freedom, and what that weighs, in areas."""
BOUNDS = ((-2.3, 5.7), (-11.5, 2.1), (0.1, 4.1))
TOLERANCE = 1e-10
"""Of the mean log density. L-BFGS-B stops earlier, and its linear algebra wakes threads in vain."""
DIFFERENCE = 1e-6
"""Width of the differences of the logs of the hyperparameters."""


class Sums(NamedTuple):
    """Discounted sums over increments: their number, years, rise, and rise squared per year."""

    count: np.ndarray
    span: np.ndarray
    rise: np.ndarray
    square: np.ndarray


def sums(step, gap) -> Sums:
    """Sum increments (..., m), newest last, each weighed by its age; gap 0 marks padding."""
    age = np.cumsum(gap[..., ::-1], -1)[..., ::-1] - gap / 2
    weight = np.exp(np.log(DISCOUNT) * age) * (gap > 0)
    square = step**2 / np.maximum(gap, 1)
    return Sums(
        weight.sum(-1), *(np.einsum("...m,...m", weight, term) for term in (gap, step, square))
    )


def update(drift, strength, scale, df, own: Sums):
    """Update drifts N(drift, scale^2 / strength) and scales of `df` degrees of freedom.

    Drift and scale are independent, so that a steady series soon follows its own trend and a
    wild increment moves the scale and hardly the drift. Given the variance s2 of a year's shock
    the drift is normal with the years of data s2 / tau^2 to start from; given the drift, s2 is
    scaled inverse chi-squared. The two are taken in turn (conditional modes; Lindley and Smith
    1972, Journal of the Royal Statistical Society B 34, 1-41). Returned are the drift, s2, the
    years of data that the prior's drift is worth, and the degrees of freedom.
    """
    variance = np.full(np.shape(own.span), 1.0) * scale**2
    df_now = df + own.count
    for _ in range(ITERATIONS):
        start = strength * variance / scale**2
        years = start + own.span
        centre = (start * drift + own.rise) / years
        spread = np.maximum(own.square + start * drift**2 - years * centre**2, 0)
        variance = (df * scale**2 + spread) / df_now
    start = strength * variance / scale**2
    return (start * drift + own.rise) / (start + own.span), variance, start, df_now


def reversion(step, gap, drift, transitory):
    """What of the last figure will not last, and its variance over s2.

    A figure is a random walk with drift plus a departure of its own; `transitory` is the share of
    the departures in the variance of a yearly increment. The innovations of such increments, an
    MA(1), are filtered one by one (Brockwell and Davis 1991, Time Series, section 5.2).
    """
    shape, half = np.shape(gap)[:-1], transitory / 2
    innovation, variance = np.zeros(shape), np.full(shape, np.inf)
    if transitory == 0:
        return innovation, innovation
    for i in range(np.shape(gap)[-1]):
        years, seen = gap[..., i], gap[..., i] > 0
        new = step[..., i] - drift * years + half / variance * innovation
        wide = (1 - transitory) * years + transitory - half**2 / variance
        innovation, variance = np.where(seen, new, innovation), np.where(seen, wide, variance)
    return half / variance * innovation, half - half**2 / variance


def log_density(y, location, variance, df):
    """Log density of a Student t."""
    from scipy import special

    more, scale = (df + 1) / 2, df * variance
    constant = special.gammaln(more) - special.gammaln(df / 2) - np.log(np.pi * scale) / 2
    return constant - more * np.log1p((y - location) ** 2 / scale)


def fit(step, gap, ahead, change, *, drift, error, transitory, typical, areas) -> np.ndarray:
    """Prior strength, scale and degrees of freedom under which windows are predicted best.

    Maximises the mean log predictive density of windows (`moments.windows`) plus a normal prior
    on the logs, which weighs `WEIGHT` of the `areas` behind them. `drift` and `error` are the
    common drift and its standard error, `typical` is a robust first estimate of the scale.
    """
    from scipy import optimize

    own = sums(step, gap)
    centre = CENTRE + np.array([0, np.log(typical), 0])
    points = np.vstack([np.zeros(3), DIFFERENCE * np.eye(3)])

    def loss(values):
        """Loss and gradient: the rows of `points` are here and a step up each axis."""
        logs = values + points
        strength, scale, df = np.exp(logs.T)[..., None]
        mean, variance, start, df_now = update(drift, strength, scale, df, own)
        passing, doubt = reversion(step, gap, mean, transitory)
        years = start + own.span
        spread = variance * ((1 - transitory) * ahead + transitory / 2 + doubt + ahead**2 / years)
        spread = spread + (error * start / years * ahead) ** 2
        density = log_density(change, ahead * mean - passing, spread, df_now).mean(-1)
        penalty = (((logs - centre) / SPREAD) ** 2).sum(-1) * WEIGHT / areas / 2
        out = penalty - density
        return out[0], (out[1:] - out[0]) / DIFFERENCE

    found = optimize.minimize(
        loss, centre, jac=True, method="SLSQP", bounds=BOUNDS, options={"ftol": TOLERANCE}
    )
    return np.exp(found.x)
