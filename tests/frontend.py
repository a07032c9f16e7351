"""Plays for tests: sections completed to a whole play, and what the front end makes of them."""

import re

from tradec.compiler import ir
from tradec.compiler.context import Options
from tradec.compiler.pipeline import check_source
from tradec.dsl.diagnostics import Diagnostic, Diagnostics
from tradec.dsl.span import Source

BASE = {
    "version": 'version: "3.0.0"',
    "name": "name: example",
    "symbol": "symbol: BTCUSDT",
    "timeframes": "timeframes: {low_tf: 15m, med_tf: 1h, high_tf: D, exec: low_tf}",
    "account": """account:
  starting_equity_usdt: 10000.0
  max_leverage: 1.0
  max_drawdown_pct: 100.0
  fee_model: {taker_bps: 5.5, maker_bps: 2.0}
  slippage_bps: 2.0
  min_trade_notional_usdt: 10.0""",
    "features": """features:
  ema_9: {indicator: ema, params: {length: 9}}
  ema_21: {indicator: ema, params: {length: 21}}
  rsi_14: {indicator: rsi, params: {length: 14}}""",
    "actions": """actions:
  entry_long: "ema_9 crosses above ema_21 and rsi_14 < 70\"""",
    "risk": """risk:
  stop_loss_pct: 2.0
  take_profit_pct: 4.0
  max_position_pct: 50.0""",
}

def complete(sections: str) -> str:
    """Return a whole play: the sections given, and those of BASE that are not."""
    given = set(re.findall(r"^([a-z_]+):", sections, flags=re.MULTILINE))
    if "id" in given:
        given.add("name")
    rest = [text for name, text in BASE.items() if name not in given]
    return "\n".join([*rest, sections.strip("\n"), ""])


def check(
    sections: str, overrides: dict[str, str] | None = None
) -> tuple[ir.Play | None, tuple[Diagnostic, ...]]:
    """Return the typed play, None if it has errors, and everything found."""
    diagnostics = Diagnostics()
    source = Source("play.yml", complete(sections))
    play = check_source(source, diagnostics, overrides or {}, options=Options(verify=True))
    return play, diagnostics.all


def typed(sections: str, overrides: dict[str, str] | None = None) -> ir.Play:
    """Return the typed play of sections without errors."""
    play, found = check(sections, overrides)
    assert play is not None, [f"{d.code} {d.span.start.line}: {d.message}" for d in found]
    return play


def findings(sections: str) -> list[Diagnostic]:
    """Return everything found."""
    return list(check(sections)[1])


def codes(sections: str) -> list[str]:
    """Return the codes of everything found, by place."""
    return [found.code for found in findings(sections)]


def one(sections: str, code: str) -> Diagnostic:
    """Return the only finding of one code."""
    found = [d for d in findings(sections) if d.code == code]
    assert len(found) == 1, [f"{d.code} {d.message}" for d in findings(sections)]
    return found[0]


def placed(sections: str, found: Diagnostic) -> str:
    """Return the text that a finding points at."""
    return complete(sections)[found.span.start.offset : found.span.end.offset]


def condition(text: str, sections: str = "") -> ir.Condition:
    """Return the condition of the only rule."""
    play = typed(f"{sections}\nactions:\n  entry_long: {text}\n")
    return play.blocks[0].cases[0].when
