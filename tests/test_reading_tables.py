"""Reading tables: words that agree with the judgement, and that never reward a worse figure."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import changji_analysis as ca
from changji_analysis.reading_tables import chances
from changji_analysis.tables.readings import reading_sentence

RANK = {"": -1, "out_of_reach": 0, "missed": 0, "unlikely": 1, "at_risk": 2, "likely": 3}
RANK["achieved"] = 4
KNOWN = pd.Series({2020: 41.0})
FIRMS = ca.Target(value=100, year=2025, base_year=2020)
AREAS = range(12)
PEERS = pd.DataFrame(
    {
        f"p{i}": 100 * np.exp(0.02 * i * np.arange(9) + 0.05 * np.sin(i + np.arange(9)))
        for i in AREAS
    },
    index=range(2012, 2021),
)


def judged(known=KNOWN, target=FIRMS, kind="count", peers=PEERS):
    return ca.assess(known, target, peers=peers, kind=kind)


def ranks(table):
    return table.groupby("year")["verdict"].apply(lambda words: [RANK[word] for word in words])


def test_bands_cover_every_figure_and_agree_with_the_judgement():
    table = judged().reading_table()
    assert list(table["year"].unique()) == list(range(2020, 2026))
    for year, rows in table.groupby("year"):
        assert np.isnan(rows["from_value"].iloc[0])
        assert np.isnan(rows["to_value"].iloc[-1])
        assert rows["from_value"].iloc[1:].tolist() == rows["to_value"].iloc[:-1].tolist()
        if year == 2020:
            continue
        for row in rows.iloc[1:].itertuples():  # the figure on a line earns the better word
            assert row.from_value == int(row.from_value)
            at = ca.assess(
                pd.Series({2020: 41.0, year: row.from_value}), FIRMS, peers=PEERS, kind="count"
            )
            below = pd.Series({2020: 41.0, year: row.from_value - 1})
            assert at.verdict == row.verdict
            assert (
                RANK[ca.assess(below, FIRMS, peers=PEERS, kind="count").verdict] < RANK[row.verdict]
            )


def test_the_target_year_settles():
    last = judged().reading_table().query("year == 2025")
    assert last["verdict"].tolist() == ["missed", "achieved"]
    assert last["from_value"].iloc[1] == 100
    band = ca.Target(value=28, year=2025, direction="within", tolerance=0.05, base_year=2020)
    last = judged(KNOWN.iloc[:0], band, "level", None).reading_table().query("year == 2025")
    assert last["verdict"].tolist() == ["missed", "achieved", "missed"]
    assert last["to_value"].iloc[:2].tolist() == pytest.approx([26.6, 29.4])


def test_without_peers_there_are_no_words_but_what_is_due():
    table = judged(peers=None).reading_table()
    before = table[table["year"] < 2025]
    assert (before["verdict"] == "").all()
    assert before["due_straight"].tolist() == pytest.approx([41, 52.8, 64.6, 76.4, 88.2])
    assert before["due_geometric"].iloc[-1] == pytest.approx(41 * (100 / 41) ** 0.8)


def test_nothing_is_said_where_nothing_is_known():
    rising = ca.Target(value=None, year=2025, direction="non_decreasing", base_year=2020)
    table = judged(KNOWN.iloc[:0], rising, "level").reading_table()
    assert set(table["verdict"]) == {""}
    kept = judged(pd.Series({2020: 0.57}), rising, "share").reading_table()
    assert kept["verdict"].tolist()[-2:] == ["missed", "achieved"]
    newly_built = ca.Target(value=12, year=2025, base_year=2020, base_value=0)
    assert set(judged(KNOWN.iloc[:0], newly_built).reading_table()["verdict"]) >= {"missed"}


@settings(max_examples=40, deadline=None)
@given(
    base=st.floats(1, 500),
    factor=st.floats(0.1, 12),
    kind=st.sampled_from(["count", "level", "share"]),
    direction=st.sampled_from(["at_least", "at_most", "within"]),
)
def test_a_worse_figure_never_earns_a_better_word(base, factor, kind, direction):
    base = min(base, 90.0) if kind == "share" else base
    goal = min(base * factor, 99.0) if kind == "share" else base * factor
    target = ca.Target(
        value=goal, year=2025, direction=direction, base_year=2020,
        tolerance=0.05 if direction == "within" else None,
    )  # fmt: skip
    peers = PEERS / 20 if kind == "share" else PEERS
    for found in ranks(judged(pd.Series({2020: base}), target, kind, peers).reading_table()):
        steps = np.sign(np.diff(found))
        if direction == "at_least":
            assert (steps > 0).all()
        elif direction == "at_most":
            assert (steps < 0).all()
        else:
            assert (np.diff(steps) <= 0).all()


def test_many_candidates_are_judged_as_one_by_one():
    a = judged(pd.Series({2018: 30.0, 2020: 41.0}))
    found, peers = chances([50.0, 80.0, 120.0], 2023, FIRMS, a.given)
    assert peers
    for value, chance in zip([50.0, 80.0, 120.0], found, strict=True):
        known = pd.Series({2018: 30.0, 2020: 41.0, 2023: value})
        assert chance == pytest.approx(judged(known).probability, abs=1e-12)
    assert a.tried([99, 100], 2025).tolist() == [0, 1]


def test_a_parent_that_ran_ahead_asks_for_less():
    region = pd.Series({2020: 834.0, 2021: 1000, 2022: 1400, 2023: 2000, 2024: 2529}, name="region")
    alone, nested = (
        ca.assess(KNOWN, FIRMS, kind="count", peers=PEERS, parent=parent)
        for parent in (None, region)
    )
    for year in (2021, 2022, 2023):
        least = [
            table.loc[(table["year"] == year) & (table["verdict"] == "likely"), "from_value"].item()
            for table in (alone.reading_table(), nested.reading_table())
        ]
        assert least[1] < least[0]
    only = ca.assess(KNOWN, FIRMS, kind="count", parent=region).reading_table()
    assert (only.loc[only["year"] < 2024, "verdict"] != "").all()  # a parent gives words too
    for value in (50.0, 80.0):
        known = pd.Series({2020: 41.0, 2022: value})
        one = ca.assess(known, FIRMS, kind="count", peers=PEERS, parent=region)
        assert nested.tried([value], 2022).item() == pytest.approx(one.probability, abs=1e-9)


@pytest.mark.parametrize(
    ("target", "reading", "year", "zh", "en"),
    [
        ("t21", "none_left", 2025, "已实现：0座；未实现：1座及以上", "missed: 1 or more"),
        ("t14", "band", 2025, "已实现：26.60—29.40万亩", "achieved: 266,000 to 294,000 mu"),
        ("t24", "five_year_total", 2024, "应达：80场次", "due: 80"),
        ("t02", "strictly_rising", 2024, "逐年增长", "rising year by year"),
        ("t01", "share_of_gdp", 2025, "已实现：1.50%及以上；未实现：1.49%", "1.50% or more"),
        ("t04", "above_scale_only", 2024, "", ""),
    ],
)  # fmt: skip
def test_bands_in_words(shipped, target, reading, year, zh, en):
    rows = shipped.reading_tables
    rows = rows[(rows["id"] == target) & (rows["reading"] == reading) & (rows["year"] == year)]
    row = shipped.judged[target, reading].row
    assert zh in reading_sentence(rows, row, "zh") and bool(zh) == bool(reading_sentence(rows, row))
    assert en in reading_sentence(rows, row, "en")


def test_every_target_of_the_plan_has_its_table(shipped):
    tables = shipped.reading_tables
    assert set(zip(tables["id"], tables["reading"], strict=True)) == set(shipped.judged)
    assert set(tables.dropna(subset="from_value")["id"]) == set(tables["id"])  # all are settled
    totals = shipped.plan_targets.query("period == '2021-2025'")["id"]
    for rows in (tables[tables["id"] == i] for i in set(totals)):
        assert rows["due_straight"].notna().all()
