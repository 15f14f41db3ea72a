"""Forms that came back, held against the data folder and added to it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection as Several
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..dataset import RETURNED, Dataset
from ..errors import UsageError, problem_frame
from ..files import write_bytes
from ..records.schemas import NO_POINTS, OBSERVATIONS, SOURCES, TASK_REPORTS
from ..records.writing import extended, locked, read_rows
from ..trends.cohort import count_list
from .content import FORM, LIST, Line, Request, plan_key, requests
from .returned import Entry, Returned, messages, read_form

JUMP = 10.0
"""Factor from one figure to the next beyond which a unit is probably wrong."""
SAME_YEARS = 3
TAKEN = ("new", "revised")
FOLDERS = {False: ("private/yearly_statistics.csv", "private/sources.csv"),
           True: ("raw/yearly_statistics.csv", "sources.csv")}  # fmt: skip
REPORTS = "private/task_reports.csv"


@dataclass(frozen=True, eq=False)
class Collection:
    """What came back.

    Attributes
    ----------
    forms : DataFrame
        ``office``, ``file``, ``day`` of every form that was read.
    figures : DataFrame
        ``office``, ``file``, ``cell``, ``indicator``, ``zh``, ``year``, ``printed``, ``value``,
        ``unit`` and ``status``: new, revised, known, or what speaks against it (scope, question,
        error; held: its form has an error elsewhere and is taken whole or not at all).
    counts : DataFrame
        By office and year: what the list of certificates says.
    tasks : DataFrame
        ``office``, ``id``, ``progress``, ``text``, ``money``.
    problems : DataFrame
        Columns of `changji_analysis.errors.PROBLEM_COLUMNS`; ``column`` is sheet and cell.
    missing : DataFrame
        For the reminder, the most wanted first: ``office``, ``returned``, ``indicator``, ``zh``,
        ``year``, ``cell``, ``remark`` (why it is blank, in the office's words).
    """

    forms: pd.DataFrame
    figures: pd.DataFrame
    counts: pd.DataFrame
    tasks: pd.DataFrame
    problems: pd.DataFrame
    missing: pd.DataFrame


def collect(
    folder: Path, data: Dataset, *, take: Several[str] = (), partial: bool = False
) -> Collection:
    """Read all forms of a folder and hold them against the data; nothing is written.

    Parameters
    ----------
    folder : path
    data : Dataset
    take : collection of str
        Figures whose question is answered with yes: ``indicator:year``.
    partial : bool
        Take the sound cells of a form that has errors.

    Raises
    ------
    UsageError
        There is no such folder, or no form in it.
    """
    return _collect(folder, data, take, partial)[0]


def write(
    folder: Path,
    data: Dataset,
    *,
    take: Several[str] = (),
    partial: bool = False,
    public: bool = False,
) -> tuple[Collection, int]:
    """Collect and add what nothing speaks against; run again it adds nothing.

    Documents are written first, then figures, then reports on tasks, each file whole or not at
    all: after a kill the next run completes what is missing.

    Returns
    -------
    Collection, int
        And how many figures were added.
    """
    with locked(data.folder):
        data = Dataset(data.folder, private=True)  # another run may have added figures
        found, forms = _collect(folder, data, take, partial)
        for name, content in _contents(data, found, forms, public).items():
            write_bytes(data.folder / name, content)
    return found, int(found.figures["status"].isin(TAKEN).sum())


def _collect(folder: Path, data: Dataset, take: Several[str], partial: bool):
    if not folder.is_dir():
        raise UsageError(f"no folder {folder.name}: name the one with the forms / 没有该文件夹")
    paths = sorted(p for p in folder.iterdir() if p.is_file() and p.name[:2] not in ("~$", "来函"))
    paths = [p for p in paths if not p.name.startswith(".")]
    if not paths:
        raise UsageError(f"{folder.name} holds no form / 文件夹中没有填报表")
    asked = {request.office: request for request in requests(data)}
    forms = [read_form(path, asked, plan_key(data)) for path in paths]
    forms = _one_each(forms)
    counts = []
    for form in forms:
        if form.office in asked:
            counts.append(_count(form, asked[form.office], data))
            _check(form, data, take)
    status = {}
    for form in forms:
        faulty = any(messages()[code]["severity"] == "error" for _, code, _ in form.faults)
        faulty |= any(e.code and messages()[e.code]["severity"] == "error" for e in form.entries)
        whole = any(code in ("two_versions", "no_date") for _, code, _ in form.faults)
        for entry in form.entries:
            held = whole or (faulty and not partial)
            status[id(entry)] = _status(entry, data, take, held)
    figures = pd.DataFrame(
        [
            (f.office, e.file, e.cell, e.line.indicator, data.indicator(e.line.indicator)["zh"],
             e.line.year, e.printed, e.value, e.line.unit, status[id(e)])
            for f in forms for e in f.entries if e.printed
        ],
        columns="office file cell indicator zh year printed value unit status".split(),
    )  # fmt: skip
    tasks = [{"office": f.office, **t} for f in forms for t in f.tasks]
    found = Collection(
        pd.DataFrame([(f.office, f.file, f.day) for f in forms], columns=["office", "file", "day"]),
        figures,
        pd.concat(counts) if counts else pd.DataFrame(),
        pd.DataFrame(tasks, columns=["office", "id", "progress", "text", "money", "cell"]),
        _problems(forms),
        _missing(asked, forms, figures, data),
    )
    rows = [(form, e, status[id(e)]) for form in forms for e in form.entries if e.printed]
    return found, rows


def _one_each(forms: list[Returned]) -> list[Returned]:
    """One form an office: equal ones are one, of two that differ none is taken."""
    kept: dict[str, Returned] = {}
    for form in forms:
        first = kept.setdefault(form.office or form.file, form)
        if first is form:
            continue
        said = [{e.line.name: (e.printed, e.reading, e.remark) for e in f.entries}
                | {t["id"]: (t["progress"], t["text"], t["money"]) for t in f.tasks}
                for f in (first, form)]  # fmt: skip
        differ = [k for k in {**said[0], **said[1]} if said[0].get(k) != said[1].get(k)]
        if differ or set(first.certificates) != set(form.certificates):
            fill = {"other": form.file, "cells": "、".join(sorted(differ)) or LIST}
            first.faults.append(("", "two_versions", fill))
    return list(kept.values())


def _count(form: Returned, request: Request, data: Dataset) -> pd.DataFrame:
    """What the list counts; years that the form leaves blank are filled from it."""
    if not form.certificates:
        return pd.DataFrame()
    table = pd.DataFrame(form.certificates, columns=["row", "firm", "number", "day"])
    counts = count_list(table["firm"], pd.Series([day.year for day in table["day"]]))
    lines = {x.year: x for b in request.blocks if b.indicator == request.counted for x in b.lines}
    entered = {e.line.name: e for e in form.entries if e.printed}
    for year, valid in counts["valid"].dropna().items():
        if year not in lines or (form.day and year >= form.day.year):
            continue
        line: Line = lines[year]
        entry = entered.get(line.name)
        if entry is None:
            entry = Entry(line, form.file, LIST, f"{valid:.0f}", valid, source=f"按{LIST}清点")
            form.entries.append(entry)
        elif entry.value is not None and entry.value != valid:
            entry.fault("list_differs", counted=f"{valid:.0f}")
    return counts.reset_index().assign(office=form.office)


def _check(form: Returned, data: Dataset, take: Several[str]) -> None:
    """Values against their kind, each other and the figures that are known."""
    city = data.config.areas.city
    goals = {j.row["indicator"]: j.assessment.target.value for j in data.judged.values()}
    by_indicator: dict[str, list[Entry]] = {}
    for entry in form.entries:
        if entry.value is not None:
            by_indicator.setdefault(entry.line.indicator, []).append(entry)
    for indicator, entries in by_indicator.items():
        kind = data.indicator(indicator)["kind"]
        had = data.statistics
        had = had[(had["area"] == city) & (had["indicator"] == indicator)]
        points = had[~had["bound"].isin(NO_POINTS)]
        series = dict(zip(points["year"], points["value"], strict=True))
        for entry in sorted(entries, key=lambda e: e.line.year):
            value, year = entry.value, entry.line.year
            if value < 0:
                entry.fault("negative")
            elif kind == "share" and value > 100:
                entry.fault("over_100")
            elif kind == "count" and value != round(value):
                entry.fault("not_whole")
            confirmed = entry.key in take
            near = [
                (abs(y - year), f"{y}年数", v) for y, v in series.items() if y != year and v > 0
            ]
            goal = goals.get(indicator)
            nearest = min(near, default=(JUMP, "规划目标", goal))  # a goal is farther off
            if nearest[2] and value > 0 and not confirmed:
                factor, far = value / nearest[2], JUMP if near else JUMP**2
                if not 1 / far <= factor <= far:
                    entry.fault("implausible", factor=f"{factor:.3g}", other=nearest[1])
            same = points[points["year"] == year]
            final = same[same["vintage"].isin(["first", "revised"])]
            if len(final) and not np.isclose(final["value"], value, rtol=1e-9).any():
                last = final.iloc[-1]
                fill = {"had": f"{last['value']:g}{last['unit']}", "source": last["source"]}
                if not confirmed:
                    entry.fault("contradicts", **fill)
            if not entry.code:
                series[year] = value
    patterns = {i: {e.line.year: e.value for e in entries} for i, entries in by_indicator.items()}
    for one, other in ((a, b) for a in patterns for b in patterns if a < b):
        values = patterns[one]
        if (
            len(values) >= SAME_YEARS
            and len(set(values.values())) > 1
            and values == patterns[other]
        ):
            for mine, theirs in ((one, other), (other, one)):
                for entry in by_indicator[mine]:
                    if entry.key not in take:
                        entry.fault("copied", other=data.indicator(theirs)["zh"])


def _status(entry: Entry, data: Dataset, take: Several[str], held: bool) -> str:
    if entry.code and not (entry.key in take and entry.code == "other_year"):
        severity = messages()[entry.code]["severity"]
        return {"note": "scope"}.get(severity, severity)
    rows = data.statistics
    rows = rows[(rows["area"] == data.config.areas.city) & (rows["year"] == entry.line.year)]
    final = rows["vintage"].isin(["first", "revised"])
    rows = rows[(rows["indicator"] == entry.line.indicator) & final]
    if entry.value is not None and np.isclose(rows["value"], entry.value, rtol=1e-9).any():
        return "known"
    if held:
        return "held"
    return "revised" if len(rows) else "new"


def _problems(forms: list[Returned]) -> pd.DataFrame:
    rows = []
    for form in forms:
        faults = [(cell, code, "", fill) for cell, code, fill in form.faults]
        faults += [(e.cell, e.code, e.printed, e.fill) for e in form.entries if e.code]
        for cell, code, value, fill in faults:
            said = {name: text.format(**fill) for name, text in messages()[code].items()}
            rows.append({"file": form.file, "column": cell, "value": value, "code": code, **said})
    return problem_frame(rows)


def _missing(asked: dict, forms: list[Returned], figures: pd.DataFrame, data: Dataset):
    back = {form.office for form in forms}
    had = set(figures.loc[figures["status"].isin((*TAKEN, "known")), ["indicator", "year"]]
              .itertuples(index=False, name=None))  # fmt: skip
    said = {(e.line.indicator, e.line.year): e.remark for f in forms for e in f.entries}
    rows = [
        (office, office in back, line.indicator, data.indicator(line.indicator)["zh"], line.year,
         f"{FORM}!D{line.row + 1}", said.get((line.indicator, line.year), ""))
        for office, request in asked.items()
        for block in request.blocks
        for line in block.lines
        if not line.known and (line.indicator, line.year) not in had
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns="office returned indicator zh year cell remark".split())
    wanted = data.asks[["indicator", "year"]].drop_duplicates().reset_index(names="rank")
    table = table.merge(wanted, "left").sort_values("rank", kind="stable", na_position="last")
    return table.drop(columns="rank").reset_index(drop=True)


# ---- writing -----------------------------------------------------------------------------------
def _contents(data: Dataset, found: Collection, rows: list, public: bool) -> dict[str, bytes]:
    """New contents of the tables that change."""
    root, plan = data.folder, data.config.plan.title_zh
    target, sources = FOLDERS[public]
    observations, documents = [], {}
    for form, entry, status in rows:
        if status not in TAKEN:
            continue
        source = _source(form)
        documents[source] = {
            "id": source, "publisher": form.office, "title": f"{plan}数据填报表",
            "published": str(form.day), "seen_at": form.file, "note": "",
            "licence": "not stated" if public else "not public",
        }  # fmt: skip
        day = entry.published or form.day
        remarks = (entry.cell, entry.source, entry.remark)
        observations.append({
            "area": data.config.areas.city, "indicator": entry.line.indicator,
            "year": str(entry.line.year), "vintage": "revised" if status == "revised" else "first",
            "value": f"{entry.value:.12g}", "unit": entry.line.unit, "bound": entry.bound,
            "as_printed": _as_printed(entry), "published": str(entry.published or ""),
            "known_by": str(day), "source": source, "confidence": "high",
            "note": "；".join(filter(None, remarks)),
        })  # fmt: skip
    contents, areas = {}, data.config.areas.all
    had = {row["id"] for row in read_rows(root / sources)}
    if fresh := [row for key, row in documents.items() if key not in had]:
        contents[sources] = extended(root / sources, list(SOURCES.columns), fresh, ("id",))
    if observations:
        order = ("area", "indicator", "year", "vintage")
        columns = list(OBSERVATIONS.columns)
        contents[target] = extended(root / target, columns, observations, order, areas)
    if reports := _reports(data, found):
        contents[REPORTS] = reports
    return contents


def _source(form: Returned) -> str:
    digest = hashlib.sha256(form.office.encode()).hexdigest()[:6]
    return f"{RETURNED}{form.day:%Y%m%d}_{digest}"


def _as_printed(entry: Entry) -> str:
    if entry.bound == "exact":
        return f"{entry.value:.12g}{entry.line.unit}"
    return entry.printed + entry.line.unit * entry.printed[-1].isdigit()


def _reports(data: Dataset, found: Collection) -> bytes | None:
    """Reports on tasks: a later form of the office replaces what it said before."""
    had = data.task_reports
    days = dict(zip(found.forms["office"], found.forms["day"], strict=True))
    fresh = found.tasks[found.tasks["office"].map(days).notna()]
    if fresh.empty:
        return None
    fresh = fresh.assign(reported=fresh["office"].map(days).astype(str))
    columns = list(TASK_REPORTS.columns)
    old = had.assign(reported=had["reported"].dt.date.astype(str))[columns]
    table = pd.concat([old, fresh[columns]], ignore_index=True)
    table = table.sort_values(["id", "reported"], kind="stable").drop_duplicates("id", keep="last")
    return extended(Path(), columns, table.fillna("").to_dict("records"), ("id",))
