"""What an import would do: the figures of a file, and why each is or is not taken."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pandas as pd

from ..errors import PROBLEM_COLUMNS, problem_frame
from ..messages import MESSAGES, TEXTS, texts
from ..quantities import Quantity

FIGURE_COLUMNS = [
    "sheet", "cell", "printed", "status", "area", "indicator", "year", "vintage", "value", "unit",
    "bound", "as_printed", "source", "published", "name", "note", "code", *TEXTS,
]  # fmt: skip
# Questions that are answered with yes, by the place in question
TAKEABLE = ("narrowed", "struck_out", "impossible", "contradicts", "implausible")
_SEVERITY = {"error": "error", "question": "warning", "refused": "warning"}


@dataclass
class Figure:
    """A figure on its way in: what it says, and why it may not be taken.

    ``row`` is 0 where a whole sheet is refused at ``cell``. ``units`` are those printed nearest
    to the figure, ``near`` if at its own row or column; ``reasons`` and ``said`` are codes of
    messages with what fills them.
    """

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
    quantity: Quantity | None = None
    bare: str = ""
    units: tuple[str, ...] = ()
    near: bool = False
    value: float = math.nan
    unit: str = ""
    bound: str = ""
    as_printed: str = ""
    source: str = ""
    dated: str = ""
    published: dt.date | None = None
    confidence: str = "high"
    scope: str = ""
    note: str = ""
    remarks: list[str] = field(default_factory=list)
    reasons: dict[str, dict[str, Any]] = field(default_factory=dict)
    said: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def stop(self, code: str, **fill: Any) -> None:
        """Note why it is not taken."""
        self.reasons.setdefault(code, fill)

    @property
    def code(self) -> str:
        """The gravest reason why it is not taken, empty if there is none."""
        return min(self.reasons, key=list(MESSAGES).index, default="")

    @property
    def status(self) -> str:
        """new, revised, known, question, error, refused or left_out."""
        if self.code:
            return MESSAGES[self.code]["kind"].replace("sheet", "error")
        return "revised" if any(code == "as_revision" for code, _ in self.said) else "new"

    @property
    def place(self) -> str:
        """The cell that a question is about: the figure's own, or the line that narrows it."""
        return self.reasons.get(self.code, {}).get("place", self.cell)

    @property
    def messages(self) -> list[tuple[str, dict[str, Any]]]:
        """Why it is not taken, else everything that is said of it."""
        return [(self.code, self.reasons[self.code])] if self.code else self.said

    def row_cells(self) -> dict[str, str]:
        """The row that it becomes."""
        day = self.published.isoformat() if self.published else ""
        value = f"{Decimal(f'{self.value:.15g}'):f}"
        value = value.rstrip("0").rstrip(".") if "." in value else value
        plain = ("area", "indicator", "vintage", "unit", "bound", "as_printed", "source",
                 "confidence", "note")  # fmt: skip
        cells = {"year": str(self.year), "value": value, "published": day, "known_by": day}
        return cells | {name: getattr(self, name) for name in plain}


@dataclass
class Options:
    """What the user states beside the file; see `changji_analysis.import_figures`."""

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

    def takes(self, figure: Figure, place: str) -> bool:
        """Whether the user has answered the question about a place with yes."""
        return bool({place, f"{figure.sheet}!{place}"} & self.take)


@dataclass
class Proposal:
    """The figures of a file with what is to be said of the file and its sheets."""

    file: str
    figures: list[Figure]
    file_problems: list[dict]
    options: Options
    registry: dict[str, dict]
    documents: dict[str, dict[str, str]] = field(default_factory=dict)

    def chosen(self) -> list[Figure]:
        """Figures against which nothing speaks."""
        return [figure for figure in self.figures if not figure.code]

    def frame(self) -> pd.DataFrame:
        """One row per figure, with what is said of it in both languages."""
        rows = []
        for figure in self.figures:
            lines = [self.text(figure, code, fill) for code, fill in figure.messages]
            row = vars(figure) | {name: "; ".join(t[name] for t in lines) for name in TEXTS}
            row |= {"status": figure.status, "code": ",".join(code for code, _ in figure.messages)}
            row["published"] = figure.published.isoformat() if figure.published else ""
            rows.append(row)
        return pd.DataFrame(rows, columns=FIGURE_COLUMNS).astype({"year": "Int64"})

    def problems(self) -> pd.DataFrame:
        """Errors, questions and notes as a problem table, the gravest first."""
        rows = [
            {
                "file": f"{self.file} [{figure.sheet}]" if figure.sheet else self.file,
                "row": figure.row or None, "column": figure.cell,
                "severity": _SEVERITY.get(figure.status, "note"),
                "value": figure.printed, "code": code, **self.text(figure, code, fill),
            }
            for figure in self.figures for code, fill in figure.messages
            if code not in ("repeated", "known")
        ]  # fmt: skip
        frame = pd.DataFrame(self.file_problems + rows, columns=PROBLEM_COLUMNS)
        order = frame["severity"].map(["error", "warning", "note"].index)
        return problem_frame(
            frame.loc[order.sort_values(kind="stable").index].reset_index(drop=True)
        )

    def text(self, figure: Figure, code: str, fill: dict[str, Any]) -> dict[str, str]:
        """What is said of a figure, in both languages."""
        entry = self.registry.get(figure.indicator, {"zh": "", "unit": ""})
        known = {
            "zh": entry["zh"], "id": figure.indicator, "wanted": entry["unit"],
            "name": figure.name, "place": figure.cell, "year": figure.year,
        }  # fmt: skip
        return texts(code, **(known | fill))
