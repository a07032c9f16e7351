"""`tradec run`: a play over past or synthetic minutes."""

from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from tradec.cli import completing
from tradec.cli.engine import engine_option
from tradec.cli.exits import Exit
from tradec.cli.frame import command
from tradec.cli.market_options import market_options
from tradec.cli.outcome import Outcome
from tradec.cli.progress import Show, stages
from tradec.cli.run_folder import DEFAULT, find_run
from tradec.cli.settings import current
from tradec.cli.variables import set_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tradec.cli.machine import Machine
    from tradec.cli.market import Market
    from tradec.cli.record import Done, Recorded
    from tradec.runtime.feature_file import FeatureFile

FEATURES, SIGNALS = "features", "signals"
TERMINAL = {"liquidated", "equity_floor_hit", "max_drawdown_hit"}  # simulation.md 15


def _emitted(context: click.Context, parameter: click.Parameter, value: str) -> frozenset[str]:
    """Return the extra files that were asked for."""
    names = frozenset(name.strip() for name in value.split(",") if name.strip())
    unknown = sorted(names - {FEATURES, SIGNALS})
    if unknown:
        message = f"`{unknown[0]}` cannot be emitted; {FEATURES} and {SIGNALS} can"
        raise click.BadParameter(message, context, parameter)
    return names


@command(
    "run",
    example="""tradec run plays/ema_cross.yml --synthetic
    tradec run ema_cross --synthetic --pattern trend_up_clean --bars 5000 --seed 7
    tradec run plays/ema_cross.yml --start 2025-06-01 --end 2025-06-15
    tradec run plays/macd_variables.yml --data minutes.parquet --set stop=1.5 --json
    tradec run plays/donchian_breakout.yml --data bars_15m.parquet --base 15m --emit features
    tradec run ema_cross --mode shadow
    tradec run ema_cross --mode replay --journal last --speed 60""",
)
@click.argument("play", metavar="PLAY|ARTIFACT_DIR", shell_complete=completing.plays)
@market_options
@click.option("--journal", metavar="RUN", help="The minutes that a session was fed.")
@click.option(
    "--mode",
    type=click.Choice(["backtest", "replay", "shadow", "demo", "live"]),
    default="backtest",
    show_default=True,
    help="replay and shadow go through the live loop.",
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    help="Replay so many minutes a minute.  [default: as fast as it goes]",
)
@click.option("--resume", is_flag=True, help="Go on from the state of a former session.")
@click.option(
    "--state-dir",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where sessions keep state and journal.  [env TRADEC_STATE_DIR]",
)
@set_option
@engine_option
@click.option("--emit", default="", callback=_emitted, help="features, signals, or both.")
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT,
    show_default=True,
    help="Where the folder of the run is made.",
)
def run(  # noqa: PLR0913, PLR0917  click passes options by name
    play: str,
    overrides: dict[str, str],
    engine: str,
    emit: frozenset[str],
    out: Path,
    mode: str,
    speed: float | None,
    resume: bool,  # noqa: FBT001
    state_dir: Path | None,
    journal: str | None,
    **wanted: Any,
) -> Outcome:
    """Compile a play, or take it from the cache, and trade it on the simulated exchange.

    Without --data or --synthetic the minutes come from the catalogue (`tradec data status`).
    A run that a terminal risk event ends writes everything and exits with 10.
    """
    from tradec.cli.machine import machine_for
    from tradec.cli.market import Wanted, market_for, refuse_contradictions
    from tradec.cli.record import record
    from tradec.cli.session import Asked, refuse_unfit, replayed, shadowed

    asked = Wanted(**wanted, session=find_run(journal, out).path if journal else None)
    refuse_contradictions(asked)
    session = Asked(mode=mode, speed=speed, resume=resume, state_dir=state_dir)
    refuse_unfit(session, asked, emit)
    settings = current()
    with stages(settings) as show:
        machine = machine_for(play, overrides, engine, show)
        with _kept(machine, out, FEATURES in emit) as features:
            if mode == "shadow":
                done = shadowed(machine, session, overrides, show)
            else:
                show("reading the data")
                market = market_for(asked, machine, settings.data_dir)
                done = (
                    _backtested(machine, market, overrides, features, show)
                    if mode == "backtest"
                    else replayed(machine, market, session, overrides, show)
                )
            show("writing the result")
            recorded = record(done, out, emit)
    for warning in (
        *done.market.warnings,
        *_lacking(machine, done.market),
        *_unmet(machine, done.market, recorded),
    ):
        settings.warn(warning)
    return _outcome(recorded, done)


@contextmanager
def _kept(machine: "Machine", out: Path, wanted: bool) -> "Iterator[FeatureFile | None]":  # noqa: FBT001  whether there is one
    """Yield the file that takes the features, if they are wanted; a run that fails leaves none."""
    from tradec.runtime.feature_file import FeatureFile

    if not wanted:
        yield None
        return
    features = FeatureFile(out, machine.strategy.COLUMNS)
    try:
        yield features
    finally:
        features.discard()


def _unmet(machine: "Machine", market: "Market", recorded: "Recorded") -> tuple[str, ...]:
    """Return what the play expects of its synthetic market and this run does not show."""
    from tradec.cli.expected import unmet_in

    found = unmet_in(machine, recorded.metrics) if market.kind == "synthetic" else ()
    return tuple(f"expected by the play: {one}" for one in found)


_INSTEAD = {
    "mark_1m": ("mark", "mark prices", "the last price stands for them"),
    "funding": ("funding", "settlements of funding", "`funding_rate` is missing all the time"),
    "open_interest": ("open_interest", "open interest", "`open_interest` is missing all the time"),
}


def _lacking(machine: "Machine", market: "Market") -> list[str]:
    """Return a warning for each kind of data that the play reads and the market does not have."""
    return [
        f"DATA_MISSING: the play reads {what}, which the data do not have: {instead}"
        for kind, (column, what, instead) in _INSTEAD.items()
        if kind in machine.data and getattr(market.bars, column) is None
    ]


def _backtested(
    machine: "Machine",
    market: "Market",
    overrides: dict[str, str],
    features: "FeatureFile | None",
    show: Show,
) -> "Done":
    """Return what came of a backtest."""
    from tradec.cli.record import Done
    from tradec.cli.traded import traded

    begun = perf_counter()
    drain = None if features is None else features.add
    outcome = traded(machine, market, features=False, show=show, drain=drain)
    return Done(
        machine=machine,
        market=market,
        outcome=outcome,
        overrides=overrides,
        seconds=perf_counter() - begun,
        features=None if features is None else features.finish(),
    )


def _outcome(recorded: "Recorded", done: "Done") -> Outcome:
    """Return the answer of `run`."""
    from tradec.cli.result import result_text

    outcome, metrics, name = done.outcome, recorded.metrics, recorded.path.name
    stopped = outcome.stop_reason in TERMINAL
    return Outcome(
        data={
            "run_id": name,
            "run_dir": str(recorded.path),
            "play_hash": done.machine.play_hash,
            "bars": outcome.bars,
            "trades": metrics["total_trades"],
            "initial_equity": outcome.initial_equity,
            "final_equity": outcome.final_equity,
            **{
                name: metrics[name]
                for name in ("net_profit", "net_profit_pessimistic", "net_profit_optimistic")
            },
            "ambiguous_trades": metrics["ambiguous_trades"],
            "one_tick_trades": metrics["one_tick_trades"],
            "max_drawdown_pct": metrics["max_drawdown_pct"],
            "stop_reason": outcome.stop_reason,
            "digest": f"{outcome.digest:016x}",
            "seconds": done.seconds,
        },
        message=f"{name}: {metrics['total_trades']} trades, ended by {outcome.stop_reason}",
        text=lambda: result_text(recorded.path, recorded.manifest, metrics),
        exit_code=Exit.STOPPED if stopped else Exit.OK,
    )
