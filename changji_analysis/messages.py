"""Tables of messages: what is said of a file, a sheet, a row or a figure, in both languages.

``messages.csv`` beside this file is of sheets from outside: its order is that of gravity, its
``kind`` (file, sheet, refused, left_out, known, error, question, note) what becomes of a figure of
which it is said. ``records`` and ``forms`` have a table of their own.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

TEXTS = ("why", "remedy", "why_zh", "remedy_zh")
Messages = dict[str, dict[str, str]]


def read(path: Path) -> Messages:
    """A table of messages by code."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row.pop("code"): row for row in csv.DictReader(file)}


MESSAGES = read(Path(__file__).with_name("messages.csv"))


def texts(code: str, messages: Messages = MESSAGES, /, **fill: Any) -> dict[str, str]:
    """Why, and what to do, in English and Chinese."""
    return {name: messages[code][name].format(**fill) for name in TEXTS}


def problem(
    code: str, file: str, severity: str = "error", row: Any = None, column: str = "", **fill: Any
) -> dict:
    """One row of a problem table; ``column`` takes the address of a cell."""
    place = {"file": file, "row": row, "column": column, "value": ""}
    return place | {"severity": severity, "code": code} | texts(code, **fill)
