"""The quality table: what is wrong, ambiguous or corrected in the data, and in the plan itself."""

from __future__ import annotations

import pandas as pd

from . import plan, records
from .errors import DataError, problem_frame


def problems(as_of: str | None = None) -> pd.DataFrame:
    """Everything found wrong, ambiguous, inconsistent or corrected; faulty data do not raise.

    Parameters
    ----------
    as_of : str, optional
        ISO date: of the observations, only what concerns a row that was known then.

    Returns
    -------
    DataFrame
        Columns file, row (line of the file, the header being 1; missing where the whole file is
        meant), column, value, severity (error|warning|note), code, why, remedy, why_zh,
        remedy_zh; errors first.
    """
    table = problem_frame(pd.concat([records.found(), _plan_checks()], ignore_index=True))
    if as_of is not None:
        table = table[_known(table, as_of)]
    rank = table["severity"].map({"error": 0, "warning": 1, "note": 2})
    return table.loc[rank.sort_values(kind="stable").index].reset_index(drop=True)


def _known(table: pd.DataFrame, as_of: str) -> pd.Series:
    rows = records.known_rows()
    early = rows[rows["known_by"] <= records.as_date(as_of)]
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


def _plan_checks() -> pd.DataFrame:
    try:
        checks = plan.consistency()
    except DataError:  # the faults of the tables stand in records.found()
        return problem_frame([])
    places = pd.concat([records.places("baseline"), records.places("targets")])
    found = []
    for check in checks.to_dict("records"):
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
                "why_zh": f"计得 {computed}，印出 {printed}。{check['says_zh'].rstrip('。')}",
                "remedy_zh": remedy_zh,
            }
        )
    return problem_frame(found)
