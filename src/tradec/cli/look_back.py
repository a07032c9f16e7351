"""A recorded run at one of its instants: repeated, and its rules seen as they stood then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tradec.cli.error import CommandError
from tradec.cli.exits import Exit
from tradec.cli.moment import Moment, outside
from tradec.cli.progress import Show
from tradec.cli.rerun import Again, again
from tradec.compiler.clocks import EVERY_MINUTE
from tradec.compiler.decide import ENTRIES, Decision, decide
from tradec.compiler.evaluate import truth
from tradec.compiler.firing import Standing
from tradec.compiler.hindsight import At, Past, Table, places_of
from tradec.compiler.settings import setting
from tradec.compiler.verdicts import Teller
from tradec.runtime.backtest import exec_closes
from tradec.runtime.revisit import slots_at
from tradec.runtime.timeframe import TIMEFRAMES

if TYPE_CHECKING:
    from tradec.cli.machine import Machine
    from tradec.compiler import ir
    from tradec.runtime.artifacts import RunEntry
    from tradec.runtime.backtest import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBack:
    """The rules of a run at an instant: a view of what they saw, what the account admitted."""

    run: "RunEntry"
    again: Again
    moment: Moment
    play: "ir.Play"
    at: At
    teller: Teller
    standing: Standing
    decision: Decision

    @property
    def account(self) -> Mapping[str, Any] | None:
        """Return the account as the strategy was shown it, None in warm-up."""
        return self.again.outcome.asked

    def seen(self, slot: int) -> float:
        """Return what a slot of the play showed."""
        return float(self.at.past.rows.row(self.at.place)[slot])


def look_back(run: "RunEntry", moment: Moment, show: Show) -> LookBack:
    """Return a run at one instant; raises CommandError where it cannot be repeated."""
    repeated = again(run, show, asked=moment.ts)
    show("looking back")
    play = repeated.machine.meaning()
    at = view_of(repeated.machine, play, repeated.outcome, moment.ts)
    if at is None:
        raise outside(run, moment.ts)
    standing = Standing.of(
        repeated.outcome.asked, entered=entered(play, repeated.outcome, moment.ts)
    )
    decision = _decided(play, at, standing)
    recorded = _recorded(repeated.outcome, moment.ts)
    if decision.word != recorded:
        raise CommandError(
            f"the rules, looked at again, decide {decision.word:#x}, and the run {recorded:#x}",
            code="RUN_DIFFERS",
            helps=("this is a bug of tradec; please report it with the run's folder",),
            exit_code=Exit.INTERNAL,
        )
    bars = repeated.outcome.history
    return LookBack(
        run=run,
        again=repeated,
        moment=moment,
        play=play,
        at=at,
        teller=Teller(bars.ts0, bars.base_ms, play),
        standing=standing,
        decision=decision,
    )


def view_of(machine: "Machine", play: "ir.Play", outcome: "Outcome", ts: int) -> At | None:
    """Return the view of a run's rules at an instant, None where it has no such bar."""
    bars = outcome.history
    place = (ts - bars.ts0) // bars.base_ms - 1
    if not 0 <= place < bars.n:
        return None
    closes = ((exec_closes(bars, machine.exec) - bars.ts0) // bars.base_ms - 1).tolist()
    places = places_of(play, machine.values, closes, place)
    wanted = np.array(places, np.int64)
    rows = slots_at(machine.fresh(), bars, wanted, outcome.mark_source)
    table = Table(dict(zip(places, rows.tolist(), strict=True)))
    return Past(play, machine.values, closes, table).at(place)


def entered(play: "ir.Play", outcome: "Outcome", ts: int) -> bool:
    """Return whether an entry was decided before `ts` in the same exec bar (rulings of minutes)."""
    if play.evaluation != EVERY_MINUTE:
        return False
    frame = TIMEFRAMES[play.exec]
    begun = frame.open_of(frame.bar_number(ts))
    signals = outcome.signals
    words = signals["word"][(signals["ts"] >= begun) & (signals["ts"] < ts)]
    return any(int(word) & 0xFF in ENTRIES for word in words)


def _decided(play: "ir.Play", at: At, standing: Standing) -> Decision:
    values = at.past.values
    return decide(
        play,
        is_true=lambda condition: truth(condition, at) is True,
        percent=lambda node: float(setting(node, values)),
        side=standing.side,
        may_enter=standing.may_enter,
        may_exit=standing.may_exit,
    )


def _recorded(outcome: "Outcome", ts: int) -> int:
    words: Sequence[int] = outcome.signals["word"][outcome.signals["ts"] == ts].tolist()
    return words[0] if words else 0
