"""There is one way to the wire: who names an order endpoint, and who calls pybit."""

import ast
from pathlib import Path

import pytest

from code_of_project import files, shown, tree

PYTHON = [f for part in ("runtime", "cli") for f in files(part, ".py")]
WRITES = {"CREATE", "AMEND", "CANCEL", "TRADING_STOP", "LEVERAGE", "POSITION_MODE", "MARGIN_MODE"}
OWNER = {"runtime/bybit/broker.py"}
"""Limiter, retries and the sorting of codes stand behind this file alone (H10)."""


def attributes(path: Path) -> set[str]:
    return {node.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}


def names_from(path: Path, module: str) -> set[str]:
    """Return what a file takes from a module, by import or as an attribute of it."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module == module:
            found |= {one.name for one in node.names}
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found |= {node.attr} if node.value.id == module.rpartition(".")[2] else set()
    return found


def test_one_file_writes_orders_and_levels() -> None:
    module = "tradec.runtime.bybit.endpoints"
    users = {shown(path) for path in PYTHON if names_from(path, module) & WRITES}
    assert users == OWNER


def test_one_file_calls_pybit() -> None:
    users = {shown(path) for path in PYTHON if "_submit_request" in attributes(path)}
    assert users == {"runtime/bybit/client.py"}


@pytest.mark.parametrize("word", ["/cancel-all", '"cancel-all', "force_retry=True", "place_order"])
def test_what_harms_is_nowhere_written(word: str) -> None:
    """N1, T12: cancel-all takes stops along, and repeated posts are second orders."""
    runtime = files("runtime", ".py")
    users = [shown(path) for path in runtime if word in path.read_text(encoding="utf-8")]
    assert users == []
