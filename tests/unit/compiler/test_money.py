import pytest

from frontend import codes, one, placed, typed
from tradec.compiler import ir

FIRST_HIT = "position_policy: {exit_mode: first_hit}\n"


def value(setting: ir.Setting | None) -> object:
    return setting.value if isinstance(setting, ir.Const) else setting


def test_every_default_of_the_account() -> None:
    account = typed("account: {}").account
    assert value(account.starting_equity_usdt) == 10000.0
    assert value(account.max_leverage) == 1.0
    assert value(account.max_drawdown_pct) == 100.0
    assert value(account.taker_bps) == 5.5
    assert value(account.maker_bps) == 2.0
    assert value(account.slippage_bps) == 2.0
    assert value(account.min_trade_notional_usdt) == 10.0
    assert account.max_notional_usdt is None
    assert account.max_margin_usdt is None


def test_a_default_holds_for_each_fee() -> None:
    account = typed("account: {fee_model: {maker_bps: 0}}").account
    assert (value(account.taker_bps), value(account.maker_bps)) == (5.5, 0.0)


def test_whole_money_is_real() -> None:
    assert typed("account: {starting_equity_usdt: 500}").account == (
        typed("account: {starting_equity_usdt: 500.0}").account
    )


@pytest.mark.parametrize(
    ("sections", "percent"),
    [
        ("risk: {stop_loss_pct: 1, max_position_pct: 40}", 40.0),
        ("risk: {stop_loss_pct: 1}", 10.0),
        ("account: {risk_per_trade_pct: 3}\nrisk: {stop_loss_pct: 1}", 10.0),
    ],
)
def test_position_with_a_risk_section(sections: str, percent: float) -> None:
    assert value(typed(FIRST_HIT + sections).risk.sizing.value) == percent


@pytest.mark.parametrize(("account", "percent"), [("{}", 1.0), ("{risk_per_trade_pct: 3}", 3.0)])
def test_position_without_a_risk_section(account: str, percent: float) -> None:
    whole = f"""
version: "3.0.0"
name: bare
symbol: BTCUSDT
timeframes: {{low_tf: 15m, med_tf: 1h, high_tf: D, exec: low_tf}}
account: {account}
features:
  ema_9: {{indicator: ema, params: {{length: 9}}}}
actions: {{entry_long: "close > ema_9", exit_long: "close < ema_9"}}
position_policy: {{exit_mode: signal}}
"""
    risk = typed(whole).risk
    assert value(risk.sizing.value) == percent
    assert (risk.stop_loss, risk.take_profit) == (None, None)


def test_the_mapping_wins_over_the_shorthand() -> None:
    stop = typed(
        FIRST_HIT + "risk: {stop_loss_pct: 1, stop_loss: {type: price_percent, value: 2}}"
    ).risk.stop_loss
    assert stop is not None
    assert (stop.rule, value(stop.value)) == ("price_percent", 2.0)


def test_the_shorthand_is_in_percent_of_margin() -> None:
    short = typed(FIRST_HIT + "risk: {take_profit_pct: 4}").risk.take_profit
    full = typed(FIRST_HIT + "risk: {take_profit: {type: percent, value: 4}}").risk.take_profit
    assert short == full


def test_a_target_in_percent_of_price_is_bounded() -> None:
    sections = FIRST_HIT + "risk: {take_profit: {type: price_percent, value: 150}}"
    assert placed(sections, one(sections, "E104")) == "150"
    assert "E104" not in codes(FIRST_HIT + "risk: {take_profit: {type: percent, value: 150}}")


def test_a_rule_with_an_error_is_no_second_error() -> None:
    sections = "risk: {stop_loss_pct: 1, take_profit: {type: price_percent, value: 150}}"
    assert [code for code in codes(sections) if code.startswith("E")] == ["E104"]


def test_money_may_be_a_parameter() -> None:
    play = typed('variables: {stop: 2}\nrisk: {stop_loss_pct: "${stop}", take_profit_pct: 4}')
    assert play.risk.stop_loss is not None
    assert isinstance(play.risk.stop_loss.value, ir.Param)
    assert [(p.name, p.value) for p in play.params] == [("stop", 2)]


def test_policy_defaults() -> None:
    policy = typed("position_policy: {}").policy
    assert (policy.mode, policy.exit_mode) == ("long_only", "sl_tp_only")


def test_intents() -> None:
    (block,) = typed("""
position_policy: {exit_mode: first_hit}
actions:
  - id: all
    cases:
      - when: "ema_9 > ema_21"
        emit: [{action: exit_long, percent: 100}, entry_long]
    else: {emit: [no_action]}
""").blocks
    exit_long, entry_long = block.cases[0].emit
    assert exit_long.action is ir.Action.EXIT_LONG
    assert (entry_long.action, value(entry_long.percent)) == (ir.Action.ENTRY_LONG, 100.0)
    assert exit_long.percent == entry_long.percent
    assert block.otherwise[0].action is ir.Action.NO_ACTION
