"""An Excel workbook that opens readable: an overview on one page, then the figures behind it."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format

from ..files import write_bytes
from ..palette import VERDICTS
from ..tables.columns import COLUMNS, cell, head
from ..tables.says import in_words
from ..wording import Words
from .content import Document, display_width
from .results import DASH, Results, Target
from .templating import printable

_NARROWEST, _WIDEST, _LINE = 6, 44, 15.5  # widths in Latin letters, height in points


class Cell(NamedTuple):
    """What a cell shows, and the number behind it with its form, or a verdict's colour."""

    text: str
    value: float | None = None
    form: str = ""
    code: str = ""


def write(results: Results, document: Document, path: Path) -> None:
    """Write the workbook; title and date of the document head its overview."""
    stream, w = io.BytesIO(), results.w
    face = {"font_name": w("宋体", "Calibri"), "font_size": 10.5, "valign": "vcenter"}
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    top: tuple[str, ...] = (document.words["title"], document.words["data_to"])
    with xlsxwriter.Workbook(stream, options | {"default_format_properties": face}) as book:
        day = dt.datetime.fromisoformat(document.date)
        book.set_properties({"title": printable(top[0]), "created": day, "comments": ""})
        for zh, en, columns, rows in _sheets(results):
            table = [[_cell(name, row, w) for name in columns.split()] for row in rows]
            if table:
                _fill(book, w(zh, en), [head(name, w) for name in columns.split()], table, top)
            top = ()
    write_bytes(path, stream.getvalue())


def _sheets(r: Results) -> Iterable[tuple[str, str, str, list[Mapping[str, Any]]]]:
    """Name of a sheet in Chinese and English, its columns and its rows."""
    data, card = r.data, [_row(r, t) for t in r.every]
    main = {(row["id"], row["reading"]): row for row in card if row["main"]}
    start, judged = "base_value last_value last_year", "probability range verdict"
    yield "总览", "overview", f"name goal {start} {judged} holder source", [*main.values()]
    yield (
        "指标明细",
        "details",
        (
            f"name reading section unit {start} goal completion gap_closed time_elapsed straight "
            f"geometric required_growth {judged} evidence missing_years holder"
        ),
        card,
    )
    columns = "indicator area year amount unit source published vintage confidence"
    yield "历年数据", "figures", columns, _figures(r)
    paths = data.required_paths.to_dict("records")
    yield "各年应达", "paths", "name year unit straight geometric observed", [
        main[key] | row for row in paths if (key := (row["id"], row["reading"])) in main
    ]  # fmt: skip
    names = ("low_amount", "median_amount", "high_amount")
    known = [(main[t.row["id"], t.row["reading"]], t.assessment.forecast) for t in r.targets]
    yield "预测", "forecasts", " ".join(("name year unit goal", *names)), [
        row | {"year": year} | dict(zip(names, values, strict=True))
        for row, ahead in known if ahead
        for year, *values in ahead.quantiles([0.1, 0.5, 0.9]).itertuples()
    ]  # fmt: skip
    proposed = [vars(row) | {"base_case": row.median} for row in r.next_plan]
    columns = "name last base_case interval floor stretch match match_chance"
    yield "下期目标", "next plan", columns, proposed
    yield "对照表", "reading tables", "name year said straight geometric holder", [
        vars(row) for row in r.reading_table
    ]  # fmt: skip
    yield "数据问题", "data problems", "severity why remedy", _problems(r)
    yield "来源", "sources", "publisher title number day mark", [vars(row) for row in r.sources]


def _row(r: Results, t: Target) -> dict[str, Any]:
    """A row of the scorecard with what the report adds; without a later figure no progress."""
    later = ("last_value", "last_year", "completion", "gap_closed")
    row = t.row.to_dict() | dict.fromkeys(() if t.after else later)
    return row | {
        "main": row["default"], "default": True, "holder_zh": t.holder, "holder_en": t.holder,
        "section": t.section, "straight": t.straight, "geometric": t.geometric, "goal": t.goal,
        "time_elapsed": t.elapsed, "source": r.source_of(t.indicator).replace(DASH, ""),
    }  # fmt: skip


def _figures(r: Results) -> list[dict]:
    """Every figure of the city and the areas around it."""
    about = r.registry[["zh", "en", "unit", "decimals"]].to_dict("index")
    days = r.data.sources.set_index("id")["published"].to_dict()
    named = {source: r.document(source) for source in r.data.statistics["source"].unique()}
    return [
        row | about[row["indicator"]] | {"source": named[row["source"]],
                                         "published": days[row["source"]], "amount": row["value"]}
        for row in r.data.statistics.to_dict("records")
    ]  # fmt: skip


def _problems(r: Results) -> list[dict]:
    """What is found wrong or open in the data; readings stand in the details."""
    table = r.data.problems
    table = table[~table["code"].isin(["ambiguous", "plan_agrees"])]
    sides = {name: r.w(f"{name}_zh", name) for name in ("why", "remedy")}
    plain = partial(re.sub, r"[；;,]? *(见|see) [^；;]*corrections\.yml.*", "")
    named = in_words(r.data, r.w)
    return [
        {"severity": row["severity"]}
        | {name: named(plain(row[side])) for name, side in sides.items()}
        for row in table.to_dict("records")
    ]


def _cell(name: str, row: Mapping[str, Any], w: Words) -> Cell:
    """A cell: text as tables print it, a number in its indicator's decimals and unit."""
    text, value = cell(name, row, w), row.get(name)
    form = COLUMNS[name].form
    if isinstance(value, str) or value is None or pd.isna(value) or name == "verdict":
        return Cell(printable(text), code=row["verdict"] if name == "verdict" else "")
    if form == "year":
        return Cell(text, float(value), "0")
    if form == "chance":
        least, most = w.chance(0.001, row.get(f"{name}_floor")), w.chance(0.999)
        bound = row.get(f"{name}_floor") or 0.01
        low = f'[=0]0%;[<{max(bound, 0.01):g}]"{least}";0%'
        return Cell(text, float(value), low if value < 0.5 else f'[=1]0%;[>0.99]"{most}";0%')
    if form[1:].isdigit():
        return Cell(text, float(value), "0.0%")
    if form == "amount":
        unit = row["unit"] if w.lang == "zh" or row["unit"] == "%" else ""
        digits = int(row["decimals"])
        number = "#,##0" + (f".{'0' * digits}" if digits else "")
        return Cell(text, float(value), number + (f'"{unit}"' if unit else ""))
    return Cell(printable(text))


def _fill(book: xlsxwriter.Workbook, name: str, heads: list[str], table: list, top) -> None:
    """Write a table on a sheet of its own; under a title it is kept to one page."""
    sheet, bold = book.add_worksheet(name), {"bold": True, "text_wrap": True}
    made: dict[tuple, Format] = {}

    def look(**given) -> Format:
        key = tuple(given.items())
        return made.get(key) or made.setdefault(key, book.add_format(given))

    for line, text in enumerate(top):
        sheet.write_string(line, 0, printable(text), look(font_size=16 - 5 * line))
    lines = [heads, *([each.text for each in row] for row in table)]
    widths = [_width(texts) for texts in zip(*lines, strict=True)]
    for column, (text, width) in enumerate(zip(heads, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(len(top), column, text, look(**bold, bg_color="#DCE8F1"))
    for place, texts in enumerate(lines, start=len(top)):
        high = (-(-display_width(t) // (w - 1)) or 1 for t, w in zip(texts, widths, strict=True))
        sheet.set_row(place, _LINE * max(high) + 3)
    for place, row in enumerate(table, start=len(top) + 1):
        for column, each in enumerate(row):
            if each.value is not None:
                sheet.write_number(place, column, each.value, look(num_format=each.form))
            elif each.code:
                fill, letters = VERDICTS[each.code][:2]
                form = look(**bold, bg_color=fill, font_color=letters)
                sheet.write_string(place, column, each.text, form)
            elif each.text:
                sheet.write_string(place, column, each.text, look(text_wrap=True))
    sheet.freeze_panes(len(top) + 1, 1)
    sheet.autofilter(len(top), 0, len(top) + len(table), len(heads) - 1)
    sheet.repeat_rows(len(top))
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.set_footer("&C&P / &N")
    sheet.fit_to_pages(1, 1 if top else 0)


def _width(texts: tuple[str, ...]) -> int:
    """Width of a column: as wide as its cells, its head wrapped beyond six characters."""
    longest = max(map(display_width, texts[1:]), default=0)
    return min(max(longest + 2, min(display_width(texts[0]), 12) + 3, _NARROWEST), _WIDEST)
