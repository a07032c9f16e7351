"""The manifest of one series: which files it consists of. Replacing it is the commit (rulings D1).

coverage     half-open spans [start, end) of bars that the source has
known_gaps   spans of bars that are absent there and stored as flat ones
checked      spans that the source was asked for and answered in full, whatever it held
retired      files that an older manifest named, kept a while for readers that still hold it
"""

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeAlias

from tradec.runtime.data.errors import DataError
from tradec.runtime.data.publish import publish

FILE_NAME = "manifest.json"
SCHEMA = "tradec/series/1"
GRACE_MS = 600_000

Spans: TypeAlias = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFile:
    """One immutable file: what it holds, and how to tell that it still does."""

    name: str
    period: str
    rows: int
    first: int
    last: int
    bytes: int
    sha256: str
    source: str
    written_ms: int
    coverage: Spans
    known_gaps: Spans


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The files of one series, in order of time."""

    venue: str
    symbol: str
    kind: str
    files: tuple[DataFile, ...] = ()
    retired: tuple[tuple[str, int], ...] = ()
    checked: Spans = ()

    @property
    def coverage(self) -> Spans:
        """Return the spans of bars that are there, joined over the files."""
        return join(span for file in self.files for span in file.coverage)

    @property
    def known_gaps(self) -> Spans:
        """Return the spans of flat bars, joined over the files."""
        return join(span for file in self.files for span in file.known_gaps)

    @property
    def known(self) -> Spans:
        """Return the spans of which nothing more can be learnt: there, absent, or asked for."""
        return join((*self.coverage, *self.known_gaps, *self.checked))

    def with_checked(self, span: tuple[int, int] | None) -> "Manifest":
        """Return the manifest with one more span that was asked for."""
        return self if span is None else replace(self, checked=join((*self.checked, span)))

    def file_of(self, period: str) -> DataFile | None:
        """Return the file of a period, if there is one."""
        return next((file for file in self.files if file.period == period), None)

    def with_files(self, fresh: tuple[DataFile, ...], now_ms: int) -> "Manifest":
        """Return the manifest with fresh files in place of those of the same periods."""
        periods = {file.period for file in fresh}
        kept = [file for file in self.files if file.period not in periods]
        files = tuple(sorted((*kept, *fresh), key=lambda file: file.period))
        names = {file.name for file in files}
        gone = [(file.name, now_ms) for file in self.files if file.name not in names]
        retired = (*(entry for entry in self.retired if entry[0] not in names), *gone)
        return replace(self, files=files, retired=retired)

    def emptied(self, periods: frozenset[str], now_ms: int) -> "Manifest":
        """Return the manifest without the files of some periods, which are retired."""
        gone = tuple((file.name, now_ms) for file in self.files if file.period in periods)
        files = tuple(file for file in self.files if file.period not in periods)
        return replace(self, files=files, retired=(*self.retired, *gone))

    def unchecked(self, spans: Spans) -> "Manifest":
        """Return the manifest that no longer claims to have asked for some spans."""
        known = join(spans)
        checked = tuple(part for start, end in self.checked for part in lacking(known, start, end))
        return replace(self, checked=checked)

    def without(self, names: frozenset[str]) -> "Manifest":
        """Return the manifest without these among the retired."""
        kept = tuple(entry for entry in self.retired if entry[0] not in names)
        return replace(self, retired=kept)


def load(folder: Path) -> Manifest | None:
    """Return the manifest of a series' folder, or None where nothing was ever committed."""
    path = folder / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        return _parse(json.loads(text))
    except (ValueError, KeyError, TypeError) as error:
        where = "/".join(folder.parts[-3:])
        raise DataError("CATALOG_CORRUPT", f"the manifest of {where} is unreadable") from error


def commit(folder: Path, manifest: Manifest) -> None:
    """Make this the manifest of the folder."""
    content = {"schema": SCHEMA, **asdict(manifest)}
    content |= {"coverage": manifest.coverage, "known_gaps": manifest.known_gaps}
    publish(folder / FILE_NAME, json.dumps(content, indent=1).encode() + b"\n")


def join(spans: Any) -> Spans:
    """Return spans in order of time with touching ones made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def lacking(known: Spans, start: int, end: int) -> Spans:
    """Return what of [start, end) lies in none of the spans, which are in order."""
    missing: list[tuple[int, int]] = []
    at = start
    for begin, stop in known:
        if begin >= end:
            break
        if begin > at:
            missing.append((at, begin))
        at = max(at, stop)
    if at < end:
        missing.append((at, end))
    return tuple(missing)


def _parse(content: dict[str, Any]) -> Manifest:
    if content["schema"] != SCHEMA:
        raise ValueError(content["schema"])
    return Manifest(
        venue=content["venue"],
        symbol=content["symbol"],
        kind=content["kind"],
        files=tuple(_parse_file(entry) for entry in content["files"]),
        retired=tuple((str(name), int(since)) for name, since in content["retired"]),
        checked=tuple((int(start), int(end)) for start, end in content["checked"]),
    )


def _parse_file(entry: dict[str, Any]) -> DataFile:
    known = {field.name: entry[field.name] for field in fields(DataFile)}
    for name in ("coverage", "known_gaps"):
        known[name] = tuple((int(start), int(end)) for start, end in known[name])
    return DataFile(**known)
