"""How often statements like this one came true in replays: the row beside every probability.

The replayed statements are package data, written by ``changji proof``: cases with what they were
predicted to do and what they did, so that exactly the question of a target can be put to them.
They belong to the method, not to a place: a review of another city reads the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from .histories import COUNTED_BY
from .wording import Words

FOLDER = Path(__file__).with_name("replay") / "tables"
STATEMENTS = "statements"
UNIT = 1e-4
"""Of the numbers kept in the table of statements: logs, as integers."""
LENGTHS = {1: (1, 1), 3: (2, 4), 6: (5, 10)}
"""Figures that a replayed history held, and the numbers of figures that it stands for."""
LAWS = {"p1": ("peers", 1), "p3": ("peers", 3), "p6": ("peers", 6), "g1": ("generic", 1),
        "g3": ("generic", 3)}  # fmt: skip
BANDS = (0.0, 0.01, 0.05, 0.15, 0.25, 0.33, 0.5, 0.66, 1.0)
"""Edges of the bands of probability that are judged together."""
FACTORS = (1.1, 1.25, 1.5, 2.0)
"""What is asked of the cases where a statement's own rise is not known, or has no like."""
ENOUGH = 30
"""Cases from which a frequency is worth its name."""
NEAR = 2.0
"""Levels within this factor of each other are alike."""
HARDLY = 0.05
"""Statements below this say that something will hardly happen, and need cases that bear it."""
NEVER = {
    "family": ("这类指标", "this family of indicators"),
    "factor": ("概率相当而增幅这样大的判断", "a statement in this band about so large a rise"),
    "band": ("这类指标的这一概率区间", "this family in this band of probability"),
    "level": ("这样的起点水平", "such a level"),
    "ahead": ("这样长的时段", "so long a lead"),
    "length": ("这样多的数据", "so many figures"),
    "parent": ("这类指标已知上级地区的情形", "a case of this family with a known parent"),
}
"""What was never replayed, in words."""


class Question(NamedTuple):
    """What a statement is about.

    `rise` leads from the last figure, `level`, to the target on the indicator's scale (the log of
    the factor) in `ahead` years; `direction` as in `changji_analysis.Target`; `parent`: whether
    the containing area was known for longer; `as_of`: date of the review, where it has one.
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
        Independent cases in effect, see `effective`, and the areas that they are about.
    stated, came_true : float
        Mean probability and frequency.
    lower, upper : float
        95 % interval of the frequency on that many cases (Clopper and Pearson 1934).
    statements, periods : int
        Statements, and the calendar periods without overlap that they fall into.
    family : str or None
        See `family`; None where the statements are about others.
    ahead, level : tuple
        Fewest and most years that they look ahead; lowest and highest last figure.
    never : tuple of str
        What of the question was never replayed, codes of `NEVER`.
    as_of : str or None
        Date of the review: the replays reach beyond it.
    nested : Calibration or None
        The same of other families, where a parent is known and this family has no such case.
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
    never: tuple[str, ...] = ()
    as_of: str | None = None
    nested: Calibration | None = None

    @property
    def floor(self) -> float:
        """The least probability that these cases bear: below it a statement prints "under".

        For statements that something will hardly happen, the upper 95 % bound of the frequency
        (near 3 / cases where none came true: the rule of three); 0 for others.
        """
        return 0.0 if self.high > HARDLY else upper_bound(self.came_true, self.cases)

    def said(self, lang: str) -> str:
        """The row as a sentence."""
        w = Words(lang)
        numbers = self.stated, self.came_true, self.lower, self.upper
        said, came, low, high = (w.percent(p, int(self.came_true < 0.01)) for p in numbers)
        spans = self.ahead, (self.fewest, self.most), [_plain(v) for v in self.level]
        years, figures, start = (w("—", "–").join(dict.fromkeys(map(str, ends))) for ends in spans)
        start = start if self.family else ""
        parts = [
            w(f"最接近的回溯判断{self.statements:,}次（{'同类' if start else '其他'}指标，"
              f"{figures}个数据，提前{years}年{start and '，起点' + start}；{self.areas}个地区、"
              f"{self.periods}个不重叠时段，折合{self.cases}例），平均预测{said}，"
              f"实际实现{came}（95%区间{low}至{high}）",
              f"of the {self.statements:,} nearest statements in replays ("
              f"{'same family' if start else 'other indicators'}, figures {figures}, years ahead "
              f"{years}{start and ', from ' + start}; {self.areas} areas in "
              f"{w.plural(self.periods, 'separate period')}, {self.cases} cases in effect), which "
              f"said {said} on average, {came} came true (95% interval {low} to {high})")
        ]  # fmt: skip
        if self.cases < ENOUGH:
            parts.append(w(f"不足{ENOUGH}例，仅供参考", f"under {ENOUGH} cases, a hint only"))
        if self.never:
            codes = [w(*NEVER[code]) for code in self.never]
            parts.append(
                w(f"从未回溯过：{'、'.join(codes)}", f"never replayed: {', '.join(codes)}")
            )
        if self.nested is not None:
            parts.append(w("已知上级地区的：", "with a known parent: ") + self.nested.said(lang))
        if self.as_of:
            later = f"rests on all replays, outcomes after {self.as_of} included"
            parts.append(w(f"依据全部回溯，含{self.as_of}之后的结果", later))
        return w.clauses(parts)

    def __str__(self) -> str:
        """Chinese / English."""
        return f"{self.said('zh')} / {self.said('en')}"


def _plain(value: float) -> str:
    """Three significant digits."""
    return f"{float(f'{value:.3g}'):,.12g}"


def family(indicator: str | None) -> str | None:
    """Indicators that count the same thing, a stock and its yearly certificates, are one family."""
    return COUNTED_BY.get(indicator, indicator) if indicator else None


def upper_bound(frequency: float, cases: float, level: float = 0.95) -> float:
    """Upper one-sided bound of a frequency (Clopper and Pearson 1934, Biometrika 26, 404-413).

    Where nothing happened it is near 3 / cases, the rule of three; without a case it is 1.
    """
    from scipy import special

    if cases <= 0 or frequency >= 1:
        return 1.0
    return float(special.betaincinv(frequency * cases + 1, (1 - frequency) * cases, level))


def effective(cases: int, spans: int, shared: float, frequency: float) -> int:
    """How many independent cases so many are worth that share their periods.

    Cases over the design effect 1 + (cases a period - 1) phi (Kish 1965, Survey Sampling, section
    5.4). phi is the correlation of two areas' outcomes, to first order that of their shocks,
    `shared`, times the squared normal density at the frequency over its variance.
    """
    from scipy import special

    p = (frequency * cases + 1) / (cases + 2)
    phi = shared * np.exp(-(special.ndtri(p) ** 2)) / (2 * np.pi * p * (1 - p))
    return max(int(cases / (1 + max(cases / max(spans, 1) - 1, 0) * phi)), min(cases, 1))


def periods(start, end) -> int:
    """How many periods of their mean length, none overlapping, fit into the years covered."""
    spans = set(zip(map(int, start), map(int, end), strict=True))
    covered = {year for first, last in spans for year in range(first, last)}
    mean = np.mean([last - first for first, last in spans]) if spans else 1
    return max(int(len(covered) / mean), min(len(spans), 1))


def calibration_of(
    probability: float, n: int, prior: str, question: Question | None = None
) -> Calibration | None:
    """What became of the replayed statements nearest to one.

    The same question is put to every replayed case: would it rise as much? Of the answers in the
    band of the probability those count that are nearest: of the same family and lead, with a level
    within `NEAR` times and a parent known or not alike; the parent, then level and lead are let go
    until there are `ENOUGH` cases, the rise where there is none; other families serve last.

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
    laws = [law for law, (of, k) in LAWS.items() if of == prior and LENGTHS[k][0] <= n]
    if kept is None or not laws:
        return None
    fewest, most = LENGTHS[LAWS[laws[-1]][1]]
    falling = question is not None and question.direction == "at_most"
    p, y = _usual(laws[-1], falling)
    if question is not None:
        own = kept.answers(laws[-1], np.array([question.rise]), falling)
        p, y = (np.hstack(both) for both in zip(own, (p, y), strict=True))
    low, high = next(b for b in pairwise(BANDS) if probability < b[1] or b[1] == 1)
    inside = (p >= low) & ((p < high) | (high == 1)) & np.isfinite(y)
    asked = kept, inside, y, _shared(laws[-1])
    chosen, never = (inside, []) if question is None else _nearest(*asked, question)
    if not chosen.any():
        return None

    def row(chosen, never, own: bool, nested: Calibration | None = None) -> Calibration:
        areas, spans, cases = kept.counts(chosen, y, asked[-1])
        rows, came = np.nonzero(chosen)[0], float(y[chosen].mean())
        ahead, level = kept.ahead[rows], kept.level[rows]
        return Calibration(
            prior, fewest, most, low, high, cases, areas, float(p[chosen].mean()), came,
            1 - upper_bound(1 - came, cases, 0.975), upper_bound(came, cases, 0.975),
            statements=int(chosen.sum()), periods=spans,
            family=family(question.indicator) if question and own else None,
            ahead=(int(ahead.min()), int(ahead.max())),
            level=(float(level.min()), float(level.max())),
            never=never, as_of=question and question.as_of, nested=nested,
        )  # fmt: skip

    nested = None
    if "parent" in never:
        others, exact = inside & kept.parent[:, None], np.arange(inside.shape[1]) == 0
        for like, lacks in ((others & exact, ()), (others, ("factor",))):
            if like.any() and (nested is None or nested.cases < ENOUGH):
                nested = row(like, lacks, own=False)
    never = (*never, "length") if n > most else tuple(never)
    return row(chosen, never, not {"family", "band"} & {*never}, nested)


class _Kept(NamedTuple):
    """The table of statements as arrays along its rows.

    In `laws` location, spread and degrees of freedom by law.
    """

    family: np.ndarray
    area: np.ndarray
    last_year: np.ndarray
    ahead: np.ndarray
    level: np.ndarray
    parent: np.ndarray
    rise: np.ndarray
    laws: dict[str, np.ndarray]

    def answers(self, law: str, rises, falling: bool) -> tuple[np.ndarray, np.ndarray]:
        """Probability that each case rises as asked, and whether it did; NaN where not known."""
        from scipy import special

        loc, spread, df = self.laws[law].T[:, :, None]
        sign, away = -1 if falling else 1, self.rise[:, None] - rises
        happened = np.where(np.isfinite(away), sign * away >= 0, np.nan)
        return special.stdtr(df, sign * (loc - rises) / spread), happened

    def counts(self, mask, happened, shared) -> tuple[int, int, int]:
        """Areas, periods without overlap and independent cases in effect of some statements."""
        row = np.nonzero(mask)[0]
        start = self.last_year[row]
        areas, spans = len({*self.area[row]}), periods(start, start + self.ahead[row])
        if not len(row):
            return 0, 0, 0
        cases = min(areas * spans, len(row))
        return areas, spans, effective(cases, spans, shared[row].mean(), happened[mask].mean())

    def correlation(self, law: str) -> np.ndarray:
        """Correlation of areas' shocks in the same years, by the family of each row."""
        from scipy import special

        loc, spread, df = self.laws[law].T
        place = special.stdtr(df, (self.rise - loc) / spread).clip(1e-6, 1 - 1e-6)
        z = special.ndtri(place)
        table = pd.DataFrame({"sum": z, "square": z**2, "count": np.isfinite(z)})
        part = table.groupby([self.family, self.parent, self.last_year, self.ahead]).sum()
        same, pairs = part["sum"] ** 2 - part["square"], (part["count"] - 1) * part["square"]
        shared = same.groupby(level=0).sum() / pairs.groupby(level=0).sum()
        return shared.clip(lower=0).reindex(self.family).fillna(0).to_numpy()


def _nearest(
    kept: _Kept, inside, happened, shared, question: Question
) -> tuple[np.ndarray, list[str]]:
    """The nearest of the statements, and what of the question none of them has."""
    own, alike = kept.family == family(question.indicator), kept.parent == question.parent
    ratio = kept.level / question.level if question.level > 0 else np.inf
    near, nearer = ((ratio <= f) & (ratio >= 1 / f) for f in (NEAR**2, NEAR))
    lead = np.abs(kept.ahead - question.ahead)
    soon = lead <= max(lead.min(), 1)
    never = {
        "family": not own.any(),
        "level": own.any() and not (own & nearer).any(),
        "ahead": lead.min() > 1,
        "parent": question.parent and not (own & kept.parent).any(),
    }
    exact = inside & (np.arange(inside.shape[1]) == 0)
    for step in (soon & nearer & alike, soon & nearer, soon & near, soon, own):
        chosen = exact & (own & step)[:, None]
        if kept.counts(chosen, happened, shared)[2] >= ENOUGH:
            break
    if not chosen.any() and own.any():
        chosen, never["factor"] = inside & own[:, None], True
    if not chosen.any():
        never["band"], never["factor"] = own.any(), False
        chosen = exact & soon[:, None]
    return chosen, [code for code in NEVER if never.get(code)]


@cache
def _statements() -> _Kept | None:
    path = FOLDER / f"{STATEMENTS}.csv"
    if not path.is_file():
        return None
    table = pd.read_csv(path)
    keys = [table[name].to_numpy() for name in ("family", "area", "last_year", "ahead", "level")]
    units = np.array([UNIT, UNIT, 0.1])
    laws = {
        law: table[[f"{law}_loc", f"{law}_spread", f"{law}_df"]].to_numpy(float) * units
        for law in LAWS
    }
    parent, rise = table["parent"].to_numpy(bool), table["rise"].to_numpy() * UNIT
    return _Kept(*keys, parent, rise, laws)


@cache
def _usual(law: str, falling: bool) -> tuple[np.ndarray, np.ndarray]:
    """Answers of every case to a rise, or a fall, by each of `FACTORS`."""
    kept = _statements()
    assert kept is not None
    return kept.answers(law, np.log(FACTORS) * (-1 if falling else 1), falling)


@cache
def _shared(law: str) -> np.ndarray:
    kept = _statements()
    assert kept is not None
    return kept.correlation(law)


def forget() -> None:
    """Read the statements again."""
    for kept in (_statements, _usual, _shared):
        kept.cache_clear()
