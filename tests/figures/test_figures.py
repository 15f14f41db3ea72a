"""The figures: what they draw, what they say, that they are legible, and the files."""

import io
import re
import xml.etree.ElementTree as ET
from functools import cache
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

import changji_analysis as ca
from changji_analysis import figures, tables
from changji_analysis.errors import ChangjiError, UsageError
from changji_analysis.figures import FIGURES, page, save
from changji_analysis.figures.firms import provincial_growth
from changji_analysis.figures.rd_intensity import scored_precedents
from changji_analysis.histories import growth_windows
from changji_analysis.needs import past_first_time
from changji_analysis.tables.columns import head
from changji_analysis.tables.notebook import shown
from changji_analysis.trends.cohort import even_batches, expected_stock
from changji_analysis.wording import Words

pytestmark = pytest.mark.filterwarnings("error")
EVERY = [(name, lang) for name in FIGURES for lang in ("zh", "en")]
CHINESE = re.compile("[\u3400-\u9fff]")
RD, FIRMS = ("t01", "share_of_gdp"), ("t03", "valid_stock")


def data():
    """The shipped folder with a few peers, so that models fit fast."""
    return THIN


@pytest.fixture(scope="module", autouse=True)
def known(thin):
    global THIN
    THIN = thin


@cache
def chart(name, lang="zh"):
    """A figure, drawn once for all tests that only look at it."""
    return FIGURES[name](data(), lang)


def drawn(figure, gid):
    """The line, collection, bar or text that carries the id."""
    found = [a for ax in figure.axes for a in ax.get_children() if a.get_gid() == gid]
    assert found, f"nothing drawn has the id {gid}"
    return found[0]


def ydata(figure, gid):
    return np.asarray(drawn(figure, gid).get_ydata(), float)


def xdata(figure, gid):
    return np.asarray(drawn(figure, gid).get_xdata(), float)


# ---- legible -----------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_a_figure_is_legible_at_printed_size_in_one_language(name, lang):
    figure = chart(name, lang)
    assert figure.get_figwidth() == pytest.approx(16 / 2.54, abs=0.01)
    assert figure.get_figheight() <= page.TALLEST
    assert figure.title and figure.alt.startswith(figure.title) and len(figure.alt) > 40
    figure.draw_without_rendering()
    texts = [t for t in figure.findobj(Text) if t.get_text().strip() and t.get_visible()]
    assert min(text.get_size() for text in texts) >= 7.5
    words = [figure.alt, *(text.get_text() for text in texts)]
    if lang == "en":
        assert not [text for text in words if CHINESE.search(text)]
    else:
        assert CHINESE.search(figure.title)
    assert not re.search(
        "insufficient_evidence|out_of_reach|pooled\\b" if lang == "zh" else "_", " ".join(words)
    )
    placed = [*figure.texts, *(t for ax in figure.axes for t in (*ax.texts, ax._left_title))]
    placed = [text for text in placed if text.get_text().strip()]
    boxes = [Text.get_window_extent(text) for text in placed]
    for text, box in zip(placed, boxes, strict=True):
        assert box.x0 >= -1 and box.x1 <= figure.bbox.x1 + 1, text.get_text()
        assert box.y0 >= -1 and box.y1 <= figure.bbox.y1 + 1, text.get_text()
    for (one, box), (other, second) in combinations(zip(placed, boxes, strict=True), 2):
        both = Bbox.intersection(box, second)
        height = both.height / min(box.height, second.height) if both and both.width > 1 else 0
        assert height < 0.3, (one.get_text(), other.get_text())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_on_a_date_without_figures_the_page_says_so(lang):
    early = data().at("2022-06-30")
    title = FIGURES["firms_reference_class"](early, lang).title
    assert {"zh": "截至2022年6月30日没有可绘制的数据", "en": "on 30 June 2022"}[lang] in title


def test_lines_break_at_the_ends_of_clauses():
    text = "R&D经费投入强度的概率一直不到1%；有效期内高新技术企业数的概率在12%至50%之间变动"
    assert page.wrapped(text, 11, bold=True)[0].endswith("；")
    assert page.wrapped("short", 11) == ["short"]


# ---- files -------------------------------------------------------------------------------------
def test_save_writes_whole_files_and_leaves_alone_what_shows_the_same(tmp_path):
    figure = chart("rd_money")
    paths = save(figure, tmp_path / "new", "a")
    assert [path.name for path in paths] == ["a.png", "a.svg"]
    with Image.open(paths[0]) as image:
        assert image.info["Description"] == figure.alt and image.width == 1890
        assert image.convert("RGB").getpixel((1, 1)) == (255, 255, 255)
    paths[0].write_bytes(paths[0].read_bytes() + b"another encoder")
    kept = [path.read_bytes() for path in paths]
    save(FIGURES["rd_money"](data(), "zh"), tmp_path / "new", "a")
    assert [path.read_bytes() for path in paths] == kept
    save(chart("rd_money", "en"), tmp_path / "new", "a")
    assert [path.read_bytes() for path in paths] != kept


def test_the_vector_file_says_what_the_chart_says_and_numbers_its_ids():
    figure = chart("rd_fan")
    root = ET.parse(io.BytesIO(figure.svg())).getroot()
    described = [e.text for e in root.iter("{http://purl.org/dc/elements/1.1/}description")]
    assert described == [figure.alt]
    assert not list(root.iter("{http://www.w3.org/2000/svg}text"))
    assert not re.search(rb'id="[mpCh][0-9a-f]{10}"', figure.svg())
    assert not re.search(rb' [xy]="-?\d+\.\d{3}', figure.svg())


def test_another_number_is_another_drawing():
    figure = FIGURES["rd_fan"](data(), "zh")
    line = drawn(figure, "median")
    line.set_ydata(1.01 * np.asarray(line.get_ydata(), float))
    assert figure.drawing != chart("rd_fan").drawing


def test_a_character_without_glyph_fails():
    figure = FIGURES["rd_money"](data(), "zh")
    figure.texts[0].set_text("\U0001f40e")
    with pytest.raises(UserWarning, match="missing"):
        figure.png(50)


# ---- on an analyst's axes ----------------------------------------------------------------------
@pytest.fixture
def axes():
    figure, ax = plt.subplots()
    yield ax
    plt.close(figure)


def test_results_plot_themselves(axes):
    a = data().assessments[RD]
    assert a.plot(ax=axes, lang="en") is axes
    line = next(line for line in axes.lines if line.get_gid() == "median")
    assert line.get_ydata() == pytest.approx([a.last_value, *a.forecast.median])
    assert "target 1.5%" in [text.get_text() for text in axes.texts]
    own = a.forecast.plot()
    assert own._repr_png_().startswith(b"\x89PNG") and own.title.startswith(
        "昌吉市R&D经费投入强度：2025年"
    )
    ca.set_language("en")
    try:
        assert a.plot().title.startswith("Changji City, R&D intensity: target ≥1.5% by 2025")
        assert a.plot(lang="zh").lang == "zh"
    finally:
        ca.set_language("zh")


def test_a_forecast_without_names_or_target(axes):
    f = ca.forecast(pd.Series({2019: 40.0, 2020: 50.0}), 2022, model="naive")
    assert figures.fan(f, ax=axes) is axes
    assert figures.fan(f, lang="en").title.startswith("median forecast for 2022")


def test_forecasts_side_by_side(axes):
    known = data().history("新疆", "rd_intensity")
    ahead = [ca.forecast(known, 2026, model=m) for m in ("naive", "drift")]
    figures.compare(ahead, ax=axes)
    assert [t.get_text() for t in axes.get_yticklabels()] == ["保持不变", "随机游走加漂移"]
    for row, f in enumerate(ahead):
        line = next(line for line in axes.lines if line.get_gid() == f"interval_{row}")
        assert list(line.get_xdata()) == pytest.approx(f.interval(0.8).loc[2026].tolist())
    named = figures.compare({"a": data().assessments[RD]}, lang="en")
    assert xdata(named, "target")[0] == 1.5
    with pytest.raises(UsageError, match="nothing to compare"):
        figures.compare([])


def test_an_unknown_language_is_refused():
    with pytest.raises(UsageError, match="'fr'"):
        FIGURES["rd_fan"](data(), "fr")


# ---- numbers drawn -----------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "key"), [("rd_fan", RD), ("firms_fan", FIRMS)])
def test_fans_draw_the_forecast_and_both_paths(name, key):
    a, figure = data().assessments[key], chart(name)
    assert ydata(figure, "median") == pytest.approx([a.last_value, *a.forecast.median])
    for shape in ("straight", "geometric"):
        assert ydata(figure, shape) == pytest.approx(a.due[shape].to_numpy())
    assert (xdata(figure, "target")[0], ydata(figure, "target")[0]) == (2025, a.target.value)
    for coverage in (0.5, 0.8, 0.95):
        band = drawn(figure, f"interval_{coverage:g}").get_paths()[0].vertices
        at_end = sorted({*band[band[:, 0] == 2025, 1]})
        assert at_end == pytest.approx(a.forecast.interval(coverage).loc[2025].tolist(), rel=1e-5)


@pytest.mark.parametrize(("name", "target"), [("rd_reading", "t01"), ("firms_reading", "t03")])
def test_readings_draw_every_band_of_the_reading_table(name, target):
    table = data().reading_tables.query("id == @target and default and year > 2020")
    top = chart(name).axes[0].get_ylim()[1]
    for year, verdict, low, high in table[["year", "verdict", "from_value", "to_value"]].itertuples(
        index=False
    ):
        bar = drawn(chart(name), f"{verdict}_{year}")
        ends = np.nan_to_num(low, nan=0), np.nan_to_num(high, nan=top)
        assert (bar.get_y(), bar.get_y() + bar.get_height()) == pytest.approx(ends, rel=1e-5)


def test_the_scorecard_marks_every_target_and_says_what_is_missing():
    card = data().scorecard.query("default")
    words = " ".join(text.get_text() for text in chart("scorecard").axes[0].texts)
    for _, row in card.iterrows():
        drawn(chart("scorecard"), f"verdict_{row['id']}")
        assert row["holder_zh"] in words
        if row["verdict"] == "insufficient_evidence":
            assert f"缺{row['missing_years'].replace('–', '—')}年" in words
    full = 0.13
    for name, p in card.set_index("id")["probability"].dropna().items():
        assert drawn(chart("scorecard"), f"probability_{name}").get_width() == pytest.approx(
            full * p
        )


def test_the_reference_class_draws_every_window_once():
    for level in ("provinces", "countries"):
        windows = growth_windows(data().peers("rd_intensity", level), 5)
        for broken, gid in ((False, "windows"), (True, "broken")):
            wanted = sorted(windows.loc[windows["broken"] == broken, "factor"])
            found = sorted(xdata(chart("rd_reference_class"), f"{gid}_{level}"))
            assert found == pytest.approx(wanted, rel=1e-5)
    assert xdata(chart("rd_reference_class"), "required")[0] == pytest.approx(1.5 / 0.17, rel=1e-5)


def test_precedents_count_what_they_draw():
    table = scored_precedents(data()).dropna(subset=["asked", "came"])
    met = table["status"] == "attained"
    for gid, rows in (("attained", table[met]), ("missed", table[~met])):
        assert sorted(xdata(chart("rd_precedents"), gid)) == pytest.approx(
            sorted(rows["asked"]), rel=1e-5
        )
        assert sorted(ydata(chart("rd_precedents"), gid)) == pytest.approx(
            sorted(rows["came"]), rel=1e-5
        )
    bold = table["asked"].round(1) >= 2
    title = chart("rd_precedents", "en").title
    assert (
        title.startswith(f"Of {len(table)} R&D-intensity targets")
        and f" {met.sum()} were met" in title
    )
    assert f"of the {bold.sum()} that asked" in title and title.endswith(
        f" {(bold & met).sum() or 'none'}"
    )


def test_money():
    table = data().rd_spending(1.5, 0.17, 2025)
    for container, column in zip(
        chart("rd_money").axes[0].containers, ("needed", "at_base"), strict=True
    ):
        assert [bar.get_width() for bar in container] == pytest.approx(
            table[column].tolist(), rel=1e-5
        )


def test_the_region_among_provinces_and_both_vintages():
    figure, areas = chart("rd_region"), data().config.areas
    for gid, area in (("region", areas.region), ("nation", areas.nation)):
        known = data().history(area, "rd_intensity")
        known = known[known.index >= xdata(figure, gid)[0]]
        assert ydata(figure, gid) == pytest.approx(known.to_numpy())
    first = dict(zip(xdata(figure, "first"), ydata(figure, "first"), strict=True))
    assert first[2012] == 1.98 and first[2023] == 2.65


def test_provincial_growth():
    table = provincial_growth(data().peers("hightech_firms"))
    figure = chart("firms_reference_class")
    points = np.concatenate([xdata(figure, gid) for gid in ("reached", "slower", "region")])
    assert sorted(points) == pytest.approx(sorted(100 * table["growth"]), rel=1e-5)


def test_cohorts_stack_to_the_stock():
    past = past_first_time(data().baseline)["per_year"]
    stock = expected_stock(even_batches(41, 2020), 2025, 0.8, past)
    ax = chart("cohort_stock").axes[0]
    tops = sum(np.array([bar.get_height() for bar in part]) for part in ax.containers)
    assert tops == pytest.approx(stock["stock"].to_numpy(), rel=1e-5)


def test_probabilities_over_time():
    moves = data().probability_history("t03").dropna(subset=["probability"])
    found = ydata(chart("probability_moves"), "moves_t03")
    assert found == pytest.approx(100 * moves["probability"].to_numpy(), rel=1e-5)


def test_surveys():
    known = data().history("中国", "science_literacy")
    assert ydata(chart("science_literacy"), "nation") == pytest.approx(known.to_numpy())
    assert f"{known.iloc[-1]:.2f}%" in chart("science_literacy").title


def test_a_panel_is_a_list_ranked_by_the_chance_of_the_first_target():
    result = pd.DataFrame(
        {
            "area": ["北京", "新疆"] * 2,
            "indicator": "rd_intensity",
            "value": [2.5, 2.5, 7.5, 0.5],
            "base_value": [6.4, 0.45, 6.4, 0.45],
            "base_year": 2020,
            "year": 2025,
            "probability": [0.2, 0.999, 0.4, 0.7],
            "verdict": ["unlikely", "likely", "at_risk", "likely"],
        },
        index=["level", "level", "growth", "growth"],
    )
    figure = figures.panel(result, data(), "en")
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == ["Xinjiang", "Beijing"]
    assert xdata(figure, "growth_北京")[0] == 0.4
    assert "1 to do both" in figure.title


# ---- the proof ---------------------------------------------------------------------------------
def reliability(came_true):
    rows = [("pooled", 0.1, 0.1, 0.05, 0.2, 50), ("pooled", 0.8, came_true, came_true - 0.05,
            came_true + 0.05, 40), ("eurostat", 1.0, 0.6, 0.5, 0.7, 90)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["model", "stated", "came_true", "lower", "upper", "n"])
    table.attrs = {"areas": 9, "cases": 90, "least": 1.0, "most": 3.0}
    return table


@pytest.mark.parametrize(
    ("came_true", "words"),
    [
        (0.8, "2 of 2 bins of probability agree with what came true;"),
        (0.6, "1 of 2 bins"),
        (0.95, "1 too low"),
    ],
)
def test_calibration_says_which_bins_lie_off_the_line(came_true, words):
    figure = figures.calibration(reliability(came_true), "en")
    assert (words in figure.title and "too high" in figure.title) or came_true != 0.6
    assert ydata(figure, "said") == pytest.approx([0.1, came_true])


@pytest.mark.parametrize(
    ("skill", "words"),
    [((-0.1, 0.2), "cannot be told from the base rate"), ((0.1, 0.2), "beats the base rate"),
     ((-0.2, -0.1), "loses to the base rate")],
)  # fmt: skip
def test_the_ranking_claims_no_more_than_the_intervals_bear(skill, words):
    table = pd.DataFrame(
        {"cases": 9, "areas": 3, "brier": [0.1, 0.12, 0.2], "lower": 0.04, "upper": 0.3,
         "rival": "base_rate", "skill_lower": skill[0], "skill_upper": skill[1]},
        index=["pooled", "naive", "eurostat"],
    )  # fmt: skip
    title = figures.ranking(table, "en").title
    assert words in title and "50% less than the Eurostat rule" in title


# ---- one wording -------------------------------------------------------------------------------
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("name", "key"), [("rd", RD), ("firms", FIRMS)])
def test_a_number_has_the_same_words_in_figure_table_and_notebook(name, key, lang):
    card = data().scorecard
    row = card[card["id"].eq(key[0]) & card["default"]]
    cells = tables.show(row, lang, "scorecard", data=data())
    text = dict(zip(cells.heads, cells.rows[0], strict=True))
    w = Words(lang)
    goal, chance, verdict = (text[head(n, w)] for n in ("goal", "probability", "verdict"))
    title = chart(f"{name}_fan", lang).title
    drawn_words = " ".join(t.get_text() for t in chart("scorecard", lang).axes[0].texts)
    shown_words = repr(shown(data().assessments[key], lang))
    for words in (goal, chance):
        assert words in title and words in drawn_words and words in shown_words
    assert verdict in title and verdict in drawn_words


@pytest.mark.parametrize("content", [None, b"no font"])
def test_missing_or_damaged_fonts_are_named(tmp_path, monkeypatch, content):
    if content:
        (tmp_path / "a.otf").write_bytes(content)
    monkeypatch.setattr(page, "FONTS", tmp_path)
    with pytest.raises(ChangjiError, match=r"fonts in .*missing or damaged.*重新安装"):
        figures.scorecard(None, "zh")
