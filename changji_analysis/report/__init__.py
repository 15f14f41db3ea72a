"""The review report: named results, printed through templates into Word, a web page and a workbook.

``templates/<lang>/NN_name.md.j2`` hold the text; `changji_analysis.report.results` what they may
print; `changji_analysis.report.content` reads the rendered text into blocks for every writer.
"""

from __future__ import annotations

import dataclasses
import html
import re
import shutil
import tempfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from ..dataset import Dataset
from ..errors import UsageError
from ..files import write_csv
from .content import Chapter, Document, Picture, numbered, read
from .results import Results
from .templating import TEMPLATES, ReportError, environment, render

LANGUAGES = ("zh", "en")

__all__ = ["LANGUAGES", "ReportError", "compose", "write"]


def compose(data: Dataset, lang: str = "zh", *, figures: Path | None = None) -> Document:
    """Compose the review report.

    Without a date it is a final review (终期评估) of everything known; with a date before the end
    of the target year a mid-term review (中期评估) of what was known then.

    Parameters
    ----------
    data : Dataset
    lang : {"zh", "en"}
    figures : Path, optional
        Folder with ``<lang>/<name>.svg``: pictures that were not drawn are left out.

    Raises
    ------
    DataError, ReportError, UsageError
        Faults of the data, a template that cannot be printed, an unknown language.
    """
    if lang not in LANGUAGES:
        raise UsageError(f"unknown language {lang!r}: use {' or '.join(LANGUAGES)}")
    return _composed(Results(data, lang), figures)


def _composed(results: Results, figures: Path | None) -> Document:
    names, made, lang, chapters = results.names(), environment(), results.lang, []
    for path in sorted((TEMPLATES / lang).glob("[0-9][0-9]_*.md.j2")):
        name = f"{lang}/{path.name}"
        blocks = read(render(made, name, **names), name)
        if figures is not None:
            blocks = tuple(_pictured(blocks, figures / lang))
        chapters.append(Chapter(path.name, blocks))
    lines = render(made, f"{lang}/words.j2", **names).splitlines()
    words = dict(line.split("=", 1) for line in lines if "=" in line)
    return Document(date=results.day.isoformat(), lang=lang, chapters=numbered(chapters, lang),
                    words=words, cards=tuple(results.headline))  # fmt: skip


def _pictured(blocks: Iterable, folder: Path) -> Generator:
    """Leave out pictures that were not drawn; take the others' description from the drawing."""
    for block in blocks:
        if not isinstance(block, Picture):
            yield block
        elif all((folder / f"{block.name}.{form}").is_file() for form in ("png", "svg")):
            text = (folder / f"{block.name}.svg").read_text(encoding="utf-8", errors="replace")
            found = re.search(r"<dc:description>(.*?)</dc:description>", text, re.DOTALL)
            alt = html.unescape(found[1]).strip() if found else block.caption
            yield dataclasses.replace(block, alt=alt)


def write(data: Dataset, folder: Path | str = "reports", figures: Path | None = None) -> list[Path]:
    """Write the report: Word, web page and workbook in both languages, and the scorecard as CSV.

    Everything is made in a folder of its own first; only when all files are whole do they
    replace those of the last report, which stays as it is after a failure.

    Parameters
    ----------
    data : Dataset
    folder : path
    figures : path, optional
        Folder with ``<lang>/<name>.png`` and ``.svg``; by default ``figures`` beside `folder`.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    DataError, ReportError
        Faults of the data; a template or figure that cannot be printed, a file not written.
    """
    from . import web, word, workbook

    folder = Path(folder)
    figures = folder.parent / "figures" if figures is None else Path(figures)
    with _staged(folder) as stage:
        documents = {}
        for lang in LANGUAGES:
            results = Results(data, lang)
            document = documents[stage / f"review.{lang}.docx"] = _composed(results, figures)
            web.write(document, stage / f"review.{lang}.html", figures)
            workbook.write(results, document, stage / f"scorecard.{lang}.xlsx")
        word.write(documents, figures)
        write_csv(stage / "scorecard.csv", data.scorecard)
        return [folder / name for name in _put(stage, folder)]


@contextmanager
def _staged(folder: Path) -> Generator[Path]:
    """A place beside the report to make files in; whatever goes wrong, nothing is left behind."""
    stage = folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(dir=folder, prefix=".report-", suffix=".tmp"))
        yield stage
    except OSError as error:
        place = error.filename or folder
        raise ReportError(
            f"cannot write the report to {place}: {error.strerror or error}. Remedy: close the "
            "file, free the disk or check the rights of the folder; the last report is untouched."
            f" / 无法写入 {Path(place).name}，请关闭该文件或检查文件夹权限，上一份报告未动。"
        ) from error
    finally:
        if stage != folder:
            shutil.rmtree(stage, ignore_errors=True)


def _put(stage: Path, folder: Path) -> list[str]:
    """Put finished files in their places; where one cannot be, all the old ones come back."""
    names, last, done = sorted(path.name for path in stage.iterdir()), stage / "last", []
    last.mkdir()
    try:
        for name in names:
            if (folder / name).exists():
                (folder / name).replace(last / name)
            (stage / name).replace(folder / name)
            done.append(name)
    except OSError:
        for name in done:
            (folder / name).unlink()
        for path in last.iterdir():
            path.replace(folder / path.name)
        raise
    return names
