"""The dataset of the environment's folder, and what hangs on it in one call.

Each function is described as the attribute of `Dataset` that it copies; a table of the folder by
its columns.
"""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import pandas as pd

from .config import data_dir, use_private
from .dataset import Dataset
from .plan import Target
from .records import stamp
from .records.schemas import COLUMNS

AS_OF = """\
as_of : str or date, optional
    Only what was known on that day; without it everything in the folder."""
Shortcut = TypeVar("Shortcut", bound=Callable)
Day = str | dt.date | None


def current(as_of: Day = None) -> Dataset:
    """The dataset of the folder that the environment names, read again when a file changed."""
    return of_folder(None, private=use_private()).at(as_of)


def of_folder(folder: Path | None, *, private: bool) -> Dataset:
    """The dataset of a folder, else of the environment's, read again when a file changed."""
    root = data_dir() if folder is None else folder.resolve()
    return _unchanged(stamp(root, private=private))


@lru_cache(maxsize=4)
def _unchanged(stamp: tuple) -> Dataset:
    root, private, *_ = stamp
    return Dataset(root, private=private)


def _described_as(attribute: str, table: str = "") -> Callable[[Shortcut], Shortcut]:
    """Take over the docstring of an attribute of the dataset, ``as_of`` added where it is taken."""
    doc = inspect.getdoc(getattr(Dataset, attribute)) or ""
    if table:
        columns = COLUMNS[table].items()
        listed = "\n".join(f"    - ``{name}``: {column['about']}" for name, column in columns)
        above, heading, below = doc.partition("\n\nRaises\n")
        doc = f"{above}\n\nReturns\n-------\nDataFrame\n{listed}{heading}{below}"

    def describe(function: Shortcut) -> Shortcut:
        above, heading, below = doc.partition("\n\nReturns\n")
        if "as_of" in inspect.signature(function).parameters:
            above += "\n" if "\nParameters\n" in above else "\n\nParameters\n----------\n"
            above += AS_OF
        function.__doc__ = above + heading + below
        return function

    return describe


@_described_as("history")
def history(area: str, indicator: str, as_of: Day = None) -> pd.Series:
    return current(as_of).history(area, indicator).copy()


@_described_as("peers")
def peers(
    indicator: str, as_of: Day = None, level: str = "provinces", exclude: Iterable[str] = ()
) -> pd.DataFrame:
    return current(as_of).peers(indicator, level, exclude).copy()


@_described_as("indicators", "indicators")
def indicators() -> pd.DataFrame:
    return current().indicators.copy()


@_described_as("baseline", "baseline")
def load_baseline() -> pd.DataFrame:
    return current().baseline.copy()


@_described_as("targets", "targets")
def load_targets() -> pd.DataFrame:
    return current().targets.copy()


@_described_as("readings", "readings")
def load_readings() -> pd.DataFrame:
    return current().readings.copy()


@_described_as("statistics", "observations")
def load_statistics(as_of: Day = None) -> pd.DataFrame:
    return current(as_of).statistics.copy()


@_described_as("reference")
def load_reference(name: str, as_of: Day = None) -> pd.DataFrame:
    return current(as_of).reference(name).copy()


@_described_as("precedents", "precedents")
def load_precedents() -> pd.DataFrame:
    return current().precedents.copy()


@_described_as("sources", "sources")
def load_sources() -> pd.DataFrame:
    return current().sources.copy()


@_described_as("problems")
def problems(as_of: Day = None) -> pd.DataFrame:
    return current(as_of).problems.copy()


@_described_as("plan_targets")
def plan_targets() -> pd.DataFrame:
    return current().plan_targets.copy()


@_described_as("plan_target")
def plan_target(target: str, reading: str | None = None) -> Target:
    return current().plan_target(target, reading)


@_described_as("consistency")
def consistency() -> pd.DataFrame:
    return current().consistency.copy()


@_described_as("scorecard")
def scorecard(as_of: Day = None) -> pd.DataFrame:
    return current(as_of).scorecard.copy()
