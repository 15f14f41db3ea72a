"""Nested replays: what a case sees, that it is what `forecast` says, and the table of scores."""

import numpy as np
import pandas as pd
import pytest

from changji_analysis import forecast
from changji_analysis.replay import nested


def table(seed=1, years=11, parents=6, children=3):
    rng = np.random.default_rng(seed)
    above = np.repeat(0.08 * rng.standard_normal((years, parents)), children, axis=1)
    steps = 0.05 + above + 0.04 * rng.standard_normal((years, parents * children))
    names = [f"{p}.{c}" for p in range(parents) for c in range(children)]
    return pd.DataFrame(100 * np.exp(steps.cumsum(0)), range(2010, 2010 + years), names)


def family(values):
    return nested.family("level", values, pd.Series({a: a.split(".")[0] for a in values}))


@pytest.fixture(scope="module")
def cases():
    return nested.replay({"made": family(table())})


def test_parents_are_sums_and_children_alone_are_left_out():
    top = pd.DataFrame(
        {"a": [1.0, 2], "b": [3.0, 4], "c": [5.0, 6], "d": [np.nan, 1]}, [2000, 2001]
    )
    of = pd.Series({"a": "x", "b": "x", "c": "y", "d": "x", "e": "x"})
    found = nested.family("ratio", top, of, 10 * top)
    assert list(found.child) == ["a", "b"]
    assert found.parent["x"].tolist() == [10.0, 10.0]


def test_a_case_without_peers_is_what_forecast_says(cases):
    rows = cases.table.query("peers == 'none' and n == 3 and origin == 2018")
    found = nested.predict(cases)
    one = family(table())
    for at, row in rows.iloc[::37].iterrows():
        last = int(row["origin"] - row["known"])
        child = one.child.loc[last - 2 : last, row["area"]]
        parent = one.parent.loc[: row["origin"], row["parent"]]
        year = last + int(row["ahead"])
        f = forecast(child, year, parent=parent, kind="level")
        assert f.loc[-1] - np.log(child.iloc[-1]) == pytest.approx(found[at, 0])
        assert np.sqrt(f.shape[-1, -1]) == pytest.approx(found[at, 1])
        alone = forecast(child, year, kind="level")
        assert np.sqrt(alone.shape[-1, -1]) == pytest.approx(cases.alone[at, 1])


def test_nothing_later_than_the_origin_is_seen(cases):
    origin = 2017
    values = table()
    values.loc[origin + 1 :] *= 1.7
    other = nested.replay({"made": family(values)})
    seen = (cases.table["origin"] == origin).to_numpy()
    assert cases.table.drop(columns="outcome").equals(other.table.drop(columns="outcome"))
    assert (nested.predict(cases)[seen] == nested.predict(other)[seen]).all()
    assert (cases.alone[seen] == other.alone[seen]).all()
    assert not np.isclose(cases.table["outcome"][seen], other.table["outcome"][seen]).any()


def test_summary_says_gain_coverage_and_years(cases):
    judged = nested.judged(cases, nested.predict(cases))
    found = nested.summary(judged).set_index("peers")
    assert set(found.index) == set(nested.PEERS)
    assert (found["gain"] > 0.1).all()
    assert ((found["low"] < found["gain"]) & (found["gain"] < found["high"])).all()
    assert (found["covered_low"] < found["covered"]).all()
    assert (found["covered"] < found["covered_high"]).all()
    few = nested.summary(judged[judged["origin"] >= 2016])
    assert few["low"].isna().all()
    assert few["yearly"].str.startswith("2016: ").all()


def test_a_folder_without_nested_tables_has_no_families(tmp_path):
    assert nested.families(tmp_path) == {}
