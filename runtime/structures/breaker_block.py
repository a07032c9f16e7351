"""Breaker block: a failed order block that a change of character turns around.

wait    the blocks that price closed through on this bar or up to `window` bars ago, oldest first
turn    one whose direction is against the last CHoCH, itself at most `window` bars old, leaves the
        wait; it is born with the direction of the CHoCH unless the close is beyond its far edge
life    kernels/zonebook.py: the first touch mitigates, a close through it invalidates

Shapes   the invalidated blocks of an order_block, the CHoCH of a market_structure, high, low and
         close in, per closed bar of the structure's own timeframe
Units    edges are prices
Empty    NaN, 0, false
Errors   max_active outside 1..64, window outside 0..500
Cost     O(max_active) time; 300 bytes, two rings of max_active zones and one of those that wait
Source   structures.md 13; either fact may come first, and one bar may turn several blocks
"""

from tradec.runtime import outputs as out
from tradec.runtime.kernels.zonebook import BookZone, ZoneBook
from tradec.runtime.spec import Anchored, Ring, Spec, integer
from tradec.runtime.structures.market_structure import MarketStructure
from tradec.runtime.structures.order_block import OrderBlock

_FIRST = "max(order_block_first_valid + 1, market_structure_first_valid + 2)"

SPEC = Spec(
    kind="structure",
    title="Breaker blocks",
    inputs=("high", "low", "close"),
    params=(
        integer("max_active", 5, high=64),
        integer("window", 5, low=0, high=500),
    ),
    outputs=out.zone_book(),
    first_valid=_FIRST,
    memory=Anchored(event="creation of the live breakers", bars_required=f"{_FIRST} + 1"),
    rings=(
        Ring(name="active", size="max_active", kind="BookZone"),
        Ring(name="mitigated", size="max_active", kind="BookZone"),
        Ring(name="waiting", size="2 * order_block_max_active + window + 1", kind="FailedBlock"),
    ),
    needs=("order_block", "market_structure"),
    reference="structures.md 13",
    cost="O(max_active)",
)


class BreakerBlock:
    """The reference of the kernel in `breaker_block.pxd`."""

    __slots__ = ("_book", "_now", "_turn", "_waiting", "_window")

    def __init__(self, *, max_active: int, window: int) -> None:
        self._book = ZoneBook(max_active)
        self._window = window
        self._now = 0
        self._turn: tuple[int, int] | None = None  # direction and bar of the last CHoCH
        self._waiting: list[tuple[BookZone, int]] = []

    def step(
        self,
        blocks: OrderBlock,
        structure: MarketStructure,
        high: float,
        low: float,
        close: float,
    ) -> tuple[float | int | bool, ...]:
        """Return every output after the closed bar."""
        self._book.test(high, low, close, 0.0)
        if structure.is_changed:
            self._turn = (structure.bias, self._now)
        failed = [*self._waiting, *((block, self._now) for block in blocks.invalidated)]
        self._waiting = []
        for block, bar in failed:
            if self._now - bar > self._window:
                continue
            if self._turns(block):
                self._turn_around(block, close)
            else:
                self._waiting.append((block, bar))
        self._now += 1
        return self._book.outputs(close)

    def _turns(self, block: BookZone) -> bool:
        if self._turn is None:
            return False
        direction, bar = self._turn
        return direction == -block.side and self._now - bar <= self._window

    def _turn_around(self, block: BookZone, close: float) -> None:
        turned = BookZone(-block.side, block.upper, block.lower, 0, -1)
        if not turned.is_broken(close):
            self._book.add(turned.side, turned.upper, turned.lower)
