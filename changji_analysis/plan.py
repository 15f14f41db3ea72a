"""The plan: what its targets say, and whether its own statements agree."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np
import pandas as pd

from .errors import QuantityError, UsageError
from .histories import require_known
from .quantities import convert
from .records.checks import terms
from .records.reading import FileReport

TARGET_DIRECTIONS = ("at_least", "at_most", "within", "non_decreasing")


@dataclass(frozen=True)
class Target:
    """What is to be reached, by when.

    Attributes
    ----------
    value : float or None
        In the unit of the indicator; None for ``non_decreasing``, which asks for the base.
    year : int
    direction : {"at_least", "at_most", "within", "non_decreasing"}
    base_year, base_value : int and float, optional
        The base; without it an assessment takes the first observation.
    tolerance : float, optional
        Half width of ``within``, a fraction of the value.

    Raises
    ------
    UsageError
        A field that contradicts another, or is no finite number.
    """

    value: float | None
    year: int
    direction: str = "at_least"
    base_year: int | None = None
    base_value: float | None = None
    tolerance: float | None = None

    def __post_init__(self):
        if self.direction not in TARGET_DIRECTIONS:
            raise UsageError(
                f"unknown direction {self.direction!r}: use one of {', '.join(TARGET_DIRECTIONS)}"
            )
        for name in ("year", "base_year"):
            year = getattr(self, name)
            if not isinstance(year, Integral) and not (name == "base_year" and year is None):
                raise UsageError(f"the target's {name} {year!r} is not an integer")
        if self.value is None and self.direction != "non_decreasing":
            raise UsageError(f"a target {self.direction} needs a value")
        for name in ("value", "base_value", "tolerance"):
            number = getattr(self, name)
            if number is None:
                continue
            if not isinstance(number, Real) or not np.isfinite(number):
                raise UsageError(f"the target's {name} {number!r} is not a finite number")
        if self.direction == "within" and not (self.tolerance and self.tolerance > 0):
            raise UsageError("a target within a band needs a tolerance above 0, e.g. 0.05")
        if self.base_year is not None and self.base_year >= self.year:
            raise UsageError(
                f"the base year {self.base_year} is not before the target year {self.year}"
            )

    def met_by(self, value: float, base: float | None = None) -> bool:
        """Whether a value of the target year attains the target."""
        goal = base if self.direction == "non_decreasing" else self.value
        if goal is None:
            raise UsageError("a non-decreasing target is judged against a base, and none is known")
        return bool(attained(value, goal, self.direction, self.tolerance or 0))

    @property
    def sign(self) -> int:
        """1 where more is better, -1 where less is."""
        return -1 if self.direction == "at_most" else 1


def attained(value, goal, direction, tolerance):
    """Whether values attain what is asked for; numbers or arrays."""
    near = np.abs(value - goal) <= tolerance * np.abs(goal) * (1 + 1e-9)  # 1.05 is within 5 % of 1
    beyond = np.where(direction == "at_most", value <= goal, value >= goal)
    return np.where(direction == "within", near, beyond)


def plan_targets(
    targets: pd.DataFrame, readings: pd.DataFrame, indicators: pd.DataFrame
) -> pd.DataFrame:
    """Every target in every reading; see `changji_analysis.Dataset.plan_targets`.

    Parameters
    ----------
    targets, readings, indicators : DataFrame
        The tables of the data folder; see `check_units` for what must hold.
    """
    targets = targets.drop(columns=["direction"])
    registry = indicators.set_index("id")
    readings = readings.rename(columns={"target": "id", "indicator": "read_as"})
    table = targets.merge(readings, on="id", validate="1:m")
    other = table["read_as"].ne("")
    table.loc[other, "indicator"] = table.loc[other, "read_as"]
    table = table.drop(columns="read_as")
    table["default"] = table["default"].eq("yes")
    table = table.sort_values(["id", "default"], ascending=[True, False], kind="stable")
    named = registry.loc[table["indicator"]].reset_index(drop=True)
    table = table.reset_index(drop=True)
    for column in ("value", "upper"):
        table[column] = _in_unit(table[column], table["unit"], named["unit"])
    table["base_value"] = _in_unit(table["base_value"], table["base_unit"], named["unit"])
    table["unit"] = named["unit"]
    table["model_kind"] = named["kind"]
    return table.join(named[["zh", "en", "decimals", "holder_en"]])


def check_units(
    targets: pd.DataFrame,
    readings: pd.DataFrame,
    indicators: pd.DataFrame,
    report: FileReport,
    rows: pd.Series,
) -> None:
    """Note targets and readings whose unit cannot be turned into their indicator's.

    Parameters
    ----------
    targets, readings, indicators : DataFrame
    report : FileReport
        Takes what is wrong.
    rows : Series
        Line of each target in its file.
    """
    units = indicators.set_index("id")["unit"]
    own = targets.set_index("id")["indicator"]
    read_as = readings["indicator"].where(readings["indicator"].ne(""), readings["target"].map(own))
    cells = [
        *zip(targets["id"], targets["unit"], targets["indicator"], strict=True),
        *zip(readings["target"], readings["base_unit"], read_as, strict=True),
    ]
    for target, unit, indicator in cells:
        wanted = units.get(indicator, "")
        if unit and wanted and not _converts(unit, wanted):
            fill = {"target": target, "unit": unit, "indicator": indicator, "wanted": wanted}
            report.add("target_unit", rows[target], "unit", unit, **fill)


def _converts(unit: str, wanted: str) -> bool:
    try:
        convert(1.0, unit, wanted)
    except QuantityError:
        return False
    return True


def plan_row(table: pd.DataFrame, target: str, reading: str | None = None) -> pd.Series:
    """The row of one target of `plan_targets`, in its default reading if none is named.

    Raises
    ------
    UsageError
        There is no such target or reading; the known ones are named.
    """
    own = table["id"].to_numpy() == target
    if not own.any():
        require_known("target", target, table["id"])
    chosen = own & (table["default"] if reading is None else table["reading"].to_numpy() == reading)
    if not chosen.any():
        require_known(f"reading of {target}", str(reading), table["reading"][own])
    return table.iloc[np.argmax(chosen)]


def target_of(row: pd.Series, base_year: int) -> Target:
    """Build the `Target` of one row of `plan_targets`.

    A printed range is a band. A target without a printed base is counted from `base_year`, the
    plan's, so that older figures stay context.
    """

    def number(name):
        return None if pd.isna(row[name]) else float(row[name])

    value, tolerance, upper = number("value"), number("tolerance"), number("upper")
    if row["direction"] == "within" and tolerance is None and value and upper:
        value, tolerance = (value + upper) / 2, (upper - value) / (value + upper)
    return Target(
        value=value,
        year=int(row["year"]),
        direction=row["direction"],
        base_year=base_year if pd.isna(row["base_year"]) else int(row["base_year"]),
        base_value=number("base_value"),
        tolerance=tolerance,
    )


def _in_unit(values: pd.Series, units: pd.Series, wanted: pd.Series) -> list[float]:
    return [
        convert(v, u, w) if pd.notna(v) and u != w else v
        for v, u, w in zip(values, units, wanted, strict=True)
    ]


def consistency(
    checks: pd.DataFrame, baseline: pd.DataFrame, targets: pd.DataFrame
) -> pd.DataFrame:
    """Check the plan against itself; see `changji_analysis.Dataset.consistency`."""
    rows = pd.concat([baseline, targets])
    values = dict(zip(rows["id"], rows["value"], strict=True))
    computed = [
        sum(sign * values[row] for sign, row in terms(expression))
        for expression in checks["computed"]
    ]
    frame = checks.assign(
        computed=pd.Series(computed, checks.index, dtype="float64"),
        printed=checks["against"].map(values).astype("float64"),
    )
    frame["agrees"] = np.isclose(frame["computed"], frame["printed"])
    names = ["id", "place", "computed", "printed", "agrees", "expected", "says_zh", "says_en"]
    return frame[names]
