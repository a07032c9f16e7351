"""Completes some sections of a play to a whole play."""

import re

_SECTIONS = {
    "version": 'version: "3.0.0"\n',
    "name": "name: example\n",
    "symbol": "symbol: BTCUSDT\n",
    "timeframes": "timeframes: {low_tf: 15m, med_tf: 1h, high_tf: D, exec: low_tf}\n",
    "account": "account:\n  starting_equity_usdt: 10000.0\n  max_leverage: 1.0\n"
    "  max_drawdown_pct: 50.0\n  slippage_bps: 2.0\n  min_trade_notional_usdt: 10.0\n"
    "  fee_model: {taker_bps: 5.5, maker_bps: 2.0}\n",
    "features": "features:\n  ema_9: {indicator: ema, params: {length: 9}}\n"
    "  ema_21: {indicator: ema, params: {length: 21}}\n"
    "  rsi_14: {indicator: rsi, params: {length: 14}}\n",
    "actions": 'actions:\n  entry_long: "ema_9 crosses above ema_21 and rsi_14 < 70"\n',
    "position_policy": "position_policy: {mode: long_only, exit_mode: sl_tp_only}\n",
    "risk": "risk:\n  stop_loss_pct: 2.0\n  take_profit_pct: 4.0\n  max_position_pct: 50.0\n",
}


def complete(sections: str) -> str:
    """Return a whole play: the sections given, and those of a plain play that they lack.

    A text with `version:` is whole already.
    """
    given = set(re.findall(r"^(\w+):", sections, re.MULTILINE))
    if "version" in given:
        return sections.lstrip("\n")
    given |= {"risk"} if "risk_model" in given else set()
    order = list(_SECTIONS)
    head = [text for name, text in _SECTIONS.items() if name not in given and name in order[:3]]
    tail = [text for name, text in _SECTIONS.items() if name not in given and name not in order[:3]]
    return "".join([*head, sections.strip("\n") + "\n", *tail])
