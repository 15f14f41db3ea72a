"""From a file to figures: what each means, and whether unit, value and print agree."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import replace
from pathlib import Path

from .. import _compat as records
from .._compat import config
from ..errors import QuantityError, UsageError
from ..quantities import convert, known_unit, parse_quantity
from ..records.schemas import CONFIDENCES, VINTAGES
from .labels import Match, Vocabulary, tells_of_scope, vocabulary
from .layout import Reading, bare_figure, read_grid
from .proposal import Figure, Options, Proposal, by_id
from .sheets import Cell, address, read_workbook
from .standing import describe_documents, read_date, settle
from .texts import problem

_UNKNOWN = ("ordinal", "text_figure", "stray", "unknown_name", "no_name", "sub_row")


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
    registry = by_id()
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
    words, registry = review_words(options.names), by_id()
    options = _checked(options, words, registry)
    book = read_workbook(path)
    grids = [grid for grid in book.grids if options.sheet in (None, grid.name)]
    if not grids:
        names = ", ".join(grid.name for grid in book.grids)
        raise UsageError(f"no sheet {options.sheet!r} in {book.name}: there are {names}")
    readings = [reading for grid in grids for reading in read_grid(grid, words, options.year)]
    figures = [_figure(reading, options, registry, book.name) for reading in readings]
    proposal = Proposal(book.name, figures, list(book.notes), options, registry, book=book)
    describe_documents(proposal)
    settle(proposal)
    if not any(figure.indicator and figure.code not in _UNKNOWN for figure in figures):
        proposal.file_problems.append(problem("no_figures", book.name))
    return proposal


def propose_one(
    area: str, indicator: str, year: int, text: str, options: Options, vintage: str = "first"
) -> Proposal:
    """The same for one figure that is typed in."""
    words, registry = review_words(), by_id()
    options = _checked(options, words, registry)
    match = words.match(indicator)
    if indicator in registry:
        match = Match(indicator, "exact", 100.0)
    if match is None or match.how != "exact":
        near = records.near_matches(indicator, [*registry, *(r["zh"] for r in registry.values())])
        raise UsageError(f"unknown indicator {indicator!r}; near matches: {', '.join(near)}")
    place = _known_area(area, words)
    if vintage not in VINTAGES:
        raise UsageError(f"unknown vintage {vintage!r}: use one of {', '.join(VINTAGES)}")
    reading = Reading("", 1, 1, Cell(text), bare_figure(text)[0], None, indicator, match)
    reading.year, reading.area, reading.vintage = year, place, vintage
    try:
        reading.quantity = parse_quantity(reading.bare)
    except QuantityError as error:
        detail = str(error).split("; understood")[0]
        reading.stop("unreadable", detail=detail, detail_zh="")
    else:
        printed = reading.quantity.unit
        reading.units, reading.unit_from = ((printed,) if printed else ()), "cell"
        if printed and not known_unit(printed):
            reading.stop("unknown_unit", unit=printed)
        if reading.quantity.bound == "missing":
            reading.stop("unreadable", detail="only a mark", detail_zh="：只有符号")
    if not 1949 <= year <= 2100:
        reading.stop("year_out_of_range", year=year)
    figure = _figure(reading, options, registry, "changji add")
    figure.note = ""
    proposal = Proposal("changji add", [figure], [], options, registry)
    describe_documents(proposal)
    settle(proposal)
    return proposal


def _known_area(name: str, words: Vocabulary) -> str:
    if area := words.areas.get(name, ""):
        return area
    near = records.near_matches(name, config().areas.all)
    raise UsageError(f"unknown area {name!r}; near matches: {', '.join(near)}")


def _checked(options: Options, words: Vocabulary, registry: dict[str, dict]) -> Options:
    area = options.area
    if area is not None:
        area = _known_area(area, words)
    for indicator, unit in options.units.items():
        if indicator not in registry:
            near = records.near_matches(indicator, registry)
            raise UsageError(f"unknown indicator {indicator!r}; near matches: {', '.join(near)}")
        if not known_unit(unit):
            raise UsageError(f"unknown unit {unit!r} for {indicator}")
    if options.confidence not in CONFIDENCES:
        raise UsageError(f"unknown confidence {options.confidence!r}: use {CONFIDENCES}")
    return replace(options, area=area)


def _figure(reading: Reading, options: Options, registry: dict[str, dict], file: str) -> Figure:
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
        _value(figure, reading, options, registry[figure.indicator])
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


def _value(figure: Figure, reading: Reading, options: Options, entry: dict) -> None:
    """Unit, value and print of a figure, checked against each other."""
    read = reading.quantity
    assert read is not None
    wanted = entry["unit"]
    unit = _unit(figure, reading, entry, options)
    figure.unit, figure.bound = wanted, read.bound
    if not unit:
        return
    if read.bound == "between":
        figure.reasons["unreadable"] = {"detail": "a range", "detail_zh": "：是一个区间"}
        return
    printed = "".join(reading.bare.split())
    figure.as_printed = printed if read.unit else printed + unit
    try:
        figure.value = convert(read.value, unit, wanted)
        again = parse_quantity(figure.as_printed)
        same = math.isclose(convert(again.value, again.unit, wanted), figure.value, rel_tol=1e-9)
    except QuantityError as error:
        detail = str(error).split("; understood")[0]
        figure.reasons["unreadable"] = {"detail": detail, "detail_zh": ""}
        return
    if not same or again.bound != read.bound:
        figure.reasons["unreadable"] = {
            "detail": f"{figure.as_printed} reads otherwise",
            "detail_zh": f"：写成 {figure.as_printed} 时含义不同",
        }
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
