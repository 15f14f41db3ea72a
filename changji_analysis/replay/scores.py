"""Scores of probabilities and predictive distributions, with their sampling error.

Lower is better for the Brier and log scores and the CRPS; all three are proper: nobody gains by
stating anything but what he believes (Gneiting and Raftery 2007, Journal of the American
Statistical Association 102, 359-378).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import UsageError

BINS = np.arange(11) / 10
"""Edges of the bins in which stated probabilities are held against frequencies."""
BLOCK = 5
"""Years that are drawn together, as many as the longest replay looks ahead."""
OFF = 0.25
"""A miscalibration worth finding, in spreads: what is called 50 % comes true in 40 or 60 %."""
NORMAL = 1e6
"""Degrees of freedom beyond which a Student t is taken for the normal."""


def _pair(probability, outcome) -> tuple[np.ndarray, np.ndarray]:
    p, y = np.asarray(probability, float), np.asarray(outcome, float)
    if p.shape != y.shape or p.size == 0:
        raise UsageError(f"{p.shape} probabilities do not pair with {y.shape} outcomes")
    if not ((p >= 0) & (p <= 1)).all() or not np.isin(y, (0, 1)).all():
        raise UsageError("probabilities lie between 0 and 1, outcomes are 0 or 1")
    return p, y


def brier(probability, outcome) -> float:
    """Mean squared error of probabilities, mean (p - y)^2 (Brier 1950); a rule says 1 or 0."""
    p, y = _pair(probability, outcome)
    return float(np.mean((p - y) ** 2))


def log_score(probability, outcome, floor: float = 1e-4) -> float:
    """Mean of -log of the probability given to what happened, in nats, that never below `floor`."""
    p, y = _pair(probability, outcome)
    return float(-np.mean(np.log(np.maximum(np.where(y == 1, p, 1 - p), floor))))


def t_pit(x, loc, scale, df) -> np.ndarray:
    """Probability integral transform F(x) of a Student t; uniform where calibrated."""
    from scipy import special

    return special.stdtr(np.minimum(df, NORMAL), (np.asarray(x, float) - loc) / scale)


def t_crps(x, loc, scale, df) -> np.ndarray:
    """Continuous ranked probability score of a Student t, E|X - x| - E|X - X'| / 2.

    Closed form of Jordan, Krueger and Lerch 2019 (Journal of Statistical Software 90(12),
    appendix A); infinite where the mean does not exist, df <= 1.
    """
    from scipy import special, stats

    z, df = (np.asarray(x, float) - loc) / scale, np.asarray(df, float)
    v = np.where(df > 1, np.minimum(df, NORMAL), 2.0)
    beta = np.exp(special.betaln(0.5, v - 0.5) - 2 * special.betaln(0.5, v / 2))
    near = z * (2 * special.stdtr(v, z) - 1) + 2 * stats.t.pdf(z, v) * (v + z**2) / (v - 1)
    return np.where(df > 1, near - 2 * np.sqrt(v) / (v - 1) * beta, np.inf) * scale


def coverage(pit, level: float) -> float:
    """Share of outcomes inside the central interval of that level."""
    return float(np.mean(np.abs(np.asarray(pit, float) - 0.5) <= level / 2))


def bin_of(probability, edges=BINS) -> np.ndarray:
    """Number of the bin of each probability; one on an edge belongs above it, 1 in the last."""
    return np.minimum(np.searchsorted(edges, probability, "right"), len(edges) - 1) - 1


def reliability(probability, outcome, edges=BINS) -> pd.DataFrame:
    """How often what was said came true.

    Returns
    -------
    DataFrame
        One row per bin that has cases: ``low``, ``high``, ``n``, ``stated`` (mean probability),
        ``came_true`` (frequency).
    """
    p, y = (each.ravel() for each in _pair(probability, outcome))
    at, bins = bin_of(p, edges), len(edges) - 1
    n = np.bincount(at, minlength=bins)
    means = [np.bincount(at, each, bins) / np.maximum(n, 1) for each in (p, y)]
    columns = dict(zip("low high n stated came_true".split(), [edges[:-1], edges[1:], n, *means],
                       strict=True))  # fmt: skip
    return pd.DataFrame(columns)[n > 0].reset_index(drop=True)


def ece(probability, outcome) -> float:
    """Expected calibration error: mean distance of statement and frequency over the bins.

    Naeini, Cooper and Hauskrecht 2015 (AAAI); each bin weighs by its number of cases.
    """
    table = reliability(probability, outcome)
    return float(np.average((table["stated"] - table["came_true"]).abs(), weights=table["n"]))


def cluster_interval(
    values, area, year=None, *, reference=None, level: float = 0.95, draws: int = 2000, seed=0
) -> tuple[float, float]:
    """Bootstrap interval of a mean whose cases share areas and years.

    Whole areas are drawn with replacement and, independently of them, whole years (the pigeonhole
    bootstrap: Owen 2007, Annals of Applied Statistics 1, 386-411), in circular blocks of `BLOCK`,
    since windows that overlap share their years (Politis and Romano 1992, in LePage and Billard,
    Exploring the Limits of Bootstrap, 263-270).

    Parameters
    ----------
    values : array (N,)
        One score a case, e.g. (p - y)^2.
    area : array (N,)
    year : int array (N,), optional
        Origins; without them only areas are drawn.
    reference : array (N,), optional
        Scores of a rival on the same cases; the interval is then that of the skill,
        1 - mean(values) / mean(reference).
    """
    areas, row = np.unique(np.asarray(area), return_inverse=True)
    years, column = np.unique(np.zeros(len(row)) if year is None else year, return_inverse=True)
    shape, rng = (len(areas), len(years)), np.random.default_rng(seed)
    top, bottom = np.zeros(shape), np.zeros(shape)
    np.add.at(top, (row, column), np.asarray(values, float))
    np.add.at(bottom, (row, column), 1.0 if reference is None else np.asarray(reference, float))
    by_area = rng.multinomial(shape[0], np.full(shape[0], 1 / shape[0]), size=draws)
    block = max(min(BLOCK, shape[1] // 2), 1)
    first = rng.integers(shape[1], size=(draws, -(-shape[1] // block), 1))
    drawn = ((first + np.arange(block)) % shape[1]).reshape(draws, -1)[:, : shape[1]]
    by_year = (drawn[:, :, None] == np.arange(shape[1])).sum(1)
    top, bottom = (((by_area @ cells) * by_year).sum(1) for cells in (top, bottom))
    with np.errstate(divide="ignore", invalid="ignore"):
        stat = top / bottom if reference is None else 1 - top / bottom
    low, high = np.nanquantile(stat, [(1 - level) / 2, (1 + level) / 2])
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
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        shock = np.sqrt(1 - common) * rng.standard_normal((len(areas), steps))
        shock += np.sqrt(common) * rng.standard_normal(steps)
        path = np.concatenate([np.zeros((len(areas), 1)), np.cumsum(shock, axis=1)], axis=1)
        yield (path[row, end - first] - path[row, start - first]) / np.sqrt(end - start)


def calibration_test(
    probability, outcome, area, start, end, *, common: float = 0.0, draws: int = 200, seed: int = 0
) -> tuple[float, float]:
    """Simulated test of perfect calibration, and what it would have noticed.

    In a world where every probability is right the cases still hang together: an area's
    outcomes over overlapping years share those years' shocks, and some shocks hit all areas.
    Each draw gives every area and year a standard normal shock, of which a part `common` is
    the same everywhere; a case that runs from `start` to `end` comes true where the mean of its
    shocks, made standard, lies in the upper tail of the stated probability. Compared is the sum
    over bins of (comings true - stated)^2 / n.

    Parameters
    ----------
    probability, outcome : arrays (N,) or (N, F)
        Several statements a case share its shock.
    area : array (N,)
    start, end : int arrays (N,)
        Last year known and year of the outcome.
    common : float
        Correlation of two areas' shocks in the same year.

    Returns
    -------
    p_value : float
        (1 + worse worlds) / (1 + draws) (Davison and Hinkley 1997, eq. 4.11).
    power : float
        Share of worlds, among those in which every centre is off by `OFF` of its spread, that
        the test would reject at 5 %.
    """
    from scipy import special

    p, y = (each.reshape(len(each), -1) for each in _pair(probability, outcome))
    at, bound = bin_of(p.ravel()), -special.ndtri(p)
    n = np.maximum(np.bincount(at), 1)

    def distance(happened):
        return float(np.sum(np.bincount(at, (happened - p).ravel()) ** 2 / n))

    worlds = _rises(area, start, end, common=common, draws=draws, seed=seed)
    found = [[distance(rise[:, None] + off >= bound) for off in (0, OFF)] for rise in worlds]
    right, wrong = np.array(found).T
    p_value = (1 + np.sum(right >= distance(y))) / (1 + draws)
    return float(p_value), float(np.mean(wrong > np.quantile(right, 0.95)))
