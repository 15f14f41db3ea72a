"""One data folder as known on a date: what every figure, table, report and verdict starts from."""

from __future__ import annotations

import datetime as dt
import inspect
import os
import pickle
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from . import histories, needs, plan, quality, ranges, scorecards
from .assessment import Assessment, assess, verdict_of
from .config import Config, data_dir, use_private
from .errors import DataError, ForecastError, UsageError
from .files import write_bytes
from .fingerprints import digest
from .records import REFERENCES, Folder, as_date
from .records.reading import near
from .records.schemas import PROVINCES

Read = tuple[dt.date | None, str, tuple]
"""What was asked of a dataset: its date, the name asked for and the arguments."""

RETURNED = "form_"
"""How the ids of sources begin that are forms which offices returned."""

ANSWERS = "CHANGJI_ANSWERS"
"""Variable that names a file of `Dataset.share`: processes of one run judge the plan once."""

_everything: set[Read] = set()
_reads: ContextVar[set[Read] | None] = ContextVar("reads", default=_everything)


@contextmanager
def reading() -> Generator[set[Read]]:
    """Collect what is asked of any dataset within the block: what its results rest on."""
    found: set[Read] = set()
    token = _reads.set(found)
    try:
        yield found
    finally:
        _reads.reset(token)


def asked() -> list[Read]:
    """All that was asked of any dataset in this process outside `reading`."""
    return sorted(_everything, key=repr)


def as_read(day: str | None, name: str, arguments: list) -> Read:
    """A question as it was before it was written as JSON."""
    plain = tuple(tuple(a) if isinstance(a, list) else a for a in arguments)
    return dt.date.fromisoformat(day) if day else None, name, plain


def _kept(method: FunctionType, *, dated: bool = True) -> Callable:
    """Compute once a dataset; note what was asked, but not what the answer itself asks for.

    What is not `dated` no date of knowledge changes: it is computed once for all of them.
    """
    parameters = inspect.signature(method)

    @wraps(method)
    def ask(self: Dataset, *args, **options):
        bound = parameters.bind(self, *args, **options)
        bound.apply_defaults()
        plain = tuple(tuple(a) if isinstance(a, list) else a for a in bound.args[1:])
        key = (method.__name__, plain)
        if (reads := _reads.get()) is not None:
            reads.add((self.as_of, *key))
        memory = (self if dated else self.at(None))._memory
        if key not in memory:
            token = _reads.set(None)
            try:
                memory[key] = method(self, *plain)
            finally:
                _reads.reset(token)
        return memory[key]

    return ask


@lru_cache(maxsize=2)
def _shared(path: Path, *_written: int) -> tuple[tuple, dt.date | None, dict] | None:
    """What `Dataset.share` wrote, read once a process; None where that is damaged."""
    try:
        mark, answers = pickle.loads(path.read_bytes())
        return pickle.loads(answers) if mark == digest(answers) else None
    except Exception:  # whatever is wrong with it, the questions are answered anew
        return None


if TYPE_CHECKING:
    _result = _undated = property
else:

    def _result(method: FunctionType) -> property:
        """A property that is computed once a dataset."""
        return property(_kept(method))

    def _undated(method: FunctionType) -> property:
        """The same, once for all dates."""
        return property(_kept(method, dated=False))


class Dataset:
    """A data folder, read once and cut at a date of knowledge; it never changes once read.

    Frames and series that hang on it are shared: copy one before changing it.

    Parameters
    ----------
    folder : path, optional
        Laid out like ``data/``; by default the variable CHANGJI_DATA, else the shipped data.
    as_of : str or date, optional
        Only what was known on that day; by default everything in the folder.
    private : bool, optional
        Whether figures that are not public are read; by default unless CHANGJI_PRIVATE says no.

    Raises
    ------
    UsageError
        There is no such folder, it holds none of the tables, or the date is none.

    Examples
    --------
    >>> import changji_analysis as ca
    >>> data = ca.Dataset(as_of="2023-12-31")
    >>> data.history("新疆", "rd_intensity").loc[2022]
    np.float64(0.51)
    """

    def __init__(
        self,
        folder: str | Path | None = None,
        as_of: str | dt.date | None = None,
        *,
        private: bool | None = None,
    ):
        root = data_dir() if folder is None else Path(folder).resolve()
        private = use_private() if private is None else private
        self._folder = Folder(root, private=private)
        self.as_of = as_date(as_of)
        self._memory: dict = {}
        self._dates: dict[dt.date | None, Dataset] = {self.as_of: self}
        if path := os.environ.get(ANSWERS):
            self.adopt(Path(path))

    @property
    def identity(self) -> tuple[Path, bool, dt.date | None]:
        """The folder, whether figures that are not public are read, and the date."""
        return (*self._folder.stamp()[:2], self.as_of)

    def share(self, path: Path) -> None:
        """Write what was answered so far, for datasets of the same files and the same code."""
        answers = pickle.dumps((self._folder.stamp(), self.as_of, self._memory))
        write_bytes(path, pickle.dumps((digest(answers), answers)))

    def adopt(self, path: Path) -> None:
        """Take over what was answered of the same files; nothing where a file has changed."""
        try:
            mark = path.stat()
        except OSError:
            return
        known = _shared(path, mark.st_mtime_ns, mark.st_size, mark.st_ino)
        if known and known[:2] == (self._folder.stamp(), self.as_of):
            self._memory = known[2] | self._memory

    def at(self, as_of: str | dt.date | None) -> Dataset:
        """The same folder as known on another date; nothing is read or answered again."""
        day = as_date(as_of)
        if day not in self._dates:
            other = object.__new__(Dataset)
            other._folder, other.as_of, other._memory = self._folder, day, {}
            other._dates = self._dates
            self._dates.setdefault(day, other)
        return self._dates[day]

    def __repr__(self):
        return f"Dataset({self.folder.name!r}, as_of={self.as_of and str(self.as_of)!r})"

    # ---- the tables ----------------------------------------------------------------------------
    @property
    def folder(self) -> Path:
        """Where the data lie."""
        return self._folder.root

    @_undated
    def config(self) -> Config:
        """Settings of the folder."""
        return self._folder.config

    @_undated
    def indicators(self) -> pd.DataFrame:
        """The registry of indicators."""
        return self._folder.clean("indicators")

    @_undated
    def baseline(self) -> pd.DataFrame:
        """What the plan says of the years before it: one row per printed figure."""
        return self._folder.clean("baseline")

    @_undated
    def targets(self) -> pd.DataFrame:
        """What the plan sets: one row per target; a stretch target has its own."""
        return self._folder.clean("targets")

    @_undated
    def readings(self) -> pd.DataFrame:
        """How each target may be read: one row per reading, one of them the default."""
        return self._folder.clean("readings")

    @_undated
    def tasks(self) -> pd.DataFrame:
        """Tasks and projects that the plan names without a number."""
        return self._folder.clean("tasks")

    @_undated
    def plan_checks(self) -> pd.DataFrame:
        """Where statements of the plan can be held against each other."""
        return self._folder.clean("plan_checks")

    @_undated
    def aliases(self) -> pd.DataFrame:
        """Further names of areas and indicators that office sheets use."""
        return self._folder.clean("aliases")

    @_result
    def precedents(self) -> pd.DataFrame:
        """Targets set elsewhere and what became of them: one row per target.

        Attainment is counted over ``scored == "yes"`` only.
        """
        frame = self._folder.clean("precedents")
        later = (frame["target_year"] + 1).astype("string") + "-12-31"
        return self._cut(frame.assign(known_by=frame["known_by"].fillna(pd.to_datetime(later))))

    @_kept
    def text(self, name: str) -> str:
        """A further text file of the folder; empty where there is none."""
        path = self.folder / name
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    @_undated
    def sources(self) -> pd.DataFrame:
        """Documents that figures come from."""
        return self._folder.sources()

    @_result
    def task_reports(self) -> pd.DataFrame:
        """What offices reported on tasks and projects: id, office, reported, progress, …."""
        table = self._folder.task_reports()
        known = table["reported"] <= pd.Timestamp(self.as_of or dt.date.max)
        return table[known].reset_index(drop=True)

    @_result
    def returned(self) -> pd.DataFrame:
        """Which offices returned a form: office, day, and how many figures and tasks came with it.

        The figures are rows of `statistics` whose source begins with `RETURNED`.
        """
        forms = self.sources[self.sources["id"].str.startswith(RETURNED)].set_index("id")
        used = self.statistics["source"].map(forms["publisher"]).rename("office")
        day = pd.to_datetime(self.statistics["source"].map(forms["published"])).rename("day")
        figures = self.statistics.groupby([used, day])["value"].size()
        reports = self.task_reports.rename(columns={"reported": "day"})
        tasks = reports.groupby(["office", "day"])["id"].size()
        both = pd.concat({"figures": figures, "tasks": tasks}, axis=1).fillna(0).astype(int)
        return both.rename_axis(["office", "day"]).reset_index()

    @_result
    def statistics(self) -> pd.DataFrame:
        """Yearly observations of the city, its prefecture, region and nation, all vintages.

        Beside the columns of the file ``correction`` names the records of corrections.yml that
        touched a row, and ``private`` marks figures that are not public.

        Raises
        ------
        DataError
            All faults of the file, its registries and its corrections at once.
        """
        if self.as_of is None:
            return self._folder.statistics()
        return self._cut(self.at(None).statistics)

    @_kept
    def reference(self, name: str) -> pd.DataFrame:
        """Observations of the peers.

        Parameters
        ----------
        name : {"provinces", "cities", "countries"}

        Returns
        -------
        DataFrame
            As `statistics`. Countries have iso3 instead of the columns on publication; their
            known_by is 31 December of the following year, an assumption.

        Raises
        ------
        UsageError
            There is no such table.
        """
        if name not in REFERENCES:
            raise UsageError(f"no reference table {name!r}: there are {', '.join(REFERENCES)}")
        if self.as_of is None:
            return self._folder.reference(name)
        return self._cut(self.at(None).reference(name))

    @_undated
    def breaks(self) -> pd.DataFrame:
        """Declared changes of scope from the year before: id, area, indicator, year, reason."""
        return self._folder.breaks()

    @_result
    def problems(self) -> pd.DataFrame:
        """Everything found wrong, ambiguous or corrected in the folder; faulty data do not raise.

        Returns
        -------
        DataFrame
            Columns file, row (line of the file, the header being 1; missing where the whole file is
            meant), column, value, severity (error|warning|note), code, why, remedy, why_zh,
            remedy_zh; errors first.
        """
        return quality.problems(self._folder, self.as_of)

    @_result
    def not_public(self) -> int:
        """How many figures in use are not public."""
        return int(self.statistics["private"].sum())

    @_result
    def last_known(self) -> dt.date:
        """The day on which the newest figure, of the city or of any other area, became known."""
        return self.observations["known_by"].max().date()

    def _cut(self, frame: pd.DataFrame) -> pd.DataFrame:
        if self.as_of is None:
            return frame
        return frame[frame["known_by"] <= pd.Timestamp(self.as_of)].reset_index(drop=True)

    # ---- histories -----------------------------------------------------------------------------
    @_result
    def observations(self) -> pd.DataFrame:
        """Every observation of all tables, with the name of its table."""
        return histories.observations(
            self.statistics, {name: self.reference(name) for name in REFERENCES}
        )

    @_kept
    def history(self, area: str, indicator: str) -> pd.Series:
        """Yearly values of an indicator in an area.

        Parameters
        ----------
        area : str
            Chinese name (昌吉市, 新疆, 中国, a province); countries by their English name.
        indicator : str
            Registry id, e.g. ``rd_intensity``.

        Returns
        -------
        Series
            float by int year, ascending, in the indicator's unit, named after the indicator. Of
            several vintages the latest known stands. A year without a figure is absent; without
            any the series is empty. ``attrs`` hold area, indicator, unit, kind; breaks: the
            years at which the scope changed, so that growth from the year before is no growth;
            private: the years whose figure is not public; early: those that rest on a signal;
            limits: year to the least and the greatest that a printed bound leaves open (700 or
            more), for years without a figure: a range, and no point of the series.

        Raises
        ------
        UsageError
            The area or the indicator is unknown; near matches are named.
        DataError
            The data files have faults.

        Examples
        --------
        >>> import changji_analysis as ca
        >>> ca.history("新疆", "hightech_firms", as_of="2025-06-30").loc[2022:].to_dict()
        {2022: 1368.0, 2023: 1911.0, 2024: 2529.0}
        """

        registered = self.indicator(indicator)
        if (place := self._places.get((area, indicator))) is None:
            histories.require_known("area", area, self._areas_known)
            place = []
        breaks = self._breaks.get(indicator, {}).get(area, [])
        series = histories.history(self.observations.iloc[place], area, registered, breaks)
        english = self._areas["en"].get(area, area)
        series.attrs |= {
            "as_of": self.as_of and str(self.as_of),
            "decimals": int(registered["decimals"]),
            "area_names": {"zh": area, "en": english},
            "indicator_names": {"zh": registered["zh"], "en": registered["en"]},
        }
        return series

    @_kept
    def city(self, indicator: str) -> pd.Series:
        """History of the city that the plan is about."""
        return self.history(self.config.areas.city, indicator)

    @_kept
    def peers(
        self, indicator: str, level: str = "provinces", exclude: Iterable[str] = ()
    ) -> pd.DataFrame:
        """Histories of other areas for the same indicator: the reference class.

        Parameters
        ----------
        indicator : str
            Registry id.
        level : {"provinces", "countries", "all"}
            The provinces include the region of the configuration.
        exclude : iterable of str
            Areas to leave out.

        Returns
        -------
        DataFrame
            float, every year from first to last x area, NaN where there is no figure; empty where
            no peer has any. ``attrs["breaks"]`` maps an area to the years of its scope breaks.

        Raises
        ------
        UsageError
            The indicator, the level or an excluded area is unknown.

        Examples
        --------
        >>> import changji_analysis as ca
        >>> ca.peers("rd_intensity").loc[2022, ["北京", "新疆"]].to_dict()
        {'北京': 6.83, '新疆': 0.51}
        """
        self.indicator(indicator)
        counted = histories.COUNTED_BY.get(indicator, indicator)
        pool, breaks = self._pool(level), self._breaks.get(counted)
        return histories.reference_class(pool, indicator, exclude, breaks)

    @_kept
    def _pool(self, level: str) -> pd.DataFrame:
        return histories.pool(self.observations, self.config.areas.region, level)

    @_kept
    def parent(self, area: str, indicator: str) -> pd.Series | None:
        """History of the nearest area around this one that is known for later years than it.

        Returns
        -------
        Series or None
            None where no area around it is known for longer.
        """
        own = self.history(area, indicator)
        for name in self.around(area):
            known = self.history(name, indicator)
            if len(known) and len(own) and known.index[-1] > own.index[-1]:
                return known
        return None

    @_undated
    def areas(self) -> pd.DataFrame:
        """Which area lies in which: area, level, parent, zh, en."""
        return self._folder.area_tree()

    def around(self, area: str) -> tuple[str, ...]:
        """The areas that contain this one, the nearest first."""
        parents, chain = self._areas["parent"], []
        while area := parents.get(area, ""):
            chain.append(area)
        return tuple(chain)

    def indicator(self, name: str) -> pd.Series:
        """Its row of the registry, named by its id.

        Raises
        ------
        UsageError
            It is unknown; near matches are named.
        """
        histories.require_known("indicator", name, self._registry.index)
        return self._registry.loc[name]

    @_undated
    def _registry(self) -> pd.DataFrame:
        return self.indicators.set_index("id")

    @_undated
    def _areas(self) -> dict[str, dict[str, str]]:
        return self.areas.set_index("area")[["parent", "en"]].to_dict()

    @_result
    def _areas_known(self) -> set[str]:
        return {*self.observations["area"].unique(), *self.config.areas.all}

    @_result
    def _places(self) -> Mapping[Any, np.ndarray]:
        """Where the observations of each area and indicator stand."""
        return self.observations.groupby(["area", "indicator"], sort=False).indices

    @_undated
    def _breaks(self) -> dict[str, dict[str, list[int]]]:
        """Declared changes of scope: indicator to area to years."""
        found: dict[str, dict[str, list[int]]] = {}
        columns = self.breaks[["indicator", "area", "year"]]
        for indicator, area, year in columns.itertuples(index=False, name=None):
            found.setdefault(indicator, {}).setdefault(area, []).append(int(year))
        return found

    # ---- the plan, judged ----------------------------------------------------------------------
    @_undated
    def plan_targets(self) -> pd.DataFrame:
        """Every target of the plan in every reading, in the unit of its indicator.

        Returns
        -------
        DataFrame
            One row per target and reading, the default reading first: the columns of both tables,
            with ``value``, ``base_value`` and ``unit`` in the indicator's unit and ``zh``, ``en``,
            ``decimals``, ``model_kind``, ``holder_en`` from the registry.
        """
        tables = self.targets, self.readings, self.indicators
        report = self._folder.blank_report("raw/plan_targets.csv")
        plan.check_units(*tables, report, self._folder.places("targets")["row"])
        if report.problems:
            raise DataError(report.problems)
        table = plan.plan_targets(*tables)
        used = sorted(set(table["indicator"]))
        if not used:
            report.add("no_target")
        settings = self._folder.blank_report("config.yml")
        for name in self.config.report.headline:
            code = "unused_indicator" if name in set(self.indicators["id"]) else "no_indicator"
            if name not in used:
                settings.add(code, column="report.headline", value=name, near=near(name, used))
        if faults := settings.problems + report.problems:
            raise DataError(faults)
        return table

    def plan_target(self, target: str, reading: str | None = None) -> plan.Target:
        """One target of the plan.

        Parameters
        ----------
        target : str
            Its id, ``t01`` to ``t29``.
        reading : str, optional
            As in ``data/readings.csv``; the default one if none is named.

        Returns
        -------
        Target
            In the unit of its indicator.

        Raises
        ------
        UsageError
            There is no such target or reading; near matches are named.

        Examples
        --------
        >>> import changji_analysis as ca
        >>> ca.plan_target("t03").value
        100.0
        """
        return self._target(plan.plan_row(self.plan_targets, target, reading))

    @_undated
    def consistency(self) -> pd.DataFrame:
        """The plan held against itself, as ``data/plan_checks.csv`` asks.

        Returns
        -------
        DataFrame
            One row a check: ``id``, ``place`` (row of the baseline or the targets concerned),
            ``computed`` and ``printed`` numbers in base units, whether they ``agrees``, what was
            ``expected`` (``equal``; or ``differ`` where the two may mean different things, so that
            a doubt remains even where the numbers agree), and in both languages what follows.
        """
        return plan.consistency(self.plan_checks, self.baseline, self.targets)

    @_result
    def judged(self) -> dict[tuple[str, str], scorecards.Judged]:
        """Every target in every reading with what its judgement saw, the default reading first.

        The reference class of an indicator is every area that has it, provinces and countries; an
        indicator without peers takes the generic prior and says so.
        """
        rows = self.plan_targets[["id", "reading"]].itertuples(index=False, name=None)
        return {key: self.judgement(*key) for key in rows}

    @_result
    def assessments(self) -> dict[tuple[str, str], Assessment]:
        """(target id, reading) to its assessment, the default reading of each target first."""
        return {key: one.assessment for key, one in self.judged.items()}

    @_kept
    def assessment(self, target: str, reading: str | None = None) -> Assessment:
        """One target judged alone, by its id or its indicator's, in the reading named or default.

        Raises
        ------
        UsageError
            There is no such target or reading; near matches are named.
        """
        return self.judgement(target, reading).assessment

    @_kept
    def judgement(self, target: str, reading: str | None = None) -> scorecards.Judged:
        """One target judged alone with what its judgement saw, named as in `assessment`."""
        row = self._row(self.plan_targets, target, reading)
        key = row["id"], row["reading"]
        return self._judge(row) if key == (target, reading) else self.judgement(*key)

    @_kept
    def scored(self, target: str, reading: str | None = None) -> pd.Series:
        """The row of the scorecard of one target, named as in `assessment`."""
        return self._row(self.scorecard, target, reading)

    @_kept
    def reading_table(self, target: str) -> pd.DataFrame:
        """Of `reading_tables` the default reading of one target."""
        table = self.reading_tables
        return table[table["id"].eq(target) & table["default"]]

    def _row(self, table: pd.DataFrame, target: str, reading: str | None) -> pd.Series:
        on = table.loc[table["indicator"].eq(target), "id"]
        return plan.plan_row(table, target if on.empty else on.iloc[0], reading)

    def _target(self, row: pd.Series) -> plan.Target:
        return plan.target_of(row, self.config.plan.base_year)

    def _judge(self, row: pd.Series) -> scorecards.Judged:
        history, target = self.city(row["indicator"]), self._target(row)
        known = history if row["default"] else _as_read(history, target)
        peers = self.reference_class(row["indicator"])
        # what lies around the city grows in its own units: another way of counting has no parent
        parent = self.parent(self.config.areas.city, row["indicator"]) if known is history else None
        assessment = assess(
            known,
            target,
            peers=peers if peers.shape[1] else None,
            parent=parent,
            kind=row["model_kind"],
            thresholds=self.config.verdict,
        )
        return scorecards.Judged(
            row,
            assessment,
            known,
            peers,
            parent,
            money=self._money(row["indicator"], assessment),
            private=assessment.evidence.last_year in history.attrs["private"],
            context=self._context(row["indicator"], target.year),
        )

    @_kept
    def reference_class(self, indicator: str, name: str | None = None) -> pd.DataFrame:
        """Histories of the areas of a reference class of the configuration, the first by default.

        Raises
        ------
        UsageError
            There is no such class, or it names an unknown area.
        """
        classes = {one.id: one for one in self.config.reference_classes}
        chosen_id = next(iter(classes)) if name is None else name
        histories.require_known("reference class", chosen_id, classes)
        chosen = classes[chosen_id]
        for area in chosen.areas:
            histories.require_known("area", area, {*PROVINCES, *self._areas_known})
        peers = self.peers(indicator, chosen.level)
        if not chosen.areas:
            return peers
        narrowed = peers.loc[:, peers.columns.isin(chosen.areas)]
        narrowed.attrs = peers.attrs
        return narrowed

    @_kept
    def alternatives(self, target: str, reading: str | None = None) -> pd.DataFrame:
        """What other choices make of a target; see `changji_analysis.ranges.alternatives`."""
        one = self.judgement(target, reading)
        row = one.row
        others = self.config.reference_classes[1:]
        methods = {}
        if row["default"] and row["indicator"] in histories.COUNTED_BY:
            rates = self.cohort_outlook
            methods = {
                f"cohort_{rate:g}": probability
                for rate, probability in zip(
                    rates.get("renewal_rate", ()), rates.get("probability", ()), strict=True
                )
            }
        return ranges.alternatives(
            one.assessment,
            lambda peers, parent: one.assessment.again(peers if peers.shape[1] else None, parent),
            peers=one.peers,
            parent=one.parent,
            classes={c.id: self.reference_class(row["indicator"], c.id) for c in others},
            methods=methods,
            verdict=lambda p: verdict_of(p, self.config.verdict),
        )

    def _context(self, indicator: str, until: int) -> tuple[str, int, float] | None:
        """The latest figure, since the base year, of the nearest area around the city with one."""
        for area in self.around(self.config.areas.city):
            known = self.history(area, indicator).loc[self.config.plan.base_year : until]
            if len(known):
                return area, int(known.index[-1]), float(known.iloc[-1])
        return None

    def _money(self, indicator: str, a: Assessment) -> float:
        """What an intensity lacks in 亿元 under the middle scenario; NaN for other indicators."""
        value = a.base_value if a.last_value is None else a.last_value
        if indicator != "rd_intensity" or not value or a.target.value is None:
            return np.nan
        try:
            table = self.rd_spending(a.target.value, value, a.target.year).set_index("id")
        except ForecastError:
            return np.nan
        return max(float(table.at[self.config.middle_scenario.id, "short"]), 0.0)

    @_kept
    def rd_spending(self, intensity: float, base_intensity: float, year: int) -> pd.DataFrame:
        """What an R&D intensity means in money.

        Returns
        -------
        DataFrame
            One row a scenario: ``id``, ``name_zh``, ``name_en``, ``growth`` (fraction a year),
            ``gdp`` in 亿元 in that year, ``at_base`` (spending if the intensity stayed at its
            base), ``needed`` and ``short`` = needed - at_base, in 亿元. ``short`` is ``region``
            (what the region's realised pace would add; NaN where that is not known) and ``rest``
            (what is still lacking then; negative where the region's pace is enough). ``points`` is
            the leverage of one firm: percentage points of intensity for each 亿元 of R&D, and
            ``share_of_base`` that 亿元 as a multiple of ``at_base``. ``attrs`` hold gdp_year,
            gdp_value and region (the answer of `changji_analysis.needs.region_pace`).
        """
        areas, start = self.config.areas, self.config.plan.base_year
        region = needs.region_pace(self.history(areas.region, "rd_intensity"), start, year)
        return needs.rd_spending(
            intensity,
            base_intensity,
            year,
            gdp=self.city("gdp"),
            scenarios=self.config.gdp_scenarios,
            region=region,
        )

    @_kept
    def publishers(
        self, indicator: str, areas: Iterable[str] | None = None, since: int = 0
    ) -> pd.Series:
        """How many figures each publisher gave from a year on, the most frequent first."""
        tables = [self.statistics, self.reference("provinces"), self.reference("countries")]
        rows = pd.concat([t[["area", "indicator", "year", "source"]] for t in tables])
        match = rows["indicator"].eq(indicator) & rows["year"].ge(since)
        match = match if areas is None else match & rows["area"].isin(areas)
        return rows.loc[match, "source"].map(self._publisher_of).value_counts()

    @_kept
    def publisher(self, source: str) -> str:
        """Who published a source; empty for one that is not known."""
        return self._publisher_of.get(source, "")

    @_undated
    def _publisher_of(self) -> pd.Series:
        return self.sources.set_index("id")["publisher"]

    @_kept
    def published(self, area: str, indicator: str) -> pd.DataFrame:
        """Rows of the statistics on an indicator in an area, all vintages."""
        table = self.statistics
        return table[table["area"].eq(area) & table["indicator"].eq(indicator)]

    @property
    def due_years(self) -> range:
        """Years of the plan whose figures could be out by the date."""
        setting = self.config.plan
        last = setting.target_year if self.as_of is None else self.as_of.year - 1
        return range(setting.base_year, min(setting.target_year, last) + 1)

    @_result
    def scorecard(self) -> pd.DataFrame:
        """One row for every target of the plan in every reading, as known on a date.

        Returns
        -------
        DataFrame
            The target (``id``, ``reading``, ``default``, ``zh``, ``en``, ``unit``, ``value``,
            ``direction``, ``strength``, ``kind``, ``year``), where it stands (``base_*``,
            ``last_*``, ``last_private`` where the latest figure is not public, ``met_at_base``,
            ``met_at_last``), its pace (``required_growth`` and ``observed_growth`` as fractions
            a year, ``completion`` = last / target beside ``gap_closed`` against
            ``time_elapsed``), what is lacking (``shortfall`` in the unit from the latest figure,
            else the base; ``shortfall_per_year`` over the years from that figure to the target;
            ``shortfall_money``, for R&D intensity, in 亿元 under the middle GDP scenario), the
            reference class (``reference_*``: windows of ``reference_span`` years without
            declared breaks, from how many starting years, how many reached
            ``reference_required``, and the largest), where it is heading (``probability``,
            ``likelihood``, ``verdict``), what that rests on (``n``, ``method``, ``notes``,
            ``evidence``: a grade, see ``wording.TERMS``) and which years are missing
            (``missing_years``) in which office. ``probability_low`` to ``verdict_high`` are the
            ends over the choices of the configuration, ``words`` how many verdicts lie between
            them. ``context_area``, ``context_year`` and ``context_value`` are the figure of an
            area around the city, for the reader's eye only.

        Raises
        ------
        DataError
            Faults of the data files, all at once.
        """
        spans = {key: ranges.ends(self.alternatives(*key)) for key in self.judged}
        return scorecards.scorecard(self.judged.values(), self.due_years, spans)

    @_result
    def required_paths(self) -> pd.DataFrame:
        """Values due in every year.

        Returns
        -------
        DataFrame
            Long: ``id``, ``reading``, ``default``, ``indicator``, ``unit``, ``year``, ``straight``,
            ``geometric`` and ``observed`` in that unit. A target without a printed base has a path
            only where its wording gives one: a total of the period grows evenly from zero, an
            amount for each year is due every year; else the target year stands alone.
        """
        return scorecards.required_paths(self.judged.values(), self.config.plan.base_year)

    @_result
    def cohort_outlook(self) -> pd.DataFrame:
        """The stock of certificates by renewal rate; see `changji_analysis.needs.cohort_outlook`.

        Empty where no target counts certificates, or the plan prints no past number.
        """
        past = needs.past_first_time(self.baseline)
        for one in self.judged.values():
            issued = histories.COUNTED_BY.get(one.row["indicator"])
            if past and issued and one.assessment.forecast:
                rates, around = (
                    self.config.report.renewal_rates,
                    self.around(self.config.areas.city),
                )
                known = (self.history(area, issued) for area in around)
                parent = next((series for series in known if len(series) > 1), None)
                area = () if parent is None else (parent.attrs["area"],)
                others = self.peers(issued, exclude=area)
                found = needs.cohort_outlook(one.assessment, past, others, rates, parent)
                return found.assign(probability_floor=one.assessment.floor)
        return pd.DataFrame()

    @_result
    def asks(self) -> pd.DataFrame:
        """Missing figures, the most wanted first.

        Returns
        -------
        DataFrame
            A row for each target and missing year, most wanted first: ``id``, ``indicator``,
            ``zh``, ``en``, ``holder_zh``, ``holder_en``, ``year``, ``due`` (month, ``2026-09``;
            empty if not known), ``due_zh``, ``due_en``, ``first`` (any figure gives the first
            verdict), ``changes`` (probability that the printed word changes) and ``moves``
            (expected absolute change of the probability); both NaN for years up to the last
            figure, and ``moves`` where there is no forecast.
        """
        headline = self.config.report.headline
        return needs.asks(self.judged.values(), self.due_years, self.indicators, headline)

    @_result
    def reading_tables(self) -> pd.DataFrame:
        """Which figure would mean which verdict.

        Returns
        -------
        DataFrame
            ``id``, ``reading``, ``default``, ``indicator`` and the columns of
            `changji_analysis.reading_tables.reading_table`; ends of bands as printed. A total of
            the period is due evenly, an amount for each year every year.
        """
        return scorecards.reading_tables(self.judged.values(), self.config.plan.base_year)

    @_kept
    def probability_history(
        self, target: str, reading: str | None = None, dates: Iterable[str] | None = None
    ) -> pd.DataFrame:
        """How a probability moved.

        Parameters
        ----------
        target, reading : str
        dates : iterable of str, optional
            ISO dates; by default every date, from the end of the base year on, at which a figure
            of the indicator became known, the city's own or a peer's.

        Returns
        -------
        DataFrame
            By ``date``: ``probability`` (NaN where the evidence is insufficient), ``verdict``,
            ``n``, ``last_year``, and how many figures became known since the date before:
            ``city`` and ``peers``.
        """
        row = plan.plan_row(self.plan_targets, target, reading)
        news = self._news(row["indicator"])
        if dates is None:
            start = dt.date(self.config.plan.base_year, 12, 31).isoformat()
            dates = [day for day in news.index if day >= start]

        key = row["id"], row["reading"]
        judged = {day: self.at(day).assessment(*key) for day in sorted(dates)}
        return scorecards.probability_history(judged, news)

    def _news(self, indicator: str) -> pd.DataFrame:
        """How many figures became known by date: the city's, the peers'."""
        counted = histories.COUNTED_BY.get(indicator, indicator)
        seen, areas = self.observations, self.config.areas
        others = (seen["area"] == areas.region) | seen["table"].isin(["provinces", "countries"])
        chosen = {
            "city": (seen["area"] == areas.city) & (seen["indicator"] == indicator),
            "peers": others & (seen["indicator"] == counted),
        }
        day = seen["known_by"].dt.strftime("%Y-%m-%d")
        table = pd.DataFrame({name: day[rows].value_counts() for name, rows in chosen.items()})
        table = table.reindex(columns=list(chosen)).fillna(0).sort_index()
        return table.astype(int).rename_axis("date")


def _as_read(known: pd.Series, target: plan.Target) -> pd.Series:
    """What is known in a reading that counts something else than the published figures do.

    Only its own base; nothing where that is not printed, or is zero, from which no growth starts.
    """
    if not target.base_value or known.get(target.base_year) == target.base_value:
        return known if target.base_value else known.iloc[:0]
    return pd.Series({target.base_year: target.base_value})
