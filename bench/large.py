"""Plays of any size, for the time that the front end takes."""

from collections.abc import Iterator

_HEAD = """\
version: "3.0.0"
name: large
symbol: BTCUSDT
timeframes: {low_tf: 5m, med_tf: 1h, high_tf: D, exec: low_tf}
account:
  starting_equity_usdt: 10000
  max_leverage: 1
  max_drawdown_pct: 50
  min_trade_notional_usdt: 10
  slippage_bps: 2
  fee_model: {taker_bps: 5.5, maker_bps: 2}
position_policy: {mode: long_short, exit_mode: first_hit}
risk: {stop_loss_pct: 2, take_profit_pct: 4, max_position_pct: 50}
"""
_TIMEFRAMES = ("5m", "15m", "1h", "4h", "D")


def large(features: int) -> str:
    """Return a play with so many features, each of which one condition reads."""
    return "".join([_HEAD, *_features(features), *_variables(features), *_actions(features)])


def _features(count: int) -> Iterator[str]:
    yield "features:\n"
    for n in range(count):
        timeframe = _TIMEFRAMES[n % 5]
        length = n // 5 + 2
        yield f"  ema_{length}_{timeframe}:\n"
        yield f"    indicator: ema\n    params: {{length: {length}}}\n    tf: {timeframe}\n"


def _variables(count: int) -> Iterator[str]:
    yield "variables:\n"
    for n in range((count + 9) // 10):
        yield f"  limit_{n}: {n + 1}.5\n"


def _actions(count: int) -> Iterator[str]:
    yield "actions:\n"
    names = [f"ema_{n // 5 + 2}_{_TIMEFRAMES[n % 5]}" for n in range(count)]
    for block, start in enumerate(range(0, count, 10)):
        yield f"  - id: block_{block}\n    cases:\n"
        for at, name in enumerate(names[start : start + 10]):
            other = names[(start + at + 5) % count]
            action = ("entry_long", "entry_short", "exit_long", "exit_short")[at % 4]
            if at % 2:
                when = f"[{name}, cross_above, {other}]"
            else:
                when = f"{name} > {other} and close < {name} * ${{limit_{block}}}"
            yield f"      - when: {when}\n        emit: [{action}]\n"
