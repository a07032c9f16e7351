"""`tradec data synth`: a synthetic market into a file or the catalogue."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tradec.cli.error import CommandError
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.settings import current
from tradec.cli.times import Instant, shown

if TYPE_CHECKING:
    from tradec.runtime.data.bars import Bars

VENUE = "synthetic"
TIMEFRAMES = ("1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h", "D")


@command(
    "synth",
    example="""tradec data synth --list
    tradec data synth --pattern ob_retest --bars 20000 --out ob.parquet
    tradec data synth --pattern vol_decay --tf 15m --bars 2000 --gaps 5 --out gappy.csv
    tradec data synth --pattern trend_stairs --bars 50000 --symbol STAIRSUSDT""",
)
@click.option("--list", "lists", is_flag=True, help="Name the patterns, and what each is.")
@click.option("--pattern", help="One of them.")
@click.option("--bars", type=click.IntRange(1), default=10_000, show_default=True, help="How many.")
@click.option("--tf", type=click.Choice(TIMEFRAMES), default="1m", show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=42, show_default=True)
@click.option("--start", type=Instant(), help="When it begins.  [default: 2025-01-01]")
@click.option("--base-price", type=float, default=50_000.0, show_default=True)
@click.option("--volatility", type=float, default=0.02, show_default=True, help="Of a day.")
@click.option(
    "--gaps", type=click.IntRange(min=0), default=0, help="Leave out that many stretches."
)
@click.option("--symbol", help="Into the catalogue, venue `synthetic`, under this name.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Into a file.")
def synth(  # noqa: PLR0913, PLR0917  one argument for each option
    lists: bool,  # noqa: FBT001  click passes options by name
    pattern: str | None,
    bars: int,
    tf: str,
    seed: int,
    start: int | None,
    base_price: float,
    volatility: float,
    gaps: int,
    symbol: str | None,
    out: Path | None,
) -> Outcome:
    """Draw a synthetic market: the same pattern, seed and span give the same bytes everywhere."""
    from tradec.runtime.data.synthetic import START_MS, synthesize
    from tradec.runtime.data.timestamps import TIMEFRAMES as MINUTES

    if lists:
        return _names()
    if pattern is None:
        raise CommandError("no pattern is named", helps=("tradec data synth --list",))
    if (symbol is None) == (out is None):
        raise CommandError("say where it goes: --out FILE, or --symbol NAME for the catalogue")
    if symbol is not None and tf != "1m":
        raise CommandError("the catalogue holds minutes; --tf goes with --out")
    made = synthesize(
        pattern,
        minutes=bars * MINUTES[tf],
        seed=seed,
        start_ms=START_MS if start is None else start,
        base_price=base_price,
        volatility=volatility,
    )
    whole = made if tf == "1m" else made.roll_up(MINUTES[tf])
    table = _table(whole, gaps)
    if out is not None:
        _to_file(table, out)
    else:
        assert symbol is not None
        _to_catalogue(table, symbol.upper())
    place = f"`{out}`" if out is not None else f"{VENUE}/{symbol}"
    message = f"{len(table):,} bars of {pattern}, seed {seed}, written to {place}"
    return Outcome(
        data={"rows": len(table), "data_hash": whole.data_hash, "pattern": pattern, "seed": seed},
        message=message,
        text=lambda: f"{message}\n  span  {shown(whole.ts0)} to {shown(whole.end)} UTC",
    )


def _names() -> Outcome:
    from tradec.runtime.data.patterns import PATTERNS, about

    found = {name: about(name) for name in sorted(PATTERNS)}
    return Outcome(
        data={"patterns": found},
        message=f"{len(found)} patterns",
        text=lambda: "\n".join(f"{name:24} {text}" for name, text in found.items()),
    )


def _table(bars: "Bars", gaps: int) -> Any:
    """Return the bars as rows, without some stretches of 5 to 20 bars, spread evenly."""
    import numpy as np
    import pyarrow as pa

    keep = np.ones(bars.n, np.bool_)
    for number in range(gaps):
        place = (number + 1) * bars.n // (gaps + 1)
        keep[place : place + 5 + number % 16] = False
    columns = {"ts": bars.ts0 + bars.base_ms * np.arange(bars.n, dtype=np.int64)}
    columns |= {name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")}
    return pa.table({name: column[keep] for name, column in columns.items()})


def _to_file(table: Any, out: Path) -> None:
    import io

    import pyarrow.csv
    import pyarrow.parquet

    from tradec.runtime.data.publish import publish

    buffer = io.BytesIO()
    match out.suffix.lower():
        case ".parquet":
            pyarrow.parquet.write_table(table, buffer)
        case ".csv":
            pyarrow.csv.write_csv(table, buffer)
        case _:
            raise CommandError(f"`{out.name}` is neither .parquet nor .csv")
    publish(out, buffer.getvalue())


def _to_catalogue(table: Any, symbol: str) -> None:
    import numpy as np
    import pyarrow as pa

    from tradec.runtime.data.catalog import Catalog
    from tradec.runtime.data.kinds import SOURCE_SYNTHETIC

    n = len(table)
    for name, column in (
        ("turnover", np.zeros(n)),
        ("src", np.full(n, SOURCE_SYNTHETIC, np.uint8)),
        ("flags", np.zeros(n, np.uint8)),
    ):
        table = table.append_column(name, pa.array(column))
    Catalog(current().data_dir).write(VENUE, symbol, "kline_1m", table, "synth", "replace")
