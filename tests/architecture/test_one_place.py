"""One unit, one place (rulings A11): its name stands in its pair of files and nowhere else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from code_of_project import files, shown, tree
from tradec.compiler.catalog import standard
from tradec.compiler.prices import SOURCES

# A price of the language may have the name of the unit that is the same price.
NAMES = {unit.name for unit in standard().units} - {*SOURCES}
PYTHON = [f for part in ("dsl", "compiler", "cli", "templates") for f in files(part, ".py")]


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Yield every string literal of a file, whole ones and the pieces of f-strings."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


@pytest.mark.parametrize("path", PYTHON, ids=shown)
def test_no_string_is_the_name_of_a_unit(path: Path) -> None:
    leaks = [f"{shown(path)}:{line} {text!r}" for line, text in literals(path) if text in NAMES]
    assert leaks == []


@pytest.mark.parametrize("path", files("templates", ".jinja"), ids=shown)
def test_no_template_names_a_unit(path: Path) -> None:
    words = set(re.findall(r"[a-z_0-9]+", path.read_text(encoding="utf-8")))
    calls = {f"{name}{part}" for name in NAMES for part in ("_init", "_step")}
    quoted = set(re.findall(r"[\"'](\w+)[\"']", path.read_text(encoding="utf-8")))
    assert not words & calls
    assert not quoted & NAMES


@pytest.mark.parametrize("unit", standard().units, ids=lambda unit: str(unit.name))
def test_a_unit_is_a_pair(unit: object) -> None:
    catalog = standard()
    name = str(unit.name)  # type: ignore[attr-defined]
    assert catalog.unit(name).file.is_file()
    assert catalog.kernel(name).is_file()
