"""What is said of a file, a sheet or a figure, in both languages: the table ``messages.csv``.

Its order is that of gravity, its ``kind`` what becomes of a figure of which it is said.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path
from typing import Any

TEXTS = ("why", "remedy", "why_zh", "remedy_zh")
# What becomes of a figure: how it is named, and its colour
STATUS = {
    "error": ("错误 error", "#F4B6B6"),
    "refused": ("不予导入 refused", "#F4B6B6"),
    "question": ("待确认 question", "#FFE699"),
    "new": ("新增 new", "#C6E0B4"),
    "revised": ("修订数 revised", "#C6E0B4"),
    "known": ("已有 known", "#D9E1F2"),
    "left_out": ("不导入 left out", "#E7E6E6"),
}


@lru_cache(maxsize=1)
def messages() -> dict[str, dict[str, str]]:
    """Code -> kind (file, sheet, refused, left_out, known, error, question, note) and texts."""
    path = Path(__file__).with_name("messages.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


@lru_cache(maxsize=1)
def rank() -> dict[str, int]:
    """Code -> place in the order of gravity."""
    return {code: place for place, code in enumerate(messages())}


def texts(code: str, **fill: Any) -> dict[str, str]:
    """Why, and what to do, in English and Chinese."""
    return {name: messages()[code][name].format(**fill) for name in TEXTS}


def problem(
    code: str, file: str, *, severity: str = "error", row: Any = None, column: str = "",
    value: Any = "", **fill: Any,
) -> dict:  # fmt: skip
    """One row of a problem table; ``column`` takes the address of a cell."""
    place = {"file": file, "row": row, "column": column, "value": str(value)[:80]}
    return place | {"severity": severity, "code": code} | texts(code, **fill)
