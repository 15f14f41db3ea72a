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
import multiprocessing, sys
import changji_analysis as ca

def take(root, path):
    data = ca.Dataset(root)
    ca.import_figures(path, "科技局：年报", "2025-03-01", dry_run=False, data=data)

if __name__ == "__main__":
    ca.import_figures, ca.Dataset(sys.argv[1]).problems
    ways = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if "fork" in ways else None)
    started = [context.Process(target=take, args=(sys.argv[1], path)) for path in sys.argv[2:]]
    for process in started:
        process.start()
    for process in started:
        process.join()
    sys.exit(any(process.exitcode for process in started))
"""
"""Starts a process for each sheet; where the system can fork, what they need is loaded once."""


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
    script = tmp_path / "imports.py"
    script.write_text(IMPORT, encoding="utf-8")
    done = subprocess.run([sys.executable, script, root, *paths], capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
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
