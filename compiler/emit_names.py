"""Names the places of a play's state after what the play calls them.

Every field ends in a word of ours (`_held`, `_past`, `_ring`, `_cross`, `_unit`, ...), so that no
id of a play can collide with another field or with a word of C or Cython.
"""

import re
from dataclasses import replace

from tradec.compiler import ir
from tradec.runtime.timeframe import TIMEFRAMES


def held_field(timeframe: str, output: str) -> str:
    """Return the field that holds an output of a timeframe's last closed bar."""
    return f"{output}_{timeframe}_held"


def past_field(series: str, output: str) -> str:
    """Return the field of the past values of an output, of a series or of a timeframe's bars."""
    if series in TIMEFRAMES:
        return f"{output}_{series}_past"
    return f"{series}__{output_slug(output)}_past"


def ring_field(series: str, name: str) -> str:
    """Return the field of a ring that a series owns."""
    return f"{series}__{name}_ring"


def output_slug(output: str) -> str:
    """Return an output as a part of a C name: `level[-0.272]` is `level_minus_0_272`."""
    return slug(output.replace("-", "minus_"))


def slug(text: str) -> str:
    """Return `text` as a part of a C name."""
    return re.sub(r"\W+", "_", text).strip("_")


def cell_names(cells: tuple[ir.Cell, ...]) -> dict[ir.Cell, str]:
    """Return the field of each memory; both directions of one crossing share one."""
    names: dict[ir.Node, str] = {}
    for cell in cells:
        key = _either_way(cell)
        if key in names:
            continue
        base = _cell_slug(cell)
        if base[0].isdigit():
            base = f"n{base}"
        taken, name, number = set(names.values()), base, 2
        while name in taken:
            name, number = f"{base}{number}", number + 1
        names[key] = name
    return {cell: names[_either_way(cell)] for cell in cells}


def _either_way(cell: ir.Cell) -> ir.Cell:
    """Return a crossing as the one upwards, anything else as it is."""
    return replace(cell, above=True) if isinstance(cell, ir.Cross) else cell


def _cell_slug(cell: ir.Cell) -> str:
    match cell:
        case ir.Cross(left=left, right=right):
            return f"{_operand_slug(left)}_{_operand_slug(right)}_cross"
        case ir.Changed(operand=operand):
            return f"{_operand_slug(operand)}_change"
        case ir.Window(operand=operand):
            return f"{_condition_slug(operand)}_window"


def _condition_slug(node: ir.Condition) -> str:
    """Return a few words of a condition: those of its first part."""
    match node:
        case ir.Compare(left=left, right=right) | ir.Near(left=left, right=right):
            return f"{_operand_slug(left)}_{_operand_slug(right)}"
        case ir.Cross() | ir.Changed() | ir.Window():
            return _cell_slug(node)
        case ir.Between(operand=operand) | ir.In(operand=operand):
            return _operand_slug(operand)
        case ir.Not(operand=operand):
            return f"not_{_condition_slug(operand)}"
        case ir.All(operands=operands) | ir.Any(operands=operands):
            return _condition_slug(operands[0])
        case ir.Known(value=value):
            return "true" if value else "false"


def _operand_slug(node: ir.Number) -> str:
    match node:
        case ir.Const(value=value):
            return slug(str(value).replace("-", "minus_"))
        case ir.Param(name=name):
            return name
        case ir.Read(series=series, output=output):
            if series in TIMEFRAMES:
                return f"{output}_{series}"
            return slug(series if output == "value" else f"{series}_{output_slug(output)}")
        case ir.Negate(operand=operand):
            return f"minus_{_operand_slug(operand)}"
        case ir.Arithmetic(left=left):
            return _operand_slug(left)
        case ir.Function(operands=operands):
            return _operand_slug(operands[0])
