"""Which session of this machine a command means, and what it says of itself."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tradec.runtime.live.instances import Entry

state_option = click.option(
    "--state-dir",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where sessions keep their state.  [env TRADEC_STATE_DIR]",
)


def entries(state_dir: Path | None) -> "list[Entry]":
    """Return every session that is known here."""
    from tradec.runtime.live.instances import listed, state_root

    return listed(state_root(state_dir))


def entry_of(name: str | None, state_dir: Path | None) -> "Entry":
    """Return the session of a name, or the only one that runs."""
    from tradec.runtime.live.instances import find, state_root

    return find(state_root(state_dir), name)


def running(name: str | None, state_dir: Path | None) -> "Entry":
    """Return a session that runs; InstanceError where it does not."""
    from tradec.runtime.live.instances import InstanceError

    entry = entry_of(name, state_dir)
    if not entry.is_alive:
        raise InstanceError(f"`{entry.id}` does not run", "NOT_RUNNING")
    return entry


def told_by(entry: "Entry") -> dict[str, Any]:
    """Return the status of a session: its own word if it runs, else its last one.

    `answers` says whether it is its own.
    """
    from tradec.runtime.live.control import ControlError, ask
    from tradec.runtime.live.store import STATUS

    known = {
        "id": entry.id,
        "mode": entry.mode,
        "symbol": entry.symbol,
        "play": entry.play,
        "play_hash": entry.play_hash,
        "pid": entry.pid if entry.is_alive else None,
        "folder": entry.folder,
        "started_at": entry.started_at,
        "alive": entry.is_alive,
    }
    if entry.is_alive:
        try:
            return {**known, "answers": True, **ask(Path(entry.socket), "status")}
        except ControlError:
            pass
    try:
        last = json.loads((Path(entry.folder) / STATUS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        last = {}
    return {**last, **known, "answers": False}
