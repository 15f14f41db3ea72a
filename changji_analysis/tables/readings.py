"""Reading tables in words: the bands of one year as a line that an office can use."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import jinja2
import pandas as pd

from ..wording import VERDICTS, Words

_BETTER = {code: place for place, code in enumerate(VERDICTS)}


def reading_sentence(rows: pd.DataFrame, target: pd.Series, lang: str = "zh") -> str:
    """The bands of one year, best first, or what is due; empty where nothing can be said.

    Parameters
    ----------
    rows : DataFrame
        Those of one year of one reading in `changji_analysis.Dataset.reading_tables`.
    target : Series
        Its row of `changji_analysis.plan_targets`.
    lang : {"zh", "en"}

    Examples
    --------
    >>> import changji_analysis as ca
    >>> data = ca.Dataset()
    >>> rows = data.reading_tables.query("id == 't21' and year == 2025 and reading == 'none_left'")
    >>> reading_sentence(rows, data.judged["t21", "none_left"].row)
    '已实现：0座；未实现：1座及以上'
    """
    w, first = Words(lang), rows.iloc[0]
    due = {
        path: "" if pd.isna(first[f"due_{path}"]) else w.amount(first[f"due_{path}"], target)
        for path in ("straight", "geometric")
    }
    bands = list(_bands(rows, target, w))
    bands.sort(key=lambda band: band["order"])
    ruled = target["direction"] == "non_decreasing" and pd.isna(target["base_value"])
    rule = target[f"text_{lang}"] if ruled else ""
    return _template(lang).render(bands=bands, rule=rule, **due).strip()


def _bands(rows: pd.DataFrame, target: pd.Series, w: Words):
    """Word and span of every band, with both ends printed and belonging to it."""
    step = 10.0 ** -int(target["decimals"])
    codes = list(rows["verdict"])
    spans = zip(codes, rows["from_value"], rows["to_value"], strict=True)
    for place, (code, low, high) in enumerate(spans):
        if not code:
            return
        own = _BETTER[code]
        low += step * (place > 0 and _BETTER[codes[place - 1]] < own)
        high -= step * (place + 1 < len(rows) and _BETTER[codes[place + 1]] < own)
        ends = [None if pd.isna(end) else w.amount(end, target) for end in (low, high)]
        if ends[0] is None and high < step / 2:
            ends[0] = ends[1]  # nothing lies below zero
        if ends[0] == ends[1]:
            span = ends[0]
        elif ends[1] is None:
            span = w(f"{ends[0]}及以上", f"{ends[0]} or more")
        elif ends[0] is None:
            span = w(f"{ends[1]}及以下", f"{ends[1]} or less")
        else:
            number = re.match(r"[\d.,]+", ends[0])  # no unit twice, but CNY stands before
            bare = number[0] if number else ends[0]
            span = w(f"{bare}—{ends[1]}", f"{bare} to {ends[1]}")
        yield {"order": own, "word": w.verdict(code), "span": span}


@cache
def _template(lang: str) -> jinja2.Template:
    folder = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    made = jinja2.Environment(loader=folder, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return made.get_template(f"reading.{lang}.j2")
