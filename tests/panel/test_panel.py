"""A panel gives the numbers of `assess`, one target at a time; faulty rows are told, not fatal."""

import numpy as np
import pandas as pd
import pytest
from by_assess import differences

import changji_analysis as ca
from changji_analysis.errors import UsageError, problem_frame
from changji_analysis.panel import priors as panel_peers
from changji_analysis.panel.rows import coded

KINDS = {"rd_intensity": "ratio", "mines": "count", "literacy": "share", "gdp": "level"}
DIRECTIONS = ("at_least", "at_most", "within", "non_decreasing")
YEARS = range(2008, 2027)


def figures(indicator, n, rng):
    """A short history with gaps; zeros and full shares among counts and shares."""
    kind = KINDS[indicator]
    years = np.sort(rng.choice(YEARS, n, replace=False))
    walk = np.cumsum(rng.normal(0.05, 0.2, n))
    if kind == "share":
        values = np.round(100 / (1 + np.exp(-2 * walk)), 1)
        values[rng.random(n) < 0.15] = rng.choice([0.0, 100.0, 0.01])
    elif kind == "count":
        values = np.floor(np.exp(1 + walk))
        values[rng.random(n) < 0.15] = 0
    else:
        values = np.round(np.exp(walk), 2) + 0.01
        values[rng.random(n) < 0.02] = rng.choice([0.0, -1.0])
    return years, values


@pytest.fixture(scope="module")
def many():
    """180 series, three of each kind and length, in any order; 720 targets of every sort."""
    rng = np.random.default_rng(7)
    rows, goals = [], []
    for i in range(180):
        area, indicator = f"县{i // 4}", list(KINDS)[i % 4]
        years, values = figures(indicator, 1 + i % 15, rng)
        rows += [(area, indicator, y, v) for y, v in zip(years, values, strict=True)]
        for direction in DIRECTIONS:
            base_year = rng.choice([np.nan, 2012, 2020])
            goals.append(
                {
                    "area": area,
                    "indicator": indicator,
                    "direction": direction,
                    "value": rng.choice([np.nan, 1.0]) if direction == "non_decreasing"
                    else rng.choice([0.0, 100.0, values[-1], 1.3 * values[-1] + 0.1]),
                    "year": rng.integers(2021, 2031),
                    "base_year": base_year,
                    "base_value": rng.choice([np.nan, 0.7, 0.0]) if base_year > 0 else np.nan,
                    "tolerance": 0.2 if direction == "within" else np.nan,
                    "kind": KINDS[indicator],
                }
            )  # fmt: skip
    histories = pd.DataFrame(rows, columns=["area", "indicator", "year", "value"])
    return histories.sample(frac=1, random_state=1), pd.DataFrame(goals)


def test_every_number_is_that_of_assess(many):
    histories, targets = many
    result = ca.assess_panel(histories, targets)
    assert differences(histories, targets, result) == []
    assert {"", "non_positive", "old_figure", "no_figure", "no_base", "no_later_figure"} == set(
        result["reason"]
    )
    assert result["verdict"].nunique() == 7 and (result["method"] == "outcome").sum() > 50


def some(many, count=120):
    """Every tenth target, so that each direction, kind and length is among them."""
    histories, targets = many
    return histories, targets.iloc[:: len(targets) // count + 1]


def test_peers_are_those_of_assess(many):
    """Without the area itself, without its copies under other names, and too few or none."""
    histories, targets = some(many)
    copied = histories[histories["area"].eq("县3") & histories["indicator"].eq("rd_intensity")]
    wide = histories.pivot(index="year", columns=["indicator", "area"], values="value")
    peers = {
        "rd_intensity": wide["rd_intensity"].iloc[:, [1, 12, 13, 14, 26, 27, 28]],
        "mines": wide["mines"].iloc[:, 40:47].dropna(how="all"),
        "gdp": wide["gdp"].iloc[:, [13, 14]],
    }
    peers["rd_intensity"] = peers["rd_intensity"].assign(
        别名=copied.set_index("year")["value"], 另名=wide["rd_intensity", "县18"]
    )
    for area in ("县3", "县18", "县13", "县40", *wide["mines"].columns[40:42]):
        targets = pd.concat([targets, many[1][many[1]["area"].eq(area)]])
    result = ca.assess_panel(histories, targets, peers=peers)
    assert (
        differences(histories, targets, result, lambda row: {"peers": peers.get(row["indicator"])})
        == []
    )
    assert result["notes"].str.contains("being the series itself: 别名").any()
    assert result["notes"].str.contains("2 usable peers").any()
    assert result.loc[result["indicator"].eq("literacy"), "peers"].max() == 0
    assert result["peers"].nunique() > 3


def test_one_table_of_peers_serves_one_indicator(many):
    histories, targets = some(many)
    mines = targets[targets["indicator"].eq("mines")]
    table = histories[histories["indicator"].eq("mines")].pivot(
        index="year", columns="area", values="value"
    ).iloc[:, :5]  # fmt: skip
    one = ca.assess_panel(histories, mines, peers=table)
    pd.testing.assert_frame_equal(one, ca.assess_panel(histories, mines, peers={"mines": table}))
    with pytest.raises(UsageError, match="one table of peers for 4 indicators"):
        ca.assess_panel(histories, targets, peers=table)


def fitted(histories, kinds):
    rows = panel_peers.peer_rows(coded(histories, panel_peers.NOTHING))
    return panel_peers.fitted(rows, kinds)


def test_areas_start_from_the_other_folds(many, monkeypatch):
    monkeypatch.setattr(panel_peers, "FOLD_PEERS", 3)
    histories, targets = many
    clean = histories[histories["indicator"].eq("mines")]
    targets = targets[targets["indicator"].eq("mines")].iloc[::4]
    priors = fitted(clean, {"mines": ["count"]})
    result = ca.assess_panel(clean, targets, peers="panel")
    folds = dict(zip(targets["area"], panel_peers.fold_of(targets["area"]), strict=True))

    def prior(row):
        return {"peers": priors[row["indicator"], row["kind"], folds[row["area"]]][0]}

    found = [d for d in differences(clean, targets, result, prior) if d[1] != "notes"]
    assert found == []
    assert result.loc[result["probability"].between(0.01, 0.99), "peers"].min() == 12
    assert set(folds.values()) == set(range(panel_peers.FOLDS))


def test_a_fold_is_left_out_of_its_own_prior(many):
    histories = many[0][many[0]["indicator"].eq("gdp") & many[0]["value"].gt(0)]
    before = fitted(histories, {"gdp": ["level"]})
    mine = histories["area"].eq("县5")
    histories.loc[mine, "value"] *= 3.0 ** (histories.loc[mine, "year"] - 2008)
    after = fitted(histories, {"gdp": ["level"]})
    assert mine.sum() > 1
    unmoved = [key[2] for key in before if before[key] == after[key]]
    assert unmoved == panel_peers.fold_of(["县5"]).tolist()


@pytest.mark.parametrize("model", ["naive", "drift", "log_linear"])
def test_models_that_fit_every_series(many, model):
    histories, targets = some(many, 60)
    result = ca.assess_panel(histories, targets, model=model)
    assert differences(histories, targets, result, lambda row: {"model": model}) == []
    assert "too_few_points" in set(result["reason"]) or model == "naive"


def test_a_fit_that_breaks_is_a_row(many, monkeypatch):
    from changji_analysis.trends import drift

    def broken(x, years, horizons):
        raise np.linalg.LinAlgError("singular")

    monkeypatch.setattr(drift, "predict", broken)
    histories, targets = some(many, 60)
    result = ca.assess_panel(histories, targets, model="drift")
    assert "LinAlgError: singular" in set(result["notes"])
    assert result["probability"].notna().any()  # what is observed needs no fit


# ---- faulty rows -------------------------------------------------------------------------------
GOOD = [
    ("甲县", "gdp", 2018, 10.0, "亿元"),
    ("甲县", "gdp", 2020, 12.0, "亿元"),
    ("乙县", "gdp", 2020, 7.0, "亿元"),
]
GOALS = [("甲县", "gdp", 15.0, 2025, "at_least"), ("乙县", "gdp", 9.0, 2025, "at_least")]


def frames(extra=(), goals=()):
    histories = pd.DataFrame(
        [*GOOD, *extra], columns=["area", "indicator", "year", "value", "unit"]
    )
    targets = pd.DataFrame(
        [*GOALS, *goals], columns=["area", "indicator", "value", "year", "direction"]
    )
    return histories, targets


@pytest.mark.parametrize(
    ("row", "code", "rows"),
    [
        (("丙县", "gdp", 2018, 8.0, "亿元"), "repeated_year", [3, 5]),
        (("丙县", "gdp", 2019, 8.0, "万元"), "mixed_units", [5]),
        (("丙县", "gdp", 2019, np.inf, "亿元"), "not_finite", [5]),
        (("丙县", "gdp", 2019, "8.0亿", "亿元"), "not_a_number", [5]),
        (("丙县", "gdp", 2019.5, 8.0, "亿元"), "years", [5]),
        (("丙县", "gdp", 20190, 8.0, "亿元"), "years", [5]),
        (("丙县", "gdp", None, 8.0, "亿元"), "years", [5]),
        ((None, "gdp", 2019, 8.0, "亿元"), "no_key", [5]),
        (("丙县", None, 2019, 8.0, "亿元"), "no_key", [5]),
    ],
)
def test_a_faulty_row_is_listed_and_the_others_are_assessed(row, code, rows):
    extra = [("丙县", "gdp", 2018, 7.0, "亿元"), ("丙县", "gdp", 2021, 7.5, "亿元"), row]
    histories, targets = frames(extra, [("丙县", "gdp", 10.0, 2025, "at_least")])
    result = ca.assess_panel(histories, targets)
    problems = problem_frame(result.attrs["problems"])
    assert problems["code"].tolist() == [code] * len(rows)
    assert problems["row"].tolist() == rows and set(problems["file"]) == {"histories"}
    assert problems.ne("").all(axis=None)
    clean = ca.assess_panel(*frames())
    pd.testing.assert_frame_equal(result.iloc[:2], clean, check_dtype=False)
    assert clean["probability"].notna().all() and clean.attrs["problems"] == []
    if code == "no_key":  # whose row it is cannot be told
        assert result["probability"].notna().all()
    else:
        assert pd.isna(result.loc[2, "probability"]) and pd.isna(result.loc[2, "verdict"])
        assert result.loc[2, "reason"] == code and result.loc[2, "notes"] == problems.loc[0, "why"]


def test_an_empty_value_is_a_gap_and_a_negative_one_is_told():
    extra = [("甲县", "gdp", 2019, None, None), ("丁县", "gdp", 2019, -3.0, "亿元")]
    histories, targets = frames(extra, [("丁县", "gdp", 1.0, 2025, "at_least")])
    result = ca.assess_panel(histories, targets)
    problems = problem_frame(result.attrs["problems"])
    assert list(zip(problems["code"], problems["row"], strict=True)) == [("negative", 4)]
    assert result.loc[0, "n"] == 2 and result.loc[0, "probability"] > 0
    assert result.loc[2, "reason"] == "non_positive" and "-3" in result.loc[2, "notes"]


def test_a_target_without_a_history_still_says_what_is_needed():
    histories, targets = frames(goals=[("戊县", "gdp", 20.0, 2025, "at_least")])
    targets["base_year"], targets["base_value"] = 2020, [12.0, 7.0, 10.0]
    result = ca.assess_panel(histories, targets)
    assert result.loc[2, ["verdict", "reason"]].tolist() == ["insufficient_evidence", "no_history"]
    assert result.loc[2, "required_growth"] == pytest.approx(2**0.2 - 1)
    [problem] = result.attrs["problems"]
    assert (problem["file"], problem["row"], problem["code"]) == ("targets", 2, "no_history")


@pytest.mark.parametrize(
    ("change", "reason", "words"),
    [
        ({"direction": "up"}, "target", "unknown direction 'up'"),
        ({"direction": None}, "target", "unknown direction None"),
        ({"year": 2025.5}, "target", "2025.5 is not an integer"),
        ({"year": None}, "target", "year None is not an integer"),
        ({"value": None}, "target", "needs a value"),
        ({"value": "十"}, "target", "'十' is not a finite number"),
        ({"value": np.inf}, "target", "inf is not a finite number"),
        ({"direction": "within"}, "target", "tolerance above 0"),
        ({"base_year": 2025}, "target", "2025 is not before the target year"),
        ({"kind": "rate"}, "kind", "unknown kind 'rate'"),
        ({"area": None}, "no_key", "missing"),
        ({"unit": "万元"}, "target_unit", "unit of the target"),
    ],
)
def test_a_target_that_contradicts_itself_is_a_row(change, reason, words):
    histories, targets = frames()
    targets = targets.assign(base_year=np.nan, tolerance=np.nan, kind="level", unit="亿元")
    targets = pd.concat([targets, targets.iloc[:1]], ignore_index=True).astype(object)
    for name, value in change.items():
        targets.loc[2, name] = value
    result = ca.assess_panel(histories, targets)
    assert result["verdict"].isna().tolist() == [False, False, True]
    assert result.loc[2, "reason"] == reason and words in result.loc[2, "notes"]
    assert [p["row"] for p in result.attrs["problems"]] == [2] * (1 + (reason == "no_key"))


def test_wrong_calls():
    histories, targets = frames()
    with pytest.raises(UsageError, match="no column year"):
        ca.assess_panel(histories.drop(columns="year"), targets)
    with pytest.raises(UsageError, match="no column direction"):
        ca.assess_panel(histories, targets.drop(columns="direction"))
    for options in ({"model": "best"}, {"peers": "all"}, {"backend": "threads"}):
        with pytest.raises(UsageError, match="|".join(options.values())):
            ca.assess_panel(histories, targets, **options)


def test_nothing_to_assess():
    histories, targets = frames()
    assert ca.assess_panel(histories, targets.iloc[:0]).empty
    result = ca.assess_panel(histories.iloc[:0], targets)
    assert result["reason"].tolist() == ["no_history"] * 2


def test_the_index_of_the_targets_is_kept():
    histories, targets = frames()
    result = ca.assess_panel(histories, targets.set_axis(["x", "y"]))
    assert result.index.tolist() == ["x", "y"] and result.loc["y", "area"] == "乙县"
