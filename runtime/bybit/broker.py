"""One symbol of one Bybit account as the session's broker: demo and live alike.

What a request came to is settled here: codes are sorted into outcomes, an id that exists is looked
up and compared, and a request without an answer is looked up before it is called unknown. Nothing
is sent again but reducing orders, and those under the same id (bybit.md 5.2, rulings C2, C6, C12).
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tradec.runtime.bybit import endpoints, facts
from tradec.runtime.bybit.client import Answer, Client
from tradec.runtime.bybit.endpoints import Endpoint
from tradec.runtime.bybit.errors import (
    BadAnswerError,
    BybitError,
    ForbiddenError,
    RefusedError,
    UnknownOutcomeError,
    UnreachableError,
)
from tradec.runtime.bybit.market import CATEGORY
from tradec.runtime.bybit.paging import paged
from tradec.runtime.bybit.requests import (
    create_params,
    decimal_text,
    is_same,
    protect_params,
)
from tradec.runtime.bybit.rows import execution_of, order_of, position_of, wallet_of
from tradec.runtime.live.protocols import (
    AccountFacts,
    Execution,
    Frame,
    OrderRequest,
    OrderRow,
    PositionRow,
    Private,
    Protection,
    Sent,
    WalletRow,
)

WRITE_SECONDS, READ_SECONDS = 5.0, 4.0
LOOK_AGAIN_SECONDS = 1.0
BUSY_SECONDS = 0.3
ORDERS_PAGE, EXECUTIONS_PAGE = 50, 100
WEEK_MS = 7 * 86_400_000
_DONE = frozenset({"ok", "unchanged", "order_gone"})
_LOOK_UP = frozenset({"duplicate_link", "duplicate_request", "rate", "clock"})
_FLAT = frozenset({"already_flat", "no_position"})


class _Unclear(Exception):  # noqa: N818  no error: what is known is in `why`
    """A write of which nobody knows yet whether it was carried out."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class BybitBroker:
    """Orders, levels and facts of one symbol; only the core loop calls it.

    `sleep` waits between two look-ups and nowhere else.
    """

    def __init__(
        self,
        client: Client,
        symbol: str,
        *,
        coin: str = "USDT",
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.client, self.symbol, self.coin = client, symbol, coin
        self._monotonic, self._sleep = monotonic, sleep
        self._position_seq = 0

    # --- the account ----------------------------------------------------------------------------

    def facts(self) -> AccountFacts:
        """Return what the key and the account are."""
        return facts.read_facts(self.client, self.symbol)

    def set_one_way(self) -> Sent:
        """Switch the symbol to one-way mode; already so is accepted."""
        return self._write(endpoints.POSITION_MODE, {"symbol": self.symbol, "mode": 0})

    def set_leverage(self, leverage: Decimal) -> Sent:
        """Set the leverage of both sides; already so is accepted."""
        text = decimal_text(leverage)
        both = {"buyLeverage": text, "sellLeverage": text}
        return self._write(endpoints.LEVERAGE, {"symbol": self.symbol, **both})

    def set_margin_mode(self, mode: str) -> Sent:
        """Set the margin mode of the whole account: ISOLATED_MARGIN or REGULAR_MARGIN."""
        return self._write(endpoints.MARGIN_MODE, {"setMarginMode": mode})

    # --- orders ---------------------------------------------------------------------------------

    def send(self, order: OrderRequest) -> Sent:
        """Place an order; without an answer look it up before saying `unknown`."""
        started = self._monotonic()
        sent = self._create(order)
        if sent.outcome == "unknown" and order.reduce_only:
            sent = self._create(order)  # the same id: it cannot become a second order
        return replace(sent, latency_ms=(self._monotonic() - started) * 1000.0)

    def _create(self, order: OrderRequest) -> Sent:
        try:
            answer = self._call(endpoints.CREATE, create_params(order), reducing=order.reduce_only)
        except _Unclear as unclear:
            return self._settled(order, "unknown_outcome", unclear.why)
        except RefusedError as error:
            if error.row.meaning in _LOOK_UP:
                return self._settled(order, error.row.meaning, error.row.text)
            return _refused(error, is_create=True)
        except (ForbiddenError, UnreachableError) as error:
            return _not_sent(error)
        order_id = str(answer.result.get("orderId", ""))
        return Sent(outcome="accepted", order_id=order_id, time_ms=answer.time_ms)

    def _settled(self, order: OrderRequest, meaning: str, why: str) -> Sent:
        """Return what became of an order that may exist: looked up twice, a second apart."""
        for pause in (0.0, LOOK_AGAIN_SECONDS):
            if pause:
                self._sleep(pause)
            try:
                found = self.look_up(order.link_id)
            except BybitError as error:
                why = f"{why}; the look-up failed: {error.message}"
                continue
            if found is not None:
                return _found(order, found)
        return Sent(outcome="unknown", meaning=meaning, detail=why)

    def cancel(self, *, link_id: str = "", order_id: str = "") -> Sent:
        """Cancel one order by one of its ids; already gone is accepted."""
        which = {"orderId": order_id} if order_id else {"orderLinkId": link_id}
        return self._write(endpoints.CANCEL, {"symbol": self.symbol, **which}, reducing=True)

    def amend(self, *, link_id: str, qty: Decimal | None, price: Decimal | None) -> Sent:
        """Change quantity or price of a working order; what is None stays."""
        wanted = {"qty": qty, "price": price}
        given = {name: decimal_text(x) for name, x in wanted.items() if x is not None}
        return self._write(
            endpoints.AMEND, {"symbol": self.symbol, "orderLinkId": link_id, **given}
        )

    def protect(self, levels: Protection) -> Sent:
        """Set the levels of the open position; already so is accepted."""
        return self._write(endpoints.TRADING_STOP, protect_params(levels), reducing=True)

    def look_up(self, link_id: str) -> OrderRow | None:
        """Return an order by our id: the working and recent ones, then the history."""
        by_id = {"category": CATEGORY, "symbol": self.symbol, "orderLinkId": link_id}
        for endpoint, more in ((endpoints.OPEN_ORDERS, {"openOnly": 1}), (endpoints.HISTORY, {})):
            for row in self._rows(endpoint, **by_id, **more, limit=ORDERS_PAGE):
                if row.get("orderLinkId") == link_id:
                    return order_of(row)
        return None

    # --- what is ---------------------------------------------------------------------------------

    def orders(self) -> tuple[OrderRow, ...]:
        """Return every open order of the symbol, conditional ones and others' included."""
        common = {"category": CATEGORY, "symbol": self.symbol, "openOnly": 0}
        found = self._rows(endpoints.OPEN_ORDERS, **common, limit=ORDERS_PAGE)
        return tuple(one for one in map(order_of, found) if one.status == "working")

    def position(self) -> PositionRow:
        """Return the position of the symbol, also when it is flat."""
        found = list(self._rows(endpoints.POSITIONS, category=CATEGORY, symbol=self.symbol))
        if not found:
            raise BadAnswerError(endpoints.POSITIONS.path, f"no position row of {self.symbol}")
        held = [position_of(row, is_hedged=len(found) > 1) for row in found]
        row = max(held, key=lambda one: one.qty)
        self._position_seq = max(self._position_seq, row.seq)
        return row

    def executions(self, since_ms: int) -> tuple[Execution, ...]:
        """Return the executions of the symbol from an instant on, by (ts, exec_id)."""
        found: dict[str, Execution] = {}
        until = self.client.now_ms() + 1_000
        start = since_ms
        while start <= until:
            end = min(start + WEEK_MS - 1, until)
            common = {"category": CATEGORY, "symbol": self.symbol, "limit": EXECUTIONS_PAGE}
            made = self._rows(endpoints.EXECUTIONS, **common, startTime=start, endTime=end)
            found |= {str(row.get("execId")): execution_of(row) for row in made}
            start = end + 1
        return tuple(sorted(found.values(), key=lambda one: (one.ts, one.exec_id)))

    def wallet(self) -> WalletRow:
        """Return the settle coin of the symbol."""
        answer = self._read(endpoints.WALLET, accountType="UNIFIED", coin=self.coin)
        for row in answer.result.get("list") or ():
            wallet = wallet_of(row, self.coin, answer.time_ms)
            if wallet is not None:
                return wallet
        nothing = Decimal(0)
        return WalletRow(
            coin=self.coin,
            equity=nothing,
            balance=nothing,
            available=nothing,
            ts=answer.time_ms,
        )

    def read(self, frame: Frame) -> Sequence[Private]:
        """Return what a private message says; nothing for control and unknown frames.

        Rows of other symbols are left out, and so are positions older than the newest one seen.
        """
        message = json.loads(frame.text)
        data = message.get("data") if isinstance(message, dict) else None
        if not isinstance(data, list):
            return ()
        topic, ts = message.get("topic"), int(message.get("creationTime") or 0)
        return tuple(one for row in data for one in self._told(str(topic), row, ts))

    def _told(self, topic: str, row: dict[str, Any], ts: int) -> Iterator[Private]:
        if topic == "wallet":
            wallet = wallet_of(row, self.coin, ts)
            if wallet is not None:
                yield wallet
        if row.get("symbol") != self.symbol:
            return
        match topic:
            case "order":
                yield order_of(row)
            case "execution":
                yield execution_of(row)
            case "position":
                position = position_of(row)
                if position.seq >= self._position_seq:
                    self._position_seq = position.seq
                    yield position

    # --- calls -----------------------------------------------------------------------------------

    def _call(self, endpoint: Endpoint, params: dict[str, Any], *, reducing: bool) -> Answer:
        """Make a write; _Unclear where nobody knows what came of it."""
        try:
            return self._busy(endpoint, {"category": CATEGORY, **params}, reducing=reducing)
        except UnknownOutcomeError as error:
            raise _Unclear(error.message) from error

    def _busy(self, endpoint: Endpoint, params: dict[str, Any], *, reducing: bool) -> Answer:
        """Make a call, once more where the order is just being processed."""
        try:
            return self.client.call(endpoint, deadline=WRITE_SECONDS, reducing=reducing, **params)
        except RefusedError as error:
            if error.row.meaning != "order_busy":
                raise
        self._sleep(BUSY_SECONDS)
        return self.client.call(endpoint, deadline=WRITE_SECONDS, reducing=reducing, **params)

    def _write(self, endpoint: Endpoint, params: dict[str, Any], *, reducing: bool = False) -> Sent:
        """Make a write that can be repeated without harm: it asks for a state, not for an event."""
        started = self._monotonic()
        sent = self._once(endpoint, params, reducing=reducing)
        if sent.outcome == "unknown":
            sent = self._once(endpoint, params, reducing=reducing)
        return replace(sent, latency_ms=(self._monotonic() - started) * 1000.0)

    def _once(self, endpoint: Endpoint, params: dict[str, Any], *, reducing: bool) -> Sent:
        try:
            answer = self._call(endpoint, params, reducing=reducing)
        except _Unclear as unclear:
            return Sent(outcome="unknown", meaning="unknown_outcome", detail=unclear.why)
        except RefusedError as error:
            return _refused(error, is_create=False)
        except (ForbiddenError, UnreachableError) as error:
            return _not_sent(error)
        result = answer.result if isinstance(answer.result, dict) else {}
        order_id = str(result.get("orderId", ""))
        return Sent(outcome="accepted", order_id=order_id, time_ms=answer.time_ms)

    def _read(self, endpoint: Endpoint, **params: Any) -> Answer:
        return self.client.call(endpoint, deadline=READ_SECONDS, **params)

    def _rows(self, endpoint: Endpoint, **params: Any) -> Iterator[dict[str, Any]]:
        return paged(self.client, endpoint, params, READ_SECONDS)


# --- outcomes -------------------------------------------------------------------------------------


def _refused(error: RefusedError, *, is_create: bool) -> Sent:
    """Return the outcome of a retCode; a fatal one is raised."""
    meaning, text = error.row.meaning, error.ret_msg
    if meaning == "fatal":
        raise error
    told = Sent(outcome="refused", meaning=meaning, ret_code=error.ret_code, detail=text)
    if meaning in _DONE and not is_create:
        return replace(told, outcome="accepted", is_repeat=True)
    if meaning in _FLAT or (meaning == "parameter" and "zero position" in text):
        return replace(told, outcome="flat", meaning="no_position")
    if meaning == "parameter" and "base_price" in text:
        which = "target_crossed" if "TakeProfit" in text else "stop_crossed"
        return replace(told, outcome="crossed", meaning=which)
    if meaning == "stop_crossed":
        return replace(told, outcome="crossed")
    return told


def _found(order: OrderRequest, row: OrderRow) -> Sent:
    """Return the outcome of an order whose id the exchange knows (rulings C2)."""
    if not is_same(order, row):
        detail = f"the id belongs to another order: {row.side} {row.qty} {row.symbol}"
        return Sent(outcome="refused", order_id=row.order_id, meaning="id_collision", detail=detail)
    if row.status == "rejected":
        detail = row.reject_reason
        return Sent(outcome="refused", order_id=row.order_id, meaning="rejected", detail=detail)
    return Sent(
        outcome="accepted",
        order_id=row.order_id,
        meaning="duplicate_link",
        is_repeat=True,
        time_ms=row.created_ms,
    )


def _not_sent(error: ForbiddenError | UnreachableError) -> Sent:
    """Return the outcome of a request that never reached the exchange."""
    return Sent(outcome="refused", meaning=error.code.lower(), detail=error.message)
