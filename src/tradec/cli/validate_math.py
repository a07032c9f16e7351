"""`tradec validate math`: a run's figures computed anew, by code that shares nothing with it."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tradec.cli.exits import Exit
from tradec.cli.frame import command
from tradec.cli.market import market_for
from tradec.cli.outcome import Outcome
from tradec.cli.progress import stages
from tradec.cli.rerun import wanted_by
from tradec.cli.run_folder import find_run
from tradec.cli.runs_list import out_option
from tradec.cli.settings import current
from tradec.cli.table import fitted, rendered

if TYPE_CHECKING:
    from tradec.runtime.artifacts import RunEntry
    from tradec.runtime.data.bars import Bars
    from tradec.runtime.validate.check import Result


_OF_ALL_DATA = {"kind", "source", "base", "rows", "flat_rows", "hash"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What finding the bars of a run again needs of its machine, as the manifest has it."""

    exec: str
    symbol: str
    warmup: dict[str, int]
    rules: dict[str, Any]
    validation: dict[str, Any]


@command(
    "math",
    example="""tradec validate math last
    tradec validate math 20250601-120000-ema --json""",
)
@click.argument("run")
@out_option
def math(run: str, out: Path) -> Outcome:
    """Compute every figure of RUN anew from its fills and bars, and hold it against the record.

    Trades, fees, funding, liquidations, equity and metrics, in plain NumPy. The bars are read again
    from where the run had them; RUN is an id or its beginning, a folder, or `last`.
    """
    from tradec.runtime.validate.every import validate
    from tradec.runtime.validate.evidence import evidence_of

    found = find_run(run, out)
    with stages(current()) as show:
        show("reading the data")
        evidence = evidence_of(found.path, bars_of(found))
        results = validate(evidence, lambda done, total: show("checking", done, total))
    failed = [result for result in results if not result.holds]
    rows = sum(result.count for result in results)
    message = f"{len(results)} checks of {rows:,} values: " + (
        f"{len(failed)} failed" if failed else "all hold"
    )
    return Outcome(
        data={
            "run_id": found.run_id,
            "checks": [asdict(result) | {"holds": result.holds} for result in results],
            "failed": [result.name for result in failed],
        },
        message=message,
        text=lambda: f"{_table(results)}\n\n{message}",
        status="fail" if failed else "ok",
        exit_code=Exit.FAILED if failed else Exit.OK,
        error={"code": "MATH_DIFFERS", "detail": {"checks": len(failed)}} if failed else None,
    )


def bars_of(run: "RunEntry") -> "Bars":
    """Return the bars of a run, read from where its manifest says that they came from."""
    manifest = run.manifest
    recorded = Recorded(
        exec=manifest["exec"],
        symbol=manifest["symbol"],
        warmup=manifest["warmup"],
        rules={"backtest": {"window_start": None, "window_end": None, "funding": False}},
        validation={
            name: value for name, value in manifest["data"].items() if name not in _OF_ALL_DATA
        },
    )
    return market_for(wanted_by(manifest), recorded, current().data_dir).bars


def _table(results: "tuple[Result, ...]") -> str:
    """Return a line for each check, and what the first failure of each is."""
    cells = [
        (
            result.name,
            "ok" if result.holds else f"{result.failed} fail",
            f"{result.count:,}",
            f"{result.worst:.1e}" if result.worst else "0",
            f"{result.tolerance:g}",
            result.says,
        )
        for result in results
    ]
    headings = ("check", "", "values", "worst", "tolerance", "says")
    lines = [rendered(fitted(headings, cells, right="llrrrl", spare=(5, 4)))]
    lines += [f"{one.name}: {one.first}" for one in results if not one.holds]
    return "\n".join(lines)
