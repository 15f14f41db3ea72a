"""Adding the figures that nothing speaks against to the tables of the data folder."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from .. import _compat as records
from .. import store
from .._compat import config
from ..config import data_dir
from ..errors import DataError, UsageError
from ..records.schemas import OBSERVATIONS, SOURCES
from .proposal import Figure, Proposal
from .standing import PRIVATE, PUBLIC, describe_documents, read_rows, safe_cell, settle


def missing_statements(proposal: Proposal) -> list[str]:
    """What must be stated before anything is added: source, published."""
    chosen = [f for f in proposal.figures if f.status not in ("left_out", "refused")]
    missing = []
    if any(not figure.source for figure in chosen):
        missing.append("source")
    if any(figure.published is None for figure in chosen if "bad_date" not in figure.reasons):
        missing.append("published")
    return missing


def stop_on_errors(proposal: Proposal, partial: bool) -> None:
    """Raise `DataError` with all errors of a proposal, unless the sound rest is wanted."""
    found = proposal.problems()
    errors = found[found["severity"].eq("error")]
    if len(errors) and not (partial and proposal.chosen()):
        raise DataError(errors)


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
        describe_documents(proposal)
        settle(proposal)
        chosen = proposal.chosen()
        if not chosen:
            return 0
        target, sources = (PUBLIC, "sources.csv") if public else (PRIVATE, "private/sources.csv")
        contents = {}
        had = {row["id"] for row in read_rows(root / sources)}  # by another import, meanwhile
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


def _extended(path: Path, columns: list[str], rows: list[dict], order: tuple[str, ...]) -> bytes:
    """A table with rows added: in its order where the file keeps one, else at the end."""
    had = path.read_text(encoding="utf-8-sig") if path.is_file() else ""
    parsed = list(csv.reader(io.StringIO(had, newline="")))
    header = parsed[0] if parsed else columns
    body = [row for row in parsed[1:] if row]
    new = [[safe_cell(row.get(name, "")) for name in header] for row in rows]
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
