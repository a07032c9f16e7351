"""What each kind of series in the catalogue holds (cli-and-data.md 5.1)."""

import re
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from tradec.runtime.data.errors import DataError
from tradec.runtime.data.timestamps import MINUTE_MS

ColumnType: TypeAlias = Literal["int64", "float64", "uint8"]

SOURCE_IMPORT = 5
"""`src` of a row: 0 rest, 1 ws, 2 dump-kline, 3 dump-trade, 4 synthetic, 5 import."""

FLAG_FLAT = 1
FLAG_REVISED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of series: its columns, those that say what happened, and how it is laid out."""

    name: str
    columns: tuple[tuple[str, ColumnType], ...]
    values: tuple[str, ...]
    period: Literal["month", "year"] = "month"
    step_ms: int | None = None

    @property
    def has_flags(self) -> bool:
        """Tell whether rows carry flags: flat, revised, suspicious."""
        return ("flags", "uint8") in self.columns


_PRICES: tuple[tuple[str, ColumnType], ...] = (
    ("ts", "int64"),
    ("open", "float64"),
    ("high", "float64"),
    ("low", "float64"),
    ("close", "float64"),
)
_OHLC = ("open", "high", "low", "close")

_KLINE = Kind(
    name="kline_1m",
    columns=(
        *_PRICES,
        ("volume", "float64"),
        ("turnover", "float64"),
        ("src", "uint8"),
        ("flags", "uint8"),
    ),
    values=(*_OHLC, "volume"),
    step_ms=MINUTE_MS,
)
_MARK = Kind(name="mark_1m", columns=_PRICES, values=_OHLC, step_ms=MINUTE_MS)
_FUNDING = Kind(
    name="funding",
    columns=(("ts", "int64"), ("rate", "float64"), ("interval_min", "int64")),
    values=("rate", "interval_min"),
    period="year",
)

KINDS = {kind.name: kind for kind in (_KLINE, _MARK, _FUNDING)}


def kind_named(name: str) -> Kind:
    """Return the kind of that name."""
    if name not in KINDS:
        known = ", ".join(KINDS)
        raise DataError("BAD_NAME", f"`{name}` is not a kind of series: {known}")
    return KINDS[name]


def conform(table: Any, kind: Kind) -> Any:
    """Return the table with exactly the columns of the kind, sorted and unique in `ts`."""
    import pyarrow as pa  # noqa: PLC0415 - deferred: heavy
    import pyarrow.compute as pc  # noqa: PLC0415 - deferred: heavy

    absent = [name for name, _ in kind.columns if name not in table.column_names]
    if absent:
        raise DataError("COLUMNS_MISSING", f"a {kind.name} table lacks {', '.join(absent)}")
    types = {"int64": pa.int64(), "float64": pa.float64(), "uint8": pa.uint8()}
    fields = [pa.field(name, types[text], nullable=False) for name, text in kind.columns]
    table = table.select([name for name, _ in kind.columns]).combine_chunks()
    if any(column.null_count for column in table.columns):
        raise DataError("DATA_QUALITY_ISSUE", f"a {kind.name} table has nulls")
    table = table.cast(pa.schema(fields))
    if len(table) > 1 and not pc.all(pc.greater(pc.pairwise_diff(table["ts"].chunk(0)), 0)).as_py():
        table = table.sort_by("ts")
        if not pc.all(pc.greater(pc.pairwise_diff(table["ts"].combine_chunks()), 0)).as_py():
            raise DataError("DATA_QUALITY_ISSUE", f"a {kind.name} table has a time twice")
    return table


def check_names(venue: str, symbol: str) -> None:
    """Refuse a venue or symbol that cannot name a folder."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", venue):
        raise DataError("BAD_NAME", f"`{venue}` is not a venue: bybit-linear")
    if not re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)*", symbol):
        raise DataError("BAD_NAME", f"`{symbol}` is not a symbol: capitals and digits, BTCUSDT")
