"""Scores of probabilities and predictive distributions, with their sampling error.

Lower is better for `brier`, `log_score` and the CRPS; all three are proper: nobody gains by
stating anything but what he believes (Gneiting and Raftery 2007, Journal of the American
Statistical Association 102, 359-378).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import UsageError

BINS = 10
"""Bins of equal width in which stated probabilities are held against frequencies."""


def _pair(probability, outcome) -> tuple[np.ndarray, np.ndarray]:
    p, y = np.asarray(probability, float), np.asarray(outcome, float)
    if p.shape != y.shape or p.size == 0:
        raise UsageError(f"{p.shape} probabilities do not pair with {y.shape} outcomes")
    if not ((p >= 0) & (p <= 1)).all() or not np.isin(y, (0, 1)).all():
        raise UsageError("probabilities lie between 0 and 1, outcomes are 0 or 1")
    return p, y


def brier(probability, outcome) -> float:
    """Mean squared error of probabilities, mean (p - y)^2 (Brier 1950).

    Parameters
    ----------
    probability : array
        Between 0 and 1; a rule's yes and no are 1 and 0.
    outcome : array of 0 and 1
    """
    p, y = _pair(probability, outcome)
    return float(np.mean((p - y) ** 2))


def log_score(probability, outcome, floor: float = 1e-4) -> float:
    """Mean of -log of the probability given to what happened, in nats.

    `floor` keeps one certain and wrong statement from making the mean infinite.
    """
    p, y = _pair(probability, outcome)
    return float(-np.mean(np.log(np.maximum(np.where(y == 1, p, 1 - p), floor))))


def skill(score: float, reference: float) -> float:
    """Share of the reference's score that is saved, 1 - score / reference."""
    return 1 - score / reference


def t_pit(x, loc, scale, df) -> np.ndarray:
    """Probability integral transform F(x) of a Student t; uniform where calibrated."""
    from scipy import special

    z = (np.asarray(x, float) - loc) / scale
    df = np.broadcast_to(np.asarray(df, float), z.shape)
    finite = np.isfinite(df)
    return np.where(finite, special.stdtr(np.where(finite, df, 1.0), z), special.ndtr(z))


def t_log_density(x, loc, scale, df) -> np.ndarray:
    """Log density of a located and scaled Student t; `df` inf is the normal."""
    from scipy import special

    z2 = ((np.asarray(x, float) - loc) / scale) ** 2
    df = np.broadcast_to(np.asarray(df, float), z2.shape)
    finite = np.isfinite(df)
    v = np.where(finite, df, 1.0)
    student = (
        special.gammaln((v + 1) / 2)
        - special.gammaln(v / 2)
        - np.log(v * np.pi) / 2
        - (v + 1) / 2 * np.log1p(z2 / v)
    )
    normal = -np.log(2 * np.pi) / 2 - z2 / 2
    return np.where(finite, student, normal) - np.log(scale)


def t_crps(x, loc, scale, df) -> np.ndarray:
    """Continuous ranked probability score of a Student t, E|X - x| - E|X - X'| / 2.

    Closed forms of Jordan, Krueger and Lerch 2019 (Journal of Statistical Software 90(12),
    appendix A); infinite where the mean does not exist, df <= 1.
    """
    from scipy import special

    z = (np.asarray(x, float) - loc) / scale
    df = np.broadcast_to(np.asarray(df, float), z.shape)
    finite = np.isfinite(df) & (df > 1)
    v = np.where(finite, df, 2.0)
    density = np.exp(t_log_density(z, 0.0, 1.0, v))
    spread = 2 * np.sqrt(v) / (v - 1) * special.beta(0.5, v - 0.5) / special.beta(0.5, v / 2) ** 2
    student = z * (2 * special.stdtr(v, z) - 1) + 2 * density * (v + z**2) / (v - 1) - spread
    normal = (
        z * (2 * special.ndtr(z) - 1)
        + 2 * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
        - 1 / np.sqrt(np.pi)
    )
    return np.where(finite, student, np.where(np.isinf(df), normal, np.inf)) * scale


def sample_crps(draws, x) -> np.ndarray:
    """CRPS of the empirical distribution of draws.

    Parameters
    ----------
    draws : array (m, ...)
        Draws along the first axis.
    x : array (...)
        What happened.

    Notes
    -----
    By the sorted draws, 2 / m^2 sum (X_i - x) (m 1{x < X_i} - i + 1/2) (Jordan, Krueger and
    Lerch 2019, eq. 12).
    """
    draws = np.sort(np.asarray(draws, float), axis=0)
    m = len(draws)
    rank = np.arange(1, m + 1).reshape(-1, *[1] * (draws.ndim - 1))
    away = draws - np.asarray(x, float)
    return 2 / m**2 * np.sum(away * (m * (away > 0) - rank + 0.5), axis=0)


def coverage(pit, level: float) -> float:
    """Share of outcomes inside the central interval of that level."""
    return float(np.mean(np.abs(np.asarray(pit, float) - 0.5) <= level / 2))


def reliability(probability, outcome, bins: int = BINS) -> pd.DataFrame:
    """How often what was said came true.

    Returns
    -------
    DataFrame
        One row per bin of equal width that has cases: ``low``, ``high``, ``n``, ``stated``
        (mean probability), ``came_true`` (frequency).
    """
    p, y = _pair(probability, outcome)
    at = _bin(p, bins)
    n = np.bincount(at, minlength=bins)
    edges = np.arange(bins + 1) / bins
    table = pd.DataFrame(
        {
            "low": edges[:-1],
            "high": edges[1:],
            "n": n,
            "stated": np.bincount(at, p, bins) / np.maximum(n, 1),
            "came_true": np.bincount(at, y, bins) / np.maximum(n, 1),
        }
    )
    return table[table["n"] > 0].reset_index(drop=True)


def ece(probability, outcome, bins: int = BINS) -> float:
    """Expected calibration error: mean distance of statement and frequency over the bins.

    Naeini, Cooper and Hauskrecht 2015 (AAAI); each bin weighs by its number of cases.
    """
    table = reliability(probability, outcome, bins)
    away = (table["stated"] - table["came_true"]).abs()
    return float((away * table["n"]).sum() / table["n"].sum())


def _bin(p: np.ndarray, bins: int) -> np.ndarray:
    return np.minimum((p * bins).astype(int), bins - 1)


def cluster_interval(
    values, clusters, level: float = 0.95, draws: int = 2000, seed: int = 0, reference=None
) -> tuple[float, float]:
    """Bootstrap interval of a mean whose cases come in clusters.

    Whole clusters (areas) are drawn with replacement (Cameron, Gelbach and Miller 2008, Review
    of Economics and Statistics 90, 414-427).

    Parameters
    ----------
    values : array (N,)
        One score a case, e.g. (p - y)^2.
    clusters : array (N,)
        The area of each case.
    reference : array (N,), optional
        Scores of a rival on the same cases; the interval is then that of the skill,
        1 - mean(values) / mean(reference).
    """
    values = np.asarray(values, float)
    label, at = np.unique(np.asarray(clusters), return_inverse=True)
    k = len(label)
    sums = np.stack(
        [
            np.bincount(at, values, k),
            np.bincount(at, minlength=k)
            if reference is None
            else np.bincount(at, np.asarray(reference, float), k),
        ]
    )
    times = np.random.default_rng(seed).multinomial(k, np.full(k, 1 / k), size=draws)
    top, bottom = sums @ times.T
    stat = top / bottom if reference is None else 1 - top / bottom
    low, high = np.quantile(stat, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _rises(area, start, end, *, common: float, draws: int, seed: int):
    """Standardised rises of cases in worlds where areas and years hang together.

    Yields an array (N,) a draw: the mean shock from `start` to `end`, made standard normal. An
    area's cases share its years' shocks, of which a part `common` is the same everywhere.
    """
    areas, row = np.unique(np.asarray(area), return_inverse=True)
    start, end = np.asarray(start, int), np.asarray(end, int)
    first = int(start.min())
    steps = int(end.max()) - first
    length = np.sqrt(end - start)
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        shock = np.sqrt(1 - common) * rng.standard_normal((len(areas), steps))
        shock += np.sqrt(common) * rng.standard_normal(steps)
        path = np.concatenate([np.zeros((len(areas), 1)), np.cumsum(shock, axis=1)], axis=1)
        yield (path[row, end - first] - path[row, start - first]) / length


def coverage_range(
    area, start, end, level: float, *, common: float = 0.0, draws: int = 500, seed: int = 0
) -> tuple[float, float]:
    """The 95 % range of the coverage of intervals that are all right.

    Parameters
    ----------
    area : array (N,)
    start, end : int arrays (N,)
        Last year known and year of the outcome.
    level : float
        Of the central intervals.
    common : float
        Correlation of two areas' shocks in the same year.
    """
    from scipy import special

    bound = special.ndtri((1 + level) / 2)
    worlds = _rises(area, start, end, common=common, draws=draws, seed=seed)
    low, high = np.quantile([np.mean(np.abs(rise) <= bound) for rise in worlds], [0.025, 0.975])
    return float(low), float(high)


def calibration_p_value(
    probability,
    outcome,
    area,
    start,
    end,
    *,
    common: float = 0.0,
    draws: int = 500,
    seed: int = 0,
    bins: int = BINS,
) -> float:
    """Share of worlds with perfect calibration that look at least as badly calibrated.

    In a world where every probability is right the cases still hang together: an area's
    outcomes over overlapping years share those years' shocks, and some shocks hit all areas.
    Each draw gives every area and year a standard normal shock, of which a part `common` is
    the same everywhere; a case that runs from `start` to `end` comes true where the mean of its
    shocks, made standard, lies in the upper tail of the stated probability. Compared is the sum
    over bins of (comings true - stated)^2 / n.

    Parameters
    ----------
    probability, outcome : arrays (N,)
    area : array (N,)
    start, end : int arrays (N,)
        Last year known and year of the outcome.
    common : float
        Correlation of two areas' shocks in the same year.

    Returns
    -------
    float
        (1 + worse worlds) / (1 + draws) (Davison and Hinkley 1997, eq. 4.11).
    """
    from scipy import special

    p, y = _pair(probability, outcome)
    at = _bin(p, bins)
    n = np.maximum(np.bincount(at, minlength=bins), 1)

    def distance(happened):
        return float(np.sum(np.bincount(at, happened - p, bins) ** 2 / n))

    bound = -special.ndtri(p)
    observed = distance(y)
    worlds = _rises(area, start, end, common=common, draws=draws, seed=seed)
    worse = sum(distance((rise >= bound).astype(float)) >= observed for rise in worlds)
    return (1 + worse) / (1 + draws)
