"""Results show themselves as tables, in both languages, with plain text beside the HTML."""

from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.lib.pretty import pretty

import changji_analysis as ca
from changji_analysis.tables import notebook as display

KNOWN = pd.Series({2020: 41.0, 2021: 52.0})
TARGET = ca.Target(value=100, year=2025, base_year=2020, base_value=41)


@pytest.fixture(scope="module")
def judged():
    return ca.assess(KNOWN, TARGET, kind="count")


def texts(html):
    """Every text of an HTML table; it must be well-formed."""
    return [text.strip() for text in ET.fromstring(html).itertext() if text.strip()]


def test_an_assessment_says_verdict_probability_and_evidence(judged):
    shown = texts(judged._repr_html_())
    zh, en = display.VERDICTS[judged.verdict]
    assert shown[0] == f"{zh} {en}"
    assert "≥ 100 (2025)" in shown and "52 (2021)" in shown and "+19.5%" in shown
    assert any("2 个数据 figures, pooled" in text for text in shown)


def test_text_and_html_hold_the_same_cells(judged):
    for thing in (judged, judged.forecast, TARGET):
        text = pretty(thing)
        assert all(cell in text for cell in texts(thing._repr_html_()))


def test_the_same_result_gives_the_same_bytes(judged):
    again = ca.assess(KNOWN, TARGET, kind="count")
    assert judged._repr_html_() == again._repr_html_() and pretty(judged) == pretty(again)
    assert " id=" not in judged._repr_html_()


def test_repr_is_one_line_without_tables(judged):
    assert repr(judged).startswith("Assessment(verdict=") and "\n" not in repr(judged)


def test_without_figures_it_says_so():
    nothing = ca.assess(pd.Series(dtype=float), ca.Target(value=1, year=2025))
    assert "依据不足 insufficient evidence" in texts(nothing._repr_html_())
    assert "无数据 no figure" in texts(nothing._repr_html_())


def test_a_forecast_shows_every_year_with_its_intervals(judged):
    shown = texts(judged.forecast._repr_html_())
    assert {"2022", "2025", "中位数 median", "80% 下限 lower", "95% 上限 upper"} <= set(shown)


def test_markup_in_a_figure_is_text():
    found = ca.problems().head(1).assign(value="<script>alert(1)</script>")
    html = display.as_html(found)
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_the_quality_table_scrolls_and_names_file_and_row():
    found = ca.problems()
    html = display.as_html(found)
    assert len(found) > display.TALL and html.startswith('<div class="scroll" tabindex="0"')
    row = found.dropna(subset=["row"]).iloc[0]
    assert f"{row['file']} : {row['row']}" in texts(html)
    assert display.as_html(found.head(display.TALL)).startswith("<table>")


def test_a_history_shows_unit_and_scope_break():
    html = display.as_html(ca.history("昌吉市", "gdp"))
    assert "数值 value (亿元)" in html and "昌吉市：地区生产总值" in html
    swapped = ca.history("昌吉市", "gdp")
    swapped.attrs["breaks"] = [int(swapped.index[-1])]
    assert "口径变化 scope break" in display.as_html(swapped)


def test_a_notebook_shows_our_series_and_leaves_others_alone(monkeypatch):
    shell = InteractiveShell.instance()
    try:
        display.register(shell)
        show = shell.display_formatter.formatters["text/html"]
        assert "<caption" in show(ca.history("昌吉市", "gdp"))
        assert show(pd.Series([1, 2])) is None
        short, long = pd.DataFrame({"a": range(3)}), pd.DataFrame({"a": range(50)})
        assert show(short) == short._repr_html_()
        assert show(long).startswith('<div class="scroll"')
        assert type(ca.history("昌吉市", "gdp")) is pd.Series
    finally:
        InteractiveShell.clear_instance()


def test_a_verdict_label_has_contrast():
    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    assert set(display.SHADES) == set(display.VERDICTS)
    assert min(1.05 / (luminance(shade) + 0.05) for shade in display.SHADES.values()) >= 4.5
