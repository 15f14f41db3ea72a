"""What the README shows works: its Python, its commands, its rows, and both languages alike."""

import re
import shutil
import sys
from pathlib import Path

import pytest

import changji_analysis as ca

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
import run  # noqa: E402

TEXT = {
    name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md")
}
FIGURES = {"README.md": "figures/en/scorecard.png", "README.zh-CN.md": "figures/zh/scorecard.png"}
readme = pytest.mark.parametrize("name", TEXT)


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", TEXT[name])


@readme
def test_the_python_block_runs(name, monkeypatch):
    monkeypatch.delenv("CHANGJI_DATA", raising=False)
    [code] = blocks(name, "python")
    space = {}
    exec(compile(code, name, "exec"), space)
    assert ca.parse_quantity("4500余万元").value == 45_000_000
    assert space["verdict"].verdict and 0 <= space["verdict"].probability <= 1
    assert len(space["card"]) > 29 and len(space["doubts"])


@readme
def test_every_command_exists(name):
    made = set(re.findall(r"(?m)(?:^|`)make ([a-z]+)", TEXT[name]))
    ran = set(re.findall(r"run\.py ([a-z]+)", TEXT[name]))
    assert {"review", "test", "lab", "help"} <= made and {"review", "test"} <= ran
    assert made | ran <= set(run.COMMANDS)
    for command, settings in re.findall(r"make ([a-z]+)((?: [A-Z_]+=\S+)+)", TEXT[name]):
        assert run.COMMANDS[command] and set(re.findall("[A-Z_]+(?==)", settings)) <= {
            "AS_OF", "DATA"
        }  # fmt: skip


@readme
def test_the_commands_of_the_package_exist(name):
    from changji_analysis.cli import app

    known = {command.name or command.callback.__name__ for command in app.registered_commands}
    used = set(re.findall(r"changji ([a-z-]+)", TEXT[name]))
    assert {"check", "import", "forms", "collect", "init"} <= used <= known


@readme
def test_the_example_of_a_new_year_is_accepted(name, tmp_path, monkeypatch):
    folder = shutil.copytree(ROOT / "data", tmp_path / "data")
    monkeypatch.setenv("CHANGJI_DATA", str(folder))
    before = ca.history("昌吉市", "rd_intensity").to_dict()
    figure, source = blocks(name, "csv")
    for file, row in (("raw/yearly_statistics.csv", figure), ("sources.csv", source)):
        with (folder / file).open("a", encoding="utf-8", newline="") as table:
            table.write(row)
    problems = ca.problems()
    assert problems[problems["severity"] == "error"].empty
    assert ca.history("昌吉市", "rd_intensity").to_dict() == before | {2021: 0.25}
    assert ca.history("昌吉市", "rd_intensity", "2022-11-29").empty  # the plan came out in 2023
    assert ca.history("昌吉市", "rd_intensity", "2022-11-30").to_dict() == {2021: 0.25}


@readme
def test_the_answer_is_above_the_fold(name):
    picture = TEXT[name].index(f"]({FIGURES[name]})")
    assert TEXT[name][:picture].count("\n") < 12
    assert TEXT[name][:picture].count("\n## ") == 0


@readme
def test_paths_in_code_exist_or_are_made(name):
    made = {"reviews/", "reviews/2023-12-31/", "data/clean/", "data/private/"}
    made |= {"reports/scorecard.csv", ".venv"}
    made |= {f"reports/{n}" for n in ("review.zh.docx", "review.zh.html", "scorecard.zh.xlsx")}
    for path in re.findall(r"`((?:data|notebooks|figures|reports|reviews|raw|reference)/[^`]*)`",
                           TEXT[name]):  # fmt: skip
        known = [ROOT / path, ROOT / "data" / path]
        assert path in made or any(place.exists() for place in known), path


def test_both_languages_say_the_same():
    def outline(text):
        return (
            len(re.findall(r"(?m)^## ", text)),
            len(re.findall(r"(?m)^\|", text)),
            re.findall(r"(?m)^```(\w*)$", text),
            sorted(re.findall(r"\]\((?!README|figures)([^)]+)\)", text)),
        )

    one, other = TEXT.values()
    assert outline(one) == outline(other)
    assert [line.split("#")[0] for line in blocks("README.md", "python")[0].splitlines()] == [
        line.split("#")[0] for line in blocks("README.zh-CN.md", "python")[0].splitlines()
    ]
    assert blocks("README.md", "csv") == blocks("README.zh-CN.md", "csv")
