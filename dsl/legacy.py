"""Fields as older plays write them: `level_0.618` and `zone0_state`."""

import re
from dataclasses import replace

from tradec.dsl.context import Context
from tradec.dsl.marked import Piece, Scalar

_LEVEL = re.compile(r"((?:\w+\.)?)level_(-?[0-9]+(?:\.[0-9]+)?)\Z")
_ZONE = re.compile(r"((?:\w+\.)?)zone([0-9]+)_([a-z_]+)\Z")


def modern_field(text: str) -> str | None:
    """Return a reference as it is written today; None if it is no old form."""
    if found := _LEVEL.match(text):
        return f"{found.group(1)}level[{found.group(2)}]"
    if found := _ZONE.match(text):
        return f"{found.group(1)}zone[{found.group(2)}].{found.group(3)}"
    return None


def modernize(scalar: Scalar, cx: Context) -> Scalar:
    """Return a scalar whose reference is written as today; W105 if it was not."""
    modern = modern_field(scalar.text)
    if modern is None:
        return scalar
    message = f"`{scalar.text}` is a deprecated way to write a field"
    cx.report("W105", scalar.span, message, f"write `{modern}`")
    origin_end = scalar.pieces[-1].origin_end if scalar.pieces else len(scalar.text)
    piece = Piece(start=0, end=len(modern), origin=0, origin_end=origin_end, whole=True)
    return replace(scalar, text=modern, pieces=(piece,))
