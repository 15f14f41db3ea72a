"""Which area lies in which, and whose figures stand for what contains an area."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from .batch import Batch
from .rows import CODES, POSITION, Coded, found, listed, need, rows_of_series, whole


class Parents(NamedTuple):
    """A table of parents without its faults.

    Attributes
    ----------
    table : DataFrame
        ``area``, ``parent`` and `POSITION`, one row an area; no area lies in itself.
    above : dict
        The same, area to parent.
    refused : dict
        Area to the code of the fault for which its row is not used.
    problems : DataFrame
        See `changji_analysis.errors.PROBLEM_COLUMNS`.
    """

    table: pd.DataFrame
    above: dict[Any, Any]
    refused: dict[Any, str]
    problems: pd.DataFrame

    def around(self, area) -> list:
        """The areas that contain this one, the nearest first."""
        chain = []
        while (area := self.above.get(area)) is not None:
            chain.append(area)
        return chain

    def top(self, areas: pd.Series) -> pd.Series:
        """The outermost area around each of many."""
        names = pd.unique(areas)
        tops = {name: (self.around(name) or [name])[-1] for name in names}
        return areas.map(tops)

    def kin_among(self, names: Iterable) -> Callable[[Any], tuple]:
        """A function that tells which of some areas contain an area or lie in it."""
        names = set(names)
        inside: dict[Any, list] = {}
        for name in names:
            for above in self.around(name):
                inside.setdefault(above, []).append(name)
        return lambda area: (
            *(name for name in self.around(area) if name in names),
            *inside.get(area, ()),
        )

    def unknown(self, areas: Iterable) -> pd.DataFrame:
        """List the rows whose parent is no area of the histories and lies in none."""
        lost = ~self.table["parent"].isin(areas) & ~self.table["parent"].isin(self.table["area"])
        lost = np.flatnonzero(lost)
        return listed(
            "parents", self.table, lost, np.full(len(lost), CODES.index("unknown_parent"))
        )


def read_parents(source) -> Parents | None:
    """Check a table of parents: a DataFrame, a path, or a Series or dict of area to parent."""
    if source is None:
        return None
    if isinstance(source, (dict, pd.Series)):
        pairs = list(source.items())
        source = pd.DataFrame(pairs, columns=["area", "parent"], dtype=object)
    table = whole(source)
    need(table, ("area", "parent"), "parents")
    if POSITION not in table:
        table = table.assign(**{POSITION: np.arange(len(table))})
    table = table[["area", "parent", POSITION]]
    table = table[table["parent"].notna() & table["parent"].ne("")].reset_index(drop=True)
    names = pd.Index(table["area"]).append(pd.Index(table["parent"])).dropna().unique()
    area, parent = (names.get_indexer(table[column]) for column in ("area", "parent"))
    up = np.full(len(names), -1)
    up[area[area >= 0]] = parent[area >= 0]
    fault = np.full(len(table), -1, np.int8)
    torn = np.isin(area, area[(area >= 0) & (up[area] != parent)])
    fault[torn] = CODES.index("two_parents")
    up[area[torn]] = -1
    far = up
    for _ in range(len(names).bit_length()):  # after as many steps only circles have a parent
        far = np.where(far >= 0, far[far], -1)
    fault[np.isin(area, far[far >= 0])] = CODES.index("parent_cycle")
    fault[area == parent] = CODES.index("parent_is_child")
    fault[area < 0] = CODES.index("no_key")
    bad = np.flatnonzero(fault >= 0)
    codes = [CODES[code] for code in fault[bad]]
    fine = table[fault < 0].drop_duplicates("area", ignore_index=True)
    return Parents(
        fine,
        dict(zip(fine["area"], fine["parent"], strict=True)),
        dict(zip(table["area"].iloc[bad], codes, strict=True)),
        listed("parents", table, bad, fault[bad]),
    )


class Nesting:
    """Finds the parents of batches of one panel."""

    def __init__(self, panel: Coded, parents: Parents):
        self.panel, self.parents = panel, parents
        names = panel.areas.append(pd.Index(list(parents.above.values()))).unique()
        above = pd.Series(names).map(parents.above).to_numpy(object)
        self.up = np.where(pd.isna(above), -1, names.get_indexer(above))
        self.refused = np.array([parents.refused.get(name, "") for name in panel.areas], object)

    def put(self, batch: Batch, last_year: np.ndarray, kin: Callable | None) -> Batch:
        """Give a batch the rows of its parents, after its own.

        A parent is the nearest area around the child that is known beyond `last_year`, as in
        `changji_analysis.Dataset.parent`; failing that the nearest that has figures.
        """
        panel = self.panel
        series = batch.table["place"].to_numpy()
        here = series >= 0
        indicator, area = np.divmod(panel.series[series], max(len(panel.areas), 1))
        above = np.where(here, self.up[area], -1)
        lies, faulty = above >= 0, np.zeros(len(above), bool)
        chosen, later = np.full((2, len(above)), -1)
        while (above >= 0).any():
            known = (above >= 0) & (above < len(panel.areas))
            at = found(panel.series, np.where(known, indicator * len(panel.areas) + above, -1))
            faulty |= (at >= 0) & ~panel.sound[at]
            at = np.where((at >= 0) & panel.sound[at], at, -1)
            beyond = (at >= 0) & (panel.year[panel.start[at + 1] - 1] > last_year)
            chosen = np.where(chosen < 0, at, chosen)
            later = np.where((later < 0) & beyond, at, later)
            above = np.where(above >= 0, self.up[above], -1)
        chosen = np.where(later >= 0, later, chosen)
        has = chosen >= 0
        lack = np.where(here, self.refused[area], "")
        lack[lies & ~has] = "no_figure"
        lack[lies & ~has & faulty] = "parent_faulty"
        table = batch.table
        own = panel.areas.take(area).to_numpy(object)
        name = panel.areas.take(panel.series[chosen] % max(len(panel.areas), 1)).to_numpy(object)
        table["parent"], table["lack"] = np.where(has, name, ""), lack
        if panel.unit is not None:
            table["own_unit"] = np.where(here, panel.unit[series], None)
            table["parent_unit"] = np.where(has, panel.unit[chosen], None)
        if kin is not None:
            table["lineage"] = [kin(a) if h else () for a, h in zip(own, has, strict=True)]
        each, which = np.unique(chosen[has], return_inverse=True)
        row = rows_of_series(panel.start, each)
        stop = len(batch.year) + np.cumsum(np.diff(panel.start)[each])
        first, end = np.zeros((2, len(has)), np.int64)
        first[has], end[has] = (stop - np.diff(panel.start)[each])[which], stop[which]
        return batch._replace(
            year=np.append(batch.year, panel.year[row]),
            value=np.append(batch.value, panel.value[row]),
            above_first=first,
            above_stop=end,
        )
