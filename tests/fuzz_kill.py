"""Kill an import at any moment: ``make fuzz``, or ``python tests/fuzz_kill.py TIMES``.

A child imports a sheet and is killed (SIGKILL) after a random time, from before its first write
to after its last; all of the sheet's figures and its document must stand then, or none.
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

import import_data

from changji_analysis import _compat as quality
from changji_analysis import _compat as records
from changji_analysis import store
from changji_analysis.importing import import_figures

SHEET = """\
地区,指标,年份,数值,单位
昌吉市,高新技术企业数,2021,52,家
昌吉州,高新技术企业数,2021,210,家
"""


def work(sheet: Path) -> None:
    """Import the sheet."""
    import_figures(sheet, "科技局：年报", "2025-03-01", dry_run=False)


def in_child(sheet: Path, seconds: float | None) -> float:
    """Import in a process of its own, killed after some seconds; how long it lived."""
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            work(sheet)
        finally:
            os._exit(0)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return time.monotonic() - started


def main(times: int = 500) -> int:
    """Kill many imports; print how many left the old state, how many the new."""
    rng = random.Random(1)
    seen: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        root = import_data.write(Path(folder) / "data")
        os.environ["CHANGJI_DATA"] = str(root)
        sheet = Path(folder) / "sheet.csv"
        sheet.write_text(SHEET, encoding="utf-8")
        before = len(records.load_statistics())
        whole = in_child(sheet, None)
        for _ in range(times):
            for name in ("private/yearly_statistics.csv", "private/sources.csv"):
                (root / name).unlink(missing_ok=True)
            in_child(sheet, rng.uniform(0, 1.1 * whole))
            seen["interrupted"] += store.pending(root)
            added = len(records.load_statistics()) - before
            described = len(records.load_sources().query("licence == 'not public'"))
            errors = quality.problems()["severity"].eq("error").sum()
            if (added, described) not in ((0, 0), (2, 1)) or errors:
                print(f"after a kill {added} figures, {described} documents, {errors} errors")
                seen["failed"] += 1
            seen["new" if added else "old"] += 1
    print(
        f"{times} kills: {seen['old']} left the old state, {seen['new']} the new, "
        f"{seen['interrupted']} in between were finished; {seen['failed']} failures"
    )
    return 1 if seen["failed"] or not (seen["old"] and seen["new"]) else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
