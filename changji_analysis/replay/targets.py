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
    table, plans = data.precedents, EUROPE.get(group, tuple(EUROPE.values()))
    scored = (
        table["scored"].eq("yes") & table["target"].notna() & table["outcome"].notna()
        & table["status"].isin(["attained", "missed"])
        & table["outcome_year"].eq(table["target_year"])
        & table["indicator"].isin(data.indicators["id"])
    )  # fmt: skip
    table = table[scored & table["plan"].str.startswith(plans).eq(group in EUROPE)]
    level, parts = "countries" if group in EUROPE else "provinces", []
    for (indicator, year), rows in table.groupby(["indicator", "target_year"]):
        begins = set() if group in EUROPE else set(int(year) - rows["base_year"].dropna())
        for lead in sorted({*leads, *map(int, begins)}, reverse=True):
            origin = int(year) - lead
            part = _replayed(data, rows, indicator, int(year), origin, level, tuple(models))
            parts.append(part.assign(lead=lead, indicator=indicator))
    found = pd.concat(parts, ignore_index=True)
    return found.sort_values(["year", "lead", "area"], ascending=[True, False, True])


def _replayed(data, rows, indicator, year, origin, level, models) -> pd.DataFrame:
    """The targets of one indicator and year as seen from one origin."""
    panels = [n for n, p in cases.PANELS.items() if (p.indicator, p.level) == (indicator, level)]
    past = cases.known(data, panels[0], origin) if panels else None
    folds = cases.folds_of(cases.outcomes(data, panels[0]).columns if panels else ())
    scale, found, steps, gaps = scale_for(data.indicator(indicator)["kind"], np.ones(1)), [], [], []
    for row in rows[rows["base_year"].le(origin) | rows["base_year"].isna()].itertuples():
        if past is not None and row.area in past.columns:
            series = past[row.area].dropna()
        else:
            series = cases.then(data, origin).history(row.area, indicator)
            series = series[series.index <= origin]
        if series.empty and np.isfinite(row.base_value):
            series = pd.Series([row.base_value], index=[int(row.base_year)])
        if series.empty or series.index[-1] < min(row.base_year, origin - cases.STALE):
            continue
        series, last_year = series.iloc[-pooled.WINDOW :], int(series.index[-1])
        known = np.isfinite(row.base_value)
        found.append(
            {"id": row.id, "area": row.area, "origin": origin,
             "fold": folds.get(row.area, cases.FOLDS), "n": len(series), "last_year": last_year,
             "year": year, "ahead": year - last_year, "base_year": int(row.base_year),
             "base": row.base_value if known else series.get(int(row.base_year), np.nan),
             "last": series.iloc[-1], "outcome": row.outcome, "goal": row.target,
             "happened": int(row.outcome >= row.target)}
        )  # fmt: skip
        pad = (pooled.WINDOW - len(series), 0)
        steps.append(np.pad(np.diff(scale.forward(series.to_numpy(float))), pad))
        gaps.append(np.pad(np.diff(series.index), pad))
    if not found:
        return pd.DataFrame()
    table = pd.DataFrame(found)
    asked = cases.Cases(table, np.array(steps), np.array(gaps), scale, folds)
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
