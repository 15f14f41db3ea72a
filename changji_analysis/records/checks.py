"""Checks beyond one cell: a table against itself, the other tables and the plan's text."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import pandas as pd

from ..errors import QuantityError
from ..quantities import convert, known_unit, parse_quantity
from . import schemas
from .reading import KEY, FileReport, near, refers, same

if TYPE_CHECKING:
    from .folder import Folder


def check_indicators(frame: pd.DataFrame, report: FileReport, tables: Folder) -> None:
    _check_units(frame, "unit", report)


def _check_units(frame: pd.DataFrame, column: str, report: FileReport) -> None:
    cells = report.good(frame, column)[column]
    unknown = [cell for cell in cells.unique() if cell and not known_unit(cell)]
    for row, cell in cells[cells.isin(unknown)].items() if unknown else ():
        report.add(
            "unknown_unit", row, column, cell, allowed="元 亩 吨 家 人 % …, 万元 亿元 万亩 …"
        )


def _check_print(frame: pd.DataFrame, report: FileReport, *, base_units: bool) -> None:
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
            if not same(cells[column], expected):
                report.add(
                    "value_differs", row, column, cells[column], printed=printed, expected=expected
                )


def _check_signs(frame: pd.DataFrame, report: FileReport, kinds: dict[str, str]) -> None:
    frame = report.good(frame, "value", "indicator")
    kind = frame["indicator"].map(kinds)
    unsigned = kind.isin(["count", "level", "share"])
    for row, value in frame["value"][(frame["value"] < 0) & unsigned].items():
        report.add("negative_value", row, "value", value)
    for row, value in frame["value"][(frame["value"] > 100) & (kind == "share")].items():
        report.add("share_out_of_range", row, "value", value)


def check_plan(frame: pd.DataFrame, report: FileReport, tables: Folder) -> None:
    indicators = tables.frame("indicators")
    refers(frame, "indicator", tables.ids("indicators"), "unknown_indicator", report)
    _check_units(frame, "unit", report)
    _check_print(frame, report, base_units=True)
    _check_signs(frame, report, dict(zip(indicators["id"], indicators["kind"], strict=True)))
    if "stretch_of" in frame:
        refers(frame, "stretch_of", frame["id"], "unknown_row", report, allowed=report.file)
    plan = tables.plan
    if plan is None:
        return
    for row, cells in report.good(frame, "as_printed", "context").iterrows():
        if cells["context"] not in plan:
            report.add("not_in_plan", row, "context", cells["context"], allowed="raw/plan.txt")
        elif cells["as_printed"] not in cells["context"]:
            report.add("not_in_plan", row, "as_printed", cells["as_printed"], allowed="context")


def check_readings(frame: pd.DataFrame, report: FileReport, tables: Folder) -> None:
    targets, baseline = tables.ids("targets"), tables.frame("baseline").set_index("id")
    refers(frame, "target", targets, "unknown_row", report, allowed="plan_targets.csv")
    refers(frame, "indicator", tables.ids("indicators"), "unknown_indicator", report)
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
            report.add(
                "unknown_row",
                row,
                "base_rows",
                unknown[0],
                near=near(unknown[0], baseline.index),
                allowed="plan_baseline.csv",
            )
            continue
        unit = cells["base_unit"]
        try:
            parts = baseline.loc[ids, ["value", "unit"]].itertuples(index=False)
            total = sum(convert(value, printed or unit, unit) for value, printed in parts)
        except QuantityError as error:
            total = str(error)
        if not same(cells["base_value"], total):
            report.add(
                "base_differs", row, "base_value", cells["base_value"],
                rows=cells["base_rows"], expected=total, unit=unit,
            )  # fmt: skip


def terms(expression: str) -> list[tuple[int, str]]:
    """Sign and row of every term of a computed side such as ``b39+b40-b41``."""
    pieces = re.findall("([+-]?)([^+-]+)", expression)
    return [(-1 if sign == "-" else 1, row) for sign, row in pieces]


def check_plan_checks(frame: pd.DataFrame, report: FileReport, tables: Folder) -> None:
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
                report.add(
                    "unknown_row", row, column, name, near=near(name, values.index), allowed=allowed
                )
            elif column != "place" and values.loc[[name]].isna().any():
                report.add("no_number", row, column, name)


def check_tasks(frame: pd.DataFrame, report: FileReport, tables: Folder) -> None:
    plan = tables.plan
    if plan is None:
        return
    for column in ("text", "lead"):
        for row, cell in report.good(frame, column)[column].items():
            if cell not in plan:
                report.add("not_in_plan", row, column, cell, allowed="raw/plan.txt")


def check_aliases(frame: pd.DataFrame, report: FileReport, tables: Folder) -> None:
    for kind, known in (("indicator", tables.ids("indicators")), ("area", tables.areas)):
        rows = frame[frame["kind"] == kind]
        refers(rows, "id", known, f"unknown_{kind}", report)


def check_areas(frame: pd.DataFrame, report: FileReport, tables: Folder) -> None:
    """Every parent is an area, and no area lies in itself."""
    parents = tables.chain | dict(zip(frame["area"], frame["parent"], strict=True))
    refers(frame, "parent", {*parents, *(tables.areas or ())}, "unknown_area", report)
    for row, area in frame["area"].items():
        above = area
        for _ in parents:
            above = parents.get(above, "")
            if above == area:
                report.add("lies_in_itself", row, "parent", frame.at[row, "parent"])


def check_observations(frame: pd.DataFrame, report: FileReport, tables: Folder) -> None:
    indicators = tables.frame("indicators").set_index("id")
    refers(frame, "indicator", tables.ids("indicators"), "unknown_indicator", report)
    refers(frame, "source", tables.source_ids, "unknown_source", report)
    named = {
        "raw/yearly_statistics.csv": tables.areas,
        "reference/provinces.csv": schemas.PROVINCES,
    }
    if areas := named.get(report.name, tables.areas if report.name in tables.private else None):
        refers(frame, "area", areas, "unknown_area", report)
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


def _check_apart(frame: pd.DataFrame, report: FileReport, tables: Folder) -> None:
    """The region's own figures live in the yearly statistics, and nowhere else."""
    own = tables.frame("statistics").reset_index(names="line")
    line = frame[list(KEY)].merge(own.drop_duplicates(list(KEY)), "left", list(KEY))["line"]
    for row, first in zip(frame.index, line, strict=True):
        if not pd.isna(first):
            report.add("twice", row, "area", frame.at[row, "area"], first=int(first))


def check_private(
    name: str, frame: pd.DataFrame, report: FileReport, tables: Folder
) -> pd.DataFrame:
    """Leave out figures that another table has too; one key with two values is an error."""
    key = list(KEY)
    good = report.good(frame, *key, "value").dropna(subset=key)
    for other in ("statistics", *tables.private[: tables.private.index(name)]):
        theirs = tables.frame(other).reset_index(names="line").drop_duplicates(key)
        both = good.reset_index(names="row").merge(theirs, on=key, suffixes=("", "_other"))
        for cells in both.to_dict("records"):
            row, first = cells["row"], f"{cells['line']} of {tables.spec(other).file}"
            if same(cells["value"], cells["value_other"]):
                frame = frame.drop(index=row, errors="ignore")
                report.add("superseded", row, "value", cells["value"], first=first)
            else:
                report.add(
                    "conflicting_values", row, "value", cells["value"],
                    first=first, other=cells["value_other"],
                )  # fmt: skip
    return frame


def check_precedents(frame: pd.DataFrame, report: FileReport, tables: Folder) -> None:
    refers(frame, "source", tables.source_ids, "unknown_source", report)
    wanted = tables.frame("indicators").set_index("id")["direction"]
    names = ["target", "outcome", "target_year", "outcome_year", "status", "scored"]
    for row, cells in report.good(frame, *names, "indicator").iterrows():
        target, outcome, year = cells["target"], cells["outcome"], cells["target_year"]
        dated = not pd.isna([target, outcome, year, cells["outcome_year"]]).any()
        settled = dated and year == cells["outcome_year"]
        at_most = wanted.get(cells["indicator"]) == "at_most"
        reached = outcome <= target if at_most else outcome >= target
        allowed = {"attained" if reached else "missed"} if settled else {"pending", "unknown"}
        if dated and reached and cells["outcome_year"] < year:
            allowed.add("passed")
        loose = cells["scored"] == "no" and cells["status"] in ("pending", "unknown")
        wrong = cells["status"] not in allowed and not loose
        if wrong or (cells["scored"] == "yes" and not settled):
            report.add(
                "status_differs", row, "status", cells["status"],
                target=target, outcome=outcome, year=year, expected=" / ".join(sorted(allowed)),
            )  # fmt: skip
