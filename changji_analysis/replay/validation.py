"""The proof of the method: replays scored, as the tables of notebook 06.

Hyperparameters see no outcome that they are scored on; which model to use was decided on these
replays (docs/decisions.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd

from .. import replay
from ..calibration import BANDS, GROUPS
from ..trends import STATSMODELS
from ..trends.combination import MEMBERS
from . import BOXES, RULES, scores

ORIGINS = {
    "countries": range(2001, 2021),
    "provinces": range(2014, 2023),
    "certificates": range(2020, 2024),
    "stock": range(2021, 2024),
}
THIN_ORIGINS = {"countries": (2001, 2006, 2011, 2016), "provinces": (2014, 2017, 2020)}
"""For models that need a fit a series; what is learnt of one origin serves the later ones."""
THIN_LENGTHS = (4, 7, 10)
FITTED = tuple(model for model in STATSMODELS if model != "count_trend")
"""Fitted series by series; a trend of counts has no ten years of counts to be tried on."""
OWN = tuple(f"{model}_own" for model in FITTED)
COMBINED = ("combination", "weighted")
LEAST_TRAINING = 100
"""Known outcomes from which a spread or weights are learnt."""
NOMINAL = 0.8


def _kind(box: str) -> str:
    return "ratio" if BOXES[box][0] == "rd_intensity" else "count"


@cache
def replays() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Replay the default model, its generic prior and the official rules at every origin.

    Returns
    -------
    forecasts, chances : DataFrame
        As `changji_analysis.replay.rolling`, with the ``box``.
    """
    models = ("pooled", "generic", *RULES)
    found = {
        box: replay.rolling(box, origins, models=models, kind=_kind(box))
        for box, origins in ORIGINS.items()
    }
    forecasts, chances = zip(*found.values(), strict=True)
    return (
        pd.concat(dict(zip(found, forecasts, strict=True)), names=["box"]).reset_index("box"),
        pd.concat(dict(zip(found, chances, strict=True)), names=["box"]).reset_index("box"),
    )


@cache
def thin_replays() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Replay every model at few origins, on the cases that all of them can answer.

    Statsmodels' models appear twice, with their own interval (``…_own``) and recalibrated: the
    centre kept, the spread that of ``pooled`` times the factor under which 80 % of the outcomes
    known by then, of the other folds, would have been covered. ``weighted`` combines the centres
    with weights that minimise the squared error of the same outcomes. The first origins only
    train.
    """
    parts = [_thin(box, origins) for box, origins in THIN_ORIGINS.items()]
    forecasts, chances = zip(*parts, strict=True)
    return pd.concat(forecasts, ignore_index=True), pd.concat(chances, ignore_index=True)


def _thin(box: str, origins: Sequence[int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    raw = pd.concat([_everyone(box, origin) for origin in origins], ignore_index=True)
    learnt, forecasts, chances = _learn(raw), [], []
    for origin in origins[1:]:
        past, kind = replay.known(box, origin), _kind(box)
        cases = replay.cut(past, replay.outcomes(box), origin, kind=kind, lengths=THIN_LENGTHS)
        mine = learnt[learnt["origin"].eq(origin)].reset_index(drop=True)
        keep = mine["answered"].to_numpy()
        asked = replay.events(cases)
        x = cases.scale.forward(cases.table["outcome"].to_numpy(float))
        for model in ("pooled", "naive", "drift", *OWN, *FITTED, *COMBINED):
            found = pd.DataFrame({name: mine[f"{model}_{name}"] for name in ("loc", "scale", "df")})
            t = [found[name].to_numpy(float) for name in ("loc", "scale", "df")]
            forecasts.append(
                cases.table.assign(
                    box=box, model=model, pit=scores.t_pit(x, *t), crps=scores.t_crps(x, *t)
                )[keep]
            )
            asked[model] = replay.probability(asked, found, cases.scale)
        for rule in RULES:
            said = (
                replay.base_rate(past, asked) if rule == "base_rate" else replay.rule(rule, asked)
            )
            asked[rule] = said
        chances.append(asked[keep[asked["case"]]].assign(box=box))
    return pd.concat(forecasts), pd.concat(chances)


@cache
def _everyone(box: str, origin: int) -> pd.DataFrame:
    """Predictions of every single model for the cases of one origin, side by side."""
    past, kind = replay.known(box, origin), _kind(box)
    cases = replay.cut(past, replay.outcomes(box), origin, kind=kind, lengths=THIN_LENGTHS)
    table = cases.table.copy()
    table["x"] = cases.scale.forward(table["outcome"].to_numpy(float))
    found = {"pooled": replay.predict_pooled(cases, past)}
    found |= {m: replay.predict_each(cases, m) for m in ("naive", "drift", *FITTED)}
    for model, prediction in found.items():
        name = f"{model}_own" if model in FITTED else model
        table = table.join(prediction.add_prefix(f"{name}_"))
    table["answered"] = table[[f"{m}_loc" for m in OWN]].notna().all(axis=1)
    return table


def _learn(raw: pd.DataFrame) -> pd.DataFrame:
    """Add the recalibrated models and the combinations, each learnt from what was known."""
    names = [f"{m}_own" if m in FITTED else m for m in MEMBERS]
    centres = raw[[f"{name}_loc" for name in names]]
    raw["combination_loc"] = centres.mean(axis=1)
    answered = raw[raw["answered"]]
    trained = [
        (
            raw.index[raw["origin"].eq(origin) & raw["fold"].eq(fold)],
            answered.index[answered["year"].le(origin) & answered["fold"].ne(fold)],
        )
        for origin in raw["origin"].unique()
        for fold in raw["fold"].unique()
    ]
    trained = [pair for pair in trained if len(pair[1]) >= LEAST_TRAINING]
    raw["weighted_loc"] = raw["combination_loc"]
    for rows, known in trained:
        weights = _weights(raw.loc[known], names)
        raw.loc[rows, "weighted_loc"] = centres.loc[rows].to_numpy() @ weights
    for model in (*FITTED, *COMBINED):
        centre = f"{model}_own_loc" if model in FITTED else f"{model}_loc"
        raw[f"{model}_loc"], raw[f"{model}_df"] = raw[centre], raw["pooled_df"]
        raw[f"{model}_scale"] = raw["pooled_scale"]
        for rows, known in trained:
            raw.loc[rows, f"{model}_scale"] *= widening_factor(raw.loc[known], centre)
    return raw


def _weights(known: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    """Weights, none negative and summing to one, of the least squared error."""
    from scipy import optimize

    last = known["pooled_loc"].to_numpy()
    centres = known[[f"{name}_loc" for name in names]].to_numpy() - last[:, None]
    weights, _ = optimize.nnls(centres, known["x"].to_numpy() - last)
    weights[0] += max(1 - weights.sum(), 0)
    return weights / weights.sum()


def widening_factor(cases: pd.DataFrame, centre: str) -> float:
    """The factor on pooled's spread with which 80 % of the errors of a centre lie inside.

    Parameters
    ----------
    cases : DataFrame
        ``x``, ``pooled_scale``, ``pooled_df`` and the column `centre`.
    """
    from scipy import special

    bound = special.stdtrit(cases["pooled_df"], (1 + NOMINAL) / 2) * cases["pooled_scale"]
    return float(np.quantile(np.abs(cases["x"] - cases[centre]) / bound, NOMINAL))


def widening() -> pd.DataFrame:
    """How much wider than pooled's the spread of each model of statsmodels must be.

    Returns
    -------
    DataFrame
        By model: ``cases``, ``measured``, and ``used`` by `changji_analysis.forecasting`.
    """
    from ..trends.recalibrated import WIDEN

    raw = pd.concat(
        [_everyone(box, origin) for box, years in THIN_ORIGINS.items() for origin in years]
    )
    raw = raw[raw["answered"]]
    rows = {
        model: (len(raw), widening_factor(raw, f"{model}_own_loc"), WIDEN[model])
        for model in FITTED
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["cases", "measured", "used"])


def common_shock(forecasts: pd.DataFrame) -> float:
    """Correlation between areas of what the forecasts of one origin and horizon missed.

    The mean product of two areas' normal scores, over the mean square; none below zero.
    """
    from scipy import special

    z = pd.Series(
        special.ndtri(np.clip(forecasts["pit"].to_numpy(), 1e-6, 1 - 1e-6)), forecasts.index
    )
    keys = [forecasts[name] for name in ("origin", "n", "ahead")]
    total, count = z.groupby(keys).sum(), z.groupby(keys).size()
    square = (z**2).groupby(keys).sum()
    several = count > 1
    products = (total**2 - square)[several].sum()
    return max(float(products / ((count - 1) * square)[several].sum()), 0.0)


def ranking(
    chances: pd.DataFrame, models: Iterable[str], reference: str = "eurostat"
) -> pd.DataFrame:
    """Rank models by the Brier score on the cases that all of them answer.

    Returns
    -------
    DataFrame
        By model, best first: ``cases``, ``areas``, ``brier`` with the 95 % interval ``lower``,
        ``upper``, ``skill`` against `reference` with ``skill_lower``, ``skill_upper`` (whole
        areas drawn), ``log_score`` and ``ece``; ``attrs`` hold the reference.
    """
    models = list(models)
    table = chances.dropna(subset=models)
    y, area = table["happened"].to_numpy(), table["area"].to_numpy()
    rule = (table[reference].to_numpy(float) - y) ** 2
    rows = {}
    for model in models:
        p = table[model].to_numpy(float)
        error = (p - y) ** 2
        interval = scores.cluster_interval(error, area)
        ahead = scores.cluster_interval(error, area, reference=rule)
        rows[model] = (
            len(table), table["area"].nunique(), error.mean(), *interval,
            scores.skill(error.mean(), rule.mean()), *ahead,
            scores.log_score(p, y), scores.ece(p, y),
        )  # fmt: skip
    heads = "cases areas brier lower upper skill skill_lower skill_upper log_score ece".split()
    ranked = pd.DataFrame.from_dict(rows, orient="index", columns=heads).sort_values("brier")
    ranked.attrs = {"reference": reference}
    return ranked


def intervals(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Coverage of the 50, 80 and 95 % intervals and the CRPS, by model.

    Returns
    -------
    DataFrame
        ``cases``, ``cover50``, ``cover80``, ``cover95``, ``crps`` relative to no change.
    """
    rows = {}
    for model, part in forecasts.groupby("model", sort=False):
        pit = part["pit"].to_numpy()
        miss = np.abs(np.log(part["outcome"] / part["last"]).to_numpy())
        shares = [scores.coverage(pit, level) for level in (0.5, 0.8, 0.95)]
        finite = np.isfinite(miss) & np.isfinite(part["crps"].to_numpy())
        rows[model] = (len(part), *shares, part["crps"][finite].mean() / miss[finite].mean())
    heads = "cases cover50 cover80 cover95 crps".split()
    return pd.DataFrame.from_dict(rows, orient="index", columns=heads)


def coverage_by_length(forecasts: pd.DataFrame, *, draws: int = 300, seed: int = 0) -> pd.DataFrame:
    """Coverage of the 80 % intervals by number of observations, with what chance allows.

    Returns
    -------
    DataFrame
        By ``n``, as text, and for ``all`` together: ``cases``, ``coverage``, and the 95 % range
        ``lower``, ``upper`` that it would have if every interval were right, areas and years
        hanging together as they do (`changji_analysis.replay.scores.coverage_range`).
    """
    common = common_shock(forecasts)
    rows = {}
    for n, part in [*forecasts.groupby("n"), ("all", forecasts)]:
        low, high = scores.coverage_range(
            part["area"], part["last_year"], part["year"], NOMINAL,
            common=common, draws=draws, seed=seed,
        )  # fmt: skip
        rows[str(n)] = (len(part), scores.coverage(part["pit"], NOMINAL), low, high)
    table = pd.DataFrame.from_dict(
        rows, orient="index", columns=["cases", "coverage", "lower", "upper"]
    )
    return table.rename_axis("n")


LEVELS = (0.0, 0.25, 0.5, 1.0, 2.0, np.inf)
"""Edges of R&D intensity, in per cent, between which the coverage is told apart."""


def coverage_by_level() -> pd.DataFrame:
    """Coverage of the default model's 80 % intervals for R&D intensity, by the last figure.

    Returns
    -------
    DataFrame
        By the edges ``low``, ``high``: ``areas``, ``cases``, the ``coverage`` of all, of those
        from ``one`` figure, and the shares of outcomes ``above`` and ``below`` the interval.
    """
    forecasts, _ = replays()
    part = forecasts[
        forecasts["model"].eq("pooled") & forecasts["box"].isin(["countries", "provinces"])
    ]
    rows = []
    for low, high in pairwise(LEVELS):
        inside = part[part["last"].gt(low) & part["last"].le(high)]
        pit, one = inside["pit"], inside.loc[inside["n"].eq(1), "pit"]
        rows.append(
            (
                low, high, inside["area"].nunique(), len(inside), scores.coverage(pit, NOMINAL),
                scores.coverage(one, NOMINAL), (pit > 0.9).mean(), (pit < 0.1).mean(),
            )
        )  # fmt: skip
    heads = "low high areas cases coverage one above below".split()
    return pd.DataFrame(rows, columns=heads)


def calibration_tests(model: str = "pooled", *, draws: int = 200, seed: int = 0) -> pd.DataFrame:
    """Expected calibration error and the simulated test of perfect calibration, by box.

    Returns
    -------
    DataFrame
        ``cases``, ``areas``, ``ece``, ``common`` (`common_shock`), ``p_value``.
    """
    forecasts, chances = replays()
    rows = {}
    for box in ORIGINS:
        part = chances[chances["box"].eq(box)]
        shock = common_shock(forecasts[forecasts["box"].eq(box) & forecasts["model"].eq(model)])
        p_value = scores.calibration_p_value(
            part[model], part["happened"], part["area"], part["last_year"], part["year"],
            common=shock, draws=draws, seed=seed,
        )  # fmt: skip
        error = scores.ece(part[model], part["happened"])
        rows[box] = (len(part), part["area"].nunique(), error, shock, p_value)
    heads = "cases areas ece common p_value".split()
    return pd.DataFrame.from_dict(rows, orient="index", columns=heads)


def targets_ranking(
    group: str, models: Iterable[str] = ("pooled", "generic", *RULES)
) -> pd.DataFrame:
    """Brier scores on published targets, by lead.

    Parameters
    ----------
    group : {"lisbon", "europe2020", "china"}

    Returns
    -------
    DataFrame
        By ``lead`` and ``model``: ``targets``, ``met``, ``brier``, ``lower``, ``upper`` (whole
        areas drawn), on the targets that all models answer.
    """
    models, rows = list(models), []
    for lead, part in replay.targets(group, models=models).groupby("lead"):
        part = part.dropna(subset=models)
        if part.empty:
            continue
        y = part["happened"].to_numpy(float)
        for model in models:
            error = (part[model].to_numpy(float) - y) ** 2
            interval = scores.cluster_interval(error, part["area"])
            rows.append((lead, model, len(part), int(y.sum()), error.mean(), *interval))
    heads = ["lead", "model", "targets", "met", "brier", "lower", "upper"]
    return pd.DataFrame(rows, columns=heads).set_index(["lead", "model"])


def stories(group: str) -> pd.DataFrame:
    """What the rule said, what we would have said, what happened: one row a target.

    Returns
    -------
    DataFrame
        By ``id``: ``area``, ``indicator``, ``year``, ``base``, ``goal``, ``outcome``,
        ``happened``, what Eurostat's rule said at the longest lead (``rule``; NaN where it could
        say nothing), and our probability at each lead, ``p5``, ``p4`` … as far as replayed.
    """
    found = replay.targets(group, models=("pooled", "eurostat"))
    found = found.sort_values("lead", ascending=False)
    table = found.groupby("id", sort=False).first()
    table = table[["area", "indicator", "year", "base", "goal", "outcome", "happened"]]
    rule = found.groupby("id")["eurostat"].first()
    chance = found.pivot(index="id", columns="lead", values="pooled").sort_index(
        axis=1, ascending=False
    )
    return table.assign(rule=rule).join(chance.add_prefix("p"))


def failures(count: int = 12) -> pd.DataFrame:
    """The forecasts of the default model that went most wrong.

    One row an area and origin, the worst of its cases; ``broken`` tells whether a declared break
    of scope lies between the last figure and the outcome.

    Returns
    -------
    DataFrame
        ``box``, ``area``, ``last_year``, ``year``, ``n``, ``last``, ``outcome``, ``factor``,
        ``pit``, ``broken``.
    """
    forecasts, _ = replays()
    part = forecasts[forecasts["model"].eq("pooled") & forecasts["ahead"].le(5)]
    part = part.assign(factor=part["outcome"] / part["last"], tail=(part["pit"] - 0.5).abs())
    worst = part.sort_values("tail", ascending=False).drop_duplicates(["box", "area"])
    breaks = {box: replay.outcomes(box).attrs.get("breaks", {}) for box in ORIGINS}
    worst["broken"] = [
        any(row.last_year < year <= row.year for year in breaks[row.box].get(row.area, ()))
        for row in worst.itertuples()
    ]
    names = "box area last_year year n last outcome factor pit broken".split()
    return worst[names].head(count).reset_index(drop=True)


def calibration_table() -> pd.DataFrame:
    """The rows that `changji_analysis.calibration` prints beside verdicts.

    Returns
    -------
    DataFrame
        One row per prior, number of observations and band of probability, with the columns of
        `changji_analysis.calibration.Calibration`.
    """
    _, chances = replays()
    rows = []
    for prior, model in (("peers", "pooled"), ("generic", "generic")):
        for fewest, most in GROUPS:
            part = chances[chances["n"].between(fewest, most)].dropna(subset=[model])
            for low, high in pairwise(BANDS):
                inside = part[part[model].ge(low) & (part[model].lt(high) | (high == 1))]
                if inside.empty:
                    continue
                y = inside["happened"].to_numpy(float)
                interval = scores.cluster_interval(y, inside["area"])
                rows.append(
                    (
                        prior, fewest, most, low, high, len(inside), inside["area"].nunique(),
                        inside[model].mean(), y.mean(), *interval,
                    )
                )  # fmt: skip
    heads = "prior fewest most low high cases areas stated came_true lower upper".split()
    return pd.DataFrame(rows, columns=heads).round(4)
