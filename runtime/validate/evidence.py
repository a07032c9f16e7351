"""What a run is judged by: its own folder and the bars that it read, as plain NumPy columns.

Nothing here or beside it uses the engine or the code of the metrics (tests/architecture).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tradec.runtime.data.bars import Bars
from tradec.runtime.hashes import run_hashes
from tradec.runtime.validate.check import Array
from tradec.runtime.validate.ledger import Replayed, replay

Columns = Mapping[str, Array]
MINUTE_MS: Final = 60_000
TABLES: Final = ("trades", "fills", "orders", "equity", "account_curve", "funding")
EXEC_MINUTES: Final = {
    **{f"{minutes}m": minutes for minutes in (1, 3, 5, 15, 30)},
    **{f"{hours}h": 60 * hours for hours in (1, 2, 4, 6, 12)},
    "D": 1440,
    "W": 10_080,
    "M": 43_800,
}
"""Minutes of an exec bar; of a month, a twelfth of 365 days."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Minutes:
    """Base bars up to the end of the run's window, with mark prices of every bar.

    `flat` bars stand for absent ones: nothing can happen in them.
    """

    ts0: int
    base_ms: int
    open: Array
    high: Array
    low: Array
    close: Array
    volume: Array
    flat: Array
    mark_open: Array
    mark_high: Array
    mark_low: Array
    mark_close: Array
    funding_ts: Array
    funding_rate: Array

    @property
    def n(self) -> int:
        """Return the number of bars."""
        return int(self.close.size)

    def places(self, ts: Array) -> Array:
        """Return the bar that contains each instant; an instant at the very end has n."""
        return (ts - self.ts0) // self.base_ms


@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """A run's folder and its bars.

    `data_hash` is that of the bars as they were read again, `hashes` are those of the tables.
    """

    manifest: Mapping[str, Any]
    metrics: Mapping[str, Any]
    returns: Mapping[str, Any]
    tables: Mapping[str, Columns]
    minutes: Minutes
    data_hash: str
    hashes: Mapping[str, str]

    @property
    def config(self) -> Mapping[str, Any]:
        """Return the money rules of the run."""
        rules: Mapping[str, Any] = self.manifest["config"]
        return rules

    @property
    def equity_0(self) -> float:
        """Return the money that the run began with."""
        return float(self.config["starting_equity_usdt"])

    @property
    def is_prompt(self) -> bool:
        """Tell whether market orders fill in whole, and in the minute in which they are due."""
        assumed = self.config["backtest"]
        return assumed["max_volume_fraction"] is None and assumed["market_band"] is None

    @property
    def exec_ms(self) -> int:
        """Return the length of an exec bar."""
        return EXEC_MINUTES[self.manifest["exec"]] * MINUTE_MS

    @cached_property
    def replayed(self) -> Replayed:
        """Return the account, computed anew from the fills and the settlements."""
        return replay(self.tables["fills"], self.tables["funding"], self.config)


def evidence_of(folder: Path, bars: Bars) -> Evidence:
    """Return the evidence of a run folder, on the bars that its manifest refers to."""
    manifest = _json(folder / "manifest.json")
    tables = {kind: pq.read_table(folder / f"{kind}.parquet") for kind in TABLES}
    assumed = manifest["config"]["assumed"]
    return Evidence(
        manifest=manifest,
        metrics=_json(folder / "metrics.json"),
        returns=_json(folder / "returns.json"),
        tables={kind: columns_of(table) for kind, table in tables.items()},
        minutes=minutes_of(
            bars, assumed["mark_source"], manifest["window"]["end"], funded=assumed["funding"]
        ),
        data_hash=bars.data_hash,
        hashes=run_hashes(tables, manifest["play_hash"]),
    )


def _json(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def columns_of(table: pa.Table) -> dict[str, Array]:
    """Return a table's columns; numbers and flags as such, all else as objects."""
    columns = {}
    for name in table.column_names:
        column = table[name].combine_chunks()
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        plain = column.to_numpy(zero_copy_only=False)
        is_word = plain.dtype == object and pa.types.is_string(column.type)
        columns[name] = plain if is_word else _numbers(plain)
    return columns


def _numbers(plain: Array) -> Array:
    """Return numbers; ids with absent ones among them are floats, NaN where absent."""
    return plain.astype(np.float64) if plain.dtype == object else plain


def minutes_of(bars: Bars, mark_source: str, end: int, *, funded: bool) -> Minutes:
    """Return the base bars up to `end`, marked as simulation.md 1 says."""
    n = (end - bars.ts0) // bars.base_ms
    last = {name: getattr(bars, name)[:n] for name in ("open", "high", "low", "close")}
    mark = _marks(bars, last, mark_source, n)
    paid = bars.funding if funded else None
    return Minutes(
        ts0=bars.ts0,
        base_ms=bars.base_ms,
        **last,
        volume=bars.volume[:n],
        flat=bars.flags[:n] != 0,
        **{f"mark_{name}": row for name, row in mark.items()},
        funding_ts=np.empty(0, np.int64) if paid is None else paid.ts,
        funding_rate=np.empty(0) if paid is None else paid.rate,
    )


def _marks(bars: Bars, last: dict[str, Array], mark_source: str, n: int) -> dict[str, Array]:
    """Return the mark of each bar: its own, the last price, or the last close."""
    close = last["close"]
    if mark_source == "last_close":
        before = np.append(last["open"][:1], close[:-1])
        return {"open": before, "high": close, "low": close, "close": close}
    if mark_source != "mark_kline" or bars.mark is None:
        return last
    own = {name: getattr(bars.mark, name)[:n] for name in last}
    absent = np.isnan(own["close"])
    marks = {name: np.where(absent, last[name], own[name]) for name in last}
    before = np.append(last["open"][:1], marks["close"][:-1])
    marks["open"] = np.where(absent, before, own["open"])
    return marks
