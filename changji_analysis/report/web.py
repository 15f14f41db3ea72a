"""A web page that needs nothing but itself: style and figures inside, no scripts."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from pathlib import Path

from ..errors import UsageError
from ..files import write_bytes
from ..typeset import (
    Item,
    cells,
    clean,
    date_text,
    display_width,
    figure_path,
    moment,
    number,
    right_aligned,
    titled,
    word,
)
from .document import Aside, Document, Heading, Paragraph, Picture, Table

STYLE = """
:root { --ink: #1a1a1a; --quiet: #4d4d4d; --accent: #12436d; --line: #b8bec4; }
* { box-sizing: border-box; }
html { font-size: clamp(1rem, 0.92rem + 0.3vw, 1.15rem); scroll-padding-top: 1rem; }
body { margin: 0; color: var(--ink); background: #fff; line-height: 1.6;
  font-family: Georgia, "Times New Roman", "Noto Serif", serif; overflow-wrap: break-word; }
:lang(zh-CN) body { line-height: 1.85; font-family: "Noto Sans CJK SC", "Source Han Sans SC",
  "PingFang SC", "Microsoft YaHei", sans-serif; }
header, nav, main { max-width: 54rem; margin: 0 auto; padding: 0 1.1rem; }
header { padding-top: 2rem; padding-bottom: 0.6rem; }
h1, h2, h3, h4, .name { line-height: 1.35; color: var(--accent); text-wrap: balance; }
h1 { font-size: 1.75rem; margin: 0 0 0.4rem; }
h2 { font-size: 1.35rem; margin: 2.4rem 0 0.8rem; padding-top: 0.5rem;
  border-top: 2px solid var(--accent); }
h3 { font-size: 1.12rem; margin: 1.7rem 0 0.5rem; }
h4 { font-size: 1rem; margin: 1.2rem 0 0.4rem; color: var(--ink); }
p { margin: 0 0 0.8rem; white-space: pre-line; }
:lang(zh-CN) main > p, :lang(zh-CN) details > p { text-indent: 2em; text-align: justify; }
.by, .subtitle, .note { color: var(--quiet); }
.note { font-size: 0.85rem; margin: 0.4rem 0 0; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid #b84a00; outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: #fff; padding: 0.5rem; }
nav h2 { font-size: 1.05rem; margin-top: 1rem; }
main { padding-top: 1.2rem; }
nav ol { list-style: none; margin: 0; padding: 0; }
nav ol ol { padding-left: 1.4em; }
nav a { display: block; padding: 0.22rem 0; text-decoration: none; }
nav a:hover { text-decoration: underline; }
figure { margin: 1.6rem 0; }
figcaption { font-weight: bold; font-size: 0.95rem; margin: 0 0 0.5rem; text-align: center; }
.picture figcaption { margin: 0.5rem 0 0; }
.scroll { overflow-x: auto; background: linear-gradient(to right, #fff 40%, #fff0) local,
  linear-gradient(to left, #fff 40%, #fff0) right / 50% 100% no-repeat local,
  linear-gradient(to right, #0004, #0000) left / 0.7rem 100% no-repeat,
  linear-gradient(to left, #0004, #0000) right / 0.7rem 100% no-repeat; }
.picture svg { display: block; width: 100%; min-width: 33rem; height: auto;
  mix-blend-mode: multiply; }
table { border-collapse: collapse; min-width: 100%; font-size: 0.85rem; line-height: 1.45;
  border-top: 2px solid var(--ink); border-bottom: 2px solid var(--ink); }
th, td { padding: 0.38rem 0.55rem; text-align: left; vertical-align: top; white-space: pre-line; }
thead th { border-bottom: 1px solid var(--ink); vertical-align: bottom; min-width: 4.5em; }
tbody tr + tr > * { border-top: 1px solid #e4e7ea; }
tbody th { font-weight: normal; }
td.long { min-width: 11em; }
tbody th.long, tbody th.longer { min-width: 8em; }
td.longer { min-width: 19em; }
.short { white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
thead .number, thead .short { white-space: pre-line; }
details { border: 1px solid var(--line); border-radius: 4px; margin: 1rem 0; padding: 0 0.9rem; }
summary { cursor: pointer; padding: 0.6rem 0; font-weight: bold; color: var(--accent); }
details[open] { padding-bottom: 0.5rem; }
.message { display: none; }
@media (max-width: 40rem) {
  .message { display: block; text-indent: 0; font-size: 0.9rem; margin: 0 0 0.4rem; }
  table { font-size: 0.8rem; }
  th, td { padding: 0.35rem 0.4rem; }
  td.long { min-width: 8em; }
  td.longer { min-width: 13em; }
  h1 { font-size: 1.4rem; }
}
@media (min-width: 78rem) {
  body { display: grid; grid-template-columns: 17rem minmax(0, 56rem); column-gap: 2.5rem;
    justify-content: center; }
  header { grid-column: 1 / -1; width: 100%; max-width: 75.5rem; }
  nav { position: sticky; top: 0; max-height: 100vh; overflow-y: auto; align-self: start;
    width: 100%; margin: 0; padding-bottom: 2rem; font-size: 0.88rem; }
  main { width: 100%; max-width: none; padding-top: 0; }
  main > h2:first-child, nav h2 { margin-top: 0.4rem; }
}
@media print {
  @page { size: A4; margin: 25mm 22mm; }
  html { font-size: 10.5pt; }
  body { display: block; }
  header, nav, main { max-width: none; padding: 0; }
  nav { position: static; max-height: none; }
  .skip { display: none; }
  .scroll { overflow: visible; }
  .picture svg { min-width: 0; }
  a { color: inherit; text-decoration: none; }
  h2, h3, h4, figcaption { break-after: avoid; }
  tr, .picture { break-inside: avoid; }
  table { font-size: 8pt; }
  .long, .longer { min-width: 0 !important; }
  .scroll { background: none; }
  details { border: 0; padding: 0; }
  details::details-content { content-visibility: visible; height: auto; opacity: 1; }
}
"""

_SKIP = {"zh": "跳到正文", "en": "Skip to the text"}
_TABLE = {"zh": "表格", "en": "Table"}
_SHORT, _LONG, _LONGER = 14, 16, 60
"""Widths of a cell, in Latin letters: up to the first it is not broken, above it is kept wide."""

_FINE = re.compile(r"(?<=\.\d\d)\d+")  # digits of a coordinate beyond a hundredth
_REFERENCE = re.compile(r"url\(\s*['\"]?#([^)'\"\s]+)['\"]?\s*\)")


def write(document: Document, path: Path, figures: Path) -> None:
    """Write a report as one web page; the same report gives the same bytes.

    Parameters
    ----------
    document : Document
    path : Path
        The ``.html`` file. It is replaced whole or not at all.
    figures : Path
        Folder that holds ``<lang>/<name>.svg``.

    Raises
    ------
    UsageError
        A figure is missing, or the document holds what cannot be numbered.
    OSError
        The file cannot be written; one that was there before is as it was.
    """
    page = ET.tostring(_page(document, Path(figures)), encoding="unicode", method="html")
    write_bytes(path, f"<!DOCTYPE html>\n{page}\n".encode())


def _page(document: Document, figures: Path) -> ET.Element:
    lang = document.lang
    body, appendices = number(document)
    html = ET.Element("html", lang="zh-CN" if lang == "zh" else "en")
    head = ET.SubElement(html, "head")
    ET.SubElement(head, "meta", charset="utf-8")
    for name, content in (
        ("viewport", "width=device-width, initial-scale=1"),
        ("author", document.issuer),
        ("description", document.subtitle),
        ("date", f"{moment(document.date):%Y-%m-%d}"),
    ):
        ET.SubElement(head, "meta", name=name, content=clean(content))
    _add(head, "title", document.title)
    _add(head, "style", STYLE)
    page = ET.SubElement(html, "body")
    _add(page, "a", _SKIP[lang], {"class": "skip", "href": "#main"})
    top = ET.SubElement(page, "header")
    _add(top, "h1", document.title)
    _add(top, "p", document.subtitle, {"class": "subtitle"})
    by = "　" if lang == "zh" else ", "
    _add(top, "p", f"{document.issuer}{by}{date_text(document.date, lang)}", {"class": "by"})
    page.append(_contents(body, appendices, lang))
    main = ET.SubElement(page, "main", id="main")
    _Blocks(lang, figures).add(main, (*body, *appendices))
    return html


def _contents(body: Iterable[Item], appendices: Iterable[Item], lang: str) -> ET.Element:
    nav = ET.Element("nav", {"aria-labelledby": "contents"})
    _add(nav, "h2", word("contents", lang), {"id": "contents"})
    chapters = ET.SubElement(nav, "ol")
    inner = None
    for item in (*body, *appendices):
        match item.block:
            case Heading(text=text, level=1):
                entry = ET.SubElement(chapters, "li")
                inner = None
            case Heading(text=text, level=2) | Aside(title=text) if item.anchor[:4] != "note":
                if inner is None:
                    home = chapters[-1] if len(chapters) else ET.SubElement(chapters, "li")
                    inner = ET.SubElement(home, "ol")
                entry = ET.SubElement(inner, "li")
            case _:
                continue
        _add(entry, "a", titled(item, text, lang), {"href": f"#{item.anchor}"})
    return nav


class _Blocks:
    """Appends blocks to an element."""

    def __init__(self, lang: str, figures: Path):
        self.lang, self.figures = lang, figures
        self.outlines: dict[tuple[str, str], str] = {}

    def add(self, parent: ET.Element, items: Iterable[Item]) -> None:
        for item in items:
            match item.block:
                case Heading() as block:
                    text = titled(item, block.text, self.lang)
                    _add(parent, f"h{block.level + 1}", text, _id(item))
                case Paragraph() as block:
                    _add(parent, "p", block.text)
                case Table() as block:
                    self._table(parent, item, block)
                case Picture() as block:
                    self._picture(parent, item, block)
                case Aside() as block:
                    details = ET.SubElement(parent, "details", _id(item))
                    _add(details, "summary", titled(item, block.title, self.lang))
                    self.add(details, item.items)

    def _table(self, parent: ET.Element, item: Item, block: Table) -> None:
        figure = ET.SubElement(parent, "figure", {"class": "table", **_id(item)})
        name = {"aria-label": _TABLE[self.lang]}
        if block.caption:
            name = {"aria-labelledby": f"{item.anchor}-caption"}
            caption = titled(item, block.caption, self.lang)
            _add(figure, "figcaption", caption, {"id": f"{item.anchor}-caption"})
        box = ET.SubElement(figure, "div", _SCROLLING | name)
        table = ET.SubElement(box, "table")
        header, rows = cells(block.frame)
        kinds = [_kind(rows, column) for column in range(len(header))]
        line = ET.SubElement(ET.SubElement(table, "thead"), "tr")
        for text, kind in zip(header, kinds, strict=True):
            _add(line, "th", text, {"scope": "col"} | kind)
        lines = ET.SubElement(table, "tbody")
        for row in rows:
            line = ET.SubElement(lines, "tr")
            _add(line, "th", row[0], {"scope": "row"} | kinds[0])
            for text, kind in zip(row[1:], kinds[1:], strict=True):
                _add(line, "td", text, kind)
        if block.note:
            _add(figure, "p", block.note, {"class": "note"})

    def _picture(self, parent: ET.Element, item: Item, block: Picture) -> None:
        figure = ET.SubElement(parent, "figure", {"class": "picture", **_id(item)})
        caption = titled(item, block.caption, self.lang)
        _add(figure, "p", block.alt, {"class": "message", "aria-hidden": "true"})
        box = ET.SubElement(figure, "div", _SCROLLING | {"aria-label": clean(caption)})
        path = figure_path(self.figures, self.lang, block.name, "svg")
        box.append(_svg(path, item.anchor, block, self.outlines))
        _add(figure, "figcaption", caption)


_SCROLLING = {"class": "scroll", "role": "region", "tabindex": "0"}


def _svg(path: Path, prefix: str, block: Picture, outlines: dict) -> ET.Element:
    """Read a figure for use inside a page.

    Its ids and its style hold for itself alone, names of namespaces and what it says of its
    making go, its title and description come from the document. An outline that an earlier
    figure has already (`outlines`: id and path to the id on the page), a letter mostly, is
    taken from there, and coordinates are cut to a hundredth of a point.
    """
    try:
        svg = ET.parse(path).getroot()
    except ET.ParseError as error:
        raise UsageError(f"{path} is no SVG ({error}); draw the figures again") from error
    for parent in list(svg.iter()):
        for child in list(parent):
            if _local(child.tag) in ("metadata", "script") or (
                parent is svg and _local(child.tag) in ("title", "desc")
            ):
                parent.remove(child)
    for element in svg.iter():
        element.tag = _local(element.tag)
        element.attrib = {_local(name): value for name, value in element.attrib.items()}
        if element.tag != "style":
            element.text = element.tail = None
    ids = _share_outlines(svg, prefix, outlines)
    for element in svg.iter():
        for name, value in element.attrib.items():
            element.set(name, _own(name, value, ids, prefix))
        if element.tag == "style":
            element.text = re.sub(r"(^|\})\s*\*", rf"\1#{prefix}-svg *", element.text or "")
    for name in ("width", "height", "version"):
        svg.attrib.pop(name, None)
    described = f"{prefix}-title {prefix}-desc"
    svg.attrib |= {"id": f"{prefix}-svg", "role": "img", "aria-labelledby": described}
    for place, (tag, text) in enumerate((("title", block.caption), ("desc", block.alt))):
        element = ET.Element(tag, id=f"{prefix}-{tag}")
        element.text = clean(text)
        svg.insert(place, element)
    return svg


def _share_outlines(svg: ET.Element, prefix: str, outlines: dict) -> dict[str, str]:
    """Drop the outlines that the page has; return where the ids of all of them are."""
    ids = {}
    for defs in svg.iter("defs"):
        for path in defs.findall("path"):
            name = path.get("id", "")
            key = (name, path.get("d", ""))
            if key in outlines:
                defs.remove(path)
            ids[name] = outlines.setdefault(key, f"{prefix}-{name}")
    return ids


def _own(name: str, value: str, ids: dict[str, str], prefix: str) -> str:
    """Put the figure's prefix before an id or a reference to one; shorten coordinates."""
    if name == "id":
        return f"{prefix}-{value}"
    if name == "href" and value.startswith("#"):
        return "#" + ids.get(value[1:], f"{prefix}-{value[1:]}")
    if name == "d":
        return _FINE.sub("", " ".join(value.split()))
    if name in ("x", "y", "width", "height"):
        return _FINE.sub("", value)
    return _REFERENCE.sub(rf"url(#{prefix}-\1)", value)


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _kind(rows: list[list[str]], column: int) -> dict[str, str]:
    if right_aligned(rows, column):
        return {"class": "number"}
    widest = max((display_width(row[column]) for row in rows), default=0)
    if widest > _LONG:
        return {"class": "longer" if widest > _LONGER else "long"}
    return {"class": "short"} if widest <= _SHORT else {}


def _id(item: Item) -> dict[str, str]:
    return {"id": item.anchor} if item.anchor else {}


def _add(parent: ET.Element, tag: str, text: str, attributes: dict[str, str] | None = None) -> None:
    ET.SubElement(parent, tag, attributes or {}).text = clean(text)
