"""The bars as series: their outputs, and the prices that are made of them."""

from tradec.compiler import ir
from tradec.compiler.memory import join, join_lag
from tradec.compiler.types import NUMBER, FiniteMemory, Kind, Type
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

_MINUTE = "1m"
_RATIO = "ratio"
_BUILTINS = {
    "last_price": (Kind.FLOAT, PRICE),
    "mark_price": (Kind.FLOAT, PRICE),
    "funding_rate": (Kind.FLOAT, _RATIO),
    "open_interest": (Kind.FLOAT, VOLUME),
    "timestamp": (Kind.INT, NUMBER),
}
BUILTINS = tuple(_BUILTINS)
"""The market's own numbers besides the bars (play-language.md 4)."""


COLUMNS = {
    "last_price": "close",
    "mark_price": "mark_close",
    "funding_rate": "funding_seen",
    "open_interest": "open_interest_seen",
}
"""The columns of the feed that hold those of them that come with a base bar."""

KINDS = {
    "mark_price": "mark_1m",
    "funding_rate": "funding",
    "open_interest": "open_interest",
}
"""The kinds of data that they are made from, besides bars of one minute."""

_ALWAYS = ("close", "mark_close")


def needs_of(play: ir.Play) -> tuple[str, ...]:
    """Return the columns of the feed that a play reads besides those that every feed has."""
    columns = (COLUMNS[one.id] for one in play.builtins if one.id in COLUMNS)
    return tuple(column for column in columns if column not in _ALWAYS)


def data_of(play: ir.Play) -> tuple[str, ...]:
    """Return the kinds of data that a play reads, as the catalogue of data names them."""
    return ("kline_1m", *(KINDS[one.id] for one in play.builtins if one.id in KINDS))


def builtin(name: str, exec_tf: str) -> ir.Builtin:
    """Return one of BUILTINS: a value for each minute, but the time of the exec close."""
    kind, unit = _BUILTINS[name]
    timeframe = exec_tf if kind is Kind.INT else _MINUTE
    type_ = Type(kind=kind, unit=unit, timeframe=timeframe, memory=FiniteMemory(1))
    output = ir.Output(name="value", type=type_, first_valid=0)
    return ir.Builtin(id=name, timeframe=timeframe, outputs=(output,))


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
