"""Taking in figures from outside: what they mean, what speaks against them, and adding them.

`import_figures` reads a sheet, says for every figure in it what was understood or why it is left
out, and adds the sound ones, as printed, to ``private`` or ``raw`` of the data folder. Nothing
that stands there is changed: a figure that contradicts one becomes a vintage of its own or a
question.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from . import records, store
from .config import config, data_dir
from .errors import PROBLEM_COLUMNS, DataError, QuantityError, UsageError, problem_frame
from .import_texts import problem, texts
from .labels import Match, Vocabulary, tells_of_scope, vocabulary
from .layout import Reading, bare_figure, read_grid
from .quantities import convert, known_unit, parse_quantity
from .schemas import CONFIDENCES, OBSERVATIONS, SOURCES, VINTAGES
from .sheets import Cell, Workbook, address, read_workbook

PUBLIC = "raw/yearly_statistics.csv"
PRIVATE = "private/yearly_statistics.csv"
JUMP = 10.0
JUMP_YEARS = 5

# Reasons why a figure is not taken, the gravest first
_SECRET = ("one_firm",)
_LEFT_OUT = (
    "ordinal text_figure target_value growth_value part_year several_years other_area sub_row "
    "unknown_name no_name stray future_value repeated known"
).split()
_ERRORS = (
    "ragged_row excel_error no_result date_value odd_format unreadable unknown_unit wrong_unit "
    "unit_conflict year_conflict area_conflict year_out_of_range negative_value "
    "share_out_of_range bad_date duplicate_in_file"
).split()
_QUESTIONS = (
    "near_name narrowed struck_out no_year no_area no_unit contradicts_twice contradicts "
    "implausible"
).split()
_RANK: dict[str, int] = {
    code: rank for rank, code in enumerate((*_SECRET, *_LEFT_OUT, *_ERRORS, *_QUESTIONS))
}
# Questions that --take answers
_TAKEABLE = {"near_name", "narrowed", "contradicts", "implausible"}
_STATUS = (
    dict.fromkeys(_SECRET, "refused")
    | dict.fromkeys(_LEFT_OUT, "left_out")
    | {"known": "known", "repeated": "known"}
    | dict.fromkeys(_ERRORS, "error")
    | dict.fromkeys(_QUESTIONS, "question")
)
_SEVERITY = {"error": "error", "question": "warning", "refused": "warning"}
_UNKNOWN = ("ordinal", "text_figure", "stray", "unknown_name", "no_name", "sub_row")
_NOTED = ("repeated", "known", "ordinal")

FIGURE_COLUMNS = [
    "sheet", "cell", "printed", "status", "area", "indicator", "year", "vintage", "value", "unit",
    "bound", "as_printed", "source", "published", "name", "note",
    "code", "why", "remedy", "why_zh", "remedy_zh",
]  # fmt: skip


@dataclass
class Figure:
    """A figure on its way in: what it says, and why it may not be taken."""

    sheet: str
    cell: str
    row: int
    column: int
    printed: str
    name: str = ""
    area: str = ""
    indicator: str = ""
    year: int | None = None
    vintage: str = ""
    value: float = math.nan
    unit: str = ""
    bound: str = ""
    as_printed: str = ""
    source: str = ""
    published: dt.date | None = None
    confidence: str = "high"
    note: str = ""
    scope: str = ""
    scope_year: int | None = None
    reasons: dict[str, dict[str, Any]] = field(default_factory=dict)
    said: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The gravest reason why it is not taken, empty if there is none."""
        return min(self.reasons, key=_RANK.__getitem__, default="")

    @property
    def status(self) -> str:
        """new, revised, known, question, error, refused or left_out."""
        if self.code:
            return _STATUS[self.code]
        return "revised" if any(code == "as_revision" for code, _ in self.said) else "new"

    @property
    def key(self) -> tuple[str, str, int | None, str]:
        """What may stand only once."""
        return self.area, self.indicator, self.year, self.vintage

    def row_cells(self) -> dict[str, str]:
        """The row that it becomes."""
        day = self.published.isoformat() if self.published else ""
        return {
            "area": self.area, "indicator": self.indicator, "year": str(self.year),
            "vintage": self.vintage, "value": _digits(self.value), "unit": self.unit,
            "bound": self.bound, "as_printed": self.as_printed, "published": day,
            "known_by": day, "source": self.source, "confidence": self.confidence,
            "note": self.note,
        }  # fmt: skip


@dataclass
class Options:
    """What the user states beside the file.

    Parameters
    ----------
    source : str
        The document: ``publisher：title``, or the id of one in sources.csv.
    published : date
        When it was published or handed over.
    public : bool
        Whether the figures may be published; they go to ``raw`` then, else to ``private``.
    area, year : str, int
        For figures beside which none is printed; ``year`` is also what 本年 means.
    sheet : str
        Only this sheet.
    names : dict
        Printed name -> indicator or area.
    units : dict
        Indicator -> unit, where none is printed.
    take : collection of str
        Cells (``C5`` or ``Sheet1!C5``) whose question is answered with yes.
    breaks : bool
        Whether remarks on scope become breaks.
    confidence : str
    """

    source: str = ""
    published: dt.date | None = None
    public: bool = False
    area: str | None = None
    year: int | None = None
    sheet: str | None = None
    names: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    take: frozenset[str] = frozenset()
    breaks: bool = True
    confidence: str = "high"

    def takes(self, figure: Figure) -> bool:
        """Whether the user has answered the question of a cell with yes."""
        return bool({figure.cell, f"{figure.sheet}!{figure.cell}"} & self.take)


@dataclass
class Proposal:
    """What an import would do: every figure of the file, and what is to be said of the file."""

    file: str
    figures: list[Figure]
    file_problems: list[dict]
    options: Options
    documents: dict[str, dict[str, str]] = field(default_factory=dict)
    book: Workbook | None = None

    def chosen(self) -> list[Figure]:
        """The figures that would be added."""
        return [figure for figure in self.figures if figure.status in ("new", "revised")]

    def frame(self) -> pd.DataFrame:
        """One row per figure, with `FIGURE_COLUMNS`; a single firm's figure is not shown."""
        rows = []
        for figure in self.figures:
            shown = {name: getattr(figure, name, "") for name in FIGURE_COLUMNS[:16]}
            shown["status"], shown["code"] = figure.status, figure.code
            shown["published"] = figure.published.isoformat() if figure.published else ""
            if figure.status == "refused":
                shown |= {"printed": "***", "value": math.nan, "as_printed": "", "name": "***"}
                shown |= {"note": ""}
            said = [(figure.code, figure.reasons[figure.code])] if figure.code else figure.said
            for part in ("why", "remedy", "why_zh", "remedy_zh"):
                shown[part] = "; ".join(self.text(figure, *pair)[part] for pair in said)
            rows.append(shown)
        frame = pd.DataFrame(rows, columns=FIGURE_COLUMNS)
        frame = frame.astype({"year": "Int64", "value": "float64"})
        frame.attrs["file"] = self.file
        return frame

    def problems(self) -> pd.DataFrame:
        """Everything wrong, open or worth knowing, with `PROBLEM_COLUMNS`; ``column`` is a cell."""
        found = list(self.file_problems)
        for figure in self.figures:
            place = {
                "file": f"{self.file} [{figure.sheet}]", "row": figure.row, "column": figure.cell,
                "value": "***" if figure.status == "refused" else figure.printed[:80],
            }  # fmt: skip
            said = [(figure.code, figure.reasons[figure.code])] if figure.code else figure.said
            for code, fill in said:
                severity = _SEVERITY.get(figure.status, "note")
                if code in ("total_differs", "scope_change", "fuzzy_name", "external_value"):
                    severity = "warning"
                if code not in _NOTED:
                    row = {"severity": severity, "code": code} | self.text(figure, code, fill)
                    found.append(place | row)
        table = problem_frame([{name: row[name] for name in PROBLEM_COLUMNS} for row in found])
        rank = table["severity"].map({"error": 0, "warning": 1, "note": 2})
        return table.loc[rank.sort_values(kind="stable").index].reset_index(drop=True)

    def text(self, figure: Figure, code: str, fill: dict) -> dict[str, str]:
        """What is said of a figure, in both languages."""
        registry = _registry()
        entry = registry.get(figure.indicator, {"zh": "", "unit": ""})
        known = {
            "zh": entry["zh"], "id": figure.indicator, "wanted": entry["unit"],
            "name": figure.name, "cell": figure.cell, "year": figure.year, "value": figure.printed,
        }  # fmt: skip
        return texts(code, **(known | fill))


# ---- from a file to figures --------------------------------------------------------------------
def _registry() -> dict[str, dict]:
    return {row["id"]: row for row in records.indicators().to_dict("records")}


def review_words(names: dict[str, str] | None = None) -> Vocabulary:
    """The names of areas and indicators that the data folder knows.

    Raises
    ------
    UsageError
        A chosen name leads to neither an indicator nor an area.
    """
    areas = config().areas
    roles = {role: getattr(areas, role) for role in ("city", "prefecture", "region", "nation")}
    roles |= {name: name for name in areas.others}
    registry = _registry()
    for name, meant in (names or {}).items():
        if meant not in registry and meant not in areas.all:
            near = records.near_matches(meant, [*registry, *areas.all])
            raise UsageError(
                f"{name!r}: unknown indicator or area {meant!r}; near matches: {', '.join(near)}"
            )
    aliases = records.load_aliases().to_dict("records")
    return vocabulary(roles, registry.values(), aliases, names)


def propose(path: str | Path, options: Options) -> Proposal:
    """Read a file and say what would be added; nothing is written.

    Raises
    ------
    UsageError
        A statement beside the file makes no sense.
    DataError
        The file cannot be read at all, or the data folder has faults.
    """
    options = _checked(options)
    book = read_workbook(path)
    words = review_words(options.names)
    grids = [grid for grid in book.grids if options.sheet in (None, grid.name)]
    if not grids:
        names = ", ".join(grid.name for grid in book.grids)
        raise UsageError(f"no sheet {options.sheet!r} in {book.name}: there are {names}")
    readings = [reading for grid in grids for reading in read_grid(grid, words, options.year)]
    figures = [_figure(reading, options, words, book.name) for reading in readings]
    proposal = Proposal(book.name, figures, list(book.notes), options, book=book)
    _document(proposal)
    settle(proposal)
    if not any(figure.indicator and figure.code not in _UNKNOWN for figure in figures):
        proposal.file_problems.append(problem("no_figures", book.name))
    return proposal


def propose_one(
    area: str, indicator: str, year: int, text: str, options: Options, vintage: str = "first"
) -> Proposal:
    """The same for one figure that is typed in."""
    options = _checked(options)
    words = review_words()
    registry = _registry()
    match = words.match(indicator)
    if indicator in registry:
        match = Match(indicator, "exact", 100.0)
    if match is None or match.how != "exact":
        near = records.near_matches(indicator, [*registry, *(r["zh"] for r in registry.values())])
        raise UsageError(f"unknown indicator {indicator!r}; near matches: {', '.join(near)}")
    place = words.areas.get(area, "")
    if not place:
        near = records.near_matches(area, config().areas.all)
        raise UsageError(f"unknown area {area!r}; near matches: {', '.join(near)}")
    if vintage not in VINTAGES:
        raise UsageError(f"unknown vintage {vintage!r}: use one of {', '.join(VINTAGES)}")
    reading = Reading("", 1, 1, Cell(text), bare_figure(text)[0], None, indicator, match)
    reading.year, reading.area, reading.vintage = year, place, vintage
    try:
        reading.quantity = parse_quantity(reading.bare)
    except QuantityError as error:
        reading.stop("unreadable", detail=str(error).split("; understood")[0])
    else:
        printed = reading.quantity.unit
        reading.units, reading.unit_from = ((printed,) if printed else ()), "cell"
        if printed and not known_unit(printed):
            reading.stop("unknown_unit", unit=printed)
        if reading.quantity.bound == "missing":
            reading.stop("unreadable", detail="only a mark")
    if not 1949 <= year <= 2100:
        reading.stop("year_out_of_range", year=year)
    figure = _figure(reading, options, words, "changji add")
    figure.note = ""
    proposal = Proposal("changji add", [figure], [], options)
    _document(proposal)
    settle(proposal)
    return proposal


def _checked(options: Options) -> Options:
    registry = _registry()
    area = options.area
    if area is not None:
        place = review_words().areas.get(area, "")
        if not place:
            near = records.near_matches(area, config().areas.all)
            raise UsageError(f"unknown area {area!r}; near matches: {', '.join(near)}")
        area = place
    for indicator, unit in options.units.items():
        if indicator not in registry:
            near = records.near_matches(indicator, registry)
            raise UsageError(f"unknown indicator {indicator!r}; near matches: {', '.join(near)}")
        if not known_unit(unit):
            raise UsageError(f"unknown unit {unit!r} for {indicator}")
    if options.confidence not in CONFIDENCES:
        raise UsageError(f"unknown confidence {options.confidence!r}: use {CONFIDENCES}")
    return replace(options, area=area)


def _figure(reading: Reading, options: Options, words: Vocabulary, file: str) -> Figure:
    figure = Figure(
        reading.sheet, address(reading.row, reading.column), reading.row, reading.column,
        reading.cell.text, reading.name, reading.area or options.area or "",
        reading.match.indicator if reading.match else "", reading.year, reading.vintage or "first",
        source=reading.source, confidence=options.confidence,
        reasons=dict(reading.reasons), said=list(reading.said),
    )  # fmt: skip
    if not figure.area:
        figure.reasons.setdefault("no_area", {})
    _date(figure, reading.published, options)
    if reading.match and reading.quantity:
        _value(figure, reading, options)
    _scope(figure, reading, options)
    notes = [f"{file} [{reading.sheet}] {figure.cell}" if reading.sheet else ""]
    if reading.match and figure.name:
        notes.append(figure.name)
    figure.note = "; ".join([*filter(None, notes), *reading.remarks])[:500]
    figure.said += [
        ("footnote", {"remark": remark}) for remark in reading.remarks if remark != figure.scope
    ]
    return figure


def _date(figure: Figure, printed: str, options: Options) -> None:
    figure.published = options.published
    if printed:
        figure.published = read_date(printed)
        if figure.published is None:
            figure.reasons["bad_date"] = {}
    day, year = figure.published, figure.year
    if day is None or year is None:
        return
    if day.year < year:
        figure.reasons["future_value"] = {"year": year}
    elif day <= dt.date(year, 12, 31) and figure.vintage == "first":
        figure.vintage = "signal"
        figure.said.append(("early", {"year": year}))
    if figure.vintage == "signal" and figure.confidence == "high":
        figure.confidence = "medium"


def read_date(text: str) -> dt.date | None:
    """A full date as people write it: 2024-03-15, 2024/3/15, 2024年3月15日, 20240315."""
    plain = re.sub(r"[ T]0?0:00(?::00)?$|\s", "", text.strip())
    match = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", plain)
    match = match or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", plain)
    try:
        return dt.date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _value(figure: Figure, reading: Reading, options: Options) -> None:
    """Unit, value and print of a figure, checked against each other."""
    entry, read = _registry()[figure.indicator], reading.quantity
    assert read is not None
    wanted = entry["unit"]
    unit = _unit(figure, reading, entry, options)
    figure.unit, figure.bound = wanted, read.bound
    if not unit:
        return
    if read.bound == "between":
        figure.reasons["unreadable"] = {"detail": "a range is no single figure / 区间不是一个数"}
        return
    printed = "".join(reading.bare.split())
    figure.as_printed = printed if read.unit else printed + unit
    try:
        figure.value = convert(read.value, unit, wanted)
        again = parse_quantity(figure.as_printed)
        same = math.isclose(convert(again.value, again.unit, wanted), figure.value, rel_tol=1e-9)
    except QuantityError as error:
        figure.reasons["unreadable"] = {"detail": str(error).split("; understood")[0]}
        return
    if not same or again.bound != read.bound:
        figure.reasons["unreadable"] = {"detail": f"{figure.as_printed} reads otherwise"}
    if figure.value < 0 and entry["kind"] != "ratio":
        figure.reasons["negative_value"] = {}
    if figure.value > 100 and entry["kind"] == "share":
        figure.reasons["share_out_of_range"] = {}


def _unit(figure: Figure, reading: Reading, entry: dict, options: Options) -> str:
    """The unit that holds for a figure; empty where there is none, with the reason noted."""
    wanted = entry["unit"]
    units = list(reading.units)
    if not units and figure.indicator in options.units:
        units = [options.units[figure.indicator]]
    if any(not known_unit(unit) for unit in units):
        figure.reasons.setdefault("unknown_unit", {"unit": "、".join(units)})
        return ""
    fitting = [unit for unit in units if _converts(unit, wanted)]
    if len(fitting) == 1:
        return fitting[0]
    if units and not fitting and reading.unit_from != "title":
        figure.reasons["wrong_unit"] = {"unit": "、".join(units)}
        return ""
    if fitting or entry["kind"] != "count" or units:
        figure.reasons["no_unit"] = {}
        return ""
    figure.said.append(("unit_assumed", {}))
    return wanted


def _converts(unit: str, wanted: str) -> bool:
    try:
        convert(1, unit, wanted)
    except QuantityError:
        return False
    return True


def _scope(figure: Figure, reading: Reading, options: Options) -> None:
    remark = next((text for text in reading.remarks if tells_of_scope(text)), "")
    if reading.scope:
        remark = remark or "口径变动"
    if not (remark and options.breaks and figure.year):
        return
    since = re.search(r"((?:19|20)\d\d)年?(?:起|开始|以后|之后|以来)", remark)
    if since and int(since[1]) != figure.year:
        return
    figure.scope, figure.scope_year = remark, figure.year
    figure.said.append(("scope_change", {"remark": remark}))


# ---- against what stands there -----------------------------------------------------------------
def _standing(root: Path) -> list[dict[str, str]]:
    """Every row of the statistics as it is printed in the files, dropped ones too."""
    rows = []
    for name in (PUBLIC, *records.private_tables(root)):
        rows += [row | {"file": name} for row in _read_rows(root / name)[1]]
    return rows


def _read_rows(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    if not path.is_file():
        return [], []
    reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
    return list(reader.fieldnames or []), list(reader)


def settle(proposal: Proposal) -> None:
    """Hold the figures against each other and against what the data folder has."""
    options = proposal.options
    standing: dict[tuple, list[dict]] = {}
    for row in _standing(data_dir()):
        standing.setdefault((row["area"], row["indicator"]), []).append(row)
    seen: dict[tuple, Figure] = {}
    for figure in proposal.figures:
        if figure.code and not (figure.code in _TAKEABLE and options.takes(figure)):
            continue
        if figure.code:
            figure.reasons = {k: v for k, v in figure.reasons.items() if k not in _TAKEABLE}
            if figure.code:
                continue
        first = seen.setdefault(figure.key, figure)
        if first is not figure:
            where = f"[{first.sheet}] {first.cell}"
            same = math.isclose(first.value, figure.value, rel_tol=1e-9)
            figure.reasons["repeated" if same else "duplicate_in_file"] = {"other": where}
            if not same:
                other = f"[{figure.sheet}] {figure.cell}"
                first.reasons["duplicate_in_file"] = {"other": other}
            continue
        rows = standing.get((figure.area, figure.indicator), [])
        _compare(figure, [row for row in rows if row["year"] == str(figure.year)], options)
        _weigh(figure, rows, options)


def _compare(figure: Figure, rows: list[dict], options: Options) -> None:
    """A figure against those of the same area, indicator and year."""

    def value(row: dict) -> float:
        try:
            return float(row["value"])
        except ValueError:
            return math.nan

    def equal(row: dict) -> bool:
        return math.isclose(value(row), figure.value, rel_tol=1e-9)

    def later(row: dict) -> bool:
        known = read_date(row["published"] or row["known_by"])
        return bool(known and figure.published and figure.published > known)

    if options.public:  # a figure may be published that stood among the private ones
        rows = [row for row in rows if row["file"] == PUBLIC or not equal(row)]
    by_vintage = {row["vintage"]: row for row in rows}
    had = by_vintage.get(figure.vintage)
    revised = by_vintage.get("revised")
    if (had and equal(had)) or any(
        equal(row) and figure.source and row["source"] == figure.source for row in rows
    ):
        figure.reasons["known"] = {}
        return
    if had is None:
        return
    fill = {"had": f"{had['value']} {had['unit']}", "source": had["source"]}
    if figure.vintage == "first" and revised and equal(revised):
        figure.reasons["known"] = {}
    elif revised is not None:
        fill = {"had": f"{revised['value']} {revised['unit']}", "source": revised["source"]}
        figure.reasons["contradicts_twice"] = fill
    elif later(had) or options.takes(figure):
        figure.vintage = "revised"
        figure.said.append(("as_revision", fill))
    else:
        figure.reasons["contradicts"] = fill


def _weigh(figure: Figure, rows: list[dict], options: Options) -> None:
    """Ask where a figure is far from that of a year nearby."""
    if figure.code or options.takes(figure) or not figure.value > 0 or figure.year is None:
        return
    near = []
    for row in rows:
        try:
            year, value = int(row["year"]), float(row["value"])
        except ValueError:
            continue
        if value > 0 and abs(year - figure.year) <= JUMP_YEARS:
            near.append((abs(year - figure.year), year, value))
    if not near:
        return
    _, year, value = min(near)
    factor = figure.value / value
    if not 1 / JUMP <= factor <= JUMP:
        fill = {"factor": f"{factor:.3g}", "had": f"{value:g}", "year": year}
        figure.reasons["implausible"] = fill


def _known_documents(root: Path) -> list[dict[str, str]]:
    return [
        row for name in ("sources.csv", "private/sources.csv") for row in _read_rows(root / name)[1]
    ]


def _document(proposal: Proposal) -> None:
    """Give every figure the id of its document; new ones are described for sources.csv."""
    options = proposal.options
    root = data_dir()
    known = _known_documents(root)
    ids = {row["id"] for row in known}
    if options.public:  # a private document becomes public with its figures
        ids = {row["id"] for row in _read_rows(root / "sources.csv")[1]}
    hidden = {row["id"]: row | {"licence": "not stated"} for row in known if row["id"] not in ids}
    described = {(row["publisher"], row["title"], row["published"]): row["id"] for row in known}
    for figure in proposal.figures:
        text = " ".join((figure.source or options.source).split())
        if text in hidden:
            proposal.documents[text] = hidden[text]
        if not text or text in ids or text in proposal.documents:
            figure.source = text
            continue
        publisher, found, title = text.replace(":", "：", 1).partition("：")
        publisher, title = publisher.strip(), title.strip() if found else publisher.strip()
        day = figure.published.isoformat() if figure.published else ""
        key = (_safe(publisher), _safe(title), day)
        if key not in described:
            digest = hashlib.sha256("\0".join(key).encode()).hexdigest()[:8]
            described[key] = f"import_{day.replace('-', '')}_{digest}"
        figure.source = described[key]
        if figure.source in hidden:
            proposal.documents[figure.source] = hidden[figure.source]
        elif figure.source not in ids:
            licence = "not stated" if options.public else "not public"
            proposal.documents[figure.source] = {
                "id": figure.source, "publisher": publisher, "title": title, "published": day,
                "seen_at": proposal.file, "licence": licence, "note": "",
            }  # fmt: skip


# ---- adding ------------------------------------------------------------------------------------
def missing_statements(proposal: Proposal) -> list[str]:
    """What must be stated before anything is added: source, published."""
    chosen = [f for f in proposal.figures if f.status not in ("left_out", "refused")]
    missing = []
    if any(not figure.source for figure in chosen):
        missing.append("source")
    if any(figure.published is None for figure in chosen if "bad_date" not in figure.reasons):
        missing.append("published")
    return missing


def commit(proposal: Proposal) -> int:
    """Add the figures that nothing speaks against; return how many.

    Between proposal and writing another import may have added figures: they are held against
    what stands there once more while the folder is locked.

    Raises
    ------
    UsageError
        Source or publication date is missing.
    StoreError
        The folder is in use or cannot be written; nothing was changed.
    """
    if missing := missing_statements(proposal):
        raise UsageError(
            f"{' and '.join(missing)} must be stated (--source, --published) / 须说明来源和发布日期"
        )
    root, public = data_dir(), proposal.options.public
    with store.locked(root):
        _document(proposal)
        settle(proposal)
        chosen = proposal.chosen()
        if not chosen:
            return 0
        target, sources = (PUBLIC, "sources.csv") if public else (PRIVATE, "private/sources.csv")
        contents = {}
        had = {row["id"] for row in _read_rows(root / sources)[1]}  # by another import, meanwhile
        named = {figure.source for figure in chosen} - had
        used = [document for id, document in proposal.documents.items() if id in named]
        if used:
            contents[sources] = _extended(root / sources, list(SOURCES.columns), used, ("id",))
        rows = [figure.row_cells() for figure in chosen]
        order = ("area", "indicator", "year", "vintage")
        contents[target] = _extended(root / target, list(OBSERVATIONS.columns), rows, order)
        if text := _breaks(chosen, target):
            name = "corrections.yml" if public else "private/corrections.yml"
            path = root / name
            had = path.read_text(encoding="utf-8") if path.is_file() else ""
            had = "" if had.strip() in ("[]", "") else had.rstrip("\n") + "\n"
            contents[name] = (had + text).encode("utf-8")
        store.replace_files(root, contents)
    return len(chosen)


_PLAIN_RE = re.compile(r"[+-]?[0-9][0-9,.]*(?:[%‰‱]|[一-鿿/]{1,8})?")


def _safe(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula; signed figures stay as they are."""
    cell = " ".join(cell.split())
    if cell.startswith(("=", "@", "+", "-")) and not _PLAIN_RE.fullmatch(cell):
        return f"'{cell}"
    return cell


def _extended(path: Path, columns: list[str], rows: list[dict], order: tuple[str, ...]) -> bytes:
    """A table with rows added: in its order where the file keeps one, else at the end."""
    had = path.read_text(encoding="utf-8-sig") if path.is_file() else ""
    parsed = list(csv.reader(io.StringIO(had, newline="")))
    header = parsed[0] if parsed else columns
    body = [row for row in parsed[1:] if row]
    new = [[_safe(row.get(name, "")) for name in header] for row in rows]
    places = [header.index(name) for name in order]
    ranks = _ranks(body, header)

    def key(row: list[str]) -> tuple:
        return tuple(ranks[name].get(row[place], row[place]) if name in ranks else row[place]
                     for name, place in zip(order, places, strict=True))  # fmt: skip

    def text(table: list[list[str]]) -> str:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(table)
        return out.getvalue()

    def keyed(table: list[list[str]]) -> bool:
        keys = [key(row) for row in table]
        return keys == sorted(keys)

    try:
        ordered = text([header, *body]) == had and keyed(body)
        if ordered:
            table = sorted([*body, *new], key=key)
            return text([header, *table]).encode("utf-8")
    except (TypeError, IndexError):
        pass
    if not had:
        return text([header, *sorted(new, key=key)]).encode("utf-8")
    return (had if had.endswith("\n") else had + "\n").encode("utf-8") + text(new).encode("utf-8")


def _ranks(body: list[list[str]], header: list[str]) -> dict[str, dict[str, Any]]:
    """Areas come in the order of the configuration."""
    if "area" not in header:
        return {}
    areas = list(dict.fromkeys(config().areas.all))
    return {"area": {name: f"{rank:03d}" for rank, name in enumerate(areas)}}


def _digits(value: float) -> str:
    text = f"{Decimal(f'{value:.15g}'):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _breaks(figures: Iterable[Figure], target: str) -> str:
    """Records for corrections.yml of the changes of scope that are new."""
    declared = records.breaks()
    had: set[tuple[str, str, int | None]] = {
        (b["area"], b["indicator"], int(b["year"])) for b in declared.to_dict("records")
    }
    texts_ = []
    for figure in figures:
        key = (figure.area, figure.indicator, figure.scope_year)
        if not figure.scope or key in had:
            continue
        had.add(key)
        record = {
            "id": f"break-{figure.area}-{figure.indicator}-{figure.scope_year}",
            "file": target,
            "match": {
                "area": figure.area, "indicator": figure.indicator, "year": figure.scope_year,
            },
            "action": "break",
            "expect": None,
            "reason": f"Remark beside the figure: {figure.scope}",
            "reason_zh": f"数据旁注明：{figure.scope}",
            "source": figure.source,
            "status": "suspected",
        }  # fmt: skip
        texts_.append(yaml.safe_dump([record], allow_unicode=True, sort_keys=False, width=100))
    return "".join(texts_)


# ---- the whole way -----------------------------------------------------------------------------
def import_figures(
    path: str | Path,
    source: str = "",
    published: str | dt.date | None = None,
    public: bool = False,
    dry_run: bool = True,
    *,
    area: str | None = None,
    year: int | None = None,
    sheet: str | None = None,
    names: dict[str, str] | None = None,
    units: dict[str, str] | None = None,
    take: Iterable[str] = (),
    partial: bool = False,
    breaks: bool = True,
    confidence: str = "high",
) -> pd.DataFrame:
    """Read figures from a spreadsheet and, if asked, add them to the data.

    Parameters
    ----------
    path : str or Path
        .xlsx, .xls, .csv or .tsv.
    source : str
        The document, ``publisher：title``, or an id of sources.csv; not needed where the sheet
        has a column for it.
    published : str or date
        Full date on which it was published or handed over, e.g. ``2024-03-15``.
    public : bool
        Add to ``raw`` instead of ``private``.
    dry_run : bool
        Write nothing (the default).
    area, year : str, int, optional
        For figures beside which none is printed; 本年 is this year.
    sheet : str, optional
        Read this sheet only.
    names, units : dict, optional
        Printed name -> indicator or area; indicator -> unit where none is printed.
    take : iterable of str
        Cells whose question is answered with yes, e.g. ``["C5"]``.
    partial : bool
        Add the sound figures although others have errors.
    breaks : bool
        Whether remarks that tell of a change of scope become breaks.
    confidence : {"high", "medium", "low"}

    Returns
    -------
    DataFrame
        One row per figure of the file: sheet, cell, printed, status (new, revised, known,
        question, error, refused, left_out), what it was understood to be, and in both languages
        what is to be said of it.

    Raises
    ------
    UsageError
        No such file, or source and date are missing where something is to be written.
    DataError
        The file cannot be read, or figures have errors and ``partial`` is not set; all of them
        at once. Nothing was written.
    """
    options = Options(
        source, as_day(published), public, area, year, sheet, names or {}, units or {},
        frozenset(take), breaks, confidence,
    )  # fmt: skip
    proposal = propose(path, options)
    if not dry_run:
        stop_on_errors(proposal, partial)
        commit(proposal)
    return proposal.frame()


def stop_on_errors(proposal: Proposal, partial: bool) -> None:
    """Raise `DataError` with all errors of a proposal, unless the sound rest is wanted."""
    found = proposal.problems()
    errors = found[found["severity"].eq("error")]
    if len(errors) and not (partial and proposal.chosen()):
        raise DataError(errors)


def as_day(day: str | dt.date | None) -> dt.date | None:
    """A date of publication.

    Raises
    ------
    UsageError
        It is no full date.
    """
    if day is None or isinstance(day, dt.date):
        return day
    read = read_date(day)
    if read is None:
        raise UsageError(f"{day!r} is no full date: write it as 2024-03-15 / 日期请写成 2024-03-15")
    return read
