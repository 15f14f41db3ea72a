"""Reading spreadsheets that nobody vouches for into grids of cells.

A file is known by its content, not by its name. Nothing in it is run: formulas give the result
stored beside them, macros, external links, pictures and pivots are never opened, and a part of a
workbook that declares XML entities is refused. Sizes are bounded before anything is unpacked.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import unicodedata
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..errors import DataError, UsageError
from .texts import problem

MAX_BYTES = 20_000_000
MAX_UNZIPPED = 30_000_000
MAX_PARTS = 2_000
MAX_SHEETS = 50
MAX_ROWS = 20_000
MAX_COLUMNS = 500
MAX_CELLS = 200_000
MAX_TEXT = 2_000
DELIMITERS = "\t,;|"

# What a file is that is no spreadsheet, by its first bytes
_SIGNATURES = {
    b"%PDF": "PDF",
    b"{\\rtf": "RTF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"\x1f\x8b": "gzip",
    b"\x09\x00\x04\x00": "Excel 2",
    b"\x09\x02\x06\x00": "Excel 3",
    b"\x09\x04\x06\x00": "Excel 4",
}
_ZIPPED = {
    "xl/workbook.xml": "xlsx",
    "xl/workbook.bin": "Excel .xlsb",
    "word/document.xml": "Word .docx",
    "ppt/presentation.xml": "PowerPoint .pptx",
    "content.xml": "OpenDocument",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = {
    "EncryptedPackage": "encrypted",
    "Workbook": "xls",
    "Book": "xls",
    "WordDocument": "Word .doc",
    "PowerPoint Document": "PowerPoint .ppt",
}
_SUFFIXES = {"xlsx": (".xlsx", ".xlsm"), "xls": (".xls", ".et"), "text": (".csv", ".tsv", ".txt")}


@dataclass(frozen=True)
class Cell:
    """One cell as it is shown, numbers in full precision.

    Attributes
    ----------
    text : str
        The print: ``0.17%`` for a stored 0.0017 in a per cent format, ``41家`` where the format
        adds 家; footnote figures raised above the line become superscript characters.
    kind : {"text", "number", "date"}
    fault : str
        Why a figure must not be taken from here: excel_error, no_result, date_value, odd_format,
        struck_out; empty where nothing speaks against it.
    note : str
        formula_value or external_value where the figure is the stored result of a formula.
    indent : int
        Steps of indentation.
    """

    text: str
    kind: str = "text"
    fault: str = ""
    note: str = ""
    indent: int = 0


@dataclass(frozen=True)
class Grid:
    """The cells of one sheet by (row, column), both counted from 1; ``merged`` ranges are
    (first row, first column, last row, last column)."""

    name: str
    cells: dict[tuple[int, int], Cell]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    plain: bool = False


@dataclass(frozen=True)
class Workbook:
    """A file that was read: its name, what it is, its sheets and what is to be said of it."""

    name: str
    kind: str
    encoding: str
    grids: tuple[Grid, ...]
    notes: list[dict] = field(default_factory=list)


def read_workbook(path: str | Path) -> Workbook:
    """Read .xlsx, .xls or delimited text, known by its content.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Workbook

    Raises
    ------
    UsageError
        There is no such file.
    DataError
        The file is empty, encrypted, damaged, too large, or no spreadsheet; the message names
        what it is and what to do.
    """
    path = Path(path)
    if not path.is_file():
        raise UsageError(f"no file {path.name} / 没有该文件：{path}")
    if path.stat().st_size > MAX_BYTES:
        raise _refused(path.name, "too_large", limit=f"{MAX_BYTES:,} bytes")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _refused(path.name, "unopened", detail=error.strerror or "") from error
    return read_content(path.name, content)


def read_content(name: str, content: bytes) -> Workbook:
    """Read the content of a file; see `read_workbook`."""
    kind = _kind(name, content)
    encoding = ""
    notes: list[dict] = []
    if kind == "xlsx":
        grids = _read_xlsx(name, content, notes)
    elif kind == "xls":
        grids = _read_xls(name, content, notes)
    else:
        text, encoding = _decode(name, content)
        grids = [_read_text(name, text)]
    suffix = Path(name).suffix.lower()
    if suffix not in _SUFFIXES[kind]:
        notes.append(problem("renamed", name, severity="warning", value=suffix, what=kind))
    if not any(grid.cells for grid in grids):
        raise _refused(name, "empty")
    return Workbook(name, kind, encoding, tuple(grids), notes)


def _refused(file: str, code: str, **fill: Any) -> DataError:
    return DataError([problem(code, file, **fill)])


# ---- what a file is ----------------------------------------------------------------------------
def _kind(name: str, content: bytes) -> str:
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise _refused(name, "empty")
    if content.startswith(b"PK"):
        return _zipped(name, content)
    if content.startswith(_OLE):
        return _compound(name, content)
    for start, what in _SIGNATURES.items():
        if content.startswith(start):
            raise _refused(name, "not_a_sheet", what=what)
    head = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype", b"<html", b"<?xml", b"<table", b"<workbook")):
        raise _refused(name, "not_a_sheet", what="HTML / XML")
    return "text"


def _zipped(name: str, content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except Exception as error:
        raise _refused(name, "damaged", detail=_brief(error)) from error
    if any(part.flag_bits & 1 for part in parts):
        raise _refused(name, "encrypted")
    names = {part.filename for part in parts}
    what = next((what for part, what in _ZIPPED.items() if part in names), "ZIP")
    if what != "xlsx":
        raise _refused(name, "not_a_sheet", what=what)
    return what


def _compound(name: str, content: bytes) -> str:
    for stream, what in _STREAMS.items():
        if stream.encode("utf-16-le") in content:
            if what == "encrypted":
                raise _refused(name, "encrypted")
            if what != "xls":
                raise _refused(name, "not_a_sheet", what=what)
            return what
    raise _refused(name, "damaged", detail="no workbook in it")


def _brief(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__} {error}".split())[:120]


# ---- text --------------------------------------------------------------------------------------
def _decode(name: str, content: bytes) -> tuple[str, str]:
    """Text and encoding: by mark, then UTF-8, then GB 18030 where that gives common characters."""
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
        if code != "gb18030" or _is_chinese(text):
            if odd := sum(unicodedata.category(c) in ("Cc", "Cn", "Co") for c in text):
                odd -= sum(text.count(c) for c in "\t\r\n\f\v")
            if odd > len(text) // 500:
                break
            return text, code
    raise _refused(name, "unknown_encoding", what=_guess(content))


def _is_chinese(text: str) -> bool:
    """Whether nearly all characters beyond ASCII are of the everyday set GB 2312."""
    beyond = [c for c in text if not c.isascii() and not c.isspace()]
    rare = 0
    for char in beyond:
        try:
            char.encode("gb2312")
        except UnicodeEncodeError:
            rare += char not in "—–·•‰‱①②③④⑤⑥⑦⑧⑨⑩㎡№≥≤"
    return rare <= len(beyond) * 0.05


def _guess(content: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(content[:20_000]).best()
    return best.encoding if best else "binary"


def _read_text(name: str, text: str) -> Grid:
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if (lines := text.count("\n")) > MAX_ROWS:
        raise _refused(name, "too_many", what=f"{lines:,} rows", limit=f"{MAX_ROWS:,}")
    delimiter = _delimiter(name, text)
    cells: dict[tuple[int, int], Cell] = {}
    try:
        for number, row in enumerate(_rows(text, delimiter), 1):
            for column, entry in enumerate(row, 1):
                if entry.strip():
                    cells[number, column] = _text_cell(name, entry, number, column)
            if len(row) > MAX_COLUMNS and any(c.strip() for c in row[MAX_COLUMNS:]):
                what = f"{len(row):,} columns"
                raise _refused(name, "too_many", what=what, limit=MAX_COLUMNS)
    except csv.Error as error:
        raise _refused(name, "bad_csv", detail=str(error)) from error
    _bounded(name, len(cells))
    return Grid(Path(name).stem, cells, plain=True)


def _rows(text: str, delimiter: str):
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _delimiter(name: str, text: str) -> str:
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


def _text_cell(name: str, entry: str, row: int, column: int) -> Cell:
    if len(entry) > MAX_TEXT:
        raise _refused(
            name, "long_cell", row=row, column=address(row, column), limit=f"{MAX_TEXT:,}"
        )
    text = entry.strip("\r\n\t ")
    if match := re.fullmatch('="([^"]*)"', text):  # how some programs keep digits as text
        text = match[1]
    elif text[:1] == "'" and text[1:2] in ("=", "+", "-", "@"):
        text = text[1:]
    wide = len(text) - len(text.lstrip("\u3000"))
    spaces = (len(entry) - len(entry.lstrip(" \t"))) // 2
    return Cell(text, fault=_text_fault(text), indent=wide + spaces)


def _text_fault(text: str) -> str:
    return "excel_error" if re.fullmatch(r"#(?:N/A|[A-Z]+[!?/0]*[!?])", text) else ""


def _bounded(name: str, count: int, limit: int = MAX_CELLS) -> None:
    if count > limit:
        raise _refused(name, "too_many", what=f"{count:,} cells", limit=f"{limit:,}")


# ---- .xlsx -------------------------------------------------------------------------------------
_CELL_RE = re.compile(rb"<(?:\w+:)?c[ />]")
_FORMULA_RE = re.compile(rb"<(?:\w+:)?f[ />]")
_MERGE_RE = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*\bref\s*=\s*[\"']([^\"']{1,40})[\"']")
_RANGE_RE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})(?::([A-Z]{1,3})([0-9]{1,7}))?")
_ENTITIES = [word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in
             ("ascii", "utf-16-le", "utf-16-be")]  # fmt: skip


def _look_through(name: str, content: bytes) -> bool:
    """Refuse a package that is too large or declares entities; return whether it has formulas."""
    formulas = False
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNZIPPED:
            raise _refused(name, "too_large", limit=f"{MAX_UNZIPPED:,} bytes unzipped")
        cells = 0
        for part in parts:
            if not part.filename.lower().endswith((".xml", ".rels", ".vml")):
                continue
            try:
                text = archive.read(part)
            except Exception as error:
                raise _refused(name, "damaged", detail=_brief(error)) from error
            if any(sign in text for sign in _ENTITIES):
                raise _refused(name, "entities", what=part.filename)
            if "worksheets/" in part.filename:
                cells += len(_CELL_RE.findall(text))
                formulas = formulas or bool(_FORMULA_RE.search(text))
                _bounded(name, cells)
                _bounded(name, sum(map(_area, _MERGE_RE.findall(text))))
    return formulas


def _area(reference: bytes) -> int:
    match = _RANGE_RE.fullmatch(reference.decode("ascii", "replace").replace("$", ""))
    if match is None:
        return 0
    left, top, right, bottom = match.groups()
    columns = _column_number(right or left) - _column_number(left) + 1
    return max(columns, 1) * max(int(bottom or top) - int(top) + 1, 1)


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _read_xlsx(name: str, content: bytes, notes: list[dict]) -> list[Grid]:
    import warnings

    import openpyxl

    formulas = _look_through(name, content)

    def load(values: bool):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on styles and extensions it does not keep
            return openpyxl.load_workbook(
                io.BytesIO(content), data_only=values, keep_links=False, rich_text=True
            )

    try:
        book = load(True)
        sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "_cells")]
        originals = load(False) if formulas else None
        if len(sheets) > MAX_SHEETS:
            raise _refused(name, "too_many", what=f"{len(sheets)} sheets", limit=MAX_SHEETS)
        return [
            _xlsx_grid(name, sheet, originals[sheet.title] if originals else None, notes)
            for sheet in sheets
        ]
    except DataError:
        raise
    except Exception as error:
        raise _refused(name, "damaged", detail=_brief(error)) from error


def _xlsx_grid(name: str, sheet: Any, original: Any, notes: list[dict]) -> Grid:
    if sheet.sheet_state != "visible":
        notes.append(problem("hidden_sheet", f"{name} [{sheet.title}]", severity="warning"))
    cells: dict[tuple[int, int], Cell] = {}
    # the cells that the file holds; its declared size may be a million rows
    for (row, column), cell in sorted(sheet._cells.items()):
        formula = _formula(original._cells.get((row, column))) if original else ""
        if cell.value is None and not formula:
            continue
        entry = _xlsx_cell(name, cell, formula)
        if entry.text or entry.fault:
            _inside(name, sheet.title, row, column)
            cells[row, column] = entry
    merged = tuple((m.min_row, m.min_col, m.max_row, m.max_col) for m in sheet.merged_cells.ranges)
    return Grid(sheet.title, cells, merged)


def _inside(name: str, sheet: str, row: int, column: int) -> None:
    if row > MAX_ROWS or column > MAX_COLUMNS:
        what = f"[{sheet}] {address(row, column)}"
        raise _refused(name, "too_many", what=what, limit=address(MAX_ROWS, MAX_COLUMNS))


def _formula(cell: Any) -> str:
    """The text of a cell's formula; ``=`` where it is of a kind without text."""
    if cell is None or cell.data_type != "f":
        return ""
    value = cell.value
    return value if isinstance(value, str) else getattr(value, "text", None) or "="


def _xlsx_cell(name: str, cell: Any, formula: str) -> Cell:
    indent = int(cell.alignment.indent or 0) if cell.has_style else 0
    struck = "struck_out" if cell.has_style and cell.font.strike else ""
    note = ("external_value" if "[" in formula else "formula_value") if formula else ""
    value = cell.value
    if value is None:
        return Cell("", fault="no_result")
    if isinstance(value, list):  # CellRichText: pieces of text, some with a font of their own
        value = "".join(_piece(piece) for piece in value)
    return _cell(name, value, cell.number_format, cell.row, cell.column, indent, struck, note)


def _piece(piece: Any) -> str:
    font = getattr(piece, "font", None)
    raised = font is not None and font.vertAlign == "superscript"
    return _raise(str(piece)) if raised else str(piece)


def _raise(text: str) -> str:
    """Digits above the line, so that a footnote figure is not read as part of the number."""
    return text.translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _cell(
    name: str, value: Any, form: str, row: int, column: int, indent: int, struck: str, note: str
) -> Cell:
    if isinstance(value, bool):
        return Cell(str(value).upper(), fault=struck)
    if isinstance(value, (int, float)):
        text, fault = show_number(value, form or "")
        return Cell(text, "number", fault or struck, note, indent)
    if isinstance(value, (dt.datetime, dt.date)):
        return Cell(_show_date(value, form), "date", struck, note, indent)
    if isinstance(value, (dt.time, dt.timedelta)):
        return Cell(str(value), "date", "date_value", note, indent)
    text = _text_cell(name, str(value), row, column)
    return Cell(text.text, "text", text.fault or struck, note, indent + text.indent)


def _show_date(value: dt.date, form: str) -> str:
    """A date; where the format shows the year only, the year."""
    plain = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", form or "").lower()
    if "y" in plain and not set("mdhs") & set(plain.replace("general", "")):
        return f"{value.year}年"
    return f"{value:%Y-%m-%d}"


_LITERAL_RE = re.compile(r'"([^"]*)"|[\\!](.)|\[[^\]]*\]|[_*].')


def show_number(value: float, form: str) -> tuple[str, str]:
    """A stored number as its format prints it, in full precision, and a fault where it hides it.

    Parameters
    ----------
    value : float
    form : str
        Excel's number format, e.g. ``0.00%`` or ``#,##0"家"``.

    Returns
    -------
    tuple of str
        The print, and ``odd_format`` where the format shows another number than is stored.
    """
    try:
        number = Decimal(f"{value:.15g}")
    except ArithmeticError:
        return str(value), "excel_error"
    if not number.is_finite():
        return str(value), "excel_error"
    sections = form.replace("\0", "").split(";")
    section = sections[1] if value < 0 and len(sections) > 1 else sections[0]
    literals = []

    def keep(match: re.Match) -> str:
        literals.append(match[1] or match[2] or "")
        return "\0" if match[1] or match[2] else ""

    plain = _LITERAL_RE.sub(keep, section)
    words = iter(word for word in literals if word)
    plain_words = re.sub("\0", lambda _: next(words), plain)
    odd = bool(re.search(r"[0#?],+(?![0#?,])", plain)) or (bool(form) and not section.strip())
    before, after = _around(plain_words)
    odd = odd or bool(re.search(r"\d", before + after))
    if percents := plain.count("%"):
        number *= 100**percents
        after = after.replace("%", "", percents)
    text = f"{number:f}"
    text = (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
    unit = "%" * bool(percents) + "".join(c for c in after if not c.isspace() and c not in "()-+")
    before = "".join(c for c in before if c.isalpha() or c in "≥≤><约")
    before = before if not before.isascii() else ""
    return before + text + unit, "odd_format" if odd or percents > 1 else ""


def _around(section: str) -> tuple[str, str]:
    """Literal text before and after the digits of a format section."""
    if section.strip().lower() in ("", "general", "@", "g/通用格式"):
        return "", ""
    match = re.fullmatch(
        r"(?s)([^0#?]*)((?:[0#?]|[.,/](?=[0#?,])|,(?=$|[^0#?])|E[+-](?=[0#?])|\s(?=[0#?]))*)(.*)",
        section,
    )
    if not match or not match[2]:
        return "", ""
    after = re.sub(r"(?i)general", "", match[3])
    return match[1], "".join(c for c in after if c not in "@,.")


# ---- .xls --------------------------------------------------------------------------------------
def _read_xls(name: str, content: bytes, notes: list[dict]) -> list[Grid]:
    import xlrd

    log = io.StringIO()
    try:
        book = xlrd.open_workbook(
            file_contents=content, formatting_info=True, ragged_rows=True, logfile=log
        )
        if book.nsheets > MAX_SHEETS:
            raise _refused(name, "too_many", what=f"{book.nsheets} sheets", limit=MAX_SHEETS)
        return [_xls_grid(name, book, sheet, notes) for sheet in book.sheets()]
    except DataError:
        raise
    except Exception as error:
        if "encrypted" in str(error).lower():
            raise _refused(name, "encrypted") from error
        raise _refused(name, "damaged", detail=_brief(error)) from error


def _xls_grid(name: str, book: Any, sheet: Any, notes: list[dict]) -> Grid:
    if sheet.visibility:
        notes.append(problem("hidden_sheet", f"{name} [{sheet.name}]", severity="warning"))
    cells: dict[tuple[int, int], Cell] = {}
    seen = 0
    for r in range(sheet.nrows):
        seen += sheet.row_len(r)
        _bounded(name, seen, 4 * MAX_CELLS)
        for c in range(sheet.row_len(r)):
            entry = _xls_cell(name, book, sheet, r, c)
            if entry is not None and (entry.text or entry.fault):
                _inside(name, sheet.name, r + 1, c + 1)
                cells[r + 1, c + 1] = entry
    _bounded(name, len(cells))
    merged = tuple((r1 + 1, c1 + 1, r2, c2) for r1, r2, c1, c2 in sheet.merged_cells)
    _bounded(name, sum((r2 - r1 + 1) * (c2 - c1 + 1) for r1, c1, r2, c2 in merged))
    return Grid(sheet.name, cells, merged)


def _xls_cell(name: str, book: Any, sheet: Any, r: int, c: int) -> Cell | None:
    import xlrd

    cell = sheet.cell(r, c)
    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return None
    style = book.xf_list[cell.xf_index]
    form = book.format_map[style.format_key].format_str
    struck = "struck_out" if book.font_list[style.font_index].struck_out else ""
    value: Any = cell.value
    if cell.ctype == xlrd.XL_CELL_ERROR:
        text = xlrd.error_text_from_code.get(value, "#ERROR!")
        return Cell(text, fault="excel_error")
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        value = bool(value)
    elif cell.ctype == xlrd.XL_CELL_DATE:
        try:
            value = xlrd.xldate_as_datetime(value, book.datemode)
        except (ValueError, OverflowError):
            return Cell(str(value), "date", "date_value")
    elif cell.ctype == xlrd.XL_CELL_TEXT:
        value = _raised_runs(book, sheet.rich_text_runlist_map.get((r, c)), value)
    return _cell(name, value, form, r + 1, c + 1, style.alignment.indent_level, struck, "")


def _raised_runs(book: Any, runs: list[tuple[int, int]] | None, text: str) -> str:
    if not runs:
        return text
    ends = [start for start, _ in runs[1:]] + [len(text)]
    pieces = [text[: runs[0][0]]]
    for (start, font), end in zip(runs, ends, strict=True):
        raised = book.font_list[font].escapement == 1
        pieces.append(_raise(text[start:end]) if raised else text[start:end])
    return "".join(pieces)


def address(row: int, column: int) -> str:
    """Excel's name of a cell: ``address(5, 3)`` is ``C5``."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"
