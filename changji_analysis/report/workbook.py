"""An Excel workbook that opens readable: an overview on one page, then the figures behind it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import xlsxwriter

from ..files import write_bytes
from ..palette import VERDICTS
from ..tables.columns import head
from .content import Document, display_width, printable
from .results import DASH, Results

YEAR, PERCENT = "0", "0.0%"
_NARROWEST, _WIDEST, _LINE = 6, 44, 15.5  # widths in Latin letters, height in points
_CONFIDENCE = {"high": ("高", "high"), "medium": ("中", "medium"), "low": ("低", "low")}


class Cell(NamedTuple):
    """A number with its form, or a verdict with its colour."""

    value: Any
    form: str = ""
    code: str = ""


def write(results: Results, document: Document, path: Path) -> None:
    """Write the workbook, whole or not at all.

    Parameters
    ----------
    results : Results
    document : Document
        Its title and date head the overview.
    path : Path
        The ``.xlsx`` file.

    Raises
    ------
    OSError
        The file cannot be written; one that was there before is as it was.
    """
    stream, w = io.BytesIO(), results.w
    face = {"font_name": w("宋体", "Calibri"), "font_size": 10.5, "valign": "vcenter"}
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options | {"default_format_properties": face}) as book:
        day = dt.datetime.fromisoformat(document.date)
        book.set_properties({"title": printable(document.title), "created": day, "comments": ""})
        for names, make in SHEETS.items():
            frame = pd.DataFrame(list(make(results)))
            if len(frame):
                top = (document.title, document.words["data_to"]) if make is overview else ()
                _fill(book, w(*names), frame, [head(name, w) for name in frame], top)
    write_bytes(path, stream.getvalue())


# ---- what the sheets hold ----------------------------------------------------------------------
def _value(r: Results, value: Any, row: pd.Series) -> Cell | str:
    """A value in its indicator's decimals, with its unit in the form."""
    if pd.isna(value):
        return ""
    unit = row["unit"] if r.lang == "zh" or row["unit"] == "%" else ""
    digits = int(row["decimals"])
    form = "#,##0" + (f".{'0' * digits}" if digits else "")
    return Cell(float(value), form + (f'"{unit}"' if unit else ""))


def _chance(r: Results, row: pd.Series) -> Cell | str:
    """A probability as a number that is shown as it is printed."""
    value = row["probability"]
    if pd.isna(value):
        return ""
    said = r.w.chance(value, row["probability_floor"])
    return Cell(float(value), "0%" if said[0].isdigit() else f'"{said}"')


def _share(value: Any) -> Cell | str:
    return "" if pd.isna(value) else Cell(float(value), PERCENT)


def overview(r: Results) -> Iterable[dict]:
    """One row a target, on one page."""
    for t in r.targets:
        yield {
            "name": t.name, "goal": t.goal, "base": _value(r, t.row["base_value"], t.row),
            "last": _value(r, t.row["last_value"], t.row) if t.after else "",
            "last_year": Cell(t.last_year, YEAR) if t.after else "",
            "probability": _chance(r, t.row), "range": t.range,
            "verdict": Cell(t.verdict, code=t.code), "holder": t.holder,
            "source": r.source_of(t.indicator).replace(DASH, ""),
        }  # fmt: skip


def _details(r: Results) -> Iterable[dict]:
    for t in (r.target(row) for _, row in r.card.iterrows()):
        row = t.row
        yield {
            "name": t.name, "reading": t.reading, "section": t.section, "unit": t.unit,
            "base": _value(r, row["base_value"], row), "last": _value(r, row["last_value"], row),
            "last_year": "" if t.last_year == DASH else Cell(t.last_year, YEAR), "goal": t.goal,
            "completion": _share(row["completion"]), "gap_closed": t.gap_closed.replace(DASH, ""),
            "time_elapsed": t.elapsed.replace(DASH, ""), "straight": t.straight,
            "geometric": t.geometric, "required_growth": _share(row["required_growth"]),
            "probability": _chance(r, t.row), "range": t.range,
            "verdict": Cell(t.verdict, code=t.code), "evidence": t.grade,
            "missing_years": t.missing, "holder": t.holder,
        }  # fmt: skip


def _figures(r: Results) -> Iterable[dict]:
    wanted = list(dict.fromkeys([*r.main["indicator"], "gdp", "rd_expenditure"]))
    rows, places = r.data.statistics, list(r.config.areas.all)
    rows = rows[rows["indicator"].isin(wanted)]
    keys = rows.assign(i=rows["indicator"].map(wanted.index), a=rows["area"].map(places.index))
    days = r.data.sources.set_index("id")["published"]
    for _, row in keys.sort_values(["i", "a", "year"], kind="stable").iterrows():
        about = r.registry.loc[row["indicator"]]
        yield {
            "indicator": about[r.lang], "area": r.w.area(row["area"]),
            "year": Cell(int(row["year"]), YEAR),
            "value": _value(r, row["value"], about), "unit": r.w.unit(about["unit"]),
            "source": r.document(row["source"]), "published": days[row["source"]],
            "vintage": r.w.term("vintage", row["vintage"]),
            "confidence": r.w(*_CONFIDENCE.get(row["confidence"], ("", ""))),
        }  # fmt: skip


def _paths(r: Results) -> Iterable[dict]:
    table = r.data.required_paths
    for t in r.targets:
        rows = table[table["id"].eq(t.id) & table["reading"].eq(t.reading_id)]
        for _, line in rows.iterrows():
            shapes = ("straight", "geometric", "observed")
            yield {"name": t.name, "year": Cell(int(line["year"]), YEAR), "unit": t.unit,
                   **{n: _value(r, line[n], t.row) for n in shapes}}  # fmt: skip


def _forecasts(r: Results) -> Iterable[dict]:
    for t in r.targets:
        if ahead := r.assessment(t.row).forecast:
            table = pd.concat([ahead.median, ahead.interval(0.8)], axis=1)
            for number, *values in table.itertuples():
                median, lower, upper = (_value(r, v, t.row) for v in values)
                yield {"name": t.name, "year": Cell(int(number), YEAR), "unit": t.unit,
                       "goal": t.goal, "median": median, "lower": lower,
                       "upper": upper}  # fmt: skip


def _next(r: Results) -> Iterable[dict]:
    for row in filter(None, map(r.next, r.targets)):
        yield {"name": row.name, "last": row.last, "base_case": row.median, "lower": row.low,
               "upper": row.high, "floor": row.floor, "stretch": row.stretch,
               "match": row.match}  # fmt: skip


def _readings(r: Results) -> Iterable[dict]:
    for row in r.reading_table():
        yield {"name": row.name, "year": Cell(row.year, YEAR), "said": row.said,
               "due_straight": row.straight, "due_geometric": row.geometric,
               "holder": row.holder}  # fmt: skip


def _sources(r: Results) -> Iterable[dict]:
    for row in r.sources():
        yield {"publisher": row.publisher, "document": row.title, "copy": row.mark,
               "number": row.number.replace(DASH, ""),
               "published": row.day.replace(DASH, "")}  # fmt: skip


SHEETS = {
    ("总览", "overview"): overview,
    ("指标明细", "details"): _details,
    ("历年数据", "figures"): _figures,
    ("各年应达", "paths"): _paths,
    ("预测", "forecasts"): _forecasts,
    ("下期目标", "next plan"): _next,
    ("对照表", "reading tables"): _readings,
    ("来源", "sources"): _sources,
}
"""Name of a sheet, Chinese and English, to what makes its rows."""


# ---- how a sheet looks -------------------------------------------------------------------------
def _fill(book: xlsxwriter.Workbook, name: str, frame: pd.DataFrame, heads: list[str], top) -> None:
    """Write a table on a sheet of its own; under a title it is kept to one page."""
    sheet, bold = book.add_worksheet(name), {"bold": True, "text_wrap": True}
    for line, text in enumerate(top):
        sheet.write_string(line, 0, printable(text), book.add_format({"font_size": 16 - 5 * line}))
    shown = [[head, *map(_shown, frame[name])] for head, name in zip(heads, frame, strict=True)]
    widths = [_width(texts) for texts in shown]
    for column, (text, width) in enumerate(zip(heads, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(len(top), column, text, book.add_format(bold | {"bg_color": "#DCE8F1"}))
    for place, texts in enumerate(zip(*shown, strict=True), start=len(top)):
        lines = (-(-display_width(t) // (w - 1)) or 1 for t, w in zip(texts, widths, strict=True))
        sheet.set_row(place, _LINE * max(lines) + 3)
    for place, row in enumerate(frame.itertuples(index=False), start=len(top) + 1):
        for column, cell in enumerate(row):
            if not isinstance(cell, Cell):
                if cell != "":
                    form = book.add_format({"text_wrap": True})
                    sheet.write_string(place, column, printable(str(cell)), form)
            elif cell.code:
                look = VERDICTS[cell.code]
                form = bold | {"bg_color": look.fill, "font_color": look.letters}
                sheet.write_string(place, column, cell.value, book.add_format(form))
            else:
                form = book.add_format({"num_format": cell.form})
                sheet.write_number(place, column, cell.value, form)
    sheet.freeze_panes(len(top) + 1, 1)
    sheet.autofilter(len(top), 0, len(top) + len(frame), len(heads) - 1)
    sheet.repeat_rows(len(top))
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.set_footer("&C&P / &N")
    sheet.fit_to_pages(1, 1 if top else 0)


def _width(texts: list[str]) -> int:
    """Width of a column: as wide as its cells, its head wrapped beyond six characters."""
    longest = max(map(display_width, texts[1:]), default=0)
    return min(max(longest + 2, min(display_width(texts[0]), 12) + 3, _NARROWEST), _WIDEST)


def _shown(cell: Cell | str) -> str:
    """About what a cell shows, for its width."""
    if not isinstance(cell, Cell) or cell.code:
        return printable(str(cell.value if isinstance(cell, Cell) else cell))
    if cell.form == YEAR:
        return str(cell.value)
    digits = cell.form.partition(".")[2].count("0")
    unit = cell.form.partition('"')[2]
    return f"{cell.value:,.{digits}f}{unit}"
