"""One cell as it is shown: what a reader of the sheet sees, and why it may not be a figure."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any


@dataclass(frozen=True)
class Cell:
    """One cell as it is shown: ``0.17%`` for a stored 0.0017 in the format ``0.00%``.

    ``kind`` is text, number or date; ``fault`` says why no figure must be taken from it:
    excel_error, no_result, date_value, odd_format, struck_out. Footnote figures raised above the
    line are superscript characters. ``indent`` counts steps.
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
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        text, odd = show_number(value, form or "")
        return Cell(text, "number", odd or fault, formula, indent)
    if isinstance(value, dt.date):  # a datetime is one too
        plain = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", form or "").lower().replace("general", "")
        only_year = "y" in plain and not set("mdhs") & set(plain)
        text = f"{value.year}年" if only_year else f"{value:%Y-%m-%d}"
        return Cell(text, "date", fault, formula, indent)
    if isinstance(value, (dt.time, dt.timedelta)):
        return Cell(str(value), "date", "date_value", formula, indent)
    entry = str(value).upper() if isinstance(value, bool) else str(value)
    text = entry.strip("\r\n\t ")
    text = re.sub('^="([^"]*)"$', r"\1", text)  # how some programs keep digits as text
    text = re.sub("^'(?=[=+@-])", "", text)
    if re.fullmatch(r"#(?:N/A|[A-Z]+[!?/0]*[!?])", text):
        fault = "excel_error"
    indent += len(text) - len(text.lstrip("\u3000")) + (len(entry) - len(entry.lstrip(" \t"))) // 2
    return Cell(text, "text", fault, formula, indent)


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
    number = Decimal(f"{value:.15g}")
    if not number.is_finite():
        return str(value), "excel_error"
    sections = form.replace("\0", "").split(";")
    section = sections[1] if value < 0 and len(sections) > 1 else sections[0]
    words: list[str] = []

    def keep(match: re.Match) -> str:
        words.extend(filter(None, match.groups()))
        return "\0" if match[1] or match[2] else ""

    plain = _LITERAL_RE.sub(keep, section)
    before = digits = after = ""
    if plain.strip().lower() not in ("", "general", "@", "g/通用格式"):
        match = _SECTION_RE.fullmatch(plain)
        before, digits, after = match.groups() if match else ("", "/", "")
    kept = iter(words)
    before, after = (re.sub("\0", lambda _: next(kept, ""), t) for t in (before, after))
    percents = plain.count("%")
    hidden = bool(form) and not section.strip()
    if hidden or percents > 1 or re.search(r"[0#?],+(?![0#?,])", plain) or (
        re.search(r"[E/]", digits) or re.search(r"\d", before + after.replace("General", ""))
    ):  # fmt: skip
        return f"{number:f}", "odd_format"
    number *= 100 if percents else 1
    places = digits.partition(".")[2]
    if digits and number.adjusted() + len(places) < 28:  # the decimal context's precision
        number = number.quantize(Decimal(1).scaleb(-len(places)), ROUND_HALF_UP)
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text and "0" not in places else text
    after = "".join(
        c for c in after.replace("%", "", percents) if not c.isspace() and c not in "()-+@,."
    )
    before = "".join(c for c in before if c.isalpha() or c in "≥≤><约")
    return ("" if before.isascii() else before) + text + "%" * percents + after, ""
