"""Decisions become orders, and their fills are those of the simulator, on the same path."""

import numpy as np
import pytest

from fakebybit.desk_cases import BUY, CASES, LEAVE, SELL, executed, fills, levels, script, simulated
from fakebybit.exchange import LoopbackExchange
from fakebybit.inbox import Kept
from fakebybit.lockstep import Lockstep, Wired
from fakebybit.server import TEST_KEY, TEST_SECRET
from fakebybit.trader import SYMBOL
from fakebybit.walks import walk
from fakebybit.worlds import T0
from tradec.runtime.bybit.session import Key
from tradec.runtime.bybit.stream import Supervisor


@pytest.mark.parametrize("name", CASES)
def test_fills_equal_those_of_the_simulator(name: str) -> None:
    how, seed = CASES[name], len(name)
    place, plan = walk(seed), script(seed)
    actions, percents, seen = plan[0], plan[1], levels(place, plan[2])
    reference = simulated(place, how, (actions, percents, seen))
    with LoopbackExchange(place, now_ms=T0, rules=how) as exchange:
        exchange.account.venues[SYMBOL].set_leverage(how.leverage)
        session = Lockstep(exchange, how)
        for action, percent, shown in zip(actions, percents, seen, strict=True):
            session.close(action, percent, shown)
        assert len(reference.fills) > 10
        assert executed(session) == fills(reference)
        assert session.desk.account.cash == pytest.approx(reference.cash, abs=1e-9)
        session.desk.cancel_entry("END")
        assert session.broker.orders() == ()


@pytest.mark.slow
def test_a_day_over_real_sockets_equals_the_simulator() -> None:
    """Demo against the loopback exchange: pybit's own HTTP and WebSocket classes, 1440 minutes."""
    place, how = walk(11, 1_440), CASES["trailing"]
    noise = np.random.default_rng(11)
    actions = noise.choice((0, 0, 0, 0, 0, 0, 0, 0, BUY, SELL, LEAVE), 1_440).tolist()
    actions[-2:] = [LEAVE, 0]
    percents, seen = [100.0] * 1_440, np.full((1_440, 5), np.nan)
    reference = simulated(place, how, (actions, percents, seen))
    with LoopbackExchange(place, now_ms=T0, rules=how) as exchange:
        exchange.account.venues[SYMBOL].set_leverage(how.leverage)
        kept = Kept()
        topics = ("order", "execution", "position", "wallet")
        key = Key(TEST_KEY, TEST_SECRET)
        stream = Supervisor(exchange.ws_base, topics, key=key, now_ms=exchange.clock.now_ms)
        stream.start(kept)
        try:
            kept.wait_for("up")
            session = Lockstep(exchange, how, Wired(exchange, kept))
            for action, percent, shown in zip(actions, percents, seen, strict=True):
                session.close(action, percent, shown)
        finally:
            stream.close()
        assert len(reference.fills) > 100
        assert executed(session) == fills(reference)
        assert session.desk.account.cash == pytest.approx(reference.cash, abs=1e-9)
        assert kept.statuses == ["up"]
