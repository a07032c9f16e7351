"""Fair value gap: a price range that three bars in a row leave untraded.

bull   low[t] > high[t-2]: [high[t-2], low[t]];   bear   high[t] < low[t-2]: [high[t], low[t-2]]
size >= min_gap_atr * volatility where min_gap_atr > 0;  touching wicks leave no gap
life   kernels/zonebook.py: mitigated once filled to mitigate_at, invalidated by a close through it

Shapes   high, low, close and volatility in, per closed bar of the structure's own timeframe
Units    edges are prices, fill is a ratio
Empty    NaN, 0, false
Errors   mitigate_at outside of (0, 1], max_active outside 1..64, no volatility for min_gap_atr
Cost     O(max_active) time, 230 bytes and two rings of max_active zones
Source   structures.md 9; the bar between need not be a displacement
"""

from collections import deque

from tradec.runtime import outputs as out
from tradec.runtime.kernels.zonebook import ZoneBook
from tradec.runtime.spec import (
    Anchored,
    Output,
    Ring,
    Spec,
    integer,
    number,
    volatility_params,
)

_FIRST = "max(2, volatility_first_valid) if min_gap_atr > 0 else 2"

SPEC = Spec(
    kind="structure",
    title="Fair value gaps",
    inputs=("high", "low", "close", "volatility"),
    params=(
        number("min_gap_atr", 0.0, low=0),
        number("mitigate_at", 0.5, low=0, low_exclusive=True, high=1),
        integer("max_active", 5, high=64),
        *volatility_params(needed="min_gap_atr > 0"),
    ),
    outputs=out.zone_book(
        *(
            Output(
                name=name,
                unit="ratio",
                low=0,
                high=1,
                slack=0,
                relations=(f"{name} < mitigate_at",),
            )
            for name in ("nearest_bull_fill_pct", "nearest_bear_fill_pct")
        ),
    ),
    first_valid=_FIRST,
    memory=Anchored(event="creation of the live gaps", bars_required=f"({_FIRST}) + 1"),
    rings=(
        Ring(name="active", size="max_active", kind="BookZone"),
        Ring(name="mitigated", size="max_active", kind="BookZone"),
    ),
    reference="structures.md 9",
    cost="O(max_active)",
)


class FairValueGap:
    """The reference of the kernel in `fair_value_gap.pxd`."""

    __slots__ = ("_bars", "_book", "_min_gap", "_mitigate_at")

    def __init__(
        self,
        *,
        min_gap_atr: float,
        mitigate_at: float,
        max_active: int,
        atr_key: None = None,  # noqa: ARG002  comes as the input `volatility`
        atr_length: int | None = None,  # noqa: ARG002  comes as the input `volatility`
    ) -> None:
        self._min_gap = min_gap_atr
        self._mitigate_at = mitigate_at
        self._book = ZoneBook(max_active)
        self._bars: deque[tuple[float, float]] = deque(maxlen=2)

    def step(
        self, high: float, low: float, close: float, volatility: float
    ) -> tuple[float | int | bool, ...]:
        """Return every output after the closed bar."""
        book = self._book
        book.test(high, low, close, self._mitigate_at)
        if len(self._bars) == 2:
            then_high, then_low = self._bars[0]
            if low > then_high and self._is_wide(low - then_high, volatility):
                book.add(1, low, then_high)
            elif high < then_low and self._is_wide(then_low - high, volatility):
                book.add(-1, then_low, high)
        self._bars.append((high, low))
        fills = (book.nearest(1, close).fill, book.nearest(-1, close).fill)
        return (*book.outputs(close), *fills)

    def _is_wide(self, size: float, volatility: float) -> bool:
        if self._min_gap == 0.0:
            return True
        return volatility > 0.0 and size >= self._min_gap * volatility
