"""Faulty data files: every fault named with its place and remedy, all at once."""

import pandas as pd
import pytest
from tiny_data import FILES, YEARLY, added, changed, write

from changji_analysis import shortcuts as records
from changji_analysis.dataset import Dataset
from changji_analysis.errors import DataError, UsageError
from changji_analysis.shortcuts import (
    load_baseline,
    load_precedents,
    load_readings,
    load_reference,
    load_statistics,
    load_targets,
)

BASELINE, TARGETS = "raw/plan_baseline.csv", "raw/plan_targets.csv"
PRECEDENTS, PROVINCES = "raw/target_precedents.csv", "reference/provinces.csv"
ROW = "甲市,rd_intensity,2021,first,0.2,%,exact,0.2%,2022-09-01,2022-09-01,s1,high,"


@pytest.fixture
def faults(tmp_path, monkeypatch):
    """Load with some files spoiled; the faults as (file, row, column, value, code)."""
    monkeypatch.setenv("CHANGJI_DATA", str(tmp_path / "data"))

    def load(loader, **spoiled):
        root = write(tmp_path / "data", **spoiled)
        before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
        with pytest.raises(DataError) as caught:
            loader()
        assert before == {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
        table, message = caught.value.problems, str(caught.value)
        for fault in table.to_dict("records"):
            assert all(fault[name] for name in ("file", "why", "remedy", "why_zh", "remedy_zh"))
            for name in ("file", "column", "value", "why", "remedy", "why_zh", "remedy_zh"):
                assert fault[name] in message
        found = table[["file", "row", "column", "value", "code"]].astype("object")
        found["file"] = found["file"].str.removeprefix("data/")
        return [tuple(row) for row in found.where(found.notna(), None).to_numpy()]

    return load


YEARLY_FAULTS = [
    (("0.2,%", "0.2,公里"), "unit", "公里", "unknown_unit"),
    (("0.2,%", "0.2,亿元"), "unit", "亿元", "wrong_unit"),
    ((",2021,", ",1820,"), "year", "1820", "year_out_of_range"),
    ((",2021,", ",2101,"), "year", "2101", "year_out_of_range"),
    ((",2021,", ",21年,"), "year", "21年", "not_a_year"),
    ((",2021,", ",,"), "year", "", "missing_value"),
    (("s1,high", ",high"), "source", "", "missing_source"),
    (("s1,high", "s9,high"), "source", "s9", "unknown_source"),
    (("rd_intensity", "rd"), "indicator", "rd", "unknown_indicator"),
    (("甲市", "甲县"), "area", "甲县", "unknown_area"),
    (("甲市", "甲市 "), "area", "甲市 ", "unknown_area"),
    (("甲市", ""), "area", "", "missing_value"),
    (("first", "second"), "vintage", "second", "unknown_word"),
    (("high", "sure"), "confidence", "sure", "unknown_word"),
    (("exact", "maybe"), "bound", "maybe", "unknown_word"),
    (("0.2,%", "0.3,%"), "value", "0.3", "value_differs"),
    (("0.2,%", '"0,2",%'), "value", "0,2", "not_a_number"),
    (("0.2,%", "nan,%"), "value", "nan", "not_a_number"),
    (("0.2,%", "1_0,%"), "value", "1_0", "not_a_number"),
    (("0.2,%", "０.2,%"), "value", "０.2", "not_a_number"),
    (("0.2,%", ",%"), "value", "nan", "value_differs"),
    (("exact", "about"), "bound", "about", "value_differs"),
    (("0.2%", "about a fifth"), "as_printed", "about a fifth", "unreadable_print"),
    (("0.2%", "2家"), "as_printed", "2家", "unreadable_print"),
    (("0.2%", ""), "as_printed", "", "missing_value"),
    ((",2022-09-01,s1", ",2022-09-02,s1"), "known_by", "2022-09-02", "known_by_differs"),
    (("2022-09-01,2022-09-01", ",2020-12-31"), "known_by", "2020-12-31", "known_by_differs"),
    (("2022-09-01,2022-09-01", ",2022-9-1"), "known_by", "2022-9-1", "not_a_date"),
    (("2022-09-01,2022-09-01", ",2022-13-01"), "known_by", "2022-13-01", "not_a_date"),
    (("2022-09-01,2022-09-01", ","), "known_by", "", "missing_value"),
    (("rd_intensity,2021,first,0.2,%,exact,0.2%", "hightech_firms,2021,first,-5,家,exact,-5家"),
     "value", "-5.0", "negative_value"),
    (("rd_intensity,2021,first,0.2,%,exact,0.2%", "science_literacy,2021,first,101,%,exact,101%"),
     "value", "101.0", "share_out_of_range"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "column", "value", "code"), YEARLY_FAULTS)
def test_a_faulty_observation(faults, change, column, value, code):
    spoiled = added(YEARLY, ROW.replace(*change))
    assert faults(load_statistics, **spoiled) == [(YEARLY, 14, column, value, code)]


def test_all_faults_at_once(faults):
    rows = [ROW.replace(*change) for change, *_ in YEARLY_FAULTS]
    rows = [row.replace("甲市", "乙州").replace("2021", "2022") for row in rows]
    found = faults(load_statistics, **added(YEARLY, *rows))
    assert {row for _, row, *_ in found} >= {14, 15, 19, 21, 25, 40}
    assert {code for *_, code in found} >= {"unknown_unit", "missing_source", "not_a_number"}


def test_the_message_goes_down_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("CHANGJI_DATA", str(tmp_path))
    spoiled = ((",2021,", ",1821,"), ("s1,high", ",high"), ("0.2,%", "0.2,公里"))
    write(tmp_path, **added(YEARLY, *(ROW.replace(*change) for change in spoiled)))
    with pytest.raises(DataError) as caught:
        load_statistics()
    lines = [line for line in str(caught.value).splitlines() if line.startswith("- ")]
    assert [int(line.split("row ")[1].split(",")[0]) for line in lines] == [14, 15, 16]
    assert [line.split(": ")[0].split(", value ")[1] for line in lines] == [
        "'1821'",
        "''",
        "'公里'",
    ]


def test_duplicates(faults):
    spoiled = added(YEARLY, ROW, ROW)
    [fault, *more] = faults(load_statistics, **spoiled)
    assert fault == (YEARLY, 15, "source", "甲市, rd_intensity, 2021, first, s1", "duplicate_key")
    assert not more


def test_rows_are_lines_of_the_file_even_after_a_cell_of_two_lines(faults):
    rows = [ROW + '"two\nlines"', ROW.replace("2021", "1021")]
    assert faults(load_statistics, **added(YEARLY, *rows))[0][:3] == (YEARLY, 16, "year")


def test_wrong_encoding(faults, tmp_path):
    def load():
        path = tmp_path / "data" / YEARLY
        path.write_bytes(FILES[YEARLY].encode("gb18030"))
        load_statistics()

    write(tmp_path / "data")
    with pytest.raises(DataError, match=r"yearly_statistics\.csv, row 2.*CSV UTF-8") as caught:
        load()
    assert caught.value.problems["code"].tolist() == ["wrong_encoding"]


def test_utf_16_and_zero_bytes(tmp_path, monkeypatch):
    monkeypatch.setenv("CHANGJI_DATA", str(tmp_path))
    root = write(tmp_path)
    for content in (FILES[YEARLY].encode("utf-16"), FILES[YEARLY].encode() + b"\0"):
        (root / YEARLY).write_bytes(content)
        with pytest.raises(DataError, match="not UTF-8"):
            load_statistics()


def test_a_missing_file(tmp_path, monkeypatch):
    monkeypatch.setenv("CHANGJI_DATA", str(tmp_path))
    (write(tmp_path) / YEARLY).unlink()
    with pytest.raises(DataError, match=r"yearly_statistics\.csv: the file is missing"):
        load_statistics()
    with pytest.raises(DataError, match="missing"):
        (tmp_path / "raw/plan.txt").unlink()
        load_baseline()
    assert len(load_reference("provinces")) == 7


def test_an_unreadable_registry_is_one_fault_and_not_one_for_every_row(tmp_path, monkeypatch):
    monkeypatch.setenv("CHANGJI_DATA", str(tmp_path))
    root = write(tmp_path)
    for name in ("sources.csv", "indicators.csv"):
        (root / name).unlink()
    with pytest.raises(DataError) as caught:
        load_statistics()
    assert caught.value.problems["code"].tolist() == ["missing_file", "missing_file"]


def test_an_empty_file_and_a_folder_in_its_place(faults, tmp_path):
    columns = FILES["sources.csv"].splitlines()[0].split(",")
    found = faults(records.load_sources, **{"sources.csv": ""})
    assert [(column, code) for *_, column, _, code in found] == [
        (column, "missing_column") for column in columns
    ]
    (tmp_path / "data/sources.csv").unlink()
    (tmp_path / "data/sources.csv").mkdir()
    with pytest.raises(DataError, match="missing"):
        records.load_sources()


def test_missing_and_extra_columns(faults):
    text = FILES[YEARLY].replace("unit,bound", "units,bound")
    found = faults(load_statistics, **{YEARLY: text})
    assert [fault[1:3] + fault[4:] for fault in found] == [
        (1, "unit", "missing_column"),
        (1, "units", "extra_column"),
    ]
    double = FILES["sources.csv"].replace("licence,note", "note,note")
    found = faults(records.load_sources, **{"sources.csv": double})
    assert {fault[2] for fault in found} == {"licence", "note"}


def test_ragged_and_unquoted_rows(faults):
    found = faults(load_statistics, **added(YEARLY, ROW + ",one more", "甲市,gdp"))
    assert [(row, code) for _, row, _, _, code in found] == [(14, "bad_csv"), (15, "bad_csv")]
    found = faults(load_statistics, **added(YEARLY, ROW + '"open'))
    assert [(row, code) for _, row, _, _, code in found] == [(14, "bad_csv")]


def test_a_file_too_large(faults, monkeypatch):
    monkeypatch.setattr("changji_analysis.records.reading.MAX_BYTES", 1000)
    assert faults(load_statistics)[0][-1] == "file_too_large"


def test_faults_of_the_registries_come_with_the_table(faults):
    spoiled = changed("indicators.csv", "生产总值,GDP,亿元", "生产总值,GDP,公里")
    assert ("indicators.csv", 3, "unit", "公里", "unknown_unit") in faults(
        load_statistics, **spoiled
    )


READINGS = "readings.csv"


@pytest.mark.parametrize(
    ("file", "old", "new", "row", "column", "value", "code"),
    [
        (BASELINE, "45000000,,元", "4500,,元", 2, "value", "4500.0", "value_differs"),
        (BASELINE, "45000000,,元", "45000000,,万元", 2, "value", "45000000.0", "value_differs"),
        (BASELINE, "more_than", "exact", 2, "bound", "exact", "value_differs"),
        (BASELINE, "现有高企41家", "共有高企41家", 3, "context", "共有高企41家", "not_in_plan"),
        (BASELINE, "41家,现有高企41家,41", "1家,现有高企,1", 3, "as_printed", "1家", "not_in_plan"),
        (BASELINE, "hightech_firms", "firms", 3, "indicator", "firms", "unknown_indicator"),
        (BASELINE, "41,,家", "41,45,家", 3, "upper", "45.0", "value_differs"),
        (TARGETS, "each year,", "each year,t09", 3, "stretch_of", "t09", "unknown_row"),
        (TARGETS, ",,,,non_decreasing,non", ",5,,,non_decreasing,non", 3, "value", "5.0",
         "value_differs"),
        (TARGETS, "at_least,firm", "upward,firm", 2, "direction", "upward", "unknown_word"),
        (READINGS, "stock,yes", "stock,no", 2, "default", "t01", "default_reading"),
        (READINGS, "stock,yes,,", "stock,yes,firms,", 2, "indicator", "firms",
         "unknown_indicator"),
        (READINGS, "41,家,b02", "42,家,b02", 2, "base_value", "42.0", "base_differs"),
        (READINGS, "41,家,b02", "41,家,b09", 2, "base_rows", "b09", "unknown_row"),
        (READINGS, "41,家,b02", "41,亩,b02", 2, "base_value", "41.0", "base_differs"),
        (READINGS, "t02,flat", "t03,flat", 3, "target", "t03", "unknown_row"),
        (PRECEDENTS, "missed", "attained", 2, "status", "attained", "status_differs"),
        (PRECEDENTS, "missed", "pending", 2, "status", "pending", "status_differs"),
        (PRECEDENTS, "1.19,1.19%,2023", ",,", 2, "status", "missed", "status_differs"),
        (PRECEDENTS, "1.19,1.19%,2023", "1.19,1.19%,2022", 2, "status", "missed",
         "status_differs"),
    ],
)  # fmt: skip
def test_a_faulty_table(faults, file, old, new, row, column, value, code):
    loader = {
        BASELINE: load_baseline, TARGETS: load_targets, READINGS: load_readings,
        PRECEDENTS: load_precedents,
    }[file]  # fmt: skip
    assert (file, row, column, value, code) in faults(loader, **changed(file, old, new))


def test_a_province_must_be_one(faults):
    row = "昌吉,rd_intensity,2020,first,1,%,exact,1,,2021-12-31,s1,high,"
    found = faults(lambda: load_reference("provinces"), **added(PROVINCES, row))
    assert found == [(PROVINCES, 9, "area", "昌吉", "unknown_area")]


@pytest.mark.parametrize(
    "text",
    ["{}", "just words", "- [", "- id: [1]", "a: b: c"],
)
def test_malformed_corrections(faults, text):
    assert {fault[-1] for fault in faults(load_statistics, **{"corrections.yml": text})} == {
        "bad_correction"
    }


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("{likely: 0.66", "{likely: 66", "verdict.likely"),
        ("{likely: 0.66", "{likely: 0.2", "verdict"),
        ("growth: 0.03", "growth: 3", "gdp_scenarios.0.growth"),
        ("region: 新疆", "regions: 新疆", "areas.regions"),
        ("areas: {", "areas: [", ""),
    ],
)
def test_faulty_configuration(faults, old, new, column):
    spoiled = changed("config.yml", old, new)
    found = faults(lambda: records.current().config, **spoiled)
    assert column in [fault[2] for fault in found]
    assert {fault[-1] for fault in found} == {"bad_config"}
    assert {fault[-1] for fault in faults(load_statistics, **spoiled)} == {"bad_config"}


def test_a_data_folder_that_is_none(tmp_path):
    with pytest.raises(UsageError, match="set CHANGJI_DATA"):
        Dataset(tmp_path / "nowhere")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="it is a file"):
        Dataset(tmp_path / "file")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"none of the tables, e\.g\. raw/plan_targets\.csv"):
        Dataset(tmp_path / "empty")


def test_many_faults_are_counted_in_the_message():
    fault = dict.fromkeys(("why", "remedy", "why_zh", "remedy_zh", "file", "code"), "x")
    error = DataError([fault | {"row": row} for row in range(500)])
    assert len(error.problems) == 500
    assert "500 problems" in str(error) and "and 300 more" in str(error)
    assert isinstance(error.problems, pd.DataFrame)
