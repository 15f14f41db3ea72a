"""Words of the report: numbers, comparisons and hedges in Chinese and English."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from ._compat import config
from .assessment import VERDICTS, likelihood
from .names import area_name
from .tables import UNITS_EN, probability_text

_MONTHS = "January February March April May June July August September October November December"


@dataclass(frozen=True)
class Words:
    """Everything that is said differently in the two languages.

    ``w(zh, en)`` is the text of the language; a sentence is written with both side by side.
    """

    lang: str

    def __call__(self, zh: str, en: str) -> str:
        """Pick the text of the language."""
        return zh if self.lang == "zh" else en

    def column(self, row: pd.Series, stem: str) -> str:
        """The cell of ``stem_zh`` or ``stem_en``."""
        return row[f"{stem}_{self.lang}"]

    def number(self, value: float, decimals: int = 0) -> str:
        """A number with thousands separators; never a minus before a zero."""
        text = f"{value:,.{decimals}f}"
        return text.removeprefix("-") if not text.strip("-0.,") else text

    def amount(self, value: float, row: pd.Series) -> str:
        """A value of an indicator with its unit, in the indicator's decimals."""
        return self.measured(value, row["unit"], int(row["decimals"]))

    def measured(self, value: float, unit: str, decimals: int) -> str:
        """A value with its unit."""
        text = self.number(value, decimals)
        if unit == "%":
            return f"{text}%"
        if unit == "亿元":
            return self.money(value, decimals)
        return self(f"{text}{unit}", f"{text} {UNITS_EN.get(unit, unit)}".rstrip())

    def money(self, value: float, decimals: int = 1) -> str:
        """亿元, in English million yuan."""
        return self(f"{self.number(value, decimals)}亿元", f"{value * 100:,.0f} million yuan")

    def percent(self, share: float, decimals: int = 1) -> str:
        """A fraction as per cent."""
        return f"{self.number(100 * share, decimals)}%"

    def points(self, value: float, decimals: int = 2) -> str:
        """Percentage points."""
        text = self.number(value, decimals)
        return self(f"{text}个百分点", f"{text} percentage points")

    def times(self, factor: float) -> str:
        """A factor."""
        return self(f"{self.number(factor, 1)}倍", f"{self.number(factor, 1)} times")

    def chance(self, probability: float) -> str:
        """A probability as printed: whole per cent, bounds below 1 and above 99."""
        return probability_text(probability, self.lang)

    def chance_is(self, probability: float) -> str:
        """The probability after its noun, as 为29% or 不足1%; in English, is 29%."""
        text = self.chance(probability)
        return self(f"为{text}" if text[:1].isdigit() else text, f"is {text}")

    def likely(self, probability: float) -> str:
        """The IPCC term of a probability."""
        return likelihood(probability)[1 if self.lang == "zh" else 0]

    def verdict(self, code: str) -> str:
        """The label of a verdict."""
        return VERDICTS[code][0 if self.lang == "zh" else 1]

    def place(self, which: str) -> str:
        """The name of the configuration's ``city``, ``region`` …"""
        return self.area(getattr(config().areas, which))

    def area(self, name: str) -> str:
        """The name of an area."""
        return area_name(name, self.lang)

    def name(self, row: pd.Series) -> str:
        """The short name of a target."""
        return row[f"short_{self.lang}"]

    def mid(self, row: pd.Series) -> str:
        """The short name inside an English sentence: no capital but of an abbreviation."""
        name = self.name(row)
        return name[:1].lower() + name[1:] if name[1:2].islower() else name

    def names(self, rows: pd.DataFrame) -> str:
        """Short names in a list, split by semicolons where a name has a comma of its own."""
        items = [self.mid(row) for _, row in rows.iterrows()]
        if any(mark in item for item in items for mark in "、,"):
            return self.clauses(items)
        return self.join(items)

    def date(self, day: dt.date) -> str:
        """A date in words."""
        month = _MONTHS.split()[day.month - 1]
        return self(f"{day.year}年{day.month}月{day.day}日", f"{day.day} {month} {day.year}")

    def years(self, first: int, last: int) -> str:
        """A run of years."""
        return self(f"{first}—{last}年", f"{first}–{last}")

    def spans(self, text: str) -> str:
        """Runs of years as the scorecard holds them, 2021–2023, 2025."""
        return self(text.replace("–", "—").replace(", ", "、"), text)

    def join(self, items: Iterable[str]) -> str:
        """Items in a sentence."""
        items = list(items)
        if self.lang == "zh":
            return "、".join(items)
        if len(items) < 2:
            return "".join(items)
        return f"{', '.join(items[:-1])} and {items[-1]}"

    def clauses(self, items: Iterable[str]) -> str:
        """Clauses of one sentence, without its full stop."""
        return self("；", "; ").join(items)

    def text(self, sentences: Iterable[str]) -> str:
        """Sentences of one paragraph; empty ones are left out."""
        return self("", " ").join(s for s in sentences if s)

    def plural(self, n: int, one: str, many: str | None = None) -> str:
        """English ``n thing(s)``."""
        return f"{n:,} {one if n == 1 else many or one + 's'}"
