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
from .content import Document, display_width, printable
from .results import DASH, Results

PERCENT, CHANCE, YEAR = "0.0%", '[<0.01]"{}";[>0.99]"{}";0%', "0"
_NARROWEST, _WIDEST = 6, 44  # widths in Latin letters
_LINE = 15.5  # points
_VINTAGES = {
    "first": ("初次公布", "first published"),
    "revised": ("修订", "revised"),
    "preliminary": ("初步", "preliminary"),
}
_CONFIDENCE = {"high": ("高", "high"), "medium": ("中", "medium"), "low": ("低", "low")}
_SHEETS = {
    "overview": ("总览", "overview"),
    "details": ("指标明细", "details"),
    "figures": ("历年数据", "figures"),
    "paths": ("各年应达", "paths"),
    "forecasts": ("预测", "forecasts"),
    "next": ("下期目标", "next plan"),
    "readings": ("对照表", "reading tables"),
    "sources": ("来源", "sources"),
}
_HEADS = {
    "name": ("指标", "indicator"), "area": ("地区", "area"), "reading": ("理解", "reading"),
    "section": ("规划章节", "section"), "unit": ("单位", "unit"), "base": ("基期", "base"),
    "last": ("最新数", "latest"), "last_year": ("最新年份", "year"), "goal": ("目标", "target"),
    "completion": ("完成率", "completion"), "gap_closed": ("增量进度", "gap closed"),
    "elapsed": ("时序进度", "time elapsed"), "straight": ("直线路径", "straight path"),
    "geometric": ("等比路径", "geometric path"), "growth": ("所需年均增速", "growth required a year"),
    "chance": ("实现概率", "probability"), "low": ("概率下限", "lowest"), "high": ("概率上限", "highest"),
    "verdict": ("结论", "verdict"), "grade": ("依据等级", "evidence"), "holder": ("责任单位", "office"),
    "source": ("来源", "source"), "missing": ("所缺年份", "years missing"), "year": ("年份", "year"),
    "value": ("数值", "value"), "printed": ("原文", "as printed"), "day": ("发布日期", "published"),
    "vintage": ("版本", "vintage"), "confidence": ("可信度", "confidence"), "median": ("中位数", "median"),
    "lower": ("80%区间下限", "80% lower"), "upper": ("80%区间上限", "80% upper"),
    "observed": ("实际", "observed"), "floor": ("底线", "floor"), "stretch": ("力争", "stretch"),
    "match": ("对标", "benchmark"), "said": ("数字与结论", "figure and verdict"),
    "publisher": ("发布单位", "publisher"), "title": ("文件或表", "document"),
    "number": ("文号", "number"), "mark": ("版本", "copy"), "base_case": ("基准测算", "no new measures"),
}  # fmt: skip


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
    stream, side = io.BytesIO(), 0 if results.lang == "zh" else 1
    face = {"font_name": ("宋体", "Calibri")[side], "font_size": 10.5, "valign": "vcenter"}
    options = {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False, "default_format_properties": face,
    }  # fmt: skip
    with xlsxwriter.Workbook(stream, options) as book:
        day = dt.datetime.fromisoformat(document.date)
        book.set_properties({"title": printable(document.title), "created": day, "comments": ""})
        for name, frame in tables(results).items():
            if len(frame):
                title = document.title if name == "overview" else ""
                heads = [_HEADS[column][side] for column in frame]
                note = document.words["data_to"]
                _Sheet(book, _SHEETS[name][side]).fill(frame, heads, title, note)
    write_bytes(path, stream.getvalue())


def tables(results: Results) -> dict[str, pd.DataFrame]:
    """The sheets: frames of text and `Cell`."""
    makers = {
        "overview": _overview, "details": _details, "figures": _figures, "paths": _paths,
        "forecasts": _forecasts, "next": _next, "readings": _readings, "sources": _sources,
    }  # fmt: skip
    return {name: pd.DataFrame(list(make(results))) for name, make in makers.items()}


def _value(r: Results, value: float, row: pd.Series) -> Cell | str:
    """A value in its indicator's decimals, with its unit in the form."""
    if pd.isna(value):
        return ""
    unit = row["unit"] if r.lang == "zh" or row["unit"] == "%" else ""
    digits = int(row["decimals"])
    form = "#,##0" + (f".{'0' * digits}" if digits else "")
    return Cell(float(value), form + (f'"{unit}"' if unit else ""))


def _chance(r: Results, value: Any) -> Cell | str:
    words = r.w("不足1%", "<1%"), r.w("超过99%", ">99%")
    return "" if value is None or pd.isna(value) else Cell(float(value), CHANCE.format(*words))


def _share(value: float) -> Cell | str:
    return "" if pd.isna(value) else Cell(float(value), PERCENT)


def _overview(r: Results) -> Iterable[dict]:
    for t in r.targets:
        yield {
            "name": t.name, "goal": t.goal, "base": _value(r, t.row["base_value"], t.row),
            "last": _value(r, t.row["last_value"], t.row) if t.after else "",
            "last_year": Cell(t.last_year, YEAR) if t.after else "",
            "chance": _chance(r, t.p), "verdict": Cell(t.verdict, code=t.code), "grade": t.grade,
            "holder": t.holder, "source": t.source.replace(DASH, ""),
        }  # fmt: skip


def _details(r: Results) -> Iterable[dict]:
    for _, row in r.card.iterrows():
        t = r.target(row)
        yield {
            "name": t.name, "reading": t.reading, "section": t.section, "unit": t.unit,
            "base": _value(r, row["base_value"], row), "last": _value(r, row["last_value"], row),
            "last_year": "" if t.last_year == DASH else Cell(t.last_year, YEAR), "goal": t.goal,
            "completion": _share(row["completion"]),
            "gap_closed": _share(row["gap_closed"]) if t.after else "",
            "elapsed": t.elapsed, "straight": t.straight, "geometric": t.geometric,
            "growth": _share(row["required_growth"]), "chance": _chance(r, t.p),
            "low": _chance(r, row.get("probability_low")),
            "high": _chance(r, row.get("probability_high")),
            "verdict": Cell(t.verdict, code=t.code), "grade": t.grade, "missing": t.missing,
            "holder": t.holder,
        }  # fmt: skip


def _figures(r: Results) -> Iterable[dict]:
    wanted = list(dict.fromkeys([*r.main["indicator"], "gdp", "rd_expenditure"]))
    rows = r.data.statistics
    rows = rows[rows["indicator"].isin(wanted)]
    order = {name: n for n, name in enumerate(wanted)}
    areas = {name: n for n, name in enumerate(r.config.areas.all)}
    rows = rows.assign(i=rows["indicator"].map(order), a=rows["area"].map(areas))
    days = r.data.sources.set_index("id")["published"]
    side = 0 if r.lang == "zh" else 1
    for _, row in rows.sort_values(["i", "a", "year"], kind="stable").iterrows():
        about = r.registry.loc[row["indicator"]]
        yield {
            "name": about[r.lang], "area": r.area(row["area"]),
            "year": Cell(int(row["year"]), YEAR),
            "value": _value(r, row["value"], about), "unit": r.unit(about["unit"]),
            "source": r.document(row["source"]),
            "day": days[row["source"]],
            "vintage": _VINTAGES.get(row["vintage"], ("", ""))[side],
            "confidence": _CONFIDENCE.get(row["confidence"], ("", ""))[side],
        }  # fmt: skip


def _paths(r: Results) -> Iterable[dict]:
    table = r.data.required_paths
    for t in r.targets:
        rows = table[table["id"].eq(t.id) & table["reading"].eq(t.reading_id)]
        for _, line in rows.iterrows():
            yield {
                "name": t.name, "year": Cell(int(line["year"]), YEAR), "unit": t.unit,
                **{n: _value(r, line[n], t.row) for n in ("straight", "geometric", "observed")},
            }  # fmt: skip


def _forecasts(r: Results) -> Iterable[dict]:
    for t in r.targets:
        ahead = r.assessment(t.row).forecast
        if ahead is None:
            continue
        for year, low, high in ahead.interval(0.8).itertuples():
            yield {
                "name": t.name, "year": Cell(int(year), YEAR), "unit": t.unit,
                "median": _value(r, ahead.median[year], t.row), "lower": _value(r, low, t.row),
                "upper": _value(r, high, t.row), "goal": t.goal,
            }  # fmt: skip


def _next(r: Results) -> Iterable[dict]:
    for row in r.next_targets().rows:
        yield {
            "name": row.name, "last": row.last, "base_case": row.median, "lower": row.low,
            "upper": row.high, "floor": row.floor, "stretch": row.stretch, "match": row.match,
        }  # fmt: skip


def _readings(r: Results) -> Iterable[dict]:
    for row in r.reading_table():
        yield {
            "name": row.name, "year": Cell(row.year, YEAR), "said": row.said,
            "straight": row.straight, "geometric": row.geometric, "holder": row.holder,
        }  # fmt: skip


def _sources(r: Results) -> Iterable[dict]:
    for row in r.sources():
        yield {
            "publisher": row.publisher, "title": row.title, "number": row.number.replace(DASH, ""),
            "day": row.day, "mark": row.mark,
        }  # fmt: skip


class _Sheet:
    """One sheet in the making."""

    def __init__(self, book: xlsxwriter.Workbook, name: str):
        self.book, self.sheet = book, book.add_worksheet(name)
        self.sheet.set_paper(9)
        self.sheet.set_landscape()
        self.sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        self.sheet.set_footer("&C&P / &N")

    def fill(self, frame: pd.DataFrame, heads: list[str], title: str, note: str) -> None:
        """Write a table; under a title it is kept to one page."""
        top = 0
        if title:
            self.sheet.write_string(
                0, 0, printable(title), self.book.add_format({"bold": True, "font_size": 16})
            )
            self.sheet.set_row(0, 26)
            self.sheet.write_string(1, 0, note)
            top = 2
        shown = [[_shown(cell) for cell in column] for column in (frame[name] for name in frame)]
        widths = [self._width(head, texts) for head, texts in zip(heads, shown, strict=True)]
        for column, (head, width) in enumerate(zip(heads, widths, strict=True)):
            self.sheet.set_column(column, column, width)
            head_form = {"bold": True, "text_wrap": True, "bg_color": "#DCE8F1", "bottom": 2}
            self.sheet.write_string(top, column, head, self.book.add_format(head_form))
        lines = [max(-(-display_width(h) // w) for h, w in zip(heads, widths, strict=True))]
        for texts in zip(*shown, strict=True):
            pairs = zip(texts, widths, strict=True)
            lines.append(max(-(-display_width(text) // (w - 1)) or 1 for text, w in pairs))
        for place, height in enumerate(lines):
            self.sheet.set_row(top + place, _LINE * height + 3)
        for place, row in enumerate(frame.itertuples(index=False), start=top + 1):
            for column, cell in enumerate(row):
                self._cell(place, column, cell)
        self.sheet.freeze_panes(top + 1, 1)
        self.sheet.autofilter(top, 0, top + len(frame), len(heads) - 1)
        self.sheet.repeat_rows(top)
        self.sheet.fit_to_pages(1, 1 if title else 0)

    def _width(self, head: str, texts: list[str]) -> int:
        longest = max(map(display_width, texts), default=0)
        return min(max(longest + 2, min(display_width(head), 12) + 3, _NARROWEST), _WIDEST)

    def _cell(self, row: int, column: int, cell: Cell | str) -> None:
        if cell == "":
            return
        if not isinstance(cell, Cell):
            form = self.book.add_format({"text_wrap": True})
            self.sheet.write_string(row, column, printable(cell), form)
        elif cell.code:
            look = VERDICTS[cell.code]
            form = {
                "bg_color": look.fill,
                "font_color": look.letters,
                "bold": True,
                "text_wrap": True,
            }
            self.sheet.write_string(row, column, cell.value, self.book.add_format(form))
        else:
            form = self.book.add_format({"num_format": cell.form})
            self.sheet.write_number(row, column, cell.value, form)


def _shown(cell: Cell | str) -> str:
    """About what a cell shows, for its width."""
    if not isinstance(cell, Cell):
        return printable(cell)
    if cell.code:
        return str(cell.value)
    digits = cell.form.partition(".")[2].count("0") if cell.form.startswith("#") else 0
    unit = cell.form.partition('"')[2].rstrip('"') if cell.form.startswith("#") else "%"
    return f"{cell.value:,.{digits}f}{unit}" if cell.form != YEAR else str(cell.value)
