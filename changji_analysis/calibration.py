"""How often statements like this one came true in replays: the row beside every probability.

The replayed statements are package data, written by ``changji proof``: cases with what they were
predicted to do and what they did, so that exactly the question of a target can be put to them.
They belong to the method, not to a place: a review of another city reads the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from .histories import COUNTED_BY

FOLDER = Path(__file__).with_name("replay") / "tables"
STATEMENTS = "statements"
UNIT = 1e-4
"""Of the numbers kept in the table of statements: logs, as integers."""
HORIZONS = (1, 3, 5)
LENGTHS = {1: (1, 1), 3: (2, 4), 6: (5, 10)}
"""Figures that a replayed history held, and the numbers of figures that it stands for."""
LAWS = {("peers", 1): "p1", ("peers", 3): "p3", ("peers", 6): "p6", ("generic", 1): "g1",
        ("generic", 3): "g3"}  # fmt: skip
BANDS = (0.0, 0.01, 0.05, 0.15, 0.25, 0.33, 0.5, 0.66, 1.0)
"""Edges of the bands of probability that are judged together."""
FACTORS = (1.1, 1.25, 1.5, 2.0)
"""What is asked of the cases where a statement does not say its own rise."""
ENOUGH = 30
"""Cases from which a frequency is worth its name."""
NEAR_LEVEL = np.log(2)
HARDLY = 0.05
"""Statements below this say that something will hardly happen, and need cases that bear it."""
NEVER = {
    "indicator": ("该指标", "this indicator"),
    "band": ("这类指标的这一概率区间", "this family in this band of probability"),
    "level": ("这样的起点水平", "such a level"),
    "ahead": ("这样长的时段", "so long a lead"),
    "length": ("这样多的数据", "so many figures"),
    "parent": ("已知上级地区的情形", "a case with a known parent"),
}
"""What was never replayed, in words."""


class Question(NamedTuple):
    """What a statement is about.

    Attributes
    ----------
    rise : float
        From the last figure to the target, on the indicator's scale: the log of the factor.
    ahead : int
        Years from the last figure to the target year.
    level : float
        The last figure, in printed units.
    indicator : str, optional
        Registry id; its family is looked at first.
    direction : str
        As in `changji_analysis.Target`.
    parent : bool
        Whether the containing area was known for longer.
    as_of : str, optional
        Date of the review, where it has one.
    """

    rise: float
    ahead: int
    level: float
    indicator: str | None = None
    direction: str = "at_least"
    parent: bool = False
    as_of: str | None = None


@dataclass(frozen=True)
class Calibration:
    """What became of the replayed statements nearest to one.

    Attributes
    ----------
    prior : {"peers", "generic"}
    fewest, most : int
        Observations that the statements rested on.
    low, high : float
        The band of probabilities.
    cases, areas : int
        Independent cases, areas x periods and never more than there are statements, and the
        areas that they are about.
    stated, came_true : float
        Mean probability and frequency.
    lower, upper : float
        95 % interval of the frequency on that many cases (Clopper and Pearson 1934).
    statements, periods : int
        Statements, and the calendar periods without overlap that they fall into.
    family : str or None
        Kind of figure, `family`, that the statement and all of these are about, else None.
    ahead : tuple of int
        Fewest and most years that they look ahead.
    level : tuple of float
        Lowest and highest last figure.
    never : tuple of str
        What of the question was never replayed, codes of `NEVER`.
    as_of : str or None
        Date of the review: the replays reach beyond it.
    """

    prior: str
    fewest: int
    most: int
    low: float
    high: float
    cases: int
    areas: int
    stated: float
    came_true: float
    lower: float
    upper: float
    statements: int = 0
    periods: int = 0
    family: str | None = None
    ahead: tuple[int, int] = (0, 0)
    level: tuple[float, float] = (0.0, 0.0)
    never: tuple[str, ...] = field(default=())
    as_of: str | None = None

    @property
    def floor(self) -> float:
        """The least probability that these cases bear: below it a statement prints "under".

        For statements that something will hardly happen, the upper 95 % bound of the frequency
        (one-sided; near 3 / cases where none came true: the rule of three); 0 for others.
        """
        if self.high > HARDLY:
            return 0.0
        return binomial_bound(self.came_true * self.cases, self.cases)

    def __str__(self) -> str:
        """The row as a sentence, Chinese / English."""
        digits = 1 if self.came_true < 0.01 else 0
        said, came, low, high = (
            f"{p:.{digits}%}" for p in (self.stated, self.came_true, self.lower, self.upper)
        )
        years, figures = _span(*self.ahead), _span(self.fewest, self.most)
        start = _span(*(f"{v:.3g}" for v in self.level))
        same = self.family is not None
        zh = (
            f"最接近的回溯判断{self.statements:,}次（{'同类' if same else '其他'}指标，"
            f"{figures}个数据，提前{years}年，起点{start}；"
            f"{self.areas}个地区、{self.periods}个不重叠时段，计{self.cases}例），"
            f"平均说{said}，实现{came}（95%区间{low}至{high}）"
        )
        en = (
            f"of the {self.statements:,} nearest statements in replays "
            f"({'same family' if same else 'other indicators'}, figures {figures}, years ahead "
            f"{years}, from {start}; {self.areas} areas in {self.periods} separate periods, "
            f"{self.cases} cases), which said {said} on average, {came} came true "
            f"(95% interval {low} to {high})"
        )
        if self.cases < ENOUGH:
            zh += f"；不足{ENOUGH}例，仅供参考"
            en += f"; under {ENOUGH} cases, a hint only"
        if self.never:
            zh += f"；从未回溯过：{'、'.join(NEVER[code][0] for code in self.never)}"
            en += f"; never replayed: {', '.join(NEVER[code][1] for code in self.never)}"
        if self.as_of:
            zh += f"；依据全部回溯，含{self.as_of}之后的结果"
            en += f"; rests on all replays, outcomes after {self.as_of} included"
        return f"{zh} / {en}"


def family(indicator: str | None) -> str | None:
    """Indicators that count the same thing, a stock and its yearly certificates, are one family."""
    return COUNTED_BY.get(indicator, indicator) if indicator else None


def _span(low, high) -> str:
    return f"{low}" if low == high else f"{low}–{high}"


def binomial_bound(successes: float, cases: float, level: float = 0.95) -> float:
    """Upper one-sided bound of a frequency (Clopper and Pearson 1934, Biometrika 26, 404-413).

    Without a success it is near 3 / cases, the rule of three; without a case it is 1.
    """
    from scipy import special

    if cases <= 0 or successes >= cases:
        return 1.0
    return float(special.betaincinv(successes + 1, cases - successes, level))


def periods(start, end) -> int:
    """How many periods of their mean length, none overlapping, fit into the years covered."""
    spans = set(zip(map(int, start), map(int, end), strict=True))
    if not spans:
        return 0
    covered = {year for first, last in spans for year in range(first, last)}
    return max(int(len(covered) / np.mean([last - first for first, last in spans])), 1)


def calibration_of(
    probability: float, n: int, prior: str, question: Question | None = None
) -> Calibration | None:
    """What became of the replayed statements nearest to one.

    The same question is put to every replayed case: would it rise as much? Of the answers in the
    band of the probability those count that are nearest: of the same indicator, then with a parent
    known or not, the same lead, within a factor of two of the level; lead and level are widened
    until there are `ENOUGH` cases. Other indicators serve only where this one was never replayed.

    Parameters
    ----------
    probability : float
    n : int
        Observations.
    prior : {"peers", "generic"}
    question : Question, optional
        Without it, statements of all kinds and factors count.

    Returns
    -------
    Calibration or None
        None where no statement in the band was replayed.
    """
    kept = _statements()
    lengths = [k for k, (fewest, _) in LENGTHS.items() if (prior, k) in LAWS and fewest <= n]
    if kept is None or not lengths:
        return None
    length, law = max(lengths), kept.laws[LAWS[prior, max(lengths)]]
    rises = np.log(FACTORS) if question is None else np.array([question.rise])
    falling = question is not None and question.direction == "at_most"
    p, y = _answers(law, kept.rise, rises, falling)
    low, high = next(b for b in pairwise(BANDS) if probability < b[1] or b[1] == 1)
    inside = (p >= low) & ((p < high) | (high == 1)) & np.isfinite(y)
    chosen, never = (inside, ()) if question is None else _nearest(kept, inside, question)
    if not chosen.any():
        return None
    if n > LENGTHS[length][1]:
        never += ("length",)
    row, horizon, _ = np.nonzero(chosen)
    start = kept.last_year[row]
    ahead = np.array(HORIZONS)[horizon]
    areas, spans = len(set(kept.area[row])), periods(start, start + ahead)
    cases, came = min(areas * spans, int(chosen.sum())), float(y[chosen].mean())
    families = set(kept.family[row])
    known = question is not None and families == {family(question.indicator)}
    return Calibration(
        prior, *LENGTHS[length], low, high, cases, areas, float(p[chosen].mean()), came,
        1 - binomial_bound((1 - came) * cases, cases, 0.975),
        binomial_bound(came * cases, cases, 0.975),
        statements=int(chosen.sum()), periods=spans,
        family=families.pop() if known else None,
        ahead=(int(ahead.min()), int(ahead.max())),
        level=(float(kept.level[row].min()), float(kept.level[row].max())),
        never=never, as_of=None if question is None else question.as_of,
    )  # fmt: skip


class _Kept(NamedTuple):
    """The table of statements as arrays along its rows; horizons along the second axis."""

    family: np.ndarray
    area: np.ndarray
    last_year: np.ndarray
    level: np.ndarray
    parent: np.ndarray
    rise: np.ndarray
    laws: dict[str, np.ndarray]


def _answers(law, rise, asked, falling) -> tuple[np.ndarray, np.ndarray]:
    """Probability that each case rises as asked, and whether it did; NaN where not known."""
    from scipy import special

    loc, spread, df = (part[:, :, None] for part in law)
    z = (loc - asked) / spread
    p, y = special.stdtr(df, -z if falling else z), rise[:, :, None] - asked
    return p, np.where(np.isfinite(y), (y <= 0 if falling else y >= 0), np.nan)


def _nearest(kept: _Kept, inside, question: Question) -> tuple[np.ndarray, tuple[str, ...]]:
    """The nearest of the statements, and what of the question none of them has."""

    def cases(mask) -> int:
        row, horizon, _ = np.nonzero(mask)
        start = kept.last_year[row]
        spans = periods(start, start + np.array(HORIZONS)[horizon])
        return min(len(set(kept.area[row])) * spans, int(mask.sum()))

    own = (kept.family == family(question.indicator))[:, None, None]
    alike = (kept.parent == question.parent)[:, None, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        away = np.abs(np.log(kept.level / question.level))[:, None, None]
    lead = np.abs(np.array(HORIZONS) - question.ahead)[None, :, None]
    nearest = lead <= max(lead.min(), 1)
    steps = [
        own & alike & nearest & (away <= NEAR_LEVEL),
        own & alike & nearest & (away <= 2 * NEAR_LEVEL),
        own & alike & nearest,
        own & alike & (lead >= 0),
        own & (lead >= 0),
    ]
    never = [] if own.any() else ["indicator"]
    if own.any() and not (own & (away <= NEAR_LEVEL)).any():
        never.append("level")
    if lead.min() > 1:
        never.append("ahead")
    if question.parent and not (kept.parent & (own[:, 0, 0] | ~own.any())).any():
        never.append("parent")
    chosen = inside & (nearest if not own.any() else steps[-1])
    for step in steps:
        if cases(inside & step) >= ENOUGH:
            chosen = inside & step
            break
    if not chosen.any() and own.any():
        never.append("band")
        chosen = inside & nearest
    return chosen, tuple(never)


@cache
def _statements() -> _Kept | None:
    path = FOLDER / f"{STATEMENTS}.csv"
    if not path.is_file():
        return None
    table = pd.read_csv(path, keep_default_na=False, na_values=[""])

    def along(name: str) -> np.ndarray:
        return table[[f"{name}_{h}" for h in HORIZONS]].to_numpy(float) * UNIT

    laws = {
        law: (along(f"{law}_loc"), along(f"{law}_spread"),
              np.repeat(table[[f"{law}_df"]].to_numpy(float) / 10, len(HORIZONS), 1))
        for law in LAWS.values()
    }  # fmt: skip
    keys = ("family", "area", "last_year", "level", "parent")
    columns = [table[name].to_numpy() for name in keys]
    return _Kept(*columns[:4], columns[4].astype(bool), along("rise"), laws)


forget = _statements.cache_clear
"""Read the statements again."""
