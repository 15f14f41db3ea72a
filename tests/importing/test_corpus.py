"""Every sheet of the corpus is read as its maker meant it, cell by cell."""

import datetime as dt

import import_data
import pytest
from sheets import cases

import changji_analysis as ca
from changji_analysis.importing.adding import commit
from changji_analysis.importing.proposal import Options
from changji_analysis.importing.reading import propose
from changji_analysis.messages import MESSAGES

STATED = {"source": "昌吉市科技局：科技统计年报", "published": dt.date(2025, 3, 1)}
CASES = cases()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One data folder for all cases that only read."""
    return import_data.write(tmp_path_factory.mktemp("corpus") / "data")


@pytest.fixture(scope="module")
def data(folder):
    return ca.Dataset(folder)


def understood(path, options, data):
    """Cell -> what became of it, in the words of the corpus, and the proposal."""
    try:
        proposal = propose(path, Options(**(STATED | options)), data)
    except ca.DataError as error:
        return {"refused": list(error.problems[["code", "column"]].iloc[0])}, None
    result = {}
    for figure in proposal.figures:
        taken = [figure.area, figure.indicator, str(figure.year), figure.vintage]
        result[figure.cell] = [figure.code] if figure.code else [*taken, f"{figure.value:.10g}"]
    return result, proposal


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_sheet_is_read_as_it_is_meant_and_both_languages_speak(case, data, tmp_path):
    path = tmp_path / case.name
    path.write_bytes(case.build())
    result, proposal = understood(path, case.options, data)
    assert result == case.expect
    for figure in proposal.figures if proposal else ():
        for code, fill in [*figure.reasons.items(), *figure.said]:
            assert all(proposal.text(figure, code, fill).values())


@pytest.mark.parametrize(
    "case", [c for c in CASES if any(len(v) == 5 for v in c.expect.values())][::4],
    ids=lambda case: case.name,
)  # fmt: skip
def test_whatever_is_added_passes_the_check_and_adds_nothing_twice(case, tmp_path):
    root, path = import_data.write(tmp_path / "data"), tmp_path / case.name
    path.write_bytes(case.build())
    options = Options(**(STATED | case.options))
    taken = {cell for cell, said in case.expect.items() if len(said) == 5}
    data = ca.Dataset(root)
    assert commit(propose(path, options, data), data) == len(taken)
    data = ca.Dataset(root)
    found = data.problems
    assert not found["severity"].eq("error").any(), found.to_string()
    before = {p: p.read_bytes() for p in root.rglob("*.csv")}
    again = propose(path, options, data)
    assert commit(again, data) == 0
    assert {p: p.read_bytes() for p in root.rglob("*.csv")} == before
    assert {f.cell for f in again.figures if f.status == "known"} >= taken


def test_the_corpus_shows_every_way_in_which_a_sheet_or_a_figure_fails():
    shown = {said[0] for case in CASES for said in case.expect.values() if len(said) < 5}
    # these need a folder, a date or a whole beside the sheet: tests of figures
    shown |= {"contradicts_twice", "bad_date", "impossible", "year_out_of_range"}
    kinds = {code: message["kind"] for code, message in MESSAGES.items()}
    assert {code for code, kind in kinds.items() if kind not in ("file", "note")} - shown == set()
