"""The bars as series: their outputs, and the prices that are made of them."""

from tradec.compiler import ir
from tradec.compiler.memory import join, join_lag
from tradec.compiler.types import FiniteMemory, Kind, Type
from tradec.compiler.unit_algebra import PRICE, VOLUME
from tradec.runtime.spec import BAR_INPUTS

# Sums of prices from left to right and what they are divided by (rulings A7: one order).
AVERAGES: dict[str, tuple[tuple[str, ...], float]] = {
    "hl2": (("high", "low"), 2.0),
    "hlc3": (("high", "low", "close"), 3.0),
    "ohlc4": (("open", "high", "low", "close"), 4.0),
}
SOURCES = (*BAR_INPUTS, *AVERAGES)
"""What `source:` may name besides a feature."""

LIVE_PRICES = ("last_price", "mark_price", "funding_rate", "open_interest", "timestamp")
"""Built-in names of the language besides the bars (play-language.md 4)."""


def bars(timeframe: str) -> ir.Bars:
    """Return the bars of one timeframe."""
    outputs = tuple(
        ir.Output(name=name, type=_type(name, timeframe), first_valid=0) for name in BAR_INPUTS
    )
    return ir.Bars(id=timeframe, outputs=outputs)


def price(name: str, timeframe: str) -> ir.Number:
    """Return one of SOURCES on the last closed bar of a timeframe."""
    if name not in AVERAGES:
        return ir.Read(series=timeframe, output=name, offset=0, type=_type(name, timeframe))
    names, divisor = AVERAGES[name]
    total = price(names[0], timeframe)
    for part in names[1:]:
        total = _price_arithmetic("+", total, price(part, timeframe))
    return _price_arithmetic("/", total, ir.Const(value=divisor, type=Type(kind=Kind.FLOAT)))


def _type(name: str, timeframe: str) -> Type:
    unit = VOLUME if name == "volume" else PRICE
    return Type(kind=Kind.FLOAT, unit=unit, timeframe=timeframe, memory=FiniteMemory(1))


def _price_arithmetic(op: str, left: ir.Number, right: ir.Number) -> ir.Arithmetic:
    kind = Type(
        kind=Kind.FLOAT,
        unit=PRICE,
        timeframe=left.type.timeframe,
        lag=join_lag(left.type.lag, right.type.lag),
        memory=join(left.type.memory, right.type.memory),
    )
    return ir.Arithmetic(op=op, left=left, right=right, type=kind)
