"""The covering letter (来函) of a form, in Word."""

from __future__ import annotations

import io

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

_BODY, _HEAD, _TITLE = ("仿宋", 16), ("黑体", 16), ("方正小标宋简体", 22)


def letter(text: str) -> bytes:
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
