"""The content model of a report: plain data that every writer renders alike."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is a chapter (一、), 2 a section (（一）), 3 a point (1.)."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of running text."""

    text: str


@dataclass(frozen=True)
class Table:
    """A captioned table; cells are text as printed, the index is the first column.

    Attributes
    ----------
    caption : str
        Without its number, which the writers give.
    frame : DataFrame
    note : str
        Printed under the table.
    wide : bool
        Needs a landscape page.
    """

    caption: str
    frame: pd.DataFrame
    note: str = ""
    wide: bool = False


@dataclass(frozen=True)
class Picture:
    """A figure by its name in `changji_analysis.figures.FIGURES`.

    Attributes
    ----------
    name : str
    caption : str
        Without its number.
    alt : str
        For readers who cannot see it.
    """

    name: str
    caption: str
    alt: str


@dataclass(frozen=True)
class Aside:
    """Notes that a reader may skip: an appendix in print, collapsible on a screen."""

    title: str
    blocks: tuple[Heading | Paragraph | Table, ...]


Block = Heading | Paragraph | Table | Picture | Aside


@dataclass(frozen=True)
class Document:
    """A report.

    Attributes
    ----------
    title, subtitle, issuer, date : str
        Title page; the date is that of the data, never the clock.
    lang : str
        ``zh`` or ``en``.
    blocks : tuple of Block
        The body.
    appendices : tuple of Block
        What follows the body, each part under a level-1 heading of its own (附表1, 附件).
    """

    title: str
    subtitle: str
    issuer: str
    date: str
    lang: str
    blocks: tuple[Block, ...]
    appendices: tuple[Block, ...] = ()
