"""Two runs beside each other, for people."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tradec.cli.numbers import UNDEFINED, money, price
from tradec.cli.runs_compare import is_cost
from tradec.cli.table import pairs, rendered, table
from tradec.cli.times import shown

if TYPE_CHECKING:
    from rich.table import Table

    from tradec.cli.runs_compare import Compared
    from tradec.runtime.artifacts import RunEntry
    from tradec.runtime.comparison.divergence import Divergence
    from tradec.runtime.comparison.figures import Delta
    from tradec.runtime.comparison.trades import Pair

SHOWN_TRADES = 20
SHOWN_INPUTS = 20
WORDS = {"same": "the same", "changed": "changed", "only_a": "only in A", "only_b": "only in B"}


def text_of(found: "Compared", message: str) -> str:
    """Return the runs, their inputs, where they part, their trades, their figures."""
    parts = [
        rendered(pairs([("A", _named(found.a)), ("B", _named(found.b))])),
        _inputs(found.inputs),
        _levels(found),
        trades_text(found.trades),
        figures_text("metric", [one for one in found.metrics if not is_cost(one.name)]),
        figures_text("cost", [one for one in found.metrics if is_cost(one.name)]),
        message,
    ]
    return "\n\n".join(part for part in parts if part)


def _named(run: "RunEntry") -> str:
    manifest = run.manifest
    window = manifest["window"]
    span = f"{shown(window['trade_start'])} to {shown(window['stopped_at'])}"
    return f"{run.run_id}  {manifest['symbol']} {manifest['exec']}  {span}"


def _inputs(inputs: "list[Delta]") -> str:
    if not inputs:
        return "the same play, data and settings"
    rows = [(one.name, cell(one.a), cell(one.b)) for one in inputs[:SHOWN_INPUTS]]
    more = len(inputs) - len(rows)
    told = rendered(table(("input that differs", "A", "B"), rows))
    return f"{told}\n... and {more} more (--json)" if more else told


def _levels(found: "Compared") -> str:
    """Return where each level parts, in order of cause and effect."""
    rows = []
    for name, parted in found.levels.items():
        rows.extend(_parted(name, parted))
    rows.extend((name, "not compared", "", "", "") for name in found.unknown)
    return rendered(table(("level", "parts at", "in", "A", "B"), rows))


def _parted(name: str, parted: "Divergence | None") -> list[tuple[str, ...]]:
    if parted is None:
        return [(name, "nowhere", "", "", "")]
    if parted.a is None or parted.b is None:
        rows = [UNDEFINED if row is None else _told(row) for row in (parted.a, parted.b)]
        return [(name, shown(parted.ts), "absent", *rows)]
    lines = [(c, cell(parted.a.get(c)), cell(parted.b.get(c))) for c in parted.columns]
    first, rest = lines[0], lines[1:]
    return [(name, shown(parted.ts), *first), *(("", "", *line) for line in rest)]


def _told(row: Mapping[str, Any]) -> str:
    words = ("action", "block", "type", "reason", "side", "qty", "price", "equity")
    return " ".join(cell(row[word]) for word in words if word in row and _is_there(row[word]))


def _is_there(value: Any) -> bool:
    return value is not None and value == value  # noqa: PLR0124  NaN is absent


def trades_text(trades: "list[Pair]") -> str:
    """Return how many trades are the same, and a line for each that is not."""
    counts = Counter(pair.found for pair in trades)
    line = ", ".join(f"{counts[kind]} {word}" for kind, word in WORDS.items() if counts[kind])
    line = f"trades: {line}" if line else "no trades"
    unlike = [pair for pair in trades if pair.found != "same"]
    if not unlike:
        return line
    headings = ("trade", "side", "entry", "A: exit", "by", "net", "B: exit", "by", "net", "B - A")
    rows = [_trade(pair) for pair in unlike[:SHOWN_TRADES]]
    more = len(unlike) - len(rows)
    told = f"{line}\n\n{rendered(table(headings, rows, right='lllllrllrr'))}"
    return f"{told}\n... and {more} more (--json)" if more else told


def _trade(pair: "Pair") -> tuple[str, ...]:
    side = str((pair.a or pair.b or {})["side"])
    cells = [cell for row in (pair.a, pair.b) for cell in _leaving(row)]
    return (WORDS[pair.found], side, shown(pair.ts_entry), *cells, money(pair.net_delta))


def _leaving(row: Mapping[str, Any] | None) -> tuple[str, str, str]:
    if row is None:
        return (UNDEFINED,) * 3
    return (shown(row["ts_exit"]), str(row["exit_reason"]), money(row["net_pnl"]))


def figures_text(heading: str, figures: "list[Delta]") -> str:
    """Return the figures that differ."""
    rows = [
        (one.name, cell(one.a), cell(one.b), cell(one.delta)) for one in figures if not one.is_same
    ]
    if not rows:
        return ""
    made: Table = table((heading, "A", "B", "B - A"), rows, right="lrrr")
    return rendered(made)


def cell(value: Any) -> str:
    """Return a value of a table; a number that may be one is an instant."""
    match value:
        case None:
            return UNDEFINED
        case bool() | str():
            return str(value)
        case int():
            return shown(value) if value > 10**11 else f"{value:,}"
        case float():
            return price(value)
        case _:
            return str(value)
