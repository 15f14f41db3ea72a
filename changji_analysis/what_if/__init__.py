"""What if: a target judged again under assumptions of one's own, and scenarios kept by name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, Field, RootModel

from .. import _compat as records
from .._compat import checked_targets, city_history, config, past_first_time, peers, target_of
from ..assessment import VERDICTS, Assessment, assess, verdict_of
from ..config import data_dir, validated
from ..errors import UsageError
from ..files import write_bytes
from ..forecasting import Forecast, forecast
from ..plan import Target
from ..trends import walk_shape
from ..trends.cohort import Stock, even_batches, predict_stock
from ..wording import Words, probability_text

RATE = Annotated[float, Field(ge=0, le=1)]
GROWTH = Annotated[float, Field(gt=-0.5, le=2)]
PACED, BATCHED = "rd_intensity", "hightech_firms"
"""The indicators whose growth, or whose certificates, can be assumed."""


class Scenario(BaseModel):
    """Assumptions about one target of the plan, in its default reading; None: nothing assumed.

    Attributes
    ----------
    target : str
        Its id, ``t01`` …
    value, year
        Another goal, in the unit of the indicator, and another year for it.
    figures : dict of int to float
        Hypothetical figures of years after the last known one.
    rd_growth, gdp_growth : float
        Yearly growth of R&D expenditure and of GDP at current prices, fractions; for R&D
        intensity only.
    first_time, renewal_rate : float
        First-time certificates a year, and the share of expiring certificates that is renewed;
        for high-tech firms only.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    target: str
    value: Annotated[float, Field(gt=0)] | None = None
    year: Annotated[int, Field(ge=2000, le=2100)] | None = None
    figures: dict[int, Annotated[float, Field(gt=0)]] = {}
    rd_growth: GROWTH | None = None
    gdp_growth: GROWTH | None = None
    first_time: Annotated[float, Field(ge=0, le=100_000)] | None = None
    renewal_rate: RATE | None = None


class Scenarios(RootModel):
    """Contents of ``scenarios.yml``: scenarios by name."""

    root: dict[Annotated[str, Field(min_length=1, max_length=60)], Scenario]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What becomes of a target under a scenario.

    Attributes
    ----------
    scenario : Scenario
    row : Series
        The target's row of `changji_analysis.plan_targets`: names, unit, decimals.
    known : Series
        The figures by year, the hypothetical ones included.
    target : Target
    probability : float or None
    verdict : str
    forecast : Forecast, Stock or None
    now : Assessment
        Of the plan's own target, from the figures that are known.
    zh, en : str
        A sentence that says what was assumed and what changed.
    """

    scenario: Scenario
    row: pd.Series
    known: pd.Series
    target: Target
    probability: float | None
    verdict: str
    forecast: Forecast | Stock | None
    now: Assessment
    zh: str = ""
    en: str = ""

    def __repr__(self):
        return f"{self.zh}\n{self.en}"

    def _repr_html_(self):
        return f"<p>{escape(self.zh)}</p>\n<p>{escape(self.en)}</p>"


def evaluate(scenario: Scenario, as_of: str | None = None) -> Outcome:
    """Judge a target under a scenario.

    An assumed pace of R&D takes the place of the model's: the middle of the forecast grows at
    that pace, the doubt about the pace goes, the yearly shocks stay. Growth of GDP alone moves
    the pace by as much as it differs from the middle scenario of the configuration. With
    certificates assumed, the stock of firms is C(t) + C(t-1) + C(t-2), where C(t) ~
    Binomial(C(t-3), renewal_rate) + Poisson(first_time), from batches of equal size; the rate
    of the two that is not given is the middle one of the configuration, the number that which
    the plan prints for the years before it.

    Parameters
    ----------
    scenario : Scenario
    as_of : str, optional
        ISO date: only what was known then.

    Raises
    ------
    UsageError
        There is no such target, or it does not take one of the assumptions.
    ForecastError
        The figures, the hypothetical ones included, cannot be forecast.
    """
    row, history, reference, now = _known(scenario.target, as_of, records.stamp())
    _check(scenario, row, history)
    known = pd.Series(history.to_dict() | scenario.figures, dtype=float).sort_index()
    known.index = known.index.astype(int)
    known.attrs = history.attrs
    target = target_of(row)
    target = replace(
        target, value=scenario.value or target.value, year=scenario.year or target.year
    )
    judged = assess(known, target, peers=reference, kind=row["model_kind"])
    ahead, probability, verdict = judged.forecast, judged.probability, judged.verdict
    if ahead is not None:
        if scenario.rd_growth is not None or scenario.gdp_growth is not None:
            ahead = _paced(known, ahead, reference, scenario)
        elif scenario.first_time is not None or scenario.renewal_rate is not None:
            ahead = _stock(known, target.year, scenario)
    if ahead is not None and ahead is not judged.forecast and target.value is not None:
        probability = ahead.probability(target.value, direction=target.direction)
        verdict = verdict_of(probability)
    outcome = Outcome(scenario, row, known, target, probability, verdict, ahead, now)
    return replace(outcome, zh=_sentence(outcome, "zh"), en=_sentence(outcome, "en"))


def scenarios() -> dict[str, Scenario]:
    """The scenarios kept in ``scenarios.yml`` of the data folder, by name; none without the file.

    Raises
    ------
    DataError
        The file is no YAML, or holds an unknown key or a value out of range.
    """
    path = _file()
    return dict(validated(path, Scenarios).root) if path.exists() else {}


def save(name: str, scenario: Scenario) -> None:
    """Keep a scenario by name; one of the same name is replaced.

    Raises
    ------
    UsageError
        The name is empty or longer than 60 characters.
    """
    name = name.strip()
    if not 0 < len(name) <= 60:
        raise UsageError(f"the name {name!r} is empty or longer than 60 characters: choose another")
    kept = scenarios() | {name: scenario}
    content = {key: one.model_dump(exclude_defaults=True) for key, one in kept.items()}
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    write_bytes(_file(), (_HEADER + text).encode("utf-8"))


_HEADER = """\
# Assumptions, not forecasts: saved from the what-if explorer, notebooks/08_what_if.ipynb.
# 假定，不是预测：由“假如”笔记保存的情景；各项含义见 changji_analysis.what_if.Scenario。
"""


def scenario_table(as_of: str | None = None) -> pd.DataFrame:
    """Every kept scenario with what becomes of its target.

    Returns
    -------
    DataFrame
        By ``name``: ``target``, ``before`` and ``probability`` (NaN where the evidence is
        insufficient), ``verdict``, and the sentences ``zh`` and ``en``.
    """
    rows = []
    for name, scenario in scenarios().items():
        found = evaluate(scenario, as_of)
        chances = (found.now.probability, found.probability)
        before, after = (np.nan if chance is None else chance for chance in chances)
        rows.append((name, scenario.target, before, after, found.verdict, found.zh, found.en))
    columns = ["name", "target", "before", "probability", "verdict", "zh", "en"]
    return pd.DataFrame(rows, columns=columns).set_index("name")


def _file() -> Path:
    return data_dir() / "scenarios.yml"


@lru_cache(maxsize=64)
def _known(target: str, as_of, stamp):
    """Row, history, reference class and present assessment of a target's default reading."""
    table = checked_targets()
    rows = table[table["id"].eq(target) & table["default"]]
    if rows.empty:
        known = ", ".join(table["id"].unique())
        raise UsageError(f"no target {target!r}: known are {known}")
    row = rows.iloc[0]
    history = city_history(row["indicator"], as_of)
    reference = peers(row["indicator"], as_of, level="all")
    reference = reference if reference.shape[1] else None
    now = assess(history, target_of(row), peers=reference, kind=row["model_kind"])
    return row, history, reference, now


def _check(scenario: Scenario, row: pd.Series, history: pd.Series) -> None:
    takes = {
        PACED: ("rd_growth", "gdp_growth"),
        BATCHED: ("first_time", "renewal_rate"),
    }
    for indicator, names in takes.items():
        for name in names:
            if getattr(scenario, name) is not None and row["indicator"] != indicator:
                raise UsageError(
                    f"{name} is an assumption about {indicator}, and target {row['id']} is "
                    f"about {row['indicator']}: leave it out"
                )
    if scenario.value is not None and pd.isna(row["value"]):
        raise UsageError(f"target {row['id']} has no number that could be changed")
    early = [year for year in scenario.figures if len(history) and year <= history.index[-1]]
    if early:
        raise UsageError(
            f"the figure of {early[0]} is known, or older than the last known one of "
            f"{history.index[-1]}: assume one of a later year"
        )


def _paced(known: pd.Series, ahead: Forecast, reference, scenario: Scenario) -> Forecast:
    """The forecast at an assumed pace."""
    middle = config().middle_scenario.growth
    gdp = np.log1p(middle if scenario.gdp_growth is None else scenario.gdp_growth)
    h = np.arange(1, len(ahead.years) + 1)
    if scenario.rd_growth is None:
        return replace(ahead, loc=ahead.loc + h * (np.log1p(middle) - gdp))
    longer = forecast(known, ahead.years[-1] + 1, peers=reference)
    shocks = 2 * longer.shape[0, 0] - longer.shape[0, 1]  # s2 min(g, h) + v g h
    pace = np.log1p(scenario.rd_growth) - gdp
    last = ahead.scale.place(float(known.iloc[-1]))
    return replace(ahead, loc=last + h * pace, shape=walk_shape(h, shocks))


def _stock(known: pd.Series, until: int, scenario: Scenario) -> Stock:
    """The stock of firms from assumed certificates."""
    rate, first = certificates(scenario)
    batches = even_batches(known.iloc[-1], int(known.index[-1]))
    return predict_stock(batches, until, renewal_rate=rate, first_time=first)


def certificates(scenario: Scenario) -> tuple[float, float]:
    """Renewal rate and first-time certificates a year, as assumed or as they stand by default."""
    rates = sorted(config().report.renewal_rates)
    past = past_first_time()
    rate = rates[len(rates) // 2] if scenario.renewal_rate is None else scenario.renewal_rate
    first = scenario.first_time
    if first is None:
        first = past["per_year"] if past else 0.0
    return rate, first


def _sentence(found: Outcome, lang: str) -> str:
    zh = lang == "zh"
    assumed = list(_assumed(found, zh))
    sign = {"at_least": "≥", "at_most": "≤", "within": "≈"}.get(found.target.direction, "")
    goal = f"{found.target.year}: {sign}{_amount(found.target.value, found.row, lang)}"
    if found.target.value is None:
        goal = f"{found.target.year}"
    before, after = (
        (probability_text(chance, lang) or ("无法估计" if zh else "not known"))
        for chance in (found.now.probability, found.probability)
    )
    was, now = (VERDICTS[code][0 if zh else 1] for code in (found.now.verdict, found.verdict))
    if zh:
        name = f"{found.row['zh']}目标（{goal}）"
        if not assumed:
            return f"未作任何假定：{name}的实现概率{_is(after)}，结论为“{now}”。"
        moved = f"仍{_is(after)}" if before == after else f"由{before}变为{after}"
        verdict = f"结论仍为“{now}”" if was == now else f"结论由“{was}”变为“{now}”"
        return f"假如{'，'.join(assumed)}：{name}的实现概率{moved}，{verdict}。"
    name = f"{found.row['en']} ({goal})"
    if not assumed:
        return f"Nothing is assumed: the probability of {name} is {after}, the verdict “{now}”."
    moved = f"stays {after}" if before == after else f"goes from {before} to {after}"
    verdict = f"remains “{now}”" if was == now else f"turns from “{was}” to “{now}”"
    return f"If {' and '.join(assumed)}: the probability of {name} {moved}, the verdict {verdict}."


def _is(words: str) -> str:
    return words if words[0] in "不超无" else f"为{words}"


def _assumed(found: Outcome, zh: bool):
    """The assumptions in words."""
    s, lang = found.scenario, "zh" if zh else "en"
    if s.value is not None or s.year is not None:
        goal, year = _amount(found.target.value, found.row, lang), found.target.year
        yield f"目标改为{year}年{goal}" if zh else f"the target were {goal} by {year}"
    for year, value in sorted(s.figures.items()):
        figure = _amount(value, found.row, lang)
        yield f"{year}年的数为{figure}" if zh else f"the figure of {year} were {figure}"
    for growth, name, english in (
        (s.rd_growth, "R&D经费", "R&D expenditure"),
        (s.gdp_growth, "地区生产总值", "GDP"),
    ):
        if growth is not None:
            pace = f"{round(100 * growth, 2):g}%"
            yield f"{name}每年增长{pace}" if zh else f"{english} grew by {pace} a year"
    if s.first_time is not None or s.renewal_rate is not None:
        rate, first = certificates(s)
        yield f"每年首次认定{first:g}家" if zh else f"{first:g} firms a year were newly certified"
        yield f"到期证书续认{rate:.0%}" if zh else f"{rate:.0%} of certificates were renewed"


def assumptions(scenario: Scenario) -> dict:
    """What a scenario assumes, by name; empty where nothing."""
    return scenario.model_dump(exclude_defaults=True, exclude={"target"})


def _amount(value: float | None, row: pd.Series, lang: str) -> str:
    return "" if value is None else Words(lang).amount(value, row)
