"""What does a review cost beside that of an earlier state: first, unchanged, after one more figure?

Two fresh clones, each with its .venv made (`make env`): the earlier state and this one. They are
left with the results. With --tests the test command of both runs too, some ten minutes more.
"""

import argparse
import os
import resource
import subprocess
import time
from pathlib import Path

ROW = "昌吉市,{0},2021,first,{1},{2},exact,{1}{2},2023-07-13,2023-07-13,changji_plan_2023,high,"
FIGURES = (("incubators", 14, "家"), ("hightech_firms", 60, "家"), ("rd_intensity", 0.21, "%"))
TABLE = "data/raw/yearly_statistics.csv"
SETTINGS = {"OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"}


def measured(folder: Path, *command: str) -> tuple[float, float]:
    """Processor and wall time of a command of a clone's environment, its processes included."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    program = folder / ".venv" / "bin" / command[0]
    subprocess.run(
        [program, *command[1:]], cwd=folder, env=os.environ | SETTINGS, stdout=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, time.monotonic() - start


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("earlier", type=Path)
    reader.add_argument("present", type=Path)
    reader.add_argument("--tests", action="store_true")
    asked = reader.parse_args()
    times = {}
    if asked.tests:
        for name in ("earlier", "present"):
            times[f"tests, {name}"] = measured(
                getattr(asked, name).resolve(), "python", "run.py", "test"
            )
    present = asked.present.resolve()
    times["first, earlier"] = measured(asked.earlier.resolve(), "changji", "review")
    times["first"] = measured(present, "changji", "review")
    times["unchanged"] = measured(present, "changji", "review")
    for figure in FIGURES:
        with (present / TABLE).open("a", encoding="utf-8", newline="\n") as file:
            file.write(ROW.format(*figure) + "\n")
        times[f"one figure more: {figure[0]}"] = measured(present, "changji", "review")
    for name, (used, wall) in times.items():
        shares = [f"{wall / times[k][1]:.0%} of {k}" for k in ("first, earlier", "first")]
        print(f"{name:32} {used:6.1f} s of processor, {wall:6.1f} s wall; {', '.join(shares)}")


if __name__ == "__main__":
    main()
