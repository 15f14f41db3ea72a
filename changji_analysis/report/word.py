"""Word, in the form in which Chinese offices hand in a report (after GB/T 9704-2012).

Styles, page, grid and page numbers stand in ``templates/report.<lang>.docx``, where whoever knows
Word changes them; the text comes from the chapters.
"""

from __future__ import annotations

import copy
import datetime as dt
import io
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from docx import Document as open_docx
from docx.enum.section import WD_ORIENT
from docx.image.exceptions import UnexpectedEndOfFileError, UnrecognizedImageError
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Emu, Mm

from ..files import write_bytes
from .content import (
    BOLD,
    Chapter,
    Document,
    Heading,
    Paragraph,
    Picture,
    Table,
    display_width,
    printable,
    titled,
)
from .templating import TEMPLATES, ReportError

UPRIGHT, ACROSS = Mm(156), Mm(225)
"""Width of the text on an upright and on a landscape page."""

SIZES = (12.0, 10.5, 9.0, 7.5)
"""Type of tables in points: 小四, 五号, 小五; 六号 only where words would break otherwise."""

_LETTER = {"zh": 10.4, "en": 9.4}  # twips that a Latin letter takes for each point of the type
_PADDING = 60  # twips on either side of a cell
_SHORT = 14  # letters that a cell holds unbroken where no cell of its column holds more
_KEPT = 7  # a table with no more rows is not split over pages
_SECONDS = 240
_W = nsdecls("w")
_BREAKS = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uff07\uff0a-\uffef"  # characters a line may end after


def write(document: Document, path: Path, figures: Path) -> bool:
    """Write a report as a Word file, whole or not at all.

    Parameters
    ----------
    document : Document
    path : Path
        The ``.docx`` file.
    figures : Path
        Folder that holds ``<lang>/<name>.png``.

    Returns
    -------
    bool
        Whether the contents bear page numbers: LibreOffice and pdftotext laid the report out.
        Without them Word is left to number the contents.

    Raises
    ------
    ReportError
        A figure is no PNG.
    OSError
        The file cannot be written; one that was there before is as it was.
    """
    plain = _Writer(document, Path(figures), {}).content()
    pages = _laid_out(plain, document)
    write_bytes(path, _Writer(document, Path(figures), pages).content() if pages else plain)
    return bool(pages)


class _Writer:
    """One document in the making."""

    def __init__(self, document: Document, figures: Path, pages: dict[str, int]):
        self.document, self.lang, self.figures, self.pages = document, document.lang, figures, pages
        self.docx = open_docx(str(TEMPLATES / f"report.{document.lang}.docx"))
        self.across = False

    def content(self) -> bytes:
        """The whole file."""
        document, about = self.document, self.docx.core_properties
        about.title, about.author = printable(document.title), printable(document.author)
        about.subject = printable(document.status)
        about.created = about.modified = dt.datetime.fromisoformat(document.date)
        about.last_modified_by = about.comments = about.keywords = about.category = ""
        self._front()
        for chapter in document.chapters:
            if chapter.number:
                self._chapter(chapter)
        stream = io.BytesIO()
        self.docx.save(stream)
        return stream.getvalue()

    def _front(self) -> None:
        """The brief, the title page and the contents, none of which bears a page number."""
        document, words = self.document, self.document.words
        for block in (b for c in document.chapters if not c.number for b in c.blocks):
            if isinstance(block, Heading):
                self._line(block.text, "Answer Heading" if block.level == 1 else "Heading 2")
            elif isinstance(block, Paragraph):
                self._line(block.text, "Answer")
            else:
                self._block(block, 0)
        title = self._line(document.title, "Title")
        title.paragraph_format.page_break_before = True
        self._line(document.subtitle, "Subtitle")
        if words["private"]:
            self._line(words["private"], "Subtitle")
        by = self._line(document.author, "Cover")
        by.paragraph_format.space_before = Mm(75)
        self._line(words["data_to"], "Cover")
        heading = self._line(words["contents"], "TOC Heading")
        heading.paragraph_format.page_break_before = True
        if not self.pages:
            self._line(words["stale"], "toc 1")
        self._contents()
        sect = self.docx.sections[-1]._sectPr
        front = copy.deepcopy(sect)
        for reference in front.findall(qn("w:footerReference")):
            front.remove(reference)
        self.docx.element.body.p_lst[-1].get_or_add_pPr().append(front)
        sect.find(qn("w:cols")).addprevious(parse_xml(f'<w:pgNumType {_W} w:start="1"/>'))

    def _contents(self) -> None:
        """Type the contents into a field; without a layout Word is told to renew it."""
        dirty = "" if self.pages else ' w:dirty="true"'
        begin = parse_xml(f'<w:r {_W}><w:fldChar w:fldCharType="begin"{dirty}/></w:r>')
        asked = '<w:instrText xml:space="preserve"> TOC \\o "1-2" \\h \\z \\u </w:instrText>'
        code = parse_xml(f"<w:r {_W}>{asked}</w:r>")
        before, line = [begin, code, _mark("separate")], None
        for block in _listed(self.document):
            line = self.docx.add_paragraph(style=f"toc {block.level}")._p
            link = parse_xml(f'<w:hyperlink {_W} w:anchor="_{block.anchor}" w:history="1"/>')
            link.append(_run(titled(block, self.lang), self.lang))
            if page := self.pages.get(block.anchor):
                link.append(parse_xml(f"<w:r {_W}><w:tab/><w:t>{page}</w:t></w:r>"))
            for piece in (*before, link):
                line.append(piece)
            before = []
        if line is not None:
            line.append(_mark("end"))

    def _chapter(self, chapter: Chapter) -> None:
        across = any(isinstance(b, Table) and b.wide for b in chapter.blocks)
        turned, blocks = across != self.across, list(chapter.blocks)
        if turned:
            self._turn(across=across)
        first, second = [*blocks, None][:2]
        if chapter.number >= 20 and isinstance(second, Table) and not second.caption:
            self._table(second, first, fresh=turned)  # each of its pages bears the title
            blocks = blocks[2:]
        for place, block in enumerate(blocks):
            self._block(block, chapter.number, fresh=turned and not place)

    def _turn(self, *, across: bool) -> None:
        """Begin a section of pages the other way round; the break goes into the last paragraph."""
        sect = self.docx.element.body.sectPr
        self.docx.element.body.p_lst[-1].get_or_add_pPr().append(copy.deepcopy(sect))
        for start in sect.findall(qn("w:pgNumType")):
            sect.remove(start)
        page, shift = self.docx.sections[-1], 1 if across else 3  # the binding edge goes to the top
        page.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
        page.page_width, page.page_height = page.page_height, page.page_width
        sides = ("top_margin", "left_margin", "bottom_margin", "right_margin")
        old = [getattr(page, side) for side in sides]
        for side, width in zip(sides, old[shift:] + old[:shift], strict=True):
            setattr(page, side, width)
        self.across = across

    def _block(self, block, chapter: int, *, fresh: bool = False) -> None:
        match block:
            case Heading(level=level):
                line = self._line(titled(block, self.lang), f"Heading {level}")
                if chapter >= 20 and level == 1:
                    line.paragraph_format.page_break_before = not fresh
                self._bookmark(line._p, block.anchor)
            case Paragraph():
                self._line(block.text, "Body Text")
            case Table():
                self._table(block)
            case Picture():
                self._picture(block)

    def _bookmark(self, line, anchor: str) -> None:
        number = anchor[1:]
        line.insert(1, parse_xml(f'<w:bookmarkStart {_W} w:id="{number}" w:name="_{anchor}"/>'))
        line.append(parse_xml(f'<w:bookmarkEnd {_W} w:id="{number}"/>'))

    def _table(self, block: Table, title: Heading | None = None, *, fresh: bool = False) -> None:
        """A table; above one that may run over a page, its title is repeated with the head."""
        above = None
        if title is not None or (block.caption and len(block.rows) > _KEPT):
            above = self._line(
                titled(title or block, self.lang), "Heading 1" if title else "Caption"
            )
            above.paragraph_format.page_break_before = title is not None and not fresh
            if title:
                self._bookmark(above._p, title.anchor)
        elif block.caption:
            self._line(titled(block, self.lang), "Caption").paragraph_format.keep_with_next = True
        below = self._line(block.note, "Table Note") if block.note else None
        table = parse_xml(_table_xml(block, (ACROSS if self.across else UPRIGHT) // 635, self.lang))
        for line, place in ((below, len(table)), (above, 2)):
            if line is not None:
                table.insert(place, parse_xml(_merged_xml(table, head=line is above)))
                table[place].find(qn("w:tc")).append(line._p)
        self.docx.element.body.insert_element_before(table, "w:sectPr")
        end = self._line("", "Table Note").paragraph_format
        end.space_before = end.space_after = 0

    def _picture(self, block: Picture) -> None:
        path = self.figures / self.lang / f"{block.name}.png"
        line = self.docx.add_paragraph(style="Figure")
        try:
            picture = line.add_run().add_picture(str(path), width=UPRIGHT)
        except (UnrecognizedImageError, UnexpectedEndOfFileError, OSError, ValueError) as error:
            raise ReportError(
                f"the figure {self.lang}/{path.name} is no picture. Remedy: draw the figures "
                f"again; the last report is untouched. / 图 {path.name} 无法读取，请重新绘图"
            ) from error
        tallest = Mm(92) if self.across else Mm(185)
        if picture.height > tallest:
            picture.width = Emu(picture.width * tallest // picture.height)
            picture.height = tallest
        described = picture._inline.docPr
        described.set("title", printable(block.caption))
        described.set("descr", printable(block.alt))
        self._line(titled(block, self.lang), "Caption")

    def _line(self, text: str, style: str):
        line = self.docx.add_paragraph(style=style)
        for place, piece in enumerate(text.split(BOLD)):
            if piece:
                line._p.append(_run(piece, self.lang, bold=place % 2 == 1))
        return line


def _listed(document: Document):
    """What the contents name: chapters and sections."""
    for chapter in document.chapters:
        for block in chapter.blocks:
            if isinstance(block, Heading) and block.level <= (2 if chapter.number < 20 else 1):
                if chapter.number:
                    yield block


# ---- the layout --------------------------------------------------------------------------------
def _laid_out(content: bytes, document: Document) -> dict[str, int]:
    """Pages of the headings as LibreOffice lays them out; empty where it is not at hand."""
    office, reader = shutil.which("soffice"), shutil.which("pdftotext")
    if not office or not reader:
        return {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "report.docx").write_bytes(content)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        convert = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", name]
        try:
            subprocess.run(
                [*convert, str(folder / "report.docx")],
                check=True, capture_output=True, timeout=_SECONDS,
            )  # fmt: skip
            read = [reader, "-enc", "UTF-8", str(folder / "report.pdf"), "-"]
            text = subprocess.run(read, check=True, capture_output=True, timeout=60).stdout
        except (OSError, subprocess.SubprocessError):
            return {}
    pages = [re.sub(r"\s", "", page) for page in text.decode("utf-8").split("\f")]
    first = next((n for n, page in enumerate(pages) if "—1—" in page), None)
    if first is None:
        return {}
    at, found = first, {}
    for block in _listed(document):
        wanted = re.sub(r"\s", "", titled(block, document.lang))
        at = next((n for n in range(at, len(pages)) if wanted in pages[n]), at)
        found[block.anchor] = at - first + 1
    return found


# ---- XML ---------------------------------------------------------------------------------------
def _text_xml(text: str, lang: str, size: float | None = None, *, bold: bool = False) -> str:
    """A run; in Chinese, quotes and dashes take the Chinese face too."""
    settings = '<w:rFonts w:hint="eastAsia"/>' if lang == "zh" else ""
    settings += "<w:b/>" if bold else ""
    if size:
        settings += f'<w:sz w:val="{size * 2:.0f}"/><w:szCs w:val="{size * 2:.0f}"/>'
    text = escape(printable(text))
    return f'<w:r><w:rPr>{settings}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def _run(text: str, lang: str, *, bold: bool = False):
    return parse_xml(_text_xml(text, lang, bold=bold).replace("<w:r>", f"<w:r {_W}>", 1))


def _mark(kind: str):
    return parse_xml(f'<w:r {_W}><w:fldChar w:fldCharType="{kind}"/></w:r>')


def _table_xml(block: Table, available: int, lang: str) -> str:
    """A three-line table: rules above, below and under the header, none between."""
    right = block.numeric
    widths, size = _fit(block, right, available, lang)
    under = '<w:bottom w:val="single" w:sz="6" w:space="0" w:color="000000"/>'

    def row(texts: tuple[str, ...], *, head: bool = False, keep: bool = False) -> str:
        inner = "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{f"<w:tcBorders>{under}</w:tcBorders>" if head else ""}'
            f'<w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="TableText"/>'
            f"{'<w:keepNext/>' if keep else ''}"
            f'<w:jc w:val="{"right" if aside else "left"}"/></w:pPr>'
            f"{_text_xml(text, lang, size, bold=head)}</w:p></w:tc>"
            for text, width, aside in zip(texts, widths, right, strict=True)
        )
        repeated = "<w:tblHeader/>" if head else ""
        return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{inner}</w:tr>"

    last, few = len(block.rows) - 1, len(block.rows) <= _KEPT
    body = "".join(
        row(texts, keep=(few and n < last) or (n >= last - 1 and bool(block.note)) or n == 0)
        for n, texts in enumerate(block.rows)
    )
    rule = 'w:val="single" w:sz="12" w:space="0" w:color="000000"'
    padding = f'w:w="{_PADDING}" w:type="dxa"'
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl {_W}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f"<w:tblBorders><w:top {rule}/><w:bottom {rule}/></w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left {padding}/><w:right {padding}/>'
        f'</w:tblCellMar><w:tblLook w:val="0020" w:firstRow="1"/>'
        f"<w:tblCaption w:val={quoteattr(printable(block.caption))}/></w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid>{row(block.header, head=True, keep=True)}{body}</w:tbl>"
    )


def _merged_xml(table, *, head: bool) -> str:
    """A row of one cell over all columns: the title, repeated on every page, or the note."""
    widths = [int(column.get(qn("w:w"))) for column in table.iter(qn("w:gridCol"))]
    rule, none = 'w:val="single" w:sz="12" w:space="0" w:color="000000"', 'w:val="nil"'
    sides = (none, rule) if head else (rule, none)
    return (
        f"<w:tr {_W}><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head else ''}</w:trPr><w:tc><w:tcPr>"
        f'<w:tcW w:w="{sum(widths)}" w:type="dxa"/><w:gridSpan w:val="{len(widths)}"/><w:tcBorders>'
        f"<w:top {sides[0]}/><w:bottom {sides[1]}/></w:tcBorders></w:tcPr></w:tc></w:tr>"
    )


def _fit(block: Table, right: list[bool], available: int, lang: str) -> tuple[list[int], float]:
    """Widths of the columns in twips and the type in points.

    The largest type is taken in which no word or number breaks and rows stay about two lines
    high; columns that make rows tall are widened letter by letter while there is room.
    """
    columns = list(zip(*block.rows, strict=True))
    least = []
    for head, fixed, texts in zip(block.header, right, columns, strict=True):
        longest = max(map(display_width, texts))
        whole = fixed or longest <= _SHORT
        least.append(
            max(
                [
                    round(1.15 * _unbroken(head)) + 1,
                    longest if whole else max(map(_unbroken, texts)),
                ]
            )
        )
    wide = [[display_width(text) for text in row] for row in (*block.rows, block.header)]
    for size in SIZES[len(least) > 6 :]:
        letter = size * _LETTER[lang]
        padding = 2 * _PADDING / letter + 0.5
        room = int(available / letter - len(least) * padding)
        widths, lines = list(least), 0
        while sum(widths) <= room:
            heights = [
                [-(-n // max(w, 1)) for n, w in zip(row, widths, strict=True)] for row in wide
            ]
            lines = sum(map(max, heights))
            votes = [sum(row[n] == max(row) > 1 for row in heights) for n in range(len(least))]
            if sum(widths) == room or not any(votes):
                break
            widths[votes.index(max(votes))] += 1
        if lines and (lines <= 2 * len(wide) or size <= SIZES[2]):
            break
    scale = available / sum(width + padding for width in widths)
    return [int((width + padding) * scale) for width in widths], size


def _unbroken(text: str) -> int:
    """Width below which a word breaks, or Chinese stands fewer than five abreast."""
    words = re.findall(rf"[^\s{_BREAKS}]+", text)
    return max([min(display_width(text), 10), *map(display_width, words)])
