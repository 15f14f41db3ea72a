"""Histories as known on a date, and those of the peers."""

import math

import pytest
from tiny_data import YEARLY, added, changed, write

from changji_analysis.errors import UsageError
from changji_analysis.histories import growth_windows
from changji_analysis.shortcuts import history, peers


@pytest.fixture(autouse=True)
def folder(tiny):
    return tiny()


def test_one_observation_is_a_history():
    series = history("甲市", "rd_intensity")
    assert series.to_dict() == {2020: 0.17}
    assert (series.name, series.index.name, series.dtype) == ("rd_intensity", "year", "float64")
    assert series.index.dtype == "int64"
    assert series.attrs == {
        "area": "甲市",
        "indicator": "rd_intensity",
        "unit": "%",
        "kind": "ratio",
        "as_of": None,
        "breaks": [],
        "private": [],
        "early": [],
        "limits": {},
        "decimals": 2,
        "area_names": {"zh": "甲市", "en": "甲市"},
        "indicator_names": {"zh": "强度", "en": "R&D intensity"},
    }


def test_the_latest_vintage_stands_and_missing_years_stay_missing():
    assert history("中国", "rd_intensity").to_dict() == {2018: 2.14, 2019: 2.23, 2022: 2.54}


def test_as_of_gives_what_was_known_then():
    assert history("中国", "rd_intensity", "2020-08-26").to_dict() == {2018: 2.19, 2019: 2.19}
    assert history("中国", "rd_intensity", "2020-08-27").to_dict() == {2018: 2.14, 2019: 2.23}
    series = history("中国", "rd_intensity", "2019-08-31")
    assert series.empty and series.dtype == "float64" and series.attrs["as_of"] == "2019-08-31"


def test_provinces_and_countries_have_histories():
    assert history("北京", "rd_intensity").to_dict() == {2018: 6.17, 2020: 6.44}
    assert history("Chile", "rd_intensity").to_dict() == {2019: 0.34}


def test_a_known_area_without_figures_has_an_empty_history():
    series = history("乙州", "gdp")
    assert series.empty and series.dtype == "float64" and series.attrs["unit"] == "亿元"


@pytest.mark.parametrize(
    ("value", "bound", "printed", "limits"),
    [
        ("900", "at_least", "900家以上", (900, math.inf)),
        ("900", "more_than", "900余家", (900, math.inf)),
        ("900", "less_than", "不足900家", (-math.inf, 900)),
        ("1534", "derived_at_least", "净增700家以上", (1534, math.inf)),
    ],
)
def test_a_limit_is_no_point(folder, value, bound, printed, limits):
    line = f"新疆,hightech_firms,2021,first,{value},家,{bound},{printed},,2022-12-31,s1,high,"
    write(folder, **added(YEARLY, line))
    series = history("新疆", "hightech_firms")
    assert series.to_dict() == {2020: 834}
    assert series.attrs["limits"] == {2021: limits}


def test_a_figure_takes_the_place_of_a_limit_and_peers_hold_no_limits(folder):
    lines = [
        "新疆,hightech_firms,2021,first,950,家,exact,950家,,2022-12-31,s1,high,",
        "新疆,hightech_firms,2021,revised,900,家,at_least,900家以上,,2022-12-31,s1,high,",
        "新疆,rd_intensity,2021,first,0.4,%,at_least,0.4%以上,,2022-12-31,s1,high,",
    ]
    write(folder, **added(YEARLY, *lines))
    series = history("新疆", "hightech_firms")
    assert series.to_dict() == {2020: 834, 2021: 950} and series.attrs["limits"] == {}
    assert 2021 not in peers("rd_intensity").index


def test_breaks_are_listed(folder):
    record = "- {id: c1, file: raw/yearly_statistics.csv, action: break, reason: scope, "
    match = "reason_zh: 口径, match: {area: 甲市, indicator: gdp, year: 2022}}\n"
    write(folder, **{"corrections.yml": record + match})
    assert history("甲市", "gdp").attrs["breaks"] == [2022]
    assert history("甲市", "rd_intensity").attrs["breaks"] == []


@pytest.mark.parametrize(
    ("area", "indicator", "message"),
    [
        ("甲", "gdp", "unknown area '甲'; near matches: 甲市"),
        ("甲市", "rd_intensty", "unknown indicator 'rd_intensty'; near matches: rd_intensity"),
        ("Atlantis", "gdp", "unknown area 'Atlantis'; known are"),
    ],
)
def test_unknown_names_are_refused_with_near_matches(area, indicator, message):
    with pytest.raises(UsageError, match=message):
        history(area, indicator)


def test_peers_of_a_ratio():
    table = peers("rd_intensity")
    assert list(table.columns) == ["新疆", "北京"]
    assert table.index.tolist() == [2018, 2019, 2020] and table.index.dtype == "int64"
    assert table["北京"].tolist()[::2] == [6.17, 6.44] and math.isnan(table.at[2019, "北京"])
    assert table.at[2020, "新疆"] == 0.45


def test_peers_of_high_tech_firms_are_sums_of_three_years_of_certificates():
    table = peers("hightech_firms")
    assert table.to_dict() == {"新疆": {2020: 804.0}, "海南": {2020: 7.0}}
    assert peers("hightech_firms", "2021-12-30").empty


def test_peers_by_level_and_without_some():
    assert list(peers("rd_intensity", level="countries").columns) == ["Chile"]
    assert list(peers("rd_intensity", level="all").columns) == ["新疆", "北京", "Chile"]
    assert list(peers("rd_intensity", exclude=["新疆"]).columns) == ["北京"]
    assert list(peers("rd_intensity", exclude="北京").columns) == ["新疆"]


def test_no_peers_is_an_empty_frame():
    assert peers("science_literacy").empty


def test_peers_refuse_what_they_do_not_know():
    with pytest.raises(UsageError, match="provinces, countries, all"):
        peers("rd_intensity", level="towns")
    with pytest.raises(UsageError, match="unknown peer '北京市'; near matches: 北京"):
        peers("rd_intensity", exclude=["北京市"])
    with pytest.raises(UsageError, match="unknown indicator"):
        peers("nothing")


def test_a_dropped_row_does_not_reach_the_history(folder):
    second = "甲市,rd_intensity,2020,first,0.2,%,exact,0.2%,2021-09-01,2021-09-01,s2,low,"
    record = (
        "- {id: c1, file: raw/yearly_statistics.csv, action: drop, expect: 0.17, reason: x, "
        "reason_zh: 重复, "
        "match: {area: 甲市, indicator: rd_intensity, year: 2020, source: s1}}\n"
    )
    write(folder, **added(YEARLY, second), **{"corrections.yml": record})
    assert history("甲市", "rd_intensity").to_dict() == {2020: 0.2}


def test_a_later_year_needs_one_row_and_nothing_else(folder):
    row = "甲市,rd_intensity,2021,first,0.2,%,exact,0.2%,2022-09-01,2022-09-01,s1,high,"
    write(folder, **added(YEARLY, row))
    assert history("甲市", "rd_intensity").to_dict() == {2020: 0.17, 2021: 0.2}


def test_the_region_may_not_stand_in_both_tables(folder):
    row = "新疆,rd_intensity,2020,first,0.45,%,exact,0.45%,2021-09-01,2021-09-01,s2,high,"
    write(folder, **added("reference/provinces.csv", row))
    with pytest.raises(Exception, match=r"provinces\.csv, row 9.*row 3 of raw/yearly_statistics"):
        history("新疆", "rd_intensity")


def test_the_indicators_unit_is_the_unit(folder):
    write(folder, **changed("indicators.csv", "生产总值,GDP,亿元", "生产总值,GDP,万元"))
    with pytest.raises(Exception, match="the indicator is kept in 万元"):
        history("中国", "gdp")


def test_windows_over_a_declared_break_are_marked(folder):
    record = (
        "- {id: c1, file: reference/provinces.csv, action: break, expect: 6.44, reason: GDP, "
        "reason_zh: 修订, match: {area: 北京, indicator: rd_intensity, year: 2020}}\n"
    )
    write(
        folder,
        **added(
            "reference/provinces.csv",
            "北京,rd_intensity,2016,first,6,%,exact,6,,2017-12-31,s1,high,",
            "北京,rd_intensity,2022,first,7,%,exact,7,,2023-12-31,s1,high,",
        ),
        **{"corrections.yml": record},
    )
    windows = growth_windows(peers("rd_intensity"), 2)
    assert list(zip(windows["start"], windows["end"], windows["broken"], strict=True)) == [
        (2016, 2018, False),
        (2018, 2020, True),  # the break lies between 2019 and 2020
        (2020, 2022, False),
    ]
    assert windows["factor"].iloc[1] == 6.44 / 6.17


def test_shipped_revisions_of_gdp_break_the_windows_over_them(monkeypatch):
    monkeypatch.delenv("CHANGJI_DATA")
    windows = growth_windows(peers("rd_intensity"), 5)
    marked = windows[windows["broken"]].groupby("area")[["start", "end"]].agg(["min", "max"])
    census = {"天津", "吉林", "黑龙江", "山东"}
    assert set(marked.index) == census | {"辽宁", "内蒙古"}
    for area, year in {**dict.fromkeys(census, 2019), "辽宁": 2016, "内蒙古": 2017}.items():
        start, end = windows[windows["area"].eq(area)][["start", "end"]].to_numpy().T
        over = (start < year) & (year <= end)
        assert over.any() and windows.loc[windows["area"].eq(area), "broken"].tolist() == list(over)
