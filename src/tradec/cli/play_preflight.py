"""`tradec play preflight`: may a run begin, and what to do if not."""

from typing import TYPE_CHECKING

import click

from tradec.cli import completing
from tradec.cli.exits import Exit
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.progress import stages
from tradec.cli.settings import current
from tradec.cli.times import Instant
from tradec.cli.variables import set_option

if TYPE_CHECKING:
    from tradec.cli.preflight import Line
    from tradec.runtime.data.catalog import Catalog


@command(
    "preflight",
    example="""tradec play preflight plays/ema_cross.yml
    tradec play preflight ema_cross --start 2025-06-01 --end 2025-06-15 --sync""",
)
@click.argument("play", shell_complete=completing.plays)
@click.option("--start", type=Instant(), help="First instant that may decide.")
@click.option("--end", type=Instant(), help="No bar that closes after this.")
@click.option("--sync", "wants_sync", is_flag=True, help="Fetch from Bybit what is missing.")
@set_option
def preflight(
    play: str,
    start: int | None,
    end: int | None,
    wants_sync: bool,  # noqa: FBT001  click passes options by name
    overrides: dict[str, str],
) -> Outcome:
    """Check a play and the market data that a run of it needs, its warm-up included.

    Exit 7 says that a run would lack data that it cannot do without.
    """
    return answer(play, overrides, (start, end), wants_sync=wants_sync)


def answer(
    play: str,
    overrides: dict[str, str],
    window: tuple[int | None, int | None],
    *,
    wants_sync: bool,
) -> Outcome:
    """Return what a run over a window needs, has and lacks, perhaps after a sync."""
    from tradec.cli.needs import needs_of
    from tradec.cli.preflight import as_text, examined
    from tradec.runtime.data.catalog import Catalog, wall_ms

    needs = needs_of(play, overrides)
    catalog = Catalog(current().data_dir)
    lines = examined(needs, catalog, *window, wall_ms())
    if wants_sync and not all(line.is_whole for line in lines):
        _fetch(needs.symbol, lines, catalog)
        lines = examined(needs, catalog, *window, wall_ms())
    stopping = [line.kind for line in lines if line.stops]
    asked = f" --start {window[0]}" if window[0] is not None else ""
    message = (
        f"{needs.play}: a run lacks {', '.join(stopping)}; "
        f"`tradec play preflight {play}{asked} --sync` fetches it"
        if stopping
        else f"{needs.play} can run"
    )
    return Outcome(
        data={
            "play": needs.play,
            "symbol": needs.symbol,
            "warmup": dict(needs.warmup),
            "series": [line.as_dict() for line in lines],
        },
        message=message,
        text=lambda: f"{as_text(lines)}\n{message}",
        status="fail" if stopping else "ok",
        exit_code=Exit.DATA if stopping else Exit.OK,
        error={"code": "INSUFFICIENT_COVERAGE", "detail": {"kinds": stopping}}
        if stopping
        else None,
    )


def _fetch(symbol: str, lines: "list[Line]", catalog: "Catalog") -> None:
    from tradec.cli.config import load_config
    from tradec.cli.exchange import connector
    from tradec.runtime.bybit.market import Span
    from tradec.runtime.data.catalog import DEFAULT_VENUE
    from tradec.runtime.data.syncing import Sync, Want

    wants = [
        Want(symbol=symbol, kind=line.kind, span=Span(start=line.start, end=line.end))
        for line in lines
    ]
    with stages(current()) as show:
        Sync(
            catalog,
            DEFAULT_VENUE,
            connector(load_config(current().config)),
            lambda name, kind, done, total: show(f"{name} {kind}", done, total),
        ).run(wants)
