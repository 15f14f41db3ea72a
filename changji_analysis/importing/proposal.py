"""What an import would do: the figures of a file, and why each is or is not taken."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pandas as pd

from .. import _compat as records
from ..errors import PROBLEM_COLUMNS, problem_frame
from .sheets import Workbook
from .shown import Shown
from .texts import texts

# Reasons why a figure is not taken, the gravest first
_SECRET = ("one_firm",)
_LEFT_OUT = (
    "ordinal text_figure target_value growth_value part_year several_years other_area sub_row "
    "unknown_name no_name stray future_value repeated known"
).split()
_ERRORS = (
    "ragged_row excel_error no_result date_value odd_format unreadable unknown_unit wrong_unit "
    "unit_conflict year_conflict area_conflict year_out_of_range negative_value "
    "share_out_of_range bad_date duplicate_in_file"
).split()
_QUESTIONS = (
    "near_name narrowed struck_out no_year no_area no_unit contradicts_twice contradicts "
    "implausible"
).split()
_RANK: dict[str, int] = {
    code: rank for rank, code in enumerate((*_SECRET, *_LEFT_OUT, *_ERRORS, *_QUESTIONS))
}
_STATUS = (
    dict.fromkeys(_SECRET, "refused")
    | dict.fromkeys(_LEFT_OUT, "left_out")
    | {"known": "known", "repeated": "known"}
    | dict.fromkeys(_ERRORS, "error")
    | dict.fromkeys(_QUESTIONS, "question")
)
_SEVERITY = {"error": "error", "question": "warning", "refused": "warning"}
_NOTED = ("repeated", "known", "ordinal")
FIGURE_COLUMNS = [
    "sheet", "cell", "printed", "status", "area", "indicator", "year", "vintage", "value", "unit",
    "bound", "as_printed", "source", "published", "name", "note",
    "code", "why", "remedy", "why_zh", "remedy_zh",
]  # fmt: skip


@dataclass
class Figure:
    """A figure on its way in: what it says, and why it may not be taken."""

    sheet: str
    cell: str
    row: int
    column: int
    printed: str
    name: str = ""
    area: str = ""
    indicator: str = ""
    year: int | None = None
    vintage: str = ""
    value: float = math.nan
    unit: str = ""
    bound: str = ""
    as_printed: str = ""
    source: str = ""
    published: dt.date | None = None
    confidence: str = "high"
    note: str = ""
    scope: str = ""
    scope_year: int | None = None
    reasons: dict[str, dict[str, Any]] = field(default_factory=dict)
    said: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The gravest reason why it is not taken, empty if there is none."""
        return min(self.reasons, key=_RANK.__getitem__, default="")

    @property
    def status(self) -> str:
        """new, revised, known, question, error, refused or left_out."""
        if self.code:
            return _STATUS[self.code]
        return "revised" if any(code == "as_revision" for code, _ in self.said) else "new"

    @property
    def key(self) -> tuple[str, str, int | None, str]:
        """What may stand only once."""
        return self.area, self.indicator, self.year, self.vintage

    def row_cells(self) -> dict[str, str]:
        """The row that it becomes."""
        day = self.published.isoformat() if self.published else ""
        return {
            "area": self.area, "indicator": self.indicator, "year": str(self.year),
            "vintage": self.vintage, "value": _digits(self.value), "unit": self.unit,
            "bound": self.bound, "as_printed": self.as_printed, "published": day,
            "known_by": day, "source": self.source, "confidence": self.confidence,
            "note": self.note,
        }  # fmt: skip


@dataclass
class Options:
    """What the user states beside the file.

    Parameters
    ----------
    source : str
        The document: ``publisher：title``, or the id of one in sources.csv.
    published : date
        When it was published or handed over.
    public : bool
        Whether the figures may be published; they go to ``raw`` then, else to ``private``.
    area, year : str, int
        For figures beside which none is printed; ``year`` is also what 本年 means.
    sheet : str
        Only this sheet.
    names : dict
        Printed name -> indicator or area.
    units : dict
        Indicator -> unit, where none is printed.
    take : collection of str
        Cells (``C5`` or ``Sheet1!C5``) whose question is answered with yes.
    breaks : bool
        Whether remarks on scope become breaks.
    confidence : str
    """

    source: str = ""
    published: dt.date | None = None
    public: bool = False
    area: str | None = None
    year: int | None = None
    sheet: str | None = None
    names: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    take: frozenset[str] = frozenset()
    breaks: bool = True
    confidence: str = "high"

    def takes(self, figure: Figure) -> bool:
        """Whether the user has answered the question of a cell with yes."""
        return bool({figure.cell, f"{figure.sheet}!{figure.cell}"} & self.take)


@dataclass
class Proposal:
    """What an import would do: every figure of the file, and what is to be said of the file."""

    file: str
    figures: list[Figure]
    file_problems: list[dict]
    options: Options
    registry: dict[str, dict]
    documents: dict[str, dict[str, str]] = field(default_factory=dict)
    book: Workbook | None = None

    def chosen(self) -> list[Figure]:
        """The figures that would be added."""
        return [figure for figure in self.figures if figure.status in ("new", "revised")]

    def frame(self) -> pd.DataFrame:
        """One row per figure, with `FIGURE_COLUMNS`; a single firm's figure is not shown."""
        rows = []
        for figure in self.figures:
            row = {name: getattr(figure, name, "") for name in FIGURE_COLUMNS[:16]}
            row["status"], row["code"] = figure.status, figure.code
            row["published"] = figure.published.isoformat() if figure.published else ""
            if figure.status == "refused":
                row |= {"printed": "***", "value": math.nan, "as_printed": "", "name": "***"}
                row |= {"note": ""}
            said = [(figure.code, figure.reasons[figure.code])] if figure.code else figure.said
            for part in ("why", "remedy", "why_zh", "remedy_zh"):
                row[part] = "; ".join(self.text(figure, *pair)[part] for pair in said)
            rows.append(row)
        frame = pd.DataFrame(rows, columns=FIGURE_COLUMNS)
        shown = Shown(frame.astype({"year": "Int64", "value": "float64"}))
        shown.attrs["file"] = self.file
        return shown

    def problems(self) -> pd.DataFrame:
        """Everything wrong, open or worth knowing, with `PROBLEM_COLUMNS`; ``column`` is a cell."""
        found = list(self.file_problems)
        for figure in self.figures:
            place = {
                "file": f"{self.file} [{figure.sheet}]", "row": figure.row, "column": figure.cell,
                "value": "***" if figure.status == "refused" else figure.printed[:80],
            }  # fmt: skip
            said = [(figure.code, figure.reasons[figure.code])] if figure.code else figure.said
            for code, fill in said:
                severity = _SEVERITY.get(figure.status, "note")
                if code in ("total_differs", "scope_change", "fuzzy_name", "external_value"):
                    severity = "warning"
                if code not in _NOTED:
                    row = {"severity": severity, "code": code} | self.text(figure, code, fill)
                    found.append(place | row)
        table = problem_frame([{name: row[name] for name in PROBLEM_COLUMNS} for row in found])
        rank = table["severity"].map({"error": 0, "warning": 1, "note": 2})
        return table.loc[rank.sort_values(kind="stable").index].reset_index(drop=True)

    def text(self, figure: Figure, code: str, fill: dict) -> dict[str, str]:
        """What is said of a figure, in both languages."""
        entry = self.registry.get(figure.indicator, {"zh": "", "unit": ""})
        known = {
            "zh": entry["zh"], "id": figure.indicator, "wanted": entry["unit"],
            "name": figure.name, "cell": figure.cell, "year": figure.year, "value": figure.printed,
        }  # fmt: skip
        return texts(code, **(known | fill))


def by_id() -> dict[str, dict]:
    """The indicators that the data folder knows."""
    return {row["id"]: row for row in records.indicators().to_dict("records")}


def _digits(value: float) -> str:
    text = f"{Decimal(f'{value:.15g}'):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
