"""Panels with parents: the numbers of `assess`, at a linear cost, and every fault told."""

import numpy as np
import pandas as pd
import pytest
from by_assess import differences
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import changji_analysis as ca
from changji_analysis import panel
from changji_analysis.cli import app
from changji_analysis.errors import UsageError, problem_frame

KINDS = {"rd_intensity": "ratio", "mines": "count", "literacy": "share", "gdp": "level"}
PARENTS = {
    "州": "区",
    "县0": "州",
    "县1": "州",
    "县2": "州",
    "县3": "区",
    "县4": "无",
    "邻县": "邻州",
}
AREAS = ("国", "区", "州", "县0", "县1", "县2", "县3", "县4", "县5", "邻州", "邻县")


def world(seed):
    """Eleven areas of four kinds, one to twelve figures with gaps, ends and units that differ."""
    rng = np.random.default_rng(seed)
    rows, goals = [], []
    for indicator, kind in KINDS.items():
        for depth, area in enumerate(AREAS):
            if rng.random() < 0.1:
                continue
            end = 2024 if area in AREAS[:3] else rng.integers(2018, 2025)
            years = np.arange(end - rng.integers(1, 13), end + 1)
            years = years[rng.random(len(years)) < 0.85]
            walk = rng.normal(1, 1) + np.cumsum(rng.normal(0.04, 0.1, len(years)))
            size = {0: 4, 1: 3, 2: 2}.get(depth, 0)
            if kind == "share":
                values = np.round(100 / (1 + np.exp(-walk)), 1)
            elif kind == "ratio":
                values = np.round(np.exp(walk), 2) + 0.01
            else:
                values = np.floor(np.exp(walk + size) + (kind == "level"))
            unit = "万元" if rng.random() < 0.08 else "亿元"
            rows += [(area, indicator, y, v, unit) for y, v in zip(years, values, strict=True)]
            if len(values):
                goal = min(max(values[-1] * rng.choice([0.8, 1.1, 1.6]), 0.1), 99)
                year, direction = int(rng.integers(2021, 2030)), rng.choice(["at_least", "within"])
                goals.append((area, indicator, goal, year, direction, 0.3, kind))
    histories = pd.DataFrame(rows, columns=["area", "indicator", "year", "value", "unit"])
    columns = ["area", "indicator", "value", "year", "direction", "tolerance", "kind"]
    targets = pd.DataFrame(goals, columns=columns)
    targets["tolerance"] = targets["tolerance"].where(targets["direction"].eq("within"))
    return histories.sample(frac=1, random_state=1), targets


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_every_number_is_that_of_assess(seed):
    histories, targets = world(seed)
    result = ca.assess_panel(histories, targets, parents=PARENTS)
    assert differences(histories, targets, result, parents=PARENTS) == []


def test_each_reason_is_met():
    results = [ca.assess_panel(*world(seed), parents=PARENTS) for seed in range(8)]
    result = pd.concat(results)
    for code in ("no_later", "unit", "hole", "scope", "no_figure"):
        assert result["notes"].str.contains(f"parent not used ({code})", regex=False).any(), code
    used = result["parent"].ne("")
    assert set(result.loc[used, "parent"]) == {"区", "州", "邻州"}
    assert result.loc[used, "pass_through"].notna().all()
    assert result.loc[~used, "pass_through"].isna().all()


@pytest.mark.parametrize("seed", [1, 2])
def test_parent_and_lineage_leave_the_peers(seed):
    histories, targets = world(seed)
    wide = histories.pivot(index="year", columns=["indicator", "area"], values="value")
    rng = np.random.default_rng(seed)
    others = pd.DataFrame(np.exp(rng.normal(1, 0.2, (12, 4)).cumsum(0) / 9), range(2013, 2025))
    peers = {
        name: others.set_axis(list("甲乙丙丁"), axis=1).join(wide[name], how="outer")
        for name in ("rd_intensity", "gdp", "mines")
    }
    if "区" in peers["gdp"]:
        peers["gdp"]["区的别名"] = peers["gdp"]["区"]
    result = ca.assess_panel(histories, targets, peers=peers, parents=PARENTS)
    found = differences(
        histories, targets, result, lambda row: {"peers": peers.get(row["indicator"])}, PARENTS
    )
    assert found == []
    kin = result["notes"].str.extract("containing the area or lying in it: ([^;]*)")[0].dropna()
    assert kin.str.contains("州, 县0").any() or kin.str.contains("区").any()


def test_models_that_know_no_parent_say_so():
    histories, targets = world(3)
    result = ca.assess_panel(histories, targets, model="naive", parents=PARENTS)
    model = {"model": "naive"}
    assert differences(histories, targets, result, lambda row: model, PARENTS) == []
    assert result["notes"].str.contains("naive does not use a parent").any()


def test_parents_serve_no_panel_as_peers():
    histories, targets = world(4)
    own = {"州": "区", "邻县": "邻州"}
    result = ca.assess_panel(histories, targets, peers="panel", parents=own)
    without = histories[~histories["area"].isin(own.values())]
    same = ca.assess_panel(without, targets, peers="panel")
    child = result["parent"].eq("") & ~targets["area"].isin(own.values())
    assert child.sum() > 10
    assert (result.loc[child, "peers"] == same.loc[child, "peers"]).all()
    np.testing.assert_array_equal(result.loc[child, "median"], same.loc[child, "median"])


# ---- faulty tables of parents ------------------------------------------------------------------
def small(extra=()):
    rows = [("区", 2019, 80.0), ("区", 2020, 100.0), ("区", 2023, 160.0), ("县", 2020, 7.0), *extra]
    histories = pd.DataFrame(rows, columns=["area", "year", "value"]).assign(indicator="gdp")
    targets = pd.DataFrame({"area": ["县"], "indicator": ["gdp"], "value": [9.0], "year": [2025]})
    return histories, targets.assign(direction="at_least", kind="level")


@pytest.mark.parametrize(
    ("pairs", "code", "rows"),
    [
        ([("县", "县")], "parent_is_child", [0]),
        ([("乡", "区"), ("县", "区"), ("区", "国"), ("国", "县")], "parent_cycle", [1, 2, 3]),
        ([("县", "区"), ("县", "州")], "two_parents", [0, 1]),
        ([("县", "曲")], "unknown_parent", [0]),
        ([("县", None), (None, "区")], "no_key", [1]),
    ],
)
def test_a_faulty_row_is_listed_and_done_without(pairs, code, rows):
    parents = pd.DataFrame(pairs, columns=["area", "parent"])
    result = ca.assess_panel(*small(), parents=parents)
    problems = problem_frame(result.attrs["problems"])
    assert problems["row"].tolist() == rows
    assert set(problems["code"]) == {code} and set(problems["file"]) == {"parents"}
    assert problems.drop(columns="value").ne("").all(axis=None)
    plain = ca.assess_panel(*small())
    assert result["probability"].equals(plain["probability"]) and result["parent"].eq("").all()
    noted = {"unknown_parent": "no_figure", "no_key": ""}.get(code, code)
    assert noted in result.loc[0, "notes"] and (result.loc[0, "notes"] != "") == (noted != "")


def test_forms_of_the_table():
    wanted = ca.assess_panel(*small(), parents={"县": "区"})
    assert wanted.loc[0, "parent"] == "区"
    for parents in (
        pd.Series({"县": "区"}),
        pd.DataFrame({"area": ["县", "县", "区"], "parent": ["区", "区", ""]}),
        {"县": "州", "州": "区"},  # 州 has no figures: the next one around stands in
    ):
        result = ca.assess_panel(*small(), parents=parents)
        pd.testing.assert_frame_equal(result, wanted)
        assert result.attrs["problems"] == []
    with pytest.raises(UsageError, match="parents have no column parent"):
        ca.assess_panel(*small(), parents=pd.DataFrame({"area": ["县"]}))
    with pytest.raises(UsageError, match="the parents are a list"):
        ca.assess_panel(*small(), parents=[("县", "区")])


def test_a_parent_with_a_faulty_row_is_done_without():
    result = ca.assess_panel(*small([("区", 2023, 170.0)]), parents={"县": "区"})
    assert "parent not used (parent_faulty)" in result.loc[0, "notes"]
    assert result["probability"].equals(ca.assess_panel(*small())["probability"])


# ---- files -------------------------------------------------------------------------------------
def test_files_give_the_rows_of_frames(tmp_path, monkeypatch):
    worlds = [world(seed) for seed in range(3)]
    histories, targets, pairs = [], [], [("坏", "坏"), ("县0·0", "无名")]
    for i, (rows, goals) in enumerate(worlds):
        histories.append(rows.assign(area=rows["area"] + f"·{i}"))
        targets.append(goals.assign(area=goals["area"] + f"·{i}"))
        pairs += [(f"{a}·{i}", f"{p}·{i}") for a, p in PARENTS.items()]
    histories, targets = pd.concat(histories), pd.concat(targets, ignore_index=True)
    parents = pd.DataFrame(pairs, columns=["area", "parent"])
    expected = ca.assess_panel(histories, targets, parents=parents)
    paths = [tmp_path / name for name in ("in.csv", "targets.csv", "out.parquet", "parents.csv")]
    for frame, path in zip((histories, targets, parents), (*paths[:2], paths[3]), strict=True):
        frame.to_csv(path, index=False)
    monkeypatch.setattr(panel, "PART_ROWS", 120)  # some eight parts
    command = ["assess-panel", *map(str, paths[:3]), "--parents", str(paths[3])]
    for run in (
        lambda: ca.write_panel(*paths[:3], parents=parents),
        lambda: CliRunner().invoke(app, command, catch_exceptions=False),
    ):
        run()
        written = pd.read_parquet(paths[2])
        pd.testing.assert_frame_equal(
            written, expected, check_dtype=False, check_categorical=False, check_exact=False
        )
    assert expected["parent"].nunique() > 6
    listed = pd.read_csv(tmp_path / "out.parquet.problems.csv")
    wanted = [p["code"] for p in expected.attrs["problems"]]
    assert sorted(listed["code"]) == sorted(wanted)
    assert listed.loc[listed["file"].eq("parents"), "row"].min() == 2
