"""A small report in both languages with every kind of block, and figures for it."""

import base64
from pathlib import Path

import pandas as pd

from changji_analysis.report.document import Aside, Document, Heading, Paragraph, Picture, Table

LONG = "很长的说明，" * 400
HOSTILE = "甲 < 乙 & \"丙\" > '丁' <script>alert(1)</script>\x0b"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAADklEQVR4nGP4z8DwHwQBEPgD/U6VwW8AAAAASUVORK5CYII="
)
SVG = """<?xml version="1.0" encoding="utf-8" standalone="no"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns:xlink="http://www.w3.org/1999/xlink" xmlns="http://www.w3.org/2000/svg" version="1.1"
 width="453pt" height="259pt" viewBox="0 0 453 259">
 <metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></metadata>
 <defs><style type="text/css">*{stroke-linejoin: round}</style>
 <clipPath id="clip"><rect width="9" height="9"/></clipPath><path id="glyph" d="M 0 0"/></defs>
 <g id="figure_1"><path d="M 0 0" clip-path="url(#clip)" style="fill: url(#clip)"/>
 <use xlink:href="#glyph" x="1"/></g></svg>
"""


def report(lang: str = "zh") -> Document:
    """Return the report; its figures are those that `figures` draws."""
    zh = lang == "zh"

    def say(chinese, english):
        return chinese if zh else english

    table = pd.DataFrame(
        {
            "2020": ["0.17", "41", "—"],
            say("结论", "verdict"): ["困难", "有风险\n（第二行）", HOSTILE],
            say("说明", "note"): ["", None, LONG],
        },
        index=pd.Index(["R&D", "b", "c"], name=say("指标", "target")),
    )
    few = Table(say("三项指标", "Three targets"), table, note=HOSTILE)
    wide = Table(say("宽表", "Wide"), pd.concat([table] * 3, axis=1), wide=True)
    empty = Table(say("空表", "Empty"), table.iloc[:0])
    text = Paragraph(say("全市“十四五”目标29项——", "The plan's 29 targets. ") + HOSTILE)
    picture = Picture("fan", say("预测", "Forecast"), HOSTILE)
    return Document(
        title=say("终期评估报告", "Final review"),
        subtitle=say("依据已公布的数据", "On published figures"),
        issuer=say("昌吉市科学技术局", "Changji Bureau of Science"),
        date="2025-09-18",
        lang=lang,
        blocks=(
            text,
            Heading(say("工作情况", "Work")),
            Heading(say("依据", "Basis"), 2),
            Heading(say("数据", "Data"), 3),
            text,
            Heading(say("方法", "Methods"), 3),
            few,
            picture,
            Heading(say("口径", "Scope"), 2),
            empty,
            Aside(say("概率", "Probability"), (Heading(say("公式", "Formula"), 2), text, few)),
            Heading(say("形势", "Outlook")),
            Heading(say("其一", "One"), 2),
            wide,
            text,
            picture,
        ),
        appendices=(
            Heading(say("附表1 指标", "Annex table 1 Targets")),
            text,
            wide,
            Heading(say("附件 方法", "Annex Methods")),
            Heading(say("口径", "Scope"), 2),
            text,
            Aside(say("进度", "Pace"), (text, Table("", table))),
        ),
    )


def figures(folder: Path) -> Path:
    """Draw the report's figures in a folder and return it."""
    for lang in ("zh", "en"):
        (folder / lang).mkdir(parents=True)
        (folder / lang / "fan.png").write_bytes(PNG)
        (folder / lang / "fan.svg").write_text(SVG, encoding="utf-8")
    return folder
