"""Fingerprints of files and of code, by which anything kept is known to be still right."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Generator
from functools import cache, lru_cache
from pathlib import Path

PACKAGE = Path(__file__).parent
NAME = PACKAGE.name


def digest(*parts: bytes | str) -> str:
    """Short fingerprint of some bytes and texts."""
    state = hashlib.blake2b(digest_size=12)
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        state.update(len(content).to_bytes(8, "big") + content)
    return state.hexdigest()


def of_file(path: Path) -> str:
    """Fingerprint of a file; empty where there is none."""
    return digest(path.read_bytes()) if path.is_file() else ""


@lru_cache(maxsize=1)
def sources() -> dict[str, Path]:
    """Modules of the package."""
    return {
        ".".join((NAME, *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(
            ".__init__"
        ): path
        for path in sorted(PACKAGE.rglob("*.py"))
    }


@cache
def _parsed(path: Path) -> tuple[str, ast.Module]:
    text = path.read_text(encoding="utf-8")
    return text, ast.parse(text)


@cache
def _imports(module: str) -> tuple[str, ...]:
    """Modules of the package that a module imports, within its functions too."""
    path, found = sources()[module], set()
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in _statements(_parsed(path)[1]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: -(node.level - 1) or None] if node.level else []
            start = ".".join([*parts, *([node.module] if node.module else [])])
            found |= {start, *(f"{start}.{alias.name}" for alias in node.names)}
    return tuple(sorted(found & sources().keys() - {NAME}))


def _statements(block: ast.AST, *, types: bool = False) -> Generator[ast.AST]:
    """The statements within one, wherever they stand; with `types` those that only types need."""
    for field in ("body", "handlers", "cases", "orelse", "finalbody"):
        for node in getattr(block, field, ()):
            if types or not (isinstance(node, ast.If) and _only_types(node.test)):
                yield node
                yield from _statements(node, types=types)


def _only_types(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


@cache
def _code(path: Path) -> str:
    """The lines of a module without blank ones, comments of their own line and docstrings."""
    text, tree = _parsed(path)
    lines = dict(enumerate(text.splitlines(), 1))
    for node in _statements(tree, types=True):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            for number in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                lines[number] = ""
    kept = (line.rstrip() for line in lines.values())
    return "\n".join(line for line in kept if line and not line.lstrip().startswith("#"))


@cache
def of_code(*modules: str, apart: tuple[str, ...] = ()) -> str:
    """Fingerprint of modules and of all that they import within the package.

    Comments and docstrings do not count, nor do the packages `apart` and what only they import.
    """
    left = tuple(f"{NAME}.{name}" for name in apart)
    wanted, seen = list(modules), set()
    while wanted:
        module = wanted.pop()
        if module in sources() and module not in seen and not module.startswith(left):
            seen.add(module)
            wanted += _imports(module)
    return digest(*(f"{name}{_code(sources()[name])}" for name in sorted(seen)))
