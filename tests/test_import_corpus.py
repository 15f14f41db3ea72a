"""Every sheet of the corpus is read as its maker meant it, cell by cell."""

import csv
import datetime as dt

import corpus_sheets
import import_data
import pytest
from corpus_sheets import CASES, CORPUS

from changji_analysis.importing.proposal import Options
from changji_analysis.importing.reading import propose

STATED = {"source": "昌吉市科技局：科技统计年报", "published": dt.date(2025, 3, 1)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One data folder for all cases that only read."""
    return import_data.write(tmp_path_factory.mktemp("corpus") / "data")


@pytest.fixture
def data(folder, monkeypatch):
    monkeypatch.setenv("CHANGJI_DATA", str(folder))
    return folder


def understood(proposal):
    """Cell -> what became of it, in the words of the file of expected results."""
    result = {}
    for figure in proposal.figures:
        taken = [figure.area, figure.indicator, str(figure.year), figure.vintage]
        said = ["taken", *taken, f"{figure.value:.10g}"]
        result[figure.cell] = said if not figure.code else [figure.code, *[""] * 5]
    return result


def test_the_corpus_is_large_enough_and_its_results_are_the_typed_ones():
    assert len(CASES) >= 40
    with corpus_sheets.EXPECTED.open(encoding="utf-8", newline="") as file:
        written = list(csv.reader(file))[1:]
    assert written == [row for case in CASES for row in corpus_sheets.expected_rows(case)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_corpus(case, data):
    proposal = propose(CORPUS / case.name, Options(**(STATED | case.options)))
    expected = {cell: ["taken", *said.split()] for cell, said in case.taken.items()}
    expected |= {cell: [code, *[""] * 5] for cell, code in case.left.items()}
    assert understood(proposal) == expected
    for figure in proposal.figures:
        for code, fill in [*figure.reasons.items(), *figure.said]:
            assert all(proposal.text(figure, code, fill).values())
