"""Reading a form that came back, by the names of its cells."""

from __future__ import annotations

import csv
import datetime as dt
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl

from ..errors import QuantityError
from ..quantities import convert, parse_quantity
from ..records.writing import read_date
from .content import ENTERED, FORM, LIST, PROGRESS, TASKS, Line, Request

LARGEST = 20_000_000
"""Bytes of the largest form that is opened."""
_COMMON = re.compile(r"[\s()（）]|新疆|昌吉|科技|技术|股份|集团|有限|责任|公司")
"""What most names of firms share; two names are compared without it."""


@cache
def messages() -> dict[str, dict[str, str]]:
    """By code: severity, and in both languages what is wrong and what to do."""
    text = (Path(__file__).parent / "messages.csv").read_text(encoding="utf-8")
    return {row.pop("code"): row for row in csv.DictReader(text.splitlines())}


@dataclass
class Entry:
    """A figure that an office entered, or the reason why it did not.

    Attributes
    ----------
    line : Line
    file, cell : str
    printed : str
        The cell as it stands; empty where only a remark was made.
    value : float or None
        In the unit of the line.
    bound : str
    reading, source, remark : str
    published : date or None
    code : str
        Of what speaks against it; empty where nothing does.
    fill : dict
        What the message of the code says.
    """

    line: Line
    file: str
    cell: str
    printed: str = ""
    value: float | None = None
    bound: str = "exact"
    reading: str = ""
    source: str = ""
    remark: str = ""
    published: dt.date | None = None
    code: str = ""
    fill: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What confirms it: ``gdp:2024``."""
        return f"{self.line.indicator}:{self.line.year}"

    def fault(self, code: str, **fill: Any) -> None:
        """Note what speaks against it; the first fault stands."""
        if not self.code:
            self.code, self.fill = code, {"wanted": self.line.unit, "key": self.key} | fill


@dataclass
class Returned:
    """A form as it came back.

    Attributes
    ----------
    file, office : str
    day : date or None
        When it was filled in.
    entries : list of Entry
    tasks : list of dict
        ``id``, ``progress``, ``text``, ``money``, ``cell``.
    certificates : list of (int, str, str, date)
        Row, firm, number and date of issue; they leave this module as counts only.
    faults : list of (str, str, dict)
        Cell, code and what its message says.
    """

    file: str
    office: str = ""
    day: dt.date | None = None
    entries: list[Entry] = field(default_factory=list)
    tasks: list[dict] = field(default_factory=list)
    certificates: list[tuple] = field(default_factory=list)
    faults: list[tuple[str, str, dict]] = field(default_factory=list)


def read_form(path: Path, requests: dict[str, Request], plan: str) -> Returned:
    """Read one form.

    Parameters
    ----------
    path : path
    requests : dict
        By office, what is asked of it.
    plan : str
        As `changji_analysis.forms.content.plan_key` names it.

    Returns
    -------
    Returned
        Everything that is wrong is noted in it; nothing raises.
    """
    form = Returned(path.name)
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"> {LARGEST} bytes")
        book = openpyxl.load_workbook(path)
    except Exception as error:  # whatever a spoilt file makes openpyxl raise
        form.faults.append(("", "unreadable", {"detail": type(error).__name__}))
        return form
    cells = _Cells(book)
    found = cells.text("form_plan")
    if found is None:
        form.faults.append(("", "not_a_form", {}))
        return form
    if found != plan:
        form.faults.append(("form_plan", "other_plan", {"found": found, "wanted": plan}))
        return form
    form.office = cells.text("form_office") or ""
    request = requests.get(form.office)
    if request is None:
        form.faults.append((cells.at("form_office"), "other_office", {"found": form.office}))
        return form
    form.day = read_day(cells.value("form_date"))
    if form.day is None:
        form.faults.append((cells.at("form_date"), "no_date", {}))
    for block in request.blocks:
        for line in block.lines:
            _read_line(form, cells, line, block.heading.partition("　")[0])
    _read_tasks(form, cells, request)
    _read_list(form, cells)
    return form


class _Cells:
    """The cells of a workbook by their defined names."""

    def __init__(self, book: Any):
        self.book = book
        self.names = book.defined_names

    def row(self, name: str) -> list | None:
        """The cells of a name; None where it is gone or points nowhere."""
        try:
            ((sheet, reference),) = self.names[name].destinations
            found = self.book[sheet][reference.replace("$", "")]
        except (KeyError, ValueError, TypeError, AttributeError):
            return None
        if not isinstance(found, tuple):
            return [found]
        return list(found[0]) if len(found) == 1 else [cell for row in found for cell in row]

    def value(self, name: str) -> Any:
        row = self.row(name)
        return row[0].value if row else None

    def text(self, name: str) -> str | None:
        value = self.value(name)
        return None if value is None else " ".join(str(value).split())

    def at(self, name: str) -> str:
        row = self.row(name)
        return f"{row[0].parent.title}!{row[0].coordinate}" if row else name


def _text(cell: Any) -> str:
    return "" if cell.value is None else " ".join(str(cell.value).split())


def _read_line(form: Returned, cells: _Cells, line: Line, name: str) -> None:
    row = cells.row(line.name)
    if row is None or len(row) != len(ENTERED) + 4:
        form.faults.append((FORM, "gone", {"wanted": f"{name} {line.year}"}))
        return
    for cell, wanted in ((row[0], str(line.year)), (row[1], line.unit)):
        if _text(cell) != wanted:
            place = f"{FORM}!{cell.coordinate}"
            form.faults.append((place, "broken", {"found": _text(cell), "wanted": wanted}))
            return
    value, reading, source, published, remark = row[3:8]
    entry = Entry(line, form.file, f"{FORM}!{value.coordinate}", _text(value), remark=_text(remark))
    entry.reading, entry.source = _text(reading), _text(source)
    if not entry.printed:
        if entry.remark:
            form.entries.append(entry)
        return
    form.entries.append(entry)
    _read_value(entry, value)
    if _text(published):
        entry.published = read_day(published.value)
        if entry.published is None or (form.day and entry.published > form.day):
            entry.fault("bad_date", found=_text(published))
    if line.readings and entry.reading not in ("", line.readings[0]):
        entry.fault("other_scope", found=entry.reading, wanted=line.readings[0])
    spoken = {int(year) for year in re.findall(r"(20\d\d)\s*年", entry.remark)}
    if spoken and line.year not in spoken:
        entry.fault("other_year", found="、".join(map(str, sorted(spoken))))


def _read_value(entry: Entry, cell: Any) -> None:
    unit = entry.line.unit
    if cell.data_type == "f" or str(cell.value).startswith("="):
        entry.fault("formula")
        return
    if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
        value, own = float(cell.value), unit
        if "%" in str(cell.number_format):
            value, own = 100 * value, "%"
    elif isinstance(cell.value, str):
        try:
            quantity = parse_quantity(cell.value)
        except QuantityError:
            entry.fault("words")
            return
        value, own, entry.bound = quantity.value, quantity.unit or unit, quantity.bound
        if value != value or entry.bound in ("missing", "between"):
            entry.fault("words")
            return
        if not quantity.unit and unit[0] in "万亿" and re.search("[万亿千百]", cell.value):
            entry.fault("wrong_unit")
            return
    else:
        entry.fault("words")
        return
    try:
        entry.value = float(f"{convert(value, own, unit):.12g}") if own != unit else value
    except QuantityError:
        entry.fault("wrong_unit")


def _read_tasks(form: Returned, cells: _Cells, request: Request) -> None:
    for task in request.tasks.itertuples():
        row = cells.row(f"task_{task.id}")
        if row is None:
            form.faults.append((TASKS, "gone", {"wanted": task.id}))
            continue
        progress, text, money = map(_text, row[4:7])
        place = f"{TASKS}!{row[4].coordinate}"
        if progress and progress not in PROGRESS:
            form.faults.append((place, "unknown_progress", {"found": progress}))
        elif _text(row[2]) != " ".join(task.text.split()):
            form.faults.append((place, "broken", {"found": _text(row[2]), "wanted": task.text}))
        elif progress or text:
            said = {"progress": progress, "text": text, "money": money}
            form.tasks.append({"id": task.id, **said, "cell": place})


def _read_list(form: Returned, cells: _Cells) -> None:
    """The list of certificates; of a faulty row the number is told, never the firm."""
    from rapidfuzz import process

    found = cells.row("list_rows") or []
    rows = [found[k : k + 3] for k in range(0, len(found), 3)]
    numbers: dict[str, int] = {}
    firms: dict[str, int] = {}
    for firm, number, issued in rows:
        if not (_text(firm) or _text(number) or _text(issued)):
            continue
        place, day = f"{LIST}!{firm.coordinate}", read_day(issued.value)
        name = _COMMON.sub("", _text(firm))
        if not name or not _text(number) or day is None:
            form.faults.append((place, "list_no_date", {}))
            continue
        other = numbers.setdefault(_text(number).upper(), firm.row)
        if other != firm.row:
            form.faults.append((place, "list_twice", {"other": other}))
            continue
        if name not in firms and (near := process.extractOne(name, list(firms), score_cutoff=80)):
            form.faults.append((place, "list_renamed", {"other": firms[near[0]]}))
        firms.setdefault(name, firm.row)
        form.certificates.append((firm.row, name, _text(number), day))


def read_day(value: Any) -> dt.date | None:
    """A full date as a cell holds it or as people write it."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    return read_date(str(value or ""))
