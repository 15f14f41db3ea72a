"""What it would take: money, certificates, and targets of stated ambition."""

import numpy as np
import pandas as pd
import pytest
from tiny_data import YEARLY, added

import changji_analysis as ca
from changji_analysis import needs
from changji_analysis.errors import ForecastError
from changji_analysis.needs import TRIALS, next_values
from changji_analysis.trends import cohort

GDP = "甲市,gdp,2023,first,600,亿元,exact,600亿元,2024-09-01,2024-09-01,s1,high,"
REGION = "新疆,rd_intensity,2023,first,0.6,%,exact,0.6%,2024-09-01,2024-09-01,s1,high,"


def test_the_regions_pace(tiny):
    tiny(**added(YEARLY, REGION))
    data = ca.Dataset()
    pace = needs.region_pace(data.history("新疆", "rd_intensity"), 2020, 2025)
    assert (pace["base"], pace["last"], pace["last_year"]) == (0.45, 0.6, 2023)
    assert pace["growth"] == pytest.approx(0.10064, abs=5e-6)
    assert pace["factor"] == pytest.approx((0.6 / 0.45) ** (5 / 3))
    early = data.at("2024-08-31").history("新疆", "rd_intensity")
    assert needs.region_pace(early, 2020, 2025) is None
    assert needs.region_pace(data.history("新疆", "science_literacy"), 2020, 2025) is None


def test_spending_is_split(tiny):
    tiny(**added(YEARLY, GDP, REGION))
    [row] = ca.Dataset().rd_spending(1.5, 0.17, 2025).to_dict("records")
    gdp = 600 * 1.03**2
    assert row["gdp"] == pytest.approx(gdp)
    assert row["needed"] == pytest.approx(gdp * 0.015)
    assert row["at_base"] == pytest.approx(gdp * 0.0017)
    assert row["at_base"] + row["region"] + row["rest"] == pytest.approx(row["needed"])
    assert row["region"] == pytest.approx(row["at_base"] * ((4 / 3) ** (5 / 3) - 1))
    assert row["points"] == pytest.approx(100 / gdp)
    assert row["points"] * row["short"] == pytest.approx(1.5 - 0.17)
    assert row["share_of_base"] * row["at_base"] == pytest.approx(1)


def test_without_the_regions_figures_the_split_is_blank(tiny):
    tiny(**added(YEARLY, GDP))
    table = ca.Dataset().rd_spending(1.5, 0.17, 2025)
    assert table["region"].isna().all() and table["rest"].isna().all()
    assert table["short"].notna().all() and table.attrs["region"] is None
    with pytest.raises(ForecastError, match="GDP"):
        ca.Dataset(as_of="2023-12-31").rd_spending(1.5, 0.17, 2025)


def test_past_first_time(tiny, monkeypatch):
    tiny()
    assert needs.past_first_time(ca.load_baseline()) is None
    monkeypatch.delenv("CHANGJI_DATA")
    assert needs.past_first_time(ca.load_baseline()) == {
        "firms": 31.0,
        "start": 2016,
        "end": 2020,
        "per_year": 6.2,
    }


@pytest.fixture(scope="module")
def judged():
    history = pd.Series({2020: 0.17})
    return ca.assess(history, ca.Target(1.5, 2025, base_year=2020, base_value=0.17))


@pytest.mark.parametrize("decimals", [0, 2, 4])
@pytest.mark.parametrize("probability", [0.5, 0.667, 0.9])
@pytest.mark.parametrize("direction", ["at_least", "at_most"])
def test_a_reachable_value_is_as_sure_as_it_says(judged, direction, probability, decimals):
    ahead = judged.forecast
    value = needs.reachable(ahead, probability, direction, decimals)
    assert ahead.probability(value, direction=direction) >= probability - 1e-9
    step = 10**-decimals * (1 if direction == "at_least" else -1)
    assert ahead.probability(value + step, direction=direction) < probability


def windows(*factors, broken=()):
    return pd.DataFrame({"factor": factors, "broken": [i in broken for i in range(len(factors))]})


def test_adjusted_targets(judged):
    values = needs.adjusted_targets(judged, windows(1.0, 1.2, 2.0, 9.0, broken={3}), 5, 2)
    assert values[["median", "largest"]].to_list() == [0.2, 0.34]
    carried = needs.adjusted_targets(judged, windows(2.0), 4, 4)
    assert carried["largest"] == pytest.approx(0.17 * 2 ** (5 / 4), abs=5e-5)


def test_a_falling_target_is_as_ambitious_downwards():
    target = ca.Target(20, 2025, "at_most", base_year=2020, base_value=40)
    falling = ca.assess(pd.Series({2020: 40.0}), target, kind="level")
    values = needs.adjusted_targets(falling, windows(0.5, 0.8, 1.0), 5, 1)
    assert values["median"] == 32 and values["largest"] == 20


def test_nothing_to_adjust_without_base_or_windows(judged):
    blank = ca.assess(pd.Series(dtype=float), ca.Target(1.5, 2025))
    assert needs.adjusted_targets(blank, windows(2.0), 5, 2).empty
    assert needs.adjusted_targets(judged, windows(), 5, 2).empty


@pytest.mark.parametrize("unit", ["家", "%"])
def test_no_target_of_the_next_plan_is_below_today(unit):
    known = pd.Series({2019: 52.0, 2020: 40.0, 2021: 30.0})
    peers = pd.DataFrame({name: [50.0, 40.0, 30.0] for name in "abcd"}, [2019, 2020, 2021])
    region = pd.Series({2021: 60.0, 2023: 72.6})
    found = next_values(
        known, 2030, kind="count", unit=unit, decimals=0, peers=peers, region=region
    )
    assert found["low"] < 30 and found["low"] < found["median"] < found["high"]
    assert found["floor"] == 30 <= found["stretch"] and found["stretch_growth"] >= 0
    later = ca.forecast(region, 2030, peers=peers, kind="count").median.iloc[-1]
    assert found["match"] == pytest.approx(72.6 if unit == "%" else max(30, 30 * later / 60))
    assert 0 < found["match_probability"] < 1 and 0 < found["stretch_probability"] < 1


def test_the_next_plan_starts_from_what_the_area_around_is_known_to_have_done(shipped):
    data, asked = shipped, {"kind": "count", "unit": "家", "decimals": 0}
    name, city = "hightech_firms", data.config.areas.city
    region = data.history(data.config.areas.region, name)
    asked |= {"peers": data.peers(name, "all"), "region": region}
    found = next_values(data.city(name), 2030, parent=data.parent(city, name), **asked)
    assert found["median"] > data.assessments["t03", "valid_stock"].forecast.median.iloc[-1]
    assert found["median"] > next_values(data.city(name), 2030, **asked)["median"]
    assert found["stretch_probability"] == pytest.approx(0.25, abs=0.01)


def test_without_peers_or_region_the_next_plan_has_no_benchmark():
    known, none = pd.Series({2020: 41.0, 2021: 46.0}), pd.Series(dtype=float)
    found = next_values(
        known, 2030, kind="count", unit="家", decimals=0, peers=pd.DataFrame(), region=none
    )
    assert found["stretch"] > found["median"] > 46
    assert np.isnan(found["match"]) and np.isnan(found["match_probability"])


def test_the_outlook_by_cohorts_starts_from_one_printed_figure(shipped):
    table = shipped.cohort_outlook
    assert table["renewal_rate"].tolist() == [0.6, 0.7, 0.8, 0.9]
    assert table["first_time_needed"].tolist() == pytest.approx([19.6, 17.5, 15.6, 13.7], abs=0.1)
    assert table["probability"].is_monotonic_increasing
    assert (table["lower"] < table["median"]).all() and (table["median"] < table["upper"]).all()
    five = pd.Series(6.2, range(2016, 2021))  # as if the average had been printed every year
    bold = cohort.renewal_range(
        cohort.even_batches(41, 2020), 2025, 100, (0.6, 0.7, 0.8, 0.9), first_time=five,
        peers=shipped.peers("hightech_certificates"),
    )  # fmt: skip
    assert (table["upper"] > bold["upper"]).all()


def test_what_a_missing_figure_is_worth(shipped):
    data = shipped
    table = data.asks.set_index(["indicator", "year"])
    assert table.index[0][0] == data.config.report.headline[0]
    firms = table.loc["hightech_firms"]
    assert firms["moves"].sort_index().is_monotonic_increasing  # later figures tell more
    assert firms.at[2025, "changes"] == 1  # the target year always settles
    assert firms.at[2024, "due"] == "2025-03"
    known = data.assessments["t03", "valid_stock"]
    levels = (np.arange(TRIALS) + 0.5) / TRIALS
    draws = known.forecast.quantiles(levels).loc[2023]
    assert known.tried(draws, 2023).mean() == pytest.approx(known.probability, abs=0.04)
    literacy = table.loc["science_literacy"]
    assert literacy["first"].all() and literacy["moves"].isna().all()
    assert not set(data.targets.loc[data.targets["stretch_of"] != "", "id"]) & set(table["id"])
    assert not table.loc["fiscal_st_spending", "first"].any()  # one amount says nothing of a rise


def test_what_is_known_is_not_asked_for_again(tiny):
    tiny(**added(YEARLY, "甲市,hightech_firms,2023,first,60,家,exact,60家,,2024-12-31,s1,high,"))
    firms = ca.Dataset().asks.query("indicator == 'hightech_firms'").set_index("year")
    assert firms.index.tolist() == [2025, 2024, 2022, 2021, 2020]
    assert firms.loc[[2022, 2021], "changes"].isna().all()  # gaps before the last figure
    assert (firms["due"] == "").all()  # the registry of this folder prints no dates
