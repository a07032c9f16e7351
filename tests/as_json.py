"""A play as the JSON value that an editor validates (the core schema of YAML 1.2)."""

from typing import Any

from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.marked import Mapping, Marked, Scalar, Sequence
from tradec.dsl.span import Source
from tradec.dsl.words import to_bool, to_number
from tradec.dsl.yaml import read_yaml


def as_json(text: str) -> Any:
    """Return the values of a text that reads as YAML."""
    root = read_yaml(Source("play.yml", text), Diagnostics())
    assert root is not None
    return _value(root)


def _value(value: Marked) -> Any:
    match value:
        case Scalar(text="", plain=True):
            return None
        case Scalar(text=text, plain=True):
            known = to_bool(text)
            number = to_number(text) if known is None else known
            return text if number is None else number
        case Scalar(text=text):
            return text
        case Sequence(items=items):
            return [_value(item) for item in items]
        case Mapping(entries=entries):
            return {key.text: _value(inner) for key, inner in entries}
