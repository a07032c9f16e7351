"""Rules over the market's own numbers pass every check of a play, without false alarms."""

import pytest

from frontend import check


@pytest.mark.parametrize(
    "rule",
    [
        "last_price > close",
        "mark_price > last_price[2] and funding_rate > 0",
        "open_interest > open_interest[60]",
        "timestamp % 86400000 >= 3600000",
        "changed(timestamp) or last_price crosses above mark_price",
        "holds(last_price > ema_9, 3) and max(close, last_price) > 5",
        "timestamp in (1, 2)",
        "abs(last_price - close) > 1",
        "funding_rate near 0.0001 within 0.5%",
        "last_price < ema_9 and close > ema_9",
        # a minute ago the close of exec was mostly the same one, not the bar before
        "last_price crosses above close and close > close[1]",
    ],
)
def test_rules_over_builtins_are_sound(rule: str) -> None:
    sections = "features: {ema_9: {indicator: ema, params: {length: 9}}}\n"
    play, found = check(f"{sections}actions:\n  entry_long: '{rule}'\n")
    assert play is not None
    assert [one.code for one in found if one.code != "W102"] == []
