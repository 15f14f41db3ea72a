"""What is said of a file, a sheet or a figure, in both languages: the table ``messages.csv``.

Its order is that of gravity, its ``kind`` what becomes of a figure of which it is said.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path
from typing import Any

TEXTS = ("why", "remedy", "why_zh", "remedy_zh")


@lru_cache(maxsize=1)
def messages() -> dict[str, dict[str, str]]:
    """Code -> kind (file, sheet, refused, left_out, known, error, question, note) and texts."""
    return read(Path(__file__).with_name("messages.csv"))


def read(path: Path) -> dict[str, dict[str, str]]:
    """A table of messages by code."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row.pop("code"): row for row in csv.DictReader(file)}


def texts(code: str, **fill: Any) -> dict[str, str]:
    """Why, and what to do, in English and Chinese."""
    return {name: messages()[code][name].format(**fill) for name in TEXTS}


def problem(
    code: str, file: str, severity: str = "error", row: Any = None, column: str = "", **fill: Any
) -> dict:
    """One row of a problem table; ``column`` takes the address of a cell."""
    place = {"file": file, "row": row, "column": column, "value": ""}
    return place | {"severity": severity, "code": code} | texts(code, **fill)
