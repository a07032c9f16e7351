"""Which instant of a run is meant: a time, the number of a bar, or a trade's entry."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tradec.cli.error import CommandError
from tradec.cli.exits import Exit
from tradec.cli.times import Instant, shown
from tradec.runtime.timeframe import TIMEFRAMES

if TYPE_CHECKING:
    from tradec.runtime.artifacts import RunEntry

Decorated = Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """An instant at which the play is looked at; `asked` is what was said, if it lay beside it."""

    ts: int
    asked: int | None

    @property
    def note(self) -> str:
        """Return what to say where the instant is not the one that was asked for."""
        if self.asked is None:
            return ""
        return f"{shown(self.asked)} lies inside of a bar; this is the nearest close"


def moment_options(function: Decorated) -> Decorated:
    """Add the options that say which instant."""
    for option in (
        click.option("--trade", metavar="N", type=click.IntRange(min=1), help="Its entry."),
        click.option("--bar", metavar="N", type=int, help="The close of this exec bar of the run."),
        click.option("--at", metavar="TIME", type=Instant(), help="A date, a time or ms, UTC."),
    ):
        function = option(function)
    return function


def moment_of(run: "RunEntry", at: int | None, bar: int | None, trade: int | None) -> Moment:
    """Return the instant that exactly one of the options names."""
    if [at, bar, trade].count(None) != 2:
        raise CommandError("say which instant: one of --at, --bar and --trade")
    if trade is not None:
        return Moment(ts=_entry(run, trade), asked=None)
    if bar is not None:
        frame = TIMEFRAMES[run.manifest["exec"]]
        first = frame.bar_number(run.manifest["window"]["trade_start"])
        return _within(run, Moment(ts=frame.open_of(first + bar + 1), asked=None))
    assert at is not None
    ts = _nearest(run, at)
    return _within(run, Moment(ts=ts, asked=None if ts == at else at))


def _entry(run: "RunEntry", trade: int) -> int:
    """Return when the entry of a trade was decided."""
    import pyarrow.parquet as pq

    fills = pq.read_table(run.path / "fills.parquet").to_pylist()
    found = [row for row in fills if row["position_id"] == trade and row["reason"] == "entry"]
    if not found:
        count = max((row["position_id"] for row in fills), default=0)
        raise CommandError(
            f"{run.run_id} has no trade {trade}; it has {count}",
            code="TRADE_NOT_FOUND",
            helps=(f"`tradec runs show {run.run_id} --trades` lists them",),
        )
    orders = pq.read_table(run.path / "orders.parquet").to_pylist()
    return int(orders[found[0]["order_id"] - 1]["ts_submit"])


def _nearest(run: "RunEntry", ts: int) -> int:
    """Return the instant nearest to `ts` at which the play is looked at, the earlier of two."""
    base = TIMEFRAMES[run.manifest["data"]["base"]]
    frame = base if _by_minute(run.path) else TIMEFRAMES[run.manifest["exec"]]
    number = frame.bar_number(ts)
    before, after = frame.open_of(number), frame.open_of(number + 1)
    return before if ts - before <= after - ts else after


def _by_minute(folder: Path) -> bool:
    meaning = json.loads((folder / "play.ir.json").read_text(encoding="utf-8"))
    return bool(meaning["evaluation"] == "every_1m")


def _within(run: "RunEntry", moment: Moment) -> Moment:
    if moment.ts > run.manifest["window"]["stopped_at"]:
        raise outside(run, moment.ts)
    return moment


def outside(run: "RunEntry", ts: int) -> CommandError:
    """Return the refusal of an instant that the run did not see."""
    window = run.manifest["window"]
    span = f"{shown(window['trade_start'])} to {shown(window['stopped_at'])}"
    return CommandError(
        f"{shown(ts)} is not in {run.run_id}, which traded from {span} UTC",
        code="OUTSIDE_OF_RUN",
        exit_code=Exit.DATA,
    )
