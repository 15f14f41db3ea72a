"""The default model beside other libraries, on the same replays.

The rivals live in an environment of their own, for they need other versions of pandas:

    python -m venv ELSEWHERE && ELSEWHERE/bin/pip install statsforecast prophet
    .venv/bin/python benchmarks/elsewhere.py ELSEWHERE/bin/python

Each rival sees the logarithms of a history of R&D intensity and states its median and its own
interval for the years ahead; its probability of a target is read off the normal (statsforecast)
or off the draws (Prophet) that the interval comes from. Scored are the cases of
`changji_analysis.replay.claims.THIN_ORIGINS` that all can answer; what a rival cannot answer,
gapped histories included, is counted as a failure.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

LENGTHS = (4, 7, 10)
HORIZON = 5
DRAWS = 300
EIGHTY = 1.2815515655446004


def cases() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Histories in logs by series number, and the targets asked of each, with our answers."""
    from changji_analysis.dataset import Dataset
    from changji_analysis.replay import cases as replay
    from changji_analysis.replay.claims import THIN_ORIGINS

    data, histories, asked, count = Dataset(), [], [], 0
    for panel, origins in THIN_ORIGINS.items():
        for origin in origins[1:]:
            past, today = replay.known(data, panel, origin), replay.outcomes(data, panel)
            models = ("pooled", "eurostat")
            found = replay.replayed(past, today, origin, models=models, lengths=LENGTHS)
            table = found.table
            keys = table.groupby(["area", "n"], sort=False).ngroup() + count
            for key, rows in table.groupby(keys):
                first = rows.iloc[0]
                known = np.log(past[first["area"]].dropna()).iloc[-first["n"] :]
                histories.append(
                    pd.DataFrame({"id": key, "year": known.index, "y": known.to_numpy()})
                )
            count = int(keys.max()) + 1
            start = np.log(table["last"])
            each = table[["area", "ahead"]].assign(
                id=keys, x=start + found.rise, pit=found.pit("pooled"), crps=found.crps("pooled")
            )
            asked += [
                each.assign(
                    factor=factor, goal=start + np.log(factor), happened=found.happened[:, column],
                    **{model: found.said[model][:, column] for model in models},
                )
                for column, factor in enumerate(found.factors)
            ]  # fmt: skip
    return pd.concat(histories), pd.concat(asked)


def rivals(folder: Path) -> None:
    """Answer with every rival (run by the other environment's Python)."""
    import logging
    import warnings

    warnings.simplefilter("ignore")
    logging.disable(logging.ERROR)
    histories = pd.read_csv(folder / "histories.csv")
    series = dict(iter(histories.groupby("id")))
    from statsforecast.models import AutoARIMA, AutoCES, AutoETS, AutoTheta

    models = {
        "AutoETS": lambda: AutoETS(season_length=1),
        "AutoARIMA": lambda: AutoARIMA(season_length=1),
        "AutoTheta": lambda: AutoTheta(season_length=1),
        "AutoCES": lambda: AutoCES(season_length=1, model="N"),
    }
    for name, make in models.items():
        make().forecast(np.log(np.arange(1.0, 12)), h=1, level=[80])  # compiles
        answer(folder, name, series, lambda part, make=make: normal(make(), part))
    answer(folder, "Prophet", series, prophet)


def normal(model, part: pd.DataFrame):
    """Centre and scale by horizon from a statsforecast model."""
    found = model.forecast(part["y"].to_numpy(), h=HORIZON, level=[80])
    return found["mean"], (found["hi-80"] - found["lo-80"]) / 2 / EIGHTY


def prophet(part: pd.DataFrame):
    """Centre and scale by horizon from Prophet's draws."""
    from prophet import Prophet

    model = Prophet(
        n_changepoints=min(2, len(part) - 2), yearly_seasonality=False,
        weekly_seasonality=False, daily_seasonality=False, uncertainty_samples=DRAWS,
    )  # fmt: skip
    model.fit(pd.DataFrame({"ds": pd.to_datetime(part["year"], format="%Y"), "y": part["y"]}))
    future = model.make_future_dataframe(HORIZON, freq="YS", include_history=False)
    draws = model.predictive_samples(future)["yhat"]
    return draws.mean(axis=1), draws.std(axis=1)


def answer(folder: Path, name: str, series: dict, predict) -> None:
    """Write centre and scale of every series, and what it took."""
    rows, failures, began = [], 0, time.perf_counter()
    for key, part in series.items():
        gaps = len(part) != part["year"].max() - part["year"].min() + 1
        try:
            if gaps:
                raise ValueError("gaps")
            centre, scale = predict(part)
            if not (np.isfinite(centre).all() and np.isfinite(scale).all()):
                raise ValueError("not finite")
        except Exception:
            failures += 1
            continue
        rows += [(key, h + 1, centre[h], scale[h]) for h in range(HORIZON)]
    seconds = (time.perf_counter() - began) / len(series) * 1000
    frame = pd.DataFrame(rows, columns=["id", "ahead", "centre", "scale"])
    frame.to_csv(folder / f"{name}.csv", index=False)
    (folder / f"{name}.txt").write_text(f"{failures} {len(series)} {seconds}")


def main(python: str) -> None:
    """Write the cases, let the rivals answer, print the table."""
    from scipy import special

    from changji_analysis.replay import scores

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        histories, asked = cases()
        histories.to_csv(folder / "histories.csv", index=False)
        began = time.perf_counter()
        cases()
        ours = (time.perf_counter() - began) / histories["id"].nunique() * 1000
        subprocess.run([python, __file__, "--rivals", name], check=True)
        said = asked.dropna(subset=["eurostat"]).reset_index(drop=True)
        said = said[said["ahead"] <= HORIZON]
        parts = {}
        for path in sorted(folder.glob("*.txt")):
            answers = pd.read_csv(path.with_suffix(".csv"))
            both = said[["id", "ahead"]].merge(answers, how="left", on=["id", "ahead"])
            both.index = said.index
            parts[path.stem] = both
        everyone = pd.concat([p["centre"].notna() for p in parts.values()], axis=1).all(axis=1)
        y, area = said.loc[everyone, "happened"].to_numpy(), said.loc[everyone, "area"]
        rows = {}
        for model in ["pooled", "eurostat", *parts]:
            if model in parts:
                found = parts[model][everyone]
                scale = np.maximum(found["scale"].to_numpy(), 1e-9)
                z = (found["centre"] - said.loc[everyone, "goal"]).to_numpy() / scale
                p = special.ndtr(z)
                t = said.loc[everyone, "x"].to_numpy(), found["centre"].to_numpy(), scale, np.inf
                pit, crps = scores.t_pit(*t), scores.t_crps(*t)
                failed, total, seconds = path_numbers(folder / f"{model}.txt")
            else:
                p = said.loc[everyone, model].to_numpy()
                pit, crps = (said.loc[everyone, c].to_numpy() for c in ("pit", "crps"))
                failed, total, seconds = 0, histories["id"].nunique(), ours
                if model == "eurostat":
                    pit, crps, seconds = [np.nan], [np.nan], np.nan
            low, high = scores.cluster_interval((p - y) ** 2, area)
            rows[model] = {
                "brier": scores.brier(p, y), "low": low, "high": high,
                "ece": scores.ece(p, y),
                "cover80": scores.coverage(pit, 0.8) if np.isfinite(pit).all() else np.nan,
                "crps": np.mean(crps), "failures": f"{failed:.0f}/{total:.0f}",
                "seconds per 1000 series": seconds,
            }  # fmt: skip
        print(f"{len(y)} targets of {area.nunique()} areas")
        print(pd.DataFrame(rows).T.to_string(float_format=lambda v: f"{v:.3f}"))


def path_numbers(path: Path) -> list[float]:
    """Failures, series and seconds of a rival."""
    return [float(word) for word in path.read_text().split()]


if __name__ == "__main__":
    if sys.argv[1] == "--rivals":
        rivals(Path(sys.argv[2]))
    else:
        main(sys.argv[1])
