"""Reading spreadsheets that nobody vouches for into grids of cells, as Excel shows them.

A file is known by its content, not by its name. Nothing in it is run: formulas give the result
stored beside them; macros, links, pictures and pivots are never opened. Sizes are bounded before
anything is unpacked, and a part of a workbook that declares XML entities is refused.
"""

from __future__ import annotations

import csv
import datetime as dt
import email
import io
import re
import unicodedata
import warnings
import zipfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from openpyxl.utils import get_column_letter

from ..errors import DataError, UsageError
from ..messages import problem
from .cells import Cell, shown

MAX_BYTES, MAX_UNZIPPED = 20_000_000, 120_000_000
MAX_PARTS, MAX_CELLS, MAX_TEXT = 2_000, 300_000, 2_000
EXCEL_PASSWORD = "VelvetSweatshop"  # Excel tries it silently: workbooks protected against writing
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What a file is that is not read, by its first bytes, by a part of its package, by its stream
_SIGNATURES = {
    b"%PDF": "PDF", b"{\\rtf": "RTF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF",
    b"Rar!": "RAR", b"7z\xbc\xaf\x27\x1c": "7-Zip", b"\x1f\x8b": "gzip", b"ID;P": "SYLK",
    b"\x09\x00\x04\x00": "Excel 2", b"\x09\x02\x06\x00": "Excel 3", b"\x09\x04\x06\x00": "Excel 4",
}  # fmt: skip
_PARTS = {
    "xl/workbook.xml": "xlsx", "xl/workbook.bin": "Excel .xlsb", "content.xml": "OpenDocument .ods",
    "word/document.xml": "Word .docx", "ppt/presentation.xml": "PowerPoint .pptx",
}  # fmt: skip
_STREAMS = {
    "EncryptedPackage": "encrypted", "Workbook": "xls", "Book": "xls",
    "WordDocument": "Word .doc", "PowerPoint Document": "PowerPoint .ppt",
}  # fmt: skip


@dataclass(frozen=True)
class Grid:
    """The cells of one sheet by (row, column), both counted from 1.

    ``merged`` ranges are (first row, first column, last row, last column); ``plain`` is delimited
    text, which has no tabs.
    """

    name: str
    cells: dict[tuple[int, int], Cell]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    plain: bool = False


@dataclass(frozen=True)
class Workbook:
    """A file that was read: its name and its sheets."""

    name: str
    grids: tuple[Grid, ...] = field(repr=False)


def read_workbook(path: str | Path) -> Workbook:
    """Read .xlsx, .xls, a web page under either name, or delimited text.

    Raises
    ------
    UsageError
        There is no such file.
    DataError
        The file is empty, encrypted, damaged, too large, or of a kind that is not read; the
        message names what it is and what to do.
    """
    path = Path(path)
    if path.is_dir():
        raise UsageError(
            f"{path.name} is a folder: name a file in it / {path.name} 是文件夹，请指明其中的文件"
        )
    if not path.is_file():
        raise UsageError(f"no file {path.name} / 没有该文件：{path}")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _refused(path.name, "too_large", limit=f"{MAX_BYTES:,} bytes")
        return read_content(path.name, path.read_bytes())
    except OSError as error:
        raise _refused(path.name, "unopened", detail=error.strerror or "") from error


def read_content(name: str, content: bytes) -> Workbook:
    """Read the content of a file; see `read_workbook`."""
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise _refused(name, "empty")
    readers = {"xlsx": _read_xlsx, "xls": _read_xls, "html": _read_html, "text": _read_text}
    try:
        content = _decrypted(name, content) if content.startswith(_OLE) else content
        kind = _kind(name, content)
        if kind not in readers:
            raise _refused(name, "encrypted" if kind == "encrypted" else "not_read", what=kind)
        grids = readers[kind](name, content)
    except DataError:
        raise
    except Exception as error:  # whatever a reader's library raises on a broken file
        detail = " ".join(f"{type(error).__name__} {error}".split())[:120]
        raise _refused(name, "damaged", detail=detail) from error
    if not any(grid.cells for grid in grids):
        raise _refused(name, "empty")
    return Workbook(name, tuple(grids))


def _refused(file: str, code: str, **fill: Any) -> DataError:
    return DataError([problem(code, file, **fill)])


def _decrypted(name: str, content: bytes) -> bytes:
    """The content behind Excel's default password; as it is where there is none."""
    import msoffcrypto

    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(content))
        locked = file.is_encrypted()
    except Exception:
        return content  # what it is instead is said later
    out = io.BytesIO(b"" if locked else content)
    if locked:
        try:
            file.load_key(password=EXCEL_PASSWORD)
            file.decrypt(out)
        except Exception as error:
            raise _refused(name, "encrypted") from error
    return out.getvalue()


def _kind(name: str, content: bytes) -> str:
    """xlsx, xls, html or text, else what it is."""
    if what := next((what for start, what in _SIGNATURES.items() if content.startswith(start)), ""):
        return what
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {part.filename.replace("\\", "/") for part in archive.infolist()}
            if any(part.flag_bits & 1 for part in archive.infolist()):
                return "encrypted"
        return next((what for part, what in _PARTS.items() if part in names), "ZIP")
    if content.startswith(_OLE):
        found = (what for stream, what in _STREAMS.items() if stream.encode("utf-16-le") in content)
        return next(found)
    head = content[:4000].lower().replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if re.search(rb"<(?:html|table|body)[\s>]|<!doctype html", head) or (
        head.startswith(b"mime-version") and b"multipart/related" in head
    ):
        return "html"
    return "XML" if head.startswith((b"<?xml", b"<workbook")) else "text"


def _bounded(name: str, cells: int) -> None:
    if cells > MAX_CELLS:
        raise _refused(name, "too_large", limit=f"{MAX_CELLS:,} cells")


def _cell(name: str, value: Any, form: str, row: int, column: int, **marks: Any) -> Cell:
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise _refused(name, "long_cell", column=address(row, column), limit=f"{MAX_TEXT:,}")
    return shown(value, form, **marks)


def _raise(text: str) -> str:
    """Digits above the line, so that a footnote figure is not read as part of the number."""
    return text.translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


# ---- text --------------------------------------------------------------------------------------
def _decode(name: str, content: bytes) -> str:
    """Text by its mark, then as UTF-8, then as GB 18030 where that gives common characters."""
    wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    for code in ["utf-16"] if wide else ["utf-8-sig", "gb18030"]:
        try:
            text = content.decode(code)
        except UnicodeError:
            continue
        odd = sum(
            count
            for c, count in Counter(text).items()
            if unicodedata.category(c) in ("Cc", "Cn", "Co") and c not in "\t\r\n\f\v"
        )
        if odd <= len(text) // 500 and (code != "gb18030" or _is_chinese(text)):
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise _refused(name, "unknown_encoding")


def _is_chinese(text: str) -> bool:
    """Whether few characters are of those that GBK adds to GB 2312: what other codes look like.

    Characters of four bytes are none of these; nobody hits them by chance.
    """
    beyond = [c for c in text if not c.isascii() and c not in "—–·•‰‱№≥≤㎡\u3000"]
    common, added = (
        sum(bool(c.encode(code, "ignore")) for c in beyond) for code in ("gb2312", "gbk")
    )
    return added - common <= len(beyond) * 0.05


def _read_text(name: str, content: bytes) -> list[Grid]:
    text = _decode(name, content)
    cells: dict[tuple[int, int], Cell] = {}
    reader = _rows(text, max("\t,;|", key=lambda sign: _evenness(text, sign)))
    try:
        for row, entries in enumerate(reader, 1):
            filled = [(column, entry) for column, entry in enumerate(entries, 1) if entry.strip()]
            _bounded(name, len(cells) + len(filled))
            cells |= {(row, column): _cell(name, entry, "", row, column)
                      for column, entry in filled}  # fmt: skip
    except csv.Error as error:
        raise _refused(name, "bad_csv", row=reader.line_num, detail=error) from error
    return [Grid(Path(name).stem, cells, plain=True)]


def _rows(text: str, delimiter: str) -> Any:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _evenness(text: str, delimiter: str) -> tuple[int, int]:
    """How many rows a delimiter cuts into one number of columns, and how many columns."""
    widths: list[int] = []
    with suppress(csv.Error):  # reported when the file is read
        widths.extend(len(row) for row in _rows("\n".join(text.split("\n")[:200]), delimiter))
    several = [width for width in widths if width > 1]
    return max(map(several.count, several), default=0), max(several, default=0)


# ---- web pages saved as .xls -------------------------------------------------------------------
def _read_html(name: str, content: bytes) -> list[Grid]:
    """Every table that holds no other one."""
    import lxml.html

    if content[:12].lower() == b"mime-version":  # a single-file web page
        parts = email.message_from_bytes(content).walk()
        pages = [part for part in parts if part.get_content_type() == "text/html"]
        content = cast("bytes", pages[0].get_payload(decode=True)) if pages else b""
    text = re.sub(r"^\s*<\?xml[^>]*>", "", _decode(name, content))
    text = re.sub(r"(?i)<br\s*/?>", "\n", text)
    text = re.sub(r"(?is)<sup\b[^>]*>(.{0,40}?)</sup>", lambda match: _raise(match[1]), text)
    tables = [
        t for t in lxml.html.document_fromstring(text).iter("table") if t.find(".//table") is None
    ]
    if not tables:
        raise _refused(name, "not_read", what="HTML")
    return [_html_grid(name, table, number) for number, table in enumerate(tables, 1)]


def _html_grid(name: str, table: Any, number: int) -> Grid:
    cells: dict[tuple[int, int], Cell] = {}
    taken: set[tuple[int, int]] = set()
    merged, hidden = [], set()
    for r, row in enumerate(table.iter("tr"), 1):
        if "display:none" in "".join((row.get("style") or "").lower().split()):
            hidden.add(r)
        c = 1
        for entry in row.iterchildren("td", "th"):
            while (r, c) in taken:
                c += 1
            spans = (entry.get(key) or "1" for key in ("rowspan", "colspan"))
            down, across = (max(1, min(int(s), 1000)) if s.isdigit() else 1 for s in spans)
            taken |= {(y, x) for y in range(r, r + down) for x in range(c, c + across)}
            _bounded(name, len(taken))
            if down > 1 or across > 1:
                merged.append((r, c, r + down - 1, c + across - 1))
            if text := entry.text_content().strip():
                cells[r, c] = _cell(name, text, "", r, c)
            c += across
    return Grid(f"table{number}", cells, tuple(merged), hidden_rows=frozenset(hidden))


# ---- .xlsx -------------------------------------------------------------------------------------
_KEPT_RE = re.compile(
    r"\[content_types\]\.xml|_rels/\.rels|xl/(?:workbook|sharedstrings|styles)\.xml|"
    r"xl/_rels/workbook\.xml\.rels|xl/worksheets/[^/]+\.xml"
)
_COLS_RE, _DATA_RE, _MERGES_RE, _NAMES_RE = (
    re.compile(rb"(?s)<(?:\w+:)?%s\b[^>]*?(?:/>|>.*?</(?:\w+:)?%s>)" % (tag, tag))
    for tag in (b"cols", b"sheetData", b"mergeCells", b"definedNames")
)
_ROOT_RE = re.compile(rb"<(\w+:)?worksheet\b[^>]*>")
_CELL_RE = re.compile(rb"<(?:\w+:)?c[ />]")
_MERGE_RE = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*\bref\s*=\s*[\"']([^\"']{1,40})[\"']")
_FORMULA_RE = re.compile(
    rb"<(?:\w+:)?c\b[^>]*?\br=\"([A-Z]{1,3}[0-9]{1,7})\"[^>]*>\s*<(?:\w+:)?f[\s/>]"
)
_STRICT = {  # a workbook saved as Strict Open XML names the same things otherwise
    b"http://purl.oclc.org/ooxml/spreadsheetml/main":
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    b"http://purl.oclc.org/ooxml/officeDocument/relationships":
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}  # fmt: skip
_ENTITIES = [word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in
             ("ascii", "utf-16-le", "utf-16-be")]  # fmt: skip


def _bare_parts(name: str, content: bytes) -> dict[str, bytes]:
    """The parts that hold cells, without what hangs on them.

    Other programs leave drawings, links or styles dangling, on which openpyxl stops; nothing but
    cells, merged ranges, formats and what is hidden is wanted here.
    """
    from openpyxl.utils.cell import range_boundaries

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = archive.infolist()
        if len(found) > MAX_PARTS or sum(part.file_size for part in found) > MAX_UNZIPPED:
            raise _refused(name, "too_large", limit=f"{MAX_UNZIPPED:,} bytes unzipped")
        parts = {part.filename.replace("\\", "/"): archive.read(part) for part in found
                 if _KEPT_RE.fullmatch(part.filename.replace("\\", "/").lower())}  # fmt: skip
    cells = 0
    for part, text in parts.items():
        if any(sign in text for sign in _ENTITIES):
            raise _refused(name, "entities", what=part)
        for strict, usual in _STRICT.items():
            parts[part] = text = text.replace(strict, usual)
        if "worksheets/" in part:
            cells += len(_CELL_RE.findall(text))
            for reference in _MERGE_RE.findall(text):
                left, top, right, bottom = range_boundaries(reference.decode())
                cells += (right - left + 1) * (bottom - top + 1)
            _bounded(name, cells)
            root, data = _ROOT_RE.search(text), _DATA_RE.search(text)
            if root is None or data is None:
                raise _refused(name, "damaged", detail=part)
            pieces = (_COLS_RE.search(text), data, _MERGES_RE.search(text, data.end()))
            body = b"".join(piece[0] for piece in pieces if piece)
            parts[part] = root[0] + body + b"</" + (root[1] or b"") + b"worksheet>"
        elif part.endswith("workbook.xml"):
            parts[part] = _NAMES_RE.sub(b"", text)
        elif part.endswith("styles.xml"):
            fill = b"<fill><patternFill/></fill>"
            parts[part] = re.sub(rb"<fill>\s*</fill>|<fill\s*/>", fill, text)
    return parts


def _read_xlsx(name: str, content: bytes) -> list[Grid]:
    from openpyxl.reader.excel import ExcelReader

    parts, packed = _bare_parts(name, content), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part, text in parts.items():
            archive.writestr(part, text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on styles and extensions it does not keep
        reader = ExcelReader(packed, data_only=True, keep_links=False, rich_text=True)
        reader.read()
    found = [(entry.name, relation.target) for entry, relation in reader.parser.find_sheets()]
    return [_xlsx_grid(name, reader.wb[tab], parts[part]) for tab, part in found if part in parts]


def _xlsx_grid(name: str, sheet: Any, part: bytes) -> Grid:
    formulas = {reference.decode() for reference in _FORMULA_RE.findall(part)}
    cells: dict[tuple[int, int], Cell] = {}
    for (row, column), cell in sorted(sheet._cells.items()):  # its declared size may be a million
        value = cell.value
        marks: dict[str, Any] = {"formula": cell.coordinate in formulas}
        if value is None and not marks["formula"]:
            continue
        if isinstance(value, list):  # CellRichText: pieces of text, some with a font of their own
            value = "".join(map(_rich_piece, value))
        if cell.has_style:
            marks |= {"indent": int(cell.alignment.indent or 0), "struck": bool(cell.font.strike)}
        entry = _cell(name, value, cell.number_format, row, column, **marks)
        if entry.text or entry.fault:
            cells[row, column] = entry
    merged = tuple((m.min_row, m.min_col, m.max_row, m.max_col) for m in sheet.merged_cells.ranges)
    rows = {number for number, row in sheet.row_dimensions.items() if row.hidden or row.ht == 0}
    columns = {number for column in sheet.column_dimensions.values()
               if column.hidden or column.width == 0
               for number in range(column.min, min(column.max, 16384) + 1)}  # fmt: skip
    hidden = sheet.sheet_state != "visible"
    return Grid(sheet.title, cells, merged, hidden, frozenset(rows), frozenset(columns))


def _rich_piece(piece: Any) -> str:
    font = getattr(piece, "font", None)
    return _raise(str(piece)) if font and font.vertAlign == "superscript" else str(piece)


# ---- .xls --------------------------------------------------------------------------------------
def _read_xls(name: str, content: bytes) -> list[Grid]:
    import xlrd

    book = xlrd.open_workbook(
        file_contents=content, formatting_info=True, ragged_rows=True, logfile=io.StringIO()
    )
    return [_xls_grid(name, book, sheet) for sheet in book.sheets()]


def _xls_grid(name: str, book: Any, sheet: Any) -> Grid:
    merged = tuple((r1 + 1, c1 + 1, r2, c2) for r1, r2, c1, c2 in sheet.merged_cells)
    covered = sum((m[2] - m[0] + 1) * (m[3] - m[1] + 1) for m in merged)
    _bounded(name, covered + sum(map(sheet.row_len, range(sheet.nrows))) // 4)  # with many blanks
    stored = {(r, c): cell for r in range(sheet.nrows) for c, cell in enumerate(sheet.row(r))
              if cell.ctype not in (0, 6)}  # fmt: skip
    cells = {(r + 1, c + 1): entry for (r, c), cell in stored.items()
             if (entry := _xls_cell(name, book, sheet, r, c, cell)).text}  # fmt: skip
    rows = {r + 1 for r, row in sheet.rowinfo_map.items() if row.hidden}
    columns = {c + 1 for c, column in sheet.colinfo_map.items() if column.hidden}
    hidden = bool(sheet.visibility)
    return Grid(sheet.name, cells, merged, hidden, frozenset(rows), frozenset(columns))


def _xls_cell(name: str, book: Any, sheet: Any, r: int, c: int, cell: Any) -> Cell:
    import xlrd

    style, value = book.xf_list[cell.xf_index], cell.value
    if cell.ctype == xlrd.XL_CELL_ERROR:
        value = xlrd.error_text_from_code.get(value, "#ERROR!")
    elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
        value = bool(value)
    elif cell.ctype == xlrd.XL_CELL_DATE:
        try:
            value = xlrd.xldate_as_datetime(value, book.datemode)
        except (ValueError, OverflowError):
            value = dt.time()
    elif runs := sheet.rich_text_runlist_map.get((r, c)):
        starts = [start for start, _ in runs]
        pieces = [value[a:b] for a, b in zip(starts, [*starts[1:], None], strict=True)]
        raised = [book.font_list[font].escapement == 1 for _, font in runs]
        value = value[: starts[0]] + "".join(
            _raise(piece) if up else piece for piece, up in zip(pieces, raised, strict=True)
        )
    form, struck = book.format_map[style.format_key].format_str, book.font_list[style.font_index]
    marks = {"indent": style.alignment.indent_level, "struck": bool(struck.struck_out)}
    return _cell(name, value, form, r + 1, c + 1, **marks)


def address(row: int, column: int) -> str:
    """Excel's name of a cell: ``address(5, 3)`` is ``C5``."""
    return f"{get_column_letter(column)}{row}"
