"""Run folders: written whole or not at all, listed and read back (simulation.md 17, rulings B8).

<root>/<UTC yyyymmdd-hhmmss>-<play>-<mode>-<hash8>/ with manifest.json, metrics.json and a Parquet
file per table. The folder is written beside its place under a hidden name, synced, then renamed.
"""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from tradec.runtime.hashes import run_hashes
from tradec.runtime.schemas import SCHEMAS

REQUIRED: Final = ("trades", "fills", "orders", "equity", "account_curve", "funding")
OPTIONAL: Final = ("features", "signals")
MANIFEST, METRICS = "manifest.json", "metrics.json"


class RunError(Exception):
    """A run folder that is absent or damaged; says which and how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFiles:
    """What a run folder holds.

    `tables` has all of REQUIRED and may have those of OPTIONAL. `others` are further files by name,
    such as the play's text; `ready` are files that lie in the same root already and are moved.
    """

    manifest: Mapping[str, Any]
    metrics: Mapping[str, Any]
    tables: Mapping[str, pa.Table]
    others: Mapping[str, bytes] = field(default_factory=dict)
    ready: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEntry:
    """A run folder in a listing; `damage` says why the rest is empty, None if it is whole."""

    run_id: str
    path: Path
    manifest: Mapping[str, Any]
    metrics: Mapping[str, Any]
    damage: str | None


def run_name(created_at: datetime, play: str, mode: str, input_hash: str) -> str:
    """Return `<UTC yyyymmdd-hhmmss>-<play>-<mode>-<first 8 of the input hash>`."""
    if created_at.tzinfo is None:
        raise ValueError("created_at needs a time zone")
    stamp = created_at.astimezone(UTC).strftime("%Y%m%d-%H%M%S")
    plain = re.sub(r"[^A-Za-z0-9_.]+", "_", play).strip("._") or "play"
    return f"{stamp}-{plain}-{mode}-{input_hash[:8]}"


def write_run(root: Path, name: str, files: RunFiles) -> Path:
    """Write a run folder and return its path: `name` in `root`, or `name-2`, `name-3` if taken.

    The manifest gets `run_id`, the folder's name, and the hashes of `run_hashes`; it must have
    `play_hash`.
    """
    _check(files)
    root.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".writing-", dir=root))
    try:
        manifest = {**files.manifest, **run_hashes(files.tables, files.manifest["play_hash"])}
        for kind, table in files.tables.items():
            _write_table(temporary / f"{kind}.parquet", table)
        for other, content in files.others.items():
            _write_bytes(temporary / other, content)
        for other, file in files.ready.items():
            file.rename(temporary / other)
        _write_json(temporary / METRICS, files.metrics)
        temporary.chmod(0o755)  # mkdtemp makes it private
        return _publish(temporary, root, name, manifest)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _check(files: RunFiles) -> None:
    missing = [kind for kind in REQUIRED if kind not in files.tables]
    unknown = [kind for kind in files.tables if kind not in REQUIRED + OPTIONAL]
    if missing or unknown:
        raise ValueError(f"a run has {', '.join(REQUIRED)}; missing {missing}, unknown {unknown}")
    for kind, table in files.tables.items():
        if kind in SCHEMAS and not table.schema.equals(SCHEMAS[kind]):
            raise ValueError(f"the table {kind} does not have the schema of {kind}")


def _publish(temporary: Path, root: Path, name: str, manifest: Mapping[str, Any]) -> Path:
    """Give the finished folder the first free name."""
    number = 1
    while True:
        run_id = name if number == 1 else f"{name}-{number}"
        number += 1
        target = root / run_id
        if target.exists():
            continue
        _write_json(temporary / MANIFEST, {**manifest, "run_id": run_id})
        _sync_folder(temporary)
        try:
            temporary.rename(target)
        except OSError:
            if not target.exists():
                raise
            continue  # another run took the name in between
        _sync_folder(root)
        return target


def _write_table(path: Path, table: pa.Table) -> None:
    with path.open("wb") as file:
        words = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
        pq.write_table(table, file, version="2.6", compression="snappy", use_dictionary=words)
        file.flush()
        os.fsync(file.fileno())


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    _write_bytes(path, text.encode() + b"\n")


def _write_bytes(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def list_runs(root: Path) -> list[RunEntry]:
    """Return the runs of a folder in order of creation, damaged ones with what is wrong."""
    if not root.is_dir():
        return []
    paths = [path for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")]
    entries = [_entry(path) for path in paths]
    return sorted(entries, key=lambda run: (str(run.manifest.get("created_at", "")), run.run_id))


def _entry(path: Path) -> RunEntry:
    try:
        manifest, metrics = _read_json(path / MANIFEST), _read_json(path / METRICS)
        _need_tables(path)
    except RunError as error:
        return RunEntry(run_id=path.name, path=path, manifest={}, metrics={}, damage=str(error))
    return RunEntry(run_id=path.name, path=path, manifest=manifest, metrics=metrics, damage=None)


def read_run(path: Path) -> RunFiles:
    """Return a run folder's content, `others` left out; raises RunError if it is damaged."""
    if not path.is_dir():
        raise RunError(f"there is no run folder {path.name}")
    _need_tables(path)
    present = [kind for kind in REQUIRED + OPTIONAL if (path / f"{kind}.parquet").exists()]
    return RunFiles(
        manifest=_read_json(path / MANIFEST),
        metrics=_read_json(path / METRICS),
        tables={kind: _read_table(path / f"{kind}.parquet") for kind in present},
    )


def _need_tables(path: Path) -> None:
    missing = [f"{kind}.parquet" for kind in REQUIRED if not (path / f"{kind}.parquet").is_file()]
    if missing:
        raise RunError(f"{path.name} has no {', '.join(missing)}")


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunError(f"{path.parent.name} has no {path.name}") from None
    except (OSError, ValueError) as error:
        raise RunError(f"{path.parent.name}/{path.name} cannot be read: {error}") from error
    if not isinstance(value, dict):
        raise RunError(f"{path.parent.name}/{path.name} is not an object")
    return value


def _read_table(path: Path) -> pa.Table:
    try:
        return pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise RunError(f"{path.parent.name}/{path.name} cannot be read: {error}") from error
