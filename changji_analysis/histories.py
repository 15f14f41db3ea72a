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
    rows: pd.DataFrame, area: str, indicator: pd.Series, breaks: Iterable[int] = ()
) -> pd.Series:
    """Yearly values of an indicator in one area; see `changji_analysis.Dataset.history`.

    Parameters
    ----------
    rows : DataFrame
        Those of the area and the indicator in `observations`, cut at the date of knowledge.
    area : str
    indicator : Series
        Its row of the registry, named by its id.
    breaks : iterable of int
        Years at which the scope changed.
    """
    points, limits = {}, {}
    cells = (rows[name].tolist() for name in ("year", "value", "bound", "vintage", "private"))
    for year, value, bound, vintage, private in zip(*cells, strict=True):  # the latest comes last
        (limits if bound in NO_POINTS else points)[year] = value, bound, vintage, private
    years = pd.Index(np.array([*points], int), name="year")
    values = np.array([value for value, *_ in points.values()], float)
    series = pd.Series(values, years, name=indicator.name)
    series.attrs = {
        "area": area,
        "indicator": indicator.name,
        "unit": indicator["unit"],
        "kind": indicator["kind"],
        "breaks": sorted(map(int, breaks)),
        "private": [year for year, (*_, private) in points.items() if private],
        "early": [year for year, (_, _, vintage, _) in points.items() if vintage == "signal"],
        "limits": {
            year: (-np.inf, value) if bound.endswith(("at_most", "less_than")) else (value, np.inf)
            for year, (value, bound, *_) in limits.items()
            if year not in points
        },
    }
    return series


def pool(observed: pd.DataFrame, region: str, level: str = "provinces") -> pd.DataFrame:
    """Observations, ranges left out, of the areas that can be peers.

    Parameters
    ----------
    observed : DataFrame
        As `observations` returns it, cut at the date of knowledge.
    region : str
        The region, which stands among the provinces.
    level : {"provinces", "countries", "all"}

    Raises
    ------
    UsageError
        The level is unknown.
    """
    if level not in LEVELS:
        raise UsageError(f"no level {level!r}: there are {', '.join(LEVELS)}")
    wanted = (observed["table"] == "provinces") | (observed["area"] == region)
    if level != "provinces":
        wanted = (observed["table"] == "countries") | (wanted & (level == "all"))
    return observed[wanted & ~observed["bound"].isin(NO_POINTS)]


def reference_class(
    pool: pd.DataFrame,
    indicator: str,
    exclude: Iterable[str] = (),
    breaks: Mapping[str, Iterable[int]] | None = None,
) -> pd.DataFrame:
    """Histories of other areas for the same indicator; see `changji_analysis.Dataset.peers`.

    Parameters
    ----------
    pool : DataFrame
        Observations of all areas that can be peers.
    indicator : str
        For a stock in `COUNTED_BY` the value of a year is the sum of the certificates of that
        year and the two before, for every area alike; a year counts only where all three are
        known. A renewal is a new certificate.
    exclude : iterable of str
        Areas to leave out.
    breaks : mapping, optional
        Area to the years at which the scope of the indicator changed.

    Raises
    ------
    UsageError
        An excluded area is unknown.
    """
    exclude = [exclude] if isinstance(exclude, str) else list(exclude)
    for area in exclude:
        require_known("peer", area, pool["area"].unique())
    counted = COUNTED_BY.get(indicator, indicator)
    rows = pool[(pool["indicator"] == counted) & ~pool["area"].isin(exclude)]
    rows = rows.drop_duplicates(["area", "year"], keep="last")
    column, areas = pd.factorize(rows["area"])
    year = rows["year"].to_numpy(int)
    years = np.arange(year.min(), year.max() + 1) if len(year) else year
    figures = np.full((len(years), len(areas)), np.nan)
    figures[np.searchsorted(years, year), column] = rows["value"]
    table = pd.DataFrame(figures, pd.Index(years, name="year"), areas, copy=False)
    if counted != indicator:
        table = table.rolling(CERTIFICATE_YEARS, min_periods=CERTIFICATE_YEARS).sum()
        table = table.dropna(how="all").dropna(axis="columns", how="all")
    breaks = breaks or {}
    table.attrs = {"breaks": {a: sorted(breaks[a]) for a in table.columns if a in breaks}}
    return table


def require_known(what: str, word: str, known: Iterable[str]) -> None:
    """Refuse an unknown word, naming near ones."""
    known = set(known)
    if word in known:
        return
    known = sorted(known)
    near = near_matches(str(word), known)
    hint = f"near matches: {', '.join(near)}" if near else f"known are {', '.join(known[:40])}"
    offer = f"是否指：{'、'.join(near)}" if near else f"可用的有：{'、'.join(known[:40])}"
    name = {"indicator": "指标", "area": "地区", "target": "目标"}.get(what, what)
    raise UsageError(f"unknown {what} {word!r}; {hint}", zh=f"没有名为{word!r}的{name}；{offer}")


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
    factor = positive.reindex(positive.index + span).to_numpy() / positive.to_numpy()
    column, row = np.nonzero(~np.isnan(factor.T))
    start = peers.index[row]
    table = pd.DataFrame(
        {
            "area": peers.columns[column],
            "start": start,
            "end": start + span,
            "factor": factor[row, column],
        }
    )
    table["broken"] = [
        any(start < year <= end for year in breaks.get(area, ()))
        for area, start, end in zip(table["area"], table["start"], table["end"], strict=True)
    ]
    return table
