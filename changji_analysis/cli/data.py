"""Commands that bring figures in: ``import``, ``add``, ``template``, ``init``."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..errors import DataError, UsageError

if TYPE_CHECKING:
    from ..importing.proposal import Figure, Options, Proposal

console = Console()

Data = Annotated[
    Path | None,
    typer.Option(help="Data folder of another place. / 其他地区的数据文件夹。"),
]
Source = Annotated[
    str,
    typer.Option(help="The document, publisher：title, or an id of sources.csv. / 数据来源。"),
]
Published = Annotated[
    str | None, typer.Option(help="Date of publication, e.g. 2024-03-15. / 发布日期。")
]
Public = Annotated[
    bool,
    typer.Option("--public", help="The figures may be published: into data/raw. / 可公开。"),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask. / 不再询问。")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Write nothing. / 只查看，不写入。")]
Confidence = Annotated[str, typer.Option(help="high, medium or low. / 可信度。")]

_STATUS = {
    "new": "new 新增",
    "revised": "revised 修订数",
    "known": "known 已有",
    "question": "? 待确认",
    "error": "error 错误",
    "refused": "refused 不予导入",
    "left_out": "left out 不导入",
}
_ROUNDS = 20
# What is asked, what concerns the whole sheet first
_ASKED = ("no_year", "no_area", "no_unit", "near_name", "narrowed", "contradicts", "implausible")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("import")(import_)
    app.command()(add)
    app.command()(template)
    app.command()(init)


def _use(data: Path | None) -> None:
    if data is not None:
        os.environ["CHANGJI_DATA"] = str(data.resolve())


def _pairs(option: str, texts: list[str]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, found, meant = text.rpartition("=")
        if not found or not name.strip() or not meant.strip():
            raise UsageError(f"{option} {text!r}: write NAME=ID / 请写成 名称=编号")
        pairs[name.strip()] = meant.strip()
    return pairs


def import_(
    file: Annotated[Path, typer.Argument(help=".xlsx, .xls, .csv, .tsv")],
    source: Source = "",
    published: Published = None,
    public: Public = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    area: Annotated[
        str | None, typer.Option(help="Area where the sheet names none. / 表中未注明的地区。")
    ] = None,
    year: Annotated[
        int | None, typer.Option(help="Year where none is named; also 本年. / 未注明的年份。")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Only this sheet. / 只读该工作表。")] = None,
    name: Annotated[
        list[str] | None,
        typer.Option("--map", help="NAME=ID: what a printed name means. / 名称=指标或地区。"),
    ] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option(help="ID=UNIT where no unit is printed. / 指标=未注明的单位。"),
    ] = None,
    take: Annotated[
        list[str] | None,
        typer.Option(help="CELL whose question is answered with yes. / 确认导入的单元格。"),
    ] = None,
    no_break: Annotated[
        bool, typer.Option("--no-break", help="Remarks on scope are no breaks. / 口径未变。")
    ] = False,
    partial: Annotated[
        bool,
        typer.Option("--partial", help="Take the sound figures despite errors. / 有错仍导入其余。"),
    ] = False,
    marked: Annotated[
        Path | None,
        typer.Option(help="Write an .xlsx copy with the cells marked. / 输出标注单元格的副本。"),
    ] = None,
    confidence: Confidence = "high",
    data: Data = None,
) -> None:
    """Take figures from a spreadsheet. / 从电子表格导入数据。"""
    from ..importing.adding import stop_on_errors
    from ..importing.proposal import Options
    from ..importing.reading import as_day, propose

    _use(data)
    options = Options(
        source, as_day(published), public, area, year, sheet, _pairs("--map", name or []),
        _pairs("--unit", unit or []), frozenset(take or []), not no_break, confidence,
    )  # fmt: skip
    proposal = propose(file, options)
    if not yes and not dry_run:
        proposal = _ask(file, proposal)
    show(proposal)
    if marked is not None:
        _write_marked(proposal, marked)
    if dry_run:
        _finish(proposal, None)
    try:
        stop_on_errors(proposal, partial)
    except DataError:
        if marked is None:
            _write_marked(proposal, None)
        raise
    _finish(proposal, _commit(proposal, yes))


def add(
    area: Annotated[str, typer.Argument(help="昌吉市, 昌吉州, …")],
    indicator: Annotated[str, typer.Argument(help="Id or name. / 指标编号或名称。")],
    year: Annotated[int, typer.Argument(help="2021")],
    value: Annotated[str, typer.Argument(help="As printed, with its unit. / 带单位，如 52家。")],
    source: Source = "",
    published: Published = None,
    vintage: Annotated[
        str, typer.Option(help="signal, preliminary, first or revised. / 版本。")
    ] = "first",
    public: Public = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    confidence: Confidence = "high",
    data: Data = None,
) -> None:
    """Take one figure. / 录入一个数据。"""
    from ..importing.adding import stop_on_errors
    from ..importing.proposal import Options
    from ..importing.reading import as_day, propose_one

    _use(data)
    taken = frozenset({"A1"}) if yes else frozenset()
    options = Options(source, as_day(published), public, confidence=confidence, take=taken)
    proposal = propose_one(area, indicator, year, value, options, vintage)
    if not yes and not dry_run:
        proposal = _ask_statements(proposal)
        proposal = propose_one(area, indicator, year, value, proposal.options, vintage)
    show(proposal)
    if dry_run:
        _finish(proposal, None)
    stop_on_errors(proposal, False)
    _finish(proposal, _commit(proposal, yes))


def template(
    file: Annotated[Path, typer.Argument(help="填报表.xlsx")],
    area: Annotated[str | None, typer.Option(help="Area of the rows. / 地区。")] = None,
    years: Annotated[str | None, typer.Option(help="2021-2025")] = None,
    data: Data = None,
) -> None:
    """Write an Excel sheet to fill in. / 生成填报表。"""
    from .._compat import config
    from ..files import write_bytes
    from ..importing.template import template as make

    _use(data)
    if file.suffix.lower() != ".xlsx":
        raise UsageError(f"{file.name}: name a file that ends in .xlsx / 文件名应以 .xlsx 结尾")
    if file.exists():
        raise UsageError(f"{file.name} exists; name another file / 文件已存在，请换一个名称")
    if area is not None and area not in config().areas.all:
        raise UsageError(f"unknown area {area!r}: known are {', '.join(config().areas.all)}")
    write_bytes(file, make(area, _years(years)))
    console.print(f"written / 已生成: {file}", markup=False, highlight=False)


def _years(text: str | None) -> range | None:
    if text is None:
        return None
    first, _, last = text.partition("-")
    if not (first.isdigit() and (last or first).isdigit()):
        raise UsageError(f"years {text!r}: write 2021-2025")
    span = range(int(first), int(last or first) + 1)
    if not span or not 1949 <= span[0] <= span[-1] <= 2100:
        raise UsageError(f"years {text!r}: write 2021-2025")
    return span


def init(
    folder: Annotated[Path, typer.Argument(help="A new folder. / 新文件夹。")],
    city: Annotated[str, typer.Option(help="The place under review. / 评估的县市。")],
    title: Annotated[str, typer.Option(help="Its plan. / 规划名称。")],
    prefecture: Annotated[str | None, typer.Option(help="州、地级市。")] = None,
    region: Annotated[str | None, typer.Option(help="省、自治区（短名，如 甘肃）。")] = None,
    title_en: Annotated[str | None, typer.Option(help="The plan's name in English.")] = None,
    base_year: Annotated[int, typer.Option(help="基期年。")] = 2020,
    target_year: Annotated[int, typer.Option(help="目标年。")] = 2025,
) -> None:
    """Begin a review of another place. / 为其他地区建立数据文件夹。"""
    from ..importing.new_place import begin

    names = begin(folder, city, prefecture, region, title, title_en, base_year, target_year)
    for line in names:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


# ---- showing and asking ------------------------------------------------------------------------
def show(proposal: Proposal) -> None:
    """Print what was understood of every figure, with its address."""
    if proposal.book is not None:
        book = proposal.book
        sheets = ", ".join(grid.name for grid in book.grids)
        console.print(
            _printable(f"{book.name}: {book.kind} {book.encoding} [{sheets}]"),
            markup=False, highlight=False,
        )  # fmt: skip
    grid = Table(box=None, pad_edge=False)
    for title in ("单元格", "原文", "地区", "指标", "年份", "版本", "数值", ""):
        grid.add_column(title, overflow="fold")
    frame = proposal.frame()
    several = len(set(frame["sheet"])) > 1
    remarks: dict[tuple[str, str], list[str]] = {}
    for row in frame.to_dict("records"):
        cell = f"{row['sheet']}!{row['cell']}" if several else row["cell"]
        if row["why"] and row["status"] != "known":
            remarks.setdefault((row["why_zh"], row["why"]), []).append(cell)
        if row["status"] in ("left_out", "refused"):
            continue
        year = "" if pd.isna(row["year"]) else str(row["year"])
        value = "" if pd.isna(row["value"]) else f"{row['value']:,.10g} {row['unit']}"
        texts = (cell, row["printed"], row["area"], row["indicator"], year, row["vintage"], value,
                 _STATUS[row["status"]])  # fmt: skip
        grid.add_row(*(Text(_printable(text)) for text in texts))
    console.print(grid, markup=False, highlight=False)
    for (why_zh, why), cells in remarks.items():
        console.print(
            _printable(f"{', '.join(cells)}: {why_zh} / {why}"),
            markup=False, highlight=False, soft_wrap=True,
        )  # fmt: skip
    for line in proposal.file_problems:
        console.print(
            _printable(f"{line['severity']} {line['file']}: {line['why']} / {line['why_zh']}"),
            markup=False, highlight=False, soft_wrap=True,
        )  # fmt: skip
    counts = frame["status"].value_counts()
    text = ", ".join(f"{counts[s]} {word}" for s, word in _STATUS.items() if s in counts)
    console.print(text or "0", markup=False, highlight=False)


def _printable(text: str) -> str:
    """A text without the control characters that could steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def _ask(file: Path, proposal: Proposal) -> Proposal:
    """Ask what the sheet leaves open, and read it again with the answers."""
    from ..importing.reading import propose

    declined: set[str] = set()
    for _ in range(_ROUNDS):
        options = proposal.options
        asked = min(
            (f for f in proposal.figures if _open(f, declined, options)),
            key=lambda figure: _ASKED.index(figure.code),
            default=None,
        )
        if asked is None:
            break
        cell = f"{asked.sheet}!{asked.cell}"
        text = proposal.text(asked, asked.code, asked.reasons[asked.code])
        where = _printable(f"{cell} {asked.printed}: {text['why_zh']} / {text['why']}")
        if asked.code == "no_area":
            options = replace(options, area=_prompt(f"{where}\n地区 area"))
        elif asked.code == "no_year":
            options = replace(options, year=int(_prompt(f"{where}\n年份 year", int)))
        elif asked.code == "no_unit":
            unit = _prompt(f"{where}\n单位 unit")
            options = replace(options, units=options.units | {asked.indicator: unit})
        elif _confirm(f"{where}\n导入？ take it?"):
            options = replace(options, take=options.take | {cell})
        else:
            declined.add(cell)
        proposal = propose(file, options)
    asked_for = _ask_statements(proposal)
    return propose(file, asked_for.options)


def _open(figure: Figure, declined: set[str], options: Options) -> bool:
    """Whether a question about a figure can be asked and has not been."""
    if figure.status != "question" or f"{figure.sheet}!{figure.cell}" in declined:
        return False
    if figure.code == "no_unit":
        return figure.indicator not in options.units
    if figure.code in ("no_area", "no_year"):
        return getattr(options, figure.code.removeprefix("no_")) is None
    return figure.code in _ASKED


def _ask_statements(proposal: Proposal) -> Proposal:
    from ..importing.adding import missing_statements
    from ..importing.reading import as_day

    options = proposal.options
    missing = missing_statements(proposal)
    if "source" in missing:
        options.source = _prompt("数据来源（发布单位：文件名） source (publisher：title)")
    if "published" in missing:
        options.published = as_day(_prompt("发布日期 date of publication (2024-03-15)"))
    return proposal


def _prompt(text: str, kind: type = str) -> str:
    try:
        return typer.prompt(text, type=kind)
    except typer.Abort:
        raise UsageError("not answered; nothing was written / 未回答，没有写入") from None


def _confirm(text: str) -> bool:
    try:
        return typer.confirm(text)
    except typer.Abort:
        raise UsageError("not answered; nothing was written (--yes to go on) / 未确认") from None


def _commit(proposal: Proposal, yes: bool) -> int:
    from ..importing.adding import commit, missing_statements

    if missing := missing_statements(proposal):
        options = " ".join(f"--{name}" for name in missing)
        raise UsageError(f"state {options}; nothing was written / 请说明来源和发布日期")
    chosen = proposal.chosen()
    if not chosen:
        return 0
    where = "data/raw" if proposal.options.public else "data/private"
    if not yes and not _confirm(f"{len(chosen)} → {where}. 写入？ add them?"):
        raise UsageError("nothing was written / 没有写入")
    return commit(proposal)


def _finish(proposal: Proposal, added: int | None) -> None:
    """Say what was done; exit code 1 where something is left to be settled."""
    if added is None:
        console.print("nothing written / 没有写入", highlight=False)
    else:
        console.print(f"{added} added / 已写入 {added} 个", highlight=False)
    statuses = {figure.status for figure in proposal.figures}
    faults = any(line["severity"] == "error" for line in proposal.file_problems)
    raise typer.Exit(1 if faults or statuses & {"error", "question", "refused"} else 0)


def _write_marked(proposal: Proposal, path: Path | None) -> None:
    from ..config import data_dir
    from ..files import write_bytes
    from ..importing.marked import marked_copy
    from ..store import inside

    if path is None:
        stem = "".join(c if c.isalnum() or c in "-_." else "_" for c in Path(proposal.file).stem)
        path = inside(data_dir(), f"private/checked/{stem or 'file'}-checked.xlsx")
    elif path.suffix.lower() != ".xlsx":
        raise UsageError(f"{path.name}: name a file that ends in .xlsx / 文件名应以 .xlsx 结尾")
    write_bytes(path, marked_copy(proposal))
    console.print(f"marked copy / 标注副本: {path}", markup=False, highlight=False)
