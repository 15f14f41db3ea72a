"""What the tables of the proof say of worlds that are known, and of the committed replays."""

import numpy as np
import pandas as pd
import pytest
from scipy import special

from changji_analysis.replay import claims, nested, proof, verdicts
from changji_analysis.replay.cases import Replay


def world(shift=0.0, areas=40, origins=range(2000, 2015), seed=1):
    """Cases of two horizons whose law is a normal of spread 0.2, off by so many spreads."""
    rng = np.random.default_rng(seed)
    grid = pd.MultiIndex.from_product([range(areas), origins, [1, 3]]).to_frame(index=False)
    grid.columns = ["area", "origin", "ahead"]
    table = grid.assign(
        n=1, panel="countries", last=1.0, last_year=grid["origin"],
        year=grid["origin"] + grid["ahead"],
    )  # fmt: skip
    law = np.tile([0.0, 0.2, np.inf], (len(table), 1))
    rise, factors = 0.2 * (shift + rng.standard_normal(len(table))), np.array([1.05, 1.2])
    p = special.ndtr(-np.log(factors) / 0.2) * np.ones((len(table), 1))
    happened = (rise[:, None] >= np.log(factors)).astype(float)
    said = {"pooled": p, "level_rate": np.full_like(p, happened.mean()), "none": 0 * p}
    return Replay(table, rise, {"pooled": law}, said, happened, factors)


def test_skill_is_found_where_it_is_and_nil_where_it_is_not():
    found = claims.skills(world()).set_index("subset")
    assert found.loc["all", "found"] == "ahead" and found.loc["all", "skill"] > 0.05
    alike = world()
    alike.said["pooled"] = alike.said["level_rate"]
    nil = claims.skills(alike).set_index("subset").loc["all"]
    assert nil["found"] == "nil" and nil["skill"] == 0


def test_ranking_puts_the_best_first():
    found = claims.ranking(world(), ("none", "pooled"), "level_rate")
    assert found["model"].tolist() == ["pooled", "none"]
    assert found.loc[0, "skill_lower"] > 0 > found.loc[1, "skill_upper"]


def test_reliability_and_tests_know_a_right_world_from_a_wrong_one():
    right, wrong = world(), world(shift=0.5)
    off = [abs(r["stated"] - r["came_true"]).max() for r in map(claims.reliability, (right, wrong))]
    assert off[0] < 0.05 < 0.12 < off[1]
    p = [claims.calibration_tests(w, ("pooled",)).loc[0] for w in (right, wrong)]
    assert p[0]["p_value"] > 0.05 > p[1]["p_value"] and p[0]["power"] > 0.9


@pytest.mark.parametrize("rho", [0.0, 0.4])
def test_the_common_shock_of_areas_is_found(rho):
    rng = np.random.default_rng(1)
    z = np.sqrt(rho) * rng.standard_normal((4000, 1))
    z = z + np.sqrt(1 - rho) * rng.standard_normal((4000, 8))
    table = pd.DataFrame({"origin": np.repeat(range(4000), 8), "n": 1, "ahead": 1})
    assert claims.common_shock(table, special.ndtr(z).ravel()) == pytest.approx(rho, abs=0.03)
    assert claims.common_shock(table.head(1), np.array([0.3])) == 0


def test_coverage_of_right_intervals_lies_in_its_interval():
    found = claims.coverage(world()).set_index("panel").loc["countries"]
    assert found["lower"] < 0.8 < found["upper"] and abs(found["one"] - 0.8) < 0.05


def test_an_inflation_is_that_of_the_errors():
    rng = np.random.default_rng(0)
    cases = world()
    cases.laws.update({model: cases.laws["pooled"].copy() for model in claims.FITTED})
    cases.laws["theta"][:, 0] = cases.rise + 0.4 * rng.standard_normal(len(cases.rise))
    found = claims.inflation(cases).set_index("model")["measured"]
    assert found["log_linear"] == pytest.approx(1, rel=0.06)
    assert found["theta"] == pytest.approx(2, rel=0.06)


def judged(p, lower, upper, happened=1.0, lead=3):
    return pd.DataFrame(
        {"panel": "x", "area": range(len(p)), "base_year": 2000, "year": 2005, "factor": 1.5,
         "lead": lead, "happened": happened, "p": p, "lower": lower, "upper": upper}
    )  # fmt: skip


def test_words_follow_the_range():
    p, lower, upper = map(np.array, ([0.4, 0.4, 0.4], [0.35, 0.2, 0.02], [0.5, 0.4, 0.7]))
    first, last = verdicts.words("range", p, lower, upper)
    assert (last - first).tolist() == [0, 1, 3]
    two = verdicts.words("always_two", np.array([0.01, 0.3, 0.5, 0.99]), None, None)
    assert list(zip(*two, strict=True)) == [(0, 1), (1, 2), (2, 3), (2, 3)]


def test_always_two_words_lose_where_the_model_knows():
    rng = np.random.default_rng(0)
    p = rng.beta(0.4, 0.8, 4000)
    y = (rng.random(4000) < p).astype(float)
    found = verdicts.survival(judged(p, p * 0.95, p, y)).set_index("rule")
    assert found.loc["always_two", "brier"] > found.loc["range", "brier"] + 0.005
    assert found.loc["always_two", "one"] == 0 and np.isnan(found.loc["always_two", "right"])


def test_a_calibrated_walk_flips_as_often_as_expected():
    rng = np.random.default_rng(0)
    z = rng.standard_normal(20000)
    later = (z * np.sqrt(3) + rng.standard_normal(20000)) / np.sqrt(2)
    parts = [(special.ndtr(z), 3), (special.ndtr(later), 2)]
    table = pd.concat([judged(p, p, p, lead=lead) for p, lead in parts])
    found = verdicts.survival(table).set_index("rule").loc["centre"]
    assert found["flips"] == pytest.approx(found["expected"], abs=0.01)


def test_ranges_run_over_classes_peers_and_the_pass_through(shipped, monkeypatch):
    monkeypatch.setattr(verdicts, "SET", {"stock": (3, (2021,))})
    data = shipped
    alone = verdicts.statements(data)
    families = {"ncses_rd": nested.families(data.folder)["ncses_rd"]}
    inside = verdicts.nested_statements(nested.replay(families, most=5), {"ncses_rd": "children"})
    for table in (alone, inside):
        assert (table["lower"].le(table["p"]) & table["p"].le(table["upper"])).all()
        assert (table["upper"] > table["lower"]).mean() > 0.5
        assert len({*table["lead"]}) > 1 and table["happened"].isin([0, 1]).all()
    assert verdicts.survival(inside)["flips"].notna().all()


# ---- what the committed tables say -------------------------------------------------------------
def test_intervals_hold_what_they_say():
    found = proof.table("intervals").query("set == 'all'").set_index("model")
    assert 0.77 <= found.loc["pooled", "cover80"] <= 0.83
    assert proof.table("coverage").query("panel == 'rd_intensity'")["one"].between(0.65, 0.95).all()


def test_the_model_is_ahead_of_every_rule_and_never_called_ahead_where_it_is_not():
    ranked = proof.table("ranking").query("set == 'all'").set_index("model")
    assert ranked.index[0] == "pooled" and ranked.index[-1] in ("un_desa", "time_progress")
    skill = proof.table("skill")
    assert (skill["found"].eq("ahead") == skill["lower"].gt(0)).all()
    assert {"all", "one_figure", "hard", "as_the_city"} <= set(skill["subset"])


def test_every_p_value_has_its_power_beside_it():
    found = proof.table("calibration_tests")
    assert found["power"].between(0, 1).all() and found["p_value"].between(0, 1).all()


def test_always_two_words_lose():
    found = proof.table("survival").set_index("rule")
    assert found.loc["always_two", "brier"] > found["brier"].drop("always_two").max()
