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

from ..calibration import BANDS, LENGTHS
from ..forecasting import attainment
from ..scales import LOG
from ..trends import STATSMODELS
from ..trends.combination import MEMBERS
from ..trends.recalibrated import WIDEN
from . import cases, scores
from .cases import PANELS, RATES, RULES, Replay

if TYPE_CHECKING:
    from ..dataset import Dataset

RIVAL = "level_rate"
MODELS = ("pooled", *RATES, "generic", *RULES)
THIN_ORIGINS = {"countries": (2006, 2011, 2016), "provinces": (2017, 2020)}
"""For models that need a fit a series."""
THIN_LENGTHS = (4, 7, 10)
FITTED = tuple(model for model in STATSMODELS if model != "count_trend")
"""Fitted series by series; a trend of counts has no ten years of counts to be tried on."""
OWN = tuple(f"{model}_own" for model in FITTED)
NOMINAL = 0.8
LEVELS = (0.0, 0.25, 0.5, 1.0, 2.0, np.inf)
"""Edges of R&D intensity, in per cent, between which the coverage is told apart."""
DETECTABLE = 2.8
"""Standard errors of an effect that a two-sided test at 5 % finds in four cases of five."""


def thin(data: Dataset) -> Replay:
    """Replay every model at few origins, on the cases that all of them can answer.

    Statsmodels' models appear twice, with their own interval (``…_own``) and as `forecast` gives
    them: the centre kept, the spread that of ``pooled``, inflated.
    """
    asked = ("pooled", "naive", "drift", *FITTED, *RATES, *RULES)
    parts = [
        cases.rolling(data, panel, origins, models=asked, lengths=THIN_LENGTHS)
        for panel, origins in THIN_ORIGINS.items()
    ]
    whole = cases.joined(parts)
    laws, said = whole.laws, whole.said
    whole = whole.part(np.all([np.isfinite(laws[m][:, 0]) for m in FITTED], axis=0))
    laws, said = whole.laws, whole.said
    centres = {model: laws[model][:, 0] for model in FITTED}
    centres["combination"] = np.mean([laws[m][:, 0] for m in MEMBERS], axis=0)
    for model, centre in centres.items():
        if model in FITTED:
            laws[f"{model}_own"], said[f"{model}_own"] = laws[model], said[model]
        wide = WIDEN.get(model, 1.0) * laws["pooled"][:, 1]
        law = laws[model] = np.column_stack([centre, wide, laws["pooled"][:, 2]])
        said[model] = attainment(*law.T[:, :, None], LOG, whole.factors, "at_least", 0)
    return whole


def inflation(replay: Replay) -> pd.DataFrame:
    """How much wider than pooled's a model's spread must be for 80 % of the errors to lie inside.

    Returns
    -------
    DataFrame
        ``model``, ``cases``, ``measured``, and ``used`` by `changji_analysis.forecasting`.
    """
    from scipy import special

    _, spread, df = replay.laws["pooled"].T
    bound, rows = special.stdtrit(df, (1 + NOMINAL) / 2) * spread, []
    for model in FITTED:
        error = np.abs(replay.rise - replay.laws[model][:, 0]) / bound
        rows.append((model, len(error), np.quantile(error, NOMINAL), WIDEN[model]))
    return pd.DataFrame(rows, columns="model cases measured used".split())


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
    silent = [~np.isfinite(replay.said[m]).all(1) for m in [*models, rival]]
    part = replay.part(~np.any(silent, axis=0))
    y, keys, rows = part.happened, (part.table["area"], part.table["origin"]), []
    theirs = ((part.said[rival] - y) ** 2).mean(1)
    for model in models:
        p = part.said[model]
        ours = ((p - y) ** 2).mean(1)
        rows.append(
            (model, y.size, keys[0].nunique(), ours.mean(), *scores.cluster_interval(ours, *keys),
             1 - ours.mean() / theirs.mean(),
             *scores.cluster_interval(ours, *keys, reference=theirs),
             scores.log_score(p, y), scores.ece(p, y), model in RULES)
        )  # fmt: skip
    heads = "model cases areas brier lower upper skill skill_lower skill_upper log_score ece rule"
    table = pd.DataFrame(rows, columns=heads.split()).sort_values(["rule", "brier"])
    return table.drop(columns="rule").assign(rival=rival).reset_index(drop=True)


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
    rd = table["panel"].isin(["countries", "provinces"])
    low = rd & table["last"].le(table.loc[rd, "last"].quantile(0.1))
    one, ahead = table["n"].eq(1), table["ahead"]
    subsets = {
        "all": table["n"].gt(0),
        **{panel: table["panel"].eq(panel) for panel in PANELS},
        "one_figure": one,
        "five_years": ahead.ge(5),
        "hard": (rate >= 0.2) & (rate <= 0.8),
        "lowest_tenth": low,
        "as_the_city": low & one & ahead.ge(4),
    }
    p, y, rows = replay.said[model], replay.happened, []
    for name, inside in subsets.items():
        mask = np.asarray(inside).reshape(len(y), -1) & np.isfinite(p) & np.isfinite(rate)
        case = np.nonzero(mask)[0]
        if not len(case):
            continue
        ours, theirs = ((said[mask] - y[mask]) ** 2 for said in (p, rate))
        keys = [table[key].to_numpy()[case] for key in ("area", "origin")]
        low_end, high_end = scores.cluster_interval(ours, *keys, reference=theirs)
        rows.append(
            (name, len(case), len(set(keys[0])), len(set(keys[1])), ours.mean(), theirs.mean(),
             1 - ours.mean() / theirs.mean(), low_end, high_end,
             DETECTABLE * (high_end - low_end) / 3.92,
             "ahead" if low_end > 0 else "behind" if high_end < 0 else "nil")
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
        mask = np.isfinite(replay.said[model])
        p, y, case = replay.said[model][mask], replay.happened[mask], np.nonzero(mask)[0]
        at = scores.bin_of(p, edges)
        for low, *rest in scores.reliability(p, y, edges).itertuples(index=False):
            inside = edges[at] == low
            keys = (replay.table[k].to_numpy()[case[inside]] for k in ("area", "origin"))
            rows.append((model, low, *rest, *scores.cluster_interval(y[inside], *keys, draws=500)))
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
    rows = []
    for model in models:
        for panel in replay.table["panel"].unique():
            part = replay.part(replay.table["panel"].eq(panel))
            shock = common_shock(part.table, part.pit(model))
            some = part.part(part.table["n"].isin(LENGTHS))
            keys = (some.table[key] for key in ("area", "last_year", "year"))
            tested = scores.calibration_test(
                some.said[model], some.happened, *keys, common=shock, draws=draws
            )
            p, areas = part.said[model], part.table["area"].nunique()
            rows.append((model, panel, p.size, areas, scores.ece(p, part.happened), shock, *tested))
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


def coverage(replay: Replay) -> pd.DataFrame:
    """Coverage of the default model's 80 % intervals by panel, and by level of R&D intensity.

    Returns
    -------
    DataFrame
        ``panel`` (``rd_intensity`` for the levels) and the edges ``low``, ``high`` of the last
        figure: ``areas``, ``cases``, the ``coverage`` with its 95 % interval ``lower``, ``upper``
        (whole areas and years drawn), that of cases from ``one`` figure, and the shares of
        outcomes ``above`` and ``below`` the interval.
    """
    table = replay.table.assign(pit=replay.pit("pooled"))
    rd, rows = table[table["panel"].isin(["countries", "provinces"])], []
    groups = [(panel, -np.inf, np.inf, part) for panel, part in table.groupby("panel", sort=False)]
    groups += [("rd_intensity", *edges, rd) for edges in pairwise(LEVELS)]
    for name, low, high, part in groups:
        part = part[part["last"].gt(low) & part["last"].le(high)]
        if part.empty:
            continue
        inside = (part["pit"] - 0.5).abs().le(NOMINAL / 2)
        lower, upper = scores.cluster_interval(inside, part["area"], part["origin"])
        one, (above, below) = inside[part["n"].eq(1)], (part["pit"].gt(0.9), part["pit"].lt(0.1))
        shares = inside.mean(), lower, upper, one.mean(), above.mean(), below.mean()
        rows.append((name, low, high, part["area"].nunique(), len(part), *shares))
    heads = "panel low high areas cases coverage lower upper one above below".split()
    return pd.DataFrame(rows, columns=heads)


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
    table = table.sort_values("tail", ascending=False, kind="stable")
    worst = table.drop_duplicates(["panel", "area"]).head(count).reset_index(drop=True)
    spans = ["panel", "area", "last_year", "year"]
    worst["broken"] = [
        any(last < year <= until for year in breaks[panel].get(area, ()))
        for panel, area, last, until in worst[spans].itertuples(index=False)
    ]
    return worst["panel area last_year year n last outcome factor pit broken".split()]
