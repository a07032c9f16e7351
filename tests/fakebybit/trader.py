"""A broker on the loopback exchange, and orders in few words."""

from decimal import Decimal
from typing import Any

from fakebybit.exchange import LoopbackExchange
from fakebybit.worlds import Pauses, client
from tradec.runtime.bybit.broker import BybitBroker
from tradec.runtime.bybit.link_ids import LinkId, Role, instance_of
from tradec.runtime.live.protocols import OrderRequest

SYMBOL = "BTCUSDT"
INSTANCE = instance_of("24617703", "demo", SYMBOL, "a_play")


def broker(exchange: LoopbackExchange, **more: Any) -> tuple[BybitBroker, Pauses]:
    """Return a broker whose pauses take no time."""
    made, pauses = client(exchange, signed=True, **more)
    one = BybitBroker(made, SYMBOL, monotonic=pauses.monotonic, sleep=pauses.sleep)
    return one, pauses


def link(role: Role = "E", minute: int = 0, **more: int) -> LinkId:
    """Return an id of the instance of these tests."""
    return LinkId(instance=INSTANCE, ts=1_735_689_600_000 + 60_000 * minute, role=role, **more)


def request(side: int = 1, qty: str = "0.010", **more: Any) -> OrderRequest:
    """Return a market order of a side; `stop` and `target` are its levels."""
    levels = {"stop_loss": more.pop("stop", None), "take_profit": more.pop("target", None)}
    given: dict[str, Any] = {
        name: Decimal(text) for name, text in levels.items() if text is not None
    }
    more.setdefault("link_id", str(link()))
    return OrderRequest(
        symbol=SYMBOL, side="Buy" if side > 0 else "Sell", qty=Decimal(qty), **given, **more
    )
