"""Everything that a report or a plot shows of a run, found in its folder or by repeating it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from tradec.cli.error import CommandError
from tradec.cli.report.bars import Array, ExecBars, exec_bars
from tradec.cli.report.layers import Layer, layers_of
from tradec.cli.rerun import PLAY, again

if TYPE_CHECKING:
    import pyarrow as pa

    from tradec.cli.progress import Show
    from tradec.cli.rerun import Again
    from tradec.runtime.artifacts import RunEntry


@dataclass(frozen=True, kw_only=True)
class Story:
    """A run as it is shown.

    `bars` is None where its data can no longer be had, for the reason in `lacking`; equity and
    trades are there all the same.
    """

    run: "RunEntry"
    tables: "Mapping[str, pa.Table]"
    play: str
    bars: ExecBars | None = None
    layers: tuple[Layer, ...] = ()
    lacking: str = ""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Return what the run was made of."""
        return self.run.manifest

    @property
    def metrics(self) -> Mapping[str, Any]:
        """Return what it came to."""
        return self.run.metrics

    @cached_property
    def points(self) -> Array:
        """Return the instants of the equity points: trade_start and every exec close."""
        return np.asarray(self.tables["equity"]["ts_close"].to_numpy(), np.int64)

    @cached_property
    def equity(self) -> Array:
        """Return the equity at these instants."""
        return np.asarray(self.tables["equity"]["equity"].to_numpy(), np.float64)

    @cached_property
    def legs(self) -> list[dict[str, Any]]:
        """Return the rows of trades.parquet."""
        return list(self.tables["trades"].to_pylist())

    @cached_property
    def decimals(self) -> int:
        """Return the decimals of a price: those of the instrument's tick."""
        tick = self.manifest["instrument"].get("tick")
        return len(str(tick).partition(".")[2]) if tick else 8


def story_of(run: "RunEntry", show: "Show", *, features: bool) -> Story:
    """Return what a run shows; with `features` what its play saw on the chart."""
    from tradec.runtime.artifacts import read_run

    bare = Story(run=run, tables=read_run(run.path).tables, play=_play_text(run))
    try:
        repeated = again(run, show, features=features)
    except CommandError as reason:
        return replace(bare, lacking=reason.message)
    layers = _layers(run, repeated, bare.points) if features else ()
    return replace(bare, bars=exec_bars(repeated.outcome.traded, bare.points), layers=layers)


def _play_text(run: "RunEntry") -> str:
    file = run.path / PLAY
    return file.read_text(encoding="utf-8-sig") if file.is_file() else ""


def _layers(run: "RunEntry", repeated: "Again", points: Array) -> tuple[Layer, ...]:
    from tradec.cli.play_file import read_play_file
    from tradec.cli.play_show import meaning_of
    from tradec.runtime.schemas import features_table

    play = meaning_of(read_play_file(str(run.path / PLAY)), dict(run.manifest["overrides"]))
    seen = repeated.outcome.features
    assert seen is not None, "the run was repeated with its features"
    table = features_table(seen.ts_close, seen.words, repeated.machine.strategy.COLUMNS)
    return tuple(layers_of(play, table, points))
