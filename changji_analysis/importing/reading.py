"""From a file to figures: what each means, and whether unit, value and print agree."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from ..dataset import Dataset
from ..errors import DataError, UsageError
from ..messages import problem
from ..quantities import Quantity, convert, known_unit
from ..records import near_matches
from ..records.schemas import CONFIDENCES, VINTAGES
from ..records.writing import read_date
from ..workbooks import Grid, address, read_workbook
from .labels import Vocabulary, vocabulary
from .layout import Refusal, bare_figure, quantity, read_grid, unit_size
from .proposal import Figure, Options, Proposal
from .standing import describe_documents, settle


def review_words(data: Dataset, names: dict[str, str] | None = None) -> Vocabulary:
    """The names of areas and indicators that a data folder knows, and those of the user."""
    words, registry = _known(data)
    areas = data.config.areas.all
    for meant in (names or {}).values():
        _require("indicator or area", "指标或地区", meant, [*registry, *areas])
    return words.settled(names, areas) if names else words


@lru_cache(maxsize=2)
def _known(data: Dataset) -> tuple[Vocabulary, dict[str, dict]]:
    """The words and the indicators of a dataset, which many sheets are held against."""
    areas = data.config.areas
    levels = {role: getattr(areas, role) for role in ("city", "prefecture", "region", "nation")}
    registry = {row["id"]: row for row in data.indicators.to_dict("records")}
    return vocabulary(levels, areas.all, registry, data.aliases, data.areas), registry


def _require(what: str, zh: str, word: str, known: Iterable[str]) -> None:
    """Raise `UsageError`, with near words, where one is not known."""
    if word not in (known := list(known)):
        near = ", ".join(near_matches(word, known))
        hint, hint_zh = f"near: {near}", f"相近的有：{near}"
        if len(known) < 5:
            hint, hint_zh = (f"{say} {', '.join(known)}" for say in ("use one of", "可用的有"))
        elif not near:
            hint, hint_zh = "`changji names` lists them", "可用 changji names 查看"
        raise UsageError(f"unknown {what} {word!r}; {hint} / {zh}“{word}”未知，{hint_zh}")


def known_area(name: str, words: Vocabulary) -> str:
    """The area of the review that a name means; `UsageError` names near ones."""
    known = {written: area for written, area in words.areas.items() if area}
    _require("area", "地区", name, known)
    return known[name]


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
    proposal = _proposal("", options, words, data)
    book = read_workbook(path)
    proposal.file = book.name
    wanted = [grid for grid in book.grids if options.sheet in (None, grid.name)]
    if not wanted:
        names = ", ".join(grid.name for grid in book.grids)
        raise UsageError(f"no sheet {options.sheet!r}; there are / 没有该工作表，有：{names}")
    for grid in wanted:
        if grid.hidden and options.sheet is None:
            where = f"{book.name} [{grid.name}]"
            proposal.file_problems.append(problem("hidden_sheet", where, "note"))
            continue
        try:
            proposal.figures += read_grid(grid, words, options.year)
        except Refusal as refusal:
            proposal.figures.append(_refused(grid, refusal))
    if not proposal.figures:
        raise DataError([problem("no_figures", book.name), *proposal.file_problems])
    if not any(figure.row for figure in proposal.figures):
        raise DataError(proposal.problems())
    return _completed(proposal, data)


def propose_one(
    area: str, indicator: str, year: int, text: str, options: Options, data: Dataset,
    vintage: str = "first",
) -> Proposal:  # fmt: skip
    """The same for one figure that is typed in."""
    words = review_words(data)
    proposal = _proposal("changji add", options, words, data)
    meant = indicator if indicator in proposal.registry else words.match(indicator)
    names = [row["zh"] for row in proposal.registry.values()]
    _require("indicator", "指标", meant or indicator, [*proposal.registry, *names])
    _require("vintage", "版本", vintage, VINTAGES)
    figure = Figure("", "A1", 1, 1, text, "", known_area(area, words), meant, year, vintage)
    figure.bare, figure.near = bare_figure(text)[0], True
    read = quantity(figure.bare)
    if isinstance(read, str) or read.bound == "missing":
        figure.stop("unreadable", detail=read if isinstance(read, str) else "—")
    else:
        figure.quantity, figure.units = read, (read.unit,) if read.unit else ()
    if not 1949 <= year <= 2100:
        figure.stop("year_out_of_range", year=year)
    proposal.figures.append(figure)
    return _completed(proposal, data)


def _proposal(name: str, options: Options, words: Vocabulary, data: Dataset) -> Proposal:
    _, registry = _known(data)
    for indicator, unit in options.units.items():
        _require("indicator", "指标", indicator, registry)
        if not known_unit(unit):
            raise UsageError(f"unknown unit {unit!r} for {indicator} / 单位“{unit}”未知")
    _require("confidence", "可信度", options.confidence, CONFIDENCES)
    if options.area is not None:
        options = replace(options, area=known_area(options.area, words))
    return Proposal(name, [], [], options, registry)


def _refused(grid: Grid, refusal: Refusal) -> Figure:
    """A sheet that does not parse, listed like a figure: at the cell that stood in the way."""
    text = next((c.text for (r, k), c in grid.cells.items() if address(r, k) == refusal.place), "")
    printed = "" if refusal.code == "firms" else text
    return Figure(grid.name, refusal.place, 0, 0, printed, reasons={refusal.code: refusal.fill})


def _completed(proposal: Proposal, data: Dataset) -> Proposal:
    """Give every figure its date, value and note, and hold it against what stands there."""
    options = proposal.options
    for figure in proposal.figures:
        figure.vintage, figure.confidence = figure.vintage or "first", options.confidence
        figure.area = figure.area or options.area or ""
        if not figure.area:
            figure.stop("no_area")
        _date(figure, options)
        if figure.indicator and figure.quantity:
            _value(figure, figure.quantity, options, proposal.registry[figure.indicator])
        figure.scope = figure.scope if options.breaks and figure.year else ""
        if figure.scope:
            figure.said.append(("scope_change", {"remark": figure.scope}))
        remarks = list(dict.fromkeys(map(_discreet, figure.remarks)))
        if figure.sheet:
            place = f"{proposal.file} [{figure.sheet}] {figure.cell}"
            figure.note = "; ".join(filter(None, [place, figure.name, *remarks]))[:500]
        if "one_firm" in figure.reasons:
            figure.printed = figure.name = figure.note = "***"
            figure.value = math.nan
        elif said := [remark for remark in remarks if remark != figure.scope]:
            figure.said.append(("footnote", {"remark": "; ".join(said)}))
    describe_documents(proposal, data.folder)
    settle(proposal, data)
    return proposal


def _discreet(remark: str) -> str:
    """A remark without what it tells of a single firm's figures."""
    firm = re.search("公司|集团|合作社|厂", remark) and re.search(r"\d", remark)
    return "***（涉及单个单位的数据，不予收录）" if firm else remark


def _date(figure: Figure, options: Options) -> None:
    figure.published = read_date(figure.dated) if figure.dated else options.published
    if figure.dated and figure.published is None:
        figure.stop("bad_date")
    day, year = figure.published, figure.year
    if day is None or year is None:
        return
    if day < dt.date(year, 10, 1):
        figure.stop("future_value")
    elif day <= dt.date(year, 12, 31) and figure.vintage == "first":
        figure.vintage = "signal"
        figure.said.append(("early", {}))
    if figure.vintage == "signal" and figure.confidence == "high":
        figure.confidence = "medium"


def as_day(day: str | dt.date | None) -> dt.date | None:
    """A date of publication; `UsageError` where it is no full date."""
    read = read_date(day) if isinstance(day, str) else day
    if isinstance(day, str) and read is None:
        raise UsageError(f"{day!r} is no full date: write it as 2024-03-15 / 日期请写成 2024-03-15")
    return read


def _value(figure: Figure, read: Quantity, options: Options, entry: dict) -> None:
    """Unit, value and print of a figure, checked against each other."""
    wanted = entry["unit"]
    figure.unit, figure.bound = wanted, read.bound
    unit = _unit(figure, entry, options)
    if not unit:
        return
    printed = "".join(figure.bare.split())
    figure.as_printed = printed if read.unit else printed + unit
    figure.value, again = convert(read.value, unit, wanted), quantity(figure.as_printed)
    same = not isinstance(again, str) and again.bound == read.bound != "between" and math.isclose(
        convert(again.value, again.unit, wanted), figure.value, rel_tol=1e-9
    )  # fmt: skip
    if not same:
        figure.stop("unreadable", detail=figure.as_printed)
    if figure.value < 0 and entry["kind"] != "ratio":
        figure.stop("negative_value")
    if figure.value > 100 and entry["kind"] == "share":
        figure.stop("share_out_of_range")
    if figure.value % 1 and entry["kind"] == "count":
        figure.stop("not_whole")


def _unit(figure: Figure, entry: dict, options: Options) -> str:
    """The unit that holds for a figure; empty where there is none, with the reason noted."""
    stated = options.units.get(figure.indicator)
    units = figure.units or ((stated,) if stated else ())
    fitting = [unit for unit in units if unit_size(unit, entry["unit"])]
    counted = entry["kind"] == "count"
    if len(fitting) == 1:
        return fitting[0]
    if units and not fitting and (figure.near or (len(units) == 1 and not counted)):
        figure.stop("other_unit", unit="、".join(units))
    elif units or not counted:
        figure.stop("no_unit")
    else:
        figure.said.append(("unit_assumed", {}))
        return entry["unit"]
    return ""
