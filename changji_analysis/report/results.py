"""The named results that templates print: computed once a dataset and language, never a sentence.

What a template prints is a string in the form of `changji_analysis.wording`; what it decides by
stays a number or a flag.
"""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace as Named
from typing import Any

import pandas as pd

from .. import needs
from ..calibration import NEVER
from ..dataset import Dataset
from ..errors import ForecastError
from ..scorecards import reference_windows, spans
from ..wording import LIKELIHOODS, TERMS, VERDICTS, Words, shortest

PACE = {"ahead_of_schedule": ("超前", "ahead"), "on_schedule": ("达序", "on schedule"),
        "behind_schedule": ("滞后", "behind")}  # fmt: skip
"""时序进度 in the customary words."""

DASH = "—"
_ORDER = "一二三四五六七八九十"
_YEAR = r"(?:19|20)\d\d"


class Results:
    """What one report says, in one language.

    Parameters
    ----------
    data : Dataset
    lang : {"zh", "en"}
    """

    def __init__(self, data: Dataset, lang: str):
        self.data, self.lang, self.w, self.config = data, lang, Words.of(data, lang), data.config
        self.day = data.as_of or data.last_known
        self.final = self.day >= dt.date(self.config.plan.target_year, 12, 31)
        self.blank = self.w("待填", "to be filled in")
        self.card = data.scorecard
        self.main = self.card[self.card["default"]]
        self.registry = data.indicators.set_index("id")
        self.targets = [self.target(row) for _, row in self.main.iterrows()]
        by_indicator = {t.indicator: t for t in reversed(self.targets)}
        wanted = self.config.report.headline
        self.headline = {name: by_indicator[name] for name in wanted if name in by_indicator}

    def names(self) -> dict[str, Any]:
        """Everything by the name that templates use."""
        report, w = self.config.report, self.w
        rd, firms = (self.headline.get(name) for name in ("rd_intensity", "hightech_firms"))
        usable = [t for t in self.targets if t.code != "insufficient_evidence"]
        return {
            "final": self.final, "date": w.date(self.day), "by": self.deadline(),
            "kind": w("终期评估", "final review") if self.final
            else w("中期评估", "mid-term review"),
            "plan": self.plan(), "next_year": report.next_year, "years": self.years(),
            "author": w.column(vars(report), "issuer"), "status": w.column(vars(report), "status"),
            "local_note": w.column(vars(report), "base_note"),
            "private": w.not_public(self.data.not_public),
            "city": w.place("city"), "region": w.place("region"), "nation": w.place("nation"),
            "targets": self.targets, "judged": usable, "headline": list(self.headline.values()),
            "blank": [t for t in self.targets if t.code == "insufficient_evidence"],
            "rd": rd, "firms": firms, "n": self.counts(), "figure": self.figure,
            "fiscal": any(t.indicator == "fiscal_st_spending" for t in self.targets),
            "unfilled": self.blank, "source": self.source_of,
            "verdicts": self.verdicts(), "offices": self.offices(), "grades": self.grades(),
            "money": self.money(rd), "base": self.base(rd), "gdp": self.gdp() if rd else None,
            "firsts": self.firsts(firms), "wanted": self.wanted(), "adjusted": self.adjusted(),
            "next": [row for row in map(self.next, self.targets) if row],
            "precedents": self.precedents(), "readings": self.readings(), "checks": self.checks(),
            "reading_table": self.reading_table(), "sections": self.sections(),
            "tasks": self.tasks("task"), "projects": self.tasks("project"),
            "sources": self.sources(), "searched": self.searched(), "at": self.config.verdict,
            "terms": [(w(zh, en), f"{least:g}") for least, en, zh in LIKELIHOODS],
        }  # fmt: skip

    # ---- one target --------------------------------------------------------------------------
    def target(self, row: pd.Series) -> Named:
        """A row of the scorecard as text."""
        w, after, p, about = self.w, bool(row["after_base"]), row["probability"], row["indicator"]
        share = lambda value: w.percent(value) or DASH  # noqa: E731
        factor, chance = row["required_factor"], w.chance(p, row["probability_floor"])
        return Named(
            id=row["id"], reading_id=row["reading"], indicator=about, code=row["verdict"], row=row,
            p=p, name=w.name(row), mid=w.mid(row), section=self.locator(row["section"]),
            unit=w.unit(row["unit"]), year=int(row["year"]), after=after, goal=self.goal(row),
            aim=self.goal(row).lstrip("≥≤"), base=self.amount(row["base_value"], row),
            base_year=year(row["base_year"]), last=self.amount(row["last_value"], row),
            last_year=year(row["last_year"]), last_dated=self.dated(row),
            met_at_base=row["met_at_base"] is True,
            rises=bool(factor > 1), factor=DASH if pd.isna(factor) else w.times(factor),
            growth=share(row["required_growth"]), has_growth=not pd.isna(row["required_growth"]),
            gap_closed=share(row["gap_closed"]) if after else DASH,
            elapsed=DASH if not after else w.percent(1, 0) if self.final
            else share(row["time_elapsed"]),
            straight=self.pace(row, "straight"), geometric=self.pace(row, "geometric"),
            shortfall=self.shortfall(row), outcome=row["method"] == "outcome",
            money_short="" if pd.isna(row["shortfall_money"]) else w.money(row["shortfall_money"]),
            chance=chance or DASH, has_chance=not pd.isna(p),
            range="" if w.spread(row) == chance else w.spread(row),
            likely="" if pd.isna(p) else w.likely(p), verdict=w.judged(row),
            holder=self.office(w.column(row, "holder")), grade=row["evidence"], n=int(row["n"]),
            assumed=str(self.registry.at[about, "holder_assumed"]) in ("yes", "True"),
            due=w.column(self.registry.loc[about], "due"), generic=row["evidence"] == "D",
            kind=row["kind"] or w.term("strength", row["strength"]),
            reading=w.column(row, "reading"), missing=w.spans(row["missing_years"]),
            total="-" in row["period"],
            reference=self.reference(row), alike=self.alike(row), forecast=self.ahead(row),
            region=self.region(row), context=self.context(row), paths=self.path(row),
            around=self.around(row),
        )  # fmt: skip

    def amount(self, value: Any, row: pd.Series) -> str:
        """A value with its unit, or a dash."""
        return DASH if pd.isna(value) else self.w.amount(value, row)

    def dated(self, row: pd.Series) -> str:
        """The latest figure with its year."""
        value, number = self.amount(row["last_value"], row), row["last_year"]
        return value if value == DASH else self.w(f"{value}（{number}年）", f"{value} ({number})")

    def goal(self, row: pd.Series) -> str:
        """What a target asks for; a list of what is to go ends in none."""
        if row["direction"] == "at_most" and row["value"] == 0:
            return self.w("全部淘汰", "none left")
        if row["bound"] == "between":
            return self.w(
                row["as_printed"], row["as_printed"].rstrip(row["unit"]).replace("—", "–")
            )
        return self.w.goal(row["value"], row["direction"], row["unit"], row.get("tolerance"))

    def office(self, names: str) -> str:
        """Offices of the city without its name: 市科技局, Finance Bureau."""
        city = self.config.areas.city
        if self.lang == "zh":
            return names.replace(city, city[-1]) if city[-1] in "市县区州" else names
        return names.replace(f"{self.w.place('city')} ", "")

    def locator(self, section: str) -> str:
        """A place in the plan, 四（二）1（1） or 4(2)1(1)."""
        abroad = str.maketrans(f"（）；、{_ORDER}", "();,123456789X")
        return self.w(section, section.translate(abroad))

    def pace(self, row: pd.Series, shape: str) -> str:
        """时序进度 on a path, where there is a figure after the base."""
        word = row[f"pace_time_progress_{shape}"]
        known = row["after_base"] and word in PACE
        return self.w(*(PACE[word] if known else ("暂不评价", "not assessed")))

    def shortfall(self, row: pd.Series) -> str:
        """What is lacking, in the indicator's unit; empty where it cannot be computed."""
        value, digits = row["shortfall"], int(row["decimals"])
        if pd.isna(value):
            return ""
        return self.w.points(value, digits) if row["unit"] == "%" else self.amount(value, row)

    def reference(self, row: pd.Series) -> Named | None:
        """The growth windows of other areas, where there are any."""
        if pd.isna(row["reference_reached"]) or not row["reference_windows"]:
            return None
        w, required, largest = self.w, row["reference_required"], row["reference_largest"]
        return Named(
            windows=f"{row['reference_windows']:,}", reached=f"{row['reference_reached']:,}",
            none=row["reference_reached"] == 0, span=int(row["reference_span"]),
            share=w.percent(row["reference_share"], 0), required=w.times(required),
            largest=w.times(largest), far=required > 2 * largest,
            area=w.area(row["reference_area"]), start=row["reference_start"],
            end=row["reference_end"],
        )  # fmt: skip

    def assessment(self, row: pd.Series):
        """The assessment behind a row of the scorecard."""
        return self.data.judged[row["id"], row["reading"]].assessment

    def alike(self, row: pd.Series) -> Named | None:
        """The replayed statements nearest to this one, and what was never replayed."""
        found, w = self.assessment(row).evidence.calibration, self.w
        if found is None:
            return None
        digits = 1 if found.came_true < 0.01 else 0
        said = {
            k: w.percent(getattr(found, k), digits)
            for k in ("stated", "came_true", "lower", "upper")
        }
        never = self.listed(w(*NEVER[code]) for code in found.never)
        return Named(cases=w.number(found.cases), areas=found.areas, periods=found.periods,
                     same=bool(found.family), statements=w.number(found.statements), never=never,
                     **said)  # fmt: skip

    def ahead(self, row: pd.Series) -> Named | None:
        """Median and 80 % interval of every year up to the target's."""
        found = self.assessment(row).forecast
        if found is None:
            return None
        table = pd.concat([found.median, found.interval(0.8)], axis=1)
        rows = [(y, *(self.amount(v, row) for v in line)) for y, *line in table.itertuples()]
        low, high = table.iloc[-1, 1:]
        return Named(rows=rows, median=rows[-1][1], low=rows[-1][2], high=rows[-1][3],
                     from_year=found.last_year, above=bool(row["value"] > high),
                     below=bool(row["value"] < low))  # fmt: skip

    def around(self, row: pd.Series) -> str:
        """The area whose later growth entered the forecast, and up to when."""
        used, w = self.assessment(row).evidence.parent, self.w
        if used is None:
            return ""
        area = w.area(used.area) if used.area else w("上级地区", "the area around the city")
        return w(f"{area}至{used.until}年", f"{area} up to {used.until}")

    def region(self, row: pd.Series) -> Named | None:
        """The region's realised pace, and what the city would have at it."""
        known = self.data.history(self.config.areas.region, row["indicator"])
        pace = needs.region_pace(known, self.config.plan.base_year, int(row["year"]))
        if pace is None or pd.isna(row["base_value"]):
            return None
        reached = row["base_value"] * pace["factor"]
        said = {name: self.amount(pace[name], row) for name in ("base", "last")}
        return Named(growth=self.w.percent(pace["growth"]), reached=self.amount(reached, row),
                     enough=row["direction"] == "at_least" and reached >= row["value"],
                     base_year=pace["base_year"], last_year=pace["last_year"], raw=pace["base"],
                     **said)  # fmt: skip

    def context(self, row: pd.Series) -> Named | None:
        """The latest rate of an area around the city; a sum of another size says nothing."""
        if row["unit"] != "%" or pd.isna(row["context_value"]):
            return None
        value = self.amount(row["context_value"], row)
        return Named(
            area=self.w.area(row["context_area"]), year=int(row["context_year"]), value=value
        )

    def path(self, row: pd.Series) -> list[Named]:
        """Values due by year on both paths, with what was observed."""
        table, start = self.data.required_paths, self.config.plan.base_year
        table = table[table["id"].eq(row["id"]) & table["reading"].eq(row["reading"])]
        shapes = ("straight", "geometric", "observed")
        return [
            Named(year=int(line["year"]), **{n: self.amount(line[n], row) for n in shapes},
                  elapsed=self.w.percent((line["year"] - start) / (row["year"] - start), 0))
            for _, line in table.iterrows()
        ]  # fmt: skip

    # ---- all targets -------------------------------------------------------------------------
    def plan(self) -> Named:
        """The plan under review."""
        plan, w = self.config.plan, self.w
        issued = plan.issued if plan.issued and plan.issued <= self.day else None
        passed = (issued.year - plan.base_year - 1 + (issued.timetuple().tm_yday - 1) / 365
                  if issued else 0)  # fmt: skip
        return Named(
            title=w.column(vars(plan), "title"), document=plan.document, base_year=plan.base_year,
            target_year=plan.target_year, issued=w.date(issued) if issued else "",
            passed=w.percent(passed / (plan.target_year - plan.base_year), 0),
            half=2 * passed > plan.target_year - plan.base_year,
            left=max(plan.target_year - self.day.year, 0), next_year=self.config.report.next_year,
        )  # fmt: skip

    def years(self) -> list[int]:
        """Years of the plan that an annex shows."""
        plan = self.config.plan
        return list(range(plan.base_year + 1, min(plan.target_year, self.day.year) + 1))

    def deadline(self) -> str:
        """By when the offices are to answer."""
        day, w = self.config.report.reply_by, self.w
        if day is None:
            return w("印发后30日内", "within 30 days of issue")
        return w(f"{w.date(day)}前", f"by {w.date(day)}")

    def listed(self, items) -> str:
        """Items in a sentence; with semicolons where one has a comma of its own."""
        items = list(items)
        marked = any(mark in item for item in items for mark in "、,")
        return self.w.clauses(items) if marked else self.w.join(items)

    def verdicts(self) -> list[Named]:
        """Targets by the word printed, the best first."""
        order = sorted(self.targets, key=lambda t: [*VERDICTS].index(t.code))
        groups = {t.verdict: [o for o in order if o.verdict == t.verdict] for t in order}
        return [
            Named(code=rows[0].code, word=word, count=len(rows),
                  names=self.listed(t.mid for t in rows))
            for word, rows in groups.items()
        ]  # fmt: skip

    def offices(self) -> list[Named]:
        """What each office holds, those with most blanks first; a shared target counts for each."""
        own = self.office(self.w.column(vars(self.config.report), "issuer"))
        back = self.data.returned
        days = {self.office(r["office"]): self.w.date(r["day"].date()) for _, r in back.iterrows()}
        held: dict[str, list] = {}
        for t in self.targets:
            for name in filter(None, t.holder.split(self.w("、", "; "))):
                held.setdefault(name, []).append(t)
        table = []
        for name, rows in held.items():
            blank = [t for t in rows if t.code == "insufficient_evidence"]
            names = self.listed(t.mid for t in blank)
            table.append(Named(name=name, targets=rows, blank=blank, names=names, own=name == own,
                               back=days.get(name, "")))  # fmt: skip
        return sorted(table, key=lambda o: (-len(o.blank), -len(o.targets)))

    def grades(self) -> list[tuple[str, str, int]]:
        """Grades of evidence: letter, meaning, targets."""
        counts = self.main["evidence"].value_counts()
        return [(g, self.w.term("evidence", g), int(counts.get(g, 0))) for g in TERMS["evidence"]]

    def counts(self) -> Named:
        """How many of everything."""
        main, data, plan = self.main, self.data, self.config.plan
        several = self.card[self.card["id"].duplicated(keep=False)]
        own = data.statistics[data.statistics["area"].eq(self.config.areas.city)]
        own = own[own["indicator"].isin(main["indicator"]) & own["year"].gt(plan.base_year)]
        blank, kinds = main["verdict"].eq("insufficient_evidence"), data.tasks["kind"]
        paces = [t.straight for t in self.targets]
        reference = sum(len(data.reference(name)) for name in ("provinces", "countries"))
        return Named(
            targets=len(main), judged=int((~blank).sum()), blank=int(blank.sum()),
            after=int(main["after_base"].gt(0).sum()), several=several["id"].nunique(),
            early=int(own["known_by"].le(pd.Timestamp(plan.issued)).sum()) if plan.issued else 0,
            met_at_base=sum(t.met_at_base for t in self.targets if t.has_chance),
            flips=int(several.groupby("id")["verdict"].nunique().gt(1).sum()),
            outcomes=int(main["method"].eq("outcome").sum()),
            generic=int((~blank & main["evidence"].eq("D")).sum()),
            totals=sum(t.total for t in self.targets if t.code == "insufficient_evidence"),
            statistics=f"{len(data.statistics):,}", reference=f"{reference:,}",
            checks=len(data.consistency), differ=len(self.checks()),
            tasks=int(kinds.eq("task").sum()), projects=int(kinds.eq("project").sum()),
            **{name: paces.count(self.w(*PACE[code]))
               for name, code in zip(("ahead", "on", "behind"), PACE, strict=True)},
        )  # fmt: skip

    def readings(self) -> list[Named]:
        """Targets with figures in several readings: the readings, and whether the verdict holds."""
        rows = self.card[self.card["id"].duplicated(keep=False)]
        parts = [p for _, p in rows.groupby("id", sort=False) if p["base_value"].notna().any()]
        out = [Named(read=[self.target(row) for _, row in part.iterrows()]) for part in parts]
        for one in out:
            one.name, one.flips = one.read[0].name, len({t.code for t in one.read}) > 1
        return out

    def checks(self) -> list[Named]:
        """The plan's statements that leave a doubt."""
        table, w = self.data.consistency, self.w
        table = table[~table["agrees"] | table["expected"].eq("differ")]
        number = lambda value: w.number(value, shortest(value))  # noqa: E731
        return [
            Named(computed=number(r["computed"]), printed=number(r["printed"]),
                  says=w.column(r, "says"))
            for _, r in table.iterrows()
        ]  # fmt: skip

    def reading_table(self) -> list[Named]:
        """Which figure would mean which verdict: every year of the main targets, else the last."""
        table, out = self.data.reading_tables, []
        for t in self.targets:
            rows = table[table["id"].eq(t.id) & table["reading"].eq(t.reading_id)]
            rows = rows[
                rows["year"].gt(self.config.plan.base_year) & rows["year"].le(self.day.year)
            ]
            if t.indicator not in self.headline:
                rows = rows[rows["year"].eq(rows["year"].max())]
            for number, part in rows.groupby("year"):
                said = self.w.clauses(
                    filter(None, (self.band(r, t.row) for _, r in part.iterrows()))
                )
                due = [
                    self.amount(part.iloc[0][f"due_{n}"], t.row) for n in ("straight", "geometric")
                ]
                if said or due[0] != DASH:
                    line = Named(name=t.name, year=int(number), said=said or DASH, holder=t.holder)
                    line.straight, line.geometric = due
                    out.append(line)
        return out

    def band(self, line: pd.Series, row: pd.Series) -> str:
        """A band of a reading table in words."""
        low, high, w = line["from_value"], line["to_value"], self.w
        if not line["verdict"] or (pd.isna(low) and pd.isna(high)):
            return ""
        word, one, other = w.verdict(line["verdict"]), self.amount(low, row), self.amount(high, row)
        if row["direction"] == "at_most":  # the bound itself belongs to the better band below it
            if pd.isna(low):
                zh, en = ("", "") if high == 0 else ("及以下", " or less")
                return w(f"{other}{zh}：{word}", f"{other}{en}: {word}")
            if pd.isna(high):
                return w(f"高于{one}：{word}", f"above {one}: {word}")
        if pd.isna(low):
            return w(f"低于{other}：{word}", f"below {other}: {word}")
        if pd.isna(high):
            return w(f"{one}及以上：{word}", f"{one} or more: {word}")
        return w(f"{one}至{other}：{word}", f"{one} to {other}: {word}")

    def figure(self, indicator: str, number: int) -> str:
        """A figure of the city, or the mark of a cell to be filled in."""
        known = self.data.city(indicator) if indicator in self.registry.index else {}
        return (
            self.amount(known[number], self.registry.loc[indicator])
            if number in known
            else self.blank
        )

    # ---- what it would take ------------------------------------------------------------------
    def money(self, rd: Named | None) -> Named | None:
        """R&D spending that the target means, under each scenario of GDP; the middle one's own."""
        if rd is None or not rd.row["base_value"] > 0:
            return None
        try:
            table = self.data.rd_spending(rd.row["value"], rd.row["base_value"], rd.year)
        except ForecastError:
            return None
        w, sums = self.w, ("gdp", "at_base", "region", "rest", "needed", "short")
        rows = {
            line["id"]: Named(
                name=w.column(line, "name"), growth=w.percent(line["growth"]),
                **{n: DASH if pd.isna(line[n]) else w.money(line[n]) for n in sums},
                points=w.points(line["points"], 3), multiple=w.number(line["share_of_base"], 2),
                one_firm=bool(line["share_of_base"] >= 0.25),
            )
            for _, line in table.iterrows()
        }  # fmt: skip
        one = Named(**vars(rows[self.config.middle_scenario.id]), rows=list(rows.values()))
        one.all_low, one.all_high = w.money(table["needed"].min()), w.money(table["needed"].max())
        one.gdp_year, one.gdp_value = table.attrs["gdp_year"], w.money(table.attrs["gdp_value"], 2)
        return one

    def base(self, rd: Named | None) -> Named | None:
        """The base held against the region's figure of the same year."""
        if rd is None or rd.region is None:
            return None
        level, value = rd.region.raw, float(rd.row["base_value"])
        gdp = self.data.city("gdp").get(rd.base_year)
        spent, at_region = (self.w.money(gdp * v / 100, 2) if gdp else "" for v in (value, level))
        return Named(region=rd.region.base, share=self.w.percent(value / level, 0),
                     doubtful=value < 0.6 * level, spent=spent, at_region=at_region)  # fmt: skip

    def gdp(self) -> Named | None:
        """The city's GDP on either side of the last change of its scope, where one is declared."""
        known = self.data.city("gdp")
        marks = [y for y in known.attrs["breaks"] if known.index.min() < y <= known.index.max()]
        if not marks:
            return None
        sides = known[known.index < marks[-1]].index[-1], known[known.index >= marks[-1]].index[0]
        before, after = (f"{y}" for y in sides)
        old, new = (self.w.money(known[y], 2) for y in sides)
        return Named(before=before, after=after, old=old, new=new)

    def firsts(self, firms: Named | None) -> Named | None:
        """First-time certificates a year that the target means, and the outlook by renewal rate."""
        past, table, w = needs.past_first_time(self.data.baseline), self.data.cohort_outlook, self.w
        if firms is None or past is None or table.empty:
            return None
        need, floor = table["first_time_needed"], firms.row["probability_floor"]
        rows = [
            (w.percent(r["renewal_rate"], 0), w.number(r["first_time_needed"], 1),
             w.number(r["first_time_needed"] / past["per_year"], 1),
             self.amount(r["median"], firms.row), w.chance(r["probability"], floor))
            for _, r in table.iterrows()
        ]  # fmt: skip
        return Named(rows=rows, few=w.number(need.min(), 1), many=w.number(need.max(), 1),
                     low=rows[0][0], high=rows[-1][0], past=w.number(past["per_year"], 1),
                     past_years=w.years(past["start"], past["end"]),
                     least=w.chance(table["probability"].min(), floor),
                     most=w.chance(table["probability"].max(), floor))  # fmt: skip

    def wanted(self) -> list[Named]:
        """The figures to get first, one a target, and what each would be worth."""
        w, out, by_id = self.w, [], {t.id: t for t in self.targets}
        for _, r in self.data.asks.drop_duplicates("id").head(8).iterrows():
            t = by_id[r["id"]]
            if r["year"] == t.year:
                worth = w("直接认定完成与否", "settles the target")
            elif r["first"]:
                worth = w("首次作出评价", "a first assessment")
            elif pd.isna(r["changes"]):
                worth = w("补齐历年数据", "completes the record")
            else:
                share = w.percent(r["changes"], 0)
                worth = w(f"结论改变的可能性{share}", f"{share} chance of another verdict")
            out.append(Named(name=t.name, year=r["year"], holder=t.holder, worth=worth, due=t.due))
        return out

    def adjusted(self) -> list[Named]:
        """Values for the target year as ambitious as what others attained."""
        out = []
        for t in self.headline.values():
            a = self.assessment(t.row)
            if a.forecast is None or a.base_year is None:
                continue
            years = a.target.year - a.base_year
            windows, span = reference_windows(self.data.peers(t.indicator, "all"), years)
            values = needs.adjusted_targets(a, windows, span, int(t.row["decimals"]))
            said = {n: self.amount(values.get(n), t.row) for n in needs.PEER_QUANTILES}
            out.append(Named(name=t.name, goal=t.goal, **said))
        return out

    def next(self, t: Named) -> Named | None:
        """What comes without new measures, and three targets with what each would take."""
        w, row, known, until = (
            self.w,
            t.row,
            self.data.city(t.indicator),
            self.config.report.next_year,
        )
        if row["direction"] != "at_least" or not t.has_chance or known.empty:
            return None
        found = needs.next_values(
            known, until, kind=self.registry.at[t.indicator, "kind"], unit=row["unit"],
            decimals=int(row["decimals"]), peers=self.data.peers(t.indicator, "all"),
            region=self.data.history(self.config.areas.region, t.indicator),
        )  # fmt: skip
        said = {
            n: self.amount(found[n], row)
            for n in ("median", "low", "high", "floor", "stretch", "match")
        }
        if found["floor"] <= known.iloc[-1]:
            said["floor"] = w("不低于现有水平", "no less than today")
        asks = {}
        for name in ("stretch", "match"):
            chance = w.chance(*(found[f"{name}_probability{end}"] for end in ("", "_floor")))
            growth = w.percent(found[f"{name}_growth"])
            asks[f"{name}_asks"] = chance and w.clauses([growth, chance])
            asks[f"{name}_takes"] = self.takes(t, found[name], until)
        return Named(
            name=t.name, indicator=t.indicator, last=t.last_dated, goal=t.goal, **said, **asks
        )

    def takes(self, t: Named, value: float, until: int) -> str:
        """What a value of the next plan's last year means in money."""
        if t.indicator != "rd_intensity" or pd.isna(value):
            return DASH
        try:
            table = self.data.rd_spending(value, float(t.row["base_value"]), until).set_index("id")
        except ForecastError:
            return DASH
        sum_ = self.w.money(table.at[self.config.middle_scenario.id, "needed"])
        return self.w(f"当年研发经费{sum_}", f"{sum_} of R&D in that year")

    def precedents(self) -> Named | None:
        """Targets set elsewhere for the first main indicator and what became of them."""
        table, w = self.data.precedents, self.w
        t = next(iter(self.headline.values()), None)
        table = table[table["indicator"].eq(t.indicator if t else "") & table["scored"].eq("yes")]
        table = table[table["known_by"] <= pd.Timestamp(self.day)]
        if table.empty:
            return None
        met, asked = table["status"].eq("attained"), table["target"] / table["base_value"]
        several = table["area_level"].isin(["province", "region"]) & asked.gt(1)
        several &= (table["target_year"] - table["base_year"]).ge(2)
        bold, levels = asked.ge(2), table["area_level"].replace({"region": "province"})
        rows = [(w.term("level", name), int(levels.eq(name).sum()),
                 int((levels.eq(name) & met).sum()))
                for name in TERMS["level"] if levels.eq(name).any()]  # fmt: skip
        return Named(
            rows=rows, count=len(table), met=int(met.sum()), share=w.percent(met.mean(), 0),
            several=int(several.sum()), several_met=int((several & met).sum()),
            bold=int(bold.sum()), bold_met=int((bold & met).sum()),
            most=w.number(asked[met].max(), 2) if asked[met].notna().any() else "",
        )  # fmt: skip

    # ---- annexes -----------------------------------------------------------------------------
    def tasks(self, kind: str) -> list[Named]:
        """Tasks or projects of the plan, with what the offices reported."""
        table, reports = self.data.tasks, self.data.task_reports
        table = table[table["kind"].eq(kind)]
        told = reports.drop_duplicates("id", keep="last").set_index("id").to_dict("index")
        out = []
        for n, (_, r) in enumerate(table.iterrows(), 1):
            said = told.get(r["id"], {})
            day = f"{said['office']}，{said['reported']:%Y-%m-%d}" if said else ""
            out.append(Named(
                number=n, section=self.locator(r["section"]), at=r["section"], told=bool(said),
                text=self.w(r["text"], r["text_en"]), by=day,
                lead=self.office(self.w(r["lead"], r["lead_en"])) or self.blank,
                **{name: said.get(column) or self.blank for name, column in
                   (("progress", "text"), ("status", "progress"), ("spent", "money"))},
            ))  # fmt: skip
        return out

    def sections(self) -> list[Named]:
        """Sections of the plan's tasks: how many tasks and projects, how many reported on."""
        groups: dict[str, list] = {}
        for one in [*self.tasks("task"), *self.tasks("project")]:
            groups.setdefault(one.at[: one.at.find("）") + 1] or one.at, []).append(one)
        titles = {} if self.lang == "en" else self._headings()
        return [
            Named(section=self.locator(key) + titles.get(key, ""), count=len(rows),
                  told=sum(one.told for one in rows),
                  who=self.listed({one.lead: 0 for one in rows if one.lead != self.blank}))
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
        row = self.data.sources.set_index("id").loc[source]
        number = (
            f"（{row['number']}）" if row["number"] and row["number"] not in row["title"] else ""
        )
        copy = self.w("（转载件，待核）", " (seen in a copy)") if row["copy"] == "yes" else ""
        publisher = self.w.publisher(row["publisher"]) + self.w("", ", ")
        return f"{publisher}《{row['title']}》{number}{copy}"

    def source_of(self, indicator: str) -> str:
        """The documents behind the city's figures of an indicator."""
        rows = self.data.statistics
        rows = rows[rows["area"].eq(self.config.areas.city) & rows["indicator"].eq(indicator)]
        return self.w.clauses(map(self.document, dict.fromkeys(rows["source"]))) or DASH

    def sources(self) -> list[Named]:
        """Documents behind the figures of the city and around it, and others' of the main targets.

        A document that comes out every year takes one row.
        """
        data, w = self.data, self.w
        rows = data.statistics[data.statistics["indicator"].isin([*self.main["indicator"], "gdp"])]
        counted = [*self.headline, "hightech_certificates"]
        others = (data.reference(name) for name in ("provinces", "countries"))
        used = [rows, *(table[table["indicator"].isin(counted)] for table in others)]
        ids = list(dict.fromkeys(pd.concat([table["source"] for table in used])))
        table = data.sources.set_index("id").loc[ids]
        form = table["title"].str.replace(_YEAR, "{}", regex=True)
        out = []
        for (publisher, title), part in table.groupby([table["publisher"], form], sort=False):
            found = sorted(set(part["title"].str.findall(_YEAR).explode().dropna().astype(int)))
            several, days = len(part) > 1, sorted(part["published"])
            title = (title.replace("{}", w.spans(spans(found)), 1).replace("{}", "") if several
                     else part["title"].iloc[0])  # fmt: skip
            day = w.years(int(days[0][:4]), int(days[-1][:4])) if several else days[0]
            seen = part["copy"].eq("yes").all()
            mark = w("转载件，待核", "copy, to be checked") if seen else w("原件", "original")
            number = "" if several else part["number"].iloc[0]
            out.append(Named(publisher=w.publisher(publisher), title=title, day=day or DASH,
                             mark=mark, number=number or DASH))  # fmt: skip
        return out

    def searched(self) -> list[Named]:
        """Where figures were looked for, when, and what was found."""
        path = self.data.folder / "search_record.csv"
        if not path.is_file():
            return []
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        return [Named(place=self.w.column(r, "place"), what=self.w.column(r, "what"),
                      found=self.w.column(r, "found"), day=r["day"])
                for _, r in table.iterrows() if r["day"] <= self.day.isoformat()]  # fmt: skip


def year(value: Any) -> int | str:
    """A year, or a dash."""
    return DASH if pd.isna(value) else int(value)
