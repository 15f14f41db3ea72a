"""The proof: what the tables say of worlds that are known, and the bar the method must clear."""

import numpy as np
import pandas as pd
import pytest
from pictures import TOLERANCE, difference

from changji_analysis import calibration
from changji_analysis.assessment import assess
from changji_analysis.config import REPOSITORY
from changji_analysis.figures import LANGUAGES, PROOFS
from changji_analysis.plan import Target
from changji_analysis.replay import RULES, scores, validation
from changji_analysis.tables import replays as tables_validation


@pytest.fixture(scope="module")
def replays():
    return validation.replays()


def test_the_bar_of_the_rules_is_cleared(replays):
    table = validation.ranking(replays[1], ["pooled", "generic", *RULES])
    assert table.index[0] == "pooled"
    assert table.loc["pooled", "skill_lower"] > 0.3
    assert table.loc["eurostat", "skill"] == 0


def test_intervals_hold_what_they_say(replays):
    forecasts, _ = replays
    ours = forecasts[forecasts["model"].eq("pooled")]
    found = validation.intervals(forecasts)
    assert 0.77 <= found.loc["pooled", "cover80"] <= 0.83
    assert 0.75 <= found.loc["generic", "cover80"] <= 0.90
    by_n = validation.coverage_by_length(ours[ours["box"].eq("countries")], draws=100)
    assert by_n["coverage"].between(by_n["lower"] - 0.005, by_n["upper"] + 0.005).all()


def test_no_level_is_left_out_in_the_cold(replays):
    """Before shocks followed the level, one figure at the lowest held half of the outcomes."""
    table = validation.coverage_by_level()
    assert table["one"].between(0.7, 0.9).all() and table["coverage"].between(0.72, 0.88).all()
    assert (
        table["cases"].sum()
        == (
            replays[0]["model"].eq("pooled") & replays[0]["box"].isin(["countries", "provinces"])
        ).sum()
    )


def test_one_figure_beats_the_base_rate(replays):
    alone = replays[1][replays[1]["n"].eq(1)]
    table = validation.ranking(alone, ["pooled", "generic", "base_rate"], reference="base_rate")
    assert table.index[0] == "pooled" and table.loc["pooled", "skill"] > 0


def test_no_miscalibration_can_be_seen(replays):
    found = validation.calibration_tests(draws=100)
    assert (found["p_value"] > 0.1).all()
    _, chances = replays
    assert scores.ece(chances["pooled"], chances["happened"]) < 0.02
    assert (found.loc[["countries", "provinces"], "ece"] <= 0.04).all()


def test_the_european_targets_at_five_years():
    found = validation.targets_ranking("europe2020").loc[5]
    assert found.loc["pooled", "brier"] < 0.12 < found.loc["eurostat", "brier"]
    assert found.loc["pooled", ["targets", "met"]].tolist() == [26, 5]


def test_the_committed_rows_are_those_of_the_replays():
    """Another processor's last digit may carry a case over the edge of a band."""
    fresh, kept = validation.calibration_table(), pd.read_csv(REPOSITORY / calibration.PATH)
    keys = ["prior", "fewest", "most", "low", "high"]
    pd.testing.assert_frame_equal(fresh[keys], kept[keys])
    np.testing.assert_allclose(fresh["cases"], kept["cases"], rtol=0.01)
    np.testing.assert_allclose(fresh["came_true"], kept["came_true"], atol=0.01)


def test_a_row_beside_every_probability():
    row = calibration.calibration_of(0.2, 1, "peers")
    assert (row.fewest, row.most, row.low, row.high) == (1, 1, 0.15, 0.25)
    assert row.lower <= row.came_true <= row.upper and abs(row.came_true - row.stated) < 0.05
    assert f"{row.cases}次" in str(row) and f"of {row.cases} such" in str(row)
    assert calibration.calibration_of(1.0, 40, "generic").most == 10
    assert calibration.calibration_of(0.2, 1, "hope") is None


def test_an_assessment_carries_its_row():
    known = pd.Series({2020: 41.0})
    target = Target(value=100, year=2025)
    found = assess(known, target, kind="count").evidence.calibration
    assert found.prior == "generic" and found.low <= assess(known, target).probability < found.high
    assert assess(known, target, model="pooled").evidence.calibration is not None
    longer = pd.Series({2018: 30.0, 2019: 36.0, 2020: 41.0})
    assert assess(longer, target, model="drift").evidence.calibration is None
    outcome = pd.Series({2020: 41.0, 2025: 120.0})
    assert assess(outcome, target).evidence.calibration is None


def test_a_spread_is_learnt_only_from_what_was_known():
    rng = np.random.default_rng(0)
    cases = pd.DataFrame(
        {"x": rng.standard_normal(4000) * 2, "pooled_scale": 1.0, "pooled_df": 1e6, "c": 0.0}
    )
    assert validation.widening_factor(cases, "c") == pytest.approx(2, rel=0.05)


@pytest.mark.parametrize("rho", [0.0, 0.4])
def test_the_common_shock_of_areas_is_found(rho):
    rng = np.random.default_rng(1)
    z = np.sqrt(rho) * rng.standard_normal((4000, 1)) + np.sqrt(1 - rho) * rng.standard_normal(
        (4000, 8)
    )
    from scipy import special

    frame = pd.DataFrame(
        {"pit": special.ndtr(z).ravel(), "origin": np.repeat(range(4000), 8), "n": 1, "ahead": 1}
    )
    assert validation.common_shock(frame) == pytest.approx(rho, abs=0.03)


def test_coverage_of_right_intervals_lies_in_its_range():
    area = np.repeat([f"a{i}" for i in range(40)], 5)
    start = np.tile([2000, 2001, 2002, 2003, 2004], 40)
    low, high = scores.coverage_range(area, start, start + 3, 0.8, draws=300)
    assert low < 0.8 < high and high - low < 0.2
    wide = scores.coverage_range(area, start, start + 3, 0.8, common=0.6, draws=300)
    assert wide[1] - wide[0] > high - low


def test_one_model_wins_where_it_knows_the_outcome():
    chances = pd.DataFrame(
        {
            "area": list("aabbcc"), "happened": [1, 0, 1, 0, 1, 0],
            "sure": [0.9, 0.1] * 3, "half": [0.5] * 6, "eurostat": [1.0, 1.0] * 3,
        }
    )  # fmt: skip
    table = validation.ranking(chances, ["half", "sure", "eurostat"])
    assert list(table.index) == ["sure", "half", "eurostat"]
    assert table["brier"].tolist() == pytest.approx([0.01, 0.25, 0.5])
    assert table.loc["sure", "skill"] == pytest.approx(0.98)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_tables_are_headed_in_the_language(lang, replays):
    tests = tables_validation.calibration_tests_table(validation.calibration_tests(draws=20), lang)
    story = tables_validation.stories_table(validation.stories("china"), lang)
    worst = tables_validation.failures_table(validation.failures(3), lang)
    for table in (tests, story, worst):
        chinese = any("一" <= c <= "鿿" for c in "".join(map(str, table.columns)))
        assert chinese == (lang == "zh") and len(table)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["calibration", "targets_replayed"])
def test_the_committed_proofs_equal_fresh_ones(name, lang, replays):
    path = REPOSITORY / "figures" / lang / f"{name}.png"

    assert difference(PROOFS[name](lang).png(), path.read_bytes()) <= TOLERANCE
