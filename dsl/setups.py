"""The section `setups`: conditions with names, which share one namespace with features."""

from tradec.dsl import nodes
from tradec.dsl.bind import Bound, join_path
from tradec.dsl.conditions import read_condition
from tradec.dsl.context import Context
from tradec.dsl.marked import Mapping, Marked, Scalar
from tradec.dsl.units import Namespace


def read_setups(bound: Bound, namespace: Namespace, cx: Context) -> tuple[nodes.Setup, ...]:
    """Return the setups in the order of the file."""
    value = bound.special.get("setups")
    if value is None:
        return ()
    if not isinstance(value, Mapping):
        cx.wrong_type("setups", "a mapping of names to conditions", value)
        return ()
    read = (_read_setup(key, inner, namespace, cx) for key, inner in value.entries)
    return tuple(setup for setup in read if setup is not None)


def _read_setup(
    key: Scalar, value: Marked, namespace: Namespace, cx: Context
) -> nodes.Setup | None:
    named = cx.text(key)
    if named is None:
        return None
    path = join_path("setups", named.text)
    is_free = namespace.take(named.text, key.span)
    if isinstance(value, Scalar) and value.plain and not value.text:
        cx.wrong_type(path, "a condition", value)
        return None
    condition = read_condition(value, path, cx)
    if condition is None or not is_free:
        return None
    return nodes.Setup(name=named.text, condition=condition, span=key.span)
