"""The Parquet schemas of a run, and tables made to them: the same columns even with zero rows.

A value that is absent is NaN in float columns and null in all others.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]

MISSING: Final = -(2**63)
"""The word of an int, bool or enum output without a value."""

_INT, _FLOAT, _BOOL, _TEXT = pa.int64(), pa.float64(), pa.bool_(), pa.string()
_WORD = pa.dictionary(pa.int32(), pa.string())


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema(list(columns.items()))


SCHEMAS: Final[Mapping[str, pa.Schema]] = {
    "trades": _schema(
        trade_id=_INT,
        position_id=_INT,
        leg=_INT,
        is_final=_BOOL,
        symbol=_WORD,
        side=_WORD,
        ts_entry=_INT,
        entry_price=_FLOAT,
        entry_qty=_FLOAT,
        entry_notional=_FLOAT,
        ts_exit=_INT,
        exit_price=_FLOAT,
        exit_qty=_FLOAT,
        exit_notional=_FLOAT,
        exit_reason=_WORD,
        exit_price_source=_WORD,
        realized_pnl=_FLOAT,
        entry_fee_alloc=_FLOAT,
        exit_fee=_FLOAT,
        fees_paid=_FLOAT,
        funding_pnl=_FLOAT,
        net_pnl=_FLOAT,
        pnl_pct=_FLOAT,
        is_ambiguous=_BOOL,
        other_net_pnl=_FLOAT,
        stop_loss=_FLOAT,
        stop_loss_final=_FLOAT,
        take_profit=_FLOAT,
        entry_bar_index=_INT,
        exit_bar_index=_INT,
        duration_bars=_FLOAT,
        mae_pct=_FLOAT,
        mfe_pct=_FLOAT,
        entry_reason=_WORD,
        metadata=_TEXT,
        margin=_FLOAT,
        margin_unit=_WORD,
        margin_condition=_WORD,
        margin_ticks=_FLOAT,
    ),
    "fills": _schema(
        fill_id=_INT,
        order_id=_INT,
        position_id=_INT,
        ts_fill=_INT,
        side=_WORD,
        reason=_WORD,
        ref_price=_FLOAT,
        price=_FLOAT,
        qty=_FLOAT,
        notional=_FLOAT,
        fee=_FLOAT,
        liquidity=_WORD,
        slippage_usdt=_FLOAT,
    ),
    "orders": _schema(
        order_id=_INT,
        ts_submit=_INT,
        ts_end=_INT,
        type=_WORD,
        tif=_WORD,
        reason=_WORD,
        side=_WORD,
        ref_price=_FLOAT,
        price=_FLOAT,
        trigger_price=_FLOAT,
        qty=_FLOAT,
        qty_filled=_FLOAT,
        cap=_WORD,
        status=_WORD,
        code=_WORD,
        position_id=_INT,
        fill_id=_INT,
    ),
    "equity": _schema(ts_close=_INT, equity=_FLOAT, drawdown=_FLOAT, drawdown_pct=_FLOAT),
    "funding": _schema(
        ts_funding=_INT,
        position_id=_INT,
        rate=_FLOAT,
        mark_price=_FLOAT,
        qty=_FLOAT,
        pnl=_FLOAT,
    ),
    "account_curve": _schema(
        ts_close=_INT,
        cash=_FLOAT,
        unrealized_pnl=_FLOAT,
        equity=_FLOAT,
        margin=_FLOAT,
        reserve=_FLOAT,
        order_cost=_FLOAT,
        available=_FLOAT,
        maintenance_margin=_FLOAT,
        margin_ratio=_FLOAT,
        qty=_FLOAT,
        notional=_FLOAT,
        leverage_used=_FLOAT,
        liquidation_price=_FLOAT,
        liquidation_distance_pct=_FLOAT,
        has_position=_BOOL,
        entries_disabled=_BOOL,
    ),
    "signals": _schema(
        ts_close=_INT,
        action=_WORD,
        percent=_FLOAT,
        block=_WORD,
        case=_INT,
        order_id=_INT,
        outcome=_WORD,
    ),
}


def table_of(kind: str, columns: Mapping[str, Array]) -> pa.Table:
    """Return columns as a table of the schema `kind`."""
    schema = SCHEMAS[kind]
    if list(columns) != schema.names:
        raise ValueError(f"{kind} has the columns {schema.names}, received {list(columns)}")
    arrays = [_column(columns[field.name], field.type) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _column(values: Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(kind):
        return pa.array(values, type=pa.string()).dictionary_encode().cast(kind)
    return pa.array(values, type=kind)


def features_table(
    ts_close: Array, words: Array, columns: Sequence[tuple[str, str, Sequence[tuple[str, int]]]]
) -> pa.Table:
    """Return the outputs of every feature and structure, one row per exec close.

    `words` is int64 [rows, outputs], `columns` its (name, kind, tokens); kind is float, int, bool
    or enum, tokens are (token, code).
    """
    arrays = [_output(words[:, k], kind, tokens) for k, (_, kind, tokens) in enumerate(columns)]
    names = ["ts_close", *(name for name, _, _ in columns)]
    return pa.Table.from_arrays([pa.array(ts_close, type=_INT), *arrays], names=names)


def _output(words: Array, kind: str, tokens: Sequence[tuple[str, int]]) -> pa.Array:
    words = np.ascontiguousarray(words)
    missing = words == MISSING
    match kind:
        case "float":
            return pa.array(words.view(np.float64), type=_FLOAT)
        case "int":
            return pa.array(words, type=_INT, mask=missing)
        case "bool":
            return pa.array(words != 0, type=_BOOL, mask=missing)
        case "enum":
            return _enum(words, missing, tokens)
        case _:
            raise ValueError(f"an output is a float, an int, a bool or an enum, not {kind!r}")


def _enum(words: Array, missing: Array, tokens: Sequence[tuple[str, int]]) -> pa.Array:
    """Return tokens by code; a code without a token is a bug of the caller."""
    place = {code: k for k, (_, code) in enumerate(tokens)}
    codes, inverse = np.unique(words, return_inverse=True)
    indices = np.array([0 if c == MISSING else place[c] for c in codes.tolist()], np.int32)
    return pa.DictionaryArray.from_arrays(
        pa.array(indices[inverse], type=pa.int32(), mask=missing),
        pa.array([token for token, _ in tokens], type=pa.string()),
    )
