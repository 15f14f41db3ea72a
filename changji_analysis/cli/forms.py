"""Commands for the offices' forms: ``forms`` sends them out, ``collect`` takes them back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pandas as pd
import typer

from ..errors import UsageError
from .terminal import Data, DryRun, Public, Yes, say, say_table, status

if TYPE_CHECKING:
    from ..forms import Collection

DAYS = 14


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
        say(str(path))


def collect(
    folder: Annotated[Path, typer.Argument(help="Forms that came back. / 收回的填报表。")],
    public: Public = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Sound cells of faulty forms too. / 有错仍收其余。")
    ] = False,
    take: Annotated[
        list[str] | None, typer.Option(help="INDICATOR:YEAR that is confirmed. / 确认无误的数据。")
    ] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    data: Data = None,
) -> None:
    """Read the forms that came back and add their figures. / 汇总收回的填报表。"""
    from ..forms import collect as read_forms
    from ..forms import write
    from ..shortcuts import of_folder

    known = of_folder(data, private=True)
    options: dict[str, Any] = {"take": set(take or ()), "partial": partial}
    found = read_forms(folder, known, **options)
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
        _, added = write(folder, known, public=public, **options)
        say(f"{added} added / 已写入 {added} 个")
    raise typer.Exit(1 if found.problems["severity"].isin(["error", "question"]).any() else 0)


def _show(found: Collection) -> None:
    _print(
        found.figures.assign(status=found.figures["status"].map(status)),
        {"office": "单位", "cell": "单元格", "zh": "指标", "year": "年份", "printed": "填报值",
         "value": "数值", "unit": "计量单位", "status": ""},
    )  # fmt: skip
    if len(found.counts):
        names = {"year": "年末", "valid": "有效", "issued": "当年发证", "first_time": "首次认定",
                 "renewed": "重新认定", "lapsed": "失效", "expiring": "一年内到期"}  # fmt: skip
        _print(found.counts, names)
    for row in found.problems.to_dict("records"):
        value = f" {row['value']!r}" if row["value"] else ""
        say(f"{row['severity']} {row['file']} {row['column']}{value}: {row['why_zh']}。"
             f"{row['remedy_zh']}。 / {row['why']}; {row['remedy']}")  # fmt: skip
    for office, rows in found.missing.groupby("office", sort=False):
        state = "" if rows["returned"].all() else "，未报 / not returned"
        places = rows["year"].astype(str) + "（" + rows["cell"] + "）"
        items = [f"{zh} {'、'.join(part)}" for zh, part in places.groupby(rows["zh"], sort=False)]
        say(f"缺 missing {office}{state}: {'；'.join(items)}")


def _print(frame: pd.DataFrame, heads: dict[str, str]) -> None:
    say_table(heads.values(), frame[list(heads)].itertuples(index=False))
