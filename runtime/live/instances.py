"""Which sessions run on this machine: their folders, their locks, how to reach them.

The lock of a running instance is held by the kernel for as long as its process lives, so a dead
one never blocks. What stands in the registry is for people and for the control commands.
"""

import contextlib
import fcntl
import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from tradec.runtime.live.store import write_json

REGISTRY: Final = "instances"
SINGLE: Final = frozenset({"demo", "live"})
"""Modes of which one instance per slot runs; of the others there may be any number."""

COOL_DOWN_SECONDS: Final = 15.0


class InstanceError(Exception):
    """An instance that cannot be: the slot is taken, or there is none of that name."""

    exit_code = 5

    def __init__(self, message: str, code: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.hint = hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the registry says of an instance; `stopped_at` is 0 while it runs. Times in ms UTC."""

    id: str
    mode: str
    symbol: str
    play: str
    play_hash: str
    pid: int
    folder: str
    socket: str
    started_at: int
    stopped_at: int = 0
    is_alive: bool = False


def state_root(given: Path | None, environment: Mapping[str, str] = os.environ) -> Path:
    """Return where instances keep their state (rulings C14)."""
    if given is not None:
        return given
    for name in ("TRADEC_STATE_DIR", "STATE_DIRECTORY"):
        if environment.get(name):
            return Path(environment[name].partition(":")[0])
    import platformdirs  # noqa: PLC0415 - deferred: not needed where a place is given

    return platformdirs.user_state_path("tradec", appauthor=False)


def instance_id(mode: str, symbol: str, play: str) -> str:
    """Return `<mode>-<symbol>-<play>` in the letters of a file name."""
    return "-".join(re.sub(r"[^A-Za-z0-9_.]+", "_", part) or "_" for part in (mode, symbol, play))


@contextlib.contextmanager
def reserved(root: Path, wanted: Entry) -> Iterator[Entry]:
    """Hold the slot of an instance; InstanceError (exit 5) where another process holds it.

    Of a mode that may run more than once, the next free number is taken.
    """
    registry = root / REGISTRY
    registry.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.ExitStack() as held:
        if wanted.mode in SINGLE:
            slot = f"{wanted.mode}-{wanted.symbol}"
            _take(held, registry / f"{slot}.lock", slot)
            _cool_down(registry, wanted)
        entry = _first_free(held, root, wanted)
        path = registry / f"{entry.id}.json"
        write_json(path, asdict(entry))
        try:
            yield entry
        finally:
            stopped = int(time.time() * 1000)
            write_json(path, asdict(replace(entry, stopped_at=stopped)))


def _first_free(held: contextlib.ExitStack, root: Path, wanted: Entry) -> Entry:
    number = 1
    while True:
        name = wanted.id if number == 1 else f"{wanted.id}-{number}"
        folder = root / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            _take(held, folder / "lock", name)
        except InstanceError:
            if wanted.mode in SINGLE:
                raise
            number += 1
            continue
        return replace(wanted, id=name, folder=str(folder), socket=str(_socket(root, name)))


def _take(held: contextlib.ExitStack, path: Path, what: str) -> None:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise InstanceError(
            f"`{what}` runs already", "INSTANCE_RUNNING", "`tradec play status` shows it"
        ) from None
    held.callback(os.close, handle)


def _cool_down(registry: Path, wanted: Entry) -> None:
    before = _read(registry / f"{wanted.id}.json")
    if before is None or not before.stopped_at:
        return
    left = COOL_DOWN_SECONDS - (time.time() - before.stopped_at / 1000.0)
    if left > 0:
        raise InstanceError(
            f"`{wanted.id}` stopped a moment ago; it may start again in {left:.0f} s", "COOL_DOWN"
        )


def _socket(root: Path, name: str) -> Path:
    """Return the control socket of an instance; paths of sockets have at most 107 letters."""
    path = root / REGISTRY / f"{name}.sock"
    if len(os.fsencode(path)) < 100:
        return path
    import tempfile  # noqa: PLC0415 - deferred: for long paths alone
    from hashlib import sha256  # noqa: PLC0415 - as above

    short = sha256(os.fsencode(path)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"tradec-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{short}.sock"


def listed(root: Path) -> list[Entry]:
    """Return every instance that is known, the running ones first."""
    found = [_read(path) for path in sorted((root / REGISTRY).glob("*.json"))]
    known = [replace(one, is_alive=is_alive(one)) for one in found if one is not None]
    return sorted(known, key=lambda one: (not one.is_alive, one.id))


def is_alive(entry: Entry) -> bool:
    """Tell whether the process of an instance lives: whether it holds its lock."""
    try:
        handle = os.open(Path(entry.folder) / "lock", os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def find(root: Path, name: str | None) -> Entry:
    """Return the instance of a name, or the only one that runs where none is named."""
    known = listed(root)
    if name is None:
        running = [one for one in known if one.is_alive]
        if len(running) == 1:
            return running[0]
        if not running:
            hint = (
                "`tradec run PLAY --mode shadow` starts one; `tradec play status --all` has others"
            )
            raise InstanceError("no instance runs", "WHICH_INSTANCE", hint)
        names = ", ".join(one.id for one in running)
        what = f"{len(running)} instances run: {names}"
        raise InstanceError(what, "WHICH_INSTANCE", "name one of them")
    matching = [one for one in known if one.id == name]
    matching = matching or [one for one in known if one.id.startswith(name) or one.play == name]
    alive = [one for one in matching if one.is_alive]
    matching = alive if len(alive) == 1 else matching
    if len(matching) == 1:
        return matching[0]
    what = f"`{name}` names {len(matching)} instances" if matching else f"no instance `{name}`"
    raise InstanceError(what, "WHICH_INSTANCE", "`tradec play status` lists them")


def _read(path: Path) -> Entry | None:
    """Return an entry of the registry, None where there is none or it cannot be read."""
    names = {one.name for one in fields(Entry)} - {"is_alive"}
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Entry(**{name: content[name] for name in names})
    except (OSError, ValueError, KeyError, TypeError):
        return None
