"""Long frames made ready for arithmetic: names coded once, rows sorted once, faults collected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..errors import ForecastError, UsageError, problem_frame
from ..plan import TARGET_DIRECTIONS, Target
from ..scales import KINDS, scale_for

HISTORY = ("area", "indicator", "year", "value")
TARGET = ("area", "indicator", "value", "year", "direction")
NUMBERS = ("value", "year", "base_year", "base_value", "tolerance")
COLUMNS = frozenset((*HISTORY, *TARGET, *NUMBERS, "kind", "unit", "parent"))
FARTHEST_YEAR = 9999
STREAM_ROWS = 200_000
"""Rows of a file that are read at once."""
POSITION = "_position"
"""Column that carries the row of a part of a file in the whole of it."""

FAULTS = pd.read_csv(Path(__file__).with_name("faults.csv"), index_col="code")
"""By code: the column at fault, why, and what to do, in both languages."""
CODES = list(FAULTS.index)
SOUND = problem_frame([])
"""The problems of a table without faults."""


class Coded(NamedTuple):
    """A panel in arrays. Series are numbered by indicator, then area.

    Attributes
    ----------
    areas, indicators : Index
        Names by their number.
    series : array (S,)
        Number of each series, indicator x areas + area, ascending.
    start : array (S + 1,)
        First row of each series, and the number of rows.
    sound : array (S,)
        False where a row of the series is faulty.
    year, value : arrays (N,)
        Rows in order of series and year.
    unit : array (S,) or None
        Of each series.
    targets : DataFrame
        One row a target in the order given: the columns asked for and ``place``, the position
        of its series, -1 without one.
    refused : DataFrame
        ``reason`` and ``notes`` of the targets that cannot be assessed, by position.
    problems : DataFrame
        See `changji_analysis.errors.PROBLEM_COLUMNS`.
    """

    areas: pd.Index
    indicators: pd.Index
    series: np.ndarray
    start: np.ndarray
    sound: np.ndarray
    year: np.ndarray
    value: np.ndarray
    unit: np.ndarray | None
    targets: pd.DataFrame
    refused: pd.DataFrame
    problems: pd.DataFrame


def coded(histories: pd.DataFrame, targets: pd.DataFrame) -> Coded:
    """Code and sort the rows; name those that cannot be used.

    A series with a faulty row is not assessed: which of its figures are right is not ours to guess.
    """
    need(histories, HISTORY, "histories")
    need(targets, TARGET, "targets")
    area, areas = _factorized(histories["area"])
    indicator, indicators = _factorized(histories["indicator"])
    key = np.where((area < 0) | (indicator < 0), -1, indicator * len(areas) + area)
    del area, indicator
    year, value = _numbers(histories["year"]), _numbers(histories["value"])
    given = histories["value"].notna().to_numpy()
    fault = np.full(len(key), -1, np.int8)
    with np.errstate(invalid="ignore"):
        whole = (np.abs(year) <= FARTHEST_YEAR) & (year == np.floor(year))
        for code, wrong in (
            ("negative", value < 0),
            ("not_finite", np.isinf(value)),
            ("not_a_number", given & np.isnan(value)),
            ("years", ~whole),
            ("no_key", key < 0),
        ):
            fault[wrong] = CODES.index(code)
    row = np.flatnonzero(given & ((fault < 0) | (fault == CODES.index("negative"))))
    row = row[_order(key[row], year[row])]
    sorted_key, years, value = key[row], year[row].astype(np.int32), value[row]
    del year, given
    start = np.flatnonzero(np.diff(sorted_key, prepend=-1))
    series = sorted_key[start]
    twice = np.flatnonzero((np.diff(sorted_key) == 0) & (np.diff(years) == 0))
    fault[row[twice]] = fault[row[twice + 1]] = CODES.index("repeated_year")
    unit = None
    if "unit" in histories:
        unit_of_row = pd.factorize(histories["unit"])[0]
        first = unit_of_row[row[start]]
        other = unit_of_row[row] != np.repeat(first, np.diff(start, append=len(row)))
        fault[row[other]] = CODES.index("mixed_units")
        unit = histories["unit"].iloc[row[start]].to_numpy(object)
    bad = np.flatnonzero(fault >= 0)
    problems = [listed("histories", histories, bad, fault[bad])]
    bad = bad[(fault[bad] != CODES.index("negative")) & (key[bad] >= 0)]
    spoilt, at = np.unique(key[bad], return_index=True)

    wanted = areas.get_indexer(targets["area"]), indicators.get_indexer(targets["indicator"])
    wanted = np.where((wanted[0] < 0) | (wanted[1] < 0), -1, wanted[1] * len(areas) + wanted[0])
    table = _read_targets(targets)
    table["place"] = found(series, wanted)
    reason = np.full(len(targets), -1, np.int8)
    reason[table["place"] < 0] = CODES.index("no_history")
    if unit is not None and "unit" in targets:
        known = np.flatnonzero(table["place"] >= 0)
        differs = targets["unit"].to_numpy(object)[known] != unit[table["place"].iloc[known]]
        reason[known[differs]] = CODES.index("target_unit")
    lost = np.flatnonzero(reason >= 0)
    problems.append(listed("targets", targets, lost, reason[lost]))
    hit = found(spoilt, wanted)
    reason[hit >= 0] = fault[bad[at]][hit[hit >= 0]]
    stopped = np.flatnonzero((reason >= 0) & (reason != CODES.index("no_history")))
    refused = FAULTS.iloc[reason[stopped]].reset_index()[["code", "why"]]
    refused = refused.set_axis(["reason", "notes"], axis=1).set_index(stopped)
    wrong = _wrong_targets(targets, table)
    problems.append(_listed_targets(targets, wrong))
    refused = pd.concat([wrong, refused.drop(wrong.index, errors="ignore")]).sort_index()
    return Coded(
        areas, indicators, series, np.append(start, len(row)), ~np.isin(series, spoilt), years,
        value, unit, table, refused, pd.concat(problems, ignore_index=True),
    )  # fmt: skip


def rows_of_series(start: np.ndarray, series: np.ndarray) -> np.ndarray:
    """Rows of some series, one after the other."""
    first, times = start[series], np.diff(start)[series]
    return np.repeat(first - np.cumsum(times) + times, times) + np.arange(times.sum())


def _factorized(column: pd.Series) -> tuple[np.ndarray, pd.Index]:
    codes, names = pd.factorize(column)
    return codes, pd.Index(names)


def need(frame: pd.DataFrame, columns, name: str) -> None:
    """Refuse a table that lacks columns."""
    if not isinstance(frame, pd.DataFrame):
        raise UsageError(f"the {name} are a {type(frame).__name__}, not a DataFrame or a path")
    lacking = [column for column in columns if column not in frame]
    if lacking:
        raise UsageError(
            f"the {name} have no column {', '.join(lacking)}; they have "
            f"{', '.join(str(column) for column in frame if column != POSITION)}, and "
            f"{', '.join(columns)} are needed"
        )


def _numbers(column: pd.Series) -> np.ndarray:
    return pd.to_numeric(column, errors="coerce").to_numpy(float, na_value=np.nan)


def _order(key, year) -> np.ndarray | slice:
    """Order of rows by series and year; nothing to do where they come that way."""
    place = key * (2 * FARTHEST_YEAR + 1) + year.astype(np.int64)
    if (np.diff(place) >= 0).all():
        return slice(None)
    return np.argsort(place, kind="stable")


def found(known: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Positions in an ascending array, -1 where absent."""
    if not len(known):
        return np.full(len(wanted), -1)
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[at] == wanted, at, -1)


def _read_targets(targets: pd.DataFrame) -> pd.DataFrame:
    """The columns that an assessment asks for, as numbers and categories."""
    table = pd.DataFrame({"area": targets["area"], "indicator": targets["indicator"]})
    for name in NUMBERS:
        table[name] = _numbers(targets[name]) if name in targets else np.nan
    table["direction"] = words(targets["direction"], TARGET_DIRECTIONS)
    if "kind" in targets:
        table["kind"] = words(targets["kind"].fillna(KINDS[0]), KINDS)
    else:
        table["kind"] = pd.Categorical.from_codes(np.zeros(len(targets), int), KINDS)
    return table.reset_index(drop=True)


def words(column: pd.Series, known) -> pd.Categorical:
    """A column of known words; others are missing."""
    codes, names = pd.factorize(column)
    place = np.append(pd.Index(known).get_indexer(names), -1)
    return pd.Categorical.from_codes(place[codes], known)


def _wrong_targets(targets: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """``reason`` and ``notes`` of the targets that contradict themselves."""
    numbers = {name: table[name].to_numpy() for name in NUMBERS}
    year, base_year, value = (numbers[name] for name in ("year", "base_year", "value"))
    direction, kind = (table[name].cat.codes.to_numpy() for name in ("direction", "kind"))
    suspect = ~(year == np.floor(year)) | (direction < 0) | (kind < 0)
    suspect |= (base_year != np.floor(base_year)) & ~np.isnan(base_year) | (base_year >= year)
    suspect |= np.isnan(value) & (direction != TARGET_DIRECTIONS.index("non_decreasing"))
    suspect |= (direction == TARGET_DIRECTIONS.index("within")) & ~(numbers["tolerance"] > 0)
    suspect |= (table["area"].isna() | table["indicator"].isna()).to_numpy()
    for name, given in numbers.items():
        suspect |= np.isinf(given)
        if name in targets:
            suspect |= np.isnan(given) & targets[name].notna().to_numpy()
    at = np.flatnonzero(suspect)
    reasons = []
    for row in targets.iloc[at].to_dict("records"):
        try:
            if pd.isna(row["area"]) or pd.isna(row["indicator"]):
                raise ForecastError(FAULTS.at["no_key", "why"], reason="no_key")
            target_of_record(row)
            kind = row.get("kind")
            scale_for(KINDS[0] if pd.isna(kind) else kind, np.ones(1))
        except UsageError as error:
            reasons.append(("target", str(error)))
        except ForecastError as error:
            reasons.append((error.reason, str(error)))
    return pd.DataFrame(reasons, columns=["reason", "notes"], index=at)


def target_of_record(row: dict) -> Target:
    """Build the `Target` of one row, or raise what is wrong with it."""

    def number(name):
        cell = row.get(name)
        if cell is None or pd.isna(cell):
            return None
        try:
            cell = float(cell)
        except (TypeError, ValueError):
            return cell
        return int(cell) if name in ("year", "base_year") and cell == cell // 1 else cell

    read = {name: number(name) for name in NUMBERS}
    return Target(direction=row["direction"], **read)


def listed(name: str, frame: pd.DataFrame, rows: np.ndarray, codes: np.ndarray) -> pd.DataFrame:
    """Faulty rows as a table of problems."""
    if not len(rows):
        return SOUND
    faults = FAULTS.iloc[codes].reset_index()
    cells = [str(frame[c].iloc[r]) for r, c in zip(rows, faults["column"], strict=True)]
    place = {"file": name, "row": _positions(frame, rows), "value": cells}
    return problem_frame(faults.assign(severity="error", **place))


def _listed_targets(targets: pd.DataFrame, wrong: pd.DataFrame) -> pd.DataFrame:
    if wrong.empty:
        return SOUND
    row, why = _positions(targets, wrong.index.to_numpy()), wrong["notes"]
    faults = wrong.assign(file="targets", row=row, column="", value="", severity="error")
    faults = faults.assign(remedy="correct the target", remedy_zh="更正目标")
    faults = faults.assign(code=wrong["reason"], why=why, why_zh="目标自相矛盾：" + why)
    return problem_frame(faults)


def _positions(frame: pd.DataFrame, rows: np.ndarray) -> np.ndarray:
    return frame[POSITION].to_numpy()[rows] if POSITION in frame else rows


# ---- files ---------------------------------------------------------------------------------------
def file_of(path: str | Path) -> Path:
    """A path to a table, or what is wrong with it."""
    path = Path(path)
    if path.suffix not in (".csv", ".parquet"):
        raise UsageError(f"{path.name} is neither a .csv nor a .parquet file")
    if not path.is_file():
        raise UsageError(f"there is no file {path}")
    return path


def whole(source: pd.DataFrame | str | Path) -> pd.DataFrame:
    """A frame as it is, a file as a frame."""
    if isinstance(source, (str, Path)):
        return pd.concat(stream(file_of(source)), ignore_index=True)
    return source


def stream(path: Path) -> Iterator[pd.DataFrame]:
    """Read a file piece by piece, each row with its position, or its line in a CSV file."""
    at = 2 if path.suffix == ".csv" else 0
    try:
        for piece in _csv(path) if path.suffix == ".csv" else _parquet(path):
            piece[POSITION] = np.arange(at, at + len(piece))
            at += len(piece)
            yield piece
    except (UnicodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise UsageError(f"cannot read {path.name} as a table in UTF-8: {error}") from error


def _csv(path: Path) -> Iterable[pd.DataFrame]:
    return pd.read_csv(
        path,
        usecols=lambda name: name in COLUMNS,
        dtype={"area": "str", "indicator": "str", "unit": "str", "parent": "str"},
        keep_default_na=False,
        na_values=[""],
        encoding="utf-8-sig",
        chunksize=STREAM_ROWS,
        low_memory=False,
    )


def size_of(path: Path) -> int:
    """Rows of a file; for CSV a guess."""
    return path.stat().st_size // 30 if path.suffix == ".csv" else _opened(path).metadata.num_rows


def _opened(path: Path):
    package("pyarrow", "reading Parquet")
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(path)
    except ValueError as error:
        raise UsageError(f"cannot read {path.name} as Parquet: {error}") from error


def _parquet(path: Path) -> Iterator[pd.DataFrame]:
    file = _opened(path)
    names = [name for name in file.schema_arrow.names if name in COLUMNS]
    if not file.metadata.num_rows:
        yield pd.DataFrame(columns=names)
    for batch in file.iter_batches(STREAM_ROWS, columns=names):
        yield batch.to_pandas()


def package(name: str, what: str) -> None:
    """Ask for a package of the extra ``panel``."""
    try:
        import_module(name)
    except ModuleNotFoundError as error:
        raise UsageError(f"{what} needs {name}: install changji-analysis[panel]") from error
