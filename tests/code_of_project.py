"""The files of the project, for tests about its shape."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PARTS = {
    "dsl": ROOT / "dsl",
    "compiler": ROOT / "compiler",
    "templates": ROOT / "templates",
    "runtime": ROOT / "runtime",
    "cli": ROOT / "src" / "tradec" / "cli",
}


def files(part: str, *suffixes: str) -> list[Path]:
    """Return the files of one part with one of some suffixes, sorted."""
    return sorted(f for f in PARTS[part].rglob("*") if f.suffix in suffixes)


def shown(path: Path) -> str:
    """Return a path as people write it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the name of every module that a file imports, anywhere in it."""
    yield from _names(ast.walk(tree(path)))


def imported_at_once(path: Path) -> Iterator[tuple[int, str]]:
    """Yield what a file imports when it is imported: not inside functions, not for types only."""
    yield from _names(tree(path).body)


def _names(statements: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    for node in statements:
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield node.lineno, module
                yield from ((node.lineno, f"{module}.{alias.name}") for alias in names)
