"""The columns of every data file, from the table ``schemas.csv``.

``blank`` is yes where a cell may be empty, optional where the whole column may be missing from
the file; ``allowed`` is a regular expression (``^…$``), or words, in capitals those of a constant
here. The checks of a column carry the code of the message that a failing cell earns.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..quantities import BOUNDS as BOUNDS

if TYPE_CHECKING:
    import pandera.pandas as pa

FIRST_YEAR, LAST_YEAR = 1949, 2100
DERIVED = ("derived", "derived_at_least", "derived_at_most")
NO_POINTS = ("at_least", "at_most", "more_than", "less_than", "between", *DERIVED[1:])
"""Bounds of figures that open a range and are no point of a history."""
LEVELS = ("nation", "province", "prefecture", "county", "zone")
KINDS = ("ratio", "count", "level", "share")
DIRECTIONS = ("at_least", "at_most", "within", "non_decreasing")
VINTAGES = ("signal", "preliminary", "first", "revised")
CONFIDENCES = ("low", "medium", "high")
PROVINCES = tuple(
    "北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 "
    "广东 广西 海南 重庆 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆".split()
)


DTYPES = {"text": str, "number": float, "year": "Int64", "date": "datetime64[us]"}


def _columns() -> dict[str, dict[str, dict[str, str]]]:
    tables: dict[str, dict[str, dict[str, str]]] = {}
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            tables.setdefault(row.pop("table"), {})[row.pop("column")] = row
    return tables


COLUMNS = _columns()
"""By table and column: kind, blank, allowed, about; `observations` are those of several tables."""


@cache
def schema(table: str) -> pa.DataFrameSchema:
    """What a table may hold; pandera is loaded where a file is first read."""
    import pandera.pandas as pa

    columns = {name: _column(**row) for name, row in COLUMNS[table].items()}
    return pa.DataFrameSchema(columns, strict=True)


def _column(kind: str, blank: str, allowed: str, about: str) -> pa.Column:
    import pandera.pandas as pa

    checks, allowed_words = [], ""
    if kind == "year":
        allowed_words = f"{FIRST_YEAR}-{LAST_YEAR}"
        checks = [pa.Check.in_range(FIRST_YEAR, LAST_YEAR, error="year_out_of_range")]
    if kind == "text" and not blank:
        code = "missing_source" if about.startswith("source") else "missing_value"
        checks.append(pa.Check(lambda cells: cells != "", error=code))
    if allowed.startswith("^"):
        allowed_words = allowed
        checks.append(pa.Check.str_matches(allowed, error="unknown_word"))
    elif allowed:
        parts = (globals()[part] if part.isupper() else (part,) for part in allowed.split())
        words = [word for part in parts for word in part]
        allowed_words = ", ".join(words)
        checks.append(pa.Check.isin(words + [""] * bool(blank), error="unknown_word"))
    marks = {"kind": kind, "optional": blank == "optional", "allowed": allowed_words}
    nullable = bool(blank) and kind != "text"
    return pa.Column(DTYPES[kind], checks, nullable=nullable, description=about, metadata=marks)
