"""Reconciling a desk with the exchange: read it, compare, and carry the differences out.

When: at a start, after each new connection, every five minutes, after an unknown outcome
(live-runtime.md 8). What differs is found by the pure `reconciling.differences`.
"""

from decimal import Decimal

from tradec.runtime.bybit.broker import BybitBroker
from tradec.runtime.bybit.desk import Desk
from tradec.runtime.bybit.endpoints import ACCOUNT_INFO
from tradec.runtime.bybit.history import WEEK_MS, transfers
from tradec.runtime.bybit.reconciling import (
    Action,
    Adopt,
    ApplyLeverage,
    Block,
    Book,
    CancelOrder,
    Closed,
    EndOrder,
    Foreign,
    Model,
    SetStop,
    Snapshot,
    differences,
)
from tradec.runtime.bybit.tickets import level

OVERLAP_MS = 60_000
"""Executions are read from this long before the last one, against the lag of the lists."""


def take(broker: BybitBroker, model: Model, since_ms: int, paid_ms: int) -> Snapshot:
    """Return the exchange as it is; the position is read after the orders (rulings C3).

    Of a position that the model does not know the executions of a week are read, to see whose it
    is.

    `since_ms` is the time of the last execution that was booked, `paid_ms` that of the last look
    at transfers. Raises what the reads raise: then nothing is known, and entries stay blocked.
    """
    orders = broker.orders()
    executions = broker.executions(since_ms - OVERLAP_MS)
    wallet = broker.wallet()
    there = {row.link_id for row in orders}
    finals = {link_id: broker.look_up(link_id) for link_id in sorted(model.working - there)}
    mode = broker.client.call(ACCOUNT_INFO).result.get("marginMode", "")
    moved = transfers(broker.client, broker.coin, paid_ms, broker.client.now_ms())
    position = broker.position()
    is_new = position.qty and not model.qty
    earlier = broker.executions(broker.client.now_ms() - WEEK_MS) if is_new else ()
    return Snapshot(
        orders=orders,
        position=position,
        earlier=earlier,
        executions=executions,
        wallet=wallet,
        margin_mode=str(mode),
        finals=finals,
        transfers=moved,
    )


def model_of(desk: Desk, margin_mode: str, foreign: Foreign, balance: Decimal | None) -> Model:
    """Return what a desk believes; `balance` is the wallet when it was last compared.

    What the desk has booked since then belongs to the wallet too.
    """
    position = desk.position
    qty = Decimal(0) if position is None else position.side * position.qty
    if balance is not None and desk.compared_cash is not None:
        balance += Decimal(repr(desk.account.cash - desk.compared_cash))
    else:
        balance = None
    return Model(
        instance=desk.how.instance,
        qty=qty,
        stop_loss=None if position is None else level(position.stop, desk.tick),
        working=desk.order_ids,
        booked=desk.account.booked,
        leverage=Decimal(str(desk.rules.leverage)),
        margin_mode=margin_mode,
        tick=desk.tick,
        balance=balance,
        foreign=foreign,
        entry_pending=desk.following.is_pending,
    )


def reconcile(
    desk: Desk, broker: BybitBroker, model: Model, since_ms: int, paid_ms: int
) -> tuple[Action, ...]:
    """Compare and put right; return what differed, for the journal and the alerts."""
    snapshot = take(broker, model, since_ms, paid_ms)
    actions = differences(snapshot, model)
    for action in actions:
        carry_out(desk, action)
    desk.hear(snapshot.wallet)
    desk.compared_cash = desk.account.cash
    desk.act()
    return actions


def carry_out(desk: Desk, action: Action) -> None:
    """Do what one difference asks for; drift and adopted orders are only told, by the caller."""
    match action:
        case Book():
            desk.hear(action.execution)
        case EndOrder():
            desk.ended(action.link_id)
        case CancelOrder():
            desk.broker.cancel(order_id=action.row.order_id)
        case Block():
            desk.blocked.add(action.code)
        case ApplyLeverage():
            desk.broker.set_leverage(action.leverage)
        case Adopt() | Closed() | SetStop():
            _change_position(desk, action)


def _change_position(desk: Desk, action: Adopt | Closed | SetStop) -> None:
    match action:
        case Adopt():
            held = desk.position
            is_ours = held is not None and held.link_id and held.qty == action.position.qty
            if not is_ours:  # what was booked of a decision that we know has levels of its own
                desk.adopt(action.position)
        case Closed():
            desk.gone()
        case SetStop() if desk.position is not None:
            desk.position.secured = False
