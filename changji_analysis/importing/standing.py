"""Figures against what stands in the data folder: known, contradicted, implausible, documented."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import math
import re
from pathlib import Path

from .. import _compat as records
from ..config import data_dir
from .proposal import Figure, Options, Proposal

PUBLIC = "raw/yearly_statistics.csv"
PRIVATE = "private/yearly_statistics.csv"
JUMP = 10.0
JUMP_YEARS = 5
_TAKEABLE = {"near_name", "narrowed", "contradicts", "implausible"}


def _standing(root: Path) -> list[dict[str, str]]:
    """Every row of the statistics as it is printed in the files, dropped ones too."""
    rows = []
    for name in (PUBLIC, *records.private_tables(root)):
        rows += [row | {"file": name} for row in read_rows(root / name)]
    return rows


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table as they are printed; none where there is no table."""
    if not path.is_file():
        return []
    text = path.read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


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


def read_date(text: str) -> dt.date | None:
    """A full date as people write it: 2024-03-15, 2024/3/15, 2024年3月15日, 20240315."""
    plain = re.sub(r"[ T]0?0:00(?::00)?$|\s", "", text.strip())
    match = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", plain)
    match = match or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", plain)
    try:
        return dt.date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _known_documents(root: Path) -> list[dict[str, str]]:
    return [
        row for name in ("sources.csv", "private/sources.csv") for row in read_rows(root / name)
    ]


def describe_documents(proposal: Proposal) -> None:
    """Give every figure the id of its document; new ones are described for sources.csv."""
    options = proposal.options
    root = data_dir()
    known = _known_documents(root)
    ids = {row["id"] for row in known}
    if options.public:  # a private document becomes public with its figures
        ids = {row["id"] for row in read_rows(root / "sources.csv")}
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
        key = (safe_cell(publisher), safe_cell(title), day)
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


_PLAIN_RE = re.compile(r"[+-]?[0-9][0-9,.]*(?:[%‰‱]|[一-鿿/]{1,8})?")


def safe_cell(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula; signed figures stay as they are."""
    cell = " ".join(cell.split())
    if cell.startswith(("=", "@", "+", "-")) and not _PLAIN_RE.fullmatch(cell):
        return f"'{cell}"
    return cell
