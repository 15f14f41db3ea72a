"""Bringing figures in from the command line: what it shows, asks, writes, and how it ends."""

import csv
import io
import sys

import import_data
import pytest
from sheets import cases

from changji_analysis import cli
from changji_analysis.cli.terminal import console

STATED = ["--source", "昌吉市科技局：年报", "--published", "2025-03-01"]
BY_NAME = {case.name: case for case in cases()}


@pytest.fixture
def data(tmp_path):
    return import_data.write(tmp_path / "data")


@pytest.fixture
def long(tmp_path):
    """A plain long table."""
    path = tmp_path / "long.csv"
    path.write_bytes(BY_NAME["long.csv"].build())
    return path


@pytest.fixture
def run(data, monkeypatch, capsys):
    """Run the command line with answers typed in; exit code and what was printed."""
    monkeypatch.setattr(console, "width", 200)

    def call(*arguments, answers=""):
        monkeypatch.setenv("CHANGJI_DATA", str(data))
        monkeypatch.setattr(sys, "argv", ["changji", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(answers))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return ended.value.code or 0, printed.out + printed.err

    return call


def added(data, name="private/yearly_statistics.csv"):
    """Rows that were added: area, indicator, year, vintage, as printed."""
    if not (data / name).exists():
        return []
    with (data / name).open(encoding="utf-8", newline="") as file:
        keys = ("area", "indicator", "year", "vintage", "as_printed")
        return [tuple(row[key] for key in keys) for row in csv.DictReader(file)]


def test_a_sheet_is_shown_with_addresses_then_added_once(run, data, long):
    code, out = run("import", long, "--dry-run")
    assert code == 0 and "nothing written" in out and not (data / "private").exists()
    assert "D3" in out and "8100" in out and "0.81 亿元" in out
    code, out = run("import", long, "--yes", *STATED)
    assert code == 0 and "3 added" in out
    assert ("昌吉市", "rd_expenditure", "2021", "first", "8100万元") in added(data)
    code, out = run("import", long, "--yes", *STATED)
    assert code == 0 and "0 added" in out and len(added(data)) == 3


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["import", "nofile.xlsx"], "没有该文件"),
        (["import", "long.csv", "--yes"], "--source --published"),
        (["import", "long.csv", "--yes", "--source", "a：b"], "请说明来源和发布日期"),
        (["import", "long.csv", "--published", "2025-03"], "2024-03-15"),
        (["import", "long.csv", "--dry-run", "--area", "昌吉"], "地区“昌吉”未知"),
        (["import", "long.csv", "--dry-run", "--map", "高新技术企业数"], "名称=编号"),
        (["import", "long.csv", "--dry-run", "--map", "高企=hightech_firm"], "hightech_firms"),
        (["import", "long.csv", "--dry-run", "--unit", "gdp=瓩"], "单位“瓩”未知"),
        (["import", "long.csv", "--dry-run", "--sheet", "none"], "没有该工作表"),
        (["import", "long.csv", "--dry-run", "--confidence", "sure"], "可信度"),
        (["add", "昌吉市", "hightech_firm", "2021", "52家", "--yes", *STATED], "hightech_firms"),
        (["add", "昌吉", "hightech_firms", "2021", "52家", "--yes", *STATED], "昌吉市"),
        (["add", "昌吉市", "hightech_firms", "2021", "52家", "--vintage", "x", *STATED], "版本"),
    ],
    ids=lambda wrong: " ".join(map(str, wrong[-2:])),
)  # fmt: skip
def test_a_wrong_call_ends_with_2_says_so_in_both_languages_and_writes_nothing(
    run, data, wrong, said, long, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    code, out = run(*wrong)
    assert code == 2 and said in out
    assert added(data) == []


def test_errors_end_with_1_in_both_languages(run, data, tmp_path):
    path = tmp_path / "errors.xlsx"
    path.write_bytes(BY_NAME["excel_errors.xlsx"].build())
    code, out = run("import", path, "--yes", *STATED)
    assert code == 1 and added(data) == []
    assert "2 problems in the data / 数据有 2 处问题" in out
    assert "column C3" in out and "the cell shows an error of Excel" in out
    assert "单元格显示 Excel 错误值。处理办法：请修正公式" in out
    code, out = run("import", path, "--yes", "--partial", *STATED)
    assert code == 1 and "4 added" in out


def test_a_sheet_that_does_not_parse_is_refused_with_place_and_remedy(run, data, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("地区,地区生产总值（亿元）\n昌吉州,2169\n地区,工业增加值（亿元）\n昌吉市,210\n",
                    encoding="utf-8")  # fmt: skip
    code, out = run("import", path, "--yes", *STATED)
    assert code == 1 and "A3" in out and "第二" not in out
    assert "另一张表" in out and "cut it out and save it apart" in out


def test_a_name_can_be_mapped_and_names_are_listed(run, data, tmp_path):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("指标,单位,2022年\n科创骨干,家,63\n", encoding="utf-8")
    stated = ["--yes", "--area", "昌吉市", *STATED]
    code, out = run("import", sheet, *stated)
    assert "科创骨干" in out and "不是本评估的指标" in out and added(data) == []
    code, out = run("names", "高新技术企业")
    assert code == 0 and "hightech_firms" in out and "rd_intensity" not in out and "昌吉州" in out
    assert run("import", sheet, *stated, "--map", "科创骨干=hightech_firms")[0] == 0
    assert added(data) == [("昌吉市", "hightech_firms", "2022", "first", "63家")]


OPEN = (
    "（规上企业）,\n指标,本年\n高新技术企业数（家）,63\nR&D经费投入强度,0.2\n专利授权量（件）,300\n"
)


def test_what_a_sheet_leaves_open_is_asked_once_and_in_order(run, data, tmp_path):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(OPEN, encoding="utf-8")
    answers = ["市科技局：年报", "2023-13-01", "2023-03-01", "22", "2022", "昌吉", "昌吉市",
               "%", "y", "y"]  # fmt: skip
    code, out = run("import", sheet, answers="\n".join(answers) + "\n")
    assert code == 0, out
    places = [out.index(text) for text in ("publisher", "date of pub", "年份 year", "地区 area",
                                           "单位 unit", "take it?")]  # fmt: skip
    assert places == sorted(places) and out.count("take it?") == 1
    assert [row[1:3] + row[4:] for row in sorted(added(data))] == [
        ("hightech_firms", "2022", "63家"),
        ("patents_granted", "2022", "300件"),
        ("rd_intensity", "2022", "0.2%"),
    ]


def test_answers_are_kept_in_the_command_to_run_next(run, data, tmp_path):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(OPEN, encoding="utf-8")
    code, out = run("import", sheet, answers="市科技局：年报\n2023-03-01\n2022\n")
    assert code == 2 and added(data) == []
    last = out.strip().splitlines()[-1]
    assert (
        "没有写入" in last
        and '--source "市科技局：年报" --published 2023-03-01 --year 2022' in last
    )


def test_no_answer_writes_nothing(run, data, long):
    code, out = run("import", long, *STATED, answers="n\n")
    assert code == 2 and "没有写入" in out and added(data) == []
    code, out = run("import", long, *STATED, answers="")
    assert code == 2 and "nothing was written" in out and added(data) == []


def test_one_figure_is_added_as_printed(run, data):
    code, out = run("add", "昌吉市", "有效期内高新技术企业数", 2022, "63家", "--yes", *STATED)
    assert code == 0, out
    assert added(data) == [("昌吉市", "hightech_firms", "2022", "first", "63家")]
    code, out = run("add", "昌吉市", "hightech_firms", 2023, "7.5公里", "--yes", *STATED)
    assert "公里" in out and len(added(data)) == 1


def test_other_places_are_told_in_one_line(run, data, tmp_path):
    sheet = tmp_path / "sheet.csv"
    rows = "".join(f"{place},{n}\n" for n, place in enumerate(("昌吉市", "阜康市", "奇台县"), 63))
    sheet.write_text(f"地区,2022年高新技术企业数（家）\n{rows}", encoding="utf-8")
    _, out = run("import", sheet, "--dry-run")
    (line,) = (line for line in out.splitlines() if "other places" in line)
    assert "阜康市, 奇台县" in line


def test_a_dry_run_says_what_is_wrong_and_what_to_do(run, data, tmp_path):
    code, out = run("add", "昌吉市", "rd_intensity", 21, "0.2%", "--dry-run")
    assert code == 1 and "not within 1949-2100" in out and "请改正年份" in out
    bare = tmp_path / "bare.csv"
    bare.write_text("指标,2021\n高新技术企业,52\n", encoding="utf-8")
    code, out = run("import", bare, "--dry-run")
    assert code == 1 and "state it with --area" in out
    code, out = run("import", tmp_path, "--dry-run")
    assert code == 2 and "is a folder" in out


def test_a_firms_figure_is_never_printed(run, data, tmp_path):
    path = tmp_path / "one_firm.xlsx"
    path.write_bytes(BY_NAME["one_firm.xlsx"].build())
    for arguments in (["--dry-run"], ["--yes", *STATED]):
        _, out = run("import", path, *arguments)
        assert "统计法" in out
        assert not any(figure in out for figure in ("3500", "4100", "1200", "1500", "5600"))
    assert added(data) == []
