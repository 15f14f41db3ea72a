"""Reading a form that came back, by the names of its cells."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import openpyxl

from ..errors import QuantityError
from ..messages import read
from ..quantities import convert, parse_quantity
from ..records.writing import read_date
from .content import COLUMNS, FORM, PROGRESS, TASKS, Line, Request

ALIKE = 0.8
"""How like two firms' names must be to be asked about as one firm renamed; 1 is the same."""
COMMON = r"[\s()（）]|科技|技术|股份|集团|有限|责任|公司"
"""What most names of firms share, beside the names of areas; two are compared without it."""

MESSAGES = read(Path(__file__).with_name("messages.csv"))
"""By code: severity, and in both languages what is wrong and what to do."""


@dataclass
class Entry:
    """A figure as entered, in the unit of its line; `code` names what speaks against it first."""

    line: Line
    cell: str
    printed: str
    remark: str = ""
    reading: str = ""
    source: str = ""
    published: dt.date | None = None
    value: float | None = None
    bound: str = "exact"
    code: str = ""
    fill: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What confirms it: ``gdp:2024``."""
        return f"{self.line.indicator}:{self.line.year}"

    def fault(self, code: str, **fill: Any) -> None:
        """Note what speaks against it."""
        if not self.code:
            self.code, self.fill = code, {"wanted": self.line.unit, "key": self.key} | fill


@dataclass
class Returned:
    """A form as it came back.

    ``tasks`` are id, progress, text and money; ``certificates`` are number, firm and day, and
    leave this package as counts only; ``faults`` are cell, code and what its message says.
    """

    file: str
    office: str = ""
    day: dt.date | None = None
    entries: list[Entry] = field(default_factory=list)
    tasks: list[dict] = field(default_factory=list)
    certificates: list[tuple] = field(default_factory=list)
    faults: list[tuple[str, str, dict]] = field(default_factory=list)

    def fault(self, cell: Any, code: str, **fill: Any) -> Returned:
        """Note what is wrong with the form itself; a cell is named by its sheet and place."""
        place = cell if isinstance(cell, str) else f"{cell.parent.title}!{cell.coordinate}"
        self.faults.append((place, code, fill))
        return self


def read_form(
    path: Path, requests: dict[str, Request], plan: str, areas: Iterable[str]
) -> Returned:
    """Read one form; everything that is wrong is noted in it, nothing raises.

    `requests` says by office what is asked of it, `plan` is what `content.plan_key` makes, and
    `areas` are names that firms of the place bear.
    """
    form = Returned(path.name)
    try:
        book = openpyxl.load_workbook(path)
    except Exception as error:  # whatever a spoilt file makes openpyxl raise
        return form.fault("", "unreadable", detail=type(error).__name__)
    key, office, day = (_cells(book, f"form_{name}") for name in ("plan", "office", "date"))
    if not key or not office or not day:
        return form.fault("", "not_a_form")
    form.office = _text(office[0])
    if _text(key[0]) != plan:
        return form.fault(key[0], "other_plan", found=_text(key[0]), wanted=plan)
    request = requests.get(form.office)
    if request is None:
        return form.fault(office[0], "other_office", found=form.office)
    form.day = _day(day[0])
    if form.day is None:
        form.fault(day[0], "no_date")
    for line in request.lines:
        _read_line(form, _cells(book, line.name), line)
    for task in request.tasks.to_dict("records"):
        row = _cells(book, f"task_{task['id']}")
        said = [_text(cell) for cell in row[4:7]]
        if not row or _text(row[2]) != " ".join(task["text"].split()):
            form.fault(TASKS, "gone", wanted=f"{task['id']} {task['text']}")
        elif said[0] and said[0] not in PROGRESS:
            form.fault(row[4], "unknown_progress", found=said[0])
        elif any(said):
            names = ("progress", "text", "money")
            form.tasks.append({"id": task["id"], **dict(zip(names, said, strict=True))})
    common = re.compile("|".join([COMMON, *(area.rstrip("省市州县区") for area in areas)]))
    _read_list(form, _cells(book, "list_rows"), common)
    return form


def _cells(book: Any, name: str) -> list:
    """The cells of a name, row after row; none where it is gone or points nowhere."""
    try:
        ((sheet, reference),) = book.defined_names[name].destinations
        found = book[sheet][reference.replace("$", "")]
    except (KeyError, ValueError, TypeError, AttributeError):
        return []
    return [cell for row in found for cell in row] if isinstance(found, tuple) else [found]


def _text(cell: Any) -> str:
    return "" if cell.value is None else " ".join(str(cell.value).split())


def _day(cell: Any) -> dt.date | None:
    return cell.value.date() if isinstance(cell.value, dt.datetime) else read_date(_text(cell))


def _read_line(form: Returned, row: list, line: Line) -> None:
    if len(row) != len(COLUMNS):
        form.fault(FORM, "gone", wanted=f"{line.indicator} {line.year}")
        return
    for cell, wanted in ((row[0], str(line.year)), (row[1], line.unit)):
        if _text(cell) != wanted:
            form.fault(cell, "broken", found=_text(cell), wanted=wanted)
            return
    printed, remark, reading, source = (_text(row[k]) for k in (3, 7, 4, 5))
    entry = Entry(line, f"{FORM}!{row[3].coordinate}", printed, remark, reading, source)
    if entry.printed or entry.remark:
        form.entries.append(entry)
    if not entry.printed:
        return
    _read_value(entry, row[3])
    if _text(row[6]):
        entry.published = _day(row[6])
        if entry.published is None or (form.day and entry.published > form.day):
            entry.fault("bad_date", found=_text(row[6]))
    if line.readings and entry.reading not in ("", line.readings[0]):
        entry.fault("other_scope", found=entry.reading, wanted=line.readings[0])
    spoken = set(re.findall(r"(20\d\d)\s*年", entry.remark))
    if spoken and str(line.year) not in spoken:
        entry.fault("other_year", found="、".join(sorted(spoken)))


def _read_value(entry: Entry, cell: Any) -> None:
    value, unit = cell.value, entry.line.unit
    own = unit
    if cell.data_type == "f":
        return entry.fault("formula")
    if isinstance(value, str):
        try:
            quantity = parse_quantity(value)
        except QuantityError:
            return entry.fault("words")
        if quantity.bound in ("missing", "between"):
            return entry.fault("words")
        if not quantity.unit and unit[0] in "万亿" and re.search("[万亿千百]", value):
            return entry.fault("wrong_unit")
        value, own, entry.bound = quantity.value, quantity.unit or unit, quantity.bound
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if "%" in str(cell.number_format):  # 25 % is stored as 0.25
            value, own = 100 * value, "%"
    else:
        return entry.fault("words")
    try:
        entry.value = float(f"{convert(value, own, unit):.12g}") if own != unit else float(value)
    except QuantityError:
        entry.fault("wrong_unit")
    return None


def _read_list(form: Returned, cells: list, common: re.Pattern) -> None:
    """The list of certificates; of a faulty row the number is named, never the firm."""
    numbers: dict[str, int] = {}
    firms: dict[str, int] = {}
    for firm, number, issued in zip(*[iter(cells)] * 3, strict=True):
        name, code, day = common.sub("", _text(firm)), _text(number).upper(), _day(issued)
        if not (name or code or _text(issued)):
            continue
        if not (name and code and day):
            form.fault(firm, "list_no_date")
        elif code in numbers:
            form.fault(firm, "list_twice", other=numbers[code])
        else:
            numbers[code] = firm.row
            near = [] if name in firms else get_close_matches(name, firms, 1, ALIKE)
            if near:
                form.fault(firm, "list_renamed", other=firms[near[0]])
            firms.setdefault(name, firm.row)
            form.certificates.append((code, name, day))
