"""Replays see only what was known, and nothing is scored on what it was fitted on."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from changji_analysis.errors import ForecastError, UsageError
from changji_analysis.replay import cases as replay
from changji_analysis.replay import targets
from changji_analysis.trends import pooled


def panel(areas=12, years=range(2000, 2016), seed=3):
    rng = np.random.default_rng(seed)
    steps = 0.03 + 0.1 * rng.standard_normal((len(years), areas))
    return pd.DataFrame(np.exp(steps.cumsum(0)), years, [f"a{i:02d}" for i in range(areas)])


def test_a_figure_dated_after_the_origin_is_an_error():
    table = panel()
    with pytest.raises(ForecastError, match="2011") as error:
        replay.only_past(table.loc[:2011], 2010)
    assert error.value.reason == "future"
    assert replay.only_past(table.loc[:2010], 2010) is not None
    with pytest.raises(ForecastError):
        replay.cut(table.loc[:2011], table, 2010)


def test_a_case_holds_the_last_figures_and_the_outcome():
    table = pd.DataFrame(
        {"x": [1.0, np.nan, 2.0, 4.0, 5.0], "y": [3.0, 3, 3, 3, 6]}, range(2010, 2015)
    )
    found = replay.cut(table.loc[:2012], table, 2012, lengths=(1, 2), horizons=(1, 2), folds=2)
    rows = found.table.set_index(["area", "n", "year"])
    assert rows.loc[("x", 2, 2014), ["base_year", "base", "last", "outcome"]].tolist() == [
        2010, 1.0, 2.0, 5.0,
    ]  # fmt: skip
    step, gap = found.step[found.table["n"] == 2], found.gap[found.table["n"] == 2]
    assert step[0][-1] == pytest.approx(np.log(2)) and gap[0][-1] == 2 and not gap[0][:-1].any()
    assert len(found.table) == 8


def replayed(table, **how):
    return replay.replayed(table.loc[:2010], table, 2010, **how)


def predicted(cases, past):
    return replay.predict_pooled(cases, partial(replay.prior_without, cases, cases.scaled(past)))


def test_the_future_does_not_change_a_forecast():
    table, other = panel(), panel()
    other.loc[2011:] *= 7
    models = ("pooled", "generic", "base_rate")
    one = replayed(table, models=models, lengths=(1, 4), horizons=(1, 5))
    two = replayed(other, models=models, lengths=(1, 4), horizons=(1, 5))
    for model in models:
        np.testing.assert_array_equal(one.said[model], two.said[model])
    assert not np.allclose(one.rise, two.rise)


def test_an_area_is_predicted_by_the_other_folds_alone():
    table = panel()
    changed = table.assign(a00=table["a00"] * np.linspace(1, 50, len(table)))
    found = replay.cut(table.loc[:2010], table, 2010, lengths=(1,), horizons=(2,))
    first, second = predicted(found, table.loc[:2010]), predicted(found, changed.loc[:2010])
    same = (found.table["fold"] == 0).to_numpy()
    np.testing.assert_array_equal(first[same], second[same])
    assert not np.allclose(first[~same], second[~same])


def test_at_once_is_the_same_as_one_by_one():
    table = panel()
    past = table.loc[:2010]
    found = replay.cut(past, table, 2010, lengths=(3,), horizons=(4,))
    at_once = predicted(found, past)
    for i, row in enumerate(found.table.itertuples()):
        fold = [a for j, a in enumerate(sorted(table)) if j % replay.FOLDS == row.fold]
        others = np.log(past.drop(columns=fold))
        own = np.log(past[row.area]).iloc[-3:]
        one = pooled.predict(own.to_numpy(), own.index.to_numpy(), [4], peers=others)
        expected = [one.loc[0] - own.iloc[-1], np.sqrt(one.shape[0, 0]), one.df]
        np.testing.assert_allclose(at_once[i], expected, rtol=1e-9)


def asked(base, last, goal, elapsed=2, span=5):
    return pd.DataFrame(
        {"base_year": [2015], "base": [base], "last_year": [2015 + elapsed], "last": [last],
         "year": [2015 + span]}
    ), np.array([[goal]])  # fmt: skip


@pytest.mark.parametrize(
    ("base", "last", "goal", "expected"),
    [
        # growth 10 % a year against 8.4 % required; 0.21 of 0.5 closed against 2/5 of the time
        (1.0, 1.21, 1.5, {"no_change": 0, "eurostat": 1, "un_desa": 1, "linear": 1,
                          "time_progress": 1}),
        (1.0, 1.05, 1.5, {"no_change": 0, "eurostat": 0, "un_desa": 0, "linear": 0,
                          "time_progress": 0}),
        (1.0, 1.6, 1.5, {"no_change": 1, "eurostat": 1, "un_desa": 1, "linear": 1,
                         "time_progress": 1}),
        # a straight line falls short where compound growth does not
        (1.0, 1.17, 1.45, {"eurostat": 1, "linear": 0, "time_progress": 0}),
    ],
)  # fmt: skip
def test_rules_as_published(base, last, goal, expected):
    found = {name: replay.rule(name, *asked(base, last, goal)).item() for name in expected}
    assert found == expected


def test_a_rule_needs_a_base_and_must_be_known():
    assert np.isnan(replay.rule("eurostat", *asked(1.0, 1.0, 1.5, elapsed=0)))
    with pytest.raises(UsageError, match="eurostat"):
        replay.rule("hope", *asked(1.0, 1.2, 1.5))


def test_the_base_rate_is_the_share_of_other_areas_windows(monkeypatch):
    past = pd.DataFrame({"a": [1.0, 1.5, 1.5], "b": [4.0, 4.0, 8.0], "c": [1, 9.0, 9]}, range(3))
    today = past.reindex(range(4)).ffill()
    found = replay.cut(past, today, 2, lengths=(1,), horizons=(1,), folds=3)
    goal = found.table[["last"]].to_numpy() * np.array([1.5, 3.0])
    # windows of a and b: 1.5, 1.0, 1.0, 2.0; two of four reach x1.5, none x3
    assert replay.base_rate(found, past, goal)[2] == pytest.approx([2.5 / 5, 0.5 / 5])
    monkeypatch.setattr(replay, "LEAST_WINDOWS", 2)
    # nearest in level to 9: those that start at 4, of which one reached x1.5
    assert replay.base_rate(found, past, goal, 0.5)[2] == pytest.approx([1.5 / 3, 0.5 / 3])


def test_any_factor_of_a_plan_is_near_one_of_the_grid(shipped):
    grid = np.log(replay.FACTORS)
    assert np.diff(grid).max() < np.log(1.25) and replay.FACTORS[-1] == 10
    factors = shipped.scorecard["required_factor"].dropna()
    asked = np.log(factors[factors.between(replay.FACTORS[0], 10)])
    assert len(asked) and np.abs(asked.to_numpy()[:, None] - grid).min(axis=1).max() < np.log(1.12)


def test_nobody_to_compare_with_is_silent_and_peers_all_alike_still_answer():
    table = pd.DataFrame(2.0, range(2000, 2012), [f"a{i}" for i in range(8)])
    found = replayed(table, models=("pooled", "level_rate"), lengths=(3,), horizons=(1,))
    assert np.isfinite(found.said["pooled"]).all() and (found.said["pooled"] < 0.5).all()
    assert (found.said["level_rate"] < 0.1).all()
    cases = replay.cut(table.loc[:2010], table, 2010, lengths=(3,), horizons=(1,))
    _, said = replay.ask(cases, None, cases.table[["last"]].to_numpy(), ("pooled", "base_rate"))
    assert np.isfinite(said["pooled"]).all() and np.isnan(said["base_rate"]).all()


def test_published_targets_are_asked_at_every_lead(shipped):
    found = targets.targets(shipped, "europe2020", leads=(5, 2), models=("pooled", "eurostat"))
    assert found.groupby("lead")["id"].nunique().to_dict() == {2: 26, 5: 26}
    assert (found["origin"] + found["lead"]).eq(2020).all()
    assert (found["last_year"] <= found["origin"]).all()
    assert found["pooled"].between(0, 1).all() and set(found["eurostat"]) <= {0.0, 1.0}
    with pytest.raises(UsageError, match="lisbon"):
        targets.targets(shipped, "africa")


def test_the_region_of_a_replay_is_seen_in_the_vintage_of_its_day(shipped):
    data = shipped
    assert replay.known(data, "provinces", 2017).index.max() == 2017
    assert replay.outcomes(data, "provinces").index.max() > 2020
    assert replay.known(data, "countries", 2010).index.max() == 2010
