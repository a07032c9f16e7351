"""`tradec play stop|pause|resume`: commands to a session that runs."""

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tradec.cli.error import CommandError
from tradec.cli.exits import Exit
from tradec.cli.frame import command
from tradec.cli.instance import entries, running, state_option
from tradec.cli.outcome import Outcome

if TYPE_CHECKING:
    from tradec.runtime.live.instances import Entry

STOP_SECONDS = 30.0


@command(
    "stop",
    example="""tradec play stop
    tradec play stop shadow-BTCUSDT-ema_cross
    tradec play stop --all""",
)
@click.argument("instance", required=False)
@click.option("--all", "everything", is_flag=True, help="Stop every session that runs.")
@state_option
def stop(instance: str | None, everything: bool, state_dir: Path | None) -> Outcome:  # noqa: FBT001
    """Stop a session as its first Ctrl-C would, and wait until it has ended (30 s).

    Its state is kept: `tradec run --resume` goes on from it.
    """
    if everything and instance is not None:
        raise CommandError("--all and an instance exclude each other")
    if everything:
        meant = [one for one in entries(state_dir) if one.is_alive]
    else:
        meant = [running(instance, state_dir)]
    for entry in meant:
        _ask_to_stop(entry)
    for entry in meant:
        _await_end(entry)
    names = [entry.id for entry in meant]
    return Outcome(data={"stopped": names}, message=f"stopped {', '.join(names) or 'nothing'}")


@command("pause", example="tradec play pause shadow-BTCUSDT-ema_cross")
@click.argument("instance", required=False)
@state_option
def pause(instance: str | None, state_dir: Path | None) -> Outcome:
    """Let a session enter no more positions; it goes on to manage and to leave what it holds."""
    return _told(instance, state_dir, "pause")


@command("resume", example="tradec play resume shadow-BTCUSDT-ema_cross")
@click.argument("instance", required=False)
@state_option
def resume(instance: str | None, state_dir: Path | None) -> Outcome:
    """Let a paused session enter positions again."""
    return _told(instance, state_dir, "resume")


def _told(instance: str | None, state_dir: Path | None, word: str) -> Outcome:
    from tradec.runtime.live.control import ask

    entry = running(instance, state_dir)
    answer: dict[str, Any] = ask(Path(entry.socket), word)
    return Outcome(data={"id": entry.id, **answer}, message=f"{entry.id}: {answer['state']}")


def _ask_to_stop(entry: "Entry") -> None:
    """Send the command, or where nobody answers the signal that means the same."""
    from tradec.runtime.live.control import ControlError, ask

    try:
        ask(Path(entry.socket), "stop")
    except ControlError:
        os.kill(entry.pid, signal.SIGTERM)


def _await_end(entry: "Entry") -> None:
    from tradec.runtime.live.instances import is_alive

    limit = time.monotonic() + STOP_SECONDS
    while is_alive(entry):
        if time.monotonic() > limit:
            raise CommandError(
                f"`{entry.id}` has not ended within {STOP_SECONDS:.0f} s",
                code="STOP_TIMEOUT",
                exit_code=Exit.UNREACHABLE,
                helps=(f"`kill {entry.pid}` ends it as a second Ctrl-C would",),
            )
        time.sleep(0.05)
