"""`tradec play status` and `play watch`: what the sessions of this machine are doing."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from tradec.cli.error import Terminated
from tradec.cli.frame import command
from tradec.cli.instance import entries, entry_of, state_option, told_by
from tradec.cli.numbers import UNDEFINED, money
from tradec.cli.outcome import Outcome
from tradec.cli.settings import current
from tradec.cli.table import fitted, pairs, rendered
from tradec.cli.times import shown


@command(
    "status",
    example="""tradec play status
    tradec play status shadow-BTCUSDT-ema_cross --json""",
)
@click.argument("instance", required=False)
@click.option("--all", "everything", is_flag=True, help="Also sessions that have ended.")
@state_option
def status(instance: str | None, everything: bool, state_dir: Path | None) -> Outcome:  # noqa: FBT001
    """Show the sessions that run, or everything that one of them says of itself."""
    if instance is not None:
        told = told_by(entry_of(instance, state_dir))
        return Outcome(
            data=told,
            message=f"{told['id']}: {told.get('state', 'unknown')}",
            text=lambda: rendered(pairs(_figures(told))),
        )
    known = [one for one in entries(state_dir) if everything or one.is_alive]
    rows = [told_by(one) for one in known]
    count = f"{len(rows)} session{'' if len(rows) == 1 else 's'}"
    return Outcome(
        data={"instances": rows},
        message=count,
        text=lambda: _table(rows) if rows else "no session runs; `tradec run` starts one",
    )


@command(
    "watch",
    example="""tradec play watch
    tradec play watch shadow-BTCUSDT-ema_cross --every 5""",
)
@click.argument("instance", required=False)
@click.option("--every", type=click.FloatRange(min=0.2), default=1.0, show_default=True)
@state_option
def watch(instance: str | None, every: float, state_dir: Path | None) -> Outcome:
    """Show one session, again and again until it ends or Ctrl-C; off a terminal once."""
    told = told_by(entry_of(instance, state_dir))
    if not current().shows_progress:
        return Outcome(
            data=told,
            message=f"{told['id']}: {told.get('state')}",
            text=lambda: rendered(pairs(_figures(told))),
        )
    told = _live(lambda: told_by(entry_of(instance, state_dir)), every)
    return Outcome(data=told, message=f"{told['id']}: {told.get('state')}")


def _live(look: Callable[[], dict[str, Any]], every: float) -> dict[str, Any]:
    """Show what `look` gives until the session has ended, or somebody interrupts."""
    from rich.console import Console
    from rich.live import Live

    told = look()
    screen = Console(stderr=True, no_color=not current().error_color)
    with Live(pairs(_figures(told)), console=screen, auto_refresh=False) as display:
        try:
            while told["alive"]:
                time.sleep(every)
                told = look()
                display.update(pairs(_figures(told)), refresh=True)
        except (KeyboardInterrupt, Terminated):
            pass
    return told


def _figures(told: dict[str, Any]) -> list[tuple[str, str]]:
    position = told.get("position") or {}
    flags = told.get("flags") or {}
    queue = told.get("queue") or {}
    last = told.get("last_minute")
    rows = [
        ("instance", f"{told['id']}  pid {told['pid'] or UNDEFINED}"),
        ("state", _state(told)),
        ("entries", ", ".join(flags.get("entries_blocked", [])) or "admitted"),
        ("last minute", f"{shown(last)} UTC, {told.get('late_ms')} ms late" if last else UNDEFINED),
        ("equity", f"{money(told.get('equity'))} USDT"),
        ("position", _position(position)),
        ("stop, target", f"{money(position.get('stop'))}, {money(position.get('target'))}"),
        ("queue", f"{queue.get('depth', 0)} waiting, {queue.get('age', 0.0):.1f} s"),
        ("feeds", ", ".join(f"{k} epoch {n}" for k, n in told.get("epochs", {}).items())),
        ("counts", ", ".join(f"{k} {n}" for k, n in told.get("counts", {}).items() if n)),
        ("digest", str(told.get("digest") or UNDEFINED)),
        ("folder", str(told["folder"])),
    ]
    return [(name, text) for name, text in rows if text]


def _state(told: dict[str, Any]) -> str:
    state = str(told.get("state", "unknown"))
    if told["alive"] and not told["answers"]:
        return f"{state}, and does not answer now"
    return state if told["alive"] or state == "STOPPED" else f"{state} when its process died"


def _position(position: dict[str, Any]) -> str:
    qty = position.get("signed_qty") or 0.0
    if not qty:
        return "flat"
    return f"{'long' if qty > 0 else 'short'} {abs(qty):g} from {money(position['entry'])}"


def _table(rows: list[dict[str, Any]]) -> str:
    headings = ("instance", "state", "last minute", "equity", "position")
    cells = [
        (
            str(row["id"]),
            _state(row),
            shown(row["last_minute"]) if row.get("last_minute") else UNDEFINED,
            money(row.get("equity")),
            _position(row.get("position") or {}),
        )
        for row in rows
    ]
    return rendered(fitted(headings, cells, right="lllrl", spare=(2,)))
