"""One area's yearly series of one indicator as known on a date, and the same for its peers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import pandas as pd

from . import records
from .config import config
from .errors import UsageError
from .records.schemas import CONFIDENCES, NO_POINTS, VINTAGES

CERTIFICATE_YEARS = 3
LEVELS = ("provinces", "countries", "all")
_TABLES = ("statistics", "provinces", "cities", "countries")


def history(area: str, indicator: str, as_of: str | dt.date | None = None) -> pd.Series:
    """Yearly values of an indicator as they were known on a date.

    Parameters
    ----------
    area : str
        Chinese name (昌吉市, 新疆, 中国, a province); countries by their English name.
    indicator : str
        Registry id, e.g. ``rd_intensity``.
    as_of : str or date, optional
        Only figures known on that date count; without it everything shipped does.

    Returns
    -------
    Series
        float by int year, ascending, in the indicator's unit, named after the indicator. Of
        several vintages the latest known stands. A year without a figure is absent; without any
        the series is empty. ``attrs`` hold area, indicator, unit, kind, as_of; breaks: the
        years at which the scope changed, so that growth from the year before is no growth;
        private: the years whose figure is not public; early: those that rest on a signal;
        limits: year to the least and the greatest that a printed bound leaves open (700 or
        more), for years without a figure: a range, and no point of the series.

    Raises
    ------
    UsageError
        The area or the indicator is unknown; near matches are named.
    DataError
        The data files have faults.
    """
    registry = _registered(indicator)
    observed = _observations(records.stamp())
    known = {*observed["area"], *config().areas.all}
    if area not in known:
        raise UsageError(_unknown("area", area, sorted(known)))
    own = observed[observed["area"] == area]
    open_ended = own["bound"].isin(NO_POINTS)
    rows = _latest(own[~open_ended], indicator, as_of)
    limits = _latest(own[open_ended & ~own["year"].isin(rows["year"])], indicator, as_of)
    series = pd.Series(
        rows["value"].to_numpy(float), rows["year"].to_numpy(int), name=indicator
    ).rename_axis("year")
    series.attrs = {
        "area": area,
        "indicator": indicator,
        "unit": registry["unit"],
        "kind": registry["kind"],
        "as_of": None if as_of is None else str(records.as_date(as_of).date()),
        "breaks": _breaks(indicator).get(area, []),
        "private": sorted(map(int, rows.loc[rows["private"], "year"])),
        "early": sorted(map(int, rows.loc[rows["vintage"].eq("signal"), "year"])),
        "limits": {
            year: (-np.inf, value) if bound.endswith(("at_most", "less_than")) else (value, np.inf)
            for year, bound, value in limits[["year", "bound", "value"]].itertuples(index=False)
        },
    }
    return series


def peers(
    indicator: str,
    as_of: str | dt.date | None = None,
    level: str = "provinces",
    exclude: Iterable[str] = (),
) -> pd.DataFrame:
    """Histories of other areas for the same indicator: the reference class.

    Parameters
    ----------
    indicator : str
        Registry id. For ``hightech_firms`` the stock of a year is the sum of the certificates of
        that year and the two before, for every province alike, 新疆 included: a certificate is
        valid for three years from its issue, and a renewal is a new certificate (国科发火
        〔2016〕32号, article 9). A year counts only where all three are known.
    as_of : str or date, optional
        Only figures known on that date.
    level : {"provinces", "countries", "all"}
        The provinces include the region of the configuration.
    exclude : iterable of str
        Areas to leave out.

    Returns
    -------
    DataFrame
        float, every year from first to last x area, NaN where there is no figure; empty where
        no peer has any. ``attrs["breaks"]`` maps an area to the years of its scope breaks.

    Raises
    ------
    UsageError
        The indicator, the level or an excluded area is unknown.
    DataError
        The data files have faults.
    """
    _registered(indicator)
    if level not in LEVELS:
        raise UsageError(f"no level {level!r}: there are {', '.join(LEVELS)}")
    observed = _observations(records.stamp())
    wanted = (observed["table"] == "provinces") | (observed["area"] == config().areas.region)
    if level != "provinces":
        wanted = (observed["table"] == "countries") | (wanted & (level == "all"))
    pool = observed[wanted & ~observed["bound"].isin(NO_POINTS)]
    exclude = [exclude] if isinstance(exclude, str) else list(exclude)
    for area in exclude:
        if area not in set(pool["area"]):
            raise UsageError(_unknown("peer", area, sorted(set(pool["area"]))))
    pool = pool[~pool["area"].isin(exclude)]
    counted = "hightech_certificates" if indicator == "hightech_firms" else indicator
    table = _latest(pool, counted, as_of).pivot(index="year", columns="area", values="value")
    order = [area for area in pool["area"].drop_duplicates() if area in table.columns]
    table = table[order].astype(float).rename_axis(columns=None)
    if len(table):
        table = table.reindex(np.arange(table.index.min(), table.index.max() + 1))
    if counted != indicator:
        table = table.rolling(CERTIFICATE_YEARS, min_periods=CERTIFICATE_YEARS).sum()
        table = table.dropna(how="all").dropna(axis="columns", how="all")
    table.index = pd.Index(table.index.to_numpy(int), name="year")
    breaks = _breaks(counted)
    table.attrs = {"breaks": {area: breaks[area] for area in table.columns if area in breaks}}
    return table


def _registered(indicator: str) -> pd.Series:
    registry = records.indicators().set_index("id")
    if indicator not in registry.index:
        raise UsageError(_unknown("indicator", indicator, list(registry.index)))
    return registry.loc[indicator]


def _unknown(what: str, word: str, known: list[str]) -> str:
    near = records.near_matches(str(word), known)
    hint = f"near matches: {', '.join(near)}" if near else f"known are {', '.join(known[:40])}"
    return f"unknown {what} {word!r}; {hint}"


@lru_cache(maxsize=4)
def _observations(stamp: tuple) -> pd.DataFrame:
    """Every observation of all tables, with the name of its table; not to be changed."""
    frames = [records.load_statistics(), *map(records.load_reference, _TABLES[1:])]
    columns = ["area", "indicator", "year", "vintage", "value", "bound", "known_by", "confidence"]
    tables = (
        frame.reindex(columns=columns).assign(
            table=name, private=frame.get("private", pd.Series(False, frame.index))
        )
        for name, frame in zip(_TABLES, frames, strict=True)
    )
    return pd.concat(tables, ignore_index=True).dropna(subset=["value"])


def _latest(rows: pd.DataFrame, indicator: str, as_of: str | dt.date | None) -> pd.DataFrame:
    """One row per area and year: the latest vintage known, the surer of two alike."""
    rows = rows[(rows["indicator"] == indicator) & (rows["known_by"] <= records.as_date(as_of))]
    rank = {
        "vintage": {word: place for place, word in enumerate(VINTAGES)},
        "confidence": {word: place for place, word in enumerate(CONFIDENCES)},
    }
    order = ["area", "year", "vintage", "known_by", "confidence"]
    rows = rows.sort_values(order, key=lambda cells: cells.map(rank.get(cells.name, lambda x: x)))
    return rows.drop_duplicates(["area", "year"], keep="last")


def _breaks(indicator: str) -> dict[str, list[int]]:
    declared = records.breaks()
    declared = declared[declared["indicator"] == indicator]
    return {area: sorted(map(int, years)) for area, years in declared.groupby("area")["year"]}


def growth_windows(peers: pd.DataFrame, span: int) -> pd.DataFrame:
    """Growth over every window of a number of years: the reference class of a required growth.

    Parameters
    ----------
    peers : DataFrame
        Year x area, as `peers` returns it.
    span : int
        Years from the start to the end of a window.

    Returns
    -------
    DataFrame
        One row a window with both ends known and positive: ``area``, ``start``, ``end``,
        ``factor`` (end over start) and ``broken``, whether a declared scope break lies inside.
    """
    breaks = peers.attrs.get("breaks", {})
    positive = peers.where(peers > 0)
    later = positive.reindex(positive.index + span).set_axis(positive.index)
    factor = (later / positive).rename_axis(index="start", columns=None).reset_index()
    table = factor.melt(id_vars="start", var_name="area", value_name="factor").dropna()
    table = table[["area", "start", "factor"]].reset_index(drop=True)
    table.insert(2, "end", table["start"] + span)
    table["broken"] = [
        any(start < year <= end for year in breaks.get(area, ()))
        for area, start, end in zip(table["area"], table["start"], table["end"], strict=True)
    ]
    return table
