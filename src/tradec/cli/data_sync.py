"""`tradec data sync`: what the catalogue lacks, from Bybit."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from tradec.cli.error import CommandError
from tradec.cli.exits import Exit
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.progress import stages
from tradec.cli.settings import current
from tradec.cli.suggest import did_you_mean
from tradec.cli.table import rendered, table
from tradec.cli.times import Instant, shown
from tradec.cli.variables import set_option

if TYPE_CHECKING:
    from tradec.cli.config import Config
    from tradec.runtime.data.catalog import Catalog
    from tradec.runtime.data.syncing import Done, Want

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "kline": "kline_1m",
        "mark": "mark_1m",
        "funding": "funding",
        "oi": "open_interest",
        "ls": "ls_ratio",
        "instruments": "instrument",
        "tiers": "risk_tier",
    }
)
"""Words of `--kinds` -> kinds of the catalogue."""

DEFAULT_KINDS = ("kline", "mark", "funding", "instruments", "tiers")
DEFAULT_DAYS = 30
DAY_MS = 86_400_000


def _kinds(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> tuple[str, ...] | None:
    if value is None:
        return None
    words = [word.strip() for word in value.split(",") if word.strip()]
    for word in words:
        if word not in KINDS:
            failure = click.BadParameter(
                f"`{word}` is not a kind; {', '.join(KINDS)} are", context, parameter
            )
            failure.helps = did_you_mean(word, KINDS)  # type: ignore[attr-defined]
            raise failure
    return tuple(KINDS[word] for word in dict.fromkeys(words))


def _period(context: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
    """Return a period such as 30d, 12h or 2w in ms."""
    if value is None:
        return None
    found = re.fullmatch(r"([1-9][0-9]{0,4})([mhdwy])", value.strip().lower())
    if not found:
        raise click.BadParameter(
            f"`{value}` is no period; write 12h, 30d, 8w or 2y", context, parameter
        )
    minutes = {"m": 1, "h": 60, "d": 1440, "w": 10_080, "y": 525_600}[found[2]]
    return int(found[1]) * minutes * 60_000


@command(
    "sync",
    example="""tradec data sync --symbols BTCUSDT,ETHUSDT --period 90d
    tradec data sync --play plays/ema_cross.yml --start 2025-01-01 --end 2025-07-01
    tradec data sync --symbols SOLUSDT --kinds kline,oi --to-now -j 2""",
)
@click.option("--play", metavar="PLAY", help="The symbol and the history that a play needs.")
@set_option
@click.option("--symbols", metavar="A,B", help="Symbols, such as BTCUSDT,ETHUSDT.")
@click.option("--period", callback=_period, metavar="30d", help="That long back from the end.")
@click.option("--start", type=Instant(), help="From here on: a date or ms, UTC.")
@click.option("--end", type=Instant(), help="Up to here.  [default: now]")
@click.option("--to-now", is_flag=True, help="From the last row that is there up to now.")
@click.option("--kinds", callback=_kinds, metavar="KIND,KIND", help=f"Of {', '.join(KINDS)}.")
@click.option("-j", "--jobs", type=click.IntRange(1, 16), help="Symbols at once.  [default: 1]")
def sync(  # noqa: PLR0913, PLR0917  one argument for each option
    play: str | None,
    overrides: dict[str, str],
    symbols: str | None,
    period: int | None,
    start: int | None,
    end: int | None,
    to_now: bool,  # noqa: FBT001  click passes options by name
    kinds: tuple[str, ...] | None,
    jobs: int | None,
) -> Outcome:
    """Fetch from Bybit what the catalogue lacks; what is there is not asked for again.

    Interrupt it as you like: it goes on where it stopped. Without a window the last 30 days are
    fetched. Minutes that Bybit does not have are remembered as such.
    """
    from tradec.cli.config import load_config
    from tradec.runtime.data.catalog import Catalog, wall_ms

    if to_now and (period or start is not None or end is not None):
        raise CommandError("--to-now stands alone: it begins where the catalogue ends")
    if period and start is not None and end is not None:
        raise CommandError("--period, --start and --end are one too many; two say everything")
    config = load_config(current().config)
    catalog = Catalog(current().data_dir)
    window = _window(start, end, period, wall_ms())
    if play:
        if symbols:
            raise CommandError("--play and --symbols exclude each other")
        wants = _of_play(play, overrides, kinds, window)
    else:
        wants = _of_symbols(_symbols(symbols), kinds, window)
    if to_now:
        wants = _continued(catalog, wants)
    return _synced(catalog, wants, config, jobs)


def run_sync(symbols: list[str], kinds: tuple[str, ...] | None, window: tuple[int, int]) -> Outcome:
    """Return what a sync of some symbols over a window did."""
    from tradec.cli.config import load_config
    from tradec.runtime.data.catalog import Catalog

    config = load_config(current().config)
    wants = _of_symbols(symbols, kinds, window)
    return _synced(Catalog(current().data_dir), wants, config, None)


def _synced(catalog: "Catalog", wants: "list[Want]", config: "Config", jobs: int | None) -> Outcome:
    from tradec.cli.exchange import connector
    from tradec.runtime.data.catalog import DEFAULT_VENUE
    from tradec.runtime.data.syncing import Sync

    with stages(current()) as show:
        work = Sync(
            catalog,
            DEFAULT_VENUE,
            connector(config),
            lambda symbol, kind, done, total: show(f"{symbol} {kind}", done, total),
        )
        done = work.run(wants, jobs or config.get("data", "jobs", 1))
    return _outcome(done, catalog)


def _symbols(text: str | None) -> list[str]:
    names = [name.strip().upper() for name in (text or "").split(",") if name.strip()]
    if not names:
        raise CommandError(
            "nothing is named to be synced",
            helps=("tradec data sync --symbols BTCUSDT", "tradec data sync --play PLAY"),
        )
    return list(dict.fromkeys(names))


def _window(start: int | None, end: int | None, period: int | None, now_ms: int) -> tuple[int, int]:
    """Return the window asked for: two of start, end and period, the rest by default."""
    length = period or DEFAULT_DAYS * DAY_MS
    if end is None:
        end = start + period if start is not None and period else now_ms
    if start is None:
        start = end - length
    if end <= start:
        raise CommandError("--end is not after --start")
    return start // 60_000 * 60_000, end


def _of_symbols(
    symbols: list[str], kinds: tuple[str, ...] | None, window: tuple[int, int]
) -> "list[Want]":
    from tradec.runtime.bybit.market import Span
    from tradec.runtime.data.catalog import DEFAULT_VENUE
    from tradec.runtime.data.kinds import check_names
    from tradec.runtime.data.syncing import Want

    for symbol in symbols:
        check_names(DEFAULT_VENUE, symbol)
    chosen = kinds or tuple(KINDS[word] for word in DEFAULT_KINDS)
    span = Span(start=window[0], end=window[1])
    return [Want(symbol=symbol, kind=kind, span=span) for symbol in symbols for kind in chosen]


def _of_play(
    play: str,
    overrides: Mapping[str, str],
    kinds: tuple[str, ...] | None,
    window: tuple[int, int],
) -> "list[Want]":
    from tradec.cli.needs import needs_of

    needs = needs_of(play, overrides)
    start = needs.history_start(window[0])
    return _of_symbols([needs.symbol], kinds or needs.kinds, (start, window[1]))


def _continued(catalog: Any, wants: "list[Want]") -> "list[Want]":
    """Return the wants from where the catalogue ends; a series that is not there is refused."""
    from dataclasses import replace

    from tradec.runtime.bybit.market import Span
    from tradec.runtime.data.catalog import DEFAULT_VENUE

    longer = []
    for want in wants:
        known = catalog.manifest(DEFAULT_VENUE, want.symbol, want.kind).known
        start = known[-1][1] if known else want.span.start
        longer.append(replace(want, span=Span(start=min(start, want.span.end), end=want.span.end)))
    return longer


def _outcome(done: "list[Done]", catalog: Any) -> Outcome:
    from tradec.runtime.data.importing import describe

    written = sum(one.written for one in done)
    refused = [one for one in done if one.refused]
    for one in refused:
        current().warn(f"{one.symbol} {one.kind}: refused {describe(tuple(one.refused))}")
    message = f"{written:,} rows written"
    return Outcome(
        data={"root": str(catalog.root), "series": [asdict(one) for one in done]},
        message=message,
        text=lambda: _table(done, message),
        status="fail" if refused else "ok",
        exit_code=Exit.DATA if refused else Exit.OK,
        error={"code": "DATA_QUALITY_ISSUE", "detail": {"series": len(refused)}}
        if refused
        else None,
    )


def _table(done: "list[Done]", message: str) -> str:
    rows = (
        (
            one.symbol,
            one.kind,
            f"{one.written:,}",
            f"{one.absent:,}",
            ", ".join(f"{shown(a)} to {shown(b)}" for a, b in one.missing[:3]) or "nothing",
        )
        for one in done
    )
    headings = ("symbol", "kind", "written", "absent there", "still missing")
    return f"{rendered(table(headings, rows, right='llrrl'))}\n{message}"
