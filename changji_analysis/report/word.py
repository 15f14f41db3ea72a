"""Word, in the form in which Chinese offices hand in a report (after GB/T 9704-2012)."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, groupby
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from docx import Document as new_docx
from docx.document import Document as Docx
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.image.exceptions import UnexpectedEndOfFileError, UnrecognizedImageError
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.section import Section
from docx.shared import Emu, Mm, Pt
from docx.text.paragraph import Paragraph as Line

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

MARGINS = {"top": Mm(37), "bottom": Mm(35), "left": Mm(28), "right": Mm(26)}
TURNED = {"top": Mm(28), "bottom": Mm(26), "left": Mm(35), "right": Mm(37)}
"""Margins of a landscape page: the upright page's, turned so that the binding is on top."""

TITLE, BODY, BLACK, BRUSH, PLAIN = "方正小标宋简体", "仿宋", "黑体", "楷体", "宋体"
LATIN = "Times New Roman"
SUBSTITUTES = {
    TITLE: "宋体",
    BODY: "仿宋_GB2312",
    BRUSH: "楷体_GB2312",
    BLACK: "SimHei",
    PLAIN: "SimSun",
}
"""What Word takes where a face is missing."""

TABLE_SIZES = (12.0, 10.5, 9.0, 7.5)
"""Type of tables in points: 小四, 五号, 小五; 六号 only where words would break otherwise."""

_TALLEST_ROW = 2  # lines, on average, before smaller type is taken
_MANY_COLUMNS = 6  # no larger than 五号 beyond
_LETTER = {"zh": 10.4, "en": 9.4}  # twips a Latin letter takes for each point of the type
_KEPT_ROWS = 8  # a table with no more rows is not split over pages
_PADDING = 60  # twips on either side of a cell
_TWIPS = 635  # English Metric Units in a twentieth of a point
_W = nsdecls("w")
_BREAKS_ANYWHERE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uff07\uff0a-\uffef"  # not （）


@dataclass(frozen=True)
class _Style:
    """A paragraph style; sizes and spaces in points, the indent in characters."""

    name: str
    face: str = BODY
    size: float = 16
    bold: bool = False
    indent: int = 0
    align: str = "both"
    line: float | None = 28
    before: float = 0
    after: float = 0
    keep: bool = False
    outline: int | None = None


_CHINESE = (
    _Style("Normal"),
    _Style("Body Text", indent=2),
    _Style("Title", TITLE, 22, align="center", line=36, before=140, after=24),
    _Style("Subtitle", BRUSH, align="center", after=12),
    _Style("Cover", align="center"),
    _Style("Heading 1", BLACK, indent=2, keep=True, outline=0),
    _Style("Heading 2", BRUSH, indent=2, keep=True, outline=1),
    _Style("Heading 3", bold=True, indent=2, keep=True, outline=2),
    _Style("TOC Heading", BLACK, 18, align="center", after=16),
    _Style("toc 1", size=12, align="left", line=18),
    _Style("toc 2", size=12, indent=2, align="left", line=18),
    _Style("Caption", BLACK, 12, align="center", line=None, before=8, after=6),
    _Style("Figure", align="center", line=None, before=10, keep=True),
    _Style("Table Text", PLAIN, 10.5, align="left", line=None, before=3, after=3),
    _Style("Table Note", PLAIN, 10.5, line=None, before=4, after=14),
    _Style("Footer", PLAIN, 14, align="center", line=None),
)
_ENGLISH_SIZES = {
    "Title": 24,
    "Subtitle": 15,
    "Cover": 14,
    "TOC Heading": 16,
    "Heading 1": 15,
    "Heading 2": 13,
    "Caption": 11,
    "Table Text": 10.5,
    "Table Note": 10,
}


def _english(style: _Style) -> _Style:
    """Set a style for English: space between paragraphs, no indent, bold headings."""
    heading = style.outline is not None
    size = _ENGLISH_SIZES.get(style.name, 12)
    return replace(
        style,
        face=PLAIN,
        size=size,
        line=None if style.line is None else round(size * 1.4),
        indent=2 if style.name == "toc 2" else 0,
        bold=heading or style.name in ("Title", "TOC Heading", "Caption"),
        align="left" if heading else style.align,
        before=12 if heading else style.before,
        after=6 if heading or style.name == "Body Text" else style.after,
    )


def write(document: Document, path: Path, figures: Path) -> None:
    """Write a report as a Word file; the same report gives the same bytes.

    Parameters
    ----------
    document : Document
    path : Path
        The ``.docx`` file. It is replaced whole or not at all.
    figures : Path
        Folder that holds ``<lang>/<name>.png``.

    Raises
    ------
    UsageError
        A figure is missing, or the document holds what cannot be numbered.
    OSError
        The file cannot be written; one that was there before is as it was.
    """
    write_bytes(path, _Writer(document, figures).content())


class _Writer:
    """One document in the making."""

    def __init__(self, document: Document, figures: Path):
        self.document, self.lang, self.figures = document, document.lang, Path(figures)
        self.body, self.rest = _print_order(document)
        self.docx = _blank(self.lang)
        self.bookmarks = 0

    def content(self) -> bytes:
        """Return the whole file."""
        self._properties()
        self._front()
        landscape = fresh = False
        for wide, items in self._runs():
            if wide != landscape:
                landscape, fresh = wide, True
                self._section(landscape=wide)
            for item in items:
                self._item(item, landscape=landscape, fresh=fresh)
                fresh = False
        stream = io.BytesIO()
        self.docx.save(stream)
        return _undated(stream.getvalue())

    def _properties(self) -> None:
        properties, document = self.docx.core_properties, self.document
        properties.title = clean(document.title)
        properties.subject = clean(document.subtitle)
        properties.author = properties.last_modified_by = clean(document.issuer)
        properties.created = properties.modified = moment(document.date)
        properties.language = _locale(self.lang)
        properties.comments = properties.keywords = properties.category = ""
        properties.revision = 1

    def _front(self) -> None:
        """Write the title page and the contents; page 1 is the one after them."""
        document = self.document
        _size(self.docx.sections[0], landscape=False)
        self._line(document.title, "Title")
        self._line(document.subtitle, "Subtitle")
        self._line(document.issuer, "Cover").paragraph_format.space_before = Pt(250)
        self._line(date_text(document.date, self.lang), "Cover")
        contents = word("contents", self.lang)
        heading = self._line("　".join(contents) if self.lang == "zh" else contents, "TOC Heading")
        heading.paragraph_format.page_break_before = True
        self._contents()
        section = self._section(landscape=False)
        numbering = parse_xml(f'<w:pgNumType {_W} w:start="1"/>')
        section._sectPr.find(qn("w:cols")).addprevious(numbering)
        section.footer.is_linked_to_previous = False
        foot = section.footer.paragraphs[0]
        foot.style = "Footer"
        for piece in (_run("— "), *_field("PAGE", "1"), _run(" —")):
            foot._p.append(piece)

    def _contents(self) -> None:
        """Type the contents into a field: they show at once, and Word can renew them."""
        begin, code, separate, _, end = _field(r'TOC \o "1-2" \h \z \u', "")
        line, before = None, [begin, code, separate]
        for item, block in _listed((*self.body, *self.rest)):
            line = self.docx.add_paragraph(style=f"toc {block.level}")._p
            link = parse_xml(f'<w:hyperlink {_W} w:anchor="{_bookmark(item)}" w:history="1"/>')
            link.append(_run(clean(titled(item, block.text, self.lang)), self.lang))
            for piece in (*before, link):
                line.append(piece)
            before = []
        if line is not None:
            line.append(end)

    def _runs(self) -> Iterator[tuple[bool, list[Item]]]:
        """Cut the document into upright and landscape stretches.

        A heading before a wide table goes with it; an appendix is turned as a whole.
        """
        turned = [_wide(item) for item in self.body]
        for place in reversed(range(len(turned) - 1)):
            if isinstance(self.body[place].block, Heading):
                turned[place] = turned[place + 1]
        for chapter in _chapters(self.rest):
            turned += [any(map(_wide, chapter))] * len(chapter)
        pairs = zip(turned, chain(self.body, self.rest), strict=True)
        for wide, group in groupby(pairs, key=lambda pair: pair[0]):
            yield wide, [item for _, item in group]

    def _item(self, item: Item, *, landscape: bool, fresh: bool) -> None:
        match item.block:
            case Heading() as block:
                self._heading(item, block, fresh=fresh)
            case Paragraph() as block:
                self._line(block.text, "Body Text")
            case Table() as block:
                self._table(item, block, landscape=landscape)
            case Picture() as block:
                self._picture(item, block, landscape=landscape)

    def _heading(self, item: Item, block: Heading, *, fresh: bool) -> None:
        line = self._line(titled(item, block.text, self.lang), f"Heading {block.level}")
        if block.level == 1 and not item.label:
            line.paragraph_format.page_break_before = not fresh
            _indent(line._p.get_or_add_pPr(), 0, 16)
        if item.anchor:
            self.bookmarks += 1
            start = parse_xml(
                f'<w:bookmarkStart {_W} w:id="{self.bookmarks}" w:name="{_bookmark(item)}"/>'
            )
            line._p.insert(1, start)
            line._p.append(parse_xml(f'<w:bookmarkEnd {_W} w:id="{self.bookmarks}"/>'))

    def _table(self, item: Item, block: Table, *, landscape: bool) -> None:
        if block.caption:
            caption = self._line(titled(item, block.caption, self.lang), "Caption")
            caption.paragraph_format.keep_with_next = True
        available = (_column(landscape) + 2 * _PADDING * _TWIPS) // _TWIPS
        table = parse_xml(_table_xml(block, available, self.lang))
        self.docx.element.body.insert_element_before(table, "w:sectPr")
        if block.note:
            self._line(block.note, "Table Note")
        else:
            self._gap()

    def _picture(self, item: Item, block: Picture, *, landscape: bool) -> None:
        path = figure_path(self.figures, self.lang, block.name, "png")
        line = self.docx.add_paragraph(style="Figure")
        try:
            picture = line.add_run().add_picture(str(path), width=_column(landscape=False))
        except (UnrecognizedImageError, UnexpectedEndOfFileError) as error:
            raise UsageError(f"{path} is no PNG; draw the figures again") from error
        tallest = Mm(125) if landscape else Mm(195)
        if picture.height > tallest:
            picture.width = Emu(picture.width * tallest // picture.height)
            picture.height = tallest
        described = picture._inline.docPr
        described.set("name", block.name)
        described.set("title", clean(block.caption))
        described.set("descr", clean(block.alt))
        self._line(titled(item, block.caption, self.lang), "Caption")

    def _line(self, text: str, style: str) -> Line:
        line = self.docx.add_paragraph(style=style)
        line._p.append(_run(clean(text), self.lang))
        return line

    def _gap(self) -> None:
        """Put a small empty paragraph, which Word wants after a table."""
        line = self.docx.add_paragraph(style="Table Note")
        line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(0)

    def _section(self, *, landscape: bool) -> Section:
        """Begin a section on a new page; its break goes into the last paragraph.

        A section that holds nothing yet is turned instead.
        """
        last = self.docx.element.body.p_lst[-1]
        if last.pPr is not None and last.pPr.find(qn("w:sectPr")) is not None:
            section = self.docx.sections[-1]
        else:
            section = self.docx.add_section()
            empty = self.docx.element.body.p_lst[-1]
            last.get_or_add_pPr().append(empty.pPr.find(qn("w:sectPr")))
            empty.getparent().remove(empty)
            for start in section._sectPr.findall(qn("w:pgNumType")):
                section._sectPr.remove(start)
        _size(section, landscape=landscape)
        return section


def _print_order(document: Document) -> tuple[list[Item], list[Item]]:
    """Unfold the asides: those of the body become notes at the end, with a line in their place."""
    body, appendices = number(document)
    first, rest, notes = [], [], []
    for item in body:
        if isinstance(item.block, Aside):
            see = word("see", document.lang).format(item.label, item.block.title)
            first.append(Item(Paragraph(see)))
            notes += [replace(item, block=Heading(item.block.title, 2)), *item.items]
        else:
            first.append(item)
    for item in appendices:
        if isinstance(item.block, Aside):
            rest += [replace(item, block=Heading(item.block.title, 2)), *item.items]
        else:
            rest.append(item)
    if notes:
        rest += [Item(Heading(word("notes", document.lang)), anchor="notes"), *notes]
    return first, rest


def _chapters(items: list[Item]) -> Iterator[list[Item]]:
    chapter: list[Item] = []
    for item in items:
        if isinstance(item.block, Heading) and item.block.level == 1 and chapter:
            yield chapter
            chapter = []
        chapter.append(item)
    if chapter:
        yield chapter


def _wide(item: Item) -> bool:
    return isinstance(item.block, Table) and item.block.wide


def _listed(items: Iterable[Item]) -> Iterator[tuple[Item, Heading]]:
    """Yield what the contents name: chapters and sections."""
    for item in items:
        block = item.block
        if isinstance(block, Heading) and block.level < 3 and item.anchor:
            yield item, block


def _bookmark(item: Item) -> str:
    return "_Toc_" + item.anchor.replace("-", "_")


def _locale(lang: str) -> str:
    return "zh-CN" if lang == "zh" else "en-GB"


def _size(section: Section, *, landscape: bool) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (
        (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
    )
    for side, size in (TURNED if landscape else MARGINS).items():
        setattr(section, f"{side}_margin", size)
    section.header_distance = Mm(15)
    section.footer_distance = Mm(15 if landscape else 25)


def _column(landscape: bool) -> Emu:
    """Return the width of the text."""
    margins = TURNED if landscape else MARGINS
    return Emu(Mm(297 if landscape else 210) - margins["left"] - margins["right"])


# ---- XML ------------------------------------------------------------------------------------


def _text_xml(text: str, lang: str, size: float | None = None, *, bold: bool = False) -> str:
    """Return a run; in Chinese, quotes and dashes take the Chinese face too."""
    settings = '<w:rFonts w:hint="eastAsia"/>' if lang == "zh" else ""
    settings += "<w:b/>" if bold else ""
    if size:
        settings += f'<w:sz w:val="{size * 2:.0f}"/><w:szCs w:val="{size * 2:.0f}"/>'
    lines = [
        f'<w:t xml:space="preserve">{escape(line)}</w:t>' if line else ""
        for line in text.split("\n")
    ]
    return f"<w:r><w:rPr>{settings}</w:rPr>{'<w:br/>'.join(lines)}</w:r>"


def _run(text: str, lang: str = "zh"):
    return parse_xml(_text_xml(text, lang).replace("<w:r>", f"<w:r {_W}>", 1))


def _field(instruction: str, shown: str) -> list:
    """Return a field's parts: begin, instruction, separator, result, end."""

    def mark(kind: str):
        return parse_xml(f'<w:r {_W}><w:fldChar w:fldCharType="{kind}"/></w:r>')

    code = parse_xml(
        f'<w:r {_W}><w:instrText xml:space="preserve"> {escape(instruction)} </w:instrText></w:r>'
    )
    return [mark("begin"), code, mark("separate"), _run(shown), mark("end")]


def _table_xml(block: Table, available: int, lang: str) -> str:
    """Return a three-line table: rules above, below and under the header, none between."""
    header, rows = cells(block.frame)
    right = [right_aligned(rows, column) for column in range(len(header))]
    widths, size = _fit(header, rows, right, available, lang)
    top = '<w:tcBorders><w:bottom w:val="single" w:sz="6" w:space="0" w:color="000000"/>'

    def cell(text: str, column: int, *, head: bool, keep: bool) -> str:
        borders = f"{top}</w:tcBorders>" if head else ""
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{widths[column]}" w:type="dxa"/>{borders}'
            f'<w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="TableText"/>'
            f"{'<w:keepNext/>' if keep else ''}"
            f'<w:jc w:val="{"right" if right[column] else "left"}"/></w:pPr>'
            f"{_text_xml(text, lang, size, bold=head)}</w:p></w:tc>"
        )

    def row(texts: list[str], *, head: bool, keep: bool) -> str:
        inner = "".join(
            cell(text, column, head=head, keep=keep) for column, text in enumerate(texts)
        )
        repeated = "<w:tblHeader/>" if head else ""
        return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{inner}</w:tr>"

    few = len(rows) <= _KEPT_ROWS
    body = "".join(
        row(texts, head=False, keep=few and place < len(rows) - 1)
        for place, texts in enumerate(rows)
    )
    rule = 'w:val="single" w:sz="12" w:space="0" w:color="000000"'
    padding = f'w:w="{_PADDING}" w:type="dxa"'
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl {_W}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f"<w:tblBorders><w:top {rule}/><w:bottom {rule}/></w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left {padding}/><w:right {padding}/>'
        f'</w:tblCellMar><w:tblLook w:val="0020" w:firstRow="1"/>'
        f"<w:tblCaption w:val={quoteattr(clean(block.caption))}/></w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid>"
        f"{row(header, head=True, keep=bool(rows))}{body}</w:tbl>"
    )


def _fit(
    header: list[str], rows: list[list[str]], right: list[bool], available: int, lang: str
) -> tuple[list[int], float]:
    """Return the columns' widths in twips and the type size in points.

    The largest type is taken in which no word or number breaks and rows stay low; the smallest
    where there is none.
    """
    least = [
        max([_unbroken(head) + 1, *(display_width(t) if fixed else _unbroken(t) for t in texts)])
        for head, fixed, texts in zip(header, right, _columns(rows, len(header)), strict=True)
    ]
    wide = [[display_width(text) for text in row] for row in rows]
    for size in TABLE_SIZES[len(header) > _MANY_COLUMNS :]:
        letter = size * _LETTER[lang]
        padding = 2 * _PADDING / letter + 0.5
        widths, lines = _share(least, wide, int(available / letter - len(header) * padding))
        low = lines <= _TALLEST_ROW * len(rows) or size <= TABLE_SIZES[2]
        if widths is not least and low:
            break
    scale = available / sum(width + padding for width in widths)
    return [int((width + padding) * scale) for width in widths], size


def _columns(rows: list[list[str]], count: int) -> list[list[str]]:
    return [[row[column] for row in rows] for column in range(count)]


def _share(least: list[int], wide: list[list[int]], room: int) -> tuple[list[int], int]:
    """Widen the columns that make rows tall, letter by letter, while there is room.

    Returns
    -------
    widths : list of int
        In letters; `least` itself where there is no room for it.
    lines : int
        Height of all rows together.
    """
    widths = least if sum(least) > room else list(least)
    while True:
        heights = [[-(-n // max(w, 1)) for n, w in zip(row, widths, strict=True)] for row in wide]
        tallest = [max(row) for row in heights]
        votes = [0] * len(least)
        for row, top in zip(heights, tallest, strict=True):
            for column, height in enumerate(row):
                votes[column] += top > 1 and height == top
        if sum(widths) >= room or not any(votes):
            return widths, sum(tallest)
        widths[votes.index(max(votes))] += 1


def _unbroken(text: str) -> int:
    """Return the width below which a word breaks, or Chinese stands fewer than five abreast."""
    words = re.findall(rf"[^\s{_BREAKS_ANYWHERE}]+", text)
    return max([min(display_width(text), 10), *map(display_width, words)])


# ---- The empty file --------------------------------------------------------------------------


def _blank(lang: str) -> Docx:
    """Return an empty document with our styles and nothing that python-docx' own brings along."""
    docx = new_docx()
    for rels, unwanted in (
        (docx.part.rels, ("stylesWithEffects", "customXml", "numbering")),
        (docx.part.package.rels, ("thumbnail", "extended-properties")),
    ):
        for key in [key for key, rel in rels.items() if rel.reltype.endswith(unwanted)]:
            del rels[key]
    settings = docx.settings.element
    for name in ("rsids", "savePreviewPicture", "proofState", "shapeDefaults"):
        for element in settings.findall(qn(f"w:{name}")):
            settings.remove(element)
    settings.find(qn("w:zoom")).attrib.clear()
    settings.find(qn("w:zoom")).set(qn("w:percent"), "100")
    settings.find(qn("w:themeFontLang")).set(qn("w:eastAsia"), "zh-CN")
    for setting in settings.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")
    _set_styles(docx, lang)
    for element in chain(docx.element.iter(), docx.styles.element.iter()):
        for name in [name for name in element.attrib if "rsid" in name]:
            del element.attrib[name]
    for style in docx.styles.element.iter(qn("w:style")):
        for mark in style.findall(qn("w:rsid")):
            style.remove(mark)
    for part in docx.part.package.iter_parts():
        if part.partname.endswith("fontTable.xml"):
            part._blob = _font_table()
    return docx


def _set_styles(docx: Docx, lang: str) -> None:
    styles, kept = docx.styles, {"Normal", "Default Paragraph Font", "Normal Table", "No List"}
    for style in list(styles):
        if style.name not in kept:
            style.delete()
    fonts = styles.element.find(f".//{qn('w:docDefaults')}//{qn('w:rFonts')}")
    fonts.attrib.clear()
    _faces(fonts, BODY if lang == "zh" else PLAIN)
    language = styles.element.find(f".//{qn('w:docDefaults')}//{qn('w:lang')}")
    language.set(qn("w:val"), "en-US" if lang == "zh" else "en-GB")
    language.set(qn("w:eastAsia"), "zh-CN")
    for style in _CHINESE if lang == "zh" else map(_english, _CHINESE):
        _add_style(docx, style)


def _add_style(docx: Docx, style: _Style) -> None:
    own = style.name in ("Cover", "Figure", "Table Text", "Table Note")
    if style.name == "Normal":
        made = docx.styles["Normal"]
    else:
        made = docx.styles.add_style(style.name, WD_STYLE_TYPE.PARAGRAPH, builtin=not own)
        made.base_style = docx.styles["Normal"]
        made.quick_style = True
    settings = made.element.get_or_add_rPr()
    _faces(settings.get_or_add_rFonts(), style.face)
    made.font.size, made.font.bold = Pt(style.size), style.bold
    form = made.paragraph_format
    form.space_before, form.space_after = Pt(style.before), Pt(style.after)
    form.line_spacing = 1.0 if style.line is None else Pt(style.line)
    form.keep_with_next = style.keep
    properties = made.element.get_or_add_pPr()
    _indent(properties, style.indent, style.size)
    alignment = properties.get_or_add_jc()
    alignment.set(qn("w:val"), style.align)
    if style.outline is not None:
        level = parse_xml(f'<w:outlineLvl {_W} w:val="{style.outline}"/>')
        properties.append(level)
        made.next_paragraph_style = docx.styles["Body Text"]


def _indent(properties, characters: int, size: float) -> None:
    """Indent the first line by Chinese characters, which Word holds as hundredths."""
    indent = properties.get_or_add_ind()
    indent.set(qn("w:firstLineChars"), str(characters * 100))
    indent.set(qn("w:firstLine"), f"{characters * size * 20:.0f}")


def _faces(fonts, face: str) -> None:
    for script, name in (("ascii", LATIN), ("eastAsia", face), ("hAnsi", LATIN), ("cs", LATIN)):
        fonts.set(qn(f"w:{script}"), name)


def _font_table() -> bytes:
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/>'
        f'<w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
        for name, other in SUBSTITUTES.items()
    )
    latin = (
        f'<w:font w:name="{LATIN}"><w:family w:val="roman"/><w:pitch w:val="variable"/></w:font>'
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f"{head}<w:fonts {_W}>{fonts}{latin}</w:fonts>".encode()


def _undated(content: bytes) -> bytes:
    """Pack a file again with no trace of when or where."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.compress_type = 0, zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return stream.getvalue()
