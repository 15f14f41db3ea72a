"""High-tech firms as cohorts of certificates that run for three years.

The stock at the end of a year is what was issued in that year and the two before, less exits; a
batch is what is renewed of the batch of three years ago and what is granted for the first time,

    S(t) = C(t) + C(t-1) + C(t-2) - exits,    C(t) ~ Binomial(C(t-3), r) + Poisson(F(t))

(国科发火〔2016〕32号, article 9). A batch that is published is known, not forecast: once those of
2023 and 2024 are out, only the batch of 2025 is uncertain. The renewal rate r is an assumption
and is shown as a range.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

import numpy as np
import pandas as pd

from ..errors import ForecastError
from ..histories import CERTIFICATE_YEARS as LIFE
from ..scales import COUNT_LOG
from . import Distribution, pooled
from . import parent as nested

DRAWS = 20_000
Figures = TypeVar("Figures", pd.Series, pd.DataFrame)


@dataclass(frozen=True, eq=False)
class Stock(Distribution):
    """Draws of a stock of certificates in every year ahead; asked like a `Forecast`.

    Attributes
    ----------
    years : tuple of int
    draws : array (n, years)
    notes : tuple of str
    """

    years: tuple[int, ...]
    draws: np.ndarray = field(repr=False)
    notes: tuple[str, ...] = ()
    model: ClassVar[str] = "cohort"
    parent: ClassVar[None] = None

    def probability(
        self, threshold: float, year: int | None = None, direction: str = "at_least"
    ) -> float:
        """Share of the draws that reach a threshold; never quite 0 or 1 where they differ."""
        last = self.draws[:, -1 if year is None else self.years.index(year)]
        share = float(np.mean(last >= threshold if direction == "at_least" else last <= threshold))
        least = 0.5 / len(last) if np.ptp(last) else 0.0
        return float(np.clip(share, least, 1 - least))

    def quantiles(self, levels: Iterable[float]) -> pd.DataFrame:
        """Quantiles of the stock, whole firms: one row a year, one column a level."""
        levels = list(levels)
        found = np.quantile(self.draws, levels, axis=0, method="inverted_cdf")
        return pd.DataFrame(found.T, index=pd.Index(self.years, name="year"), columns=levels)


def even_batches(stock: float, year: int) -> pd.Series:
    """Spread a stock over its three batches where only their sum is printed (an assumption)."""
    whole, more = divmod(round(stock), LIFE)
    counts = [float(whole + (k < more)) for k in range(LIFE)]
    return pd.Series(counts, index=range(year - LIFE + 1, year + 1))


def implied_first_time(batches: Figures, renewal_rate: float) -> Figures:
    """First-time certificates that batches imply, C(t) - r C(t-3), never below zero."""
    before = batches.reindex(batches.index - LIFE).set_axis(batches.index)
    first_time: Any = batches - renewal_rate * before
    return first_time.dropna(how="all").clip(lower=0)


def certificate_identity(issued: pd.Series, stock: pd.Series) -> pd.DataFrame:
    """Hold printed stocks against three years' certificates.

    Parameters
    ----------
    issued, stock : Series
        Certificates a year and printed stocks of one area.

    Returns
    -------
    DataFrame
        By year: ``this_year``, ``last_year``, ``year_before`` (certificates), ``certificates``
        (their sum), ``stock`` (as printed), ``gap`` = stock - certificates and ``gap_share``
        of the stock; NaN where a figure is missing.
    """
    if len(issued):
        issued = issued.reindex(range(issued.index[0], issued.index[-1] + 1))
    names = ("this_year", "last_year", "year_before")
    table = pd.DataFrame({name: issued.shift(back) for back, name in enumerate(names)})
    table = table.rename_axis("year")
    table["certificates"] = table.sum(axis=1, skipna=False)
    table["stock"] = stock
    table["gap"] = table["stock"] - table["certificates"]
    table["gap_share"] = table["gap"] / table["stock"]
    return table


def expected_stock(
    batches: pd.Series, until: int, renewal_rate: float, first_time: float
) -> pd.DataFrame:
    """The expected stock year by year, by where its certificates come from.

    Parameters
    ----------
    batches : Series
        Certificates by year of issue.
    until : int
    renewal_rate, first_time : float
        Share of a batch that is renewed, and first-time certificates in each year to come.

    Returns
    -------
    DataFrame
        By year, from the last batch on: ``base`` (known certificates that still run),
        ``renewed``, ``first_time`` and their sum, the ``stock``.
    """
    batches, ahead = _checked(batches, until, renewal_rate)
    issued = {int(t): (float(c), 0.0, 0.0) for t, c in batches.items()}  # ty: ignore[invalid-argument-type]
    for t in ahead:
        issued[t] = (0.0, renewal_rate * sum(issued[t - LIFE]), first_time)
    table = pd.DataFrame.from_dict(issued, orient="index")
    table = table.set_axis(["base", "renewed", "first_time"], axis=1).rolling(LIFE).sum()
    table = table.loc[int(batches.index[-1]) :].rename_axis("year")
    return table.assign(stock=table.sum(axis=1))


def first_time_needed(
    batches: pd.Series, until: int, target: float, renewal_rates: Iterable[float]
) -> pd.DataFrame:
    """First-time certificates in each year to come that a stock takes, by renewal rate.

    Returns
    -------
    DataFrame
        ``renewal_rate`` and ``first_time`` a year; 0 where known batches and renewals suffice,
        NaN where every batch is known.
    """
    rows = []
    for rate in renewal_rates:
        none, one = (expected_stock(batches, until, rate, n)["stock"].iloc[-1] for n in (0, 1))
        rows.append((rate, max((target - none) / (one - none), 0) if one > none else np.nan))
    return pd.DataFrame(rows, columns=["renewal_rate", "first_time"])


def predict_stock(
    batches: pd.Series,
    until: int,
    *,
    renewal_rate: float,
    first_time: pd.Series | float | None = None,
    peers: pd.DataFrame | None = None,
    parent: pd.Series | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Stock:
    """Predict the stock of every year ahead from the batches that are known.

    Parameters
    ----------
    batches : Series
        Certificates by year of issue, the three years before the first unknown one at least
        (`even_batches` where only a stock is known).
    until : int
    renewal_rate : float
        Share of a batch that is renewed after three years.
    first_time : Series or float, optional
        First-time certificates by year, one figure being enough: they are forecast; or their
        number in every year to come, assumed. Else they follow from the batches.
    peers : DataFrame, optional
        Certificates of other areas, year x area: their first-time certificates set the pace.
    parent : Series, optional
        Certificates of the area around this one, first-time ones and renewals together: with a
        figure of the last year of `first_time`, its growth since then is passed on as in
        `changji_analysis.trends.parent`.

    Raises
    ------
    ForecastError
        A batch is missing, the rate is no share, or nothing says how many first-time
        certificates there are.
    """
    batches, ahead = _checked(batches, until, renewal_rate)
    rng = np.random.default_rng(seed)
    issued = {int(t): np.full(draws, int(c)) for t, c in batches.items()}  # ty: ignore[invalid-argument-type]
    notes: tuple[str, ...] = ()
    if isinstance(first_time, int | float):
        grants = np.full((draws, len(ahead)), float(first_time))
    elif ahead:
        own = implied_first_time(batches, renewal_rate) if first_time is None else first_time
        if peers is not None:
            peers = implied_first_time(peers, renewal_rate)
        grants, notes = _first_time_paths(own.dropna(), ahead, peers, parent, draws, rng)
    for k, t in enumerate(ahead):
        issued[t] = rng.binomial(issued[t - LIFE], renewal_rate) + rng.poisson(grants[:, k])
    years = ahead or [until]
    stock = [sum(issued[t - back] for back in range(LIFE)) for t in years]
    return Stock(tuple(years), np.column_stack(stock), notes)


def renewal_range(
    batches: pd.Series, until: int, target: float, renewal_rates: Iterable[float], **options
) -> pd.DataFrame:
    """The forecast and the need at each renewal rate.

    Returns
    -------
    DataFrame
        ``renewal_rate``, ``lower``, ``median``, ``upper`` (80 %), ``probability`` of the target
        and ``first_time_needed`` a year.
    """
    needed = first_time_needed(batches, until, target, renewal_rates)
    rows = []
    for rate, need in needed.itertuples(index=False):
        found = predict_stock(batches, until, renewal_rate=rate, **options)
        tails = found.quantiles((0.1, 0.5, 0.9)).iloc[-1]
        rows.append((rate, *tails, found.probability(target), need))
    names = "renewal_rate lower median upper probability first_time_needed".split()
    return pd.DataFrame(rows, columns=names)


def _checked(batches: pd.Series, until: int, rate: float) -> tuple[pd.Series, list[int]]:
    """The batches that are known, and the years whose batch is not."""
    if not 0 <= rate <= 1:
        raise ForecastError(
            f"the renewal rate {rate:g} is not between 0 and 1.",
            reason="rate",
            remedy="give a share, e.g. 0.8",
        )
    batches = batches.dropna().sort_index()
    known = {int(t) for t in batches.index}
    ahead = list(range(max(known, default=until) + 1, until + 1))
    wanted = {t - LIFE for t in ahead} | set(range(until - LIFE + 1, until + 1))
    if missing := sorted(wanted - known - set(ahead)):
        raise ForecastError(
            f"the batches of {', '.join(map(str, missing))} are missing.",
            reason="missing_batch",
            remedy="add them, or spread a known stock over its batches with even_batches",
        )
    return batches, ahead


def _first_time_paths(first: pd.Series, ahead: list[int], peers, parent, draws: int, rng):
    """Paths of yearly first-time certificates, by the pooled model on logs of counts."""
    if first.empty:
        raise ForecastError(
            "nothing says how many certificates are first-time ones.",
            reason="no_first_time",
            remedy="give first_time=, or batches that reach back more than three years",
        )
    last = int(first.index[-1])
    horizons = np.arange(1, ahead[-1] - last + 1)
    others = None
    if peers is not None:
        others = pd.DataFrame(np.log(peers.where(peers > 0)), peers.index, peers.columns)
    x = COUNT_LOG.forward(first.to_numpy(float))
    years = first.index.to_numpy(int)
    if parent is not None and last in parent.index and parent.index[-1] > last:
        above = pd.Series(COUNT_LOG.forward(parent.to_numpy(float)), parent.index)
        above.attrs = parent.attrs
        found = nested.predict(x, years, horizons, peers=others, parent=above)
    else:
        found = pooled.predict(x, years, horizons, peers=others)
    root = np.linalg.cholesky(found.shape + 1e-12 * np.eye(len(horizons)))
    steps = rng.standard_normal((draws, len(horizons))) @ root.T
    steps /= np.sqrt(rng.chisquare(found.df, size=(draws, 1)) / found.df)
    paths = np.exp(np.clip(found.loc + steps, -5, 15))
    return paths[:, np.array(ahead) - last - 1], found.notes


def count_list(firm: pd.Series, issued: pd.Series) -> pd.DataFrame:
    """What a list of certificates says of every year's end.

    Parameters
    ----------
    firm, issued : Series
        Of every certificate: whose it is (any key) and the year of its issue. The list holds
        those that have expired too.

    Returns
    -------
    DataFrame
        By year, from the first certificate's: ``valid`` (firms, NaN until three years are
        listed), ``issued``, ``first_time`` and ``renewed`` (NaN until the certificates before
        them are listed), ``lapsed`` (valid a year before and no more) and ``expiring`` (valid,
        and not without renewal in a year).
    """
    years = range(int(issued.min()), int(issued.max()) + 1)
    holders = {t: set(firm[issued == t]) for t in years}
    running = {t: set().union(*(holders.get(t - b, set()) for b in range(LIFE))) for t in years}
    rows, seen = [], set()
    for t in years:
        fresh, valid = holders[t] - seen, len(running[t])
        lapsed = len(running.get(t - 1, set()) - running[t])
        newer = holders[t] | holders.get(t - 1, set())
        expiring = len(running[t] - newer)
        rows.append(
            (valid, int((issued == t).sum()), len(fresh), len(holders[t] & seen), lapsed, expiring)
        )
        seen |= holders[t]
    names = "valid issued first_time renewed lapsed expiring".split()
    table = pd.DataFrame(rows, index=pd.Index(years, name="year"), columns=names, dtype=float)
    table.loc[: years[0] + LIFE - 2, ["valid", "expiring"]] = np.nan
    table.loc[: years[0] + LIFE - 1, ["first_time", "renewed", "lapsed"]] = np.nan
    return table
