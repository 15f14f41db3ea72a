"""The plan held against itself, as data/plan_checks.csv asks."""

import pytest
from tiny_data import YEARLY, added

from changji_analysis.errors import DataError
from changji_analysis.records.checks import terms
from changji_analysis.shortcuts import consistency, current, problems

HEADER = "id,place,computed,against,expected,says_zh,says_en\n"
BASELINE = (
    "b03,一（一）,,在孵,incubating,87家,在孵87家,87,,家,exact,2020,",
    "b04,一（一）,,毕业,graduated,39家,毕业39家,39,,家,exact,2020,",
    "b05,一（一）,,孵化,incubated,126家,孵化126家,126,,家,exact,2020,",
)
PLAN = {"raw/plan.txt": "资金4500余万元，现有高企41家，孵化126家，在孵87家，毕业39家。"
        "到2025年达到100家，力争财政科技投入只增不减。\n"}  # fmt: skip


@pytest.fixture
def folder(tiny):
    """Write the tiny data with the given checks; None leaves the file out."""

    def use(*checks, text=None):
        spoiled = PLAN | added("raw/plan_baseline.csv", *BASELINE)
        if text is None:
            text = HEADER + "".join(f"{check},说明。,It says so.\n" for check in checks)
        return tiny(**spoiled, **{"plan_checks.csv": text})

    return use


def test_sums_and_differences_in_base_units(folder):
    folder("c01,b05,b03+b04,b05,equal", "c02,b04,b05-b03-b04,b04,differ", "c03,b01,b01,b02,differ")
    table = consistency()
    assert table["id"].tolist() == ["c01", "c02", "c03"]
    assert table["place"].tolist() == ["b05", "b04", "b01"]
    assert table["computed"].tolist() == [126, 0, 45_000_000]
    assert table["printed"].tolist() == [126, 39, 41]
    assert table["agrees"].tolist() == [True, False, False]
    assert table["says_zh"].iloc[0] == "说明。" and table["says_en"].iloc[0] == "It says so."


def test_a_row_may_stand_twice(folder):
    assert terms("b03+b03-t01") == [(1, "b03"), (1, "b03"), (-1, "t01")]
    folder("c01,b03,b03+b03-t01,t01,differ")
    assert consistency()["computed"].tolist() == [74]


@pytest.mark.parametrize(
    ("check", "code", "severity"),
    [
        ("c01,b05,b03+b04,b05,equal", "plan_agrees", "note"),
        ("c01,b05,b03,b05,equal", "plan_contradicts", "warning"),
        ("c01,t01,b02,t01,differ", "plan_differs", "warning"),
        ("c01,t01,t01,t01,differ", "plan_ambiguous", "warning"),
    ],
)
def test_a_doubt_stays_a_warning_even_where_numbers_agree(folder, check, code, severity):
    folder(check)
    found = problems()
    [row] = found[found["code"].str.startswith("plan_")].to_dict("records")
    place = check.split(",")[1]
    assert (row["code"], row["severity"], row["value"]) == (code, severity, place)
    assert row["file"].endswith({"b": "plan_baseline.csv", "t": "plan_targets.csv"}[place[0]])
    assert row["row"] == {"b05": 6, "t01": 2}[place]
    assert row["why"].endswith("printed. It says so") and row["why_zh"].endswith("。说明")
    assert row["remedy"] and row["remedy_zh"]


def test_without_the_file_there_are_no_checks(folder):
    (folder() / "plan_checks.csv").unlink()
    assert consistency().empty and current().plan_checks.empty
    assert not problems()["code"].str.startswith("plan_").any()
    assert "missing_file" not in set(problems()["code"])


def test_a_header_alone_is_no_check(folder):
    folder()
    table = consistency()
    assert table.empty and list(table.columns)[:3] == ["id", "place", "computed"]
    assert not problems()["code"].str.startswith("plan_").any()


def test_a_file_without_even_a_header_is_a_fault(folder):
    folder(text="")
    with pytest.raises(DataError, match=r"plan_checks\.csv, row 1, column id.*Remedy: add it"):
        consistency()
    assert (problems()["severity"] == "error").sum() == 7


@pytest.mark.parametrize(
    ("check", "column", "value", "code"),
    [
        ("c01,b99,b03,b05,equal", "place", "b99", "unknown_row"),
        ("c01,b05,b03+x1,b05,equal", "computed", "x1", "unknown_row"),
        ("c01,b05,b03,t99,equal", "against", "t99", "unknown_row"),
        ("c01,t02,b03,t02,differ", "against", "t02", "no_number"),
        ("c01,b05,t02-b03,b05,equal", "computed", "t02", "no_number"),
        ("c01,b05,b03+,b05,equal", "computed", "b03+", "unknown_word"),
        ("c01,b05,b03 + b04,b05,equal", "computed", "b03 + b04", "unknown_word"),
        ("c01,b05,,b05,equal", "computed", "", "missing_value"),
        ("c01,b05,b03,b05,alike", "expected", "alike", "unknown_word"),
    ],
)
def test_a_faulty_check_is_named(folder, check, column, value, code):
    folder(check)
    with pytest.raises(DataError) as caught:
        consistency()
    [fault] = caught.value.problems.to_dict("records")
    assert fault["file"].endswith("plan_checks.csv")
    assert (fault["row"], fault["column"], fault["value"]) == (2, column, value)
    assert fault["code"] == code
    assert problems().iloc[0]["code"] == code


def test_an_id_stands_once(folder):
    folder("c01,b05,b03+b04,b05,equal", "c01,b05,b03,b05,equal")
    with pytest.raises(DataError, match=r"row 3.*row 2 holds the same id"):
        consistency()


def test_the_shipped_checks(monkeypatch):
    monkeypatch.delenv("CHANGJI_DATA", raising=False)
    table = consistency().set_index("place")
    numbers = table[["computed", "printed"]].astype(int).apply(tuple, axis=1).to_dict()
    assert numbers == {
        "b36": (126, 126),
        "b27": (7, 7),
        "b23": (6, 7),
        "b34": (2, 2),
        "t06": (8, 12),
        "t07": (6, 6),
        "b40": (4, 6),
        "t09": (9, 15),
        "t03": (10, 41),
        "t25": (2506, 500),
        "t26": (100, 100),
        "b59": (70, 46),
    }
    found = problems().set_index("value")
    for place in ("t07", "t26"):
        assert table.at[place, "agrees"] and found.at[place, "code"] == "plan_ambiguous"


def test_problems_of_a_date_leave_out_what_was_not_known(tiny):
    row = "甲市,gdp,{},first,500,亿元,exact,500亿元,{},{},s1,high,"
    tiny(**added(YEARLY, row.format(2021, "2022-09-01", "2022-12-31"),
                 row.format(2022, "2023-09-01", "2023-12-31")))  # fmt: skip
    every, early = problems(), problems("2023-06-30")
    told = [table[table["code"].eq("known_by_differs")]["row"] for table in (every, early)]
    assert [rows.to_list() for rows in told] == [[14, 15], [14]]
    assert early["file"].str.endswith(("readings.csv", YEARLY)).all()
    assert every["row"].isna().any() and early["row"].notna().all()
