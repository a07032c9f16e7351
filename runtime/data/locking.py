"""The lock of the writers of one symbol. Readers take none.

The kernel drops the lock with its process, however it ends. The owner is written beside it only
to be shown: it means nothing while the lock is free.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import filelock

from tradec.runtime.data.errors import LockHeld
from tradec.runtime.data.publish import make_folder
from tradec.runtime.data.timestamps import iso


@contextmanager
def symbol_lock(folder: Path, now_ms: int, timeout: float) -> Iterator[None]:
    """Hold the lock of a symbol's folder; LockHeld when it cannot be had in `timeout` seconds."""
    make_folder(folder)
    lock = filelock.FileLock(folder / ".lock")
    owner = folder / ".lock-owner.json"
    try:
        lock.acquire(timeout=timeout)
    except filelock.Timeout:
        raise LockHeld(folder.name, _read_owner(owner)) from None
    try:
        owner.write_text(json.dumps(_myself(now_ms)), encoding="utf-8")
        yield
    finally:
        owner.unlink(missing_ok=True)
        lock.release()


def _myself(now_ms: int) -> dict[str, Any]:
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:200]
    return {"pid": os.getpid(), "command": command, "since": iso(now_ms)}


def _read_owner(path: Path) -> dict[str, Any]:
    """Return the owner as far as it is known: it may be between two states."""
    try:
        owner = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    complete = isinstance(owner, dict) and {"pid", "command", "since"} <= owner.keys()
    return owner if complete else {}
