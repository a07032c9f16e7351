"""A past run once more: its market and its machine as they were, held to what it recorded."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradec.cli.error import CommandError, error_of
from tradec.cli.exits import Exit
from tradec.cli.machine import Machine, machine_for
from tradec.cli.market import Market, Wanted, market_for
from tradec.cli.progress import Show
from tradec.cli.settings import current
from tradec.cli.traded import traded

if TYPE_CHECKING:
    from tradec.runtime import backtest
    from tradec.runtime.artifacts import RunEntry

PLAY = "play.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A run that was repeated: the same machine on the same market, and what came of it."""

    machine: Machine
    market: Market
    outcome: "backtest.Outcome"


def machine_of(run: "RunEntry", show: Show) -> Machine:
    """Return the machine of a run, from the play and the overrides that it recorded."""
    recorded = run.manifest
    file = run.path / PLAY
    with _without_warnings():  # they were told when it ran
        machine = machine_for(str(file), recorded["overrides"], recorded["engine"], show)
    if machine.play_hash != recorded["play_hash"]:
        made, now = recorded["tradec"], _version()
        raise CommandError(
            f"the play of {run.run_id} no longer means what it meant: it ran as "
            f"{recorded['play_hash']} and is {machine.play_hash} now",
            code="PLAY_CHANGED",
            helps=(f"the run was made by tradec {made}, this is {now}; run the play again",),
            exit_code=Exit.FAILED,
        )
    return machine


def market_of(run: "RunEntry", machine: Machine) -> Market:
    """Return the market of a run, from where it came; its hash is the one recorded."""
    wanted = wanted_by(run.manifest)
    if run.manifest["data"]["kind"] == "shadow":
        wanted = replace(wanted, session=run.path)
    market = market_for(wanted, machine, current().data_dir)
    if market.bars.data_hash != run.manifest["data"]["hash"]:
        raise CommandError(
            f"the data of {run.run_id} have changed since it ran: {market.bars.source}",
            code="DATA_CHANGED",
            helps=("run the play again, on the data as they are now",),
            exit_code=Exit.DATA,
        )
    return market


def wanted_by(manifest: Mapping[str, Any]) -> Wanted:
    """Return what a run asked of its data, so that it finds the same bars."""
    data, window = manifest["data"], manifest["window"]
    common = Wanted(start=window["start"], end=window["end"], base=data["base"])
    match data["kind"]:
        case "synthetic":
            figures = {name: data[name] for name in ("pattern", "bars", "seed")}
            return replace(common, synthetic=True, **figures)
        case "shadow":
            return common
        case "session":
            return replace(common, session=Path(data["session"]))
        case "file":
            return replace(common, file=Path(data.get("path") or data["file"]))
        case _:
            span = data.get("span")
            return replace(common, span=tuple(span) if span else None)


def again(
    run: "RunEntry", show: Show, *, features: bool = False, asked: int | None = None
) -> Again:
    """Return a run repeated, with the account at the instant `asked`.

    Raises CommandError where it cannot be, or comes to something else.
    """
    try:
        return _again(run, show, features=features, asked=asked)
    except CommandError:
        raise
    except Exception as problem:
        failure = error_of(problem)
        if failure is None:
            raise
        raise failure from problem


def _again(run: "RunEntry", show: Show, *, features: bool, asked: int | None) -> Again:
    machine = machine_of(run, show)
    show("reading the data")
    market = market_of(run, machine)
    outcome = traded(machine, market, features=features, asked=asked, show=show)
    if f"{outcome.digest:016x}" != run.manifest["digest"]:
        raise CommandError(
            f"{run.run_id} does not repeat: its digest was {run.manifest['digest']} "
            f"and is {outcome.digest:016x} now",
            code="RUN_DIFFERS",
            helps=(f"the run was made by tradec {run.manifest['tradec']}, this is {_version()}",),
            exit_code=Exit.FAILED,
        )
    return Again(machine=machine, market=market, outcome=outcome)


@contextmanager
def _without_warnings() -> Iterator[None]:
    settings = current()
    was_quiet, settings.quiet = settings.quiet, True
    try:
        yield
    finally:
        settings.quiet = was_quiet


def _version() -> str:
    import tradec

    return tradec.__version__
