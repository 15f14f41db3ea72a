"""Kill an import at any moment: ``make fuzz``, or ``python tests/fuzz/kill.py TIMES``.

A child imports a sheet and is killed (SIGKILL) after a random time; the folder must then hold no
error and no half of a file, and the import run again must end in the tables of one that was not
killed.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests"), str(ROOT / "tests" / "corpus")]

import import_data  # noqa: E402

import changji_analysis as ca  # noqa: E402

SHEET = """\
昌吉州,,,
年份,地区生产总值（亿元）
2021,1698.21
2022,2169
注：2022年起含兵团第六师数据,
"""


def work(root: Path, sheet: Path) -> None:
    """Import the sheet."""
    ca.import_figures(sheet, "科技局：年报", "2025-03-01", dry_run=False, data=ca.Dataset(root))


def in_child(root: Path, sheet: Path, seconds: float | None) -> float:
    """Import in a process of its own, killed after some seconds; how long it lived."""
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            work(root, sheet)
        finally:
            os._exit(0)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return time.monotonic() - started


def tables(root: Path) -> dict[str, bytes]:
    """What was added."""
    return {path.name: path.read_bytes() for path in (root / "private").glob("[!.]*")}


def main(times: int = 200) -> int:
    """Kill many imports; print how many files each had written."""
    rng = random.Random(1)
    seen: Counter[int] = Counter()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        root = import_data.write(Path(folder) / "data")
        sheet = Path(folder) / "sheet.csv"
        sheet.write_text(SHEET, encoding="utf-8")
        whole = in_child(root, sheet, None)
        wanted = tables(root)
        for _ in range(times):
            for name in wanted:
                (root / "private" / name).unlink(missing_ok=True)
            in_child(root, sheet, rng.uniform(0, 1.1 * whole))
            seen[len(tables(root))] += 1
            errors = ca.Dataset(root).problems["severity"].eq("error").sum()
            work(root, sheet)
            failed += bool(errors) or tables(root) != wanted
    print(f"{times} kills, files written then: {dict(sorted(seen.items()))}; {failed} failures")
    return 1 if failed or len(seen) < 2 else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
