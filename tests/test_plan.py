"""Targets: what they may say, when they are met, and those of the plan."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_data import write

from changji_analysis import Target, consistency, plan_target, plan_targets
from changji_analysis.errors import UsageError
from changji_analysis.plan import target_of

number = st.floats(-1000, 1000)
repeatable = settings(derandomize=True, deadline=None)


# A target by itself


def test_the_interface_of_the_design():
    t = Target(value=1.5, year=2025, direction="at_least", base_year=2020, base_value=0.17)
    assert (t.value, t.year, t.base_year, t.base_value, t.sign) == (1.5, 2025, 2020, 0.17, 1)
    assert Target(1.5, 2025) == Target(value=1.5, year=2025, direction="at_least")
    assert Target(1.5, 2025, "at_most").sign == -1


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"direction": "above"}, "at_least, at_most, within, non_decreasing"),
        ({"direction": None}, "unknown direction None"),
        ({"year": 2025.0}, "year 2025.0 is not an integer"),
        ({"year": "2025"}, "year '2025' is not an integer"),
        ({"year": None}, "year None is not an integer"),
        ({"base_year": 2020.5}, "base_year 2020.5 is not an integer"),
        ({"base_year": "2020"}, "base_year '2020' is not an integer"),
        ({"base_year": 2025}, "base year 2025 is not before the target year 2025"),
        ({"base_year": 2030}, "base year 2030 is not before"),
        ({"value": None}, "needs a value"),
        ({"value": np.nan}, "value nan is not a finite number"),
        ({"value": np.inf}, "value inf is not a finite number"),
        ({"value": "1.5%"}, "value '1.5%' is not a finite number"),
        ({"base_value": np.nan}, "base_value nan"),
        ({"base_value": "0.17"}, "base_value '0.17'"),
        ({"direction": "within"}, "tolerance above 0"),
        ({"direction": "within", "tolerance": 0}, "tolerance above 0"),
        ({"direction": "within", "tolerance": -0.05}, "tolerance above 0"),
        ({"direction": "within", "tolerance": np.nan}, "tolerance nan"),
    ],
)
def test_fields_that_contradict_each_other_or_are_no_numbers(fields, named):
    with pytest.raises(UsageError) as error:
        Target(**({"value": 1.5, "year": 2025} | fields))
    assert named in str(error.value)


def test_numpy_numbers_are_numbers():
    t = Target(np.float64(1.5), np.int64(2025), base_year=np.int32(2020), base_value=np.float32(1))
    assert t.met_by(np.float64(1.6))


@pytest.mark.parametrize(
    ("direction", "value", "met"),
    [
        ("at_least", 100, True),
        ("at_least", 99.99, False),
        ("at_most", 100, True),
        ("at_most", 100.01, False),
        ("within", 95, True),
        ("within", 105, True),
        ("within", 94.99, False),
        ("within", 105.01, False),
    ],
)
def test_the_number_itself_attains_the_target(direction, value, met):
    assert Target(100, 2025, direction, tolerance=0.05).met_by(value) is met


def test_the_ends_of_a_band_belong_to_it_although_binary_fractions_do_not():
    assert 1.05 - 1 > 0.05
    assert Target(1, 2025, "within", tolerance=0.05).met_by(1.05)
    assert Target(28, 2025, "within", tolerance=0.05).met_by(29.4)
    assert Target(28, 2025, "within", tolerance=0.05).met_by(26.6)


def test_a_target_not_to_fall_asks_for_the_base():
    t = Target(None, 2025, "non_decreasing")
    assert t.met_by(5, base=5)
    assert t.met_by(6, base=5)
    assert not t.met_by(4.9, base=5)
    with pytest.raises(UsageError, match="against a base"):
        t.met_by(5)


@repeatable
@given(value=number, goal=number)
def test_every_value_meets_one_direction_or_the_other(value, goal):
    up, down = Target(goal, 2025), Target(goal, 2025, "at_most")
    assert up.met_by(value) or down.met_by(value)
    assert (up.met_by(value) and down.met_by(value)) is (value == goal)


# A row of the readings


def row(**fields):
    blank = {
        "value": 2.0, "upper": np.nan, "tolerance": np.nan, "year": 2025, "direction": "at_least",
        "base_year": 2020, "base_value": 1.0,
    }  # fmt: skip
    return pd.Series(blank | fields, dtype=object)


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    monkeypatch.setenv("CHANGJI_DATA", str(tmp_path / "data"))
    return write(tmp_path / "data")


def test_a_printed_range_is_a_band(tiny):
    t = target_of(row(value=1.0, upper=3.0, direction="within", base_year=np.nan), 2020)
    assert (t.value, t.tolerance) == (2.0, 0.5)
    assert [t.met_by(v) for v in (0.99, 1, 2, 3, 3.01)] == [False, True, True, True, False]


def test_without_a_printed_base_year_the_plans_counts(tiny):
    t = target_of(row(base_year=np.nan, base_value=np.nan), 2020)
    assert (t.base_year, t.base_value) == (2020, None)


def test_the_targets_of_a_small_plan(tiny):
    table = plan_targets()
    assert table[["id", "reading", "default"]].to_numpy().tolist() == [
        ["t01", "stock", True],
        ["t02", "flat", True],
    ]
    assert plan_target("t01") == Target(100.0, 2025, "at_least", 2020, 41.0)
    assert plan_target("t01", "stock") == plan_target("t01")
    assert plan_target("t02") == Target(None, 2025, "non_decreasing", 2020)


def test_unknown_targets_and_readings_are_refused_and_the_known_are_named(tiny):
    with pytest.raises(UsageError, match="t01, t02"):
        plan_target("t99")
    with pytest.raises(UsageError, match="known are stock"):
        plan_target("t01", "flow")


# The plan itself


def test_the_two_headline_targets_in_the_unit_of_their_indicator():
    assert plan_target("t01") == Target(1.5, 2025, "at_least", 2020, 0.17)
    assert plan_target("t03") == Target(100.0, 2025, "at_least", 2020, 41.0)


def test_every_reading_of_every_target_is_a_valid_target():
    table = plan_targets()
    assert table.groupby("id")["default"].sum().eq(1).all()
    assert table.groupby("id")["default"].first().all()
    for _, one in table.iterrows():
        t = target_of(one, 2020)
        assert t.year == 2025
        assert t.base_year is None or t.base_year < t.year
        assert (t.value is None) is (t.direction == "non_decreasing")


def test_a_stretch_is_a_target_of_its_own_and_asks_for_more():
    table = plan_targets().query("default").set_index("id")
    stretches = table[table["stretch_of"].ne("")]
    assert len(stretches) > 0
    for _, one in stretches.iterrows():
        assert one["value"] > table.loc[one["stretch_of"], "value"]
        assert one["strength"] == "soft"


def test_the_plan_is_checked_against_itself():
    table = consistency().set_index("place")
    assert table.loc["b36", ["computed", "printed"]].tolist() == [126, 126]  # 87 + 39
    assert table.loc["b36", "agrees"]
    assert table.loc["t09", ["computed", "printed"]].tolist() == [9, 15]
    assert not table.loc["t09", "agrees"]
    assert table[["says_zh", "says_en"]].map(len).gt(10).all(axis=None)
