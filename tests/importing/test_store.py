"""Imports that are cut off or run at the same time end in the same tables, inside the folder."""

import csv
import os
import subprocess
import sys

import import_data
import pytest

import changji_analysis as ca
from changji_analysis.importing import adding
from changji_analysis.records import writing

IMPORT = """
import sys
import changji_analysis as ca
data = ca.Dataset(sys.argv[1])
ca.import_figures(sys.argv[2], "科技局：年报", "2025-03-01", dry_run=False, data=data)
"""


@pytest.fixture
def root(tmp_path):
    return import_data.write(tmp_path / "data")


def sheet(path, area, year, value):
    path.write_text(
        f"地区,指标,年份,数值,单位\n{area},高新技术企业数,{year},{value},家\n", encoding="utf-8"
    )
    return path


def take(path, root):
    return ca.import_figures(
        path, "科技局：年报", "2025-03-01", dry_run=False, data=ca.Dataset(root)
    )


def tables(root):
    return {path.name: path.read_bytes() for path in (root / "private").glob("*.*")}


@pytest.mark.parametrize("broken", range(3))
def test_an_import_that_was_cut_off_is_run_again_and_ends_in_the_same_tables(
    root, tmp_path, monkeypatch, broken
):
    path = tmp_path / "in.csv"
    path.write_text(
        "昌吉州,\n年份,地区生产总值（亿元）\n2021,1698.21\n2022,2169\n注：2022年起含兵团第六师数据,\n",
        encoding="utf-8",
    )
    whole = import_data.write(tmp_path / "whole")
    take(path, whole)
    assert set(tables(whole)) == {"sources.csv", "yearly_statistics.csv", "corrections.yml"}
    left, write = broken, adding.write_bytes

    def dies(*arguments):
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return write(*arguments)

    for module in (writing, adding):
        monkeypatch.setattr(module, "write_bytes", dies)
    with pytest.raises(KeyboardInterrupt):
        take(path, root)
    assert len(tables(root)) == broken
    assert not ca.Dataset(root).problems["severity"].eq("error").any()
    monkeypatch.undo()
    take(path, root)
    assert tables(root) == tables(whole)


def test_two_imports_at_once_do_not_interleave(root, tmp_path):
    years = range(2018, 2023)
    paths = [sheet(tmp_path / f"{year}.csv", "昌吉市", year, year - 1970) for year in years]
    processes = [
        subprocess.Popen([sys.executable, "-c", IMPORT, str(root), str(path)],
                         stderr=subprocess.PIPE)
        for path in paths
    ]  # fmt: skip
    for process in processes:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err.decode()
    with (root / "private/yearly_statistics.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["year"]: row["value"] for row in rows} == {str(y): str(y - 1970) for y in years}
    # 2020 contradicts what stands there; published later, it became a revision
    assert [row["vintage"] for row in rows if row["year"] == "2020"] == ["revised"]
    with (root / "private/sources.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 1


def test_a_folder_in_use_is_said_to_be(root, tmp_path, monkeypatch):
    path = sheet(tmp_path / "in.csv", "昌吉市", 2021, 52)
    monkeypatch.setattr(writing, "WAIT_SECONDS", 0.05)
    code = (
        "import sys, filelock, pathlib\n"
        "with filelock.FileLock(pathlib.Path(sys.argv[1]) / '.lock'):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(writing.StoreError, match="another import is at work"):
            take(path, root)
    finally:
        holder.communicate(b"", timeout=30)
    assert not (root / "private").exists()


def test_a_private_folder_that_leads_elsewhere_is_refused(root, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (root / "private").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ca.UsageError, match="outside the data folder"):
        take(sheet(tmp_path / "in.csv", "昌吉市", 2021, 52), root)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_a_folder_without_rights_is_said_to_be(root, tmp_path):
    path = sheet(tmp_path / "in.csv", "昌吉市", 2021, 52)
    root.chmod(0o555)
    try:
        with pytest.raises(writing.StoreError, match="check the rights"):
            take(path, root)
    finally:
        root.chmod(0o755)
