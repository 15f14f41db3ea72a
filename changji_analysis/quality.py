"""Everything found wrong, ambiguous or corrected in the data, and in the plan itself."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from . import plan
from .errors import DataError, problem_frame
from .records import REFERENCES, Folder
from .records.schemas import DERIVED, NO_POINTS


def problems(folder: Folder, as_of: dt.date | None = None) -> pd.DataFrame:
    """Everything found wrong or corrected; see `changji_analysis.Dataset.problems`.

    Parameters
    ----------
    folder : Folder
    as_of : date, optional
        Of the observations, only what concerns a row that was known then.
    """
    found = folder.problems()
    for name in ("statistics", *folder.private, *REFERENCES):
        found = found + _summaries(folder, name)
    table = problem_frame(found + _readings(folder) + _plan_checks(folder))
    if as_of is not None:
        table = table[_known(table, folder, as_of)]
    rank = table["severity"].map({"error": 0, "warning": 1, "note": 2})
    return table.loc[rank.sort_values(kind="stable").index].reset_index(drop=True)


def _known(table: pd.DataFrame, folder: Folder, as_of: dt.date) -> pd.Series:
    rows = folder.known_rows()
    early = rows[rows["known_by"] <= pd.Timestamp(as_of)]
    places = pd.MultiIndex.from_frame(table[["file", "row"]])
    known = places.isin(pd.MultiIndex.from_frame(early[["file", "row"]]))
    return ~table["file"].isin(rows["file"]) | known


_OUTCOMES = {
    ("equal", True): "plan_agrees",
    ("equal", False): "plan_contradicts",
    ("differ", False): "plan_differs",
    ("differ", True): "plan_ambiguous",
}
"""By what is expected and whether the two agree."""


def _plan_checks(folder: Folder) -> list[dict]:
    try:
        tables = [folder.clean(name) for name in ("plan_checks", "baseline", "targets")]
    except DataError:  # the faults of the tables are listed already
        return []
    rows = {name: folder.places(name)["row"] for name in ("baseline", "targets")}
    found = []
    for check in plan.consistency(*tables).to_dict("records"):
        place = check["place"]
        name = next(name for name, ids in rows.items() if place in ids)
        fill = {side: f"{check[side]:,.10g}" for side in ("computed", "printed")}
        fill |= {"says_en": check["says_en"].rstrip("."), "says_zh": check["says_zh"].rstrip("。")}
        report = folder.blank_report(folder.spec(name).file)
        code = _OUTCOMES[check["expected"], check["agrees"]]
        report.add(code, rows[name][place], "as_printed", place, **fill)
        found += report.problems
    return found


def _summaries(folder: Folder, name: str) -> list[dict]:
    """What holds for many rows of a table, one problem for all of them."""
    frame, report = folder.frame(name), folder.blank_report(folder.spec(name).file)
    none = pd.Series(False, frame.index)
    bound, confidence = frame.get("bound", none), frame.get("confidence", none)
    undated = frame["published"].isna() if "published" in frame else ~none
    marked = {
        "private": ("", none | (name in folder.private)),
        "low_confidence": ("confidence", confidence == "low"),
        "derived": ("bound", bound.isin(DERIVED)),
        "limits": ("bound", bound.isin(NO_POINTS)),
        "known_by_assumed": ("known_by", undated),
    }
    for code, (column, chosen) in marked.items():
        if not chosen.any():
            continue
        series = frame[chosen].groupby(["area", "indicator"], sort=False)["year"].agg(list)
        rows = "; ".join(
            f"{a} {i} {', '.join(map(str, years))}" for (a, i), years in series.items()
        )
        count = chosen.sum()
        report.add(
            code, column=column, value=f"{count} rows", count=count, all=len(frame), rows=rows
        )
    return report.problems


def _readings(folder: Folder) -> list[dict]:
    """One warning per reading of every target that can be read in more than one way."""
    readings, report = folder.frame("readings"), folder.blank_report(folder.spec("readings").file)
    for row, cells in readings[readings.duplicated("target", keep=False)].iterrows():
        name = f"{cells['target']} {cells['reading']}"
        report.add("ambiguous", row, "reading", name, **cells)
    return report.problems
