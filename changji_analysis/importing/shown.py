"""What was understood of a sheet, as a notebook shows it."""

from __future__ import annotations

import html

import pandas as pd

from .texts import COLOURS, STATUS

_HEADS = (
    "单元格 cell", "原文 printed", "地区 area", "指标 indicator", "年份 year", "版本 vintage",
    "数值 value", "结果 result", "说明 remark",
)  # fmt: skip


class Shown(pd.DataFrame):
    """One row per figure of a file; a notebook colours them by what becomes of them."""

    @property
    def _constructor(self):
        return pd.DataFrame  # what is taken out of it is a plain table

    def _repr_html_(self) -> str:
        lines = [_line("th", _HEADS)]
        several = len(set(self["sheet"])) > 1
        for row in self.to_dict("records"):
            value = "" if pd.isna(row["value"]) else f"{row['value']:,.10g} {row['unit']}"
            cells = (
                f"{row['sheet']}!{row['cell']}" if several else row["cell"],
                row["printed"], row["area"], row["indicator"],
                "" if pd.isna(row["year"]) else row["year"], row["vintage"], value,
                STATUS[row["status"]], "\n".join(filter(None, (row["why_zh"], row["why"]))),
            )  # fmt: skip
            lines.append(_line("td", cells, COLOURS[row["status"]]))
        return f"<table>{''.join(lines)}</table>"


def _line(tag: str, cells: tuple, colour: str = "transparent") -> str:
    style = f"background:{colour};text-align:left;white-space:pre-line"
    if colour != "transparent":
        style += ";color:black"  # the colours are light, whatever the notebook's theme
    inner = "".join(f'<{tag} style="{style}">{html.escape(str(c))}</{tag}>' for c in cells)
    return f"<tr>{inner}</tr>"
