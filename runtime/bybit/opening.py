"""From a key and a play to a desk that may trade: ids, figures, and the settings of the account.

Settings are applied only while there is neither a position nor an order; else they are compared,
and what differs blocks entries (rulings C5). The margin mode is account-wide: it is only compared.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from tradec.runtime.sim.figures import Figures

from tradec.runtime.bybit.broker import BybitBroker
from tradec.runtime.bybit.desk import Desk
from tradec.runtime.bybit.link_ids import instance_of
from tradec.runtime.bybit.securing import Closing
from tradec.runtime.bybit.tickets import Hooks
from tradec.runtime.live.protocols import AccountFacts, Broker, OrderRequest
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.sim.rules import Rules
from tradec.runtime.timeframe import TIMEFRAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """What is traded where: `play` is the play's id, `mode` demo or live."""

    mode: str
    play: str
    symbol: str
    rules: Rules
    instrument: Instrument
    exec_tf: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A setting of the account that is not the play's and could not be made so."""

    code: Literal["POSITION_MODE", "MARGIN_MODE", "LEVERAGE", "CANNOT_TRADE", "CAN_WITHDRAW"]
    detail: str


def open_desk(
    broker: BybitBroker,
    what: Deployed,
    uid: str,
    hooks: Hooks,
    intend: Callable[[OrderRequest], None],
    pause: Callable[[float], None],
) -> Desk:
    """Return a desk for a play; `intend` journals each order before it goes out.

    `pause` waits between attempts and may tend to the loop meanwhile.
    """
    x = what.instrument
    if x.tick is None or x.step is None:
        raise ValueError("an order needs the tick and the step of its instrument")
    how = Closing(
        symbol=what.symbol,
        instance=instance_of(uid, what.mode, what.symbol, what.play),
        step=x.step,
        most=None if x.max_market_qty is None else Decimal(repr(x.max_market_qty)),
        now_ms=broker.client.now_ms,
        pause=pause,
        intend=intend,
    )
    minutes = TIMEFRAMES[what.exec_tf].minutes
    figures = Figures(what.rules, x, exec_minutes=minutes)
    return Desk(broker, figures, what.rules, how, x.tick, hooks)


def prepare(
    broker: Broker, facts: AccountFacts, leverage: Decimal, margin_mode: str
) -> tuple[Mismatch, ...]:
    """Bring position mode and leverage to what the play needs; return what is not so.

    The leverage is read back: what counts is what the exchange has.
    """
    found = list(_rights(facts))
    if facts.margin_mode != margin_mode:
        detail = f"the account has {facts.margin_mode}, the play needs {margin_mode}"
        found.append(Mismatch(code="MARGIN_MODE", detail=detail))
    position = broker.position()
    is_free = not position.qty and not broker.orders()
    if position.is_hedged and is_free:
        broker.set_one_way()
    if position.leverage != leverage and is_free:
        broker.set_leverage(leverage)
    if is_free:
        position = broker.position()
    if position.is_hedged:
        found.append(Mismatch(code="POSITION_MODE", detail=f"{position.symbol} is in hedge mode"))
    if position.leverage != leverage:
        detail = f"the exchange has {position.leverage}, the play needs {leverage}"
        found.append(Mismatch(code="LEVERAGE", detail=detail))
    return tuple(found)


def _rights(facts: AccountFacts) -> tuple[Mismatch, ...]:
    found = []
    if not facts.can_trade:
        detail = "the key may not trade derivatives"
        found.append(Mismatch(code="CANNOT_TRADE", detail=detail))
    if facts.can_withdraw:
        detail = "the key may withdraw: use one that may not"
        found.append(Mismatch(code="CAN_WITHDRAW", detail=detail))
    return tuple(found)
