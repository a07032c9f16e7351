"""The loopback exchange fills as the simulator does, where the orders and the path are the same."""

from typing import Any

import numpy as np
import pytest

from differential.reference_exchange import ReferenceExchange
from fakebybit.account import Account
from fakebybit.market import Market
from fakebybit.path import bars_of, instrument_of, rules_of
from fakebybit.private import PrivateRest
from fakebybit.walks import walk
from fakebybit.wire import text
from fakebybit.worlds import MINUTE_MS, T0
from generators.money import stop, target
from tradec.runtime.sim.rules import Entry, Rules, Sizing
from tradec.runtime.timeframe import TIMEFRAMES

MINUTES = 240


def expected(place: Market, rules: Rules, actions: list[int]) -> ReferenceExchange:
    reference = ReferenceExchange(rules, instrument_of(place), TIMEFRAMES["1m"])
    seen = np.full((MINUTES, 5), np.nan)
    reference.run(bars_of(place), actions, 0, 1, [100.0] * MINUTES, seen)
    return reference


class Trader:
    """Sends, at each close, the orders that the reference made there."""

    def __init__(self, place: Market, rules: Rules, reference: ReferenceExchange) -> None:
        self.now = T0 + MINUTE_MS
        self.account = Account({place.symbol: place}, lambda: self.now, lambda *_: None, rules)
        self.venue = self.account.venues[place.symbol]
        self.rest = PrivateRest(self.account).routes
        self.place, self.reference = place, reference
        self.link = 0

    def create(self, order: dict[str, Any], **more: Any) -> None:
        self.link += 1
        answer = self.rest["/v5/order/create"](
            {
                "category": "linear",
                "symbol": self.place.symbol,
                "side": "Buy" if order["side"] > 0 else "Sell",
                "orderLinkId": f"a-{self.link}",
                "qty": text(order["qty"]),
                **more,
            }
        )
        assert isinstance(answer, dict), answer

    def enter(self, order: dict[str, Any]) -> None:
        if order["kind"] == "LIMIT":
            how = {"orderType": "Limit", "price": text(order["price"])}
        elif order["kind"] == "STOP_MARKET":
            trigger = {"triggerPrice": text(order["trigger"])}
            rises = {"triggerDirection": "1" if order["side"] > 0 else "2"}
            how = {"orderType": "Market", **trigger, **rises}
        else:
            how = {"orderType": "Market"}
        leg = next((one for one in self.reference.legs if one["entry_fill"] == order["fill"]), None)
        levels = {}
        if leg is not None:
            levels = {"stopLoss": text(leg["stop"]), "takeProfit": text(leg["target"])}
        self.create(order, **how, **levels)

    def run(self) -> None:
        by_ts: dict[int, list[dict[str, Any]]] = {}
        for order in self.reference.orders:
            by_ts.setdefault(order["ts"], []).append(order)
        while self.venue.bar is not None:
            for order in by_ts.get(self.now, []):
                if order["purpose"] == "entry" and order["qty"]:
                    self.enter(order)
                elif order["purpose"] == "signal":
                    self.create(order, orderType="Market", reduceOnly=True)
            bar = self.venue.release()
            self.now = bar["t1"]
            self.account.flush()


ENTRIES = {
    "market": Entry(),
    "limit": Entry(order_type="limit", limit_offset_pct=0.02),
    "stop": Entry(order_type="stop", trigger_offset_pct=0.02),
}


@pytest.mark.parametrize("kind", ENTRIES)
@pytest.mark.parametrize("seed", range(4))
def test_fills_equal_those_of_the_simulator(kind: str, seed: int) -> None:
    place = walk(seed)
    rules = rules_of(
        place.symbol,
        leverage=20.0,
        sizing=Sizing(model="fixed_notional", value=3_000.0),
        stop=stop("fixed_points", 60.0),
        target=target("fixed_points", 45.0),
        entry=ENTRIES[kind],
    )
    noise = np.random.default_rng(100 + seed)
    actions = noise.choice((0, 0, 0, 0, 0, 1, 2, 5), MINUTES).tolist()
    actions[-2:] = [5, 0]
    reference = expected(place, rules, actions)
    trader = Trader(place, rules, reference)
    trader.run()
    mine = [
        (one.ts, text(one.price), text(one.qty), text(one.fee), one.is_maker)
        for one in trader.venue.executions
        if one.exec_type != "Funding"
    ]
    other = [
        (one["ts"], text(one["price"]), text(one["qty"]), text(one["fee"]), bool(one["is_maker"]))
        for one in reference.fills
    ]
    assert len(other) > 8
    assert mine == other
    paid = [(row["ts"], row["pnl"]) for row in trader.venue.payments]
    assert paid == [(row["ts"], row["pnl"]) for row in reference.payments]
    assert trader.account.purse.cash == pytest.approx(reference.cash, abs=1e-9)


def test_a_position_beyond_its_margin_is_liquidated_at_the_bankruptcy_price() -> None:
    place = walk(1)
    place.minutes[10:, 1:5] -= 1_500.0
    place.mark = place.minutes[:, :5].copy()
    rules = rules_of(place.symbol, leverage=50.0, starting_equity_usdt=1_000.0)
    trader = Trader(place, rules, ReferenceExchange(rules, instrument_of(place), TIMEFRAMES["1m"]))
    trader.create({"side": 1, "qty": 0.5}, orderType="Market")
    entry = trader.venue.executions[0]
    trader.run()
    last = trader.venue.executions[-1]
    assert last.exec_type == "BustTrade"
    assert last.price == pytest.approx(entry.price * (1 - 1 / 50))
    assert trader.venue.position is None
    assert trader.account.purse.cash > 0
