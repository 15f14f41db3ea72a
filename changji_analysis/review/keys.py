"""What a step of the review rests on: it is done again when that has changed, and only then.

A step's key holds the source of its module and of all that module imports within the package, the
locked versions, and the answers to every question that the step asked of its dataset.
"""

from __future__ import annotations

import json
import pickle
import platform
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel

from ..config import REPOSITORY
from ..dataset import Dataset, Read, as_read
from ..errors import ChangjiError
from ..files import write_bytes
from ..fingerprints import PACKAGE, digest, of_code, of_file, sources


@lru_cache(maxsize=1)
def resources() -> str:
    """Fingerprint of what is no module: templates, styles, fonts, tables, the locked versions."""
    files = [path for path in sorted(PACKAGE.rglob("*")) if path.is_file()]
    found = [path for path in files if path.suffix not in (".py", ".pyc")]
    found.append(REPOSITORY / "requirements.lock")
    return digest(platform.python_version(), *(f"{p.name}{of_file(p)}" for p in found))


class Answers:
    """What a dataset answers to questions asked of it before, as fingerprints."""

    def __init__(self, data: Dataset):
        self._data = data
        self._known: dict[Read, str] = {}
        files = [p for p in sorted(data.folder.rglob("*")) if "clean" not in p.parts]
        marks = (f"{p}{of_file(p)}" for p in (*files, *sources().values()))
        self.key = digest(resources(), repr(data.identity), *marks)
        """Of all files of data and code: while it is the same, so is every answer."""

    def fingerprint(self, reads: Iterable[Read]) -> str:
        """Of all answers together; a question that can no longer be answered counts as changed."""
        return digest(*(f"{read}{self._answer(read)}" for read in sorted(reads, key=repr)))

    def _answer(self, read: Read) -> str:
        if read not in self._known:
            as_of, name, arguments = read
            try:
                found = getattr(self._data.at(as_of), name)
                found = found(*arguments) if callable(found) else found
            except ChangjiError as error:  # a refusal is an answer too
                found = str(error)
            self._known[read] = _of_value(found)
        return self._known[read]


def _of_value(value: Any) -> str:
    if isinstance(value, BaseModel):
        return digest(value.model_dump_json())
    if isinstance(value, pd.DataFrame | pd.Series):
        return digest(value.to_csv(), repr(value.attrs))
    return digest(pickle.dumps(value))


def _all_code(code: str, modules: Iterable[str]) -> str:
    return digest(code, resources(), of_code(*modules))


class Ledger:
    """What the steps of earlier runs rested on and wrote; a damaged one is an empty one.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path):
        self.path = path
        try:
            self._steps = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self._steps = {}
        if not isinstance(self._steps, dict):
            self._steps = {}

    def stands(self, step: str, code: str, answers: Answers, root: Path) -> bool:
        """Whether a step need not be done again, its files being those it wrote.

        The code counts with the modules that the step had loaded when it was last done.
        """
        try:
            entry = self._steps[step]
            if any(of_file(root / name) != mark for name, mark in entry["wrote"].items()):
                return False
            if entry["key"] == answers.key:
                return entry["source"] == digest(code)
            if entry["code"] != _all_code(code, entry["modules"]):
                return False
            reads = {as_read(*read) for read in entry["reads"]}
            return entry["answers"] == answers.fingerprint(reads)
        except Exception:  # whatever is wrong with an entry, the step is done again
            return False

    def note(
        self,
        step: str,
        code: str,
        reads: set[Read],
        answers: Answers,
        paths: Iterable[Path],
        root: Path,
        modules: Iterable[str],
    ) -> None:
        """Keep what a step rested on and wrote."""
        modules = sorted(modules)
        self._steps[step] = {
            "key": answers.key,
            "source": digest(code),
            "code": _all_code(code, modules),
            "modules": modules,
            "reads": [(day and str(day), *rest) for day, *rest in sorted(reads, key=repr)],
            "answers": answers.fingerprint(reads),
            "wrote": {p.relative_to(root).as_posix(): of_file(p) for p in paths},
        }
        text = json.dumps(self._steps, ensure_ascii=False, indent=0, default=list)
        write_bytes(self.path, text.encode("utf-8"))
