"""Nothing in the tree ties it to one machine or registry, and what the README says is there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

# Written so that no pattern matches itself, in small letters, and beginning with what is rare, so
# that the whole tree is searched at once.
FORBIDDEN = {
    "an index or mirror": r"index[-_]url|find[-_]links|/simple[/]"
    r"|mirrors?[.][a-z0-9-]+[.][a-z]{2,}",
    "a registry's host": r"pypi[.]org|pythonhoste[d]|anaconda[.]org|npmjs[.]|debian[.]org"
    r"|(?:registry|pypi)[.](?<!\wregistry[.])(?<!\wpypi[.])[a-z0-9-]+[.][a-z]{2,}",
    "a machine's path": r"/(?<![\w./:-]/)(?:root|home|work|users|opt|mnt)/\w"
    r"|:(?<=\b[a-z]:)\\users\\",
}
README = [ROOT / "README.md", ROOT / "README.zh-CN.md"]


def tree():
    """Return the files that are, or may become, part of the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
    )
    if listed.returncode:
        pytest.skip("not a git work tree")
    names = listed.stdout.decode("utf-8").split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def violations(text):
    """Return each forbidden piece of `text` with its line and what it is."""
    text = text.lower()
    return [
        f"line {text.count(chr(10), 0, match.start()) + 1}: {what}: {match.group()}"
        for what, pattern in FORBIDDEN.items()
        for match in re.finditer(pattern, text)
    ]


def test_no_address_or_machine_path():
    found = []
    for path in tree():
        data = path.read_bytes()
        found += [
            f"{path.relative_to(ROOT)}: holds {place}"
            for place in (str(ROOT), str(Path.home()) + "/")
            if len(place) > 2 and place.encode() in data
        ]
        if b"\0" not in data[:8000]:
            text = data.decode("utf-8", "replace")  # the import corpus holds GBK
            found += [f"{path.relative_to(ROOT)} {fault}" for fault in violations(text)]
    assert found == []


@pytest.mark.parametrize(
    "bad",
    [
        "--index" + "-url x",
        "see https://pypi" + ".org/p",
        "https://mirrors" + ".example.edu.cn/x",
        "open('/home" + "/me/x.csv')",
        '"/work' + '/main"',
        "C:" + "\\Users\\me",
    ],
)
def test_the_patterns_bite(bad):
    assert violations("first\n" + bad)[0].startswith("line 2: ")


def test_lock_holds_names_versions_and_markers_only():
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    keys = []
    for line in lines:
        requirement = Requirement(line)
        (specifier,) = requirement.specifier
        assert (specifier.operator, requirement.url, requirement.extras) == ("==", None, set()), (
            line
        )
        keys.append((requirement.name, str(requirement.marker)))
    assert len(set(keys)) == len(keys) and [k[0] for k in keys] == sorted(k[0] for k in keys)


@pytest.mark.parametrize("path", README, ids=lambda path: path.name)
def test_links_of_the_readme_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert [link for link in links if not (ROOT / link).exists()] == []
