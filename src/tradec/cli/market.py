"""The bars of a run and where they come from: the catalogue, a file, or a synthetic pattern."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from tradec.cli.data_file import existing
from tradec.cli.error import CommandError
from tradec.cli.exits import Exit
from tradec.cli.times import shown
from tradec.runtime.timeframe import MINUTE_MS, TIMEFRAMES

if TYPE_CHECKING:
    from tradec.runtime.data.bars import Bars
    from tradec.runtime.data.catalog import Catalog
    from tradec.runtime.sim.instrument import Instrument


class Reader(Protocol):
    """What bars are found for: a machine, or the record of a run."""

    @property
    def exec(self) -> str:
        """Return the exec timeframe."""

    @property
    def symbol(self) -> str:
        """Return the symbol."""

    @property
    def warmup(self) -> Mapping[str, int]:
        """Return the closed bars that each timeframe needs."""

    @property
    def rules(self) -> Mapping[str, Any]:
        """Return the money rules, `backtest` among them."""

    @property
    def validation(self) -> Mapping[str, Any]:
        """Return what is said of a synthetic market."""


SYNTHETIC: Mapping[str, Any] = {"pattern": "trending", "bars": 2_000, "seed": 42}
"""What a synthetic market is made from where nobody says otherwise (rulings B2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the command line says about the data; None where it says nothing.

    `span` is said by a run that is repeated: exactly these minutes of the catalogue, in ms UTC.
    `session` is the folder of a session's run, whose own minutes are meant. `heard` minutes are
    those of other sessions that no sync has taken into the catalogue yet: a warm-up counts them.
    """

    file: Path | None = None
    synthetic: bool = False
    pattern: str | None = None
    bars: int | None = None
    seed: int | None = None
    start: int | None = None
    end: int | None = None
    base: str | None = None
    span: tuple[int, int] | None = None
    session: Path | None = None
    heard: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Base bars, what they may trade as, and the figures of the manifest about them."""

    bars: "Bars"
    instrument: "Instrument"
    base: str
    kind: str
    start: int | None
    end: int | None
    figures: Mapping[str, Any]
    assumed: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def market_for(wanted: Wanted, machine: Reader, data_dir: Path | None) -> Market:
    """Return the bars that the machine will see, history for its warm-up in front."""
    refuse_contradictions(wanted)
    if wanted.synthetic:
        return _synthetic(wanted, machine)
    if wanted.session:
        return _from_session(wanted.session, wanted)
    wanted = _within_window(wanted, machine.rules["backtest"])
    if wanted.file:
        return _from_file(wanted)
    return _from_catalogue(wanted, machine, data_dir)


def _within_window(wanted: Wanted, backtest: Mapping[str, Any]) -> Wanted:
    """Return what is wanted with the window of the play where the command line says nothing."""
    start = backtest["window_start"] if wanted.start is None else wanted.start
    end = backtest["window_end"] if wanted.end is None else wanted.end
    return replace(wanted, start=start, end=end)


def refuse_contradictions(wanted: Wanted) -> None:
    """Refuse options that cannot stand together, before anything is read."""
    sources = {
        "--data": wanted.file,
        "--synthetic": wanted.synthetic,
        "--journal": wanted.session,
    }
    given = [option for option, value in sources.items() if value]
    if len(given) > 1:
        raise CommandError(f"{given[0]} and {given[1]} exclude each other")
    if not wanted.synthetic:
        shape = {"--pattern": wanted.pattern, "--bars": wanted.bars, "--seed": wanted.seed}
        for option, value in shape.items():
            if value is not None:
                raise CommandError(f"{option} needs --synthetic")
    if wanted.start is not None and wanted.end is not None and wanted.end <= wanted.start:
        raise CommandError("--end is not after --start")


def history_start(start_ms: int, warmup: Mapping[str, int]) -> int:
    """Return the latest instant from which all timeframes warm up by `start_ms`."""
    opens = (
        TIMEFRAMES[name].open_of(TIMEFRAMES[name].bar_number(start_ms) - bars)
        for name, bars in warmup.items()
    )
    return min(opens, default=start_ms)


def _synthetic(wanted: Wanted, machine: Reader) -> Market:
    """Return a synthetic market: the warm-up, and the pattern over the bars after it."""
    from tradec.runtime.data.synthetic import START_MS, synthesize

    figures = _figures(wanted, machine.validation)
    start = START_MS if wanted.start is None else wanted.start
    timeframe = TIMEFRAMES[machine.exec]
    end = timeframe.open_of(timeframe.bar_number(start) + figures["bars"])
    if wanted.end is not None:
        end = min(end, wanted.end)
    if end <= start:
        raise CommandError(f"--end is not after {shown(start)}, when the synthetic market begins")
    made = synthesize(
        figures["pattern"],
        minutes=(end - start) // MINUTE_MS,
        lead=(start - history_start(start, machine.warmup)) // MINUTE_MS,
        start_ms=start,
        **{name: value for name, value in figures.items() if name not in {"pattern", "bars"}},
    )
    unsaid = [
        f"{name} {figures[name]}"
        for name in SYNTHETIC
        if getattr(wanted, name) is None and name not in machine.validation
    ]
    assumed = [f"synthetic market: {', '.join(unsaid)}"] if unsaid else []
    market = _market(made, replace(wanted, start=start), "synthetic", figures)
    return replace(market, assumed=(*assumed, *market.assumed))


def _figures(wanted: Wanted, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the synthetic market is made from: the command line, the play, the defaults."""
    given = {"pattern": wanted.pattern, "bars": wanted.bars, "seed": wanted.seed}
    chosen = {name: value for name, value in given.items() if value is not None}
    said = {name: value for name, value in asked.items() if name != "expect"}
    base = said.get("params", {}).get("volatility_base")
    if base is not None:  # the same figure under its other name
        said.setdefault("volatility", base)
    return {**SYNTHETIC, **said, **chosen}


def _from_file(wanted: Wanted) -> Market:
    from tradec.runtime.data.catalog import wall_ms
    from tradec.runtime.data.importing import read_file

    assert wanted.file is not None
    bars = read_file(existing(wanted.file), now_ms=wall_ms())
    where = {"file": wanted.file.name, "path": str(wanted.file.resolve())}
    return _market(bars, wanted, "file", where)


def _from_session(folder: Path, wanted: Wanted) -> Market:
    """Return the minutes that a session was fed, its warm-up in front, and what it traded."""
    import json

    from tradec.cli.session import HISTORY
    from tradec.runtime.live.history import unpacked
    from tradec.runtime.sim.instrument import Instrument

    if not (folder / HISTORY).is_file():
        raise CommandError(
            f"`{folder}` is the folder of no session: it has no `{HISTORY}`",
            code="NO_JOURNAL",
            helps=("`tradec run PLAY --mode replay` and `--mode shadow` leave one",),
        )
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    bars = unpacked((folder / HISTORY).read_bytes())
    if wanted.start is None:
        wanted = replace(wanted, start=manifest["window"]["trade_start"])
    instrument = Instrument.of_dict(manifest["instrument"])
    return _market(bars, wanted, "session", {"session": str(folder)}, instrument)


def _from_catalogue(wanted: Wanted, machine: Reader, data_dir: Path | None) -> Market:
    from tradec.runtime.backtest import data_start
    from tradec.runtime.data.catalog import DEFAULT_VENUE, Catalog
    from tradec.runtime.data.perpetual import perpetual

    catalog, symbol = Catalog(data_dir), machine.symbol
    held = {one.symbol: one for one in catalog.status() if one.kind == "kline_1m"}
    if symbol not in held:
        raise _no_data(symbol, sorted(held), catalog.root)
    start, end = wanted.span or (wanted.start, wanted.end)
    if start is not None and not wanted.span:
        # no further back than the minutes reach: the run says what it lacks
        start = max(data_start(start, machine.warmup), held[symbol].first)
    bars = perpetual(catalog, DEFAULT_VENUE, symbol, start, end, with_heard=wanted.heard)
    instrument = _snapshot(catalog, symbol, bars.end)
    where = {"venue": DEFAULT_VENUE, "span": [bars.ts0, bars.end]}
    market = _market(bars, wanted, "catalogue", where, instrument)
    return replace(market, warnings=_lacking(market, machine, instrument))


def _snapshot(catalog: "Catalog", symbol: str, at_ms: int) -> "Instrument | None":
    """Return the instrument as the exchange described it by the end of the data, if it did."""
    from tradec.runtime.data.catalog import DEFAULT_VENUE
    from tradec.runtime.data.perpetual import filters
    from tradec.runtime.sim.instrument import Instrument

    found, tiers = filters(catalog, DEFAULT_VENUE, symbol, at_ms)
    if found is None or not tiers:
        return None
    return Instrument.of_snapshot(found, tiers, f"{DEFAULT_VENUE} at {shown(found['ts'])}")


def _lacking(market: Market, machine: Reader, instrument: "Instrument | None") -> tuple[str, ...]:
    """Return what the catalogue lacks to judge a play as the exchange would (simulation.md 19)."""
    found = []
    if instrument is None:
        found.append(
            f"CONSTRAINTS_MISSING: no snapshot of {machine.symbol} and its risk tiers; a built-in "
            f"tick, step, minimum order and maintenance margin are used "
            f"(tradec data sync --symbols {machine.symbol} --kinds instruments,tiers)"
        )
    if machine.rules["backtest"]["funding"] and market.bars.funding is None:
        found.append(
            f"FUNDING_MISSING: no funding of {machine.symbol}; none is paid or received "
            f"(tradec data sync --symbols {machine.symbol} --kinds funding)"
        )
    return tuple(found)


def _market(
    bars: "Bars",
    wanted: Wanted,
    kind: str,
    figures: Mapping[str, Any],
    instrument: "Instrument | None" = None,
) -> Market:
    """Return the market of bars as they were found, rolled up to the base that is wanted."""
    from tradec.runtime.sim.instrument import Instrument

    bars = _rolled(bars, wanted.base or "1m")
    is_known = instrument is not None
    instrument = instrument or Instrument.built_in(float(bars.open[0]))
    return Market(
        bars=bars,
        instrument=instrument,
        base=wanted.base or "1m",
        kind=kind,
        start=wanted.start,
        end=wanted.end,
        figures=figures,
        assumed=() if is_known else (f"instrument: {_described(instrument)}",),
    )


def _described(instrument: "Instrument") -> str:
    figures = instrument.as_dict()
    limits = "tick {tick}, step {step}, minimum {min_notional_usdt:g} USDT".format(**figures)
    return f"{limits}, maintenance margin {instrument.tiers[0].maintenance_margin_rate:.2%}"


def _no_data(symbol: str, held: list[str], root: Path) -> CommandError:
    there = f"it holds {', '.join(held)}" if held else "it is empty"
    return CommandError(
        f"there are no minutes of {symbol} in the catalogue `{root}`; {there}",
        code="HISTORY_UNAVAILABLE",
        helps=(
            f"import some: tradec data import FILE --symbol {symbol}",
            "or try the play on a synthetic market: add --synthetic",
        ),
        exit_code=Exit.DATA,
    )


def _rolled(bars: "Bars", base: str) -> "Bars":
    """Return the bars on the base timeframe; nothing coarser than asked for is accepted."""
    from tradec.runtime.data.timestamps import TIMEFRAMES as BASES
    from tradec.runtime.data.timestamps import timeframe_name

    base_ms, found = BASES[base] * MINUTE_MS, timeframe_name(bars.base_ms)
    if base_ms < bars.base_ms:
        raise CommandError(
            f"the data are {found} bars, the run wants {base}",
            code="TIMEFRAME_MISMATCH",
            helps=(f"say that {found} bars are meant: --base {found}",),
        )
    return bars if base_ms == bars.base_ms else bars.roll_up(BASES[base])
