"""The live half of `run --mode shadow`: real minutes of the exchange, simulated fills."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tradec.cli.config import load_config
from tradec.cli.exchange import connector, hosts_for
from tradec.cli.market import Market, Wanted, market_for
from tradec.cli.settings import current
from tradec.runtime.timeframe import MINUTE_MS, TIMEFRAMES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tradec.cli.machine import Machine
    from tradec.cli.progress import Show
    from tradec.runtime.bybit.client import Client
    from tradec.runtime.data.marks import Funding
    from tradec.runtime.live.market import LiveMarket
    from tradec.runtime.live.protocols import Minute

SNAPSHOTS = ("instrument", "risk_tier")


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What a shadow session begins with: the market up to now, its first decision, the feed."""

    market: Market
    trade_start: int
    source: "LiveMarket"
    client: "Client"


def open_market(machine: "Machine", show: "Show") -> Live:
    """Return the live market of a play; what its warm-up lacks is fetched into the catalogue."""
    from tradec.runtime.backtest import data_start

    connect = connector(load_config(current().config))
    client = connect()
    client.measure_clock()
    newest = client.now_ms() // MINUTE_MS * MINUTE_MS
    begin = TIMEFRAMES[machine.exec].close_after(newest)
    _fetch(machine, connect, (begin, newest), show)
    span = (data_start(begin, machine.warmup) // MINUTE_MS * MINUTE_MS, newest)
    market = market_for(Wanted(span=span, heard=True), machine, current().data_dir)
    bars = replace(market.bars, funding=_funding(machine, market))
    return Live(
        market=replace(market, bars=bars, kind="shadow", start=begin, end=None),
        trade_start=begin,
        source=_source(machine, market, client),
        client=client,
    )


def keeper(symbol: str, instance: str) -> "Callable[[Minute], None]":
    """Return what keeps the minutes that a session hears, beside the catalogue (rulings D1)."""
    from tradec.runtime.data.catalog import DEFAULT_VENUE, Catalog
    from tradec.runtime.data.ingest import IngestWriter

    writer = IngestWriter(Catalog(current().data_dir).root, DEFAULT_VENUE, symbol, instance)

    def keep(minute: "Minute") -> None:
        bar = (minute.open, minute.high, minute.low, minute.close, minute.volume)
        writer.append(minute.ts, bar, is_flat=minute.is_flat)

    return keep


def _fetch(
    machine: "Machine", connect: "Callable[[], Client]", until: tuple[int, int], show: "Show"
) -> None:
    """Fetch what the catalogue lacks of the warm-up, and the filters as they are now."""
    from tradec.runtime.backtest import data_start
    from tradec.runtime.bybit.market import Span
    from tradec.runtime.data.catalog import DEFAULT_VENUE, Catalog
    from tradec.runtime.data.syncing import Sync, Want

    begin, newest = until
    span = Span(start=data_start(begin, machine.warmup) // MINUTE_MS * MINUTE_MS, end=newest + 1)
    kinds = {"kline_1m", *SNAPSHOTS, *machine.data}
    if machine.rules["backtest"]["mark_source"] in {None, "mark_kline"}:
        kinds.add("mark_1m")
    if machine.rules["backtest"]["funding"]:
        kinds.add("funding")
    wants = [Want(symbol=machine.symbol, kind=kind, span=span) for kind in sorted(kinds)]
    Sync(
        Catalog(current().data_dir),
        DEFAULT_VENUE,
        connect,
        lambda name, kind, done, total: show(f"{name} {kind}", done, total),
    ).run(wants)


def _funding(machine: "Machine", market: Market) -> "Funding | None":
    """Return the settlements of the warm-up, one at its very end included: it is known by then."""
    import numpy as np

    from tradec.runtime.data.catalog import DEFAULT_VENUE, Catalog
    from tradec.runtime.data.marks import Funding

    if market.bars.funding is None:
        return None
    span = (market.bars.ts0, market.bars.end + 1)
    rows = Catalog(current().data_dir).read_rows(DEFAULT_VENUE, machine.symbol, "funding", *span)
    return Funding(
        ts=np.asarray(rows["ts"].to_numpy(), np.int64),
        rate=np.asarray(rows["rate"].to_numpy(), np.float64),
    )


def _source(machine: "Machine", market: Market, client: "Client") -> "LiveMarket":
    from tradec.runtime.bybit.stream import Supervisor
    from tradec.runtime.live.market import Facts, LiveMarket

    symbol, rules = machine.symbol, machine.rules["backtest"]
    stream = Supervisor(
        hosts_for(load_config(current().config)).ws_public,
        (f"kline.1.{symbol}", f"tickers.{symbol}"),
        now_ms=client.now_ms,
    )
    facts = Facts(
        mark=market.bars.mark is not None,
        funding=bool(rules["funding"]) or "funding" in machine.data,
        open_interest="open_interest" in machine.data,
    )
    return LiveMarket(symbol, stream, client, facts)
