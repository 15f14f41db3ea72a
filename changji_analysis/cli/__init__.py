"""The command line: ``changji review``, ``check``, ``scorecard``, ``import``, ``add``, ….

Exit codes: 0 good, 1 problems in the data or a failing step, 2 a wrong call.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.table import Table

from ..config import REPOSITORY
from ..errors import ChangjiError, DataError, UsageError
from . import data as cli_data
from . import forms as cli_forms
from .terminal import Data, console, say

if TYPE_CHECKING:
    from ..dataset import Dataset
    from ..review import Outcome, Tell

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Will the plan's targets be reached? / 规划目标能否实现？",
)
cli_data.register(app)
cli_forms.register(app)
AsOf = Annotated[
    str | None,
    typer.Option(help="Use only what was known on this date, e.g. 2023-12-31. / 截至日期。"),
]


def main() -> None:
    """Run the command line; errors of the package become one message and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console that lacks a character shows "?"
    try:
        app()
    except SystemExit as end:
        if end.code != 130:  # what typer makes of Ctrl-C, without a word
            raise
        said = "stopped; every file is as it was or as it should be, run again to go on"
        _fail(f"{said} / 已中断，文件均完整，再次运行即可继续", 130)
    except UsageError as error:
        _fail(error, 2)
    except ChangjiError as error:
        _fail(error, 1)


def _fail(error: Exception | str, code: int) -> None:
    Console(stderr=True).print(str(error), markup=False, highlight=False, soft_wrap=True)
    raise SystemExit(code)


@app.command()
def review(as_of: AsOf = None, data: Data = None) -> None:
    """Run the whole review: tables, figures, notebooks, verdicts. / 运行完整评估。"""
    from ..dataset import Dataset
    from ..review import run
    from ..wording import Words

    dataset = Dataset(data, as_of)
    plan = dataset.config.plan
    say(f"{plan.title_zh} / {plan.title_en}")
    with _progress() as tell:
        outcome = run(dataset, tell, judged=_print_news)
    _print_scorecard("zh", False, dataset)
    card = outcome.scorecard[outcome.scorecard["default"]]
    english = Words("en").tally(card)
    for (zh, count), en in zip(Words("zh").tally(card).items(), english, strict=True):
        say(f"{count:4d}  {zh} / {en}")
    say(
        f"{outcome.done} made, {outcome.kept} unchanged / 更新 {outcome.done} 项，"
        f"{outcome.kept} 项未变：{outcome.folder}"
    )


def _print_news(outcome: Outcome) -> None:
    """What has changed since the last run, before anything is drawn."""
    for new in outcome.figures.head(20).to_dict("records"):
        place = f"{new['area']} {new['indicator']} {new['year']}"
        say(f"new figure / 新数据: {place}: {new['value']:g}")
    if len(outcome.figures) > 20:
        say(f"… {len(outcome.figures) - 20} more / 另有 {len(outcome.figures) - 20} 个")
    from ..wording import probability_text

    for row in outcome.changes.to_dict("records"):
        before, now = (
            f"{row[f'verdict{when}']} "
            + probability_text(row[f"probability{when}"], "en", row[f"probability_floor{when}"])
            for when in ("_before", "")
        )
        say(f"changed / 结论变化: {row['id']} {row['reading']}: {before} -> {now}".rstrip())


@contextmanager
def _progress() -> Generator[Tell]:
    """A bar with what is being done and what is left on a terminal, plain lines elsewhere."""
    if not console.is_terminal:

        def tell(done: int, count: int, text: str) -> None:
            if text:
                say(f"[{done + 1}/{count}] {text}")

        yield tell
        return
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), "{task.description}")
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, count, text: bar.update(
            task, completed=done, total=count, description=escape(text)
        )


@app.command()
def check(data: Data = None) -> None:
    """Check the data and list every problem. / 检查数据并列出全部问题。"""
    from ..dataset import Dataset

    found = Dataset(data).problems
    errors = found[found["severity"] == "error"]
    for line in found.drop(errors.index).to_dict("records"):
        place = line["file"] + ("" if pd.isna(line["row"]) else f" row {line['row']}")
        place += f" ({line['value']})" if line["column"] == "reading" else ""
        say(f"{line['severity']:8}{place}: {line['why']} / {line['why_zh']}")
    counts = found["severity"].value_counts(sort=False)  # errors come first
    say(", ".join(f"{n} {name}{'s' if n != 1 else ''}" for name, n in counts.items()))
    if len(errors):
        raise DataError(errors)


@app.command()
def scorecard(
    lang: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    readings: Annotated[bool, typer.Option(help="Every reading. / 列出所有口径。")] = False,
    as_of: AsOf = None,
    data: Data = None,
) -> None:
    """Print the verdict on every target. / 列出每个指标的结论。"""
    from ..dataset import Dataset

    if lang not in ("zh", "en"):
        raise UsageError(f"unknown language {lang!r}: use zh or en")
    _print_scorecard(lang, readings, Dataset(data, as_of))


@app.command()
def proof() -> None:
    """Replay the past and renew the tables of the proof. / 重做回溯检验并更新结果表。"""
    from ..dataset import Dataset
    from ..replay.proof import make

    with _progress() as tell:
        changed = make(Dataset(REPOSITORY / "data", private=False), tell)
    say(f"tables changed / 更新的表: {', '.join(changed) or '-'}")


@app.command(name="assess-panel")
def assess_panel(
    histories: Annotated[Path, typer.Argument(help="Long table: area, indicator, year, value.")],
    targets: Annotated[
        Path, typer.Argument(help="One row a target: area, indicator, value, year, direction, ….")
    ],
    out: Annotated[Path, typer.Argument(help="Parquet file to write. / 输出文件。")],
    peers: Annotated[
        str | None,
        typer.Option(help="'panel', or a long table of peers. / 参照组：panel或文件。"),
    ] = None,
    parents: Annotated[
        Path | None, typer.Option(help="Table of area and parent. / 上级地区表：area、parent。")
    ] = None,
    model: Annotated[str, typer.Option(help="Trend model. / 趋势模型。")] = "pooled",
    backend: Annotated[
        str | None,
        typer.Option(help="'processes', or a Dask scheduler's address. / 并行方式。"),
    ] = None,
) -> None:
    """Assess a whole panel, files to file. / 评估整个面板：多地区、多指标。"""
    from .. import panel
    from ..panel import priors as panel_peers

    with panel.client(backend) as engine:
        known = panel_peers.tables_of(peers)
        counts = panel.write_panel(
            histories, targets, out,
            model=model, peers=known, parents=parents, backend=engine, progress=True,
        )  # fmt: skip
    for what, count in counts.items():
        say(f"{count:9d}  {what}")
    problems = panel.problems_beside(out)
    if problems.exists():
        say(f"faulty rows / 有问题的行: {problems}")


def _print_scorecard(lang: str, readings: bool, data: Dataset) -> None:
    from ..tables import show

    card = data.scorecard if readings else data.scorecard[data.scorecard["default"]]
    columns = ["id", "name", "goal", "last", "probability", "verdict"]
    shown = show(card, lang, columns, data=data)
    grid = Table(box=None, pad_edge=False)
    for place, head in enumerate(shown.heads):
        grid.add_column(head, no_wrap=place != 1)
    for cells in shown.rows:
        grid.add_row(*cells)
    console.print(grid)
    if data.not_public:
        count = data.not_public
        say(f"{count} figures in use are not public / 使用了 {count} 个未公开数据", style="red")
