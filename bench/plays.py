"""The two workloads as plays."""

W1 = """
version: "3.0.0"
name: w1
symbol: BTCUSDT
timeframes: {low_tf: 1m, med_tf: 1m, high_tf: 1m, exec: low_tf}
account:
  starting_equity_usdt: 10000
  max_leverage: 1
  max_drawdown_pct: 100
  min_trade_notional_usdt: 10
  slippage_bps: 2
  fee_model: {taker_bps: 5.5, maker_bps: 2}
features:
  ema_9: {indicator: ema, params: {length: 9}}
  ema_21: {indicator: ema, params: {length: 21}}
  rsi_14: {indicator: rsi, params: {length: 14}}
actions:
  entry_long: ema_9 crosses above ema_21 and rsi_14 < 70
position_policy: {mode: long_only, exit_mode: sl_tp_only}
risk:
  stop_loss: {type: price_percent, value: 2}
  take_profit: {type: price_percent, value: 4}
  max_position_pct: 10
"""

W2 = """
version: "3.0.0"
name: w2
symbol: BTCUSDT
timeframes: {low_tf: 15m, med_tf: 1h, high_tf: D, exec: low_tf}
account:
  starting_equity_usdt: 10000
  max_leverage: 1
  max_drawdown_pct: 100
  min_trade_notional_usdt: 10
  slippage_bps: 2
  fee_model: {taker_bps: 5.5, maker_bps: 2}
features:
  ema_50_1h: {indicator: ema, params: {length: 50}, tf: 1h}
  ema_10_D: {indicator: ema, params: {length: 10}, tf: D}
  bb_20: {indicator: bbands, params: {length: 20, std: 1.0}}
  rsi_14: {indicator: rsi, params: {length: 14}}
  atr_14: {indicator: atr, params: {length: 14}}
actions:
  entry_long: >-
    rsi_14 < 45 and close < bb_20.lower and close > ema_50_1h * 0.98
    and ema_50_1h > ema_10_D * 0.95 and atr_14 / close > 0.0005
  exit_long: rsi_14 crosses above 65
position_policy: {mode: long_only, exit_mode: first_hit}
risk:
  stop_loss: {type: price_percent, value: 2}
  take_profit: {type: price_percent, value: 4}
  max_position_pct: 10
"""
