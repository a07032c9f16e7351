"""Evaluates the relations of a SPEC on columns, by a reading of their grammar of its own."""

import ast
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from tradec.compiler.unit_chain import Columns, is_missing

_SLACK = 1e-9
_KEYED = re.compile(r"\[([^\]]*)\](\.?)")


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
        tree = ast.parse(_plain(text), mode="eval")
        named = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
        self._got = {_plain(name): column for name, column in got.items() if _plain(name) in named}
        self._shown = named & self._got.keys()
        self._asked = {
            n.args[0].id
            for n in ast.walk(tree)
            if isinstance(n, ast.Call) and isinstance(n.args[0], ast.Name)
        }
        self._is_loose = "==" not in text
        self._code = compile(ast.fix_missing_locations(_Named().visit(tree)), text, "eval")
        self._fed, self._values = fed, values

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


def _plain(text: str) -> str:
    """Return a text whose names are those of variables: `zone[0].lower` as `zone_0_lower`."""
    return _KEYED.sub(lambda key: f"_{re.sub('[^0-9a-z]', '_', key[1])}{'_' * bool(key[2])}", text)
