"""From a file to figures: what each means, and whether unit, value and print agree."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import replace
from pathlib import Path

from ..dataset import Dataset
from ..errors import DataError, QuantityError, UsageError
from ..quantities import BOUNDS, convert, known_unit
from ..records import near_matches
from ..records.schemas import CONFIDENCES, VINTAGES
from ..records.writing import read_date
from .cells import Cell
from .labels import Vocabulary, vocabulary
from .layout import Reading, Refusal, bare_figure, quantity, read_grid
from .messages import problem
from .proposal import Figure, Options, Proposal
from .sheets import Grid, address, read_workbook
from .standing import describe_documents, settle


def review_words(data: Dataset, names: dict[str, str] | None = None) -> Vocabulary:
    """The names of areas and indicators that a data folder knows.

    Raises
    ------
    UsageError
        A name that the user gave leads to neither an indicator nor an area.
    """
    areas = data.config.areas
    known = [*data.indicators["id"], *areas.all]
    for meant in (names or {}).values():
        if meant not in known:
            raise UsageError(_unknown("indicator or area", "指标或地区", meant, known))
    levels = {role: getattr(areas, role) for role in ("city", "prefecture", "region", "nation")}
    return vocabulary(levels, areas.all, data.indicators, data.aliases, data.areas, names or {})


def _unknown(what: str, zh: str, word: str, known: list[str]) -> str:
    near = ", ".join(near_matches(word, known)) or "changji names"
    return f"unknown {what} {word!r}; near: {near} / {zh}“{word}”未知，相近的有：{near}"


def propose(path: str | Path, options: Options, data: Dataset) -> Proposal:
    """Read a file and say what would be added; nothing is written.

    Raises
    ------
    UsageError
        A statement beside the file makes no sense.
    DataError
        The file or every sheet in it is refused, or the data folder has faults.
    """
    words = review_words(data, options.names)
    options = _checked(options, words, data)
    book = read_workbook(path)
    wanted = [grid for grid in book.grids if options.sheet in (None, grid.name)]
    if not wanted:
        names = ", ".join(grid.name for grid in book.grids)
        raise UsageError(
            f"no sheet {options.sheet!r} in {book.name}; it has / 没有该工作表，有：{names}"
        )
    proposal = _proposal(book.name, [], options, data)
    for grid in wanted:
        if grid.hidden and options.sheet is None:
            where = f"{book.name} [{grid.name}]"
            proposal.file_problems.append(problem("hidden_sheet", where, severity="note"))
            continue
        try:
            readings = read_grid(grid, words, options.year)
        except Refusal as refusal:
            proposal.figures.append(_refused(grid, refusal))
            continue
        proposal.figures += [_figure(r, options, proposal.registry, book.name) for r in readings]
    if not proposal.figures:
        raise DataError([problem("no_figures", book.name), *proposal.file_problems])
    if all(figure.row == 0 for figure in proposal.figures):
        raise DataError(proposal.problems())
    _finish(proposal, data)
    return proposal


def _proposal(name: str, figures: list[Figure], options: Options, data: Dataset) -> Proposal:
    registry = {row["id"]: row for row in data.indicators.to_dict("records")}
    return Proposal(name, figures, [], options, registry)


def _finish(proposal: Proposal, data: Dataset) -> None:
    describe_documents(proposal, data.folder)
    settle(proposal, data)


def _refused(grid: Grid, refusal: Refusal) -> Figure:
    """A sheet that does not parse, told like a figure: at the cell that stood in the way."""
    text = next((c.text for (r, k), c in grid.cells.items() if address(r, k) == refusal.place), "")
    printed = "" if refusal.code == "firms" else text
    return Figure(grid.name, refusal.place, 0, 0, printed, reasons={refusal.code: refusal.fill})


def propose_one(
    area: str, indicator: str, year: int, text: str, options: Options, data: Dataset,
    vintage: str = "first",
) -> Proposal:  # fmt: skip
    """The same for one figure that is typed in."""
    words = review_words(data)
    options = _checked(options, words, data)
    proposal = _proposal("changji add", [], options, data)
    meant = indicator if indicator in proposal.registry else words.match(indicator)
    if not meant:
        known = [*proposal.registry, *(row["zh"] for row in proposal.registry.values())]
        raise UsageError(_unknown("indicator", "指标", indicator, known))
    if vintage not in VINTAGES:
        raise UsageError(f"unknown vintage {vintage!r}: {', '.join(VINTAGES)} / 版本只能是其中之一")
    reading = Reading("", 1, 1, Cell(text), bare_figure(text)[0], None, indicator, meant)
    reading.year, reading.area, reading.vintage = year, known_area(area, words), vintage
    read = quantity(reading.bare)
    if isinstance(read, str) or read.bound == "missing":
        reading.stop("unreadable", detail=read if isinstance(read, str) else "—")
    else:
        reading.quantity, reading.near = read, True
        reading.units = (read.unit,) if read.unit else ()
    if not 1949 <= year <= 2100:
        reading.stop("year_out_of_range", year=year)
    figure = _figure(reading, options, proposal.registry, "changji add")
    figure.note = ""
    proposal.figures.append(figure)
    _finish(proposal, data)
    return proposal


def known_area(name: str, words: Vocabulary) -> str:
    """The area of the review that a name means.

    Raises
    ------
    UsageError
        It means none; near ones are named.
    """
    if area := words.areas.get(name, ""):
        return area
    raise UsageError(_unknown("area", "地区", name, list(words.areas)))


def _checked(options: Options, words: Vocabulary, data: Dataset) -> Options:
    area = options.area
    if area is not None:
        area = known_area(area, words)
    ids = list(data.indicators["id"])
    for indicator, unit in options.units.items():
        if indicator not in ids:
            raise UsageError(_unknown("indicator", "指标", indicator, ids))
        if not known_unit(unit):
            raise UsageError(f"unknown unit {unit!r} for {indicator} / 单位“{unit}”未知")
    if options.confidence not in CONFIDENCES:
        raise UsageError(f"unknown confidence {options.confidence!r} / 可信度只能是 {CONFIDENCES}")
    return replace(options, area=area)


def _figure(reading: Reading, options: Options, registry: dict[str, dict], file: str) -> Figure:
    figure = Figure(
        reading.sheet, address(reading.row, reading.column), reading.row, reading.column,
        reading.cell.text, reading.name, reading.area or options.area or "", reading.indicator,
        reading.year, reading.vintage or "first", source=reading.source,
        confidence=options.confidence, reasons=dict(reading.reasons), said=list(reading.said),
    )  # fmt: skip
    if not figure.area:
        figure.reasons.setdefault("no_area", {})
    _date(figure, reading.published, options)
    if reading.indicator and reading.quantity:
        _value(figure, reading, options, registry[figure.indicator])
    if reading.scope and options.breaks and figure.year:
        figure.scope = reading.scope
        figure.said.append(("scope_change", {"remark": reading.scope}))
    remarks = list(dict.fromkeys(map(_discreet, reading.remarks)))
    notes = [f"{file} [{reading.sheet}] {figure.cell}" if reading.sheet else "", figure.name]
    figure.note = "; ".join(filter(None, [*notes, *remarks]))[:500]
    if "one_firm" in figure.reasons:
        figure.name, figure.note, remarks = "***", "", []
    figure.said += [
        ("footnote", {"remark": remark}) for remark in remarks if remark != figure.scope
    ]
    return figure


def _discreet(remark: str) -> str:
    """A remark without what it tells of a single firm's figures."""
    firm = re.search("公司|集团|合作社|厂", remark) and re.search(r"\d", remark)
    return "***（涉及单个单位的数据，不予收录）" if firm else remark


def _date(figure: Figure, printed: str, options: Options) -> None:
    figure.published = options.published
    if printed:
        figure.published = read_date(printed)
        if figure.published is None:
            figure.reasons["bad_date"] = {}
    day, year = figure.published, figure.year
    if day is None or year is None:
        return
    if day < dt.date(year, 10, 1):
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
        figure.reasons["unreadable"] = {"detail": "range / 区间"}
        return
    printed = "".join(reading.bare.split())
    figure.as_printed = printed if read.unit else printed + unit
    again = quantity(figure.as_printed)
    try:
        figure.value = convert(read.value, unit, wanted)
        same = not isinstance(again, str) and again.bound == read.bound and math.isclose(
            convert(again.value, again.unit, wanted), figure.value, rel_tol=1e-9
        )  # fmt: skip
    except QuantityError:
        same = False
    if not same or read.bound not in BOUNDS:
        figure.reasons["unreadable"] = {"detail": figure.as_printed}
    if figure.value < 0 and entry["kind"] != "ratio":
        figure.reasons["negative_value"] = {}
    if figure.value > 100 and entry["kind"] == "share":
        figure.reasons["share_out_of_range"] = {}
    if entry["kind"] == "count" and figure.value % 1:
        figure.reasons["not_whole"] = {}


def _unit(figure: Figure, reading: Reading, entry: dict, options: Options) -> str:
    """The unit that holds for a figure; empty where there is none, with the reason noted."""
    wanted, units = entry["unit"], list(reading.units)
    if not units and figure.indicator in options.units:
        units = [options.units[figure.indicator]]
    fitting = [unit for unit in units if _converts(unit, wanted)]
    if len(fitting) == 1:
        return fitting[0]
    if units and not fitting and (reading.near or (len(units) == 1 and entry["kind"] != "count")):
        figure.reasons["other_unit"] = {"unit": "、".join(units)}
        return ""
    if units or entry["kind"] != "count":
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
