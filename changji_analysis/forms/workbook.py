"""The workbook of one office: its targets only, drop-downs, locked text, one page wide."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import xlsxwriter

from .content import (
    ABOUT,
    COLUMNS,
    FIRST_ROW,
    FORM,
    GUIDE,
    LIST,
    LIST_COLUMNS,
    LIST_ROWS,
    PROGRESS,
    TASKS,
    Line,
    Request,
)

_WIDTHS = (6, 7, 20, 11, 17, 24, 12, 18, 42)
_TASK_COLUMNS = (
    "编号",
    "章节",
    "规划内容",
    "规划所列牵头或承担单位",
    "进展",
    "情况说明",
    "投入（万元）",
)
_TASK_WIDTHS = (6, 11, 52, 18, 12, 44, 12)
_LIST_WIDTHS = (6, 46, 22, 14)
_MADE = dt.datetime(2000, 1, 1)  # a fixed date, for equal bytes
_FONT = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "text_wrap": True}
_FORMATS = {
    "title": {"bold": True, "font_size": 16, "align": "center"},
    "label": {"bg_color": "#EDEDED", "border": 1, "align": "center"},
    "head": {"bg_color": "#D9D9D9", "border": 1, "bold": True, "align": "center"},
    "block": {"bg_color": "#DCE6F1", "border": 1, "bold": True},
    "about": {"bg_color": "#F7F7F7", "border": 1, "font_size": 9},
    "locked": {"bg_color": "#EDEDED", "border": 1, "align": "center"},
    "words": {"bg_color": "#F7F7F7", "border": 1, "font_size": 9},
    "text": {"bg_color": "#FFFBE6", "border": 1, "locked": False, "num_format": "@"},
    "number": {"bg_color": "#FFFBE6", "border": 1, "locked": False, "align": "right"},
    "day": {"bg_color": "#FFFBE6", "border": 1, "locked": False, "num_format": "yyyy-mm-dd"},
    "plain": {},
}


class _Book:
    """An open workbook with its formats."""

    def __init__(self, book: Any):
        self.book = book
        self.style = {name: book.add_format(_FONT | given) for name, given in _FORMATS.items()}

    def sheet(self, name: str, widths: tuple[int, ...], repeated: int) -> Any:
        sheet = self.book.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(0.4, 0.4, 0.5, 0.6)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(repeated)
        sheet.set_footer("&C第 &P 页，共 &N 页")
        sheet.protect("", {"format_columns": True, "format_rows": True})
        return sheet

    def name(self, name: str, sheet: str, row: int, first: int, last: int | None = None) -> None:
        ends = [f"${chr(65 + column)}${row + 1}" for column in (first, last) if column is not None]
        self.book.define_name(name, f"='{sheet}'!{':'.join(ends)}")


def workbook(
    request: Request, words: dict[str, str], plan: str, title: str, deadline: str, guide: str
) -> bytes:
    """The form of one office.

    Parameters
    ----------
    request : Request
    words : dict
        By the name of a line, its reading table in words.
    plan : str
        As `changji_analysis.forms.content.plan_key` names it.
    title, deadline, guide : str
        Name of the plan, the last day, and how to fill the form in.

    Returns
    -------
    bytes
        An .xlsx workbook; equal for equal content.
    """
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"created": _MADE, "title": f"{title}数据填报表（{request.office}）"})
        made = _Book(book)
        _entry(made, request, words, plan, title, deadline)
        if request.counted:
            _list(made)
        if len(request.tasks):
            _tasks(made, request)
        sheet = made.sheet(GUIDE, (120,), 0)
        for row, line in enumerate(guide.splitlines()):
            sheet.write_string(row, 0, line, made.style["plain"])
    return out.getvalue()


def _entry(
    made: _Book, request: Request, words: dict[str, str], plan: str, title: str, deadline: str
) -> None:
    style, last = made.style, len(COLUMNS) - 1
    sheet = made.sheet(FORM, _WIDTHS, 4)
    sheet.merge_range(0, 0, 0, last, f"{title}数据填报表", style["title"])
    sheet.set_row(0, 30)
    sheet.merge_range(1, 0, 1, 1, "填报单位", style["label"])
    sheet.write_string(1, 2, request.office, style["locked"])
    for row, column, name, label in (
        (1, 3, "form_person", "填报人"),
        (1, 6, "form_phone", "联系电话"),
        (2, 3, "form_checker", "审核人"),
        (2, 6, "form_date", "填报日期"),
    ):
        sheet.write_string(row, column, label, style["label"])
        day = name == "form_date"
        sheet.write_blank(row, column + 1, None, style["day" if day else "text"])
        made.name(name, FORM, row, column + 1)
        if day:
            _dates(sheet, row, column + 1)
    sheet.merge_range(2, 0, 2, 1, "截止日期", style["label"])
    sheet.write_string(2, 2, deadline, style["locked"])
    sheet.write_string(2, last, plan, style["words"])
    sheet.write_string(1, last, "黄色单元格填写；灰色单元格勿动", style["words"])
    made.name(ABOUT[0], FORM, 2, last)
    made.name(ABOUT[1], FORM, 1, 2)
    for column, head in enumerate(COLUMNS):
        sheet.write_string(4, column, head, style["head"])
    row = FIRST_ROW
    for block in request.blocks:
        sheet.merge_range(row, 0, row, last, block.heading, style["block"])
        sheet.merge_range(row + 1, 0, row + 1, last, block.definition, style["about"])
        sheet.set_row(row + 1, 15 * (1 + len(block.definition) // 95))
        for line in block.lines:
            row, said = line.row, words.get(line.name, "")
            sheet.write_number(row, 0, line.year, style["locked"])
            sheet.write_string(row, 1, line.unit, style["locked"])
            sheet.write_string(row, 2, line.known, style["locked"])
            sheet.write_string(row, last, said, style["words"])
            sheet.set_row(row, 15 * max(1 + len(said) // 26, 1 + len(line.known) // 12))
            made.name(line.name, FORM, row, 0, last)
            for column in range(3, last):
                free = {3: "number", 6: "day"}.get(column, "text")
                sheet.write_blank(row, column, None, style["locked" if line.known else free])
            if not line.known:
                _choices(sheet, row, line, style["text"])
        row += 1
    sheet.print_area(0, 0, row - 1, last)
    sheet.freeze_panes(5, 0)


def _choices(sheet: Any, row: int, line: Line, text: Any) -> None:
    sheet.data_validation(row, 3, row, 3, {
        "validate": "decimal", "criteria": ">=", "value": 0, "error_type": "warning",
        "error_title": "数值", "error_message": f"只写数字，单位为{line.unit}；没有数据请留空",
    })  # fmt: skip
    if len(line.readings) > 1:
        sheet.write_string(row, 4, line.readings[0], text)
        sheet.data_validation(row, 4, row, 4, {"validate": "list", "source": list(line.readings)})
    _dates(sheet, row, 6)


def _dates(sheet: Any, row: int, column: int) -> None:
    sheet.data_validation(row, column, row, column, {
        "validate": "date", "criteria": "between", "minimum": dt.date(1949, 1, 1),
        "maximum": dt.date(2100, 12, 31), "error_type": "warning",
        "error_title": "日期", "error_message": "请写成 2024-03-15",
    })  # fmt: skip


def _tasks(made: _Book, request: Request) -> None:
    style = made.style
    sheet = made.sheet(TASKS, _TASK_WIDTHS, 0)
    for column, head in enumerate(_TASK_COLUMNS):
        sheet.write_string(0, column, head, style["head"])
    for row, task in enumerate(request.tasks.itertuples(), 1):
        for column, text in enumerate((task.id, task.section, task.text, task.lead)):
            sheet.write_string(row, column, text, style["words" if column == 2 else "locked"])
        sheet.set_row(row, 14 * max(1 + len(task.text) // 26, 1 + len(task.lead) // 8))
        for column in range(4, len(_TASK_COLUMNS)):
            sheet.write_blank(row, column, None, style["number" if column == 6 else "text"])
        sheet.data_validation(row, 4, row, 4, {"validate": "list", "source": list(PROGRESS)})
        made.name(f"task_{task.id}", TASKS, row, 0, len(_TASK_COLUMNS) - 1)
    sheet.freeze_panes(1, 0)


def _list(made: _Book) -> None:
    style = made.style
    sheet = made.sheet(LIST, _LIST_WIDTHS, 0)
    for column, head in enumerate(LIST_COLUMNS):
        sheet.write_string(0, column, head, style["head"])
    for row in range(1, LIST_ROWS + 1):
        sheet.write_number(row, 0, row, style["locked"])
        for column, free in ((1, "text"), (2, "text"), (3, "day")):
            sheet.write_blank(row, column, None, style[free])
    _dates(sheet, 1, 3)
    sheet.print_area(0, 0, 40, len(LIST_COLUMNS) - 1)
    made.book.define_name("list_rows", f"='{LIST}'!$B$2:$D${LIST_ROWS + 1}")
    sheet.freeze_panes(1, 0)
