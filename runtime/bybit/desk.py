"""From decisions to orders on an exchange, and back to what the strategy may know of its account.

The desk is to a real exchange what the simulated one is to a backtest: it is called at the close of
each minute, `minute` then `decide`, hears private messages in between, and after them `act` brings
the exchange to what is wanted. Quantities, prices and levels are those of `Figures`, which are the
simulator's. Every order leaves through `_send`: an entry only if `admits` has no objection, what
reduces always. Only the core loop calls it.
Source: live-runtime.md 6, simulation.md 3 to 10 with rulings B3, B9, C2, C6, C11 and C12.
"""

from dataclasses import replace
from decimal import Decimal
from math import inf, isfinite

from tradec.runtime.bybit.errors import BybitError
from tradec.runtime.bybit.following import Following
from tradec.runtime.bybit.holding import (
    UNKNOWN,
    Account,
    Origin,
    Position,
    Seen,
    adopted,
)
from tradec.runtime.bybit.link_ids import LinkId, Role
from tradec.runtime.bybit.placing import place, split
from tradec.runtime.bybit.securing import Closing, close_out, secure
from tradec.runtime.bybit.tickets import (
    Figures,
    Hooks,
    Leaving,
    Turn,
    Working,
    entry_order,
    entry_side,
    exits,
    level,
    on_grid,
    reduction,
)
from tradec.runtime.live.protocols import (
    Broker,
    Execution,
    Minute,
    OrderRequest,
    OrderRow,
    PositionRow,
    Private,
    Protection,
    Sent,
    WalletRow,
)
from tradec.runtime.sim.rules import Rules
from tradec.runtime.timeframe import MINUTE_MS

_MOST_ATTEMPTS = 30


class Desk:
    """One play's orders on one symbol; `account` books what was traded since the session began."""

    def __init__(
        self,
        broker: Broker,
        figures: Figures,
        rules: Rules,
        how: Closing,
        tick: Decimal,
        hooks: Hooks,
    ) -> None:
        self.broker, self.figures, self.rules = broker, figures, rules
        self.how, self.tick, self.hooks = how, tick, hooks
        self.account = Account(cash=rules.starting_equity_usdt)
        self.working: Working | None = None
        self.closing: Leaving | None = None
        self.following = Following(broker, how.instance, hooks.tell)
        self.wallet: WalletRow | None = None
        self.blocked: set[str] = set()
        self.compared_cash: float | None = None
        self.turn: Turn | None = None
        self._origins: dict[str, Origin] = {}
        self.target: OrderRequest | None = None
        self._was_held = False

    # --- what the strategy may know -------------------------------------------------------------

    @property
    def position(self) -> Position | None:
        """Return the open position."""
        return self.account.position

    @property
    def facts(self) -> tuple[int, bool, bool]:
        """Return side, whether an entry is admitted and whether an exit is, as the simulator."""
        position = self.position
        if position is None:
            replaces = self.rules.entry.on_resignal == "replace"
            return 0, self.working is None or replaces, False
        free = self.closing is None
        return position.side, free and self.rules.on_opposite != "ignore", free

    def equity(self) -> float:
        """Return what an entry is sized by: the less of our own account and the exchange's."""
        if self.wallet is None:
            return self.account.cash
        return min(self.account.cash, float(self.wallet.equity))

    # --- a minute -------------------------------------------------------------------------------

    def minute(self, minute: Minute, trail_volatility: float) -> None:
        """C1 and C3b: extremes, expiry, and the stop that follows."""
        close = minute.ts + MINUTE_MS
        working = self.working
        if working is not None and working.expires and close >= working.expires:
            self.cancel_entry("EXPIRED")
        position = self.position
        if position is None:
            return
        position.live(minute)
        if self.closing is not None or not (self.rules.trailing or self.rules.break_even):
            return
        state = (position.stop, position.best, position.trails, position.is_even)
        stop, _, position.trails, position.is_even = self.figures.trailed(
            position.side, position.entry, state, trail_volatility
        )
        if stop != position.stop:
            position.stop, position.moved, position.secured = stop, True, False
            self._secure(position)

    def decide(
        self, action: int, percent: float, minute: Minute, seen: Seen, *, may_enter: bool = True
    ) -> None:
        """C5: carry a decision out; what the account does not admit is ignored."""
        position, ts, side = self.position, minute.ts + MINUTE_MS, entry_side(action)
        if side:
            if position is None and may_enter:
                self._enter(Turn(side, minute.close, seen, ts))
            elif position is not None and position.side == -side and self.closing is None:
                self._oppose(Turn(side, minute.close, seen, ts), may_enter=may_enter)
        elif position is not None and self.closing is None and action in exits(position.side):
            self._exit(percent, minute.close, ts)

    def _oppose(self, turn: Turn, *, may_enter: bool) -> None:
        if self.rules.on_opposite == "ignore":
            return
        if self.rules.on_opposite == "reverse" and may_enter:
            self.turn = turn
        self._exit(100.0, turn.close, turn.ts)

    def _enter(self, turn: Turn) -> None:
        """Size an entry and send it; of one at work the play says whether it is replaced."""
        if self.following.is_pending:  # an entry may live of which nothing is known
            self.hooks.tell("blocked", code="ENTRY_UNKNOWN")
            return
        if self.working is not None:
            if self.rules.entry.on_resignal != "replace":
                self.hooks.tell("blocked", code="ENTRY_ORDER_WORKING")
                return
            if not self.cancel_entry("REPLACED"):
                return
        figures = self.figures.entry(turn.side, turn.close, self.equity(), turn.seen, turn.ts)
        if figures["code"]:
            self.hooks.tell("blocked", code=figures["code"])
            return
        has_target = self.rules.tp_order_type == "market"
        order = entry_order(figures, turn, self.how, self.tick, with_target=has_target)
        objection = self.hooks.admits(order)
        if objection:
            self.hooks.tell("blocked", code=objection, cid=order.link_id)
            return
        origin = Origin(seen=turn.seen, rests=figures["kind"] != "MARKET")
        self.working = Working(order, origin, figures["expires"], turn.side)
        self._origins[order.link_id] = origin
        sent = self._send(order)
        if sent.outcome == "unknown":
            self.following.abandoned.add(order.link_id, self.how.now_ms())
        if sent.outcome != "accepted":
            self.working = None

    def _exit(self, percent: float, reference: float, ts: int) -> None:
        """Close so much of the position, in pieces where it is larger than one order may be."""
        position = self.position
        assert position is not None
        qty = on_grid(self.figures.exit_qty(float(position.qty), percent, reference), self.how.step)
        if qty <= 0:
            self.hooks.tell("blocked", code="BELOW_MIN_NOTIONAL")
            return
        if self.working is not None:
            self.cancel_entry("POSITION_CLOSED")
        self.closing = Leaving(self._link("X", ts), qty)
        self._leave(self.closing)

    def _leave(self, leaving: Leaving) -> None:
        """Send what is still to be closed, in pieces where it is larger than one order may be."""
        position = self.position
        assert position is not None
        qty = min(leaving.left, position.qty)
        for number, piece in enumerate(split(qty, self.how.most, self.how.step)):
            for link in (leaving.link.child(number), leaving.link.child(number).again()):
                order = reduction(str(link), self.how.symbol, position.side, piece)
                leaving.pending.add(order.link_id)
                sent = self._send(order)
                if sent.outcome not in {"accepted", "unknown"}:
                    leaving.pending.discard(order.link_id)
                if sent.meaning != "id_collision":
                    break

    def cancel_entry(self, code: str) -> bool:
        """Cancel the entry at work; tell whether none of it was filled meanwhile."""
        working = self.working
        if working is None:
            return True
        sent = self.broker.cancel(link_id=working.order.link_id)
        self.hooks.tell("order", cid=working.order.link_id, cancel=code, outcome=sent.outcome)
        try:
            row = self.broker.look_up(working.order.link_id)
        except BybitError as error:
            self.hooks.tell("error", kind="look_up", msg=error.message)
            return False
        if row is None or row.status != "working":
            self.working = None
        return self.working is None and (row is None or not row.filled)

    # --- what the exchange says -----------------------------------------------------------------

    def hear(self, said: Private) -> None:
        """Take in one thing that the exchange says; `act` follows when all is heard."""
        match said:
            case Execution():
                self._executed(said)
            case OrderRow():
                self._ordered(said)
            case WalletRow():
                self.wallet = said

    def _executed(self, execution: Execution) -> None:
        origin = self._origins.get(execution.link_id, UNKNOWN)
        if self.account.book(execution, origin):
            self.hooks.tell("exec", execution=execution)
            self.following.abandoned.drop(execution.link_id)
            if self.closing is not None and execution.link_id in self.closing.pending:
                self.closing.left -= execution.qty

    def _ordered(self, row: OrderRow) -> None:
        if row.status != "working":
            self.ended(row.link_id)
        elif row.link_id in self.following.abandoned:
            self.broker.cancel(order_id=row.order_id)

    # --- what has to be so ----------------------------------------------------------------------

    def act(self) -> None:
        """Bring the exchange to what is wanted: levels after a fill, nothing left when flat."""
        now = self.how.now_ms()
        for said in (*self.following.ask(now), *self.following.appeared(now)):
            self.hear(said)
        position = self.position
        if position is not None:
            self._was_held = True
            if not position.secured:
                self._take_levels(position)
            self._go_on_leaving()
        elif self._was_held:
            self._ended()
        pending = self.working is not None or self.following.is_pending
        self.following.clean(now, entry_pending=pending)

    def _go_on_leaving(self) -> None:
        """Close what an exit has left, again until it is done (rulings C6)."""
        leaving = self.closing
        if leaving is None or leaving.pending or self.position is None:
            return
        if leaving.left <= 0:
            self.closing = None
        elif leaving.link.attempt < _MOST_ATTEMPTS:
            leaving.link = leaving.link.again()
            self._leave(leaving)
        else:
            self._close("M")

    def _take_levels(self, position: Position) -> None:
        """Hang a position on the levels of its own average price, and see that it has them."""
        flags = 0
        if position.link_id or not isfinite(position.stop):  # else the levels of the exchange
            stop, position.target, flags, _ = self.figures.levels(
                position.side, float(position.qty), position.entry, position.seen
            )
            position.stop = position.stop if isfinite(position.stop) and position.moved else stop
        self._secure(position, flags)
        if self.rules.tp_order_type == "limit" and self.position is not None:
            self._rest_target(self.position)

    def _secure(self, position: Position, flags: int = 0) -> None:
        """See that the exchange has the stop and the target; else the position is closed."""
        market_target = position.target if self.rules.tp_order_type == "market" else inf
        wanted = Protection(
            symbol=self.how.symbol,
            stop_loss=level(position.stop, self.tick),
            take_profit=level(market_target, self.tick),
        )
        position.secured = True
        if self.rules.stop is not None and wanted.stop_loss is None:
            self.hooks.tell("emergency_close", reason="stop_unavailable", outcome="closing")
            self._close("M")
            return
        if wanted.stop_loss is None and wanted.take_profit is None:
            return
        found = secure(self.broker, wanted, self.tick / 2, self.how)
        self.hooks.tell("sl_check", want=wanted, found=found, flags=flags)
        if found.outcome in {"closed", "open"}:
            self.closing = self.closing or Leaving(self._link("M", self.how.now_ms()), position.qty)
            if not position.moved:  # a stop that trails may be passed before it is set
                self.blocked.add("EMERGENCY_CLOSE")
            self.hooks.tell("emergency_close", reason=found.reason, outcome=found.outcome)

    def _rest_target(self, position: Position) -> None:
        """Keep one reduce-only limit order at the target, as large as the position (B9)."""
        price = level(position.target, self.tick)
        if price is None:
            return
        if self.target is not None:
            self.broker.cancel(link_id=self.target.link_id)
        link = self._link("T", self.how.now_ms())
        order = reduction(str(link), self.how.symbol, position.side, position.qty)
        self.target = replace(order, kind="Limit", price=price, time_in_force="GTC")
        self._send(self.target)

    def _ended(self) -> None:
        """Forget a position that is gone, and turn where that was decided."""
        self._was_held, self.closing, self.target = False, None, None
        self.following.flat(self.how.now_ms())
        kept = {self.working.order.link_id} if self.working is not None else set()
        self._origins = {
            link_id: origin
            for link_id, origin in self._origins.items()
            if link_id in kept or link_id in self.following.abandoned
        }
        turn, self.turn = self.turn, None
        if turn is not None:
            self._enter(turn)

    # --- what reconciliation and a restart say ---------------------------------------------------

    @property
    def order_ids(self) -> frozenset[str]:
        """Return the ids of the orders that should be open."""
        orders = (self.working and self.working.order, self.target)
        pending = set() if self.closing is None else self.closing.pending
        return frozenset({order.link_id for order in orders if order} | pending)

    def adopt(self, row: PositionRow) -> None:
        """Take over a position as the exchange has it; `act` then sees to its levels."""
        self.account.position = adopted(row)
        self._was_held = True

    def gone(self) -> None:
        """Forget the position: the exchange has none."""
        self.account.position, self._was_held = None, True

    def ended(self, link_id: str) -> None:
        """Forget an order that is no longer open."""
        self.following.heard(link_id)
        self.following.abandoned.drop(link_id)
        if self.working is not None and self.working.order.link_id == link_id:
            self.working = None
        if self.closing is not None:
            self.closing.pending.discard(link_id)

    def resume(self, working: Working | None, *, was_held: bool) -> None:
        """Go on after a restart with the entry that was at work, and what was held."""
        self.working, self._was_held = working, was_held
        if working is not None:
            self._origins[working.order.link_id] = working.origin

    def close_all(self, role: Role) -> bool:
        """Cancel the entry and close the position at once, again until it is flat."""
        self.cancel_entry("ENTRIES_DISABLED")
        return self._close(role)

    def _close(self, role: Role) -> bool:
        position = self.position
        left = Decimal(0) if position is None else position.qty
        self.closing = Leaving(self._link(role, self.how.now_ms()), left)
        return close_out(self.broker, self.how, role).is_flat

    # --- the one way out ------------------------------------------------------------------------

    def _send(self, order: OrderRequest) -> Sent:
        """Send an order: told before it goes out and after."""
        self.how.intend(order)
        if order.kind == "Market" and order.trigger_price is None:
            self.following.sent(order.link_id, self.how.now_ms())
        sent = place(self.broker, order, lambda: not self.hooks.admits(order), self.how.pause)
        if sent.outcome in {"refused", "crossed", "flat"}:
            self.following.heard(order.link_id)
        self.hooks.tell("order", cid=order.link_id, sent=sent)
        return sent

    def _link(self, role: Role, ts: int) -> LinkId:
        return LinkId(instance=self.how.instance, ts=ts, role=role)
