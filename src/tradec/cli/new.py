"""`tradec new`: a play to start from, ready for editors."""

import re
from collections.abc import Mapping
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

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
FIRST = "ema-cross"
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
    tradec new my_cross --template mtf --symbol ETHUSDT --force
    tradec new my_cross --interactive""",
)
@click.argument("name")
@click.option(
    "--template",
    type=click.Choice([*TEMPLATES, BLANK]),
    help=f"What to start from.  [default: {FIRST}]",
)
@click.option("--symbol", metavar="SYMBOL", help="The market.  [default: the template's]")
@click.option("--force", is_flag=True, help="Overwrite a play of that name.")
@click.option(
    "-i",
    "--interactive",
    is_flag=True,
    help="Ask for the template, the market, the money and the leverage.",
)
def new(
    name: str,
    template: str | None,
    symbol: str | None,
    force: bool,  # noqa: FBT001  click passes options by name
    interactive: bool,  # noqa: FBT001  as above
) -> Outcome:
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
    said: dict[str, object] = {} if symbol is None else {"symbol": symbol}
    if interactive:
        template = template or _asked_template()
        said |= _asked(_text(name, template, said), said)
    template = template or FIRST
    text = _text(name, template, said)
    _check(path, text)
    write_if_other(path.parent / FILE, play_schema_text())
    write_if_other(path, text)
    return Outcome(
        data={"file": str(path), "schema": str(path.parent / FILE), "template": template},
        message=f"{path} written; try: tradec run {path} --synthetic",
    )


def _asked_template() -> str:
    for known, example in TEMPLATES.items():
        click.echo(f"  {known:16} {_described(_example(example))}", err=True)
    click.echo(f"  {BLANK:16} one condition, to be replaced by your own", err=True)
    choice = click.Choice([*TEMPLATES, BLANK])
    return str(click.prompt("template", FIRST, type=choice, show_choices=False, err=True))


def _asked(text: str, said: Mapping[str, object]) -> dict[str, object]:
    """Return what is answered for keys that every template has, but for those that are said."""
    questions: dict[str, tuple[str, click.ParamType[Any]]] = {
        "symbol": ("market", click.STRING),
        "starting_equity_usdt": ("equity in USDT", click.FloatRange(min=0, min_open=True)),
        "max_leverage": ("leverage", click.FloatRange(min=1)),
        "max_drawdown_pct": (
            "drawdown in % at which it stops",
            click.FloatRange(min=0, max=100, min_open=True),
        ),
    }
    return {
        key: click.prompt(question, _value(text, key), type=kind, err=True)
        for key, (question, kind) in questions.items()
        if key not in said
    }


def _text(name: str, template: str, said: Mapping[str, object]) -> str:
    """Return the template under another name, with other values of some keys."""
    if template == BLANK:
        text = _MINIMAL.replace("name: blank", f"name: {name}")
    else:
        text = _example(TEMPLATES[template]).replace(TEMPLATES[template], name)
    for key, value in said.items():
        written = f"{value:.12g}" if isinstance(value, float) else str(value)
        text = _line(key).sub(partial(_replaced, written), text)
    return _MODELINE + text


def _replaced(value: str, found: re.Match[str]) -> str:
    return f"{found.group(1)}{value}"


def _example(name: str) -> str:
    return (files("tradec") / "plays" / f"{name}.yml").read_text(encoding="utf-8")


def _described(text: str) -> str:
    return _value(text, "description")


def _value(text: str, key: str) -> str:
    found = _line(key).search(text)
    assert found is not None, f"every template has `{key}`"
    return found.group(2)


def _line(key: str) -> re.Pattern[str]:
    return re.compile(rf"^( *{key}: )(.*)$", re.MULTILINE)


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
