"""`tradec audit`: proves that a session did what its play and its minutes say."""

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tradec.cli.error import CommandError
from tradec.cli.exits import Exit
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.progress import stages
from tradec.cli.run_folder import DEFAULT, find_run
from tradec.cli.session import JOURNAL
from tradec.cli.settings import current
from tradec.cli.times import shown

if TYPE_CHECKING:
    from tradec.cli.audited import Compared
    from tradec.runtime.artifacts import RunEntry
    from tradec.runtime.live.audit import Verdict


@command(
    "audit",
    example="""tradec audit last
    tradec audit 20261127-081500-ema_cross-shadow-54e9a767 --json
    tradec audit last --no-backtest""",
)
@click.argument("run", metavar="RUN")
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT,
    show_default=True,
    help="Where the folders of runs are.",
)
@click.option(
    "--backtest/--no-backtest",
    default=True,
    help="Compare with the backtest of the window, on the data as they are now.",
)
def audit(run: str, out: Path, backtest: bool) -> Outcome:  # noqa: FBT001  click passes by name
    """Step a session's minutes through the same module again, digest by digest.

    Says identical, or the first minute that differs and whether the input, the state or the
    decision differed; then what the exchange has revised since, and the backtest side by side.
    Exit 1 where the session does not repeat.
    """
    from tradec.cli.audited import compared, proved

    entry = find_run(run, out)
    records = list(_records(entry))
    with stages(current()) as show:
        show("stepping the session's minutes")
        machine, verdict = proved(entry, records, show)
        found = compared(entry, machine, records, show) if backtest else None
    return _answer(entry, verdict, found)


def _records(entry: "RunEntry") -> Iterator[Mapping[str, Any]]:
    """Yield the records of a session's journal as its run keeps them."""
    path = entry.path / JOURNAL
    if not path.is_file():
        raise CommandError(
            f"{entry.run_id} is no session: it has no journal",
            code="NO_JOURNAL",
            helps=("`tradec run PLAY --mode replay` and `--mode shadow` leave one",),
        )
    with gzip.open(path) as file:
        for line in file:
            yield json.loads(line)


def _answer(entry: "RunEntry", verdict: "Verdict", found: "Compared | None") -> Outcome:
    difference = verdict.difference
    same = difference is None and verdict.minutes > 0
    if difference is not None:
        message = (
            f"{entry.run_id}: the {difference.what} differs first at {shown(difference.ts)}: "
            f"recorded {difference.recorded}, computed {difference.computed}"
        )
    else:
        message = (
            f"{entry.run_id}: {verdict.minutes} minutes and {verdict.decisions} decisions "
            "are identical"
        )
    data = {
        "run_id": entry.run_id,
        "minutes": verdict.minutes,
        "decisions": verdict.decisions,
        "identical": same,
        "difference": None
        if difference is None
        else {
            "ts": difference.ts,
            "what": difference.what,
            "recorded": str(difference.recorded),
            "computed": str(difference.computed),
        },
        "backtest": None if found is None else found.as_dict(),
    }
    return Outcome(
        data=data,
        message=message,
        text=lambda: "\n".join([message, *(found.lines() if found else ())]),
        status="ok" if same else "fail",
        exit_code=Exit.OK if same else Exit.FAILED,
        error=None if same else {"code": "NOT_IDENTICAL", "detail": data["difference"]},
    )
