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
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import DataError, UsageError
from .cells import Cell, shown
from .messages import problem

MAX_BYTES = 20_000_000
MAX_UNZIPPED = 120_000_000
MAX_PARTS = 2_000
MAX_CELLS = 500_000
MAX_TEXT = 2_000
DELIMITERS = "\t,;|"
EXCEL_PASSWORD = "VelvetSweatshop"  # Excel tries it silently: workbooks protected against writing

# What a file is that is not read, by its first bytes
_SIGNATURES = {
    b"%PDF": "PDF", b"{\\rtf": "RTF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF",
    b"Rar!": "RAR", b"7z\xbc\xaf\x27\x1c": "7-Zip", b"\x1f\x8b": "gzip", b"ID;P": "SYLK",
    b"\x09\x00\x04\x00": "Excel 2", b"\x09\x02\x06\x00": "Excel 3", b"\x09\x04\x06\x00": "Excel 4",
}  # fmt: skip
_ZIPPED = {
    "xl/workbook.xml": "xlsx",
    "xl/workbook.bin": "Excel .xlsb",
    "word/document.xml": "Word .docx",
    "ppt/presentation.xml": "PowerPoint .pptx",
    "content.xml": "OpenDocument .ods",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = {
    "EncryptedPackage": "encrypted", "Workbook": "xls", "Book": "xls",
    "WordDocument": "Word .doc", "PowerPoint Document": "PowerPoint .ppt",
}  # fmt: skip


@dataclass(frozen=True)
class Grid:
    """The cells of one sheet by (row, column), both counted from 1.

    Attributes
    ----------
    merged : tuple
        Ranges (first row, first column, last row, last column).
    hidden : bool
        Whether the sheet is hidden; `hidden_rows` and `hidden_columns` within it are.
    plain : bool
        Whether it is delimited text, which has neither tabs nor merged cells.
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
    """A file that was read: its name, what it is, and its sheets."""

    name: str
    kind: str
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
    if not path.is_file():
        raise UsageError(f"no file {path.name} / 没有该文件：{path}")
    if path.stat().st_size > MAX_BYTES:
        raise _refused(path.name, "too_large", limit=f"{MAX_BYTES:,} bytes")
    try:
        return read_content(path.name, path.read_bytes())
    except OSError as error:
        raise _refused(path.name, "unopened", detail=error.strerror or "") from error


def read_content(name: str, content: bytes) -> Workbook:
    """Read the content of a file; see `read_workbook`."""
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise _refused(name, "empty")
    if content.startswith(_OLE):
        content = _decrypted(name, content)
    kind = _kind(name, content)
    read: Callable[[str, bytes], list[Grid]] = {
        "xlsx": _read_xlsx, "xls": _read_xls, "html": _read_html, "text": _read_text,
    }[kind]  # fmt: skip
    try:
        grids = read(name, content)
    except DataError:
        raise
    except Exception as error:  # whatever a reader's library raises on a broken file
        detail = " ".join(f"{type(error).__name__} {error}".split())[:120]
        raise _refused(name, "damaged", detail=detail) from error
    if not any(grid.cells for grid in grids):
        raise _refused(name, "empty")
    return Workbook(name, kind, tuple(grids))


def _refused(file: str, code: str, **fill: Any) -> DataError:
    return DataError([problem(code, file, **fill)])


# ---- what a file is ----------------------------------------------------------------------------
def _decrypted(name: str, content: bytes) -> bytes:
    """The content behind Excel's default password; as it is where there is none."""
    import msoffcrypto

    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(content))
        locked = file.is_encrypted()
    except Exception:
        return content  # what it is instead is said later
    if not locked:
        return content
    out = io.BytesIO()
    try:
        file.load_key(password=EXCEL_PASSWORD)
        file.decrypt(out)
    except Exception as error:
        raise _refused(name, "encrypted") from error
    return out.getvalue()


def _kind(name: str, content: bytes) -> str:
    what = next((what for start, what in _SIGNATURES.items() if content.startswith(start)), "")
    if content.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                parts = archive.infolist()
        except Exception as error:
            raise _refused(name, "damaged", detail=str(error)[:120]) from error
        if any(part.flag_bits & 1 for part in parts):
            raise _refused(name, "encrypted")
        names = {part.filename.replace("\\", "/") for part in parts}
        what = next((what for part, what in _ZIPPED.items() if part in names), "ZIP")
    elif content.startswith(_OLE):
        found = (what for stream, what in _STREAMS.items() if stream.encode("utf-16-le") in content)
        what = next(found, "")
        if not what:
            raise _refused(name, "damaged", detail="no workbook in it")
        if what == "encrypted":
            raise _refused(name, what)
    if what in ("xlsx", "xls"):
        return what
    if what:
        raise _refused(name, "not_read", what=what)
    head = content[:4000].lower().replace(b"\0", b"")
    if re.search(rb"<(?:html|table|body)[\s>]|<!doctype html", head):
        return "html"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<?xml", b"<workbook")):
        raise _refused(name, "not_read", what="XML")
    if head.startswith(b"mime-version") and b"multipart/related" in head:
        return "html"
    return "text"


def _bounded(name: str, cells: int) -> None:
    if cells > MAX_CELLS:
        raise _refused(name, "too_large", limit=f"{MAX_CELLS:,} cells")


# ---- text --------------------------------------------------------------------------------------
def _decode(name: str, content: bytes) -> str:
    """Text by its mark, then as UTF-8, then as GB 18030 where that gives common characters."""
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    encoding = next((code for mark, code in marks.items() if content.startswith(mark)), None)
    if encoding is None and b"\0" in content[:4000]:
        # without a mark: commas and digits put the zero byte in the second or the first place
        low, high = content[1:4000:2].count(0), content[0:4000:2].count(0)
        encoding = "utf-16-le" if low > high else "utf-16-be"
    for code in [encoding] if encoding else ["utf-8", "gb18030"]:
        try:
            text = content.decode(code)
        except UnicodeError:
            continue
        odd = sum(unicodedata.category(c) in ("Cc", "Cn", "Co") for c in text)
        odd -= sum(text.count(c) for c in "\t\r\n\f\v")
        if odd <= len(text) // 500 and (code != "gb18030" or _is_chinese(text)):
            return text
    from charset_normalizer import from_bytes

    best = from_bytes(content[:20_000]).best()
    raise _refused(name, "unknown_encoding", what=best.encoding if best else "binary")


def _is_chinese(text: str) -> bool:
    """Whether few characters are of those that GBK adds to GB 2312: what other codes look like.

    Characters of four bytes are none of these; nobody hits them by chance.
    """
    beyond = [c for c in text if not c.isascii() and not c.isspace()]
    rare = sum(
        not _encodes(c, "gb2312") and _encodes(c, "gbk") and c not in "—–·•‰‱№≥≤㎡" for c in beyond
    )
    return rare <= len(beyond) * 0.05


def _encodes(char: str, code: str) -> bool:
    try:
        return bool(char.encode(code))
    except UnicodeEncodeError:
        return False


def _read_text(name: str, content: bytes) -> list[Grid]:
    text = _decode(name, content).lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    delimiter = _delimiter(text)
    cells: dict[tuple[int, int], Cell] = {}
    reader = _rows(text, delimiter)
    row = 1
    try:
        for entries in reader:
            for column, entry in enumerate(entries, 1):
                if entry.strip():
                    cells[row, column] = _cell(name, entry, "", row, column)
            _bounded(name, len(cells))
            row += 1
    except csv.Error as error:
        raise DataError([problem("bad_csv", name, row=reader.line_num, detail=error)]) from error
    return [Grid(Path(name).stem, cells, plain=True)]


def _rows(text: str, delimiter: str) -> Any:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _delimiter(text: str) -> str:
    """The delimiter that gives the most rows one common number of columns."""
    head = "\n".join(text.split("\n")[:200])
    best, score = ",", (0, 0)
    for delimiter in DELIMITERS:
        widths: Counter[int] = Counter()
        try:
            widths.update(len(row) for row in _rows(head, delimiter) if len(row) > 1)
        except csv.Error:
            if delimiter not in head:
                continue
        if widths and (widths.most_common(1)[0][1], max(widths)) > score:
            best, score = delimiter, (widths.most_common(1)[0][1], max(widths))
    return best


def _cell(name: str, value: Any, form: str, row: int, column: int, **marks: Any) -> Cell:
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise _refused(name, "long_cell", column=address(row, column), limit=f"{MAX_TEXT:,}")
    return shown(value, form, **marks)


# ---- web pages saved as .xls -------------------------------------------------------------------
def _read_html(name: str, content: bytes) -> list[Grid]:
    """Every table that holds no other one; ``display:none`` hides a row."""
    import lxml.html

    if content[:12].lower() == b"mime-version":  # a single-file web page
        parts = [p for p in email.message_from_bytes(content).walk()
                 if p.get_content_type() == "text/html"]  # fmt: skip
        content = parts[0].get_payload(decode=True) if parts else b""
    text = _decode(name, content)
    page = lxml.html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*>", "", text))
    tables = [table for table in page.iter("table") if not table.findall(".//table")]
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
            down, across = (
                min(int(span), 1000) if (span := entry.get(key) or "1").isdigit() else 1
                for key in ("rowspan", "colspan")
            )
            last = (r + max(down, 1) - 1, c + max(across, 1) - 1)
            taken |= {(y, x) for y in range(r, last[0] + 1) for x in range(c, last[1] + 1)}
            _bounded(name, len(taken))
            if last != (r, c):
                merged.append((r, c, *last))
            text = "".join(_pieces(entry)).strip()
            if text:
                cells[r, c] = _cell(name, text, "", r, c)
            c = last[1] + 1
    return Grid(f"table{number}", cells, tuple(merged), hidden_rows=frozenset(hidden))


def _pieces(element: Any) -> Iterator[str]:
    raised = element.tag == "sup"
    yield _raise(element.text or "") if raised else (element.text or "")
    for child in element:
        if isinstance(child.tag, str):
            yield "\n" if child.tag == "br" else ""
            yield from map(_raise, _pieces(child)) if raised else _pieces(child)
        yield child.tail or ""


def _raise(text: str) -> str:
    """Digits above the line, so that a footnote figure is not read as part of the number."""
    return text.translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


# ---- .xlsx -------------------------------------------------------------------------------------
_KEPT_RE = re.compile(
    r"\[content_types\]\.xml|_rels/\.rels|xl/(?:workbook|sharedstrings|styles)\.xml|"
    r"xl/_rels/workbook\.xml\.rels|xl/worksheets/[^/]+\.xml"
)
_TAG = rb"<(?:\w+:)?%s\b[^>]*?(?:/>|>.*?</(?:\w+:)?%s>)"
_COLS_RE, _DATA_RE, _MERGES_RE, _NAMES_RE = (
    re.compile(_TAG % (tag, tag), re.S)
    for tag in (b"cols", b"sheetData", b"mergeCells", b"definedNames")
)
_ROOT_RE = re.compile(rb"<(\w+:)?worksheet\b[^>]*>")
_CELL_RE = re.compile(rb"<(?:\w+:)?c[ />]")
_MERGE_RE = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*\bref\s*=\s*[\"']([^\"']{1,40})[\"']")
_FORMULA_RE = re.compile(
    rb"<(?:\w+:)?c\b[^>]*?\br=\"([A-Z]{1,3}[0-9]{1,7})\"[^>]*>\s*<(?:\w+:)?f[\s/>]"
)
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
        if "worksheets/" in part:
            cells += len(_CELL_RE.findall(text))
            for reference in _MERGE_RE.findall(text):
                left, top, right, bottom = range_boundaries(reference.decode())
                cells += (right - left + 1) * (bottom - top + 1)
            _bounded(name, cells)
            root, data = _ROOT_RE.search(text), _DATA_RE.search(text)
            if not (root and data):
                raise _refused(name, "damaged", detail=part)
            pieces = (_COLS_RE.search(text), data, _MERGES_RE.search(text, data.end()))
            body = b"".join(piece[0] for piece in pieces if piece)
            parts[part] = root[0] + body + b"</" + (root[1] or b"") + b"worksheet>"
        elif part.endswith("workbook.xml"):
            parts[part] = _NAMES_RE.sub(b"", text)
        elif part.endswith("styles.xml"):
            parts[part] = re.sub(
                rb"<fill>\s*</fill>|<fill\s*/>", b"<fill><patternFill/></fill>", text
            )
    return parts


def _read_xlsx(name: str, content: bytes) -> list[Grid]:
    import warnings

    from openpyxl.reader.excel import ExcelReader

    parts = _bare_parts(name, content)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part, text in parts.items():
            archive.writestr(part, text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on styles and extensions it does not keep
        reader = ExcelReader(packed, data_only=True, keep_links=False, rich_text=True)
        reader.read()
    grids = []
    for entry, relation in reader.parser.find_sheets():
        if relation.target in parts:
            formulas = {ref.decode() for ref in _FORMULA_RE.findall(parts[relation.target])}
            grids.append(_xlsx_grid(name, reader.wb[entry.name], formulas))
    return grids


def _xlsx_grid(name: str, sheet: Any, formulas: set[str]) -> Grid:
    cells: dict[tuple[int, int], Cell] = {}
    for (row, column), cell in sorted(sheet._cells.items()):  # its declared size may be a million
        value, formula = cell.value, cell.coordinate in formulas
        if value is None and not formula:
            continue
        if isinstance(value, list):  # CellRichText: pieces of text, some with a font of their own
            value = "".join(map(_rich_piece, value))
        marks: dict[str, Any] = {"formula": formula}
        if cell.has_style:
            marks |= {"indent": int(cell.alignment.indent or 0), "struck": bool(cell.font.strike)}
        entry = _cell(name, value, cell.number_format, row, column, **marks)
        if entry.text or entry.fault:
            cells[row, column] = entry
    merged = tuple((m.min_row, m.min_col, m.max_row, m.max_col) for m in sheet.merged_cells.ranges)
    rows = {number for number, row in sheet.row_dimensions.items() if row.hidden or row.ht == 0}
    columns = {
        number
        for column in sheet.column_dimensions.values()
        if column.hidden or column.width == 0
        for number in range(column.min, min(column.max, 16384) + 1)
    }
    return Grid(
        sheet.title, cells, merged, sheet.sheet_state != "visible", frozenset(rows),
        frozenset(columns),
    )  # fmt: skip


def _rich_piece(piece: Any) -> str:
    font = getattr(piece, "font", None)
    raised = font is not None and font.vertAlign == "superscript"
    return _raise(str(piece)) if raised else str(piece)


# ---- .xls --------------------------------------------------------------------------------------
def _read_xls(name: str, content: bytes) -> list[Grid]:
    import xlrd

    book = xlrd.open_workbook(
        file_contents=content, formatting_info=True, ragged_rows=True, logfile=io.StringIO()
    )
    return [_xls_grid(name, book, sheet) for sheet in book.sheets()]


def _xls_grid(name: str, book: Any, sheet: Any) -> Grid:
    import xlrd

    cells: dict[tuple[int, int], Cell] = {}
    _bounded(name, sum(map(sheet.row_len, range(sheet.nrows))) // 4)  # blank cells count little
    for r in range(sheet.nrows):
        for c, cell in enumerate(sheet.row(r)):
            if cell.ctype not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                entry = _xls_cell(name, book, sheet, r, c, cell)
                if entry.text or entry.fault:
                    cells[r + 1, c + 1] = entry
    merged = tuple((r1 + 1, c1 + 1, r2, c2) for r1, r2, c1, c2 in sheet.merged_cells)
    _bounded(name, len(cells) + sum((m[2] - m[0] + 1) * (m[3] - m[1] + 1) for m in merged))
    rows = {r + 1 for r, row in sheet.rowinfo_map.items() if row.hidden}
    columns = {c + 1 for c, column in sheet.colinfo_map.items() if column.hidden}
    return Grid(
        sheet.name, cells, merged, bool(sheet.visibility), frozenset(rows), frozenset(columns)
    )


def _xls_cell(name: str, book: Any, sheet: Any, r: int, c: int, cell: Any) -> Cell:
    import xlrd

    style = book.xf_list[cell.xf_index]
    value: Any = cell.value
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
        ends = [start for start, _ in runs[1:]] + [len(value)]
        pieces = [value[: runs[0][0]]]
        for (start, font), end in zip(runs, ends, strict=True):
            raised = book.font_list[font].escapement == 1
            pieces.append(_raise(value[start:end]) if raised else value[start:end])
        value = "".join(pieces)
    return _cell(
        name, value, book.format_map[style.format_key].format_str, r + 1, c + 1,
        indent=style.alignment.indent_level,
        struck=bool(book.font_list[style.font_index].struck_out),
    )  # fmt: skip


def address(row: int, column: int) -> str:
    """Excel's name of a cell: ``address(5, 3)`` is ``C5``."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"
