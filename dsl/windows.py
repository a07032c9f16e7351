"""Windows in mapping form: a condition looked at over the last steps."""

from dataclasses import dataclass

from tradec.dsl import nodes
from tradec.dsl.bind import Bound, bind
from tradec.dsl.context import Context
from tradec.dsl.marked import Mapping, Marked, Scalar
from tradec.dsl.sections_rules import WINDOWS


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowParts:
    """The parts of one window but for its condition, which is not read yet."""

    kind: str
    length: nodes.Value
    least: nodes.Value | None
    every: nodes.Literal | None
    expr: Marked


def read_window(key: Scalar, value: Marked, path: str, cx: Context) -> WindowParts | None:
    """Return the parts of a window; None if one is missing or wrong, which is reported."""
    section = WINDOWS[key.text]
    bound = bind(section, value, path, key.span, cx)
    required = {known.name for known in section.keys if known.required}
    expr, length = bound.special.get("expr"), _length(bound)
    if expr is None or length is None or not required <= bound.keys.keys():
        return None
    if not _is_whole(bound, value):
        return None
    return WindowParts(
        kind=key.text.split("_", 1)[0],
        length=length,
        least=bound.value("min_true"),
        every=bound.literal("anchor_tf"),
        expr=expr,
    )


def _is_whole(bound: Bound, value: Marked) -> bool:
    """Return whether every key that stands there is known and could be read."""
    read = len(bound.values) + len(bound.special)
    return isinstance(value, Mapping) and len(value.entries) == len(bound.keys) == read


def _length(bound: Bound) -> nodes.Value | None:
    duration = bound.literal("duration")
    return bound.value("bars") if duration is None else duration_of(duration)


def duration_of(written: nodes.Literal) -> nodes.Literal:
    """Return a duration in the one spelling that its meaning has."""
    return nodes.Literal(value=str(written.value).strip().lower(), span=written.span)
