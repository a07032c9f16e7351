"""`tradec runs compare`: where two runs part, which trades differ, and by how much."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tradec.cli.error import CommandError
from tradec.cli.exits import Exit
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.progress import Show, stages
from tradec.cli.run_folder import find_run
from tradec.cli.runs_list import out_option, summary
from tradec.cli.settings import current

if TYPE_CHECKING:
    import pyarrow as pa

    from tradec.cli.rerun import Again
    from tradec.runtime.artifacts import RunEntry
    from tradec.runtime.comparison.divergence import Divergence
    from tradec.runtime.comparison.figures import Delta
    from tradec.runtime.comparison.span import Span
    from tradec.runtime.comparison.trades import Pair

INPUTS = (
    "play_id",
    "play_hash",
    "tradec",
    "units",
    "engine",
    "symbol",
    "exec",
    "window",
    "params",
    "data",
    "instrument",
    "config",
)


@dataclass(frozen=True, kw_only=True)
class _Side:
    """One of the two runs; what was not recorded is found by running it again, once."""

    run: "RunEntry"
    show: Show

    @cached_property
    def tables(self) -> "Mapping[str, pa.Table]":
        from tradec.runtime.artifacts import read_run

        return read_run(self.run.path).tables

    @cached_property
    def again(self) -> "Again":
        from tradec.cli.rerun import again

        return again(self.run, self.show)

    @cached_property
    def signals(self) -> "pa.Table":
        from tradec.cli.record import SIGNALS, blocks_of
        from tradec.runtime.schemas import table_of
        from tradec.runtime.sim.tables import signal_columns

        if SIGNALS in self.tables:
            return self.tables[SIGNALS]
        columns = signal_columns(self.again.outcome, blocks_of(self.again.machine))
        return table_of(SIGNALS, columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Everything that is told of two runs; `unknown` are levels that could not be compared."""

    a: "RunEntry"
    b: "RunEntry"
    span: "Span"
    inputs: "list[Delta]"
    levels: "dict[str, Divergence | None]"
    unknown: tuple[str, ...]
    trades: "list[Pair]"
    metrics: "list[Delta]"
    is_whole: bool

    @property
    def is_same(self) -> bool:
        """Whether the runs agree in all that was compared."""
        parted = any(found is not None for found in self.levels.values())
        return not parted and all(pair.found == "same" for pair in self.trades)


@command(
    "compare",
    example="tradec runs compare last 20250601-120000-ema\n"
    "tradec runs compare 20250601-120000-ema 20250602-090000-ema --json",
)
@click.argument("a")
@click.argument("b")
@out_option
def compare(a: str, b: str, out: Path) -> Outcome:
    """Show where runs A and B part, trade by trade and figure by figure; exit 1 if they do.

    Runs over different windows are compared over the time that both traded.
    """
    settings = current()
    with stages(settings) as show:
        show("reading the runs")
        sides = tuple(_Side(run=find_run(name, out), show=show) for name in (a, b))
        found = _compared(*sides)
    for warning in _warnings(found):
        settings.warn(warning)
    from tradec.cli.compare_text import text_of

    return Outcome(
        data=_object(found),
        message=_message(found),
        text=lambda: text_of(found, _message(found)),
        status="ok" if found.is_same else "fail",
        exit_code=Exit.OK if found.is_same else Exit.FAILED,
    )


def _compared(a: _Side, b: _Side) -> Compared:
    from tradec.runtime.comparison import divergence, figures, span, trades

    spans = span.span_of(a.run.manifest), span.span_of(b.run.manifest)
    common = span.overlap(*spans)
    is_whole = spans[0] == spans[1]
    compared: dict[str, Callable[[], Divergence | None]] = {
        "data": lambda: _data(a, b),
        "decision": lambda: divergence.decisions(a.signals, b.signals, common),
        "order": lambda: divergence.orders(a.tables["orders"], b.tables["orders"], common),
        "fill": lambda: divergence.fills(a.tables["fills"], b.tables["fills"], common),
        "equity": lambda: divergence.equity(a.tables["equity"], b.tables["equity"], common),
    }
    levels, unknown = _levels(compared)
    rows = [trades.positions(side.tables["trades"], common) for side in (a, b)]
    results = (
        [_figures(side.run.metrics) for side in (a, b)]
        if is_whole
        else [figures.over(s.tables, r, common) for s, r in zip((a, b), rows, strict=True)]
    )
    return Compared(
        a=a.run,
        b=b.run,
        span=common,
        inputs=_inputs(a.run.manifest, b.run.manifest),
        levels=levels,
        unknown=unknown,
        trades=trades.aligned(rows[0], rows[1], _exec_ms(a.run.manifest)),
        metrics=figures.deltas(*results),
        is_whole=is_whole,
    )


def _levels(
    compared: "Mapping[str, Callable[[], Divergence | None]]",
) -> "tuple[dict[str, Divergence | None], tuple[str, ...]]":
    """Return where each level parts, and the levels that cannot be compared any more."""
    levels, unknown = {}, []
    for name, compare_level in compared.items():
        try:
            levels[name] = compare_level()
        except CommandError as reason:
            unknown.append(name)
            current().warn(f"{name}s are not compared: {reason.message}")
    return levels, tuple(unknown)


def _data(a: _Side, b: _Side) -> "Divergence | None":
    """Return the first bar that differs; equal hashes mean that none does."""
    from tradec.runtime.comparison import divergence

    hashes = {side.run.manifest["data"]["hash"] for side in (a, b)}
    if len(hashes) == 1:
        return None
    return divergence.data(a.again.market.bars, b.again.market.bars)


def _exec_ms(manifest: Mapping[str, Any]) -> int:
    from tradec.runtime.sim.tables import Frame
    from tradec.runtime.timeframe import TIMEFRAMES

    return Frame(symbol="", timeframe=TIMEFRAMES[manifest["exec"]], ts_start=0).exec_ms


def _figures(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metrics themselves, without the keys that say which run it is."""
    from tradec.runtime.metrics.table import METRICS

    return {one.name: metrics[one.name] for one in METRICS if one.name in metrics}


def _inputs(a: Mapping[str, Any], b: Mapping[str, Any]) -> "list[Delta]":
    """Return what the runs were made of that is not the same, one line a leaf."""
    from tradec.runtime.comparison.figures import Delta

    flat = [dict(_leaves({n: one.get(n) for n in INPUTS})) for one in (a, b)]
    keys = dict.fromkeys([*flat[0], *flat[1]])
    both = (Delta(name=key, a=flat[0].get(key), b=flat[1].get(key)) for key in keys)
    return [one for one in both if not one.is_same]


def _leaves(value: Any, name: str = "") -> list[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        return [(name, value)]
    named = ((f"{name}.{key}" if name else str(key), item) for key, item in value.items())
    return [leaf for inner, item in named for leaf in _leaves(item, inner)]


def _warnings(found: Compared) -> list[str]:
    """Return what a reader must know before believing a difference."""
    a, b = found.a.manifest, found.b.manifest
    said = [
        f"different {name}: {a[key]} and {b[key]}"
        for key, name in (("symbol", "symbols"), ("exec", "exec timeframes"))
        if a[key] != b[key]
    ]
    if a["data"]["hash"] != b["data"]["hash"]:
        said.append(f"different data: {a['data']['source']} and {b['data']['source']}")
    if found.span.is_empty:
        said.append("the runs have no time in common: nothing is compared but their inputs")
    elif not found.is_whole:
        from tradec.cli.times import shown

        said.append(
            f"different windows: compared from {shown(found.span.start)} to "
            f"{shown(found.span.end)} UTC, which both traded; the figures are of that time"
        )
    return said


def _message(found: Compared) -> str:
    from tradec.cli.times import shown
    from tradec.runtime.comparison.divergence import first

    if found.is_same:
        return "the runs agree"
    parted = first(found.levels.values())
    if parted is None:
        return "the runs differ in their trades"
    return f"the runs part at {shown(parted.ts)} UTC, first in {parted.level}"


def _object(found: Compared) -> dict[str, Any]:
    from tradec.runtime.comparison.divergence import first

    parted = first(found.levels.values())
    deltas = [{**asdict(one), "delta": one.delta} for one in found.metrics]
    costs = [one for one in deltas if is_cost(one["name"])]
    return {
        "same": found.is_same,
        "a": summary(found.a),
        "b": summary(found.b),
        "span": {**asdict(found.span), "is_whole": found.is_whole},
        "inputs": [asdict(one) for one in found.inputs],
        "first": parted and asdict(parted),
        "levels": {name: one and asdict(one) for name, one in found.levels.items()},
        "unknown": list(found.unknown),
        "trades": [
            {**asdict(pair), "found": pair.found, "net_delta": pair.net_delta}
            for pair in found.trades
        ],
        "metrics": [one for one in deltas if one not in costs],
        "costs": costs,
    }


def is_cost(name: str) -> bool:
    """Return whether a metric is a cost of trading."""
    from tradec.runtime.metrics.table import METRICS

    return any(one.name == name and one.group == "costs" for one in METRICS)
