"""All tables of one data folder, each read once and checked, its fixes applied."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

import pandas as pd

from ..config import Config, read_config
from ..errors import DataError, UsageError
from . import checks, schemas
from .corrections import Correction, correct, read_corrections
from .reading import KEY, FileReport, parse, read_csv, read_text, unique, validate

if TYPE_CHECKING:
    import pandera.pandas as pa


@dataclass(frozen=True)
class Table:
    """One file: its columns, what identifies a row, and the tables it leans on, by their names."""

    file: str
    columns: str
    keys: str
    check: Callable[[pd.DataFrame, FileReport, Folder], None] | None = None
    needs: str = ""
    corrected: bool = False
    optional: bool = False

    @property
    def schema(self) -> pa.DataFrameSchema:
        """Its columns with what each may hold."""
        return schemas.schema(self.columns)

    @property
    def key(self) -> list[str]:
        """What identifies a row."""
        return self.keys.split()


_REGISTRIES, _PLAN = "indicators sources", "indicators baseline targets"


def _figures(file: str, columns: str = "observations", key: str = "") -> Table:
    key = key or " ".join((*KEY, "source"))
    return Table(file, columns, key, checks.check_observations, _REGISTRIES, corrected=True)


TABLES = {
    "indicators": Table("indicators.csv", "indicators", "id", checks.check_indicators),
    "sources": Table("sources.csv", "sources", "id"),
    "baseline": Table("raw/plan_baseline.csv", "baseline", "id", checks.check_plan, "indicators"),
    "targets": Table("raw/plan_targets.csv", "targets", "id", checks.check_plan, "indicators"),
    "readings": Table("readings.csv", "readings", "target reading", checks.check_readings, _PLAN),
    "plan_checks": Table("plan_checks.csv", "plan_checks", "id", checks.check_plan_checks, _PLAN,
                         optional=True),
    "tasks": Table("raw/plan_tasks.csv", "tasks", "id", checks.check_tasks, optional=True),
    "aliases": Table("aliases.csv", "aliases", "kind name", checks.check_aliases, "indicators",
                     optional=True),
    "areas": Table("reference/areas.csv", "areas", "area", checks.check_areas, optional=True),
    "task_reports": Table("private/task_reports.csv", "task_reports", "id", optional=True),
    "private_sources": Table("private/sources.csv", "sources", "id", optional=True),
    "statistics": _figures("raw/yearly_statistics.csv"),
    "provinces": _figures("reference/provinces.csv"),
    "cities": _figures("reference/cities.csv"),
    "countries": _figures("reference/countries.csv", "countries", "area indicator year"),
    "precedents": Table("raw/target_precedents.csv", "precedents", "id", checks.check_precedents,
                        _REGISTRIES, corrected=True),
}  # fmt: skip
REFERENCES = ("provinces", "cities", "countries")
CORRECTIONS = ("corrections.yml", "private/corrections.yml")


class Folder:
    """The tables of one data folder; what was found wrong in each file is kept with it.

    Parameters
    ----------
    root : Path
    private : bool
        Whether tables below ``private``, which are not public, are read too.

    Raises
    ------
    UsageError
        There is no such folder, or it has none of the tables.
    """

    def __init__(self, root: Path, *, private: bool = True):
        self.root = root
        self._private = private
        self._frames: dict[str, pd.DataFrame] = {}
        self._clean: dict[str, pd.DataFrame] = {}
        self._reports: dict[str, FileReport] = {}
        self._unreadable: set[str] = set()
        self._lock = RLock()
        if not root.is_dir():
            what, what_zh = (" (it is a file)", "是文件") if root.exists() else ("", "不存在")
            raise UsageError(
                f"no data folder {root}{what}: give a folder laid out like data/, or set "
                f"CHANGJI_DATA to one / 数据文件夹 {root.name} {what_zh}："
                "请指定与 data/ 结构相同的文件夹"
            )
        if not any((root / table.file).is_file() for table in TABLES.values()):
            raise UsageError(
                f"the folder {root} holds none of the tables, e.g. raw/plan_targets.csv: give a "
                f"folder laid out like data/ / 文件夹 {root.name} 中没有任何数据表，请指定与 data/ "
                "结构相同的文件夹"
            )

    def stamp(self) -> tuple:
        """What a reading of the folder depends on; see `stamp`."""
        return stamp(self.root, private=self._private)

    def spec(self, name: str) -> Table:
        """How a table is read; a private one like the yearly statistics."""
        return TABLES[name] if name in TABLES else _figures(name)

    def report(self, file: str) -> FileReport:
        """What was found in a file so far."""
        return self._reports.setdefault(file, self.blank_report(file))

    def blank_report(self, file: str) -> FileReport:
        """A report of a file in which nothing is noted yet."""
        return FileReport(file, self.root.name)

    @cached_property
    def config(self) -> Config:
        """Settings of the folder; `DataError` where they cannot be read."""
        return read_config(self.root)

    @cached_property
    def private(self) -> list[str]:
        """Tables of figures that are not public: every CSV in ``private`` without a name here."""
        if not self._private:
            return []
        named = {table.file for table in TABLES.values()}
        paths = sorted((self.root / "private").glob("*.csv"))
        return [name for path in paths if (name := f"private/{path.name}") not in named]

    @cached_property
    def corrections(self) -> list[tuple[str, int, Correction]]:
        """Every valid record with its file and line."""
        own = CORRECTIONS[1]
        wanted = self._private and (self.root / own).is_file()
        return [
            (file, line, fix)
            for file in CORRECTIONS[: 2 if wanted else 1]
            for line, fix in read_corrections(self.root / file, self.report(file))
        ]

    @cached_property
    def areas(self) -> tuple[str, ...] | None:
        """Areas of the configuration; None where it cannot be read."""
        try:
            return self.config.areas.all
        except DataError as error:
            self.report("config.yml").problems += error.problems.to_dict("records")
            return None

    @cached_property
    def chain(self) -> dict[str, str]:
        """City, prefecture, region and nation, each with the one around it."""
        names = list(dict.fromkeys((self.areas or ())[:4]))  # a city may be its own prefecture
        return dict(zip(names, [*names[1:], ""][: len(names)], strict=True))

    @cached_property
    def plan(self) -> str | None:
        """Text of the plan."""
        return read_text(self.root / "raw/plan.txt", self.report("raw/plan.txt"))

    @cached_property
    def source_ids(self) -> list[str] | None:
        """The ids of all documents, those of figures that are not public included."""
        public = self.ids("sources")
        own = self.frame("private_sources")["id"] if self._private else []
        return None if public is None else [*public, *own]

    def frame(self, name: str) -> pd.DataFrame:
        """The table as far as it could be read, the index being lines of its file."""
        with self._lock:
            if name not in self._frames:
                self._frames[name] = self._read(name, self.spec(name))
        return self._frames[name]

    def ids(self, name: str) -> list[str] | None:
        """The ids of a table; None where the table cannot be read."""
        frame = self.frame(name)
        return None if name in self._unreadable else list(frame["id"])

    def _read(self, name: str, table: Table) -> pd.DataFrame:
        report, text = self.report(table.file), None
        if not table.optional or (self.root / table.file).is_file():
            text = read_text(self.root / table.file, report)
        frame, found = _parsed(text, table, report.name, self.root.name)
        report.take(found)
        if frame is None:
            self._unreadable.add(name)
            frame, _ = _parsed(",".join(table.schema.columns), table, report.name, self.root.name)
            assert frame is not None  # a table of these columns can be read
        frame = frame.copy(deep=False)  # whatever becomes of it, the one kept by its text stays
        if table.check and name not in self._unreadable:
            table.check(frame, report, self)
        if table.corrected and name not in self._unreadable:
            frame = correct(frame, report, self)
        if table.columns == "observations":
            unique(report.good(frame, *table.key), list(KEY), report, "conflicting_values")
        if name in self.private:
            frame = checks.check_private(name, frame, report, self)
        return frame

    def clean(self, name: str) -> pd.DataFrame:
        """The table without faults; years are plain integers where none is missing.

        Raises
        ------
        DataError
            All faults of the table, and of the files that it leans on, at once.
        """
        with self._lock:
            if name not in self._clean:
                frame = self.frame(name)
                if errors := self.errors(name):
                    raise DataError(errors)
                frame = frame.reset_index(drop=True)
                whole = [c for c in frame if frame[c].dtype == "Int64" and not frame[c].hasnans]
                self._clean[name] = frame.assign(**{c: frame[c].astype("int64") for c in whole})
        return self._clean[name]

    def errors(self, name: str) -> list[dict]:
        """Errors of the table and of the files that it leans on."""
        self.frame(name)
        table = self.spec(name)
        files = [TABLES[need].file for need in table.needs.split()] + [table.file]
        files += [*CORRECTIONS, "config.yml", "private/sources.csv"] if table.corrected else []
        files += ["raw/plan.txt"] if table.check in (checks.check_plan, checks.check_tasks) else []
        problems = [p for file in files for p in self.report(file).problems]
        return [problem for problem in problems if problem["severity"] == "error"]

    def problems(self) -> list[dict]:
        """What was found in any file."""
        for name in (*TABLES, *self.private):
            self.frame(name)
        return [p for report in self._reports.values() for p in report.problems]

    def statistics(self) -> pd.DataFrame:
        """Yearly observations, those that are not public included and marked."""
        frame = self.clean("statistics").assign(private=False)
        own = [self.clean(name).assign(private=True) for name in self.private]
        return pd.concat([frame, *own], ignore_index=True) if own else frame

    def reference(self, name: str) -> pd.DataFrame:
        """Observations of peers, with the date by which each was known."""
        return dated(self.clean(name))

    def area_tree(self) -> pd.DataFrame:
        """Which area lies in which: area, level, parent, zh, en.

        What ``reference/areas.csv`` leaves out is taken from the configuration: city in
        prefecture in region in nation.
        """
        frame = self.clean("areas")
        levels = dict(zip(reversed(self.chain), schemas.LEVELS, strict=False))
        rows = [
            {"area": area, "level": levels[area], "parent": parent, "zh": area, "en": area}
            for area, parent in self.chain.items()
            if area not in set(frame["area"])
        ]
        return pd.concat([frame, pd.DataFrame(rows, columns=frame.columns)], ignore_index=True)

    def sources(self) -> pd.DataFrame:
        """Documents, those of figures that are not public included."""
        if not self._private:
            return self.clean("sources")
        frames = [self.clean("sources"), self.clean("private_sources")]
        return pd.concat(frames, ignore_index=True)

    def task_reports(self) -> pd.DataFrame:
        """What offices reported on tasks; it is not public."""
        table = self.clean("task_reports")
        return table if self._private else table.iloc[:0]

    def places(self, name: str) -> pd.DataFrame:
        """Where each id of a table stands: file and row, indexed by id."""
        frame = self.frame(name)
        file = self.report(TABLES[name].file).file
        return pd.DataFrame({"file": file, "row": frame.index}, index=frame["id"])

    def known_rows(self) -> pd.DataFrame:
        """When each row of the tables of observations became known: file, row, known_by."""
        frames = []
        for name in ("statistics", *self.private, *REFERENCES):
            frame = dated(self.frame(name))
            file = self.report(self.spec(name).file).file
            frames.append(frame[["known_by"]].assign(file=file, row=frame.index))
        return pd.concat(frames, ignore_index=True)

    def breaks(self) -> pd.DataFrame:
        """Declared changes of scope between year - 1 and year."""
        fixes = [fix for _, _, fix in self.corrections if fix.action == "break"]
        logs = [problem for file in CORRECTIONS for problem in self.report(file).problems]
        if errors := [problem for problem in logs if problem["severity"] == "error"]:
            raise DataError(errors)
        rows = [{"id": fix.id, **fix.match, "reason": fix.reason} for fix in fixes]
        return pd.DataFrame(rows, columns=["id", "area", "indicator", "year", "reason"])


@lru_cache(maxsize=32)
def _parsed(
    text: str | None, table: Table, name: str, folder: str
) -> tuple[pd.DataFrame | None, FileReport]:
    """What a file's text says of itself, once for each text: None where it is no such table.

    Folders beside each other, copies with one row more, dates: most files are the same in all.
    """
    report, columns = FileReport(name, folder), table.schema.columns
    cells = None if text is None else read_csv(text, columns, report)
    if cells is None:
        return None, report
    frame = pd.DataFrame(
        {col: parse(cells[col], columns[col].metadata["kind"], report) for col in columns}
    )
    validate(frame, table.schema, report)
    unique(frame, table.key, report)
    return frame, report


def dated(frame: pd.DataFrame) -> pd.DataFrame:
    """A table with known_by; one without dates counts as known at the end of the next year."""
    if "known_by" in frame:
        return frame
    return frame.assign(known_by=pd.to_datetime((frame["year"] + 1).astype("str") + "-12-31"))


def as_date(as_of: str | dt.date | None) -> dt.date | None:
    """A date as given, or written as 2023-07-12; None stays None.

    Raises
    ------
    UsageError
        It is no date.
    """
    try:
        if isinstance(as_of, str):
            return dt.date.fromisoformat(as_of)
        return None if as_of is None else dt.date(as_of.year, as_of.month, as_of.day)
    except (ValueError, TypeError, AttributeError):
        raise UsageError(
            f"as_of={as_of!r} is no date: write it as 2023-07-12 / 日期请写作 2023-07-12"
        ) from None


def stamp(root: Path, *, private: bool = True) -> tuple:
    """What a reading of the folder depends on: each file's time and size."""
    own = sorted((root / "private").glob("*")) if private else []
    files = [root / t.file for t in TABLES.values()]
    files += [root / name for name in (*CORRECTIONS, "config.yml", "raw/plan.txt")]
    stats = [(path.name, path.stat()) for path in (*files, *own) if path.exists()]
    return (root, bool(own), *((n, s.st_mtime_ns, s.st_size, s.st_ino) for n, s in stats))
