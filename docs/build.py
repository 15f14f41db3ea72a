"""Build the site: one folder a language, from the README, the notebooks and the docstrings.

What another file says already is taken from there; only the pages under `zh/` and `en/` are
written for the site. Nothing is executed and nothing is fetched.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from PIL import Image

import changji_analysis as ca
from changji_analysis.records import TABLES
from changji_analysis.wording import Words

ROOT = Path(__file__).resolve().parents[1]
DOCS, BUILT = ROOT / "docs", ROOT / "docs" / "_build"
LANGUAGES = {"zh": "zh_CN", "en": "en"}
README = {"zh": ROOT / "README.zh-CN.md", "en": ROOT / "README.md"}
SECTIONS = {
    "add_a_year": ("新增一年数据", "Add a year"),
    "trust": ("凭什么相信", "Why trust it"),
    "another_city": ("用于其他城市", "Another city"),
}
"""Page and the heading of the README's section that it shows."""
PAGES = {
    "README.md": "index",
    "README.zh-CN.md": "index",
    "data/README.md": "data",
    "docs/assumptions.md": "assumptions",
    "docs/decisions.md": "decisions",
    "docs/en/where.md": "where",
    "docs/zh/where.md": "where",
}
"""Files of the repository that are pages of the site."""
LINK = re.compile(r"(?<=\]\()([^)\s#]+)(?=[)#])")


def main() -> int:
    """Build both languages; return Sphinx's exit code."""
    shutil.rmtree(BUILT, ignore_errors=True)
    site = BUILT / "html"
    for lang, locale in LANGUAGES.items():
        source = BUILT / "source" / lang
        lay_out(source, lang)
        name = getattr(ca.Dataset().config.plan, f"title_{lang}")
        sphinx = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-c", str(DOCS)]
        sphinx += ["-d", str(BUILT / "doctrees" / lang)]
        settings = [f"-Dlanguage={locale}", f"-Dhtml_title={name}"]
        if code := subprocess.call([*sphinx, *settings, str(source), str(site / lang)]):
            return code
        (site / lang / "reports").mkdir()
        for path in reports(lang):
            shutil.copy(path, site / lang / "reports")
    fonts = ROOT / "changji_analysis" / "fonts"
    shutil.copytree(fonts, site / "fonts")
    shutil.copy(DOCS / "choose.html", site / "index.html")
    print(f"written to {site.relative_to(ROOT)}: open index.html")
    return 0


def lay_out(source: Path, lang: str) -> None:
    """Write the sources of one language into a folder."""
    shutil.copytree(DOCS / lang, source)
    write(source, "answer.md", answer(lang), ROOT)
    for page, heading in SECTIONS.items():
        write(source, f"{page}.md", section(lang, heading[lang == "en"]), ROOT)
    for page in ("assumptions", "decisions"):
        write(source, f"{page}.md", (DOCS / f"{page}.md").read_text(encoding="utf-8"), DOCS)
    told = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    write(source, "data.md", told, ROOT / "data")
    write(source, "dictionary.md", dictionary(lang), ROOT)
    write(source, "reference.md", reference(lang), ROOT)
    write(source, "report.md", report(lang), ROOT)
    for path in sorted((ROOT / "notebooks" / lang).glob("[0-9]*.ipynb")):
        notebook = with_alternatives(nbformat.read(path, as_version=4))
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = linked(cell.source, path.parent, source, source / "notebooks")
        target = source / "notebooks" / path.name
        target.parent.mkdir(exist_ok=True)
        nbformat.write(notebook, target)


def write(source: Path, name: str, text: str, home: Path) -> None:
    """Write a page whose links are those of a file in `home`."""
    (source / name).write_text(linked(text, home, source, source), encoding="utf-8")


ORPHAN = "---\norphan: true\n---\n\n"


def linked(text: str, home: Path, source: Path, here: Path) -> str:
    """Turn links to files of the repository into links to pages, or to copies of the files."""

    def moved(match: re.Match) -> str:
        path = Path(os.path.normpath(home / match[1]))
        if re.match(r"[a-z]+:", match[1]) or not path.is_relative_to(ROOT) or not path.exists():
            return match[1]  # a page of the site itself, or what Sphinx will complain of
        name = path.relative_to(ROOT).as_posix()
        target = source / (f"{PAGES[name]}.md" if name in PAGES else name)
        if path.suffix == ".ipynb":  # those of one language stand in one folder
            target = source / "notebooks" / path.name
        elif name not in PAGES and path.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
            if path.suffix == ".md":  # becomes a page that no list of contents names
                target.write_text(f"{ORPHAN}{path.read_text(encoding='utf-8')}", encoding="utf-8")
        return Path(os.path.relpath(target, here)).as_posix()

    return LINK.sub(moved, text)


def section(lang: str, heading: str) -> str:
    """One section of the README, as a page."""
    text = README[lang].read_text(encoding="utf-8")
    found = re.search(rf"(?ms)^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text)
    if found is None:
        raise SystemExit(f"{README[lang].name} has no section “{heading}”: correct SECTIONS")
    return f"# {heading}\n{found[1]}".replace("```csv", "```text")


def picture(lang: str, name: str) -> str:
    """A figure of `make review` with its description as alternative text."""
    path = ROOT / "figures" / lang / f"{name}.png"
    return f"![{described(path)}](figures/{lang}/{name}.png)"


def described(path: Path) -> str:
    """The description that a figure's file carries."""
    with Image.open(path) as image:
        return re.sub(r"[\[\]\n]", " ", image.info.get("Description", path.stem))


def answer(lang: str) -> str:
    """The headline verdicts, and the scorecard."""
    card = ca.scorecard()
    side, w = lang == "en", Words(lang)
    lines = []
    for indicator in ca.Dataset().config.report.headline:
        row = card[card["default"] & card["indicator"].eq(indicator)].iloc[0]
        chance, verdict = w.chance(row["probability"], row["probability_floor"]), w.judged(row)
        if (span := w.spread(row)) != chance:
            chance += w(f"，范围{span}", f", range {span}") * bool(span)
        goal = w.goal(row["value"], row["direction"], row["unit"])
        if side:
            lines.append(f"- {row['en']}, {goal} by {row['year']}: **{verdict}** ({chance})")
        else:
            lines.append(f"- {row['zh']}，{row['year']}年{goal}：**{verdict}**（概率{chance}）")
    return "\n".join([*lines, "", picture(lang, "scorecard"), ""])


def reports(lang: str) -> list[Path]:
    """The files of the report in a language, and the scorecard that is in both."""
    folder = ROOT / "reports"
    return [*sorted(folder.glob(f"*.{lang}.*")), *folder.glob("scorecard.csv")]


def report(lang: str) -> str:
    """Where the report is to be had; a web page opens, other files are saved."""
    title = "评估报告" if lang == "zh" else "The report"
    told = {"zh": "由 `make review` 写成。", "en": "Written by `make review`."}[lang]
    lines = [f'- <a href="reports/{path.name}">{path.name}</a>' for path in reports(lang)]
    return "\n".join([f"# {title}", "", told, "", *lines, ""])


def dictionary(lang: str) -> str:
    """The columns of every data file, from the schemas that check them."""
    words = {
        "zh": (
            "数据字典",
            "各数据文件的列，取自检查这些文件的模式。",
            "列",
            "类型",
            "可空",
            "取值",
        ),
        "en": (
            "Data dictionary",
            "The columns of every data file, from the schemas that check them.",
            *("column", "kind", "blank", "meaning, and what is allowed"),
        ),
    }[lang]
    out = [f"# {words[0]}", "", words[1], ""]
    for table in TABLES.values():
        out += [f"## `{table.file}`", "", f"| {' | '.join(words[2:])} |", "|---|---|---|---|"]
        for name, column in table.schema.columns.items():
            allowed = column.metadata.get("allowed", "")
            blank = column.nullable or not any(c.error == "missing_value" for c in column.checks)
            kind = column.metadata["kind"]
            blank &= column.nullable or kind == "text"
            meaning = column.description + (f": `{allowed}`" if allowed else "")
            yes = {"zh": "是", "en": "yes"}[lang] if blank else ""
            out.append(f"| `{name}` | {kind} | {yes} | {meaning.replace('|', chr(92) + '|')} |")
        out.append("")
    return "\n".join(out)


def reference(lang: str) -> str:
    """The public interface, from its docstrings."""
    title = "接口参考" if lang == "zh" else "Reference"
    out = [f"# {title}", ""]
    for name in ca.__all__:
        thing = getattr(ca, name)
        kind = "autoclass" if isinstance(thing, type) else "autofunction"
        members = "   :members:\n" if kind == "autoclass" else ""
        out += ["```{eval-rst}", f".. {kind}:: changji_analysis.{name}", members + "```", ""]
    for name in ("Scenario", "Outcome", "evaluate", "scenarios", "save", "scenario_table"):
        kind = "autoclass" if name[0].isupper() else "autofunction"
        out += ["```{eval-rst}", f".. {kind}:: changji_analysis.what_if.{name}", "```", ""]
    return "\n".join(out)


def with_alternatives(notebook):
    """The notebook with the alternative text of its figures."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if "image/png" in output.get("data", {}):
                alt = re.sub(r"^<Chart: |>$", "", output.data["text/plain"])
                cell.metadata["mystnb"] = {"image": {"alt": alt}}
    return notebook


if __name__ == "__main__":
    sys.exit(main())
