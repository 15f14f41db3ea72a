"""The project's commands, for machines with and without make: ``python run.py help``.

Standard library only: this file runs before anything is installed, and on any Python 3 from 3.6
on, old ones being told that a newer one is needed.
"""

import hashlib
import json
import locale
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / os.environ.get("CHANGJI_VENV", ".venv")
STAMP = VENV / "ready.json"
LOG = VENV / "install.log"
FUZZER = ROOT / ".fuzz"
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")
START = "notebooks/{}/00_start.ipynb"
"""By the language of the edition."""
WHEELS = ROOT / "dist" / "wheels"
SUPPORTED = ("3.11", "3.12", "3.13")
OLDEST = (3, 11)
OLDEST_NAME = ".".join(map(str, OLDEST))
COMMANDS = {
    "review": "run the whole review: notebooks, figures, tables, verdicts (AS_OF=date DATA=folder)",
    "test": "run every test, the notebooks' stored results included",
    "proof": "replay the past and renew the tables of the proof (after a change of model or data)",
    "test-browser": "try JupyterLab, every notebook and the pages in a browser",
    "test-pythons": "run the tests on every supported Python that the machine has",
    "fuzz": "feed the import thousands of mutated sheets, odd texts and kills (some minutes)",
    "lint": "check style, format, layers and types",
    "lab": "open JupyterLab at the start page",
    "docs": "build the pages to read, in docs/_build/html",
    "env": "make or renew the environment in .venv (the others do it when needed)",
    "bundle": "put the locked packages into dist/wheels, for machines without a network",
    "lock": "solve requirements.lock again from pyproject.toml, keeping pins that still fit",
    "clean": "remove .venv and caches, nothing else",
    "help": "list these commands",
}
BUNDLED = """\
Python {python}, {system}: the machine without a network must have the same. / 断网电脑须与此相同。
Copy the whole project folder there, dist/wheels included. / 把整个项目文件夹拷贝过去。
Run `make review` or `python run.py review` as usual. / 照常运行上述命令。
"""
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
            print(f"[1/3] Making the environment in {VENV.name}", flush=True)
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
        offline = ["--no-index", "-f", str(WHEELS)] if bundled() == bundle_kind() else []
        pip("[2/3] Installing the locked packages (about a minute)", *offline, "-r", str(LOCK))
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
            "--no-loadscope-reorder",  # else those of few tests come last, however long they take
            "--nbval",
            "--nbval-current-env",
        ],
        "A notebook cell that differs: run the review, look at the change, keep it if it is right.",
    )


def proof():
    """Replay the past through the package's own command line."""
    env()
    changji = SCRIPTS / ("changji.exe" if os.name == "nt" else "changji")
    call("proof", [changji, "proof"], "The tables of before stand; the lines above name the fault.")


def fuzz():
    """Fuzz the import: sheets, a kill at any moment, and, coverage-guided, what reads the text."""
    if os.name == "nt":
        raise Failure("Fuzzing needs fork and alarms: run it on Linux or macOS.")
    env()
    remedy = "The lines above name the file or the text; sheets are kept in reviews/fuzz."
    call("fuzz (sheets)", [PYTHON, "-W", "ignore", "tests/fuzz/mutations.py"], remedy)
    call("fuzz (kills)", [PYTHON, "tests/fuzz/kill.py"], remedy)
    if not FUZZER.exists():
        install = [PYTHON, "-m", "pip", "install", "-q", "--target", FUZZER, "atheris"]
        call("fuzz (atheris)", install, "It has wheels for Linux and macOS only.")
    call("fuzz (text)", [PYTHON, "tests/fuzz/text.py", "-runs=200000"], remedy)


def test_browser():
    """Run the tests that need a browser; without one they are skipped and say so."""
    env()
    call(
        "test-browser",
        [PYTHON, "-m", "pytest", "tests/browser", "-m", "browser", "-rs"],
        "What the browser showed is kept in tests/browser/screenshots.",
    )


def pythons():
    """Return version -> program of every supported Python that the machine has."""
    found = {}
    named = [shutil.which("python" + version) for version in SUPPORTED]
    kept = sorted(str(path) for path in Path.home().glob(".pyenv/versions/*/bin/python"))
    for program in filter(None, [sys.executable, *named, *kept]):
        asked = subprocess.run(
            [program, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        version = asked.stdout.strip()
        if version in SUPPORTED:
            found.setdefault(version, program)
    return found


def test_pythons():
    """Run the tests on every supported Python, each in an environment of its own."""
    found = pythons()
    for version, program in sorted(found.items()):
        print(f"Python {version}", flush=True)
        code = subprocess.call(
            [program, str(ROOT / "run.py"), "test"],
            cwd=str(ROOT),
            env=dict(os.environ, CHANGJI_VENV=f".pythons/{version}"),
        )
        if code:
            raise Failure(f"test-pythons failed on Python {version}. See the lines above.", code)
    lacking = [version for version in SUPPORTED if version not in found]
    print(f"Passed on Python {', '.join(sorted(found))}.", end=" ")
    print(f"This machine has no Python {', '.join(lacking)}." if lacking else "None is missing.")


def lint():
    """Check style, format, layers of imports and types."""
    env()
    formatter = f"{PYTHON.relative_to(ROOT)} -m ruff format ."
    remedy = f"Mend the lines named above; '{formatter}' lays them out."
    call("lint (style)", [PYTHON, "-m", "ruff", "check", "."], remedy)
    call("lint (format)", [PYTHON, "-m", "ruff", "format", "--check", "."], remedy)
    call(
        "lint (layers)",
        [SCRIPTS / ("lint-imports.exe" if os.name == "nt" else "lint-imports")],
        "An import goes down the layers of pyproject.toml.",
    )
    call("lint (types)", [PYTHON, "-m", "ty", "check"], "Mend the lines named above.")


def language():
    """Return the machine's language, e.g. zh_CN; empty where it does not say."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return os.environ[name]
    if os.name == "nt":
        import ctypes

        return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")
    return ""


def lab(*options):
    """Open JupyterLab at the start page, in the machine's language, with nothing to be asked."""
    env()
    chinese = language().startswith("zh")
    settings = {
        "@jupyterlab/apputils-extension:notification": {
            "fetchNews": "false",
            "checkForUpdates": False,
        },
        "@jupyterlab/notebook-extension:tracker": {"autoStartDefaultKernel": True},
        "@jupyterlab/translation-extension:plugin": {"locale": "zh_CN" if chinese else "en"},
    }
    own = VENV / "share" / "jupyter" / "lab"
    (own / "settings").mkdir(parents=True, exist_ok=True)
    (own / "settings" / "overrides.json").write_text(json.dumps(settings), encoding="utf-8")
    os.environ.setdefault("JUPYTERLAB_WORKSPACES_DIR", str(own / "workspaces"))
    call(
        "lab",
        [
            PYTHON,
            "-m",
            "jupyterlab",
            f"--ServerApp.root_dir={ROOT}",
            f"--LabApp.default_url=/lab/tree/{START.format('zh' if chinese else 'en')}",
            "--allow-root",
            *options,
        ],
        "See the lines above.",
    )


def docs():
    """Build the site."""
    env()
    call("docs", [PYTHON, ROOT / "docs" / "build.py"], "Mend the page or docstring named above.")


def bundle_kind():
    """Return what a bundle must have been made for to serve this machine."""
    return {
        "python": ".".join(map(str, sys.version_info[:2])),
        "system": sys.platform,
        "lock": hashlib.sha256(LOCK.read_bytes()).hexdigest(),
    }


def bundled():
    """Return what the bundle that lies here was made for; None without one."""
    try:
        return json.loads((WHEELS / "made_for.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def bundle():
    """Download the locked packages for machines of this kind that have no network."""
    env()
    remove(WHEELS)
    call(
        "bundle",
        [PYTHON, "-m", "pip", "download", "-q", "-d", WHEELS, "-r", LOCK],
        "Is the network there?",
    )
    kind = bundle_kind()
    (WHEELS / "made_for.json").write_text(json.dumps(kind), encoding="utf-8")
    (WHEELS / "README.txt").write_text(BUNDLED.format(**kind), encoding="utf-8")
    print("{} is filled, for Python {python} on {system}".format(WHEELS.relative_to(ROOT), **kind))


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
    for name in (".venv", ".pythons", ".fuzz", ".pytest_cache", ".ruff_cache", ".hypothesis"):
        remove(ROOT / name)
    for folder in ("changji_analysis", "tests", "scripts", "benchmarks", "notebooks"):
        for pattern in ("__pycache__", ".ipynb_checkpoints"):
            for cache in (ROOT / folder).rglob(pattern):
                remove(cache)


def show_help():
    """List the commands."""
    print("python run.py COMMAND, or make COMMAND:")
    for name, text in COMMANDS.items():
        print(f"  {name:12} {text}")


def main(arguments):
    """Run one command; return 0, the failing program's exit code, or 2 for a wrong call."""
    name, *settings = arguments or ["help"]
    options = dict(setting.partition("=")[::2] for setting in settings)
    allowed = {"review": {"AS_OF", "DATA"}, "lab": {"--no-browser"}}.get(name, set())
    if name not in COMMANDS or not set(options) <= allowed:
        print("Not understood: " + " ".join(arguments), file=sys.stderr)
        show_help()
        return 2
    steps = {
        "test": test,
        "test-browser": test_browser,
        "test-pythons": test_pythons,
        "proof": proof,
        "fuzz": fuzz,
        "lint": lint,
        "lab": lab,
        "docs": docs,
        "env": env,
        "bundle": bundle,
        "lock": lock,
        "clean": clean,
    }
    try:
        if name == "help":
            show_help()
        elif name == "review":
            review(options.get("AS_OF"), options.get("DATA"))
        else:
            steps[name](*options)
    except Failure as failure:
        print(f"\n{failure}", file=sys.stderr)
        return failure.code
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not before Python 3.7
            stream.reconfigure(errors="replace")
    sys.exit(main(sys.argv[1:]))
