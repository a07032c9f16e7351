"""`tradec data import`: minutes from a file into the catalogue."""

import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tradec.cli.data_file import existing
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.progress import stages
from tradec.cli.settings import current
from tradec.cli.times import shown

if TYPE_CHECKING:
    from tradec.runtime.data.importing import ImportReport


FORMATS = (
    "bybit-mt4",
    "bybit-trades",
    "bybit-spot-trades",
    "bybit-rest-json",
    "trade-duckdb",
    "columns",
)


def _offset(context: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
    """Return a clock's offset from UTC in ms."""
    if value is None:
        return None
    found = re.fullmatch(r"([+-])(\d{1,2}):?(\d{2})?", value.strip())
    if not found:
        raise click.BadParameter(f"`{value}` is no offset; write +03:00", context, parameter)
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    return (-minutes if found[1] == "-" else minutes) * 60_000


@command(
    "import",
    example="""tradec data import BTCUSDT_1m.parquet --symbol BTCUSDT
    tradec data import BTCUSDT2025-06-01.csv.gz --symbol BTCUSDT --dry
    tradec data import market.duckdb --symbol BTCUSDT --format trade-duckdb
    tradec data import minutes.csv --symbol ETHUSDT --map close=last --max-refused 1""",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--symbol", required=True, help="The symbol, such as BTCUSDT.")
@click.option("--venue", help="The venue.  [default: bybit-linear]")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="[default: told by the name and the first line]",
)
@click.option("--tz", metavar="+03:00", callback=_offset, help="The clock of a bybit-mt4 file.")
@click.option("--dry", is_flag=True, help="Read, check and compare, but write nothing.")
@click.option(
    "--map",
    "mapping",
    metavar="COLUMN=NAME",
    multiple=True,
    help="Say which column of the file holds ts, open, high, low, close or volume.",
)
@click.option(
    "--on-conflict",
    type=click.Choice(["keep", "replace", "fail"]),
    default="keep",
    show_default=True,
    help="What becomes of minutes that are there already and differ.",
)
@click.option(
    "--max-refused",
    metavar="PCT",
    type=click.FloatRange(0, 100),
    default=0,
    show_default=True,
    help="Import the good rows if at most this share of rows is refused.",
)
def import_(  # noqa: PLR0913, PLR0917  one argument for each option
    file: Path,
    symbol: str,
    venue: str | None,
    form: Any,
    tz: int | None,
    dry: bool,  # noqa: FBT001  click passes options by name
    mapping: tuple[str, ...],
    on_conflict: Any,
    max_refused: float,
) -> Outcome:
    """Import the minutes of FILE; a file with bad rows is refused whole.

    Parquet and CSV with columns ts (or ts_open, timestamp), open, high, low, close, volume, times
    in UTC; Bybit's public dumps of klines and trades; saved answers of its REST API; a database
    of TRADE.
    """
    from tradec.runtime.data.catalog import DEFAULT_VENUE, Catalog
    from tradec.runtime.data.formats import Hints
    from tradec.runtime.data.importing import import_file

    catalog = Catalog(current().data_dir)
    with stages(current()) as show:
        report = import_file(
            existing(file),
            catalog,
            symbol.upper(),
            venue=venue or DEFAULT_VENUE,
            hints=Hints(symbol=symbol.upper(), form=form, offset_ms=tz, mapping=_columns(mapping)),
            dry=dry,
            on_conflict=on_conflict,
            max_refused=max_refused / 100,
            progress=lambda stage, _done, _total: show(stage),
        )
    for warning in _found(report):
        current().warn(warning)
    would = f"{report.read:,} minutes read, nothing written" if dry else ""
    message = f"{report.symbol}: " + (
        would or f"{report.written:,} of {report.read:,} minutes written"
    )
    return Outcome(
        data={**asdict(report), "root": str(catalog.root)},
        message=message,
        text=lambda: _text(report, message, catalog.root),
    )


def _columns(mapping: tuple[str, ...]) -> dict[str, str] | None:
    pairs = [text.partition("=") for text in mapping]
    for column, equals, name in pairs:
        if not (column and equals and name):
            raise click.UsageError(f"`{column}{equals}{name}` is no mapping; write close=NAME")
    return {column: name for column, _, name in pairs} or None


def _found(report: "ImportReport") -> list[str]:
    """Return what the user should know about the file, one sentence each."""
    from tradec.runtime.data.importing import describe

    counts = (
        (report.reordered, "rows were out of order and have been sorted"),
        (report.merged, "equal rows stood there twice and have been merged"),
        (report.kept, "minutes differ from what the catalogue holds, which was kept"),
        (report.filled, "absent minutes are stored as flat bars"),
    )
    found = [f"{count:,} {what}" for count, what in counts if count]
    if report.refused:
        found.append(f"refused: {describe(report.refused)}")
    if report.holes:
        absent = sum(hole.end - hole.start for hole in report.holes) // 60_000
        first = shown(report.holes[0].start)
        found.append(f"{absent:,} minutes are absent in {len(report.holes)} holes from {first} on")
    return found


def _text(report: "ImportReport", message: str, root: Path) -> str:
    same = f", {report.unchanged:,} were there already" if report.unchanged else ""
    new = f", {report.replaced:,} replaced" if report.replaced else ""
    return "\n".join(
        (
            f"{message}{new}{same}",
            f"  format     {report.form}, first row {report.first_row}",
            f"  span       {shown(report.first)} to {shown(report.last)} UTC",
            f"  overlap    {report.overlap:,} minutes from Bybit itself, {report.disagree} differ",
            f"  catalogue  {root}",
            f"  next       tradec run plays/ema_cross.yml   (a play of {report.symbol})",
        )
    )
