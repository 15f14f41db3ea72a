"""The review: check the data, draw the figures, run the notebooks, write the verdicts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pandas as pd

from . import _compat as quality
from . import _compat as records
from . import calibration, report
from ._compat import config, scorecard
from .config import REPOSITORY, data_dir
from .errors import ChangjiError, DataError, UsageError
from .files import write_bytes, write_csv
from .replay.validation import calibration_table

LANGUAGES = ("zh", "en")
NOTEBOOK_SECONDS = 600
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}

Say = Callable[[str], None]


class ReviewError(ChangjiError):
    """A step of the review failed; the message names it and the remedy."""


def run(as_of: str | None = None, say: Say = print) -> pd.DataFrame:
    """Run the whole review and write what it makes.

    Without a date everything shipped is used and the committed files are renewed: ``data/clean``,
    ``figures``, ``notebooks`` and ``reports``. With a date, with data of another place or with
    figures that are not public, the figures, tables and report go to a folder of their own under
    ``reviews/`` and the committed files are left alone.

    Parameters
    ----------
    as_of : str, optional
        ISO date: only what was known then. It lies between the plan's issue and the newest figure.
    say : callable
        Takes a line of progress.

    Returns
    -------
    DataFrame
        The scorecard.

    Raises
    ------
    DataError
        The data have faults; nothing was written.
    UsageError
        The date is none, or one for which there is no review.
    ReviewError, ReportError
        A notebook failed, or a folder cannot be written.
    """
    as_of = None if as_of is None else records.as_date(as_of).date().isoformat()
    root = review_folder(as_of)
    own = root == REPOSITORY
    number, last = count(1), 6 if own else 4

    def step(text: str) -> None:
        say(f"[{next(number)}/{last}] {text}")

    with _writable(root):
        step("checking the data")
        _check(as_of)
        if own:
            step("replaying past forecasts")
            write_csv(root / calibration.PATH, calibration_table())
            calibration.forget()
        step("judging the targets")
        card = scorecard(as_of)
        for path, frame in clean_tables(as_of).items():
            write_csv(root / path, frame)
        step("drawing the figures")
        draw_figures(root / "figures", as_of, say, proofs=own)
        step("writing the report")
        for path in report.write(as_of, root / "reports"):
            say(f"      {path.name}")
        if own:
            step("running the notebooks")
            run_notebooks(REPOSITORY / "notebooks", say)
    say(f"written to {root.name if own else root.relative_to(REPOSITORY)}/")
    return card


def review_folder(as_of: str | None) -> Path:
    """Folder of a review: the repository, or under ``reviews``, which git ignores.

    The repository takes only what may be published: figures that are not public, another date or
    another place lead to a folder of their own.
    """
    place = data_dir()
    name = "" if place == REPOSITORY / "data" else place.name
    internal = "internal" if records.not_public("en") else ""
    parts = [part for part in (name, as_of, internal) if part]
    return REPOSITORY / "reviews" / "-".join(parts) if parts else REPOSITORY


def _check(as_of: str | None) -> None:
    found = quality.problems()
    errors = found[found["severity"].eq("error")]
    if len(errors):
        raise DataError(errors)
    if as_of is not None:
        _check_date(dt.date.fromisoformat(as_of))


def _check_date(day: dt.date) -> None:
    """Refuse dates for which there is no review.

    Before its issue there is no plan; and after the newest figure a report would claim to know
    what was published up to a day on which nobody looked.
    """
    issued, last = config().plan.issued, records.load_statistics()["known_by"].max().date()
    if issued and day < issued:
        raise UsageError(
            f"as_of={day}: the plan was issued on {issued}, there is nothing to review before. "
            f"Use {issued} or a later date. / 规划于{issued}印发，此前无从评估"
        )
    if day > last:
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


def clean_tables(as_of: str | None) -> dict[str, pd.DataFrame]:
    """What the library makes of the raw data, by the path under which it is kept."""
    return {
        "data/clean/baseline.csv": records.load_baseline(),
        "data/clean/targets.csv": records.load_targets(),
        "data/clean/statistics.csv": records.load_statistics(as_of),
        "data/clean/problems.csv": quality.problems(as_of),
    }


def draw_figures(folder: Path, as_of: str | None, say: Say, *, proofs: bool) -> None:
    """Draw every figure in both languages, as PNG and SVG; those of the method on demand."""
    from .figures import FIGURES, PROOFS, save

    for name, draw in (FIGURES | PROOFS if proofs else FIGURES).items():
        say(f"      {name}")
        for lang in LANGUAGES:
            save(draw(lang=lang, as_of=as_of), folder / lang, name)


def run_notebooks(folder: Path, say: Say) -> None:
    """Execute the notebooks and store their outputs; two at a time.

    Raises
    ------
    ReviewError
        A cell failed or wrote to stderr; the stored notebook is left as it was.
    """
    paths = sorted(folder.glob("[0-9]*.ipynb"))
    with ThreadPoolExecutor(max_workers=2) as pool:
        for path, content in zip(paths, pool.map(_executed, paths), strict=True):
            say(f"      {path.name}")
            write_bytes(path, content)


def _executed(path: Path) -> bytes:
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=NOTEBOOK_SECONDS,
        kernel_name=KERNEL["name"],
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise ReviewError(
            f"{path.name}: a cell failed. {error.ename}: {error.evalue} Remedy: open the notebook "
            "with 'make lab', run it, and mend the cell or the data that it names."
        ) from error
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.get("name") == "stderr":
                raise ReviewError(
                    f"{path.name}: a cell wrote to stderr: {output['text'].strip()[:200]} "
                    "Remedy: mend what it warns of."
                )
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
    return (nbformat.writes(notebook).rstrip("\n") + "\n").encode("utf-8")


def summary(card: pd.DataFrame) -> pd.Series:
    """Number of targets by verdict, in the default readings."""
    from .assessment import VERDICTS

    counts = card.loc[card["default"], "verdict"].value_counts()
    return counts.reindex([v for v in VERDICTS if v in counts.index])


def title() -> str:
    """Name of the plan under review in both languages."""
    plan = config().plan
    return f"{plan.title_zh} / {plan.title_en}"
