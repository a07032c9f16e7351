"""Chande momentum oscillator: the net change of the last bars in percent of the path it took.

net, path = efficiency(length)(x)          kernels/efficiency.py
y = 100 * max(-1, min(1, net / path)),     0 if path == 0

With U and W the sums of rises and falls over `length` changes, net = U - W and path = U + W.

Shapes   one scalar in, one scalar out, per closed bar of the feature's own timeframe
Units    -100..100
Empty    NaN before bar length; NaN in -> NaN out, state kept (a step of the path spans the hole)
Errors   a length outside 1..5000
Cost     O(1) time, 104 bytes and two rings of `length` doubles
Source   T. Chande 1994; TradingView's ta.cmo. TA-Lib's CMO smooths as Wilder does
"""

from tradec.runtime.kernels.efficiency import Efficiency
from tradec.runtime.spec import Finite, Output, Ring, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Chande momentum oscillator",
    inputs=("source", "bar_number"),
    params=(integer("length", 14),),
    outputs=(Output(name="value", unit="bounded oscillator", low=-100, high=100, slack=0),),
    primary="value",
    first_valid="length",
    memory=Finite(window="length + 1"),
    rings=(Ring(name="past", size="length"), Ring(name="steps", size="length")),
    reference="TradingView ta.cmo",
)


class Cmo:
    """The reference of the kernel in `cmo.pxd`."""

    __slots__ = ("_efficiency",)

    def __init__(self, *, length: int) -> None:
        self._efficiency = Efficiency(length)

    def step(self, x: float, bar_number: int) -> tuple[float]:
        """Return the oscillator after the closed bar `x`."""
        net, path = self._efficiency.step(x, bar_number)
        if path == 0.0:
            return (0.0,)
        share = net / path
        return (100.0 * (1.0 if share > 1.0 else max(share, -1.0)),)
