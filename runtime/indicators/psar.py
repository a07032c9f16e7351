"""Parabolic stop and reverse: a stop that accelerates towards price and turns when touched.

bar 1  up unless the low fell, and by more than the high rose;  A = min(af0, max_af)
       up:  e = h, s = l[0], A;   down:  e = l, s = h[0]          e: the extreme, s: the stop
       its own high and low stand for those of the bar before
up     touched, l <= s:  out = max(e, h[t-1], h),  e = l,  A = min(af0, max_af)
                         s = max(out + A * (e - out), h[t-1], h),  down from now on
       else              out = s;  where h > e:  e = h,  A = min(A + min(af, max_af), max_af)
                         s = min(out + A * (e - out), l[t-1], l)
down   the mirror image
sar = out;  long, short = out of the direction after the bar;  af = A;  reversal = 1 where touched

Shapes   high and low in, five scalars out, per closed bar of the feature's own timeframe
Units    prices; af a ratio, reversal 0 or 1
Empty    NaN and missing before bar 1; of long and short the other one always is;
         NaN in -> missing out, state kept
Errors   a step or limit not above 0, af0 above max_af
Cost     O(1) time, 80 bytes
Source   J. W. Wilder 1978; TA-Lib's SAR, which has one step for both af0 and af
"""

import math

from tradec.runtime.kernels.arith import MISSING, NAN
from tradec.runtime.spec import Anchored, Output, Spec, number

SPEC = Spec(
    kind="indicator",
    title="Parabolic stop and reverse",
    inputs=("high", "low"),
    params=(
        number("af0", 0.02, low=0, low_exclusive=True),
        number("af", 0.02, low=0, low_exclusive=True),
        number("max_af", 0.2, low=0, low_exclusive=True),
    ),
    outputs=(
        Output(name="sar", unit="price"),
        Output(
            name="long",
            unit="price",
            exclusive=True,
            relations=("long <= low", "long == sar", "not (present(long) and present(short))"),
        ),
        Output(
            name="short",
            unit="price",
            exclusive=True,
            relations=("short >= high", "short == sar"),
        ),
        Output(name="af", unit="ratio", low="min(af0, max_af)", high="max_af", slack=0),
        Output(name="reversal", kind="int", unit="enum", low=0, high=1),
    ),
    primary="sar",
    first_valid="1",
    memory=Anchored(event="last reversal", bars_required="2"),
    constraints=(("af0 <= max_af", "af0 must not be above max_af"),),
    reference="TA-Lib SAR",
)

_Five = tuple[float, float, float, float, int]


class Psar:
    """The reference of the kernel in `psar.pxd`."""

    __slots__ = ("_af", "_af0", "_before", "_extreme", "_is_up", "_limit", "_step", "_stop")

    def __init__(self, *, af0: float, af: float, max_af: float) -> None:
        self._af0 = min(af0, max_af)
        self._step = min(af, max_af)
        self._limit = max_af
        self._before: tuple[float, float] | None = None
        self._is_up: bool | None = None
        self._af = self._extreme = self._stop = NAN

    def step(self, high: float, low: float) -> _Five:
        """Return sar, long, short, af and reversal after the closed bar."""
        if math.isnan(high) or math.isnan(low):
            return NAN, NAN, NAN, NAN, MISSING
        before = self._before
        self._before = (high, low)
        if before is None:
            return NAN, NAN, NAN, NAN, MISSING
        if self._is_up is None:
            self._begin(before, high, low)
            before = (high, low)
        was_up = self._is_up
        out = self._rise(before, high, low) if was_up else self._fall(before, high, low)
        long, short = (out, NAN) if self._is_up else (NAN, out)
        return out, long, short, self._af, int(self._is_up != was_up)

    def _begin(self, before: tuple[float, float], high: float, low: float) -> None:
        fell, rose = before[1] - low, high - before[0]
        self._is_up = not (fell > 0.0 and fell > rose)
        self._extreme, self._stop = (high, before[1]) if self._is_up else (low, before[0])
        self._af = self._af0

    def _rise(self, before: tuple[float, float], high: float, low: float) -> float:
        if low <= self._stop:
            out = max(self._extreme, before[0], high)
            self._is_up, self._extreme, self._af = False, low, self._af0
            self._stop = max(out + self._af * (low - out), before[0], high)
            return out
        out = self._stop
        if high > self._extreme:
            self._extreme, self._af = high, min(self._af + self._step, self._limit)
        self._stop = min(out + self._af * (self._extreme - out), before[1], low)
        return out

    def _fall(self, before: tuple[float, float], high: float, low: float) -> float:
        if high >= self._stop:
            out = min(self._extreme, before[1], low)
            self._is_up, self._extreme, self._af = True, high, self._af0
            self._stop = min(out + self._af * (high - out), before[1], low)
            return out
        out = self._stop
        if low < self._extreme:
            self._extreme, self._af = low, min(self._af + self._step, self._limit)
        self._stop = max(out + self._af * (self._extreme - out), before[0], high)
        return out
