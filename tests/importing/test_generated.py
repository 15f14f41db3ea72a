"""Sheets of other kinds, composed at random: nothing is misread, plain ones are read wholly."""

import datetime as dt
import math

import import_data
import pytest
from generated import generated
from sheets import Case

import changji_analysis as ca
from changji_analysis.importing.proposal import Options
from changji_analysis.importing.reading import propose

STATED = {"source": "昌吉市科技局：年报", "published": dt.date(2025, 3, 1)}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return ca.Dataset(import_data.write(tmp_path_factory.mktemp("generated") / "data"))


@pytest.mark.parametrize("batch", range(4))
def test_nothing_is_misread_and_plain_sheets_are_read_wholly(batch, data, tmp_path):
    taken_of_all = plain = 0
    for seed in range(batch * 40, batch * 40 + 40):
        sheet = generated(seed)
        table = "\n".join("|".join(row) for row in sheet.rows)
        case = Case(f"{seed}.xlsx", table, {}, tab=sheet.tab, merged=sheet.merged)
        path = tmp_path / case.name
        path.write_bytes(case.build())
        try:
            figures = propose(path, Options(**STATED), data).figures
        except ca.DataError as error:
            assert error.problems["column"].ne("").all(), "a refusal names the cell"
            figures = []
        taken = {(f.area, f.indicator, f.year): f.value for f in figures
                 if f.status in ("new", "revised", "known")}  # fmt: skip
        for key, value in taken.items():
            known = sheet.truth.get(key, math.nan)
            assert math.isclose(known, value, rel_tol=1e-6), f"{seed} {sheet.kind}: {key} {value}"
        if sheet.whole:
            assert taken.keys() == sheet.truth.keys(), f"{seed}\n{table}"
            plain += 1
        taken_of_all += len(taken)
    assert plain > 0 and taken_of_all > 40
