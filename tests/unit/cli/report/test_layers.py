"""What of a play's features is drawn: told by types, shown first if the rules look at it."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from tradec.cli.report.layers import Layer, layers_of
from tradec.compiler import ir
from tradec.compiler.catalog import standard
from tradec.compiler.pipeline import front
from tradec.compiler.reads import columns_of
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import Source

PLAYS = Path(__file__).parents[4] / "plays"
HOUR, QUARTER = 3_600_000, 900_000
POINTS = QUARTER * np.arange(17, dtype=np.int64)
MAKE = {
    "float": lambda rows: pa.array(np.arange(rows, dtype=np.float64)),
    "int": lambda rows: pa.array(np.arange(rows)),
    "bool": lambda rows: pa.array([True] * rows),
    "enum": lambda rows: pa.array(["none"] * rows),
}


def _play(name: str) -> ir.Play:
    text = (PLAYS / f"{name}.yml").read_text()
    return front(Source(name, text), Diagnostics(), {}, catalog=standard())


def _features(play: ir.Play, closes: np.ndarray, **given: pa.Array) -> pa.Table:
    columns = {name: MAKE[kind](len(closes)) for name, kind, _ in columns_of(play)}
    return pa.table({"ts_close": pa.array(closes), **columns, **given})


def _layers(name: str) -> dict[tuple[str, str], Layer]:
    play = _play(name)
    made = layers_of(play, _features(play, POINTS[1:]), POINTS)
    return {(layer.name, layer.shape): layer for layer in made}


def test_averages_are_lines_and_shown() -> None:
    layers = _layers("ema_cross")
    assert set(layers) == {("ema_9", "line"), ("ema_21", "line")}
    assert all(layer.is_shown for layer in layers.values())


def test_structures_are_bands_levels_and_events() -> None:
    layers = _layers("mtf_structure")
    band = layers["gap.nearest_bull", "band"]
    assert (len(band.columns), band.is_shown) == (2, True)
    assert layers["swing.low_level", "level"].is_shown
    assert not layers["swing_1h.low_level", "level"].is_shown
    assert not layers["gap.new_this_bar", "event"].is_shown
    assert layers["ms_4h.bos_this_bar", "event"].is_shown, "only its bias is read"
    assert ("atr_14", "line") not in layers, "a range is no price"


def test_an_event_of_a_slower_timeframe_happens_once() -> None:
    layers = _layers("mtf_structure")
    hourly = layers["ms_1h.bos_this_bar", "event"].columns[0]
    assert (POINTS[1:][hourly] % HOUR == 0).all()
    assert hourly.sum() == 4
    assert layers["gap.new_this_bar", "event"].columns[0].all()


def test_rows_are_found_by_their_close_and_may_be_absent() -> None:
    play = _play("ema_cross")
    closes = np.concatenate(([-QUARTER, 0], POINTS[1:4], POINTS[5:]))
    features = _features(play, closes, ema_9=pa.array(closes.astype(np.float64)))
    (layer,) = (one for one in layers_of(play, features, POINTS) if one.name == "ema_9")
    expected = np.where(POINTS[1:] == POINTS[4], np.nan, POINTS[1:])
    assert np.array_equal(layer.columns[0], expected, equal_nan=True)


def test_what_never_has_a_value_is_no_layer() -> None:
    play = _play("ema_cross")
    features = _features(play, POINTS[1:], ema_9=pa.array([float("nan")] * 16))
    assert [layer.name for layer in layers_of(play, features, POINTS)] == ["ema_21"]
