"""Zone at the newest swing: a band of supply or demand, until price closes through it.

w = volatility * width_atr
demand   inside [level, level + w],  outside [level - w, level]   at the newest accepted low
supply   inside [level - w, level],  outside [level, level + w]   at the newest accepted high
broken   close < lower (demand),  close > upper (supply), the bar of its birth included

Shapes   the pivots of a swing, close and volatility in, per closed bar of its own timeframe
Units    edges are prices, indices count this timeframe's bars from the first one fed
Empty    none, NaN, -1, 0; a pivot waits for volatility, and the newest one replaces it
Errors   zone_type and width_atr are required; no volatility; a width not above 0
Cost     O(1) time, 90 bytes
Source   structures.md 5; version counts births and breaks
"""

import math

from tradec.runtime import outputs as out
from tradec.runtime.kernels.arith import NAN
from tradec.runtime.spec import Anchored, Spec, choice, number, volatility_params
from tradec.runtime.structures.swing import HIGH, LOW, Pivot, Swing

_LAG = "swing_lag"
_FIRST = "max(swing_first_valid, volatility_first_valid)"
_NONE, _ACTIVE, _BROKEN = 0, 1, 2

SPEC = Spec(
    kind="structure",
    title="Supply or demand zone at a swing",
    inputs=("close", "volatility"),
    params=(
        choice("zone_type", ("demand", "supply")),
        number("width_atr", low=0, low_exclusive=True),
        choice("placement", ("inside", "outside"), "inside"),
        *volatility_params(),
    ),
    outputs=(
        out.word("state", (("none", _NONE), ("active", _ACTIVE), ("broken", _BROKEN))),
        out.level("upper", "lower <= upper", lag=_LAG),
        out.level("lower", lag=_LAG),
        out.index("anchor_idx", _LAG),
        out.version("version"),
    ),
    first_valid=_FIRST,
    memory=Anchored(event="last pivot of the side", bars_required=f"{_FIRST} + 1"),
    needs=("swing",),
    reference="structures.md 5",
)


class Zone:
    """The reference of the kernel in `zone.pxd`."""

    __slots__ = (
        "_edges",
        "_grows_up",
        "_side",
        "_state",
        "_version",
        "_waiting",
        "_where",
        "_width",
    )

    def __init__(
        self,
        *,
        zone_type: str,
        width_atr: float,
        placement: str,
        atr_key: None = None,  # noqa: ARG002  comes as the input `volatility`
        atr_length: int | None = None,  # noqa: ARG002  comes as the input `volatility`
    ) -> None:
        self._side = LOW if zone_type == "demand" else HIGH
        self._grows_up = (zone_type == "demand") == (placement == "inside")
        self._width = width_atr
        self._state = _NONE
        self._edges = (NAN, NAN)
        self._where = -1
        self._version = 0
        self._waiting: Pivot | None = None

    def step(
        self, swing: Swing, close: float, volatility: float
    ) -> tuple[int, float, float, int, int]:
        """Return every output after the closed bar."""
        for pivot in swing.pivots:
            if pivot.side == self._side:
                self._waiting = pivot
        if self._waiting is not None and not math.isnan(volatility):
            self._draw(self._waiting, volatility * self._width)
        lower, upper = self._edges
        leaves = close < lower if self._side == LOW else close > upper
        if self._state == _ACTIVE and leaves:
            self._state = _BROKEN
            self._version += 1
        return (self._state, upper, lower, self._where, self._version)

    def _draw(self, pivot: Pivot, width: float) -> None:
        level = pivot.level
        self._edges = (level, level + width) if self._grows_up else (level - width, level)
        self._where = pivot.bar
        self._state = _ACTIVE
        self._version += 1
        self._waiting = None
