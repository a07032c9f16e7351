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
"""The templates that are packaged examples, with their ids."""
BLANK = "blank"
_MINIMAL = """\
version: "3.0.0"
name: blank
symbol: BTCUSDT

timeframes: {low_tf: 15m, med_tf: 1h, high_tf: 4h, exec: low_tf}

account:
  starting_equity_usdt: 10000
  max_leverage: 1
  max_drawdown_pct: 50
  margin_mode: isolated_usdt
  min_trade_notional_usdt: 10
  slippage_bps: 2
  fee_model: {taker_bps: 5.5, maker_bps: 2}

# What the rules look at; `tradec describe` lists every indicator.
features: {}

# When to act. Replace the condition by your own.
actions:
  entry_long: close > open

position_policy: {mode: long_only, exit_mode: sl_tp_only}

risk:
  stop_loss: {type: price_percent, value: 2}
  take_profit: {type: price_percent, value: 4}
  max_position_pct: 10
"""

_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_MODELINE = f"# yaml-language-server: $schema={FILE}\n# $schema: {FILE}\n"


@command(
    "new",
    example="""tradec new my_cross --template ema-cross
    tradec new my_cross --template mtf --symbol ETHUSDT --force""",
)
@click.argument("name")
@click.option(
    "--template",
    type=click.Choice([*TEMPLATES, BLANK]),
    default="ema-cross",
    help="What to start from.",
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
    """Return the template under another name, and on another market if one is given."""
    if template == BLANK:
        text = _MINIMAL.replace("name: blank", f"name: {name}")
    else:
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
