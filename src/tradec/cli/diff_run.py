"""Two plays on the same data: where they part, which condition flipped, and what that came to."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np

from tradec.cli.error import CommandError
from tradec.cli.look_back import entered, view_of
from tradec.cli.market import Market, Wanted, market_for
from tradec.cli.progress import Show
from tradec.cli.record import blocks_of
from tradec.cli.settings import current
from tradec.cli.side import machine_of_side
from tradec.cli.traded import traded
from tradec.cli.why_data import TRUTHS, verdict_facts
from tradec.compiler.firing import Standing
from tradec.compiler.verdicts import Teller, Verdict
from tradec.runtime.comparison import divergence, figures, trades
from tradec.runtime.comparison.divergence import Divergence
from tradec.runtime.comparison.span import Span, overlap
from tradec.runtime.schemas import table_of
from tradec.runtime.sim import accounts, tables
from tradec.runtime.timeframe import TIMEFRAMES

if TYPE_CHECKING:
    import pyarrow as pa

    from tradec.cli.machine import Machine
    from tradec.compiler import ir
    from tradec.runtime.backtest import Outcome

Facts = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Ran:
    """One of the plays, and what came of it."""

    name: str
    machine: "Machine"
    market: Market
    outcome: "Outcome"

    @property
    def span(self) -> Span:
        """Return the time in which it traded."""
        return Span(start=self.outcome.trade_start, end=int(self.outcome.ts_close[-1]))

    @cached_property
    def play(self) -> "ir.Play":
        """The play's meaning."""
        return self.machine.meaning()

    @cached_property
    def tables(self) -> "Mapping[str, pa.Table]":
        """The tables that a recorded run would have; the ids of blocks are left out."""
        outcome = self.outcome
        frame = tables.Frame(
            symbol=self.machine.symbol,
            timeframe=TIMEFRAMES[self.machine.exec],
            ts_start=outcome.trade_start,
            blocks=blocks_of(self.machine),
        )
        signals = tables.signal_columns(outcome, frame.blocks)
        unsaid = np.full(signals["case"].size, None, dtype=object)
        columns = {
            "signals": {**signals, "block": unsaid, "case": unsaid},
            "trades": tables.trade_columns(outcome, frame),
            "fills": tables.fill_columns(outcome),
            "orders": tables.order_columns(outcome),
            "equity": accounts.equity_columns(outcome.ts_close, outcome.equity),
            "funding": accounts.funding_columns(outcome.payments),
        }
        return {kind: table_of(kind, part) for kind, part in columns.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """How two plays compare on the same data; `first` is None where nothing differs."""

    a: Ran
    b: Ran
    first: Divergence | None
    instant: Facts | None
    pairs: list[trades.Pair]
    deltas: list[figures.Delta]

    @property
    def is_same(self) -> bool:
        """Whether the plays did the same."""
        return self.first is None

    def facts(self) -> Facts:
        """Return everything, as JSON."""
        return {
            "first": self.first and asdict(self.first),
            "instant": self.instant,
            "trades": [
                {**asdict(pair), "found": pair.found, "net_delta": pair.net_delta}
                for pair in self.pairs
            ],
            "figures": [{**asdict(one), "delta": one.delta} for one in self.deltas],
        }


def parted(a: str, b: str, wanted: Wanted, engine: str, show: Show) -> Parted:
    """Return where two plays part on the data that are wanted, warmed up for both."""
    machines = [machine_of_side(argument, engine, show) for argument in (a, b)]
    _refuse_unlike(machines)
    warmup = _both(machines[0].warmup, machines[1].warmup)
    machines = [replace(machine, warmup=warmup) for machine in machines]
    show("reading the data")
    market = market_for(wanted, machines[0], current().data_dir)
    one, two = (
        _ran(name, machine, market, show) for name, machine in zip((a, b), machines, strict=True)
    )
    span = overlap(one.span, two.span)
    found = divergence.first(
        [
            divergence.decisions(one.tables["signals"], two.tables["signals"], span),
            divergence.orders(one.tables["orders"], two.tables["orders"], span),
            divergence.fills(one.tables["fills"], two.tables["fills"], span),
            divergence.equity(one.tables["equity"], two.tables["equity"], span),
        ]
    )
    rows = [trades.positions(ran.tables["trades"], span) for ran in (one, two)]
    sums = [
        figures.over(ran.tables, held, span) for ran, held in zip((one, two), rows, strict=True)
    ]
    frame = tables.Frame(symbol="", timeframe=TIMEFRAMES[machines[0].exec], ts_start=0)
    return Parted(
        a=one,
        b=two,
        first=found,
        instant=_instant(one, two, found, show),
        pairs=trades.aligned(rows[0], rows[1], frame.exec_ms),
        deltas=figures.deltas(*sums),
    )


def _refuse_unlike(machines: "list[Machine]") -> None:
    one, two = machines
    if one.symbol != two.symbol:
        raise CommandError(f"the plays trade {one.symbol} and {two.symbol}; run them on one symbol")


def _both(a: Mapping[str, int], b: Mapping[str, int]) -> dict[str, int]:
    """Return the bars that both plays need, so that both begin at the same instant."""
    names = dict.fromkeys((*a, *b))
    return {name: max(a.get(name, 0), b.get(name, 0)) for name in names}


def _ran(name: str, machine: "Machine", market: Market, show: Show) -> Ran:
    outcome = traded(machine, market, features=False, show=show)
    return Ran(name=name, machine=machine, market=market, outcome=outcome)


# --- the conditions that flipped ----------------------------------------------------------------


def _instant(a: Ran, b: Ran, first: Divergence | None, show: Show) -> Facts | None:
    """Return the rules of both plays where their decisions part, None where other things do."""
    if first is None or first.level != "decision":
        return None
    sides = [_Then(ran, first.ts, show) for ran in (a, b)]
    return {
        "ts": first.ts,
        "positions": [one.standing.side for one in sides],
        "flips": _flips(*sides),
    }


class _Then:
    """The rules of one play at the instant at which the two part."""

    def __init__(self, ran: Ran, ts: int, show: Show) -> None:
        fresh = replace(ran.machine, strategy=ran.machine.fresh())
        again = traded(fresh, ran.market, features=False, show=show, asked=ts)
        self.play = ran.play
        self.standing = Standing.of(again.asked, entered=entered(ran.play, again, ts))
        at = view_of(ran.machine, ran.play, again, ts)
        teller = Teller(again.history.ts0, again.history.base_ms, ran.play)
        self.leaves: dict[tuple[str, int], list[Verdict]] = {}
        for block in ran.play.blocks if at is not None else ():
            for number, case in enumerate(block.cases):
                assert at is not None
                verdict = teller.verdict(case.when, at)
                self.leaves[block.id, number] = list(verdict.leaves())


def _flips(a: _Then, b: _Then) -> list[Facts]:
    """Return the conditions that stand in the same place and were not the same, or stand alone."""
    found = []
    for place in dict.fromkeys((*a.leaves, *b.leaves)):
        for one, two in _paired(a.leaves.get(place, []), b.leaves.get(place, [])):
            if one is None or two is None or one.truth is not two.truth:
                block, case = place
                sides = {"a": _facts(one), "b": _facts(two)}
                found.append({"block": block, "case": case, **sides})
    return found


def _paired(a: list[Verdict], b: list[Verdict]) -> list[tuple[Verdict | None, Verdict | None]]:
    """Return the conditions of both, those of one text first, the rest in the order written."""
    others = {one.text: one for one in b}
    pairs: list[tuple[Verdict | None, Verdict | None]] = [
        (one, others[one.text]) for one in a if one.text in others
    ]
    texts = {one.text for one in a}
    left = [one for one in a if one.text not in others]
    right = [one for one in b if one.text not in texts]
    return [*pairs, *zip_longest(left, right)]


def _facts(verdict: Verdict | None) -> Facts | None:
    if verdict is None:
        return None
    return {**verdict_facts(verdict, None), "truth": TRUTHS[verdict.truth]}
