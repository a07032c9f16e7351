"""What the differential test draws from: every construct of play-language.md."""

import re

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from generators.plays import play_texts

SEEDS, EACH = 40, 8

_WORDS = "active|none|high|low|broken|discount|premium|bullish|bearish"

CONSTRUCTS = {
    # 1 to 3: top level, timeframes, features
    "symbol": r"^symbol: ",
    "symbol_universe": r"^symbol_universe: ",
    "exec is low_tf": r"exec: low_tf\}",
    "exec is med_tf": r"exec: med_tf\}",
    "a timeframe that is no role": r"tf: (\d+[mh]|[DWM])\b",
    "a role as timeframe": r"tf: (low|med|high)_tf",
    "exec as timeframe": r"tf: exec",
    "a week or a month": r"_tf: [WM]\b",
    "a source": r"source: (open|high|low|volume|hl2|hlc3|ohlc4)",
    "a chained source": r"source: [a-z]+_(\d+|\$)",
    # 4: the market's own numbers
    "last_price": r"last_price",
    "mark_price": r"mark_price",
    "funding_rate": r"funding_rate",
    "open_interest": r"open_interest",
    "timestamp": r"timestamp",
    "bars of another timeframe": r"\b(\d+[mh]|[DWM])\.(open|high|low|close|volume)",
    "bars of a role": r"_tf\.(open|high|low|close|volume)",
    "a feature on another timeframe": r"\b(\d+[mh]|[DWM])\.[a-z]+_\d+",
    # 5: structures
    "a list of structures": r"^  (exec|\w+_tf):\n  - ",
    "structures by timeframe": r"^structures:\n(.*\n)*?    (\d+[mh]|[DWM]):",
    "uses one": r"uses: [a-z]",
    "uses several": r"uses: \[",
    "atr_key": r"atr_key: ",
    "levels in brackets": r"\.?level\[",
    "slots in brackets": r"zone\[\d\]\.",
    # 6 and 7: setups and variables
    "a setup in lists": r"\{setup: ",
    "a setup in an expression": r"setup\(",
    "a variable as a value": r"'?\$\{v\d+\}'?",
    "a variable in a name": r"[a-z]_\$\{n\}",
    # 8: actions
    "actions as a map": r"^actions:\n  ?(entry|exit)",
    "actions as a list": r"^actions:\n ?- ",
    "else": r"else: ?\{?",
    "no_action": r"no_action",
    "a mapping under an action": r"^  (entry|exit)_\w+:\n? .*when: ",
    "percent": r"percent: ",
    "percent as a variable": r"percent: '?\$\{",
    "metadata": r"metadata: ",
    "metadata that reads": r"seen: ",
    # 9: conditions
    "all": r"\ball: ",
    "any": r"\bany: ",
    "not": r"\bnot: ",
    "an implicit all": r"when: ?\n? *- \[|when: \[\[|^  \w+_(long|short|all):\n  - ",
    "an expression": r" and \(",
    "compare": r"'?>=?'?",
    "equality of words": rf"[!=]=(, |\n *- | )({_WORDS})|is (not )?({_WORDS})",
    "crosses in lists": r"cross_(above|below)",
    "crosses in expressions": r"crosses (above|below)",
    "between of a list": r"between\n *- [\[-]",
    "between of a mapping": r"\{high: |\{low: |\blow:\n",
    "near_pct": r"near_pct",
    "near_abs": r"near_abs",
    "near in an expression": r" near .* within ",
    "in": r"- in\n|, in, \[",
    "not in": r"not in",
    "changed": r"changed\(",
    "lhs and rhs": r"lhs: ",
    "an offset in brackets": r"\w\[\d\]",
    "an offset by name": r"offset: \d",
    "arithmetic of a list": r"\[[^\[\]]*, '?[-+*/%]'?, |- '?[-+*/%]'?\n",
    "arithmetic of a mapping": r"'?[-+*/%]'?:( \[|\n)",
    "functions": r"\b(abs|min|max)\(",
    "a negation": r"-\w+\b|-\(",
    "holds_for": r"holds_for: ",
    "occurred_within": r"occurred_within: ",
    "count_true": r"count_true: ",
    "a duration": r"_duration: ",
    "anchor_tf": r"anchor_tf: ",
    "windows in expressions": r"(holds|occurred|count)\(",
    "every in an expression": r", every ",
    # 10: clocks and warm-up
    "exec_close": r"^evaluation: exec_close",
    "every_1m": r"^evaluation: every_1m",
    "a tolerance": r"tolerance: 0.05",
    "an exact warm-up": r"^warmup: exact",
    # 11: risk
    "risk": r"^risk:",
    "risk_model": r"^risk_model:",
    "stop_loss_pct": r"stop_loss_pct: ",
    "take_profit_pct": r"take_profit_pct: ",
    "max_position_pct": r"max_position_pct: ",
    **{
        f"stop of {kind}": rf"stop_loss: \{{[^}}]*type: {kind}\b"
        for kind in (
            "percent",
            "price_percent",
            "atr_multiple",
            "fixed_points",
            "structure",
            "trailing_atr",
            "trailing_pct",
        )
    },
    **{
        f"target of {kind}": rf"take_profit: \{{[^}}]*type: {kind}\b"
        for kind in ("percent", "price_percent", "rr_ratio", "atr_multiple", "fixed_points")
    },
    "levels of longs": r"long_ref: ",
    "levels of shorts": r"short_ref: ",
    "buffer_pct": r"buffer_pct: ",
    "trailing beside a stop": r" trailing: ",
    "break_even": r"break_even: ",
    "sl_order_type": r"sl_order_type: Limit",
    "tp_order_type": r"tp_order_type: Limit",
    **{
        f"sizing by {model}": rf"model: {model}\b"
        for model in ("percent_equity", "risk_based", "fixed_usdt", "fixed_notional")
    },
    "include_costs": r"include_costs: true",
    "max_leverage of a trade": r"sizing: \{[^}]*max_leverage",
    # 12 and 13: entries and policy
    "market entries": r"order_type: MARKET",
    "limit entries": r"order_type: (LIMIT|limit)",
    "stop entries": r"order_type: STOP",
    "time_in_force": r"time_in_force: (IOC|FOK|PostOnly)",
    "expire_after_bars": r"expire_after_bars: [125]",
    "on_resignal": r"on_resignal: replace",
    **{f"mode {mode}": rf"mode: {mode}" for mode in ("long_only", "short_only", "long_short")},
    **{f"exits by {mode}": rf"exit_mode: {mode}" for mode in ("sl_tp_only", "signal", "first_hit")},
    **{f"on_opposite {turn}": rf"on_opposite: {turn}" for turn in ("ignore", "close", "reverse")},
    # 14: account and backtest
    **{
        key: rf"\b{key}: "
        for key in (
            "starting_equity_usdt",
            "max_drawdown_pct",
            "fee_model",
            "slippage_bps",
            "min_trade_notional_usdt",
            "max_notional_usdt",
            "max_margin_usdt",
            "maintenance_margin_rate",
            "mm_deduction",
            "on_sl_beyond_liq",
            "equity",
            "limit_fill",
            "liq_formula",
            "funding",
            "constraints",
            "impact",
            "liquidity",
            "market_band",
            "max_position_equity_pct",
            "stop_equity_usdt",
            "continue_after_liquidation",
        )
    },
    # 16 and 18
    "validation": r"^validation:",
    "synthetic": r"^synthetic:",
}
"""Each construct and how it looks in the text of a random play.

What a run does not read is not drawn: `name`, `description`, `deploy`, `validation.expect`,
`backtest.window`, `mark_source` and `allow_gaps`, which choose data.
"""


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """Random plays, always the same ones; from many seeds, since those of one are alike."""
    found: list[str] = []
    for number in range(SEEDS):

        @seed(number)
        @settings(
            max_examples=EACH,
            phases=[Phase.generate],
            database=None,
            deadline=None,
            suppress_health_check=[*HealthCheck],
        )
        @given(play_texts())
        def draw(text: str) -> None:
            found.append(text)

        draw()
    return found


def test_every_construct_is_drawn(texts: list[str]) -> None:
    patterns = {name: re.compile(pattern, re.MULTILINE) for name, pattern in CONSTRUCTS.items()}
    missing = [name for name, one in patterns.items() if not any(map(one.search, texts))]
    assert missing == []
