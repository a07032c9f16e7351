"""`tradec new`: a play to start from, ready for editors."""

import re
from importlib.resources import files
from pathlib import Path

import click

from tradec.cli.error import CommandError
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.schema import FILE, play_schema_text, write_if_other

TEMPLATES = {
    "ema-cross": "ema_cross",
    "rsi-revert": "rsi_revert",
    "breakout": "donchian_breakout",
    "structure-trend": "structure_trend",
    "mtf": "mtf_trend",
}
"""The templates, and the packaged examples that they are."""

_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_MODELINE = f"# yaml-language-server: $schema={FILE}\n# $schema: {FILE}\n"


@command(
    "new",
    example="""tradec new my_cross --template ema-cross
    tradec new my_cross --template mtf --symbol ETHUSDT --force""",
)
@click.argument("name")
@click.option(
    "--template", type=click.Choice([*TEMPLATES]), default="ema-cross", help="What to start from."
)
@click.option("--symbol", metavar="SYMBOL", help="The market.  [default: the template's]")
@click.option("--force", is_flag=True, help="Overwrite a play of that name.")
def new(name: str, template: str, symbol: str | None, force: bool) -> Outcome:  # noqa: FBT001
    """Write plays/NAME.yml from a template, and the schema by which editors check it.

    The play checks without findings and runs as it stands.
    """
    if not _NAME.fullmatch(name):
        helps = ("use letters, digits and `_ . -`",)
        raise CommandError(f"`{name}` cannot be the name of a play", helps=helps)
    path = Path("plays") / f"{name}.yml"
    if path.exists() and not force:
        helps = ("choose another name, or overwrite it with --force",)
        raise CommandError(f"`{path}` exists already", code="EXISTS", helps=helps)
    text = _text(name, template, symbol)
    _check(path, text)
    write_if_other(path.parent / FILE, play_schema_text())
    write_if_other(path, text)
    return Outcome(
        data={"file": str(path), "schema": str(path.parent / FILE), "template": template},
        message=f"{path} written; try: tradec run {path} --synthetic",
    )


def _text(name: str, template: str, symbol: str | None) -> str:
    """Return the example under another name, and on another market if one is given."""
    example = files("tradec") / "plays" / f"{TEMPLATES[template]}.yml"
    text = example.read_text(encoding="utf-8").replace(TEMPLATES[template], name)
    if symbol is not None:
        text = re.sub(r"^symbol: .*$", lambda _: f"symbol: {symbol}", text, flags=re.MULTILINE)
    return _MODELINE + text


def _check(path: Path, text: str) -> None:
    """Refuse what would not check, such as a market that is none."""
    from tradec.cli.diagnosed import telling
    from tradec.cli.settings import current
    from tradec.compiler.pipeline import front
    from tradec.dsl.diagnostics import Diagnostics
    from tradec.dsl.span import Source

    source = Source(str(path), text)
    with telling(source, current()):
        front(source, Diagnostics())
