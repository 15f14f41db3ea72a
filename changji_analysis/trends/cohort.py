"""High-tech firms as cohorts of certificates that run for three years.

The stock at the end of a year is what was issued in that year and the two before, less exits; a
batch is what is renewed of the batch of three years ago and what is granted for the first time,

    S(t) = C(t) + C(t-1) + C(t-2) - exits,    C(t) ~ Binomial(C(t-3), r) + F(t)

(国科发火〔2016〕32号, article 9). A batch that is published is known, not forecast: once those of
2023 and 2024 are out, only the batch of 2025 is uncertain. The renewal rate r is an assumption
and is shown as a range.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import ForecastError
from ..histories import CERTIFICATE_YEARS as LIFE
from ..scales import COUNT_LOG
from . import pooled

RENEWAL_RATES = (0.6, 0.7, 0.8, 0.9)
DRAWS = 20_000


@dataclass(frozen=True)
class CohortForecast:
    """Draws of the stock at the end of one year.

    Attributes
    ----------
    year : int
    draws : array (n,)
    known : int
        Certificates of the stock that are already issued.
    renewal_rate : float
    notes : tuple of str
    """

    year: int
    draws: np.ndarray
    known: int
    renewal_rate: float
    notes: tuple[str, ...] = ()

    def probability(self, threshold: float) -> float:
        """Probability of at least so many firms."""
        return float(np.mean(self.draws >= threshold))

    def quantiles(self, levels: Iterable[float]) -> pd.Series:
        """Quantiles of the stock, whole firms."""
        levels = list(levels)
        found = np.quantile(self.draws, levels, method="inverted_cdf")
        return pd.Series(found, index=levels)


def even_batches(stock: int, year: int) -> pd.Series:
    """Spread a stock over its three batches where only their sum is printed (an assumption)."""
    parts = np.full(LIFE, stock // LIFE)
    parts[: stock % LIFE] += 1
    return pd.Series(parts.astype(float), index=range(year - LIFE + 1, year + 1))


def first_time(batches: pd.Series, renewal_rate: float) -> pd.Series:
    """First-time certificates that batches imply, C(t) - r C(t-3), never below zero."""
    batches = batches.dropna()
    before = batches.reindex(batches.index - LIFE).set_axis(batches.index)
    return (batches - renewal_rate * before).dropna().clip(lower=0)


def predict_stock(
    batches: pd.Series,
    year: int,
    *,
    renewal_rate: float,
    first: pd.Series | None = None,
    peers: pd.DataFrame | None = None,
    exit_rate: float = 0.0,
    draws: int = DRAWS,
    seed: int = 0,
) -> CohortForecast:
    """Predict the stock at the end of a year from the batches that are known.

    Parameters
    ----------
    batches : Series
        Certificates by year of issue, the three years before the first unknown one at least
        (`even_batches` where only a stock is known).
    year : int
    renewal_rate : float
        Share of a batch that is renewed after three years.
    first : Series, optional
        First-time certificates by year, where they are known by themselves; else they follow
        from the batches, and without either there is no forecast.
    peers : DataFrame, optional
        Certificates of other areas, year x area: their first-time certificates set the pace.
    exit_rate : float
        Share of a stock that has left within its term.

    Raises
    ------
    ForecastError
        A batch is missing, a rate is no share, or nothing says how many first-time certificates
        there are.
    """
    for name, rate in (("renewal", renewal_rate), ("exit", exit_rate)):
        if not 0 <= rate <= 1:
            raise ForecastError(
                f"the {name} rate {rate:g} is not between 0 and 1.",
                reason="rate",
                remedy="give a share, e.g. 0.8",
            )
    batches = batches.dropna()
    unknown = _unknown_years(batches, year)
    rng = np.random.default_rng(seed)
    counts = zip(batches.index.to_numpy(int), batches.to_numpy(int), strict=True)
    issued = {int(t): np.full(draws, c) for t, c in counts}
    notes: tuple[str, ...] = ()
    if unknown:
        grants, notes = _first_time_paths(
            first if first is not None else first_time(batches, renewal_rate),
            unknown,
            None if peers is None else peers.apply(first_time, renewal_rate=renewal_rate),
            draws,
            rng,
        )
        for t in unknown:
            issued[t] = rng.binomial(issued[t - LIFE], renewal_rate) + rng.poisson(grants[t])
    stock = np.sum([issued[t] for t in range(year - LIFE + 1, year + 1)], axis=0)
    known = int(sum(batches.get(t, 0) for t in range(year - LIFE + 1, year + 1)))
    if exit_rate:
        stock = rng.binomial(stock, 1 - exit_rate)
    return CohortForecast(year, stock, known, renewal_rate, notes)


def first_time_needed(
    batches: pd.Series, year: int, target: float, *, renewal_rate: float, exit_rate: float = 0.0
) -> float:
    """First-time certificates in each year still unknown that the target takes, on average.

    Returns
    -------
    float
        0 where the known batches and renewals suffice; NaN where every batch is known.
    """
    batches = batches.dropna()
    unknown = _unknown_years(batches, year)
    if not unknown:
        return float("nan")

    def stock(each: float) -> float:
        issued = dict(batches)
        for t in unknown:
            issued[t] = renewal_rate * issued[t - LIFE] + each
        return (1 - exit_rate) * sum(issued[t] for t in range(year - LIFE + 1, year + 1))

    without = stock(0.0)
    return max((target - without) / (stock(1.0) - without), 0.0)


def renewal_range(
    batches: pd.Series,
    year: int,
    target: float,
    *,
    renewal_rates: Iterable[float] = RENEWAL_RATES,
    **options,
) -> pd.DataFrame:
    """The forecast and the need at each renewal rate.

    Returns
    -------
    DataFrame
        ``renewal_rate``, ``lower``, ``median``, ``upper`` (80 %), ``probability`` of the target
        and ``first_time_needed`` a year.
    """
    rows = []
    for rate in renewal_rates:
        found = predict_stock(batches, year, renewal_rate=rate, **options)
        need = first_time_needed(
            batches, year, target, renewal_rate=rate, exit_rate=options.get("exit_rate", 0.0)
        )
        rows.append((rate, *found.quantiles((0.1, 0.5, 0.9)), found.probability(target), need))
    names = "renewal_rate lower median upper probability first_time_needed".split()
    return pd.DataFrame(rows, columns=names)


def _unknown_years(batches: pd.Series, year: int) -> list[int]:
    known = {int(t) for t in batches.index}
    span = range(max(known, default=year) + 1, year + 1)
    needed = {t - LIFE for t in span} | set(range(year - LIFE + 1, year + 1))
    missing = sorted(needed - known - set(span))
    if missing:
        raise ForecastError(
            f"the batches of {', '.join(map(str, missing))} are missing.",
            reason="missing_batch",
            remedy="add them, or spread a known stock over its batches with even_batches",
        )
    return list(span)


def _first_time_paths(first, unknown, peers, draws, rng):
    """Paths of yearly first-time certificates, by the pooled model on logs of counts."""
    first = first.dropna()
    if first.empty:
        raise ForecastError(
            "nothing says how many certificates are first-time ones.",
            reason="no_first_time",
            remedy="give first=, or batches that reach back more than three years",
        )
    last = int(first.index[-1])
    ahead = np.arange(1, unknown[-1] - last + 1)
    others = None
    if peers is not None:
        others = pd.DataFrame(np.log(peers.where(peers > 0)), peers.index, peers.columns)
    x = COUNT_LOG.forward(first.to_numpy(float))
    found = pooled.predict(x, first.index.to_numpy(int), ahead, peers=others)
    root = np.linalg.cholesky(found.shape + 1e-12 * np.eye(len(ahead)))
    steps = rng.standard_normal((draws, len(ahead))) @ root.T
    steps /= np.sqrt(rng.chisquare(found.df, size=(draws, 1)) / found.df)
    paths = np.exp(np.clip(found.loc + steps, -5, 15))
    return {t: paths[:, t - last - 1] for t in unknown}, found.notes
