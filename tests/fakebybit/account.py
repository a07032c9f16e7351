"""An account of the loopback exchange: wallet, modes, venues, and what it pushes."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from fakebybit.market import Market
from fakebybit.path import rules_of
from fakebybit.rows import position_row
from fakebybit.venue import Purse, Venue
from fakebybit.wire import Order, text
from tradec.runtime.sim.rules import Rules

Message = tuple[str, list[dict[str, Any]]]


class Account:
    """The state behind one key; `post(topic, message)` sends to the private sockets.

    Faults: `mangle` alters a batch of messages before it is sent (duplicates, reorders, losses),
    `requests_die` answers that many creates without carrying them out, `history_lags` keeps
    finished orders out of the history, `read_only` refuses writes.
    """

    def __init__(
        self,
        markets: Mapping[str, Market],
        now_ms: Callable[[], int],
        post: Callable[[str, dict[str, Any]], None],
        rules: Rules | None = None,
    ) -> None:
        self.lock = threading.RLock()
        self.now_ms = now_ms
        self._post = post
        self.rules = rules or rules_of("BTCUSDT")
        self.purse = Purse(self.rules.starting_equity_usdt)
        self.is_one_way = True
        self.is_demo = True
        self.margin_mode = "ISOLATED_MARGIN"
        self.read_only = False
        self.requests_die = 0
        self.history_lags = False
        self.links: set[str] = set()
        self.number = 0
        self.transfers: list[dict[str, Any]] = []
        self.key: dict[str, Any] = {}
        self.mangle: Callable[[list[Message]], list[Message]] = lambda batch: batch
        self._outbox: list[Message] = []
        self._messages = 0
        self.venues = {
            symbol: Venue(
                market, replace(self.rules, symbol=symbol), self.purse, self._tell, now_ms
            )
            for symbol, market in markets.items()
        }

    # --- what is pushed -------------------------------------------------------------------------

    def _tell(self, topic: str, row: dict[str, Any]) -> None:
        """Note a row for a topic; fills that follow each other share a message."""
        if topic == "execution" and self._outbox and self._outbox[-1][0] == topic:
            self._outbox[-1][1].append(row)
        else:
            self._outbox.append((topic, [row]))

    def flush(self) -> None:
        """Send what has happened since the last time, the wallet after every change of it."""
        with self.lock:
            batch, self._outbox = self._outbox, []
            if any(topic == "execution" for topic, _ in batch):
                batch.append(("wallet", [self.wallet_row()]))
            batch = self.mangle(batch)
            messages = [(topic, self._message(rows)) for topic, rows in batch]
        for topic, message in messages:
            self._post(topic, message)

    def _message(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        self._messages += 1
        return {"id": f"loop{self._messages}", "creationTime": self.now_ms(), "data": rows}

    # --- orders ---------------------------------------------------------------------------------

    def cancel(self, venue: Venue, order: Order) -> None:
        """Cancel an open order by the user's wish."""
        order.status, order.cancel_type = "Cancelled", "CancelByUser"
        order.updated = self.now_ms()
        self._tell("order", order.row())
        venue.book = [one for one in venue.book if one["wire"] is not order]

    def amend(self, venue: Venue, order: Order, wanted: Mapping[str, str]) -> None:
        """Change an open order; what is not named stays."""
        order.qty = wanted.get("qty", order.qty)
        order.price = wanted.get("price", order.price)
        order.trigger = wanted.get("triggerPrice", order.trigger)
        order.stop_loss = _level(wanted.get("stopLoss", order.stop_loss))
        order.take_profit = _level(wanted.get("takeProfit", order.take_profit))
        for one in venue.book:
            if one["wire"] is order:
                one["left"] = order.left
                one["row"]["qty"] = float(order.qty)
                one["limit"] = float(order.price or "nan")
                one["trigger"] = float(order.trigger or "nan")
        order.updated = self.now_ms()
        self._tell("order", order.row())

    # --- rows -----------------------------------------------------------------------------------

    @property
    def unrealized(self) -> float:
        held = (venue for venue in self.venues.values() if venue.position is not None)
        return sum(float(position_row(venue)["unrealisedPnl"]) for venue in held)

    def position_rows(self, venue: Venue) -> list[dict[str, Any]]:
        """Return one row in one-way mode, two in hedge mode."""
        row = position_row(venue)
        if self.is_one_way:
            return [row]
        return [{**row, "positionIdx": 1}, {**row, "positionIdx": 2, "side": "", "size": "0"}]

    def wallet_row(self) -> dict[str, Any]:
        """Return the fields of `wallet-balance`; isolated margin leaves the totals empty."""
        is_cross = self.margin_mode != "ISOLATED_MARGIN"
        equity = text(self.purse.cash + self.unrealized)
        positions = [v.position for v in self.venues.values() if v.position is not None]
        locked = text(sum(one["margin"] + one["reserve"] for one in positions))
        total = equity if is_cross else ""
        names = (
            "totalMarginBalance", "totalAvailableBalance", "totalInitialMargin",
            "totalMaintenanceMargin", "accountIMRate", "accountMMRate",
        )  # fmt: skip
        return {
            "accountType": "UNIFIED",
            "accountLTV": "",
            "totalEquity": equity,
            "totalWalletBalance": text(self.purse.cash),
            "totalPerpUPL": text(self.unrealized),
            **dict.fromkeys(names, total),
            "coin": [
                {
                    "coin": "USDT",
                    "equity": equity,
                    "usdValue": equity,
                    "walletBalance": text(self.purse.cash),
                    "unrealisedPnl": text(self.unrealized),
                    "cumRealisedPnl": text(sum(v.realized for v in self.venues.values())),
                    "totalOrderIM": "0",
                    "totalPositionIM": locked,
                    "totalPositionMM": "0",
                    "locked": "0",
                    "bonus": "0",
                    "borrowAmount": "0",
                    "availableToWithdraw": "",
                    "marginCollateral": True,
                    "collateralSwitch": True,
                }
            ],
        }

    def info_row(self) -> dict[str, Any]:
        return {
            "marginMode": self.margin_mode,
            "unifiedMarginStatus": 5,
            "dcpStatus": "OFF",
            "timeWindow": 0,
            "smpGroup": 0,
            "isMasterTrader": False,
            "spotHedgingStatus": "OFF",
            "updatedTime": str(self.now_ms()),
        }

    def key_row(self) -> dict[str, Any]:
        """Return the fields of `query-api`; `key` overrides them."""
        permissions = {
            "ContractTrade": ["Order", "Position"],
            "Derivatives": ["DerivativesTrade"],
            "Spot": [],
            "Wallet": [],
            "Options": [],
            "Exchange": [],
        }
        return {
            "id": "1",
            "note": "loopback",
            "readOnly": int(self.read_only),
            "permissions": permissions,
            "ips": ["*"],
            "type": 1,
            "deadlineDay": 60,
            "expiredAt": "2030-01-01T00:00:00Z",
            "createdAt": "2024-01-01T00:00:00Z",
            "uta": 1,
            "userID": 24617703,
            "inviterID": 0,
            "vipLevel": "No VIP",
            "mktMakerLevel": "0",
            "isMaster": True,
            "parentUid": "0",
            "kycLevel": "LEVEL_1",
            **self.key,
        }

    def transfer(self, change: float) -> None:
        """Pay into the wallet, or out of it."""
        with self.lock:
            self.purse.cash += change
            self.transfers.append(
                {
                    "id": f"transfer-{len(self.transfers)}",
                    "symbol": "",
                    "side": "None",
                    "type": "TRANSFER_IN" if change > 0 else "TRANSFER_OUT",
                    "category": "linear",
                    "currency": "USDT",
                    "cashFlow": text(change),
                    "change": text(change),
                    "cashBalance": text(self.purse.cash),
                    "fee": "0",
                    "funding": "",
                    "transactionTime": str(self.now_ms()),
                }
            )
            self._outbox.append(("wallet", [self.wallet_row()]))
        self.flush()


def _level(price: str) -> str:
    return "" if price == "0" else price


def duplicated(batch: list[Message]) -> list[Message]:
    """Send every message twice."""
    return [message for message in batch for _ in range(2)]


def reordered(batch: list[Message]) -> list[Message]:
    """Send the messages, and the fills in them, in the opposite order."""
    return [(topic, rows[::-1]) for topic, rows in batch[::-1]]


def lost(*topics: str) -> Callable[[list[Message]], list[Message]]:
    """Return what drops the messages of these topics."""
    return lambda batch: [message for message in batch if message[0] not in topics]
