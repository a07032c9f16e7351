"""Evaluates the relations of a SPEC on columns, by a reading of their grammar of its own."""

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np

from tradec.compiler.unit_chain import Columns, is_missing

_SLACK = 1e-9


class _Named(ast.NodeTransformer):
    """Gives the functions of relations the names of their first arguments, not the values."""

    def visit_Call(self, node: ast.Call) -> ast.Call:
        first = node.args[0]
        assert isinstance(first, ast.Name)
        return ast.Call(
            func=node.func, args=[ast.Constant(value=first.id), *node.args[1:]], keywords=[]
        )


class Rule:
    """One relation over the outputs and the inputs of a unit, and its parameters."""

    def __init__(self, text: str, got: Columns, fed: Columns, values: Mapping[str, Any]) -> None:
        tree = ast.parse(text, mode="eval")
        self._shown = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} & got.keys()
        self._asked = {
            n.args[0].id
            for n in ast.walk(tree)
            if isinstance(n, ast.Call) and isinstance(n.args[0], ast.Name)
        }
        self._is_loose = "==" not in text
        self._code = compile(ast.fix_missing_locations(_Named().visit(tree)), text, "eval")
        self._got, self._fed, self._values = got, fed, values

    def broken(self) -> list[int]:
        """Return the bars on which every output named has a value and the relation is false."""
        bars = range(len(self._fed["close"]))
        return [i for i in bars if self._is_known(i) and not eval(self._code, self._names(i))]  # noqa: S307  of a SPEC

    def _is_known(self, i: int) -> bool:
        return not any(self._is_absent(name, i) for name in self._shown - self._asked)

    def _is_absent(self, name: str, i: int) -> bool:
        return bool(is_missing(self._got[name][i : i + 1])[0])

    def _names(self, i: int) -> dict[str, Any]:
        row = {name: self._fed[name][i].item() for name in self._fed}
        row |= {name: self._got[name][i].item() for name in self._got}
        functions = {
            "max": lambda name, n=None: self._extreme(name, i, n, highest=True),
            "min": lambda name, n=None: self._extreme(name, i, n, highest=False),
            "present": lambda name: not self._is_absent(name, i),
        }
        return {**self._values, **row, **functions}

    def _extreme(self, name: str, i: int, n: int | None, *, highest: bool) -> float:
        window = self._fed[name][0 if n is None else max(0, i + 1 - n) : i + 1]
        found = float(window.max() if highest else window.min())
        if not self._is_loose:
            return found
        room = _SLACK * float(np.abs(self._fed[name][: i + 1]).max())
        return found + room if highest else found - room
