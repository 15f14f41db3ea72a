"""Changing the files of a data folder: all of a change or nothing, one at a time.

New contents are staged beside the data, then a journal names them: from that moment the change
holds. Each file is then put in its place, what stood there being kept in ``.previous``. Whoever
comes after an interruption finishes what a journal names, and throws away what none does.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from .errors import ChangjiError, UsageError
from .files import write_bytes

LOCK = ".lock"
STAGING = ".staging"
JOURNAL = "journal.json"
PREVIOUS = ".previous"
WAIT_SECONDS = 60.0


class StoreError(ChangjiError):
    """A change that could not be made; nothing was changed."""


def inside(root: Path, name: str) -> Path:
    """The path of a file in a data folder.

    Raises
    ------
    UsageError
        It would lie outside, by ``..`` or by a link.
    """
    root = root.resolve()
    path = (root / name).resolve()
    if root not in path.parents:
        raise UsageError(f"{name} lies outside the data folder / 路径超出数据文件夹：{name}")
    return root / name


@contextmanager
def locked(root: Path) -> Generator[None]:
    """Hold the data folder for oneself; an interrupted change is finished first.

    Raises
    ------
    StoreError
        Another program holds it for more than a minute, or it cannot be written.
    """
    from filelock import FileLock, Timeout

    try:
        with FileLock(root / LOCK, timeout=WAIT_SECONDS):
            _settle(root)
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


def replace_files(root: Path, contents: dict[str, bytes]) -> None:
    """Replace files by name relative to the folder, all or none; call it within `locked`."""
    staging = root / STAGING
    names = []
    for number, (name, content) in enumerate(contents.items()):
        inside(root, name)
        write_bytes(staging / str(number), content)
        names.append(name)
    _sync(staging)
    write_bytes(staging / JOURNAL, json.dumps(names, ensure_ascii=False).encode("utf-8"))
    _settle(root)


def pending(root: Path) -> bool:
    """Whether an interrupted change waits to be finished."""
    return (root / STAGING / JOURNAL).is_file()


def recover(root: Path) -> None:
    """Finish an interrupted change."""
    with locked(root):
        pass


def _settle(root: Path) -> None:
    staging = root / STAGING
    if pending(root):
        names = json.loads((staging / JOURNAL).read_text(encoding="utf-8"))
        for number, name in enumerate(names):
            new, target = staging / str(number), inside(root, name)
            if not new.exists():
                continue
            if target.exists():
                kept = root / PREVIOUS / name
                kept.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(target, staging / "previous")
                (staging / "previous").replace(kept)
            target.parent.mkdir(parents=True, exist_ok=True)
            new.replace(target)
            _sync(target.parent)
        (staging / JOURNAL).unlink()
    if staging.exists():
        shutil.rmtree(staging)


def _sync(folder: Path) -> None:
    """Have the folder's entries on disk, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
