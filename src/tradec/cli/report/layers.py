"""What of a play's features can be drawn over prices, told by the types of their outputs alone.

line    a price of an indicator
level   a price of a structure, drawn as horizontal stretches
band    two prices of a structure whose names end in `upper` and `lower`
event   a bool that is true on the bar on which something happens
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tradec.cli.report.bars import Array

if TYPE_CHECKING:
    import pyarrow as pa

    from tradec.compiler import ir

PRICE, EVENT = "price", "event"
UPPER, LOWER = "upper", "lower"
DAY_MS = 86_400_000
Shape = Literal["line", "level", "band", "event"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layer:
    """One thing to draw; `columns` is float64 or bool, a row per exec bar, two for a band.

    `is_shown` says whether it is drawn at first: what the rules of the play look at is.
    """

    name: str
    timeframe: str
    shape: Shape
    columns: tuple[Array, ...]
    is_shown: bool


def layers_of(play: "ir.Play", features: "pa.Table", points: Array) -> list[Layer]:
    """Return the layers of a play; `features` are its outputs, the bars close at `points[1:]`."""
    from tradec.compiler.reads import rule_reads

    read = {(one.series, one.output) for one in rule_reads(play)}
    closes = points[1:]
    rows = _rows(features, closes)
    made = [
        layer
        for series in play.series
        if not series.private
        for layer in _of_series(series, features, rows, _closing(series.timeframe, closes), read)
    ]
    return [layer for layer in made if _is_there(layer)]


def _rows(features: "pa.Table", closes: Array) -> Array:
    """Return the row of each close, -1 where there is none."""
    times = features["ts_close"].to_numpy()
    if not times.size:
        return np.full(closes.size, -1)
    found = np.minimum(np.searchsorted(times, closes), times.size - 1)
    return np.where(times[found] == closes, found, -1)


def _closing(timeframe: str, closes: Array) -> Array:
    """Return whether a bar of the timeframe closes at each instant."""
    from tradec.runtime.timeframe import MINUTE_MS, TIMEFRAMES

    known = TIMEFRAMES[timeframe]
    if known.minutes and known.minutes * MINUTE_MS <= DAY_MS:
        return np.asarray(closes % (known.minutes * MINUTE_MS) == 0)
    return np.array([known.open_of(known.bar_number(ts)) == ts for ts in closes.tolist()], bool)


def _of_series(
    series: "ir.Series",
    features: "pa.Table",
    rows: Array,
    closing: Array,
    read: set[tuple[str, str]],
) -> Iterator[Layer]:
    prices = [out.name for out in series.outputs if out.type.unit == PRICE]
    events = [out.name for out in series.outputs if out.type.unit == EVENT]
    bands = {n: _partner(n) for n in prices if _partner(n) in prices}
    is_structure = series.kind == "structure"
    bands = bands if is_structure else {}
    drawn = {*prices, *events}
    is_read = any(name == series.id for name, _ in read)
    only_events = is_read and not any((series.id, name) in read for name in drawn)

    def layer(shape: Shape, *names: str, shown: bool = False) -> Layer:
        label = series.id if len(series.outputs) == 1 else f"{series.id}.{names[0]}"
        if shape == "band":
            label = label.removesuffix(UPPER).rstrip("_.") or series.id
        return Layer(
            name=label,
            timeframe=series.timeframe,
            shape=shape,
            columns=tuple(_column(features, series, name, rows, closing) for name in names),
            is_shown=shown or any((series.id, name) in read for name in names),
        )

    for upper, lower in bands.items():
        yield layer("band", upper, lower)
    for name in prices:
        if name not in bands and name not in bands.values():
            yield layer("level" if is_structure else "line", name, shown=not is_structure)
    for name in events:
        yield layer("event", name, shown=only_events)


def _partner(name: str) -> str:
    return name.removesuffix(UPPER) + LOWER if name.endswith(UPPER) else ""


def _column(
    features: "pa.Table", series: "ir.Series", output: str, rows: Array, closing: Array
) -> Array:
    """Return an output at the close of each bar: NaN or False where it has no value.

    `closing` says whether a bar of the series closes there too: until the next one closes an event
    stays true, and is drawn once.
    """
    name = series.id if len(series.outputs) == 1 else f"{series.id}.{output}"
    column: Any = features[name].combine_chunks()
    if str(column.type) == "bool":
        values = np.asarray(column.fill_null(fill_value=False).to_numpy(zero_copy_only=False), bool)
        return np.where(rows >= 0, values[rows], False) & closing
    values = np.asarray(column.to_numpy(zero_copy_only=False), np.float64)
    return np.where(rows >= 0, values[rows], np.nan)


def _is_there(layer: Layer) -> bool:
    """Return whether there is anything to draw."""
    if layer.shape == "event":
        return bool(layer.columns[0].any())
    return all(bool(np.isfinite(column).any()) for column in layer.columns)
