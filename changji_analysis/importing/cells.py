"""One cell as it is shown: what a reader of the sheet sees, and why it may not be a figure."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any


@dataclass(frozen=True)
class Cell:
    """One cell as it is shown.

    Attributes
    ----------
    text : str
        The print: ``0.17%`` for a stored 0.0017 in the format ``0.00%``, ``41家`` where the
        format adds 家; footnote figures raised above the line are superscript characters.
    kind : {"text", "number", "date"}
    fault : str
        Why a figure must not be taken from here: excel_error, no_result, date_value, odd_format,
        struck_out; empty where nothing speaks against it.
    formula : bool
        Whether it is the stored result of a formula.
    indent : int
        Steps of indentation.
    """

    text: str
    kind: str = "text"
    fault: str = ""
    formula: bool = False
    indent: int = 0


def shown(
    value: Any, form: str = "", *, indent: int = 0, struck: bool = False, formula: bool = False
) -> Cell:
    """A stored value as its number format shows it."""
    fault = "struck_out" if struck else ""
    if value is None:
        return Cell("", fault="no_result")
    if isinstance(value, bool):
        return Cell(str(value).upper(), fault=fault)
    if isinstance(value, (int, float)):
        text, odd = show_number(value, form or "")
        return Cell(text, "number", odd or fault, formula, indent)
    if isinstance(value, dt.date):  # a datetime is one too
        return Cell(_show_date(value, form), "date", fault, formula, indent)
    if isinstance(value, (dt.time, dt.timedelta)):
        return Cell(str(value), "date", "date_value", formula, indent)
    entry = str(value)
    text = entry.strip("\r\n\t ")
    if match := re.fullmatch('="([^"]*)"', text):  # how some programs keep digits as text
        text = match[1]
    elif text[:1] == "'" and text[1:2] in ("=", "+", "-", "@"):
        text = text[1:]
    if re.fullmatch(r"#(?:N/A|[A-Z]+[!?/0]*[!?])", text):
        fault = "excel_error"
    indent += len(text) - len(text.lstrip("\u3000")) + (len(entry) - len(entry.lstrip(" \t"))) // 2
    return Cell(text, "text", fault, formula, indent)


def _show_date(value: dt.date, form: str) -> str:
    """A date; where the format shows the year only, the year."""
    plain = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", form or "").lower()
    if "y" in plain and not set("mdhs") & set(plain.replace("general", "")):
        return f"{value.year}年"
    return f"{value:%Y-%m-%d}"


_LITERAL_RE = re.compile(r'"([^"]*)"|[\\!](.)|\[[^\]]*\]|[_*].')
_SECTION_RE = re.compile(
    r"(?s)([^0#?]*)((?:[0#?]|[.,/](?=[0#?,])|,(?=$|[^0#?])|E[+-](?=[0#?])|\s(?=[0#?]))*)(.*)"
)


def show_number(value: float, form: str) -> tuple[str, str]:
    """A stored number with the digits that its format shows, and a fault where that misleads.

    Parameters
    ----------
    value : float
    form : str
        Excel's number format, e.g. ``0.00%`` or ``#,##0"家"``.

    Returns
    -------
    tuple of str
        The print, and ``odd_format`` where the format shows another number than is stored: in
        thousands, as a fraction, hidden, or with figures of its own.
    """
    try:
        number = Decimal(f"{value:.15g}")
    except ArithmeticError:
        return str(value), "excel_error"
    if not number.is_finite():
        return str(value), "excel_error"
    sections = form.replace("\0", "").split(";")
    section = sections[1] if value < 0 and len(sections) > 1 else sections[0]
    words: list[str] = []

    def keep(match: re.Match) -> str:
        words.append(match[1] or match[2] or "")
        return "\0" if match[1] or match[2] else ""

    plain = _LITERAL_RE.sub(keep, section)
    kept = iter(word for word in words if word)
    before = digits = after = ""
    if plain.strip().lower() not in ("", "general", "@", "g/通用格式"):
        match = _SECTION_RE.fullmatch(plain)
        before, digits, after = match.groups() if match else ("", "", "")
    if "\0" in digits:
        digits = ""
    before, after = (re.sub("\0", lambda _: next(kept, ""), t) for t in (before, after))
    percents = plain.count("%")
    odd = (
        bool(re.search(r"[0#?],+(?![0#?,])", plain)) or bool(re.search(r"[E/]", digits))
        or (bool(form) and not section.strip()) or percents > 1
        or bool(re.search(r"\d", before + after.replace("General", "")))
    )  # fmt: skip
    if odd:
        return f"{number:f}", "odd_format"
    if percents:
        number *= 100
        after = after.replace("%", "")
    if digits:
        places = len(digits.partition(".")[2])
        if number.adjusted() + places < 28:  # the decimal context's precision
            number = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{number:f}"
    if "." in text and "0" not in digits.partition(".")[2]:
        text = text.rstrip("0").rstrip(".")
    unit = "%" * bool(percents) + "".join(
        c for c in after if not c.isspace() and c not in "()-+@,."
    )
    before = "".join(c for c in before if c.isalpha() or c in "≥≤><约")
    return (before if not before.isascii() else "") + text + unit, ""
