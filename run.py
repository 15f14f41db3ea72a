"""The project's commands, for machines with and without make: ``python run.py help``.

Standard library only: this file runs before anything is installed, and on any Python 3 from 3.6
on, old ones being told that a newer one is needed.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "ready.json"
LOG = VENV / "install.log"
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")
OLDEST = (3, 11)
OLDEST_NAME = ".".join(map(str, OLDEST))
COMMANDS = {
    "review": "run the whole review: notebooks, figures, tables, verdicts (AS_OF=date DATA=folder)",
    "test": "run every test, the notebooks' stored results included",
    "lint": "check style, format and types",
    "lab": "open the notebooks in JupyterLab",
    "env": "make or renew the environment in .venv (the others do it when needed)",
    "lock": "solve requirements.lock again from pyproject.toml, keeping pins that still fit",
    "clean": "remove .venv and caches, nothing else",
    "help": "list these commands",
}
NO_NETWORK = (
    "NewConnectionError",
    "ConnectTimeout",
    "ReadTimeout",
    "Temporary failure in name resolution",
    "getaddrinfo failed",
    "ProxyError",
    "SSLError",
    "No matching distribution found",
)


class Failure(Exception):
    """A step failed; the message says what and what to do, `code` is the exit code."""

    def __init__(self, message, code=1):
        super().__init__(message)
        self.code = code


def call(step, arguments, remedy):
    """Run a program in the foreground from the repository; raise Failure where it fails."""
    code = subprocess.call(
        [str(argument) for argument in arguments],
        cwd=str(ROOT),
        # one thread: on matrices of ten rows several only wait for each other
        env=dict({"OPENBLAS_NUM_THREADS": "1"}, **dict(os.environ, PYTHONUTF8="1")),
    )
    if code:
        raise Failure(f"{step} failed (exit code {code}). {remedy}", code)


def wanted_stamp():
    """Return what the environment must have been made from to be up to date."""
    return {
        "root": str(ROOT),
        "interpreter": os.path.realpath(PYTHON),
        "lock": hashlib.sha256(LOCK.read_bytes()).hexdigest(),
        "project": hashlib.sha256(PROJECT.read_bytes()).hexdigest(),
    }


def outdated():
    """Return the keys of the stamp that no longer hold; all of them where there is no stamp."""
    wanted = wanted_stamp()
    try:
        found = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = {}
    if not PYTHON.exists():
        found = {}
    return {key for key in wanted if found.get(key) != wanted[key]}


def pip(step, *arguments):
    """Run pip in the environment: a counter on a terminal, everything in the log."""
    command = [str(PYTHON), "-m", "pip", "install", "--compile", "--no-input", *arguments]
    live = sys.stdout.isatty()
    print(step, flush=True)
    count = 0
    with LOG.open("a", encoding="utf-8") as log:
        process = subprocess.Popen(
            command,
            cwd=str(ROOT),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            env=dict(os.environ, PYTHONUTF8="1"),
        )
        for line in process.stdout:
            log.write(line)
            if line.startswith("Collecting "):
                count += 1
            if live and line.startswith(("Collecting ", "Installing ")):
                print(f"\r      {count:3d}  {line.strip():60.60}", end="", flush=True)
    if live and count:
        print("\r" + " " * 72 + "\r", end="")
    if process.wait():
        text = LOG.read_text(encoding="utf-8", errors="replace")
        errors = [line for line in text.splitlines() if line.startswith("ERROR")][-3:]
        if any(sign in text for sign in NO_NETWORK):
            remedy = (
                "The package index could not be reached or lacks this package. Check the network, "
                "or your office's mirror in pip's own settings (pip config list), then run again."
            )
        else:
            remedy = "Run again; if it fails the same way, the whole log is in .venv/install.log."
        raise Failure("\n".join(["Installing packages failed.", *errors, remedy]))


def remove(folder):
    """Remove a folder that this file or a tool made."""
    try:
        shutil.rmtree(str(folder))
    except FileNotFoundError:
        pass
    except OSError as error:
        raise Failure(
            f"Cannot remove {folder.name}: {error}. "
            "Close JupyterLab and every program that uses it, then run again."
        ) from error


def env():
    """Make the environment, or what of it is out of date. Cheap when nothing is."""
    if sys.version_info < OLDEST:
        raise Failure(
            f"Python {OLDEST_NAME} or newer is needed, this is {sys.version.split()[0]}. "
            "Install one and run again, with make: make PYTHON=/path/to/python3"
        )
    stale = outdated()
    if not stale:
        return
    started = time.monotonic()
    if stale != {"project"}:
        if VENV.exists():
            print("[1/3] The environment is out of date or half made: starting afresh", flush=True)
        else:
            print("[1/3] Making the environment in .venv", flush=True)
        remove(VENV)
        made = subprocess.run(
            # not sys.executable: with .venv activated that has just been removed
            [getattr(sys, "_base_executable", sys.executable), "-m", "venv", str(VENV)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        if made.returncode:
            raise Failure(
                made.stdout.strip() + "\nMaking the environment failed. On Debian and Ubuntu the "
                "package python3-venv is needed: apt install python3-venv"
            )
        pip("[2/3] Installing the locked packages (about a minute)", "-r", str(LOCK))
    STAMP.unlink(missing_ok=True)
    pip(
        "[3/3] Installing changji_analysis itself",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--editable",
        str(ROOT),
    )
    STAMP.write_text(json.dumps(wanted_stamp(), indent=1) + "\n", encoding="utf-8")
    print(f"Environment ready after {time.monotonic() - started:.0f} s", flush=True)


def review(as_of=None, data=None):
    """Run the review through the package's own command line."""
    env()
    options = ["--as-of=" + as_of] if as_of else []
    options += ["--data=" + data] if data else []
    changji = SCRIPTS / ("changji.exe" if os.name == "nt" else "changji")
    call("review", [changji, "review", *options], "The lines above name the step and the remedy.")


def test():
    """Run unit tests, and the notebooks against their stored results, on both cores."""
    env()
    call(
        "test",
        [
            PYTHON,
            "-m",
            "pytest",
            "-n",
            "2",
            "--dist",
            "loadscope",
            "--nbval",
            "--nbval-current-env",
        ],
        "A notebook cell that differs: run the review, look at the change, keep it if it is right.",
    )


def lint():
    """Check style, format and types."""
    env()
    formatter = f"{PYTHON.relative_to(ROOT)} -m ruff format ."
    remedy = f"Mend the lines named above; '{formatter}' lays them out."
    call("lint (style)", [PYTHON, "-m", "ruff", "check", "."], remedy)
    call("lint (format)", [PYTHON, "-m", "ruff", "format", "--check", "."], remedy)
    call("lint (types)", [PYTHON, "-m", "ty", "check"], "Mend the lines named above.")


def lab():
    """Open JupyterLab on the notebooks."""
    env()
    call("lab", [PYTHON, "-m", "jupyterlab", "notebooks"], "See the lines above.")


def lock():
    """Solve the lock with uv in a throw-away environment."""
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / PYTHON.relative_to(VENV)
        call("lock", [sys.executable, "-m", "venv", folder], "See the lines above.")
        call("lock", [python, "-m", "pip", "install", "-q", "uv"], "Is the network there?")
        call(
            "lock",
            [
                python,
                "-m",
                "uv",
                "pip",
                "compile",
                PROJECT.name,
                "-o",
                LOCK.name,
                "--quiet",
                "--universal",
                "--python-version",
                OLDEST_NAME,
                "--all-extras",
                "--no-header",
                "--no-annotate",
            ],
            "uv does not read pip's settings: a mirror must be named in UV_DEFAULT_INDEX.",
        )
    print("requirements.lock is solved; for newer versions delete it first, then lock again")


def clean():
    """Remove the environment and caches."""
    for name in (".venv", ".pytest_cache", ".ruff_cache", ".hypothesis"):
        remove(ROOT / name)
    for folder in ("changji_analysis", "tests", "scripts", "benchmarks", "notebooks"):
        for pattern in ("__pycache__", ".ipynb_checkpoints"):
            for cache in (ROOT / folder).rglob(pattern):
                remove(cache)


def show_help():
    """List the commands."""
    print("python run.py COMMAND, or make COMMAND:")
    for name, text in COMMANDS.items():
        print(f"  {name:8} {text}")


def main(arguments):
    """Run one command; return 0, the failing program's exit code, or 2 for a wrong call."""
    name, *settings = arguments or ["help"]
    options = dict(setting.partition("=")[::2] for setting in settings)
    allowed = {"AS_OF", "DATA"} if name == "review" else set()
    if name not in COMMANDS or not set(options) <= allowed:
        print("Not understood: " + " ".join(arguments), file=sys.stderr)
        show_help()
        return 2
    steps = {"env": env, "test": test, "lint": lint, "lab": lab, "lock": lock, "clean": clean}
    try:
        if name == "help":
            show_help()
        elif name == "review":
            review(options.get("AS_OF"), options.get("DATA"))
        else:
            steps[name]()
    except Failure as failure:
        print(f"\n{failure}", file=sys.stderr)
        return failure.code
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")
    sys.exit(main(sys.argv[1:]))
