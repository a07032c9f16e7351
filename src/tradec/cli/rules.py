"""The money rules of a run, from a play's account and risk."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tradec.compiler.settings import setting

if TYPE_CHECKING:
    from tradec.compiler import ir
    from tradec.runtime.sim.rules import Rules

Values = Mapping[str, int | float]


def rules_of(play: "ir.Play", values: Values) -> "Rules":
    """Return the rules that the exchange applies, with `values` for the play's variables."""
    from tradec.runtime.sim.rules import Rules

    account, risk = play.account, play.risk
    return Rules(
        symbol=play.symbol,
        starting_equity_usdt=float(setting(account.starting_equity_usdt, values)),
        leverage=float(setting(account.max_leverage, values)),
        taker_rate=setting(account.taker_bps, values) / 10_000,
        slippage_rate=setting(account.slippage_bps, values) / 10_000,
        position_pct=float(setting(risk.position_pct, values)),
        min_trade_notional_usdt=float(setting(account.min_trade_notional_usdt, values)),
        max_margin_usdt=_cap(account.max_margin_usdt, values),
        max_notional_usdt=_cap(account.max_notional_usdt, values),
        max_drawdown_pct=float(setting(account.max_drawdown_pct, values)),
        stop=_level(risk.stop_loss, values),
        target=_level(risk.take_profit, values),
    )


def _cap(value: "ir.Setting | None", values: Values) -> float | None:
    return None if value is None else float(setting(value, values))


def _level(distance: "ir.Distance | None", values: Values) -> tuple[str, float] | None:
    if distance is None:
        return None
    return distance.rule, float(setting(distance.value, values))
