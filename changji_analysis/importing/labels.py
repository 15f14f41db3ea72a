"""What the words beside a figure say: year, area, unit, vintage, indicator, and what is left over.

Everything that is known (``words.yml``) is read off a text; what is left must be the name of an
indicator to the letter, or a word that adds nothing. A leftover beside a known name makes it
another name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import pandas as pd
import yaml

from ..quantities import known_unit

WORDS = yaml.safe_load(Path(__file__).with_name("words.yml").read_text(encoding="utf-8"))
PATTERNS = {
    name: re.compile("|".join(sorted(texts.split(), key=len, reverse=True)))
    for name, texts in WORDS["patterns"].items()
}


def by_word(part: str) -> dict[str, str]:
    """A part of ``words.yml`` turned round: word -> what it says."""
    return {word: meant for meant, words in WORDS[part].items() for word in words.split()}


YEAR_BEFORE_PLANS = 1955  # the nth five-year plan ends in 1955 + 5 n
MARK = "①-⑳❶-❿⓪¹²³⁰⁴-⁹"
_KEYS, _RELATIVE, VINTAGES = by_word("keys"), by_word("relative"), by_word("vintages")
VINTAGE_RE = re.compile("|".join(sorted(VINTAGES, key=len, reverse=True)))
_NEUTRAL_RE = re.compile(f"(?:{PATTERNS['neutral'].pattern})*")
_MARKS_RE = re.compile(rf"[{MARK}]|\[\d{{1,2}}\]|\(?注\s*\d{{1,2}}\)?(?![.、:：])|[*†‡]+$")
_ORDINAL_RE = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十\d]{1,3}[)）]|"
    r"\d{1,2}(?:\.\d{1,2})*[.、)](?!\d)|\d{1,2}[-–—]\d{1,2}(?:[-–—]\d{1,2})?(?![\d月年季%-])\s*|"
    r"(?:附?表|附件)\s*[一二三四五六七八九十\d]*(?:[-–.]\d+)*(?:[:：.、]|\s+|$)|"
    r"第[一二三四五六七八九十]+[章节部分]+|[ⅠⅡⅢⅣⅤⅥ]+[.、]|[⑴-⒇])\s*"
)
_PART_OF_RE = re.compile(r"(?:#|[其內内]\s*中\s*[:：,，]?)\s*")
_YEAR_RE = re.compile(
    r"(?<![\d.,])((?:19|20|21)\d\d)(?![\d,]|\.[1-9])(?:\.0)?(?:年[末底]|年度?|年?)"
)
_CHINESE_YEAR_RE = re.compile("[一二][〇零○一二三四五六七八九]{3}年")
_SPAN_RE = re.compile(r"((?:19|20)\d\d)年?[-—–―~〜至到]+((?:19|20)\d\d)年?")
_PLAN_RE = re.compile(
    "[“\"']?十([一二三四五六七八九]?)五[”\"']?(?:规划|计划|时期|期间|期)?(末)?(?:年|期)?"
)
_DATE_RE = re.compile(
    r"((?:19|20)\d\d)(?:年(\d{1,2})月(?:份|(\d{1,2})日?|末|底)?|[./-](\d{1,2})(?:[./-](\d{1,2}))?(?!\d))"
)
_WHOLE_RE = re.compile(
    r"(?<!\d)[1一]月?份?[-—–~至](?:12|十二)月份?|全年|(?<!\d)12月(?:31日|[末底])"
)
_CUTOFF_RE = re.compile("(?:数据|统计)?(?:时间)?截[至止](?:到)?[^()（）]*")
_CUMULATIVE_RE = re.compile("_?(?:本年|全年|年初至今)?累计(?:数|值)?")
_BRACKETED_RE = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]")
_ISSUER_RE = re.compile(
    r".{2,20}(?:局|厅|委|委员会|办公室|中心|协会|政府|调查队)(?:[编印制][制发]?)?(?:(?:19|20)\d\d年.*)?"
)
_DAY_RE = re.compile(
    r"(?:19|20)\d\d(?:年\d{1,2}月\d{1,2}日|([./-])\d{1,2}\1\d{1,2})(?:[编印制][制发]?)?"
)
SCOPE_RE = re.compile(
    r"((?:19|20)\d\d)年?(?:起|开始|以[后来]|之后).*(?:含|口径|区划|划[入出]|并入|纳入|兵团|师)"
)


@dataclass(frozen=True)
class Label:
    """What a piece of text beside a figure says; what it does not say is empty.

    ``name`` is left when all else has been read off. ``relative`` is 0 for 本年, -1 for 上年;
    ``generic`` the level that 全市 or 全州 speaks of, ``other`` a place that is none of the
    review's; ``refuse`` growth_value, share_value, target_value, part_year or several_years.
    """

    text: str = ""
    name: str = ""
    year: int | None = None
    relative: int | None = None
    area: str = ""
    generic: str = ""
    other: str = ""
    units: tuple[str, ...] = ()
    vintage: str = ""
    refuse: str = ""
    month: int | None = None
    cumulative: bool = False  # 累计
    whole: bool = False  # 全年, 1-12月
    marks: tuple[str, ...] = ()  # of footnotes
    part: bool = False  # 其中

    @property
    def neutral(self) -> bool:
        """Whether the name adds nothing: 合计, 实际完成, 数值, …"""
        return bool(_NEUTRAL_RE.fullmatch(self.name))

    @property
    def is_time(self) -> bool:
        """Whether it is a year or a part of one and nothing else."""
        timed = self.year is not None or self.refuse in ("part_year", "several_years")
        return timed and self.neutral and not (self.area or self.other or self.units)


@dataclass(frozen=True)
class Vocabulary:
    """Names of areas and indicators that a review knows."""

    areas: dict[str, str]  # name as written -> area; empty for another place
    levels: dict[str, str]  # city, prefecture, region, nation -> area
    names: dict[str, str]  # name -> indicator; gdp>第一产业 stands below a row that is the GDP
    kinds: dict[str, str]  # indicator -> count, level, share, ratio
    _plain: dict[str, str] = field(init=False, repr=False, default_factory=dict)
    _places: list[tuple[str, str]] = field(init=False, repr=False, default_factory=list)

    def __post_init__(self):
        for name, meant in self.names.items():
            whole, above, part = name.rpartition(">")
            self._plain[f"{whole}{above}{normal(part)}"] = meant
        places = {"".join(n.lower().split()): area for n, area in self.areas.items()}
        self._places.extend(sorted(places.items(), key=lambda pair: -len(pair[0])))

    def settled(self, more: dict[str, str], own: Iterable[str]) -> Vocabulary:
        """With further names, each of one of the own areas or of an indicator."""
        areas = {name: meant for name, meant in more.items() if meant in own}
        names = {name: meant for name, meant in more.items() if name not in areas}
        return replace(self, areas=self.areas | areas, names=self.names | names)

    def match(self, name: str) -> str:
        """The indicator that a name means to the letter, spelling apart; empty if none."""
        return self._plain.get(normal(name), "") if name else ""

    def part(self, whole: str, name: str) -> str:
        """The indicator that a name means as a part of another one, in short or in full."""
        known = self._plain.get(f"{whole}>{normal(name)}", "")
        full = self.match(name)
        return known or (full if any(full == meant for _, meant in self._parts(whole)) else "")

    def is_measure(self, whole: str, name: str) -> bool:
        """Whether a head such as 增加值 is how the parts of an indicator are measured."""
        return any(key.endswith(normal(name)) for key, _ in self._parts(whole))

    def _parts(self, whole: str) -> list[tuple[str, str]]:
        parts = [pair for pair in self._plain.items() if pair[0].startswith(f"{whole}>")]
        return parts if whole else []

    def place(self, text: str) -> tuple[str, str]:
        """The longest known area name at the beginning of a text, and the area."""
        low = text.lower()
        return next(((n, area) for n, area in self._places if low.startswith(n)), ("", ""))


def vocabulary(
    levels: dict[str, str], areas: Iterable[str], registry: dict[str, dict], aliases: pd.DataFrame,
    tree: pd.DataFrame,
) -> Vocabulary:  # fmt: skip
    """The names of registry, aliases and tree.

    ``levels`` names an area for each level, the smallest first; areas of the tree that are none
    of ``areas`` are other places.
    """
    own = list(areas)
    places = {area: area for area in own}
    for row in tree.to_dict("records"):
        for name in (row["area"], row["zh"], row["en"], row["en"].removesuffix(" City")):
            places.setdefault(name, row["area"] if row["area"] in own else "")
    names = {name: row["id"] for row in registry.values()
             for name in (row["id"], row["zh"], row["en"])}  # fmt: skip
    for row in aliases.to_dict("records"):
        (places if row["kind"] == "area" else names)[row["name"]] = row["id"]
    kinds = {indicator: row["kind"] for indicator, row in registry.items()}
    return Vocabulary(places, levels, names, kinds)


# ---- names -------------------------------------------------------------------------------------
_SAME = [(re.compile(pattern), word) for pattern, word in WORDS["spelling"]]


@lru_cache(maxsize=8192)
def normal(name: str) -> str:
    """A name without spelling differences: width, spaces, punctuation, everyday synonyms."""
    plain = "".join(unicodedata.normalize("NFKC", name).lower().split())
    for pattern, word in _SAME:
        plain = pattern.sub(word, plain)
    return plain


def subject(name: str, words: Vocabulary | None = None) -> tuple[str, str]:
    """What a title is about, and the indicator that it means, if it does.

    Words that every title has, and broad topics, are left out; what is left says to what the
    figures below are narrowed.
    """
    for step in ("", "listing", "furniture"):
        name = PATTERNS[step].sub("", name.lower()) if step else "".join(name.split())
        if words is not None and (meant := words.match(name)):
            return name, meant
    broad = next(topic for topic, below in WORDS["topics"].items() if not below)
    return re.sub(broad, "", name), ""


def covers(topic: str, name: str) -> bool:
    """Whether a figure's own name says what a title narrows to: 专利 over 专利授权量."""
    return normal(topic) in normal(name) or any(
        re.fullmatch(f"(?:{known})+", topic) and re.search(below, name)
        for known, below in WORDS["topics"].items()
    )


def names_a_firm(text: str) -> bool:
    """Whether a text is the name of a single firm, not of a kind of firms."""
    plain = compact(text)
    return bool(PATTERNS["firm"].search(plain)) and not PATTERNS["kinds_of_firms"].fullmatch(plain)


@lru_cache(maxsize=65536)
def compact(text: str) -> str:
    """Width and spaces made plain, footnote figures left, a translation behind it left out."""
    if re.search("[一-鿿]", text):
        lines = text.splitlines()
        while len(lines) > 1 and re.fullmatch(r"[A-Za-z ,&()'./-]*", lines[-1]):
            lines.pop()
        text = re.sub(r"(?<=[一-鿿)）])\s+[A-Za-z][A-Za-z ,&()'./-]{2,}$", "", "".join(lines))
    kept = (c if re.match(f"[{MARK}]", c) else unicodedata.normalize("NFKC", c) for c in text)
    plain = "".join("".join(kept).split())
    return plain.replace("○", "〇") if _CHINESE_YEAR_RE.search(plain) else plain


def split_units(text: str) -> tuple[str, ...]:
    """Units named in a text such as 万元、%; empty where one of them is unknown."""
    plain = re.sub(r"(?i)^(?:计量|数据|金额)?(?:单位|unit)[:：]?", "", compact(text)).strip("()")
    plain = WORDS["units"].get(plain.lower().replace(",", ""), plain).removeprefix("人民币")
    if known_unit(plain):
        return (plain,)
    parts = [part for part in re.split("[、,，;；和及]", plain) if part]
    return tuple(parts) if parts and all(map(known_unit, parts)) else ()


# ---- reading one label -------------------------------------------------------------------------
def read_label(text: str, words: Vocabulary) -> Label:
    """Read what a head or the name of a row says."""
    rest = text.strip()
    part = bool(found := _PART_OF_RE.match(rest))
    rest = rest[found.end() :] if found else rest
    rest = compact(_ORDINAL_RE.sub("", rest, count=1) if _ORDINAL_RE.match(rest) else rest)
    if not part and (found := _PART_OF_RE.match(rest)):
        part, rest = True, rest[found.end() :]
    marks = tuple(match[0].strip("()") for match in _MARKS_RE.finditer(rest))
    label, rest = Label(text=text, marks=marks, part=part), _MARKS_RE.sub("", rest)
    if rest != "年" and (units := split_units(rest)):
        return replace(label, units=units)
    if words.match(rest):
        return replace(label, name=rest)
    label, rest = _take_brackets(label, rest, words)
    label, rest = _take_unit(label, rest)
    label, rest = _take_time(label, _CUTOFF_RE.sub("", rest))
    label, rest = _take_area(label, rest, words)
    if found := VINTAGE_RE.search(rest):
        rest = rest.replace(found[0], "")
        label = replace(label, vintage=label.vintage or VINTAGES[found[0]])
    name = rest.strip(" 　“”\"':：-—–,，;；、。._")
    if label.year is not None and name.lower() in ("e", "p"):
        label, name = replace(label, vintage=_bracketed_vintage(name)), ""
    if name in _RELATIVE:
        label, name = replace(label, relative=_RELATIVE[name]), ""
    refuse = label.refuse
    if not subject(name, words)[1]:
        for code in ("target_value", "growth_value", "share_value"):
            refuse = refuse or (code if PATTERNS[code].search(name.lower()) else "")
    return replace(label, name=name, refuse=refuse)


def _bracketed_vintage(piece: str) -> str:
    return VINTAGES.get(piece) or {"e": "signal", "p": "preliminary"}.get(piece.lower(), "")


def _take_brackets(label: Label, rest: str, words: Vocabulary) -> tuple[Label, str]:
    """Read what stands in brackets, as far as it is unit, year, area or vintage; the rest stays."""
    for match in reversed(list(_BRACKETED_RE.finditer(rest))):
        inside, kept = _CUTOFF_RE.sub("", match[1]), []
        for piece in [inside] if split_units(inside) else re.split("[,，;；]", inside):
            if units := split_units(piece):
                label = replace(label, units=label.units or units)
            elif vintage := _bracketed_vintage(piece):
                label = replace(label, vintage=vintage)
            elif area := words.areas.get(piece):
                label = replace(label, area=area)
            elif any(pattern.fullmatch(piece) for pattern in
                     (_YEAR_RE, _WHOLE_RE, PATTERNS["part_year"])):  # fmt: skip
                kept.append(piece)
            elif piece and not PATTERNS["harmless"].fullmatch(piece.lower()):
                kept.append(f"({piece})")
        rest = rest[: match.start()] + "".join(kept) + rest[match.end() :]
    return label, rest


def _take_unit(label: Label, rest: str) -> tuple[Label, str]:
    """A unit after a stroke, a comma or 单位: R&D经费/万元."""
    for pattern in (r"[/,，:：]?(?:计量)?单位[:：](.+)$", r"[/,，:：]([^/,，:：]+)$"):
        match = re.search(pattern, rest)
        if match and match.start() and match[1] != "年" and (units := split_units(match[1])):
            return replace(label, units=label.units or units), rest[: match.start()]
    if rest.endswith(("%", "‰", "‱")) and len(rest) > 1 and not rest[-2].isdigit():
        return replace(label, units=label.units or (rest[-1],)), rest[:-1]
    return label, rest


def _take_time(label: Label, rest: str) -> tuple[Label, str]:
    if match := _CUMULATIVE_RE.search(rest):
        label, rest = replace(label, cumulative=True), rest.replace(match[0], "")
    rest = re.sub("_?当期$", "", rest)
    if _WHOLE_RE.search(rest):
        label, rest = replace(label, whole=True), _WHOLE_RE.sub("", rest)
    if match := _SPAN_RE.search(rest):
        return replace(label, refuse="several_years"), rest.replace(match[0], "")
    if match := _DATE_RE.search(rest):
        year, month, day = int(match[1]), int(match[2] or match[4]), match[3] or match[5]
        rest = rest.replace(match[0], "")
        if month == 12 and (day == "31" or match[0].endswith(("末", "底"))):
            return replace(label, year=year, whole=True), rest
        if 1 <= month <= 12:
            month = None if day else month
            return replace(label, refuse="part_year", year=year, month=month), rest
    if match := _CHINESE_YEAR_RE.search(rest):
        digits = ("〇一二三四五六七八九".index(c.replace("零", "〇")) for c in match[0][:4])
        rest = rest.replace(match[0], "".join(map(str, digits)) + "年")
    partial = PATTERNS["part_year"].search(rest)
    years = sorted({int(match[1]) for match in _YEAR_RE.finditer(rest)})
    if len(years) > 1:
        return replace(label, refuse="several_years"), _YEAR_RE.sub("", rest)
    if years:
        label, rest = replace(label, year=years[0]), _YEAR_RE.sub("", rest, count=1)
    elif match := _PLAN_RE.search(rest):
        place, rest = "零一二三四五六七八九".index(match[1] or "零"), rest.replace(match[0], "")
        if match[2] != "末":
            return replace(label, refuse="several_years"), rest
        return replace(label, year=YEAR_BEFORE_PLANS + (10 + place) * 5), rest
    if partial and not label.whole:
        label = replace(label, refuse="part_year")
        rest = PATTERNS["part_year"].sub("", rest)
    return label, rest


def _take_area(label: Label, rest: str, words: Vocabulary) -> tuple[Label, str]:
    """The review's area or another place at the beginning; the smallest of nested ones."""
    found: list[str] = []
    while rest and not words.match(rest):
        name, area = words.place(rest)
        tail = rest[len(name) :]
        if not name or re.match("兵团|生产建设|直属|[级区]级|级", tail):
            break
        if not area:
            return replace(label, other=rest[: len(name)]), tail
        found.append(area)
        more = re.match("[、和与及]", tail)
        if more and words.place(tail[1:])[0]:  # of several areas named none is that of a figure
            found, tail = [*found, ""], tail[1:]
        rest = tail
    if found and "" not in found:
        order = list(words.areas.values())
        label = replace(label, area=min(found, key=order.index))
    for word, level in by_word("generic").items():
        if level in words.levels and not found and rest.lower().startswith(word):
            return replace(label, generic=level), rest[len(word) :]
    if rest and not words.match(rest) and (other := PATTERNS["other_place"].match(rest)):
        return replace(label, other=other[0]), rest[len(other[0]) :]
    return label, rest


# ---- lines above and below a table -------------------------------------------------------------
def read_line(text: str, words: Vocabulary) -> tuple[str, Label]:
    """Read a line that stands above a table: what it is for (empty: a title), and what it says."""
    plain = compact(text)
    if (key := key_of(text)) is not None:
        return key, read_label(re.split("[:：]", plain, maxsplit=1)[1], words)
    if split_units(plain):
        return "unit", read_label(plain.strip("()"), words)
    if _ISSUER_RE.fullmatch(plain) or _DAY_RE.fullmatch(plain):
        return "aside", Label(text=text)
    label = read_label(text, words)
    if PATTERNS["document"].search(plain) or (
        label.refuse == "part_year" and _DAY_RE.search(plain)  # when the sheet was made
    ):
        refuse = "" if label.refuse == "part_year" and _DAY_RE.search(plain) else label.refuse
        label = replace(label, year=None, refuse=refuse)
    return "", label


def key_of(text: str) -> str | None:
    """What a line such as 单位：万元 is for; None where it has no such key."""
    match = re.match("([^:：]{1,12})[:：]", compact(text))
    return _KEYS.get(match[1].lower()) if match else None


def clauses(note: str) -> Iterable[str]:
    """A note's clauses, without 注 before them."""
    plain = re.sub(r"^(?:注|说明|备注|附注)\s*\d*\s*[:：.、]?", "", compact(note))
    return [clause for clause in re.split("[;；。,，]", plain) if clause]
