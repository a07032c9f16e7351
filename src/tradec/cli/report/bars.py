"""The exec bars of a run, between its equity points, from the base bars it traded on."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tradec.runtime.data.bars import Bars

Array: TypeAlias = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExecBars:
    """Columns with one row per exec bar; bar k opens at `ts_open[k]`."""

    ts_open: Array
    open: Array
    high: Array
    low: Array
    close: Array
    volume: Array


def exec_bars(base: "Bars", points: Array) -> ExecBars:
    """Return the bars between the instants `points` (int64 ms, n + 1), which lie in `base`."""
    edges = (points - base.ts0) // base.base_ms
    first, last, stop = edges[:-1], edges[1:] - 1, int(edges[-1])
    return ExecBars(
        ts_open=points[:-1],
        open=base.open[first],
        high=np.maximum.reduceat(base.high[:stop], first),
        low=np.minimum.reduceat(base.low[:stop], first),
        close=base.close[last],
        volume=np.add.reduceat(base.volume[:stop], first),
    )


def places(ts_open: Array, instants: Array) -> Array:
    """Return the bar in which each instant lies; what is outside lies in the first or the last."""
    found = np.searchsorted(ts_open, instants, side="right") - 1
    return np.clip(found, 0, max(len(ts_open) - 1, 0))
