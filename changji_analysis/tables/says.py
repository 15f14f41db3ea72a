"""Sentences that state results, for notebooks: each computed, in the language that is set."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import cast

import numpy as np
import pandas as pd

from ..assessment import Assessment
from ..needs import region_pace
from ..replay import proof
from ..wording import VERDICTS, Words, language


class Said(str):
    """A paragraph, or a list of several, that shows itself as text in a notebook."""

    __slots__ = ()

    def __repr__(self):
        return str(self)

    def _repr_markdown_(self):
        return str(self)


def overview(data, lang: str | None = None) -> Said:
    """How many targets stand where, and why so many cannot be judged."""
    w, card = Words.of(data, lang), data.scorecard
    card = card[card["default"]]
    judged = card[card["verdict"].ne("insufficient_evidence")]
    listed = [w(f"“{words}”{n}项", f"{n} {words}") for words, n in w.tally(judged).items()]
    blank = len(card) - len(judged)
    offices = card.loc[card["verdict"].eq("insufficient_evidence"), "holder_zh"].nunique()
    return Said(
        w(
            f"规划{len(card)}项目标中，能作结论的{len(card) - blank}项：{w.join(listed)}；"
            f"其余{blank}项依据不足，所缺数据由{offices}家单位掌握。依据不足不等于没有完成。",
            f"Of the plan's {len(card)} targets {len(card) - blank} can be judged: "
            f"{w.join(listed)}. For the other {blank} the evidence is insufficient; the figures "
            f"lie with {offices} offices. That is not to say that they were missed.",
        )
    )


def answer(data, lang: str | None = None) -> Said:
    """The overview, and a line for each headline target."""
    lines = [f"- {target(data, name, lang)}" for name in data.config.report.headline]
    return Said("\n".join([overview(data, lang), "", *lines]))


def target(data, indicator: str, lang: str | None = None) -> Said:
    """The default reading of the target on an indicator, its verdict with its range."""
    return verdict(data.assessment(indicator), lang, data.scored(indicator))


def verdict(a: Assessment, lang: str | None = None, row: pd.Series | None = None) -> Said:
    """What is said of one target, and what it rests on; ``row`` of the scorecard adds ranges."""
    w, about, e = Words(language(lang)), a.given.known.attrs, a.evidence
    unit, decimals = about.get("unit", ""), about.get("decimals", 2)
    name = about.get("indicator_names", {}).get(w.lang, w("目标", "the target"))
    goal = w.goal(a.target.value, a.target.direction, unit, a.target.tolerance)
    word = w.verdict(a.verdict) if row is None else w.judged(row)
    clauses = [
        w(f"{name}（{a.target.year}年{goal}）：结论为**{word}**",
          f"{name} ({goal} by {a.target.year}): **{word}**")
    ]  # fmt: skip
    if a.probability is not None:
        clauses[0] += w(f"，实现概率{w.chance_is(a.probability, a.floor)}",
                     f", the probability {w.chance_is(a.probability, a.floor)}")  # fmt: skip
        if row is not None and (ends := w.spread(row)) not in (
            "",
            w.chance(a.probability, a.floor),
        ):
            clauses[0] += w(f"（范围{ends}）", f" (range {ends})")
    if a.required_growth is not None and a.base_value is not None:
        growth = w.percent(a.required_growth)
        base = w.measured(a.base_value, unit, decimals)
        clauses.append(
            w(f"由{a.base_year}年的{base}起，需年均增长{growth}",
              f"from {base} in {a.base_year} it takes growth of {growth} a year")
        )  # fmt: skip
    rests = [w(f"{e.n}个本市数据", w.plural(e.n, "figure") + " of the area")]
    if a.forecast is not None and getattr(a.forecast, "peers", 0):
        rests.append(w(f"{a.forecast.peers}个参照地区", f"{a.forecast.peers} peers"))
    if (parent := getattr(e, "parent", None)) is not None:
        rests.append(
            w(f"上级地区至{parent.until}年的数据", f"its parent's figures to {parent.until}")
        )
    clauses.append(w(f"依据为{w.join(rests)}", f"it rests on {w.join(rests)}"))
    return Said(w.clauses(clauses) + w("。", "."))


def spread(results: Mapping[str, Assessment], lang: str | None = None) -> Said:
    """How far assessments of one target lie apart, and whether the verdict survives."""
    w = Words(language(lang))
    judged = [a for a in results.values() if a.probability is not None]
    judged.sort(key=lambda a: cast(float, a.probability))
    low, high = (w.chance(a.probability, a.floor) for a in (judged[0], judged[-1]))
    order = list(VERDICTS)
    codes = sorted({a.verdict for a in judged}, key=order.index)
    span = w(
        f"{len(judged)}种做法的概率在{low}至{high}之间",
        f"The {len(judged)} ways put the probability between {low} and {high}",
    )
    if low == high:
        span = w(
            f"{len(judged)}种做法的概率都是{low}",
            f"All {len(judged)} ways put the probability at {low}",
        )
    word = w.verdict(codes[0], codes[-1])
    same = w(f"，结论相同：{word}。", f"; the verdict is the same: {word}.")
    other = w(f"，结论因做法而异：{word}。", f"; the verdict depends on the choice: {word}.")
    return Said(span + (same if len(codes) == 1 else other))


def plan(data, lang: str | None = None) -> Said:
    """What the plan prints, and whether it agrees with itself."""
    w, checks = Words.of(data, lang), data.consistency
    off, several = (
        int((~checks["agrees"]).sum()),
        data.readings.groupby("target").size().gt(1).sum(),
    )
    base, goals = len(data.baseline), data.targets["id"].nunique()
    return Said(
        w(
            f"规划载明基期数字{base}个、目标{goals}项。可以互相核对的有{len(checks)}处，"
            f"其中{off}处不相等，多数是口径不同；{several}项目标的表述存在多种理解，结论按理解分别给出。",
            f"The plan prints {base} figures of its base years and {goals} targets. Where its "
            f"statements can be held against each other, in {len(checks)} places, {off} differ, "
            f"mostly in scope; {several} targets can be read in more than one way, and each "
            "reading is judged.",
        )
    )


def coverage(data, lang: str | None = None) -> Said:
    """How much is known of the city after the base year."""
    w, start = Words.of(data, lang), data.config.plan.base_year
    table = data.plan_targets.loc[data.plan_targets["default"]]
    last = [data.city(i).index[-1] if len(data.city(i)) else 0 for i in table["indicator"].unique()]
    none, after = sum(y == 0 for y in last), sum(y > start for y in last)
    base, count, city = sum(y == start for y in last), len(last), w.place("city")
    return Said(
        w(
            f"{city}的{count}项目标指标中，{none}项一个数据也没有，{base}项只有{start}年的基期数，"
            f"{start}年以后有数据的{f'{after}项' if after else '一项也没有'}。",
            f"Of the {count} indicators with a target {none} have no figure of {city} at all, "
            f"{base} only that of {start}, and {after or 'none'} have one after {start}.",
        )
    )


def base(data, lang: str | None = None) -> Said:
    """Whether the city's base for R&D intensity can be right: what speaks against it."""
    w, plan_ = Words.of(data, lang), data.config.plan
    own, region = (data.history(a, "rd_intensity") for a in
                   (data.config.areas.city, data.config.areas.region))  # fmt: skip
    peers, gdp = data.peers("rd_intensity").loc[plan_.base_year].dropna(), data.city("gdp")
    year, value, above = plan_.base_year, own[plan_.base_year], region[plan_.base_year]
    when = int(gdp.index[gdp.index > year][0])
    spent, due = (w.money(gdp[when] * share / 100) for share in (value, above))
    count = data.baseline.set_index("indicator")["value"]
    centres = int(count["national_engineering_centres"])
    firms = int(count["national_enterprise_technology_centres"])
    lowest = peers.idxmin()
    return Said(
        w(
            f"规划载明的{value:g}%只有{w.place('region')}同年{above:g}%的"
            f"{w.percent(value / above, 0)}，低于当年全部{len(peers)}个省份"
            f"（最低的{w.area(lowest)}为{peers.min():g}%）。按{when}年GDP折算约合{spent}，若达到全区水平应为{due}；而规划同时载明本市有"
            f"国家级工程技术研究中心{centres}家、国家级企业技术中心{firms}家。两者难以相容，先要核实的是统计口径。",
            f"The {value:g}% that the plan prints is {w.percent(value / above, 0)} of "
            f"{w.place('region')}'s {above:g}% in the same year and below every one of "
            f"{len(peers)} provinces (the lowest, {w.area(lowest)}, had {peers.min():g}%). On the "
            f"GDP of {when} it comes to about {spent}, at the region's intensity to {due}; yet the "
            f"same plan counts {w.plural(centres, 'national engineering research centre')} and "
            f"{w.plural(firms, 'national enterprise technology centre')} in the city. The two do "
            "not sit well together: what the figure covers is the first thing to check.",
        )
    )


def nested(data, indicator: str, lang: str | None = None) -> Said:
    """What the city would have reached by now at its region's pace: an assumption, no forecast."""
    w, plan_ = Words.of(data, lang), data.config.plan
    row = data.indicator(indicator)
    pace = region_pace(data.history(data.config.areas.region, indicator), plan_.base_year,
                       plan_.target_year)  # fmt: skip
    own = data.city(indicator)
    if pace is None or plan_.base_year not in own.index:
        return Said(w("全区没有可比的数据。", "The region has no comparable figures."))
    at = w.amount(own[plan_.base_year] * pace["last"] / pace["base"], row)
    end = w.amount(own[plan_.base_year] * pace["factor"], row)
    growth, first, last = w.percent(pace["growth"]), pace["base_year"], pace["last_year"]
    return Said(
        w(
            f"{w.place('region')}{first}—{last}年年均增长{growth}。{w.place('city')}若与全区同步，"
            f"{last}年约为{at}，照此到{plan_.target_year}年约为{end}。这是参考判断，不是预测。",
            f"{w.place('region')} grew by {growth} a year from {first} to {last}. In step with it "
            f"{w.place('city')} would have stood at about {at} in {last} and, at that pace, at "
            f"{end} in {plan_.target_year}: an indicative judgement, no forecast.",
        )
    )


def concerns(data, lang: str | None = None) -> pd.DataFrame:
    """The kinds of problems in the data by weight: how many, and the first that is the city's.

    Returns
    -------
    DataFrame
        ``why``, which names areas and indicators in words, and ``count``.
    """
    w, found = Words.of(data, lang), data.problems
    found = found[found["code"].ne("ambiguous")]  # a way to read a target, which is no problem
    order = ["scope_break", "plan_ambiguous", "corrected_flag", "plan_differs", "low_confidence"]
    rank = found["code"].map({code: k for k, code in enumerate(order)}).fillna(len(order))
    rank -= 100 * found["severity"].eq("error")
    own = ~found["why_zh"].str.startswith(data.config.areas.city)
    table = found.assign(rank=rank, own=own).sort_values(["rank", "own"], kind="stable")
    table["count"] = table.groupby("code")["code"].transform("size")
    table = table.drop_duplicates("code")
    table["why"] = table[w("why_zh", "why")].map(in_words(data, w))
    return table[["why", "count"]]


def in_words(data, w: Words) -> Callable[[str], str]:
    """What puts names of indicators, documents, vintages and areas in the place of a text's ids."""
    names = data.indicators.set_index("id")[w.lang].to_dict()
    names |= {code: w.term("vintage", code) for code in ("preliminary", "first", "revised")}
    names |= {row["id"]: f"《{row['title']}》" for row in data.sources.to_dict("records")}
    areas = "|".join(sorted(data.areas["area"], key=len, reverse=True))
    areas = w("^[A-Z][A-Za-z ]+", areas)

    def named(text: str) -> str:
        text = re.sub(areas, lambda m: w.area(m[0]), text)
        return re.sub(r"\b[a-z][a-z0-9_]+\b", lambda m: names.get(m[0], m[0]), text)

    return named


def proof_says(lang: str | None = None) -> Said:
    """What one who signs needs: how often each verdict came true, and against whom that counts."""
    w, table, skill = Words(language(lang)), words(lang), proof.table("skill").set_index("subset")
    alone = table.loc[table["single"], ["verdict", "came_true"]]
    single = [w(f"“{verdict}”的实现了{w.percent(share, 0)}",
                f"{w.percent(share, 0)} of those “{verdict}”")
              for verdict, share in alone.itertuples(index=False)]  # fmt: skip
    ahead = [w(f"{w.term('panel', name)}{w.percent(skill.at[name, 'skill'], 0)}"
               f"（95%区间{w.percent(skill.at[name, 'lower'], 0)}至"
               f"{w.percent(skill.at[name, 'upper'], 0)}）",
               f"{w.percent(skill.at[name, 'skill'], 0)} ({w.term('panel', name)}; 95% interval "
               f"{w.percent(skill.at[name, 'lower'], 0)} to "
               f"{w.percent(skill.at[name, 'upper'], 0)})")
             for name in ("all", "one_figure", "as_the_city")]  # fmt: skip
    count = w.number(table["statements"].sum())
    return Said(
        w(
            f"在回溯检验的{count}个判断中，{w.join(single)}。与最强的对手——参照组中水平相近者的基础比率——"
            f"相比，评分误差减少：{'、'.join(ahead)}。区间含零的，不能说优于对手。",
            f"Of {count} judgements in the replays, {w.join(single)} came true. Against the "
            "strongest rival, the base rate of the peers nearest in level, the error of the score "
            f"is less by {w.join(ahead)}. Where an interval holds zero nothing is proven.",
        )
    )


def fair(lang: str | None = None) -> pd.DataFrame:
    """The skill over the rival by subset, its 95 % interval as text in ``span``."""
    return _spanned(proof.table("skill"), Words(language(lang)))


def held(lang: str | None = None) -> pd.DataFrame:
    """What the 80 % intervals held, by panel and by level; 95 % intervals as text in ``span``."""
    table = proof.table("coverage").replace([np.inf, -np.inf], np.nan)
    return _spanned(table, Words(language(lang)))


def within() -> pd.DataFrame:
    """What a parent saves of the CRPS, by nested family and size of the peers.

    ``yearly`` has the origins singly where they are too few for an interval of all.
    """
    names = {"family": "panel", "peers": "subset", "gain": "skill", "covered": "coverage"}
    return proof.table("nested").rename(columns=names)


def _spanned(table: pd.DataFrame, w: Words) -> pd.DataFrame:
    ends = zip(table["lower"], table["upper"], strict=True)
    join = w("至", " to ")
    return table.assign(span=[f"{w.percent(a, 0)}{join}{w.percent(b, 0)}" for a, b in ends])


def words(lang: str | None = None) -> pd.DataFrame:
    """How often each printed verdict came true in replays, two words where the range crosses.

    Returns
    -------
    DataFrame
        ``verdict`` in words, ``statements``, ``areas``, ``came_true``; ``single`` for one word.
    """
    w, table = Words(language(lang)), proof.table("words")
    table = table[table["rule"].eq("range")]
    table["verdict"] = [w.verdict(a, b) for a, b in zip(table["first"], table["last"], strict=True)]
    table["single"] = table["first"].eq(table["last"])
    return table[["verdict", "statements", "areas", "came_true", "single"]]
