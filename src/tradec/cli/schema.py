"""`tradec schema`: JSON Schemas for editors."""

import json
from pathlib import Path
from typing import Any

import click

from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.units import known_units

FILE = "play.schema.json"
"""Where `tradec new` puts the schema, beside the play that points at it."""


@command(
    "schema",
    example="""tradec schema play -o plays/play.schema.json
    tradec schema play > play.schema.json""",
)
@click.argument("what", type=click.Choice(["play"]))
@click.option(
    "-o",
    "--output",
    "path",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it there instead of printing it.",
)
def schema(what: str, path: Path | None) -> Outcome:
    """Write the JSON Schema (draft-07) of a play: every key, unit and bound of this version.

    An editor that follows `# yaml-language-server: $schema=FILE` completes and checks plays by it.
    """
    made = play_schema_text()
    if path is None:
        return Outcome(
            data={"schema": json.loads(made)},
            message=f"the schema of a {what}",
            text=lambda: made.removesuffix("\n"),
        )
    is_new = write_if_other(path, made)
    data: dict[str, Any] = {"file": str(path), "written": is_new}
    return Outcome(data=data, message=f"{path} {'written' if is_new else 'is up to date'}")


def play_schema_text() -> str:
    """Return the schema as the text of a file."""
    from tradec.compiler.json_schema.play import play_schema

    return json.dumps(play_schema(known_units()), indent=1, ensure_ascii=False) + "\n"


def write_if_other(path: Path, text: str) -> bool:
    """Return whether a file had to be written so that it holds the text."""
    from tradec.runtime.data.publish import make_folder, publish

    payload = text.encode()
    if path.is_file() and path.read_bytes() == payload:
        return False
    make_folder(path.parent)
    publish(path, payload)
    return True
