"""Tables: frames stay numbers, what is shown is wholly in one language."""

import re

import pandas as pd
import pytest
from tiny_data import YEARLY, added, write

import changji_analysis as ca
from changji_analysis import tables
from changji_analysis.errors import ForecastError
from changji_analysis.histories import growth_windows
from changji_analysis.tables import says
from changji_analysis.tables.columns import COLUMNS

CHINESE = re.compile("[\u3400-\u9fff]")
CODES = re.compile(r"\b(pooled|too_few_points|insufficient_evidence|at_least|out_of_reach)\b")
CITY = "甲市,hightech_firms,{0},first,{1},家,exact,{1}家,{2}-06-01,{2}-06-01,s1,high,"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    rows = CITY.format(2020, 41, 2021), CITY.format(2022, 60, 2023)
    return ca.Dataset(write(tmp_path_factory.mktemp("tiny"), **added(YEARLY, *rows)))


def shown(data):
    """Every table by name: the frame and the view."""
    a = data.assessments["t01", "stock"]
    windows = pd.DataFrame(
        {"area": ["海南", "Chile"], "start": [2018, 2017], "end": [2020, 2019],
         "factor": [4.0, 1.2], "broken": [False, False]}
    )  # fmt: skip
    return {
        "scorecard": (data.scorecard, "scorecard"),
        "gaps": (data.scorecard, "gaps"),
        "readings": (data.scorecard, "readings"),
        "reading_table": (data.reading_tables, "reading_table"),
        "baseline": (data.baseline, "baseline"),
        "targets": (data.targets, "targets"),
        "problems": (data.problems, "problems"),
        "precedents": (data.precedents, "precedents"),
        "counts": (tables.precedent_counts(data.precedents, "rd_intensity"), None),
        "coverage": (tables.coverage(data), None),
        "vintages": (tables.vintages(data, "中国", "rd_intensity"), None),
        "pace": (a.pace.rename_axis("measure"), None),
        "due": (a.due, None),
        "windows": (tables.windows(windows, 2.4), None),
        "compare": (tables.compare({"pooled": a, "drift": ForecastError("", reason="kind")}), None),
        "moves": (data.probability_history("t01"), None),
    }


NAMES = ["scorecard", "gaps", "readings", "reading_table", "baseline", "targets", "problems",
         "precedents", "counts", "coverage", "vintages", "pace", "due", "windows", "compare",
         "moves"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_heads_and_codes_are_in_the_language(data, name):
    frame, view = shown(data)[name]
    before = frame.copy()
    zh, en = (tables.show(frame, lang, view, data=data) for lang in ("zh", "en"))
    assert len(zh.rows) == len(en.rows) == len(frame) > 0
    assert not [
        head for head in en.heads if CHINESE.search(head) and head not in ("甲市", "新疆", "中国")
    ]
    assert not [head for head in zh.heads if re.search("[a-z]{4}", head)]
    assert not [text for row in zh.rows for text in row if CODES.search(text)]
    pd.testing.assert_frame_equal(frame, before)


def test_a_frame_is_computed_on_by_its_ids_whatever_the_language(data):
    ca.set_language("en")
    try:
        rests = data.scorecard.query("verdict == 'insufficient_evidence'")
        assert list(rests["id"]) == ["t02"]
        assert tables.show(rests, columns=["id", "verdict"]).rows == [
            ("t02", "insufficient evidence")
        ]
        assert tables.show(rests, "zh", ["id", "verdict"]).rows == [("t02", "依据不足")]
    finally:
        ca.set_language("zh")


def test_the_scorecard_prints_the_numbers_of_the_scorecard(data):
    row = data.scorecard.set_index("id").loc["t01"]
    text = tables.show(data.scorecard, "zh", "scorecard", data=data).text.loc["t01"]
    assert text["目标"] == "≥100家" and text["基期"] == "41家（2020年）"
    assert text["最新"] == "60家（2022年）"
    assert text["实现概率"] == f"{row['probability']:.0%}"
    assert text["所需年均增速"] == f"+{row['required_growth']:.1%}"


def test_the_same_table_gives_the_same_bytes_and_escapes(data):
    frame = pd.DataFrame({"name": ["<b>&"], "probability": [0.4]})
    html = tables.show(frame, "en", caption="a < b")._repr_html_()
    assert html == tables.show(frame, "en", caption="a < b")._repr_html_()
    assert "&lt;b&gt;&amp;" in html and "a &lt; b" in html and " id=" not in html


def test_a_long_table_scrolls_where_the_keyboard_reaches_it():
    frame = pd.DataFrame({"year": range(2000, 2000 + tables.TALL + 1)})
    assert 'tabindex="0"' in tables.show(frame, "en")._repr_html_()
    assert "tabindex" not in tables.show(frame.head(5), "en")._repr_html_()


def test_one_row_can_stand_upright():
    frame = pd.DataFrame({"windows": [1365], "largest": [3.449]})
    assert tables.show(frame, "zh", upright=True).rows == [("窗口数", "1,365"), ("最大倍数", "3.4")]


def test_windows_leave_declared_breaks_out():
    growth = growth_windows(pd.DataFrame({"甲": [1.0, 2.0, 8.0]}, index=[2018, 2019, 2020]), 1)
    found = tables.windows(growth.assign(broken=[False, True]), 3.0).iloc[0]
    assert (found["windows"], found["largest"], found["reached"]) == (1, 2.0, 0)


def test_what_stands_in_the_way_is_said_in_words():
    table = tables.compare({"theta": ForecastError("", reason="too_few_points")})
    assert tables.show(table, "zh").rows == [("Theta法", "观测值太少")]


def test_every_form_is_known():
    forms = {column.form for column in COLUMNS.values()}
    numbers = {form for form in forms if form[1:].isdigit()}
    assert all(form[0] in "npsx" for form in numbers)
    assert len({column.zh for column in COLUMNS.values()}) > 100


def test_without_a_window_only_what_is_required_is_told():
    growth = growth_windows(pd.DataFrame({"甲": [1.0, 2.0]}, index=[2018, 2019]), 4)
    assert tables.windows(growth, 3.0).iloc[0].to_dict() == {"windows": 0, "required": 3.0}


def test_words_of_a_verdict_and_a_base_without_its_year_stand_as_they_are():
    frame = pd.DataFrame({"verdict": ["at risk to likely to be met"], "base": [1.34]})
    assert tables.show(frame, "en").rows == [("at risk to likely to be met", "1.34")]
    found = says.words("zh")
    shown = tables.show(found, "zh", ["verdict", "statements"]).rows
    assert [row[0] for row in shown] == [*found["verdict"]] and "困难" in {*found["verdict"]}
