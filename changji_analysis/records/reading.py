"""A CSV file cell by cell: nothing is guessed, every fault is noted with its place.

Cells are read as text and then parsed by the schema of their table; a cell that begins with
``=``, ``+`` or ``@`` is text like any other.
"""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..messages import read, texts

if TYPE_CHECKING:
    import pandera.pandas as pa

MAX_BYTES = 20_000_000
MESSAGES = read(Path(__file__).with_name("messages.csv"))
"""By code: severity, and in both languages what is wrong and what to do."""
KEY = ("area", "indicator", "year", "vintage")
"""What makes an observation one."""


class FileReport:
    """Problems of one file."""

    def __init__(self, name: str, folder: str):
        self.name, self.folder = name, folder
        self.file = f"{folder}/{name}"
        self.problems: list[dict] = []
        self.bad: set[tuple[Any, str]] = set()

    def add(self, code: str, row=pd.NA, column: str = "", value: Any = "", **fill) -> None:
        """Note what a message of `MESSAGES` says; of a cell no more than one error."""
        severity = MESSAGES[code]["severity"]
        if severity == "error" and column:
            if (row, column) in self.bad:
                return
            self.bad.add((row, column))
        place = {"file": self.file, "row": row, "column": column, "value": str(value)[:80]}
        marks = {"severity": severity, "code": code}
        self.problems.append(place | marks | texts(code, MESSAGES, **fill))

    def take(self, other: FileReport) -> None:
        """Note what another report of the same file notes."""
        self.problems += other.problems
        self.bad |= other.bad

    def good(self, frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
        """The rows of a frame whose cells in the columns have no fault so far."""
        bad = {row for row, column in self.bad if column in columns}
        return frame[~frame.index.isin(bad)] if bad else frame


def read_text(path: Path, report: FileReport) -> str | None:
    if not path.is_file():
        report.add("missing_file")
        return None
    if path.stat().st_size > MAX_BYTES:
        report.add("file_too_large", value=path.stat().st_size, limit=MAX_BYTES)
        return None
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        report.add(
            "wrong_encoding", row, value=content[error.start : error.end], detail=error.reason
        )
        return None
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        report.add("wrong_encoding", row, value="\\0", detail="it holds zero bytes")
        return None
    return text


def read_csv(text: str, columns: dict[str, pa.Column], report: FileReport) -> pd.DataFrame | None:
    """Cells as text, by the line of the file on which the row begins; None without the columns.

    An optional column that the file does not have is empty, and so are those that a row leaves
    out at its end.
    """
    about = {name: column.metadata or {} for name, column in columns.items()}
    optional = {name for name, marks in about.items() if marks.get("optional")}
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, lines, header, line = [], [], None, 1
    try:
        for cells in reader:
            if header is None:
                header = cells
            elif cells and (
                len(cells) > len(header) or not optional.issuperset(header[len(cells) :])
            ):
                detail = f"{len(cells)} cells for {len(header)} columns"
                report.add("bad_csv", line, value=",".join(cells)[:40], detail=detail)
            elif cells:
                rows.append(cells + [""] * (len(header) - len(cells)))
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        report.add("bad_csv", line, detail=str(error))
    header = header or []
    allowed = ", ".join(columns)
    missing = [name for name in columns if name not in optional.union(header)]
    extra = [name for name in dict.fromkeys(header) if name not in columns]
    double = [name for name in dict.fromkeys(header) if header.count(name) > 1]
    for name in missing:
        report.add("missing_column", 1, name, allowed=allowed)
    for name in dict.fromkeys(extra + double):
        report.add("extra_column", 1, name or "(no name)", allowed=allowed)
    if missing or double:
        return None
    frame = pd.DataFrame(rows, columns=header, index=lines, dtype="str")
    return frame.reindex(columns=list(columns), fill_value="")


_NUMBER_RE = r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,2})?"


def parse(cells: pd.Series, kind: str, report: FileReport) -> pd.Series:
    if kind == "text":
        return cells
    pattern, code = {
        "number": (_NUMBER_RE, "not_a_number"),
        "year": ("-?[0-9]{1,6}", "not_a_year"),
        "date": ("[0-9]{4}-[0-9]{2}-[0-9]{2}", "not_a_date"),
    }[kind]
    plain = cells.where(cells.map(lambda cell: bool(re.fullmatch(pattern, cell))).astype(bool))
    if kind == "date":
        parsed = pd.to_datetime(plain, format="%Y-%m-%d", errors="coerce").astype("datetime64[us]")
    else:
        parsed = pd.to_numeric(plain).astype("Int64" if kind == "year" else "float64")
    for row, cell in cells[parsed.isna() & (cells != "")].items():
        report.add(code, row, str(cells.name), cell)
    return parsed


def validate(frame: pd.DataFrame, schema: pa.DataFrameSchema, report: FileReport) -> None:
    from pandera.errors import SchemaErrors

    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        for case in errors.failure_cases.sort_values("index", kind="stable").itertuples():
            column = str(case.column)
            code = "missing_value" if case.check == "not_nullable" else str(case.check)
            value = "" if code == "missing_value" else case.failure_case
            allowed = schema.columns[column].metadata.get("allowed", "")
            report.add(code, int(case.index), column, value, allowed=allowed)


def unique(frame: pd.DataFrame, key: list[str], report: FileReport, code="duplicate_key") -> None:
    frame = report.good(frame, *key)
    for row, cells in frame[frame.duplicated(key)].iterrows():
        same = frame[(frame[key] == cells[key]).all(axis=1)]
        value = ", ".join(str(cells[name]) for name in key)
        other = same["value"].iloc[0] if "value" in same else ""
        report.add(code, row, key[-1], value, first=same.index[0], key=", ".join(key), other=other)


def near(word: str, known: Iterable[str]) -> str:
    close = near_matches(word, known)
    return f" (near: {', '.join(close)})" if close else ""


def near_matches(word: str, known: Iterable[str]) -> list[str]:
    """Known words that look like the given one, the nearest first."""
    known = list(known)
    close = difflib.get_close_matches(word, known, n=5, cutoff=0.5)
    return close + [name for name in known if word and word in name and name not in close][:5]


def refers(
    frame: pd.DataFrame,
    column: str,
    known: Iterable[str] | None,
    code: str,
    report: FileReport,
    allowed: str = "",
) -> None:
    """Every word of a column must be known; without a readable list nothing can be said."""
    if known is None:
        return
    known = set(known)
    cells = report.good(frame, column)[column]
    unknown = {*cells.unique()} - known - {""}
    for row, cell in cells[cells.isin(unknown)].items() if unknown else ():
        report.add(code, row, column, cell, near=near(cell, sorted(known)), allowed=allowed)


def same(one: float | str, other: float | str) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return math.isclose(one, other, rel_tol=1e-9) or (math.isnan(one) and math.isnan(other))
