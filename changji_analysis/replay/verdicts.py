"""Do printed verdicts survive? Ranges, words and flips over replayed targets.

A target is set at a base year, some years ahead (`SET`), and judged anew every year, one more
figure being known each time: the place of a city that has only its baseline. Ranges run over the
list that is printed: reference classes (everybody; areas of the same level; a narrow class, that
of the configuration for its own areas and as many areas nearest in level for others) and the
peers left out one by one. Leaving one of P peers out moves their mean drift by (m - g) / (P - 1),
g being its own mean growth: to first order that is the whole of its influence, and no fit is done
again for it. Children of nested families keep their one figure while their parent becomes known
for longer; there the ends of the pass-through and the other size of peers are tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..config import Verdict
from ..ranges import ENDS
from ..trends.parent import LEARNT, PASS_THROUGH
from ..trends.pooled import Prior
from . import cases, nested, scores
from .cases import Cases

if TYPE_CHECKING:
    from ..dataset import Dataset

SET = {"countries": (5, (2006, 2013)), "provinces": (5, (2014, 2018)),
       "certificates": (3, (2020,)), "stock": (3, (2021,))}  # fmt: skip
"""Years that the replayed targets look ahead, and their base years, by panel."""
WORDS = ("out_of_reach", "unlikely", "at_risk", "likely")
"""Verdicts that a probability alone decides, rising; their edges are the package's own."""
EDGES = np.array([0.0, *(getattr(Verdict(), word) for word in WORDS[1:]), 1.0])
FACTORS = cases.FACTORS[:6]
NARROW = 6
"""Areas of a narrow class where the configuration names none."""
RULES = ("centre", "range", "always_two")
"""One word of the central probability; the words that its range touches; always two words."""


def statements(data: Dataset) -> pd.DataFrame:
    """Every judgement of every replayed target, with its range.

    Returns
    -------
    DataFrame
        ``panel``, ``area``, ``base_year``, ``year`` of the target, ``factor``, ``lead``,
        ``happened``, the probability ``p`` and its ends ``lower``, ``upper``.
    """
    named = [one.areas for one in data.config.reference_classes if one.areas]
    parts = []
    for panel, (span, base_years) in SET.items():
        one, today = cases.PANELS[panel], cases.outcomes(data, panel)
        for base_year in base_years:
            for year in range(base_year, base_year + span):
                past = cases.known(data, panel, year)
                every = [cases.known(data, name, year) for name, p in cases.PANELS.items()
                         if p.indicator == one.indicator]  # fmt: skip
                length, ahead = year - base_year + 1, base_year + span - year
                found, each = (
                    cases.cut(past, today, year, kind=one.kind, lengths=[length],
                              horizons=[ahead], folds=folds)
                    for folds in (cases.FOLDS, today.shape[1])
                )  # fmt: skip
                classes = [pd.concat(every, axis=1), past]
                judged = _judged(found, each, classes, named, base_year)
                parts.append(judged.assign(panel=panel))
    return pd.concat(parts, ignore_index=True)


def _judged(found: Cases, each: Cases, classes: list, named: list, base_year: int) -> pd.DataFrame:
    """Central probability and range of the cases of one origin that start at the base year.

    `found` and `each` are the same cases, in few folds and with a fold an area.
    """
    past, table = classes[-1], found.table
    scaled = [found.scaled(one) for one in classes]
    priors = [cache(partial(cases.prior_without, found, one)) for one in scaled]
    shifted = cache(partial(_without_one, found, scaled[0], priors[0]))
    last, area_of = past.ffill().iloc[-1].dropna(), {i: area for area, i in each.folds.items()}

    def narrow(fold: int) -> Prior:
        area = area_of[fold]
        near = next((areas for areas in named if area in areas), None)
        if near is None or not {*near} & {*past.columns}:
            count = max(map(len, named), default=NARROW)
            near = (last / last[area]).map(np.log).abs().drop(area).nsmallest(count).index
        return cases.prior_without(each, scaled[-1].loc[:, scaled[-1].columns.isin(near)], fold)

    laws = [cases.predict_pooled(found, prior) for prior in priors]
    laws += [cases.predict_pooled(found, lambda fold, i=i: shifted(fold)[i]) for i in (0, 1)]
    laws.append(cases.predict_pooled(each, narrow))
    goal = table[["base"]].to_numpy(float) * np.array(FACTORS)
    p = np.array([cases.probability(found, law, goal) for law in laws])
    case, factor = np.nonzero(np.isfinite(goal) & table[["base_year"]].eq(base_year).to_numpy())
    kept = table.iloc[case].reset_index(drop=True)
    happened = kept["outcome"].ge(goal[case, factor])
    return _rows(kept, np.array(FACTORS)[factor], happened, p[:, case, factor])


def _rows(kept: pd.DataFrame, factor, happened, p) -> pd.DataFrame:
    """Statements as `statements` gives them, from the probabilities of all choices."""
    return kept[["area", "base_year", "year"]].assign(
        factor=factor, lead=kept["year"] - kept["origin"], happened=np.asarray(happened, float),
        p=p[0], lower=p.min(0), upper=p.max(0),
    )  # fmt: skip


def nested_statements(found: nested.Cases, families: Mapping[str, str]) -> pd.DataFrame:
    """The same of children of one figure whose parent becomes known for longer.

    Parameters
    ----------
    found : Cases
        Of `nested.replay`.
    families : mapping
        Name of a family to the peers of the central probability.
    """
    from scipy import special

    keys = ["family", "area", "origin", "known", "ahead"]
    rows = found.table["family"].isin(families) & found.table["n"].eq(1)
    table = found.table[rows].assign(place=np.flatnonzero(rows))
    sized = table.pivot(index=keys, columns="peers", values="place").dropna(axis=1, how="all")
    held = LEARNT._replace(pass_doubt=1e-9)
    moved = LEARNT.pass_doubt * special.ndtri(ENDS)
    laws = [nested.predict(found)]
    laws += [
        nested.predict(found, held, {k: b + move for k, b in PASS_THROUGH.items()})
        for move in moved
    ]
    parts = []
    for name, central in families.items():
        places = sized.loc[[name]].dropna(axis=1, how="all").dropna().astype(int)
        mine = places[central].to_numpy()
        choices = [law[mine] for law in laws]
        choices += [laws[0][places[c].to_numpy()] for c in places if c not in (central, "none")]
        loc, spread, df = np.array(choices).transpose(2, 0, 1)[..., None]
        p = special.stdtr(df, (loc - np.log(FACTORS)) / spread)
        case, factor = (each.ravel() for each in np.indices(p.shape[1:]))
        kept = found.table.iloc[mine[case]].reset_index(drop=True)
        base_year = kept["origin"] - kept["known"]
        kept = kept.assign(base_year=base_year, year=base_year + kept["ahead"])
        happened = kept["outcome"] >= np.log(FACTORS)[factor]
        rise = np.array(FACTORS)[factor]
        parts.append(_rows(kept, rise, happened, p[:, case, factor]).assign(panel=name))
    return pd.concat(parts, ignore_index=True)


def _without_one(found: cases.Cases, peers: pd.DataFrame, central, fold: int) -> list[Prior]:
    """A fold's prior without the peer that raises its drift most, and that lowers it most."""
    prior = central(fold)
    x = peers.loc[:, found.outside(peers, fold)].to_numpy()
    growth = np.diff(x, axis=0) / prior.speed(x[:-1])
    own = np.nanmean(growth[:, np.isfinite(growth).any(0)], axis=0)
    moved = (own.mean() - own) / max(len(own) - 1, 1) if prior.peers else np.zeros(1)
    return [replace(prior, drift=prior.drift + end) for end in (moved.min(), moved.max())]


def words(rule: str, p, lower, upper) -> tuple[np.ndarray, np.ndarray]:
    """First and last band of what a rule prints, as numbers of `WORDS`.

    Parameters
    ----------
    rule : str
        One of `RULES`.
    """
    first = last = scores.bin_of(p, EDGES)
    if rule == "range":
        first, last = scores.bin_of(lower, EDGES), scores.bin_of(upper, EDGES)
    elif rule == "always_two":
        up = EDGES[first + 1] - p < p - EDGES[first]
        up = (up | (first == 0)) & (first < len(WORDS) - 1)
        first, last = np.where(up, first, first - 1), np.where(up, first + 1, first)
    return first, last


def survival(table: pd.DataFrame) -> pd.DataFrame:
    """What each rule prints, how right that is, and how often it turns.

    Returns
    -------
    DataFrame
        By ``rule``: ``statements``; the shares with ``one`` word, ``two`` and more
        (``insufficient``); ``right``: of one-word statements other than at risk, the share that
        came out on the word's side of even; ``brier`` of the middle of what was printed;
        ``flips``: the share of yearly steps after which no printed word was printed before, and
        ``expected``: the same for a calibrated forecast of equal sharpness, whose probability
        moves as its own remaining spread says.
    """
    table, rows = table.reset_index(drop=True), []
    ends = [table[name].to_numpy() for name in ("p", "lower", "upper")]
    y, lead = table["happened"].to_numpy(), table["lead"].to_numpy(float)
    keys = ["panel", "area", "base_year", "year", "factor"]
    later = table.assign(lead=table["lead"] + 1, later=table.index)
    step = table.merge(later[[*keys, "lead", "later"]], "left", [*keys, "lead"])["later"]
    moves = step.notna().to_numpy()
    to = step[moves].astype(int).to_numpy()
    for rule in RULES:
        first, last = words(rule, *ends)
        width = last - first
        decisive = (width == 0) & (first != WORDS.index("at_risk"))
        middle = (EDGES[first] + EDGES[last + 1]) / 2
        turned = (first[to] > last[moves]) | (last[to] < first[moves])
        rows.append(
            (
                rule, len(y), (width == 0).mean(), (width == 1).mean(), (width > 1).mean(),
                _mean(((middle > 0.5) == (y > 0.5))[decisive]), scores.brier(middle, y),
                _mean(turned), _expected(rule, [e[moves] for e in ends], lead[moves]),
            )
        )  # fmt: skip
    heads = "rule statements one two insufficient right brier flips expected".split()
    return pd.DataFrame(rows, columns=heads)


def _mean(share) -> float:
    """Mean; NaN of nothing."""
    return float(np.mean(share)) if len(share) else np.nan


def _expected(rule: str, ends, lead) -> float:
    """Share of steps at which a calibrated random walk of the same probabilities would turn.

    With h years left it reaches its goal with probability Phi(z); a year later z has become
    (z sqrt(h) + e) / sqrt(h - 1), e standard normal. The range keeps its width in z.
    """
    from scipy import special

    z, low, high = (special.ndtri(np.clip(e, 1e-9, 1 - 1e-9)) for e in ends)
    first, last = words(rule, *ends)
    turned = []
    for e in special.ndtri((np.arange(50) + 0.5) / 50):
        new = (z * np.sqrt(lead) + e) / np.sqrt(lead - 1)
        moved = [special.ndtr(new + each) for each in (0, low - z, high - z)]
        head, tail = words(rule, *moved)
        turned.append(_mean((head > last) | (tail < first)))
    return float(np.mean(turned))


def words_came_true(table: pd.DataFrame) -> pd.DataFrame:
    """How often what a printed word or pair of words was said of came true.

    Returns
    -------
    DataFrame
        By ``rule`` and words ``first`` to ``last``: ``statements``, ``areas``, ``came_true``,
        and the band ``low``, ``high`` that the words mean.
    """
    rows = []
    ends = [table[name].to_numpy() for name in ("p", "lower", "upper")]
    for rule in RULES:
        first, last = words(rule, *ends)
        for (a, b), part in table.groupby([first, last]):  # ty: ignore[not-iterable]
            share = part["happened"].mean()
            area = part["area"].nunique()
            rows.append((rule, WORDS[a], WORDS[b], len(part), area, share, EDGES[a], EDGES[b + 1]))
    heads = "rule first last statements areas came_true low high".split()
    return pd.DataFrame(rows, columns=heads)
