"""`tradec data query` and `tradec data export`: rows of the catalogue, shown or in files."""

from pathlib import Path
from typing import Any

import click

from tradec.cli.error import CommandError
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.settings import current
from tradec.cli.table import rendered, table
from tradec.cli.table_file import FILE_FORMATS, write_table
from tradec.cli.times import Instant, shown

FORMATS = ("table", "csv", "parquet", "json")
SHOWN_ROWS = 20


def _asked(  # noqa: PLR0913, PLR0917  what a question is made of
    symbol: str,
    kind: str,
    tf: str,
    sql: str | None,
    start: int | None,
    end: int | None,
    limit: int | None,
) -> Any:
    from tradec.runtime.data import asking
    from tradec.runtime.data.catalog import DEFAULT_VENUE, Catalog
    from tradec.runtime.data.kinds import kind_named

    catalog = Catalog(current().data_dir)
    if sql is None:
        slower = tf != "1m"
        if slower and kind != "kline_1m":
            raise CommandError("--tf rolls up minutes; other kinds have none")
        base = asking.rolled_up(tf) if slower else f"SELECT * FROM {kind_named(kind).name}"  # noqa: S608
        sql = asking.window(base, start, end, limit)
    return asking.ask(catalog, DEFAULT_VENUE, symbol.upper(), sql)


@command(
    "query",
    example="""tradec data query --symbol BTCUSDT --tf 4h --limit 10
    tradec data query --symbol BTCUSDT --kind funding --start 2025-06-01 --format csv
    tradec data query --symbol BTCUSDT --sql "SELECT count(*), max(high) FROM kline_1m" """,
)
@click.option("--symbol", required=True, help="The symbol, such as BTCUSDT.")
@click.option("--kind", default="kline_1m", show_default=True, help="Which series.")
@click.option("--tf", default="1m", show_default=True, help="Roll minutes up to this timeframe.")
@click.option("--start", type=Instant(), help="From here on: a date or ms, UTC.")
@click.option("--end", type=Instant(), help="Up to here.")
@click.option("--limit", type=click.IntRange(min=1), help="At most the last so many rows.")
@click.option("--sql", help="A question of your own; tables are named by kind.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), help="Into a file.")
def query(  # noqa: PLR0913, PLR0917  one argument for each option
    symbol: str,
    kind: str,
    tf: str,
    start: int | None,
    end: int | None,
    limit: int | None,
    sql: str | None,
    form: str,
    out: Path | None,
) -> Outcome:
    """Show rows of the catalogue, or what an SQL question makes of them.

    A slower bar exists only where all of its minutes do.
    """
    on_screen = form == "table" and out is None and not current().json
    if limit is None and sql is None and on_screen:
        limit = SHOWN_ROWS
    found = _asked(symbol, kind, tf, sql, start, end, limit)
    if form == "parquet" and out is None:
        raise CommandError("Parquet goes into a file: -o FILE")
    if out is not None:
        write_table(found, out, "csv" if form == "table" else form)
        message = f"{len(found):,} rows written to `{out}`"
        return Outcome(data={"rows": len(found), "file": str(out)}, message=message)
    return Outcome(
        data={"columns": found.column_names, "rows": [list(row) for row in _rows(found)]},
        message=f"{len(found):,} rows",
        text=lambda: _text(found, form),
    )


@command(
    "export",
    example="""tradec data export --symbol BTCUSDT --out btc.parquet
    tradec data export --symbol BTCUSDT --tf 1h --format csv --out btc_1h.csv""",
)
@click.option("--symbol", required=True, help="The symbol, such as BTCUSDT.")
@click.option("--kind", default="kline_1m", show_default=True, help="Which series.")
@click.option("--tf", default="1m", show_default=True, help="Roll minutes up to this timeframe.")
@click.option("--start", type=Instant(), help="From here on: a date or ms, UTC.")
@click.option("--end", type=Instant(), help="Up to here.")
@click.option("--format", "form", type=click.Choice(FILE_FORMATS), help="[default: by the name]")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file."
)
def export(  # noqa: PLR0913, PLR0917  one argument for each option
    symbol: str,
    kind: str,
    tf: str,
    start: int | None,
    end: int | None,
    form: str | None,
    out: Path,
) -> Outcome:
    """Write rows of the catalogue into a file that other programs read."""
    chosen = form or out.suffix.lstrip(".").lower()
    if chosen not in FILE_FORMATS:
        raise CommandError(f"`{out.name}` names no format; add --format {'|'.join(FILE_FORMATS)}")
    found = _asked(symbol, kind, tf, None, start, end, None)
    write_table(found, out, chosen)
    message = f"{len(found):,} rows written to `{out}`"
    return Outcome(data={"rows": len(found), "file": str(out)}, message=message)


def _rows(found: Any) -> Any:
    return zip(*(column.to_pylist() for column in found.columns), strict=True)


def _text(found: Any, form: str) -> str:
    if form == "json":
        import json

        return json.dumps(found.to_pylist())
    if form == "csv":
        lines = [",".join(found.column_names)]
        lines += [",".join("" if v is None else str(v) for v in row) for row in _rows(found)]
        return "\n".join(lines)
    names = found.column_names
    cells = (
        tuple(_cell(name, value) for name, value in zip(names, row, strict=True))
        for row in _rows(found)
    )
    return f"{rendered(table(names, cells, right='l' + 'r' * len(names)))}\n{len(found):,} rows"


def _cell(name: str, value: Any) -> str:
    if name == "ts" and isinstance(value, int):
        return shown(value)
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e-3 else str(value)
