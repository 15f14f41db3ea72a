"""Figures that are not public are marked in every output and never reach the committed files."""

import shutil

import pytest

import changji_analysis as ca
from changji_analysis import figures, report, review, tables
from changji_analysis import shortcuts as records
from changji_analysis.config import REPOSITORY
from changji_analysis.dataset import Dataset
from changji_analysis.importing import import_figures
from changji_analysis.shortcuts import scorecard


@pytest.fixture
def data(tmp_path, monkeypatch):
    """The repository's data with one figure more that is not public."""
    root = tmp_path / "data"
    shutil.copytree(
        REPOSITORY / "data", root, ignore=shutil.ignore_patterns("private", "clean", "examples")
    )
    monkeypatch.setenv("CHANGJI_DATA", str(root))
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("年份,高新技术企业数（家）\n2021,52\n", encoding="utf-8")
    stated = {"area": "昌吉市", "source": "昌吉市科技局：年报", "published": "2022-03-01"}
    import_figures(sheet, dry_run=False, **stated)
    return root


def test_the_scorecard_says_which_figures_are_not_public(data):
    card = scorecard().set_index("id")
    assert card.index[card["last_private"]].tolist() == ["t03"]
    zh, en = (tables.show(card, lang, ["id", "last"]).text for lang in ("zh", "en"))
    assert zh.loc["t03", "最新"] == "52家（2021年，未公开）"
    assert en.loc["t03", "latest"] == "52 (2021, not public)"


@pytest.mark.parametrize(
    ("lang", "mark"),
    [
        ("zh", "内部资料：含1个未公开数据，不得公开"),
        ("en", "Internal: rests on 1 figure that is not public"),
    ],
)
def test_chart_and_report_carry_the_mark(data, lang, mark):
    assert figures.FIGURES["firms_fan"](ca.Dataset(), lang).alt.startswith(mark)
    assert report.compose(ca.Dataset(), lang).words["private"] == mark


def test_nothing_is_marked_without_such_figures(data, monkeypatch):
    monkeypatch.setenv("CHANGJI_PRIVATE", "no")
    assert records.current().not_public == 0
    assert not scorecard()["last_private"].any()
    assert report.compose(ca.Dataset()).words["private"] == ""


def test_a_review_with_such_figures_stays_out_of_the_committed_files(data, monkeypatch):
    monkeypatch.setattr(review, "REPOSITORY", data.parent)
    here = Dataset(data)
    name = "" if data.name == "data" else f"{data.name}-"
    assert review.review_folder(here).name == f"{name}internal"
    later = review.review_folder(here.at("2025-12-31"))
    assert later.name.endswith("2025-12-31-internal")
    public = Dataset(data, private=False)
    assert "internal" not in review.review_folder(public).name


def test_git_ignores_what_is_not_public():
    ignored = (REPOSITORY / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"private/", "/reviews/"} <= set(ignored)
