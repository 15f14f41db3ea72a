"""Assess panels of growing size beside statsforecast, a loop over statsmodels, and a bare floor.

python benchmarks/panel.py [PYTHON_OF_THE_RIVALS]

Every size runs in a process of its own. The floor is what any program must do with arrays that are
already coded by series: logs, differences, sums, one Student t. Memory is Linux's high-water mark.
The rivals' Python needs statsforecast; without it they are left out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import special

SIZES = (1_000, 10_000, 100_000, 1_000_000)
INDICATORS = 10
LOOPED, FORECAST = 200, 2_000
"""Series that the loop over statsmodels and statsforecast get: long ones, without gaps."""
REPETITIONS = 3
RIVALS = """
import sys, time, pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import AutoETS, AutoTheta
rows = pd.read_csv(sys.argv[1])
for model in (AutoETS(season_length=1), AutoTheta(season_length=1)):
    run = StatsForecast(models=[model], freq=1, n_jobs=1)
    run.forecast(df=rows[rows["unique_id"] < 20], h=3, level=[80])
    start = time.perf_counter()
    run.forecast(df=rows, h=3, level=[80])
    print(model.alias, rows["unique_id"].nunique() / (time.perf_counter() - start))
"""


def made(size: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make a panel of 1 to 10 observations a series, a tenth of the years missing, shuffled."""
    rng = np.random.default_rng(size)
    n = rng.integers(1, 11, size)
    first = np.repeat(np.cumsum(n) - n, n)
    series = np.repeat(np.arange(size), n)
    new = np.arange(len(series)) == first
    gap = np.where(new, 0, 1 + (rng.random(len(series)) < 0.1))
    step = np.where(new, rng.normal(0, 1, len(series)), rng.normal(0.05, 0.1, len(series)))
    years, logs = np.cumsum(gap), np.cumsum(step)
    logs -= np.where(first > 0, logs[first - 1], 0)
    areas = pd.array([f"county {i:06d}" for i in range(-(-size // INDICATORS))], dtype="str")
    indicators = pd.array([f"indicator {i}" for i in range(INDICATORS)], dtype="str")
    histories = pd.DataFrame(
        {
            "area": areas.take(series // INDICATORS),
            "indicator": indicators.take(series % INDICATORS),
            "year": 2005 + years - years[first],
            "value": np.exp(logs),
        }
    ).sample(frac=1, random_state=1, ignore_index=True)
    last = np.exp(logs[np.cumsum(n) - 1])
    targets = pd.DataFrame(
        {
            "area": areas.take(np.arange(size) // INDICATORS),
            "indicator": indicators.take(np.arange(size) % INDICATORS),
            "value": last * rng.lognormal(0.3, 0.3, size),
            "year": 2028,
            "direction": pd.Categorical(["at_least"]).take(np.zeros(size, int)),
        }
    )
    return histories, targets


def floor(panel) -> np.ndarray:
    """The least that is to be done, on arrays in order of series and year."""
    start, x = panel.start[:-1], np.log(panel.value)
    step, gap = np.diff(x, prepend=0), np.diff(panel.year, prepend=0)
    step[start], gap[start] = 0, 0
    n = np.diff(panel.start)
    rise, years, square = (np.add.reduceat(a, start) for a in (step, gap, step**2))
    drift, scale = rise / (years + 1), np.sqrt((square + 0.01) / n)
    last = panel.start[1:] - 1
    ahead = panel.targets["year"].to_numpy() - panel.year[last]
    goal = np.log(panel.targets["value"].to_numpy())
    return special.stdtr(n, (x[last] + ahead * drift - goal) / (scale * np.sqrt(ahead)))


def status(key: str) -> int:
    """Bytes of a line of the process's status, e.g. VmRSS or its high-water mark VmHWM."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024 * int(next(line for line in lines if line.startswith(key)).split()[1])


def peak_of(call) -> int:
    """How far a call drove memory above what was taken before."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = status("VmRSS")
    call()
    return status("VmHWM") - before


def seconds(call) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def measure(size: int) -> dict:
    """Times and memory of one size."""
    import changji_analysis as ca
    from changji_analysis import panel as room
    from changji_analysis.panel.rows import coded

    histories, targets = made(size)
    taken = sum(int(frame.memory_usage(deep=True).sum()) for frame in (histories, targets))
    small = made(100)
    ca.assess_panel(*small)
    extra = peak_of(lambda: ca.assess_panel(histories, targets))
    whole = min(seconds(lambda: ca.assess_panel(histories, targets)) for _ in range(REPETITIONS))
    names = histories["area"].drop_duplicates().sort_values(ignore_index=True)
    parents = pd.Series(names.take(names.index // 100).array, names).iloc[1:]
    nested = min(
        seconds(lambda: ca.assess_panel(histories, targets, parents=parents))
        for _ in range(REPETITIONS)
    )
    in_order = coded(histories, targets)
    settings = room.Settings("pooled", {}, None)
    pairs = [
        (seconds(lambda: room._judged(in_order, settings)), seconds(lambda: floor(in_order)))
        for _ in range(REPETITIONS)
    ]
    judged, bare = (min(column) for column in zip(*pairs, strict=True))
    out = {"size": size, "rows": len(histories), "input": taken, "extra": extra, "whole": whole}
    return out | {"judged": judged, "floor": bare, "nested": nested}


def measure_files(size: int, folder: str) -> dict:
    """The same from file to file, with the panel never in memory."""
    import changji_analysis as ca

    ca.assess_panel(*made(100))
    paths = [Path(folder) / name for name in ("in.parquet", "targets.parquet", "out.parquet")]
    extra = peak_of(lambda: ca.write_panel(*paths))
    return {"file_extra": extra, "file": seconds(lambda: ca.write_panel(*paths))}


def long_series(count: int) -> pd.DataFrame:
    """Series of ten years without a gap, as the rivals want them."""
    rng = np.random.default_rng(0)
    rise = np.exp(np.cumsum(rng.normal(0.05, 0.1, (count, 10)), axis=1))
    return pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(count), 10),
            "ds": np.tile(np.arange(2014, 2024), count),
            "y": rise.ravel(),
        }
    )


def statsmodels_speed() -> float:
    """Series per second of a plain loop with damped exponential smoothing."""
    import warnings

    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    rows = long_series(LOOPED)
    logs = [np.log(mine["y"].reset_index(drop=True)) for _, mine in rows.groupby("unique_id")]

    def loop():
        for row in logs:
            fitted = ETSModel(row, trend="add", damped_trend=True).fit(disp=False)
            fitted.get_prediction(start=len(row), end=len(row) + 2).pred_int(0.2)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return LOOPED / seconds(loop)


def rival_speeds(python: str) -> dict[str, float]:
    """Series per second of statsforecast, by model."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "series.csv"
        long_series(FORECAST).to_csv(path, index=False)
        done = subprocess.run(
            [python, "-c", RIVALS, str(path)],
            capture_output=True, text=True, check=True, env=os.environ | {"NIXTLA_ID_AS_COL": "1"},
        )  # fmt: skip
    return {name: float(speed) for name, speed in map(str.split, done.stdout.splitlines())}


def in_own_process(what: str, size: int, folder: str) -> dict:
    command = [sys.executable, __file__, "--measure", what, str(size), folder]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def main(python: str | None) -> None:
    print(
        "  series   rows   whole/s  with parents  judging/floor  memory/input  from files: /s  MB"
    )
    runs = []
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            for frame, name in zip(made(size), ("in.parquet", "targets.parquet"), strict=True):
                frame.to_parquet(Path(folder) / name)
            r = in_own_process("memory", size, folder) | in_own_process("files", size, folder)
        runs.append(r)
        print(
            f"{size:9,}{r['rows']:10,}{size / r['whole']:10,.0f}{r['nested'] / r['whole']:14.2f}"
            f"{r['judged'] / r['floor']:8.1f}"
            f"{1 + r['extra'] / r['input']:14.2f}{size / r['file']:16,.0f}"
            f"{r['file_extra'] / 1e6:12.0f}"
        )
    by_size = {r["size"]: r for r in runs}
    growth = by_size[SIZES[-1]]["whole"] / by_size[SIZES[1]]["whole"]
    print(f"{SIZES[-1] // SIZES[1]} times the series take {growth:.0f} times the time")
    speed = SIZES[-1] / runs[-1]["whole"]
    rivals = {"statsmodels loop": statsmodels_speed()}
    rivals |= rival_speeds(python) if python else {}
    for name, other in rivals.items():
        print(f"{name:18} {other:9,.0f} series/s: {speed / other:,.0f} times slower")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        what, size, folder = sys.argv[2:]
        found = measure(int(size)) if what == "memory" else measure_files(int(size), folder)
        print(json.dumps(found))
    else:
        main(sys.argv[1] if len(sys.argv) > 1 else None)
