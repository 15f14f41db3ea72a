"""Adding rows to the tables of a data folder: one program at a time, no cell a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ..errors import ChangjiError
from ..files import write_bytes
from .schemas import COLUMNS

WAIT_SECONDS = 60.0
ORDER = ("area", "indicator", "year", "vintage")


class StoreError(ChangjiError):
    """A change that could not be made."""


@contextmanager
def locked(root: Path) -> Generator[None]:
    """Hold the data folder for oneself.

    Raises
    ------
    StoreError
        Another program holds it for more than a minute, or it cannot be written.
    """
    from filelock import FileLock, Timeout

    try:
        with FileLock(root / ".lock", timeout=WAIT_SECONDS):
            yield
    except Timeout:
        raise StoreError(
            "another import is at work on the same data; try again when it is done "
            "/ 另有导入正在进行，请稍后再试"
        ) from None
    except OSError as error:
        raise StoreError(
            f"cannot write {error.filename or root.name}: {error.strerror}; free the file or "
            "check the rights / 无法写入，请关闭占用文件的程序或检查权限"
        ) from error


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table as they are printed; none where there is no table."""
    if not path.is_file():
        return []
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def extended(
    path: Path, columns: list[str], rows: list[dict], order: tuple[str, ...], areas: tuple = ()
) -> bytes:
    """A table with rows added: in its order where the file keeps one, else at the end."""
    had = path.read_text(encoding="utf-8-sig") if path.is_file() else ""
    parsed = [row for row in csv.reader(io.StringIO(had, newline="")) if row]
    header, body = (parsed[0], parsed[1:]) if parsed else (columns, [])
    new = [[safe_cell(row.get(name, "")) for name in header] for row in rows]
    places = [header.index(name) for name in order]

    def key(row: list[str]) -> list:
        cells = [row[place] for place in places]
        rank = areas.index(cells[0]) if cells[0] in areas else len(areas)
        return [rank, *cells] if areas else cells

    def text(table: list[list[str]]) -> str:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(table)
        return out.getvalue()

    kept = not had or text(parsed) == had
    if kept and all(len(row) == len(header) for row in body) and body == sorted(body, key=key):
        return text([header, *sorted([*body, *new], key=key)]).encode()
    return (had if had.endswith("\n") else had + "\n").encode() + text(new).encode()


def add_figures(
    root: Path, documents: dict[str, dict], figures: list[dict], areas: tuple, *, public: bool
) -> None:
    """Add the documents by their ids that are not known yet, then the figures."""
    sources = root / ("sources.csv" if public else "private/sources.csv")
    table = root / ("raw" if public else "private") / "yearly_statistics.csv"
    had = {row["id"] for row in read_rows(sources)}
    new = [row for name, row in documents.items() if name not in had]
    if new:
        write_bytes(sources, extended(sources, list(COLUMNS["sources"]), new, ("id",)))
    if figures:
        columns = list(COLUMNS["observations"])
        write_bytes(table, extended(table, columns, figures, ORDER, areas))


def read_date(text: str) -> dt.date | None:
    """A full date as people write it: 2024-03-15, 2024/3/15, 2024年3月15日, 20240315."""
    plain = re.sub(r"[ T]0?0:00(?::00)?$|\s", "", text.strip())
    match = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", plain)
    match = match or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", plain)
    try:
        return dt.date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


_PLAIN_RE = re.compile(r"[+-]?[0-9][0-9,.]*(?:[%‰‱]|[一-鿿/]{1,8})?")


def safe_cell(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula; signed figures stay as they are."""
    cell = " ".join(cell.split())
    if cell.startswith(("=", "@", "+", "-")) and not _PLAIN_RE.fullmatch(cell):
        return f"'{cell}"
    return cell
