"""An Excel copy of a file that was read, every figure coloured and explained where it stands."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

from .labels import discreet
from .proposal import Proposal
from .sheets import Grid
from .texts import COLOURS, STATUS

MADE = dt.datetime(2000, 1, 1)  # a fixed date, for equal bytes
_WIDTHS = (22, 10, 16, 22, 60, 60)


def marked_copy(proposal: Proposal) -> bytes:
    """The file as it was read, with the figures coloured by what becomes of them.

    Parameters
    ----------
    proposal : Proposal

    Returns
    -------
    bytes
        An .xlsx workbook. Its first sheet lists every figure that is not simply taken; the
        others repeat the cells of the file, with a note at each figure. It holds no formula, and
        no single firm's figure.
    """
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"created": MADE})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        head = book.add_format({"bold": True, "bottom": 1})
        fills = {
            status: book.add_format({"bg_color": colour, "valign": "top"})
            for status, colour in COLOURS.items()
        }
        _list(book.add_worksheet("问题 Problems"), proposal, head, wrap)
        used = {"问题 problems"}
        for grid in proposal.book.grids if proposal.book else ():
            _copy(book.add_worksheet(_sheet_name(grid.name, used)), grid, proposal, fills)
    return out.getvalue()


def _sheet_name(name: str, used: set[str]) -> str:
    """A name that Excel takes and that is not used yet."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", name).strip("'")[:27] or "Sheet"
    number, unique = 1, plain
    while unique.lower() in used:
        number += 1
        unique = f"{plain}_{number}"
    used.add(unique.lower())
    return unique


def _list(sheet: Any, proposal: Proposal, head: Any, wrap: Any) -> None:
    sheet.write_row(
        0,
        0,
        (
            "工作表 sheet",
            "单元格 cell",
            "内容 value",
            "结果 result",
            "原因和处理",
            "why, and what to do",
        ),
        head,
    )
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    place = 1
    for line in proposal.problems().to_dict("records"):
        name = line["file"].removeprefix(proposal.file).strip(" []")
        severity = {"error": "错误 error", "warning": "注意 warning", "note": "说明 note"}
        cells = (
            name, line["column"], line["value"], severity[line["severity"]],
            f"{line['why_zh']}。{line['remedy_zh']}。", f"{line['why']}. {line['remedy']}.",
        )  # fmt: skip
        for column, cell in enumerate(cells):
            sheet.write_string(place, column, str(cell), wrap)
        place += 1
    sheet.freeze_panes(1, 0)
    for_print(sheet)


def for_print(sheet: Any) -> None:
    """Landscape A4, one page wide, the headings on every page."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _copy(sheet: Any, grid: Grid, proposal: Proposal, fills: dict[str, Any]) -> None:
    figures = {(f.row, f.column): f for f in proposal.figures if f.sheet == grid.name}
    for (row, column), cell in grid.cells.items():
        figure = figures.get((row, column))
        if figure is None:
            sheet.write_string(row - 1, column - 1, discreet(cell.text))
            continue
        text = "***" if figure.status == "refused" else cell.text
        if cell.kind == "number" and re.fullmatch(r"-?\d{1,15}(?:\.\d{1,12})?", text):
            sheet.write_number(row - 1, column - 1, float(text), fills[figure.status])
        else:
            sheet.write_string(row - 1, column - 1, text, fills[figure.status])
        sheet.write_comment(row - 1, column - 1, _note(proposal, figure), {"author": "changji"})
    sheet.autofit(300)


def _note(proposal: Proposal, figure: Any) -> str:
    lines = [STATUS[figure.status]]
    if figure.indicator and figure.status != "refused":
        value = f"{figure.value:.10g} {figure.unit}" if figure.value == figure.value else ""
        lines.append(f"{figure.area} {figure.indicator} {figure.year or ''} {value}".strip())
    said = [(figure.code, figure.reasons[figure.code])] if figure.code else figure.said
    for code, fill in said:
        text = proposal.text(figure, code, fill)
        lines.append(f"{text['why_zh']}。{text['remedy_zh']}。")
        lines.append(f"{text['why']}. {text['remedy']}.")
    return "\n".join(lines)[:3000]
