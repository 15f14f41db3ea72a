"""Commands that bring figures in: ``import``, ``add``, ``names``, ``init``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pandas as pd
import typer

from ..errors import DataError, UsageError
from ..wording import TERMS
from .terminal import Data, DryRun, Public, Yes, say, say_table, status

if TYPE_CHECKING:
    from ..dataset import Dataset
    from ..importing.proposal import Proposal

_LISTED = 20  # cells or names in one line
Source = Annotated[
    str,
    typer.Option(help="The document, publisher：title, or an id of sources.csv. / 数据来源。"),
]
Published = Annotated[
    str | None, typer.Option(help="Date of publication, e.g. 2024-03-15. / 发布日期。")
]
Confidence = Annotated[str, typer.Option(help="high, medium or low. / 可信度。")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("import")(import_)
    app.command()(add)
    app.command()(names)
    app.command()(init)


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
    confidence: Confidence = "high",
    data: Data = None,
) -> None:
    """Take figures from a spreadsheet. / 从电子表格导入数据。"""
    from ..dataset import Dataset
    from ..importing.proposal import Options
    from ..importing.reading import as_day, propose
    from .asking import ask, command

    known = Dataset(data)
    options = Options(
        source, as_day(published), public, area, year, sheet, _pairs("--map", name or []),
        _pairs("--unit", unit or []), frozenset(take or []), not no_break, confidence,
    )  # fmt: skip
    proposal = propose(file, options, known)
    if not yes and not dry_run:
        proposal = ask(file, proposal, known)
    again = command(file, proposal.options) if dry_run else ""
    _take(proposal, known, yes, dry_run, partial, again)


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
    from ..dataset import Dataset
    from ..importing.proposal import Options
    from ..importing.reading import as_day, propose_one
    from .asking import ask_statements

    known = Dataset(data)
    taken = frozenset({"A1"}) if yes else frozenset()
    options = Options(source, as_day(published), public, confidence=confidence, take=taken)
    proposal = propose_one(area, indicator, year, value, options, known, vintage)
    if not yes and not dry_run:
        options = ask_statements(proposal)
        proposal = propose_one(area, indicator, year, value, options, known, vintage)
    _take(proposal, known, yes, dry_run)


def names(
    word: Annotated[str, typer.Argument(help="Only names that hold it. / 只列含该词的。")] = "",
    data: Data = None,
) -> None:
    """List the ids of indicators and the names of areas. / 列出指标编号和地区名称。"""
    from ..dataset import Dataset

    known = Dataset(data)
    table = known.indicators[["id", "zh", "en", "unit"]]
    chosen = table[table.map(lambda cell: word.lower() in cell.lower()).any(axis=1)]
    if chosen.empty:
        say(f"no indicator has {word!r} in its name / 没有名称含“{word}”的指标")
    else:
        say_table(("id", "名称 name", "", "单位 unit"), chosen.itertuples(index=False), whole=(0,))
    say(f"地区 areas: {'、'.join(known.config.areas.all)}")


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
        say(line)


# ---- showing -----------------------------------------------------------------------------------
def _show(proposal: Proposal) -> None:
    """Print what was understood of every figure, with its address."""
    frame = proposal.frame()
    several = len(set(frame["sheet"])) > 1
    remarks: dict[tuple[str, str], list[str]] = {}
    remedies: dict[tuple[str, str], set[tuple[str, str]]] = {}
    rows = []
    for row in frame.to_dict("records"):
        cell = f"{row['sheet']}!{row['cell']}" if several else row["cell"]
        if row["why"] and row["status"] not in ("known", "error"):
            listed = row["name"] if row["code"] == "unknown_name" else cell
            listed = row["area"] if row["code"] == "other_area" else listed
            said = row["why_zh"], row["why"]
            remarks.setdefault(said, []).append(listed)
            remedy = row["remedy_zh"], row["remedy"]
            if not row["sheet"]:  # one figure, typed in
                remedy = tuple(text.replace("--take A1", "--yes") for text in remedy)
            remedies.setdefault(said, set()).add(remedy)
        if row["status"] in ("left_out", "refused"):
            continue
        value = "" if pd.isna(row["value"]) else f"{row['value']:,.10g} {row['unit']}"
        printed, about = row["printed"], (row["area"], row["indicator"], row["year"])
        rows.append((cell, printed, *about, row["vintage"], value, status(row["status"])))
    say_table(("单元格", "原文", "地区", "指标", "年份", "版本", "数值", ""), rows)
    for (why_zh, why), cells in remarks.items():
        (help_zh, help_en), *others = remedies[why_zh, why]
        listed = list(dict.fromkeys(cells))
        more = f" … (+{len(listed) - _LISTED})" if len(listed) > _LISTED else ""
        say(f"{why_zh} / {why}: {', '.join(listed[:_LISTED])}{more}")
        if help_en and not others and not help_en.startswith("none needed"):
            say(f"  → {help_zh} / {help_en}")
    for line in proposal.file_problems:
        say(f"{line['severity']} {line['file']}: {line['why']} / {line['why_zh']}")
    counts = frame["status"].value_counts()
    parts = (f"{counts[code]} {status(code)}" for code in TERMS["taken"] if code in counts)
    say(", ".join(parts) or "0")


def _take(
    proposal: Proposal,
    data: Dataset,
    yes: bool,
    dry_run: bool,
    partial: bool = False,
    again: str = "",
) -> None:
    """Show a proposal and add its sound figures; exit code 1 where something is to be settled."""
    from ..importing.adding import commit, missing_statements, stop_on_errors
    from .asking import confirm

    _show(proposal)
    if dry_run:
        try:
            stop_on_errors(proposal, partial)
        except DataError as error:  # shown, since nothing is asked to be written
            for line in str(error).splitlines():
                say(line)
        if again:
            say(f"next / 下一步: {again}")
        say("nothing written / 没有写入")
    else:
        stop_on_errors(proposal, partial)
        if missing := missing_statements(proposal):
            options = " ".join(f"--{name}" for name in missing)
            raise UsageError(
                f"state {options}; nothing was written / 请说明来源和发布日期，没有写入"
            )
        chosen = proposal.chosen()
        where = "data/raw" if proposal.options.public else "data/private"
        if chosen and not yes and not confirm(f"{len(chosen)} → {where}. 写入？ add them?"):
            raise UsageError("nothing was written / 没有写入")
        added = commit(proposal, data)
        say(f"{added} added / 已写入 {added} 个")
    statuses = {figure.status for figure in proposal.figures}
    raise typer.Exit(1 if statuses & {"error", "question", "refused"} else 0)
