"""How results show themselves in a notebook: small tables in Chinese and English.

Every table comes twice, as HTML and as plain text, from the same cells; the same result gives the
same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import singledispatch
from html import escape
from typing import NamedTuple

import pandas as pd

from .._compat import indicators
from ..assessment import VERDICTS, Assessment, likelihood
from ..forecasting import Forecast
from ..plan import Target
from . import percent, probability_text

TALL = 25
"""Rows above which a table gets a box of its own that scrolls."""
QUALITY = {"file", "row", "column", "value", "severity", "code", "why", "why_zh", "remedy_zh"}
SHADES = {
    "achieved": "#1F6E43",
    "likely": "#1F6E43",
    "at_risk": "#8A5A00",
    "unlikely": "#B84A00",
    "out_of_reach": "#A32020",
    "missed": "#A32020",
    "insufficient_evidence": "#595959",
}
"""Ground of a verdict's label; white letters on each have a contrast of 5 to 1 or more."""

_GOALS = {"at_least": "≥ ", "at_most": "≤ ", "within": "≈ ", "non_decreasing": ""}
_CELL = "text-align:left;vertical-align:top;white-space:normal"


class Table(NamedTuple):
    """What is shown: a caption, the heads of the columns (none for a list) and the cells."""

    caption: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    shade: str = ""


@singledispatch
def table_of(thing) -> Table:
    """The table of a target, a forecast, an assessment, a history or the quality table."""
    raise TypeError(f"a {type(thing).__name__} has no table")


@table_of.register
def _(target: Target) -> Table:
    return Table("目标 target", (), list(_target_rows(target)))


def _target_rows(target: Target) -> Iterable[tuple[str, str]]:
    goal = "只增不减 not to fall" if target.value is None else _number(target.value)
    if target.tolerance:
        goal += f" ± {target.tolerance:.0%}"
    yield "目标 goal", f"{_GOALS[target.direction]}{goal} ({target.year})"
    if target.base_value is not None:
        yield "基期 base", f"{_number(target.base_value)} ({target.base_year})"


@table_of.register
def _(a: Assessment) -> Table:
    rows = list(_target_rows(a.target))
    if a.base_value is not None and a.target.base_value is None:
        rows.append(("基期 base", f"{_number(a.base_value)} ({a.base_year})"))
    if a.last_value is not None:
        rows.append(("最新 latest", f"{_number(a.last_value)} ({a.evidence.last_year})"))
    if a.probability is not None:
        english, chinese = likelihood(a.probability)
        chance = f"{probability_text(a.probability, 'zh')} {chinese} {english}"
        rows.append(("实现概率 probability", chance))
    for label, share in (
        ("所需年均增速 required growth a year", a.required_growth),
        ("实际年均增速 observed growth a year", a.observed_growth),
    ):
        if share is not None:
            rows.append((label, percent(share, signed=True)))
    if a.gap_closed is not None and a.time_elapsed:
        shares = f"{percent(a.gap_closed)} / {percent(a.time_elapsed)}"
        rows.append(("差距已缩小 / 时间已过 gap closed / time elapsed", shares))
    e = a.evidence
    rests = [f"{e.n} 个数据 figures, {e.method}", *e.notes] if e.n else ["无数据 no figure"]
    rows.append(("依据 rests on", "; ".join(rests)))
    zh, en = VERDICTS[a.verdict]
    return Table(f"{zh} {en}", (), rows, SHADES[a.verdict])


@table_of.register
def _(ahead: Forecast) -> Table:
    levels = [0.025, 0.1, 0.5, 0.9, 0.975]
    rows = [
        (str(year), *(_number(value, 3) for value in values))
        for year, values in zip(
            ahead.years, ahead.quantiles(levels)[[0.5, 0.1, 0.9, 0.025, 0.975]].values, strict=True
        )
    ]
    ends = [f"{c}% {end}" for c in (80, 95) for end in ("下限 lower", "上限 upper")]
    head = ("年份 year", "中位数 median", *ends)
    points = f"{ahead.n} 个数据 figures, {ahead.last_year}"
    return Table(f"预测 forecast: {ahead.model}, {points}", head, rows)


@table_of.register
def _(known: pd.Series) -> Table:
    registry = indicators().set_index("id").loc[known.attrs["indicator"]]
    marks = {
        "breaks": "口径变化 scope break",
        "private": "未公开 not public",
        "early": "快报 early",
    }
    rows = []
    for year, value in known.items():
        notes = [words for name, words in marks.items() if year in known.attrs.get(name, ())]
        rows.append((str(year), _number(value), "; ".join(notes)))
    unit = known.attrs["unit"]
    caption = f"{known.attrs['area']}：{registry['zh']} {registry['en']}"
    if known.attrs.get("as_of"):
        caption += f"，截至 as of {known.attrs['as_of']}"
    if not rows:
        caption += "：无数据 no figure"
    return Table(caption, ("年份 year", f"数值 value ({unit})" if unit else "数值 value", ""), rows)


@table_of.register
def _(found: pd.DataFrame) -> Table:
    counts = found["severity"].value_counts().to_dict()
    listed = ", ".join(f"{name} {counts[name]}" for name in sorted(counts))
    rows = [
        (
            str(row["severity"]),
            f"{row['file']}" + ("" if pd.isna(row["row"]) else f" : {row['row']}"),
            f"{row['column']}",
            f"{row['value']}",
            f"{row['why_zh']} {row['why']}",
            f"{row['remedy_zh']} {row['remedy']}",
        )
        for _, row in found.iterrows()
    ]
    head = (
        "级别 severity",
        "文件 : 行 file : row",
        "列 column",
        "值 value",
        "说明 why",
        "改法 remedy",
    )
    return Table(f"数据质量 quality of the data: {listed or '无 none'}", head, rows)


def as_html(thing) -> str:
    """A result as an HTML table; one of many rows scrolls in a box that the keyboard reaches."""
    table = table_of(thing)
    look = f"color:#fff;background:{table.shade};padding:.15em .6em;border-radius:.3em"
    caption = escape(table.caption)
    if table.shade:
        caption = f'<span style="{look}">{caption}</span>'
    head = "".join(f'<th scope="col" style="{_CELL}">{escape(name)}</th>' for name in table.head)
    lines = [
        f'<tr><th scope="row" style="{_CELL}">{escape(first)}</th>'
        + "".join(f'<td style="{_CELL}">{escape(cell)}</td>' for cell in rest)
        + "</tr>"
        for first, *rest in table.rows
    ]
    parts = [
        "<table>",
        f'<caption style="text-align:left;font-weight:bold;padding:.3em 0">{caption}</caption>',
        *([f"<thead><tr>{head}</tr></thead>"] if head else []),
        "<tbody>",
        *lines,
        "</tbody>",
        "</table>",
    ]
    return _scrolling("\n".join(parts), len(lines))


def _scrolling(html: str, rows: int) -> str:
    if rows <= TALL:
        return html
    box = '<div class="scroll" tabindex="0" style="max-height:32em;overflow:auto">'
    return f"{box}\n{html}\n</div>"


def as_text(thing) -> str:
    """A result as plain text, one row a line."""
    table = table_of(thing)
    lines = [" | ".join(filter(None, row)) for row in (table.head, *table.rows) if any(row)]
    return "\n".join([table.caption, *(f"  {line}" for line in lines)])


def _number(value: float, digits: int = 10) -> str:
    return f"{float(f'{value:.{digits}g}'):,.10g}"


def register(shell) -> None:
    """Teach a running IPython to show histories, the quality table and long frames.

    They stay plain pandas objects; any other Series is shown as before.
    """
    html = shell.display_formatter.formatters["text/html"]
    html.for_type(pd.Series, lambda known: as_html(known) if _is_history(known) else None)
    html.for_type(pd.DataFrame, _frame_html)


def _is_history(known: pd.Series) -> bool:
    return {"area", "indicator", "unit"} <= set(known.attrs) and pd.api.types.is_integer_dtype(
        known.index
    )


def _frame_html(frame: pd.DataFrame) -> str | None:
    if set(frame.columns) >= QUALITY:
        return as_html(frame)
    html = frame._repr_html_()
    limit = pd.get_option("display.max_rows") or len(frame)
    return html and _scrolling(html, min(len(frame), limit))
