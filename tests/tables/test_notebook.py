"""How results show themselves in a notebook."""

import re

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

import changji_analysis as ca
from changji_analysis import palette
from changji_analysis.tables.notebook import register, shown

KNOWN = pd.Series({2020: 0.17, 2021: 0.2})
KNOWN.attrs = {"area": "甲市", "indicator": "rd_intensity", "unit": "%", "decimals": 2,
               "breaks": [2021], "private": [], "early": [], "as_of": "2023-12-31",
               "area_names": {"zh": "甲市", "en": "Jia"},
               "indicator_names": {"zh": "强度", "en": "intensity"}}  # fmt: skip
TARGET = ca.Target(1.5, 2025, base_year=2020, base_value=0.17)
CHINESE = re.compile("[\u3400-\u9fff]")


@pytest.fixture(scope="module")
def results():
    a = ca.assess(KNOWN, TARGET)
    return {"target": TARGET, "assessment": a, "forecast": a.forecast, "history": KNOWN}


@pytest.mark.parametrize("name", ["target", "assessment", "forecast", "history"])
def test_a_result_is_shown_in_one_language(results, name):
    zh, en = (shown(results[name], lang) for lang in ("zh", "en"))
    assert CHINESE.search(repr(zh)) and not CHINESE.search(repr(en))
    assert not re.search("pooled|generic|intensity", repr(zh))
    assert zh._repr_html_() == shown(results[name], "zh")._repr_html_()


def test_a_verdict_bears_its_colour(results):
    a = results["assessment"]
    html = shown(a, "zh")._repr_html_()
    assert palette.VERDICTS[a.verdict].fill in html
    assert ("目标", "≥1.5% (2025)") in shown(a, "zh").rows


def test_a_history_prints_the_indicators_decimals_and_its_marks():
    assert shown(KNOWN, "zh").rows == [("2020", "0.17", ""), ("2021", "0.20", "口径变化")]
    assert shown(KNOWN, "en").caption == "Jia: intensity, as of 31 December 2023"
    assert shown(KNOWN.iloc[:0], "en").rows == [("no figure",)]


def test_what_is_no_result_has_no_table():
    with pytest.raises(TypeError, match="a list has no table"):
        shown([])


def test_ipython_shows_results_by_the_names_of_their_types(results):
    shell = InteractiveShell()
    register(shell)
    html = shell.display_formatter.formatters["text/html"]
    for result in results.values():
        assert html(result) == shown(result)._repr_html_()
    assert html(pd.Series([1.0])) is None
    plain = shell.display_formatter.formatters["text/plain"]
    assert plain(TARGET) == repr(shown(TARGET))
    frame = pd.DataFrame({"verdict": ["at_risk"], "probability": [0.4]})
    assert "有风险" in html(frame) and "结论" in html(frame)
    assert "dataframe" in html(pd.DataFrame({"something": [1]}))
