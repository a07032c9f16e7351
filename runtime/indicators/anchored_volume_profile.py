"""Volume profile since the last pair of swings.

every level                                kernels/histogram.py over the last `lookback` bars, but
                                           none before the one on which the swing's pair_version
                                           last rose; in `num_buckets` buckets
above_poc     = close > poc
in_value_area = val <= close <= vah        at value_area_pct of the volume, a ratio
bars_since_anchor                          1 on the bar of the anchor, and on the first bar

Shapes   a swing, high, low, close, volume in; seven scalars out, per closed bar of the feature's
         own timeframe, after the structures of that bar
Units    prices, a volume, bars
Empty    levels missing with fewer than two bars or no volume in the window; NaN in -> missing out,
         state kept
Errors   no swing on the same timeframe; the bounds of volume_profile.py
Cost     that of volume_profile.py
Source   indicators.md 2.46
"""

import math

from tradec.runtime.indicators.volume_profile import COST, OUTPUTS, PARAMS, RINGS
from tradec.runtime.kernels.arith import MISSING
from tradec.runtime.kernels.histogram import NO_LEVELS, Histogram, Levels
from tradec.runtime.spec import Anchored, Output, Spec, structure_key
from tradec.runtime.structures.swing import Swing

SPEC = Spec(
    kind="indicator",
    title="Volume profile since a pair of swings",
    inputs=("high", "low", "close", "volume", "bar_number"),
    params=(*PARAMS, structure_key("structure", of="swing")),
    outputs=(
        *OUTPUTS,
        Output(name="bars_since_anchor", kind="int", unit="bars", low=1, first_valid="0"),
    ),
    primary="poc",
    first_valid="1",
    memory=Anchored(event="last pair_version change, window <= lookback", bars_required="2"),
    rings=RINGS,
    needs=("swing",),
    reference="indicators.md 2.46",
    cost=COST,
)


class AnchoredVolumeProfile:
    """The reference of the kernel in `anchored_volume_profile.pxd`."""

    __slots__ = ("_age", "_histogram", "_pairs", "_share")

    def __init__(
        self,
        *,
        num_buckets: int,
        lookback: int,
        value_area_pct: float,
        structure: None = None,  # noqa: ARG002  comes as the swing itself
    ) -> None:
        self._histogram = Histogram(num_buckets, lookback)
        self._share = value_area_pct
        self._pairs = 0
        self._age = 0

    def step(
        self,
        swing: Swing,
        high: float,
        low: float,
        close: float,
        volume: float,
        bar_number: int,
    ) -> tuple[*Levels, int]:
        """Return the levels and the bars since the anchor after the closed bar."""
        pairs = swing.pair.version if swing.pair else 0
        if any(map(math.isnan, (high, low, close, volume))):
            return (*NO_LEVELS, MISSING)
        if pairs != self._pairs:
            self._pairs, self._age = pairs, 0
            self._histogram.restart()
        self._age += 1
        self._histogram.step(low, high, volume, bar_number)
        return (*self._histogram.levels(close, self._share), self._age)
