"""A web page that needs nothing but itself: style and figures inside, no scripts."""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ET
from functools import partial
from pathlib import Path

from markupsafe import Markup, escape

from ..files import write_bytes
from ..palette import VERDICTS
from .content import BOLD, Block, Chapter, Document, Paragraph, Picture, display_width, titled
from .templating import TEMPLATES, markup_environment, no_picture, printable


def write(document: Document, path: Path, figures: Path) -> None:
    """Write a report as one web page, with the figures ``<lang>/<name>.svg`` of a folder in it."""
    front = [b.text for b in document.chapters[0].blocks if isinstance(b, Paragraph)]
    page = markup_environment().get_template("page.html.j2").render(
        document=document, words=document.words, answer=front[0] if front else "", shown=_shown,
        kind=lambda block: type(block).__name__, bold=_bold, width=display_width,
        titled=partial(titled, lang=document.lang),
        embedded=partial(_embedded, folder=Path(figures) / document.lang),
        style=Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),
        looks={code: (look.fill, look.letters) for code, look in VERDICTS.items()},
    )  # fmt: skip
    write_bytes(path, page.encode())


def _shown(chapter: Chapter) -> tuple[Block, ...]:
    """Blocks of a chapter that are not above it already: the answer, the title of an annex."""
    if chapter.number:
        return chapter.blocks[chapter.number >= 20 :]
    first = next((b for b in chapter.blocks if isinstance(b, Paragraph)), None)
    return tuple(block for block in chapter.blocks if block is not first)


def _bold(text: str) -> Markup:
    """Text with its bold marks as elements."""
    parts = [escape(printable(part)) for part in text.split(BOLD)]
    marked = (Markup("<b>{}</b>").format(p) if n % 2 else p for n, p in enumerate(parts))
    return Markup("").join(marked)


def _embedded(block: Picture, folder: Path) -> str:
    """A figure as an address that holds it: its ids and styles stay its own."""
    path = folder / f"{block.name}.svg"
    try:
        content = path.read_bytes()
        ET.fromstring(content)
    except (OSError, ET.ParseError) as error:
        raise no_picture(path) from error
    return f"data:image/svg+xml;base64,{base64.b64encode(content).decode()}"
