"""A private socket that is cut anywhere: the desk reconciles at each new epoch and stays whole."""

import numpy as np
import pytest

from fakebybit.desk_cases import CASES, script
from fakebybit.exchange import LoopbackExchange
from fakebybit.inbox import Kept
from fakebybit.lockstep import Lockstep, Wired
from fakebybit.server import TEST_KEY, TEST_SECRET
from fakebybit.trader import SYMBOL
from fakebybit.walks import walk
from fakebybit.worlds import T0
from tradec.runtime.bybit.pacing import Pace
from tradec.runtime.bybit.recovery import model_of, reconcile
from tradec.runtime.bybit.session import Key
from tradec.runtime.bybit.stream import Supervisor

TOPICS = ("order", "execution", "position", "wallet")
QUICK = Pace(first=0.01, second=0.02, longest=0.05, attempts=1_000)


def put_right(session: Lockstep) -> None:
    """Do what a session does at a new epoch."""
    model = model_of(session.desk, "ISOLATED_MARGIN", "refuse", None)
    reconcile(session.desk, session.broker, model, T0, T0)


@pytest.mark.parametrize("frames", [1, 2, 3, 5])
def test_a_cut_after_any_frame_is_made_up_for(frames: int) -> None:
    """The line is cut after so many frames of each third minute, wherever that falls."""
    place, how = walk(frames, 45), CASES["market"]
    actions, _, _ = script(frames)
    with LoopbackExchange(place, now_ms=T0, rules=how) as exchange:
        exchange.account.venues[SYMBOL].set_leverage(how.leverage)
        kept, key = Kept(), Key(TEST_KEY, TEST_SECRET)
        stream = Supervisor(
            exchange.ws_base, TOPICS, key=key, now_ms=exchange.clock.now_ms, pace=QUICK
        )
        stream.start(kept)
        try:
            kept.wait_for("up")
            wired = Wired(exchange, kept)
            session, epoch = Lockstep(exchange, how, wired), 1
            for minute in range(42):
                if minute % 3 == 0:
                    exchange.streams.cut_after = frames
                session.close(actions[minute])
                if wired.epoch != epoch:
                    epoch = wired.epoch
                    put_right(session)
                mine, theirs = session.desk.position, session.venue.position
                assert (mine is None) == (theirs is None)
                if mine is not None and theirs is not None:
                    assert float(mine.qty) == pytest.approx(theirs["qty"])
                    assert np.isfinite(theirs["stop"])
            exchange.streams.cut_after = None
            put_right(session)
            assert epoch > 3
            cash = exchange.account.purse.cash
            assert session.desk.account.cash == pytest.approx(cash, abs=1e-6)
            assert not session.desk.blocked & {"DRIFT", "FOREIGN_POSITION"}
        finally:
            stream.close()
