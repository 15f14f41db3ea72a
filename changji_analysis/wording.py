"""How everything is said in Chinese and English: labels, units, numbers, dates, names.

Tables, figures, notebooks, workbook, web page and Word take their words from here, so that one
thing has one name and one number one form. `Words` speaks one language; codes become words by
`Words.term`.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import pandas as pd

from .config import Areas
from .errors import UsageError

Either = TypeVar("Either")
LANGUAGES = ("zh", "en")
_LOCALES = {"zh": "zh", "en": "en_GB"}
_default = ["zh"]


def set_language(lang: str) -> None:
    """Set what every ``lang=`` is that is not given; Chinese until then.

    Parameters
    ----------
    lang : {"zh", "en"}

    Raises
    ------
    UsageError
        There is no such language.

    Examples
    --------
    >>> import changji_analysis as ca
    >>> ca.set_language("en")
    >>> ca.set_language("zh")
    """
    _default[0] = language(lang)


def language(lang: str | None = None) -> str:
    """The language named, else the one set by `set_language`."""
    lang = _default[0] if lang is None else lang
    if lang not in LANGUAGES:
        raise UsageError(f"unknown language {lang!r}: use {' or '.join(LANGUAGES)}")
    return lang


# ---- codes -------------------------------------------------------------------------------------
def _terms() -> dict[str, dict[str, tuple[str, str]]]:
    found: dict[str, dict[str, tuple[str, str]]] = {}
    with Path(__file__).with_name("terms.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["kind"], {})[row["code"]] = row["zh"], row["en"]
    return found


TERMS = _terms()
"""Kind of a code to code to Chinese and English, in the order in which codes are listed."""
VERDICTS = TERMS["verdict"]
"""Code: Chinese and English label, the best first."""
LIKELIHOODS = (
    (0.99, "virtually certain", "几乎确定"),
    (0.90, "very likely", "很可能"),
    (0.66, "likely", "可能"),
    (0.33, "about as likely as not", "或许可能"),
    (0.10, "unlikely", "不太可能"),
    (0.01, "very unlikely", "很不可能"),
    (0.00, "exceptionally unlikely", "极不可能"),
)
"""Least probability and term (Mastrandrea et al. 2010, IPCC guidance note on uncertainty, table 1)

A bound that two of the guidance note's ranges share goes to the likelier term."""
TERMS["likelihood"] = {en: (zh, en) for _, en, zh in LIKELIHOODS}


def likelihood(probability: float) -> tuple[str, str]:
    """IPCC likelihood term of a probability, English and Chinese."""
    return next((en, zh) for least, en, zh in LIKELIHOODS if probability >= least)


_UNITS = {
    "亿元": (1e8, "CNY"), "万元": (1e4, "CNY"), "元": (1, "CNY"), "万亩": (1e4, "mu"),
    "亩": (1, "mu"), "万吨": (1e4, "t"), "吨": (1, "t"), "万人": (1e4, "people"),
}  # fmt: skip
"""English unit and the factor that leads to it; what is missing is counted without a word."""


# ---- names -------------------------------------------------------------------------------------
@cache
def _countries() -> dict[str, str]:
    """English name of a country to its Chinese one (CLDR)."""
    from babel import Locale

    zh, en = Locale("zh").territories, Locale("en").territories
    named = {name: zh[code] for code, name in en.items() if code in zh}
    return named | {"Turkey": "土耳其", "Mongolia": "蒙古国"}


# ---- numbers -----------------------------------------------------------------------------------
def probability_text(probability: float | None, lang: str, floor: float | None = None) -> str:
    """A probability as printed: whole per cent, never 0 or 100 short of an outcome.

    Nor below `floor`, the least that replayed cases like it bear.
    """
    if probability is None or pd.isna(probability):
        return ""
    least = 0.01 if floor is None or pd.isna(floor) else max(floor, 0.01)
    if 0 < probability < least:
        bound = math.ceil(100 * least - 1e-9)
        return f"不到{bound}%" if lang == "zh" else f"less than {bound}%"
    if 0.99 < probability < 1:
        return "超过99%" if lang == "zh" else "more than 99%"
    return f"{probability:.0%}"


def shortest(value: float) -> int:
    """Decimals that a number needs, at most four: how a plan prints its goals."""
    return next((d for d in range(4) if abs(round(value, d) - value) < 1e-9), 4)


@dataclass(frozen=True)
class Words:
    """Everything that is said differently in the two languages.

    ``w(zh, en)`` is the text of the language; a sentence is written with both side by side.

    Attributes
    ----------
    lang : {"zh", "en"}
    areas : Areas, optional
        Whose names `place` knows: those of a data folder's configuration.
    named : mapping, optional
        Area to its English name.
    """

    lang: str
    areas: Areas | None = None
    named: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, data: Any, lang: str | None = None) -> Words:
        """The words of a dataset in the language named, else the one that is set."""
        lang, own, tree = language(lang), data.config.areas, data.areas
        if lang == "zh":
            return cls(lang, own)
        named = dict(zip(tree["zh"], tree["en"], strict=True))
        named |= dict(zip(tree["area"], tree["en"], strict=True))
        return cls(lang, own, named | {"自治区": named[own.region]})

    def __call__(self, zh: Either, en: Either) -> Either:
        """Pick the text of the language, or a width that suits it."""
        return zh if self.lang == "zh" else en

    def term(self, kind: str, code: Any) -> str:
        """The words of a code of a kind in `TERMS`; empty for none, an unknown one as it is."""
        if code is None or pd.isna(code):
            return ""
        pair = TERMS[kind].get(str(code))
        return self(*pair) if pair else str(code)

    def verdict(self, *codes: str) -> str:
        """The label of a verdict; of a range of verdicts, from the worse to the better."""
        order = [code for code in [*VERDICTS][::-1] if code in codes]
        return self("至", " to ").join(self.term("verdict", code) for code in order)

    def judged(self, row: Mapping[str, Any] | pd.Series) -> str:
        """The verdict of a row of the scorecard.

        Both words where its range spans two; where it spans more, the evidence is insufficient and
        the range is printed.
        """
        low, high = row.get("verdict_low"), row.get("verdict_high")
        if isinstance(low, str) and row["words"] > 2:
            blind = self.term("verdict", "insufficient_evidence")
            return self(f"{blind}（{self.spread(row)}）", f"{blind} ({self.spread(row)})")
        return self.verdict(*([low, high] if isinstance(low, str) else [row["verdict"]]))

    def tally(self, card: pd.DataFrame) -> dict[str, int]:
        """How many rows of the scorecard have each verdict, in words, the best first."""
        order = card["verdict"].map([*VERDICTS].index).sort_values(kind="stable").index
        words = [self.judged(row) for _, row in card.loc[order].iterrows()]
        return {word: words.count(word) for word in dict.fromkeys(words)}

    def spread(self, row: Mapping[str, Any] | pd.Series) -> str:
        """The range of the probability of a row of the scorecard; empty without one."""
        names = ("probability_low", "probability_high")
        ends = [self.chance(row.get(name), row.get(f"{name}_floor")) for name in names]
        return self("—", "–").join(dict.fromkeys(ends)) if all(ends) else ""

    def model(self, name: str) -> str:
        """The name of a model or rule; ``…_own`` is one with the interval of its own."""
        plain, own, _ = name.partition("_own")
        return self.term("model", plain) + (own and self("·原有区间", ", own interval"))

    # ---- numbers with units
    def number(self, value: float, decimals: int = 0) -> str:
        """A number with thousands separators; never a minus before a zero."""
        text = f"{value:,.{decimals}f}"
        return text.removeprefix("-") if not text.strip("-0.,") else text.replace("-", "−")

    def amount(self, value: float, row: pd.Series) -> str:
        """A value of an indicator with its unit, in the indicator's decimals."""
        return self.measured(value, row["unit"], int(row["decimals"]))

    def measured(self, value: float, unit: str, decimals: int | None = None) -> str:
        """A value with its unit: 41家, 0.17%, 10.4亿元; 41, 0.17%, CNY 1.04 billion.

        Without `decimals` in the digits that it needs, as a plan prints its goals.
        """
        decimals = shortest(value) if decimals is None else decimals
        if unit == "%" or self.lang == "zh":
            return self.number(value, decimals) + unit
        factor, english = _UNITS.get(unit, (1, ""))
        if english == "CNY":
            return self._yuan(value * factor)
        decimals = decimals if factor == 1 else max(0, decimals - 4)
        return f"{self.number(value * factor, decimals)} {english}".rstrip()

    def money(self, value: float, decimals: int = 1) -> str:
        """An amount in 亿元."""
        return self.measured(value, "亿元", decimals)

    def _yuan(self, yuan: float) -> str:
        if abs(yuan) >= 999.5e6:
            return f"CNY {self.number(yuan / 1e9, 2)} billion"
        if abs(yuan) >= 999.5e3:
            return f"CNY {self.number(yuan / 1e6, 0 if abs(yuan) >= 1e7 else 1)} million"
        return f"CNY {self.number(yuan)}"

    def unit(self, unit: str) -> str:
        """A unit at an axis or in a head; counted things have none in English."""
        if self.lang == "zh" or unit == "%":
            return unit
        factor, english = _UNITS.get(unit, (1, ""))
        return english if factor == 1 else f"{factor:,.0f} {english}"

    def goal(
        self, value: float | None, direction: str, unit: str = "", tolerance: float | None = None
    ) -> str:
        """What a target asks for, in the digits of the plan: ≥1.5%, 约28万亩, 只增不减."""
        if value is None or pd.isna(value):
            return self.term("bound", "non_decreasing")
        if (direction, value) == ("at_most", 0):
            return self("全部淘汰", "none left")
        text = self.measured(value, unit)
        if direction == "within" and tolerance and tolerance > 0.06:
            low, high = value * (1 - tolerance), value * (1 + tolerance)
            dash = self("—", "–")
            return self.number(low, shortest(low)) + dash + self.measured(high, unit)
        exact = (direction, value, unit) == ("at_least", 100, "%")
        sign = {"at_least": "≥", "at_most": "≤", "within": self("约", "about ")}[direction]
        return text if exact else sign + text

    def goal_of(self, row: Mapping[str, Any] | pd.Series) -> str:
        """What a row of the scorecard asks for; a range in the digits of the plan."""
        if row.get("bound") == "between":
            printed = row["as_printed"]
            return self(printed, printed.rstrip(row["unit"]).replace("—", "–"))
        return self.goal(row["value"], row["direction"], row["unit"], row.get("tolerance"))

    def percent(self, share: float | None, decimals: int = 1, *, signed: bool = False) -> str:
        """A fraction as per cent; empty where there is none."""
        if share is None or pd.isna(share):
            return ""
        sign = "+" if signed and share > 0 else ""
        return f"{sign}{self.number(100 * share, decimals)}%"

    def points(self, value: float, decimals: int = 2) -> str:
        """Percentage points."""
        return self.number(value, decimals) + self("个百分点", " percentage points")

    def times(self, factor: float, decimals: int = 1) -> str:
        """A factor."""
        return self.number(factor, decimals) + self("倍", " times")

    def chance(self, probability: float | None, floor: float | None = None) -> str:
        """A probability as printed; see `probability_text`."""
        return probability_text(probability, self.lang, floor)

    def chance_is(self, probability: float, floor: float | None = None) -> str:
        """The probability after its noun, as 为29% or 不到1%; in English, is 29%."""
        text = self.chance(probability, floor)
        return self(f"为{text}" if text[:1].isdigit() else text, f"is {text}")

    def likely(self, probability: float) -> str:
        """The IPCC term of a probability."""
        return likelihood(probability)[1 if self.lang == "zh" else 0]

    # ---- names
    def column(self, row: Mapping[str, Any] | pd.Series, stem: str) -> str:
        """The cell of ``stem_zh`` or ``stem_en``."""
        return row[f"{stem}_{self.lang}"]

    def area(self, name: str) -> str:
        """The name of an area; one that is not known stays as it is."""
        if self.lang == "zh":
            return _countries().get(name, name) if name.isascii() else name
        return self.named.get(name, name)

    def publisher(self, name: str) -> str:
        """The name of a publisher; an office of a known area is read as area and office."""
        offices = TERMS["office"]
        if self.lang == "zh" or name in TERMS["publisher"]:
            return self(*TERMS["publisher"].get(name, (name.replace(" ", "、"), name)))
        for area in sorted(self.named, key=len, reverse=True):
            office = name.removeprefix(area)
            if office != name and office in offices:
                return f"{self.named[area]} {offices[office][1]}"
        return name

    def place(self, which: str) -> str:
        """The name of the configuration's ``city``, ``region`` …"""
        return self.area(getattr(self.areas, which))

    def name(self, row: pd.Series) -> str:
        """The short name of a target."""
        return row[f"short_{self.lang}"]

    def mid(self, row: pd.Series) -> str:
        """The short name inside an English sentence."""
        return self.lowered(self.name(row))

    def lowered(self, text: str) -> str:
        """A text inside a sentence: no capital but of an abbreviation."""
        return text[:1].lower() + text[1:] if text[1:2].islower() else text

    # ---- dates and sentences
    def date(self, day: dt.date | str) -> str:
        """A date in words; any other text stays as it is."""
        from babel.dates import format_date

        try:
            day = dt.date.fromisoformat(day) if isinstance(day, str) else day
        except ValueError:
            return str(day)
        return format_date(day, "long", _LOCALES[self.lang])

    def years(self, first: int, last: int) -> str:
        """A run of years."""
        return self(f"{first}—{last}年", f"{first}–{last}")

    def spans(self, text: str) -> str:
        """Runs of years as the scorecard holds them, 2021–2023, 2025."""
        return self(text.replace("–", "—").replace(", ", "、"), text)

    def join(self, items: Iterable[str]) -> str:
        """Items in a sentence: 甲、乙、丙; a, b and c."""
        from babel.lists import format_list

        items = list(items)
        return "、".join(items) if self.lang == "zh" else format_list(items, locale="en_GB")

    def clauses(self, items: Iterable[str]) -> str:
        """Clauses of one sentence, without its full stop."""
        return self("；", "; ").join(items)

    def plural(self, n: int, one: str) -> str:
        """English ``n thing(s)``."""
        return f"{n:,} {one}{'s' * (n != 1)}"

    def not_public(self, count: int) -> str:
        """What a page says that rests on figures which are not public; empty without any."""
        if not count:
            return ""
        several = "figures that are" if count > 1 else "figure that is"
        return self(
            f"内部资料：含{count}个未公开数据，不得公开",
            f"Internal: rests on {count} {several} not public",
        )
