"""The bars that a session saw: its warm-up, kept in a file, and its own minutes after it."""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tradec.runtime.data.bars import Bars
from tradec.runtime.data.marks import MARK_PRICES, Funding, Mark, OpenInterest

NAME: Final = "warm.npz"
_COLUMNS: Final = ("open", "high", "low", "close", "volume", "flags")

Pairs: TypeAlias = Sequence[tuple[int, float]]
Array: TypeAlias = NDArray[Any]


def packed(bars: Bars) -> bytes:
    """Return bars as bytes that `unpacked` takes, everything that is known beside them included."""
    arrays: dict[str, Any] = {name: getattr(bars, name) for name in _COLUMNS}
    arrays["grid"] = np.array([bars.ts0, bars.base_ms], np.int64)
    if bars.mark is not None:
        arrays["mark"] = np.stack([getattr(bars.mark, name) for name in MARK_PRICES])
    for name, ts, values, before in _events(bars):
        arrays[f"{name}_ts"], arrays[name] = ts, values
        arrays[f"{name}_before"] = np.array([before])
    file = BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def write_warm(folder: Path, bars: Bars) -> None:
    """Keep the bars that warm a session up."""
    part = folder / f"{NAME}.part"
    part.write_bytes(packed(bars))
    part.replace(folder / NAME)


def _events(bars: Bars) -> list[tuple[str, Array, Array, float]]:
    found = []
    if bars.funding is not None:
        found.append(("funding", bars.funding.ts, bars.funding.rate, bars.funding.before))
    if (read := bars.open_interest) is not None:
        found.append(("open_interest", read.ts, read.value, read.before))
    return found


def read_warm(folder: Path) -> Bars | None:
    """Return the bars that warmed a session up, None where they were not kept."""
    if not (folder / NAME).is_file():
        return None
    return unpacked((folder / NAME).read_bytes())


def unpacked(content: bytes) -> Bars:
    """Return the bars of `packed`."""
    with np.load(BytesIO(content)) as kept:
        rows = {name: kept[name] for name in kept.files}
    ts0, base_ms = rows["grid"].tolist()
    mark, funding, interest = rows.get("mark"), rows.get("funding"), rows.get("open_interest")
    return Bars(
        ts0=ts0,
        base_ms=base_ms,
        **{name: rows[name] for name in _COLUMNS},
        source="session",
        mark=None if mark is None else Mark(**dict(zip(MARK_PRICES, mark, strict=True))),
        funding=None
        if funding is None
        else Funding(ts=rows["funding_ts"], rate=funding, before=rows["funding_before"].item()),
        open_interest=None
        if interest is None
        else OpenInterest(
            ts=rows["open_interest_ts"],
            value=interest,
            before=rows["open_interest_before"].item(),
        ),
    )


def joined(warm: Bars | None, own: Bars, interest: Pairs) -> Bars:
    """Return the warm-up and the minutes after it as one grid, with everything that was known."""
    if warm is None:
        return own
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(warm, name), getattr(own, name)]) for name in _COLUMNS
    }
    mark = None
    if warm.mark is not None and own.mark is not None:
        pairs = [(getattr(warm.mark, name), getattr(own.mark, name)) for name in MARK_PRICES]
        mark = Mark(**dict(zip(MARK_PRICES, map(np.concatenate, pairs), strict=True)))
    funding = warm.funding
    if own.funding is not None:
        before = funding or Funding(ts=np.empty(0, np.int64), rate=np.empty(0))
        ts, rate = _after(before.ts, before.rate, own.funding.ts, own.funding.rate)
        funding = replace(before, ts=ts, rate=rate)
    read = warm.open_interest
    if read is not None:
        told = np.array([ts for ts, _ in interest], np.int64)
        values = np.array([value for _, value in interest], np.float64)
        ts, values = _after(read.ts, read.value, told, values)
        read = replace(read, ts=ts, value=values)
    return replace(warm, **columns, mark=mark, funding=funding, open_interest=read)


def _after(ts: Array, values: Array, later: Array, more: Array) -> tuple[Array, Array]:
    """Return events and those of the later ones that come after them."""
    new = later > (ts[-1] if len(ts) else -1)
    return np.concatenate([ts, later[new]]), np.concatenate([values, more[new]])
