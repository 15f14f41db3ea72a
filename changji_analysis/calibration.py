"""How often statements like this one came true in replays: the row beside every probability.

The rows are written by `changji_analysis.replay.validation.calibration_table` into
``data/clean/calibration.csv`` of the repository. They belong to the method, not to a place: a
review of another city reads the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pandas as pd

from .config import REPOSITORY

PATH = "data/clean/calibration.csv"
BANDS = (0.0, 0.01, 0.05, 0.15, 0.25, 0.33, 0.5, 0.66, 1.0)
"""Edges of the bands of probability that are judged together."""
GROUPS = ((1, 1), (2, 4), (5, 10))
"""Numbers of observations that are judged together."""


@dataclass(frozen=True)
class Calibration:
    """What became of the replayed statements of one kind.

    Attributes
    ----------
    prior : {"peers", "generic"}
    fewest, most : int
        Observations that the statements rested on.
    low, high : float
        The band of probabilities.
    cases, areas : int
        Statements, and the areas that they are about.
    stated, came_true : float
        Mean probability and frequency.
    lower, upper : float
        95 % interval of the frequency, whole areas drawn.
    """

    prior: str
    fewest: int
    most: int
    low: float
    high: float
    cases: int
    areas: int
    stated: float
    came_true: float
    lower: float
    upper: float

    def __str__(self) -> str:
        """The row as a sentence, Chinese / English."""
        digits = 1 if self.came_true < 0.01 else 0
        said, came, low, high = (
            f"{p:.{digits}%}" for p in (self.stated, self.came_true, self.lower, self.upper)
        )
        return (
            f"重演中同类判断{self.cases}次（{self.areas}个地区），"
            f"平均说{said}，实现{came}（95%区间{low}至{high}）"
            f" / of {self.cases} such statements in replays ({self.areas} areas) "
            f"said {said} on average and {came} came true (95% interval {low} to {high})"
        )


def calibration_of(probability: float, n: int, prior: str) -> Calibration | None:
    """The row of statements like this one.

    Parameters
    ----------
    probability : float
    n : int
        Observations; more than ten count as ten.
    prior : {"peers", "generic"}

    Returns
    -------
    Calibration or None
        None where no such statement was replayed.
    """
    table = _table()
    like = (
        table["prior"].eq(prior)
        & table["fewest"].le(n)
        & (table["most"].ge(n) | table["most"].eq(table["most"].max()))
        & table["low"].le(probability)
        & (table["high"].gt(probability) | table["high"].eq(1))
    )
    rows = table[like]
    return Calibration(**rows.iloc[0].to_dict()) if len(rows) else None


@cache
def _table() -> pd.DataFrame:
    path = REPOSITORY / PATH
    if not path.is_file():
        return pd.DataFrame(columns=list(Calibration.__dataclass_fields__))
    return pd.read_csv(path)


forget = _table.cache_clear
"""Read the rows anew."""
