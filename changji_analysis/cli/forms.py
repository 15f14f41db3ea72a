"""Commands for the offices' forms: ``forms`` sends them out, ``collect`` takes them back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

from ..errors import UsageError

if TYPE_CHECKING:
    from ..forms import Collection

console = Console()
Data = Annotated[
    Path | None,
    typer.Option(help="Data folder of another place. / 其他地区的数据文件夹。"),
]
DAYS = 14
_STATUS = {
    "new": "new 新增",
    "revised": "revised 修订数",
    "known": "known 已有",
    "scope": "other scope 口径不同",
    "question": "? 待确认",
    "error": "error 错误",
    "held": "held 暂不收",
}


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(forms)
    app.command()(collect)


def forms(
    folder: Annotated[Path, typer.Argument(help="Where they go. / 存放文件夹。")] = Path("forms"),
    deadline: Annotated[
        str | None, typer.Option(help="Last day, e.g. 2026-12-20; two weeks ahead. / 截止日期。")
    ] = None,
    office: Annotated[str | None, typer.Option(help="Only this office. / 只生成该单位。")] = None,
    data: Data = None,
) -> None:
    """Write a form and a letter for every office. / 生成各单位填报表和来函。"""
    from ..dataset import Dataset
    from ..forms import make_forms
    from ..records import as_date

    today = dt.date.today()
    last = as_date(deadline) or today + dt.timedelta(days=DAYS)
    for path in make_forms(Dataset(data), folder, last, today, office):
        _say(str(path))


def collect(
    folder: Annotated[Path, typer.Argument(help="Forms that came back. / 收回的填报表。")],
    public: Annotated[
        bool, typer.Option("--public", help="The figures may be published. / 可公开。")
    ] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Sound cells of faulty forms too. / 有错仍收其余。")
    ] = False,
    take: Annotated[
        list[str] | None, typer.Option(help="INDICATOR:YEAR that is confirmed. / 确认无误的数据。")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing. / 只查看。")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask. / 不再询问。")] = False,
    data: Data = None,
) -> None:
    """Read the forms that came back and add their figures. / 汇总收回的填报表。"""
    from .. import forms as room
    from ..dataset import Dataset

    known = Dataset(data, private=True)
    options: dict[str, Any] = {"take": set(take or ()), "partial": partial}
    found = room.collect(folder, known, **options)
    _show(found)
    fresh = int(found.figures["status"].isin(["new", "revised"]).sum())
    if (fresh or len(found.tasks)) and not dry_run:
        where = "data/raw" if public else "data/private"
        try:
            sure = yes or typer.confirm(f"{fresh} → {where}. 写入？ add them?")
        except typer.Abort:
            sure = False
        if not sure:
            raise UsageError("nothing was written (--yes to go on) / 没有写入")
        _, added = room.write(folder, known, public=public, **options)
        _say(f"{added} added / 已写入 {added} 个")
    raise typer.Exit(1 if found.problems["severity"].isin(["error", "question"]).any() else 0)


def _show(found: Collection) -> None:
    _print(
        found.figures.assign(status=found.figures["status"].map(_STATUS)),
        {"office": "单位", "cell": "单元格", "zh": "指标", "year": "年份", "printed": "填报值",
         "value": "数值", "unit": "计量单位", "status": ""},
    )  # fmt: skip
    if len(found.counts):
        names = {"year": "年末", "valid": "有效", "issued": "当年发证", "first_time": "首次认定",
                 "renewed": "重新认定", "lapsed": "失效", "expiring": "一年内到期"}  # fmt: skip
        _print(found.counts, names)
    for row in found.problems.to_dict("records"):
        value = f" {row['value']!r}" if row["value"] else ""
        _say(f"{row['severity']} {row['file']} {row['column']}{value}: {row['why_zh']}。"
             f"{row['remedy_zh']}。 / {row['why']}; {row['remedy']}")  # fmt: skip
    for office, rows in found.missing.groupby("office", sort=False):
        state = "" if rows["returned"].all() else "，未报 / not returned"
        places = rows["year"].astype(str) + "（" + rows["cell"] + "）"
        items = [f"{zh} {'、'.join(part)}" for zh, part in places.groupby(rows["zh"], sort=False)]
        _say(f"缺 missing {office}{state}: {'；'.join(items)}")


def _print(frame: pd.DataFrame, heads: dict[str, str]) -> None:
    grid = Table(box=None, pad_edge=False)
    for head in heads.values():
        grid.add_column(head, overflow="fold")
    for cells in frame[list(heads)].itertuples(index=False):
        texts = (
            "" if pd.isna(c) else f"{c:.10g}" if isinstance(c, float) else str(c) for c in cells
        )
        grid.add_row(*(_printable(text) for text in texts))
    console.print(grid, markup=False, highlight=False)


def _say(text: str) -> None:
    console.print(_printable(text), markup=False, highlight=False, soft_wrap=True)


def _printable(text: str) -> str:
    """A text without the control characters that could steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)
