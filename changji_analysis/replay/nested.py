"""Replays of children within parents: the same cases forecast with and without the parent.

An origin is a date of knowledge. The parent is known up to it, the child and the other children
some years less, and no total of the year of the outcome is seen, for it contains the outcome.
Peers come in the sizes that callers have: other children, other parents (the city's case: peers
are provinces), or none.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..forecasting import scaled_peers
from ..scales import scale_for
from ..trends import parent as nested
from ..trends import pooled
from . import scores

FOLDS = 5
"""Areas are predicted from the priors of the other folds; a parent is never among its peers."""
LENGTHS = (1, 2, 3, 5)
KNOWN = (1, 2, 3, 4, 5)
BEYOND = (1, 2, 3, 5)
"""Figures of the child, years that the parent is known longer, years from there to the outcome."""
FARTHEST = 6
"""Most years from the child's last figure to the outcome."""
PEERS = ("children", "parents", "none")
FEW_ORIGINS = 8
"""With fewer origins years are printed singly and no interval is drawn."""


class Family(NamedTuple):
    """Children with their parents (totals that include them, or ratios of totals).

    ``child`` and ``parent`` are year x area in printed units; ``of`` is the parent of each child.
    """

    kind: str
    child: pd.DataFrame
    parent: pd.DataFrame
    of: pd.Series


def family(kind: str, top: pd.DataFrame, of: pd.Series, bottom: pd.DataFrame | None = None):
    """A family whose parents are sums over their children, or with `bottom` sums over sums, in %.

    Only children without a gap count, and only parents of two or more.
    """
    tables = [top] if bottom is None else [top, bottom]
    whole = [a for a in of.index if all(a in t and t[a].notna().all() for t in tables)]
    of = of.loc[whole]
    of = of[of.map(of.value_counts()) > 1]
    child, total = (
        [t[of.index] for t in tables],
        [t[of.index].T.groupby(of).sum().T for t in tables],
    )
    if bottom is None:
        return Family(kind, child[0], total[0], of)
    return Family(kind, 100 * child[0] / child[1], 100 * total[0] / total[1], of)


def families(folder: Path) -> dict[str, Family]:
    """The nested tables that a data folder ships, by name; none where it ships none."""
    found: dict[str, Family] = {}
    for path in sorted((folder / "reference" / "nested").glob("*.csv")):
        rows = pd.read_csv(path, dtype={"area": str, "parent": str}, keep_default_na=False)
        of = rows.drop_duplicates("area").set_index("area")["parent"]
        wide = {c: rows.pivot(index="year", columns="area", values=c) for c in rows.columns[3:]}
        gdp = wide["gdp"]
        if len(wide) == 1:
            found[path.stem] = family("level", gdp, of)
            continue
        spent = wide["rd"] if "rd" in wide else wide["rd_intensity"] * gdp / 100
        found[path.stem] = family("level", spent, of)
        found[f"{path.stem}_intensity"] = family("ratio", spent, of, gdp)
    return found


COLUMNS = "family kind area parent peers origin n known ahead outcome".split()


class Cases(NamedTuple):
    """Replayed forecasts; everything runs along the rows of the table, which has `COLUMNS`.

    ``known`` are the years that the parent is known longer, ``ahead`` those from the child's last
    figure to the outcome, ``outcome`` is its growth on the scale. `alone` (N, 3) has location,
    scale and degrees of freedom without the parent, `grown` what the parent grew.
    """

    table: pd.DataFrame
    alone: np.ndarray
    parts: nested.Parts
    grown: np.ndarray


def replay(
    families: dict[str, Family], *, most: int | None = None, origins: int | None = None
) -> Cases:
    """Replay families as known at each origin.

    `most` children of one origin and fold are drawn by lot, and `origins` spread evenly.
    """
    columns: dict[str, list] = {}
    for name, one in families.items():
        for block in _blocks(one, most, origins):
            seen = np.isfinite(block["outcome"])
            for key, values in (block | {"family": name, "kind": one.kind}).items():
                full = np.broadcast_to(values, seen.shape)
                columns.setdefault(key, []).append(full[seen])
    found = {key: np.concatenate(values) for key, values in columns.items()}
    return Cases(
        pd.DataFrame({key: found[key] for key in COLUMNS}),
        np.stack([found[key] for key in ("loc", "scale", "t_df")], axis=1),
        nested.Parts(*(found[key] for key in nested.Parts._fields)),
        found["grown"],
    )


def _blocks(one: Family, most: int | None, origins: int | None):
    """Arrays by name of the cases that share origin, prior and length: outcomes x children."""
    scale = scale_for(one.kind, np.ones(1))
    child, parent = (scaled_peers(t, scale, None)[0] for t in (one.child, one.parent))
    parent = parent.reindex(child.index)
    years, rng = child.index.to_numpy(int), np.random.default_rng(0)
    c, p = child.to_numpy(), parent.to_numpy()
    up = parent.columns.get_indexer(one.of.loc[child.columns])
    dates = np.arange(2, len(years) - 1)
    if origins is not None and len(dates) > origins:
        dates = dates[np.linspace(0, len(dates) - 1, origins).astype(int)]
    for last in dates:
        ends = np.flatnonzero(np.isin(years - years[last], BEYOND))
        for first in np.flatnonzero(np.isin(years[last] - years, KNOWN)):
            to = ends[years[ends] - years[first] <= FARTHEST]
            fits = np.isfinite(c[first]) & np.all(np.isfinite(p[[first, last]]), axis=0)[up]
            for peers, prior, rows in _priors(child, parent, up, first, last):
                rows = rows[fits[rows]]
                if most is not None and len(rows) > most:
                    rows = rng.choice(rows, most, replace=False)
                for n in LENGTHS if first and len(to) else ():
                    found = _predicted(one.kind, c[:, rows], p[:, up[rows]], years, first, last,
                                       to, n, prior)  # fmt: skip
                    if found is not None:
                        kept = found.pop("kept")
                        yield found | {
                            "area": child.columns.to_numpy(object)[rows[kept]],
                            "parent": parent.columns.to_numpy(object)[up[rows[kept]]],
                            "peers": peers, "origin": years[last], "n": n,
                        }  # fmt: skip


def _priors(child, parent, up, first: int, last: int):
    """Size of the peers, prior and the children it serves: other folds, as known at the origin."""
    everyone = np.arange(len(up))
    yield "none", pooled.GENERIC, everyone
    sized = {
        "children": (child.iloc[: first + 1], everyone % FOLDS, everyone),
        "parents": (parent.iloc[: last + 1], np.arange(parent.shape[1]) % FOLDS, up),
    }
    for peers, (table, fold, place) in sized.items():
        grew = np.isfinite(table.to_numpy()).sum(0) >= 2
        for k in np.unique(fold) if table.shape[1] > pooled.LEAST_PEERS else ():
            others = table.loc[:, grew & (fold != k)]
            if others.shape[1] >= pooled.LEAST_PEERS:
                yield peers, pooled.fit_prior(others), everyone[fold[place] == k]


def _predicted(kind, c, p, years, first, last, ends, n, prior) -> dict | None:
    """Forecasts from n figures; the arrays given are years x children."""
    at = _window(c, first, n)
    kept = (at >= 0).all(0)
    if not kept.any():
        return None
    c, p, at = c[:, kept], p[:, kept], at[:, kept]
    own, above = (np.take_along_axis(t, at, 0) for t in (c, p))
    when, x, base = years[at].astype(float), c[first], p[first]
    until = _window(p, last, pooled.WINDOW)
    step = np.where(until[:-1] >= 0, np.diff(np.take_along_axis(p, until, 0), axis=0), 0)
    gap = np.where(until[:-1] >= 0, np.diff(years[until], axis=0), 0)
    both = np.isfinite(np.diff(above, axis=0))
    known = nested.Known(
        np.full(len(x), float(years[last] - years[first])), step.T, gap.T, base,
        np.where(both, np.diff(own - above, axis=0), 0).T,
        np.where(both, np.diff(when, axis=0), 0).T,
        np.exp(np.minimum(x - base, 0)) * (kind in ("count", "level")),
        np.exp(-x) * (kind == "count"),
    )  # fmt: skip
    alone = pooled.posterior(prior, np.diff(own, axis=0).T, np.diff(when, axis=0).T, x)
    h = (years[ends] - years[first]).astype(float)[:, None]
    loc, scale, df = alone.at(h)
    return nested.parts(alone, x, known)._asdict() | {
        "loc": loc, "scale": scale, "t_df": df, "grown": p[last] - base, "ahead": h,
        "known": known.years, "outcome": c[ends] - x, "kept": kept,
    }  # fmt: skip


def _window(values, end: int, n: int) -> np.ndarray:
    """Rows of the last n figures of each column up to row `end`, oldest first; -1 pads."""
    seen = np.isfinite(values[: end + 1])
    row = np.where(seen, np.arange(end + 1)[:, None], -1)
    row = np.sort(row, axis=0)[-n:]
    return np.pad(row, ((n - len(row), 0), (0, 0)), constant_values=-1)


def predict(cases: Cases, learnt: nested.Constants = nested.LEARNT, through=None) -> np.ndarray:
    """Location, scale and degrees of freedom (N, 3) with the parent."""
    b = cases.table["kind"].map(through or nested.PASS_THROUGH).to_numpy(float)
    ahead, alone = cases.table["ahead"].to_numpy(float), cases.alone[:, 1]
    loc, squared, df, _ = nested.grow(cases.parts, ahead, cases.grown, b, alone, learnt=learnt)
    return np.stack([loc, np.sqrt(squared), df], axis=1)


def judged(cases: Cases, found: np.ndarray) -> pd.DataFrame:
    """The table of the cases with the CRPS and the place of each outcome, with and without."""
    table, y = cases.table.copy(), cases.table["outcome"].to_numpy()
    for name, t in (("with", found.T), ("without", cases.alone.T)):
        table[f"crps_{name}"], table[f"pit_{name}"] = scores.t_crps(y, *t), scores.t_pit(y, *t)
    return table


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Scores by family and size of peers, from the table of `judged`.

    ``gain`` is the share of the CRPS saved, ``covered`` that of outcomes in the 80 % interval, and
    ``periods`` counts origins without overlap. Intervals draw areas and years; below `FEW_ORIGINS`
    there is none, and ``yearly`` has each origin's gain.
    """
    rows = []
    for (name, peers), part in table.groupby(["family", "peers"], sort=False):  # ty: ignore[not-iterable]
        origins = sorted(part["origin"].unique())
        crps = {w: part[f"crps_{w}"].to_numpy() for w in ("with", "without")}
        inside = {w: np.abs(part[f"pit_{w}"].to_numpy() - 0.5) <= 0.4 for w in crps}
        gain = covered = (np.nan, np.nan)
        yearly = ""
        if len(origins) >= FEW_ORIGINS:
            by = part["area"], part["origin"]
            gain = scores.cluster_interval(crps["with"], *by, reference=crps["without"])
            covered = scores.cluster_interval(inside["with"].astype(float), *by)
        else:
            means = part.groupby("origin")[["crps_with", "crps_without"]].mean()
            saved = 1 - means["crps_with"] / means["crps_without"]
            yearly = "; ".join(f"{year}: {value:+.2f}" for year, value in saved.items())
        span = part["ahead"].max()
        rows.append(
            {"family": name, "peers": peers, "cases": len(part),
             "areas": part["area"].nunique(), "origins": " ".join(map(str, origins)),
             "periods": int((origins[-1] - origins[0]) // span) + 1,
             "crps_with": crps["with"].mean(), "crps_without": crps["without"].mean(),
             "gain": 1 - crps["with"].mean() / crps["without"].mean(),
             "low": gain[0], "high": gain[1], "covered": inside["with"].mean(),
             "covered_low": covered[0], "covered_high": covered[1],
             "covered_without": inside["without"].mean(), "yearly": yearly}
        )  # fmt: skip
    return pd.DataFrame(rows)
