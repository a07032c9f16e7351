"""The state file of an instance: what a restart goes on from (live-runtime.md 9, rulings C8).

state.bin: magic, format, length of a JSON header, checksum; the header; the body.
It is written beside its place, synced and renamed, the one before kept as state.bin.prev.
"""

import json
import os
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tradec.runtime.data.publish import sync_folder

MAGIC: Final = b"tradecS1"
FORMAT: Final = 1
_HEAD: Final = struct.Struct("<8sIII")
NAME, BEFORE = "state.bin", "state.bin.prev"


class SnapshotFileError(Exception):
    """A state file that cannot be used; says why."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state: `facts` say of what it is, `body` is the machine's own."""

    facts: Mapping[str, Any]
    body: bytes


def write_snapshot(folder: Path, snapshot: Snapshot, *, durable: bool = True) -> None:
    """Replace the state file; at every instant one of the two files is whole."""
    header = json.dumps(snapshot.facts, sort_keys=True).encode()
    crc = _crc(header, snapshot.body)
    head = _HEAD.pack(MAGIC, FORMAT, len(header), crc)
    part = folder / f"{NAME}.part"
    with part.open("wb") as file:
        file.write(head + header + snapshot.body)
        file.flush()
        if durable:
            os.fsync(file.fileno())
    if (folder / NAME).exists():
        (folder / NAME).replace(folder / BEFORE)
    part.replace(folder / NAME)
    if durable:
        sync_folder(folder)


def read_snapshot(folder: Path, wanted: Mapping[str, Any]) -> tuple[Snapshot | None, list[str]]:
    """Return the newest usable state, None if there is none, and why others are not usable.

    `wanted` are the facts that must be equal: the hash of the play, the version, the instrument.
    """
    problems = []
    for name in (NAME, BEFORE):
        if not (folder / name).exists():
            continue
        try:
            snapshot = parsed((folder / name).read_bytes())
        except SnapshotFileError as problem:
            problems.append(f"{name}: {problem}")
            continue
        differing = [key for key, value in wanted.items() if snapshot.facts.get(key) != value]
        if not differing:
            return snapshot, problems
        problems.append(f"{name}: another {', '.join(differing)}")
    return None, problems


def parsed(content: bytes) -> Snapshot:
    """Return the snapshot in a file; SnapshotFileError if it is damaged or of another format."""
    if len(content) < _HEAD.size:
        raise SnapshotFileError("cut short")
    magic, version, size, crc = _HEAD.unpack_from(content)
    if magic != MAGIC or version != FORMAT:
        raise SnapshotFileError("of another format")
    header, body = content[_HEAD.size : _HEAD.size + size], content[_HEAD.size + size :]
    if size > len(header) or _crc(header, body) != crc:
        raise SnapshotFileError("damaged")
    return Snapshot(json.loads(header), body)


def _crc(header: bytes, body: bytes) -> int:
    """Return the checksum of both, and of where one ends."""
    return zlib.crc32(body, zlib.crc32(header, len(header)))
