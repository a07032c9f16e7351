"""Premium and discount: where price stands in the range of the current pair of swings.

S = high - low of the pair
equilibrium = low + S / 2,  premium_level = low + (1 - band) S,  discount_level = low + band S
zone   equilibrium at it, else premium from premium_level up, discount from discount_level down,
       equilibrium between
depth  = (close - low) / S, held to 0..1;   version counts the changes of zone

Shapes   the pair of a swing and the close in, per closed bar of the structure's own timeframe
Units    levels are prices, depth is a ratio
Empty    NaN, none, 0 until there is a pair
Errors   a band outside of (0, 0.5]
Cost     O(1) time, 24 bytes
Source   structures.md 12; band 0.5 gives the halves of the range, 0.25 its outer quartiles
"""

from tradec.runtime import outputs as out
from tradec.runtime.kernels.arith import NAN
from tradec.runtime.spec import Anchored, Output, Spec, number
from tradec.runtime.structures.swing import Swing

_LAG = "swing_lag"
_NONE, _DISCOUNT, _EQUILIBRIUM, _PREMIUM = -2, -1, 0, 1

SPEC = Spec(
    kind="structure",
    title="Premium and discount of the dealing range",
    inputs=("close",),
    params=(number("band", 0.5, low=0, low_exclusive=True, high=0.5),),
    outputs=(
        out.level(
            "equilibrium",
            "discount_level <= equilibrium",
            "equilibrium <= premium_level",
            lag=_LAG,
        ),
        out.level("premium_level", lag=_LAG),
        out.level("discount_level", lag=_LAG),
        out.word(
            "zone",
            (
                ("premium", _PREMIUM),
                ("discount", _DISCOUNT),
                ("equilibrium", _EQUILIBRIUM),
                ("none", _NONE),
            ),
        ),
        Output(name="depth_pct", unit="ratio", low=0, high=1, slack=0),
        out.version("version"),
    ),
    first_valid="swing_first_valid",
    memory=Anchored(event="pair", bars_required="swing_first_valid + 1"),
    needs=("swing",),
    reference="structures.md 12",
)


class PremiumDiscount:
    """The reference of the kernel in `premium_discount.pxd`."""

    __slots__ = ("_band", "_version", "_zone")

    def __init__(self, *, band: float) -> None:
        self._band = band
        self._zone = _NONE
        self._version = 0

    def step(self, swing: Swing, close: float) -> tuple[float, float, float, int, float, int]:
        """Return every output after the closed bar."""
        pair = swing.pair
        if pair is None:
            return (NAN, NAN, NAN, _NONE, NAN, 0)
        span = pair.high - pair.low
        middle = pair.low + span / 2.0
        premium = pair.low + (1.0 - self._band) * span
        discount = pair.low + self._band * span
        before = self._zone
        self._zone = self._zone_of(close, middle, premium, discount)
        self._version += self._zone != before
        depth = min(max((close - pair.low) / span, 0.0), 1.0)
        return (middle, premium, discount, self._zone, depth, self._version)

    @staticmethod
    def _zone_of(close: float, middle: float, premium: float, discount: float) -> int:
        if close == middle:
            return _EQUILIBRIUM
        if close >= premium:
            return _PREMIUM
        return _DISCOUNT if close <= discount else _EQUILIBRIUM
