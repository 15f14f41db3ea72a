"""Changes to a data folder are whole or absent, one at a time, and inside the folder."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import import_data
import pytest

from changji_analysis import _compat as records
from changji_analysis import errors, importing, store

ROOT = Path(__file__).resolve().parents[1]
OLD = {"raw/a.csv": b"old a\n", "raw/b.csv": b"old b\n"}
NEW = {"raw/a.csv": b"new a\n", "raw/b.csv": b"new b\n", "private/c.csv": b"new c\n"}


def put(root):
    for name, content in OLD.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)


def contents(root):
    return {name: (root / name).read_bytes() for name in NEW if (root / name).exists()}


def test_all_files_change_and_the_previous_ones_are_kept(tmp_path):
    put(tmp_path)
    with store.locked(tmp_path):
        store.replace_files(tmp_path, NEW)
    assert contents(tmp_path) == NEW
    assert (tmp_path / ".previous/raw/a.csv").read_bytes() == b"old a\n"
    assert not (tmp_path / ".staging").exists()


def killed_at(step, files, work):
    """Run the work in a child process that dies at the given executed line of the files.

    Returns the child's exit code: 9 where it died, 0 where the work was done before.
    """
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    left = step

    def count(frame, event, _):
        nonlocal left
        if not frame.f_code.co_filename.endswith(files):
            return None
        if event == "line":
            left -= 1
            if left == 0:
                os._exit(9)
        return count

    try:
        sys.settrace(count)
        work()
        os._exit(0)
    finally:
        os._exit(7)


def change(root):
    with store.locked(root):
        store.replace_files(root, NEW)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_kill_at_any_line_leaves_the_old_or_the_new_state(tmp_path):
    seen = set()
    for step in range(1, 2000):
        root = tmp_path / str(step)
        put(root)
        code = killed_at(step, ("store.py", "files.py"), lambda: change(root))  # noqa: B023
        assert code in (0, 9), step
        if store.pending(root):
            store.recover(root)
        state = contents(root)
        assert state in (OLD, NEW), (step, state)
        seen.add(tuple(sorted(state.items())))
        with store.locked(root):  # and nothing is left behind
            assert not (root / ".staging").exists()
        assert [p for p in root.rglob(".*") if p.name not in (".lock", ".previous")] == []
        if code == 0:
            break
    assert code == 0 and step > 80 and len(seen) == 2


IMPORT = """
import sys
import changji_analysis.importing as room
for path in sys.argv[1:]:
    room.import_figures(path, "科技局：年报", "2025-03-01", dry_run=False)
"""


@pytest.fixture
def data(tmp_path, monkeypatch):
    root = import_data.write(tmp_path / "data")
    monkeypatch.setenv("CHANGJI_DATA", str(root))
    return root


def sheet(path, area, year, value):
    path.write_text(
        f"地区,指标,年份,数值,单位\n{area},高新技术企业数,{year},{value},家\n", encoding="utf-8"
    )
    return path


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_killed_import_adds_everything_or_nothing(data, tmp_path):
    path = sheet(tmp_path / "in.csv", "昌吉市", 2021, 52)
    options = importing.Options("科技局：年报", importing.as_day("2025-03-01"))
    proposal = importing.propose(path, options)
    files = [data / "private" / name for name in ("sources.csv", "yearly_statistics.csv")]
    states, step, code = set(), 1, 9
    while code == 9:
        for file in files:
            file.unlink(missing_ok=True)
        code = killed_at(
            step,
            ("store.py", "files.py", "adding.py", "standing.py"),
            lambda: importing.commit(proposal),
        )
        frame = records.load_statistics()
        both = {file.exists() for file in files}
        assert code in (0, 9) and len(both) == 1, step
        assert frame["private"].sum() == both.pop()
        states.add(int(frame["private"].sum()))
        step += 7
    assert states == {0, 1} and step > 300


def test_two_imports_at_once_do_not_interleave(data, tmp_path):
    years = range(2018, 2025)
    paths = [sheet(tmp_path / f"{year}.csv", "昌吉市", year, year - 1970) for year in years]
    processes = [
        subprocess.Popen([sys.executable, "-c", IMPORT, str(path)], stderr=subprocess.PIPE)
        for path in paths
    ]
    for process in processes:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err.decode()
    with (data / "private/yearly_statistics.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    # 2020 contradicts what stands there; published later, it became a revision
    assert {row["year"]: row["value"] for row in rows} == {
        str(year): str(year - 1970) for year in years
    }
    assert [row["vintage"] for row in rows if row["year"] == "2020"] == ["revised"]
    with (data / "private/sources.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 1


def test_a_folder_in_use_is_said_to_be(data, tmp_path, monkeypatch):
    path = sheet(tmp_path / "in.csv", "昌吉市", 2021, 52)
    monkeypatch.setattr(store, "WAIT_SECONDS", 0.05)
    code = (
        "import sys, filelock, pathlib\n"
        "with filelock.FileLock(pathlib.Path(sys.argv[1]) / '.lock'):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(store.StoreError, match="another import is at work"):
            importing.import_figures(path, "科技局：年报", "2025-03-01", dry_run=False)
    finally:
        holder.communicate(b"", timeout=30)
    assert not (data / "private").exists()


@pytest.mark.parametrize("name", ["../x.csv", "raw/../../x.csv", "/x.csv", "link/x.csv"])
def test_nothing_is_written_outside(tmp_path, name):
    root = tmp_path / "data"
    root.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (root / "link").symlink_to(tmp_path / "elsewhere")
    with store.locked(root), pytest.raises(errors.UsageError, match="outside the data folder"):
        store.replace_files(root, {name: b"x"})
    assert not list(tmp_path.rglob("x.csv"))


def test_a_private_folder_that_leads_elsewhere_is_refused(data, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (data / "private").symlink_to(tmp_path / "elsewhere")
    path = sheet(tmp_path / "in.csv", "昌吉市", 2021, 52)
    with pytest.raises(errors.UsageError, match="outside the data folder"):
        importing.import_figures(path, "科技局：年报", "2025-03-01", dry_run=False)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_a_folder_without_rights_is_said_to_be(data, tmp_path):
    path = sheet(tmp_path / "in.csv", "昌吉市", 2021, 52)
    data.chmod(0o555)
    try:
        with pytest.raises(store.StoreError, match="check the rights"):
            importing.import_figures(path, "科技局：年报", "2025-03-01", dry_run=False)
    finally:
        data.chmod(0o755)
