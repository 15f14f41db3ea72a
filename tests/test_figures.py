"""The figures: what they draw, what their titles say, and the pictures committed in figures/."""

import re
import shutil
import subprocess
import sys
import warnings
import xml.etree.ElementTree as ET
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pictures
import pytest
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.text import Text
from matplotlib.transforms import Bbox

import changji_analysis as ca
from changji_analysis._compat import certificate_identity, config, probability_history, rd_spending
from changji_analysis.config import data_dir
from changji_analysis.errors import UsageError
from changji_analysis.figures import FIGURES, LANGUAGES, PROOFS, save
from changji_analysis.figures import firms as charts_firms
from changji_analysis.figures import outlook as charts_outlook
from changji_analysis.figures import page as charting
from changji_analysis.figures import plan as charts_plan
from changji_analysis.figures import provinces as charts_panel
from changji_analysis.figures import rd_intensity as charts_rd
from changji_analysis.figures import targets as charts_targets
from changji_analysis.histories import growth_windows
from changji_analysis.panel.provinces import common_targets
from changji_analysis.trends import MODELS
from changji_analysis.trends.cohort import even_batches, expected_stock, first_time_needed

ROOT = Path(__file__).resolve().parents[1]
EVERY = [(name, lang) for name in FIGURES for lang in LANGUAGES]
CHINESE = re.compile("[\u3400-\u9fff]")


pytestmark = pytest.mark.filterwarnings("error")


@cache
def chart(name, lang="zh"):
    """Draw a figure once for all tests that only look at it."""
    return FIGURES[name](lang)


@cache
def png(name, lang):
    return chart(name, lang).png()


def drawn(figure, gid):
    """Return the line, collection or first bar that carries the id."""
    found = [
        artist for ax in figure.axes for artist in ax.get_children() if artist.get_gid() == gid
    ]
    assert found, f"nothing drawn has the id {gid}"
    return found[0]


def ydata(figure, gid):
    return np.asarray(drawn(figure, gid).get_ydata(), float)


def xdata(figure, gid):
    return np.asarray(drawn(figure, gid).get_xdata(), float)


# ---- every figure ------------------------------------------------------------------------------
def test_figures_holds_the_functions_by_their_names():
    assert {"scorecard", "rd_fan", "rd_precedents", "cohort_stock", "probability_moves"} <= {
        *FIGURES
    }
    assert all(figure.__name__ == name for name, figure in FIGURES.items())


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_committed_picture_equals_a_fresh_one(name, lang):
    stored = (ROOT / "figures" / lang / f"{name}.png").read_bytes()
    assert pictures.difference(png(name, lang), stored) <= pictures.TOLERANCE


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_committed_svg_says_what_the_chart_says(name, lang):
    root = ET.parse(ROOT / "figures" / lang / f"{name}.svg").getroot()
    title = root.find("{http://www.w3.org/2000/svg}title")
    described = [e.text for e in root.iter("{http://purl.org/dc/elements/1.1/}description")]
    assert title.text == chart(name, lang).title
    assert described == [chart(name, lang).alt]
    assert not list(root.iter("{http://www.w3.org/2000/svg}text"))


def test_nothing_else_is_committed():
    for lang in LANGUAGES:
        files = {path.name for path in (ROOT / "figures" / lang).iterdir()}
        assert files == {f"{name}.{form}" for name in FIGURES | PROOFS for form in ("png", "svg")}


@pytest.mark.parametrize("name", FIGURES)
def test_drawing_twice_gives_the_same_bytes(name):
    again = FIGURES[name]("zh")
    assert again.png() == png(name, "zh")
    assert again.svg() == chart(name, "zh").svg()


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_words_are_in_the_language_and_fit_the_page(name, lang):
    figure = chart(name, lang)
    assert figure.title and figure.alt.startswith(figure.title) and len(figure.alt) > 60
    assert figure.get_figwidth() == 6.3
    assert figure.get_figheight() <= 4.6
    texts = [t for t in figure.findobj(charting.matplotlib.text.Text) if t.get_text().strip()]
    if lang == "en":
        assert not [t.get_text() for t in texts if CHINESE.search(t.get_text())]
        assert not CHINESE.search(figure.alt)
    else:
        assert CHINESE.search(figure.title)
    figure.draw_without_rendering()
    page = figure.bbox
    for text in figure.texts:
        box = text.get_window_extent()
        assert page.x0 <= box.x0 and box.x1 <= page.x1, text.get_text()
        assert page.y0 <= box.y0 and box.y1 <= page.y1, text.get_text()


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_no_text_leaves_the_page(name, lang):
    figure = chart(name, lang)
    figure.draw_without_rendering()
    for ax in figure.axes:
        for text in ax.texts:
            box = text.get_window_extent()
            assert box.x0 >= -1 and box.x1 <= figure.bbox.x1 + 1, text.get_text()
            assert box.y0 >= -1 and box.y1 <= figure.bbox.y1 + 1, text.get_text()


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_no_text_covers_another(name, lang):
    figure = chart(name, lang)
    figure.draw_without_rendering()
    texts = [*figure.texts, *(text for ax in figure.axes for text in (*ax.texts, ax._left_title))]
    texts = [text for text in texts if text.get_text().strip()]
    boxes = [Text.get_window_extent(text) for text in texts]
    for (one, box), (other, second) in combinations(zip(texts, boxes, strict=True), 2):
        both = Bbox.intersection(box, second)
        height = both.height / min(box.height, second.height) if both and both.width > 1 else 0
        assert height < 0.25, (one.get_text(), other.get_text())


@pytest.mark.parametrize(("lang", "as_of"), [("zh", "2021-01-31"), ("en", "2023-12-31")])
def test_every_figure_can_be_drawn_at_any_date(lang, as_of):
    for name, figure in FIGURES.items():
        if name != "scorecard":  # judging every target anew takes seconds; test_scorecard does it
            assert figure(lang, as_of=as_of).title, name


def test_earlier_dates_say_so():
    assert "依据不足" in FIGURES["firms_reference_class"]("zh", as_of="2022-06-30").title
    assert "insufficient" in FIGURES["rd_fan"]("en", as_of="2022-06-30").title


def test_unknown_language_is_refused():
    with pytest.raises(UsageError, match="'fr'"):
        FIGURES["rd_fan"]("fr")


# ---- legible to everyone ----------------------------------------------------------------------
# Linear RGB as seen without one kind of cone: Machado, Oliveira and Fernandes (2009), severity 1
EYES = {
    "usual": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(color, eye="usual"):
    """CIELAB of a hex colour as an eye sees it."""
    rgb = np.array(to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(EYES[eye]) @ linear, 0, 1)
    xyz = TO_XYZ @ seen / TO_XYZ.sum(axis=1)
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("eye", EYES)
def test_colours_that_carry_meaning_differ_to_every_eye(eye):
    for one, other in combinations((charting.INK, charting.ACCENT, charting.SKY, "black"), 2):
        assert np.linalg.norm(lab(one, eye) - lab(other, eye)) > 25, (one, other)


def test_intervals_differ_in_grey_and_words_stand_out():
    shades = [lab(shade)[0] for shade in charting.FAN.values()]
    assert min(-np.diff(shades)) > 9
    for color in (charting.INK, charting.ACCENT, charting.GREY):
        assert lab(color)[0] < 51  # 4.5 : 1 against white, as WCAG asks of text


# ---- files -------------------------------------------------------------------------------------
def test_save_writes_both_files_and_keeps_the_old_one_when_it_fails(tmp_path, monkeypatch):
    figure = chart("firms_first_time")
    assert [p.name for p in save(figure, tmp_path / "new", "a")] == ["a.png", "a.svg"]
    before = (tmp_path / "new" / "a.png").read_bytes()
    assert before == png("firms_first_time", "zh")

    def fail(self, data):
        self.touch()
        raise OSError("disk full")

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(OSError, match="disk full"):
        save(figure, tmp_path / "new", "a")
    assert (tmp_path / "new" / "a.png").read_bytes() == before
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == ["a.png", "a.svg"]


def test_notebooks_get_a_picture_and_words():
    figure = chart("firms_first_time")
    assert figure._repr_png_().startswith(b"\x89PNG")
    assert figure.alt in repr(figure)


def test_drawing_needs_no_pyplot_and_leaves_the_style_alone():
    code = (
        "import sys, matplotlib; before = matplotlib.rcParams.copy()\n"
        "from changji_analysis.figures import FIGURES; FIGURES['firms_first_time']('en').png()\n"
        "assert 'matplotlib.pyplot' not in sys.modules; now = matplotlib.rcParams\n"
        "assert all(now[key] == before[key] for key in now if key != 'backend')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# ---- the guards bite ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "gid"), [("rd_fan", "median"), ("rd_region", "region"), ("firms_first_time", "past")]
)
def test_a_series_times_one_and_a_half_is_another_picture(name, gid):
    figure = FIGURES[name]("zh")
    line = drawn(figure, gid)
    line.set_ydata(1.5 * np.asarray(line.get_ydata(), float))
    assert pictures.difference(figure.png(), png(name, "zh")) > 3 * pictures.TOLERANCE


def test_a_character_without_glyph_fails():
    figure = FIGURES["firms_first_time"]("zh")
    figure.texts[0].set_text("\U0001f40e")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="missing"):
            figure.png()


# ---- numbers drawn -----------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "target"), [("rd_fan", "t01"), ("firms_fan", "t03")])
def test_fans_draw_the_forecast_and_both_paths(name, target):
    row = ca.plan_targets().query("id == @target and default").iloc[0]
    city = ca.history(config().areas.city, row["indicator"])
    peers = ca.peers(row["indicator"], level="all")
    a = ca.assess(city, ca.plan_target(target), peers=peers, kind=row["model_kind"])
    figure = chart(name)
    assert ydata(figure, "median") == pytest.approx([city.iloc[-1], *a.forecast.median])
    for shape in ("straight", "geometric"):
        assert ydata(figure, shape) == pytest.approx(a.due[shape].to_numpy())
    assert ydata(figure, "figures") == pytest.approx(city.to_numpy())
    assert (xdata(figure, "target")[0], ydata(figure, "target")[0]) == (2025, a.target.value)
    for coverage in (0.5, 0.8, 0.95):
        band = drawn(figure, f"interval_{coverage:g}").get_paths()[0].vertices
        at_end = band[band[:, 0] == 2025, 1]
        assert sorted({*at_end.round(9)}) == pytest.approx(
            a.forecast.interval(coverage).loc[2025].tolist()
        )


def test_paths():
    due = ca.assess(ca.history(config().areas.city, "rd_intensity"), ca.plan_target("t01")).due
    assert ydata(chart("rd_paths"), "straight") == pytest.approx(due["straight"].to_numpy())
    assert ydata(chart("rd_paths"), "geometric") == pytest.approx(due["geometric"].to_numpy())


def test_reference_class_draws_every_window_once():
    for level in ("provinces", "countries"):
        windows = growth_windows(ca.peers("rd_intensity", level=level), 5)
        for broken, gid in ((False, "windows"), (True, "broken")):
            wanted = windows.loc[windows["broken"] == broken, "factor"]
            assert sorted(xdata(chart("rd_reference_class"), f"{gid}_{level}")) == pytest.approx(
                sorted(wanted)
            )
    assert xdata(chart("rd_reference_class"), "required")[0] == pytest.approx(1.5 / 0.17)


def test_precedents_draw_each_scored_one():
    table = ca.load_precedents().query("scored == 'yes' and indicator == 'rd_intensity'")
    for status in ("attained", "missed"):
        rows = table[table["status"] == status].dropna(subset=["base_value"])
        assert sorted(xdata(chart("rd_precedents"), status)) == pytest.approx(
            sorted(rows["target"] / rows["base_value"])
        )
        assert sorted(ydata(chart("rd_precedents"), status)) == pytest.approx(
            sorted(rows["outcome"] / rows["base_value"])
        )
    met = (table["status"] == "attained").sum()
    assert f"{len(table)}个" in chart("rd_precedents").title
    assert f"实现了{met}个" in chart("rd_precedents").title


def test_money():
    table = rd_spending(1.5, 0.17, 2025)
    bars = chart("rd_money").axes[0].containers
    for container, column in zip(bars, ("needed", "at_base"), strict=True):
        assert [bar.get_width() for bar in container] == pytest.approx(table[column].tolist())


def test_region_draws_every_province_and_both_vintages():
    figure = chart("rd_region")
    provinces = ca.peers("rd_intensity").dropna(thresh=16)
    for area in provinces.columns.drop(config().areas.region):
        assert ydata(figure, f"province_{area}") == pytest.approx(
            provinces[area].to_numpy(), nan_ok=True
        )
    for gid, area in (("region", config().areas.region), ("nation", config().areas.nation)):
        known = ca.history(area, "rd_intensity")
        assert ydata(figure, gid) == pytest.approx(known[known.index >= 2011].to_numpy())
    first = dict(zip(xdata(figure, "first"), ydata(figure, "first"), strict=True))
    assert first[2012] == 1.98 and first[2023] == 2.65
    assert dict(zip(xdata(figure, "nation"), ydata(figure, "nation"), strict=True))[2023] == 2.58


def test_provincial_stocks():
    table = charts_firms.provincial_growth()
    stocks = ca.peers("hightech_firms")
    rate = (stocks.iloc[-1] / stocks.iloc[0]) ** (1 / (len(stocks) - 1)) - 1
    assert table.set_index("area")["growth"].sort_index().to_numpy() == pytest.approx(
        rate.dropna().sort_index().to_numpy()
    )
    figure = chart("firms_reference_class")
    points = [*xdata(figure, "reached"), *xdata(figure, "slower"), *xdata(figure, "region")]
    assert sorted(points) == pytest.approx(sorted(100 * table["growth"]))
    assert xdata(figure, "required")[0] == pytest.approx(19.5207, abs=1e-4)


def test_certificates_stack_to_three_years():
    table = certificate_identity(config().areas.region).dropna(subset=["certificates", "stock"])
    bars = chart("firms_identity").axes[0].containers
    tops = [bar.get_y() + bar.get_height() for bar in bars[-1]]
    assert tops == pytest.approx(table["certificates"].tolist())
    stock = [s[0][1] for s in drawn(chart("firms_identity"), "stock").get_segments()]
    assert stock == pytest.approx(table["stock"].tolist())


def test_first_time_certificates():
    rates = xdata(chart("firms_first_time"), "needed") / 100
    table = first_time_needed(even_batches(41, 2020), 2025, 100, rates)
    assert ydata(chart("firms_first_time"), "needed") == pytest.approx(table["first_time"].tolist())
    assert ydata(chart("firms_first_time"), "past")[0] == pytest.approx(31 / 5)


def test_cohorts_add_up_to_the_stock():
    figure = chart("cohort_stock")
    past, needed = figure.axes
    base = even_batches(41, 2020)
    wanted = first_time_needed(base, 2025, 100, (0.8,))["first_time"].item()
    for ax, pace in ((past, 31 / 5), (needed, wanted)):
        table = expected_stock(base, 2025, 0.8, pace)
        for bars, part in zip(ax.containers, ("base", "renewed", "first_time"), strict=True):
            assert [bar.get_height() for bar in bars] == pytest.approx(table[part].tolist())
    ends = [bars[-1].get_y() + bars[-1].get_height() for bars in (past.containers[-1],
            needed.containers[-1])]  # fmt: skip
    assert ends == pytest.approx([56.8, 100], abs=0.1)
    assert "2025年存量只有44—64家" in figure.title and "每年须首次认定15.6家" in figure.title
    assert ydata(figure, "target_past")[0] == ydata(figure, "target_needed")[0] == 100


def test_probabilities_move_on_the_dates_of_publication():
    figure = chart("probability_moves")
    for target in ("t01", "t03"):
        moves = probability_history(target).dropna(subset=["probability"])
        drawn_days = [f"{day:%Y-%m-%d}" for day in drawn(figure, f"moves_{target}").get_xdata()]
        assert drawn_days == moves.index.to_list()
        assert ydata(figure, f"moves_{target}") == pytest.approx(100 * moves["probability"])
    early = FIGURES["probability_moves"]("en", as_of="2023-12-31")
    assert max(drawn(early, "moves_t03").get_xdata()).isoformat() == "2023-12-31"
    assert "last 22 %" in early.title


def test_registrations_are_bars_and_the_city_shows_only_its_target():
    region, city = chart("tech_smes").axes
    known = ca.history(config().areas.region, "tech_smes")
    assert [bar.get_height() for bar in region.containers[0]] == known.tolist()
    assert [len(bars) for bars in city.containers] == [0, 1]
    assert city.containers[1][0].get_height() == 150


def test_literacy_and_gdp():
    for gid in ("region", "nation"):
        known = ca.history(getattr(config().areas, gid), "science_literacy")
        assert ydata(chart("science_literacy"), gid) == pytest.approx(known.to_numpy())
    assert ydata(chart("science_literacy"), "firm")[0] == 13
    assert ydata(chart("science_literacy"), "stretch")[0] == 14
    gdp = ca.history(config().areas.city, "gdp")
    assert ydata(chart("gdp_breaks"), "gdp") == pytest.approx(gdp.to_numpy())
    assert xdata(chart("gdp_breaks"), "break").tolist() == [2021, 2023]


def test_models_draw_what_ran():
    known = ca.history(config().areas.region, "rd_intensity")
    past = known[known.index <= 2018]
    f = ca.forecast(past, 2023, model="drift")
    assert xdata(chart("models"), "interval_drift") == pytest.approx(f.interval(0.8).loc[2023])
    assert xdata(chart("models"), "median_drift")[0] == pytest.approx(f.median.loc[2023])
    assert xdata(chart("models"), "actual")[0] == pytest.approx(known.loc[2023])
    assert set(charts_targets.MODEL_NAMES) >= set(MODELS)
    with pytest.raises(AssertionError):
        drawn(chart("models"), "interval_count_trend")


def test_panel_has_every_province_and_both_targets():
    histories, targets = common_targets()
    result = ca.assess_panel(histories, targets, peers="panel")
    figure = chart("panel")
    tiles = {p.get_gid(): p for p in figure.axes[0].patches if p.get_gid()}
    assert set(charts_panel.TILES) == set(ca.peers("rd_intensity").columns)
    words = {t.get_text() for t in figure.axes[0].texts}
    for asked, row in result.iterrows():
        fill = tiles[f"{asked}_{row['area']}"].get_facecolor()
        assert fill == to_rgba(charts_plan.MARKS[row["verdict"]][1])
        assert row["area"] in words and charts_panel.percent_sign(row["probability"]) in words
    likely = result["verdict"].eq("likely").groupby(result["area"]).sum()
    both = {f"both_{area}" for area in likely.index[likely == 2]}
    assert {gid for gid in tiles if gid.startswith("both")} == both
    assert f"有{len(both)}个" in figure.title
    nation = ca.history(config().areas.nation, "rd_intensity")
    growth = targets.loc["growth"].set_index("area")["value"] / ca.peers("rd_intensity").loc[2020]
    assert growth.to_numpy() == pytest.approx(nation[2020] / nation[2015])
    assert set(targets.loc["level", "value"]) == {2.5}


def test_scorecard_has_every_target():
    card = ca.scorecard().query("default")
    figure = chart("scorecard")
    for _, row in card.iterrows():
        shape = charts_plan.MARKS[row["verdict"]][0]
        assert drawn(figure, f"verdict_{row['id']}").get_marker() == shape
    told = card[card["verdict"].ne("insufficient_evidence")]
    assert f"{len(card) - len(told)}项依据不足" in figure.title
    bars = {p.get_gid(): p for p in figure.axes[0].patches if p.get_gid()}
    width = {k: bars[f"probability_{k}"].get_width() for k in told["id"]}
    shares = told.set_index("id")["probability"]
    ratio = pd.Series(width) / shares
    assert ratio.to_numpy() == pytest.approx(ratio.iloc[0])


# ---- titles follow the data --------------------------------------------------------------------
def changed(monkeypatch, module, area, indicator, values):
    """Let a chart's module see another history of one area."""
    real = module.history

    def history(asked, wanted, as_of=None):
        known = real(asked, wanted, as_of)
        if (asked, wanted) == (area, indicator):
            fresh = pd.Series(values, name=indicator, dtype=float).rename_axis("year")
            fresh.attrs = known.attrs
            return fresh
        return known

    monkeypatch.setattr(module, "history", history)


def test_titles_of_the_fan(monkeypatch):
    city = config().areas.city
    usual = chart("rd_fan").title
    changed(monkeypatch, charts_targets, city, "rd_intensity", {2020: 0.17, 2023: 1.2})
    assert FIGURES["rd_fan"]("zh").title != usual
    assert "less than 1 %" not in FIGURES["rd_fan"]("en").title
    changed(monkeypatch, charts_targets, city, "rd_intensity", {2020: 0.17, 2025: 1.6})
    assert "已实现" in FIGURES["rd_fan"]("zh").title
    changed(monkeypatch, charts_targets, city, "rd_intensity", {2020: 0.17, 2025: 1.4})
    assert "missed" in FIGURES["rd_fan"]("en").title
    changed(monkeypatch, charts_targets, city, "rd_intensity", {})
    assert "依据不足" in FIGURES["rd_fan"]("zh").title


def test_title_of_the_paths_names_a_figure_between_them(monkeypatch):
    city = config().areas.city
    changed(monkeypatch, charts_targets, city, "rd_intensity", {2020: 0.17, 2022: 0.45})
    assert "0.45%落后于直线路径" in FIGURES["rd_paths"]("zh").title
    assert "0.45 % in 2022" in FIGURES["rd_paths"]("en").title


def test_titles_of_the_reference_classes(monkeypatch):
    real = charts_rd.peers

    def peers(indicator, as_of=None, level="provinces", exclude=()):
        table = real(indicator, as_of, level, exclude)
        if level == "countries":
            table.loc[2005, "Pakistan"] = 9 * table.loc[2000, "Pakistan"]
        return table

    windows = len(xdata(chart("rd_reference_class"), "windows_countries"))
    windows += len(xdata(chart("rd_reference_class"), "windows_provinces"))
    assert f"{windows:,}个" in chart("rd_reference_class").title
    assert "巴基斯坦" in chart("rd_reference_class").title
    monkeypatch.setattr(charts_rd, "peers", peers)
    assert "达到过" in FIGURES["rd_reference_class"]("zh").title


def test_titles_of_surveys_gdp_and_firms(monkeypatch):
    areas = config().areas
    changed(monkeypatch, charts_plan, areas.city, "science_literacy", {2024: 13.5})
    assert f"{areas.city}2024年13.50%，已超过13%" in FIGURES["science_literacy"]("zh").title
    changed(monkeypatch, charts_plan, areas.city, "gdp", {2021: 471.8, 2023: 520.0})
    assert "名义增长10%" in FIGURES["gdp_breaks"]("zh").title
    changed(monkeypatch, charts_firms, areas.city, "tech_smes", {2024: 120})
    assert "2024年备案120家" in FIGURES["tech_smes"]("zh").title
    changed(monkeypatch, charts_targets, areas.region, "rd_intensity", {2018: 0.5, 2023: 0.9})
    assert "0.90" in FIGURES["models"]("en").title


def test_title_of_the_cohorts_says_where_the_past_pace_suffices(monkeypatch):
    past = {"firms": 150.0, "start": 2016, "end": 2020, "per_year": 30.0}
    monkeypatch.setattr(charts_outlook, "past_first_time", lambda: past)
    assert "存量可达" in FIGURES["cohort_stock"]("zh").title
    monkeypatch.setattr(charts_outlook, "past_first_time", lambda: None)
    assert "依据不足" in FIGURES["cohort_stock"]("zh").title


def test_another_city_is_named_by_the_configuration(tmp_path, monkeypatch):
    shutil.copytree(data_dir(), tmp_path / "data")
    monkeypatch.setenv("CHANGJI_DATA", str(tmp_path / "data"))
    for path in (tmp_path / "data").rglob("*.[cy]*"):
        text = path.read_text(encoding="utf-8")
        path.write_text(
            re.sub("昌吉市(?=[,\n])|(?<=area: )昌吉市", "石河子市", text), encoding="utf-8"
        )
    path = tmp_path / "data" / "config.yml"
    text = path.read_text(encoding="utf-8").replace("city: 昌吉市", "city: 石河子市")
    path.write_text(text, encoding="utf-8")
    assert FIGURES["rd_region"]("zh").title.startswith("石河子市")
