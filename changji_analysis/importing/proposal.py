"""What an import would do: the figures of a file, and why each is or is not taken."""

from __future__ import annotations

import datetime as dt
import html
import math
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pandas as pd

from ..errors import PROBLEM_COLUMNS, problem_frame
from .messages import STATUS, TEXTS, messages, rank, texts

FIGURE_COLUMNS = [
    "sheet", "cell", "printed", "status", "area", "indicator", "year", "vintage", "value", "unit",
    "bound", "as_printed", "source", "published", "name", "note", "code", *TEXTS,
]  # fmt: skip
# Questions that are answered with yes, by the place in question
TAKEABLE = ("narrowed", "struck_out", "impossible", "contradicts", "implausible")
_NOTED = ("repeated", "known")


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
    reasons: dict[str, dict[str, Any]] = field(default_factory=dict)
    said: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The gravest reason why it is not taken, empty if there is none."""
        return min(self.reasons, key=rank().__getitem__, default="")

    @property
    def status(self) -> str:
        """new, revised, known, question, error, refused or left_out."""
        if self.code:
            kind = messages()[self.code]["kind"]
            return "error" if kind == "sheet" else kind
        return "revised" if any(code == "as_revision" for code, _ in self.said) else "new"

    @property
    def place(self) -> str:
        """The cell that a question is about: the figure's own, or the line that narrows it."""
        return self.reasons.get(self.code, {}).get("place", self.cell)

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
        Places (``C5`` or ``Sheet1!C5``) whose question is answered with yes.
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

    def takes(self, figure: Figure, place: str) -> bool:
        """Whether the user has answered the question about a place with yes."""
        return bool({place, f"{figure.sheet}!{place}"} & self.take)


class Shown(pd.DataFrame):
    """One row per figure of a file; a notebook colours them by what becomes of them."""

    @property
    def _constructor(self):
        return pd.DataFrame  # what is taken out of it is a plain table

    def _repr_html_(self) -> str:
        heads = "单元格 cell,原文 printed,地区 area,指标 indicator,年份 year,数值 value,结果 result"
        heads += ",说明 remark"
        lines = ["".join(f"<th>{head}</th>" for head in heads.split(","))]
        for row in self.to_dict("records"):
            name, colour = STATUS[row["status"]]
            value = "" if pd.isna(row["value"]) else f"{row['value']:,.10g} {row['unit']}"
            cells = (
                f"{row['sheet']}!{row['cell']}", row["printed"], row["area"], row["indicator"],
                "" if pd.isna(row["year"]) else row["year"], value, name,
                "\n".join(filter(None, (row["why_zh"], row["why"]))),
            )  # fmt: skip
            style = f"background:{colour};color:black;text-align:left;white-space:pre-line"
            lines.append("".join(f'<td style="{style}">{html.escape(str(c))}</td>' for c in cells))
        return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


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
            said = [(figure.code, figure.reasons[figure.code])] if figure.code else figure.said
            lines = [self.text(figure, code, fill) for code, fill in said]
            secret = figure.status == "refused"
            row = vars(figure) | {name: "; ".join(t[name] for t in lines) for name in TEXTS}
            row |= {"status": figure.status, "code": figure.code or ",".join(c for c, _ in said)}
            row["published"] = figure.published.isoformat() if figure.published else ""
            rows.append(
                row | ({"printed": "***", "name": "***", "value": math.nan} if secret else {})
            )
        return Shown(pd.DataFrame(rows, columns=FIGURE_COLUMNS).astype({"year": "Int64"}))

    def problems(self) -> pd.DataFrame:
        """Errors, questions and notes as a problem table, the gravest first."""
        severity = {"error": "error", "question": "warning", "refused": "warning"}
        rows = list(self.file_problems)
        for figure in self.figures:
            said = [(figure.code, figure.reasons[figure.code])] if figure.code else figure.said
            rows += [
                {
                    "file": f"{self.file} [{figure.sheet}]", "row": figure.row,
                    "column": figure.cell, "severity": severity.get(figure.status, "note"),
                    "value": "***" if figure.status == "refused" else figure.printed, "code": code,
                    **self.text(figure, code, fill),
                }
                for code, fill in said if code not in _NOTED
            ]  # fmt: skip
        frame = problem_frame(pd.DataFrame(rows, columns=PROBLEM_COLUMNS))
        order = frame["severity"].map({"error": 0, "warning": 1, "note": 2})
        return frame.loc[order.sort_values(kind="stable").index].reset_index(drop=True)

    def text(self, figure: Figure, code: str, fill: dict) -> dict[str, str]:
        """What is said of a figure, in both languages."""
        entry = self.registry.get(figure.indicator, {"zh": "", "unit": ""})
        known = {
            "zh": entry["zh"], "id": figure.indicator, "wanted": entry["unit"],
            "name": figure.name, "place": figure.cell, "year": figure.year,
        }  # fmt: skip
        return texts(code, **(known | fill))


def _digits(value: float) -> str:
    text = f"{Decimal(f'{value:.15g}'):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
