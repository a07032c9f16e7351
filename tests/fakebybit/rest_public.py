"""The public half of the REST interface: path -> answer from the markets."""

from collections.abc import Callable, Mapping
from typing import Any

from fakebybit.clock import ServerClock
from fakebybit.market import Market
from fakebybit.signing import Refusal

Params = Mapping[str, str]
Result = dict[str, Any] | Refusal

INSTRUMENTS_WITHOUT_LIMIT = 500


class PublicRest:
    """Answers of `/v5/market/...` and `/v5/system/status`."""

    def __init__(self, markets: Mapping[str, Market], clock: ServerClock) -> None:
        self._markets = markets
        self._clock = clock
        self.routes: dict[str, Callable[[Params], Result]] = {
            "/v5/market/time": self._time,
            "/v5/market/kline": lambda p: self._bars(p, mark=False),
            "/v5/market/mark-price-kline": lambda p: self._bars(p, mark=True),
            "/v5/market/funding/history": lambda p: self._rows(p, Market.settlements),
            "/v5/market/open-interest": lambda p: self._rows(p, Market.interests),
            "/v5/market/account-ratio": lambda p: self._rows(p, Market.ratios),
            "/v5/market/instruments-info": self._instruments,
            "/v5/market/risk-limit": self._tiers,
            "/v5/market/tickers": self._tickers,
            "/v5/system/status": lambda _: {"list": []},
        }

    def _time(self, _: Params) -> Result:
        now = self._clock.now_ms()
        return {"timeSecond": str(now // 1000), "timeNano": str(now * 1_000_000)}

    def _market(self, params: Params) -> Market | Refusal:
        if params.get("category") != "linear":
            return Refusal(10001, "category")
        found = self._markets.get(params.get("symbol", ""))
        return found or Refusal(10001, "Not supported symbols")

    def _bars(self, params: Params, *, mark: bool) -> Result:
        market = self._market(params)
        if isinstance(market, Refusal):
            return market
        table = market.mark if mark else market.minutes
        rows = market.bars(table, params, self._clock.now_ms())
        if isinstance(rows, Refusal):
            return rows
        return {"category": "linear", "symbol": market.symbol, "list": rows}

    def _rows(self, params: Params, of: Callable[[Market, Params], Any]) -> Result:
        market = self._market(params)
        if isinstance(market, Refusal):
            return market
        rows = of(market, params)
        if isinstance(rows, Refusal):
            return rows
        return {"category": "linear", "symbol": market.symbol, "list": rows, "nextPageCursor": ""}

    def _instruments(self, params: Params) -> Result:
        if "symbol" in params:
            market = self._market(params)
            if isinstance(market, Refusal):
                return market
            return {"category": "linear", "list": [market.described()], "nextPageCursor": ""}
        limit = int(params.get("limit", INSTRUMENTS_WITHOUT_LIMIT))
        begin = int(params.get("cursor") or 0)
        names = sorted(self._markets)[begin : begin + limit]
        more = begin + limit < len(self._markets) and "limit" in params
        return {
            "category": "linear",
            "list": [self._markets[name].described() for name in names],
            "nextPageCursor": str(begin + limit) if more else "",
        }

    def _tiers(self, params: Params) -> Result:
        market = self._market(params)
        if isinstance(market, Refusal):
            return market
        return {"category": "linear", "list": market.tiers, "nextPageCursor": ""}

    def _tickers(self, params: Params) -> Result:
        market = self._market(params)
        if isinstance(market, Refusal):
            return market
        now = self._clock.now_ms()
        past = market.minutes[market.minutes[:, 0] < now]
        last = repr(float(past[-1, 4])) if len(past) else ""
        row = {"symbol": market.symbol, "lastPrice": last, "markPrice": last, "indexPrice": last}
        return {"category": "linear", "list": [row]}
