"""Loaders, corrections and what is found in the files."""

import datetime as dt
import os

import pandas as pd
import pytest
from tiny_data import FILES, YEARLY, added, changed, write

from changji_analysis.errors import PROBLEM_COLUMNS, DataError, UsageError
from changji_analysis.shortcuts import (
    current,
    indicators,
    load_baseline,
    load_precedents,
    load_readings,
    load_reference,
    load_sources,
    load_statistics,
    load_targets,
    problems,
)


def correction(**changes) -> dict[str, str]:
    """A corrections file with one record."""
    record = {
        "id": "c1",
        "file": YEARLY,
        "match": "{area: 甲市, indicator: rd_intensity, year: 2020}",
        "action": "drop",
        "expect": "0.17",
        "reason": "wrong",
        "reason_zh": "有误",
    } | changes
    lines = [f"  {key}: {value}" for key, value in record.items() if value is not None]
    return {"corrections.yml": "-\n" + "\n".join(lines) + "\n"}


def test_baseline(tiny):
    tiny()
    frame = load_baseline()
    assert list(frame["id"]) == ["b01", "b02"]
    assert list(frame["value"]) == [45_000_000, 41]
    assert list(frame["bound"]) == ["more_than", "exact"]
    assert frame["upper"].isna().all()


def test_targets_keep_a_target_without_number(tiny):
    tiny()
    frame = load_targets().set_index("id")
    assert frame.at["t01", "value"] == 100
    assert pd.isna(frame.at["t02", "value"])
    assert frame.at["t02", "bound"] == "non_decreasing"
    assert frame["year"].dtype == "int64"


def test_readings_precedents_and_registries(tiny):
    tiny()
    assert load_readings()["base_value"].iloc[0] == 41
    assert load_precedents()["status"].tolist() == ["missed"]
    assert load_sources()["id"].tolist() == ["s1", "s2"]
    assert indicators()["kind"].iloc[0] == "ratio"


def test_statistics_are_typed(tiny):
    tiny()
    frame = load_statistics()
    assert len(frame) == 12
    assert frame["value"].dtype == "float64" and frame["year"].dtype == "int64"
    assert frame["known_by"].iloc[0] == pd.Timestamp(2021, 9, 1)
    assert pd.isna(frame["published"].iloc[2])


@pytest.mark.parametrize(
    "as_of", ["2019-12-31", dt.date(2019, 12, 31), pd.Timestamp(2019, 12, 31, 18)]
)
def test_as_of_leaves_out_what_was_not_known(tiny, as_of):
    tiny()
    frame = load_statistics(as_of)
    assert list(zip(frame["area"], frame["year"], strict=True)) == [("新疆", 2018), ("中国", 2018)]


@pytest.mark.parametrize("as_of", ["2019", "31.12.2019", "yesterday", 2019, pd.NaT])
def test_as_of_must_be_a_date(tiny, as_of):
    tiny()
    with pytest.raises(UsageError, match="is no date"):
        load_statistics(as_of)


def test_countries_are_known_a_year_later(tiny):
    tiny()
    assert load_reference("countries")["known_by"].tolist() == [pd.Timestamp(2020, 12, 31)]
    assert load_reference("countries", "2020-12-30").empty
    assert len(load_reference("provinces", "2019-12-31")) == 3
    assert load_reference("cities").empty


def test_an_optional_column_may_be_missing_or_there(tiny):
    tiny()
    assert load_sources()["copy"].tolist() == ["", ""]
    head, first, *_ = FILES["sources.csv"].splitlines()
    tiny(**{"sources.csv": f"{head},number,copy\n{first}\ns2,报社,报道,2022,,MIT,,2号\n"})
    assert load_sources()[["number", "copy"]].to_numpy().tolist() == [["", ""], ["2号", ""]]
    tiny(
        **{"sources.csv": f"{head},number,copy\n{first},1号,yes\ns2,报社,报道,2022,,MIT,,,maybe\n"}
    )
    with pytest.raises(DataError, match="maybe"):
        load_sources()
    assert problems().query("severity == 'error'")["column"].tolist() == ["copy"]


AREAS = "area,level,parent,zh,en\n"


def test_areas_lie_in_each_other(tiny):
    tiny()
    frame = current().areas.set_index("area")
    assert frame["parent"].to_dict() == {"甲市": "乙州", "乙州": "新疆", "新疆": "中国", "中国": ""}
    assert frame.at["甲市", "level"] == "county"
    tiny(**{"reference/areas.csv": AREAS + "广州市,prefecture,广东,广州市,Guangzhou\n"
            "广东,province,中国,广东省,Guangdong\n甲市,county,新疆,甲市,Jia\n"})  # fmt: skip
    frame = current().areas.set_index("area")
    assert frame.loc[["广州市", "甲市"], "parent"].tolist() == ["广东", "新疆"]


def test_a_circle_through_the_configuration_is_found(tiny):
    tiny(**{"reference/areas.csv": AREAS + "新疆,province,甲市,新疆维吾尔自治区,Xinjiang\n"})
    with pytest.raises(DataError, match="lies in itself"):
        assert current().areas is None


@pytest.mark.parametrize(
    ("parent", "code"), [("广西", "unknown_area"), ("广州市", "lies_in_itself")]
)
def test_a_parent_must_exist_and_no_area_lies_in_itself(tiny, parent, code):
    rows = f"广州市,prefecture,广东,广州市,Guangzhou\n广东,province,{parent},广东省,Guangdong\n"
    tiny(**{"reference/areas.csv": AREAS + rows})
    with pytest.raises(DataError):
        assert current().areas is None
    assert code in set(problems()["code"])


def test_unknown_reference_table(tiny):
    tiny()
    with pytest.raises(UsageError, match="provinces, cities, countries"):
        load_reference("towns")


def test_a_loaded_frame_is_the_callers_own(tiny):
    tiny()
    frame = load_statistics()
    frame.loc[0, "value"] = -1
    assert load_statistics()["value"].iloc[0] == 0.17


def test_a_file_that_changed_is_read_again(tiny):
    root = tiny()
    assert current() is current()
    assert load_statistics()["value"].iloc[0] == 0.17
    write(root, **changed(YEARLY, "0.17,%,exact,0.17%", "0.18,%,exact,0.18%"))
    os.utime(root / YEARLY, ns=(0, 0))
    assert load_statistics()["value"].iloc[0] == 0.18


def test_a_byte_order_mark_and_windows_lines_do_no_harm(tiny):
    root = tiny()
    text = "\ufeff" + FILES[YEARLY].replace("\n", "\r\n")
    (root / YEARLY).write_bytes(text.encode())
    assert len(load_statistics()) == 12


def test_a_cell_like_a_formula_is_text(tiny):
    tiny(**changed(YEARLY, "s1,low,implied", "s1,low,=HYPERLINK(A1)"))
    assert "=HYPERLINK(A1)" in set(load_statistics()["note"])


def test_drop(tiny):
    tiny(**correction())
    assert "甲市" not in set(load_statistics()["area"])
    row = problems().set_index("code").loc["corrected_drop"]
    assert (row["row"], row["value"], row["severity"]) == (2, "0.17", "note")
    assert "wrong" in row["why"] and "c1" in row["remedy"] and row["why_zh"].endswith("不用。有误")


def test_override_and_scale(tiny):
    tiny(**correction(action="override", value=0.2))
    row = load_statistics().iloc[0]
    assert (row["value"], row["as_printed"], row["correction"]) == (0.2, "0.17%", "c1")
    tiny(**correction(action="scale", value=10))
    assert load_statistics()["value"].iloc[0] == pytest.approx(1.7)


def test_flag_keeps_the_row_and_warns(tiny):
    tiny(**correction(action="flag"))
    assert load_statistics()["correction"].iloc[0] == "c1"
    assert problems().set_index("code").at["corrected_flag", "severity"] == "warning"


def test_break_needs_no_row(tiny):
    tiny(
        **correction(
            action="break",
            match="{area: 甲市, indicator: gdp, year: 2022}",
            expect=None,
            file=f"data/{YEARLY}",
        )
    )
    assert current().breaks[["area", "year"]].to_numpy().tolist() == [["甲市", 2022]]
    row = problems().set_index("code").loc["scope_break"]
    assert pd.isna(row["row"]) and row["value"] == "2022"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"expect": 0.18}, "correction_outdated"),
        ({"match": "{area: 丙市}"}, "correction_unmatched"),
        ({"match": "{area: 新疆}"}, "correction_unmatched"),
        ({"match": "{town: 甲市}"}, "bad_correction"),
        ({"action": "erase"}, "bad_correction"),
        ({"action": "override"}, "bad_correction"),
        ({"expect": None}, "bad_correction"),
        ({"reasons": "two"}, "bad_correction"),
        ({"reason_zh": None}, "bad_correction"),
    ],
)
def test_a_correction_that_no_longer_fits_stops_the_run(tiny, changes, code):
    tiny(**correction(**changes))
    with pytest.raises(DataError) as caught:
        load_statistics()
    assert set(caught.value.problems["code"]) == {code}
    assert caught.value.problems["file"].str.endswith("corrections.yml").all()
    assert caught.value.problems["row"].tolist() == [2]


def test_two_values_for_one_key_need_a_decision(tiny):
    second = "甲市,rd_intensity,2020,first,0.2,%,exact,0.2%,2021-09-01,2021-09-01,s2,low,"
    more = added(YEARLY, second)
    tiny(**more)
    with pytest.raises(DataError, match=r"row 2 gives 0\.17 .*decide in corrections\.yml"):
        load_statistics()
    match = "{area: 甲市, indicator: rd_intensity, year: 2020, source: s2}"
    tiny(**more, **correction(match=match, expect=0.2))
    assert load_statistics()["value"].iloc[0] == 0.17


def test_found_on_sound_files_holds_no_error(tiny):
    tiny()
    table = problems()
    assert set(table["severity"]) == {"warning", "note"}
    low = table.set_index("code").loc["low_confidence"]
    assert low["value"] == "1 rows" and "中国 rd_intensity 2018" in low["why"]
    assumed = table[table["code"] == "known_by_assumed"]
    assert len(assumed) == 3
    assert (table[["why", "remedy", "why_zh", "remedy_zh"]] != "").all(axis=None)


def test_found_lists_errors_instead_of_raising(tiny):
    tiny(**changed(YEARLY, "甲市,rd_intensity,2020", "甲市,rd_intensity,1020"))
    errors = problems().query("severity == 'error'")
    assert errors[["row", "column", "value"]].to_numpy().tolist() == [[2, "year", "1020"]]


def test_found_names_every_reading_of_an_ambiguous_target(tiny):
    row = "t01,new,no,,,,,,at_least,,新增,newly certified,更难,harder,新增,new"
    tiny(**added("readings.csv", row))
    rows = problems().query("code == 'ambiguous'")
    assert rows["value"].tolist() == ["t01 stock", "t01 new"]
    assert rows["why"].tolist() == ["the stock", "newly certified"]


def test_the_shipped_files_are_sound(monkeypatch):
    monkeypatch.delenv("CHANGJI_DATA", raising=False)
    table = problems()
    assert table.query("severity == 'error'").empty
    assert len(load_targets()) == 29
    assert len(load_baseline()) >= 70
    assert set(load_statistics()["area"]) >= {"昌吉市", "昌吉州", "新疆", "中国"}
    assert load_precedents()["scored"].eq("yes").sum() >= 50
    city_breaks = current().breaks.query("area == '昌吉市' and indicator == 'gdp'")
    assert city_breaks["year"].tolist() == [2022]


def test_problems_adds_the_plans_own_checks(monkeypatch):
    monkeypatch.delenv("CHANGJI_DATA", raising=False)
    table = problems()
    assert list(table.columns) == PROBLEM_COLUMNS
    checks = table[table["code"].str.startswith("plan_")].set_index("value")
    assert checks.at["b36", "code"] == "plan_agrees" and "126" in checks.at["b36", "why"]
    assert checks.at["t06", "severity"] == "warning" and checks.at["t06", "row"] == 7
    assert table["severity"].map({"error": 0, "warning": 1, "note": 2}).is_monotonic_increasing


def test_problems_lists_faults_of_the_plan_instead_of_raising(tiny):
    tiny(**changed("raw/plan_baseline.csv", "more_than", "exact"))
    table = problems()
    assert table["code"].iloc[0] == "value_differs" and "plan_agrees" not in set(table["code"])
