"""One wording: the same thing has one name and the same number one form, in either language."""

import datetime as dt
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import changji_analysis as ca
from changji_analysis import wording
from changji_analysis.errors import UsageError
from changji_analysis.trends import MODELS
from changji_analysis.wording import TERMS, Words, probability_text

ZH, EN = Words("zh"), Words("en")
CHINESE = re.compile("[\u3400-\u9fff]")


@pytest.fixture
def language():
    yield ca.set_language
    ca.set_language("zh")


def test_the_language_set_is_the_default_and_an_explicit_one_wins(language):
    language("en")
    assert wording.language() == "en" and wording.language("zh") == "zh"


def test_an_unknown_language_is_refused(language):
    with pytest.raises(UsageError, match="'fr': use zh or en"):
        language("fr")
    assert wording.language() == "zh"


@pytest.mark.parametrize(
    ("probability", "zh", "en"),
    [
        (None, "", ""),
        (0.0, "0%", "0%"),
        (0.002, "不到1%", "less than 1%"),
        (0.01, "1%", "1%"),
        (0.295, "30%", "30%"),
        (0.995, "超过99%", "more than 99%"),
        (1.0, "100%", "100%"),
    ],
)
def test_a_probability_has_one_form(probability, zh, en):
    assert (probability_text(probability, "zh"), probability_text(probability, "en")) == (zh, en)


@given(st.floats(1e-9, 1 - 1e-9))
def test_no_probability_short_of_an_outcome_prints_as_certain(probability):
    assert probability_text(probability, "en") not in ("0%", "100%")


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "zh", "en"),
    [
        (41, "家", 0, "41家", "41"),
        (1530, "万吨", 0, "1,530万吨", "15,300,000 t"),
        (8.5, "万亩", 1, "8.5万亩", "85,000 mu"),
        (0.17, "%", 2, "0.17%", "0.17%"),
        (10.36, "亿元", 2, "10.36亿元", "CNY 1.04 billion"),
        (1.12, "亿元", 2, "1.12亿元", "CNY 112 million"),
        (233, "万元", 0, "233万元", "CNY 2.3 million"),
        (-0.001, "%", 2, "0.00%", "0.00%"),
        (-12.5, "%", 1, "−12.5%", "−12.5%"),
    ],
)
def test_a_value_with_its_unit(value, unit, decimals, zh, en):
    assert (ZH.measured(value, unit, decimals), EN.measured(value, unit, decimals)) == (zh, en)


@pytest.mark.parametrize(
    ("goal", "zh", "en"),
    [
        ((1.5, "at_least", "%"), "≥1.5%", "≥1.5%"),
        ((100, "at_least", "%"), "100%", "100%"),
        ((100, "at_least", "家"), "≥100家", "≥100"),
        ((0, "at_most", "座"), "全部淘汰", "none left"),
        ((28, "within", "万亩", 0.05), "约28万亩", "about 280,000 mu"),
        ((2, "within", "名", 0.5), "1—3名", "1–3"),
        ((None, "non_decreasing", "亿元"), "只增不减", "not to fall"),
    ],
)
def test_a_goal_is_printed_in_the_digits_of_the_plan(goal, zh, en):
    assert (ZH.goal(*goal), EN.goal(*goal)) == (zh, en)


def test_a_range_of_verdicts_is_both_words_from_the_worse():
    assert ZH.verdict("likely", "at_risk") == "有风险至可望实现"
    assert EN.verdict("at_risk", "likely") == "at risk to likely to be met"
    assert ZH.verdict("at_risk", "at_risk") == "有风险"


def test_every_code_has_words_of_its_own_language():
    for kind, codes in TERMS.items():
        for code, (zh, en) in codes.items():
            assert CHINESE.search(zh), (kind, code)
            assert en and not CHINESE.search(en), (kind, code)
    assert set(MODELS) <= set(TERMS["model"])
    assert ZH.term("path", "geometric") == "等比路径"
    assert ZH.term("verdict", None) == "" and ZH.term("verdict", "new") == "new"
    assert ZH.model("theta_own") == "Theta法·原有区间"


def test_dates_and_lists():
    assert ZH.date("2023-12-31") == "2023年12月31日"
    assert EN.date(dt.date(2023, 12, 31)) == "31 December 2023" and EN.date("2023") == "2023"
    assert ZH.join("甲乙丙") == "甲、乙、丙" and EN.join("abc") == "a, b and c"
    assert ZH.spans("2020–2022, 2025") == "2020—2022、2025"


def test_names_come_from_the_data_and_from_cldr(shipped):
    w = Words.of(shipped, "en")
    assert (
        w.area("陕西") == "Shaanxi" and w.area("陕西省") == "Shaanxi" and w.area("某地") == "某地"
    )
    assert ZH.area("Slovakia") == "斯洛伐克" and ZH.area("Turkey") == "土耳其"
    assert w.publisher("新疆维吾尔自治区统计局") == "Xinjiang Bureau of Statistics"
    assert w.publisher("自治区科技厅") == "Xinjiang Department of Science and Technology"
    assert w.publisher("某报") == "某报"
    assert ZH.publisher("国家统计局 科学技术部 财政部") == "国家统计局、科学技术部、财政部"


def test_likelihoods_fall_and_share_no_word():
    least = [bound for bound, *_ in wording.LIKELIHOODS]
    assert least == sorted(least, reverse=True)
    assert ZH.likely(0.3) == "不太可能" and EN.likely(0.66) == "likely"


def test_a_verdict_prints_as_many_words_as_its_range_bears():
    def row(verdict, low, high, words, ends=(0.2, 0.9)):
        return {
            "verdict": verdict,
            "verdict_low": low,
            "verdict_high": high,
            "words": words,
            "probability_low": ends[0],
            "probability_high": ends[1],
        }

    card = pd.DataFrame(
        [
            row("likely", "at_risk", "likely", 2),
            row("at_risk", "at_risk", "at_risk", 1),
            row("at_risk", "unlikely", "likely", 3),
            row("insufficient_evidence", None, None, None),
        ]
    )
    zh, en = Words("zh"), Words("en")
    assert [zh.judged(r) for _, r in card.iterrows()] == [
        "有风险至可望实现",
        "有风险",
        "依据不足（20%—90%）",
        "依据不足",
    ]
    assert en.judged(card.loc[2]) == "insufficient evidence (20%–90%)"
    assert list(zh.tally(card).values()) == [1, 1, 1, 1]
