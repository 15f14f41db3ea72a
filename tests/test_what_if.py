"""What if: assumptions in, probability, verdict and sentence out; scenarios kept by name."""

import shutil
import time

import numpy as np
import pytest
import yaml

from changji_analysis import what_if
from changji_analysis._compat import config, plan_assessments
from changji_analysis.config import data_dir
from changji_analysis.errors import DataError, UsageError
from changji_analysis.what_if import Scenario, evaluate, explorer


@pytest.fixture
def own_data(tmp_path, monkeypatch):
    """A copy of the data that may be written to."""
    folder = tmp_path / "data"
    shutil.copytree(data_dir(), folder)
    monkeypatch.setenv("CHANGJI_DATA", str(folder))
    return folder


def test_without_assumptions_it_is_the_assessment():
    for target, reading in (("t01", "share_of_gdp"), ("t03", "valid_stock")):
        found, judged = evaluate(Scenario(target=target)), plan_assessments()[target, reading]
        assert (found.probability, found.verdict) == (judged.probability, judged.verdict)
        assert found.zh.startswith("未作任何假定") and found.en.startswith("Nothing is assumed")


def test_more_spending_helps_and_more_gdp_does_not():
    chance = [evaluate(Scenario(target="t01", rd_growth=g)).probability for g in (0.2, 0.5, 0.8)]
    assert chance == sorted(chance) and chance[0] < 0.05 < 0.9 < chance[2]
    paced = Scenario(target="t01", rd_growth=0.6)
    assert (
        evaluate(paced.model_copy(update={"gdp_growth": 0.0})).probability
        > evaluate(paced).probability
        > evaluate(paced.model_copy(update={"gdp_growth": 0.15})).probability
    )


def test_the_middle_of_the_fan_grows_at_the_assumed_pace():
    found = evaluate(Scenario(target="t01", rd_growth=0.5, gdp_growth=0.1))
    base, years = found.known.iloc[-1], np.arange(1, len(found.forecast.years) + 1)
    assert found.forecast.median.to_numpy() == pytest.approx(base * (1.5 / 1.1) ** years)


def test_gdp_growth_of_the_middle_scenario_changes_nothing():
    middle = config().middle_scenario.growth
    found = evaluate(Scenario(target="t01", gdp_growth=middle))
    assert found.probability == pytest.approx(found.now.probability)


def test_certificates_add_up_over_three_years():
    found = evaluate(Scenario(target="t03", first_time=10, renewal_rate=0))
    last = found.forecast.draws[:, -1]
    assert last.mean() == pytest.approx(30, rel=0.02)  # three batches of new ones, none renewed
    assert last.var() == pytest.approx(30, rel=0.05)  # and so Poisson
    kept = evaluate(Scenario(target="t03", first_time=0, renewal_rate=1)).forecast.draws
    assert (kept == found.known.iloc[-1]).all()


def test_draws_never_say_never():
    chance = evaluate(Scenario(target="t03", first_time=1, renewal_rate=0)).probability
    assert 0 < chance < 0.001


def test_the_goal_and_its_year_can_be_moved():
    now = evaluate(Scenario(target="t03")).probability
    assert evaluate(Scenario(target="t03", value=60)).probability > now
    later = evaluate(Scenario(target="t03", year=2027))
    assert later.probability > now and later.forecast.years[-1] == 2027
    assert "2027" in later.zh and "2027" in later.en


def test_a_hypothetical_figure_is_judged_like_any_other():
    seen = evaluate(Scenario(target="t03", figures={2021: 60}))
    assert seen.probability > seen.now.probability and seen.forecast.years[0] == 2022
    done = evaluate(Scenario(target="t03", figures={2025: 100}))
    assert (done.probability, done.verdict) == (1.0, "achieved")
    first = evaluate(Scenario(target="t05", figures={2021: 150}))
    assert first.now.probability is None and first.probability is not None


def test_the_sentence_says_what_was_assumed_and_what_changed():
    found = evaluate(Scenario(target="t01", rd_growth=0.7, gdp_growth=0.03))
    assert "R&D经费每年增长70%，地区生产总值每年增长3%" in found.zh
    assert "结论由“基本不可达”变为“" in found.zh
    assert found.en.startswith("If R&D expenditure grew by 70% a year and GDP grew by 3% a year:")
    assert repr(found) == f"{found.zh}\n{found.en}" and "R&amp;D" in found._repr_html_()


@pytest.mark.parametrize(
    ("scenario", "names"),
    [
        (Scenario(target="t99"), "t99"),
        (Scenario(target="t03", rd_growth=0.1), "rd_growth"),
        (Scenario(target="t01", first_time=3), "first_time"),
        (Scenario(target="t02", value=3), "t02"),
        (Scenario(target="t03", figures={2020: 3}), "2020"),
    ],
)
def test_an_assumption_that_does_not_fit_is_named(scenario, names):
    with pytest.raises(UsageError, match=names):
        evaluate(scenario)


def test_a_date_limits_what_is_known():
    assert evaluate(Scenario(target="t03"), as_of="2015-12-31").probability is None


def test_a_saved_scenario_comes_back(own_data):
    kept = what_if.scenarios()
    mine = Scenario(target="t03", first_time=12, figures={2021: 47})
    what_if.save("  试一试 ", mine)
    assert what_if.scenarios() == kept | {"试一试": mine}
    table = what_if.scenario_table()
    assert table.at["试一试", "probability"] == evaluate(mine).probability
    what_if.save("试一试", Scenario(target="t03"))
    assert what_if.scenarios()["试一试"] == Scenario(target="t03")


def test_without_a_file_there_are_no_scenarios(own_data):
    (own_data / "scenarios.yml").unlink()
    assert what_if.scenarios() == {} and what_if.scenario_table().empty


@pytest.mark.parametrize(
    "content", [{"x": {"target": "t01", "speed": 2}}, {"x": {"target": "t03", "renewal_rate": 2}}]
)
def test_a_faulty_file_is_named_with_key_and_value(own_data, content):
    (own_data / "scenarios.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(DataError) as fault:
        what_if.scenarios()
    (row,) = fault.value.problems.to_dict("records")
    assert row["file"].endswith("scenarios.yml") and row["value"] == "2"
    assert row["column"].startswith("x.")


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_name_that_will_not_do_is_refused(own_data, name):
    with pytest.raises(UsageError, match="name"):
        what_if.save(name, Scenario(target="t03"))


def test_shipped_scenarios_can_be_evaluated():
    table = what_if.scenario_table()
    assert len(table) == len(what_if.scenarios()) > 0
    assert table["probability"].between(0, 1).all()


def test_the_explorer_follows_its_sliders(own_data):
    desk = explorer.Desk("t03")
    assert desk.scenario() == Scenario(target="t03")
    before = desk.view.value
    desk.first.value += 9
    assert desk.scenario() == Scenario(target="t03", first_time=desk.first.value)
    assert desk.view.value != before and "假如每年首次认定" in desk.view.value
    desk.reset.click()
    assert desk.view.value == before
    desk.assume.value, desk.figure.value = True, 60.0
    assert desk.scenario().figures == {2021: 60.0}
    desk.target.value = "t01"
    assert desk.scenario() == Scenario(target="t01") and desk.first.layout.display == "none"
    desk.rd.value = 50.0
    desk.name.value = "五成"
    desk.keep.click()
    assert what_if.scenarios()["五成"] == Scenario(target="t01", rd_growth=0.5)
    desk.value.value = -1.0
    assert 'role="alert"' in desk.view.value and "value" in desk.view.value


def test_a_step_of_the_explorer_is_quick():
    desk = explorer.Desk("t03")
    desk.first.value += 1
    spent = []
    for _ in range(7):
        started = time.process_time()
        desk.first.value += 1
        spent.append(time.process_time() - started)
    assert np.median(spent) < 0.1


def test_without_a_page_for_widgets_the_explorer_is_a_picture(monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    first, second = explorer.explorer(), explorer.explorer()
    assert first._repr_png_() == second._repr_png_() and first.alt.startswith("未作任何假定")
    monkeypatch.setenv("JPY_SESSION_NAME", "08_what_if.ipynb")
    assert type(explorer.explorer()).__name__ == "VBox"


def test_a_moved_picture_equals_a_fresh_one():
    found, other = evaluate(Scenario(target="t03")), evaluate(Scenario(target="t01"))
    moved, fresh = explorer.Picture(), explorer.Picture()
    for outcome in (other, evaluate(Scenario(target="t05")), found):
        moved.show(outcome)
    fresh.show(found)
    assert moved.png() == fresh.png()
