"""Taking in figures from outside: what they mean, what speaks against them, and adding them.

`import_figures` reads a sheet, says for every figure what was understood or why it is left out, and
adds the sound ones, as printed, to ``private`` or ``raw`` of the data folder. A sheet that does
not parse wholly is refused. Nothing that stands in the folder is changed: a figure that
contradicts one becomes a vintage of its own or a question. The way: ``labels`` (what words say)
-> ``layout`` (which words belong to which figure) -> ``reading`` -> ``standing`` -> ``adding``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from ..dataset import Dataset
from .adding import commit, stop_on_errors
from .proposal import Options
from .reading import as_day, propose


def import_figures(
    path: str | Path,
    source: str = "",
    published: str | dt.date | None = None,
    public: bool = False,
    dry_run: bool = True,
    *,
    data: Dataset | None = None,
    area: str | None = None,
    year: int | None = None,
    sheet: str | None = None,
    names: dict[str, str] | None = None,
    units: dict[str, str] | None = None,
    take: Iterable[str] = (),
    partial: bool = False,
    breaks: bool = True,
    confidence: str = "high",
) -> pd.DataFrame:
    """Read figures from a spreadsheet and, if asked, add them to the data.

    Parameters
    ----------
    path : str or Path
        .xlsx, .xls, .csv or .tsv; known by its content.
    source : str
        The document, ``publisher：title``, or an id of sources.csv; not needed where the sheet
        has a column for it.
    published : str or date
        Full date on which it was published or handed over, e.g. ``2024-03-15``.
    public : bool
        Add to ``raw`` instead of ``private``.
    dry_run : bool
        Write nothing (the default).
    data : Dataset, optional
        What the figures are held against and added to; by default the current data folder.
    area, year : str, int, optional
        For figures beside which none is printed; 本年 is this year.
    sheet : str, optional
        Read this sheet only.
    names, units : dict, optional
        Printed name -> indicator or area; indicator -> unit where none is printed.
    take : iterable of str
        Cells whose question is answered with yes, e.g. ``["C5"]``.
    partial : bool
        Add the sound figures although others have errors.
    breaks : bool
        Whether remarks that tell of a change of scope become breaks.
    confidence : {"high", "medium", "low"}

    Returns
    -------
    DataFrame
        One row per figure: sheet, cell, printed, status (new, revised, known, question, error,
        refused, left_out), what it was understood to be, and what is to be said of it in both
        languages. A sheet that is refused beside others is one row, an error.

    Raises
    ------
    UsageError
        No such file, or source and date are missing where something is to be written.
    DataError
        The file cannot be read or no sheet of it parses, or figures have errors and ``partial``
        is not set; all of them at once. Nothing was written.
    """
    options = Options(
        source, as_day(published), public, area, year, sheet, names or {}, units or {},
        frozenset(take), breaks, confidence,
    )  # fmt: skip
    data = data or Dataset()
    proposal = propose(path, options, data)
    if not dry_run:
        stop_on_errors(proposal, partial)
        commit(proposal, data)
    return proposal.frame()
