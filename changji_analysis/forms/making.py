"""Writing the forms: one workbook and one letter an office."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import jinja2

from ..dataset import Dataset
from ..errors import UsageError
from ..files import write_bytes
from ..histories import CERTIFICATE_YEARS
from .content import LIST, Request, plan_key, requests, words
from .letter import letter
from .workbook import workbook


def make_forms(
    data: Dataset, folder: Path, deadline: dt.date, day: dt.date, office: str | None = None
) -> list[Path]:
    """Write a form and a letter for every office that holds a figure of the plan.

    Parameters
    ----------
    data : Dataset
    folder : path
        Where they go.
    deadline, day : date
        Until when they are wanted back, and the date of the letter.
    office : str, optional
        Only this one.

    Returns
    -------
    list of Path
        The workbooks; each has its letter beside it.

    Raises
    ------
    UsageError
        The deadline has passed, there is no such office, or a form of that name lies there that
        differs: it may be one that came back.
    """
    if deadline <= day:
        raise UsageError(f"the deadline {deadline} is not after {day} / 截止日期须晚于 {day}")
    wanted = [r for r in requests(data) if office in (None, r.office)]
    if not wanted:
        known = "、".join(r.office for r in requests(data))
        raise UsageError(f"no office {office!r}: there are {known} / 没有该单位")
    contents, said = {}, words(data)
    for request in wanted:
        stem = f"数据填报表（{request.office}）"
        texts = _texts(data, request, deadline, day, f"{stem}.xlsx")
        title = data.config.plan.title_zh
        given = plan_key(data), title, _day(deadline), texts["guide"]
        made = workbook(request, said, *given)
        contents[folder / f"{stem}.xlsx"] = made
        contents[folder / f"来函（{request.office}）.docx"] = letter(texts["letter"])
    for path, content in contents.items():
        if path.suffix == ".xlsx" and path.exists() and path.read_bytes() != content:
            raise UsageError(
                f"{path.name} lies there and differs: it may be filled in; name another folder "
                f"/ {path.name} 已存在且内容不同，可能已填报，请换一个文件夹"
            )
    for path, content in contents.items():
        write_bytes(path, content)
    return [path for path in contents if path.suffix == ".xlsx"]


def _texts(data: Dataset, request: Request, deadline: dt.date, day: dt.date, attachment: str):
    """The guide of the form and its letter, from their templates."""
    plan, report = data.config.plan, data.config.report
    open_lines = [line for block in request.blocks for line in block.lines if not line.known]
    names = [data.indicator(block.indicator)["zh"] for block in request.blocks]
    given = {
        "title": plan.title_zh,
        "plan": plan.title_zh,
        "document": plan.document,
        "office": request.office,
        "issuer": report.issuer_zh,
        "blocks": request.blocks,
        "cells": len(open_lines),
        "wanted": names[:3],
        "listed": LIST if request.counted else "",
        "since": plan.base_year - 2 * CERTIFICATE_YEARS + 1,
        "tasks": len(request.tasks),
        "deadline": _day(deadline),
        "date": _day(day),
        "attachment": attachment,
    }
    folder = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    made = jinja2.Environment(
        loader=folder, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return {n: made.get_template(f"{n}.zh.j2").render(given).strip() for n in ("guide", "letter")}


def _day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
