"""Moving average convergence divergence: a fast minus a slow exponential average, and its average.

macd      = expavg(fast)(x) - expavg(slow)(x)         kernels/expavg.py, each with its own seed
signal    = expavg(signal)(macd)                      counts from the first macd
histogram = macd - signal

Shapes   one scalar in, three out, per closed bar of the feature's own timeframe
Units    a difference in the unit of the source
Empty    macd NaN before bar slow-1, signal and histogram before slow+signal-2; NaN in -> NaN out
Errors   a length outside 1..5000; fast not below slow
Cost     O(1) time, 96 bytes
Source   G. Appel 1979; TradingView's ta.macd. TA-Lib's MACD seeds the fast average at slow-1
"""

from tradec.runtime.kernels.expavg import ExpAvg
from tradec.runtime.spec import Fading, Output, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Moving average convergence divergence",
    inputs=("source",),
    params=(integer("fast", 12), integer("slow", 26), integer("signal", 9)),
    outputs=(
        Output(name="macd", unit="source-difference", first_valid="slow - 1"),
        Output(name="signal", unit="source-difference"),
        Output(
            name="histogram", unit="source-difference", relations=("histogram == macd - signal",)
        ),
    ),
    together=(("signal", "histogram"),),
    primary="macd",
    first_valid="slow + signal - 2",
    memory=Fading(decay="max((slow - 1) / (slow + 1), (signal - 1) / (signal + 1))", order=2),
    constraints=(("fast < slow", "fast must be shorter than slow"),),
    reference="TradingView ta.macd",
)


class Macd:
    """The reference of the kernel in `macd.pxd`."""

    __slots__ = ("_fast", "_signal", "_slow")

    def __init__(self, *, fast: int, slow: int, signal: int) -> None:
        self._fast = ExpAvg(fast)
        self._slow = ExpAvg(slow)
        self._signal = ExpAvg(signal)

    def step(self, x: float) -> tuple[float, float, float]:
        """Return macd, signal and histogram after the closed bar `x`."""
        macd = self._fast.step(x) - self._slow.step(x)
        signal = self._signal.step(macd)
        return macd, signal, macd - signal
