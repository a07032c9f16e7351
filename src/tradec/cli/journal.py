"""`tradec journal verify|replay` and `play logs`: what a session wrote down."""

import gzip
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from tradec.cli.error import Terminated
from tradec.cli.exits import Exit
from tradec.cli.frame import command
from tradec.cli.instance import entry_of, state_option
from tradec.cli.numbers import UNDEFINED, money
from tradec.cli.outcome import Outcome
from tradec.cli.session import JOURNAL
from tradec.cli.table import fitted, rendered
from tradec.cli.times import shown

Record = Mapping[str, Any]
NOISE = frozenset({"step", "warm"})
COMMON = frozenset({"v", "ts", "seq", "inst", "mode", "play", "ph", "sym", "ev"})


def _records(name: str | None, state_dir: Path | None) -> tuple[str, Iterator[Record]]:
    """Return the journal that a name means: a folder, the folder of a run, or a session."""
    from tradec.runtime.live.journal import records

    folder = Path(name) if name else None
    if folder is not None and (folder / JOURNAL).is_file():
        return str(folder), _packed(folder / JOURNAL)
    if folder is not None and folder.is_dir():
        return str(folder), records(folder)
    entry = entry_of(name, state_dir)
    return entry.id, records(Path(entry.folder))


def _packed(path: Path) -> Iterator[Record]:
    with gzip.open(path) as file:
        for line in file:
            yield json.loads(line)


@command(
    "verify",
    example="""tradec journal verify shadow-BTCUSDT-ema_cross
    tradec journal verify runs/20261127-081500-ema_cross-shadow-54e9a767""",
)
@click.argument("journal", metavar="INSTANCE|FOLDER", required=False)
@state_option
def verify(journal: str | None, state_dir: Path | None) -> Outcome:
    """Check that no record misses and that the trades are the sums of their executions."""
    from tradec.runtime.live.rebuilding import problems_of

    name, records = _records(journal, state_dir)
    count = 0

    def counted() -> Iterator[Record]:
        nonlocal count
        for record in records:
            count += 1
            yield record

    problems = list(problems_of(counted()))
    message = f"{name}: {count} records, " + (f"{len(problems)} problems" if problems else "whole")
    return Outcome(
        data={"journal": name, "records": count, "problems": problems},
        message=message,
        text=lambda: "\n".join([message, *problems]),
        status="fail" if problems else "ok",
        exit_code=Exit.FAILED if problems else Exit.OK,
        error={"code": "JOURNAL_DAMAGED", "detail": {"problems": problems}} if problems else None,
    )


@command("replay", example="tradec journal replay shadow-BTCUSDT-ema_cross --json")
@click.argument("journal", metavar="INSTANCE|FOLDER", required=False)
@state_option
def replay(journal: str | None, state_dir: Path | None) -> Outcome:
    """Rebuild the trades of a session from its journal alone."""
    from tradec.runtime.live.rebuilding import trades_of

    name, records = _records(journal, state_dir)
    trades = trades_of(records)
    rows = [
        {
            "position": one.position,
            "side": one.side,
            "ts_entry": one.ts_entry,
            "ts_exit": one.ts_exit,
            "qty": max(one.bought, one.sold),
            "fees": one.fees,
            "funding": one.funding,
            "net": one.net if one.is_closed else None,
        }
        for one in trades
    ]
    closed = [one.net for one in trades if one.is_closed]
    message = f"{name}: {len(rows)} trades, {money(sum(closed))} USDT"
    return Outcome(
        data={"journal": name, "trades": rows, "net": sum(closed)},
        message=message,
        text=lambda: f"{_table(rows)}\n{message}" if rows else message,
    )


def _table(rows: list[dict[str, Any]]) -> str:
    headings = ("trade", "side", "entered", "left", "qty", "fees", "funding", "net")
    cells = [
        (
            str(row["position"]),
            row["side"],
            shown(row["ts_entry"]),
            shown(row["ts_exit"]) if row["ts_exit"] is not None else UNDEFINED,
            f"{row['qty']:g}",
            money(row["fees"]),
            money(row["funding"]),
            money(row["net"]),
        )
        for row in rows
    ]
    return rendered(fitted(headings, cells, right="rlllrrrr", spare=(6, 5, 3)))


@command(
    "logs",
    example="""tradec play logs
    tradec play logs shadow-BTCUSDT-ema_cross -f --ev signal,order,exec""",
)
@click.argument("instance", required=False)
@click.option("-n", "lines", type=click.IntRange(min=0), default=20, show_default=True)
@click.option("-f", "--follow", is_flag=True, help="Go on with what comes, until Ctrl-C.")
@click.option("--ev", "kinds", default="", help="Kinds of records.  [default: all but the minutes]")
@state_option
def logs(
    instance: str | None,
    lines: int,
    follow: bool,  # noqa: FBT001  click passes options by name
    kinds: str,
    state_dir: Path | None,
) -> Outcome:
    """Show the last records of a session's journal."""
    wanted = frozenset(kind.strip() for kind in kinds.split(",") if kind.strip())
    name, records = _records(instance, state_dir)
    kept = [one for one in records if _is_wanted(one, wanted)]
    shown_ = kept[-lines:] if lines else []
    if follow:
        for record in shown_:
            click.echo(_line(record))
        _follow(instance, state_dir, wanted, kept[-1]["seq"] if kept else 0)
        return Outcome(data={"journal": name}, message="")
    return Outcome(
        data={"journal": name, "records": shown_},
        message=f"{name}: {len(shown_)} records",
        text=lambda: "\n".join(_line(record) for record in shown_),
    )


def _follow(instance: str | None, state_dir: Path | None, wanted: frozenset[str], seq: int) -> None:
    """Print records after one of a number, until the session ends or somebody interrupts."""
    try:
        while True:
            alive = entry_of(instance, state_dir).is_alive
            for record in _records(instance, state_dir)[1]:
                if record["seq"] > seq:
                    seq = record["seq"]
                    if _is_wanted(record, wanted):
                        click.echo(_line(record))
            if not alive:
                return
            time.sleep(1.0)
    except (KeyboardInterrupt, Terminated):
        return


def _is_wanted(record: Record, wanted: frozenset[str]) -> bool:
    return record["ev"] in wanted if wanted else record["ev"] not in NOISE


def _line(record: Record) -> str:
    said = " ".join(
        f"{name}={json.dumps(value)}" for name, value in record.items() if name not in COMMON
    )
    return f"{shown(record['ts'])}  {record['seq']:>8}  {record['ev']:<12} {said[:200]}"
