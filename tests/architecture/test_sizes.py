"""How large files, functions and templates may be (house-style 1)."""

import ast
from pathlib import Path

import pytest

from code_of_project import PARTS, files, shown, tree

CODE = [f for part in PARTS for f in files(part, ".py", ".pyx", ".pxd")]
PYTHON = [f for f in CODE if f.suffix == ".py"]
FILE_LINES, FUNCTION_LINES, TEMPLATE_LINES = 400, 60, 80


def length(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("path", CODE, ids=shown)
def test_files(path: Path) -> None:
    assert length(path) <= FILE_LINES


@pytest.mark.parametrize("path", files("templates", ".jinja"), ids=shown)
def test_templates(path: Path) -> None:
    assert length(path) <= TEMPLATE_LINES


@pytest.mark.parametrize("path", PYTHON, ids=shown)
def test_functions(path: Path) -> None:
    long = [
        f"{node.name} has {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= FUNCTION_LINES
    ]
    assert long == []


def test_half_of_the_files_are_short() -> None:
    lengths = sorted(length(path) for path in PYTHON if path.name != "__init__.py")
    assert lengths[len(lengths) // 2] <= 150
