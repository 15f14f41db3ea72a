"""A range over choices fixed beforehand: what is tried, and what its ends say."""

from types import SimpleNamespace

import pandas as pd

from changji_analysis import ranges

PEERS = pd.DataFrame({"甲": [1.0, 2.0], "乙": [1.0, 3.0], "丙": [1.0, 9.0]}, [2019, 2020])
PARENT = pd.Series({2020: 1.0, 2024: 2.0})


def judged(probability, parent=None):
    evidence = SimpleNamespace(parent=parent)
    return SimpleNamespace(probability=probability, floor=0.01, forecast="any", evidence=evidence)


def judge(peers, parent):
    """Peers count by their last figures; a parent adds what its pass-through is held at."""
    held = 0.0 if parent is None else parent.attrs.get("quantile", 0.5) / 2
    return judged(peers.iloc[-1].mean() / 100 + held, parent)


def tried(parent=PARENT, **changed):
    options = {
        "peers": PEERS, "parent": parent,
        "classes": {"two": PEERS[["甲", "乙"]], "none": PEERS[[]]},
        "methods": {"cohort": 0.4}, "verdict": lambda p: "likely" if p >= 0.66 else "at_risk",
    }  # fmt: skip
    return ranges.alternatives(judge(PEERS, parent), judge, **options | changed)


def test_every_choice_is_tried_once_and_an_empty_class_not():
    table = tried().set_index(["choice", "detail"])["probability"].round(4)
    assert table.to_dict() == {
        ("central", ""): 0.2967, ("reference_class", "two"): 0.275,
        ("without", "甲"): 0.31, ("without", "乙"): 0.305, ("without", "丙"): 0.275,
        ("alone", ""): 0.0467, ("pass_through", "0.1"): 0.0967, ("pass_through", "0.9"): 0.4967,
        ("method", "cohort"): 0.4,
    }  # fmt: skip


def test_the_judgement_without_the_parent_stands_beside_the_range():
    found = ranges.ends(tried())
    assert round(found["probability_low"], 4) == 0.0967 and found["words"] == 1
    assert found["verdict_low"] == found["verdict_high"] == "at_risk"


def test_without_a_parent_or_a_forecast_there_is_less_to_try():
    assert {*tried(None)["choice"]} == {"central", "reference_class", "without", "method"}
    blank = ranges.alternatives(
        judged(None), judge, peers=PEERS, parent=None, classes={}, methods={}, verdict=str
    )
    assert blank.empty and set(ranges.ends(blank).values()) == {None}
