"""What the package offers, and what importing it costs."""

import doctest
import inspect
import re
import subprocess
import sys

import pytest

import changji_analysis as ca

HEAVY = {"scipy", "statsmodels", "matplotlib", "pandera", "pydantic"}


def fresh(code: str) -> str:
    """Run code in an interpreter of its own; what it prints."""
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_loads_nothing_heavy():
    code = "import sys, changji_analysis; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = set(fresh(code).split())
    assert loaded & HEAVY == set() and "changji_analysis" in loaded


def test_every_name_resolves_and_is_listed():
    assert ca.__all__ == sorted(set(ca.__all__)) and set(ca.__all__) <= set(dir(ca))
    for name in ca.__all__:
        assert getattr(ca, name).__module__.startswith("changji_analysis.")


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"changji_analysis.* attribute.*forcast"):
        ca.forcast  # noqa: B018


@pytest.mark.parametrize("name", ca.__all__)
def test_every_name_has_a_numpy_docstring(name):
    thing = getattr(ca, name)
    doc = inspect.getdoc(thing)
    assert re.match(r"[A-Z].*[.…](\n|$)", doc), "a first line that is a sentence"
    for title, line in re.findall(r"(?m)^([A-Z]\w+)\n(-+)$", doc):
        assert len(title) == len(line) and title in {
            "Parameters", "Returns", "Raises", "Attributes", "Notes", "Examples", "References",
        }  # fmt: skip
    if inspect.isclass(thing):
        fields = vars(thing).get("__annotations__", {})
        own = [n for n in fields if not n.startswith("_")]
        described = doc.partition("Attributes\n----------")[2]
    else:
        if inspect.signature(thing).return_annotation not in (None, "None"):
            assert "Returns\n-------" in doc
        own = list(inspect.signature(thing).parameters)
        described = doc.partition("Parameters\n----------")[2]
    assert [n for n in own if not re.search(rf"(?m)^(\w+, )*{n}\b", described)] == []


@pytest.mark.parametrize("name", ca.__all__)
def test_examples_run_as_printed(name):
    for example in doctest.DocTestFinder(exclude_empty=True).find(getattr(ca, name), name):
        assert doctest.DocTestRunner(verbose=False).run(example).failed == 0


@pytest.mark.parametrize("order", ["direct first", "function first"])
def test_functions_survive_the_import_of_their_modules(order):
    lines = [
        "from changji_analysis.forecasting import forecast",
        "from changji_analysis.histories import history",
        "import changji_analysis.scorecards, changji_analysis.forecasting",
        "import changji_analysis.histories",
    ]
    check = (
        "import changji_analysis as ca; from types import FunctionType as F; "
        "assert all(type(f) is F for f in (ca.forecast, ca.history, ca.scorecard, ca.assess))"
    )
    fresh("; ".join([*lines, check] if order == "direct first" else [check, *lines, check]))
