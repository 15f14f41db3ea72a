"""Writing the forms: one workbook and one letter an office."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import jinja2

from ..dataset import Dataset
from ..errors import UsageError
from ..files import write_bytes
from ..histories import CERTIFICATE_YEARS
from ..wording import Words
from .content import LIST, plan_key, requests, words
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
    asked = requests(data)
    if office not in (None, *(request.office for request in asked)):
        known = "、".join(request.office for request in asked)
        raise UsageError(f"no office {office!r}: there are {known} / 没有该单位")
    plan, report, said = data.config.plan, data.config.report, words(data)
    last, contents = Words("zh").date(deadline), {}
    for request in asked:
        if office not in (None, request.office):
            continue
        names = [data.indicator(block.indicator)["zh"] for block in request.blocks]
        path = folder / f"数据填报表（{request.office}）.xlsx"
        given = {
            "title": plan.title_zh, "document": plan.document, "office": request.office,
            "issuer": report.issuer_zh, "names": names, "attachment": path.name,
            "cells": sum(not line.known for line in request.lines), "tasks": len(request.tasks),
            "listed": LIST if request.counted else "", "deadline": last,
            "date": Words("zh").date(day),
            "since": plan.base_year - 2 * CERTIFICATE_YEARS + 1,
        }  # fmt: skip
        guide, text = (_template(name).render(given).strip() for name in ("guide", "letter"))
        made = workbook(request, said, plan_key(data), plan.title_zh, last, guide)
        contents |= {path: made, folder / f"来函（{request.office}）.docx": letter(text)}
    for path, content in contents.items():
        if path.suffix == ".xlsx" and path.exists() and path.read_bytes() != content:
            raise UsageError(
                f"{path.name} lies there and differs: it may be filled in; name another folder "
                f"/ {path.name} 已存在且内容不同，可能已填报，请换一个文件夹"
            )
    for path, content in contents.items():
        write_bytes(path, content)
    return [path for path in contents if path.suffix == ".xlsx"]


def _template(name: str) -> jinja2.Template:
    folder = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    made = jinja2.Environment(
        loader=folder, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return made.get_template(f"{name}.zh.j2")
