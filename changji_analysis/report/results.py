"""The named results that templates print: computed once a dataset and language, never a sentence.

What a template prints is a string in the form of `changji_analysis.wording`; what it decides by
stays a number or a flag.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from itertools import groupby
from types import SimpleNamespace as Named
from typing import Any

import pandas as pd

from .. import needs
from ..dataset import Dataset
from ..errors import ForecastError
from ..ranges import ALONE
from ..scorecards import reference_windows, spans
from ..tables.columns import COLUMNS, cell
from ..tables.readings import reading_sentence
from ..wording import TERMS, VERDICTS, Words

DASH = "—"
BLIND = "insufficient_evidence"
_ORDER = "一二三四五六七八九十"
_YEAR = r"(?:19|20)\d\d"
_PATHS = ("straight", "geometric")
_LEVELS = (0.1, 0.5, 0.9)


class Target:
    """A target as templates see it.

    Any column of the scorecard is printed as tables print it, a dash where it is empty; what
    sentences need beside them follows.
    """

    def __init__(self, of: Results, row: pd.Series):
        w, about, p = of.w, of.registry.loc[row["indicator"]], row["probability"]
        self._of, self._cells, self.row, self.code = of, row.to_dict(), row, row["verdict"]
        self.name, self.mid, self.has_chance = w.name(row), w.mid(row), pd.notna(p)
        self.outcome, self.after = row["method"] == "outcome", bool(row["after_base"])
        self.met_at_base, self.total = row["met_at_base"] is True, "-" in row["period"]
        self.grade, self.generic = row["evidence"], row["evidence"] == "D"
        self.indicator, self.section = row["indicator"], of.locator(row["section"])
        self.aim, self.holder = self.goal.lstrip("≥≤"), of.office(w.column(row, "holder"))
        self.assumed = str(about["holder_assumed"]) in ("yes", "True")
        self.office = (self.holder or w("待明确", "to be named")) + "*" * self.assumed
        self.due = w.column(about, "due") or DASH
        self.kind = row["kind"] or w.term("strength", row["strength"])
        self.rises, self.has_growth = row["required_factor"] > 1, pd.notna(row["required_growth"])
        self.growth = w.percent(row["required_growth"])
        self.factor = w.times(row["required_factor"]) if self.has_growth else ""
        self.spread = w.spread(row) or DASH
        alone = self.outcome or self.spread in (DASH, self.probability)
        self.range = "" if alone else self.spread
        self.straight, self.geometric = (
            w.term("pace", row[f"pace_time_progress_{path}"]) if self.after else
            w("暂不评价", "not assessed") for path in _PATHS
        )  # fmt: skip
        known = row["time_elapsed"] if self.after and not of.final else of.passed(of.day.year)
        self.elapsed, short, per_cent = w.percent(known, 0), row["shortfall"], row["unit"] == "%"
        said = w.points(short, int(row["decimals"])) if per_cent else self.amount(short)
        self.lacking = "" if pd.isna(short) else said
        money, around = row["shortfall_money"], row["context_value"]
        self.money_short = "" if pd.isna(money) else w.money(money, 2)
        self.context = ""
        if per_cent and pd.notna(around):  # a sum of another size says nothing
            said = of.dated(self.amount(around), int(row["context_year"]))
            self.context = w.area(row["context_area"]) + w("", " ") + said

    def __getattr__(self, name: str) -> str:
        if name.startswith("_") or (name not in self._cells and name not in COLUMNS):
            raise AttributeError(f"a target has no {name!r}")
        return cell(name, self._cells, self._of.w) or DASH

    def amount(self, value: Any) -> str:
        """A value of the target's indicator with its unit, or a dash."""
        return self._of.amount(value, self.row)

    @property
    def assessment(self):
        """The assessment behind the row."""
        return self._of.data.judged[self.row["id"], self.row["reading"]].assessment

    @cached_property
    def reference(self) -> Named | None:
        """What is decided by the growth windows of other areas, where there are any."""
        row, w = self.row, self._of.w
        if pd.isna(row["reference_reached"]) or not row["reference_windows"]:
            return None
        abroad = any(str(area).isascii() for area in self._of.data.peers(self.indicator, "all"))
        return Named(
            none=row["reference_reached"] == 0,
            far=row["reference_required"] > 2 * row["reference_largest"],
            who=w("各省区和有关国家", "provinces and countries") if abroad
            else w("各省区", "provinces"),
        )  # fmt: skip

    @property
    def alike(self) -> str:
        """What became of the replayed statements nearest to this one."""
        found = self.assessment.evidence.calibration
        return "" if found is None else found.said(self._of.lang)

    @cached_property
    def path(self) -> list[Named]:
        """By year: values due on both paths, the forecast with 80 %, and what was observed."""
        table, ahead = self._of.data.required_paths, self.assessment.forecast
        table = table[table["id"].eq(self.row["id"]) & table["reading"].eq(self.row["reading"])]
        levels = ahead.quantiles(_LEVELS) if ahead is not None else pd.DataFrame()
        out = []
        for year, line in table.set_index("year").iterrows():
            said = {name: self.amount(line[name]) for name in (*_PATHS, "observed")}
            low, median, high = levels.loc[year] if year in levels.index else [None] * 3
            ends = self.amount(low), self.amount(high)
            interval = DASH if low is None else self._of.w("至", " to ").join(ends)
            out.append(Named(year=year, median=self.amount(median), interval=interval, **said))
        return out

    @cached_property
    def forecast(self) -> Named | None:
        """The forecast for the target's year, and where the target lies."""
        found = self.assessment.forecast
        if found is None:
            return None
        (low, high), value = found.interval(0.8).iloc[-1], self.row["value"]
        return Named(from_year=found.last_year, above=value > high, below=value < low,
                     **vars(self.path[-1]))  # fmt: skip

    @property
    def around(self) -> str:
        """The area whose later growth entered the forecast, and up to when."""
        used, w = self.assessment.evidence.parent, self._of.w
        area = (
            w.area(used.area) if used and used.area else w("上级地区", "the area around the city")
        )
        return w(f"{area}至{used.until}年", f"{area} up to {used.until}") if used else ""

    @cached_property
    def alone(self) -> str:
        """The probability without the area around the city; empty where it plays no part."""
        table = self._of.data.alternatives(*self.row[["id", "reading"]]).set_index("choice")
        found = table.loc[table.index == ALONE, ["probability", "probability_floor"]]
        return "".join(self._of.w.chance(*row) for row in found.to_numpy())

    @cached_property
    def region(self) -> Named | None:
        """The region's realised pace, and what the city would have at it."""
        row, plan = self.row, self._of.config.plan
        known = self._of.data.history(self._of.config.areas.region, self.indicator)
        pace = needs.region_pace(known, plan.base_year, int(row["year"]))
        if pace is None or pd.isna(row["base_value"]):
            return None
        reached = row["base_value"] * pace["factor"]
        return Named(
            growth=self._of.w.percent(pace["growth"]), reached=self.amount(reached),
            enough=row["direction"] == "at_least" and reached >= row["value"], raw=pace["base"],
            base=self.amount(pace["base"]), base_year=pace["base_year"],
            last_year=pace["last_year"],
        )  # fmt: skip


class Results:
    """What a report of a dataset says, in one language."""

    def __init__(self, data: Dataset, lang: str):
        w, plan, report = Words.of(data, lang), data.config.plan, data.config.report
        self.data, self.lang, self.w = data, lang, w
        self.config, self.at = data.config, data.config.verdict
        self.day, self.card = data.as_of or data.last_known, data.scorecard
        self.final, self.date = self.day >= dt.date(plan.target_year, 12, 31), w.date(self.day)
        self.unfilled, self.registry = w("待填", "to be filled in"), data.indicators.set_index("id")
        kinds = ("中期评估", "mid-term review"), ("终期评估", "final review")
        self.kind = w(*kinds[self.final])
        by = report.reply_by and w.date(report.reply_by)
        self.by = w(f"{by}前", f"by {by}") if by else w("印发后30日内", "within 30 days of issue")
        self.author, self.status, self.local_note = (
            w.column(vars(report), name) for name in ("issuer", "status", "base_note")
        )
        self.private, self.region = w.not_public(data.not_public), w.place("region")
        self.prefecture = w.place("prefecture")
        self.years = [*range(plan.base_year + 1, min(plan.target_year, self.day.year) + 1)]
        self.every = [Target(self, row) for _, row in self.card.iterrows()]
        self.targets = [t for t in self.every if t.row["default"]]
        self.blank = [t for t in self.targets if t.code == BLIND]
        self.judged = [t for t in self.targets if t.code != BLIND]
        named = {t.indicator: t for t in reversed(self.targets)}
        self.headline = [named[name] for name in report.headline if name in named]
        self.others = [t for t in self.judged if t not in self.headline]
        main = {t.indicator: t for t in self.headline}
        self.rd, self.firms = main.get("rd_intensity"), main.get("hightech_firms")
        self.fiscal = "fiscal_st_spending" in named
        self.tasks, self.projects = self._tasks("task"), self._tasks("project")
        doubt = ~data.consistency["agrees"] | data.consistency["expected"].eq("differ")
        self.checks = self.cells(data.consistency[doubt], "computed printed says")
        self.looked = "经检索" if self.searched else ""
        asked = [o.name for o in self.offices if o.blank]
        self.askers = w.join(asked) if len(asked) < 4 else w(
            f"{asked[0]}等{len(asked)}个单位", f"{len(asked)} offices")  # fmt: skip
        checkers = [name for t in (self.rd, self.firms) if t for name in self.holders(t)]
        self.checkers = w("、", "; ").join(dict.fromkeys(checkers))
        grades = [t.grade for t in self.targets]
        self.grades = [(g, w.term("evidence", g), grades.count(g)) for g in TERMS["evidence"]]

    def names(self) -> dict[str, Any]:
        """Everything by the name that templates use: all that bears a public name here."""
        return {n: getattr(self, n) for n in (*dir(type(self)), *vars(self)) if n[0] != "_"}

    def amount(self, value: Any, row: pd.Series) -> str:
        """A value with its unit, or a dash."""
        return DASH if value is None or pd.isna(value) else self.w.amount(value, row)

    def dated(self, value: str, year: int) -> str:
        """A printed value with its year."""
        return self.w(f"{value}（{year}年）", f"{value} ({year})")

    def passed(self, year: float) -> float:
        """Share of the plan's time that has passed by the end of a year."""
        plan = self.config.plan
        return (min(year, plan.target_year) - plan.base_year) / (plan.target_year - plan.base_year)

    def office(self, names: str) -> str:
        """Offices of the city without its name: 市科技局, Finance Bureau."""
        city = self.config.areas.city
        if self.lang == "zh":
            return names.replace(city, city[-1]) if city[-1] in "市县区州" else names
        return names.replace(f"{self.w.place('city')} ", "")

    def holders(self, t: Target) -> list[str]:
        """The offices that hold the figures of a target."""
        return [name for name in t.holder.split(self.w("、", "; ")) if name]

    def locator(self, section: str) -> str:
        """A place in the plan, 四（二）1（1） or 4(2)1(1)."""
        abroad = str.maketrans(f"（）；、{_ORDER}", "();,123456789X")
        return self.w(section, section.translate(abroad))

    def listed(self, items: Iterable[str]) -> str:
        """Items in a sentence; with semicolons where one has a comma of its own."""
        items = list(items)
        marked = any(mark in item for item in items for mark in "、,")
        return self.w.clauses(items) if marked else self.w.join(items)

    def cells(self, frame: pd.DataFrame, columns: str) -> list[list[str]]:
        """Columns of a frame as tables print them."""
        names, rows = columns.split(), frame.to_dict("records")
        return [[cell(name, row, self.w) or DASH for name in names] for row in rows]

    @cached_property
    def plan(self) -> Named:
        """The plan under review."""
        plan, w, issued = self.config.plan, self.w, self.config.plan.issued
        issued = issued if issued and issued <= self.day else None
        year = issued.year - 1 + (issued.timetuple().tm_yday - 1) / 365 if issued else 0
        return Named(
            title=w.column(vars(plan), "title"), document=plan.document, base_year=plan.base_year,
            target_year=plan.target_year, issued=w.date(issued) if issued else "",
            passed=w.percent(self.passed(year), 0), half=self.passed(year) > 0.5,
            elapsed=w.percent(self.passed(self.day.year), 0), this_year=self.day.year,
            left=max(plan.target_year - self.day.year, 0), next_year=self.config.report.next_year,
        )  # fmt: skip

    @cached_property
    def verdicts(self) -> list[Named]:
        """Targets by the word printed, the best first."""
        order = sorted(self.targets, key=lambda t: [*VERDICTS].index(t.code))
        groups = {t.verdict: [o for o in order if o.verdict == t.verdict] for t in order}
        return [Named(code=rows[0].code, word=word, count=len(rows),
                      names=self.listed(t.mid for t in rows))
                for word, rows in groups.items()]  # fmt: skip

    @cached_property
    def offices(self) -> list[Named]:
        """What each office holds, those with most blanks first; a shared target counts for each."""
        own, w = self.office(self.w.column(vars(self.config.report), "issuer")), self.w
        pairs = self.registry[["holder_zh", "holder_en"]].to_numpy()
        said = {zh: w(zh, en) for a, b in pairs
                for zh, en in zip(a.split("、"), b.split("; "), strict=False)}  # fmt: skip
        days = {self.office(said.get(r["office"], r["office"])): w.date(r["day"].date())
                for _, r in self.data.returned.iterrows()}  # fmt: skip
        held: dict[str, list[Target]] = {}
        for t in self.targets:
            for name in self.holders(t):
                held.setdefault(name, []).append(t)
        table = []
        for name, rows in held.items():
            blank, back = [t for t in rows if t.code == BLIND], days.get(name, "")
            by_self = w("编制单位自行梳理", "own work of the author")
            table.append(Named(
                name=name, count=len(rows), lacking=len(blank), blank=blank, own=name == own,
                back=back, said=back or (by_self if name == own else self.unfilled),
                names=self.listed(t.mid for t in blank),
            ))  # fmt: skip
        return sorted(table, key=lambda o: (-o.lacking, -o.count))

    @cached_property
    def n(self) -> Named:
        """How many of everything."""
        data, plan, told = self.data, self.config.plan, self.judged
        several = self.card[self.card["id"].duplicated(keep=False)].groupby("id")["verdict"]
        own = data.statistics[data.statistics["area"].eq(self.config.areas.city)]
        own = own[own["indicator"].isin({t.indicator for t in self.targets})
                  & own["year"].gt(plan.base_year)]  # fmt: skip
        paces = [t.row["pace_time_progress_straight"] for t in self.targets if t.after]
        kinds = [*data.tasks["kind"]]
        reference = sum(len(data.reference(name)) for name in ("provinces", "countries"))
        return Named(
            targets=len(self.targets), judged=len(told), blank=len(self.blank), after=len(paces),
            early=int(own["known_by"].le(pd.Timestamp(plan.issued)).sum()) if plan.issued else 0,
            met_at_base=sum(t.met_at_base for t in told), several=several.ngroups,
            flips=int(several.nunique().gt(1).sum()), outcomes=sum(t.outcome for t in told),
            generic=sum(t.generic for t in told), totals=sum(t.total for t in self.blank),
            statistics=self.w.number(len(data.statistics)), reference=self.w.number(reference),
            checks=len(data.consistency), differ=len(self.checks), tasks=kinds.count("task"),
            projects=kinds.count("project"), ahead=paces.count("ahead_of_schedule"),
            on=paces.count("on_schedule"), behind=paces.count("behind_schedule"),
        )  # fmt: skip

    @cached_property
    def readings(self) -> list[Named]:
        """Targets with figures in several readings: the readings, and whether the verdict holds."""
        groups = (list(each) for _, each in groupby(self.every, lambda t: t.row["id"]))
        return [
            Named(read=read, name=read[0].name, mid=read[0].mid,
                  flips=len({t.code for t in read}) > 1)
            for read in groups
            if len(read) > 1 and any(pd.notna(t.row["base_value"]) for t in read)
        ]  # fmt: skip

    @cached_property
    def reading_table(self) -> list[Named]:
        """Which figure of which year would mean which verdict, for the main targets."""
        table, out = self.data.reading_tables, []
        first, last = self.config.plan.base_year, self.day.year
        for t in self.headline:
            rows = table[table["id"].eq(t.row["id"]) & table["reading"].eq(t.row["reading"])]
            judged = self.data.judged[t.row["id"], t.row["reading"]].row
            for year, part in rows[rows["year"].gt(first) & rows["year"].le(last)].groupby("year"):
                if said := reading_sentence(part, judged, self.lang):
                    due = {name: t.amount(part.iloc[0][f"due_{name}"]) for name in _PATHS}
                    out.append(Named(name=t.name, year=year, said=said, holder=t.holder, **due))
        return out

    def figure(self, indicator: str, number: int) -> str:
        """A figure of the city, or the mark of a cell to be filled in."""
        known = self.data.city(indicator) if indicator in self.registry.index else {}
        return (self.amount(known[number], self.registry.loc[indicator])
                if number in known else self.unfilled)  # fmt: skip

    @cached_property
    def compared(self) -> list[Named]:
        """What the areas around the city and the provinces have of the main indicators."""
        areas, w, base = self.config.areas, self.w, self.config.plan.base_year
        none, rows = w("未查到", "not found"), self.data.statistics
        rough = rows.loc[rows["bound"].str.startswith("derived"), ["area", "indicator", "year"]]
        rough = set(rough.itertuples(index=False, name=None))

        def own(t: Target, area: str) -> str:
            known = self.data.history(area, t.indicator)
            years = [y for y in known.index if y >= base] or list(known.index[-1:])
            ends = dict.fromkeys([*years[:1], *years[-1:]])
            about = {y: w("约", "about ") * ((area, t.indicator, y) in rough) for y in ends}
            return w.clauses(self.dated(about[y] + t.amount(known[y]), y) for y in ends) or none

        def among(t: Target, how: str) -> str:
            known = self.data.peers(t.indicator, "provinces").reindex([base]).loc[base].dropna()
            which = [w.area(known.idxmin())] if how == "min" and len(known) else []
            said = w("", " ").join([*which, t.amount(known.agg(how))])
            return self.dated(said, base) if len(known) else none

        def row(name: str, tell, key: str) -> Named:
            return Named(area=name, cells=[tell(t, key) for t in self.headline])

        near = w("相邻县市", "Neighbouring counties")
        around = (areas.prefecture, areas.region, areas.nation)
        return [
            row(w.area(areas.city), own, areas.city), row(near, lambda *_: none, ""),
            *(row(w.area(area), own, area) for area in around),
            row(w("各省区最低", "Lowest province"), among, "min"),
            row(w("各省区中位数", "Median province"), among, "median"),
        ]  # fmt: skip

    @cached_property
    def goals_above(self) -> list[Named]:
        """Targets that the region set itself for the main indicators, and what became of them."""
        table, out = self.data.precedents, []
        for t in self.headline:
            own = table["area"].eq(self.config.areas.region) & table["indicator"].eq(t.indicator)
            for _, r in table[own & table["target"].notna()].iterrows():
                said = {name: t.amount(r[name]) for name in ("target", "outcome")}
                out.append(Named(name=t.name, mid=t.mid, year=int(r["target_year"]), **said))
        return out

    @cached_property
    def precedents(self) -> Named | None:
        """Targets set elsewhere for the first main indicator and what became of them."""
        table, wanted = self.data.precedents, [t.indicator for t in self.headline[:1]]
        table = table[table["indicator"].isin(wanted) & table["scored"].eq("yes")]
        table = table[table["known_by"] <= pd.Timestamp(self.day)]
        if table.empty:
            return None
        met, asked = table["status"].eq("attained"), table["target"] / table["base_value"]
        several = table["area_level"].isin(["province", "region"]) & asked.gt(1)
        several &= (table["target_year"] - table["base_year"]).ge(2)
        bold, most = asked.ge(2), asked[met].max()
        return Named(
            count=len(table), met=int(met.sum()), several=int(several.sum()),
            several_met=int((several & met).sum()), bold=int(bold.sum()),
            bold_met=int((bold & met).sum()), most="" if pd.isna(most) else self.w.number(most, 2),
        )  # fmt: skip

    def _spending(self, rd: Target, value: float, until: int) -> pd.DataFrame | None:
        """R&D spending that a value of the intensity means, a row a scenario of GDP."""
        try:
            return self.data.rd_spending(value, float(rd.row["base_value"]), int(until))
        except ForecastError:
            return None

    @cached_property
    def money(self) -> Named | None:
        """What the target means in money: all scenarios of GDP, and the middle one in words."""
        rd = self.rd if self.rd and self.rd.row["base_value"] > 0 else None
        table = self._spending(rd, rd.row["value"], rd.row["year"]) if rd else None
        if table is None:
            return None
        one = table.set_index("id").loc[self.config.middle_scenario.id]
        w, sums, needed = self.w, ("needed", "short", "region"), table["needed"]
        return Named(
            rows=self.cells(table, "scenario growth gdp at_base region rest needed"),
            name=w.column(one, "name"), all_low=w.money(needed.min(), 2),
            all_high=w.money(needed.max(), 2),
            points=w.points(one["points"], 3), multiple=w.number(one["share_of_base"], 2),
            one_firm=one["share_of_base"] >= 0.25, gdp_year=table.attrs["gdp_year"],
            gdp_value=w.money(table.attrs["gdp_value"], 2),
            **{name: DASH if pd.isna(one[name]) else w.money(one[name], 2) for name in sums},
        )  # fmt: skip

    @cached_property
    def base(self) -> Named | None:
        """The base held against the region's figure of the same year, and against its size."""
        rd, firms = self.rd, self.firms
        if rd is None or rd.region is None:
            return None
        level, value, w = rd.region.raw, rd.row["base_value"], self.w
        year = int(rd.row["base_year"])
        city, region = self.data.city("gdp"), self.data.history(self.config.areas.region, "gdp")
        known = self.data.peers("rd_intensity", "provinces").reindex([year]).loc[year].dropna()
        out = Named(region=rd.region.base, share=w.percent(value / level, 0),
                    doubtful=value < 0.6 * level, lowest=bool(value < known.min()),
                    provinces=len(known), sized="", firms="")  # fmt: skip
        for at in [y for y in city.index if y >= year and y in region.index][:1]:
            sized = city[at] / region[at]
            out.gdp_year, out.sized = at, w.percent(sized)
            out.spent_share = w.percent(sized * value / level)
            out.spent, out.at_region = (w.money(city[at] * v / 100, 2) for v in (value, level))
            if firms and firms.region:
                out.firms = w.percent(firms.row["base_value"] / firms.region.raw)
        return out

    @cached_property
    def gdp(self) -> Named | None:
        """The city's GDP on either side of the last change of its scope, where one is declared."""
        known = self.data.city("gdp")
        marks = [y for y in known.attrs["breaks"] if known.index.min() < y <= known.index.max()]
        if not marks:
            return None
        at = known.index.searchsorted(marks[-1])
        old, new = (self.w.money(known.iloc[n], 2) for n in (at - 1, at))
        return Named(before=known.index[at - 1], after=known.index[at], old=old, new=new)

    @cached_property
    def firsts(self) -> Named | None:
        """First-time certificates a year that the target means, and the outlook by renewal rate."""
        firms, w = self.firms, self.w
        past, table = needs.past_first_time(self.data.baseline), self.data.cohort_outlook
        if firms is None or past is None or table.empty:
            return None
        need, chance = table["first_time_needed"], table["probability"]
        floor, rates = firms.row["probability_floor"], table["renewal_rate"]
        return Named(
            few=w.number(need.min(), 1), many=w.number(need.max(), 1),
            low=w.percent(rates.min(), 0), high=w.percent(rates.max(), 0),
            past=w.number(past["per_year"], 1), past_years=w.years(past["start"], past["end"]),
            least=w.chance(chance.min(), floor), most=w.chance(chance.max(), floor),
        )  # fmt: skip

    @cached_property
    def wanted(self) -> list[Named]:
        """The figures to get first, one a target, and what each would be worth."""
        w, out, by_id = self.w, [], {t.row["id"]: t for t in self.targets}
        for _, r in self.data.asks.drop_duplicates("id").head(8).iterrows():
            t, share = by_id[r["id"]], w.percent(r["changes"], 0)
            worth = w(f"结论改变的可能性{share}", f"{share} chance of another verdict")
            if r["year"] == t.row["year"]:
                worth = w("直接认定完成与否", "settles the target")
            elif r["first"]:
                worth = w("首次作出评价", "a first assessment")
            elif pd.isna(r["changes"]):
                worth = w("补齐历年数据", "completes the record")
            elif r["changes"] < 0.005:
                worth = w("印证现有结论", "confirms the verdict")
            out.append(Named(name=t.name, year=r["year"], holder=t.holder, worth=worth, due=t.due))
        return out

    @cached_property
    def adjusted(self) -> list[Named]:
        """Values for the target year as ambitious as what others attained."""
        out = []
        for t in self.headline:
            a = t.assessment
            if a.forecast is None or a.base_year is None:
                continue
            peers, years = self.data.peers(t.indicator, "all"), a.target.year - a.base_year
            found = reference_windows(peers, years)
            values = needs.adjusted_targets(a, *found, int(t.row["decimals"]))
            said = {n: t.amount(values.get(n)) for n in needs.PEER_QUANTILES}
            out.append(Named(name=t.name, goal=t.goal, **said))
        return out

    @cached_property
    def next_plan(self) -> list[Named]:
        """Of every target that can be forecast, the figures of `_next`."""
        return [row for row in map(self._next, self.targets) if row]

    def _next(self, t: Target) -> Named | None:
        """What comes without new measures, and three targets with what each would take."""
        known, areas, w = self.data.city(t.indicator), self.config.areas, self.w
        if t.row["direction"] != "at_least" or not t.has_chance or known.empty:
            return None
        until = self.config.report.next_year
        found = needs.next_values(
            known, until, kind=self.registry.at[t.indicator, "kind"], unit=t.row["unit"],
            decimals=int(t.row["decimals"]), peers=self.data.peers(t.indicator, "all"),
            region=self.data.history(areas.region, t.indicator),
            parent=self.data.parent(areas.city, t.indicator),
        )  # fmt: skip
        one = Named(name=t.name, last=self.dated(t.amount(known.iloc[-1]), known.index[-1]),
                    interval=w("至", " to ").join(t.amount(found[n]) for n in ("low", "high")),
                    median=t.amount(found["median"]), floor=t.amount(found["floor"]))  # fmt: skip
        p = w.chance(found["match_probability"], found["match_probability_floor"])
        one.match_chance = p or DASH
        for name in ("stretch", "match"):
            growth, value = w.percent(found[f"{name}_growth"]), t.amount(found[name])
            setattr(
                one, name, w(f"{value}（{growth}）", f"{value} ({growth})") if growth else value
            )
            rd = t.indicator == "rd_intensity" and pd.notna(found[name])
            table = self._spending(t, found[name], until) if rd else None
            sums = {} if table is None else table.set_index("id")["needed"]
            takes = sums.get(self.config.middle_scenario.id)
            setattr(one, f"{name}_takes", "" if takes is None else w.money(takes, 2))
        return one

    def _tasks(self, kind: str) -> list[Named]:
        """Tasks of the plan or its projects, with what the offices reported."""
        told = self.data.task_reports.drop_duplicates("id", keep="last").set_index("id")
        told, table, out = told.to_dict("index"), self.data.tasks, []
        for _, r in table[table["kind"].eq(kind)].iterrows():
            said = told.get(r["id"], {})
            day = f"（{said['office']}，{said['reported']:%Y-%m-%d}）" if said else ""
            out.append(Named(
                section=self.locator(r["section"]), at=r["section"], told=bool(said),
                text=self.w(r["text"], r["text_en"]), policy=r["section"].startswith(("三", "五")),
                lead=self.office(self.w(r["lead"], r["lead_en"])) or self.unfilled,
                progress=(said.get("text") or self.unfilled) + day,
                status=said.get("progress") or self.unfilled,
                spent=said.get("money") or self.unfilled,
            ))  # fmt: skip
        return out

    @cached_property
    def sections(self) -> list[Named]:
        """Sections of the plan's tasks: how many tasks and projects, how many reported on."""
        groups: dict[str, list] = {}
        for one in [*self.tasks, *self.projects]:
            groups.setdefault(one.at[: one.at.find("）") + 1] or one.at, []).append(one)
        titles = {} if self.lang == "en" else self._headings()
        return [
            Named(section=self.locator(key) + titles.get(key, ""), count=len(rows),
                  told=sum(one.told for one in rows),
                  who=self.listed({one.lead: 0 for one in rows if one.lead != self.unfilled})
                  or self.w("待明确", "to be named"))
            for key, rows in sorted(groups.items(), key=lambda g: [_ORDER.find(c) for c in g[0]])
        ]  # fmt: skip

    def _headings(self) -> dict[str, str]:
        """Headings of the plan's sections, 四（一） to its words."""
        path, chapter, out = self.data.folder / "raw" / "plan.txt", "", {}
        for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
            if line[1:2] == "、" and line[0] in _ORDER:
                chapter = line[0]
            elif line.startswith("（") and "）" in line[:4]:
                part, _, title = line.partition("）")
                out[f"{chapter}{part}）"] = title.partition("。")[0].strip()
        return out

    def document(self, source: str) -> str:
        """A source as publisher, title, number; marked where only a copy was seen."""
        row, w = self._sources[source], self.w
        number = row["number"] if row["number"] not in row["title"] else ""
        copy = w("（转载件，待核）", " (seen in a copy)") if row["copy"] == "yes" else ""
        said = f"《{row['title']}》" + f"（{number}）" * bool(number) + copy
        return w.publisher(row["publisher"]) + w("", ", ") + said

    @cached_property
    def _sources(self) -> dict[str, dict]:
        return self.data.sources.set_index("id").to_dict("index")

    def source_of(self, indicator: str) -> str:
        """The documents behind the city's figures of an indicator."""
        rows = self.data.published(self.config.areas.city, indicator)
        return self.w.clauses(map(self.document, dict.fromkeys(rows["source"]))) or DASH

    @cached_property
    def sources(self) -> list[Named]:
        """Documents behind the figures of the city and around it, and others' of the main targets.

        A title that comes out every year, or from several publishers, takes one row.
        """
        data, w, own = self.data, self.w, {t.indicator for t in self.targets}
        rows = data.statistics[data.statistics["indicator"].isin([*own, "gdp"])]
        counted = [*(t.indicator for t in self.headline), "hightech_certificates"]
        others = (data.reference(name) for name in ("provinces", "countries"))
        used = [rows, *(table[table["indicator"].isin(counted)] for table in others)]
        ids = list(dict.fromkeys(pd.concat([table["source"] for table in used])))
        table = data.sources.set_index("id").loc[ids]
        form, out = table["title"].str.replace(_YEAR, "{}", regex=True), []
        for title, part in table.groupby(form, sort=False):
            years = sorted(set(part["title"].str.findall(_YEAR).explode().dropna().astype(int)))
            title = title.replace("{}", w.spans(spans(years)), 1).replace("{}", "")
            days = sorted({d if len(part) == 1 else d[:4] for d in part["published"] if d})
            names = {name: set(name.split()) for name in part["publisher"]}
            who = [w.publisher(n) for n in names if not any(names[n] < names[o] for o in names)]
            several = w(f"{who[0]}等{len(who)}个单位", f"{who[0]} and {len(who) - 1} others")
            copies = part["copy"].eq("yes").all()
            out.append(Named(
                publisher=w.join(who) if len(who) < 3 else several,
                title=title if len(part) > 1 else part["title"].iloc[0],
                day=w("—", "–").join(dict.fromkeys([*days[:1], *days[-1:]])) or DASH,
                mark=w("转载件，待核", "copy, to be checked") if copies else w("原件", "original"),
                number=(part["number"].iloc[0] if len(part) == 1 else "") or DASH,
            ))  # fmt: skip
        return out

    @cached_property
    def searched(self) -> list[Named]:
        """Where figures were looked for, when, and what was found."""
        path, w = self.data.folder / "search_record.csv", self.w
        if not path.is_file():
            return []
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        return [
            Named(day=w(f"{r['day']}年", r["day"]) if r["day"].isdigit() else r["day"],
                  **{name: w.column(r, name) for name in ("place", "what", "found")})
            for _, r in table.iterrows() if r["day"] <= self.day.isoformat()
        ]  # fmt: skip
