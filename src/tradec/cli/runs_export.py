"""`tradec runs export`: a table of a run as a file that other programs read."""

from pathlib import Path

import click

from tradec.cli.error import CommandError
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.run_folder import find_run
from tradec.cli.runs_list import out_option
from tradec.cli.table_file import FILE_FORMATS, write_table

TABLES = ("trades", "fills", "orders", "equity", "account_curve", "funding", "signals", "features")


@command(
    "export",
    example="""tradec runs export last
    tradec runs export last --table equity --format parquet -o equity.parquet""",
)
@click.argument("run")
@out_option
@click.option(
    "--table",
    "kind",
    type=click.Choice(TABLES),
    default="trades",
    show_default=True,
    help="Which table.",
)
@click.option("--format", "form", type=click.Choice(FILE_FORMATS), help="[default: by -o, or csv]")
@click.option(
    "-o",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file.  [default: RUN-TABLE.FORMAT]",
)
def export(run: str, out: Path, kind: str, form: str | None, file: Path | None) -> Outcome:
    """Write a table of RUN into a file; RUN is an id or its beginning, a folder, or `last`."""
    import pyarrow.parquet as pq

    found = find_run(run, out)
    named = None if file is None else file.suffix.lstrip(".").lower()
    chosen = form or (named if named in FILE_FORMATS else None)
    if chosen is None and file is not None:
        raise CommandError(f"`{file.name}` names no format; add --format {'|'.join(FILE_FORMATS)}")
    chosen = chosen or FILE_FORMATS[1]
    source = found.path / f"{kind}.parquet"
    if not source.is_file():
        raise CommandError(
            f"{found.run_id} has no {kind}",
            code="NOT_RECORDED",
            helps=(f"run the play with --emit {kind}",),
        )
    target = file or Path(f"{found.run_id}-{kind}.{chosen}")
    rows = pq.read_table(source)
    write_table(rows, target, chosen)
    return Outcome(
        data={"table": kind, "rows": len(rows), "file": str(target)},
        message=f"{len(rows):,} rows of {kind} written to `{target}`",
    )
