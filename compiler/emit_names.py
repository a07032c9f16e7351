"""Names the places of a play's state after what the play calls them.

Every field ends in a word of ours (`_held`, `_past`, `_ring`, `_cross`, `_unit`, ...), so that no
id of a play can collide with another field or with a word of C or Cython.
"""

import re

from tradec.compiler import ir
from tradec.runtime.timeframe import TIMEFRAMES


def held_field(timeframe: str, output: str) -> str:
    """Return the field that holds an output of a timeframe's last closed bar."""
    return f"{output}_{timeframe}_held"


def past_field(series: str, output: str) -> str:
    """Return the field of the past values of an output, of a series or of a timeframe's bars."""
    if series in TIMEFRAMES:
        return f"{output}_{series}_past"
    return f"{series}__{slug(output)}_past"


def ring_field(series: str, name: str) -> str:
    """Return the field of a ring that a series owns."""
    return f"{series}__{name}_ring"


def slug(text: str) -> str:
    """Return `text` as a part of a C name."""
    return re.sub(r"\W+", "_", text).strip("_")


def cell_names(crosses: tuple[ir.Cross, ...]) -> dict[ir.Cross, str]:
    """Return the field of each crossing's cell; both directions of one crossing share a cell."""
    names: dict[tuple[ir.Number, ir.Number], str] = {}
    for cross in crosses:
        if (cross.left, cross.right) in names:
            continue
        base = f"{_operand_slug(cross.left)}_{_operand_slug(cross.right)}_cross"
        if base[0].isdigit():
            base = f"n{base}"
        taken, name, number = set(names.values()), base, 2
        while name in taken:
            name, number = f"{base}{number}", number + 1
        names[cross.left, cross.right] = name
    return {cross: names[cross.left, cross.right] for cross in crosses}


def _operand_slug(node: ir.Number) -> str:
    match node:
        case ir.Const(value=value):
            return slug(str(value).replace("-", "minus_"))
        case ir.Param(name=name):
            return name
        case ir.Read(series=series, output=output):
            if series in TIMEFRAMES:
                return f"{output}_{series}"
            return slug(series if output == "value" else f"{series}_{output}")
        case ir.Negate(operand=operand):
            return f"minus_{_operand_slug(operand)}"
        case ir.Arithmetic(left=left):
            return _operand_slug(left)
