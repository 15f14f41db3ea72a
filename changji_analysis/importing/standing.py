"""Figures against what stands in the data folder: known, contradicted, impossible, documented."""

from __future__ import annotations

import hashlib
import math
import re
from pathlib import Path

from ..dataset import Dataset
from ..quantities import convert
from ..records.writing import read_date, read_rows, safe_cell
from .proposal import TAKEABLE, Figure, Options, Proposal

PUBLIC = "raw/yearly_statistics.csv"
PRIVATE = "private/yearly_statistics.csv"
JUMP, JUMP_YEARS = 10.0, 5
# What cannot exceed what, in the same area and year
_WHOLES = {"rd_expenditure": "gdp"}

Rows = dict[tuple[str, str], list[dict[str, str]]]


def _standing(root: Path) -> Rows:
    """Every row of the statistics as it is printed in the files, dropped ones too."""
    own = sorted(path.name for path in (root / "private").glob("*.csv"))
    rows: Rows = {}
    for name in (PUBLIC, *(f"private/{name}" for name in own if name != "sources.csv")):
        for row in read_rows(root / name):
            rows.setdefault((row["area"], row["indicator"]), []).append(row | {"file": name})
    return rows


def settle(proposal: Proposal, data: Dataset) -> None:
    """Hold the figures against each other and against what the data folder has."""
    options, standing = proposal.options, _standing(data.folder)
    seen: dict[tuple, Figure] = {}
    for figure in proposal.figures:
        for code in TAKEABLE:
            fill = figure.reasons.get(code)
            if fill is not None and options.takes(figure, fill.get("place", figure.cell)):
                del figure.reasons[code]
        if figure.code:
            continue
        first = seen.setdefault(figure.key, figure)
        if first is not figure:
            same = math.isclose(first.value, figure.value, rel_tol=1e-9)
            code = "repeated" if same else "duplicate_in_file"
            figure.reasons[code] = {"other": f"[{first.sheet}] {first.cell}"}
            if not same:
                first.reasons[code] = {"other": f"[{figure.sheet}] {figure.cell}"}
            continue
        rows = standing.get((figure.area, figure.indicator), [])
        _compare(figure, [row for row in rows if row["year"] == str(figure.year)], options)
        if not figure.code and not options.takes(figure, figure.cell):
            _weigh(figure, rows)
    _hold_against_wholes(proposal, standing, data)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _equal(row: dict, figure: Figure) -> bool:
    """Whether a row is the figure, or the same with fewer or more digits."""
    had = _number(row["value"])
    if math.isclose(had, figure.value, rel_tol=1e-9):
        return True
    step = max(_last_digit(row["as_printed"], row["value"], row["unit"]),
               _last_digit(figure.as_printed, str(figure.value), figure.unit))  # fmt: skip
    return abs(had - figure.value) <= step / 2 * (1 + 1e-9)


def _last_digit(printed: str, value: str, unit: str) -> float:
    """The weight of the last digit printed, in the indicator's unit."""
    match = re.fullmatch(r"[^\d]*[\d,]+(?:\.(\d+))?([^\d]*)", printed)
    digits, printed_unit = (match[1], match[2]) if match else (value.partition(".")[2], "")
    step = 10.0 ** -len(digits or "")
    try:
        return convert(step, printed_unit or unit, unit)
    except Exception:
        return 0.0


def _compare(figure: Figure, rows: list[dict], options: Options) -> None:
    """A figure against those of the same area, indicator and year."""
    if options.public:  # a figure may be published that stood among the private ones
        rows = [row for row in rows if row["file"] == PUBLIC or not _equal(row, figure)]
    by_vintage = {row["vintage"]: row for row in rows}
    had, revised = by_vintage.get(figure.vintage), by_vintage.get("revised")
    if (had and _equal(had, figure)) or any(
        _equal(row, figure) and figure.source and row["source"] == figure.source for row in rows
    ):
        figure.reasons["known"] = {}
        return
    if had is None:
        return
    held = revised or had
    fill = {"had": f"{held['value']} {held['unit']}", "source": held["source"]}
    known = read_date(had["published"] or had["known_by"])
    if figure.vintage == "first" and revised and _equal(revised, figure):
        figure.reasons["known"] = {}
    elif revised is not None:
        figure.reasons["contradicts_twice"] = fill
    elif options.takes(figure, figure.cell) or (
        known and figure.published and figure.published > known
    ):
        figure.vintage = "revised"
        figure.said.append(("as_revision", fill))
    else:
        figure.reasons["contradicts"] = fill


def _weigh(figure: Figure, rows: list[dict]) -> None:
    """Ask where a figure is far from that of a year nearby."""
    near = [
        (abs(int(row["year"]) - figure.year), int(row["year"]), _number(row["value"]))
        for row in rows
        if figure.year and abs(int(row["year"]) - figure.year) <= JUMP_YEARS
        and _number(row["value"]) > 0
    ]  # fmt: skip
    if not near or figure.value <= 0:
        return
    _, year, value = min(near)
    factor = figure.value / value
    if not 1 / JUMP <= factor <= JUMP:
        figure.reasons["implausible"] = {
            "factor": f"{factor:.3g}",
            "had": f"{value:g}",
            "year": year,
        }


def _hold_against_wholes(proposal: Proposal, standing: Rows, data: Dataset) -> None:
    """Ask where a part exceeds its whole: R&D the GDP, a sector all, a city its prefecture."""
    parts = data.aliases[data.aliases["name"].str.contains(">")]
    wholes = dict(zip(parts["id"], parts["name"].str.partition(">")[0], strict=True)) | _WHOLES
    values = {(f.area, f.indicator, f.year): f.value for f in proposal.figures if not f.code}
    areas = list(data.config.areas.all)

    def known(area: str, indicator: str, year: int | None) -> float:
        rows = [r for r in standing.get((area, indicator), []) if r["year"] == str(year)]
        return values.get((area, indicator, year), _number(rows[-1]["value"]) if rows else math.nan)

    for figure in proposal.figures:
        if figure.code or proposal.options.takes(figure, figure.cell):
            continue
        whole = wholes.get(figure.indicator, "")
        above = [(figure.area, whole)] if whole else []
        if proposal.registry[figure.indicator]["kind"] in ("count", "level"):
            above += [
                (area, figure.indicator) for area in data.around(figure.area) if area in areas
            ]
        for area, indicator in above:
            total = known(area, indicator, figure.year)
            unit = proposal.registry[indicator]["unit"]
            if total == total and convert(figure.value, figure.unit, unit) > total * 1.000001:
                figure.reasons["impossible"] = {"other": f"{area} {indicator} {total:g} {unit}"}


def describe_documents(proposal: Proposal, root: Path) -> None:
    """Give every figure the id of its document; new ones are described for sources.csv."""
    options = proposal.options
    open_, own = (read_rows(root / name) for name in ("sources.csv", "private/sources.csv"))
    ids = {row["id"] for row in (open_ if options.public else [*open_, *own])}
    # a private document becomes public with its figures
    hidden = {row["id"]: row | {"licence": "not stated"} for row in own if row["id"] not in ids}
    described = {(r["publisher"], r["title"], r["published"]): r["id"] for r in [*open_, *own]}
    for figure in proposal.figures:
        text = " ".join((figure.source or options.source).split())
        if text and text not in ids and text not in hidden and text not in proposal.documents:
            publisher, found, title = text.replace(":", "：", 1).partition("：")
            publisher, title = publisher.strip(), title.strip() if found else publisher.strip()
            day = figure.published.isoformat() if figure.published else ""
            key = (safe_cell(publisher), safe_cell(title), day)
            digest = hashlib.sha256("\0".join(key).encode()).hexdigest()[:8]
            text = described.setdefault(key, f"import_{day.replace('-', '')}_{digest}")
            if text not in ids and text not in hidden:
                proposal.documents[text] = {
                    "id": text, "publisher": publisher, "title": title, "published": day,
                    "seen_at": proposal.file,
                    "licence": "not stated" if options.public else "not public", "note": "",
                }  # fmt: skip
        if text in hidden:
            proposal.documents[text] = hidden[text]
        figure.source = text
