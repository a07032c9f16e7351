"""Volume-weighted average price since the last swing of one kind was confirmed.

p = (h + l + c) / 3                        added from left to right
y = the mean of p weighted by volume       kernels/anchored.py, anchored on the bar on which the
                                           swing's counter rises, and before that on the first bar
swing_high, swing_low, swing_any           high_version, low_version, either
pair_high, pair_low, pair_any              pair_version, if the pair ends on a high, a low, either
manual                                     never
bars_since_anchor                          1 on the bar of the anchor, and on the first bar

Shapes   a swing, high, low, close, volume in; two scalars out, per closed bar of the feature's own
         timeframe, after the structures of that bar
Units    price, bars
Empty    value NaN until a bar since the anchor has volume; NaN in -> missing out, state kept
Errors   no swing on the same timeframe, an unknown anchor_source
Cost     O(1) time, 48 bytes
Source   indicators.md 2.44; TradingView's ta.vwap with an anchor
"""

import math

from tradec.runtime.kernels.anchored import AnchoredMean
from tradec.runtime.kernels.arith import MISSING, NAN
from tradec.runtime.spec import Anchored, Output, Spec, choice, structure_key
from tradec.runtime.structures.swing import HIGH, LOW, Swing

SIDES = {"high": (HIGH,), "low": (LOW,), "any": (HIGH, LOW), "manual": ()}

SPEC = Spec(
    kind="indicator",
    title="Volume-weighted average price since a swing",
    inputs=("high", "low", "close", "volume"),
    params=(
        choice(
            "anchor_source",
            (
                "swing_high",
                "swing_low",
                "swing_any",
                "pair_high",
                "pair_low",
                "pair_any",
                "manual",
            ),
            "swing_any",
        ),
        structure_key("structure", of="swing"),
    ),
    outputs=(
        Output(name="value", unit="price", relations=("min(low) <= value", "value <= max(high)")),
        Output(name="bars_since_anchor", kind="int", unit="bars", low=1),
    ),
    primary="value",
    first_valid="0",
    memory=Anchored(event="last anchor event of the swing", bars_required="1"),
    needs=("swing",),
    reference="indicators.md 2.44",
)


class AnchoredVwap:
    """The reference of the kernel in `anchored_vwap.pxd`."""

    __slots__ = ("_age", "_mean", "_of_pairs", "_pairs", "_sides")

    def __init__(self, *, anchor_source: str, structure: None = None) -> None:  # noqa: ARG002
        kind, _, side = anchor_source.rpartition("_")
        self._of_pairs = kind == "pair"
        self._sides = SIDES[side]
        self._pairs = 0
        self._age = 0
        self._mean = AnchoredMean()

    def step(
        self, swing: Swing, high: float, low: float, close: float, volume: float
    ) -> tuple[float, int]:
        """Return the mean price and the bars since the anchor after the closed bar."""
        is_anchor = self._is_anchor(swing)
        price = (high + low + close) / 3.0
        if math.isnan(price) or math.isnan(volume):
            return NAN, MISSING
        if is_anchor:
            self._mean.restart()
            self._age = 0
        self._age += 1
        return self._mean.step(price, volume), self._age

    def _is_anchor(self, swing: Swing) -> bool:
        if not self._of_pairs:
            return any(pivot.side in self._sides for pivot in swing.pivots)
        pair = swing.pair
        if pair is None or pair.version == self._pairs:
            return False
        self._pairs = pair.version
        return pair.direction in self._sides
