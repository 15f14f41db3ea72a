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
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from docx import Document as open_docx
from docx.enum.section import WD_ORIENT
from docx.image.exceptions import UnexpectedEndOfFileError, UnrecognizedImageError
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Emu, Mm, Pt
from markupsafe import Markup
from PIL import Image

from ..files import write_bytes
from .content import BOLD, Block, Chapter, Document, Heading, Paragraph, Picture, Table, titled
from .content import display_width as wide_as
from .templating import TEMPLATES, markup_environment, no_picture, printable

UPRIGHT, ACROSS = Mm(156), Mm(225)  # width of the text on an upright and on a landscape page
SIZES = (12.0, 10.5, 9.0, 7.5)  # type of tables: 小四, 五号, 小五; 六号 where words would break
_LETTER = {"zh": 10.4, "en": 9.4}  # twips that a Latin letter takes for each point of the type
_PADDING = 60  # twips on either side of a cell
_SHORT = 14  # letters that a cell holds unbroken where no cell of its column holds more
_KEPT = 7  # a table with no more rows is not split over pages
_SECONDS = 240
_RULE = Markup('w:val="single" w:sz="12" w:space="0" w:color="000000"')
_W = nsdecls("w")
_BREAKS = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uff07\uff0a-\uffef"  # characters a line may end after


def write(documents: Mapping[Path, Document], figures: Path) -> None:
    """Write reports as Word files, with the figures ``<lang>/<name>.png`` of a folder.

    Without LibreOffice and pdftotext, which lay them out, the contents bear no page numbers and
    Word is left to number them.
    """
    made = {path: _Writer(document, Path(figures)) for path, document in documents.items()}
    plain = [writer.content() for writer in made.values()]
    for (path, writer), content, pages in zip(made.items(), plain, _laid_out(plain), strict=True):
        write_bytes(path, writer.numbered(pages) or content)


class _Writer:
    """One document in the making."""

    def __init__(self, document: Document, figures: Path):
        self.document, self.lang, self.figures = document, document.lang, figures
        self.docx = open_docx(str(TEMPLATES / f"report.{document.lang}.docx"))
        self.tables = markup_environment().get_template("table.xml.j2")
        self.across = False
        self.begin, self.entries = _mark("begin", dirty=True), []

    def content(self) -> bytes:
        """The whole file, which leaves it to Word to number the contents."""
        words, about = self.document.words, self.docx.core_properties
        about.title, about.author, about.subject = (
            printable(words[name]) for name in ("title", "author", "subtitle")
        )
        about.created = about.modified = dt.datetime.fromisoformat(self.document.date)
        about.last_modified_by = about.comments = about.keywords = about.category = ""
        self._front()
        for chapter in self.document.chapters:
            if chapter.number:
                self._chapter(chapter)
        return self._saved()

    def numbered(self, pages: list[str]) -> bytes | None:
        """The same file with page numbers in its contents; none where the pages show none."""
        first = next((n for n, page in enumerate(pages) if "—1—" in page), None)
        if first is None:
            return None
        at = first
        for text, run in self.entries:
            wanted = re.sub(r"\s", "", text)
            at = next((n for n in range(at, len(pages)) if wanted in pages[n]), at)
            run.add_tab()
            run.add_text(str(at - first + 1))
        self.stale._p.getparent().remove(self.stale._p)
        del self.begin[0].attrib[qn("w:dirty")]
        return self._saved()

    def _saved(self) -> bytes:
        stream = io.BytesIO()
        self.docx.save(stream)
        return _packed(stream.getvalue())

    def _front(self) -> None:
        """The brief, the title page and the contents, none of which bears a page number."""
        words = self.document.words
        for block in (b for c in self.document.chapters if not c.number for b in c.blocks):
            if isinstance(block, Heading | Paragraph):
                self._line(block.text, "Answer" + " Heading" * isinstance(block, Heading))
            else:
                self._block(block, 0)
        self._line(words["title"], "Title").paragraph_format.page_break_before = True
        for text in filter(None, (words["subtitle"], words["private"])):
            self._line(text, "Subtitle")
        self._line(words["author"], "Cover").paragraph_format.space_before = Mm(75)
        self._line(words["data_to"], "Cover")
        self._line(words["contents"], "TOC Heading").paragraph_format.page_break_before = True
        self.stale = self._line(words["stale"], "toc 1")
        self._contents()
        sect = self.docx.sections[-1]._sectPr
        front = copy.deepcopy(sect)
        for reference in front.findall(qn("w:footerReference")):
            front.remove(reference)
        self.docx.element.body.p_lst[-1].get_or_add_pPr().append(front)
        sect.find(qn("w:cols")).addprevious(parse_xml(f'<w:pgNumType {_W} w:start="1"/>'))

    def _contents(self) -> None:
        """Type the contents into a field that Word is told to renew."""
        asked = '<w:instrText xml:space="preserve"> TOC \\o "1-2" \\h \\z \\u </w:instrText>'
        code, line = parse_xml(f"<w:r {_W}>{asked}</w:r>"), None
        before = [self.begin, code, _mark("separate")]
        for block in _listed(self.document):
            line = self.docx.add_paragraph(style=f"toc {block.level}")
            link = parse_xml(f'<w:hyperlink {_W} w:anchor="_{block.anchor}" w:history="1"/>')
            text = titled(block, self.lang)
            self.entries.append((text, run := self._run(line, text)))
            link.append(run._r)
            for piece in (*before, link):
                line._p.append(piece)
            before = []
        if line is not None:
            line._p.append(_mark("end"))

    def _chapter(self, chapter: Chapter) -> None:
        turned = self.across != any(isinstance(b, Table) and b.wide for b in chapter.blocks)
        blocks = list(chapter.blocks)
        if turned:
            self._turn()
        if chapter.number >= 20 and len(blocks) > 1:
            title, table = blocks[:2]
            if isinstance(title, Heading) and isinstance(table, Table) and not table.caption:
                self._table(table, title, fresh=turned)  # each of its pages bears the title
                blocks = blocks[2:]
        for place, block in enumerate(blocks):
            self._block(block, chapter.number, fresh=turned and not place)

    def _turn(self) -> None:
        """Begin a section of pages the other way round; the break goes into the last paragraph."""
        self.across = not self.across
        sect = self.docx.element.body.sectPr
        self.docx.element.body.p_lst[-1].get_or_add_pPr().append(copy.deepcopy(sect))
        for start in sect.findall(qn("w:pgNumType")):
            sect.remove(start)
        page = self.docx.sections[-1]
        page.orientation = WD_ORIENT.LANDSCAPE if self.across else WD_ORIENT.PORTRAIT
        page.page_width, page.page_height = page.page_height, page.page_width
        sides = ("top_margin", "left_margin", "bottom_margin", "right_margin")
        old, shift = [getattr(page, side) for side in sides], 1 if self.across else 3
        for side, width in zip(sides, old[shift:] + old[:shift], strict=True):
            setattr(page, side, width)  # the binding edge goes to the top

    def _block(self, block: Block, chapter: int, *, fresh: bool = False) -> None:
        match block:
            case Heading(level=level):
                line = self._line(titled(block, self.lang), f"Heading {level}", block.anchor)
                if chapter >= 20 and level == 1:
                    line.paragraph_format.page_break_before = not fresh
            case Paragraph():
                self._line(block.text, "Body Text")
            case Table():
                self._table(block)
            case Picture():
                self._picture(block)

    def _table(self, block: Table, title: Heading | None = None, *, fresh: bool = False) -> None:
        """A table; above one that may run over a page, its title is repeated with the head."""
        above = below = None
        if title is not None:
            above = self._line(titled(title, self.lang), "Heading 1", title.anchor)
            above.paragraph_format.page_break_before = not fresh
        elif block.caption:
            caption = self._line(titled(block, self.lang), "Caption")
            caption.paragraph_format.keep_with_next = True
            above = caption if len(block.rows) > _KEPT else None
        if block.note:
            below = self._line(block.note, "Table Note")
        widths, size = _fit(block, (ACROSS if self.across else UPRIGHT) // 635, self.lang)
        text = self.tables.render(
            table=block, widths=widths, half_points=round(2 * size), right=block.numeric,
            above=above, few=len(block.rows) <= _KEPT, zh=self.lang == "zh", padding=_PADDING,
            rule=_RULE, nil=Markup('w:val="nil"'),
        )  # fmt: skip
        table = parse_xml(re.sub(r">\s+<", "><", text).strip())
        for line, place in ((above, 0), (below, -1)):
            if line is not None:
                table.findall(qn("w:tr"))[place].find(qn("w:tc")).append(line._p)
        self.docx.element.body.insert_element_before(table, "w:sectPr")
        end = self._line("", "Table Note").paragraph_format
        end.line_spacing, end.space_before, end.space_after = Pt(1), 0, Pt(8)

    def _picture(self, block: Picture) -> None:
        path = self.figures / self.lang / f"{block.name}.png"
        line = self.docx.add_paragraph(style="Figure")
        try:
            picture = line.add_run().add_picture(str(path), width=UPRIGHT)
        except (UnrecognizedImageError, UnexpectedEndOfFileError, OSError, ValueError) as error:
            raise no_picture(path) from error
        tallest = Mm(92) if self.across else Mm(185)
        if picture.height > tallest:
            picture.width = Emu(picture.width * tallest // picture.height)
            picture.height = tallest
        described = picture._inline.docPr
        described.set("title", printable(block.caption))
        described.set("descr", printable(block.alt))
        self._line(titled(block, self.lang), "Caption")

    def _line(self, text: str, style: str, anchor: str = ""):
        """A paragraph, with the bookmark that the contents point at."""
        line = self.docx.add_paragraph(style=style)
        if anchor:
            start = f'<w:bookmarkStart {_W} w:id="{anchor[1:]}" w:name="_{anchor}"/>'
            line._p.append(parse_xml(start))
        for place, piece in enumerate(text.split(BOLD)):
            if piece:
                self._run(line, piece).bold = place % 2 == 1 or None
        if anchor:
            line._p.append(parse_xml(f'<w:bookmarkEnd {_W} w:id="{anchor[1:]}"/>'))
        return line

    def _run(self, line, text: str):
        """A run; in Chinese, quotes and dashes take the Chinese face too."""
        run = line.add_run(printable(text))
        if self.lang == "zh":
            run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:hint"), "eastAsia")
        return run


def _listed(document: Document) -> Iterator[Heading]:
    """What the contents name: chapters, their sections, and annexes."""
    for chapter in document.chapters:
        for block in chapter.blocks if chapter.number else ():
            if isinstance(block, Heading) and block.level <= (2 if chapter.number < 20 else 1):
                yield block


def _mark(kind: str, *, dirty: bool = False):
    more = ' w:dirty="true"' * dirty
    return parse_xml(f'<w:r {_W}><w:fldChar w:fldCharType="{kind}"{more}/></w:r>')


def _laid_out(contents: list[bytes]) -> list[list[str]]:
    """Text of each file's pages, without spaces, as LibreOffice lays them out in one run.

    A file has no pages where it could not be laid out, or LibreOffice is not at hand.
    """
    office, reader = shutil.which("soffice"), shutil.which("pdftotext")
    if not office or not reader:
        return [[] for _ in contents]
    with tempfile.TemporaryDirectory() as name:
        sources, pixel = [Path(name, f"{n}.docx") for n in range(len(contents))], io.BytesIO()
        Image.new("L", (1, 1)).save(pixel, "PNG")
        for source, content in zip(sources, contents, strict=True):
            source.write_bytes(_packed(content, pixel.getvalue()))
        profile = f"-env:UserInstallation={Path(name, 'profile').as_uri()}"
        convert = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", name]
        _said([*convert, *map(str, sources)], _SECONDS * len(sources))
        read = [reader, "-enc", "UTF-8"]
        texts = [_said([*read, str(source.with_suffix(".pdf")), "-"]) for source in sources]
    return [[re.sub(r"\s", "", page) for page in text.split("\f")] for text in texts]


def _packed(content: bytes, picture: bytes | None = None) -> bytes:
    """The same file without the time of day at which its parts were packed.

    Parameters
    ----------
    content : bytes
    picture : bytes, optional
        A PNG to stand for every picture: it takes the same room and is laid out much faster.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as had, zipfile.ZipFile(out, "w") as made:
        for name in had.namelist():
            drawn = name.endswith(".png")
            part = picture if drawn and picture else had.read(name)
            form = zipfile.ZIP_STORED if drawn else zipfile.ZIP_DEFLATED
            made.writestr(zipfile.ZipInfo(name), part, form)
    return out.getvalue()


def _said(command: list[str], seconds: int = _SECONDS) -> str:
    """What a program printed; nothing where it failed."""
    try:
        done = subprocess.run(command, check=True, capture_output=True, timeout=seconds)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8")


def _fit(block: Table, available: int, lang: str) -> tuple[list[int], float]:
    """Widths of the columns in twips and the type in points.

    The largest type is taken in which no word or number breaks and rows stay about two lines
    high; columns that make rows tall are widened letter by letter while there is room.
    """
    least, size = [], SIZES[-1]
    columns = zip(*block.rows, strict=True)
    for head, fixed, texts in zip(block.header, block.numeric, columns, strict=True):
        longest = max(map(wide_as, texts))
        whole = longest if fixed or longest <= _SHORT else max(map(_unbroken, texts))
        bold = 1.15 if lang == "en" else 1.0
        least.append(max(round(bold * _unbroken(head)) + 1, whole))
    wide = np.array([[wide_as(text) for text in row] for row in (*block.rows, block.header)])
    widths, padding = least, 0.0
    for size in SIZES[len(least) > 6 :]:
        letter = size * _LETTER[lang]
        padding = 2 * _PADDING / letter + 0.5
        room = int(available / letter - len(least) * padding)
        widths, lines = list(least), 0
        heights = -(-wide // np.maximum(widths, 1))
        while sum(widths) <= room:
            tallest = heights.max(axis=1)
            lines = tallest.sum()
            votes = (heights == tallest[:, None])[tallest > 1].sum(axis=0)
            if sum(widths) == room or not votes.any():
                break
            n = votes.argmax()
            widths[n] += 1
            heights[:, n] = -(-wide[:, n] // widths[n])
        if lines and (lines <= 2 * len(wide) or size <= SIZES[2]):
            break
    scale = available / sum(width + padding for width in widths)
    return [int((width + padding) * scale) for width in widths], size


def _unbroken(text: str) -> int:
    """Width below which a word breaks, or Chinese stands fewer than five abreast."""
    words = re.findall(rf"[^\s{_BREAKS}]+", text)
    return max([min(wide_as(text), 10), *map(wide_as, words)])
