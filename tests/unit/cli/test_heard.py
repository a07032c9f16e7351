"""A warm-up counts the minutes that other sessions heard; a backtest does not."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tradec.cli.market import Wanted, market_for
from tradec.runtime.data.catalog import DEFAULT_VENUE, Catalog
from tradec.runtime.data.errors import DataError
from tradec.runtime.data.ingest import IngestWriter
from tradec.runtime.data.synthetic import synthesize

BACKTEST = {"window_start": None, "window_end": None, "funding": False}


@dataclass(frozen=True)
class Machine:
    exec: str = "15m"
    symbol: str = "BTCUSDT"
    warmup: Mapping[str, int] = field(default_factory=dict)
    validation: Mapping[str, Any] = field(default_factory=dict)
    rules: Mapping[str, Any] = field(default_factory=lambda: {"backtest": BACKTEST})


def test_a_warm_up_counts_what_other_sessions_heard() -> None:
    bars, catalog = synthesize("trending", minutes=300), Catalog()
    names = ("open", "high", "low", "close", "volume")
    columns: dict[str, Any] = {name: getattr(bars, name)[:200] for name in names}
    columns |= {"ts": bars.ts0 + 60_000 * np.arange(200), "turnover": columns["volume"]}
    columns |= dict.fromkeys(("src", "flags"), np.zeros(200, np.uint8))
    catalog.write(DEFAULT_VENUE, "BTCUSDT", "kline_1m", pa.table(columns), "rest")
    with closing(IngestWriter(catalog.root, DEFAULT_VENUE, "BTCUSDT", "demo")) as writer:
        for i in range(200, 300):
            o, h, low, c, v = (float(getattr(bars, name)[i]) for name in names)
            writer.append(bars.ts_open(i), (o, h, low, c, v))
    span = (bars.ts0, bars.end)
    found = market_for(Wanted(span=span, heard=True), Machine(), None)
    assert found.bars.data_hash == bars.data_hash
    with pytest.raises(DataError, match="the data cover"):
        market_for(Wanted(span=span), Machine(), None)
