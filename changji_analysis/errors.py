"""Everything that this package raises on purpose."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pandas as pd

PROBLEM_COLUMNS = "file row column value severity code why remedy why_zh remedy_zh".split()
_SHOWN = 200
with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as _file:
    _FORECASTS = {row["code"]: row for row in csv.DictReader(_file)}
"""By code: the reason, why a model cannot run, what to do, and both in Chinese by the reason."""


class ChangjiError(Exception):
    """Base class: whoever catches it catches every error the package raises on purpose.

    Attributes
    ----------
    zh : str
        The same in Chinese where a reader of the Chinese edition is likely to see it.
    """

    zh: str = ""


class UsageError(ChangjiError, ValueError):
    """A wrong call: an unknown area, indicator, date or option."""

    def __init__(self, message: str, *, zh: str = ""):
        super().__init__(message)
        self.zh = zh


class QuantityError(ChangjiError, ValueError):
    """A printed figure or a unit that cannot be read."""


class ForecastError(ChangjiError):
    """A model that cannot run on the figures it was given.

    Parameters
    ----------
    message : str
        What is wrong, for a reader.
    reason : str
        Short code, e.g. ``too_few_points``.
    remedy : str
        What the reader can do about it.
    """

    def __init__(self, message: str, *, reason: str, remedy: str = ""):
        super().__init__(f"{message} Remedy: {remedy}" if remedy else message)
        self.reason = reason
        self.remedy = remedy
        self.zh = _FORECASTS[reason]["zh"] if reason in _FORECASTS else ""

    @classmethod
    def of(cls, code: str, **fill: Any) -> ForecastError:
        """The error of a code of ``errors.csv``."""
        row = _FORECASTS[code]
        why, remedy = (row[text].format(**fill) for text in ("why", "remedy"))
        error = cls(f"{why}.", reason=row["reason"], remedy=remedy)
        error.zh = row["zh"]
        return error


class DataError(ChangjiError):
    """Faults in the data files, all of them at once.

    Parameters
    ----------
    problems : DataFrame or list of dict
        One row per fault with the columns of `PROBLEM_COLUMNS`; ``row`` is the line in the
        file, the header being line 1.
    """

    def __init__(self, problems: pd.DataFrame | list[dict]):
        self.problems = problem_frame(problems)
        super().__init__(self._text())

    def __reduce__(self):
        return type(self), (self.problems,)

    def _text(self) -> str:
        count = len(self.problems)
        lines = [f"{count} problem{'s' if count != 1 else ''} in the data / 数据有 {count} 处问题:"]
        files = list(self.problems["file"])
        in_order = self.problems.assign(rank=[files.index(file) for file in files])
        in_order = in_order.sort_values(["rank", "row"], kind="stable")
        for fault in in_order.head(_SHOWN).to_dict("records"):
            place = fault["file"]
            if not pd.isna(fault["row"]):
                place += f", row {fault['row']}"
            if fault["column"]:
                place += f", column {fault['column']}"
            if fault["value"] or (fault["column"] and not pd.isna(fault["row"])):
                place += f", value {fault['value']!r}"
            lines.append(f"- {place}: {fault['why']}. Remedy: {fault['remedy']}.")
            lines.append(f"  {fault['why_zh']}。处理办法：{fault['remedy_zh']}。")
        if count > _SHOWN:
            lines.append(f"... and {count - _SHOWN} more, in the exception's `problems`.")
        return "\n".join(lines)


def problem_frame(problems: pd.DataFrame | list[dict]) -> pd.DataFrame:
    """Return problems as a frame with `PROBLEM_COLUMNS`; ``row`` is a nullable integer."""
    frame = pd.DataFrame(problems, columns=PROBLEM_COLUMNS)
    return frame.astype({"row": "Int64"} | {c: "str" for c in PROBLEM_COLUMNS if c != "row"})
