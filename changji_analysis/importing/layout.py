"""Which year, area, indicator and unit belong to each figure of a sheet.

One table under one head is read: lines above it that each state one thing, a head of one or
several rows, rows of figures, notes below. What a figure means stands at its own row or column,
in one of the lines above, or is asked for. A sheet that does not parse wholly in this way is
refused with the cell that stood in the way (`Refusal`); nothing is guessed and nothing dropped.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

from ..errors import QuantityError
from ..quantities import Quantity, convert, known_unit, parse_quantity
from ..workbooks import Cell, Grid, address
from .labels import (
    MARK,
    PATTERNS,
    SCOPE_RE,
    VINTAGE_RE,
    VINTAGES,
    Label,
    Vocabulary,
    by_word,
    clauses,
    compact,
    covers,
    key_of,
    names_a_firm,
    normal,
    read_label,
    read_line,
    split_units,
    subject,
)
from .proposal import Figure

_ROLES = by_word("roles")
_AREA_HEAD_RE = re.compile(
    "各?(?:地区?|州|市|县|区|省|盟|乡|镇|街道|团场|师|自治区|直辖市)+(?:名称?|别)?"
)
_STUBS = ("indicator", "area", "year", "")
_END_MARKS_RE = re.compile(
    rf"[{MARK}]+$|^[{MARK}]+|\[\d{{1,2}}\]$|[*※†‡#]+$|^[*※†‡]+|\(?注\d{{1,2}}\)?$"
)
_YEAR_RE = re.compile(r"(?:19|20|21)\d\d(?:\.0)?(?:年度?)?")
_NOTE_MARK_RE = re.compile(rf"([{MARK}]|\[\d{{1,2}}\]|注\d+[:：]?|^[*※†‡]+)")
_ABOUT_ALL_RE = re.compile(
    "(?:本表|表中|以上|均|为|系|是|数据|全部|所有|统计|数|的|采用|其|该|[.:：])*"
)
_NO_NAME_RE = re.compile(r"(?i)[^a-z' -]|\b(?:average|urban|rural|without|excluding|other)\b")

Lines = list[tuple[str, str]]  # cell and text


class Refusal(Exception):
    """Why a sheet does not parse, and the cell that stood in the way."""

    def __init__(self, code: str, place: str, **fill: Any):
        super().__init__(code)
        self.code, self.place, self.fill = code, place, fill


@dataclass
class _Column:
    number: int
    role: str  # "value" for figures
    labels: list[Label]


# ---- single cells ------------------------------------------------------------------------------
def bare_figure(text: str) -> tuple[str, tuple[str, ...], str]:
    """A figure without footnote marks and words such as （快报数）: text, marks, bracketed word."""
    marks: list[str] = []
    word, text = "", text.strip()
    while True:
        if match := _END_MARKS_RE.search(text):
            marks.append(match[0])
            text = (text[: match.start()] + text[match.end() :]).strip()
            continue
        match = re.search(r"\(([^()]{1,8})\)$", text.replace("（", "(").replace("）", ")"))
        if match and match.start() and not word and not re.search(r"\d", match[1]):
            word, text = match[1], text[: match.start()].strip()
            continue
        return text, tuple(marks), word


@lru_cache(maxsize=65536)
def quantity(text: str) -> Quantity | str:
    """The figure, or why there is none."""
    try:
        return parse_quantity(text)
    except QuantityError as error:
        return str(error).split("; understood")[0]


def is_missing(cell: Cell) -> bool:
    """Whether a cell holds a mark such as — or … instead of a figure."""
    read = quantity(bare_figure(cell.text)[0])
    return not (cell.fault or isinstance(read, str)) and read.bound == "missing"


def is_figure(cell: Cell) -> bool:
    """Whether a cell looks like a figure, wherever it stands; years are none."""
    if cell.fault in ("excel_error", "no_result"):
        return True
    text = "".join(unicodedata.normalize("NFKC", bare_figure(cell.text)[0]).split())
    if cell.kind == "date" or _YEAR_RE.fullmatch(text):
        return False
    if cell.kind == "number" or re.fullmatch(r"[-+]?\d[\d,]*(?:\.\d+)?[%‰‱]?", text):
        return True
    if len(text) > 64 or not re.search(r"\d", text):
        return False
    read = quantity(text)
    if isinstance(read, str) or read.bound == "missing":
        return False
    return not read.unit or (known_unit(read.unit) and not read.unit.startswith("年"))


@lru_cache(maxsize=65536)
def _role(text: str) -> str:
    """The role that a head gives its column, empty if it is none of the known ones."""
    plain = compact(text).strip("*:：()").lower()
    if re.search(r"\d", plain):
        return ""
    words = re.sub(r"\(.*\)$|[^一-鿿a-z_.]", "", plain)
    role = _ROLES.get(plain) or _ROLES.get(words, "")
    return role or ("area" if _AREA_HEAD_RE.fullmatch(words) else "")


# ---- a sheet -----------------------------------------------------------------------------------
def read_grid(grid: Grid, words: Vocabulary, year: int | None = None) -> list[Figure]:
    """Read every figure of a sheet, in its order; ``year`` is also what 本年 means.

    Raises
    ------
    Refusal
        The sheet does not parse wholly.
    """
    if not any(is_figure(cell) or cell.kind == "number" for cell in grid.cells.values()):
        return []
    return _Sheet(grid, words, year).readings()


class _Sheet:
    def __init__(self, grid: Grid, words: Vocabulary, year: int | None):
        self.grid, self.words, self.year = grid, words, year
        self.origin: dict[tuple[int, int], tuple[int, int]] = {}
        for top, left, bottom, right in grid.merged:
            for r in range(top, bottom + 1):
                self.origin |= {(r, c): (top, left) for c in range(left, right + 1)}
        self.own: dict[int, list[int]] = {}  # row -> columns with a cell of their own
        for r, c in sorted(grid.cells):
            if self.origin.get((r, c), (r, c)) == (r, c):
                self.own.setdefault(r, []).append(c)
        self.labels: dict[str, Label] = {}

    def label(self, text: str) -> Label:
        if text not in self.labels:
            self.labels[text] = read_label(text, self.words)
        return self.labels[text]

    def at(self, r: int, c: int) -> Cell | None:
        """The cell, or the one whose merged range covers it."""
        return self.grid.cells.get(self.origin.get((r, c), (r, c)))

    def row(self, r: int) -> list[Cell]:
        """The row's own cells."""
        return [self.grid.cells[r, c] for c in self.own[r]]

    def readings(self) -> list[Figure]:
        rows = list(self.own)
        above = next((n for n, r in enumerate(rows) if not self.is_line(r)), len(rows))
        if above == len(rows):
            r, c = next(key for key, cell in self.grid.cells.items() if not _is_words(cell))
            raise Refusal("no_table", address(r, c))
        lines = [(address(r, c), self.grid.cells[r, c].text) for r in rows[:above]
                 for c in self.own[r]]  # fmt: skip
        heads = [rows[above]]
        for r in rows[above + 1 :]:
            if not self.continues_head(r, heads):
                break
            heads.append(r)
        self.check_head(heads)
        body, found = rows[above + len(heads) :], []
        starts = self.starts(heads, body)
        for start, end in zip(starts, [*starts[1:], 1 << 20], strict=True):
            found += _Table(self, lines, heads, body, range(start, end)).readings()
        return sorted(found, key=lambda reading: (reading.row, reading.column))

    def is_line(self, r: int) -> bool:
        """Whether a row stands above the table: one text, or texts such as 单位：万元."""
        texts = [cell.text for cell in self.row(r)]
        if any(map(is_figure, self.row(r))):
            return False
        keyed = [t for t in texts if re.match("[^:：]{1,12}[:：]", t) or split_units(t)]
        plain = [t for t in texts if t not in keyed and not self.label(t).is_time]
        return len(texts) == 1 or (bool(keyed) and len(plain) <= 1 and not any(map(_role, texts)))

    def continues_head(self, r: int, heads: list[int]) -> bool:
        """Whether a row is one more of the head: its name says so, or its stub is empty."""
        cells, first = self.row(r), self.row(heads[0])
        if self.counts_columns(r):
            return True
        if any(is_figure(cell) or is_missing(cell) for cell in cells):
            return False
        if _role(cells[0].text):
            return [cell.text for cell in first] != [cell.text for cell in cells]
        stubs = {c for c, cell in zip(self.own[heads[0]], first, strict=True) if _role(cell.text)}
        stubs.add(min(columns[0] for row, columns in self.own.items() if row >= heads[0]))
        return all(self.origin.get((r, c), (r, c))[0] < r or self.at(r, c) is None for c in stubs)

    def counts_columns(self, r: int) -> bool:
        """Whether a row numbers the columns: 甲 乙 1 2 3."""
        plain = [unicodedata.normalize("NFKC", cell.text).strip("()") for cell in self.row(r)]
        numbers = [int(text) for text in plain if re.fullmatch(r"\d{1,3}", text)]
        others = {text for text in plain if not re.fullmatch(r"\d{1,3}", text)}
        counted = numbers and numbers[0] < 4 and numbers == list(range(numbers[0], numbers[-1] + 1))
        return bool(counted and others and others <= {*"甲乙丙丁戊ABC", "栏次"})

    def check_head(self, heads: list[int]) -> None:
        top = address(heads[0], self.own[heads[0]][0])
        if any(map(is_figure, self.row(heads[0]))) or sum(len(self.own[r]) for r in heads) == 1:
            raise Refusal("no_head", top)
        if any(_role(cell.text) == "firm" for r in heads for cell in self.row(r)):
            raise Refusal("firms", top)
        for upper, lower in pairwise(heads):
            for c in self.own[lower][1:]:
                left = [x for x in self.own[upper] if x < c]
                if self.at(upper, c) is not None or not left:
                    continue
                if not _role(self.grid.cells[upper, left[-1]].text):
                    raise Refusal("blank_head", address(upper, c))

    def starts(self, heads: list[int], body: list[int]) -> list[int]:
        """First columns of tables side by side: the first head of one stands again."""
        texts = {c: self.grid.cells[heads[0], c].text for c in self.own[heads[0]]}
        first = next(iter(texts.values()))
        again = [c for c, text in texts.items() if text == first]
        if len(again) > 1 and _role(first):
            return again
        return [min(self.own[r][0] for r in (*heads, *body))]


class _Table:
    """One head with its rows; what it says of itself stands in lines above and notes below."""

    def __init__(self, sheet: _Sheet, lines: Lines, heads: list[int], body: list[int], span: range):
        self.sheet, self.cells, self.words = sheet, sheet.grid.cells, sheet.words
        self.lines, self.heads, self.span = lines, heads, span
        rows = {r: own for r in body if (own := [c for c in sheet.own[r] if c in span])}
        last = max((r for r, own in rows.items() if self.is_body(r, own)), default=0)
        self.rows = {r: own for r, own in rows.items() if r <= last}
        self.notes = [(address(r, c), self.cells[r, c].text) for r in body if r > last
                      for c in sheet.own[r] if not is_missing(self.cells[r, c])]  # fmt: skip
        self.notes += [line for line in lines if key_of(line[1]) == "note"]
        self.columns = self.read_columns()
        self.stubs = [c for c in self.columns if c.role in _STUBS]
        texts = [text for _, text in lines] + [
            cell.text for r in self.rows for c in self.stubs if (cell := sheet.at(r, c.number))
        ]
        self.named = {sheet.label(text).area for text in texts}
        self.named |= {label.area for column in self.columns for label in column.labels}
        labels = [label for column in self.columns for label in column.labels]
        labels += [sheet.label(text) for text in texts[len(lines) :]]
        self.yearly = any(label.neutral and label.year for label in labels)

    def is_body(self, r: int, own: list[int]) -> bool:
        """Whether a row is no note: it holds a figure, or several cells without 填表人：."""
        cells = [self.cells[r, c] for c in own]
        if len(cells) == 1 or any(map(is_figure, cells)):
            return is_figure(cells[0]) or len(cells) > 1
        return not any(re.match("[^:：]{1,12}[:：]", compact(cell.text)) for cell in cells)

    # -- columns ---------------------------------------------------------------------------------
    def read_columns(self) -> list[_Column]:
        headed = {c for r in self.heads for c in self.sheet.own[r]}
        headed |= {c for r, c in self.sheet.origin if r in self.heads}
        first = self.span[0]
        for r, own in self.rows.items():
            if outside := [c for c in own if c not in headed and c != first]:
                raise Refusal("no_head_above", address(r, outside[0]))
        columns: list[_Column] = []
        for c in sorted(c for c in headed | {first} if c in self.span):
            body = [cell for r in self.rows if (cell := self.sheet.at(r, c)) is not None]
            path = self.path(c)
            if path or body:
                role = self.role(c, path, body)
                if role == "area" and any(other.role == role for other in columns):
                    role = self.translation(c, body) or role
                columns.append(_Column(c, role, [self.sheet.label(text) for text in path]))
        return columns

    def path(self, c: int) -> list[str]:
        """What the heads above a column say, from the top."""
        path: list[str] = []
        for r in self.heads:
            cell, named = self.sheet.at(r, c), self.sheet.at(r, self.span[0])
            how_often = c != self.span[0] and named and _role(named.text) == "frequency"
            if cell is None or how_often or self.sheet.counts_columns(r) or cell.text in path[-1:]:
                continue
            path.append(cell.text)
        return path

    def role(self, c: int, path: list[str], body: list[Cell]) -> str:
        """What a column holds; the head of the first one may speak of the head's own rows."""
        roles, read = [*filter(None, map(_role, path))], [self.sheet.label(b.text) for b in body]
        role = roles[-1] if roles else ""
        if c == self.span[0]:
            years = all(label.is_time or label.month for label in read)
            areas = any(label.area for label in read) or not any(
                self.words.match(label.name) for label in read
            )
            if len(roles) > 1 or (role == "year" and not years) or (role == "area" and not areas):
                role = ""
            return role if role or (body and not any(map(is_figure, body))) else "value"
        if role and not (role in _STUBS and role != "year" and any(map(is_figure, body))):
            return role
        if not path:
            raise Refusal("no_head_above", address(self.heads[-1], c))
        speaks = any(
            label.neutral or label.year or label.relative is not None or label.refuse or label.area
            or label.generic or self.words.match(label.name)
            for label in map(self.sheet.label, path)
        )  # fmt: skip
        if not speaks and body and all(map(_is_words, body)):
            raise Refusal("text_column", address(self.heads[0], c), name=path[-1])
        return "value"

    def translation(self, c: int, body: list[Cell]) -> str:
        """``aside`` for a column that only gives the English of the areas beside it."""
        if not all(cell.text.isascii() for cell in body):
            return ""
        if odd := next((cell.text for cell in body if _NO_NAME_RE.search(cell.text)), ""):
            raise Refusal("text_column", address(self.heads[-1], c), name=odd)
        return "aside"

    # -- rows ------------------------------------------------------------------------------------
    def readings(self) -> list[Figure]:
        found: list[Figure] = []
        heads = [[cell.text for cell in self.sheet.row(r)] for r in self.heads]
        context, sections, open_ = _Context(self, self.lines), [], False
        above: tuple[int, str] | None = None  # indent and indicator of the last row that is no part
        for r, own in self.rows.items():
            cells = [self.cells[r, c] for c in own]
            if [cell.text for cell in self.sheet.row(r)] in heads:  # again at the top of a page
                continue
            if len(own) > 1 and _role(cells[0].text) and not any(map(is_figure, cells)):
                raise Refusal("second_table", address(r, own[0]))
            if len(own) == 1 and _is_words(cells[0]):
                sections = [*(sections if open_ else []), (address(r, own[0]), cells[0].text)]
                context, open_, above = _Context(self, [*self.lines, *sections]), True, None
                continue
            open_, row = False, self.row_labels(r)
            stubs = [cell for c in self.stubs if (cell := self.sheet.at(r, c.number))]
            indent = max((cell.indent for cell in stubs), default=0)
            names = [label.name for label in row if not label.neutral]
            deeper = above is not None and indent > above[0]
            part = bool(names) and (deeper or any(label.part for label in row))
            whole = above[1] if above else ""
            if not part and not (names and self.words.part(whole, names[-1])):
                above = (indent, self.words.match(names[-1]) if names else "")
            for place, column in enumerate(self.columns):
                if column.role != "value" or column.number not in own:
                    continue
                cell = self.cells[r, column.number]
                if is_missing(cell):
                    continue
                reading = Figure(
                    self.sheet.grid.name, address(r, column.number), r, column.number, cell.text
                )
                found.append(reading)
                self.read_value(reading, cell)
                self.place_name(reading, row, self.columns[: place + 1], context, whole, part)
                self.place(reading, row, column.labels, context)
        return found

    def row_labels(self, r: int) -> list[Label]:
        """Names of a row, from the left; one that is left blank is not filled in."""
        labels = []
        for column in self.stubs:
            cell = self.sheet.at(r, column.number)
            if cell is None:
                raise Refusal("blank_label", address(r, column.number))
            label = self.sheet.label(cell.text)
            if column.role == "area" and not label.neutral:  # a word more makes another place
                label = replace(label, area="", generic="", other=cell.text, name="")
            labels.append(label)
        return labels

    def read_value(self, reading: Figure, cell: Cell) -> None:
        grid = self.sheet.grid
        reading.bare, marks, word = bare_figure(cell.text)
        label = self.sheet.label(word) if word else Label()
        reading.vintage, reading.units = label.vintage, label.units
        reading.remarks = [f"\0{mark}" for mark in marks]
        reading.remarks += [word] * bool(word and not (label.vintage or label.units))
        if cell.kind == "date" or cell.fault:
            reading.stop(cell.fault or "date_value")
        if cell.formula:
            reading.said.append(("formula_value", {}))
        if reading.row in grid.hidden_rows or reading.column in grid.hidden_columns:
            reading.stop("hidden")
        read = quantity(reading.bare)
        if not isinstance(read, str):
            reading.quantity = read
        elif not cell.fault:
            counted = re.search(r"[\d一二两三四五六七八九十百千万亿]", cell.text)
            reading.stop("unreadable" if counted else "words", detail=read)

    def place_name(
        self, reading: Figure, row: list[Label], columns: list[_Column], context: _Context,
        whole: str, part: bool,
    ) -> None:  # fmt: skip
        words, labels = self.words, columns[-1].labels
        rows, tops = (list(dict.fromkeys(label.name for label in side if not label.neutral))
                      for side in (row, labels))  # fmt: skip
        if context.named:  # 强度 below a title on R&D经费投入强度 adds nothing
            tops = [name for name in tops if not normal(context.named).endswith(normal(name))]
        names = [*rows, *tops]
        reading.name = " / ".join(names) or context.named
        if any(label.part for label in labels):  # a column 其中：… beside that of the whole
            before = [label.name for c in columns if c.role == "value" for label in c.labels
                      if not label.part and words.match(label.name)]  # fmt: skip
            whole, part, names = words.match((rows or before or [""])[-1]), True, tops
        if part:
            reading.indicator = words.part(whole, names[0]) if len(names) == 1 else ""
            if not reading.indicator:
                reading.stop("sub_row")
            return
        if not names:
            reading.indicator = context.indicator
        else:
            meant = {words.match(name) for name in names}
            measured = words.match(rows[0]) if len(rows) == len(tops) == 1 else ""
            reading.indicator = (
                words.match("".join(rows + tops)) or words.match("".join(tops + rows))
                or (meant.pop() if len(meant) == 1 else "") or words.part(whole, "".join(names))
                or (measured if words.is_measure(measured, "".join(tops)) else "")
            )  # fmt: skip
        if not reading.indicator:
            reading.stop("unknown_name" if reading.name else "no_name")

    def place(
        self, reading: Figure, row: list[Label], heads: list[Label], context: _Context
    ) -> None:
        near = [*row, *heads]
        asides = {c.role: cell.text for c in self.columns if c.role not in ("value", *_STUBS)
                  if (cell := self.sheet.at(reading.row, c.number))}  # fmt: skip
        if any(names_a_firm(label.text) for label in near):
            reading.stop("one_firm")
        self.place_year(reading, near, context)
        self.place_area(reading, row, heads, context)
        self.place_unit(reading, row, heads, asides.get("unit", ""), context)
        refuse = next((label.refuse for label in near if label.refuse.endswith("_value")), "")
        if refuse and not reading.indicator:
            reading.stop(refuse)
        own_unit = reading.near and set(reading.units) - {"%", "‰", "‱"}
        if context.refuse and (context.per_head or not own_unit):
            reading.stop(context.refuse)
        if reading.indicator:
            context.narrow(reading)
        stated = [reading.vintage, *(label.vintage for label in near)]
        stated += [self.sheet.label(asides.get("vintage", "")).vintage, context.vintage]
        reading.vintage = next(filter(None, stated), "")
        reading.source, reading.dated = asides.get("source", ""), asides.get("published", "")
        reading.scope = "口径变动" if asides.get("scope") in ("是", "有", "yes", "y") else ""
        marks = {mark.strip("[]注") for label in near for mark in label.marks}
        marks |= {mark[1:].strip("[]注") for mark in reading.remarks if mark[0] == "\0"}
        reading.remarks = [remark for remark in reading.remarks if remark[0] != "\0"]
        if note := asides.get("note", ""):
            reading.remarks.append(note)
            self.weigh(reading, note, reading.cell, True)
        for place, text in self.notes:
            self.place_note(reading, place, text, marks)

    def place_year(self, reading: Figure, near: list[Label], context: _Context) -> None:
        years = sorted({label.year for label in near if label.year is not None})
        if len(years) > 1:
            reading.stop("year_conflict", year=years[0], other=years[1])
        refuse = next((n.refuse for n in near if n.refuse in ("part_year", "several_years")), "")
        cumulative = any(label.cumulative for label in near)
        december = cumulative and any(label.month == 12 for label in near)
        whole = any(label.whole for label in near) or (context.whole and not refuse)
        if cumulative and not whole and refuse != "several_years":
            refuse = "" if december else "part_year"
        if context.part and not whole and not december:
            refuse = refuse or "part_year"
        if refuse:
            reading.stop(refuse)
        steps = [label.relative for label in near if label.relative is not None]
        base = context.year + (steps[0] if steps else 0) if context.year else None
        # beside columns or rows of years, one without a year sums them up
        summed = self.yearly and not steps
        reading.year = years[0] if years else None if summed else base
        if reading.year is None:
            reading.stop("several_years" if context.span or summed else "no_year")
        elif not 1949 <= reading.year <= 2100:
            reading.stop("year_out_of_range")

    def place_area(
        self, reading: Figure, row: list[Label], heads: list[Label], context: _Context
    ) -> None:
        own, top = ([self.area_of(label) for label in side if label.area or label.generic]
                    for side in (row, heads))  # fmt: skip
        levels = list(self.words.levels.values())  # of areas that lie in each other the smallest
        own = sorted(own, key=lambda a: levels.index(a) if a in levels else -1)[:1]
        found = [*own, *top]
        other = next((label.other for label in (*row, *heads) if label.other), "")
        if not other and (not found or "" in found):
            other = context.other
        if other:
            reading.area = other
            reading.stop("other_area")
        elif len({*filter(None, found)}) > 1:
            reading.stop("area_conflict", area=found[0], other=found[-1])
        else:
            reading.area = found[0] if found else context.area

    def area_of(self, label: Label) -> str:
        """The area of a label; 全州 is one only where the sheet names it or one within it."""
        if label.area or not label.generic:
            return label.area
        levels = list(self.words.levels)
        within = {self.words.levels[name] for name in levels[: levels.index(label.generic) + 1]}
        known = label.generic == "nation" or within & self.named
        return self.words.levels[label.generic] if known else ""

    def place_unit(
        self, reading: Figure, row: list[Label], heads: list[Label], own: str, context: _Context
    ) -> None:
        stated = [reading.units] if reading.units else []
        if own and not is_missing(Cell(own)):
            stated.append(split_units(own) or (own,))
        stated += [label.units for label in (*reversed(row), *reversed(heads)) if label.units]
        printed = reading.quantity.unit if reading.quantity else ""  # in base units
        for one in stated[1:]:
            if not _same_unit(one, stated[0]):
                reading.stop("unit_conflict", unit="、".join(stated[0]), other="、".join(one))
        if printed and stated and not any(unit_size(printed, unit) for unit in stated[0]):
            reading.stop("unit_conflict", unit=printed, other="、".join(stated[0]))
        reading.near = bool(printed or stated)
        reading.units = (printed,) if printed else stated[0] if stated else context.units

    # -- notes -----------------------------------------------------------------------------------
    def place_note(self, reading: Figure, place: str, text: str, marks: set[str]) -> None:
        """What a note below the table says of a figure: all of it, or behind the figure's mark."""
        general, *marked = _NOTE_MARK_RE.split(re.sub("^(?:注|说明|备注|附注)\\s*[:：]", "", text))
        if key_of(text) != "aside":
            self.weigh(reading, general, place, False)
        for mark, said in zip(marked[::2], marked[1::2], strict=True):
            if mark.strip("[]注:：") in marks and said.strip(" ;；。:："):
                self.weigh(reading, said, place, True)
                reading.remarks.append(said.strip(" ;；。:："))

    def weigh(self, reading: Figure, note: str, place: str, own: bool) -> None:
        """What a note's clauses say of a figure: each holds for the years that it names."""
        for clause in clauses(note):
            narrows, since = PATTERNS["narrow"].search(clause), SCOPE_RE.search(clause)
            years = {int(year) for year in re.findall(r"(?:19|20)\d\d", clause)}
            if since and not narrows and reading.year == int(since[1]):
                reading.scope = clause
                reading.remarks.append(clause)
            if since and reading.year:
                years = {reading.year} if reading.year >= int(since[1]) else years - {reading.year}
            if years and reading.year not in years:
                continue
            if narrows:
                reading.stop("narrowed", group=clause, place=place)
            if (vintage := VINTAGE_RE.search(clause)) and not reading.vintage:
                named = [name for name in self.words.names if len(name) > 2 and name in clause]
                about = years or own or _ABOUT_ALL_RE.fullmatch(clause.replace(vintage[0], ""))
                if reading.name in named if named else about:
                    reading.vintage = VINTAGES[vintage[0]]
                    reading.remarks.append(clause)


class _Context:
    """What the lines above a table say of all of it; the nearest line holds."""

    def __init__(self, table: _Table, lines: Lines):
        sheet, self.words = table.sheet, table.words
        self.area = self.other = self.vintage = self.named = self.indicator = self.refuse = ""
        self.year: int | None = sheet.year
        self.units: tuple[str, ...] = ()
        self.part = self.whole = self.span = self.per_head = False
        self.narrows: list[tuple[str, list[tuple[str, str]]]] = []  # place, (text, indicator)
        read = [(place, *read_line(text, self.words)) for place, text in lines]
        if any(re.search("[一-鿿]", text) for _, text in lines):  # the others are translations
            read = [line for line in read if re.search("[一-鿿%‰]", line[2].text)]
        tab = Label() if sheet.grid.plain else read_label(sheet.grid.name, self.words)
        if not tab.name and (tab.area or tab.is_time):
            read.insert(0, ("tab", "", tab))
        elif PATTERNS["narrow_tab"].search(tab.name):
            self.narrows.append((sheet.grid.name, [(tab.name, self.words.match(tab.name))]))
        for place, key, label in read:
            if names_a_firm(label.name):
                raise Refusal("firms", place)
            if key in ("aside", "note"):
                continue
            if key == "area" or label.area or label.other or label.generic:
                self.area = table.area_of(label)
                self.other = label.other or ("" if label.area or key != "area" else label.text)
            self.year = self.year if label.year is None else label.year
            self.units, self.vintage = label.units or self.units, label.vintage or self.vintage
            self.whole |= label.whole
            self.part |= label.refuse == "part_year" or key == "frequency"
            self.span |= label.refuse == "several_years"
            if key == "indicator":
                self.named, self.indicator = label.name, self.words.match(label.name)
            elif not key:
                self.title(place, label)

    def title(self, place: str, label: Label) -> None:
        """Whether a line speaks of something else than the figures themselves, or of a part."""
        if label.other:  # figures of the review's areas below it are not of that place
            self.narrows.append((place, [(label.other, "")]))
        reached = label.refuse == "target_value" and re.search("完成|进展|实现", label.text)
        if label.refuse.endswith("_value") and not reached:
            self.refuse = label.refuse
            self.per_head = bool(PATTERNS["per_head"].search(label.text.lower()))
            return
        pieces = [subject(label.name, self.words)]
        if not pieces[0][1]:
            pieces = [subject(piece, self.words) for piece in re.split("[与和及、]", label.name)]
        for text, meant in pieces:
            if meant:
                self.named, self.indicator = text, meant
        if any(text and self.words.kinds.get(meant, "count") == "count" for text, meant in pieces):
            self.narrows.append((place, pieces))

    def narrow(self, reading: Figure) -> None:
        """Ask where a line above names a part of the whole that the figure may be."""
        counted = self.words.kinds.get(reading.indicator) == "count"
        for place, pieces in self.narrows:
            fine = (
                meant == reading.indicator or (meant and counted) or covers(text, reading.name)
                for text, meant in pieces if text
            )  # fmt: skip
            if not any(fine):
                reading.stop("narrowed", group="、".join(text for text, _ in pieces), place=place)


def _is_words(cell: Cell) -> bool:
    return not (is_figure(cell) or is_missing(cell) or cell.kind == "number")


def _same_unit(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return bool(set(one) & set(other)) or (len(one) == 1 and unit_size(one[0], other[0]) == 1)


def unit_size(one: str, other: str) -> float:
    """How many of the other unit one is; 0 where they measure different things."""
    try:
        return convert(1, one, other)
    except QuantityError:
        return 0.0
