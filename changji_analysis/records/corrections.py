"""Manual fixes, declared with their reason in ``corrections.yml``, and how they are applied."""

from __future__ import annotations

from collections.abc import Generator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from .reading import FileReport, read_text, same

if TYPE_CHECKING:
    from .folder import Folder


class Correction(BaseModel):
    """One record of ``corrections.yml``: a manual fix, declared with its reason."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(min_length=1)]
    file: Annotated[str, Field(min_length=1)]
    match: dict[str, str | int | float]
    action: Literal["drop", "override", "scale", "flag", "break"]
    value: float | None = None
    expect: float | None = None
    reason: Annotated[str, Field(min_length=1)]
    reason_zh: Annotated[str, Field(min_length=1)]
    source: str | None = None
    status: str | None = None

    @model_validator(mode="after")
    def _complete(self):
        if self.action in ("override", "scale") and self.value is None:
            raise ValueError(f"{self.action} needs a value")
        if self.action in ("drop", "override", "scale") and self.expect is None:
            raise ValueError(f"{self.action} needs expect, the value as it stands in raw")
        if self.action == "break" and not {"area", "indicator", "year"} <= set(self.match):
            raise ValueError("break needs area, indicator and year in match")
        return self


def read_corrections(path: Path, report: FileReport) -> list[tuple[int, Correction]]:
    """Every valid record with its line."""
    text = read_text(path, report)
    if text is None:
        return []
    valid, found = _parsed(text, report.name, report.folder)
    report.take(found)
    return valid


@lru_cache(maxsize=8)
def _parsed(text: str, name: str, folder: str) -> tuple[list[tuple[int, Correction]], FileReport]:
    """The valid records of a text with its faults, once for each text."""
    report = FileReport(name, folder)
    return [*_records(text, report)], report


def _records(text: str, report: FileReport) -> Generator[tuple[int, Correction]]:
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        records = node and loader.construct_document(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        row = mark.line + 1 if mark else pd.NA
        report.add("bad_correction", row, detail=getattr(error, "problem", None) or str(error))
        return
    if records is None:
        return
    if not isinstance(records, list):
        report.add("bad_correction", 1, detail="the file is no list of records")
        return
    lines = [item.start_mark.line + 1 for item in node.value]
    seen: set[str] = set()
    for line, record in zip(lines, records, strict=True):
        try:
            correction = Correction.model_validate(record)
        except ValidationError as errors:
            for error in errors.errors():
                column = ".".join(map(str, error["loc"]))
                report.add("bad_correction", line, column, error["input"], detail=error["msg"])
            continue
        if correction.id in seen:
            report.add("bad_correction", line, "id", correction.id, detail="the id is repeated")
            continue
        seen.add(correction.id)
        yield line, correction


def correct(frame: pd.DataFrame, report: FileReport, tables: Folder) -> pd.DataFrame:
    """Apply the file's corrections; the new column ``correction`` names those of each row."""
    frame = frame.assign(correction="")
    file = report.name
    dropped, texts = [], {}
    for declared, line, fix in tables.corrections:
        if fix.file.removeprefix("data/") != file:
            continue
        log = tables.report(declared)
        unknown = [name for name in fix.match if name not in frame]
        if unknown:
            detail = f"{file} has no column {', '.join(unknown)}"
            log.add("bad_correction", line, f"{fix.id}.match", unknown[0], detail=detail)
            continue
        hit = np.full(len(frame), bool(fix.match))
        for name, value in fix.match.items():
            if name not in texts:
                texts[name] = frame[name].astype("str").to_numpy(dtype=object)
            hit &= texts[name] == str(value)
        rows = frame[hit]
        many = fix.action in ("flag", "break")
        if (not len(rows) and (fix.action != "break" or fix.expect is not None)) or (
            len(rows) > 1 and not many
        ):
            log.add(
                "correction_unmatched", line, f"{fix.id}.match", fix.match,
                id=fix.id, count=len(rows), target=file,
            )  # fmt: skip
            continue
        actual = rows["value"] if "value" in rows else pd.Series(dtype=float)
        stale = [] if fix.expect is None else [v for v in actual if not same(v, fix.expect)]
        if stale:
            log.add(
                "correction_outdated", line, f"{fix.id}.expect", fix.expect,
                id=fix.id, expected=fix.expect, actual=stale[0],
            )  # fmt: skip
            continue
        ids = frame.loc[rows.index, "correction"].map(lambda had: f"{had} {fix.id}".strip())  # noqa: B023
        frame.loc[rows.index, "correction"] = ids
        texts = {
            name: cells for name, cells in texts.items() if name not in ("correction", "value")
        }
        if fix.action == "override":
            frame.loc[rows.index, "value"] = fix.value
        elif fix.action == "scale":
            frame.loc[rows.index, "value"] = actual * fix.value
        elif fix.action == "drop":
            dropped += list(rows.index)
        _log_correction(fix, rows, report)
    return frame.drop(index=dropped)


def _log_correction(fix: Correction, rows: pd.DataFrame, report: FileReport) -> None:
    code = "scope_break" if fix.action == "break" else f"corrected_{fix.action}"
    column = "year" if fix.action == "break" else "value"
    fill = {
        "id": fix.id, "to": fix.value, "where": ", ".join(map(str, fix.match.values())),
        "reason": fix.reason, "reason_zh": fix.reason_zh.rstrip("。"),
    }  # fmt: skip
    for row, value in rows[column].items() if len(rows) else [(pd.NA, fix.match["year"])]:
        report.add(code, row, column, value, **fill)
