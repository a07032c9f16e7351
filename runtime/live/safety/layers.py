"""The layers between a decision and the wire: one function each, asked in one order.

A layer returns why an entry must not be sent, or None. What reduces is never asked: nothing here
may keep a position from getting smaller (rulings C1). Doubt counts against an entry: what is not
known where a limit stands refuses it. Source: live-runtime.md 6.2 and 10.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from tradec.runtime.live.protocols import OrderRequest
from tradec.runtime.live.safety.situation import Limits, Situation
from tradec.runtime.live.states import State

STALE_MS: Final = 2_000
"""A mark price older than that says nothing."""

DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Objection:
    """Why an entry is not sent: a code, the value that was found, the limit that it breaks."""

    code: str
    value: float | str = ""
    limit: float | str = ""


Layer: TypeAlias = Callable[[OrderRequest, Situation, Limits], Objection | None]


def panic(_: OrderRequest, now: Situation, __: Limits) -> Objection | None:
    """Object to every entry in a panic."""
    return Objection("PANIC") if now.panic else None


def state(_: OrderRequest, now: Situation, __: Limits) -> Objection | None:
    """Object unless the session runs and nothing blocks its entries."""
    if now.state is not State.RUNNING:
        return Objection("STATE", now.state.value, State.RUNNING.value)
    if now.blocked:
        return Objection("ENTRIES_BLOCKED", ", ".join(sorted(now.blocked)))
    return None


def host(_: OrderRequest, now: Situation, __: Limits) -> Objection | None:
    """Object to an order that would go to the host of another mode."""
    return None if now.host == now.mode else Objection("HOST", now.host, now.mode)


def duplicate(order: OrderRequest, now: Situation, _: Limits) -> Objection | None:
    """Object to a second order for one decision."""
    return Objection("DUPLICATE", order.link_id) if order.link_id in now.sent else None


def protection(order: OrderRequest, now: Situation, _: Limits) -> Objection | None:
    """Object to an entry that lacks the stop that was computed for it."""
    if now.risk.stop is not None and order.stop_loss is None:
        return Objection("STOP_MISSING", "", now.risk.stop)
    return None


def fat_finger(order: OrderRequest, now: Situation, limits: Limits) -> Objection | None:
    """Object to an order far larger than those before it, than the market, than is allowed."""
    qty, notional = float(order.qty), float(order.qty) * now.reference
    if limits.max_notional_usdt is not None and notional > limits.max_notional_usdt:
        return Objection("FAT_FINGER", notional, limits.max_notional_usdt)
    pairs = (
        (now.usual_qty, limits.max_size_multiple),
        (now.minute_volume, limits.max_volume_share),
    )
    for usual, most in pairs:
        if usual is not None and most is not None and qty > float(usual) * most:
            return Objection("FAT_FINGER", qty, float(usual) * most)
    return None


def deviation(_: OrderRequest, now: Situation, limits: Limits) -> Objection | None:
    """Object unless the price that an entry was sized at is near a fresh mark price."""
    if now.quote is None or now.quote.age_ms >= STALE_MS:
        return Objection("MARK_STALE", "" if now.quote is None else now.quote.age_ms, STALE_MS)
    away = abs(now.reference - now.quote.mark) / now.quote.mark * 100.0
    if not away <= limits.max_deviation_pct:
        return Objection("PRICE_DEVIATION", away, limits.max_deviation_pct)
    return None


def exposure(order: OrderRequest, now: Situation, limits: Limits) -> Objection | None:
    """Object to too much in all positions together, or in this one against the equity."""
    notional = float(order.qty) * now.reference
    total = now.exposure + notional
    if limits.max_exposure_usdt is not None and total > limits.max_exposure_usdt:
        return Objection("EXPOSURE", total, limits.max_exposure_usdt)
    if limits.max_position_pct is not None:
        most = now.equity * limits.max_position_pct / 100.0
        if notional > most:
            return Objection("POSITION_SIZE", notional, most)
    return None


def leverage(order: OrderRequest, now: Situation, limits: Limits) -> Objection | None:
    """Object to a leverage that the user or the tier does not allow, or not for this much."""
    most = now.risk.tier_leverage
    if limits.max_leverage is not None:
        most = min(most, limits.max_leverage)
    if now.risk.leverage > most:
        return Objection("LEVERAGE", now.risk.leverage, most)
    notional = float(order.qty) * now.reference
    if notional > now.risk.tier_notional:
        return Objection("RISK_TIER", notional, now.risk.tier_notional)
    return None


def trade_risk(order: OrderRequest, now: Situation, limits: Limits) -> Objection | None:
    """Object to losing more than a share of the equity at the stop."""
    if limits.max_risk_pct is None:
        return None
    if now.risk.stop is None:
        return Objection("TRADE_RISK", "no stop", limits.max_risk_pct)
    lost = abs(now.reference - now.risk.stop) * float(order.qty)
    most = now.equity * limits.max_risk_pct / 100.0
    return Objection("TRADE_RISK", lost, most) if lost > most else None


def daily_loss(_: OrderRequest, now: Situation, limits: Limits) -> Objection | None:
    """Object on a day that has lost enough, or of which nothing is known."""
    if limits.max_daily_loss_usdt is None:
        return None
    if now.day_pnl is None:
        return Objection("DAILY_LOSS", "not known", limits.max_daily_loss_usdt)
    if -now.day_pnl >= limits.max_daily_loss_usdt:
        return Objection("DAILY_LOSS", -now.day_pnl, limits.max_daily_loss_usdt)
    return None


def drawdown(_: OrderRequest, now: Situation, limits: Limits) -> Objection | None:
    """Object as far below the peak as the play allows."""
    if limits.max_drawdown_pct < 100.0 and now.drawdown_pct >= limits.max_drawdown_pct:
        return Objection("DRAWDOWN", now.drawdown_pct, limits.max_drawdown_pct)
    return None


def balance(_: OrderRequest, now: Situation, limits: Limits) -> Objection | None:
    """Object where too little money is left."""
    if now.balance < limits.min_balance_usdt:
        return Objection("MIN_BALANCE", now.balance, limits.min_balance_usdt)
    return None


def funding(order: OrderRequest, now: Situation, limits: Limits) -> Objection | None:
    """Object to paying too much funding: over a day, or in the next minutes."""
    if now.funding is None:
        return None
    pays = now.funding.rate if order.side == "Buy" else -now.funding.rate
    if pays <= 0.0:
        return None
    notional = float(order.qty) * now.reference
    day_pct = pays * (DAY_MS / now.funding.interval_ms) * notional / now.equity * 100.0
    if limits.max_funding_pct_per_day is not None and day_pct > limits.max_funding_pct_per_day:
        return Objection("FUNDING", day_pct, limits.max_funding_pct_per_day)
    is_near = now.funding.in_ms <= limits.funding_minutes * 60_000
    if limits.funding_rate_pct is not None and is_near and pays * 100.0 > limits.funding_rate_pct:
        return Objection("FUNDING_NEAR", pays * 100.0, limits.funding_rate_pct)
    return None


def liquidation(order: OrderRequest, now: Situation, _: Limits) -> Objection | None:
    """Object to a stop beyond the liquidation, or nearer to it than a buffer."""
    risk = now.risk
    if risk.stop is None or risk.liquidation is None:
        return None
    side = 1.0 if order.side == "Buy" else -1.0
    first = risk.liquidation + side * risk.buffer
    if side * (risk.stop - first) <= 0.0:
        return Objection("SL_BEYOND_LIQUIDATION", risk.stop, first)
    return None


def storm(_: OrderRequest, now: Situation, __: Limits) -> Objection | None:
    """Object while too many orders go out, or are refused again and again."""
    return Objection("ORDER_STORM") if now.is_storm else None


LAYERS: Final[tuple[Layer, ...]] = (
    panic,
    state,
    host,
    duplicate,
    protection,
    fat_finger,
    deviation,
    exposure,
    leverage,
    trade_risk,
    daily_loss,
    drawdown,
    balance,
    funding,
    liquidation,
    storm,
)


def objection_to(order: OrderRequest, now: Situation, limits: Limits) -> Objection | None:
    """Return the first objection to an order; there is none to one that reduces."""
    if order.reduce_only:
        return None
    found = (layer(order, now, limits) for layer in LAYERS)
    return next((one for one in found if one is not None), None)
