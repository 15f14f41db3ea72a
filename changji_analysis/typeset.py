"""What the writers share, so that Word and HTML cannot disagree: numbers, alignment, dates."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from .errors import UsageError
from .report.document import Aside, Block, Document, Heading, Picture, Table

_DIGITS = "零一二三四五六七八九"
_NAMES = {
    "zh": {
        "table": "表{}",
        "figure": "图{}",
        "note": "附注{}",
        "notes": "附注",
        "contents": "目录",
        "see": "见文末{}：{}。",
    },
    "en": {
        "table": "Table {}",
        "figure": "Figure {}",
        "note": "Note {}",
        "notes": "Notes",
        "contents": "Contents",
        "see": "See {} at the end: {}.",
    },
}
_BLANK = frozenset("— – - … / n/a 待填 依据不足 无数据 只增不减".split()) | {
    "",
    "to fill in",
    "no figure",
    "not to fall",
}
_NUMERIC = re.compile(
    r"([<>≤≥≈~]|约|近|不足|超过|about|under|over|below|above)?\s?[+±−-]?\s?\d[\d,]*(\.\d+)?\s?"
    r"([%‰‱×x倍]|个?百分点|pp|亿元|万元|元|万亩|亩|万吨|吨|万人|人|家|个|座|支|件|名|场次)?"
)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Item:
    """A block with its number.

    Attributes
    ----------
    block : Block
    label : str
        As typed before its text: 一、, （一）, 1., 表1; empty where nothing is numbered.
    anchor : str
        Unique in the document, letters, digits and hyphens.
    items : tuple of Item
        The blocks of an `Aside`.
    """

    block: Block
    label: str = ""
    anchor: str = ""
    items: tuple[Item, ...] = ()


def number(document: Document) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """Give every block its number.

    Captions are counted in the order of print: the body, the appendices, then the notes, which
    are the asides of the body. An aside of an appendix is a section of it.

    Returns
    -------
    body, appendices : tuple of Item

    Raises
    ------
    UsageError
        The language, a heading's level or a figure's name is not one of those known.
    """
    if document.lang not in _NAMES:
        raise UsageError(f"lang must be 'zh' or 'en', not {document.lang!r}")
    count: Counter[str] = Counter()
    body = [_item(block, document.lang, count, appendix=False) for block in document.blocks]
    count["heading1"] = count["heading2"] = count["heading3"] = 0
    appendices = [
        _item(block, document.lang, count, appendix=True) for block in document.appendices
    ]
    body = [_note(item, document.lang, count) for item in body]
    return tuple(body), tuple(appendices)


def _item(block: Block, lang: str, count: Counter[str], *, appendix: bool) -> Item:
    match block:
        case Heading(level=level):
            return Item(block, *_heading(level, lang, count, appendix=appendix))
        case Table(caption=caption):
            return Item(block, *_caption("table", lang, count, numbered=bool(caption)))
        case Picture(name=name):
            if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
                raise UsageError(f"a figure's name holds letters, digits, _ and - only: {name!r}")
            return Item(block, *_caption("figure", lang, count))
        case Aside() if appendix:
            label, anchor = _heading(2, lang, count, appendix=True)
            return Item(block, label, anchor, tuple(_inner(block, lang, count)))
    return Item(block)


def _inner(aside: Aside, lang: str, count: Counter[str]) -> list[Item]:
    """Number an aside's blocks; its headings stand below its title and bear no number."""
    return [
        Item(Heading(block.text, 3))
        if isinstance(block, Heading)
        else _item(block, lang, count, appendix=True)
        for block in aside.blocks
    ]


def _note(item: Item, lang: str, count: Counter[str]) -> Item:
    if not isinstance(item.block, Aside):
        return item
    count["note"] += 1
    label = _NAMES[lang]["note"].format(count["note"])
    inner = tuple(_inner(item.block, lang, count))
    return Item(item.block, label, f"note-{count['note']}", inner)


def _heading(level: int, lang: str, count: Counter[str], *, appendix: bool) -> tuple[str, str]:
    if level not in (1, 2, 3):
        raise UsageError(f"a heading's level is 1, 2 or 3, not {level!r}")
    count["anchor"] += 1
    count[f"heading{level}"] += 1
    for lower in range(level + 1, 4):
        count[f"heading{lower}"] = 0
    nth, anchor = count[f"heading{level}"], f"section-{count['anchor']}"
    if level == 1 and appendix:
        return "", anchor
    if lang == "zh":
        form = ("{}、", "（{}）", "{}.")[level - 1]
        return form.format(nth if level == 3 else chinese(nth)), anchor
    if level == 3:
        return f"{_letters(nth)})", anchor
    chapter = "" if appendix else f"{count['heading1']}."
    return (chapter if level == 1 else f"{chapter}{nth}" if chapter else f"{nth}."), anchor


def _caption(kind: str, lang: str, count: Counter[str], *, numbered: bool = True):
    if not numbered:
        return "", ""
    count[kind] += 1
    return _NAMES[lang][kind].format(count[kind]), f"{kind}-{count[kind]}"


def chinese(number: int) -> str:
    """Write 1 to 99 in Chinese: 一, 十, 十二, 三十."""
    if not 1 <= number <= 99:
        raise UsageError(f"headings are numbered from 1 to 99, not {number}")
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


def _letters(number: int) -> str:
    """Write 1, 2, … 26, 27 as a, b, … z, aa."""
    text = ""
    while number:
        number, place = divmod(number - 1, 26)
        text = chr(ord("a") + place) + text
    return text


def titled(item: Item, text: str, lang: str) -> str:
    """Put the number before a heading or caption, spaced as the language does."""
    if not item.label:
        return text
    if lang == "zh":
        return item.label + ("" if item.label[-1] in "、）." else "　") + text
    stop = ":" if item.label.startswith(("Table", "Figure", "Note")) else ""
    return f"{item.label}{stop} {text}"


def word(name: str, lang: str) -> str:
    """Say ``contents``, ``notes`` or ``see`` (a form for label and title) in the language."""
    return _NAMES[lang][name]


def clean(text: object) -> str:
    """Return what a cell or paragraph shows: no missing values, no character XML forbids."""
    if text is None or (pd.api.types.is_scalar(text) and pd.isna(text)):
        return ""
    return _ILLEGAL.sub("", str(text).replace("\r\n", "\n").replace("\r", "\n"))


def cells(frame: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Return a table's header and rows as text, the index being the first column."""
    header = [clean(frame.index.name), *(clean(name) for name in frame.columns)]
    rows = [
        [clean(label), *(clean(cell) for cell in row)]
        for label, row in zip(frame.index, frame.itertuples(index=False, name=None), strict=True)
    ]
    return header, rows


def right_aligned(rows: list[list[str]], column: int) -> bool:
    """Tell whether a column holds numbers, blanks and dashes apart; the first never counts."""
    texts = {row[column].strip() for row in rows}
    said = texts - _BLANK
    if column == 0 or not said:
        return column > 0 and "—" in texts
    return all(_NUMERIC.fullmatch(text) for text in said)


def display_width(text: str) -> int:
    """Return the width of the longest line in Latin characters; a Chinese one counts as two."""
    return max(
        (
            sum(2 if unicodedata.east_asian_width(c) in "FWA" else 1 for c in line)
            for line in text.split("\n")
        ),
        default=0,
    )


def date_text(date: str, lang: str) -> str:
    """Print an ISO date as the language does; any other text stays as it is."""
    try:
        day = datetime.date.fromisoformat(date)
    except ValueError:
        return date
    if lang == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    months = "January February March April May June July August September October November December"
    return f"{day.day} {months.split()[day.month - 1]} {day.year}"


def moment(date: str) -> datetime.datetime:
    """Return noon of the day a document bears, for its properties; never the clock.

    A text that names only a year or a month stands for its first day, one that names neither
    for 1 January 2000.
    """
    parts = [int(part) for part in re.findall(r"\d+", date)[:3]]
    if not parts or not 1980 <= parts[0] <= 2100:
        parts = [2000]
    try:
        year, month, day = [*parts, 1, 1][:3]
        return datetime.datetime(year, month, day, 12)
    except ValueError:
        return datetime.datetime(parts[0], 1, 1, 12)


def figure_path(figures: Path, lang: str, name: str, ending: str) -> Path:
    """Return where a figure lies.

    Raises
    ------
    UsageError
        It is not there.
    """
    path = Path(figures) / lang / f"{name}.{ending}"
    if not path.is_file():
        raise UsageError(
            f"the report needs {lang}/{name}.{ending} in {figures}, which is not there; "
            "draw the figures first (make review)"
        )
    return path
