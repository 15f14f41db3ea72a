"""What every column is called in Chinese and English, and how its cells are printed.

Frames keep ids and numbers; `changji_analysis.tables.show`, the report's tables and the heads of
the workbook read here; ``columns.csv`` lists them.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from ..wording import TERMS, Words, shortest


class Column(NamedTuple):
    """A head in both languages and the form of the cells, see `cell`."""

    zh: str
    en: str
    form: str = ""


with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as _file:
    COLUMNS = {row.pop("id"): Column(**row) for row in csv.DictReader(_file)}
"""Id of a column to its heads and form."""


def head(name: str, w: Words) -> str:
    """The head of a column; one that is not registered is an area, or keeps its name."""
    column = COLUMNS.get(name)
    return w(column.zh, column.en) if column else w.area(str(name))


_FORMS: dict[str, Callable[[Words, Any], str]] = {
    "model": Words.model,
    "area": Words.area,
    "spans": Words.spans,
    "unit": Words.unit,
    "panel": lambda w, value: w.term("panel", value),
    "status": lambda w, value: w.term("pace" if value in TERMS["pace"] else "status", value),
    "yes": lambda w, value: w.term("yes", bool(value)),
    "each": lambda w, value: value.replace("each year", w("每年", "each year")),
    "money": lambda w, value: w.money(value, 2),
    "year": lambda w, value: f"{value:.0f}",
    "value": lambda w, value: w.number(value, shortest(value)),
}


def cell(name: str, row: Mapping[str, Any], w: Words) -> str:
    """A cell as printed.

    Forms: ``n2`` a number of two decimals, ``x1`` a factor, ``p1`` and ``s1`` per cent without and
    with sign, ``g`` three significant digits, ``chance`` a probability, ``money`` in 亿元,
    ``term`` a code of the column's own kind, ``side`` the text of the language (``why_zh`` beside
    ``why``); ``amount`` with the unit and decimals of the row; ``goal``, ``dated``, ``name`` and
    ``met`` are
    put together from several columns.
    """
    form = COLUMNS[name].form if name in COLUMNS else ""
    value: Any = row.get(name)
    if form in ("name", "side"):
        stems = ("short_", "") if form == "name" else (f"{name}_", "name_")
        value = next((row[k] for stem in stems if (k := stem + w.lang) in row), value)
        if form == "name" and not row.get("default", True):
            value += w(f"（{row['reading_zh']}）", f" ({row['reading_en']})")
    elif form == "goal":
        return w.goal_of(row)
    elif form == "met":
        value = row.get("met_at_last")
    elif form == "range" and name not in row:
        return w.spread(row)
    elif form == "dated" and name not in row:
        value = row.get(f"{name}_value")
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return ""
    numeric = form[1:].isdigit() or form in ("g", "amount", "value", "year", "dated")
    if isinstance(value, str) and numeric:
        return w.term("verdict", value)
    if form == "chance":
        return w.chance(value, row.get(f"{name}_floor"))
    if form in _FORMS:
        return _FORMS[form](w, value)
    if name == "verdict":
        return w.judged(row) if value in TERMS["verdict"] else value
    if form == "term":
        return w.term(name, int(value) if isinstance(value, float) else value)
    if form == "met":
        return w("已达到目标值", "at the goal") if value else w("未达到目标值", "short of the goal")
    if form == "dated":
        amount, year = _amount(value, row, w), row.get(f"{name}_year")
        private = w("，未公开", ", not public") if row.get(f"{name}_private") else ""
        return amount + w(f"（{year}年{private}）", f" ({year}{private})") if year else amount
    if form == "amount":
        return _amount(value, row, w)
    if form[1:].isdigit():
        decimals = int(form[1:])
        if form[0] in "nx":
            return (w.number if form[0] == "n" else w.times)(value, decimals)
        return w.percent(value, decimals, signed=form[0] == "s")
    return _short(value, w) if isinstance(value, float) else str(value)


def _short(value: float, w: Words) -> str:
    """Three significant digits, all digits of whole thousands."""
    plain = f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    return w.number(float(plain), len(plain.partition(".")[2]))


def _amount(value: float, row: Mapping[str, Any], w: Words) -> str:
    if "decimals" not in row:
        return _short(value, w)
    return w.measured(value, row.get("unit", ""), int(row["decimals"]))
