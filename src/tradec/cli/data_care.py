"""`tradec data gaps|fix|heal|verify|delete`: keeping what is there whole and true."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from tradec.cli.error import CommandError
from tradec.cli.exits import Exit
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.progress import stages
from tradec.cli.settings import current
from tradec.cli.table import rendered, table
from tradec.cli.times import Instant, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradec.runtime.bybit.client import Client
    from tradec.runtime.data.catalog import Catalog
    from tradec.runtime.data.quality import Finding

_symbol = click.option("--symbol", help="Only this symbol.")
_kind = click.option("--kind", help="Only this kind of series, such as kline_1m.")
_dry = click.option("--dry", is_flag=True, help="Only say what would be done.")


def _series(symbol: str | None, kind: str | None) -> "tuple[Catalog, list[tuple[str, str]]]":
    """Return the catalogue and the series named; exit 7 where there are none."""
    from tradec.runtime.data.catalog import DEFAULT_VENUE, Catalog

    catalog = Catalog(current().data_dir)
    wanted = symbol.upper() if symbol else None
    found = [
        (one.symbol, one.kind)
        for one in catalog.status()
        if one.venue == DEFAULT_VENUE and wanted in {None, one.symbol} and kind in {None, one.kind}
    ]
    if not found:
        raise CommandError(
            f"the catalogue `{catalog.root}` holds no such series",
            code="HISTORY_UNAVAILABLE",
            helps=("tradec data sync --symbols BTCUSDT",),
            exit_code=Exit.DATA,
        )
    return catalog, found


def _client() -> "Client":
    from tradec.cli.config import load_config
    from tradec.cli.exchange import connector

    return connector(load_config(current().config))()


def _listed(findings: "Sequence[Finding]") -> str:
    rows = (
        (one.symbol, one.kind, one.reason, shown(one.start), shown(one.end)) for one in findings
    )
    return rendered(table(("symbol", "kind", "what", "from", "to"), rows))


@command("gaps", example="tradec data gaps\n    tradec data gaps --symbol BTCUSDT --json")
@_symbol
@_kind
def gaps(symbol: str | None, kind: str | None) -> Outcome:
    """List the stretches between the first and the last row that nobody has asked Bybit for.

    Bars that Bybit does not have are no gaps: they are known to be absent.
    """
    from tradec.runtime.data.catalog import DEFAULT_VENUE
    from tradec.runtime.data.quality import Finding
    from tradec.runtime.data.quality import gaps as gaps_of

    catalog, series = _series(symbol, kind)
    found = [
        Finding(symbol=name, kind=of, reason="gap", start=start, end=end)
        for name, of in series
        for start, end in gaps_of(catalog, DEFAULT_VENUE, name, of)
    ]
    message = f"{len(found)} gaps in {len(series)} series"
    return Outcome(
        data={"gaps": [asdict(one) for one in found]},
        message=message,
        text=lambda: f"{_listed(found)}\n{message}" if found else message,
        status="fail" if found else "ok",
        exit_code=Exit.DATA if found else Exit.OK,
        error={"code": "GAPS", "detail": {"gaps": len(found)}} if found else None,
    )


@command("fix", example="tradec data fix --symbol BTCUSDT\n    tradec data fix --dry")
@_symbol
@_kind
@_dry
def fix(symbol: str | None, kind: str | None, dry: bool) -> Outcome:  # noqa: FBT001
    """Fill gaps from Bybit; what Bybit does not have is remembered as absent."""
    return _healed(symbol, kind, dry=dry, reasons=frozenset({"gap"}))


@command("heal", example="tradec data heal --symbol BTCUSDT\n    tradec data heal --dry --json")
@_symbol
@_kind
@_dry
def heal(symbol: str | None, kind: str | None, dry: bool) -> Outcome:  # noqa: FBT001
    """Find damaged files, rows that cannot be true and doubtful ones, and get them again.

    What Bybit says a second time stays, and is listed.
    """
    return _healed(symbol, kind, dry=dry, reasons=None)


def _healed(
    symbol: str | None, kind: str | None, *, dry: bool, reasons: frozenset[str] | None
) -> Outcome:
    from tradec.runtime.data.catalog import DEFAULT_VENUE
    from tradec.runtime.data.quality import DOUBTFUL, Healed, examine
    from tradec.runtime.data.quality import heal as heal_

    catalog, series = _series(symbol, kind)
    with stages(current()) as show:
        found = []
        for place, (name, of) in enumerate(series):
            show("looking", place, len(series))
            found += examine(catalog, DEFAULT_VENUE, name, of)
        found = [one for one in found if reasons is None or one.reason in reasons]
        done = Healed(replaced=0, mended=(), left=tuple(found))
        if found and not dry:
            show("asking Bybit again")
            done = heal_(_client(), catalog, DEFAULT_VENUE, found)
    wrong = [one for one in done.left if one.reason not in DOUBTFUL]
    message = (
        f"{len(found)} findings, {len(done.mended)} mended, {done.replaced:,} rows replaced, "
        f"{len(done.left)} left"
    )
    return Outcome(
        data={
            "findings": [asdict(one) for one in found],
            "replaced": done.replaced,
            "left": [asdict(one) for one in done.left],
        },
        message=message,
        text=lambda: f"{_listed(found)}\n{message}" if found else "nothing is wrong",
        status="fail" if wrong else "ok",
        exit_code=Exit.DATA if wrong else Exit.OK,
        error={"code": "DATA_QUALITY_ISSUE", "detail": {"left": len(wrong)}} if wrong else None,
    )


@command(
    "verify",
    example="""tradec data verify --symbol BTCUSDT --tf 15m,1h
    tradec data verify --symbol BTCUSDT --start 2025-06-01 --end 2025-06-08""",
)
@click.option("--symbol", required=True, help="The symbol, such as BTCUSDT.")
@click.option("--tf", default="15m,1h,4h,D", show_default=True, help="Timeframes, with commas.")
@click.option("--start", type=Instant(), help="From here on.  [default: where the minutes begin]")
@click.option("--end", type=Instant(), help="Up to here.  [default: where they end]")
def verify(symbol: str, tf: str, start: int | None, end: int | None) -> Outcome:
    """Compare what the minutes add up to with Bybit's own bars of slower timeframes."""
    from tradec.runtime.bybit.market import INTERVALS, Span, klines
    from tradec.runtime.data.catalog import DEFAULT_VENUE
    from tradec.runtime.data.quality import compare_rolled

    catalog, _ = _series(symbol, "kline_1m")
    names = [name.strip() for name in tf.split(",") if name.strip()]
    for name in names:
        if name not in INTERVALS or name == "1m":
            raise CommandError(f"`{name}` cannot be compared; {', '.join(INTERVALS)} can")
    coverage = catalog.manifest(DEFAULT_VENUE, symbol.upper(), "kline_1m").coverage
    span = Span(start=start or coverage[0][0], end=end or coverage[-1][1])
    results: dict[str, dict[str, Any]] = {}
    client = _client()
    with stages(current()) as show:
        for place, name in enumerate(names):
            show("comparing", place, len(names))
            step = INTERVALS[name][1]
            aligned = Span(start=-(-span.start // step) * step, end=span.end // step * step)
            native = [row for page in klines(client, symbol.upper(), aligned, name) for row in page]
            compared, wrong = compare_rolled(catalog, DEFAULT_VENUE, symbol.upper(), name, native)
            results[name] = {"compared": compared, "differ": [asdict(one) for one in wrong]}
    differing = sum(len(one["differ"]) for one in results.values())
    compared = sum(one["compared"] for one in results.values())
    message = f"{compared:,} bars compared, {differing} figures differ"
    return Outcome(
        data={"timeframes": results},
        message=message,
        text=lambda: f"{_compared(results)}\n{message}",
        status="fail" if differing or not compared else "ok",
        exit_code=Exit.DATA if differing or not compared else Exit.OK,
        error={"code": "ROLLUP_MISMATCH", "detail": {"figures": differing}} if differing else None,
    )


def _compared(results: dict[str, dict[str, Any]]) -> str:
    rows = (
        (
            name,
            f"{one['compared']:,}",
            str(len(one["differ"])),
            ", ".join(f"{shown(m['ts'])} {m['column']}" for m in one["differ"][:3]),
        )
        for name, one in results.items()
    )
    return rendered(table(("timeframe", "compared", "differ", "first"), rows, right="lrrl"))


@command("delete", example="tradec data delete --symbol BTCUSDT --kind kline_1m --confirm")
@click.option("--symbol", required=True, help="The symbol, such as BTCUSDT.")
@_kind
@click.option("--start", type=Instant(), help="Only from here on.")
@click.option("--end", type=Instant(), help="Only up to here.")
@click.option("--confirm", is_flag=True, help="Really do it; without it only say what would go.")
def delete(
    symbol: str,
    kind: str | None,
    start: int | None,
    end: int | None,
    confirm: bool,  # noqa: FBT001  click passes options by name
) -> Outcome:
    """Take rows out of the catalogue; the next sync may fetch them again."""
    from tradec.runtime.data.catalog import DEFAULT_VENUE

    catalog, series = _series(symbol, kind)
    span = (-(2**62) if start is None else start, 2**62 if end is None else end)
    counts = {of: len(catalog.read_rows(DEFAULT_VENUE, name, of, *span)) for name, of in series}
    total = sum(counts.values())
    if not confirm:
        return Outcome(
            data={"rows": counts},
            message=f"{total:,} rows would be deleted; add --confirm",
            status="fail",
            exit_code=Exit.UNCONFIRMED,
            error={"code": "UNCONFIRMED", "detail": {"rows": total}},
        )
    for name, of in series:
        catalog.remove(DEFAULT_VENUE, name, of, (span,))
    return Outcome(data={"rows": counts}, message=f"{total:,} rows deleted")
