"""Tables as printed: the same in both languages, text that says what it means, no NaN."""

import numpy as np
import pandas as pd
import pytest

import changji_analysis as ca
from changji_analysis import _compat as needs
from changji_analysis import tables
from changji_analysis._compat import plan_assessments, scorecard
from changji_analysis.histories import growth_windows
from changji_analysis.scorecards import spans
from changji_analysis.trends.cohort import even_batches, first_time_needed

CITY, RD, FIRMS = "昌吉市", ("t01", "share_of_gdp"), ("t03", "valid_stock")


@pytest.fixture(scope="module", autouse=True)
def shipped_data():
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CHANGJI_DATA", raising=False)
        yield


def judged(key):
    return plan_assessments()[key], scorecard().set_index(["id", "reading"]).loc[key]


def rd_classes():
    return {"a": ca.peers("rd_intensity"), "b": None}


TABLES = {
    "scorecard": tables.scorecard_table,
    "every reading": lambda lang: tables.scorecard_table(lang, all_readings=True),
    "as of a date": lambda lang: tables.scorecard_table(lang, as_of="2022-06-30"),
    "pace": lambda lang: tables.pace_table(judged(RD)[0], lang),
    "due": lambda lang: tables.due_table(judged(RD)[0], lang),
    "baseline": tables.baseline_table,
    "targets": tables.targets_table,
    "consistency": tables.consistency_table,
    "readings": tables.readings_table,
    "coverage": tables.coverage_table,
    "vintages": lambda lang: tables.vintages_table("中国", "rd_intensity", lang),
    "history": lambda lang: tables.history_table(ca.history(CITY, "gdp"), lang),
    "problems": tables.problems_table,
    "warnings": lambda lang: tables.problems_table(lang, "warning"),
    "counts of problems": tables.problem_counts,
    "assessment": lambda lang: tables.assessment_table(*judged(RD), lang),
    "assessment without figures": lambda lang: tables.assessment_table(
        *judged(("t04", "above_scale_only")), lang
    ),
    "forecast": lambda lang: tables.forecast_table(judged(FIRMS)[0].forecast, lang),
    "money": lambda lang: tables.money_table(needs.rd_spending(1.5, 0.17, 2025), lang),
    "identity": lambda lang: tables.identity_table(needs.certificate_identity("新疆"), lang),
    "first time": lambda lang: tables.first_time_table(
        first_time_needed(even_batches(41, 2020), 2025, 100, (0.6, 0.9)), lang
    ),
    "reference class": lambda lang: tables.reference_table(
        growth_windows(ca.peers("rd_intensity"), 5), 1.5 / 0.17, lang
    ),
    "precedents": lambda lang: tables.precedents_table("rd_intensity", lang),
    "counts of precedents": lambda lang: tables.precedent_counts("rd_intensity", lang),
    "models": lambda lang: tables.models_table(
        ca.history(CITY, "rd_intensity"), 2025, "ratio", ca.peers("rd_intensity"), lang
    ),
    "gaps": tables.gaps_table,
    "sensitivity": lambda lang: tables.sensitivity_table(
        ca.history(CITY, "rd_intensity"), ca.plan_target("t01"), "ratio", rd_classes(), lang
    ),
}


def printed(table: pd.DataFrame) -> list[str]:
    """Every heading and cell as text."""
    flat = table.reset_index()
    return [str(cell) for cell in [*flat.columns, *flat.to_numpy(dtype=object).ravel()]]


def has_chinese(text: str) -> bool:
    return any("一" <= character <= "鿿" for character in text)


@pytest.mark.parametrize("name", TABLES)
def test_both_languages_have_the_same_rows_and_columns(name):
    zh, en = TABLES[name]("zh"), TABLES[name]("en")
    assert zh.shape == en.shape and zh.index.nlevels == en.index.nlevels
    assert zh.size > 0


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", TABLES)
def test_no_cell_is_nan_or_none(name, lang):
    bad = {"nan", "None", "<NA>", "NaT", "inf", "-inf", "nan%"}
    texts = printed(TABLES[name](lang))
    assert [text for text in texts if set(text.split()) & bad] == []


@pytest.mark.parametrize("name", TABLES)
def test_headings_are_in_the_language(name):
    own_words = {"中国", "新疆", "昌吉市", "昌吉州", "昌吉国家高新区", "昌吉国家农高区"}
    en = TABLES[name]("en")
    heads = [str(head) for head in [*en.columns, *en.index.names, en.columns.name or ""]]
    assert [h for h in heads if has_chinese(h) and h.split("（")[0] not in own_words] == []
    zh = TABLES[name]("zh")
    words = [str(head) for head in [*zh.columns, *zh.index.names] if str(head).isascii()]
    years_and_classes = {str(year) for year in range(1949, 2101)} | {"", "None", "80%"}
    assert [word for word in words if word not in years_and_classes] == []


def test_a_call_does_not_change_the_next_one():
    for name, table in TABLES.items():
        pd.testing.assert_frame_equal(table("zh"), table("zh"), obj=name)


@pytest.mark.parametrize(
    ("probability", "zh", "en"),
    [
        (0.0, "0%", "0%"),
        (1.0, "100%", "100%"),
        (1e-9, "不足1%", "under 1%"),
        (0.0099, "不足1%", "under 1%"),
        (0.01, "1%", "1%"),
        (0.325, "32%", "32%"),
        (0.99, "99%", "99%"),
        (0.9901, "超过99%", "over 99%"),
        (1 - 1e-12, "超过99%", "over 99%"),
        (None, "", ""),
        (np.nan, "", ""),
    ],
)
def test_a_probability_is_never_0_or_100_short_of_an_outcome(probability, zh, en):
    assert tables.probability_text(probability, "zh") == zh
    assert tables.probability_text(probability, "en") == en


@pytest.mark.parametrize(
    ("share", "signed", "text"),
    [(0.5457, True, "+54.6%"), (-0.02, True, "-2.0%"), (0.5457, False, "54.6%"), (None, True, "")],
)
def test_percent(share, signed, text):
    assert tables.percent(share, signed=signed) == text


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "zh", "en"),
    [
        (0.17, "%", 2, "0.17%", "0.17%"),
        (1530, "万吨", 0, "1,530 万吨", "1,530 10,000 t"),
        (41, "家", 0, "41 家", "41"),
        (600, "人", 0, "600 人", "600 people"),
        (620.77, "亿元", 2, "620.77 亿元", "620.77 100 million yuan"),
    ],
)
def test_a_value_stands_with_its_unit(value, unit, decimals, zh, en):
    row = pd.Series({"unit": unit, "decimals": decimals})
    assert (tables.printed(value, row, "zh"), tables.printed(value, row, "en")) == (zh, en)


def test_the_scorecard_has_every_target_once_and_every_reading_on_request():
    table = tables.scorecard_table("en")
    assert table.index.tolist() == [f"t{n:02d}" for n in range(1, 30)]
    assert len(tables.scorecard_table("en", all_readings=True)) == len(ca.load_readings())
    row = table.loc["t01"]
    assert row["goal"] == "≥1.50%" and row["base"] == "0.17% (2020)"
    assert row["required growth a year"] == "+54.6%"
    assert table.at["t08", "goal"] == "≥1 people" and table.at["t02", "goal"] == "not to fall"


def test_a_target_without_figures_says_so():
    row = tables.scorecard_table("zh").loc["t05"]
    assert (row["基期"], row["最新"], row["实现概率"], row["可能性"]) == ("", "", "", "")
    assert (row["现状"], row["结论"], row["依据"]) == ("无数据", "依据不足", "无可用数据")


def test_the_due_paths_are_those_of_the_plan():
    table = tables.due_table(judged(RD)[0], "en")
    assert table["straight path"].tolist() == [0.17, 0.44, 0.70, 0.97, 1.23, 1.50]
    assert table["geometric path"].tolist() == [0.17, 0.26, 0.41, 0.63, 0.97, 1.50]


def test_runs_of_years():
    assert spans([2011, 2012, 2013, 2020]) == "2011–2013, 2020"
    assert spans([2020]) == "2020" and spans([]) == ""


def test_a_model_that_cannot_run_says_why():
    table = TABLES["models"]("en")
    cannot = table["why it cannot run"].ne("")
    assert not cannot["pooled"] and cannot["theta"]
    assert table.loc[cannot, "median"].eq("").all() and table.loc[~cannot, "median"].ne("").all()


def test_the_largest_window_without_breaks_is_stated():
    table = TABLES["reference class"]("en")["value"]
    assert table["largest factor"] == "2.12 (海南 2018–2023)"
    assert table["largest without scope breaks"] == "2.12"
    assert table["required factor"] == "8.82" and table["windows that reached it"] == "0"


def test_missing_figures_are_named_by_year():
    table = tables.gaps_table("en")
    assert table.at["t01", "years missing"] == "2021–2025"
    assert len(table) == 29
