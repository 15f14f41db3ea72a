"""A batch of a panel judged at once: what `assess` does, in arrays.

The formulas are those of `pace`, `scales`, `plan`, `assessment` and `trends.pooled`, which take
arrays; here stands only what finds each target's base, latest figure and increments in rows that
are sorted by series and year, a parent's after the targets' own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from .. import pace
from ..assessment import LACKING, Assessment, assess
from ..errors import ForecastError
from ..forecasting import PARENT_LACKS, attainment, scaled_peers
from ..plan import attained
from ..scales import KINDS, Scale, scale_for
from ..trends import parent, pooled
from .rows import FAULTS, target_of_record

MEASURES = (
    "base_value", "last_value", "probability", "required_growth", "required_growth_from_last",
    "observed_growth", "pace_ratio", "gap_closed", "expected_gap_closed", "time_elapsed",
    "median", "lower", "upper", "pass_through",
)  # fmt: skip
COUNTS = ("base_year", "last_year", "n", "span", "peers")
WORDS = ("method", "reason", "notes", "parent")
COVERAGE = 0.8
"""Of the predictive interval ``lower`` to ``upper`` of the target year."""

Peers = Mapping[Any, Any]
"""By indicator, the peers; or by indicator, kind and fold, the prior and its notes."""


class Batch(NamedTuple):
    """Targets and the rows of their series; every worker gets one of these at a time.

    Attributes
    ----------
    position : array (T,)
        Of each target among all of them.
    table : DataFrame (T rows)
        Columns of `rows.Coded.targets`, ``fold``, and those of `lineage.Nesting.put`.
    first, stop, above_first, above_stop : arrays (T,)
        Rows of each target's series and of its parent's; both 0 without one.
    year, value : arrays (N,)
    """

    position: np.ndarray
    table: pd.DataFrame
    first: np.ndarray
    stop: np.ndarray
    year: np.ndarray
    value: np.ndarray
    above_first: np.ndarray
    above_stop: np.ndarray


Result = dict[str, np.ndarray]
"""Columns of a result by name: `MEASURES` and `COUNTS` as numbers, `WORDS` as texts."""


def blank(size: int) -> Result:
    """Columns without a number or word."""
    numbers = {name: np.full(size, np.nan) for name in (*MEASURES, *COUNTS)}
    return numbers | {name: np.full(size, "", object) for name in WORDS}


def judge(batch: Batch, peers: Peers, model: str) -> Result:
    """Assess a batch."""
    out = blank(len(batch.position))
    alone = np.arange(len(batch.position))
    if model == "pooled":
        alone = _judge_all(out, batch, peers)
    for i in alone:
        judge_one(out, i, batch, peers, model)
    return out


def _judge_all(out: Result, batch: Batch, peers: Peers) -> np.ndarray:
    """Assess a batch by the default model; the targets that it refuses are returned."""
    t = batch.table
    year, goal = t["year"].to_numpy(), t["value"].to_numpy()
    direction, tolerance = t["direction"].array, t["tolerance"].to_numpy()
    steady = direction == "non_decreasing"
    find = Finder(batch)
    end = find(year, "right")
    n = end - batch.first
    seen = n > 0
    at_last = np.where(seen, end - 1, 0)
    rows_year, rows_value = (np.append(a, np.nan) for a in (batch.year, batch.value))
    last_year = np.where(seen, rows_year[at_last], np.nan)
    first_year = np.where(seen, rows_year[batch.first], np.nan)

    base_year, base = t["base_year"].to_numpy(), t["base_value"].to_numpy()
    base_year = np.where(np.isnan(base_year) & (first_year < year), first_year, base_year)
    at_base = find(base_year, "left")
    there = (at_base < end) & (rows_year[np.minimum(at_base, len(batch.year))] == base_year)
    base = np.where(np.isnan(base) & there, rows_value[np.where(there, at_base, -1)], base)
    usable = seen & ~(last_year < base_year)
    last = np.where(usable, rows_value[at_last], np.nan)
    goal = np.where(steady, base, goal)

    outcome = usable & (last_year == year)
    ahead = usable & ~outcome & ~np.isnan(goal)
    lacking = {
        "no_figure": ~seen,
        "old_figure": seen & ~usable,
        "no_base": usable & np.isnan(goal),
        "no_later_figure": ahead & steady & (last_year == base_year),
    }
    outcome &= ~lacking["no_base"]
    ahead &= ~lacking["no_later_figure"]
    for code, rows in lacking.items():
        out["reason"][rows], out["notes"][rows] = code, LACKING[code]
    for i in np.flatnonzero(lacking["old_figure"]):
        years = {"last_year": f"{last_year[i]:.0f}", "base_year": f"{base_year[i]:.0f}"}
        out["notes"][i] = LACKING["old_figure"].format(**years)
    with np.errstate(invalid="ignore"):
        met = attained(last, goal, direction, tolerance)
    out["method"][:], out["method"][outcome] = "pooled", "outcome"
    measured = pace.measures(
        base_year, np.where(np.isnan(base_year), np.nan, base), last_year, last, goal, year,
        direction,
    )  # fmt: skip
    out |= measured
    out |= {"base_year": base_year, "base_value": base, "last_year": last_year, "last_value": last}
    out |= {"n": n.astype(float), "span": np.where(seen, last_year - first_year, 0.0)}
    out["probability"][outcome] = met[outcome]
    refused = [
        _forecast(out, np.flatnonzero(ahead & (t["kind"].array == kind)), batch, end, peers, kind,
                  goal, year - last_year, find)
        for kind in KINDS
    ]  # fmt: skip
    return np.concatenate(refused)


class Finder:
    """Searches for years within each target's own series, or within others."""

    def __init__(self, batch: Batch):
        self.batch = batch
        self.low = int(batch.year.min(initial=0)) - 1
        self.width = int(batch.year.max(initial=0)) - self.low + 2
        series = np.zeros(len(batch.year) + 1, np.int64)
        series[1:-1] = np.diff(batch.year) <= 0
        series[batch.first[batch.stop > batch.first]] = 1
        series[batch.above_first[batch.above_stop > batch.above_first]] = 1
        self.series = np.cumsum(series)
        self.key = self.series[:-1] * self.width + (batch.year - self.low)

    def __call__(self, year: np.ndarray, side="left", first=None, stop=None) -> np.ndarray:
        if first is None:
            first, stop = self.batch.first, self.batch.stop
        inside = np.clip(np.nan_to_num(year) - self.low, 0, self.width - 1).astype(np.int64)
        at = np.searchsorted(self.key, self.series[first] * self.width + inside, side)
        return np.clip(at, first, stop)


def _forecast(
    out: Result, at, batch: Batch, end, peers: Peers, kind: str, goal, ahead, find: Finder
) -> np.ndarray:
    """The default model for targets of one kind; those that have to go alone are returned."""
    if not len(at):
        return at
    scale, fits = _scale_of(kind, batch.value, batch.first[at], end[at])
    refused, at = at[~fits], at[fits]
    if not len(at):
        return refused
    first, end, ahead = batch.first[at], end[at], ahead[at]
    window = _window(first, end)
    edge, line = _lines(batch, scale, first, end)
    x = line(window)
    step, gap = np.diff(x), np.diff(batch.year[window]).astype(float)
    nested, lack = _usable_parents(batch, find, at, end, kind)
    known, grown = _known(batch, find, at[nested], window[nested], x[nested], ahead[nested], kind)
    place = np.full(len(at), -1)
    place[nested] = np.arange(len(nested))
    loc, spread, df = np.empty((3, len(at)))
    for prior, notes, rows in _priors(batch, at, end, edge, peers, scale, kind, place >= 0):
        rows = np.arange(len(at))[rows]
        last = x[rows, -1]
        found = pooled.posterior(prior, step[rows], gap[rows], last)
        rise, spread[rows], df[rows] = found.at(ahead[rows])
        loc[rows] = last + rise
        out["peers"][at[rows]] = prior.peers
        out["notes"][at[rows]] = "; ".join(notes)
        if len(mine := rows[place[rows] >= 0]):
            k, last_of = place[mine], x[mine, -1]
            child = pooled.posterior(prior, step[mine], gap[mine], last_of)
            pieces = parent.parts(child, last_of, parent.Known(*(a[k] for a in known)))
            through, alone = parent.PASS_THROUGH[kind], spread[mine]
            rise, squared, df[mine], b = parent.grow(pieces, ahead[mine], grown[k], through, alone)
            loc[mine], spread[mine] = last_of + rise, np.sqrt(squared)
            out["pass_through"][at[mine]] = b
        beyond = prior.beyond(ahead[rows], loc[rows] - last, spread[rows], df[rows], last)
        out["notes"][at[rows][beyond]] = "; ".join((*notes, prior.beyond_note))
    t = batch.table
    if len(nested):
        out["parent"][at[nested]] = t["parent"].to_numpy(object)[at[nested]]
    for i, text in lack.items():
        out["notes"][at[i]] = "; ".join(filter(None, (text, out["notes"][at[i]])))
    out["probability"][at] = attainment(
        loc, spread, df, scale, goal[at], t["direction"].array[at], t["tolerance"].to_numpy()[at]
    )
    add_interval(out, at, loc, spread, df, scale)
    return refused


def _window(first, end) -> np.ndarray:
    """The last rows of each series, newest last; its first row pads the short ones."""
    width = min(int((end - first).max(initial=1)), pooled.WINDOW)
    return np.maximum(end[:, None] + np.arange(-width, 0), first[:, None])


def _lines(batch: Batch, scale: Scale, first, end):
    """The edge of each series as in `Scale.forward`, and a function from rows to the scale."""
    edge = np.minimum(_reduced(np.minimum, scale.room(batch.value), first, end), scale.edge)

    def line(rows):
        near = edge[:, None] if rows.ndim > 1 else edge
        return scale.line(np.clip(batch.value[rows], near, scale.upper - near))

    return edge, line


def _usable_parents(batch: Batch, find: Finder, at, end, kind: str):
    """Positions in `at` of the targets with a parent, and why others do without: text by position.

    The reasons are those of `forecasting.scaled_parent`.
    """
    t = batch.table
    if "parent" not in t:
        return np.empty(0, int), {}
    first, stop = batch.above_first[at], batch.above_stop[at]
    lacks = t["lack"].to_numpy(object)[at]
    lack = {int(i): lack_text(lacks[i]) for i in np.flatnonzero(lacks != "")}
    given = np.flatnonzero(stop > first)
    first, stop, at, end = first[given], stop[given], at[given], end[given]
    last, until = batch.year[end - 1], batch.year[stop - 1]
    there = np.minimum(find(last, "left", first, stop), stop - 1)
    hole = batch.year[there] != last
    units = np.full((2, len(at)), None, object)
    if "own_unit" in t:
        units = t[["own_unit", "parent_unit"]].to_numpy(object)[at].T
    units[pd.isna(units) | (units == "")] = None
    other = (units[0] != units[1]) & ~pd.isna(units).any(axis=0)
    outside = ~_scale_of(kind, batch.value, first, stop)[1]
    scope = np.isin(kind, ("count", "level")) & (batch.value[there] < batch.value[end - 1])
    reasons = ("no_later", "unit", "out_of_range", "hole", "scope")
    reason = np.select([until <= last, other, outside, hole, scope], reasons, "")
    names = t["parent"].to_numpy(object)[at]
    for i in np.flatnonzero(reason != ""):
        lack[int(given[i])] = PARENT_LACKS[reason[i]].format(
            area=names[i], last=last[i], until=until[i], kind=kind, units=" and ".join(
                map(str, units[:, i])
            ),
        )  # fmt: skip
    return given[reason == ""], lack


def lack_text(code: str) -> str:
    """Why a target whose parent has no usable figures does without."""
    return PARENT_LACKS.get(code) or f"parent not used ({code}): {FAULTS.at[code, 'why']}"


def _known(batch: Batch, find: Finder, at, window, x, ahead, kind: str):
    """What is known of usable parents, as in `trends.parent.predict`, and their growth."""
    if not len(at):
        return (), ()
    first, stop = batch.above_first[at], batch.above_stop[at]
    line = _lines(batch, scale_for(kind, np.ones(1)), first, stop)[1]
    years, last, until = batch.year[window], batch.year[window[:, -1]], batch.year[stop - 1]
    past = _window(first, stop)
    same = np.minimum(find(years, "left", first[:, None], stop[:, None]), stop[:, None] - 1)
    common = batch.year[same] == years
    share = np.where(common, x - line(same), 0)
    before = np.where(common, np.arange(common.shape[1]), -1)
    before = np.maximum.accumulate(before, axis=1)[:, :-1]
    both, before = common[:, 1:] & (before >= 0), np.maximum(before, 0)
    share_step, share_gap = (
        np.where(both, a[:, 1:] - np.take_along_axis(a, before, 1), 0.0) for a in (share, years)
    )
    start = line(same[:, -1])
    to = np.minimum(last + ahead, until)
    right = find(to, "left", first, stop)
    left = right - 1
    passed = (to - batch.year[left]) / (batch.year[right] - batch.year[left])
    grown = line(left) + passed * (line(right) - line(left)) - start
    step, gap = np.diff(line(past)), np.diff(batch.year[past]).astype(float)
    part = parent.part_of(share, share_gap, kind)
    beyond, thin = (until - last).astype(float), np.exp(-x[:, -1]) * (kind == "count")
    return parent.Known(beyond, step, gap, start, share_step, share_gap, part, thin), grown


def add_interval(out: Result, at, loc, spread, df, scale: Scale) -> None:
    """Median and central interval of the target year."""
    from scipy import special

    level = 1 - (1 - COVERAGE) / 2
    reach = spread * np.where(np.isinf(df), special.ndtri(level), special.stdtrit(df, level))
    for name, point in (("median", loc), ("lower", loc - reach), ("upper", loc + reach)):
        out[name][at] = scale.inverse(point)


def _scale_of(kind: str, value, first, end) -> tuple[Scale, np.ndarray]:
    """The scale of a kind, and which targets have figures that it can take."""
    low, high = (_reduced(f, value, first, end) for f in (np.minimum, np.maximum))
    fits = low >= 0 if kind in ("count", "share") else low > 0
    if kind == "share":
        fits &= high <= 100
    return scale_for(kind, np.ones(1)), fits


def _reduced(ufunc, values, first, end) -> np.ndarray:
    """A ufunc reduced over values[first:end], for many first and end."""
    pairs = np.stack([first, end], axis=1).ravel()
    return ufunc.reduceat(np.append(values, values[-1]), pairs)[::2]


def _priors(batch: Batch, at, end, edge, peers: Peers, scale: Scale, kind: str, nested):
    """Prior, notes and rows of each group of targets that share a prior."""
    if not peers:
        yield pooled.GENERIC, (), slice(None)
        return
    t = batch.table.iloc[at]
    for indicator, rows in t.groupby("indicator", observed=True).indices.items():
        if isinstance(peers.get(indicator), pd.DataFrame):
            table = peers[indicator]
            yield from _priors_of_table(batch, at, end, edge, rows, table, scale, nested)
            continue
        folds = t["fold"].to_numpy()[rows]
        for fold in np.unique(folds):
            prior, notes = peers.get((indicator, kind, fold), (pooled.GENERIC, ()))
            yield prior, notes, rows[folds == fold]


def _priors_of_table(batch, at, end, edge, rows, table: pd.DataFrame, scale: Scale, nested):
    """As `assess` chooses them: without the area itself, copies of its series, and its kin."""
    first, last = batch.first[at[rows]], end[rows]
    n = last - first
    start = np.cumsum(n) - n
    every = np.repeat(first - start, n) + np.arange(n.sum())
    tied = np.repeat(edge[rows], n)
    x = scale.line(np.clip(batch.value[every], tied, scale.upper - tied))
    years = batch.year[every]
    other = scaled_peers(table, scale, None)[0]
    values = other.reindex(np.arange(years.min(), years.max() + 1)).to_numpy()[years - years.min()]
    both = np.add.reduceat(~np.isnan(values), start, axis=0, dtype=int)
    same = np.add.reduceat(np.abs(values - x[:, None]) < pooled.COPY, start, axis=0, dtype=int)
    copies = (both >= 2) & (same == both)
    own = table.columns.get_indexer(batch.table["area"].iloc[at[rows]])
    kin, masks = np.full(len(rows), b"", object), {}
    lineage = batch.table["lineage"].array if nested.any() else ()
    for i in np.flatnonzero(nested[rows]):
        j = at[rows[i]]
        key = batch.above_first[j], lineage[j]
        if key not in masks:
            above = parent_history(batch, j)
            same = pooled.copies(other, scale.forward(above.to_numpy()), above.index)
            left_out = other.columns.isin([above.attrs["area"], *key[1], *same])
            masks[key] = left_out.tobytes() if left_out.any() else b""
        kin[i] = masks[key]
    special = copies.any(axis=1) | (own >= 0) | (kin != b"")
    groups: dict = {}
    for i in np.flatnonzero(special):
        groups.setdefault((own[i], copies[i].tobytes(), kin[i]), []).append(i)
    if not special.all():
        groups[None] = np.flatnonzero(~special)
    areas = batch.table["area"].to_numpy()
    for members in groups.values():
        i = members[0]
        mine = slice(start[i], start[i] + n[i])
        above = None
        if kin[i]:
            above = parent_history(batch, at[rows[i]])
            above = pd.Series(scale.forward(above.to_numpy()), above.index).__finalize__(above)
        usable, notes = scaled_peers(table, scale, areas[at[rows[i]]], above)
        prior, more = pooled.prior_for(usable, x[mine], years[mine])
        yield prior, notes + more, rows[members]


def parent_history(batch: Batch, i: int) -> pd.Series:
    """What `assess` is given as the parent of a target."""
    rows, row = slice(batch.above_first[i], batch.above_stop[i]), batch.table.iloc[i]
    history = pd.Series(batch.value[rows], batch.year[rows].astype(int))
    unit = row.get("parent_unit")
    history.attrs = {
        "area": row["parent"],
        "unit": None if pd.isna(unit) else unit,
        "lineage": row.get("lineage", ()),
    }
    return history


def judge_one(out: Result, i: int, batch: Batch, peers: Peers, model: str) -> None:
    """Assess one target of a batch by itself; what stops it becomes its reason."""
    row = batch.table.iloc[i]
    rows = slice(batch.first[i], batch.stop[i])
    history = pd.Series(batch.value[rows], batch.year[rows].astype(int))
    others, above, notes = None, None, ()
    if peers:
        history.attrs["area"] = row["area"]
        others = peers.get(row["indicator"])
        if not isinstance(others, pd.DataFrame):
            key = (row["indicator"], row["kind"], row["fold"])
            others, notes = peers.get(key, (None, ()))
    if batch.above_stop[i]:
        above = parent_history(batch, i)
        unit = row.get("own_unit")
        history.attrs["unit"] = None if pd.isna(unit) else unit
    elif row.get("lack"):
        notes = (lack_text(row["lack"]), *notes)
    for name in (*MEASURES, *COUNTS):
        out[name][i] = np.nan
    try:
        a = assess(
            history, target_of_record(row), model=model, peers=others, parent=above,
            kind=row["kind"],
        )  # fmt: skip
    except ForecastError as error:
        said = {"method": "", "reason": error.reason, "notes": str(error)}
    except Exception as error:  # a fit that breaks must not take the others with it
        said = {"method": "", "reason": "failed", "notes": f"{type(error).__name__}: {error}"}
    else:
        said = _fill(out, i, a, notes)
    for name, text in said.items():
        out[name][i] = text


def _fill(out: Result, i: int, a: Assessment, notes: tuple[str, ...]) -> dict[str, str]:
    """Put the numbers of one assessment into the columns; return its words."""
    e = a.evidence
    found = {name: getattr(a, name) for name in MEASURES[:-4]}
    found |= {"base_year": a.base_year, "last_year": e.last_year, "n": e.n, "span": e.span}
    for name, value in found.items():
        out[name][i] = np.nan if value is None else value
    notes = (*notes, *e.notes) if a.forecast is not None else e.notes
    if a.forecast is not None:
        f = a.forecast
        out["peers"][i] = f.peers
        spread = np.sqrt(f.shape[-1:, -1])
        add_interval(out, [i], f.loc[-1:], spread, np.array([f.df]), f.scale)
    return {"method": e.method, "reason": e.reason, "notes": "; ".join(notes)}
