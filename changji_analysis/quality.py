"""Everything found wrong, ambiguous or corrected in the data, and in the plan itself."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from . import plan
from .errors import DataError, problem_frame
from .records import REFERENCES, TABLES, Folder
from .records.reading import FileReport
from .records.schemas import DERIVED, NO_POINTS


def problems(folder: Folder, as_of: dt.date | None = None) -> pd.DataFrame:
    """Everything found wrong, ambiguous, inconsistent or corrected; faulty data do not raise.

    Parameters
    ----------
    folder : Folder
    as_of : date, optional
        Of the observations, only what concerns a row that was known then.

    Returns
    -------
    DataFrame
        Columns file, row (line of the file, the header being 1; missing where the whole file is
        meant), column, value, severity (error|warning|note), code, why, remedy, why_zh,
        remedy_zh; errors first.
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


# expected, agrees: code, severity, remedy in English and Chinese
_OUTCOMES = {
    ("equal", True): ("plan_agrees", "note", "none needed", "无需处理"),
    ("equal", False): (
        "plan_contradicts",
        "warning",
        "check the print; ask the office that holds the figures which one holds",
        "核对原文，并向主管部门核实以哪个数为准",
    ),
    ("differ", False): (
        "plan_differs",
        "warning",
        "state the reading used; ask the office that holds it",
        "写明所用口径，并向主管部门核实",
    ),
    ("differ", True): (
        "plan_ambiguous",
        "warning",
        "state the reading used: the numbers agree, what they count may not",
        "写明所用口径：数字虽相等，所指未必相同",
    ),
}


def _plan_checks(folder: Folder) -> list[dict]:
    try:
        tables = [folder.clean(name) for name in ("plan_checks", "baseline", "targets")]
    except DataError:  # the faults of the tables are listed already
        return []
    places = pd.concat([folder.places("baseline"), folder.places("targets")])
    found = []
    for check in plan.consistency(*tables).to_dict("records"):
        computed, printed = f"{check['computed']:,.10g}", f"{check['printed']:,.10g}"
        code, severity, remedy, remedy_zh = _OUTCOMES[check["expected"], check["agrees"]]
        found.append(
            {
                "file": places.at[check["place"], "file"],
                "row": places.at[check["place"], "row"],
                "column": "as_printed",
                "value": check["place"],
                "severity": severity,
                "code": code,
                "why": f"{computed} against {printed} printed. {check['says_en'].rstrip('.')}",
                "remedy": remedy,
                "why_zh": f"核算为{computed}，规划载明为{printed}。{check['says_zh'].rstrip('。')}",
                "remedy_zh": remedy_zh,
            }
        )
    return found


def _summaries(folder: Folder, name: str) -> list[dict]:
    """What holds for many rows of a table, one problem for all of them."""
    frame, report = folder.frame(name), FileReport(folder.spec(name).file, folder.root.name)
    if name in folder.private and len(frame):
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
        low, derived = frame["confidence"] == "low", frame["bound"].isin(DERIVED)
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
        if limits := frame["bound"].isin(NO_POINTS).sum():
            report.note(
                "note", "limits", pd.NA, "bound", f"{limits} rows",
                why=f"{limits} of {len(frame)} rows print a limit and are no points of a history",
                remedy="replace them by the figure where it can be found",
                why_zh=f"{len(frame)} 行中有 {limits} 行只印出界限，不作为历年数值使用",
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


def _readings(folder: Folder) -> list[dict]:
    """One warning per reading of every target that can be read in more than one way."""
    readings = folder.frame("readings")
    report = FileReport(TABLES["readings"].file, folder.root.name)
    for row, cells in readings[readings.duplicated("target", keep=False)].iterrows():
        report.note(
            "warning", "ambiguous", row, "reading", f"{cells['target']} {cells['reading']}",
            why=cells["text_en"], remedy=cells["implies_en"],
            why_zh=cells["text_zh"], remedy_zh=cells["implies_zh"],
        )  # fmt: skip
    return report.problems
