"""Hashes of a run (simulation.md 17): what must be equal when a run is repeated.

A table is hashed column by column: its name, then its values as canonical JSON, ints as they are,
floats as the shortest decimal that reads back, null where there is no value.
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
        digest.update(canonical(_values(table[name])))
    return digest.hexdigest()


def _values(column: pa.ChunkedArray) -> list[Any]:
    if not pa.types.is_floating(column.type):
        words: list[Any] = column.to_pylist()
        return words
    numbers = column.to_numpy()
    values: list[Any] = numbers.tolist()
    for row in np.flatnonzero(np.isnan(numbers)).tolist():
        values[row] = None
    return values


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
