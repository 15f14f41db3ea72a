"""Published targets whose outcome is known, replayed from years before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..errors import UsageError
from ..scales import scale_for
from ..trends import pooled
from . import cases, scores

if TYPE_CHECKING:
    from ..dataset import Dataset

LEADS = (5, 4, 3, 2)
EUROPE = {"lisbon": "Lisbon strategy", "europe2020": "Europe 2020 strategy"}
GROUPS = (*EUROPE, "china")
MODELS = ("pooled", *cases.RATES, "generic", *cases.RULES)


def targets(
    data: Dataset, group: str, leads: Iterable[int] = LEADS, models: Iterable[str] = MODELS
) -> pd.DataFrame:
    """Replay published targets whose outcome is known.

    Parameters
    ----------
    group : {"lisbon", "europe2020", "china"}
        National targets of R&D intensity for 2010 (set in 2006) and 2020 (set in 2010), and the
        Chinese national and provincial precedents.
    leads : iterable of int
        Years from the origin to the target year. A lead that would start before the target's
        base year is skipped; Chinese targets are asked from their base year too.

    Returns
    -------
    DataFrame
        One row per target and lead: ``id``, ``lead``, the columns of `cases.Cases`,
        ``indicator``, ``goal``, ``happened`` and one column of probabilities per model. A target
        without any figure at the origin is left out.
    """
    if group not in GROUPS:
        raise UsageError(f"no group {group!r}: there are {', '.join(GROUPS)}")
    table = data.precedents
    table = table[
        table["scored"].eq("yes") & table["target"].notna() & table["outcome"].notna()
        & table["status"].isin(["attained", "missed"])
        & table["outcome_year"].eq(table["target_year"])
        & table["indicator"].isin(data.indicators["id"])
    ]  # fmt: skip
    wanted = EUROPE.get(group)
    europe = table["plan"].str.startswith(wanted or tuple(EUROPE.values()))
    table = table[europe if wanted else ~europe]
    level = "countries" if wanted else "provinces"
    leads, models, parts = tuple(leads), tuple(models), []
    for (indicator, year), rows in table.groupby(["indicator", "target_year"]):
        year = int(year)
        begins = set() if wanted else {year - int(b) for b in rows["base_year"].dropna()}
        for lead in sorted({*leads, *begins}, reverse=True):
            part = _replayed(data, rows, indicator, year, year - lead, level, models)
            parts.append(part.assign(lead=lead, indicator=indicator))
    found = pd.concat(parts, ignore_index=True)
    return found.sort_values(["year", "lead", "area"], ascending=[True, False, True])


def _replayed(data, rows, indicator, year, origin, level, models) -> pd.DataFrame:
    panels = [n for n, p in cases.PANELS.items() if (p.indicator, p.level) == (indicator, level)]
    past = cases.known(data, panels[0], origin) if panels else None
    found, kept, steps, gaps = [], [], [], []
    scale = scale_for(data.indicator(indicator)["kind"], np.ones(1))
    for row in rows.itertuples():
        if row.base_year > origin:
            continue
        if past is not None and row.area in past.columns:
            series = past[row.area].dropna()
        else:
            series = cases.then(data, origin).history(row.area, indicator)
            series = cases.only_past(series[series.index <= origin], origin)
        if series.empty and np.isfinite(row.base_value):
            series = pd.Series([row.base_value], index=[int(row.base_year)])
        if series.empty or series.index[-1] < min(row.base_year, origin - cases.STALE):
            continue
        series = series.iloc[-pooled.WINDOW :]
        last_year, base = int(series.index[-1]), row.base_value
        if not np.isfinite(base):
            base = series.get(int(row.base_year), np.nan)
        found.append(
            {"area": row.area, "origin": origin, "n": len(series), "last_year": last_year,
             "year": year, "ahead": year - last_year, "base_year": int(row.base_year),
             "base": base, "last": series.iloc[-1], "outcome": row.outcome}
        )  # fmt: skip
        kept.append({"id": row.id, "goal": row.target, "happened": int(row.outcome >= row.target)})
        empty = np.zeros(pooled.WINDOW - len(series))
        steps.append(np.r_[empty, np.diff(scale.forward(series.to_numpy(float)))])
        gaps.append(np.r_[empty, np.diff(series.index)])
    if not found:
        return pd.DataFrame()
    everyone = () if past is None else cases.outcomes(data, panels[0]).columns
    folds = cases.folds_of(everyone)
    table = pd.DataFrame(found)
    table.insert(2, "fold", folds.reindex(table["area"]).fillna(cases.FOLDS).astype(int).to_numpy())
    asked = cases.Cases(table, np.array(steps), np.array(gaps), scale, folds)
    table = pd.concat([table, pd.DataFrame(kept)], axis=1)
    _, said = cases.ask(asked, past, table[["goal"]].to_numpy(float), models)
    return table.assign(**{model: p[:, 0] for model, p in said.items()})


def ranking(found: pd.DataFrame, models: Iterable[str] = MODELS) -> pd.DataFrame:
    """Brier scores on published targets, by lead.

    Returns
    -------
    DataFrame
        ``lead``, ``model``, ``targets``, ``met``, ``brier``, ``lower``, ``upper`` (whole areas
        drawn; the years are too few to draw), on the targets that all models answer.
    """
    models, rows = list(models), []
    for lead, part in found.groupby("lead"):
        part = part.dropna(subset=models)
        y = part["happened"].to_numpy(float)
        for model in models if len(part) else ():
            error = (part[model].to_numpy(float) - y) ** 2
            interval = scores.cluster_interval(error, part["area"])
            rows.append((lead, model, len(part), int(y.sum()), error.mean(), *interval))
    heads = ["lead", "model", "targets", "met", "brier", "lower", "upper"]
    return pd.DataFrame(rows, columns=heads)


def stories(found: pd.DataFrame) -> pd.DataFrame:
    """What the rule said, what we would have said, what happened: one row a target.

    Returns
    -------
    DataFrame
        ``id``, ``area``, ``indicator``, ``year``, ``base``, ``goal``, ``outcome``, ``happened``,
        what Eurostat's rule said at the longest lead (``rule``; NaN where it could say nothing),
        and our probability at each lead, ``p5``, ``p4`` … as far as replayed.
    """
    found = found.sort_values("lead", ascending=False)
    table = found.groupby("id", sort=False).first()
    table = table[["area", "indicator", "year", "base", "goal", "outcome", "happened"]]
    chance = found.pivot(index="id", columns="lead", values="pooled").sort_index(
        axis=1, ascending=False
    )
    rule = found.groupby("id")["eurostat"].first()
    return table.assign(rule=rule).join(chance.add_prefix("p")).reset_index()
