"""Adding the figures that nothing speaks against to the tables of the data folder.

Documents are written first, then figures, then breaks, each file whole or not at all: an import
that was cut off is simply run again and ends in the same tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml

from ..dataset import Dataset
from ..errors import DataError, UsageError
from ..files import write_bytes
from ..records.writing import add_figures, locked
from .proposal import Figure, Proposal
from .standing import PRIVATE, PUBLIC, describe_documents, settle


def missing_statements(proposal: Proposal) -> list[str]:
    """What must be stated before anything is added: source, published."""
    chosen = [f for f in proposal.figures if f.status not in ("left_out", "refused") and f.row]
    undated = (f.published is None and "bad_date" not in f.reasons for f in chosen)
    missing = {"source": any(not f.source for f in chosen), "published": any(undated)}
    return [name for name, wanted in missing.items() if wanted]


def stop_on_errors(proposal: Proposal, partial: bool) -> None:
    """Raise `DataError` with all errors of a proposal, unless the sound rest is wanted."""
    found = proposal.problems()
    errors = found[found["severity"].eq("error")]
    if len(errors) and not (partial and proposal.chosen()):
        raise DataError(errors)


def commit(proposal: Proposal, data: Dataset) -> int:
    """Add the figures that nothing speaks against; return how many.

    Between proposal and writing another import may have added figures: they are held against
    what stands there once more while the folder is locked.

    Raises
    ------
    UsageError
        Source or publication date is missing, or ``private`` leads out of the folder.
    StoreError
        The folder is in use or cannot be written.
    """
    if missing := missing_statements(proposal):
        raise UsageError(
            f"{' and '.join(missing)} must be stated (--source, --published) / 须说明来源和发布日期"
        )
    root = data.folder.resolve()
    target, prefix = (PUBLIC, "") if proposal.options.public else (PRIVATE, "private/")
    log = root / f"{prefix}corrections.yml"
    paths = root / target, root / f"{prefix}sources.csv", log
    if any(root not in path.resolve().parents for path in paths):
        raise UsageError(f"{prefix} lies outside the data folder / 路径超出数据文件夹")
    with locked(root):
        describe_documents(proposal, root)
        settle(proposal, data)
        chosen = proposal.chosen()
        named = {figure.source for figure in chosen}
        used = {id: row for id, row in proposal.documents.items() if id in named}
        rows = [figure.row_cells() for figure in chosen]
        add_figures(root, used, rows, data.config.areas.all, public=proposal.options.public)
        known = [figure for figure in proposal.figures if figure.status == "known"]
        if records := _breaks([*chosen, *known], target, data, log):
            before = log.read_text(encoding="utf-8").strip() if log.is_file() else ""
            text = yaml.safe_dump(records, allow_unicode=True, sort_keys=False, width=100)
            write_bytes(log, f"{'' if before == '[]' else before}\n{text}".lstrip().encode())
    return len(chosen)


def _breaks(figures: Iterable[Figure], target: str, data: Dataset, log: Path) -> list[dict]:
    """Records for corrections.yml of the changes of scope that are new."""
    declared = yaml.safe_load(log.read_text(encoding="utf-8")) if log.is_file() else None
    had = {record.get("id") for record in declared or []}
    known = {(b["area"], b["indicator"], int(b["year"])) for b in data.breaks.to_dict("records")}
    records: dict[str, dict] = {}
    for figure in figures:
        id = f"break-{figure.area}-{figure.indicator}-{figure.year}"
        match = {"area": figure.area, "indicator": figure.indicator, "year": figure.year}
        if figure.scope and id not in had and tuple(match.values()) not in known:
            records[id] = {
                "id": id, "file": target, "match": match, "action": "break", "expect": None,
                "reason": f"Remark beside the figure: {figure.scope}",
                "reason_zh": f"数据旁注明：{figure.scope}", "source": figure.source,
                "status": "suspected",
            }  # fmt: skip
    return list(records.values())
