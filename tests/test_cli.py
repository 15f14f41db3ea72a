"""The command line as a user meets it: what it prints, how it ends, what it leaves alone."""

import os
import subprocess
import sys

import pytest
from tiny_data import YEARLY, added, changed, write

from changji_analysis import cli, review
from changji_analysis.cli.terminal import console
from changji_analysis.errors import ChangjiError, DataError, ForecastError, UsageError

BAD_ROW = "甲市,rd_intensity,2021,first,0.3,公里,exact,0.2%,2022-09-01,2022-09-01,s9,high,"


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command line in this process; exit code, what it printed, what it complained of."""
    monkeypatch.setattr(console, "width", 200)

    def call(*arguments):
        monkeypatch.setenv("CHANGJI_DATA", "")
        monkeypatch.setattr(sys, "argv", ["changji", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return ended.value.code or 0, printed.out, printed.err

    return call


def contents(*folders):
    return {p: p.read_bytes() for f in folders for p in f.rglob("*") if p.is_file()}


def test_sound_data_end_with_0(run, tmp_path):
    code, out, err = run("check", "--data", write(tmp_path / "tiny"))
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "1 warning, 4 notes"
    assert "tiny/raw/yearly_statistics.csv: 1 of 12 rows are of low confidence" in out
    assert "可信度低" in out


def test_faulty_data_end_with_1_and_every_fault(run, tmp_path):
    root = write(
        tmp_path / "tiny", **added(YEARLY, BAD_ROW), **changed("sources.csv", "s2,报社", "s2,")
    )
    code, out, err = run("check", "--data", root)
    assert code == 1
    assert out.splitlines()[-1] == "3 errors, 1 warning, 4 notes"
    faults = err.splitlines()[1::2]
    assert len(faults) == 3
    where = "tiny/raw/yearly_statistics.csv, row 14, column unit, value '公里'"
    assert any(f.startswith(f"- {where}: the unit is unknown. Remedy: write") for f in faults)
    assert any("tiny/sources.csv, row 3, column publisher, value '': the cell" in f for f in faults)
    assert "  单位未知。处理办法：请写已知单位" in err


@pytest.mark.parametrize("command", ["scorecard", "review"])
def test_nothing_runs_on_faulty_data_and_nothing_is_written(run, tmp_path, monkeypatch, command):
    root = write(tmp_path / "tiny", **added(YEARLY, BAD_ROW))
    monkeypatch.setattr(review, "REPOSITORY", tmp_path / "repository")
    before = contents(tmp_path)
    code, out, err = run(command, "--data", root)
    assert code == 1 and contents(tmp_path) == before
    assert "Traceback" not in out + err
    for piece in ("2 problems in the data / 数据有 2 处问题", "yearly_statistics.csv, row 14",
                  "column unit, value '公里'", "the unit is unknown. Remedy: write a known unit",
                  "column source, value 's9'", "sources.csv has no such source"):  # fmt: skip
        assert piece in err, piece


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["scorecard", "--lang", "fr"], "unknown language 'fr': use zh or en"),
        (["scorecard", "--as-of", "July 2023"], "as_of='July 2023' is no date"),
        (["review", "--as-of", "2023-13-01"], "write it as 2023-07-12"),
        (["check", "--data", "no/such/folder"], "no data folder"),
        (["scorecard", "--data", "no/such/folder"], "set CHANGJI_DATA"),
    ],
)
def test_a_wrong_call_ends_with_2_and_says_what_is_right(run, arguments, said):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "") and said in err and "Traceback" not in err


@pytest.mark.parametrize("arguments", [["frobnicate"], ["check", "--no-such-option"], []])
def test_typers_own_refusals_end_with_2_too(run, arguments):
    assert run(*arguments)[0] == 2


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("wrong call"), 2),
        (DataError([]), 1),
        (ForecastError("no forecast.", reason="x", remedy="add a year"), 1),
        (ChangjiError("anything else"), 1),
    ],
)
def test_every_error_of_the_package_is_one_message(run, monkeypatch, error, code):
    def fail(*arguments):
        raise error

    monkeypatch.setenv("CHANGJI_ANSWERS", "")
    monkeypatch.setattr("changji_analysis.quality.problems", fail)
    ended, out, err = run("check")
    assert (ended, out) == (code, "") and err.split() == str(error).split()


def test_an_error_that_nobody_meant_is_not_hidden(run, monkeypatch):
    def fail(*arguments):
        raise ZeroDivisionError

    monkeypatch.setenv("CHANGJI_ANSWERS", "")
    monkeypatch.setattr("changji_analysis.quality.problems", fail)
    with pytest.raises(ZeroDivisionError):
        run("check")


def test_the_scorecard_in_both_languages_and_every_reading(run, tmp_path):
    root = write(
        tmp_path / "tiny",
        **added(
            "readings.csv", "t01,new,no,,,,,,at_least,,新增,newly certified,更难,harder,新增,new"
        ),
        **added(YEARLY, "甲市,hightech_firms,2020,first,41,家,exact,41家,,2021-12-31,s1,high,"),
    )
    _, zh, _ = run("scorecard", "--data", root)
    _, en, _ = run("scorecard", "--data", root, "--lang", "en")
    _, every, _ = run("scorecard", "--data", root, "--lang", "en", "--readings")
    assert "依据不足" in zh and "insufficient evidence" in en
    assert "41" in en and "newly certified" not in en and "new" in every


def test_a_text_in_brackets_is_printed_as_it_stands(run, tmp_path):
    """Rich would read it as markup."""
    root = write(tmp_path / "tiny", **added(YEARLY, BAD_ROW.replace("公里", "[bold]")))
    _, _, err = run("scorecard", "--data", root)
    assert "value '[bold]'" in err


def test_as_a_program_whatever_the_console_can_show(tmp_path):
    """Started where it can show ASCII only, and once more in the same process with UTF-8."""
    program = """
import sys
from changji_analysis.cli import main
for encoding in (None, "utf-8"):
    sys.stdout.reconfigure(encoding=encoding, errors="strict" if encoding else None)
    try:
        main()
    except SystemExit as ended:
        print("\\0", ended.code or 0, end="\\0")
"""
    done = subprocess.run(
        [sys.executable, "-c", program, "check", "--data", write(tmp_path / "tiny")],
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )
    assert (done.returncode, done.stderr) == (0, b"")
    ascii_only, first, all_signs, second, _ = done.stdout.split(b"\0")
    assert (first, second) == (b" 0", b" 0")
    assert "????" in ascii_only.decode("ascii") and "可信度低" in all_signs.decode("utf-8")


def test_help_names_every_command(run):
    code, out, _ = run("--help")
    assert code == 0 and all(name in out for name in ("review", "check", "scorecard"))


def test_ctrl_c_says_that_every_file_is_whole(monkeypatch, capsys):
    def stopped(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("changji_analysis.review.run", stopped)
    monkeypatch.setattr("sys.argv", ["changji", "review"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 130
    assert "every file is as it was" in capsys.readouterr().err
