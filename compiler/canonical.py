"""The canonical JSON of a play's meaning, and its two hashes (rulings A1).

Left out is what does not change a signal, a size or a stop: names, descriptions, deployment,
validation, roles, spans, and everything that follows from the rest, such as types and tables of
outputs.
"""

import hashlib
import json
from dataclasses import fields
from typing import Any

from tradec.compiler import ir
from tradec.compiler.evaluate import of_kind

_LEFT_OUT = frozenset({"span", "type", "outputs", "private"})
_PLAY_LEFT_OUT = frozenset({"name", "builtins", "deploy", "validation", "roles", "params"})


def canonical(play: ir.Play) -> str:
    """Return the play's meaning with the values of its variables, as one line of JSON."""
    return _text({**_meaning(play), "params": _values(play)})


def play_hash(play: ir.Play) -> str:
    """Return 16 hex digits that name the play with the values of its variables."""
    return _hash(canonical(play))


def module_hash(play: ir.Play) -> str:
    """Return 16 hex digits that name the play whatever the values of its variables."""
    return _hash(_text(_meaning(play)))


def plain(item: Any) -> Any:
    """Return a part of the IR as the JSON value that stands for its meaning."""
    match item:
        case ir.Const(value=value, type=type_):
            return of_kind(value, type_.kind)
        case ir.Param(name=name, type=type_):
            return {"param": name, "kind": type_.kind}
        case ir.Action():
            return item.name
        case tuple():
            return [plain(member) for member in item]
        case ir.Node():
            return _node(item)
        case _:
            return item


def _node(node: ir.Node) -> dict[str, Any]:
    names = [item.name for item in fields(node) if item.name not in _LEFT_OUT]
    return {"is": type(node).__name__, **{name: plain(getattr(node, name)) for name in names}}


def _meaning(play: ir.Play) -> dict[str, Any]:
    return {name: value for name, value in _node(play).items() if name not in _PLAY_LEFT_OUT}


def _values(play: ir.Play) -> dict[str, int | float]:
    return {param.name: param.value for param in play.params}


def _text(meaning: dict[str, Any]) -> str:
    return json.dumps(meaning, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
