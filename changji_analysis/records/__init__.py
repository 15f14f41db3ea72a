"""Reading the data files: every cell parsed and checked, every fault named, fixes applied.

Nothing is guessed: cells are read as text and then parsed by the schema of their table; a cell
that begins with ``=``, ``+`` or ``@`` is text like any other. A loader raises `DataError` with
all faults of its table at once, or returns a tidy frame. `found` lists what was found in all files.
"""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import io
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
import pandera.pandas as pa
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from .. import store
from ..config import config, data_dir, use_private
from ..errors import DataError, QuantityError, UsageError, problem_frame
from ..quantities import convert, known_unit, parse_quantity
from . import schemas

MAX_BYTES = 20_000_000


class _Report:
    """Problems of one file."""

    def __init__(self, name: str, folder: str):
        self.name = name
        self.file = f"{folder}/{name}"
        self.problems: list[dict] = []
        self.bad: set[tuple[Any, str]] = set()

    def add(self, code: str, row=pd.NA, column: str = "", value: Any = "", **fill) -> None:
        """Note an error, once per cell."""
        if (row, column) in self.bad and column:
            return
        if column:
            self.bad.add((row, column))
        self.note("error", code, row, column, value, **schemas.describe(code, fill))

    def note(self, severity: str, code: str, row, column: str, value, **texts: str) -> None:
        """Note anything with its texts given."""
        place = {"file": self.file, "row": row, "column": column, "value": str(value)[:80]}
        self.problems.append(place | {"severity": severity, "code": code} | texts)

    def good(self, frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
        """The rows of a frame whose cells in the columns have no fault so far."""
        bad = {row for row, column in self.bad if column in columns}
        return frame[~frame.index.isin(bad)]


# ---- reading one file --------------------------------------------------------------------------
def _read_text(path: Path, report: _Report) -> str | None:
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


def _read_csv(text: str, columns: dict[str, pa.Column], report: _Report) -> pd.DataFrame | None:
    """Cells as text, by the line of the file on which the row begins; None without the columns.

    An optional column that the file does not have is empty.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, lines, header, line = [], [], None, 1
    try:
        for cells in reader:
            if header is None:
                header = cells
            elif cells and len(cells) != len(header):
                detail = f"{len(cells)} cells for {len(header)} columns"
                report.add("bad_csv", line, value=",".join(cells)[:40], detail=detail)
            elif cells:
                rows.append(cells)
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        report.add("bad_csv", line, detail=str(error))
    header = header or []
    allowed = ", ".join(columns)
    missing = [
        name
        for name, column in columns.items()
        if name not in header and not column.metadata["optional"]
    ]
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


def _parse(cells: pd.Series, kind: str, report: _Report) -> pd.Series:
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


def _validate(frame: pd.DataFrame, schema: pa.DataFrameSchema, report: _Report) -> None:
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        for case in errors.failure_cases.sort_values("index", kind="stable").itertuples():
            column = str(case.column)
            code = "missing_value" if case.check == "not_nullable" else str(case.check)
            value = "" if code == "missing_value" else case.failure_case
            allowed = schema.columns[column].metadata.get("allowed", "")
            report.add(code, int(case.index), column, value, allowed=allowed)


def _unique(frame: pd.DataFrame, key: list[str], report: _Report, code="duplicate_key") -> None:
    frame = report.good(frame, *key)
    for row, cells in frame[frame.duplicated(key)].iterrows():
        same = frame[(frame[key] == cells[key]).all(axis=1)]
        value = ", ".join(str(cells[name]) for name in key)
        other = same["value"].iloc[0] if "value" in same else ""
        report.add(code, row, key[-1], value, first=same.index[0], key=", ".join(key), other=other)


def _near(word: str, known: Iterable[str]) -> str:
    close = near_matches(word, known)
    return f" (near: {', '.join(close)})" if close else ""


def near_matches(word: str, known: Iterable[str]) -> list[str]:
    """Known words that look like the given one, the nearest first."""
    known = list(known)
    close = difflib.get_close_matches(word, known, n=5, cutoff=0.5)
    return close + [name for name in known if word and word in name and name not in close][:5]


def _refers(
    frame: pd.DataFrame,
    column: str,
    known: Iterable[str] | None,
    code: str,
    report: _Report,
    allowed: str = "",
) -> None:
    """Every word of a column must be known; without a readable list nothing can be said."""
    if known is None:
        return
    known = set(known)
    cells = report.good(frame, column)[column]
    for row, cell in cells[~cells.isin(known | {""})].items():
        report.add(code, row, column, cell, near=_near(cell, sorted(known)), allowed=allowed)


# ---- checks beyond one cell --------------------------------------------------------------------
def _check_indicators(frame: pd.DataFrame, report: _Report, tables: _Tables) -> None:
    _check_units(frame, "unit", report)


def _check_units(frame: pd.DataFrame, column: str, report: _Report) -> None:
    cells = report.good(frame, column)[column]
    for row, cell in cells[cells != ""].items():
        if not known_unit(cell):
            report.add(
                "unknown_unit", row, column, cell, allowed="元 亩 吨 家 人 % …, 万元 亿元 万亩 …"
            )


def _check_print(frame: pd.DataFrame, report: _Report, *, base_units: bool) -> None:
    """Double entry: the typed value against what as_printed reads."""
    frame = report.good(frame, "as_printed", "value", "unit", "bound")
    for row, cells in zip(frame.index, frame.to_dict("records"), strict=True):
        printed, unit = cells["as_printed"], cells["unit"]
        if cells["bound"] in schemas.DERIVED:
            if math.isnan(cells["value"]):
                report.add("missing_value", row, "value")
            continue
        if cells["bound"] == "non_decreasing":
            if not math.isnan(cells["value"]):
                report.add(
                    "value_differs", row, "value", cells["value"], printed=printed, expected=""
                )
            continue
        try:
            read = parse_quantity(printed)
            value = convert(read.value, read.unit or unit, unit) if unit else read.value
        except QuantityError:
            report.add("unreadable_print", row, "as_printed", printed)
            continue
        pairs = [("value", value), ("bound", read.bound)]
        if base_units:
            upper = math.nan if read.upper is None else read.upper
            pairs += [("upper", upper), ("unit", read.unit)]
        for column, expected in pairs:
            if not _same(cells[column], expected):
                report.add(
                    "value_differs", row, column, cells[column], printed=printed, expected=expected
                )


def _same(one: float | str, other: float | str) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return math.isclose(one, other, rel_tol=1e-9) or (math.isnan(one) and math.isnan(other))


def _check_signs(frame: pd.DataFrame, report: _Report, kinds: dict[str, str]) -> None:
    frame = report.good(frame, "value", "indicator")
    kind = frame["indicator"].map(kinds)
    unsigned = kind.isin(["count", "level", "share"])
    for row, value in frame["value"][(frame["value"] < 0) & unsigned].items():
        report.add("negative_value", row, "value", value)
    for row, value in frame["value"][(frame["value"] > 100) & (kind == "share")].items():
        report.add("share_out_of_range", row, "value", value)


def _check_plan(frame: pd.DataFrame, report: _Report, tables: _Tables) -> None:
    indicators = tables.frame("indicators")
    _refers(frame, "indicator", tables.ids("indicators"), "unknown_indicator", report)
    _check_units(frame, "unit", report)
    _check_print(frame, report, base_units=True)
    _check_signs(frame, report, dict(zip(indicators["id"], indicators["kind"], strict=True)))
    if "stretch_of" in frame:
        _refers(frame, "stretch_of", frame["id"], "unknown_row", report, allowed=report.file)
    plan = tables.plan
    if plan is None:
        return
    for row, cells in report.good(frame, "as_printed", "context").iterrows():
        if cells["context"] not in plan:
            report.add("not_in_plan", row, "context", cells["context"], allowed="raw/plan.txt")
        elif cells["as_printed"] not in cells["context"]:
            report.add("not_in_plan", row, "as_printed", cells["as_printed"], allowed="context")


def _check_readings(frame: pd.DataFrame, report: _Report, tables: _Tables) -> None:
    targets, baseline = tables.ids("targets"), tables.frame("baseline").set_index("id")
    _refers(frame, "target", targets, "unknown_row", report, allowed="plan_targets.csv")
    _refers(frame, "indicator", tables.ids("indicators"), "unknown_indicator", report)
    _check_units(frame, "base_unit", report)
    defaults = frame[frame["default"] == "yes"].groupby("target").size()
    for row, name in report.good(frame, "target")["target"].drop_duplicates().items():
        if defaults.get(name, 0) != 1:
            report.add("default_reading", row, "default", name, count=defaults.get(name, 0))
    for name in sorted(set(targets or ()) - set(frame["target"])):
        report.add("default_reading", value=name, count=0)
    if tables.ids("baseline") is None:
        return
    based = report.good(frame, "base_value", "base_unit", "base_rows", "target")
    for row, cells in based[based["base_rows"] != ""].iterrows():
        ids = cells["base_rows"].split("+")
        unknown = [name for name in ids if name not in baseline.index]
        if unknown:
            near = _near(unknown[0], baseline.index)
            report.add(
                "unknown_row", row, "base_rows", unknown[0], near=near, allowed="plan_baseline.csv"
            )
            continue
        unit = cells["base_unit"]
        try:
            parts = baseline.loc[ids, ["value", "unit"]].itertuples(index=False)
            total = sum(convert(value, printed or unit, unit) for value, printed in parts)
        except QuantityError as error:
            total = str(error)
        if not _same(cells["base_value"], total):
            report.add(
                "base_differs", row, "base_value", cells["base_value"],
                rows=cells["base_rows"], expected=total, unit=unit,
            )  # fmt: skip


def terms(expression: str) -> list[tuple[int, str]]:
    """Sign and row of every term of a computed side such as ``b39+b40-b41``."""
    pieces = re.findall("([+-]?)([^+-]+)", expression)
    return [(-1 if sign == "-" else 1, row) for sign, row in pieces]


def _check_plan_checks(frame: pd.DataFrame, report: _Report, tables: _Tables) -> None:
    if tables.ids("baseline") is None or tables.ids("targets") is None:
        return
    values = pd.concat(
        [tables.frame(name).set_index("id")["value"] for name in ("baseline", "targets")]
    )
    allowed = "plan_baseline.csv / plan_targets.csv"
    for row, cells in report.good(frame, "place", "computed", "against").iterrows():
        named = [("computed", name) for _, name in terms(cells["computed"])]
        for column, name in [("place", cells["place"]), *named, ("against", cells["against"])]:
            if name not in values.index:
                near = _near(name, values.index)
                report.add("unknown_row", row, column, name, near=near, allowed=allowed)
            elif column != "place" and values.loc[[name]].isna().any():
                report.add("no_number", row, column, name)


def _check_tasks(frame: pd.DataFrame, report: _Report, tables: _Tables) -> None:
    plan = tables.plan
    if plan is None:
        return
    for column in ("text", "lead"):
        for row, cell in report.good(frame, column)[column].items():
            if cell not in plan:
                report.add("not_in_plan", row, column, cell, allowed="raw/plan.txt")


def _check_aliases(frame: pd.DataFrame, report: _Report, tables: _Tables) -> None:
    for kind, known in (("indicator", tables.ids("indicators")), ("area", tables.areas)):
        rows = frame[frame["kind"] == kind]
        _refers(rows, "id", known, f"unknown_{kind}", report)


def _check_areas(frame: pd.DataFrame, report: _Report, tables: _Tables) -> None:
    """Every parent is an area, and no area lies in itself."""
    own = tables.areas
    _refers(
        frame, "parent", None if own is None else [*frame["area"], *own], "unknown_area", report
    )
    parents = dict(zip(frame["area"], frame["parent"], strict=True))
    for row, area in frame["area"].items():
        above, seen = parents[area], set()
        while above and above not in seen:
            if above == area:
                report.add("lies_in_itself", row, "parent", frame.at[row, "parent"])
            seen.add(above)
            above = parents.get(above, "")


def _check_observations(frame: pd.DataFrame, report: _Report, tables: _Tables) -> None:
    indicators = tables.frame("indicators").set_index("id")
    _refers(frame, "indicator", tables.ids("indicators"), "unknown_indicator", report)
    _refers(frame, "source", tables.sources, "unknown_source", report)
    named = {
        "raw/yearly_statistics.csv": tables.areas,
        "reference/provinces.csv": schemas.PROVINCES,
    }
    if areas := named.get(report.name, tables.areas if report.name in tables.private else None):
        _refers(frame, "area", areas, "unknown_area", report)
    _check_units(frame, "unit", report)
    known = report.good(frame, "indicator", "unit")
    wanted = known["indicator"].map(indicators["unit"])
    for row, unit in wanted[(wanted != known["unit"]) & wanted.notna()].items():
        report.add("wrong_unit", row, "unit", frame.at[row, "unit"], allowed=unit)
    _check_signs(frame, report, indicators["kind"].to_dict())
    if "as_printed" not in frame:
        return
    _check_print(frame, report, base_units=False)
    dated = report.good(frame, "published", "known_by", "year")
    early = dated["known_by"].dt.year < dated["year"]
    other = dated["published"].notna() & (dated["published"] != dated["known_by"])
    for row, cells in dated[early | other].iterrows():
        expected = "" if pd.isna(cells["published"]) else cells["published"].date()
        report.add("known_by_differs", row, "known_by", cells["known_by"].date(), expected=expected)
    if report.name == "reference/provinces.csv":
        _check_apart(frame, report, tables)


def _check_apart(frame: pd.DataFrame, report: _Report, tables: _Tables) -> None:
    """The region's own figures live in the yearly statistics, and nowhere else."""
    own = tables.frame("statistics").reset_index(names="line")
    line = frame[list(_KEY)].merge(own.drop_duplicates(list(_KEY)), "left", list(_KEY))["line"]
    for row, first in zip(frame.index, line, strict=True):
        if not pd.isna(first):
            report.add("twice", row, "area", frame.at[row, "area"], first=int(first))


def _beside_others(
    name: str, frame: pd.DataFrame, report: _Report, tables: _Tables
) -> pd.DataFrame:
    """Leave out figures that another table has too; one key with two values is an error."""
    key = list(_KEY)
    good = report.good(frame, *key, "value").dropna(subset=key)
    for other in ("statistics", *tables.private[: tables.private.index(name)]):
        theirs = tables.frame(other).reset_index(names="line").drop_duplicates(key)
        both = good.reset_index(names="row").merge(theirs, on=key, suffixes=("", "_other"))
        for cells in both.to_dict("records"):
            row, first = cells["row"], f"{cells['line']} of {_table(other).file}"
            if _same(cells["value"], cells["value_other"]):
                frame = frame.drop(index=row, errors="ignore")
                report.note(
                    "note", "superseded", row, "value", cells["value"],
                    **schemas.describe("superseded", {"first": first}),
                )  # fmt: skip
            else:
                report.add(
                    "conflicting_values", row, "value", cells["value"],
                    first=first, other=cells["value_other"],
                )  # fmt: skip
    return frame


def _check_precedents(frame: pd.DataFrame, report: _Report, tables: _Tables) -> None:
    _refers(frame, "source", tables.sources, "unknown_source", report)
    wanted = tables.frame("indicators").set_index("id")["direction"]
    names = ["target", "outcome", "target_year", "outcome_year", "status", "scored"]
    for row, cells in report.good(frame, *names, "indicator").iterrows():
        target, outcome, year = cells["target"], cells["outcome"], cells["target_year"]
        settled = not pd.isna([target, outcome]).any() and year is not pd.NA
        settled = settled and year == cells["outcome_year"]
        if settled:
            at_most = wanted.get(cells["indicator"]) == "at_most"
            reached = outcome <= target if at_most else outcome >= target
            allowed = {"attained" if reached else "missed"}
        else:
            allowed = {"pending", "unknown"}
        loose = cells["scored"] == "no" and cells["status"] in ("pending", "unknown")
        wrong = cells["status"] not in allowed and not loose
        if wrong or (cells["scored"] == "yes" and not settled):
            report.add(
                "status_differs", row, "status", cells["status"],
                target=target, outcome=outcome, year=year, expected=" / ".join(sorted(allowed)),
            )  # fmt: skip


# ---- corrections -------------------------------------------------------------------------------
class Correction(BaseModel):
    """One record of ``corrections.yml``: a manual fix, declared with its reason."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(min_length=1)]
    file: Annotated[str, Field(min_length=1)]
    match: dict[str, str | int | float]
    action: Literal["drop", "override", "scale", "flag", "break"]
    value: float | None = None
    expect: float | None = None
    reason: Annotated[str, Field(min_length=1)]
    reason_zh: Annotated[str, Field(min_length=1)]
    source: str | None = None
    status: str | None = None

    @model_validator(mode="after")
    def _complete(self):
        if self.action in ("override", "scale") and self.value is None:
            raise ValueError(f"{self.action} needs a value")
        if self.action in ("drop", "override", "scale") and self.expect is None:
            raise ValueError(f"{self.action} needs expect, the value as it stands in raw")
        if self.action == "break" and not {"area", "indicator", "year"} <= set(self.match):
            raise ValueError("break needs area, indicator and year in match")
        return self


def _read_corrections(path: Path, report: _Report) -> list[tuple[int, Correction]]:
    """Every valid record with its line."""
    text = _read_text(path, report)
    if text is None:
        return []
    try:
        records = yaml.safe_load(text)
        node = yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        row = mark.line + 1 if mark else pd.NA
        report.add("bad_correction", row, detail=getattr(error, "problem", None) or str(error))
        return []
    if records is None:
        return []
    if not isinstance(records, list):
        report.add("bad_correction", 1, detail="the file is no list of records")
        return []
    lines = [item.start_mark.line + 1 for item in node.value]
    valid = []
    seen: set[str] = set()
    for line, record in zip(lines, records, strict=True):
        try:
            correction = Correction.model_validate(record)
        except ValidationError as errors:
            for error in errors.errors():
                column = ".".join(map(str, error["loc"]))
                report.add("bad_correction", line, column, error["input"], detail=error["msg"])
            continue
        if correction.id in seen:
            report.add("bad_correction", line, "id", correction.id, detail="the id stands twice")
            continue
        seen.add(correction.id)
        valid.append((line, correction))
    return valid


def _correct(frame: pd.DataFrame, report: _Report, tables: _Tables) -> pd.DataFrame:
    """Apply the file's corrections; the new column ``correction`` names those of each row."""
    frame = frame.assign(correction="")
    file = report.name
    dropped = []
    for declared, line, fix in tables.corrections:
        if fix.file.removeprefix("data/") != file:
            continue
        log = tables.report(declared)
        unknown = [name for name in fix.match if name not in frame]
        if unknown:
            detail = f"{file} has no column {', '.join(unknown)}"
            log.add("bad_correction", line, f"{fix.id}.match", unknown[0], detail=detail)
            continue
        wanted = [frame[name].astype("str") == str(value) for name, value in fix.match.items()]
        rows = frame[pd.concat(wanted, axis=1).all(axis=1)] if wanted else frame[:0]
        many = fix.action in ("flag", "break")
        if (not len(rows) and (fix.action != "break" or fix.expect is not None)) or (
            len(rows) > 1 and not many
        ):
            log.add(
                "correction_unmatched", line, f"{fix.id}.match", fix.match,
                id=fix.id, count=len(rows), target=file,
            )  # fmt: skip
            continue
        actual = rows["value"] if "value" in rows else pd.Series(dtype=float)
        stale = [] if fix.expect is None else [v for v in actual if not _same(v, fix.expect)]
        if stale:
            log.add(
                "correction_outdated", line, f"{fix.id}.expect", fix.expect,
                id=fix.id, expected=fix.expect, actual=stale[0],
            )  # fmt: skip
            continue
        ids = frame.loc[rows.index, "correction"].map(lambda had: f"{had} {fix.id}".strip())  # noqa: B023
        frame.loc[rows.index, "correction"] = ids
        if fix.action == "override":
            frame.loc[rows.index, "value"] = fix.value
        elif fix.action == "scale":
            frame.loc[rows.index, "value"] = actual * fix.value
        elif fix.action == "drop":
            dropped += list(rows.index)
        _log_correction(fix, rows, report)
    return frame.drop(index=dropped)


_ACTIONS = {
    "drop": ("row left out", "该行不用"),
    "override": ("value replaced by {value}", "数值改为 {value}"),
    "scale": ("value multiplied by {value}", "数值乘以 {value}"),
    "flag": ("flagged", "存疑"),
    "break": ("change of scope: growth over it is no growth", "口径变动：跨此年的增长不是真实增长"),
}


def _log_correction(fix: Correction, rows: pd.DataFrame, report: _Report) -> None:
    what, what_zh = (text.format(value=fix.value) for text in _ACTIONS[fix.action])
    severity = "warning" if fix.action in ("flag", "break") else "note"
    code = "scope_break" if fix.action == "break" else f"corrected_{fix.action}"
    column = "year" if fix.action == "break" else "value"
    where = ", ".join(str(value) for value in fix.match.values())
    for row, value in rows[column].items() if len(rows) else [(pd.NA, fix.match["year"])]:
        report.note(
            severity, code, row, column, value,
            why=f"{where}: {what}. {fix.reason}",
            remedy=f"none needed unless the source is mended; see {fix.id} in corrections.yml",
            why_zh=f"{where}：{what_zh}。{fix.reason_zh.rstrip('。')}",
            remedy_zh=f"来源未改正前无需处理；见 corrections.yml 的 {fix.id}",
        )  # fmt: skip


# ---- all files together ------------------------------------------------------------------------
@dataclass(frozen=True)
class _Table:
    file: str
    schema: pa.DataFrameSchema
    key: tuple[str, ...]
    check: Callable[[pd.DataFrame, _Report, _Tables], None] | None = None
    needs: tuple[str, ...] = ()
    corrected: bool = False
    optional: bool = False


_KEY = ("area", "indicator", "year", "vintage")
_REGISTRIES = ("indicators", "sources")


def _observed(file: str) -> _Table:
    return _Table(
        file, schemas.OBSERVATIONS, (*_KEY, "source"), _check_observations, _REGISTRIES, True
    )


_TABLES = {
    "indicators": _Table("indicators.csv", schemas.INDICATORS, ("id",), _check_indicators),
    "sources": _Table("sources.csv", schemas.SOURCES, ("id",)),
    "baseline": _Table(
        "raw/plan_baseline.csv", schemas.BASELINE, ("id",), _check_plan, ("indicators",)
    ),
    "targets": _Table(
        "raw/plan_targets.csv", schemas.TARGETS, ("id",), _check_plan, ("indicators",)
    ),
    "readings": _Table(
        "readings.csv",
        schemas.READINGS,
        ("target", "reading"),
        _check_readings,
        ("indicators", "baseline", "targets"),
    ),
    "plan_checks": _Table(
        "plan_checks.csv",
        schemas.PLAN_CHECKS,
        ("id",),
        _check_plan_checks,
        ("indicators", "baseline", "targets"),
        optional=True,
    ),
    "tasks": _Table("raw/plan_tasks.csv", schemas.TASKS, ("id",), _check_tasks, optional=True),
    "aliases": _Table(
        "aliases.csv",
        schemas.ALIASES,
        ("kind", "name"),
        _check_aliases,
        ("indicators",),
        optional=True,
    ),
    "areas": _Table("reference/areas.csv", schemas.AREAS, ("area",), _check_areas, optional=True),
    "private_sources": _Table("private/sources.csv", schemas.SOURCES, ("id",), optional=True),
    "statistics": _observed("raw/yearly_statistics.csv"),
    "provinces": _observed("reference/provinces.csv"),
    "cities": _observed("reference/cities.csv"),
    "countries": _Table(
        "reference/countries.csv",
        schemas.COUNTRIES,
        ("area", "indicator", "year"),
        _check_observations,
        _REGISTRIES,
        True,
    ),
    "precedents": _Table(
        "raw/target_precedents.csv",
        schemas.PRECEDENTS,
        ("id",),
        _check_precedents,
        _REGISTRIES,
        True,
    ),
}
_REFERENCES = ("provinces", "cities", "countries")
_CORRECTIONS = ("corrections.yml", "private/corrections.yml")
_OTHER_FILES = (*_CORRECTIONS, "config.yml", "raw/plan.txt")


def private_tables(root: Path) -> list[str]:
    """Tables of figures that are not public: every CSV in ``private`` but its sources."""
    if not use_private():
        return []
    paths = sorted((root / "private").glob("*.csv"))
    return [f"private/{path.name}" for path in paths if path.name != "sources.csv"]


class _Tables:
    """All tables of one data folder, each read once."""

    def __init__(self, root: Path):
        self.root = root
        self._frames: dict[str, pd.DataFrame] = {}
        self._clean: dict[str, pd.DataFrame] = {}
        self._reports: dict[str, _Report] = {}
        self._unreadable: set[str] = set()

    def report(self, file: str) -> _Report:
        return self._reports.setdefault(file, _Report(file, self.root.name))

    @cached_property
    def corrections(self) -> list[tuple[str, int, Correction]]:
        """Every valid record with its file and line."""
        files = [
            file for file in _CORRECTIONS if file == "corrections.yml"
            or (use_private() and (self.root / file).is_file())
        ]  # fmt: skip
        return [
            (file, line, fix)
            for file in files
            for line, fix in _read_corrections(self.root / file, self.report(file))
        ]

    @cached_property
    def private(self) -> list[str]:
        """Names of the tables that are not public."""
        return private_tables(self.root)

    @cached_property
    def areas(self) -> tuple[str, ...] | None:
        """Areas of the configuration; None where it cannot be read."""
        try:
            return config().areas.all
        except DataError as error:
            self.report("config.yml").problems += error.problems.to_dict("records")
            return None

    @cached_property
    def plan(self) -> str | None:
        return _read_text(self.root / "raw/plan.txt", self.report("raw/plan.txt"))

    def frame(self, name: str) -> pd.DataFrame:
        """The table as far as it could be read, the index being lines of its file."""
        if name not in self._frames:
            self._frames[name] = self._read(name, _table(name))
        return self._frames[name]

    def ids(self, name: str) -> list[str] | None:
        """The ids of a table; None where the table cannot be read."""
        frame = self.frame(name)
        return None if name in self._unreadable else list(frame["id"])

    @cached_property
    def sources(self) -> list[str] | None:
        """The ids of all documents, those of figures that are not public included."""
        public = self.ids("sources")
        own = self.frame("private_sources")["id"] if use_private() else []
        return None if public is None else [*public, *own]

    def _read(self, name: str, table: _Table) -> pd.DataFrame:
        report, columns = self.report(table.file), table.schema.columns
        cells = None
        if not table.optional or (self.root / table.file).is_file():
            text = _read_text(self.root / table.file, report)
            cells = None if text is None else _read_csv(text, columns, report)
        if cells is None:
            self._unreadable.add(name)
            cells = pd.DataFrame(columns=list(columns), dtype="str")
        frame = pd.DataFrame(
            {col: _parse(cells[col], columns[col].metadata["kind"], report) for col in columns}
        )
        _validate(frame, table.schema, report)
        _unique(frame, list(table.key), report)
        if table.check and name not in self._unreadable:
            table.check(frame, report, self)
        if table.corrected and name not in self._unreadable:
            frame = _correct(frame, report, self)
        if table.schema is schemas.OBSERVATIONS:
            _unique(report.good(frame, *table.key), list(_KEY), report, "conflicting_values")
        if name in self.private:
            frame = _beside_others(name, frame, report, self)
        return frame

    def clean(self, name: str) -> pd.DataFrame:
        """The table without faults; years are plain integers where none is missing."""
        if name not in self._clean:
            frame = self.frame(name)
            if errors := self.errors(name):
                raise DataError(errors)
            whole = [c for c in frame.select_dtypes("Int64") if frame[c].notna().all()]
            frame = frame.reset_index(drop=True).astype(dict.fromkeys(whole, "int64"))
            self._clean[name] = frame
        return self._clean[name]

    def errors(self, name: str) -> list[dict]:
        """Errors of the table and of the files that it leans on."""
        self.frame(name)
        table = _table(name)
        files = [_TABLES[need].file for need in table.needs] + [table.file]
        files += [*_CORRECTIONS, "config.yml", "private/sources.csv"] if table.corrected else []
        files += ["raw/plan.txt"] if table.check in (_check_plan, _check_tasks) else []
        problems = [p for file in files for p in self.report(file).problems]
        return [problem for problem in problems if problem["severity"] == "error"]

    def problems(self) -> list[dict]:
        for name in (*_TABLES, *self.private):
            self.frame(name)
        return [p for report in self._reports.values() for p in report.problems]


def _table(name: str) -> _Table:
    return _TABLES[name] if name in _TABLES else _observed(name)


def _tables() -> _Tables:
    return _cached(stamp())


def stamp() -> tuple:
    """What a result made of the data files depends on: the folder, and each file's time and size.

    The key under which such a result may be kept.
    """
    root = data_dir()
    if store.pending(root):
        store.recover(root)
    private = private_tables(root)
    files = [*(t.file for t in _TABLES.values()), *_OTHER_FILES, *private]
    paths = [root / file for file in files]
    stats = [path.stat() if path.exists() else None for path in paths]
    marks = (stat and (stat.st_mtime_ns, stat.st_size, stat.st_ino) for stat in stats)
    return (root, use_private(), *private, *marks)


@lru_cache(maxsize=4)
def _cached(stamp: tuple) -> _Tables:
    return _Tables(stamp[0])


def _load(name: str) -> pd.DataFrame:
    return _tables().clean(name).copy()


def as_date(as_of: str | dt.date | None) -> dt.datetime:
    """The date on which something must have been known; None means everything shipped.

    Raises
    ------
    UsageError
        It is neither a date nor a text such as ``2023-07-12``.
    """
    if as_of is None:
        return dt.datetime.max
    try:
        if isinstance(as_of, str):
            as_of = dt.date.fromisoformat(as_of)
        return dt.datetime(as_of.year, as_of.month, as_of.day)
    except (ValueError, TypeError, AttributeError):
        raise UsageError(f"as_of={as_of!r} is no date: write it as 2023-07-12") from None


def load_baseline() -> pd.DataFrame:
    """What the plan says of 2016-2020: one row per printed figure.

    Returns
    -------
    DataFrame
        Columns id, section, indicator, item, item_en, as_printed, context, value (float, in
        base units: 元, 亩, 人次, …; the lower end of a range), upper, unit, bound, period, note.

    Raises
    ------
    DataError
        All faults of the file at once, with row, column, value and remedy.
    """
    return _load("baseline")


def load_targets() -> pd.DataFrame:
    """What the plan sets for 2025: one row per target; a stretch target has its own.

    Returns
    -------
    DataFrame
        Columns id, section, locators, indicator, item, item_en, as_printed, context, value
        (float, in base units; NaN where no number is printed), upper, unit, bound, direction,
        strength, kind, year (int), period, stretch_of, holder_zh, note.

    Raises
    ------
    DataError
        All faults of the file at once.
    """
    return _load("targets")


def load_readings() -> pd.DataFrame:
    """How each target may be read: one row per reading, one of them the default.

    Returns
    -------
    DataFrame
        Columns target, reading, default (yes|no), indicator (where it is not the target's own),
        base_year, base_value (in base_unit; checked against the sum of base_rows), base_unit,
        base_rows, direction, tolerance, text_zh, text_en, implies_zh, implies_en, reading_zh,
        reading_en.

    Raises
    ------
    DataError
        All faults of the readings, the targets and the baseline at once.
    """
    return _load("readings")


def load_plan_checks() -> pd.DataFrame:
    """Where statements of the plan can be held against each other.

    Returns
    -------
    DataFrame
        Columns id, place, computed, against, expected (equal|differ), says_zh, says_en; empty
        where the data folder has no such file. `changji_analysis.plan.consistency` computes them.

    Raises
    ------
    DataError
        All faults of the file, the baseline and the targets at once.
    """
    return _load("plan_checks")


def load_tasks() -> pd.DataFrame:
    """Tasks, and projects and platforms, that the plan names without a number to reach.

    Returns
    -------
    DataFrame
        Columns id, section, kind (task|project), text (verbatim), text_en, lead (verbatim, where
        the plan names one), lead_en; empty where the data folder has no such file.

    Raises
    ------
    DataError
        All faults of the file and the plan's text at once.
    """
    return _load("tasks")


def load_statistics(as_of: str | dt.date | None = None) -> pd.DataFrame:
    """Yearly observations of the city, its prefecture, region and nation, all vintages.

    Parameters
    ----------
    as_of : str or date, optional
        Only rows known on that date; without it everything shipped.

    Returns
    -------
    DataFrame
        Columns area, indicator, year (int), vintage, value (float, in unit), unit, bound,
        as_printed, published, known_by (dates), source, confidence, note, correction (ids
        from corrections.yml that touched the row), and private (bool): whether the figure is not
        public and comes from ``private`` in the data folder. Dropped rows are left out.

    Raises
    ------
    DataError
        All faults of the file, its registries and its corrections at once.
    """
    frame = _load("statistics").assign(private=False)
    if own := [_load(name).assign(private=True) for name in _tables().private]:
        frame = pd.concat([frame, *own], ignore_index=True)
    return frame[frame["known_by"] <= as_date(as_of)].reset_index(drop=True)


def load_reference(name: str, as_of: str | dt.date | None = None) -> pd.DataFrame:
    """Observations of the peers.

    Parameters
    ----------
    name : {"provinces", "cities", "countries"}
    as_of : str or date, optional
        Only rows known on that date.

    Returns
    -------
    DataFrame
        As `load_statistics`. Countries have iso3 instead of the columns on publication; their
        known_by is 31 December of the following year, an assumption.

    Raises
    ------
    UsageError
        There is no such table.
    DataError
        All faults of the file, its registries and its corrections at once.
    """
    if name not in _REFERENCES:
        raise UsageError(f"no reference table {name!r}: there are {', '.join(_REFERENCES)}")
    frame = _dated(_load(name))
    return frame[frame["known_by"] <= as_date(as_of)].reset_index(drop=True)


def _dated(frame: pd.DataFrame) -> pd.DataFrame:
    """A table with known_by; one without dates counts as known at the end of the next year."""
    if "known_by" in frame:
        return frame
    return frame.assign(known_by=pd.to_datetime((frame["year"] + 1).astype("str") + "-12-31"))


def load_precedents() -> pd.DataFrame:
    """Targets set elsewhere and what became of them: one row per target.

    Returns
    -------
    DataFrame
        Columns id, area, area_level, plan, indicator, base_year, base_value, target_year, target,
        target_as_printed, unit, outcome, outcome_as_printed, outcome_year, status, scored,
        source, confidence, note, correction. Count attainment over ``scored == "yes"`` only.

    Raises
    ------
    DataError
        All faults of the file at once.
    """
    return _load("precedents")


def not_public(lang: str) -> str:
    """The mark on an output while figures that are not public are in use; empty otherwise.

    Parameters
    ----------
    lang : {"zh", "en"}
    """
    tables = _tables()
    count = sum(len(tables.frame(name)) for name in tables.private)
    if not count:
        return ""
    if lang == "zh":
        return f"内部资料：含 {count} 个未公开数据，不得公开"
    several = "figures that are" if count > 1 else "figure that is"
    return f"Internal: rests on {count} {several} not public"


def load_sources() -> pd.DataFrame:
    """Documents that figures come from.

    Returns
    -------
    DataFrame
        Columns id, publisher, title, published, seen_at, licence, note.

    Raises
    ------
    DataError
        All faults of the file at once.
    """
    public, own = _load("sources"), _load("private_sources")
    return pd.concat([public, own], ignore_index=True) if use_private() else public


def load_aliases() -> pd.DataFrame:
    """Further names of areas and indicators that office sheets use.

    Returns
    -------
    DataFrame
        Columns kind (area|indicator), id, name; ``gdp>第一产业`` is 第一产业 as a part of the GDP.
        Empty where the data folder has no such file.

    Raises
    ------
    DataError
        All faults of the file at once.
    """
    return _load("aliases")


def load_areas() -> pd.DataFrame:
    """Which area lies in which.

    Returns
    -------
    DataFrame
        Columns area (as the tables write it), level (nation|province|prefecture|county|zone),
        parent (the area that contains it; empty at the top), zh, en (official names). What
        ``reference/areas.csv`` leaves out is taken from the configuration: city in prefecture
        in region in nation.

    Raises
    ------
    DataError
        All faults of the file at once.
    """
    frame, own = _load("areas"), config().areas
    chain = list(dict.fromkeys((own.city, own.prefecture, own.region, own.nation)))
    levels = dict(zip(chain[::-1], schemas.LEVELS, strict=False))
    rows = [
        {"area": area, "level": levels[area], "parent": parent, "zh": area, "en": area}
        for area, parent in zip(chain, [*chain[1:], ""], strict=True)
        if area not in set(frame["area"])
    ]
    return pd.concat([frame, pd.DataFrame(rows, columns=frame.columns)], ignore_index=True)


def indicators() -> pd.DataFrame:
    """The registry of indicators.

    Returns
    -------
    DataFrame
        Columns id, zh, en, unit (of histories and targets), kind (ratio|count|level|share),
        direction (what is wanted), decimals, holder_zh, holder_en, note_zh, note_en.

    Raises
    ------
    DataError
        All faults of the file at once.
    """
    return _load("indicators")


def places(name: str) -> pd.DataFrame:
    """Where each id of the baseline or the targets stands: file and row, indexed by id."""
    tables = _tables()
    frame = tables.frame(name)
    file = tables.report(_TABLES[name].file).file
    return pd.DataFrame({"file": file, "row": frame.index}, index=frame["id"])


def known_rows() -> pd.DataFrame:
    """When each row of the tables of observations became known: file, row, known_by."""
    tables, frames = _tables(), []
    for name in ("statistics", *tables.private, *_REFERENCES):
        frame = _dated(tables.frame(name))
        file = tables.report(_table(name).file).file
        frames.append(frame[["known_by"]].assign(file=file, row=frame.index))
    return pd.concat(frames, ignore_index=True)


def breaks() -> pd.DataFrame:
    """Declared changes of scope between year - 1 and year: id, area, indicator, year, reason."""
    tables = _tables()
    fixes = [fix for _, _, fix in tables.corrections if fix.action == "break"]
    logs = [problem for file in _CORRECTIONS for problem in tables.report(file).problems]
    if errors := [problem for problem in logs if problem["severity"] == "error"]:
        raise DataError(errors)
    rows = [{"id": fix.id, **fix.match, "reason": fix.reason} for fix in fixes]
    return pd.DataFrame(rows, columns=["id", "area", "indicator", "year", "reason"])


# ---- what was found ----------------------------------------------------------------------------
def found() -> pd.DataFrame:
    """Everything found in the data files: errors, warnings and notes; never raises `DataError`.

    Returns
    -------
    DataFrame
        Columns file, row (line of the file, the header being 1), column, value, severity
        (error|warning|note), code, why, remedy, why_zh, remedy_zh.
    """
    tables = _tables()
    problems = tables.problems()
    for name in ("statistics", *tables.private, *_REFERENCES):
        problems += _summaries(tables, name)
    return problem_frame(problems + _readings(tables))


def _summaries(tables: _Tables, name: str) -> list[dict]:
    """What holds for many rows of a table, one problem for all of them."""
    frame, report = tables.frame(name), _Report(_table(name).file, tables.root.name)
    if name in tables.private and len(frame):
        report.note(
            "note", "private", pd.NA, "", f"{len(frame)} rows",
            why=f"{len(frame)} figures are not public",
            remedy="outputs that use them are marked and must not be published; "
            "CHANGJI_PRIVATE=no leaves them out",
            why_zh=f"{len(frame)} 个数据未公开",
            remedy_zh="使用这些数据的成果均有标记，不得公开；设 CHANGJI_PRIVATE=no 可不使用",
        )  # fmt: skip
    if name == "countries":
        assumed = pd.Series(True, frame.index)
    else:
        assumed = frame["published"].isna()
        low, derived = frame["confidence"] == "low", frame["bound"].isin(schemas.DERIVED)
        series = frame[low].groupby(["area", "indicator"], sort=False)["year"].agg(list).items()
        areas = "; ".join(f"{a} {i} {', '.join(map(str, years))}" for (a, i), years in series)
        if low.any():
            report.note(
                "warning", "low_confidence", pd.NA, "confidence", f"{low.sum()} rows",
                why=f"{low.sum()} of {len(frame)} rows are of low confidence: {areas}",
                remedy="find a better source before a verdict rests on them",
                why_zh=f"{len(frame)} 行中有 {low.sum()} 行可信度低：{areas}",
                remedy_zh="据以下结论之前请找到更可靠的来源",
            )  # fmt: skip
        if derived.any():
            report.note(
                "note", "derived", pd.NA, "bound", f"{derived.sum()} rows",
                why=f"{derived.sum()} of {len(frame)} rows are computed from what is printed",
                remedy="their note tells how; they have no double entry",
                why_zh=f"{len(frame)} 行中有 {derived.sum()} 行由印出的数字推算",
                remedy_zh="推算办法见 note 列；这些行没有双重录入校验",
            )  # fmt: skip
        if limits := frame.loc[frame["bound"].isin(schemas.NO_POINTS), "area"].tolist():
            report.note(
                "note", "limits", pd.NA, "bound", f"{len(limits)} rows",
                why=f"{len(limits)} of {len(frame)} rows print a limit (700 or more) and are no "
                f"points of a history: {', '.join(dict.fromkeys(limits))}",
                remedy="replace them by the figure where it can be found",
                why_zh=f"{len(frame)} 行中有 {len(limits)} 行只印出界限（如“700家以上”）："
                f"{'、'.join(dict.fromkeys(limits))}；不作为历年数值使用",
                remedy_zh="能查到确数的请改用确数",
            )  # fmt: skip
    if assumed.any():
        report.note(
            "note", "known_by_assumed", pd.NA, "known_by", f"{assumed.sum()} rows",
            why=f"{assumed.sum()} of {len(frame)} rows have no full date of publication; they "
            "count as known from 31 December of the following year",
            remedy="add the date of publication where it can be found",
            why_zh=f"{len(frame)} 行中有 {assumed.sum()} 行没有完整的发布日期，"
            "按次年 12 月 31 日可知处理",
            remedy_zh="能查到发布日期的请补上",
        )  # fmt: skip
    return report.problems


def _readings(tables: _Tables) -> list[dict]:
    """One warning per reading of every target that can be read in more than one way."""
    readings = tables.frame("readings")
    report = _Report(_TABLES["readings"].file, tables.root.name)
    for row, cells in readings[readings.duplicated("target", keep=False)].iterrows():
        report.note(
            "warning", "ambiguous", row, "reading", f"{cells['target']} {cells['reading']}",
            why=cells["text_en"], remedy=cells["implies_en"],
            why_zh=cells["text_zh"], remedy_zh=cells["implies_zh"],
        )  # fmt: skip
    return report.problems
