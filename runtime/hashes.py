"""Hashes of a run (simulation.md 17): what must be equal when a run is repeated.

A table is hashed column by column: its name, then its values. Numbers without a gap are their
little-endian words, 64 bits each, which say the same as the shortest decimal that reads back and
are a hundred times as fast to make; NaN is 0x7ff8000000000000. All other values are canonical JSON,
null where there is none.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa


def canonical(value: Any) -> bytes:
    """Return a value as canonical JSON: sorted keys, no spaces; NaN and infinity are refused."""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def hash_of(value: Any) -> str:
    """Return the SHA-256 of a value's canonical JSON, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def table_hash(table: pa.Table) -> str:
    """Return the SHA-256 of a table's names and values; zero rows hash like any others."""
    digest = hashlib.sha256()
    for name in table.column_names:
        digest.update(canonical(name))
        digest.update(_content(table[name]))
    return digest.hexdigest()


def _content(column: pa.ChunkedArray) -> bytes | memoryview:
    """Return the bytes of a column's values."""
    if pa.types.is_floating(column.type):
        numbers = column.to_numpy().astype("<f8")
        numbers[np.isnan(numbers)] = np.nan
        return memoryview(numbers).cast("B") if numbers.size else b""
    if pa.types.is_integer(column.type) and column.null_count == 0:
        return bytes(column.to_numpy().astype("<i8").tobytes())
    return canonical(column.to_pylist())


def run_hashes(tables: Mapping[str, pa.Table], play_hash: str) -> dict[str, str]:
    """Return `trades_hash`, `equity_hash`, and `run_hash` over both and the play's hash.

    The equity is hashed without the drawdown, which follows from it.
    """
    trades, equity = (
        table_hash(tables["trades"]),
        table_hash(tables["equity"].select(["ts_close", "equity"])),
    )
    return {
        "trades_hash": trades,
        "equity_hash": equity,
        "run_hash": hash_of({"trades": trades, "equity": equity, "play": play_hash}),
    }
