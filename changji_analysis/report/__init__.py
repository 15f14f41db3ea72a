"""The review report: one content model in two languages, and the files made of it.

The chapters are composed from `changji_analysis.report.findings`; every sentence follows the
figures.
"""

from __future__ import annotations

import dataclasses
import filecmp
import html
import re
import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from .. import _compat as records
from .._compat import config
from ..errors import ChangjiError, UsageError
from ..files import write_csv
from ..wording import Words
from .chapters.appendices import appendices
from .chapters.clauses import review_kind
from .chapters.indicators import indicators
from .chapters.measures import measures
from .chapters.outlook import outlook, problems
from .chapters.overview import overview, share_of_period, summary, work_done
from .document import Aside, Block, Document, Paragraph, Picture, Table
from .findings import Findings, findings
from .sheets import VERDICT_HEAD, percent_heads, sheets

LANGUAGES = ("zh", "en")
CHAPTERS = (work_done, overview, indicators, problems, outlook, measures)


class ReportError(ChangjiError):
    """The report could not be written; the message names the place and the remedy."""


def compose(as_of: str | None = None, lang: str = "zh", *, figures: Path | None = None) -> Document:
    """Compose the review report.

    Without a date everything shipped is used and the report is a final review (终期评估); with a
    date before the end of the target year it is a mid-term review (中期评估) that knows only what
    was known then.

    Parameters
    ----------
    as_of : str, optional
        ISO date.
    lang : {"zh", "en"}
        Both have the same blocks.
    figures : Path, optional
        Folder that holds ``<lang>/<name>.svg``: pictures that were not drawn are left out, the
        others take their alternative texts from there.

    Returns
    -------
    Document

    Raises
    ------
    DataError
        Faults of the data files or of the configuration, all at once; nothing is written.
    UsageError
        The language or the date is none.
    """
    if lang not in LANGUAGES:
        raise UsageError(f"unknown language {lang!r}: use {' or '.join(LANGUAGES)}")
    f, w = findings(as_of), Words.of(records.current(as_of), lang)
    plan, settings = config().plan, config().report
    mark = w.not_public(records.current().not_public)
    body = [*summary(f, w), *(block for chapter in CHAPTERS for block in chapter(f, w))]
    return Document(
        title=w(f"{plan.title_zh}{review_kind(f, w)}报告", _title_en(f, w)),
        subtitle=w(f"数据截至{w.date(f.date)}", f"Figures known by {w.date(f.date)}")
        + (f"{w('；', '; ')}{mark}" if mark else ""),
        issuer=w(settings.issuer_zh, settings.issuer_en),
        date=f.date.isoformat(),
        lang=lang,
        blocks=tuple(_pictured(body, lang, figures)),
        appendices=tuple(appendices(f, w)),
    )


def _title_en(f: Findings, w: Words) -> str:
    kind = review_kind(f, w)
    return f"{kind[:1].upper()}{kind[1:]}: {config().plan.title_en}"


def _pictured(blocks: list[Block], lang: str, figures: Path | None) -> Iterator[Block]:
    for block in blocks:
        if not isinstance(block, Picture) or figures is None:
            yield block
        elif all(
            (figures / side / f"{block.name}.{form}").is_file()
            for side in LANGUAGES
            for form in ("png", "svg")
        ):
            yield dataclasses.replace(block, alt=_alt(figures / lang, block))


def _alt(folder: Path, picture: Picture) -> str:
    """What the drawing says of itself, else the caption."""
    text = (folder / f"{picture.name}.svg").read_text(encoding="utf-8")
    found = re.search(r"<dc:description>(.*?)</dc:description>", text, re.DOTALL)
    return html.unescape(found[1]).strip() if found else picture.alt


# ---- tracing numbers ---------------------------------------------------------------------------
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?%?")
_NO_VALUE = re.compile(r"附表\d|Annex table \d|R&D|〔\d{4}〕\d+号")


def traced_numbers(document: Document, as_of: str | None = None) -> pd.DataFrame:
    """Where every number of the running text comes from.

    Parameters
    ----------
    document : Document
        As `compose` made it of the same date.
    as_of : str, optional

    Returns
    -------
    DataFrame
        One row a number of a paragraph of the body: ``number`` as printed, ``paragraph``, and
        ``found``, the tables that hold it as printed: a table of the document, the scorecard, a
        table of needs, or the configuration; empty where no table does.
    """
    pools = dict(_pools(document, findings(as_of), Words.of(records.current(as_of), document.lang)))
    rows = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            for text in _NUMBER.findall(_NO_VALUE.sub("", block.text)):
                number = text.rstrip(",")
                found = [name for name, pool in pools.items() if number in pool]
                rows.append((number, block.text, ", ".join(found)))
    return pd.DataFrame(rows, columns=["number", "paragraph", "found"])


def _pools(document: Document, f: Findings, w: Words) -> Iterator[tuple[str, set[str]]]:
    """Numbers as printed, by the table that holds them."""
    for block in _flat([*document.blocks, *document.appendices]):
        if isinstance(block, Table):
            frame = block.frame
            cells = " ".join([*frame.columns, *frame.index, *frame.to_numpy().ravel()])
            yield block.caption or "annex", set(_NUMBER.findall(cells))
    tables = {"scorecard": f.card, "paths": f.paths, "facts": f.facts}
    tables |= {"money": f.money, "certificates": f.first_time, "adjusted": f.adjusted}
    tables |= {"proposed": f.proposed, "past": pd.DataFrame([f.past or {}])}
    if len(f.money):
        tables["GDP"] = pd.DataFrame([{k: f.money.attrs[k] for k in ("gdp_year", "gdp_value")}])
    tables |= {
        f"region {name}": pd.DataFrame([pace | {"reached": _reached(f, name, pace)}])
        for name, pace in f.region.items()
    }
    for name, table in tables.items():
        yield name, set().union(*map(_forms, _values(table)))
    settings = config().model_dump()
    words = " ".join([repr(settings), document.date, w.date(f.date)])
    issued = config().plan.issued
    if issued:
        words += f" {w.date(issued)} {w.percent(share_of_period(config().plan), 0)}"
    yield "configuration", set(_NUMBER.findall(words)) | {"1"}


def _reached(f: Findings, name: str, pace: dict) -> float:
    """What the city would have at the region's pace."""
    return f.headline[name]["base_value"] * pace["factor"]


def _values(table: pd.DataFrame) -> Iterator[float]:
    for column in table:
        for value in table[column]:
            if isinstance(value, str):
                yield from map(float, re.findall(r"\d+(?:\.\d+)?", value))
            elif not pd.isna(value):
                yield float(value)


def _forms(value: float) -> set[str]:
    """A value in every form in which the text may print it."""
    forms = {f"{abs(value):,.{digits}f}" for digits in range(4)} | {f"{abs(value):g}"}
    forms |= {f"{abs(100 * value):,.{digits}f}" for digits in range(2)}
    return forms | {f"{form}%" for form in forms}


def _flat(blocks: list[Block]) -> Iterator[Block]:
    for block in blocks:
        if isinstance(block, Aside):
            yield from block.blocks
        else:
            yield block


# ---- files -------------------------------------------------------------------------------------
def write(as_of: str | None = None, folder: Path | str = "reports", figures=None) -> list[Path]:
    """Write the report: Word, HTML and workbook in both languages, and the scorecard as CSV.

    Everything is made in a folder of its own first; only when all files are whole do they
    replace those of the last report.

    Parameters
    ----------
    as_of : str, optional
        ISO date: a report of what was known then.
    folder : path
        Takes ``review.<lang>.docx``, ``review.<lang>.html``, ``scorecard.<lang>.xlsx`` and
        ``scorecard.csv``.
    figures : path, optional
        Folder that holds ``<lang>/<name>.png`` and ``.svg``; by default ``figures`` beside
        `folder`.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    DataError
        The data have faults; nothing was written.
    ReportError
        A file cannot be written; the last report is untouched.
    """
    from . import web, word, workbook

    folder = Path(folder)
    figures = folder.parent / "figures" if figures is None else Path(figures)
    with _staged(folder) as stage:
        for lang in LANGUAGES:
            document = compose(as_of, lang, figures=figures)
            word.write(document, stage / f"review.{lang}.docx", figures)
            web.write(document, stage / f"review.{lang}.html", figures)
            workbook.write(
                sheets(as_of, lang),
                stage / f"scorecard.{lang}.xlsx",
                lang=lang,
                title=f"{document.title} {records.not_public(lang)}".rstrip(),
                date=document.date,
                verdict_column=VERDICT_HEAD[0 if lang == "zh" else 1],
                percent=percent_heads(lang),
            )
        write_csv(stage / "scorecard.csv", findings(as_of).card)
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
        ) from error
    finally:
        if stage != folder:
            shutil.rmtree(stage, ignore_errors=True)


def _put(stage: Path, folder: Path) -> list[str]:
    """Put finished files in their places; where one cannot be, all the old ones come back."""
    names = sorted(path.name for path in stage.iterdir())
    changed = [name for name in names if not _same(stage / name, folder / name)]
    (stage / "old").mkdir()
    for name in changed:
        if (folder / name).exists():
            shutil.copy2(folder / name, stage / "old" / name)
    done = []
    try:
        for name in changed:
            (stage / name).replace(folder / name)
            done.append(name)
    except OSError:
        for name in done:
            (folder / name).unlink()
            if (stage / "old" / name).exists():
                (stage / "old" / name).replace(folder / name)
        raise
    return names


def _same(new: Path, old: Path) -> bool:
    return old.is_file() and filecmp.cmp(new, old, shallow=False)
