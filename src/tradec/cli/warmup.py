"""The warm-up of a play as commands show it."""

from typing import TYPE_CHECKING

from tradec.cli.units import known_units

if TYPE_CHECKING:
    from tradec.compiler import ir
    from tradec.compiler.plan import Timed


def timed_of(play: "ir.Play") -> "Timed":
    """Return a sound play with its warm-up."""
    from tradec.compiler.context import Context
    from tradec.compiler.passes.compute_warmup import compute_warmup
    from tradec.dsl.diagnostics import Diagnostics

    return compute_warmup(play, Context(catalog=known_units(), diagnostics=Diagnostics()))


def warmup_rows(timed: "Timed") -> list[dict[str, object]]:
    """Return what each timeframe of a play needs, as `--json` says it."""
    from tradec.compiler.warmup_report import needs

    return [
        {
            "timeframe": need.warmup.timeframe,
            "bars": need.warmup.bars,
            "memory": need.warmup.memory,
            "because": need.warmup.because,
            "promise": need.promise,
            "anchors": dict(need.anchors),
        }
        for need in needs(timed)
    ]


def warmup_lines(rows: list[dict[str, object]]) -> list[str]:
    """Return the same for people."""
    lines = []
    for row in rows:
        head = f"{row['timeframe']:>4}  {row['bars']:>6} bars  {row['memory']:<8}"
        lines.append(f"{head}  {row['because']}")
        lines.append(f"{'':20}{row['promise']}")
        anchors = row["anchors"]
        assert isinstance(anchors, dict)
        lines += [f"{'':20}{series} since {event}" for series, event in anchors.items()]
    return lines
