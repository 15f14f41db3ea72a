"""Office-style sheets with what must be read from them, typed by hand in ``cases.yml``.

A table is written with ``|`` between cells; plain digits become numbers, and ``'`` before them
keeps them text. ``expect`` lists cells with what becomes of them: area, indicator, year, vintage
and value, or the code of the reason why they are not taken; a sheet that is refused as a whole
has the one line ``refused CODE CELL``.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from changji_analysis.workbooks import address

CASES_FILE = Path(__file__).with_name("cases.yml")


@dataclass(frozen=True)
class Case:
    """A file, what the user states beside it (``options``), and what each cell must become."""

    name: str
    table: str
    expect: dict[str, list[str]]
    tab: str = "Sheet1"
    options: dict = field(default_factory=dict)
    merged: tuple[str, ...] = ()
    formats: dict[str, str] = field(default_factory=dict)
    formulas: tuple[str, ...] = ()
    raised: dict[str, str] = field(default_factory=dict)
    struck: tuple[str, ...] = ()
    dates: dict[str, str] = field(default_factory=dict)
    indents: dict[str, int] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    encoding: str = "utf-8"
    delimiter: str = ","

    @property
    def rows(self) -> list[list[str]]:
        """The cells of the table as text."""
        return [[cell.strip(" ") for cell in line.split("|")] for line in self.table.splitlines()]

    def build(self) -> bytes:
        """The content of the file."""
        kind = "xlsx" if self.encoding == "xlsx" else self.name.rpartition(".")[2]
        return {"xlsx": _xlsx, "xls": _xls}.get(kind, _text)(self)


@cache
def cases() -> list[Case]:
    """Every sheet of the corpus."""
    listed = yaml.safe_load(CASES_FILE.read_text(encoding="utf-8"))
    return [
        Case(**case | {"expect": dict(_line(line) for line in case["expect"].splitlines())})
        for case in listed
    ]


def _line(line: str) -> tuple[str, list[str]]:
    cell, *said = line.split()
    return cell, said


def place(name: str) -> tuple[int, int]:
    """Row and column of a cell, both from 1: ``B3`` is (3, 2)."""
    letters, digits = re.fullmatch("([A-Z]+)([0-9]+)", name).groups()
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(digits), column


def _value(text: str):
    if text.startswith("'"):
        return text[1:]
    if re.fullmatch(r"-?\d+(?:\.\d+)?", text):
        return float(text) if "." in text else int(text)
    return text.replace("\\n", "\n")


def _text(case: Case) -> bytes:
    out = io.StringIO()
    rows = [[str(_value(text)) for text in row] for row in case.rows]
    csv.writer(out, delimiter=case.delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode(case.encoding, "replace")


def _xlsx(case: Case) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": dt.datetime(2025, 1, 1)})
    sheet, raised = book.add_worksheet(case.tab), book.add_format({"font_script": 1})
    cells = {address(r, c): text for r, row in enumerate(case.rows, 1)
             for c, text in enumerate(row, 1) if text}  # fmt: skip
    for name in sorted({*cells, *case.formulas, *case.dates}, key=place):
        text = cells.get(name, "")
        style: dict = {"num_format": case.formats[name]} if name in case.formats else {}
        style |= {"indent": case.indents[name]} if name in case.indents else {}
        style |= {"font_strikeout": True} if name in case.struck else {}
        form = book.add_format(style) if style else None
        if name in case.formulas:
            sheet.write_formula(name, "=1+1", form, _value(text) if text else "")
        elif name in case.raised:
            sheet.write_rich_string(name, text, raised, case.raised[name])
        elif name in case.dates:
            day, _, shown = case.dates[name].partition(" ")
            form = form or book.add_format({"num_format": shown or "yyyy-mm-dd"})
            sheet.write_datetime(name, dt.datetime.fromisoformat(day), form)
        else:
            sheet.write(name, _value(text), form)
    for span in case.merged:
        sheet.merge_range(span, _value(cells.get(span.partition(":")[0], "")))
    for name in case.hidden:
        if name.isdigit():
            sheet.set_row(int(name) - 1, None, None, {"hidden": True})
        else:
            sheet.set_column(f"{name}:{name}", None, None, {"hidden": True})
    book.close()
    return out.getvalue()


def _xls(case: Case) -> bytes:
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet(case.tab)
    spans = [tuple(place(end) for end in span.split(":")) for span in case.merged]
    covered = {(r, c) for (top, left), (bottom, right) in spans
               for r in range(top, bottom + 1) for c in range(left, right + 1)}  # fmt: skip
    for (top, left), (bottom, right) in spans:
        text = case.rows[top - 1][left - 1]
        sheet.write_merge(top - 1, bottom - 1, left - 1, right - 1, _value(text))
    for r, row in enumerate(case.rows, 1):
        for c, text in enumerate(row, 1):
            name = address(r, c)
            style = xlwt.XFStyle()
            style.num_format_str = case.formats.get(name, "General")
            if (r, c) in covered or not text:
                continue
            if name in case.raised:
                font = xlwt.Font()
                font.escapement = xlwt.Font.ESCAPEMENT_SUPERSCRIPT
                sheet.write_rich_text(r - 1, c - 1, [text, (case.raised[name], font)])
            elif text.startswith("#"):
                sheet.row(r - 1).set_cell_error(c - 1, text)
            else:
                sheet.write(r - 1, c - 1, _value(text), style)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
