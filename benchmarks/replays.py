"""How much cheaper the replays of the proof are than those of an earlier state of the project.

    python benchmarks/replays.py FOLDER_OF_THE_EARLIER_STATE

Processor time of both in one run, one after the other: the default model, the generic prior, the
rules and the base rate at every origin of every panel, with the factors that the earlier state
asked for, the tables being read. Models of statsmodels are no part of it. FOLDER needs an
environment in ``.venv``.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

EARLIER = """
import time
from changji_analysis import replay, validation
replay.outcomes("provinces")
began = time.process_time()
validation.replays()
print(time.process_time() - began)
"""


def main(folder: str) -> None:
    """Print both times, the ratio and the share of the fits."""
    from changji_analysis.dataset import Dataset
    from changji_analysis.replay import cases

    models = ("pooled", "generic", "base_rate", *cases.RULES)
    data = Dataset()
    cases.outcomes(data, "provinces")
    began = time.process_time()
    for panel in cases.PANELS:
        cases.rolling(data, panel, models=models, factors=(1.1, 1.25, 1.5, 2.0))
    ours = time.process_time() - began
    python = Path(folder) / ".venv" / "bin" / "python"
    said = subprocess.run([python, "-c", EARLIER], cwd=folder, check=True, capture_output=True)
    theirs = float(said.stdout)
    print(f"earlier {theirs:.1f} s, now {ours:.1f} s of processor time: {theirs / ours:.1f} times")


if __name__ == "__main__":
    main(sys.argv[1])
