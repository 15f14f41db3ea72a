"""The review: check the data, judge, draw the figures, write the report, run the notebooks.

What rests on nothing that has changed since the last run is left as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from .. import figures, report
from ..config import REPOSITORY
from ..dataset import Dataset, reading
from ..errors import ChangjiError, DataError, UsageError
from ..files import write_bytes, write_csv
from . import notebooks
from .keys import Answers, Ledger

LANGUAGES = ("zh", "en")

Tell = Callable[[int, int, str], None]
"""Takes how many steps are done, of how many, and what is being done."""


class ReviewError(ChangjiError):
    """A step of the review failed; the message names it and the remedy."""


@dataclass(frozen=True)
class Step:
    """Something that a review makes.

    Attributes
    ----------
    name : str
        What is being made, as a path below the review's folder.
    modules : tuple of str
        Modules whose code it rests on, beside what they import.
    make : callable
        Writes it and returns the paths.
    """

    name: str
    modules: tuple[str, ...]
    make: Callable[[], Iterable[Path]]


@dataclass(frozen=True)
class Outcome:
    """What a review came to.

    Attributes
    ----------
    scorecard : DataFrame
    changes : DataFrame
        Readings whose verdict or probability is another than at the last run: ``id``,
        ``reading``, ``verdict``, ``probability`` and below what that is not printed,
        ``probability_floor``; the same ``_before``.
    figures : DataFrame
        Figures that the last run did not have.
    folder : Path
    done, kept : int
        Steps that were done, and that stood as they were.
    """

    scorecard: pd.DataFrame
    changes: pd.DataFrame
    figures: pd.DataFrame
    folder: Path
    done: int = 0
    kept: int = 0


def run(
    data: Dataset,
    tell: Tell = lambda done, count, text: None,
    judged: Callable[[Outcome], None] = lambda outcome: None,
) -> Outcome:
    """Run the whole review and write what it makes.

    With all the shipped data the committed files are renewed: ``data/clean``, ``figures`` and
    ``notebooks``, and ``reports`` is written. With a date, with data of another place or with
    figures that are not public, figures, tables and report go to a folder of their own under
    ``reviews/`` and the committed files are left alone.

    Parameters
    ----------
    data : Dataset
        Its date lies between the plan's issue and the newest figure.
    tell : callable
        Takes the progress.
    judged : callable
        Takes the outcome as soon as the targets are judged, before anything is drawn.

    Raises
    ------
    DataError
        The data have faults; nothing was written.
    UsageError
        There is no review of the date, or another review is at work on the same folder.
    ReviewError, ReportError, NotebookError
        A notebook failed, or a folder cannot be written.
    """
    answers = Answers(data)
    file = f".cache/answers-{answers.key}.pickle"
    for private in (False, True):  # what was answered of the same files lies in one of two
        data.adopt(_folder(data, private=private) / file)
    check(data)
    root = review_folder(data)
    cache, known = root / ".cache", root / file
    with _writable(root), _alone(cache / "review.lock"):
        books, unchanged = _notebooks(root), known.is_file()
        with notebooks.running(known, ahead=bool(books) and not unchanged) as run_books:
            outcome = _judge(data, root)
            judged(outcome)
            for old in {*cache.glob("answers-*.pickle")} - {known}:
                old.unlink()
            ledger, steps = Ledger(cache / "review.json"), _steps(data, root)
            stale = [s for s in steps if not ledger.stands(s.name, "", answers, root)]
            to_run = [
                path
                for path, source in books.items()
                if not ledger.stands(_label(path, root), source, answers, root)
            ]
            data.share(known)  # what the ledger asked, too
            done, count = 0, len(stale) + len(to_run)
            finished = run_books(to_run)
            for step in stale:
                tell(done, count, step.name)
                with reading() as reads:
                    paths = list(step.make())
                ledger.note(step.name, "", reads, answers, paths, root, step.modules)
                done += 1
            for path, content, reads, modules in finished:
                name = _label(path, root)
                tell(done, count, name)
                write_bytes(path, content)
                ledger.note(name, books[path], reads, answers, [path], root, modules)
                done += 1
        tell(done, count, "")
    kept = len(steps) + len(books) - count
    return Outcome(outcome.scorecard, outcome.changes, outcome.figures, root, done, kept)


def review_folder(data: Dataset) -> Path:
    """Folder of a review: the repository, or under ``reviews``, which git ignores.

    The repository takes only what may be published: figures that are not public, another date or
    another place lead to a folder of their own.
    """
    return _folder(data, private=data.not_public > 0)


def _folder(data: Dataset, *, private: bool) -> Path:
    name = "" if data.folder == REPOSITORY / "data" else data.folder.name
    parts = (name, str(data.as_of or ""), "internal" if private else "")
    return REPOSITORY / "reviews" / "-".join(filter(None, parts)) if any(parts) else REPOSITORY


def check(data: Dataset) -> None:
    """Refuse faulty data, and dates for which there is no review.

    Before its issue there is no plan; and after the newest figure a report would claim to know
    what was published up to a day on which nobody looked.
    """
    errors = data.at(None).problems.query("severity == 'error'")
    if len(errors):
        raise DataError(errors)
    day, issued, last = data.as_of, data.config.plan.issued, data.at(None).last_known
    if day and issued and day < issued:
        raise UsageError(
            f"as_of={day}: the plan was issued on {issued}, there is nothing to review before. "
            f"Use {issued} or a later date. / 规划于{issued}印发，此前无从评估"
        )
    if day and day > last:
        raise UsageError(
            f"as_of={day}: the newest figure became known on {last}. Leave the date out to use "
            f"everything there is, or add newer figures first. / 最新数据截至{last}，请不写日期"
        )


@contextmanager
def _writable(root: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise ReviewError(
            f"cannot write {error.filename or root}: {error.strerror}. Remedy: free the file or "
            "folder, or check the rights; what was there before is untouched."
        ) from error


@contextmanager
def _alone(lock: Path) -> Generator[None]:
    from filelock import FileLock, Timeout

    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(lock, timeout=0):
            yield
    except Timeout:
        raise UsageError(
            "another review is at work on the same folder; wait until it is done "
            "/ 另有评估正在同一文件夹中运行，请待其结束"
        ) from None


def _judge(data: Dataset, root: Path) -> Outcome:
    """Judge the targets, hold the verdicts against those of the last run, write both down."""
    before = {name: _last(root / path) for name, path in _KEPT.items()}
    card, tables = (
        data.scorecard,
        {
            "baseline": data.baseline,
            "targets": data.targets,
            "statistics": data.statistics,
            "problems": data.problems,
        },
    )
    outcome = Outcome(
        card,
        _changes(before["scorecard"], card),
        _new_rows(before["statistics"], tables["statistics"]),
        root,
    )
    for name, frame in tables.items():
        write_csv(root / f"data/clean/{name}.csv", frame)
    write_csv(root / _KEPT["scorecard"], card)
    return outcome


_KEPT = {"scorecard": "reports/scorecard.csv", "statistics": "data/clean/statistics.csv"}


def _last(path: Path) -> pd.DataFrame:
    """A table of the last run; empty where there is none, or none that can be read."""
    try:
        return pd.read_csv(path)
    except (OSError, ValueError):
        return pd.DataFrame()


def _changes(before: pd.DataFrame, card: pd.DataFrame) -> pd.DataFrame:
    names = ["id", "reading", "verdict", "probability", "probability_floor"]
    if not {*names} <= {*before.columns}:
        return pd.DataFrame(columns=names)
    both = card[names].merge(before[names], on=["id", "reading"], suffixes=("", "_before"))
    moved = (both["probability"] - both["probability_before"]).abs() > 0.005
    appeared = both["probability"].isna() != both["probability_before"].isna()
    return both[both["verdict"].ne(both["verdict_before"]) | moved | appeared]


def _new_rows(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    key = ["area", "indicator", "year", "vintage", "value"]
    if not {*key} <= {*before.columns}:
        return now[:0][key]
    seen = set(before[key].round(9).itertuples(index=False, name=None))
    fresh = [row not in seen for row in now[key].round(9).itertuples(index=False, name=None)]
    return now.loc[fresh, key].dropna(subset="value")


def _steps(data: Dataset, root: Path) -> list[Step]:
    own = root == REPOSITORY
    drawn = {**figures.FIGURES, **(figures.PROOFS if own else {})}
    steps = [
        Step(f"figures/{lang}/{name}", (draw.__module__, "changji_analysis.figures.page"), make)
        for name, draw in drawn.items()
        for lang in LANGUAGES
        for make in [_drawing(draw, data, root / "figures" / lang, name, lang)]
    ]
    modules = ("changji_analysis.report",)
    return [*steps, Step("reports", modules, lambda: report.write(data, root / "reports"))]


def _drawing(draw, data: Dataset, folder: Path, name: str, lang: str):
    return lambda: figures.save(draw(data, lang=lang), folder, name)


def _notebooks(root: Path) -> dict[Path, str]:
    """The notebooks with what each is but for its outputs; those of the repository only."""
    if root != REPOSITORY:
        return {}
    paths = sorted((root / "notebooks").glob("*/[0-9]*.ipynb"))
    return {path: notebooks.cells(path) for path in paths}


def _label(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()
