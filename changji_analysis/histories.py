"""One area's yearly series of one indicator, and the same for its peers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from .errors import UsageError
from .records import near_matches
from .records.schemas import CONFIDENCES, NO_POINTS, VINTAGES

CERTIFICATE_YEARS = 3
"""Years for which a certificate is valid (国科发火〔2016〕32号, article 9)."""
COUNTED_BY = {"hightech_firms": "hightech_certificates"}
"""Stocks that peers print as yearly certificates: the stock is the sum over `CERTIFICATE_YEARS`."""
LEVELS = ("provinces", "countries", "all")
_COLUMNS = ["area", "indicator", "year", "vintage", "value", "bound", "known_by", "confidence"]


def observations(statistics: pd.DataFrame, references: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Every observation of all tables, with the name of its table.

    Areas follow each other as in the tables. Of an area's year the latest vintage comes last, the
    surer of two alike.
    """
    frames = {"statistics": statistics, **references}
    tables = (
        frame.reindex(columns=_COLUMNS).assign(
            table=name, private=frame.get("private", pd.Series(False, frame.index))
        )
        for name, frame in frames.items()
    )
    table = pd.concat(tables, ignore_index=True).dropna(subset=["value"])
    rank = {
        "area": {area: place for place, area in enumerate(table["area"].unique())},
        "vintage": {word: place for place, word in enumerate(VINTAGES)},
        "confidence": {word: place for place, word in enumerate(CONFIDENCES)},
    }
    order = ["area", "year", "vintage", "known_by", "confidence"]
    return table.sort_values(
        order, key=lambda cells: cells.map(rank.get(cells.name, lambda x: x)), ignore_index=True
    )


def history(
    observed: pd.DataFrame, area: str, indicator: pd.Series, breaks: Iterable[int] = ()
) -> pd.Series:
    """Yearly values of an indicator in one area; see `changji_analysis.Dataset.history`.

    Parameters
    ----------
    observed : DataFrame
        As `observations` returns it, cut at the date of knowledge.
    area : str
    indicator : Series
        Its row of the registry, named by its id.
    breaks : iterable of int
        Years at which the scope changed.
    """
    own = observed[observed["area"] == area]
    open_ended = own["bound"].isin(NO_POINTS)
    rows = _latest(own[~open_ended], str(indicator.name))
    limits = _latest(own[open_ended & ~own["year"].isin(rows["year"])], str(indicator.name))
    series = pd.Series(
        rows["value"].to_numpy(float), rows["year"].to_numpy(int), name=indicator.name
    ).rename_axis("year")
    series.attrs = {
        "area": area,
        "indicator": indicator.name,
        "unit": indicator["unit"],
        "kind": indicator["kind"],
        "breaks": sorted(map(int, breaks)),
        "private": sorted(map(int, rows.loc[rows["private"].astype(bool), "year"])),
        "early": sorted(map(int, rows.loc[rows["vintage"].eq("signal"), "year"])),
        "limits": {
            year: (-np.inf, value) if bound.endswith(("at_most", "less_than")) else (value, np.inf)
            for year, bound, value in limits[["year", "bound", "value"]].itertuples(index=False)
        },
    }
    return series


def reference_class(
    observed: pd.DataFrame,
    indicator: str,
    region: str,
    level: str = "provinces",
    exclude: Iterable[str] = (),
    breaks: Mapping[str, Iterable[int]] | None = None,
) -> pd.DataFrame:
    """Histories of other areas for the same indicator; see `changji_analysis.Dataset.peers`.

    Parameters
    ----------
    observed : DataFrame
        As `observations` returns it, cut at the date of knowledge.
    indicator : str
        For a stock in `COUNTED_BY` the value of a year is the sum of the certificates of that
        year and the two before, for every area alike; a year counts only where all three are
        known. A renewal is a new certificate.
    region : str
        The region, which stands among the provinces.
    level : {"provinces", "countries", "all"}
    exclude : iterable of str
        Areas to leave out.
    breaks : mapping, optional
        Area to the years at which the scope of the indicator changed.

    Raises
    ------
    UsageError
        The level or an excluded area is unknown.
    """
    if level not in LEVELS:
        raise UsageError(f"no level {level!r}: there are {', '.join(LEVELS)}")
    wanted = (observed["table"] == "provinces") | (observed["area"] == region)
    if level != "provinces":
        wanted = (observed["table"] == "countries") | (wanted & (level == "all"))
    pool = observed[wanted & ~observed["bound"].isin(NO_POINTS)]
    exclude = [exclude] if isinstance(exclude, str) else list(exclude)
    for area in exclude:
        require_known("peer", area, pool["area"].unique())
    pool = pool[~pool["area"].isin(exclude)]
    counted = COUNTED_BY.get(indicator, indicator)
    table = _latest(pool, counted).pivot(index="year", columns="area", values="value")
    order = [area for area in pool["area"].drop_duplicates() if area in table.columns]
    table = table[order].astype(float).rename_axis(columns=None)
    if len(table):
        table = table.reindex(np.arange(table.index.min(), table.index.max() + 1))
    if counted != indicator:
        table = table.rolling(CERTIFICATE_YEARS, min_periods=CERTIFICATE_YEARS).sum()
        table = table.dropna(how="all").dropna(axis="columns", how="all")
    table.index = pd.Index(table.index.to_numpy(int), name="year")
    breaks = breaks or {}
    table.attrs = {"breaks": {a: sorted(breaks[a]) for a in table.columns if a in breaks}}
    return table


def require_known(what: str, word: str, known: Iterable[str]) -> None:
    """Refuse an unknown word, naming near ones."""
    known = sorted(set(known))
    if word in known:
        return
    near = near_matches(str(word), known)
    hint = f"near matches: {', '.join(near)}" if near else f"known are {', '.join(known[:40])}"
    offer = f"是否指：{'、'.join(near)}" if near else f"可用的有：{'、'.join(known[:40])}"
    name = {"indicator": "指标", "area": "地区", "target": "目标"}.get(what, what)
    raise UsageError(f"unknown {what} {word!r}; {hint}", zh=f"没有名为{word!r}的{name}；{offer}")


def _latest(rows: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """One row per area and year of `observations`: the last one."""
    return rows[rows["indicator"] == indicator].drop_duplicates(["area", "year"], keep="last")


def growth_windows(peers: pd.DataFrame, span: int) -> pd.DataFrame:
    """Growth over every window of a number of years: the reference class of a required growth.

    Parameters
    ----------
    peers : DataFrame
        Year x area, as `reference_class` returns it.
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
