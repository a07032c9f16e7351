"""`tradec data status`: what the catalogue holds."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from tradec.cli.exits import Exit
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.settings import current
from tradec.cli.table import rendered, table
from tradec.cli.times import Instant, shown

if TYPE_CHECKING:
    from tradec.runtime.data.catalog import SeriesStatus


@command(
    "status",
    example="""tradec data status --symbol BTCUSDT --verify
    tradec data status --play plays/ema_cross.yml --start 2025-06-01""",
)
@click.option("--symbol", help="Only this symbol; exit 7 if there is nothing of it.")
@click.option("--play", metavar="PLAY", help="What a run of this play needs, has and lacks.")
@click.option("--start", type=Instant(), help="With --play: first instant that may decide.")
@click.option("--end", type=Instant(), help="With --play: no bar that closes after this.")
@click.option("--verify", is_flag=True, help="Read every file and compare it with its hash.")
def status(
    symbol: str | None,
    play: str | None,
    start: int | None,
    end: int | None,
    verify: bool,  # noqa: FBT001  click passes options by name
) -> Outcome:
    """Show which series the catalogue holds, from when to when, and what is missing."""
    from tradec.runtime.data.catalog import Catalog

    if play:
        from tradec.cli.play_preflight import answer

        return answer(play, {}, (start, end), wants_sync=False)
    catalog = Catalog(current().data_dir)
    wanted = symbol.upper() if symbol else None
    series = [one for one in catalog.status() if wanted in {None, one.symbol}]
    defects = [asdict(defect) for defect in catalog.verify()] if verify else []
    for defect in defects:
        current().warn(f"{defect['file']}: {defect['problem']}")
    broken = bool(defects) or (wanted is not None and not series)
    message = f"{len(series)} series in `{catalog.root}`"
    return Outcome(
        data={
            "root": str(catalog.root),
            "series": [_figures(one) for one in series],
            **({"defects": defects} if verify else {}),
        },
        message=message,
        text=lambda: _table(series) if series else f"{message}; `tradec data import` adds some",
        status="fail" if broken else "ok",
        exit_code=Exit.DATA if broken else Exit.OK,
        error=_error(defects, wanted) if broken else None,
    )


def _error(defects: list[dict[str, Any]], symbol: str | None) -> dict[str, Any]:
    if defects:
        return {"code": "CATALOG_CORRUPT", "detail": {"defects": len(defects)}}
    return {"code": "HISTORY_UNAVAILABLE", "detail": {"symbol": symbol}}


def _figures(one: "SeriesStatus") -> dict[str, Any]:
    return {**asdict(one), "holes": [[hole.start, hole.end] for hole in one.holes]}


def _table(series: "list[SeriesStatus]") -> str:
    headings = ("venue", "symbol", "kind", "rows", "first", "last", "flat", "holes", "MiB")
    rows = (
        (
            one.venue,
            one.symbol,
            one.kind,
            f"{one.rows:,}",
            shown(one.first),
            shown(one.last),
            f"{one.flat:,}",
            str(len(one.holes)),
            f"{one.bytes / 2**20:.1f}",
        )
        for one in series
    )
    return rendered(table(headings, rows, right="lllrllrrr"))
