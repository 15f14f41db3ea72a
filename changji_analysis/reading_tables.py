"""Reading tables (对照表): which figure of a year would mean which verdict.

A figure that an office has and we have not is tried before it is asked for: candidate values of a
year are put behind what is known up to the base and judged by the model. Words of probability
need a pace to rest on: without peers or a parent a row says what is due, and what settles.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from . import trends
from .forecasting import attainment, scaled_parent, scaled_peers
from .plan import Target, attained
from .scales import scale_for
from .trends import pooled
from .trends.pooled import Prior

COLUMNS = ["year", "verdict", "from_value", "to_value", "due_straight", "due_geometric"]
POINTS = 2001
REACH = 4.0
"""How far candidates go beyond base and goal on the scale: to a fiftieth and fifty times."""


class Given(NamedTuple):
    """What a judgement saw.

    Attributes
    ----------
    known : Series
        Figures up to the target year.
    base_year, base, goal : number or None
    peers, parent, kind
        As in `changji_analysis.forecast`.
    bands : sequence of (str, float)
        Verdicts that a probability decides and the least probability of each, rising.
    """

    known: pd.Series
    base_year: int | None
    base: float | None
    goal: float | None
    peers: pd.DataFrame | Prior | None
    parent: pd.Series | None
    kind: str
    bands: Sequence[tuple[str, float]]


def chances(values, year: int, target: Target, given: Given) -> tuple[np.ndarray, bool]:
    """Probability of a target were the figure of a year known, for many candidate figures.

    Parameters
    ----------
    values : array (n,)
        Candidates, in printed units.
    year : int
        Theirs, not after the target's; figures of this year and later are not looked at.

    Returns
    -------
    array (n,), bool
        0 or 1 in the target year; whether peers or a parent stand behind them.
    """
    values = np.asarray(values, float)
    asked = given.goal, target.direction, target.tolerance or 0
    if year == target.year:
        return attained(values, *asked).astype(float), True
    before = given.known[given.known.index < year]
    scale = scale_for(given.kind, np.append(values, before))
    own, x = scale.forward(before.to_numpy(float)), scale.forward(values)
    peers, parent = given.peers, given.parent
    if parent is not None:
        with_least = pd.Series([*before, values.min()], [*before.index, year])
        with_least.attrs = given.known.attrs
        parent = scaled_parent(parent, with_least, given.kind, scale)[0]
    if isinstance(peers, pd.DataFrame):
        peers = scaled_peers(peers, scale, given.known.attrs.get("area"), parent)[0]
    prior, _ = pooled.prior_for(peers, own, before.index)
    years, ahead = [*before.index, year], [target.year - year]
    many = np.column_stack([np.tile(own, (len(x), 1)), x])
    found = trends.predict("pooled", many, years, ahead, peers=prior, parent=parent)
    law = found.loc, np.sqrt(found.shape), found.df
    return attainment(*law, scale, *asked), prior.peers > 0 or parent is not None


def reading_table(
    target: Target, given: Given, due: pd.DataFrame, decimals: int | None = None
) -> pd.DataFrame:
    """Which figure of which year would mean which verdict, were it the only one after the base.

    Parameters
    ----------
    due : DataFrame
        By year: values due, ``straight`` and ``geometric``.
    decimals : int, optional
        Digits that are printed: ends of bands are rounded so that the words hold for printed
        figures. Counts are whole; other ends are not rounded unless this is given.

    Returns
    -------
    DataFrame
        One row a year and band, values rising: ``year``, ``verdict``, ``from_value`` and
        ``to_value`` (NaN: open), ``due_straight`` and ``due_geometric``. A figure on the line
        between two bands earns the better word, and a worse figure never earns one. ``verdict``
        is empty in years before the target's where no pace is there to judge by.
    """
    decimals = 0 if decimals is None and given.kind == "count" else decimals
    start = target.year if given.base_year is None else given.base_year
    before_base = given._replace(known=given.known[given.known.index <= start])
    rows: list[tuple] = []
    for year in range(start, target.year + 1):
        bands = [("", np.nan, np.nan)]
        if year == target.year:
            bands = _settled(target, given.goal) or bands
        elif given.goal and target.direction != "non_decreasing":
            bands = _bands(year, target, before_base, decimals) or bands
        paths = due.loc[year, ["straight", "geometric"]] if year in due.index else (np.nan,) * 2
        rows += [(year, *band, *paths) for band in bands]
    return pd.DataFrame(rows, columns=COLUMNS)


def _settled(target: Target, goal: float | None) -> list[tuple[str, float, float]]:
    """What the figure of the target year settles."""
    if goal is None:
        return []
    if target.direction == "within":
        width = (target.tolerance or 0) * abs(goal)
        inner = [goal - width, goal + width]
        words = ["missed", "achieved", "missed"]
    else:
        inner, words = [goal], ["missed", "achieved"]
    words = words[::-1] if target.direction == "at_most" else words
    ends = [np.nan, *inner, np.nan]
    return list(zip(words, ends[:-1], ends[1:], strict=True))


def _bands(year: int, target: Target, given: Given, decimals: int | None) -> list[tuple]:
    """Verdicts from the lowest to the highest figure of a year; none without peers or parent."""
    if not chances([given.goal], year, target, given)[1]:
        return []
    scale = scale_for(given.kind, np.ones(1))
    marks = [v for v in (given.goal, given.base) if v]
    inside = np.clip(marks, scale.edge, scale.upper - scale.edge)
    points = scale.place(inside)
    line = np.linspace(points.min() - REACH, points.max() + REACH, POINTS)
    values = scale.inverse(line)
    p = _orderly(chances(values, year, target, given)[0], target.direction)
    least = np.array([bound for _, bound in given.bands])
    code = (p[:, None] >= least).sum(1) - 1
    at = np.flatnonzero(np.diff(code))
    crossed = least[np.maximum(code[at], code[at + 1])]
    share = (crossed - p[at]) / (p[at + 1] - p[at])
    ends = scale.inverse(line[at] + share * (line[at + 1] - line[at]))
    if decimals is not None:
        ends = _printable(ends, code[at + 1] > code[at], decimals)
    words = [given.bands[c][0] for c in code[np.append(at, -1)]]
    ends = np.array([np.nan, *ends, np.nan])
    return [band for band in zip(words, ends[:-1], ends[1:], strict=True) if band[1] != band[2]]


def _orderly(p: np.ndarray, direction: str) -> np.ndarray:
    """Probabilities that never fall towards the target.

    One far figure widens every forecast: beyond some point a better figure would lower the
    probability, and a hopeless one raise it. These ends are held level.
    """
    if direction == "at_most":
        return _rising(p[::-1])[::-1]
    if direction == "within":
        peak = int(np.argmax(p))
        return np.append(_rising(p[: peak + 1]), _rising(p[peak + 1 :][::-1])[::-1])
    return _rising(p)


def _rising(p: np.ndarray) -> np.ndarray:
    if not len(p):
        return p
    top = int(np.argmax(p))
    low = int(np.argmin(p[: top + 1]))
    held = p.copy()
    held[:low], held[top:] = p[low], p[top]
    return np.minimum.accumulate(held[::-1])[::-1]


def _printable(ends: np.ndarray, better_above: np.ndarray, decimals: int) -> np.ndarray:
    """Ends moved to the next printed figure that still earns the better word."""
    unit = 10.0**decimals
    up, down = np.ceil(ends * unit - 1e-9), np.floor(ends * unit + 1e-9)
    return np.where(better_above, up, down) / unit
