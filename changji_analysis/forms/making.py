"""Writing the forms: one workbook an office and its covering letter (来函) in Word."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import docx
import jinja2
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from ..dataset import Dataset
from ..errors import UsageError
from ..files import write_bytes
from ..histories import CERTIFICATE_YEARS
from ..wording import Words
from .content import LIST, plan_key, requests, words
from .workbook import workbook

_BODY, _HEAD, _TITLE = ("仿宋", 16), ("黑体", 16), ("方正小标宋简体", 22)


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
        asks = dict.fromkeys(line.indicator for line in request.lines)
        names = [data.indicator(indicator)["zh"] for indicator in asks]
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
        contents |= {path: made, folder / f"来函（{request.office}）.docx": _letter(text)}
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


def _letter(text: str) -> bytes:
    """A letter by the format of official documents (GB/T 9704-2012: A4, 28 pt lines, 仿宋 16 pt).

    Parameters
    ----------
    text : str
        One paragraph a line: ``# `` the title, ``## `` a heading, ``@ `` without indent, ``> ``
        to the right.
    """
    document = docx.Document()
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.top_margin, page.bottom_margin = Cm(3.7), Cm(3.5)
    page.left_margin, page.right_margin = Cm(2.8), Cm(2.6)
    for line in filter(None, map(str.strip, text.splitlines())):
        mark, _, words = line.partition(" ")
        mark, words = (mark, words) if mark in ("#", "##", "@", ">") else ("", line)
        font, size = {"#": _TITLE, "##": _HEAD}.get(mark, _BODY)
        paragraph = document.add_paragraph()
        shape = paragraph.paragraph_format
        shape.line_spacing, shape.space_after = Pt(30 if mark == "#" else 28), Pt(0)
        if mark in ("", "##"):
            shape.first_line_indent = Pt(2 * size)
        elif mark == "#":
            shape.space_after, paragraph.alignment = Pt(28), WD_ALIGN_PARAGRAPH.CENTER
        elif mark == ">":
            paragraph.alignment, shape.right_indent = WD_ALIGN_PARAGRAPH.RIGHT, Pt(4 * size)
        run = paragraph.add_run(words)
        run.font.size, run.font.name = Pt(size), "Times New Roman"
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
