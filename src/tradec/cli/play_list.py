"""`tradec play list`: the plays that an id can name."""

from dataclasses import asdict, dataclass
from pathlib import Path

from tradec.cli.diagnosed import summary
from tradec.cli.error import CommandError
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.play_file import every_play, is_example, read_play_file
from tradec.cli.table import rendered, table
from tradec.cli.units import known_units

HEADINGS = ("id", "symbol", "exec", "from", "state", "description")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One play; what its errors hide is empty."""

    id: str
    file: str
    example: bool
    symbol: str
    exec: str
    description: str
    state: str

    @property
    def cells(self) -> tuple[str, ...]:
        """The play as a row."""
        home = "tradec" if self.example else "plays"
        return (self.id, self.symbol, self.exec, home, self.state, self.description)


@command("list", example="tradec play list\ntradec play list --json")
def list_() -> Outcome:
    """List the plays in ./plays and the packaged examples: market, timeframe, errors.

    A play of your own hides the example of the same id.
    """
    rows = [_listed(name, path) for name, path in every_play().items()]
    broken = sum(row.state != "ok" for row in rows)
    message = f"{len(rows)} play{'' if len(rows) == 1 else 's'}"
    if broken:
        message += f", {broken} with errors"
    return Outcome(
        data={"plays": [asdict(row) for row in rows]},
        message=message,
        text=lambda: f"{rendered(table(HEADINGS, [row.cells for row in rows]))}\n{message}",
    )


def _listed(name: str, path: Path) -> Listed:
    from tradec.compiler.pipeline import check_source
    from tradec.dsl.build import read_what_stands
    from tradec.dsl.diagnostics import Diagnostics

    symbol = exec_tf = description = ""
    try:
        source, sink = read_play_file(str(path)).source, Diagnostics()
        written = read_what_stands(source, Diagnostics())
        if written is not None:
            symbol = str(written.symbol.value)
            description = str(written.description.value) if written.description else ""
        meaning = check_source(source, sink, catalog=known_units())
        exec_tf = meaning.exec if meaning else ""
        errors = [d for d in sink.all if d.code.startswith("E")]
        state = summary(errors) if errors else "ok"
    except CommandError as failure:
        state = failure.message
    return Listed(
        id=name,
        file=str(path),
        example=is_example(path),
        symbol=symbol,
        exec=exec_tf,
        description=description,
        state=state,
    )
