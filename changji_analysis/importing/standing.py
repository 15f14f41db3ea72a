"""Figures against what stands in the data folder: known, contradicted, impossible, documented."""

from __future__ import annotations

import hashlib
import math
import re
from pathlib import Path

from ..dataset import Dataset
from ..errors import QuantityError
from ..quantities import convert
from ..records.writing import read_date, read_rows, safe_cell
from .proposal import TAKEABLE, Figure, Options, Proposal

PUBLIC, PRIVATE = "raw/yearly_statistics.csv", "private/yearly_statistics.csv"
JUMP, JUMP_YEARS = 10.0, 5
_WHOLES = {"rd_expenditure": "gdp"}  # what cannot exceed what, beside the parts of aliases.csv

Rows = dict[tuple[str, str], list[dict[str, str]]]  # area, indicator -> rows as printed


def settle(proposal: Proposal, data: Dataset) -> None:
    """Hold the figures against each other and against what the data folder has."""
    options, standing, seen = proposal.options, {}, {}
    own = sorted(path.name for path in (data.folder / "private").glob("*.csv"))
    for name in (PUBLIC, *(f"private/{name}" for name in own if name != "sources.csv")):
        for row in read_rows(data.folder / name):
            rows = standing.setdefault((row["area"], row["indicator"]), [])
            rows.append(row | {"file": name})
    for figure in proposal.figures:
        for code in TAKEABLE:
            if options.takes(figure, figure.reasons.get(code, {}).get("place", figure.cell)):
                figure.reasons.pop(code, None)
        if figure.code:
            continue
        key = figure.area, figure.indicator, figure.year, figure.vintage
        first = seen.setdefault(key, figure)
        if first is not figure:
            same = math.isclose(first.value, figure.value, rel_tol=1e-9)
            figure.stop("repeated" if same else "duplicate_in_file", other=first.cell)
            if not same:
                first.stop("duplicate_in_file", other=figure.cell)
            continue
        rows = standing.get((figure.area, figure.indicator), [])
        _compare(figure, [row for row in rows if row["year"] == str(figure.year)], options)
        if not options.takes(figure, figure.cell):
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
    step = max(_last_digit(row["as_printed"], row["unit"]),
               _last_digit(figure.as_printed, figure.unit))  # fmt: skip
    near = abs(had - figure.value) <= step / 2 * (1 + 1e-9)
    return near or math.isclose(had, figure.value, rel_tol=1e-9)


def _last_digit(printed: str, unit: str) -> float:
    """The weight of the last digit printed, in the indicator's unit; 0 where it is not known."""
    match = re.fullmatch(r"[^\d]*[\d,]+(?:\.(\d+))?([^\d]*)", printed)
    try:
        return convert(10.0 ** -len(match[1] or ""), match[2] or unit, unit) if match else 0.0
    except QuantityError:
        return 0.0


def _compare(figure: Figure, rows: list[dict], options: Options) -> None:
    """A figure against those of the same area, indicator and year."""
    if options.public:  # a figure may be published that stood among the private ones
        rows = [row for row in rows if row["file"] == PUBLIC or not _equal(row, figure)]
    vintages = {row["vintage"]: row for row in rows}
    had, revised = vintages.get(figure.vintage), vintages.get("revised")
    again = [r for r in rows if r["source"] == figure.source or r is had
             or (r is revised and had and figure.vintage == "first")]  # fmt: skip
    if any(_equal(row, figure) for row in again):
        figure.stop("known")
    elif had is not None:
        held, known = revised or had, read_date(had["published"] or had["known_by"])
        fill = {"had": f"{held['value']} {held['unit']}", "source": held["source"]}
        later = known and figure.published and figure.published > known
        if revised is not None:
            figure.stop("contradicts_twice", **fill)
        elif later or options.takes(figure, figure.cell):
            figure.vintage = "revised"
            figure.said.append(("as_revision", fill))
        else:
            figure.stop("contradicts", **fill)


def _weigh(figure: Figure, rows: list[dict]) -> None:
    """Ask where a figure is far from that of a year nearby."""
    assert figure.year is not None, "a figure without a year is refused"
    near = [(abs(int(row["year"]) - figure.year), int(row["year"]), _number(row["value"]))
            for row in rows if _number(row["value"]) > 0]  # fmt: skip
    away, year, value = min(near, default=(JUMP_YEARS + 1, 0, 1.0))
    factor = figure.value / value
    if away <= JUMP_YEARS and factor > 0 and not 1 / JUMP <= factor <= JUMP:
        figure.stop("implausible", factor=f"{factor:.3g}", had=f"{value:g}", year=year)


def _hold_against_wholes(proposal: Proposal, standing: Rows, data: Dataset) -> None:
    """Ask where a part exceeds its whole: R&D the GDP, a sector all, a city its prefecture."""
    aliases = zip(data.aliases["id"], data.aliases["name"], strict=True)
    wholes = {part: name.partition(">")[0] for part, name in aliases if ">" in name} | _WHOLES
    values = {(f.area, f.indicator, f.year): f.value for f in proposal.figures if not f.code}
    for (area, indicator), rows in standing.items():
        for row in rows:
            values.setdefault((area, indicator, int(row["year"])), _number(row["value"]))
    for figure in proposal.figures:
        if figure.code or proposal.options.takes(figure, figure.cell):
            continue
        above = [(figure.area, wholes.get(figure.indicator, ""))]
        if proposal.registry[figure.indicator]["kind"] in ("count", "level"):
            above += [(area, figure.indicator) for area in data.around(figure.area)]
        for area, indicator in above:
            total = values.get((area, indicator, figure.year), math.nan)
            unit = proposal.registry.get(indicator, {}).get("unit", "")
            if total == total and convert(figure.value, figure.unit, unit) > total * 1.000001:
                figure.stop("impossible", other=f"{area} {indicator} {total:g} {unit}")


def describe_documents(proposal: Proposal, root: Path) -> None:
    """Give every figure the id of its document; new ones are described for sources.csv."""
    options = proposal.options
    open_, own = (read_rows(root / name) for name in ("sources.csv", "private/sources.csv"))
    ids = {row["id"] for row in (open_ if options.public else [*open_, *own])}
    # a private document becomes public with its figures
    known = {row["id"]: row | {"licence": "not stated"} for row in own if row["id"] not in ids}
    known |= proposal.documents
    described = {(r["publisher"], r["title"], r["published"]): r["id"] for r in [*open_, *own]}
    for figure in proposal.figures:
        text = " ".join((figure.source or options.source).split())
        if text and text not in ids and text not in known:
            publisher, found, title = map(str.strip, text.replace(":", "：", 1).partition("："))
            day = figure.published.isoformat() if figure.published else ""
            key = (safe_cell(publisher), safe_cell(title if found else publisher), day)
            digest = hashlib.sha256("\0".join(key).encode()).hexdigest()[:8]
            text = described.setdefault(key, f"import_{day.replace('-', '')}_{digest}")
            licence = "not stated" if options.public else "not public"
            known.setdefault(text, {
                "id": text, "publisher": key[0], "title": key[1], "published": day,
                "seen_at": proposal.file, "licence": licence, "note": "",
            })  # fmt: skip
        if text in known and text not in ids:
            proposal.documents[text] = known[text]
        figure.source = text
