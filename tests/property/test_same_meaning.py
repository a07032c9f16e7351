"""One meaning, many spellings: order of keys, comments, forms, roles, defaults (rulings A9)."""

from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontend import typed

OPERATORS = {
    "cross_above": "crosses above",
    "cross_below": "crosses below",
    ">": ">",
    "<=": "<=",
    "==": "==",
}


@dataclass(frozen=True)
class Speller:
    """Writes one play in ways that mean the same, as its random says."""

    random: Random

    def maybe(self, key: str, *values: str) -> list[str]:
        """Return an entry with one of several equal values, or none where one is empty."""
        value = self.random.choice(values)
        return [f"{key}: {value}"] if value else []

    def mapping(self, *entries: str) -> str:
        shuffled = self.random.sample(entries, len(entries))
        return "{" + ", ".join(shuffled) + "}"

    def number(self, value: int) -> str:
        return self.random.choice([f"{value}", f"{value}.0", f"{value}.00"])

    def compare(self, left: str, op: str, right: str) -> str:
        """Return one condition in one of its forms."""
        mapping = self.mapping(f"lhs: {left}", f'op: "{op}"', f"rhs: {right}")
        expression = f'"{left} {OPERATORS[op]} {right}"'
        return self.random.choice([f'[{left}, "{op}", {right}]', mapping, expression])

    def feature(self, id_: str, indicator: str, *params: str, more: str = "") -> str:
        given = [f"params: {self.mapping(*params)}"] if params else []
        parts = [f"indicator: {indicator}", *given, *([more] if more else [])]
        parts += self.maybe("tf", "", "15m", "low_tf", "exec") if "tf:" not in more else []
        parts += self.maybe("source", "", "close") if indicator != "atr" else []
        return f"{id_}: {self.mapping(*parts)}"

    def features(self) -> str:
        return "features: " + self.mapping(
            self.feature("ema_9", "ema", "length: 9"),
            self.feature("ema_21", "ema", "length: 21"),
            self.feature("rsi_14", "rsi", *self.maybe("length", "", "14")),
            self.feature("bb_20", "bbands", *self.maybe("std", "", "2", "2.0"), "length: 20"),
            self.feature(
                "ema_50_1h", "ema", "length: 50", more=self.random.choice(["tf: 1h", "tf: med_tf"])
            ),
            self.feature("atr_14", "atr", "length: 14"),
        )

    def structures(self) -> str:
        swing = ["left: 5", "right: 5", *self.maybe("mode", "", "fractal")]
        uses = self.random.choice(["uses: s", "uses: [s]"])
        first = self.mapping("type: swing", "key: s", f"params: {self.mapping(*swing)}")
        trend = self.mapping("type: trend", "key: t", uses)
        daily = "[{type: swing, key: daily, params: {left: 3, right: 3}}]"
        low = (
            self.random.choice(["exec: %s", "low_tf: %s", "exec: {15m: %s}"])
            % f"[{first}, {trend}]"
        )
        high = self.random.choice(["high_tf: %s", "high_tf: {D: %s}"]) % daily
        return "structures: " + self.mapping(low, high)

    def rule(self) -> str:
        higher = self.random.choice(["ema_50_1h", "1h.ema_50", "med_tf.ema_50_1h"])
        truth = self.random.choice(["[t.last_hh, ==, true]", "[t.last_hh, ==, 1]", "t.last_hh"])
        word = self.random.choice(["bullish", "BULLISH", "Bullish"])
        members = [
            self.compare("ema_9", "cross_above", "ema_21"),
            self.compare("rsi_14", "<=", self.number(70)),
            self.compare("close", ">", higher),
            self.compare("t.last_wave_direction", "==", word),
            self.compare("close", ">", "bb_20.lower"),
            self.compare("daily.high_level", ">", "s.low_level"),
            truth,
        ]
        nested = f"{{all: [{', '.join(members[2:])}]}}" if self.random.random() < 0.5 else ""
        inner = [*members[:2], nested] if nested else members
        return self.random.choice(["{all: [%s]}", "[%s]", "{all: [{all: [%s]}]}"]) % ", ".join(
            inner
        )

    def risk(self) -> str:
        """Return one stop, target and size: in short, in full, or in the model."""
        size = "sizing: {model: percent_equity, value: 10}"
        stop = self.mapping(
            "type: trailing_pct", "trail_pct: 2", *self.maybe("activation_pct", "", "0")
        )
        apart = ["stop_loss: {type: trailing_pct}", "trailing: {trail_pct: 2.0}"]
        stops = self.random.choice([[f"stop_loss: {stop}"], apart, apart[1:]])
        target = "take_profit: {type: percent, value: 4}"
        if self.random.random() < 0.5:
            return "risk_model: " + self.mapping(*stops, target, size)
        target = self.random.choice([target, "take_profit_pct: 4.0"])
        sizes = self.random.choice([[], [size], ["max_position_pct: 10.0"]])
        return "risk: " + self.mapping(*stops, target, *sizes)

    def window(self) -> str:
        """Return a window by its name and by its old one."""
        day = ["2025-01-01", "2025-01-01T00:00Z", "1735689600000", '"2025-01-01 01:00+01:00"']
        start = f"{{start: {self.random.choice(day)}}}"
        return self.random.choice([f"backtest: {{window: {start}}}", f"date_range: {start}"])

    def play(self) -> str:
        sections = [
            'version: "3.0.0"',
            "name: many",
            self.random.choice(["symbol: BTCUSDT", 'symbol: "btcusdt"']),
            "timeframes: "
            + self.mapping("low_tf: 15m", "med_tf: 1h", "high_tf: D", "exec: low_tf"),
            "account: "
            + self.mapping(
                f"starting_equity_usdt: {self.number(5000)}",
                *self.maybe("max_leverage", "", "1", "1.0"),
                *self.maybe("slippage_bps", "", "2.0"),
            ),
            self.features(),
            self.structures(),
            f"actions: {{entry_long: {self.rule()}}}",
            "position_policy: " + self.mapping(*self.maybe("mode", "", "long_only")),
            self.risk(),
            "entry: "
            + self.mapping(
                self.random.choice(["order_type: LIMIT", "order_type: limit"]),
                f"limit_offset_pct: {self.number(1)}",
                *self.maybe("time_in_force", "", "GTC", "gtc"),
                *self.maybe("expire_after_bars", "", "0"),
            ),
            self.window(),
            self.random.choice(["validation: {bars: 50}", "synthetic: {bars: 50}"]),
        ]
        comment = self.random.choice(["", "# a comment\n", "\n\n"])
        return comment.join(f"{s}\n" for s in self.random.sample(sections, len(sections)))


REFERENCE = typed(Speller(Random(0)).play())  # noqa: S311  any one spelling


@given(st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_spelling_means_nothing(random: Random) -> None:
    assert typed(Speller(random).play()) == REFERENCE


PLAIN = """
features: {ema_9: {indicator: ema, params: {length: %(length)s}, source: %(source)s}}
actions: {entry_long: "%(left)s %(op)s %(right)s"}
risk: {stop_loss_pct: %(stop)s, take_profit_pct: 4, max_position_pct: 50}
"""
WORDS: dict[str, Any] = {
    "length": 9,
    "source": "close",
    "left": "ema_9",
    "op": ">",
    "right": "open",
    "stop": 2,
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("length", 10),
        ("source", "hl2"),
        ("left", "ema_9[1]"),
        ("op", ">="),
        ("op", "crosses above"),
        ("right", "1h.open"),
        ("stop", 2.5),
    ],
)
def test_what_means_something_else_differs(name: str, value: Any) -> None:
    plain = typed(PLAIN % WORDS)
    assert plain == typed(PLAIN % WORDS)
    assert plain != typed(PLAIN % (WORDS | {name: value}))
