"""Time ``import changji_analysis`` beside ``import pandas``, in turn and in fresh processes.

python benchmarks/import_time.py [repetitions]
"""

import statistics
import subprocess
import sys

CODE = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"
MODULES = ("pandas", "changji_analysis")


def seconds(module: str) -> float:
    """Return the seconds that one import takes in a fresh process."""
    command = [sys.executable, "-c", CODE.format(module)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main(repetitions: int) -> None:
    """Print the median of each module and their ratio; one unmeasured round warms the disk."""
    rounds = [[seconds(module) for module in MODULES] for _ in range(repetitions + 1)][1:]
    medians = [statistics.median(column) for column in zip(*rounds, strict=True)]
    for module, median in zip(MODULES, medians, strict=True):
        print(f"{module:18} {1000 * median:6.0f} ms")
    print(f"ratio {medians[1] / medians[0]:.2f} (medians of {repetitions})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
