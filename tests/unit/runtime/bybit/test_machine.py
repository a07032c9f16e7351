"""A scripted strategy on the loopback exchange steps and fills as in the simulated session."""

from typing import Any

import numpy as np
import pytest

from fakebybit.desk_cases import CASES, executed, merged
from fakebybit.exchange import LoopbackExchange
from fakebybit.lockstep import Lockstep
from fakebybit.path import bars_of, instrument_of
from fakebybit.trader import SYMBOL
from fakebybit.walks import walk
from fakebybit.wire import text
from fakebybit.worlds import MINUTE_MS, T0
from generators.scripted import LEAVE, LONG, SHORT, Script
from tradec.runtime.bybit.machine import Exchanged
from tradec.runtime.live.simulated import Simulated, Traded
from tradec.runtime.live.sources import minutes_of, warm_part
from tradec.runtime.live.steps import Step

WARM, MINUTES = 5, 120
START = T0 + WARM * MINUTE_MS


class Kept(Script):
    """A script that can be broken off: its state is the number of bars and the digest."""

    def snapshot(self) -> bytes:
        return f"{self.bars} {self.digest}".encode()

    def restore(self, state: bytes) -> None:
        self.bars, self.digest = map(int, state.split())


def script(seed: int) -> Script:
    """Return decisions for the bars from trade_start on, the last of which leaves."""
    noise = np.random.default_rng(seed)
    drawn = noise.choice((0, 0, 0, LONG, SHORT, LEAVE), MINUTES).tolist()
    actions = {k: action for k, action in enumerate(drawn) if action and k >= WARM - 1}
    return Kept({**{k: a for k, a in actions.items() if k < MINUTES - 3}, MINUTES - 3: LEAVE})


def simulated(place: Any, name: str, seed: int) -> tuple[list[Step], Any]:
    bars = bars_of(place)
    traded = Traded(
        strategy=script(seed).strategy(),
        rules=CASES[name],
        instrument=instrument_of(place),
        exec_tf="1m",
        warmup={},
    )
    machine = Simulated(traded, warm_part(bars, WARM - 1), START)
    machine.warm_up()
    steps, fills = [], []
    for minute in minutes_of(bars, WARM - 1):
        steps.append(machine.step(minute, may_enter=True))
        fills += [row for _, row in machine.happened().fills]
    return steps, fills


def exchanged(place: Any, name: str, seed: int, restarts: frozenset[int]) -> Any:
    """Return the steps on the loopback exchange, and what was executed there."""
    how, bars = CASES[name], bars_of(place)
    with LoopbackExchange(place, now_ms=T0, rules=how) as exchange:
        exchange.account.venues[SYMBOL].set_leverage(how.leverage)
        for _ in range(WARM - 1):
            exchange.release()

        def fresh() -> tuple[Lockstep, Exchanged]:
            session = Lockstep(exchange, how)
            warm = warm_part(bars, WARM - 1)
            return session, Exchanged(script(seed).strategy(), session.desk, warm, START, "1m")

        session, machine = fresh()
        machine.warm_up()
        steps: list[Step] = []
        for number, minute in enumerate(minutes_of(bars, WARM - 1)):
            session.release()
            steps.append(machine.step(minute, may_enter=True))
            session.settle()
            if number in restarts:
                state = machine.snapshot()
                session, machine = fresh()
                machine.restored(state, steps)
                assert machine.snapshot() == state
        return steps, executed(session), machine


def of_simulator(fills: Any) -> list[Any]:
    return [
        (
            int(row["ts"]),
            int(row["side"]),
            text(row["price"]),
            text(row["qty"]),
            bool(row["is_maker"]),
        )
        for row in fills
    ]


@pytest.mark.parametrize("restarts", [frozenset(), frozenset({8, 31, 32, 77})])
@pytest.mark.parametrize("name", ["market", "trailing", "reverse", "limit", "limit target"])
def test_steps_and_fills_equal_those_of_the_simulated_session(
    name: str, restarts: frozenset[int]
) -> None:
    """Demo against the loopback exchange, whole and broken off."""
    place = walk(41, MINUTES)
    steps, fills = simulated(place, name, 7)
    mine, made, machine = exchanged(place, name, 7, restarts)
    assert len(fills) > 10
    assert [(one.ts, one.account, one.decision, one.digest) for one in mine] == [
        (one.ts, one.account, one.decision, one.digest) for one in steps
    ]
    assert merged(made) == merged(of_simulator(fills))
    assert not machine.is_stopped


def test_a_drawdown_closes_at_once_and_ends_it() -> None:
    """C11, H5: judged at exec closes, reduce-only, and nothing is decided after it."""
    place = walk(41, 40)
    place.minutes[12:, 1:5] -= 4_000.0
    place.mark = place.minutes[:, :5].copy()
    how = CASES["market"]
    rules = type(how)(
        **{name: getattr(how, name) for name in how.__slots__}
        | {"max_drawdown_pct": 1.0, "stop": None, "target": None, "leverage": 2.0}
    )
    with LoopbackExchange(place, now_ms=T0, rules=rules) as exchange:
        exchange.account.venues[SYMBOL].set_leverage(2.0)
        for _ in range(WARM - 1):
            exchange.release()
        session, bars = Lockstep(exchange, rules), bars_of(place)
        strategy = Script({6: LONG, 20: LONG}).strategy()
        machine = Exchanged(strategy, session.desk, warm_part(bars, WARM - 1), START, "1m")
        machine.warm_up()
        for minute in minutes_of(bars, WARM - 1):
            session.release()
            machine.step(minute, may_enter=True)
            session.settle()
        assert machine.is_stopped
        assert session.venue.position is None
        closing = session.venue.executions[-1]
        assert closing.ts == T0 + 13 * MINUTE_MS
        assert [one["layer"] for one in session.tells("risk")] == ["max_drawdown"]


def test_a_barred_entry_comes_to_nothing_and_an_exit_does_not() -> None:
    place, how = walk(41, 30), CASES["close on opposite"]
    with LoopbackExchange(place, now_ms=T0, rules=how) as exchange:
        exchange.account.venues[SYMBOL].set_leverage(how.leverage)
        session, bars = Lockstep(exchange, how), bars_of(place)
        script = Script({1: LONG, 3: LONG, 4: SHORT})
        machine = Exchanged(script.strategy(), session.desk, bars.slice(0, 0), T0 + MINUTE_MS, "1m")
        sides = []
        for number, minute in enumerate(minutes_of(bars.slice(0, 6), 0)):
            session.release()
            machine.step(minute, may_enter=number == 3)
            session.settle()
            sides.append(machine.position["side"])
        assert sides == [0, 0, 0, 1, 0, 0]
