"""The journal of an instance: one line of JSON per event, a file per UTC day (live-runtime.md 14).

Every record carries v, ts (ms UTC), seq (one more than before, across restarts), inst, mode, play,
ph, sym and ev. `intent`, `order`, `exec` and `panic` are on the disk before `write` returns. What
cannot be written is kept and written first the next time; `failed` says that it is so.
"""

import contextlib
import gzip
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tradec.runtime.data.publish import sync_folder

VERSION: Final = 1
SYNCED: Final = frozenset({"intent", "order", "exec", "panic", "start", "stop"})
PREFIX: Final = "journal-"
KEPT_PLAIN_DAYS: Final = 7
_SEQ: Final = re.compile(rb'"seq":(\d+)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whose journal it is: the instance, its mode, the play and the first 8 of its hash."""

    inst: str
    mode: str
    play: str
    ph: str
    sym: str


class JournalError(Exception):
    """A journal that cannot be read: says which file, which line and why."""

    code = "JOURNAL_DAMAGED"
    exit_code = 1

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Journal:
    """An open journal; `durable` False leaves syncing to the system."""

    def __init__(self, folder: Path, identity: Identity, *, durable: bool = True) -> None:
        self.folder = folder
        self.failed = False
        self.torn: Path | None = None
        self._common = {
            "inst": identity.inst,
            "mode": identity.mode,
            "play": identity.play,
            "ph": identity.ph,
            "sym": identity.sym,
        }
        self._durable = durable
        self._day = ""
        self._file: int | None = None
        self._backlog: list[tuple[int, bytes]] = []
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.seq = self._last_seq()

    def write(self, ev: str, ts: int, **fields: Any) -> int:
        """Append a record and return its number."""
        self.seq += 1
        head = {"v": VERSION, "ts": ts, "seq": self.seq, **self._common, "ev": ev}
        if head.keys() & fields.keys():
            raise ValueError(f"a record `{ev}` cannot have {sorted(head.keys() & fields.keys())}")
        text = json.dumps({**head, **fields}, allow_nan=False, separators=(",", ":"))
        self._backlog.append((ts, text.encode() + b"\n"))
        try:
            self._flush(sync=self._durable and ev in SYNCED)
            self.failed = False
        except OSError:
            self.failed = True
        return self.seq

    def sync(self) -> None:
        """Bring everything to the disk."""
        if self._file is not None and self._durable:
            os.fsync(self._file)

    def close(self) -> None:
        """Sync and close."""
        if self._file is not None:
            self.sync()
            os.close(self._file)
            self._file = None

    def _flush(self, *, sync: bool) -> None:
        while self._backlog:
            ts, line = self._backlog[0]
            self._open(_day(ts))
            assert self._file is not None
            _write_whole(self._file, line)
            del self._backlog[0]
        if sync and self._file is not None:
            os.fsync(self._file)

    def _open(self, day: str) -> None:
        day = max(day, self._day)  # a clock that went back writes on where it was
        if self._file is not None and day == self._day:
            return
        self.close()
        path = self.folder / f"{PREFIX}{day}.jsonl"
        is_new = not path.exists()
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        if is_new and self._durable:
            sync_folder(self.folder)
        self._day = day
        compress_old(self.folder, day)

    def _last_seq(self) -> int:
        """Cut a torn tail off the newest file; return the number of its last record."""
        for path in reversed(files_of(self.folder)):
            self.torn = cut_tail(path) or self.torn
            self._day = day_of(path)
            last = None
            for last in _lines(path):  # noqa: B007  the last one is wanted
                pass
            if last is not None:
                return int(_record(path, *last)["seq"])
        return 0


def _write_whole(file: int, line: bytes) -> None:
    """Write a line whole, or take back what was written of it."""
    before = os.lseek(file, 0, os.SEEK_END)
    try:
        _write_all(file, line)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(file, before)
        raise


def _write_all(file: int, line: bytes) -> None:
    if os.write(file, line) < len(line):
        raise OSError("the disk took only a part of a record")


def cut_tail(path: Path) -> Path | None:
    """Move a last line that is not whole to a file beside; return that file, if there was one."""
    if path.suffix == ".gz":
        return None
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    last = content[content.rfind(b"\n", 0, whole - 1) + 1 : whole] if whole else b""
    if last and not _is_json(last):
        whole -= len(last)
    if whole == len(content):
        return None
    torn = path.with_suffix(".torn")
    with torn.open("ab") as file:
        file.write(content[whole:])
        os.fsync(file.fileno())
    os.truncate(path, whole)
    return torn


def _is_json(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def files_of(folder: Path) -> list[Path]:
    """Return the files of a journal in order of time; of two of one day the compressed one."""
    found = (path for path in folder.glob(f"{PREFIX}*") if path.suffix in {".jsonl", ".gz"})
    by_day = {day_of(path): path for path in sorted(found, key=lambda path: path.suffix == ".gz")}
    return [by_day[day] for day in sorted(by_day)]


def day_of(path: Path) -> str:
    """Return the day of a file, as in its name."""
    return path.name.removeprefix(PREFIX).partition(".")[0]


def _day(ts: int) -> str:
    return datetime.fromtimestamp(ts / 1000.0, UTC).strftime("%Y%m%d")


def compress_old(folder: Path, day: str) -> None:
    """Compress the files that are older than a week on that day; each is replaced whole."""
    now = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC)
    for path in files_of(folder):
        age = now - datetime.strptime(day_of(path), "%Y%m%d").replace(tzinfo=UTC)
        if path.suffix == ".gz" or age.days <= KEPT_PLAIN_DAYS:
            continue
        packed = path.with_name(path.name + ".gz")
        part = packed.with_name(packed.name + ".part")
        part.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
        part.rename(packed)
        path.unlink()


# --- reading --------------------------------------------------------------------------------------


def records(folder: Path, *kinds: str) -> Iterator[dict[str, Any]]:
    """Yield the records of a journal in order, of some kinds only if any are named.

    Raises JournalError at the first line that is no record; a torn last line is passed over.
    """
    wanted = [f'"ev":"{kind}"'.encode() for kind in kinds]
    files = files_of(folder)
    for path in files:
        for number, line in _lines(path):
            if not line.endswith(b"\n") and path == files[-1]:
                return
            if not wanted or any(mark in line for mark in wanted):
                record = _record(path, number, line)
                if not kinds or record["ev"] in kinds:
                    yield record


def stretch(folder: Path, first: int, last: int) -> Iterator[bytes]:
    """Yield the lines of the records from one number to another, as they stand."""
    for path in files_of(folder):
        for _, line in _lines(path):
            number = _SEQ.search(line)
            if number is not None and first <= int(number[1]) <= last:
                yield line


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        yield from enumerate(file, 1)


def _record(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError:
        record = None
    if not isinstance(record, Mapping) or not {"v", "ts", "seq", "ev"} <= set(record):
        raise JournalError(f"{path}:{number}: no record of a journal")
    if record["v"] != VERSION:
        raise JournalError(f"{path}:{number}: version {record['v']}, this tradec reads {VERSION}")
    return dict(record)
