"""Trix: the one-bar rate of change of a triple exponential average, and its simple average.

e1 = expavg(length)(x)                     kernels/expavg.py, each with its own seed
e2 = expavg(length)(e1)
e3 = expavg(length)(e2)
trix   = 100 * (e3[t] / e3[t-1] - 1),      NaN if e3[t-1] == 0
signal = mean(signal)(trix)                kernels/rolling.py, counts from the first trix

Shapes   one scalar in, two out, per closed bar of the feature's own timeframe
Units    percent a bar
Empty    trix NaN before bar 3*length-2, signal before 3*length+signal-3; NaN in -> NaN out
Errors   a length outside 1..5000
Cost     O(1) time, 168 bytes and a ring of `signal` doubles
Source   J. Hutson 1983; TA-Lib's TRIX and its SMA
"""

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.expavg import ExpAvg
from tradec.runtime.kernels.rolling import RollingMean
from tradec.runtime.spec import Fading, Output, Ring, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Rate of change of a triple exponential average",
    inputs=("source", "bar_number"),
    params=(integer("length", 18), integer("signal", 9)),
    outputs=(
        Output(
            name="trix",
            unit="percent",
            low=-100,
            first_valid="3 * length - 2",
            slack=0,
            given="source >= 0",
        ),
        Output(name="signal", unit="percent", low=-100, given="source >= 0"),
    ),
    primary="trix",
    first_valid="3 * length + signal - 3",
    memory=Fading(decay="(length - 1) / (length + 1)", order=3, window="signal"),
    rings=(Ring(name="window", size="signal"),),
    reference="TA-Lib TRIX, signal its SMA",
)


class Trix:
    """The reference of the kernel in `trix.pxd`."""

    __slots__ = ("_averages", "_last", "_mean")

    def __init__(self, *, length: int, signal: int) -> None:
        self._averages = tuple(ExpAvg(length) for _ in range(3))
        self._mean = RollingMean(signal)
        self._last = NAN

    def step(self, x: float, bar_number: int) -> tuple[float, float]:
        """Return trix and signal after the closed bar `x`."""
        smooth = x
        for average in self._averages:
            smooth = average.step(smooth)
        trix = NAN if self._last == 0.0 else 100.0 * (smooth / self._last - 1.0)
        if smooth == smooth:  # noqa: PLR0124  not NaN
            self._last = smooth
        return trix, self._mean.step(trix, bar_number)
