"""Sentences come from results: other results, other sentences; errors are one sentence, too."""

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

import changji_analysis as ca
from changji_analysis import tables
from changji_analysis.forecasting import each_model
from changji_analysis.replay.trial import trial
from changji_analysis.tables import notebook, says
from changji_analysis.trends.peers_pace import peers_pace

DATA = ca.Dataset()
HISTORY = pd.Series({2018: 30.0, 2019: 33.0, 2020: 41.0})
TARGET = ca.Target(100, 2025)


@pytest.fixture(autouse=True)
def chinese_afterwards():
    yield
    ca.set_language("zh")


def test_the_verdict_is_that_of_the_assessment():
    a = ca.assess(pd.Series({2020: 41.0, 2025: 120.0}), TARGET, kind="count")
    assert says.verdict(a, "zh").startswith("目标（2025年≥100）：结论为**已实现**")
    assert "**achieved**" in says.verdict(a, "en")
    nothing = ca.assess(pd.Series(dtype=float), TARGET, kind="count")
    assert "依据不足" in says.verdict(nothing, "zh") and "概率" not in says.verdict(nothing, "zh")


def test_a_spread_says_whether_the_verdict_survives():
    low, high = (ca.assess(HISTORY, ca.Target(goal, 2025), kind="count") for goal in (41, 4000))
    assert "基本不可达至有风险" in says.spread({"a": low, "b": high}, "zh")
    assert "the verdict is the same: at risk." in says.spread({"a": low, "b": low}, "en")


def test_the_overview_counts_every_target_once():
    text = says.overview(DATA, "en")
    card = DATA.scorecard.query("default")
    blank = card["verdict"].eq("insufficient_evidence").sum()
    assert f"{len(card)} targets" in text and f"the other {blank} " in text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_sentence_is_in_its_language(lang):
    said = [says.answer, says.plan, says.coverage, says.base, says.overview]
    texts = [f(DATA, lang) for f in said] + [says.proof_says(lang)]
    texts += [says.nested(DATA, name, lang) for name in DATA.config.report.headline]
    texts += list(says.concerns(DATA, lang)["why"].head(5))
    for text in texts:
        assert any("\u4e00" <= sign <= "\u9fff" for sign in text) is (lang == "zh"), text


def test_a_model_that_cannot_run_answers_with_its_error():
    found = each_model(HISTORY, 2023, ["drift", "theta"], kind="count")
    assert found["drift"].years == (2021, 2022, 2023)
    assert found["theta"].reason == "too_few_points"
    table = tables.compare(found)
    assert table.loc["theta", "reason"] == "too_few_points" and pd.isna(table.loc["theta", "n"])
    assert "count_trend" not in each_model(HISTORY, 2023, kind="ratio")


def test_a_trial_scores_a_model_of_one_s_own_beside_the_rest():
    table = trial(DATA, ["naive", peers_pace], "rd_intensity", origin=2020, ahead=3)
    assert list(table.index) == ["naive", "peers_pace"] and (table["cases"] > 20).all()
    assert table.loc["peers_pace", "crps"] < table.loc["naive", "crps"]
    with pytest.raises(ca.UsageError, match="2035"):
        trial(DATA, ["naive"], "rd_intensity", origin=2020, ahead=15)


@pytest.mark.parametrize(
    ("cell", "zh", "en"),
    [
        ("data.city('rd_intensty')", "没有名为'rd_intensty'的指标", "unknown indicator"),
        ("ca.forecast(few, 2025, model='theta')", "观测值太少", "theta needs at least"),
        ("ca.forecast(few.astype(str) + '%', 2025)", "不是数字", "not a number"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_bad_input_shows_one_sentence_with_the_remedy(cell, zh, en, lang, capsys):
    shell = InteractiveShell.instance()
    notebook.register(shell)
    shell.push({"ca": ca, "data": DATA, "few": pd.Series({2020: 0.17})})
    ca.set_language(lang)
    assert not shell.run_cell(cell).success
    out = capsys.readouterr().out
    assert len(out.strip().splitlines()) == 1
    assert (zh if lang == "zh" else en) in out
