"""What is wrong with the rows of a series that is there, and making it right from the exchange.

damaged      a file is absent or differs from its hash
misaligned, not_positive, ohlc_order, ...     the reasons of `checks`
jump         the close is more than 50 % away from the one before
frozen       an hour or more of bars that trade at one price
gap          bars between the first and the last that nobody has asked for

The first two kinds cannot be true and are taken out and asked for again. A jump or a frozen hour
may well be true: it is asked for again, and if the exchange says the same it stays.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradec.runtime.bybit.client import Client
from tradec.runtime.bybit.market import Span
from tradec.runtime.data.bars import runs
from tradec.runtime.data.catalog import Catalog
from tradec.runtime.data.checks import Rows, check_rows
from tradec.runtime.data.kinds import FLAG_FLAT, Kind, kind_named
from tradec.runtime.data.manifest import Spans, join, lacking
from tradec.runtime.data.syncing import Done, Sync, Want
from tradec.runtime.data.timestamps import moments

JUMP = 0.5
FROZEN_BARS = 60
DOUBTFUL = frozenset({"jump", "frozen"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is wrong or doubtful about a stretch of a series, ms UTC, half open."""

    symbol: str
    kind: str
    reason: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Healed:
    """What a repair did: rows that differ now, findings that are gone, and those that are left."""

    replaced: int
    mended: tuple[Finding, ...]
    left: tuple[Finding, ...]


def examine(catalog: Catalog, venue: str, symbol: str, kind: str) -> list[Finding]:
    """Return everything wrong with a series, in order of time."""
    manifest = catalog.manifest(venue, symbol, kind)
    damaged = {defect.file for defect in catalog.verify(venue, symbol, kind)}
    length = kind_named(kind).step_ms or 1
    found = [
        Finding(
            symbol=symbol, kind=kind, reason="damaged", start=file.first, end=file.last + length
        )
        for file in manifest.files
        if file.name in damaged
    ]
    if not found:
        described = kind_named(kind)
        table = catalog.read_rows(venue, symbol, kind)
        found += _of_rows(table, described, symbol) if described.step_ms else []
    found += [
        Finding(symbol=symbol, kind=kind, reason="gap", start=start, end=end)
        for start, end in gaps(catalog, venue, symbol, kind)
    ]
    return sorted(found, key=lambda one: (one.start, one.reason))


def gaps(catalog: Catalog, venue: str, symbol: str, kind: str) -> Spans:
    """Return the spans between the first and the last known row that nobody has asked for."""
    known = catalog.manifest(venue, symbol, kind).known
    return lacking(known, known[0][0], known[-1][1]) if known else ()


def heal(client: Client, catalog: Catalog, venue: str, findings: list[Finding]) -> Healed:
    """Ask for everything that was found once more and keep what the exchange says now."""
    replaced = 0
    left: list[Finding] = []
    for symbol, kind in sorted({(one.symbol, one.kind) for one in findings}):
        mine = [one for one in findings if (one.symbol, one.kind) == (symbol, kind)]
        before = catalog.read_rows(venue, symbol, kind) if _is_whole(mine) else None
        spans = join(_whole_bars(one) for one in mine)
        with catalog.writing(venue, symbol):
            catalog.remove(venue, symbol, kind, spans)
            for start, end in spans:
                span = Span(start=start, end=end)
                _fetch(client, catalog, venue, Want(symbol=symbol, kind=kind, span=span))
        replaced += _differences(before, catalog.read_rows(venue, symbol, kind))
        still = {(one.start, one.reason) for one in examine(catalog, venue, symbol, kind)}
        left += [one for one in mine if (one.start, one.reason) in still]
    mended = tuple(one for one in findings if one not in left)
    return Healed(replaced=replaced, mended=mended, left=tuple(left))


def _whole_bars(finding: Finding) -> tuple[int, int]:
    """Return the span of the bars that a finding touches."""
    step = kind_named(finding.kind).step_ms or 1
    return finding.start // step * step, -(-finding.end // step) * step


def _is_whole(findings: list[Finding]) -> bool:
    return all(one.reason != "damaged" for one in findings)


def _fetch(client: Client, catalog: Catalog, venue: str, want: Want) -> list[Done]:
    return Sync(catalog, venue, lambda: client, closes=False).run([want])


def _differences(before: Any | None, after: Any) -> int:
    """Return how many rows of `after` are not in `before`."""
    if before is None:
        return len(after)
    old = set(zip(*(column.to_pylist() for column in before.columns), strict=True))
    new = zip(*(column.to_pylist() for column in after.columns), strict=True)
    return sum(1 for row in new if row not in old)


def _of_rows(table: Any, kind: Kind, symbol: str) -> list[Finding]:
    """Return what is wrong with stored bars."""
    ts = np.asarray(table["ts"].to_numpy(), np.int64)
    step = kind.step_ms or 0
    usable = _usable(table, step)
    found = [(reason, ts[mask]) for reason, mask in _reasons(table, ts, usable, step)]
    return [
        Finding(symbol=symbol, kind=kind.name, reason=reason, start=start, end=end)
        for reason, at in found
        for start, end in join((int(one), int(one) + step) for one in at)
    ]


def _reasons(
    table: Any, ts: NDArray[np.int64], usable: NDArray[np.bool_], step: int
) -> list[tuple[str, NDArray[np.bool_]]]:
    close = np.asarray(table["close"].to_numpy(), np.float64)
    jump = np.zeros(len(ts), np.bool_)
    if len(ts) > 1:
        ratio = close[1:] / close[:-1]
        jump[1:] = ((ratio > 1 + JUMP) | (ratio < 1 / (1 + JUMP))) & usable[1:] & usable[:-1]
    return [
        ("misaligned", ts % step != 0),
        ("untrue", ~usable & (ts % step == 0)),
        ("jump", jump),
        ("frozen", _frozen(table) & usable),
    ]


def _usable(table: Any, step: int) -> NDArray[np.bool_]:
    """Return which stored bars can be true."""
    names = table.column_names
    nothing = np.zeros(len(table))
    columns = {
        name: np.asarray(table[name].to_numpy(), np.float64) if name in names else nothing
        for name in ("open", "high", "low", "close", "volume", "turnover")
    }
    ts = np.asarray(table["ts"].to_numpy(), np.int64)
    good = check_rows(Rows(times=moments(ts), **columns), step).ts
    return np.isin(ts, good)


def _frozen(table: Any) -> NDArray[np.bool_]:
    """Return which bars lie in a long run of real bars that all trade at one price."""
    columns = [table[name].to_numpy() for name in ("open", "high", "low", "close")]
    still = np.ones(len(table), np.bool_)
    for column in columns:
        still &= column == columns[0]
    if "flags" in table.column_names:
        still &= (table["flags"].to_numpy() & FLAG_FLAT) == 0
    same = np.zeros(len(table), np.bool_)
    same[1:] = still[1:] & still[:-1] & (columns[0][1:] == columns[0][:-1])
    mask = np.zeros(len(table), np.bool_)
    for first, last in zip(*runs(same), strict=True):
        if last - first + 1 >= FROZEN_BARS:
            mask[first - 1 : last] = True
    return mask


# --- roll-up against the exchange's own bars ------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A bar that the exchange sends and that the minutes do not add up to."""

    ts: int
    column: str
    minutes: float
    exchange: float


VOLUME_TOLERANCE = 1e-9


def compare_rolled(
    catalog: Catalog, venue: str, symbol: str, timeframe: str, native: list[tuple[float, ...]]
) -> tuple[int, list[Mismatch]]:
    """Return how many of the exchange's bars could be compared, and where they differ.

    Prices must be equal; volumes may differ by the rounding of a sum. A bar whose minutes are not
    all there is not compared.
    """
    from tradec.runtime.data.timestamps import MINUTE_MS, TIMEFRAMES  # noqa: PLC0415

    step = TIMEFRAMES[timeframe] * MINUTE_MS
    compared, found = 0, []
    table = catalog.read_rows(venue, symbol, "kline_1m")
    ts = np.asarray(table["ts"].to_numpy(), np.int64)
    columns = {n: table[n].to_numpy() for n in ("open", "high", "low", "close", "volume")}
    for row in native:
        first = int(np.searchsorted(ts, int(row[0])))
        last = int(np.searchsorted(ts, int(row[0]) + step))
        if last - first != step // MINUTE_MS:
            continue
        compared += 1
        part = slice(first, last)
        ours = {
            "open": columns["open"][first],
            "high": columns["high"][part].max(),
            "low": columns["low"][part].min(),
            "close": columns["close"][last - 1],
            "volume": float(np.add.accumulate(columns["volume"][part])[-1]),
        }
        for name, theirs in zip(ours, row[1:6], strict=True):
            allowed = VOLUME_TOLERANCE * abs(theirs) if name == "volume" else 0.0
            if abs(ours[name] - theirs) > allowed:
                found.append(
                    Mismatch(
                        ts=int(row[0]), column=name, minutes=float(ours[name]), exchange=theirs
                    )
                )
    return compared, found
