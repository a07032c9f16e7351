"""`tradec data funding|oi|instruments|tiers|backfill`: other series, and all of a symbol."""

from typing import Any

import click

from tradec.cli.error import CommandError
from tradec.cli.exits import Exit
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.settings import current
from tradec.cli.table import rendered, table
from tradec.cli.times import Instant, shown

DEFAULT_ROWS = 20

_symbol = click.option("--symbol", required=True, help="The symbol, such as BTCUSDT.")
_start = click.option("--start", type=Instant(), help="From here on: a date or ms, UTC.")
_end = click.option("--end", type=Instant(), help="Up to here.")
_limit = click.option(
    "--limit", type=click.IntRange(min=1), default=DEFAULT_ROWS, show_default=True, help="At most."
)


@command("funding", example="tradec data funding --symbol BTCUSDT --limit 9")
@_symbol
@_start
@_end
@_limit
def funding(symbol: str, start: int | None, end: int | None, limit: int) -> Outcome:
    """Show rates of funding as they were settled, and what they add up to."""
    rows = _rows(symbol, "funding", start, end)
    total = sum(row["rate"] for row in rows)
    message = f"{len(rows):,} settlements, {100 * total:.4f} % in all paid by longs"
    return _shown(rows[-limit:], ("ts", "rate", "interval_min"), message, {"sum": total})


@command("oi", example="tradec data oi --symbol BTCUSDT --start 2025-06-01")
@_symbol
@_start
@_end
@_limit
def oi(symbol: str, start: int | None, end: int | None, limit: int) -> Outcome:
    """Show open interest, both sides and one, every five minutes."""
    rows = _rows(symbol, "open_interest", start, end)
    return _shown(rows[-limit:], ("ts", "oi", "oi_single"), f"{len(rows):,} values", {})


@command("instruments", example="tradec data instruments --symbol BTCUSDT")
@_symbol
def instruments(symbol: str) -> Outcome:
    """Show a contract's filters as they were when they changed: tick, step, limits."""
    rows = _rows(symbol, "instrument", None, None)
    names = ("ts", "status", "tick", "step", "min_qty", "max_qty", "min_notional", "max_lev")
    return _shown(rows, names, f"{len(rows)} states of {symbol.upper()}", {})


@command("tiers", example="tradec data tiers --symbol BTCUSDT")
@_symbol
def tiers(symbol: str) -> Outcome:
    """Show a contract's risk tiers as they were last known; rates are fractions."""
    rows = _rows(symbol, "risk_tier", None, None)
    rows = [row for row in rows if row["ts"] == rows[-1]["ts"]]
    names = ("tier", "limit_value", "imr", "mmr", "mm_deduction", "max_lev")
    return _shown(rows, names, f"{len(rows)} tiers, as of {shown(rows[-1]['ts'])} UTC", {})


@command(
    "backfill",
    example="""tradec data backfill BTCUSDT
    tradec data backfill ETHUSDT --from 2024-01-01""",
)
@click.argument("symbol")
@click.option("--from", "begin", default="launch", help="`launch`, or a date.", show_default=True)
def backfill(symbol: str, begin: str) -> Outcome:
    """Fetch the whole history of a symbol, from its launch or from a date up to now."""
    from tradec.cli.config import load_config
    from tradec.cli.data_sync import run_sync
    from tradec.cli.exchange import connector
    from tradec.runtime.bybit.market import instrument
    from tradec.runtime.data.catalog import wall_ms

    name = symbol.upper()
    if begin == "launch":
        client = connector(load_config(current().config))()
        start = int(instrument(client, name)["launchTime"])
        client.close()
    else:
        start = Instant().convert(begin, None, None)
    return run_sync([name], None, (start, wall_ms()))


def _rows(symbol: str, kind: str, start: int | None, end: int | None) -> list[dict[str, Any]]:
    from tradec.runtime.data.catalog import DEFAULT_VENUE, Catalog

    catalog = Catalog(current().data_dir)
    found = catalog.read_rows(DEFAULT_VENUE, symbol.upper(), kind, start, end).to_pylist()
    if not found:
        words = {"open_interest": "oi", "instrument": "instruments", "risk_tier": "tiers"}
        raise CommandError(
            f"the catalogue holds no {kind} of {symbol.upper()} there",
            code="HISTORY_UNAVAILABLE",
            helps=(f"tradec data sync --symbols {symbol.upper()} --kinds {words.get(kind, kind)}",),
            exit_code=Exit.DATA,
        )
    rows: list[dict[str, Any]] = found
    return rows


def _shown(
    rows: list[dict[str, Any]], names: tuple[str, ...], message: str, more: dict[str, Any]
) -> Outcome:
    def text() -> str:
        cells = (tuple(_cell(name, row[name]) for name in names) for row in rows)
        return f"{rendered(table(names, cells, right='l' + 'r' * len(names)))}\n{message}"

    return Outcome(data={"rows": rows, **more}, message=message, text=text)


def _cell(name: str, value: Any) -> str:
    if name == "ts":
        return shown(value)
    return f"{100 * value:.4f} %" if name == "rate" else str(value)
