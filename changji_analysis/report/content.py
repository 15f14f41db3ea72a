"""The content of a report: blocks read from rendered templates, numbered once for every writer."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

from .templating import failed

BOLD = "\x02"
BLANK = {"", *"— – - … / 待填 依据不足 暂不评价 只增不减".split(), "to be filled in",
         "insufficient evidence", "not assessed", "not to fall"}  # fmt: skip
_NUMERIC = re.compile(
    r"([<>≤≥≈~]|约|不足|超过|about|under|over)?\s?[+±−-]?\s?\d[\d,]*(\.\d+)?\s?"
    r"([%×倍]|个?百分点|亿元|万亩|万吨|人|家|个|座|支|件|名|场次)?"
    r"([—–](\d[\d,]*(\.\d+)?)%?)?"
)
_SPECIAL = re.compile(
    r"(?P<table>横?表|(?:Wide table|Table))(?:：|: ?)(?P<caption>.*)"
    r"|(?P<note>(?:注：|Note:).*)"
    r"|(?:图|Figure) (?P<figure>[a-z0-9_]+)(?:：|: ?)(?P<title>.*)"
)
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is a chapter (一、), 2 a section (（一）), 3 a point (1.)."""

    text: str
    level: int = 1
    label: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``**…**`` is bold."""

    text: str


@dataclass(frozen=True)
class Table:
    """A table of text with a caption and a note, either of which may be empty."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    wide: bool = False
    label: str = ""
    anchor: str = ""

    @cached_property
    def numeric(self) -> list[bool]:
        """Which columns hold numbers (dashes and blanks apart) and are set to the right."""
        said = [{row[n].strip() for row in self.rows} - BLANK for n in range(len(self.header))]
        return [n > 0 and bool(s) and all(map(_NUMERIC.fullmatch, s)) for n, s in enumerate(said)]


@dataclass(frozen=True)
class Picture:
    """A figure by its name in `changji_analysis.figures.FIGURES`."""

    name: str
    caption: str
    alt: str = ""
    label: str = ""
    anchor: str = ""


Block = Heading | Paragraph | Table | Picture


@dataclass(frozen=True)
class Chapter:
    """What one template gives: the brief in front (00), a chapter, or an annex (20 and up)."""

    name: str
    blocks: tuple[Block, ...]

    @property
    def number(self) -> int:
        """The number that the template's file name begins with."""
        return int(self.name[:2])


@dataclass(frozen=True)
class Document:
    """A report: its chapters, the words of its title page and frame, and the main verdicts."""

    words: dict[str, str]
    date: str
    lang: str
    chapters: tuple[Chapter, ...]
    cards: tuple[Any, ...] = ()


def read(text: str, name: str) -> tuple[Block, ...]:
    """Read the markup of a rendered template.

    ``#``, ``##``, ``###`` begin headings; ``表：`` (``Table:``), on a landscape page
    ``横表：`` (``Wide table:``), a table of ``| … |`` lines, the first of which is its header;
    ``注：`` (``Note:``) the note under it; ``图 name：`` (``Figure name:``) a figure. Anything else
    is text, a paragraph up to an empty line.
    """
    blocks: list[Block] = []
    lines: list[str] = []
    glue = "" if name.startswith("zh") else " "
    for line in [*map(str.strip, text.splitlines()), ""]:
        special, last = _SPECIAL.fullmatch(line), blocks[-1] if blocks and not lines else None
        if lines and (not line or special or line.startswith(("#", "|"))):
            blocks.append(Paragraph(_plain(re.sub("  +", " ", glue.join(lines)))))
            lines.clear()
        if line.startswith("#"):
            marks, _, title = line.partition(" ")
            blocks.append(Heading(_plain(title), len(marks)))
        elif special and special["table"]:
            wide = special["table"] in ("横表", "Wide table")
            blocks.append(Table(_plain(special["caption"]), (), (), wide=wide))
        elif special and special["figure"]:
            blocks.append(Picture(special["figure"], _plain(special["title"])))
        elif special or line.startswith("|"):
            if not isinstance(last, Table):
                raise failed(name, None, f"a note or a row that belongs to no table: {line[:60]}")
            note = special and replace(last, note=_plain(line))
            blocks[-1] = note or _grown(last, line, name)
        elif line:
            lines.append(line)
    return tuple(b for b in blocks if not isinstance(b, Table) or b.rows)


def _grown(table: Table, line: str, name: str) -> Table:
    """The table with one line more: its head, or a row."""
    cells = tuple(_plain(cell.strip()) for cell in re.split(r"(?<!\\)\|", line)[1:-1])
    if not table.header:
        return replace(table, header=cells)
    if len(cells) != len(table.header):
        why = f"a row of {len(cells)} cells under {len(table.header)} heads: {line[:80]}"
        raise failed(name, None, why)
    return replace(table, rows=(*table.rows, cells))


def _plain(text: str) -> str:
    """Take the escapes away; a bold mark stays, as a character that no text holds."""
    return re.sub(r"\\(.)", r"\1", re.sub(r"(?<!\\)\*\*", BOLD, text))


def numbered(chapters: Iterable[Chapter], lang: str) -> tuple[Chapter, ...]:
    """Give headings, tables and figures their numbers; brief and annexes name themselves."""
    count: Counter[str] = Counter()
    return tuple(
        replace(c, blocks=tuple(_labelled(b, c.number, lang, count) for b in c.blocks))
        for c in chapters
    )


def _labelled(block: Block, chapter: int, lang: str, count: Counter[str]) -> Block:
    if isinstance(block, Paragraph) or (isinstance(block, Table) and not block.caption):
        return block
    count["anchor"] += 1
    kind, zh, en = "table", "表", "Table "
    if isinstance(block, Picture):
        kind, zh, en = "figure", "图", "Figure "
    elif isinstance(block, Heading):
        kind = f"h{block.level}"
        for lower in range(block.level + 1, 4):
            count[f"h{lower}"] = 0
    bare = isinstance(block, Heading) and (chapter == 0 or (chapter >= 20 and block.level == 1))
    count[kind] += not bare
    label = f"{zh if lang == 'zh' else en}{count[kind]}"
    if isinstance(block, Heading):
        label = "" if bare else _label(block.level, lang, count, annex=chapter >= 20)
    return replace(block, label=label, anchor=f"s{count['anchor']}")


def _label(level: int, lang: str, count: Counter[str], *, annex: bool) -> str:
    nth = count[f"h{level}"]
    if lang == "zh":
        return ("{}、", "（{}）", "{}.")[level - 1].format(nth if level == 3 else chinese(nth))
    if level == 3:
        return f"({chr(96 + nth)})"
    return f"{count['h1']}." if level == 1 else f"{nth}." if annex else f"{count['h1']}.{nth}"


def chinese(number: int) -> str:
    """Write 1 to 99 in Chinese: 一, 十, 十二, 三十."""
    tens, ones = divmod(number, 10)
    head = _DIGITS[tens] * (tens > 1) + "十" * (tens > 0)
    return head + _DIGITS[ones] * (ones > 0)


def titled(block: Heading | Table | Picture, lang: str) -> str:
    """A heading or caption with its number before it, spaced as the language does."""
    text = block.text if isinstance(block, Heading) else block.caption
    if not block.label:
        return text
    if lang == "zh":
        return block.label + ("" if block.label[-1] in "、）." else "　") + text
    return f"{block.label}{'' if isinstance(block, Heading) else ':'} {text}"


def display_width(text: str) -> int:
    """Width of the longest line in Latin letters; a Chinese character counts as two."""
    return max(sum(map(_width, line)) for line in text.split("\n"))


@cache
def _width(letter: str) -> int:
    return 1 + (unicodedata.east_asian_width(letter) in "FWA")
