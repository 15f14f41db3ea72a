"""Whole panels: the targets of every county of a province at once, as `assess` judges one.

Rows are coded and sorted once (`rows`) and judged in batches (`batch`), here or by
workers. From files to a file they stream: a hash of indicator and outermost area splits both tables
into parts that fit into memory, each part is assessed by itself, and what is finished is kept, so
that an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import pickle
import shutil
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from importlib import metadata
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from ..assessment import BANDS, DEFAULT, LACKING, LIKELIHOODS, VERDICTS
from ..errors import UsageError
from ..files import write_bytes, write_csv
from ..trends import MODELS
from . import batch as core
from .lineage import Nesting, Parents, read_parents
from .priors import NOTHING, Kinds, asked_for, chosen, fold_of, hashed, peer_rows
from .rows import (
    HISTORY,
    POSITION,
    STREAM_ROWS,
    TARGET,
    Coded,
    coded,
    file_of,
    need,
    package,
    size_of,
    stream,
    whole,
    words,
)

if TYPE_CHECKING:
    from distributed import Client

BATCH = 20_000
"""Targets that are judged at once: few enough to stay in the processor's cache."""
PART_ROWS = 200_000
"""Rows of the histories in one part of a file, roughly."""
SECONDS_TO_CONNECT = 15
COLUMNS = (
    "area", "indicator", "value", "year", "direction", "kind", "verdict", "probability",
    "likelihood", "median", "lower", "upper", "base_year", "base_value", "last_year",
    "last_value", "n", "span", "method", "peers", "parent", "pass_through", "required_growth",
    "required_growth_from_last", "observed_growth", "pace_ratio", "gap_closed",
    "expected_gap_closed", "time_elapsed", "reason", "notes",
)  # fmt: skip


class Settings(NamedTuple):
    """What every worker is given."""

    model: str
    peers: core.Peers
    parents: Parents | None


def assess_panel(
    histories: pd.DataFrame | str | Path,
    targets: pd.DataFrame | str | Path,
    *,
    model: str = "pooled",
    peers: pd.DataFrame | dict[str, pd.DataFrame] | str | None = None,
    parents: pd.DataFrame | pd.Series | dict[str, str] | str | Path | None = None,
    backend: str | Client | None = None,
    progress: bool = False,
) -> pd.DataFrame:
    """Judge every target of a panel: the numbers of `assess`, one row each.

    Parameters
    ----------
    histories : DataFrame or path
        Long: ``area``, ``indicator``, ``year``, ``value``, and ``unit`` if there is one; rows in
        any order, an empty value is a gap. A path leads to a CSV or Parquet file.
    targets : DataFrame or path
        ``area``, ``indicator``, ``value``, ``year``, ``direction``, and as far as there is one
        ``base_year``, ``base_value``, ``tolerance``, ``kind`` (else ``ratio``), ``unit``; as in
        `Target`.
    model : str
        One of `changji_analysis.trends.MODELS`. ``pooled`` judges all series at once, the others
        fit one series after another.
    peers : DataFrame, dict or "panel", optional
        Year x area, as in `assess`, for a panel of one indicator; or by indicator. ``"panel"``:
        each area's prior is fitted on areas of the other folds (`priors.fitted`), none of which
        is a parent.
    parents : DataFrame, path, Series or dict, optional
        Each area's parent: columns ``area``, ``parent``, or area to parent. The parents' own
        histories stand in `histories`; the nearest that is known for later years than the area
        is used, as ``parent`` of `assess` is. Where none can be, ``notes`` say why.
    backend : {None, "processes"} or distributed.Client
        One process, every core of this machine, or a cluster.
    progress : bool
        Show a progress bar on stderr.

    Returns
    -------
    DataFrame
        One row a target, in their order and with their index; columns `COLUMNS`. ``value``,
        ``year``, ``direction``, ``kind`` are the target's. ``median``, ``lower``, ``upper``: the
        forecast of the target year and its central interval of 80 %. ``peers``: areas that the
        prior rests on, 0 for the generic one. ``parent``: the area whose later figures were used,
        ``pass_through`` how much of its surprise was passed on. ``reason``: a code where there is
        no verdict; ``notes`` say it in words. ``attrs["problems"]`` lists every faulty row of
        the tables, for `changji_analysis.errors.problem_frame`: ``row`` is the position from 0,
        or the line of a CSV file.

    Raises
    ------
    UsageError
        A column is missing, or an option or a file is not known.
    """
    _check(model, peers, backend)
    panel, nesting = coded(whole(histories), whole(targets)), read_parents(parents)
    above = nesting.above.values() if nesting else ()
    known = chosen(peers, asked_for(panel.targets), lambda: peer_rows(panel, above))
    settings = Settings(model, known, nesting)
    with _bar(progress, len(panel.targets)) as advance:
        frame = _judged(panel, settings, backend, advance)
    if isinstance(targets, pd.DataFrame):
        frame.index = targets.index
    problems = panel.problems
    if nesting:
        problems = pd.concat([problems, nesting.problems, nesting.unknown(panel.areas)])
    frame.attrs["problems"] = problems.astype(object).to_dict("records")
    return frame


def write_panel(
    histories: str | Path,
    targets: str | Path,
    out: str | Path,
    *,
    model: str = "pooled",
    peers: pd.DataFrame | dict[str, pd.DataFrame] | str | None = None,
    parents: pd.DataFrame | pd.Series | dict[str, str] | str | Path | None = None,
    backend: str | Client | None = None,
    progress: bool = False,
) -> pd.Series:
    """Assess a panel from files to a Parquet file, in bounded memory.

    Faulty rows go to a CSV file beside it, ``OUT.problems.csv``. What is finished waits in the
    folder ``.OUT.parts``: the same call after an interruption starts from there. The output
    appears whole, or not at all.

    Parameters
    ----------
    histories, targets : path
        CSV or Parquet, columns as for `assess_panel`.
    out : path
        Ends in ``.parquet``.
    model, peers, parents, backend, progress
        As for `assess_panel`. An area and all around it fall into one part, so that with parents
        memory is bounded by the largest family of areas.

    Returns
    -------
    Series
        Number of targets by verdict, and by reason where there is none.
    """
    _check(model, peers, backend)
    out = Path(out)
    if out.suffix != ".parquet":
        raise UsageError(f"the output {out.name} does not end in .parquet")
    package("pyarrow", "writing Parquet")
    sources, nesting = [file_of(histories), file_of(targets)], read_parents(parents)
    work = out.with_name(f".{out.name}.parts")
    settings, parts, total = _prepared(sources, work, model, peers, nesting)
    todo = [k for k in range(parts) if not (work / f"{k}.done").exists()]
    tasks = ((k, _judged_part, *_loaded(work, k), settings) for k in todo)
    with _bar(progress, parts) as advance:
        advance(parts - len(todo))
        for k, judged in _run(tasks, backend):
            write_bytes(work / f"{k}.done", pickle.dumps(judged))
            advance(1)
    counts = _merge(work, parts, total, out, settings.parents)
    shutil.rmtree(work)
    return counts


def problems_beside(out: Path) -> Path:
    """Where `write_panel` lists faulty rows."""
    return out.with_name(f"{out.name}.problems.csv")


@contextmanager
def client(backend: str | None) -> Generator[str | Client | None]:
    """A backend as it is, or a client of the Dask scheduler at an address."""
    if backend is None or "://" not in backend:
        yield backend
        return
    package("distributed", f"the backend {backend!r}")
    from distributed import Client

    try:
        engine = Client(backend, timeout=SECONDS_TO_CONNECT)
    except OSError as error:
        raise UsageError(f"no Dask scheduler answers at {backend}") from error
    with engine:
        yield engine


def _check(model: str, peers, backend) -> None:
    if model not in MODELS:
        raise UsageError(f"unknown model {model!r}: use one of {', '.join(MODELS)}")
    if isinstance(peers, str) and peers != "panel":
        raise UsageError(f"peers {peers!r}: use 'panel', a table, or a dict of tables")
    if isinstance(backend, str) and backend != "processes":
        raise UsageError(f"backend {backend!r}: use 'processes' or a distributed.Client")
    if backend is not None:
        name = "joblib" if backend == "processes" else "distributed"
        package(name, f"the backend {backend!r}")


def _batches(panel: Coded, settings: Settings) -> Iterator[core.Batch]:
    """Targets in order of their series; with names where peers matter."""
    named, nesting, kin = bool(settings.peers), None, None
    if settings.parents is not None and len(panel.series):
        nesting = Nesting(panel, settings.parents)
        tables = [p for p in settings.peers.values() if isinstance(p, pd.DataFrame)]
        if tables:
            kin = settings.parents.kin_among({name for table in tables for name in table})
    targets = panel.targets if named else panel.targets.drop(columns=["area", "indicator"])
    place = panel.targets["place"].to_numpy()
    fine = np.ones(len(place), bool)
    fine[panel.refused.index] = False
    fine = np.flatnonzero(fine)
    fine = fine[np.argsort(place[fine], kind="stable")]
    fold = fold_of(panel.areas) if named else None
    for i in range(0, len(fine), BATCH):
        rows = fine[i : i + BATCH]
        table = targets.iloc[rows].reset_index(drop=True)
        here = table["place"].to_numpy()
        there = here >= 0
        if fold is not None:
            area = panel.series[here] % max(len(panel.areas), 1)
            table["fold"] = np.where(there, fold[area], -1)
        first, stop = (np.where(there, panel.start[here + k], 0) for k in (0, 1))
        low, high = first[there].min(initial=len(panel.year)), stop.max()
        low = min(low, high)
        first, stop = (np.where(there, ends - low, 0) for ends in (first, stop))
        none = np.zeros_like(first)
        year, value = panel.year[low:high], panel.value[low:high]
        batch = core.Batch(rows, table, first, stop, year, value, none, none)
        if nesting is not None:
            end = core.Finder(batch)(table["year"].to_numpy(), "right")
            last = np.where(end > first, np.append(year, 0)[end - 1], -np.inf)
            batch = nesting.put(batch, last, kin)
        yield batch


def _needed_by(batch: core.Batch, peers: core.Peers) -> core.Peers:
    if not peers:
        return peers
    names = set(batch.table["indicator"].unique())
    return {k: v for k, v in peers.items() if (k if isinstance(k, str) else k[0]) in names}


def _judged(
    panel: Coded, settings: Settings, backend=None, advance: Callable = lambda rows: None
) -> pd.DataFrame:
    """Judge a panel that lies in memory, batch by batch."""
    out = core.blank(len(panel.targets))
    tasks = (
        (batch.position, core.judge, batch, _needed_by(batch, settings.peers), settings.model)
        for batch in _batches(panel, settings)
    )
    for rows, found in _run(tasks, backend):
        for name, values in found.items():
            out[name][rows] = values
        advance(len(rows))
    for name in panel.refused:
        out[name][panel.refused.index] = panel.refused[name]
    advance(len(panel.refused))
    lost = np.flatnonzero(panel.targets["place"] < 0)
    out["reason"][lost[out["reason"][lost] == "no_figure"]] = "no_history"
    return _framed(panel.targets, out)


def _framed(targets: pd.DataFrame, out: core.Result) -> pd.DataFrame:
    """Put the columns together, with verdicts and terms."""
    p = out["probability"]
    method = words(pd.Series(out["method"]), ("outcome", *MODELS))
    known, outcome = ~np.isnan(p), method.codes == 0
    verdicts = list(VERDICTS)
    by_chance = np.array([verdicts.index(code) for code in BANDS])
    bands = [getattr(DEFAULT, code) for code in BANDS[1:]]
    met = np.where(p == 1, verdicts.index("achieved"), verdicts.index("missed"))
    code = np.where(outcome, met, by_chance[np.searchsorted(bands, p, side="right")])
    reason, reasons = pd.factorize(out["reason"])
    blind = np.isin(reasons.astype(str), [*LACKING, "no_history"])[reason]
    code = np.where(known, code, np.where(blind, verdicts.index("insufficient_evidence"), -1))
    least = [least for least, _, _ in LIKELIHOODS[:-1]]
    term = np.where(known, len(least) - np.searchsorted(least[::-1], p, side="right"), -1)
    frame = targets.drop(columns=["base_year", "base_value", "tolerance", "place"])
    frame["verdict"] = pd.Categorical.from_codes(code, verdicts)
    frame["likelihood"] = pd.Categorical.from_codes(term, [term for _, term, _ in LIKELIHOODS])
    frame["method"] = method
    for name in ("reason", "notes", "parent"):
        codes, texts = pd.factorize(out[name])
        frame[name] = pd.array(texts, dtype="str").take(codes)
    for name in (*core.MEASURES, *core.COUNTS):
        frame[name] = _whole_numbers(out[name]) if name in core.COUNTS else out[name]
    frame["year"] = _whole_numbers(frame["year"].to_numpy())
    return frame[list(COLUMNS)]


def _whole_numbers(values: np.ndarray):
    missing = ~(values == np.floor(values))
    return pd.arrays.IntegerArray(np.where(missing, 0, values).astype(np.int32), missing)


def _judged_part(histories, targets, settings: Settings) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Assess one part of the files: rows with their position, and problems."""
    panel = coded(histories, targets)
    frame = _judged(panel, settings)
    return frame.assign(**{POSITION: targets[POSITION].to_numpy()}), panel.problems


def _run(tasks: Iterable[tuple], backend) -> Iterator[tuple]:
    """Carry out (key, function, *arguments); pairs of key and result as they are finished."""
    if backend is None:
        yield from (_done(*task) for task in tasks)
    elif backend == "processes":
        from joblib import Parallel, delayed

        pool = Parallel(n_jobs=-1, return_as="generator_unordered")
        yield from pool(delayed(_done)(*task) for task in tasks)
    else:
        from distributed import as_completed

        tasks = iter(tasks)
        at_once = 2 * max(sum(backend.nthreads().values()), 1)
        sent = [backend.submit(_done, *task, pure=False) for task in islice(tasks, at_once)]
        finished = as_completed(sent)
        del sent
        for future in finished:
            for task in islice(tasks, 1):
                finished.add(backend.submit(_done, *task, pure=False))
            yield future.result()


def _done(key, function: Callable, *arguments) -> tuple:
    return key, function(*arguments)


@contextmanager
def _bar(shown: bool, total: int) -> Generator[Callable[[int], None]]:
    """Progress over targets or parts, on stderr."""
    if not shown:
        yield lambda rows: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("judged", total=total)
        yield lambda rows: bar.advance(task, rows)


def _prepared(sources: list[Path], work: Path, model, peers, nesting) -> tuple[Settings, int, int]:
    """Split the files, or find them split by the same call before."""
    asked = (model, peers, nesting, metadata.version("changji-analysis"))
    files = [(str(s.resolve()), s.stat().st_size, s.stat().st_mtime_ns) for s in sources]
    stamp = hashlib.sha256(pickle.dumps((asked, files))).hexdigest()
    if (work / stamp).exists():
        return _unpickled(work / stamp)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    parts = max(sum(map(size_of, sources)) // PART_ROWS, 1)
    areas = _split(sources[0], work, "histories", parts, nesting)[2]
    total, asked, _ = _split(sources[1], work, "targets", parts, nesting)
    above = ()
    if nesting is not None:
        problems = pd.concat([nesting.problems, nesting.unknown(areas)])
        nesting, above = nesting._replace(problems=problems), nesting.above.values()
    known = chosen(peers, asked, lambda: _peer_rows_of_parts(work, parts, above))
    settings = Settings(model, known, nesting)
    write_bytes(work / stamp, pickle.dumps((settings, parts, total)))
    return settings, parts, total


def _split(source, work: Path, name: str, parts: int, nesting) -> tuple[int, Kinds, set]:
    """Deal the rows of a file out to parts, a series, its parents and targets to the same one."""
    total, asked, areas = 0, {}, set()
    for piece in stream(source):
        need(piece, HISTORY if name == "histories" else TARGET, name)
        total += len(piece)
        if name == "targets":
            for indicator, kinds in asked_for(piece).items():
                asked.setdefault(indicator, set()).update(kinds)
        area = piece["area"]
        if nesting is not None:
            areas.update(area.unique())
            area = nesting.top(area)
        part = (hashed(area) * np.uint64(31) + hashed(piece["indicator"])) % parts
        _deal(piece, part.astype(int), work, name)
    return total, asked, areas


def _deal(frame: pd.DataFrame, part: np.ndarray, work: Path, name: str) -> None:
    """Append the rows of a frame to the files of their parts."""
    order = np.argsort(part, kind="stable")
    frame, bounds = frame.iloc[order], np.append(0, np.cumsum(np.bincount(part)))
    for k in np.flatnonzero(np.diff(bounds)):
        with (work / f"{k}.{name}").open("ab") as file:
            pickle.dump(frame.iloc[bounds[k] : bounds[k + 1]].copy(), file, protocol=5)


def _loaded(work: Path, k: int) -> list[pd.DataFrame]:
    """Both tables of a part."""
    tables = {"histories": HISTORY, "targets": TARGET}
    return [_dealt(work / f"{k}.{name}", columns) for name, columns in tables.items()]


def _unpickled(path: Path) -> Any:
    """What this run wrote."""
    return pickle.loads(path.read_bytes())


def _dealt(path: Path, columns=()) -> pd.DataFrame:
    """What `_deal` appended to a file."""
    pieces = []
    if path.exists():
        with path.open("rb") as file:
            while file.peek(1):
                pieces.append(pickle.load(file))
    return pd.concat(pieces) if pieces else pd.DataFrame(columns=[*columns, POSITION])


def _peer_rows_of_parts(work: Path, parts: int, above) -> pd.DataFrame:
    rows = pd.DataFrame(columns=list(HISTORY))
    for k in range(parts):
        more = peer_rows(coded(_loaded(work, k)[0], NOTHING), above)
        rows = peer_rows(coded(pd.concat([rows, more]), NOTHING))
    return rows


def _merge(work: Path, parts: int, total: int, out: Path, nesting: Parents | None) -> pd.Series:
    """Write the rows of all parts in the order of the targets, and the problems; count verdicts."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for old in work.glob("*.merged"):
        old.unlink()
    problems, counts = [] if nesting is None else [nesting.problems], pd.Series(dtype=int)
    for k in range(parts):
        rows, faulty = _unpickled(work / f"{k}.done")
        problems.append(faulty)
        verdict = rows["verdict"].astype(object)
        verdict = verdict.where(verdict.notna(), rows["reason"])
        counts = counts.add(verdict.value_counts(), fill_value=0)
        _deal(rows, rows[POSITION].to_numpy(int) // STREAM_ROWS, work, "merged")
        if k == 0 or len(rows):
            like = rows.drop(columns=POSITION)
    beside, listed = problems_beside(out), pd.concat(problems)
    if len(listed):
        write_csv(beside, listed.sort_values(["file", "row"]))
    else:
        beside.unlink(missing_ok=True)
    schema = pa.Schema.from_pandas(like, preserve_index=False)
    unfinished = work / out.name
    with pq.ParquetWriter(unfinished, schema) as writer:
        for k in range((total + 1) // STREAM_ROWS + 1):  # the first line of a CSV file is 2
            merged = _dealt(work / f"{k}.merged").sort_values(POSITION)
            if len(merged):
                writer.write_table(pa.Table.from_pandas(merged, schema, preserve_index=False))
    unfinished.replace(out)
    return counts.astype(int)
