"""What the commands share: options that several take, and printing to the terminal."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..wording import TERMS

console = Console()

Data = Annotated[
    Path | None,
    typer.Option(help="Data folder of another place. / 其他地区的数据文件夹。"),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask. / 不再询问。")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Write nothing. / 只查看，不写入。")]
Public = Annotated[
    bool,
    typer.Option("--public", help="The figures may be published: into data/raw. / 可公开。"),
]


def printable(text: str) -> str:
    """A text without the control characters that could steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def say(text: str, **style: Any) -> None:
    """Print one line as it is, however long."""
    console.print(printable(text), markup=False, highlight=False, soft_wrap=True, **style)


def say_table(
    heads: Iterable[str], rows: Iterable[Iterable[Any]], whole: Collection[int] = ()
) -> None:
    """Print a table without lines; what is missing is left blank, columns in `whole` unbroken."""
    grid = Table(box=None, pad_edge=False)
    for place, head in enumerate(heads):
        grid.add_column(head, overflow="fold", no_wrap=place in whole)
    for cells in rows:
        texts = ("" if pd.isna(c) else f"{c:.10g}" if isinstance(c, float) else str(c)
                 for c in cells)  # fmt: skip
        grid.add_row(*(Text(printable(text)) for text in texts))
    console.print(grid, markup=False, highlight=False)


def status(code: str) -> str:
    """What becomes of a figure, in both languages."""
    return " ".join(TERMS["taken"][code])
