"""What the replays say of the method: each function makes one table of the proof.

Hyperparameters see no outcome that they are scored on; which model to use was decided on these
replays (docs/decisions.md). Skill is held against the fair rival, the peers' base rate among the
windows nearest in level.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..calibration import BANDS
from ..forecasting import attainment
from ..scales import LOG
from ..trends import STATSMODELS
from ..trends.combination import MEMBERS
from . import cases, scores
from .cases import PANELS, RATES, RULES, Replay

if TYPE_CHECKING:
    from ..dataset import Dataset

RIVAL = "level_rate"
MODELS = ("pooled", *RATES, "generic", *RULES)
THIN_ORIGINS = {"countries": (2001, 2006, 2011, 2016), "provinces": (2014, 2017, 2020)}
"""For models that need a fit a series; what is learnt of one origin serves the later ones."""
THIN_LENGTHS = (4, 7, 10)
FITTED = tuple(model for model in STATSMODELS if model != "count_trend")
"""Fitted series by series; a trend of counts has no ten years of counts to be tried on."""
OWN = tuple(f"{model}_own" for model in FITTED)
LEAST_TRAINING = 100
"""Known outcomes from which a spread is learnt."""
NOMINAL = 0.8
LEVELS = (0.0, 0.25, 0.5, 1.0, 2.0, np.inf)
"""Edges of R&D intensity, in per cent, between which the coverage is told apart."""
DETECTABLE = 2.8
"""Standard errors of an effect that a two-sided test at 5 % finds in four cases of five."""


def thin(data: Dataset) -> tuple[Replay, pd.DataFrame]:
    """Replay every model at few origins, on the cases that all of them can answer.

    Statsmodels' models appear twice, with their own interval (``…_own``) and recalibrated: the
    centre kept, the spread that of ``pooled`` times the factor under which 80 % of the outcomes
    known by then, of the other folds, would have been covered. The first origins only train.

    Returns
    -------
    Replay, DataFrame
        And how much wider than pooled's the spread of each model must be: ``model``, ``cases``,
        ``measured``, and ``used`` by `changji_analysis.forecasting`.
    """
    from ..trends.recalibrated import WIDEN

    asked = ("pooled", "naive", "drift", *FITTED, *RATES, *RULES)
    found, answered = [], []
    for panel, origins in THIN_ORIGINS.items():
        whole = cases.rolling(data, panel, origins, models=asked, lengths=THIN_LENGTHS)
        whole = whole.part(np.all([np.isfinite(whole.laws[m][:, 0]) for m in FITTED], axis=0))
        for model in FITTED:
            whole.laws[f"{model}_own"] = whole.laws[model]
            whole.said[f"{model}_own"] = whole.said[model]
        whole.laws["combination"] = np.mean([whole.laws[m] for m in MEMBERS], axis=0)
        for model in (*FITTED, "combination"):
            law = whole.laws[model] = _respread(whole, whole.laws[model][:, 0])
            loc, spread, df = law.T[:, :, None]
            whole.said[model] = attainment(loc, spread, df, LOG, whole.factors, "at_least", 0)
        answered.append(whole)
        found.append(whole.part(whole.table["origin"].ne(origins[0])))
    everything = cases.joined(answered)
    rows = [
        (model, len(everything.rise), inflation(everything, f"{model}_own"), WIDEN[model])
        for model in FITTED
    ]
    return cases.joined(found), pd.DataFrame(rows, columns="model cases measured used".split())


def _respread(whole: Replay, centre: np.ndarray) -> np.ndarray:
    """A centre with pooled's spread, widened as outcomes of the other folds known by then ask."""
    law, table = whole.laws["pooled"].copy(), whole.table
    law[:, 0] = centre
    ready = Replay(table, whole.rise, {"centre": law, "pooled": whole.laws["pooled"]}, {},
                   whole.happened, whole.factors)  # fmt: skip
    law = law.copy()
    for (origin, fold), at in table.groupby(["origin", "fold"]).indices.items():
        known = (table["year"].le(origin) & table["fold"].ne(fold)).to_numpy()
        if known.sum() >= LEAST_TRAINING:
            law[at, 1] *= inflation(ready.part(known), "centre")
    return law


def inflation(replay: Replay, model: str) -> float:
    """The factor on pooled's spread with which 80 % of a model's errors lie inside."""
    from scipy import special

    _, spread, df = replay.laws["pooled"].T
    bound = special.stdtrit(df, (1 + NOMINAL) / 2) * spread
    return float(np.quantile(np.abs(replay.rise - replay.laws[model][:, 0]) / bound, NOMINAL))


def ranking(replay: Replay, models: Iterable[str] = MODELS, rival: str = RIVAL) -> pd.DataFrame:
    """Brier scores of models on the cases that all of them answer, yes-or-no rules last.

    Returns
    -------
    DataFrame
        ``model``, ``cases`` (statements), ``areas``, ``brier`` with the 95 % interval ``lower``,
        ``upper``, ``skill`` against the rival with ``skill_lower``, ``skill_upper`` (whole areas
        and years drawn), ``log_score`` and ``ece``.
    """
    models = list(models)
    answered = replay.part(
        np.all([np.isfinite(replay.said[m]).all(1) for m in [*models, rival]], axis=0)
    )
    y, rows = answered.happened, []
    keys = answered.table["area"], answered.table["origin"]
    reference = ((answered.said[rival] - y) ** 2).mean(1)
    for model in models:
        p = answered.said[model]
        error = ((p - y) ** 2).mean(1)
        rows.append(
            (
                model, y.size, keys[0].nunique(), error.mean(),
                *scores.cluster_interval(error, *keys),
                scores.skill(error.mean(), reference.mean()),
                *scores.cluster_interval(error, *keys, reference=reference),
                scores.log_score(p, y), scores.ece(p, y),
            )
        )  # fmt: skip
    heads = (
        "model cases areas brier lower upper skill skill_lower skill_upper log_score ece".split()
    )
    table = pd.DataFrame(rows, columns=heads).assign(rival=rival)
    order = table["model"].isin(RULES).astype(int) + table["brier"] / (1 + table["brier"].max())
    return table.loc[order.sort_values().index].reset_index(drop=True)


def skills(replay: Replay, model: str = "pooled") -> pd.DataFrame:
    """Skill over the fair rival, overall and where the city stands.

    Returns
    -------
    DataFrame
        ``subset``, ``cases`` (statements), ``areas``, ``origins``, ``brier``, ``rival``,
        ``skill``, ``lower``, ``upper`` (whole areas and years drawn), ``detectable`` (the skill
        that would be found in four samples of five) and ``found``: ``ahead``, ``nil`` where the
        interval holds zero, or ``behind``.
    """
    table, rate = replay.table, replay.said[RIVAL]
    rd = table["panel"].map(lambda name: PANELS[name].indicator == "rd_intensity")
    low = rd & table["last"].le(table.loc[rd, "last"].quantile(0.1))
    one, five = table["n"].eq(1), table["ahead"].ge(5)
    everything = np.ones(replay.happened.shape, bool)
    subsets = {
        "all": everything,
        **{panel: everything & table[["panel"]].eq(panel).to_numpy() for panel in PANELS},
        "one_figure": everything & one.to_numpy()[:, None],
        "five_years": everything & five.to_numpy()[:, None],
        "hard": (rate >= 0.2) & (rate <= 0.8),
        "lowest_tenth": everything & low.to_numpy()[:, None],
        "as_the_city": everything & (low & one & table["ahead"].ge(4)).to_numpy()[:, None],
    }
    p, y, rows = replay.said[model], replay.happened, []
    for name, inside in subsets.items():
        case, factor = np.nonzero(inside & np.isfinite(p) & np.isfinite(rate))
        if not len(case):
            continue
        ours = (p[case, factor] - y[case, factor]) ** 2
        theirs = (rate[case, factor] - y[case, factor]) ** 2
        keys = table["area"].to_numpy()[case], table["origin"].to_numpy()[case]
        lower, upper = scores.cluster_interval(ours, *keys, reference=theirs)
        rows.append(
            (
                name, len(case), len(set(keys[0])), len(set(keys[1])), ours.mean(), theirs.mean(),
                scores.skill(ours.mean(), theirs.mean()), lower, upper,
                DETECTABLE * (upper - lower) / 3.92,
                "ahead" if lower > 0 else "behind" if upper < 0 else "nil",
            )
        )  # fmt: skip
    heads = "subset cases areas origins brier rival skill lower upper detectable found".split()
    return pd.DataFrame(rows, columns=heads)


def reliability(replay: Replay, models: Iterable[str] = ("pooled",)) -> pd.DataFrame:
    """How often what was said came true, by bands of probability.

    Returns
    -------
    DataFrame
        ``model``, ``low``, ``high``, ``n``, ``stated``, ``came_true`` and its 95 % interval
        ``lower``, ``upper``; a rule has the bands of its no and its yes.
    """
    rows, edges = [], np.array(BANDS)
    for model in models:
        case, factor = np.nonzero(np.isfinite(replay.said[model]))
        p, y = replay.said[model][case, factor], replay.happened[case, factor]
        at = scores.bin_of(p, edges)
        for row in scores.reliability(p, y, edges).itertuples(index=False):
            inside = edges[at] == row.low
            keys = (replay.table[k].to_numpy()[case[inside]] for k in ("area", "origin"))
            rows.append((model, *row, *scores.cluster_interval(y[inside], *keys, draws=500)))
    return pd.DataFrame(rows, columns="model low high n stated came_true lower upper".split())


def common_shock(table: pd.DataFrame, pit: np.ndarray) -> float:
    """Correlation between areas of what the forecasts of one origin and horizon missed.

    The mean product of two areas' normal scores, over the mean square; none below zero.
    """
    from scipy import special

    z = pd.Series(special.ndtri(np.clip(pit, 1e-6, 1 - 1e-6)), table.index)
    keys = [table[name] for name in ("origin", "n", "ahead")]
    total, count = z.groupby(keys).sum(), z.groupby(keys).size()
    square = (z**2).groupby(keys).sum()
    several = count > 1
    if not several.any():
        return 0.0
    products = (total**2 - square)[several].sum()
    return max(float(products / ((count - 1) * square)[several].sum()), 0.0)


def calibration_tests(
    replay: Replay, models: Sequence[str] = ("pooled", "generic"), *, draws: int = 200
) -> pd.DataFrame:
    """Expected calibration error and the simulated test of perfect calibration, by panel.

    Returns
    -------
    DataFrame
        ``model``, ``panel``, ``cases`` (statements), ``areas``, ``ece``, ``common``
        (`common_shock`), ``p_value``, and ``power``: how surely the test would have found every
        centre off by a quarter of its spread.
    """
    rows, panels = [], replay.table["panel"].unique()
    for model in models:
        for panel in panels:
            part = replay.part(replay.table["panel"].eq(panel))
            thinned = part.part(part.table["n"].isin([1, 3, 8]))
            p, table = part.said[model], thinned.table
            shock = common_shock(part.table, part.pit(model))
            tested = scores.calibration_test(
                thinned.said[model], thinned.happened, table["area"], table["last_year"],
                table["year"], common=shock, draws=draws,
            )  # fmt: skip
            error = scores.ece(p, part.happened)
            rows.append((model, panel, p.size, table["area"].nunique(), error, shock, *tested))
    heads = "model panel cases areas ece common p_value power".split()
    return pd.DataFrame(rows, columns=heads)


def intervals(replay: Replay, models: Iterable[str]) -> pd.DataFrame:
    """Coverage of the 50, 80 and 95 % intervals and the CRPS, by model.

    Returns
    -------
    DataFrame
        ``model``, ``cases``, ``cover50``, ``cover80``, ``cover95``, ``crps`` relative to no
        change.
    """
    rows, away = [], np.abs(replay.rise)
    for model in models:
        pit, crps = replay.pit(model), replay.crps(model)
        shares = [scores.coverage(pit, level) for level in (0.5, 0.8, 0.95)]
        finite = np.isfinite(crps)
        rows.append((model, len(pit), *shares, crps[finite].mean() / away[finite].mean()))
    return pd.DataFrame(rows, columns="model cases cover50 cover80 cover95 crps".split())


def coverage_by_length(replay: Replay, *, draws: int = 300, seed: int = 0) -> pd.DataFrame:
    """Coverage of the default model's 80 % intervals by number of observations.

    Returns
    -------
    DataFrame
        By ``panel`` and ``n``, as text, and for ``all`` lengths together: ``cases``,
        ``coverage``, and the 95 % range ``lower``, ``upper`` that it would have if every interval
        were right, areas and years hanging together as they do
        (`changji_analysis.replay.scores.coverage_range`).
    """
    rows, pit = [], pd.Series(replay.pit("pooled"))
    for panel, table in replay.table.groupby("panel", sort=False):
        common = common_shock(table, pit[table.index].to_numpy())
        for n, part in [*table.groupby("n"), ("all", table)]:
            low, high = scores.coverage_range(
                part["area"], part["last_year"], part["year"], NOMINAL,
                common=common, draws=draws, seed=seed,
            )  # fmt: skip
            share = scores.coverage(pit[part.index], NOMINAL)
            rows.append((panel, str(n), len(part), share, low, high))
    return pd.DataFrame(rows, columns="panel n cases coverage lower upper".split())


def coverage_by_level(replay: Replay) -> pd.DataFrame:
    """Coverage of the default model's 80 % intervals for R&D intensity, by the last figure.

    Returns
    -------
    DataFrame
        By the edges ``low``, ``high``: ``areas``, ``cases``, the ``coverage`` of all, of those
        from ``one`` figure, and the shares of outcomes ``above`` and ``below`` the interval.
    """
    table = replay.table.assign(pit=replay.pit("pooled"))
    table = table[table["panel"].isin(["countries", "provinces"])]
    rows = []
    for low, high in pairwise(LEVELS):
        inside = table[table["last"].gt(low) & table["last"].le(high)]
        pit, one = inside["pit"], inside.loc[inside["n"].eq(1), "pit"]
        rows.append(
            (
                low, high, inside["area"].nunique(), len(inside), scores.coverage(pit, NOMINAL),
                scores.coverage(one, NOMINAL), (pit > 0.9).mean(), (pit < 0.1).mean(),
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns="low high areas cases coverage one above below".split())


def failures(replay: Replay, breaks: Mapping[str, Mapping], count: int = 12) -> pd.DataFrame:
    """The forecasts of the default model that went most wrong, one row an area.

    Parameters
    ----------
    breaks : mapping
        Panel to the years of declared breaks of scope by area.

    Returns
    -------
    DataFrame
        ``panel``, ``area``, ``last_year``, ``year``, ``n``, ``last``, ``outcome``, ``factor``,
        ``pit``, and ``broken``: whether a declared break lies between last figure and outcome.
    """
    table, pit = replay.table, replay.pit("pooled")
    table = table.assign(pit=pit, factor=table["outcome"] / table["last"], tail=abs(pit - 0.5))
    table = table[table["ahead"].le(5)].sort_values("tail", ascending=False, kind="stable")
    worst = table.drop_duplicates(["panel", "area"]).head(count).reset_index(drop=True)
    worst["broken"] = [
        any(row.last_year < year <= row.year for year in breaks[row.panel].get(row.area, ()))
        for row in worst.itertuples()
    ]
    return worst["panel area last_year year n last outcome factor pit broken".split()]
