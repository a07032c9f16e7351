"""Market structure: breaks with the bias (BOS), and of the swing that protects it (CHoCH).

pivot       high: newest high := armed high := level; bias -1 and (no anchor or index <= broke):
            anchor := level;   low mirrored with bias +1
bias +1     below anchor: CHoCH(-1),  else above armed high: BOS(+1);   bias -1 mirrored
bias  0     BOS to the side that breaks; both: the candle's body decides, a doji does nothing
BOS(d)      last_bos := (t, armed), armed := none, bias := d, anchor := newest opposite swing
CHoCH(d)    last_choch := (t, anchor), bias := d, anchor := newest opposite swing,
            armed of side d := none if it is broken too
broken by   the close, or by the wick without confirmation_close;  broke = t of the last event

Shapes   the pivots of a swing, open, high, low, close in, per closed bar of its own timeframe
Units    levels are prices, indices count this timeframe's bars from the first one fed
Empty    NaN for levels, -1 for indices, 0, none, false
Cost     O(1) time, 140 bytes
Source   structures.md 3; anchor_level is the swing whose break is the next CHoCH
"""

import math

from tradec.runtime import outputs as out
from tradec.runtime.kernels.arith import NAN
from tradec.runtime.spec import Anchored, Spec, flag
from tradec.runtime.structures.swing import HIGH, LOW, Swing

_LAG = "swing_lag"

SPEC = Spec(
    kind="structure",
    title="Breaks of structure and changes of character",
    inputs=("open", "high", "low", "close"),
    params=(flag("confirmation_close", default=True),),
    outputs=(
        out.sign("bias"),
        out.event("bos_this_bar", "not (bos_this_bar and choch_this_bar)"),
        out.event("choch_this_bar"),
        out.word("bos_direction", out.DIRECTIONS),
        out.word("choch_direction", out.DIRECTIONS),
        out.index("last_bos_idx"),
        out.index("last_choch_idx"),
        out.level("last_bos_level"),
        out.level("last_choch_level"),
        out.level("break_level_high", lag=_LAG),
        out.level("break_level_low", lag=_LAG),
        out.version("version"),
        out.level("anchor_level", lag=_LAG),
    ),
    first_valid="swing_first_valid",
    memory=Anchored(
        event="coupling: last break of either kind", bars_required="swing_first_valid + 1"
    ),
    needs=("swing",),
    reference="structures.md 3",
)


class _Event:
    """The last break of one kind."""

    __slots__ = ("bar", "direction", "level")

    def __init__(self) -> None:
        self.bar, self.direction, self.level = -1, 0, NAN

    def happen(self, bar: int, direction: int, level: float) -> None:
        self.bar, self.direction, self.level = bar, direction, level


class MarketStructure:
    """The reference of the kernel in `market_structure.pxd`."""

    __slots__ = (
        "_anchor",
        "_armed",
        "_bos",
        "_by_close",
        "_choch",
        "_newest",
        "_now",
        "_version",
        "bias",
    )

    def __init__(self, *, confirmation_close: bool) -> None:
        self._by_close = confirmation_close
        self._now = 0
        self.bias = 0
        self._armed = {HIGH: NAN, LOW: NAN}
        self._newest = {HIGH: NAN, LOW: NAN}
        self._anchor = NAN
        self._bos, self._choch = _Event(), _Event()
        self._version = 0

    @property
    def is_changed(self) -> bool:
        """Whether the bar of the last step changed the character."""
        return self._choch.bar == self._now - 1

    def step(
        self, swing: Swing, open_: float, high: float, low: float, close: float
    ) -> tuple[float | int | bool, ...]:
        """Return every output after the closed bar."""
        broke = max(self._bos.bar, self._choch.bar)
        for side, level, bar in swing.pivots:
            self._newest[side] = self._armed[side] = level
            if self.bias == -side and (math.isnan(self._anchor) or bar <= broke):
                self._anchor = level
        up, down = (close, close) if self._by_close else (high, low)
        if self.bias == 0:
            self._begin(up, down, close - open_)
        elif self._is_beyond(-self.bias, up, down, self._anchor):
            self._change(up, down)
        elif self._is_beyond(self.bias, up, down, self._armed[self.bias]):
            self._continue(self.bias)
        outputs = self._outputs()
        self._now += 1
        return outputs

    @staticmethod
    def _is_beyond(side: int, up: float, down: float, level: float) -> bool:
        return up > level if side == HIGH else down < level

    def _begin(self, up: float, down: float, body: float) -> None:
        sides = [s for s in (HIGH, LOW) if self._is_beyond(s, up, down, self._armed[s])]
        if len(sides) == 2:
            sides = [HIGH] if body > 0 else [LOW] if body < 0 else []
        if sides:
            self._continue(sides[0])

    def _continue(self, side: int) -> None:
        self._bos.happen(self._now, side, self._armed[side])
        self._armed[side] = NAN
        self._turn(side)

    def _change(self, up: float, down: float) -> None:
        side = -self.bias
        self._choch.happen(self._now, side, self._anchor)
        if self._is_beyond(side, up, down, self._armed[side]):
            self._armed[side] = NAN
        self._turn(side)

    def _turn(self, side: int) -> None:
        self.bias = side
        self._anchor = self._newest[-side]
        self._version += 1

    def _outputs(self) -> tuple[float | int | bool, ...]:
        bos, choch = self._bos, self._choch
        return (
            self.bias,
            bos.bar == self._now,
            choch.bar == self._now,
            *(bos.direction, choch.direction),
            *(bos.bar, choch.bar),
            *(bos.level, choch.level),
            *(self._armed[HIGH], self._armed[LOW]),
            self._version,
            self._anchor,
        )
