"""Which year, area, indicator and unit belong to each figure of a sheet.

No layout is assumed. Rows are told apart as title, header, data, section and remark; columns as
names, years, areas, units, remarks and figures. What a figure means is then collected from its
row, its column, its section and the title, the nearer outranking the farther. Every figure of
the sheet comes out as a `Reading`; one that cannot be placed carries the reason.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ..errors import QuantityError
from ..quantities import Quantity, convert, known_unit, parse_quantity
from .labels import (
    MARK,
    Label,
    Match,
    Vocabulary,
    compact,
    discreet,
    names_a_firm,
    read_label,
    split_units,
    tells_of_scope,
)
from .sheets import Cell, Grid, address

MAX_HEADERS = 12  # rows above a table that are read as its headers, the nearest ones
MAX_REMARKS = 20  # remarks that are kept of one figure

_ROLES = {
    "year": "年份 年度 年 时间 统计年度 数据年份 报告年度 year",
    "indicator": "指标 指标名称 统计指标 指标项 指标内容 项目 项目名称 名称 indicator",
    "area": "地区 区域 地区名称 行政区划 行政区域 县市 县市区 县(市) 县(市、区) 范围 area",
    "unit": "单位 计量单位 数据单位 unit",
    "note": "备注 说明 注 附注 备注说明 note remarks",
    "source": "来源 数据来源 资料来源 出处 source",
    "published": "发布日期 公布日期 发布时间 公布时间 发布日 published",
    "vintage": "版本 数据性质 数据类型 数据版本 vintage",
    "scope": "口径变动 口径变化",
    "ordinal": "序号 编号 代码 行次 栏次 顺序 no no. id",
    "firm": "企业名称 企业 公司名称 单位名称 机构名称 法人单位 统一社会信用代码 企业全称",
    "aside": "confidence known_by bound as_printed "
    "联系人 电话 填报人 责任单位 牵头单位 责任部门 页码",
}
_ROLE_WORDS = {word: role for role, words in _ROLES.items() for word in words.split()}
_STUBS = ("label", "indicator", "area", "year", "firm", "ordinal", "vintage")
_FILLED_DOWN = ("label", "indicator", "area", "year")
_REMARK_RE = re.compile(
    rf"(?:注|说明|备注|附注|资料来源|数据来源|来源|note)\s*\d*[:：.、\s]|[*※#]\s*[^\d\s]{{2,}}|[{MARK}]\s*\S{{2,}}|"
    r"\[\d{1,2}\]\s*\D{2,}|注\d+|(?:填表人|填报人|制表|审核|复核|负责人|联系|报出|报送)"
)
_FORM_RE = re.compile(
    "填报|日期|制表|编制|表号|部门|机关|有效期|报送|审核|负责人|文号|打印|页|单位负责|联系"
)
_UNIT_LINE_RE = re.compile(r"单位[:：]\s*([^\s()（）:：]+)")
_TITLE_TAIL_RE = re.compile(
    "各(?:县市区?|市县区?|地区|地州市?|乡镇|区县)|分(?:地区|县市)|历年|各年|年度|主要|基本|情况|统计|一览|汇总|数据|资料|报表|简表|明细|表$|表\\d+|[的及与]|[<《》>]"
)
_ORDINAL_RE = re.compile(
    r"[(（]?\d{1,3}[)）.、]|[(（][一二三四五六七八九十]+[)）]|\d{1,2}(?:[-.]\d{1,2}){2,}"
)
_DIGITS_RE = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?[%‰‱]?")  # a figure, even if it cannot be read
_END_MARKS_RE = re.compile(
    rf"[{MARK}]+$|^[{MARK}]+|\[\d{{1,2}}\]$|[*※†‡#]+$|^[*※†‡]+|\(?注\d{{1,2}}\)?$"
)
_END_VINTAGE_RE = re.compile(r"\((?P<word>[^()]{1,8})\)$")
_FIRM_TABLE_RE = re.compile("各企业|企业名单|企业明细|重点企业|单个企业|分企业|企业名录")
_DAY_RE = re.compile(r"(?:19|20)\d{6}")
_ONE_FIRM_RE = re.compile("(?<![0-9一二三四五六七八九十百])(?:1|一|2|两|二)家企业")
_NARROW_RE = re.compile(
    "规模以上|规上|工业|企业|高校|院校|院所|机构|政府|国有|民营|外资|园区|高新区|开发区|农业|制造业|服务业|"
    "建筑业|人均|比重|占比|新增|新认定|累计|目标|计划|预期|增长|不含|其中"
)


@dataclass
class Reading:
    """One figure with everything that its surroundings say.

    Attributes
    ----------
    sheet, row, column, cell
        Where it stands and what stands there.
    quantity : Quantity or None
        The figure itself; None where it cannot be read.
    name : str
        The indicator's name as printed; ``match`` is what it means.
    units : tuple of str
        The unit printed nearest to it; several where the title names several.
    unit_from : str
        cell, near (its row or column) or title.
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
    match: Match | None = None
    year: int | None = None
    area: str | None = None
    units: tuple[str, ...] = ()
    vintage: str = ""
    source: str = ""
    published: str = ""
    scope: bool = False
    remarks: list[str] = field(default_factory=list)
    reasons: dict[str, dict[str, Any]] = field(default_factory=dict)
    unit_from: str = ""
    said: list[tuple[str, dict]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Excel's name of the cell."""
        return address(self.row, self.column)

    def stop(self, code: str, **fill: Any) -> None:
        """Note why it is not taken."""
        self.reasons.setdefault(code, fill)


@dataclass
class _Block:
    context: list[str] = field(default_factory=list)
    headers: list[int] = field(default_factory=list)
    rows: list[tuple[int, str]] = field(default_factory=list)  # row, section above it
    remarks: list[str] = field(default_factory=list)


@dataclass
class _Column:
    number: int
    role: str
    labels: list[Label]
    stub: list[int] = field(default_factory=list)
    unit: int | None = None
    asides: dict[str, int] = field(default_factory=dict)


# ---- single cells ------------------------------------------------------------------------------
@lru_cache(maxsize=65536)
def bare_figure(text: str) -> tuple[str, tuple[str, ...], str]:
    """A figure without footnote marks and words such as （快报数）: text, marks, bracketed word."""
    marks: list[str] = []
    word = ""
    text = text.strip()
    while True:
        if match := _END_MARKS_RE.search(text):
            marks.append(match[0])
            text = (text[: match.start()] + text[match.end() :]).strip()
            continue
        plain = text.replace("（", "(").replace("）", ")")
        match = _END_VINTAGE_RE.search(plain)
        if match and match.start() and not re.search(r"\d", match["word"]) and not word:
            word, text = match["word"], text[: match.start()].strip()
            continue
        return text, tuple(marks), word


@lru_cache(maxsize=65536)
def _quantity(text: str) -> Quantity | str:
    """The figure, or why there is none."""
    try:
        return parse_quantity(text)
    except QuantityError as error:
        return str(error).split("; understood")[0]


@lru_cache(maxsize=65536)
def _role(text: str) -> str:
    """The role that a header gives its column, empty if it is none of the known ones."""
    plain = "".join(unicodedata.normalize("NFKC", text).split()).strip("*:：").lower()
    return _ROLE_WORDS.get(plain) or _ROLE_WORDS.get(re.sub(r"\(.*\)$", "", plain), "")


def _is_missing(text: str) -> bool:
    read = _quantity(bare_figure(text)[0])
    return not isinstance(read, str) and read.bound == "missing"


def _like_year(cell: Cell) -> bool:
    text = unicodedata.normalize("NFKC", cell.text).strip()
    return bool(re.fullmatch(r"(?:19|20|21)\d\d(?:\.0)?(?:年度?)?", text))


def is_figure(cell: Cell) -> bool:
    """Whether a cell looks like a figure, wherever it stands."""
    if cell.kind == "number" or cell.fault in ("excel_error", "no_result"):
        return True
    if cell.kind == "date":
        return False
    text = bare_figure(cell.text)[0]
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    if _DIGITS_RE.fullmatch(plain):
        return True
    if len(plain) > 64 or not re.search(r"\d", plain) or _ORDINAL_RE.fullmatch(plain):
        return False
    read = _quantity(text)
    if isinstance(read, str) or read.bound == "missing":
        return False
    return not read.unit.startswith(tuple("年月日季号期章表版页届第"))


# ---- a sheet -----------------------------------------------------------------------------------
def read_grid(grid: Grid, words: Vocabulary, year: int | None = None) -> list[Reading]:
    """Read every figure of a sheet.

    Parameters
    ----------
    grid : Grid
    words : Vocabulary
    year : int, optional
        What 本年 means, and the year of figures that have none.

    Returns
    -------
    list of Reading
        In the order of the sheet.
    """
    return _Sheet(grid, words, year).readings()


class _Sheet:
    def __init__(self, grid: Grid, words: Vocabulary, year: int | None):
        self.grid, self.words, self.default_year = grid, words, year
        self.cells = grid.cells
        self.origin: dict[tuple[int, int], tuple[int, int]] = {}
        for top, left, bottom, right in grid.merged:
            if (top, left) in self.cells:
                for r in range(top, bottom + 1):
                    for c in range(left, right + 1):
                        self.origin[r, c] = (top, left)
        self.by_row: dict[int, list[int]] = {}
        for r, c in sorted(self.cells):
            if self.origin.get((r, c), (r, c)) == (r, c):
                self.by_row.setdefault(r, []).append(c)
        self.labels: dict[str, Label] = {}
        self.done: set[tuple[int, int]] = set()
        self.found: list[Reading] = []

    def label(self, text: str) -> Label:
        if text not in self.labels:
            self.labels[text] = read_label(text, self.words)
        return self.labels[text]

    def at(self, r: int, c: int) -> Cell | None:
        """The cell, or the one whose merged range covers it."""
        return self.cells.get(self.origin.get((r, c), (r, c)))

    def readings(self) -> list[Reading]:
        for block in self.blocks():
            self.read_block(block)
        for (r, c), cell in self.cells.items():
            if (r, c) not in self.done and is_figure(cell) and not _like_year(cell):
                reading = Reading(self.grid.name, r, c, cell)
                reading.stop("stray")
                self.found.append(reading)
        return sorted(self.found, key=lambda reading: (reading.row, reading.column))

    # -- rows ------------------------------------------------------------------------------------
    def blocks(self) -> list[_Block]:
        """The tables of the sheet, one below the other."""
        block = _Block()
        blocks = [block]
        pending: list[str] = []
        section = ""
        for r, columns in self.by_row.items():
            kind = self.row_kind(r, columns, block)
            texts = [self.cells[r, c].text for c in columns]
            if kind == "remark":
                block.remarks.append(" ".join(texts))
            elif kind == "context":
                if block.rows:
                    pending += texts
                else:
                    block.context += texts
            elif kind == "header":
                if block.rows:
                    block = _Block(context=pending or list(block.context))
                    blocks.append(block)
                    section = ""
                pending = []
                block.headers = [*block.headers, r][-MAX_HEADERS:]
            elif kind == "numbers":
                self.leave(((r, c) for c in columns), "ordinal")
            else:
                if pending:
                    section = pending[-1]
                    pending = []
                block.rows.append((r, section))
        return blocks

    def row_kind(self, r: int, columns: list[int], block: _Block) -> str:
        cells = [self.cells[r, c] for c in columns]
        first = cells[0]
        remark = first.kind == "text" and not is_figure(first) and _REMARK_RE.match(first.text)
        if remark and (len(cells) <= 2 or not any(map(is_figure, cells))):
            return "remark"
        if len(cells) == 1:
            return "data" if is_figure(first) and not _like_year(first) else "context"
        formal = [cell.kind != "number" and self.is_form(cell.text) for cell in cells]
        words_only = not any(is_figure(cell) or self.is_year(cell) for cell in cells)
        if all(formal) or (any(formal) and formal.count(False) == 1 and words_only):
            return "context"
        years = [cell for cell in cells if self.is_year(cell)]
        figures = [cell for cell in cells if is_figure(cell) and cell not in years]
        missing = [cell for cell in cells if cell.kind == "text" and _is_missing(cell.text)]
        words = [c for c in cells if not any(c is d for d in (*years, *figures, *missing))]
        if block.headers and not block.rows and self.counts_columns(words, figures, len(cells)):
            return "numbers"
        if figures:
            return "data"
        headed = self.heads(block)
        if years:
            blank = all(self.label(cell.text).neutral for cell in words)
            if headed & {"year", "years"}:
                return "header" if block.rows and len(years) > 1 and blank else "data"
            return "data" if block.rows or (missing and block.headers) else "header"
        if missing and block.headers:
            return "data"
        if block.rows:
            roles = [_role(cell.text) for cell in words]
            return "header" if sum(bool(role) for role in roles) >= 2 else "data"
        if headed & {"year", "years"} and headed & {"value"} and not headed & {"years"}:
            return "data"
        return "header"

    def is_year(self, cell: Cell) -> bool:
        if cell.kind == "number":
            return _like_year(cell)
        return self.label(cell.text).is_year if len(cell.text) <= 40 else False

    def is_form(self, text: str) -> bool:
        return bool(_UNIT_LINE_RE.search(text)) or (
            bool(_FORM_RE.search(text)) and bool(re.search("[:：]", text))
        )

    def counts_columns(self, words: list[Cell], figures: list[Cell], count: int) -> bool:
        """Whether a row numbers the columns: 甲 乙 1 2 3."""
        plain = [unicodedata.normalize("NFKC", f.text).strip("()") for f in figures]
        if len(figures) < 2 or any(not re.fullmatch(r"\d{1,2}", text) for text in plain):
            return False
        allowed = {"甲", "乙", "丙", "丁", "栏次", "行次", "代码", "序号", "A", "B", "C"}
        numbers = [int(text) for text in plain]
        return numbers == list(range(numbers[0], numbers[0] + len(numbers))) and (
            numbers[0] in (0, 1, 2) and len(words) < count and all(w.text in allowed for w in words)
            and (bool(words) or len(numbers) == count)
        )  # fmt: skip

    def heads(self, block: _Block) -> set[str]:
        """What the headers so far say: a year column, years across, a column of values."""
        said = set()
        for r in block.headers:
            for c in self.by_row[r]:
                cell = self.cells[r, c]
                if self.is_year(cell):
                    said.add("years")
                elif _role(cell.text):
                    said.add(_role(cell.text))
                elif self.label(cell.text).neutral:
                    said.add("value")
                if self.label(cell.text).year is not None:
                    said.add("years")
        return said

    # -- columns ---------------------------------------------------------------------------------
    def columns(self, block: _Block) -> list[_Column]:
        rows = [r for r, _ in block.rows]
        numbers = sorted(
            {c for r in (*block.headers, *rows) for c in self.by_row.get(r, ())}
            | {c for r in block.headers for (y, c) in self.origin if y == r}
        )
        columns = []
        for c in numbers:
            labels = self.path(block, c)
            columns.append(_Column(c, self.column_role(block, c, labels, rows), labels))
        figures = [column for column in columns if column.role == "figure"]
        if len(figures) > 1 and self.counts_rows(figures[0], rows):
            figures[0].role = "ordinal"
        self.join(columns)
        return columns

    def path(self, block: _Block, c: int) -> list[Label]:
        """What the headers above a column say, from the top."""
        texts: list[str] = []
        for place, r in enumerate(block.headers):
            cell = self.at(r, c)
            if cell is None and place < len(block.headers) - 1:
                cell = self.left_of(r, c, block.headers[place + 1])
            if cell is not None and (not texts or texts[-1] != cell.text):
                texts.append(cell.text)
        return [self.label(text) for text in texts]

    def left_of(self, r: int, c: int, below: int) -> Cell | None:
        """The header to the left that spans an empty cell, as people leave it unmerged."""
        under = self.at(below, c)
        if under is None or self.label(under.text).is_unit:
            return None
        for left in range(c - 1, 0, -1):
            cell = self.at(r, left)
            if cell is not None:
                role = _role(cell.text)
                return None if role or self.at(below, left) is None else cell
        return None

    def column_role(self, block: _Block, c: int, labels: list[Label], rows: list[int]) -> str:
        for label in reversed(labels):
            role = _role(label.text)
            if not role and not (label.year or label.area):
                role = _role(label.name)
            if role and role != "aside":
                break
        else:
            role = "aside" if any(_role(label.text) == "aside" for label in labels) else ""
        if role:
            return role
        cells = [cell for r in rows if (cell := self.cells.get((r, c))) is not None]
        years = [cell for cell in cells if _like_year(cell) or self.is_year(cell)]
        figures = [cell for cell in cells if is_figure(cell) and not any(cell is y for y in years)]
        named = any(self.words.known(label.name) or label.year for label in labels)
        if years and not figures and len(years) == len(cells) and not named:
            return "year"
        if figures or years:
            return "figure"
        texts = [cell for cell in cells if not _is_missing(cell.text)]
        if texts and all(split_units(cell.text) for cell in texts):
            return "unit"
        if texts and any(cell.kind == "date" for cell in texts) and labels:
            return "figure"
        valued = any(label.year is not None or self.words.known(label.name) for label in labels)
        if not texts or valued:
            return "figure" if cells or valued else "aside"
        return "label"

    def counts_rows(self, column: _Column, rows: list[int]) -> bool:
        """Whether an unnamed first column of figures only numbers the rows."""
        texts = [cell.text for r in rows if (cell := self.cells.get((r, column.number)))]
        whole = all(re.fullmatch(r"\d{1,3}", text) for text in texts)
        numbers = [int(text) for text in texts] if whole else []
        named = any(not label.neutral or label.year for label in column.labels)
        return len(numbers) > 1 and not named and numbers == list(range(1, len(numbers) + 1))

    def join(self, columns: list[_Column]) -> None:
        """Give every column of figures its names: those to its left, in tables side by side too."""
        stub: list[int] = []
        members: list[_Column] = []
        asides: dict[str, int] = {}
        last = max((c.number for c in columns if c.role == "figure"), default=0)
        after_figure = False
        for column in columns:
            role = column.role
            if role == "label" and column.number > last:
                role = column.role = "note"
            if role in _STUBS:
                if after_figure and column.number < last and role in ("label", "indicator", "year"):
                    stub, members, asides, after_figure = [], [], {}, False
                stub.append(column.number)
            elif role == "figure":
                column.stub, column.asides = stub, asides
                members.append(column)
                after_figure = True
            elif role == "unit" and "unit" in asides:
                asides[f"unit{column.number}"] = column.number
            elif role != "aside":
                asides[role] = column.number

    # -- figures ---------------------------------------------------------------------------------
    def read_block(self, block: _Block) -> None:
        columns = self.columns(block)
        roles = {column.number: column.role for column in columns}
        title = [self.label(text) for text in block.context if not self.is_form(text)]
        context = _Context(self, block, title)
        firm = "firm" in roles.values() or any(
            _FIRM_TABLE_RE.search(compact(t.text)) for t in title
        )
        firm = firm or any(names_a_firm(t.text) for t in title)
        above: dict[tuple[int, ...], _Above] = {}
        earlier: dict[int, Cell] = {}
        head_end = max((c for r in block.headers for c in self.by_row[r]), default=0)
        for r, section in block.rows:
            ragged = self.grid.plain and block.headers and max(self.by_row[r]) > head_end
            rows: dict[tuple[int, ...], list[tuple[int, Label, Cell]]] = {}
            for column in columns:
                cell = self.cells.get((r, column.number))
                key = tuple(column.stub)
                if column.role == "figure" and key not in rows:
                    rows[key] = self.row_labels(r, column.stub, roles, earlier)
                    above.setdefault(key, _Above()).step(rows[key], self.words)
                if cell is None or self.origin.get((r, column.number), (r, column.number)) != (
                    r,
                    column.number,
                ):
                    continue
                if column.role != "figure":
                    self.done.add((r, column.number))
                    day = column.role == "published" and _DAY_RE.fullmatch(cell.text)
                    if not _like_year(cell) and not day:
                        code = {"ordinal": "ordinal", "note": "text_figure"}.get(column.role)
                        self.leave([(r, column.number)], "one_firm" if firm else code or "stray")
                    continue
                if cell.kind == "text" and not cell.fault and _is_missing(cell.text):
                    self.done.add((r, column.number))
                    continue
                self.done.add((r, column.number))
                reading = Reading(self.grid.name, r, column.number, cell)
                self.found.append(reading)
                if firm or any(names_a_firm(label.text) for _, label, _ in rows[key]):
                    reading.stop("one_firm")
                if any(names_a_firm(label.text) for label in column.labels):
                    reading.stop("one_firm")
                if ragged:
                    reading.stop("ragged_row")
                self.read_value(reading)
                self.place(reading, column, rows[key], above[key], section, context, roles)
            earlier |= {c: cell for c in roles if (cell := self.at(r, c)) is not None}
        self.check_totals(block, columns)

    def leave(self, places: Iterable[tuple[int, int]], code: str) -> None:
        for r, c in places:
            cell = self.cells[r, c]
            self.done.add((r, c))
            if is_figure(cell):
                reading = Reading(self.grid.name, r, c, cell)
                reading.stop(code)
                self.found.append(reading)

    def row_labels(
        self, r: int, stub: list[int], roles: dict[int, str], earlier: dict[int, Cell]
    ) -> list[tuple[int, Label, Cell]]:
        """Names of a row, from the left; a name left out because it stands above is filled in."""
        present = [c for c in stub if self.at(r, c) is not None]
        labels = []
        for c in stub:
            cell = self.at(r, c)
            if cell is None and present and c < present[-1] and roles[c] in _FILLED_DOWN:
                cell = earlier.get(c)
            if cell is not None and roles[c] != "ordinal":
                labels.append((c, self.label(cell.text), cell))
        return labels

    def read_value(self, reading: Reading) -> None:
        cell = reading.cell
        reading.bare, marks, word = bare_figure(cell.text)
        if word:
            label = self.label(word)
            if label.vintage:
                reading.vintage = label.vintage
            elif label.is_unit:
                reading.units = label.units
            else:
                reading.remarks.append(word)
        reading.remarks += [f"\0{mark}" for mark in marks]
        if cell.kind == "date":
            reading.stop("date_value")
        if cell.fault:
            reading.stop(cell.fault)
        if cell.note:
            reading.said.append((cell.note, {}))
        read = _quantity(reading.bare)
        if isinstance(read, str):
            reading.stop("unreadable", detail=read, detail_zh="")
        elif read.bound == "missing":
            reading.stop("unreadable", detail="only a mark", detail_zh="：只有符号")
        else:
            reading.quantity = read

    def place(
        self,
        reading: Reading,
        column: _Column,
        row: list[tuple[int, Label, Cell]],
        above: _Above,
        section: str,
        context: _Context,
        roles: dict[int, str],
    ) -> None:
        r = reading.row
        row_labels = [label for _, label, _ in row]
        near = [*reversed(row_labels), *reversed(column.labels)]
        part = self.label(section) if section else Label()
        asides = {role: self.at(r, c) for role, c in column.asides.items()}

        self.place_name(reading, column, row, above, part, context, roles)
        self.place_year(reading, row_labels, column.labels, part, context)
        self.place_area(reading, row_labels, column.labels, part, context)
        self.place_unit(reading, row_labels, column.labels, asides, part, context)
        for label in near:
            if label.refuse and not (reading.match and reading.match.how == "exact"
                                     and self.words.known(label.name)):  # fmt: skip
                reading.stop(label.refuse)
        reading.vintage = reading.vintage or next((n.vintage for n in near if n.vintage), "")
        if not reading.vintage and (cell := asides.get("vintage")):
            reading.vintage = self.label(cell.text).vintage
        reading.vintage = reading.vintage or part.vintage or context.vintage(reading.year)

        marks = [mark.removeprefix("\0") for mark in reading.remarks if mark.startswith("\0")]
        reading.remarks = [mark for mark in reading.remarks if not mark.startswith("\0")]
        marks += [mark for label in near for mark in label.marks]
        reading.remarks += [text for mark in marks for text in context.footnotes(mark)]
        if cell := asides.get("note"):
            reading.remarks.append(cell.text)
        reading.remarks += context.general(reading.year)
        reading.remarks = list(dict.fromkeys(map(discreet, reading.remarks)))[:MAX_REMARKS]
        for remark in reading.remarks:
            said = self.label(remark).vintage
            if said and not reading.vintage and len(remark) < 40:
                reading.vintage = said
            if _ONE_FIRM_RE.search(compact(remark)):
                reading.stop("one_firm")
        if (cell := asides.get("scope")) and cell.text.strip() in ("是", "有", "yes", "y"):
            reading.scope = True
        reading.source = cell.text if (cell := asides.get("source")) else ""
        reading.published = cell.text if (cell := asides.get("published")) else ""

    def place_name(
        self,
        reading: Reading,
        column: _Column,
        row: list[tuple[int, Label, Cell]],
        above: _Above,
        part: Label,
        context: _Context,
        roles: dict[int, str],
    ) -> None:
        row_names = [label for c, label, _ in row if roles[c] in ("label", "indicator")]
        row_names = [label for label in row_names if not label.neutral]
        heads = [label for label in column.labels if not label.neutral]
        heads = [label for label in heads if not _role(label.name)]
        leaf = row_names[-1] if row_names else None
        head = heads[-1] if heads else None
        groups = [label.name for label in (*row_names[:-1], *heads[:-1]) if label.name]
        match = None
        if leaf and above.part:
            reading.name = leaf.name
            match = self.words.match(leaf.name, above.indicator) if above.indicator else None
            if match is None or head is not None:
                reading.stop("sub_row", parent=above.name or "?")
                return
        elif leaf and head:
            reading.name = f"{leaf.name} / {head.name}"
            for joined in (leaf.name + head.name, head.name + leaf.name):
                found = self.words.match(joined)
                match = match or (found if found and found.how == "exact" else None)
        elif leaf or head:
            label = leaf or head
            assert label is not None
            reading.name = label.name
            for joined in [group + label.name for group in reversed(groups)]:
                found = self.words.match(joined)
                if found and found.how == "exact":
                    match, groups = found, []
            match = match or self.words.match(label.name)
            if above.parent and above.name:
                groups.append(above.name)
        else:
            match, reading.name = context.subject(part)
        if part.name and (leaf or head):
            groups.append(part.name)
        reading.match = match
        if match is None:
            reading.stop(*(("unknown_name",) if reading.name else ("no_name",)), name=reading.name)
        elif match.how == "near":
            reading.stop("near_name", name=reading.name)
        else:
            if match.how == "fuzzy":
                reading.said.append(("fuzzy_name", {"name": reading.name}))
            for group in groups:
                narrow = [w for w in _NARROW_RE.findall(group) if w not in reading.name]
                if narrow and not self.words.match(group):
                    reading.stop("narrowed", group=group)

    def place_year(
        self,
        reading: Reading,
        row: list[Label],
        heads: list[Label],
        part: Label,
        context: _Context,
    ) -> None:
        def stated(labels: Iterable[Label]) -> int | None:
            for label in reversed(list(labels)):
                if label.year is not None:
                    return label.year
                if label.relative is not None and context.year is not None:
                    return context.year + label.relative
            return None

        own, other = stated(row), stated(heads)
        if own is not None and other is not None and own != other:
            reading.stop("year_conflict", year=own, other=other)
        reading.year = next((y for y in (own, other, part.year) if y is not None), None)
        relative = any(label.relative is not None for label in (*row, *heads))
        if reading.year is None and not relative:
            reading.year = context.year
            if reading.year is None and context.refuse:
                reading.stop(context.refuse)
        if reading.year is None:
            reading.stop("no_year")
        elif not 1949 <= reading.year <= 2100:
            reading.stop("year_out_of_range", year=reading.year)

    def place_area(
        self,
        reading: Reading,
        row: list[Label],
        heads: list[Label],
        part: Label,
        context: _Context,
    ) -> None:
        other = next((n.other for n in (*reversed(row), *reversed(heads), part) if n.other), "")
        own = next((label.area for label in reversed(row) if label.area), None)
        head = next((label.area for label in reversed(heads) if label.area), None)
        if other:
            reading.stop("other_area", area=other)
        if own and head and own != head:
            reading.stop("area_conflict", area=own, other=head)
        reading.area = own or head or part.area
        if reading.area is None and not other:
            reading.area = context.area
            if reading.area is None and context.other:
                reading.stop("other_area", area=context.other)

    def place_unit(
        self,
        reading: Reading,
        row: list[Label],
        heads: list[Label],
        asides: dict[str, Cell | None],
        part: Label,
        context: _Context,
    ) -> None:
        cell = asides.get("unit")
        own = split_units(cell.text) if cell else ()
        if cell and not own and not _is_missing(cell.text):
            reading.stop("unknown_unit", unit=cell.text)
        own = own or next((label.units for label in reversed(row) if label.units), ())
        head = next((label.units for label in reversed(heads) if label.units), ())
        if own and head and not _same_unit(own, head):
            reading.stop("unit_conflict", unit="、".join(own), other="、".join(head))
        stated = reading.units or own or head
        printed = reading.quantity.unit if reading.quantity else ""
        if printed and not known_unit(printed):
            reading.stop("unknown_unit", unit=printed)
        elif printed and stated and not _same_unit((printed,), stated):
            reading.stop("unit_conflict", unit=printed, other="、".join(stated))
        reading.units = (printed,) if printed else stated or part.units or context.units()
        reading.unit_from = "cell" if printed else "near" if stated else "title"

    # -- sums ------------------------------------------------------------------------------------
    def check_totals(self, block: _Block, columns: list[_Column]) -> None:
        """Say so where the rows above a total do not add up to it."""
        taken = {(f.row, f.column): f for f in self.found}
        for column in columns:
            if column.role != "figure":
                continue
            parts: list[Reading] = []
            for r, _ in block.rows:
                reading = taken.get((r, column.number))
                labels = [self.label(cell.text) for c in column.stub if (cell := self.at(r, c))]
                if any(label.total for label in labels):
                    self.compare(reading, parts)
                    parts = []
                elif reading is not None and not any(label.part for label in labels):
                    parts.append(reading)

    def compare(self, total: Reading | None, parts: list[Reading]) -> None:
        if total is None or total.quantity is None or len(parts) < 2:
            return
        if len({part.units for part in (*parts, total)}) > 1:
            return
        values = [part.quantity.value for part in parts if part.quantity is not None]
        if len(values) < len(parts):
            return
        slack = sum(_last_digit(part.bare) for part in (*parts, total)) / 2
        if abs(sum(values) - total.quantity.value) > slack * 1.001 + 1e-9 * abs(sum(values)):
            total.said.append(("total_differs", {"expected": f"{sum(values):,.10g}"}))


def _last_digit(text: str) -> float:
    """The weight of the last digit printed: 0.1 for 12.3."""
    match = re.search(r"\.(\d+)", unicodedata.normalize("NFKC", text))
    return 10.0 ** -len(match[1]) if match else 0.0


def _same_unit(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    if set(one) & set(other):
        return True
    if len(one) != 1 or len(other) != 1:
        return False
    try:
        return convert(1, one[0], other[0]) == 1
    except QuantityError:
        return False


class _Above:
    """Which row a 其中 row is a part of."""

    def __init__(self):
        self.name, self.indicator, self.indent = "", "", 0
        self.open = self.part = self.parent = False
        self.part_indent = 0

    def step(self, row: list[tuple[int, Label, Cell]], words: Vocabulary) -> None:
        named = [(label, cell) for _, label, cell in row if label.name]
        self.part = self.parent = False
        if not named:
            return
        label, cell = named[-1]
        deeper = bool(self.name) and cell.indent > self.indent
        match = words.match(label.name)
        sole = match is not None and match.how == "exact"
        if label.part:
            self.open, self.part, self.part_indent = True, True, cell.indent
        elif self.open and cell.indent > self.indent and cell.indent >= self.part_indent:
            self.part = True
        elif not sole and self.indicator and words.match(label.name, self.indicator):
            self.part = self.open or deeper
        if self.part:
            return
        if deeper and not self.open:
            self.parent = True
            return
        self.open = False
        self.name, self.indent = label.name, cell.indent
        self.indicator = match.indicator if match and sole else ""


class _Context:
    """What title, unit line and remarks say of a whole table."""

    def __init__(self, sheet: _Sheet, block: _Block, title: list[Label]):
        self.sheet, self.block, self.title = sheet, block, title
        tab = sheet.label(sheet.grid.name)
        labels = [*title, tab] if not sheet.grid.plain else title
        dated = [label for label in labels if label.year is not None and not label.refuse]
        years = {label.year for label in dated}
        self.year = sheet.default_year
        if self.year is None and dated:
            self.year = dated[0].year if len(years) == 1 or dated[0] in title else None
        self.refuse = next((n.refuse for n in labels if n.refuse in ("part_year",)), "")
        self.area = next((label.area for label in labels if label.area), None)
        self.other = next((label.other for label in title if label.other), "")
        self.marked, self.unmarked = self.split_remarks()
        self.bearing: dict[int | None, list[str]] = {}

    def units(self) -> tuple[str, ...]:
        for text in reversed(self.block.context):
            if match := _UNIT_LINE_RE.search(text):
                return split_units(match[1])
        return next((label.units for label in reversed(self.title) if label.units), ())

    def subject(self, section: Label) -> tuple[Match | None, str]:
        """The indicator that section or title name, where rows and columns name none."""
        for label in (section, *reversed(self.title)):
            plain = _TITLE_TAIL_RE.sub("", label.name)
            if plain and (match := self.sheet.words.match(plain)):
                return match, plain
        return None, ""

    def split_remarks(self) -> tuple[dict[str, list[str]], list[str]]:
        marked: dict[str, list[str]] = {}
        general = []
        for text in self.block.remarks:
            body = re.sub(r"^(?:注|说明|备注|附注)\s*[:：]?\s*", "", text)
            pieces = re.split(rf"([{MARK}]|\[\d{{1,2}}\]|注\d+[:：]?|^[*※†‡]+)", body)
            if pieces[0].strip():
                general.append(pieces[0].strip())
            for mark, said in zip(pieces[1::2], pieces[2::2], strict=True):
                if said.strip(" ;；。:："):
                    marked.setdefault(mark.rstrip(":："), []).append(said.strip(" ;；。:："))
        return marked, general

    def footnotes(self, mark: str) -> list[str]:
        known = self.marked.get(mark) or self.marked.get(f"注{mark.strip('[]')}")
        return (known or [])[:MAX_REMARKS]

    def general(self, year: int | None) -> list[str]:
        """Unmarked remarks that bear on a year: 2023年为快报数, 2022年起含兵团."""
        if year not in self.bearing:
            self.bearing[year] = self.find_bearing(year)[:MAX_REMARKS]
        return self.bearing[year]

    def find_bearing(self, year: int | None) -> list[str]:
        bearing = []
        for remark in self.unmarked:
            if re.match("资料来源|数据来源|来源", remark):
                continue
            for clause in re.split("[;；。]", remark):
                years = {int(y) for y in re.findall(r"(?:19|20)\d\d", clause)}
                spoken = self.sheet.label(clause).vintage or tells_of_scope(clause)
                if spoken and year in years:
                    bearing.append(clause.strip())
        return bearing

    def vintage(self, year: int | None) -> str:
        return next((label.vintage for label in self.title if label.vintage), "")
