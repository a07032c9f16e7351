"""Volume profile: where volume traded by price over the last bars.

every level                                kernels/histogram.py over `lookback` bars in
                                           `num_buckets` buckets
above_poc     = close > poc
in_value_area = val <= close <= vah        at value_area_pct of the volume, a ratio

Shapes   high, low, close, volume in; six scalars out, per closed bar of the feature's own timeframe
Units    prices and a volume
Empty    missing with fewer than two bars or no volume in the window; NaN in -> missing out,
         state kept
Errors   num_buckets outside 2..1000, lookback outside 2..5000, value_area_pct not above 0 up to 1
Cost     O(buckets of two bars + num_buckets), O(lookback + num_buckets) when the range moves;
         three rings of lookback doubles and two of the buckets
Source   indicators.md 2.45
"""

import math

from tradec.runtime.kernels.histogram import NO_LEVELS, Histogram, Levels
from tradec.runtime.spec import Finite, Output, Param, Ring, Spec, integer, number

PARAMS: tuple[Param, ...] = (
    integer("num_buckets", 50, low=2, high=1000),
    integer("lookback", 50, low=2),
    number("value_area_pct", 0.7, low=0, high=1, low_exclusive=True, meaning="a ratio, up to 1"),
)
OUTPUTS = (
    Output(
        name="poc",
        unit="price",
        relations=(
            "val <= poc",
            "val <= vah",
            "min(low, lookback) <= poc",
            "poc <= max(high, lookback)",
        ),
        meaning="point of control: the price most traded at",
    ),
    Output(name="vah", unit="price", relations=("poc <= vah", "vah <= max(high, lookback)")),
    Output(name="val", unit="price", relations=("min(low, lookback) <= val",)),
    Output(name="poc_volume", unit="volume", low=0, slack=0),
    Output(name="above_poc", kind="bool", unit="bool", relations=("above_poc == (close > poc)",)),
    Output(
        name="in_value_area",
        kind="bool",
        unit="bool",
        relations=("in_value_area == (val <= close <= vah)",),
    ),
)
RINGS = (
    Ring(name="lows", size="lookback"),
    Ring(name="highs", size="lookback"),
    Ring(name="volumes", size="lookback"),
    Ring(name="sums", size="2 * num_buckets + 2"),
    Ring(name="bars", size="num_buckets + 1", kind="int64"),
)
COST = "O(num_buckets), O(lookback + num_buckets) when the range of the window moves"

SPEC = Spec(
    kind="indicator",
    title="Volume profile",
    inputs=("high", "low", "close", "volume", "bar_number"),
    params=PARAMS,
    outputs=OUTPUTS,
    together=(("poc", "vah", "val"),),
    primary="poc",
    first_valid="1",
    memory=Finite(window="lookback"),
    rings=RINGS,
    reference="indicators.md 2.45",
    cost=COST,
)


class VolumeProfile:
    """The reference of the kernel in `volume_profile.pxd`."""

    __slots__ = ("_histogram", "_share")

    def __init__(self, *, num_buckets: int, lookback: int, value_area_pct: float) -> None:
        self._histogram = Histogram(num_buckets, lookback)
        self._share = value_area_pct

    def step(self, high: float, low: float, close: float, volume: float, bar_number: int) -> Levels:
        """Return the levels after the closed bar."""
        if any(map(math.isnan, (high, low, close, volume))):
            return NO_LEVELS
        self._histogram.step(low, high, volume, bar_number)
        return self._histogram.levels(close, self._share)
