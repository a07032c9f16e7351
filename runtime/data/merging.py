"""One period of a series: the rows that are there and the rows that come.

A row that is there and equal is unchanged. A real bar takes the place of a flat one, never the
other way round. Any other difference is a conflict, which the caller's policy settles.
"""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tradec.runtime.data.errors import DataError
from tradec.runtime.data.kinds import FLAG_FLAT, FLAG_REVISED, Kind, key_tuples
from tradec.runtime.data.timestamps import iso

OnConflict: TypeAlias = Literal["keep", "replace", "fail"]
Mask: TypeAlias = NDArray[np.bool_]

_EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The rows of a period after a write, and what became of those that came; flat ones aside."""

    table: Any
    changed: bool
    written: int
    replaced: int
    unchanged: int
    kept: int


def merge(existing: Any, incoming: Any, kind: Kind, on_conflict: OnConflict) -> Merged:
    """Return the period with the incoming rows in it; both tables conform to the kind."""
    there, comes = _ranks(existing, incoming, kind)
    place = np.searchsorted(there, comes)
    hit = np.zeros(len(comes), np.bool_)
    inside = place < len(there)
    hit[inside] = there[place[inside]] == comes[inside]
    flat = _flat(incoming, kind)
    flat_there = _at(_flat(existing, kind), place, hit)
    same = hit & _same(existing, incoming, kind, place, hit)
    upgraded = hit & flat_there & ~flat
    conflict = hit & ~same & ~flat & ~flat_there
    if on_conflict == "fail" and conflict.any():
        raise _refused(_ts(incoming)[conflict], kind)
    replaced = conflict & (on_conflict == "replace")
    taken = ~hit | upgraded | replaced
    table = _joined(existing, incoming, kind, (place, taken, replaced, hit))
    return Merged(
        table=table,
        changed=bool(taken.any()),
        written=int((~flat & (~hit | upgraded)).sum()),
        replaced=int(replaced.sum()),
        unchanged=int((~flat & hit & same & ~upgraded).sum()),
        kept=int((conflict & ~replaced).sum()),
    )


def _ts(table: Any) -> NDArray[np.int64]:
    return np.asarray(table["ts"].to_numpy(), np.int64)


def _ranks(existing: Any, incoming: Any, kind: Kind) -> tuple[NDArray[np.int64], ...]:
    """Return whole numbers for the keys of both tables, in the order of the keys."""
    if len(kind.key) == 1:
        return _ts(existing), _ts(incoming)
    keys = [key_tuples(table, kind) for table in (existing, incoming)]
    rank = {key: place for place, key in enumerate(sorted({*keys[0], *keys[1]}))}
    return tuple(np.array([rank[key] for key in found], np.int64) for found in keys)


def _flat(table: Any, kind: Kind) -> Mask:
    """Return which rows are flat bars."""
    if not kind.has_flags:
        return np.zeros(len(table), np.bool_)
    flat: Mask = (table["flags"].to_numpy() & FLAG_FLAT) != 0
    return flat


def _at(values: NDArray[Any], place: NDArray[np.int64], hit: Mask) -> NDArray[Any]:
    """Return, per incoming row, the value of the row it meets; zero where it meets none."""
    found = np.zeros(len(place), values.dtype)
    found[hit] = values[place[hit]]
    return found


def _same(existing: Any, incoming: Any, kind: Kind, place: NDArray[np.int64], hit: Mask) -> Mask:
    same = np.ones(len(place), np.bool_)
    for name in kind.values:
        comes = incoming[name].to_numpy()
        met = _at(existing[name].to_numpy(), place, hit)
        equal = met == comes
        if name in kind.absent:
            equal |= np.isnan(met) & np.isnan(comes)
        same &= equal
    return same


def _joined(
    existing: Any,
    incoming: Any,
    kind: Kind,
    chosen: tuple[NDArray[np.int64], Mask, Mask, Mask],
) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - deferred: heavy

    place, taken, replaced, hit = chosen
    stays = np.ones(len(existing), np.bool_)
    stays[place[taken & hit]] = False
    if kind.has_flags and replaced.any():
        flags = incoming["flags"].to_numpy() | np.where(replaced, FLAG_REVISED, 0).astype(np.uint8)
        index = incoming.column_names.index("flags")
        incoming = incoming.set_column(index, incoming.schema.field("flags"), pa.array(flags))
    parts = [existing.filter(pa.array(stays)), incoming.filter(pa.array(taken))]
    table = pa.concat_tables(parts).combine_chunks()
    if len(kind.key) > 1:
        return table.sort_by([(name, "ascending") for name in kind.key])
    return table.take(pa.array(np.argsort(_ts(table), kind="stable"))).combine_chunks()


def _refused(ts: NDArray[np.int64], kind: Kind) -> DataError:
    first = [iso(int(moment)) for moment in ts[:_EXAMPLES]]
    return DataError(
        "CONFLICTING_ROWS",
        f"{len(ts)} {kind.name} rows differ from those that are there, the first at {first[0]}",
        {"rows": len(ts), "examples": first},
    )
