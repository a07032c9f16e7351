"""What each kind of series in the catalogue holds (cli-and-data.md 5.1)."""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, TypeAlias

from tradec.runtime.data.errors import DataError
from tradec.runtime.data.timestamps import MINUTE_MS, TIMEFRAMES

ColumnType: TypeAlias = Literal["int64", "float64", "uint8", "string"]

SOURCE_REST, SOURCE_WS, SOURCE_DUMP_KLINE, SOURCE_DUMP_TRADE = 0, 1, 2, 3
SOURCE_SYNTHETIC, SOURCE_IMPORT = 4, 5
"""`src` of a row: which way it came."""

FLAG_FLAT, FLAG_REVISED, FLAG_SUSPICIOUS = 1, 2, 4
"""`flags` of a row: no trade happened in it, it differs from what was there, it looks wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of series: its columns, those that say what happened, and how it is laid out.

    `key` names the columns that tell rows apart, the time first. `step_ms` is the length of a bar;
    None for events and snapshots, whose completeness only the asking can tell. A NaN in a column
    of `absent` means that the source does not say.
    """

    name: str
    columns: tuple[tuple[str, ColumnType], ...]
    values: tuple[str, ...]
    key: tuple[str, ...] = ("ts",)
    period: Literal["month", "year"] = "month"
    step_ms: int | None = None
    absent: frozenset[str] = frozenset()

    @property
    def has_flags(self) -> bool:
        """Tell whether rows carry flags: flat, revised, suspicious."""
        return ("flags", "uint8") in self.columns


_OHLC = ("open", "high", "low", "close")
_PRICES: tuple[tuple[str, ColumnType], ...] = (
    ("ts", "int64"),
    *((name, "float64") for name in _OHLC),
)
_TRADED: tuple[tuple[str, ColumnType], ...] = (
    *_PRICES,
    ("volume", "float64"),
    ("turnover", "float64"),
    ("src", "uint8"),
    ("flags", "uint8"),
)


def _traded(name: str, step_ms: int) -> Kind:
    return Kind(
        name=name,
        columns=_TRADED,
        values=(*_OHLC, "volume"),
        step_ms=step_ms,
        absent=frozenset({"turnover"}),
    )


def _prices(name: str) -> Kind:
    return Kind(name=name, columns=_PRICES, values=_OHLC, step_ms=MINUTE_MS)


def _events(
    name: str,
    *columns: tuple[str, ColumnType],
    key: tuple[str, ...] = ("ts",),
    values: tuple[str, ...] = (),
    absent: tuple[str, ...] = (),
    period: Literal["month", "year"] = "month",
) -> Kind:
    rest = tuple(column for column, _ in columns if column not in key)
    return Kind(
        name=name,
        columns=(("ts", "int64"), *columns),
        values=values or rest,
        key=key,
        period=period,
        absent=frozenset(absent),
    )


def _strings(*names: str) -> tuple[tuple[str, ColumnType], ...]:
    return tuple((name, "string") for name in names)


def _floats(*names: str) -> tuple[tuple[str, ColumnType], ...]:
    return tuple((name, "float64") for name in names)


NATIVE = "kline_native_"
"""Prefix of the bars of a slower timeframe as the exchange itself sent them."""

_ALL = (
    _traded("kline_1m", MINUTE_MS),
    *(
        _traded(f"{NATIVE}{name}", minutes * MINUTE_MS)
        for name, minutes in TIMEFRAMES.items()
        if minutes > 1
    ),
    _prices("mark_1m"),
    _prices("index_1m"),
    _prices("premium_1m"),
    _events("funding", ("rate", "float64"), ("interval_min", "int64"), period="year"),
    _events("open_interest", *_floats("oi", "oi_single"), absent=("oi_single",)),
    _events("ls_ratio", *_floats("buy_ratio", "sell_ratio")),
    _events(
        "liquidation",
        ("side", "string"),
        *_floats("qty", "price"),
        ("seqno", "int64"),
        key=("ts", "seqno", "side"),
    ),
    _events(
        "book_imbalance",
        ("depth", "int64"),
        *_floats("bid_qty", "ask_qty", "imbalance", "spread_bp"),
        key=("ts", "depth"),
    ),
    _events(
        "instrument",
        *_strings(
            *("status", "settle", "tick", "step", "min_qty", "max_qty", "max_mkt_qty"),
            *("min_notional", "max_lev", "lev_step"),
        ),
        ("funding_min", "int64"),
        ("launch_ts", "int64"),
        ("raw", "string"),
        period="year",
    ),
    _events(
        "risk_tier",
        ("tier", "int64"),
        *_strings("limit_value", "imr", "mmr", "mm_deduction", "max_lev"),
        key=("ts", "tier"),
        period="year",
    ),
    _events(
        "fee_rate",
        *_strings("env", "uid_hash", "taker", "maker"),
        key=("ts", "env", "uid_hash"),
        period="year",
    ),
    _events(
        "external_series",
        *_strings("source", "name"),
        ("value", "float64"),
        ("available_at", "int64"),
        key=("ts", "source", "name"),
    ),
)
"""`ts` is the opening time of a bar, else the time of the event or of the asking."""

KINDS = {kind.name: kind for kind in _ALL}


def kind_named(name: str) -> Kind:
    """Return the kind of that name."""
    if name not in KINDS:
        known = ", ".join(KINDS)
        raise DataError("BAD_NAME", f"`{name}` is not a kind of series: {known}")
    return KINDS[name]


def conform(table: Any, kind: Kind) -> Any:
    """Return the table with exactly the columns of the kind, sorted by its key, which is unique."""
    import pyarrow as pa  # noqa: PLC0415 - deferred: heavy

    absent = [name for name, _ in kind.columns if name not in table.column_names]
    if absent:
        raise DataError("COLUMNS_MISSING", f"a {kind.name} table lacks {', '.join(absent)}")
    table = table.select([name for name, _ in kind.columns]).combine_chunks()
    if any(column.null_count for column in table.columns):
        raise DataError("DATA_QUALITY_ISSUE", f"a {kind.name} table has nulls")
    table = table.cast(pa.schema(_fields(kind)))
    _refuse_nan(table, kind)
    if not _is_sorted(table, kind):
        table = table.sort_by([(name, "ascending") for name in kind.key])
        if not _is_sorted(table, kind):
            raise DataError("DATA_QUALITY_ISSUE", f"a {kind.name} table has a time twice")
    return table


def empty_table(kind: Kind) -> Any:
    """Return a table of the kind without rows."""
    import pyarrow as pa  # noqa: PLC0415 - deferred: heavy

    return pa.schema(_fields(kind)).empty_table()


def _fields(kind: Kind) -> list[Any]:
    import pyarrow as pa  # noqa: PLC0415 - deferred: heavy

    types = {
        "int64": pa.int64(),
        "float64": pa.float64(),
        "uint8": pa.uint8(),
        "string": pa.string(),
    }
    return [pa.field(name, types[text], nullable=False) for name, text in kind.columns]


def _refuse_nan(table: Any, kind: Kind) -> None:
    import numpy as np  # noqa: PLC0415 - deferred: heavy

    for name, text in kind.columns:
        checked = text == "float64" and name not in kind.absent
        if checked and not np.isfinite(table[name].to_numpy()).all():
            what = f"a {kind.name} table has a {name} that is not a finite number"
            raise DataError("DATA_QUALITY_ISSUE", what)


def _is_sorted(table: Any, kind: Kind) -> bool:
    """Tell whether every row's key is above that of the row before it."""
    if len(table) < 2:
        return True
    if len(kind.key) == 1:
        import numpy as np  # noqa: PLC0415 - deferred: heavy

        return bool((np.diff(table["ts"].to_numpy()) > 0).all())
    keys = key_tuples(table, kind)
    return all(before < after for before, after in pairwise(keys))


def key_tuples(table: Any, kind: Kind) -> list[tuple[Any, ...]]:
    """Return the key of every row."""
    return list(zip(*(table[name].to_pylist() for name in kind.key), strict=True))


def check_names(venue: str, symbol: str) -> None:
    """Refuse a venue or symbol that cannot name a folder."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", venue):
        raise DataError("BAD_NAME", f"`{venue}` is not a venue: bybit-linear")
    if not re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)*", symbol):
        raise DataError("BAD_NAME", f"`{symbol}` is not a symbol: capitals and digits, BTCUSDT")
