"""The review: what it writes where, what a second run does again, which dates it takes."""

import datetime as dt
import errno
from pathlib import Path

import pytest
from tiny_data import YEARLY, added, changed, write

import changji_analysis as ca
from changji_analysis import figures, fingerprints, report, review
from changji_analysis.errors import DataError, UsageError
from changji_analysis.files import write_bytes
from changji_analysis.records import Folder

FIRMS = "甲市,hightech_firms,{},first,{},家,exact,{}家,2021-09-01,2021-09-01,s1,high,"
ISSUED = "target_year: 2025, issued: 2021-03-01"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A repository of its own with the thin data and three things to make."""
    write(
        tmp_path / "data",
        **added(YEARLY, FIRMS.format(2020, 41, 41)),
        **changed("config.yml", "target_year: 2025", ISSUED),
    )
    monkeypatch.setattr(review, "REPOSITORY", tmp_path)

    def money(data, lang):
        return f"{lang} {data.city('gdp').to_dict()}"

    def firms(data, lang):
        return f"{lang} {data.city('hightech_firms').to_dict()}"

    def save(drawn, folder, name):
        write_bytes(folder / f"{name}.txt", drawn.encode())
        return [folder / f"{name}.txt"]

    def report_of(data, folder):
        write_bytes(folder / "review.txt", data.scorecard.to_csv().encode())
        return [folder / "review.txt"]

    monkeypatch.setattr(figures, "FIGURES", {"money": money, "firms": firms})
    monkeypatch.setattr(figures, "PROOFS", {})
    monkeypatch.setattr(figures, "save", save)
    monkeypatch.setattr(report, "write", report_of)
    return tmp_path


def run(place, as_of=None):
    """Run a review; what was done, by name."""
    done = []
    data = ca.Dataset(place / "data", as_of)
    outcome = review.run(data, lambda number, count, name: done.append(name))
    assert done.pop() == ""
    assert outcome.done == len(done)
    return done, outcome


def contents(folder):
    files = (p for p in folder.rglob("*") if p.is_file() and ".cache" not in p.parts)
    return {p.relative_to(folder): p.read_bytes() for p in files}


def add(place, row):
    with (place / "data" / YEARLY).open("a", encoding="utf-8", newline="\n") as file:
        file.write(row + "\n")


def test_everything_is_made_once_and_then_left_alone(place):
    done, outcome = run(place)
    assert done == [
        "figures/zh/money", "figures/en/money", "figures/zh/firms", "figures/en/firms", "reports",
    ]  # fmt: skip
    assert outcome.folder == place
    made = contents(place)
    assert {Path("reports/scorecard.csv"), Path("data/clean/statistics.csv")} <= made.keys()
    done, outcome = run(place)
    assert (done, outcome.kept) == ([], 5)
    assert contents(place) == made


def test_a_new_figure_redoes_what_rests_on_it_and_says_what_it_changed(place):
    run(place)
    add(place, FIRMS.format(2021, 60, 60))
    done, outcome = run(place)
    assert done == ["figures/zh/firms", "figures/en/firms", "reports"]
    assert outcome.figures["value"].tolist() == [60]
    assert len(outcome.changes)


def test_a_file_that_was_lost_or_changed_is_made_again(place):
    run(place)
    (place / "figures/zh/money.txt").unlink()
    (place / "figures/en/money.txt").write_text("scribbled", encoding="utf-8")
    assert run(place)[0] == ["figures/zh/money", "figures/en/money"]


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"reports": 1}', '{"reports": {"code": ""}}'])
def test_a_damaged_ledger_is_an_empty_one(place, damage):
    run(place)
    (place / ".cache/review.json").write_text(damage, encoding="utf-8")
    assert "reports" in run(place)[0]
    assert run(place)[0] == []


def test_an_interrupted_run_keeps_what_was_done(place, monkeypatch):
    def stopped(data, folder):
        raise KeyboardInterrupt

    write = report.write
    monkeypatch.setattr(report, "write", stopped)
    with pytest.raises(KeyboardInterrupt):
        run(place)
    monkeypatch.setattr(report, "write", write)
    assert run(place)[0] == ["reports"]


def test_a_dated_review_has_a_folder_of_its_own(place):
    before = contents(place)
    _, outcome = run(place, "2021-12-31")
    assert outcome.folder == place / "reviews/2021-12-31"
    assert (outcome.folder / "reports/review.txt").exists()
    assert before.items() <= contents(place).items()


def test_two_reviews_at_once_are_one_too_many(place, monkeypatch):
    def second(data, folder):
        with pytest.raises(UsageError, match="another review is at work"):
            review.run(ca.Dataset(place / "data"))
        return []

    monkeypatch.setattr(report, "write", second)
    run(place)


def test_faulty_data_are_refused_and_nothing_is_written(place):
    add(place, "somewhere")
    before = contents(place)
    with pytest.raises(DataError):
        run(place)
    assert contents(place) == before


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2000-01-01", "there is nothing to review before"),
        ("2099-01-01", "Leave the date out"),
        ("", "is no date"),
    ],
)
def test_a_date_without_a_review_is_refused_before_anything_is_written(place, day, said):
    before = contents(place)
    with pytest.raises(UsageError, match=said):
        run(place, day)
    assert contents(place) == before


def test_the_first_and_the_last_date_are_taken(place):
    data = ca.Dataset(place / "data")
    for day in (data.config.plan.issued, data.last_known):
        review.check(data.at(day))
    with pytest.raises(UsageError):
        review.check(data.at(data.last_known + dt.timedelta(days=1)))


def test_a_place_that_is_a_file_is_named(place):
    (place / "reviews").write_text("", encoding="utf-8")
    with pytest.raises(review.ReviewError, match=r"reviews.*Remedy"):
        run(place, "2021-12-31")


def test_code_counts_with_all_that_it_imports_and_nothing_else(tmp_path, monkeypatch):
    files = {
        "__init__.py": "",
        "flow.py": "",
        "side/__init__.py": "from . import one",
        "side/one.py": "def f():\n    from ..flow import x\n    return x",
        "side/two.py": "",
    }
    for name, text in files.items():
        (tmp_path / "package" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "package" / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(fingerprints, "PACKAGE", tmp_path / "package")
    monkeypatch.setattr(fingerprints, "NAME", "package")
    for name in ("sources", "_parsed", "_imports", "_code", "of_code"):
        plain = getattr(fingerprints, name).__wrapped__
        monkeypatch.setattr(fingerprints, name, plain)  # nothing is kept, and what was stays
    code = fingerprints.of_code

    one, two = code("package.side.one"), code("package.side.two")
    (tmp_path / "package/flow.py").write_text("x = 1", encoding="utf-8")
    assert code("package.side.one") != one
    assert code("package.side.two") == two
    one = code("package.side.one")
    (tmp_path / "package/flow.py").write_text('"""Said."""\n# and more\nx = 1', encoding="utf-8")
    assert code("package.side.one") == one
    code("package.flow")


def test_an_unchanged_review_reads_and_judges_nothing_again(place, monkeypatch):
    judged, judge = [], ca.Dataset._judge
    tables, read = [], Folder._read
    monkeypatch.setattr(
        Folder, "_read", lambda self, name, spec: tables.append(name) or read(self, name, spec)
    )
    monkeypatch.setattr(
        ca.Dataset, "_judge", lambda self, row: judged.append(row["id"]) or judge(self, row)
    )
    run(place)
    judged.clear(), tables.clear()
    assert run(place)[0] == judged == tables == []
    [answers] = (place / ".cache").glob("answers-*")
    answers.write_bytes(answers.read_bytes()[:-9])
    assert run(place)[0] == [] and judged  # what was damaged is found again and kept
    judged.clear()
    assert run(place)[0] == judged == []
    monkeypatch.setattr(review.keys, "resources", lambda: "another version")
    assert len(run(place)[0]) == 5 and judged


def test_a_full_disk_leaves_what_was_there_and_says_so(place, monkeypatch):
    run(place)
    add(place, FIRMS.format(2021, 60, 60))
    before = contents(place)

    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(review.ReviewError, match=r"No space left.*Remedy"):
            run(place)
    assert contents(place) == before
    assert "reports" in run(place)[0]
