"""Rolling extreme of any series.

value[t] = min or max of the last `size` inputs       kernels/monotone.py

Shapes   one scalar in, one scalar out, per closed bar of the structure's own timeframe
Units    same as the source
Empty    NaN until `size` inputs; NaN in -> NaN out, state kept
Errors   a size outside 1..5000; size, source and mode are required
Cost     O(1) amortised time, 40 bytes and a ring of `size`
Source   structures.md 6
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.monotone import Monotone
from tradec.runtime.spec import Finite, Output, Param, Ring, Spec, choice, integer

SPEC = Spec(
    kind="structure",
    title="Rolling extreme",
    inputs=("source",),
    params=(
        integer("size"),
        Param(name="source", kind="series", required=True, meaning="the series it watches"),
        choice("mode", ("min", "max")),
    ),
    outputs=(
        Output(
            name="value",
            relations=(
                "value == min(source, size) if mode == 'min' else value == max(source, size)",
            ),
        ),
    ),
    first_valid="size - 1",
    memory=Finite(window="size"),
    rings=(Ring(name="values", size="size"),),
    reference="structures.md 6",
    cost="O(1) amortised",
)


class RollingWindow:
    """The reference of the kernel in `rolling_window.pxd`."""

    __slots__ = ("_extreme",)

    def __init__(self, *, size: int, mode: str, source: None = None) -> None:  # noqa: ARG002  an input
        self._extreme = Monotone(size, highest=mode == "max")

    def step(self, x: float) -> tuple[float]:
        """Return the extreme after the closed bar `x`."""
        return (NAN if math.isnan(x) else self._extreme.step(x),)
