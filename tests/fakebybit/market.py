"""The market data that the server answers from, in the shapes of Bybit's V5 answers.

Rows lie in NumPy arrays sorted by time. Answers are newest first and limited, klines include the
bar that is still open by the server's clock, and absent rows are simply not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakebybit.signing import Refusal

MINUTE_MS = 60_000
INTERVALS = {
    "1": 1, "3": 3, "5": 5, "15": 15, "30": 30, "60": 60, "120": 120, "240": 240, "360": 360,
    "720": 720, "D": 1440,
}  # fmt: skip

Table = NDArray[np.float64]
Params = Mapping[str, str]


def _empty(columns: int) -> Table:
    return np.empty((0, columns))


@dataclass
class Market:
    """One linear contract: minutes (ts open high low close volume turnover) and what belongs to it.

    `mark` (ts open high low close), `funding` (ts rate), `interest` (ts both one), `ratio`
    (ts buy sell).
    """

    symbol: str
    minutes: Table
    mark: Table = field(default_factory=lambda: _empty(5))
    funding: Table = field(default_factory=lambda: _empty(2))
    interest: Table = field(default_factory=lambda: _empty(3))
    ratio: Table = field(default_factory=lambda: _empty(3))
    tick: str = "0.10"
    step: str = "0.001"
    min_qty: str = "0.001"
    max_qty: str = "1190.000"
    max_market_qty: str = "500.000"
    min_notional: str = "5"
    max_leverage: str = "100.00"
    funding_minutes: int = 480
    status: str = "Trading"
    tiers: list[dict[str, Any]] = field(default_factory=list)

    def bars(self, table: Table, params: Params, now_ms: int) -> list[list[str]] | Refusal:
        """Return rows of klines as Bybit sends them."""
        interval = params.get("interval", "")
        if interval not in INTERVALS:
            return Refusal(10001, f"Invalid period! {interval}")
        limit = int(params.get("limit", "200"))
        if not 1 <= limit <= 1000:
            return Refusal(10001, "limit")
        length = INTERVALS[interval] * MINUTE_MS
        end = int(params.get("end", str(now_ms)))
        start = int(params.get("start", "0"))
        begun = table[table[:, 0] <= now_ms]
        rows = begun if length == MINUTE_MS else rolled_up(begun, length)
        inside = rows[(rows[:, 0] >= start) & (rows[:, 0] <= end)][-limit:]
        return [[str(int(row[0])), *(repr(float(x)) for x in row[1:])] for row in inside[::-1]]

    def settlements(self, params: Params) -> list[dict[str, str]] | Refusal:
        """Return funding rates; a lone startTime is refused."""
        if "startTime" in params and "endTime" not in params:
            return Refusal(10001, "endTime is required when startTime is given")
        return [
            {
                "symbol": self.symbol,
                "fundingRate": repr(float(rate)),
                "fundingRateTimestamp": str(int(ts)),
            }
            for ts, rate in _newest(self.funding, params, 200)
        ]

    def interests(self, params: Params) -> list[dict[str, str]]:
        return [
            {
                "openInterest": repr(float(both)),
                **({} if np.isnan(one) else {"singleOpenInterest": repr(float(one))}),
                "timestamp": str(int(ts)),
            }
            for ts, both, one in _newest(self.interest, params, 200)
        ]

    def ratios(self, params: Params) -> list[dict[str, str]]:
        return [
            {
                "symbol": self.symbol,
                "buyRatio": repr(float(buy)),
                "sellRatio": repr(float(sell)),
                "timestamp": str(int(ts)),
            }
            for ts, buy, sell in _newest(self.ratio, params, 500)
        ]

    def described(self) -> dict[str, Any]:
        """Return the contract as `instruments-info` does, every number a string."""
        return {
            "symbol": self.symbol,
            "contractType": "LinearPerpetual",
            "status": self.status,
            "baseCoin": self.symbol.removesuffix("USDT"),
            "quoteCoin": "USDT",
            "settleCoin": "USDT",
            "launchTime": str(int(self.minutes[0, 0])) if len(self.minutes) else "0",
            "leverageFilter": {
                "minLeverage": "1",
                "maxLeverage": self.max_leverage,
                "leverageStep": "0.01",
            },
            "priceFilter": {
                "minPrice": self.tick,
                "maxPrice": "1999999.80",
                "tickSize": self.tick,
            },
            "lotSizeFilter": {
                "maxOrderQty": self.max_qty,
                "minOrderQty": self.min_qty,
                "qtyStep": self.step,
                "postOnlyMaxOrderQty": self.max_qty,
                "maxMktOrderQty": self.max_market_qty,
                "minNotionalValue": self.min_notional,
            },
            "fundingInterval": self.funding_minutes,
            "upperFundingRate": "0.00375",
            "lowerFundingRate": "-0.00375",
            "isPreListing": False,
            "riskParameters": {"priceLimitRatioX": "0.01", "priceLimitRatioY": "0.02"},
        }


def rolled_up(minutes: Table, length: int) -> Table:
    """Return whole and open bars of a timeframe, an own roll-up independent of the project's."""
    if not len(minutes):
        return minutes
    opens = minutes[:, 0] // length * length
    first = np.flatnonzero(np.concatenate([[True], opens[1:] != opens[:-1]]))
    last = np.concatenate([first[1:], [len(minutes)]]) - 1
    columns = [
        opens[first],
        minutes[first, 1],
        np.maximum.reduceat(minutes[:, 2], first),
        np.minimum.reduceat(minutes[:, 3], first),
        minutes[last, 4],
    ]
    columns += [np.add.reduceat(minutes[:, k], first) for k in range(5, minutes.shape[1])]
    return np.column_stack(columns)


def _newest(table: Table, params: Params, most: int) -> Table:
    start = int(params.get("startTime", "0"))
    end = int(params.get("endTime", str(2**62)))
    limit = min(int(params.get("limit", "50")), most)
    inside = table[(table[:, 0] >= start) & (table[:, 0] <= end)]
    return inside[-limit:][::-1]
