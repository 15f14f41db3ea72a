"""A batch of a panel judged at once: what `assess` does, in arrays.

The formulas are those of `pace`, `scales`, `plan`, `assessment` and `trends.pooled`, which take
arrays; here stands only what finds each target's base, latest figure and increments in rows that
are sorted by series and year.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from .. import pace
from ..assessment import LACKING, Assessment, assess
from ..errors import ForecastError
from ..forecasting import attainment, scaled_peers
from ..plan import Target, attained
from ..scales import KINDS, Scale, scale_for
from ..trends import pooled

MEASURES = (
    "base_value", "last_value", "probability", "required_growth", "required_growth_from_last",
    "observed_growth", "pace_ratio", "gap_closed", "expected_gap_closed", "time_elapsed",
    "median", "lower", "upper",
)  # fmt: skip
COUNTS = ("base_year", "last_year", "n", "span", "peers")
WORDS = ("method", "reason", "notes")
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
        Columns of `panel_input.Coded.targets`, and ``fold``.
    first, stop : arrays (T,)
        Rows of each target's series; both 0 without one.
    year, value : arrays (N,)
    """

    position: np.ndarray
    table: pd.DataFrame
    first: np.ndarray
    stop: np.ndarray
    year: np.ndarray
    value: np.ndarray


class Result:
    """Columns of a result, NaN and empty words at first.

    Attributes
    ----------
    numbers : dict of arrays (T,)
        `MEASURES` and `COUNTS`.
    words : dict of arrays (T,)
        `WORDS`, each word by its number in `texts`.
    texts : dict
        Number of each text.
    """

    def __init__(self, size: int):
        self.numbers = {name: np.full(size, np.nan) for name in (*MEASURES, *COUNTS)}
        self.words = {name: np.zeros(size, np.int32) for name in WORDS}
        self.texts = {"": 0}

    def say(self, column: str, at, text: str) -> None:
        self.words[column][at] = self.texts.setdefault(text, len(self.texts))

    def says(self, column: str, *texts: str) -> np.ndarray:
        """Where a column has one of some texts."""
        return np.isin(self.words[column], [self.texts.get(text, -1) for text in texts])

    def put(self, at, part: Result) -> None:
        """Take over the rows of a part."""
        for name, values in part.numbers.items():
            self.numbers[name][at] = values
        code = np.array([self.texts.setdefault(text, len(self.texts)) for text in part.texts])
        for name, words in part.words.items():
            self.words[name][at] = code[words]


def judge(batch: Batch, peers: Peers, model: str) -> Result:
    """Assess a batch."""
    out = Result(len(batch.position))
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
    find = _Finder(batch)
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
        out.say("reason", rows, code)
        out.say("notes", rows, LACKING[code])
    for i in np.flatnonzero(lacking["old_figure"]):
        years = {"last_year": f"{last_year[i]:.0f}", "base_year": f"{base_year[i]:.0f}"}
        out.say("notes", i, LACKING["old_figure"].format(**years))
    with np.errstate(invalid="ignore"):
        met = attained(last, goal, direction, tolerance)
    out.say("method", slice(None), "pooled")
    out.say("method", outcome, "outcome")
    measured = pace.measures(
        base_year, np.where(np.isnan(base_year), np.nan, base), last_year, last, goal, year,
        direction,
    )  # fmt: skip
    span = np.where(seen, last_year - first_year, 0.0)
    out.numbers |= measured
    out.numbers |= {"base_year": base_year, "base_value": base, "last_year": last_year}
    out.numbers |= {"last_value": last, "n": n.astype(float), "span": span}
    out.numbers["probability"][outcome] = met[outcome]
    refused = [
        _forecast(out, np.flatnonzero(ahead & (t["kind"].array == kind)), batch, end, peers, kind,
                  goal, year - last_year)
        for kind in KINDS
    ]  # fmt: skip
    return np.concatenate(refused)


class _Finder:
    """Searches for years within each target's own series."""

    def __init__(self, batch: Batch):
        self.batch = batch
        self.low = int(batch.year.min(initial=0)) - 1
        self.width = int(batch.year.max(initial=0)) - self.low + 2
        series = np.zeros(len(batch.year) + 1, np.int64)
        series[1:-1] = np.diff(batch.year) <= 0
        series[batch.first[batch.stop > batch.first]] = 1
        self.series = np.cumsum(series)
        self.key = self.series[:-1] * self.width + (batch.year - self.low)

    def __call__(self, year: np.ndarray, side) -> np.ndarray:
        inside = np.clip(np.nan_to_num(year) - self.low, 0, self.width - 1).astype(np.int64)
        wanted = self.series[self.batch.first] * self.width + inside
        at = np.searchsorted(self.key, wanted, side)
        return np.clip(at, self.batch.first, self.batch.stop)


def _forecast(
    out: Result, at, batch: Batch, end, peers: Peers, kind: str, goal, ahead
) -> np.ndarray:
    """The default model for targets of one kind; those that have to go alone are returned."""
    if not len(at):
        return at
    scale, fits = _scale_of(kind, batch.value, batch.first[at], end[at])
    refused, at = at[~fits], at[fits]
    if not len(at):
        return refused
    first, end, ahead = batch.first[at], end[at], ahead[at]
    edge = np.minimum(_reduced(np.minimum, scale.room(batch.value), first, end), scale.edge)
    width = min(int((end - first).max()), pooled.WINDOW)
    window = np.maximum(end[:, None] + np.arange(-width, 0), first[:, None])
    x = scale.line(np.clip(batch.value[window], edge[:, None], scale.upper - edge[:, None]))
    step, gap = np.diff(x), np.diff(batch.year[window]).astype(float)
    loc, spread, df = np.empty((3, len(at)))
    for prior, notes, rows in _priors(batch, at, end, edge, peers, scale, kind):
        last = x[rows, -1]
        found = pooled.posterior(prior, step[rows], gap[rows], last)
        rise, spread[rows], df[rows] = found.at(ahead[rows])
        loc[rows] = last + rise
        out.numbers["peers"][at[rows]] = prior.peers
        out.say("notes", at[rows], "; ".join(notes))
        if prior.peers:
            beyond = at[rows][found.beyond(ahead[rows])]
            out.say("notes", beyond, "; ".join((*notes, prior.beyond_note)))
    t = batch.table
    out.numbers["probability"][at] = attainment(
        loc, spread, df, scale, goal[at], t["direction"].array[at], t["tolerance"].to_numpy()[at]
    )
    add_interval(out, at, loc, spread, df, scale)
    return refused


def add_interval(out: Result, at, loc, spread, df, scale: Scale) -> None:
    """Median and central interval of the target year."""
    from scipy import special

    level = 1 - (1 - COVERAGE) / 2
    reach = spread * np.where(np.isinf(df), special.ndtri(level), special.stdtrit(df, level))
    for name, point in (("median", loc), ("lower", loc - reach), ("upper", loc + reach)):
        out.numbers[name][at] = scale.inverse(point)


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


def _priors(batch: Batch, at, end, edge, peers: Peers, scale: Scale, kind: str):
    """Prior, notes and rows of each group of targets that share a prior."""
    if not peers:
        yield pooled.GENERIC, (), slice(None)
        return
    t = batch.table.iloc[at]
    for indicator, rows in t.groupby("indicator", observed=True).indices.items():
        if isinstance(peers.get(indicator), pd.DataFrame):
            yield from _priors_of_table(batch, at, end, edge, rows, peers[indicator], scale)
            continue
        folds = t["fold"].to_numpy()[rows]
        for fold in np.unique(folds):
            prior, notes = peers.get((indicator, kind, fold), (pooled.GENERIC, ()))
            yield prior, notes, rows[folds == fold]


def _priors_of_table(batch, at, end, edge, rows, table: pd.DataFrame, scale: Scale):
    """As `assess` chooses them: without the area itself and without copies of its series."""
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
    special = copies.any(axis=1) | (own >= 0)
    groups: dict = {}
    for i in np.flatnonzero(special):
        groups.setdefault((own[i], copies[i].tobytes()), []).append(i)
    if not special.all():
        groups[None] = np.flatnonzero(~special)
    areas = batch.table["area"].to_numpy()
    for members in groups.values():
        i = members[0]
        mine = slice(start[i], start[i] + n[i])
        usable, notes = scaled_peers(table, scale, areas[at[rows[i]]])
        prior, more = pooled.prior_for(usable, x[mine], years[mine])
        yield prior, notes + more, rows[members]


def judge_one(out: Result, i: int, batch: Batch, peers: Peers, model: str) -> None:
    """Assess one target of a batch by itself; what stops it becomes its reason."""
    row = batch.table.iloc[i]
    rows = slice(batch.first[i], batch.stop[i])
    history = pd.Series(batch.value[rows], batch.year[rows].astype(int))
    others, notes = None, ()
    if peers:
        history.attrs["area"] = row["area"]
        others = peers.get(row["indicator"])
        if not isinstance(others, pd.DataFrame):
            key = (row["indicator"], row["kind"], row["fold"])
            others, notes = peers.get(key, (None, ()))
    for column in out.numbers.values():
        column[i] = np.nan
    try:
        a = assess(history, _target(row), model=model, peers=others, kind=row["kind"])
    except ForecastError as error:
        said = {"method": "", "reason": error.reason, "notes": str(error)}
    except Exception as error:  # a fit that breaks must not take the others with it
        said = {"method": "", "reason": "failed", "notes": f"{type(error).__name__}: {error}"}
    else:
        said = _fill(out, i, a, notes)
    for column, text in said.items():
        out.say(column, i, text)


def _fill(out: Result, i: int, a: Assessment, notes: tuple[str, ...]) -> dict[str, str]:
    """Put the numbers of one assessment into the columns; return its words."""
    e, numbers = a.evidence, out.numbers
    found = {name: getattr(a, name) for name in MEASURES[:-3]}
    found |= {"base_year": a.base_year, "last_year": e.last_year, "n": e.n, "span": e.span}
    for name, value in found.items():
        numbers[name][i] = np.nan if value is None else value
    if a.forecast is not None:
        f = a.forecast
        numbers["peers"][i] = f.peers
        spread = np.sqrt(f.shape[-1:, -1])
        add_interval(out, [i], f.loc[-1:], spread, np.array([f.df]), f.scale)
    reason = "" if a.probability is not None else _lacking(e.notes)
    return {"method": e.method, "reason": reason, "notes": "; ".join((*notes, *e.notes))}


def _lacking(notes: tuple[str, ...]) -> str:
    return next(code for code, words in LACKING.items() if notes[0].startswith(words.split("{")[0]))


def _target(row: pd.Series) -> Target:
    def number(name):
        return None if pd.isna(row[name]) else float(row[name])

    return Target(
        value=number("value"),
        year=int(row["year"]),
        direction=row["direction"],
        base_year=None if pd.isna(row["base_year"]) else int(row["base_year"]),
        base_value=number("base_value"),
        tolerance=number("tolerance"),
    )
