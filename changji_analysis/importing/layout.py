"""Which year, area, indicator and unit belong to each figure of a sheet.

One table under one head is read: lines above it that each state one thing, a head of one or
several rows, rows of figures, notes below. What a figure means stands at its own row or column,
in one of the lines above, or is asked for. A sheet that does not parse wholly in this way is
refused with the cell that stood in the way (`Refusal`); nothing is guessed and nothing dropped.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any

from ..errors import QuantityError
from ..quantities import Quantity, convert, known_unit, parse_quantity
from . import labels as words_
from .cells import Cell
from .labels import MARK, PATTERNS, Label, Vocabulary, compact, normal, read_label
from .sheets import Grid, address

_ROLES = words_.by_word("roles")
_AREA_HEAD_RE = re.compile(
    "各?(?:地区?|州|市|县|区|省|盟|乡|镇|街道|团场|师|自治区|直辖市)+(?:名称?|别)?"
)
_STUBS = ("indicator", "area", "year", "")
_END_MARKS_RE = re.compile(
    rf"[{MARK}]+$|^[{MARK}]+|\[\d{{1,2}}\]$|[*※†‡#]+$|^[*※†‡]+|\(?注\d{{1,2}}\)?$"
)
_YEAR_RE = re.compile(r"(?:19|20|21)\d\d(?:\.0)?(?:年度?)?")
_NOTE_MARK_RE = re.compile(rf"([{MARK}]|\[\d{{1,2}}\]|注\d+[:：]?|^[*※†‡]+)")


class Refusal(Exception):
    """Why a sheet does not parse, and the cell that stood in the way."""

    def __init__(self, code: str, place: str, **fill: Any):
        super().__init__(code)
        self.code, self.place, self.fill = code, place, fill


@dataclass
class Reading:
    """One figure with everything that its surroundings say.

    Attributes
    ----------
    quantity : Quantity or None
        The figure itself; None where it cannot be read.
    name, indicator : str
        The indicator's name as printed, and what it means; empty if unknown.
    units : tuple of str
        The unit printed nearest to it; ``near`` if at its own row or column.
    reasons : dict
        Why it is not taken: code -> what the message says; empty if nothing speaks against it.
    said : list of (code, fill)
        What is to be said of it all the same.
    """

    sheet: str
    row: int
    column: int
    cell: Cell
    bare: str = ""
    quantity: Quantity | None = None
    name: str = ""
    indicator: str = ""
    year: int | None = None
    area: str = ""
    units: tuple[str, ...] = ()
    near: bool = False
    vintage: str = ""
    source: str = ""
    published: str = ""
    scope: str = ""
    remarks: list[str] = field(default_factory=list)
    reasons: dict[str, dict[str, Any]] = field(default_factory=dict)
    said: list[tuple[str, dict]] = field(default_factory=list)

    def stop(self, code: str, **fill: Any) -> None:
        """Note why it is not taken."""
        self.reasons.setdefault(code, fill)


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
def read_grid(grid: Grid, words: Vocabulary, year: int | None = None) -> list[Reading]:
    """Read every figure of a sheet, in its order.

    Parameters
    ----------
    grid : Grid
    words : Vocabulary
    year : int, optional
        What 本年 means, and the year of figures that have none.

    Raises
    ------
    Refusal
        The sheet does not parse wholly.
    """
    if not any(map(is_figure, grid.cells.values())):
        return []
    return _Sheet(grid, words, year).readings()


class _Sheet:
    def __init__(self, grid: Grid, words: Vocabulary, year: int | None):
        self.grid, self.words, self.year = grid, words, year
        self.origin: dict[tuple[int, int], tuple[int, int]] = {}
        for top, left, bottom, right in grid.merged:
            for r in range(top, bottom + 1):
                self.origin |= {(r, c): (top, left) for c in range(left, right + 1)}
        self.by_row: dict[int, list[int]] = {}
        for r, c in sorted(grid.cells):
            if self.origin.get((r, c), (r, c)) == (r, c):
                self.by_row.setdefault(r, []).append(c)
        self.labels: dict[str, Label] = {}

    def label(self, text: str) -> Label:
        if text not in self.labels:
            self.labels[text] = read_label(text, self.words)
        return self.labels[text]

    def at(self, r: int, c: int) -> Cell | None:
        """The cell, or the one whose merged range covers it."""
        return self.grid.cells.get(self.origin.get((r, c), (r, c)))

    def readings(self) -> list[Reading]:
        rows = list(self.by_row)
        above = 0
        while above < len(rows) and self.is_line(rows[above]):
            above += 1
        if above == len(rows):
            r, c = next(key for key, cell in self.grid.cells.items() if is_figure(cell))
            raise Refusal("no_table", address(r, c))
        lines = [(address(r, c), self.grid.cells[r, c].text) for r in rows[:above]
                 for c in self.by_row[r]]  # fmt: skip
        heads = [rows[above]]
        for r in rows[above + 1 :]:
            if not self.continues_head(r, heads):
                break
            heads.append(r)
        self.check_head(heads)
        body = rows[above + len(heads) :]
        found: list[Reading] = []
        starts = self.starts(heads, body)
        for start, end in zip(starts, [*starts[1:], 1 << 20], strict=True):
            found += _Table(self, lines, heads, body, range(start, end)).readings()
        return sorted(found, key=lambda reading: (reading.row, reading.column))

    def is_line(self, r: int) -> bool:
        """Whether a row stands above the table: one text, or texts such as 单位：万元."""
        texts = [self.grid.cells[r, c].text for c in self.by_row[r]]
        if any(is_figure(self.grid.cells[r, c]) for c in self.by_row[r]):
            return False
        if len(texts) == 1:
            return True
        keyed = [
            bool(re.match(r"[^:：]{1,12}[:：]", t)) or bool(words_.split_units(t)) for t in texts
        ]
        plain = [t for t, key in zip(texts, keyed, strict=True)
                 if not key and not self.label(t).is_time]  # fmt: skip
        return any(keyed) and len(plain) <= 1 and not any(map(_role, texts))

    def continues_head(self, r: int, heads: list[int]) -> bool:
        cells = [self.grid.cells[r, c] for c in self.by_row[r]]
        if self.counts_columns(cells):
            return True
        if any(map(is_figure, cells)) or any(map(is_missing, cells)):
            return False
        if _role(cells[0].text):
            texts = [self.grid.cells[heads[0], c].text for c in self.by_row[heads[0]]]
            return texts != [cell.text for cell in cells]
        stubs = [c for c in self.by_row[heads[0]] if _role(self.grid.cells[heads[0], c].text)]
        first = min(*stubs, *self.by_row[r], *self.by_row[heads[0]], 1 << 20)
        covered = [self.origin.get((r, c), (r, c))[0] < r or self.at(r, c) is None
                   for c in {first, *stubs}]  # fmt: skip
        return all(covered)

    def counts_columns(self, cells: list[Cell]) -> bool:
        """Whether a row numbers the columns: 甲 乙 1 2 3."""
        plain = [unicodedata.normalize("NFKC", cell.text).strip("()") for cell in cells]
        numbers = [int(text) for text in plain if re.fullmatch(r"\d{1,3}", text)]
        others = [text for text in plain if not re.fullmatch(r"\d{1,3}", text)]
        known = set(others) <= {*"甲乙丙丁戊ABC", "栏次"}
        return len(plain) > 1 and bool(numbers) and known and (
            numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] < 4
            and bool(others)
        )  # fmt: skip

    def check_head(self, heads: list[int]) -> None:
        cells = [self.grid.cells[heads[0], c] for c in self.by_row[heads[0]]]
        if any(map(is_figure, cells)) or (len(cells) == 1 and len(heads) == 1):
            raise Refusal("no_head", address(heads[0], self.by_row[heads[0]][0]))
        if any(_role(self.grid.cells[r, c].text) == "firm" for r in heads for c in self.by_row[r]):
            raise Refusal("firms", address(heads[0], self.by_row[heads[0]][0]))
        for upper, lower in pairwise(heads):
            for c in self.by_row[lower][1:]:
                left = [x for x in self.by_row[upper] if x < c]
                if self.at(upper, c) is None and left and not _role(self.at(upper, left[-1]).text):
                    raise Refusal("blank_head", address(upper, c))

    def starts(self, heads: list[int], body: list[int]) -> list[int]:
        """First columns of tables side by side: the first head of one stands again."""
        columns = self.by_row[heads[0]]
        first = self.grid.cells[heads[0], columns[0]].text
        again = [c for c in columns if self.grid.cells[heads[0], c].text == first]
        if len(again) > 1 and _role(first) and not self.label(first).is_time:
            return again
        return [min(c for r in (*heads, *body) for c in self.by_row[r])]


class _Table:
    def __init__(
        self, sheet: _Sheet, lines: list[tuple[str, str]], heads: list[int], body: list[int],
        span: range,
    ):  # fmt: skip
        self.sheet, self.cells, self.heads, self.span = sheet, sheet.grid.cells, heads, span
        self.rows = {r: own for r in body if (own := [c for c in sheet.by_row[r] if c in span])}
        last = max((r for r, own in self.rows.items() if self.is_body(own, r)), default=0)
        self.notes = [(address(r, c), self.cells[r, c].text) for r in body if r > last
                      for c in sheet.by_row[r] if not is_missing(self.cells[r, c])]  # fmt: skip
        self.rows = {r: own for r, own in self.rows.items() if r <= last}
        self.columns = self.read_columns()
        self.stubs = [c for c in self.columns if c.role in _STUBS]
        self.lines = lines
        self.named = {label.area for _, text in lines for label in [sheet.label(text)]}
        self.named |= {label.area for column in self.columns for label in column.labels}
        self.named |= {sheet.label(cell.text).area for r in self.rows for column in self.stubs
                       if (cell := sheet.at(r, column.number))}  # fmt: skip

    def is_body(self, own: list[int], r: int) -> bool:
        """Whether a row is no note: it holds a figure, or several cells without 填表人：."""
        cells = [self.cells[r, c] for c in own]
        keyed = any(re.match(r"[^:：]{1,12}[:：]", compact(cell.text)) for cell in cells)
        return any(map(is_figure, cells)) or (len(cells) > 1 and not keyed)

    # -- columns ---------------------------------------------------------------------------------
    def read_columns(self) -> list[_Column]:
        numbers = {c for r in self.heads for c in self.sheet.by_row[r] if c in self.span}
        numbers |= {
            c for r in self.heads for y, c in self.sheet.origin if y == r and c in self.span
        }
        for r, own in self.rows.items():
            for c in own:
                first = c == self.span[0] and not numbers & {c}
                if c not in numbers and not first:
                    raise Refusal("no_head_above", address(r, c))
        numbers.add(self.span[0])
        columns: list[_Column] = []
        for c in sorted(numbers):
            column = self.read_column(c, first=not columns)
            if column is not None and column.role == "area" and self.translates(column, columns):
                column.role = "aside"
            columns += [column] if column is not None else []
        return columns

    def read_column(self, c: int, first: bool) -> _Column | None:
        path, roles = [], []
        for r in self.heads:
            cell = self.sheet.at(r, c)
            if cell is None or self.sheet.counts_columns(
                [self.cells[r, x] for x in self.sheet.by_row[r]]
            ):
                continue
            named = self.sheet.at(r, self.span[0])
            if not first and named is not None and _role(named.text) == "frequency":
                continue
            if not path or path[-1] != cell.text:
                path.append(cell.text)
                roles.append(_role(cell.text))
        body = [cell for r in self.rows if (cell := self.sheet.at(r, c)) is not None]
        if not path and not body:
            return None
        labels = [self.sheet.label(text) for text in path]
        role = next((role for role in reversed(roles) if role), "")
        if first:
            if sum(map(bool, roles)) > 1:  # they name the rows of the head
                role = ""
            read = [self.sheet.label(cell.text) for cell in body]
            known = any(self.sheet.words.match(label.name) for label in read)
            if (role == "year" and not all(label.is_time or label.month for label in read)) or (
                role == "area" and known and not any(label.area for label in read)
            ):
                role = ""
            texts = [cell for cell in body if not is_figure(cell)]
            stub = bool(role) or (bool(texts) and len(texts) == len(body))
            return _Column(c, role if stub else "value", labels)
        if role:
            return _Column(c, role, labels)
        if not path:
            raise Refusal("no_head_above", address(self.heads[-1], c))
        speaks = any(
            label.neutral or label.year is not None or label.relative is not None or label.refuse
            or label.area or label.generic or self.sheet.words.match(label.name) for label in labels
        )  # fmt: skip
        if not speaks and body and not any(is_figure(cell) or is_missing(cell) for cell in body):
            raise Refusal("text_column", address(self.heads[0], c), name=path[-1])
        return _Column(c, "value", labels)

    def translates(self, column: _Column, before: list[_Column]) -> bool:
        """Whether a column of areas only gives the English of the one before it."""
        texts = [cell.text for r in self.rows if (cell := self.sheet.at(r, column.number))]
        if not any(other.role == "area" for other in before) or not all(map(str.isascii, texts)):
            return False
        for r in self.rows:
            cell = self.sheet.at(r, column.number)
            if (cell and not re.fullmatch(r"[A-Za-z' -]+", cell.text)) or (
                cell
                and re.search(r"(?i)\b(?:average|urban|rural|without|excluding|other)\b", cell.text)
            ):
                raise Refusal("text_column", address(r, column.number), name=cell.text)
        return True

    # -- rows ------------------------------------------------------------------------------------
    def readings(self) -> list[Reading]:
        found: list[Reading] = []
        heads = [[self.cells[r, c].text for c in self.sheet.by_row[r]] for r in self.heads]
        sections: list[tuple[str, str]] = []
        open_, context = False, _Context(self, self.lines)
        above: tuple[int, str] | None = None  # indent and indicator of the last row that is no part
        for r, own in self.rows.items():
            texts = [self.cells[r, c].text for c in self.sheet.by_row[r]]
            if texts in heads:  # printed again at the top of a page
                continue
            filled = any(is_figure(self.cells[r, c]) or is_missing(self.cells[r, c]) for c in own)
            if (
                _role(texts[0])
                and len(own) > 1
                and not any(is_figure(self.cells[r, c]) for c in own)
            ):
                raise Refusal("second_table", address(r, own[0]))
            if len(own) == 1 and not filled:
                sections = [*(sections if open_ else []), (address(r, own[0]), texts[0])]
                context, open_ = _Context(self, [*self.lines, *sections]), True
                above = None
                continue
            open_ = False
            labels = self.row_labels(r)
            indent = max((self.sheet.at(r, s.number).indent for s in self.stubs
                          if self.sheet.at(r, s.number)), default=0)  # fmt: skip
            part = any(label.part for label in labels) or (above is not None and indent > above[0])
            own_names = [label.name for label in labels if not label.neutral]
            whole = above[1] if above else ""
            if not part:
                meant = self.sheet.words.match(own_names[-1]) if own_names else ""
                if not (whole and own_names and self.sheet.words.part(whole, own_names[-1])):
                    above = (indent, meant)
            for place, column in enumerate(self.columns):
                cell = self.cells.get((r, column.number))
                if column.role == "value" and cell is not None and column.number in own:
                    if is_missing(cell):
                        continue
                    reading = Reading(self.sheet.grid.name, r, column.number, cell)
                    found.append(reading)
                    self.read_value(reading)
                    self.place(reading, labels, self.columns[:place], column, context, whole, part)
        return found

    def row_labels(self, r: int) -> list[Label]:
        """Names of a row, from the left; one that is left blank is not filled in."""
        labels = []
        for column in self.stubs:
            cell = self.sheet.at(r, column.number)
            if cell is None:
                raise Refusal("blank_label", address(r, column.number))
            label = self.sheet.label(cell.text)
            if column.role == "area" and not label.neutral:
                label = replace(label, area="", generic="", other=cell.text, name="")
            labels.append(label)
        return labels

    def read_value(self, reading: Reading) -> None:
        cell = reading.cell
        reading.bare, marks, word = bare_figure(cell.text)
        label = self.sheet.label(word) if word else Label()
        reading.vintage = label.vintage
        reading.units = label.units
        reading.remarks = [f"\0{mark}" for mark in marks]
        if word and not (label.vintage or label.units):
            reading.remarks.append(word)
        if cell.kind == "date":
            reading.stop("date_value")
        if cell.fault:
            reading.stop(cell.fault)
        if cell.formula:
            reading.said.append(("formula_value", {}))
        grid = self.sheet.grid
        if reading.row in grid.hidden_rows or reading.column in grid.hidden_columns:
            reading.stop("hidden")
        read = quantity(reading.bare)
        if not isinstance(read, str):
            reading.quantity = read
        elif re.search(r"[\d一二两三四五六七八九十百千万亿]", cell.text) or cell.fault:
            reading.stop("unreadable", detail=read)
        else:
            reading.stop("words")

    def place(
        self, reading: Reading, row: list[Label], before: list[_Column], column: _Column,
        context: _Context, whole: str, part: bool,
    ) -> None:  # fmt: skip
        asides = {c.role: cell for c in self.columns if c.role not in ("value", *_STUBS)
                  if (cell := self.sheet.at(reading.row, c.number))}  # fmt: skip
        heads, near = column.labels, [*row, *column.labels]
        if any(words_.names_a_firm(label.text) for label in near):
            reading.stop("one_firm")
        self.place_name(reading, row, heads, before, context, whole, part)
        self.place_year(reading, near, context)
        self.place_area(reading, row, heads, context)
        self.place_unit(reading, row, heads, asides.get("unit"), context)
        refuse = next((label.refuse for label in near if label.refuse), "")
        if refuse not in ("", "part_year", "several_years") and not reading.indicator:
            reading.stop(refuse)
        if context.refuse and not (reading.near and set(reading.units) - {"%", "‰", "‱"}):
            reading.stop(context.refuse)
        if reading.indicator:
            context.narrow(reading)
        vintage = asides.get("vintage")
        stated = [reading.vintage, *(label.vintage for label in near),
                  self.sheet.label(vintage.text).vintage if vintage else "",
                  context.vintage]  # fmt: skip
        reading.vintage = next(filter(None, stated), "")
        self.place_notes(reading, [mark for label in near for mark in label.marks])
        if note := asides.get("note"):
            reading.remarks.append(note.text)
            self.weigh(reading, note.text, address(reading.row, reading.column), set())
        if (scope := asides.get("scope")) and scope.text.strip() in ("是", "有", "yes", "y"):
            reading.scope = "口径变动"
        reading.source = asides["source"].text if "source" in asides else ""
        reading.published = asides["published"].text if "published" in asides else ""

    def place_name(
        self, reading: Reading, row: list[Label], heads: list[Label], before: list[_Column],
        context: _Context, whole: str, part: bool,
    ) -> None:  # fmt: skip
        words = self.sheet.words
        rows = list(dict.fromkeys(label.name for label in row if not label.neutral))
        tops = list(dict.fromkeys(label.name for label in heads if not label.neutral))
        if context.named:
            tops = [name for name in tops if not normal(context.named).endswith(normal(name))]
        if any(label.part for label in heads):  # a column 其中：… beside that of the whole
            own = words.match(rows[-1]) if rows else next(
                (words.match(label.name) for c in reversed(before) if c.role == "value"
                 for label in c.labels if not label.part and words.match(label.name)),
                "")  # fmt: skip
            whole, part, rows, tops = own, True, [], tops
        reading.name = " / ".join([*rows, *tops]) or context.named
        names = [*rows, *tops]
        meant = {words.match(name) for name in names}
        if part:
            reading.indicator = words.part(whole, names[0]) if len(names) == 1 else ""
            if not reading.indicator:
                reading.stop("sub_row", parent=whole or "?")
        elif not names:
            reading.indicator = context.indicator
            if not reading.indicator:
                reading.stop("unknown_name" if reading.name else "no_name")
        else:
            joined = [words.match("".join(rows + tops)), words.match("".join(tops + rows))]
            below = (
                words.part(whole, names[0])
                if len(names) == 1
                else words.part(whole, "".join(names))
            )
            measure = len(rows) == len(tops) == 1 and words.is_measure(
                words.match(rows[0]), tops[0]
            )
            reading.indicator = next(filter(None, (
                *joined, meant.copy().pop() if len(meant) == 1 else "", below,
                words.match(rows[0]) if measure else "",
            )), "")  # fmt: skip
            if not reading.indicator:
                reading.stop("unknown_name")

    def place_year(self, reading: Reading, near: list[Label], context: _Context) -> None:
        years = {label.year for label in near if label.year is not None}
        if len(years) > 1:
            first, second = sorted(years)[:2]
            reading.stop("year_conflict", year=first, other=second)
        refuse = next((n.refuse for n in near if n.refuse in ("part_year", "several_years")), "")
        cumulative = any(label.cumulative for label in near)
        december = any(label.month == 12 for label in near)
        whole = any(label.whole for label in near) or (context.whole and not refuse)
        if cumulative and not whole and refuse != "several_years":
            refuse = "" if december else "part_year"
        if context.part and not whole and not (cumulative and december):
            refuse = refuse or "part_year"
        if refuse:
            reading.stop(refuse)
        steps = [label.relative for label in near if label.relative is not None]
        base = context.year if context.year is not None else self.sheet.year
        reading.year = min(years) if years else base + (steps[0] if steps else 0) if base else None
        if reading.year is None:
            reading.stop("several_years" if context.span else "no_year")
        elif not 1949 <= reading.year <= 2100:
            reading.stop("year_out_of_range", year=reading.year)

    def place_area(
        self, reading: Reading, row: list[Label], heads: list[Label], context: _Context
    ) -> None:
        other = next((label.other for label in (*row, *heads) if label.other), "")
        found = [self.area_of(label) for label in (*row, *heads) if label.area or label.generic]
        areas = {area for area in found if area}
        if len(areas) > 1:
            reading.stop("area_conflict", area=found[0], other=found[-1])
        if other or ((len(areas) < len(set(found)) or not found) and context.other):
            reading.area = other or context.other
            reading.stop("other_area")
        elif areas:
            reading.area = found[0]
        elif not found:
            reading.area = context.area

    def area_of(self, label: Label) -> str:
        """The area of a label; 全州 is one only where the sheet names it or one within it."""
        if label.area:
            return label.area
        order = list(self.sheet.words.levels.items())
        place = [level for level, _ in order].index(label.generic)
        within = {area for _, area in order[: place + 1]}
        return order[place][1] if label.generic == "nation" or within & self.named else ""

    def place_unit(
        self, reading: Reading, row: list[Label], heads: list[Label], cell: Cell | None,
        context: _Context,
    ) -> None:  # fmt: skip
        stated: list[tuple[str, ...]] = [reading.units] if reading.units else []
        if cell is not None and not is_missing(cell):
            stated.append(words_.split_units(cell.text) or (cell.text,))
        stated += [label.units for label in (*reversed(row), *reversed(heads)) if label.units]
        for one in stated[1:]:
            if not _same_unit(one, stated[0]):
                reading.stop("unit_conflict", unit="、".join(stated[0]), other="、".join(one))
        printed = reading.quantity.unit if reading.quantity else ""  # in base units
        if printed and stated and not any(map(partial(_converts, printed), stated[0])):
            reading.stop("unit_conflict", unit=printed, other="、".join(stated[0]))
        reading.near = bool(printed or stated)
        reading.units = (printed,) if printed else stated[0] if stated else context.units

    # -- notes -----------------------------------------------------------------------------------
    def place_notes(self, reading: Reading, marks: list[str]) -> None:
        marks += [mark[1:] for mark in reading.remarks if mark[0] == "\0"]
        reading.remarks = [remark for remark in reading.remarks if remark[0] != "\0"]
        for place, text in self.notes:
            pieces = _NOTE_MARK_RE.split(re.sub(r"^(?:注|说明|备注|附注)\s*[:：]", "", text))
            if words_.key_of(text) != "aside":
                self.weigh(reading, pieces[0], place, set())
            for mark, said in zip(pieces[1::2], pieces[2::2], strict=True):
                if {mark.strip(":："), mark.strip("[]注:：")} & {m.strip("[]注") for m in marks}:
                    self.weigh(reading, said, place, {mark})
                    if said.strip(" ;；。:："):
                        reading.remarks.append(said.strip(" ;；。:："))

    def weigh(self, reading: Reading, note: str, place: str, marks: set[str]) -> None:
        """What a note's clauses say of a figure: each holds for the years that it names."""
        for clause in words_.clauses(note):
            if scope := words_.SCOPE_RE.search(clause):
                if reading.year == int(scope[1]):
                    reading.scope = clause
                    reading.remarks.append(clause)
                continue
            years = words_.years_of(clause)
            if years and reading.year not in years:
                continue
            if PATTERNS["narrow"].search(clause) and "仅供" not in clause:
                reading.stop("narrowed", group=clause, place=place)
            vintage, rest = words_.vintage_of(clause)
            named = [name for name in self.sheet.words.names if len(name) > 2 and name in clause]
            if vintage and not reading.vintage and (not named or reading.name in named):
                filler = (
                    "(?:本表|表中|以上|均|为|系|是|数据|全部|所有|统计|数|的|采用|其|该|[.:：])*"
                )
                if years or marks or re.fullmatch(filler, rest):
                    reading.vintage = vintage
                    reading.remarks.append(clause)


class _Context:
    """What the lines above a table say of all of it, the nearest line first."""

    def __init__(self, table: _Table, lines: list[tuple[str, str]]):
        words, sheet = table.sheet.words, table.sheet
        self.words = words
        read = [(place, *words_.read_line(text, words), text) for place, text in lines]
        if any(re.search("[一-鿿]", text) for *_, text in read):
            read = [line for line in read if re.search("[一-鿿%‰]", line[3])]  # no translations
        tab = read_label(sheet.grid.name, words)
        if not sheet.grid.plain and not tab.name and (tab.area or tab.is_time):
            read.insert(0, ("tab", "", tab, sheet.grid.name))
        self.area = self.other = self.vintage = self.named = self.indicator = self.refuse = ""
        self.year: int | None = sheet.year
        self.units: tuple[str, ...] = ()
        self.part = self.whole = self.span = False
        self.narrows: list[tuple[str, list[tuple[str, str]]]] = []
        for place, key, label, text in read:  # a nearer line overrides a farther one
            if key == "aside" or key == "note":
                if key == "note":
                    table.notes.append((place, text))
                continue
            if key == "area" or label.area or label.other or label.generic:
                self.area = table.area_of(label) if label.area or label.generic else ""
                self.other = label.other or (label.text if key == "area" and not label.area else "")
            if label.year is not None:
                self.year = label.year
            self.units = label.units or self.units
            self.vintage = label.vintage or self.vintage
            self.whole = self.whole or label.whole
            self.part = self.part or label.refuse == "part_year" or key == "frequency"
            self.span = self.span or label.refuse == "several_years"
            if key == "indicator":
                self.named, self.indicator = label.name, words.match(label.name)
            elif not key:
                self.title(place, label)
        if sheet.grid.plain or (tab.name and not PATTERNS["narrow_tab"].search(tab.name)):
            return
        if tab.name:
            self.narrows.append((sheet.grid.name, [(tab.name, words.match(tab.name))]))

    def title(self, place: str, label: Label) -> None:
        doing = re.search("完成|进展|实现", label.text)
        if label.refuse in ("growth_value", "share_value") or (
            label.refuse == "target_value" and not doing
        ):
            self.refuse = label.refuse
            return
        pieces = [words_.subject(label.name, self.words)]
        if not pieces[0][1]:
            pieces = [
                words_.subject(piece, self.words) for piece in re.split("[与和及、]", label.name)
            ]
        for text, meant in pieces:
            if meant:
                self.named, self.indicator = text, meant
        if any(text and self.words.kinds.get(meant, "count") == "count" for text, meant in pieces):
            self.narrows.append((place, pieces))

    def narrow(self, reading: Reading) -> None:
        """Ask where a line above names a part of the whole that the figure may be."""
        name, kind = reading.name, self.words.kinds.get(reading.indicator)
        for place, pieces in self.narrows:
            fine = any(
                meant == reading.indicator
                or (meant and kind == "count")
                or words_.covers(text, name)
                for text, meant in pieces
                if text
            )
            if not fine:
                reading.stop("narrowed", group="、".join(text for text, _ in pieces), place=place)


def _same_unit(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    same = len(one) == len(other) == 1 and _converts(one[0], other[0])
    return bool(set(one) & set(other)) or (same and convert(1, one[0], other[0]) == 1)


def _converts(one: str, other: str) -> bool:
    try:
        return convert(1, one, other) > 0
    except QuantityError:
        return False
