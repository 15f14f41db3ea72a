"""Files are written whole or not at all, and no table can start a formula."""

import csv
import io
import os
import stat

import pandas as pd
import pytest

from changji_analysis import files
from changji_analysis.files import write_bytes, write_csv


def test_writes_and_makes_the_folder(tmp_path):
    path = tmp_path / "new" / "deeper" / "file.bin"
    assert write_bytes(path, b"one") is True
    assert path.read_bytes() == b"one"
    assert write_bytes(path, b"two") is True
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


def test_an_unchanged_file_is_not_touched(tmp_path):
    path = tmp_path / "file"
    write_bytes(path, b"same")
    os.utime(path, ns=(1, 1))
    before = path.stat()
    assert write_bytes(path, b"same") is False
    after = path.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
@pytest.mark.parametrize("fault", [OSError("disk full"), KeyboardInterrupt()])
def test_a_failing_write_leaves_the_old_file_and_no_temporary(tmp_path, monkeypatch, step, fault):
    path = tmp_path / "file"
    write_bytes(path, b"old")

    def fail(*_, **__):
        raise fault

    with monkeypatch.context() as broken:
        broken.setattr(files.os, step, fail)
        with pytest.raises(type(fault)):
            write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_in_the_way_is_an_error_and_stays(tmp_path):
    path = tmp_path / "name"
    path.mkdir()
    with pytest.raises(OSError):
        write_bytes(path, b"new")
    assert path.is_dir() and list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps other rights")
def test_others_may_read_what_was_written(tmp_path):
    write_bytes(tmp_path / "file", b"x")
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o644


FORMULAS = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\n=1", '=HYPERLINK("x")']
HARMLESS = ["a=1", "昌吉市", "", "1-2", "'quoted", "two\nlines", "a,b"]


def test_no_text_cell_starts_a_formula(tmp_path):
    path = tmp_path / "table.csv"
    write_csv(path, pd.DataFrame({"text": FORMULAS + HARMLESS}))
    content = path.read_bytes()
    [_, *rows] = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
    cells = [row[0] if row else "" for row in rows]
    assert cells == [f"'{text}" for text in FORMULAS] + HARMLESS


def test_line_ends_within_a_cell_do_not_end_the_row(tmp_path):
    path = tmp_path / "table.csv"
    write_csv(path, pd.DataFrame({"text": ["\r=1", "a\rb", "a\r\nb"], "next": [1, 2, 3]}))
    assert path.read_bytes() == b'text,next\n"\'\n=1",1\n"a\nb",2\n"a\nb",3\n'


def test_numbers_are_numbers_and_gaps_are_blank(tmp_path):
    path = tmp_path / "table.csv"
    frame = pd.DataFrame(
        {
            "level": [-1.5, 0.1 + 0.2, None],
            "count": pd.array([-3, None, 1], dtype="Int64"),
            "day": pd.to_datetime(["2021-09-01", None, "2022-01-01"]),
            "text": ["甲", None, "乙"],
        }
    )
    write_csv(path, frame)
    assert path.read_bytes().decode("utf-8") == (
        "level,count,day,text\n-1.5,-3,2021-09-01,甲\n0.3,,,\n,1,2022-01-01,乙\n"
    )


def test_a_table_without_rows_keeps_its_header(tmp_path):
    write_csv(tmp_path / "empty.csv", pd.DataFrame(columns=["a", "b"]))
    assert (tmp_path / "empty.csv").read_bytes() == b"a,b\n"


def test_the_callers_table_is_not_changed(tmp_path):
    frame = pd.DataFrame({"text": ["=1"]})
    write_csv(tmp_path / "table.csv", frame)
    assert frame.at[0, "text"] == "=1"
