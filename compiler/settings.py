"""The parameters of a series as its unit takes them."""

from collections.abc import Mapping

from tradec.compiler import ir
from tradec.runtime.spec import Param, Spec

Value = int | float | bool | str | tuple[float, ...] | None


def setting(node: ir.Setting, values: Mapping[str, int | float]) -> int | float:
    """Return the value of a literal, or of a variable among `values`."""
    match node:
        case ir.Const(value=value):
            return value
        case ir.Param(name=name):
            return values[name]


def unit_arguments(
    series: ir.Series, spec: Spec, values: Mapping[str, int | float]
) -> dict[str, Value]:
    """Return every parameter of the unit: choices as words, absent optional ones as None."""
    given = dict(series.params)
    return {param.name: _argument(param, given[param.name], values) for param in spec.params}


def _argument(param: Param, node: ir.Given, values: Mapping[str, int | float]) -> Value:
    if node is None:
        return None
    if isinstance(node, tuple):
        return tuple(float(setting(item, values)) for item in node)
    value = setting(node, values)
    match param.kind:
        case "int":
            return int(value)
        case "float":
            return float(value)
        case "bool":
            return bool(value)
        case "choice":
            return param.choices[int(value)]
        case "series" | "list":
            return None


def play_values(play: ir.Play, changed: Mapping[str, int | float]) -> dict[str, int | float]:
    """Return the value of every variable of the play, those in `changed` as given there."""
    return {param.name: changed.get(param.name, param.value) for param in play.params}
