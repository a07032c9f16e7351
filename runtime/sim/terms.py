"""Rules and instrument as the C structs of `terms.pxd` and `margin.pxd`: plain numbers."""

from math import inf, nan
from typing import Any, Final

from tradec.runtime.sim.instrument import Instrument, Tier, grid_of
from tradec.runtime.sim.rules import (
    BEYOND,
    IN_FORCE,
    MODELS,
    OPPOSITE,
    ORDER_TYPES,
    Rules,
    Stop,
    Target,
    cap,
)

MEASURES: Final = {
    "percent": 1,
    "price_percent": 2,
    "fixed_points": 3,
    "atr_multiple": 4,
    "structure": 5,
    "rr_ratio": 6,
}
TRAILS: Final = {"percent": 1, "volatility": 2}
IMPACTS: Final = {"sqrt": 1, "linear": 2}
"""Codes of the enums of `terms.pxd`; 0 means that there is no such rule."""


def terms_of(rules: Rules, instrument: Instrument) -> dict[str, Any]:
    """Return the C struct `Terms` of these rules on that instrument."""
    return {
        **_instrument_terms(rules, instrument),
        **_account_terms(rules),
        **_protection_terms(rules),
        **_entry_terms(rules),
        **_simulation_terms(rules),
        "slots": _slots(rules),
    }


def tiers_of(rules: Rules, instrument: Instrument) -> list[dict[str, float]]:
    """Return the C structs `Tier`: the instrument's, or the one that the account states."""
    tiers = instrument.tiers
    if rules.maintenance_margin_rate is not None or rules.mm_deduction is not None:
        stated = rules.maintenance_margin_rate
        tiers = (
            Tier(
                limit_usdt=None,
                maintenance_margin_rate=(
                    tiers[0].maintenance_margin_rate if stated is None else stated
                ),
                deduction=rules.mm_deduction or 0.0,
            ),
        )
    return [
        {
            "limit": cap(tier.limit_usdt),
            "mmr": tier.maintenance_margin_rate,
            "deduction": tier.deduction,
            "max_leverage": cap(tier.max_leverage),
        }
        for tier in tiers
    ]


def _instrument_terms(rules: Rules, instrument: Instrument) -> dict[str, Any]:
    market_qty = instrument.max_market_qty
    return {
        "tick": grid_of(instrument.tick),
        "step": grid_of(instrument.step),
        "min_qty": instrument.min_qty,
        "max_market_qty": cap(instrument.max_qty if market_qty is None else market_qty),
        "max_limit_qty": cap(instrument.max_qty),
        "max_leverage": cap(instrument.max_leverage),
        "own_min_notional": instrument.min_notional_usdt,
        "min_notional": max(instrument.min_notional_usdt, rules.min_trade_notional_usdt),
    }


def _account_terms(rules: Rules) -> dict[str, Any]:
    return {
        "leverage": rules.leverage,
        "taker": rules.taker_rate,
        "maker": rules.maker_rate,
        "slippage": rules.slippage_rate,
        "model": MODELS.index(rules.sizing.model),
        "size": rules.sizing.value,
        "with_costs": rules.sizing.include_costs,
        "share_pct": rules.backtest.max_position_equity_pct,
        "max_margin": cap(rules.max_margin_usdt),
        "max_notional": cap(rules.max_notional_usdt),
        "max_drawdown_pct": rules.max_drawdown_pct,
        "stop_equity": rules.backtest.stop_equity_usdt,
        "goes_on": rules.backtest.continue_after_liquidation,
        "beyond": BEYOND.index(rules.on_sl_beyond_liq),
        "opposite": OPPOSITE.index(rules.on_opposite),
    }


def _protection_terms(rules: Rules) -> dict[str, Any]:
    trailing, even = rules.trailing, rules.break_even
    return {
        "stop": _distance(rules.stop, 0.0 if rules.stop is None else rules.stop.buffer_pct),
        "target": _distance(rules.target, 0.0),
        "trail": 0 if trailing is None else TRAILS[trailing.rule],
        "trail_by": 0.0 if trailing is None else trailing.distance,
        "trail_from_pct": 0.0 if trailing is None else trailing.activation_pct,
        "evens": even is not None,
        "even_from_pct": 0.0 if even is None else even.activation_pct,
        "even_pct": 0.0 if even is None else even.offset_pct,
        "stop_rests": rules.sl_order_type == "limit",
        "target_rests": rules.tp_order_type == "limit",
    }


def _distance(level: Stop | Target | None, buffer_pct: float) -> dict[str, float]:
    if level is None:
        return {"measure": 0, "value": 0.0, "buffer_pct": 0.0}
    value = nan if level.value is None else level.value
    return {"measure": MEASURES[level.rule], "value": value, "buffer_pct": buffer_pct}


def _entry_terms(rules: Rules) -> dict[str, Any]:
    entry = rules.entry
    return {
        "kind": ORDER_TYPES.index(entry.order_type),
        "in_force": IN_FORCE.index(entry.time_in_force),
        "limit_pct": entry.limit_offset_pct,
        "trigger_pct": entry.trigger_offset_pct,
        "expires": entry.expire_after_bars,
        "replaces": entry.on_resignal == "replace",
    }


def _simulation_terms(rules: Rules) -> dict[str, Any]:
    assumed, impact = rules.backtest, rules.backtest.impact
    cap_bps = None if impact is None else impact.cap_bps
    return {
        "touch": assumed.limit_fill == "touch",
        "entry_value": assumed.liq_formula == "entry_value",
        "impact": 0 if impact is None else IMPACTS[impact.model],
        "impact_k": 0.0 if impact is None else impact.k,
        "impact_cap": inf if cap_bps is None else cap_bps / 10_000.0,
        "volume_share": cap(assumed.max_volume_fraction),
        "market_band": cap(assumed.market_band),
    }


def _slots(rules: Rules) -> dict[str, int]:
    """Return the slots that the rules read, -1 where they read nothing."""
    return {name: -1 if slot is None else slot for name, slot in rules.slots.items()}
