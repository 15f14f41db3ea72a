"""An Excel workbook that opens readable: widths, formats, frozen headers, verdicts in colour."""

from __future__ import annotations

import datetime
import io
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.exceptions import InvalidWorksheetName, XlsxWriterException
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ..assessment import VERDICTS
from ..errors import UsageError
from ..files import write_bytes
from ..typeset import clean, date_text, display_width, moment

COLOURS = {
    "achieved": ("#12436D", "#FFFFFF"),
    "likely": ("#8CBBD6", "#000000"),
    "at_risk": ("#FBE3B0", "#000000"),
    "unlikely": ("#F0A868", "#000000"),
    "out_of_reach": ("#B84A00", "#FFFFFF"),
    "missed": ("#6B2A00", "#FFFFFF"),
    "insufficient_evidence": ("#E3E6E9", "#000000"),
}
"""Verdict: fill and type. Blue to orange, told apart by the colour-blind and by lightness."""

PERCENT = (
    "probability",
    "required_growth",
    "required_growth_from_last",
    "observed_growth",
    "growth",
    "gap_closed",
    "time_elapsed",
    "completion",
    "实现概率",
    "概率",
    "所需年均增速",
    "年均增速",
    "增量进度",
    "时序进度",
    "完成率",
)
"""Columns that hold fractions and are shown as per cent, unless a caller names others."""

LONGEST = 32_767
"""Characters that a cell of Excel can hold."""

_NARROWEST, _WIDEST, _HEADER = 8, 56, 16  # widths in Latin letters; a header wraps beyond its own
_PAGE = 260  # the width that still prints legibly on one page
_LINE, _TALLEST = 16, 400  # points
_WORDS = {
    "zh": {
        "contents": "目录",
        "sheet": "工作表",
        "rows": "行数",
        "columns": "列数",
        "verdicts": "结论的颜色",
        "empty": "无数据",
        "cut": "……（单元格容量有限，以下从略）",
        "yes": "是",
        "no": "否",
        "face": "宋体",
    },
    "en": {
        "contents": "Contents",
        "sheet": "Sheet",
        "rows": "Rows",
        "columns": "Columns",
        "verdicts": "Colours of the verdicts",
        "empty": "no data",
        "cut": " … (cut: a cell holds no more)",
        "yes": "yes",
        "no": "no",
        "face": "Calibri",
    },
}
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write(
    sheets: Mapping[str, pd.DataFrame],
    path: Path,
    *,
    lang: str,
    title: str,
    date: str,
    verdict_column: str | None = None,
    percent: Sequence[str] = PERCENT,
) -> None:
    """Write tables as a workbook, a sheet each behind a sheet of contents.

    Missing values stay blank, text stays text whatever it starts with, and the same tables give
    the same bytes. An index is written where it has a name.

    Parameters
    ----------
    sheets : mapping of str to DataFrame
        By the sheet's name.
    path : Path
        The ``.xlsx`` file. It is replaced whole or not at all.
    lang : {"zh", "en"}
    title, date : str
        On the contents and in the file's properties; the date is that of the data.
    verdict_column : str, optional
        Column whose cells, a verdict's code or label, are coloured wherever it occurs.
    percent : sequence of str
        Columns of fractions to be shown as per cent; 0.5 as 50.0 %.

    Raises
    ------
    UsageError
        A name that Excel does not take for a sheet, or an unknown language.
    OSError
        The file cannot be written; one that was there before is as it was.
    """
    if lang not in _WORDS:
        raise UsageError(f"lang must be 'zh' or 'en', not {lang!r}")
    stream = io.BytesIO()
    face = {"font_name": _WORDS[lang]["face"], "font_size": 11, "valign": "top"}
    with xlsxwriter.Workbook(stream, _OPTIONS | {"default_format_properties": face}) as book:
        book.set_properties(
            {"title": clean(title), "author": "", "created": moment(date), "comments": ""}
        )
        maker = _Maker(book, lang, verdict_column, frozenset(percent))
        front = maker.sheet(_WORDS[lang]["contents"])
        tables = {name: _flat(frame) for name, frame in sheets.items()}
        for name, frame in tables.items():
            maker.table(maker.sheet(name), frame)
        maker.contents(front, clean(title), date_text(date, lang), tables)
    write_bytes(path, stream.getvalue())


class _Maker:
    """One workbook in the making."""

    def __init__(
        self, book: xlsxwriter.Workbook, lang: str, verdict: str | None, percent: frozenset[str]
    ):
        self.book, self.words = book, _WORDS[lang]
        self.verdict, self.percent = verdict, percent
        self.mixed = False  # rows of the sheet differ in unit, so each number has its own decimals
        self.formats: dict[tuple, Format] = {}
        self.codes = {label: code for code, pair in VERDICTS.items() for label in (code, *pair)}
        self.label = 0 if lang == "zh" else 1

    def format(self, **properties: Any) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]

    def sheet(self, name: str) -> Worksheet:
        try:
            if not name:
                raise InvalidWorksheetName("it is empty")
            sheet = self.book.add_worksheet(name)
        except XlsxWriterException as error:
            raise UsageError(
                f"{name!r} cannot name a sheet: {error}. Use at most 31 characters, none of "
                "[ ] : * ? / \\, and each name once"
            ) from error
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.set_footer("&C&P / &N")
        return sheet

    def table(self, sheet: Worksheet, frame: pd.DataFrame) -> None:
        """Write a table with its header."""
        if not len(frame.columns):
            sheet.write_string(0, 0, self.words["empty"])
            return
        heights, total = [1] * (len(frame) + 1), 0
        names = [clean(name) for name in frame.columns]
        self.mixed = bool({"unit", "单位"} & set(names))
        for column, name in enumerate(names):
            total += self._column(sheet, column, name, frame.iloc[:, column], heights)
        for row, lines in enumerate(heights):
            sheet.set_row(row, min(_LINE * lines + 3, _TALLEST))
        sheet.freeze_panes(1, 1 if len(frame.columns) > 1 else 0)
        sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)
        sheet.repeat_rows(0)
        if total <= _PAGE:
            sheet.fit_to_pages(1, 0)
        else:
            sheet.set_print_scale(60)
            sheet.repeat_columns(0, 0)

    def _column(
        self, sheet: Worksheet, column: int, name: str, values: pd.Series, heights: list[int]
    ) -> int:
        """Write a column, raise the rows' heights (in lines) as it needs, return its width."""
        cells = [_plain(value) for value in values]
        number = "0.0%" if name in self.percent else _number_format(name, cells)
        texts = [self._text(cell) for cell in cells]
        shown = [_shown(text, cell, number) for text, cell in zip(texts, cells, strict=True)]
        wanted = max([*shown, min(display_width(name), _HEADER)]) + 4
        width = min(max(wanted, _NARROWEST), _WIDEST)
        sheet.set_column(column, column, width)
        numeric = any(isinstance(c, int | float) and not isinstance(c, bool) for c in cells)
        head = self.format(
            bold=True,
            text_wrap=True,
            valign="vcenter",
            align="right" if numeric else "left",
            indent=0 if numeric else 1,
            bg_color="#DCE8F1",
            bottom=2,
        )
        sheet.write_string(0, column, name, head)
        for row, (cell, text) in enumerate(zip(cells, texts, strict=True), start=1):
            self._cell(sheet, row, column, cell, text, number, name == self.verdict)
        for row, text in enumerate([name, *texts]):
            if row and isinstance(cells[row - 1], int | float):
                continue
            lines = sum(-(-display_width(line) // (width - 3)) or 1 for line in text.split("\n"))
            heights[row] = max(heights[row], lines)
        return width

    def _cell(
        self,
        sheet: Worksheet,
        row: int,
        column: int,
        cell: object,
        text: str,
        number: str,
        verdict: bool,
    ) -> None:
        if cell is None:
            return
        if isinstance(cell, datetime.date):
            day = datetime.datetime.combine(cell, datetime.time())
            sheet.write_datetime(row, column, day, self.format(num_format="yyyy-mm-dd"))
        elif isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell):
            if self.mixed and number.startswith("#"):
                number = _number_format("", [cell])
            sheet.write_number(row, column, cell, self.format(num_format=number))
        elif verdict and text in self.codes:
            sheet.write_string(row, column, text, self._coloured(self.codes[text]))
        elif text:
            sheet.write_string(
                row, column, text, self.format(text_wrap=True, align="left", indent=1)
            )

    def _coloured(self, code: str) -> Format:
        fill, ink = COLOURS[code]
        return self.format(bg_color=fill, font_color=ink, bold=True, align="left", indent=1)

    def _text(self, cell: object) -> str:
        """Return what a cell that is no number shows, cut to what Excel can hold."""
        if isinstance(cell, bool):
            return self.words["yes" if cell else "no"]
        if isinstance(cell, float) and math.isinf(cell):
            return "∞" if cell > 0 else "−∞"
        if isinstance(cell, list | tuple | set | frozenset):
            listed = sorted(cell, key=str) if isinstance(cell, set | frozenset) else cell
            text = "；".join(clean(part) for part in listed)
        else:
            text = clean(cell)
        if len(text) <= LONGEST:
            return text
        return text[: LONGEST - len(self.words["cut"])] + self.words["cut"]

    def contents(
        self, sheet: Worksheet, title: str, date: str, tables: Mapping[str, pd.DataFrame]
    ) -> None:
        """Write the first sheet: what the workbook is, its sheets, the colours."""
        head = self.format(bold=True, bg_color="#DCE8F1", bottom=2)
        right = self.format(bold=True, bg_color="#DCE8F1", bottom=2, align="right")
        sheet.set_column(0, 0, max([24, *(display_width(name) + 4 for name in tables)]))
        sheet.set_column(1, 2, 10)
        sheet.fit_to_pages(1, 0)
        sheet.set_row(0, 28)
        for line in range(1, 6 + len(tables) + len(VERDICTS)):
            sheet.set_row(line, _LINE + 3)
        sheet.write_string(0, 0, title, self.format(bold=True, font_size=16))
        sheet.write_string(1, 0, date)
        for column, name in enumerate(("sheet", "rows", "columns")):
            sheet.write_string(3, column, self.words[name], right if column else head)
        row = 4
        for row, (name, frame) in enumerate(tables.items(), start=4):
            quoted = name.replace("'", "''")
            sheet.write_url(row, 0, f"internal:'{quoted}'!A1", string=name)
            sheet.write_number(row, 1, len(frame))
            sheet.write_number(row, 2, len(frame.columns))
        if self.verdict is None:
            return
        sheet.write_string(row + 2, 0, self.words["verdicts"], head)
        for place, (code, labels) in enumerate(VERDICTS.items(), start=row + 3):
            sheet.write_string(place, 0, labels[self.label], self._coloured(code))


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with a named index as its first columns."""
    if not any(name is not None for name in frame.index.names):
        return frame
    index = frame.index.to_frame(index=False)
    return pd.concat([index, frame.reset_index(drop=True)], axis=1)


def _plain(value: object) -> Any:
    """Return a cell's value as Python's own: None for what is missing, a day for a date."""
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return None
    if isinstance(value, datetime.datetime):
        return value.date() if value.time() == datetime.time() else value.isoformat(sep=" ")
    return value.item() if isinstance(value, np.generic) else value


def _number_format(name: str, cells: list) -> str:
    """Return the fewest decimals that show a column's numbers; years bear no comma."""
    numbers = [c for c in cells if isinstance(c, int | float) and not isinstance(c, bool)]
    numbers = [float(n) for n in numbers if math.isfinite(n)]
    if not numbers:
        return "General"
    if all(n == round(n) for n in numbers):
        years = all(1900 <= n <= 2100 for n in numbers)
        return "0" if years and re.search(r"year|年|^(19|20)\d\d$", name) else "#,##0"
    for decimals in (1, 2, 3):
        if all(abs(n - round(n, decimals)) < 1e-9 for n in numbers):
            return f"#,##0.{'0' * decimals}"
    size = sorted(abs(n) for n in numbers)[len(numbers) // 2]
    return f"#,##0.{'0' * (1 if size >= 100 else 2 if size >= 1 else 4)}"


def _shown(text: str, cell: object, number: str) -> int:
    """Return about how wide a cell stands."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return display_width(text)
    if number == "0.0%":
        return len(f"{cell:.1%}")
    decimals = len(number.partition(".")[2])
    return len(f"{cell:,.{decimals}f}")
