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
from ..records.schemas import COLUMNS, NO_POINTS
from ..records.writing import add_figures, extended, locked, read_rows
from ..shortcuts import of_folder
from ..trends.cohort import count_list
from .content import FORM, LIST, Request, plan_key, requests
from .returned import MESSAGES, Entry, Returned, read_form

JUMP = 10.0
"""Factor from one figure to the next beyond which a unit is probably wrong."""
SAME_YEARS = 3
TAKEN = ("new", "revised")
REPORTS = "private/task_reports.csv"


@dataclass(frozen=True, eq=False)
class Collection:
    """What came back, as tables.

    ``figures`` have a ``status``: new, revised, known, or what speaks against them (scope,
    question, error; held: the form has an error elsewhere and is taken whole or not at all).
    ``counts`` is what lists of certificates say, ``problems`` what is wrong in which cell,
    ``missing`` what a reminder asks for, the most wanted first.
    """

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
    skipped = ("~$", "来函", ".")
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    paths = [p for p in found if p.is_file() and not p.name.startswith(skipped)]
    if not paths:
        raise UsageError(f"{folder.name} is no folder with forms / 文件夹中没有填报表")
    asked = {request.office: request for request in requests(data)}
    plan, areas = plan_key(data), data.config.areas.all
    forms = _one_each([read_form(path, asked, plan, areas) for path in paths])
    known = data.statistics
    known = known[
        (known["area"] == data.config.areas.city) & known["vintage"].isin(["first", "revised"])
    ]
    counts, rows = [pd.DataFrame()], []
    for form in forms:
        if form.certificates:
            counts.append(_count(form, asked[form.office]))
        _check(form, data, known, take)
        codes = [code for _, code, _ in form.faults] + [e.code for e in form.entries if e.code]
        wrong = any(MESSAGES[code]["severity"] == "error" for code in codes)
        held = {"two_versions", "no_date"} & set(codes) or (wrong and not partial)
        for entry in form.entries:
            if entry.printed:
                line, status = entry.line, _status(entry, known, bool(held))
                place = form.office, form.file, entry.cell, line.indicator, line.year
                said = entry.printed, entry.value, line.unit
                rows.append((*place, *said, status, entry, form.day))
    names = "office file cell indicator year printed value unit status entry day".split()
    figures = pd.DataFrame(rows, columns=names)
    figures.insert(4, "zh", [data.indicator(name)["zh"] for name in figures["indicator"]])
    tasks = [
        {"office": f.office, "reported": str(f.day or ""), **t} for f in forms for t in f.tasks
    ]
    return Collection(
        figures,
        pd.concat(counts),
        pd.DataFrame(tasks, columns=list(COLUMNS["task_reports"])),
        _problems(forms),
        _missing(asked, forms, figures, data),
    )


def write(
    folder: Path, data: Dataset, *, public: bool = False, **options
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
        data = of_folder(data.folder, private=True)  # another run may have added figures
        found = collect(folder, data, **options)
        fresh = found.figures[found.figures["status"].isin(TAKEN)]
        observations, documents = [], {}
        for row in fresh.itertuples():
            document = _document(row, data, public)
            documents[document["id"]] = document
            observations.append(_observation(row, document["id"], data))
        days = found.tasks[found.tasks["reported"] != ""]
        reports = [*read_rows(data.folder / REPORTS), *days.to_dict("records")]
        latest = {row["id"]: row for row in sorted(reports, key=lambda row: row["reported"])}
        areas = data.config.areas.all
        add_figures(data.folder, documents, observations, areas, public=public)
        if len(days):
            table = extended(Path(), list(COLUMNS["task_reports"]), [*latest.values()], ("id",))
            write_bytes(data.folder / REPORTS, table)
    return found, len(fresh)


def _one_each(forms: list[Returned]) -> list[Returned]:
    """One form an office: equal ones are one, of two that differ none is taken."""
    kept: dict[str, Returned] = {}
    for form in forms:
        first = kept.setdefault(form.office or form.file, form)
        if first is form:
            continue
        a, b = (
            {e.line.name: (e.printed, e.reading, e.remark) for e in f.entries}
            | {t["id"]: tuple(t.values()) for t in f.tasks} | {LIST: f.certificates}
            for f in (first, form)
        )  # fmt: skip
        if differ := sorted(k for k in {**a, **b} if a.get(k) != b.get(k)):
            first.fault("", "two_versions", other=form.file, cells="、".join(differ))
    return list(kept.values())


def _count(form: Returned, request: Request) -> pd.DataFrame:
    """What the list counts; years that the form leaves blank are filled from it."""
    table = pd.DataFrame(form.certificates, columns=["number", "firm", "day"])
    counts = count_list(table["firm"], pd.Series([day.year for day in table["day"]]))
    entered = {e.line.name: e for e in form.entries if e.printed}
    for line in request.lines:
        valid = counts["valid"].get(line.year, np.nan)
        over = form.day and line.year < form.day.year
        if line.indicator != request.counted or np.isnan(valid) or not over:
            continue
        if line.name not in entered:
            entry = Entry(line, LIST, f"{valid:.0f}", source=f"按{LIST}清点", value=valid)
            form.entries.append(entry)
        elif entered[line.name].value not in (None, valid):
            entered[line.name].fault("list_differs", counted=f"{valid:.0f}")
    return counts.reset_index().assign(office=form.office)


def _check(form: Returned, data: Dataset, known: pd.DataFrame, take: Several[str]) -> None:
    """Values against their kind, each other, the target and the figures that are known."""
    goals = {one.row["indicator"]: one.assessment.target.value for one in data.judged.values()}
    valued = [(e, e.value) for e in form.entries if e.value is not None]
    valued.sort(key=lambda pair: pair[0].line.year)
    patterns: dict[str, dict[int, float]] = {}
    for entry, value in valued:
        patterns.setdefault(entry.line.indicator, {})[entry.line.year] = value
    for entry, value in valued:
        indicator, year = entry.line.indicator, entry.line.year
        about = data.indicator(indicator)
        if value < 0:
            entry.fault("negative")
        elif about["kind"] == "share" and value > 100:
            entry.fault("over_100")
        elif about["kind"] == "count" and value != round(value):
            entry.fault("not_whole")
        points = known[(known["indicator"] == indicator) & ~known["bound"].isin(NO_POINTS)]
        same = points[points["year"] == year]
        other = len(same) and not np.isclose(same["value"], value, rtol=1e-9).any()
        if other and (entry.key not in take or (same["vintage"] == "revised").any()):
            had = f"{same['value'].iloc[-1]:g}{entry.line.unit}"
            entry.fault("contradicts", had=had, source=same["source"].iloc[-1])
        if entry.key in take:
            entry.code = "" if entry.code == "other_year" else entry.code
            continue
        before = {y: v for y, v in patterns[indicator].items() if y < year}
        series = dict(zip(points["year"], points["value"], strict=True)) | before
        near = [
            (abs(y - year), f"{y}年数", v, JUMP) for y, v in series.items() if y != year and v > 0
        ]
        _, other, figure, far = min(near, default=(0, "规划目标", goals.get(indicator), JUMP**2))
        if figure and value > 0 and not 1 / far <= value / figure <= far:
            entry.fault("implausible", factor=f"{value / figure:.3g}", other=other)
        mine = patterns[indicator]
        twins = [i for i, other in patterns.items() if i != indicator and other == mine]
        if twins and len(mine) >= SAME_YEARS and len(set(mine.values())) > 1:
            entry.fault("copied", other=data.indicator(twins[0])["zh"])


def _status(entry: Entry, known: pd.DataFrame, held: bool) -> str:
    if entry.code:
        severity = MESSAGES[entry.code]["severity"]
        return "scope" if severity == "note" else severity
    assert entry.value is not None, "what is printed has a value or a code"
    own = (known["indicator"] == entry.line.indicator) & (known["year"] == entry.line.year)
    if np.isclose(known.loc[own, "value"], entry.value, rtol=1e-9).any():
        return "known"
    return "held" if held else "revised" if own.any() else "new"


def _problems(forms: list[Returned]) -> pd.DataFrame:
    rows = []
    for form in forms:
        faults = [(cell, code, "", fill) for cell, code, fill in form.faults]
        faults += [(e.cell, e.code, e.printed, e.fill) for e in form.entries if e.code]
        for cell, code, value, fill in faults:
            said = {name: text.format(**fill) for name, text in MESSAGES[code].items()}
            rows.append({"file": form.file, "column": cell, "value": value, "code": code, **said})
    return problem_frame(rows)


def _missing(
    asked: dict[str, Request], forms: list[Returned], figures: pd.DataFrame, data: Dataset
):
    had = figures[figures["status"].isin((*TAKEN, "known"))]
    had = set(zip(had["indicator"], had["year"], strict=True))
    said = {e.line.name: e.remark for form in forms for e in form.entries}
    back = {form.office for form in forms}
    rows = [
        (office, office in back, line.indicator, data.indicator(line.indicator)["zh"], line.year,
         f"{FORM}!D{line.row + 1}", said.get(line.name, ""))
        for office, request in asked.items() for line in request.lines
        if not line.known and (line.indicator, line.year) not in had
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns="office returned indicator zh year cell remark".split())
    asks = data.asks[["indicator", "year"]].drop_duplicates().reset_index(names="rank")
    table = table.merge(asks, "left").sort_values("rank", kind="stable", na_position="last")
    return table.drop(columns="rank").reset_index(drop=True)


def _document(row, data: Dataset, public: bool) -> dict[str, str]:
    digest = hashlib.sha256(row.office.encode()).hexdigest()[:6]
    return {
        "id": f"{RETURNED}{row.day:%Y%m%d}_{digest}", "publisher": row.office,
        "title": f"{data.config.plan.title_zh}数据填报表", "published": str(row.day),
        "seen_at": row.file, "licence": "not stated" if public else "not public", "note": "",
    }  # fmt: skip


def _observation(row, source: str, data: Dataset) -> dict[str, str]:
    entry: Entry = row.entry
    printed = f"{entry.value:.12g}{row.unit}"
    if entry.bound != "exact":
        printed = entry.printed + row.unit * entry.printed[-1].isdigit()
    return {
        "area": data.config.areas.city, "indicator": row.indicator, "year": str(row.year),
        "vintage": "revised" if row.status == "revised" else "first", "unit": row.unit,
        "value": f"{entry.value:.12g}", "bound": entry.bound, "as_printed": printed,
        "published": str(entry.published or ""), "known_by": str(entry.published or row.day),
        "source": source, "confidence": "high",
        "note": "；".join(filter(None, (entry.cell, entry.source, entry.remark))),
    }  # fmt: skip
