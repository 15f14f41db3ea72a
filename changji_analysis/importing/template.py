"""An Excel sheet to fill in: one row a figure, with drop-downs, notes and locked headings."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pandas as pd

from .. import _compat as records
from .._compat import config

MADE = dt.datetime(2000, 1, 1)  # a fixed date, for equal bytes

ROWS = 500
_COLUMNS = (
    # header, width, note
    ("地区", 14, "从下拉列表选择。 / Choose from the list."),
    ("指标", 40, "从下拉列表选择；定义见“指标说明”。 / Choose; defined on the third sheet."),
    ("年份", 8, "数据所属年份，四位数字。 / The year that the figure describes."),
    ("数值", 16, "只写数字，如 1234.5。未知请留空，不要填 0。 / Digits only; blank if unknown."),
    ("单位", 10, "数值的单位，如 万元、亿元、%。 / The unit of the figure as you write it."),
    ("版本", 12, "快报、初步核算、年报或修订。 / Flash, preliminary, first or revised figure."),
    ("来源", 36, "文件全称：发布单位：文件名。 / The document: publisher：title."),
    ("发布日期", 12, "公布或报出的日期，如 2024-03-15。 / Date of publication."),
    ("口径变动", 10, "统计范围与上年不同时选“是”。 / Yes where the scope differs from last year."),
    ("备注", 40, "口径、计算方法等。 / Anything else."),
)  # fmt: skip
_VINTAGES = ("年报", "快报", "初步核算", "修订")
_GUIDE = (
    "怎样填写 / How to fill this in",
    "1. 在“填报”表中每行填一个数据；灰色表头不可修改，黄色单元格可填写。",
    "   One figure a row on the first sheet; the grey headings are locked.",
    "2. 未知的数据请留空，整行会被跳过；不要填 0 或估计数。",
    "   Leave unknown figures blank: the row is skipped. No zeros, no guesses.",
    "3. 单位按原文件填写，程序会换算；不要自行换算。",
    "   Write the unit as printed; it is converted for you.",
    "4. 每个数据都要写来源和发布日期。",
    "   Every figure needs its source and its date of publication.",
    "5. 不要填写单个企业的数据（《统计法》保密规定）。",
    "   No figures of single firms (confidentiality under the Statistics Law).",
    "6. 保存后运行：changji import 本文件；先看结果可加 --dry-run。",
    "   Save, then: changji import THIS-FILE; add --dry-run to look first.",
)


def template(area: str | None = None, years: range | None = None) -> bytes:
    """The workbook to fill in.

    Parameters
    ----------
    area : str, optional
        Area of the rows that are laid out; the city of the configuration if not given.
    years : range, optional
        Years laid out; without it those after the plan's base year up to its target year.

    Returns
    -------
    bytes
        An .xlsx workbook: the sheet to fill in, with a row for every indicator that a target
        needs and every year; a guide; the definitions of the indicators.
    """
    import xlsxwriter

    plan = config().plan
    registry = records.indicators()
    area = area or config().areas.city
    years = years or range(plan.base_year + 1, plan.target_year + 1)
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"created": MADE})
        sheet = book.add_worksheet("填报")
        _guide(book, book.add_worksheet("填写说明"))
        _definitions(book, book.add_worksheet("指标说明"), registry)
        lists = book.add_worksheet("lists")
        lists.hide()
        _entry(book, sheet, lists, registry, area, years)
        sheet.activate()
    return out.getvalue()


def _wanted(registry: pd.DataFrame) -> pd.DataFrame:
    """Indicators that a target or one of its readings needs, in the order of the registry."""
    used = {*records.load_targets()["indicator"], *records.load_readings()["indicator"]}
    wanted = registry[registry["id"].isin(used - {""})]
    return wanted if len(wanted) else registry


def _entry(
    book: Any, sheet: Any, lists: Any, registry: pd.DataFrame, area: str, years: range
) -> None:
    head = book.add_format({"bold": True, "bg_color": "#D9D9D9", "border": 1, "locked": True})
    free = book.add_format({"locked": False, "bg_color": "#FFFBE6", "border": 4})
    text = book.add_format({"locked": False, "bg_color": "#FFFBE6", "border": 4, "num_format": "@"})
    day = book.add_format(
        {"locked": False, "bg_color": "#FFFBE6", "border": 4, "num_format": "yyyy-mm-dd"}
    )
    forms = {"年份": free, "数值": free, "发布日期": day}
    for column, (name, width, note) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, head)
        sheet.write_comment(0, column, note, {"author": "changji", "x_scale": 2})
    rows = [
        (area, row["zh"], year, row["unit"])
        for row in _wanted(registry).to_dict("records")
        for year in years
    ]
    for place in range(ROWS):
        for column, (name, _, _) in enumerate(_COLUMNS):
            sheet.write_blank(place + 1, column, None, forms.get(name, text))
        if place < len(rows):
            name, indicator, year, unit = rows[place]
            sheet.write_string(place + 1, 0, name, text)
            sheet.write_string(place + 1, 1, indicator, text)
            sheet.write_number(place + 1, 2, year, free)
            sheet.write_string(place + 1, 4, unit, text)
    choices = {
        0: list(dict.fromkeys(config().areas.all)),
        1: registry["zh"].tolist(),
        4: _units(registry),
        5: list(_VINTAGES),
        8: ["是", "否"],
    }
    for number, (column, words) in enumerate(choices.items()):
        lists.write_column(0, number, words)
        letter = chr(65 + number)
        sheet.data_validation(
            1, column, ROWS, column,
            {
                "validate": "list", "source": f"=lists!${letter}$1:${letter}${len(words)}",
                "error_title": "请从列表选择", "error_message": "Choose from the list.",
                "error_type": "warning" if column == 4 else "stop",
            },
        )  # fmt: skip
    sheet.data_validation(
        1, 2, ROWS, 2,
        {
            "validate": "integer", "criteria": "between", "minimum": 1949, "maximum": 2100,
            "error_title": "年份", "error_message": "请写四位数字 / four digits",
        },
    )  # fmt: skip
    sheet.data_validation(
        1, 7, ROWS, 7,
        {
            "validate": "date", "criteria": "between",
            "minimum": dt.date(1949, 1, 1), "maximum": dt.date(2100, 12, 31),
            "error_title": "发布日期", "error_message": "请写成 2024-03-15 / write 2024-03-15",
        },
    )  # fmt: skip
    sheet.freeze_panes(1, 0)
    for_print(sheet)
    sheet.print_area(0, 0, len(rows), len(_COLUMNS) - 1)
    sheet.autofilter(0, 0, ROWS, len(_COLUMNS) - 1)
    sheet.protect("", {"autofilter": True, "format_columns": True, "sort": True})


def _units(registry: pd.DataFrame) -> list[str]:
    more = ["元", "万元", "亿元", "亩", "万亩", "公顷", "吨", "万吨", "人", "万人", "‰", "‱"]
    return list(dict.fromkeys([*registry["unit"], *more]))


def _guide(book: Any, sheet: Any) -> None:
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 0, 100)
    for row, line in enumerate(_GUIDE):
        sheet.write_string(row, 0, line, bold if row == 0 else None)
    sheet.protect()


def _definitions(book: Any, sheet: Any, registry: pd.DataFrame) -> None:
    head = book.add_format({"bold": True, "bottom": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    columns = {
        "zh": ("指标名称", 40),
        "unit": ("计量单位", 10),
        "holder_zh": ("主管部门", 24),
        "note_zh": ("说明", 60),
        "en": ("Indicator", 44),
        "note_en": ("Definition", 60),
    }
    for column, (name, (title, width)) in enumerate(columns.items()):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, head)
        for row, cell in enumerate(registry[name], 1):
            sheet.write_string(row, column, cell, wrap)
    sheet.freeze_panes(1, 0)
    for_print(sheet)
    sheet.protect()


def for_print(sheet: Any) -> None:
    """Landscape A4, one page wide, the headings on every page."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
