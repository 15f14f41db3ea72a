"""Figures that are not public are marked in every output and never reach the committed files."""

import office_data
import pytest

from changji_analysis import figures, report, review, tables
from changji_analysis.config import REPOSITORY
from changji_analysis.dataset import Dataset
from changji_analysis.importing import import_figures


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """The tiny data with offices and one figure more that is not public."""
    folder = tmp_path_factory.mktemp("private")
    office_data.write(folder / "data")
    sheet = folder / "sheet.csv"
    sheet.write_text("年份,高企（家）\n2021,52\n", encoding="utf-8")
    stated = {"area": "甲市", "source": "昌吉市科技局：年报", "published": "2022-03-01"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHANGJI_DATA", str(folder / "data"))
        import_figures(sheet, dry_run=False, **stated)
    return folder / "data"


@pytest.fixture(scope="module")
def data(root):
    return Dataset(root)


def test_the_scorecard_says_which_figures_are_not_public(data):
    card = data.scorecard.set_index("id")
    assert card.index[card["last_private"]].tolist() == ["t01"]
    zh, en = (tables.show(card, lang, ["id", "last"]).text for lang in ("zh", "en"))
    assert zh.loc["t01", "最新"] == "52家（2021年，未公开）"
    assert en.loc["t01", "latest"] == "52 (2021, not public)"


@pytest.mark.parametrize(
    ("lang", "mark"),
    [
        ("zh", "内部资料：含1个未公开数据，不得公开"),
        ("en", "Internal: rests on 1 figure that is not public"),
    ],
)
def test_chart_and_report_carry_the_mark(data, lang, mark):
    assert figures.FIGURES["firms_fan"](data, lang).alt.startswith(mark)
    assert report.compose(data, lang).words["private"] == mark


def test_nothing_is_marked_without_such_figures(root, monkeypatch):
    monkeypatch.setenv("CHANGJI_DATA", str(root))
    monkeypatch.setenv("CHANGJI_PRIVATE", "no")
    data = Dataset()
    assert data.not_public == 0
    assert not data.scorecard["last_private"].any()
    assert report.compose(data).words["private"] == ""


def test_a_review_with_such_figures_stays_out_of_the_committed_files(root, data, monkeypatch):
    monkeypatch.setattr(review, "REPOSITORY", root.parent)
    assert review.review_folder(data).name == "internal"
    later = review.review_folder(data.at("2025-12-31"))
    assert later.name.endswith("2025-12-31-internal")
    public = Dataset(root, private=False)
    assert "internal" not in review.review_folder(public).name


def test_git_ignores_what_is_not_public():
    ignored = (REPOSITORY / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"private/", "/reviews/"} <= set(ignored)
