"""Questions about a sheet, few and in order: source and date, then one a column, name or line.

A mistyped answer is asked again. Every answer is also an option of the command line: the command
that repeats them is shown where a run ends before its time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from ..dataset import Dataset
from ..errors import ChangjiError, UsageError
from ..importing.adding import missing_statements
from ..importing.proposal import TAKEABLE, Figure, Options, Proposal
from ..importing.reading import as_day, known_area, propose, review_words
from ..quantities import convert
from .terminal import printable

_ORDER = ("no_year", "no_area", "no_unit", *TAKEABLE)


def ask(file: Path, proposal: Proposal, data: Dataset) -> Proposal:
    """Ask what a sheet leaves open, and read it again with the answers."""
    declined: set[tuple[str, str, str]] = set()
    try:
        proposal = propose(file, ask_statements(proposal), data)
        while asked := _next(proposal, declined):
            options = _answered(proposal, asked, data)
            if options is proposal.options:
                declined.add(_subject(asked))
            else:
                proposal = propose(file, options, data)
    except Unanswered as error:
        kept = command(file, proposal.options)
        raise UsageError(f"{error}. Answers so far / 已有回答: {kept}") from None
    return proposal


class Unanswered(UsageError):
    """The input ended."""


def _subject(figure: Figure) -> tuple[str, str, str]:
    """What a question is about; figures that share it are asked about once."""
    if figure.code == "no_unit":
        return "", figure.code, figure.indicator
    if figure.code in TAKEABLE:
        return figure.sheet, figure.code, figure.place
    return "", figure.code, ""


def _next(proposal: Proposal, declined: set) -> Figure | None:
    open_ = (f for f in proposal.figures if f.code in _ORDER and _subject(f) not in declined)
    return min(open_, key=lambda figure: _ORDER.index(figure.code), default=None)


def _answered(proposal: Proposal, figure: Figure, data: Dataset) -> Options:
    """The options with the answer to a figure's question; the same ones where it is no."""
    options, code = proposal.options, figure.code
    text = proposal.text(figure, code, figure.reasons[code])
    same = [f.cell for f in proposal.figures if f.code == code and _subject(f) == _subject(figure)]
    cells = ", ".join(same[:5]) + (" …" if len(same) > 5 else "")
    where = printable(f"{figure.sheet}!{cells} {figure.name}: {text['why_zh']} / {text['why']}")
    if code == "no_area":
        words = review_words(data, options.names)
        return replace(options, area=_prompt(f"{where}\n地区 area", lambda t: known_area(t, words)))
    if code == "no_year":
        return replace(options, year=_prompt(f"{where}\n年份 year", _year))
    if code == "no_unit":
        wanted = proposal.registry[figure.indicator]["unit"]
        unit = _prompt(f"{where}\n单位 unit", lambda t: convert(1, t, wanted) and t)
        return replace(options, units=options.units | {figure.indicator: unit})
    if not confirm(f"{where}\n导入？ take it?"):
        return options
    return replace(options, take=options.take | {f"{figure.sheet}!{figure.place}"})


def _year(text: str) -> int:
    if not text.isdigit() or not 1949 <= int(text) <= 2100:
        raise UsageError(f"{text!r}: four digits, 1949-2100 / 请写四位数字")
    return int(text)


def ask_statements(proposal: Proposal) -> Options:
    """The options with source and date, asked for where they are missing."""
    options, missing = proposal.options, missing_statements(proposal)
    if "source" in missing:
        source = _prompt("数据来源（发布单位：文件名） source (publisher：title)", str)
        proposal.options = options = replace(options, source=source)
    if "published" in missing:
        day = _prompt("发布日期 date of publication (2024-03-15)", as_day)
        proposal.options = options = replace(options, published=day)
    return options


def _prompt(text: str, read: Callable[[str], Any]) -> Any:
    def value(answer: str) -> Any:
        try:
            return read(answer.strip())
        except ChangjiError as error:
            raise typer.BadParameter(str(error)) from None

    try:
        return typer.prompt(text, value_proc=value)
    except typer.Abort:
        raise Unanswered("not answered; nothing was written / 未回答，没有写入") from None


def confirm(text: str) -> bool:
    """Ask for yes or no."""
    try:
        return typer.confirm(text)
    except typer.Abort:
        raise Unanswered("not answered; nothing was written / 未回答，没有写入") from None


def command(file: Path, options: Options) -> str:
    """The command that reads a file with what was stated and answered."""
    words = ["changji", "import", _quoted(str(file))]
    for name in ("source", "published", "area", "year", "sheet"):
        if value := getattr(options, name):
            words += [f"--{name}", _quoted(str(value))]
    words += [f"--map {_quoted(f'{name}={meant}')}" for name, meant in options.names.items()]
    words += [f"--unit {_quoted(f'{name}={unit}')}" for name, unit in options.units.items()]
    words += [f"--take {_quoted(place)}" for place in sorted(options.take)]
    words += ["--public"] * options.public + ["--no-break"] * (not options.breaks)
    words += [f"--confidence {options.confidence}"] * (options.confidence != "high")
    return " ".join(words)


def _quoted(text: str) -> str:
    plain = text.isalnum() or all(c.isalnum() or c in "-_./=:" for c in text)
    return text if plain else '"' + text.replace('"', r"\"") + '"'
