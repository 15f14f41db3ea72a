"""The review: what it writes where, that a second run changes nothing, which dates it takes."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
import thin_data

from changji_analysis import figures, report, review
from changji_analysis.errors import UsageError

WRITTEN = [
    "review.en.docx", "review.en.html", "review.zh.docx", "review.zh.html", "scorecard.csv",
    "scorecard.en.xlsx", "scorecard.zh.xlsx",
]  # fmt: skip


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A repository of its own with the thin data, in which one figure is drawn."""
    (tmp_path / "repository").mkdir()
    thin_data.write(tmp_path / "repository" / "data")
    monkeypatch.setattr(review, "REPOSITORY", tmp_path / "repository")
    monkeypatch.setenv("CHANGJI_DATA", str(tmp_path / "repository" / "data"))
    drawn = {"firms_first_time": figures.firms_first_time}
    monkeypatch.setattr(figures, "FIGURES", drawn)
    monkeypatch.setattr(figures, "PROOFS", {})
    monkeypatch.setattr(review, "calibration_table", lambda: pd.DataFrame({"prior": ["peers"]}))
    monkeypatch.setattr(review, "run_notebooks", lambda folder, say: say("notebooks"))
    return tmp_path / "repository"


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_dated_review_has_a_folder_of_its_own(place):
    before, said = contents(place), []
    review.run("2023-12-31", said.append)
    root = place / "reviews" / "2023-12-31"
    assert sorted(p.name for p in (root / "reports").iterdir()) == WRITTEN
    assert (root / "figures/zh/firms_first_time.png").exists()
    assert "中期评估" in (root / "reports/review.zh.html").read_text(encoding="utf-8")
    steps = [line for line in said if line.startswith("[")]
    assert [step[:5] for step in steps] == ["[1/4]", "[2/4]", "[3/4]", "[4/4]"]
    assert said[-1] == "written to reviews/2023-12-31/"
    after = contents(place)
    assert before.items() <= after.items()
    review.run("20231231", said.append)
    assert contents(place) == after


def test_the_review_of_everything_writes_the_report_beside_the_scorecard(place):
    said = []
    review.run(None, said.append)
    assert sorted(p.name for p in (place / "reports").iterdir()) == WRITTEN
    assert "终期评估" in (place / "reports/review.zh.html").read_text(encoding="utf-8")
    assert [line[:5] for line in said if line.startswith("[")][-1] == "[6/6]"
    assert (place / "data/clean/calibration.csv").read_text(encoding="utf-8") == "prior\npeers\n"
    assert said.index("      review.zh.docx") < said.index("notebooks")


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2023-07-11", "issued on 2023-07-12, there is nothing to review before"),
        ("2099-01-01", "Leave the date out"),
        ("last July", "is no date"),
        ("", "is no date"),
    ],
)
def test_a_date_without_a_review_is_refused_before_anything_is_written(place, day, said):
    before = contents(place)
    with pytest.raises(UsageError, match=said):
        review.run(day, lambda line: None)
    assert contents(place) == before


def test_the_first_and_the_last_date_are_taken(place):
    review._check_date(review.config().plan.issued)
    newest = review.records.load_statistics()["known_by"].max().date()
    review._check_date(newest)
    with pytest.raises(UsageError):
        review._check_date(newest + dt.timedelta(days=1))


def test_a_file_that_is_held_open_leaves_the_whole_last_report(place, monkeypatch):
    review.run("2023-12-31", lambda line: None)
    reports = place / "reviews" / "2023-12-31" / "reports"
    for name in ("review.en.docx", "review.zh.docx", "review.zh.html"):
        (reports / name).write_text(f"the last good {name}", encoding="utf-8")
    (reports / "scorecard.en.xlsx").unlink()
    before, replace = contents(place), Path.replace

    def held(path, target):
        if path.parent.name.endswith(".tmp") and Path(target).name == "review.zh.html":
            raise PermissionError(13, "used by another program", str(target))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(report.ReportError, match=r"review\.zh\.html: used by another program"):
        report.write("2023-12-31", reports)
    assert contents(place) == before


def test_a_place_that_is_a_file_is_named(place):
    (place / "reviews").write_text("", encoding="utf-8")
    with pytest.raises(review.ReviewError, match=r"reviews.*Remedy"):
        review.run("2023-12-31", lambda line: None)
