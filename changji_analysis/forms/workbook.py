"""The workbook of one office: its targets only, drop-downs, locked text, one page wide."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import xlsxwriter

from . import content as c

_MADE = dt.datetime(2000, 1, 1)  # a fixed date, for equal bytes
_FONT = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "text_wrap": True}
_GREY, _PALE, _OPEN = "#EDEDED", "#F7F7F7", {"bg_color": "#FFFBE6", "border": 1, "locked": False}
_FORMATS = {
    "title": {"bold": True, "font_size": 16, "align": "center"},
    "head": {"bg_color": "#D9D9D9", "border": 1, "bold": True, "align": "center"},
    "block": {"bg_color": "#DCE6F1", "border": 1, "bold": True},
    "locked": {"bg_color": _GREY, "border": 1, "align": "center"},
    "words": {"bg_color": _PALE, "border": 1, "font_size": 9},
    "text": _OPEN | {"num_format": "@"},
    "number": _OPEN | {"align": "right"},
    "day": _OPEN | {"num_format": "yyyy-mm-dd"},
}
_VALUE = {
    "validate": "decimal", "criteria": ">=", "value": 0, "error_type": "warning",
    "error_title": "数值", "error_message": "只写数字；没有数据请留空",
}  # fmt: skip
_DAY = {
    "validate": "date", "criteria": "between", "minimum": dt.date(1949, 1, 1),
    "maximum": dt.date(2100, 12, 31), "error_type": "warning", "error_title": "日期",
    "error_message": "请写成 2024-03-15",
}  # fmt: skip


class _Book:
    """An open workbook with its formats."""

    def __init__(self, book: Any):
        self.book = book
        self.style = {name: book.add_format(_FONT | given) for name, given in _FORMATS.items()}

    def sheet(self, name: str, columns: dict[str, int], row: int) -> Any:
        """A locked sheet, one page wide, with its heads in a row that every page repeats."""
        sheet = self.book.add_worksheet(name)
        for column, (head, width) in enumerate(columns.items()):
            sheet.set_column(column, column, width)
            sheet.write_string(row, column, head, self.style["head"])
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(0.4, 0.4, 0.5, 0.6)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(row)
        sheet.freeze_panes(row + 1, 0)
        sheet.set_footer("&C第 &P 页，共 &N 页")
        sheet.protect("", {"format_columns": True, "format_rows": True})
        return sheet

    def cells(self, sheet: Any, row: int, styles: str, texts: tuple = ()) -> None:
        """A row: texts in locked cells, then blank ones, each in its style; dates are checked."""
        for column, style in enumerate(styles.split()):
            if column < len(texts):
                sheet.write(row, column, texts[column], self.style[style])
            else:
                sheet.write_blank(row, column, None, self.style[style])
            if style == "day":
                sheet.data_validation(row, column, row, column, _DAY)

    def name(self, name: str, sheet: str, row: int, first: int, last: int | None = None) -> None:
        ends = [f"${chr(65 + column)}${row + 1}" for column in (first, last) if column is not None]
        self.book.define_name(name, f"='{sheet}'!{':'.join(ends)}")


def workbook(
    request: c.Request, words: dict[str, str], plan: str, title: str, deadline: str, guide: str
) -> bytes:
    """The form of one office as an .xlsx workbook; equal bytes for equal content.

    Parameters
    ----------
    request : Request
    words : dict
        By the name of a line, its reading table in words.
    plan : str
        As `changji_analysis.forms.content.plan_key` names it.
    title, deadline, guide : str
        Name of the plan, the last day, and how to fill the form in.
    """
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"created": _MADE, "title": f"{title}数据填报表（{request.office}）"})
        made = _Book(book)
        _entry(made, request, words, (plan, title, deadline))
        if request.counted:
            sheet = made.sheet(c.LIST, c.LIST_COLUMNS, 0)
            for row in range(1, c.LIST_ROWS + 1):
                made.cells(sheet, row, "locked text text day", (row,))
            sheet.print_area(0, 0, 40, len(c.LIST_COLUMNS) - 1)
            book.define_name("list_rows", f"='{c.LIST}'!$B$2:$D${c.LIST_ROWS + 1}")
        if len(request.tasks):
            sheet = made.sheet(c.TASKS, c.TASK_COLUMNS, 0)
            for row, task in enumerate(request.tasks.to_dict("records"), 1):
                texts = tuple(task[name] for name in ("id", "section", "text", "lead"))
                made.cells(sheet, row, "locked locked words locked text text number", texts)
                lines = max(1 + len(task["text"]) // 26, 1 + len(task["lead"]) // 8)
                sheet.set_row(row, 15 * lines)
                choices = {"validate": "list", "source": list(c.PROGRESS)}
                sheet.data_validation(row, 4, row, 4, choices)
                made.name(f"task_{task['id']}", c.TASKS, row, 0, len(c.TASK_COLUMNS) - 1)
        sheet = made.sheet(c.GUIDE, {c.GUIDE: 120}, 0)
        for row, line in enumerate(guide.splitlines(), 1):
            sheet.write_string(row, 0, line, made.style["words"])
    return out.getvalue()


def _entry(made: _Book, request: c.Request, words: dict[str, str], plan: tuple) -> None:
    style, last, (key, title, deadline) = made.style, len(c.COLUMNS) - 1, plan
    sheet = made.sheet(c.FORM, c.COLUMNS, c.FIRST_ROW - 1)
    sheet.merge_range(0, 0, 0, last, f"{title}数据填报表", style["title"])
    sheet.set_row(0, 30)
    for row, label, text in ((1, "填报单位", request.office), (2, "截止日期", deadline)):
        sheet.merge_range(row, 0, row, 1, label, style["locked"])
        sheet.write_string(row, 2, text, style["locked"])
    for row, column, label in (
        (1, 3, "填报人"),
        (1, 6, "联系电话"),
        (2, 3, "审核人"),
        (2, 6, "填报日期"),
    ):
        sheet.write_string(row, column, label, style["locked"])
        sheet.write_blank(row, column + 1, None, style["day" if label == "填报日期" else "text"])
    sheet.data_validation(2, 7, 2, 7, _DAY)
    sheet.write_string(1, last, "黄色单元格填写；灰色单元格勿动", style["words"])
    sheet.write_string(2, last, key, style["words"])
    for name, row, column in (("form_office", 1, 2), ("form_date", 2, 7), ("form_plan", 2, last)):
        made.name(name, c.FORM, row, column)
    for line in request.lines:
        if line.year == request.lines[0].year:
            sheet.merge_range(line.row - 2, 0, line.row - 2, last, line.heading, style["block"])
            above = line.row - 1
            sheet.merge_range(above, 0, above, last, line.definition, style["words"])
            sheet.set_row(above, 15 * (1 + len(line.definition) // 95))
        row, said = line.row, words.get(line.name, "")
        entered = "locked " * 5 if line.known else "number text text day text"
        made.cells(
            sheet, row, f"locked locked locked {entered}", (line.year, line.unit, line.known)
        )
        sheet.write_string(row, last, said, style["words"])
        sheet.set_row(row, 15 * max(1 + len(said) // 26, 1 + len(line.known) // 12))
        made.name(line.name, c.FORM, row, 0, last)
        if line.known:
            continue
        sheet.data_validation(row, 3, row, 3, _VALUE)
        if len(line.readings) > 1:
            choices = {"validate": "list", "source": list(line.readings)}
            sheet.write_string(row, 4, line.readings[0], style["text"])
            sheet.data_validation(row, 4, row, 4, choices)
    sheet.print_area(0, 0, request.lines[-1].row, last)
