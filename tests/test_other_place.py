"""Nothing but data is Changji's own: the same review for another place, whose outcome is known."""

import shutil
from functools import partialmethod

import pytest

from changji_analysis import review
from changji_analysis import shortcuts as records
from changji_analysis.config import REPOSITORY
from changji_analysis.errors import UsageError
from changji_analysis.figures.page import Chart
from changji_analysis.importing.new_place import begin
from changji_analysis.shortcuts import scorecard

PLAN = "内蒙古自治区“十三五”科技创新规划"
EXAMPLE = REPOSITORY / "data" / "examples" / "neimenggu"


def start(folder, **changed):
    stated = {
        "city": "内蒙古",
        "prefecture": None,
        "region": None,
        "title": PLAN,
        "title_en": None,
        "base_year": 2015,
        "target_year": 2020,
    }
    return begin(folder, **stated | changed)


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """Inner Mongolia's plan, as the example's README begins it."""
    folder = tmp_path_factory.mktemp("places") / "nmg"
    start(folder)
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    return folder


@pytest.fixture
def place(example, monkeypatch):
    """The example as the folder that the package reads."""
    monkeypatch.setenv("CHANGJI_DATA", str(example))
    return example


def test_a_new_folder_has_no_fault(tmp_path, monkeypatch):
    start(tmp_path / "new", city="某县", prefecture="某州", region="甘肃")
    monkeypatch.setenv("CHANGJI_DATA", str(tmp_path / "new"))
    assert not records.problems()["severity"].eq("error").any()
    assert set(records.load_statistics()["area"]) == {"甘肃", "中国"}
    assert "昌吉市" not in set(records.current().aliases["id"])
    parents = records.current().areas.set_index("area")["parent"]
    assert parents[["某县", "某州", "甘肃", "广州市"]].tolist() == ["某州", "甘肃", "中国", "广东"]
    assert "昌吉州" not in parents


def test_long_names_become_short_ones_and_what_must_be_filled_in_is_said(tmp_path):
    told = "\n".join(start(tmp_path / "new", city="内蒙古自治区", region="内蒙古自治区"))
    assert "city: 内蒙古\n" in (tmp_path / "new" / "config.yml").read_text(encoding="utf-8")
    assert "raw/plan_targets.csv id, " in told and "2021-2025 或 each year" in told
    with pytest.raises(UsageError, match="不是其中之一：北京"):
        start(tmp_path / "other", region="新疆省")


@pytest.mark.parametrize(
    "changed", [{"city": " "}, {"title": "a\nb"}, {"base_year": 2020}, {"target_year": 20200}]
)
def test_what_makes_no_sense_is_refused_and_writes_nothing(tmp_path, changed):
    with pytest.raises(UsageError):
        start(tmp_path / "new", **changed)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="not empty"):
        start(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_verdict_is_the_known_outcome(place):
    known = records.load_precedents().query("area == '内蒙古' and target_year == 2020")
    known = known[known["indicator"].eq("rd_intensity")].squeeze()
    card = scorecard().set_index("id").loc["n01"]
    assert card["verdict"] == known["status"] == "missed"
    assert (card["value"], card["last_value"]) == (known["target"], known["outcome"]) == (2.2, 0.93)
    assert scorecard().set_index("id").loc["n02", "verdict"] == "insufficient_evidence"


@pytest.mark.parametrize(
    ("date", "last"), [("2016-12-31", 2015), ("2018-12-31", 2017), ("2020-12-31", 2019)]
)
def test_it_was_foreseen_from_what_was_known(place, date, last):
    card = scorecard(date).set_index("id").loc["n01"]
    assert card["last_year"] == last
    assert card["verdict"] == "out_of_reach"


def test_the_whole_review_runs(place, tmp_path, monkeypatch):
    monkeypatch.setattr(review, "REPOSITORY", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda name: None)  # no LibreOffice: nothing is laid out
    monkeypatch.setattr(Chart, "png", partialmethod(Chart.png, 50))  # how fine, nobody looks
    outcome = review.run(records.current())
    made = tmp_path / "reviews" / "nmg"
    assert outcome.folder == made
    assert outcome.scorecard["verdict"].value_counts().to_dict() == {
        "missed": 1,
        "insufficient_evidence": 1,
    }
    assert {path.name for path in (made / "reports").iterdir()} >= {
        "review.zh.docx",
        "review.en.html",
        "scorecard.zh.xlsx",
    }
    text = (made / "reports" / "review.zh.html").read_text(encoding="utf-8")
    assert PLAN in text and "昌吉" not in text
