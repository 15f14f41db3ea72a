"""Text from templates: whoever edits them needs no Python.

A name that is not there, or a value that is missing, fails with the file and its line.
"""

from __future__ import annotations

import math
import re
import traceback
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from ..errors import ChangjiError

TEMPLATES = Path(__file__).parent / "templates"
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class ReportError(ChangjiError):
    """The report could not be written; the message names the place and the remedy."""


class Raw(str):
    """Text that is markup already and is printed as it stands."""

    __slots__ = ()


@cache
def environment(folder: Path = TEMPLATES) -> jinja2.Environment:
    """The environment of the templates in a folder, with the filters `rows` and ``raw``.

    It compiles a template once, and anew when its file changes.
    """
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), undefined=jinja2.StrictUndefined, finalize=_safe,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {"rows": rows, "raw": Raw}
    return made


@cache
def markup_environment() -> jinja2.Environment:
    """The environment of the frames of page and table, whose values are escaped."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), undefined=jinja2.StrictUndefined,
        autoescape=True, trim_blocks=True, lstrip_blocks=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )  # fmt: skip


def rows(items: Iterable, columns: str = "", blank: str = "") -> Raw:
    """Rows of a table: for each item the attributes named, or all it holds.

    ``no`` is the row's number, ``_`` a cell to be filled in (`blank`), ``*name`` a list of cells.
    """

    def cells(number: int, item: Any) -> Iterator[Any]:
        for name in columns.split():
            if name.startswith("*"):
                yield from getattr(item, name[1:])
            else:
                yield number if name == "no" else blank if name == "_" else getattr(item, name)

    lines = (list(cells(n, i)) if columns else i for n, i in enumerate(items, 1))
    return Raw("\n".join("| " + " | ".join(map(_safe, line)) + " |" for line in lines))


def render(made: jinja2.Environment, name: str, /, **results: Any) -> str:
    """The text of a template; a `ReportError` where it asks for what is not there."""
    try:
        return made.get_template(name).render(**results)
    except jinja2.TemplateSyntaxError as error:
        raise failed(error.name or name, error.lineno, error.message or "syntax") from error
    except jinja2.TemplateNotFound as error:
        raise failed(str(error), None, "the template is missing / 缺少模板") from error
    except (jinja2.TemplateError, TypeError, ValueError, KeyError, AttributeError) as error:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [f for f in frames if f.filename.endswith(".j2")]
        place = Path(lines[-1].filename) if lines else Path(name)
        at = "/".join(place.parts[-2:])
        raise failed(at, lines[-1].lineno if lines else None, str(error)) from error


def failed(name: str, line: int | None, why: str) -> ReportError:
    """The error for a template that cannot be printed."""
    where = f"templates/{name}" + (f", line {line}" if line else "")
    which = f"第 {line} 行" if line else ""
    return ReportError(
        f"{where}: {why}. Remedy: correct that line, or restore the template; the last report is "
        f"untouched. / 模板 {name} {which}有误，请改正或恢复原模板，上一份报告未动。"
    )


def printable(text: str) -> str:
    """Text without the characters that XML forbids, bold marks included."""
    return _ILLEGAL.sub("", text)


def no_picture(path: Path) -> ReportError:
    """The error for a figure that cannot be read."""
    return ReportError(
        f"the figure {path.parent.name}/{path.name} is no picture. Remedy: draw the figures again; "
        f"the last report is untouched. / 图 {path.name} 无法读取，请重新绘图"
    )


def _safe(value: Any) -> Any:
    """A value as text that cannot be taken for markup; a missing one is an error."""
    if isinstance(value, Raw | jinja2.Undefined):
        return value
    if value is None or (isinstance(value, float) and math.isnan(value)):
        raise ValueError("the value is missing (use an {% if %} around it)")
    text = re.sub(r"\s+", " ", str(value))
    for mark in ("\\", "|", "*"):
        text = text.replace(mark, f"\\{mark}")
    return f"\\{text}" if text.startswith(("#", "表：", "图 ", "注：", "Table:", "Note:")) else text
