"""Order block: the last candle against a strong move, once price has left it.

trigger d   a displacement of direction d (measured as in displacement.py), or, without
            require_displacement, a close beyond the newest swing that is not yet broken
block       the newest of the last `lookback` candles that closed against d;
            its body, or its whole range without use_body; only if this close is beyond it
life        kernels/zonebook.py: the first touch mitigates, a close through it invalidates

Shapes   open, high, low, close and volatility, the event of a displacement or the pivots of a
         swing in, per closed bar of the structure's own timeframe
Units    edges are prices, indices count this timeframe's bars from the first one fed
Empty    NaN, -1, 0, false
Errors   without require_displacement no swing, or a displacement; with it neither displacement nor
         volatility; lookback outside 1..100, max_active outside 1..64
Cost     O(max_active) time, O(lookback) on a trigger; 310 bytes, the rings of zones and candles
Source   structures.md 10; a swing beside a displacement is accepted and not read
"""

from collections import deque
from typing import NamedTuple

from tradec.runtime import outputs as out
from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.zonebook import BookZone, ZoneBook
from tradec.runtime.spec import (
    Anchored,
    Ring,
    Spec,
    flag,
    integer,
    number,
    volatility_params,
)
from tradec.runtime.structures.displacement import Displacement, judge
from tradec.runtime.structures.swing import HIGH, LOW, Swing

_TRIGGER = "displacement_first_valid if uses_displacement else volatility_first_valid"
_FIRST = f"max(1, {_TRIGGER}) if require_displacement else swing_first_valid + 1"

SPEC = Spec(
    kind="structure",
    title="Order blocks",
    inputs=("open", "high", "low", "close", "volatility"),
    params=(
        flag("use_body", default=True),
        flag("require_displacement", default=True),
        number("body_atr_min", 1.5, low=0, low_exclusive=True),
        number("wick_ratio_max", 0.4, low=0),
        integer("max_active", 5, high=64),
        integer("lookback", 3, high=100),
        *volatility_params(needed="require_displacement and not uses_displacement"),
    ),
    outputs=out.zone_book(
        out.index("new_block_idx"),
        out.index("nearest_bull_block_idx"),
        out.index("nearest_bear_block_idx"),
    ),
    first_valid=_FIRST,
    memory=Anchored(event="creation of the live blocks", bars_required=f"({_FIRST}) + 1"),
    rings=(
        Ring(name="active", size="max_active", kind="BookZone"),
        Ring(name="mitigated", size="max_active", kind="BookZone"),
        Ring(name="invalid", size="2 * max_active", kind="BookZone", shared=True),
        Ring(name="candles", size="lookback", kind="BlockCandle"),
    ),
    optional=("swing", "displacement"),
    use_rules=(
        ("require_displacement or uses_swing", "`require_displacement: false` needs a swing"),
        (
            "require_displacement or not uses_displacement",
            "`require_displacement: false` takes no displacement",
        ),
    ),
    reference="structures.md 10",
    cost="O(max_active), O(lookback) on a trigger",
)


class _Candle(NamedTuple):
    bar: int
    open: float
    high: float
    low: float
    close: float

    def is_against(self, direction: int) -> bool:
        return self.close < self.open if direction == 1 else self.close > self.open


class OrderBlock:
    """The reference of the kernel in `order_block.pxd`."""

    __slots__ = (
        "_armed",
        "_book",
        "_by_displacement",
        "_history",
        "_now",
        "_thresholds",
        "_use_body",
    )

    def __init__(  # noqa: PLR0913  the parameters are those of the play
        self,
        *,
        use_body: bool,
        require_displacement: bool,
        body_atr_min: float,
        wick_ratio_max: float,
        max_active: int,
        lookback: int,
        atr_key: None = None,  # noqa: ARG002  comes as the input `volatility`
        atr_length: int | None = None,  # noqa: ARG002  comes as the input `volatility`
    ) -> None:
        self._use_body = use_body
        self._by_displacement = require_displacement
        self._thresholds = (body_atr_min, wick_ratio_max)
        self._book = ZoneBook(max_active)
        self._history: deque[_Candle] = deque(maxlen=lookback)
        self._armed = {HIGH: NAN, LOW: NAN}
        self._now = 0

    @property
    def invalidated(self) -> list[BookZone]:
        """The blocks that this bar closed through, oldest first."""
        return self._book.invalidated

    def step(  # noqa: PLR0913, PLR0917  its slots and its inputs
        self,
        swing: Swing | None,
        displacement: Displacement | None,
        open_: float,
        high: float,
        low: float,
        close: float,
        volatility: float,
    ) -> tuple[float | int | bool, ...]:
        """Return every output after the closed bar."""
        candle = _Candle(self._now, open_, high, low, close)
        if not self._by_displacement:
            direction = self._broken_side(swing, close)
        elif displacement is not None:
            direction = displacement.direction
        else:
            direction = judge((open_, high, low, close), volatility, self._thresholds).direction
        self._book.test(high, low, close, 0.0)
        if direction:
            self._look_back(direction, close)
        self._history.append(candle)
        self._now += 1
        blocks = (self._book.nearest(1, close).block, self._book.nearest(-1, close).block)
        return (*self._book.outputs(close), self._book.born.block, *blocks)

    def _broken_side(self, swing: Swing | None, close: float) -> int:
        for pivot in swing.pivots if swing else ():
            self._armed[pivot.side] = pivot.level
        for side in (HIGH, LOW):
            if side * close > side * self._armed[side]:
                self._armed[side] = NAN
                return side
        return 0

    def _look_back(self, direction: int, close: float) -> None:
        block = next((c for c in reversed(self._history) if c.is_against(direction)), None)
        if block is None:
            return
        edges = (block.open, block.close) if self._use_body else (block.high, block.low)
        upper, lower = max(edges), min(edges)
        if close > upper if direction == 1 else close < lower:
            self._book.add(direction, upper, lower, block.bar)
