"""Writing files: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pandas as pd

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\n")


def write_bytes(path: Path, content: bytes) -> bool:
    """Replace a file in one step; an unchanged file is left alone.

    Returns
    -------
    bool
        Whether the file changed.
    """
    path = Path(path)
    if path.exists() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return True


def write_csv(path: Path, frame: pd.DataFrame) -> bool:
    """Write a table as UTF-8 CSV in which no cell can start a formula.

    A text that a spreadsheet would run gets an apostrophe before it (OWASP, CSV injection). Line
    ends within a cell become LF: a lone CR is left unquoted by Python's writer and ends the row.
    """

    def safe(cell):
        if not isinstance(cell, str):
            return cell
        cell = cell.replace("\r\n", "\n").replace("\r", "\n")
        return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell

    text = frame.map(safe).to_csv(index=False, lineterminator="\n", float_format="%.10g")
    return write_bytes(path, text.encode("utf-8"))
