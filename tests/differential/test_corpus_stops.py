"""The corpus' plays about risk and limit orders end as they say, or the table says why not.

Compiled in one module and run as `tradec run --synthetic` runs them; the four that ask for 2025 run
on the real bars of 15 minutes that cover it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest

from differential.native_batch import compiled
from differential.native_cases import read, trading_rules, values_of, warmup_of
from differential.told import told
from generators.passes import CONTEXT
from shared import SHARED, need_shared
from tradec.compiler.canonical import module_hash
from tradec.compiler.pipeline import plan_of
from tradec.runtime import backtest
from tradec.runtime.backtest import Outcome
from tradec.runtime.data.bars import Bars
from tradec.runtime.data.importing import read_file
from tradec.runtime.data.synthetic import START_MS, synthesize
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.timeframe import MINUTE_MS, TIMEFRAMES

EXEC_BARS = 2_000
DRAWDOWN, LIQUIDATED, END = "max_drawdown_hit", "liquidated", "end_of_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What the description of a play says of its end; `why` it ends by its data instead.

    `under` are words to put in place of others, with which the play does end as it says.
    """

    reason: str
    why: str = ""
    under: tuple[tuple[str, str], ...] = ()
    window: tuple[str, str] | None = None


def _all_in(leverage: float, play_has: float) -> tuple[tuple[str, str], ...]:
    """Return the change to 95 % of the equity at so much leverage."""
    changed = f"max_leverage: {leverage}\n  risk_per_trade_pct: 95.0"
    return ((f"max_leverage: {play_has}", changed),)


ONE_PERCENT = (
    "it says nothing of size, so that an entry has 1 % of the equity as margin "
    "(play-language 11.6); on our pattern that draws down less than the limit"
)
SPRING, WINTER = ("2025-01-10", "2025-02-01"), ("2025-02-01", "2025-03-15")
RISK = {
    "V_RISK_001_drawdown_5pct": Stated(reason=DRAWDOWN, why=ONE_PERCENT, under=_all_in(5.0, 1.0)),
    "V_RISK_002_drawdown_10pct": Stated(reason=DRAWDOWN, why=ONE_PERCENT, under=_all_in(5.0, 1.0)),
    "V_RISK_003_drawdown_50pct": Stated(reason=DRAWDOWN, why=ONE_PERCENT, under=_all_in(40.0, 5.0)),
    "V_RISK_004_liquidation": Stated(reason=LIQUIDATED),
    "V_RISK_005_short_drawdown_5pct": Stated(reason=DRAWDOWN),
    "V_RISK_006_short_drawdown_50pct": Stated(reason=DRAWDOWN),
    "V_RISK_007_short_liquidation": Stated(reason=LIQUIDATED),
    "V_RISK_008_longshort_drawdown": Stated(
        reason=DRAWDOWN, why=ONE_PERCENT, under=_all_in(5.0, 5.0)
    ),
    "V_RISK_009_longshort_liquidation": Stated(
        reason=LIQUIDATED,
        why="on our pattern the averages cross back before the price has gone the 1.5 % to the "
        "liquidation; costs at fifty times eat the account instead",
        under=(('["ema_9", "cross_below", "ema_21"]', '["ema_9", "<", 0]'),),
    ),
    "V_RISK_RD_001_drawdown_5pct": Stated(reason=DRAWDOWN, window=SPRING),
    "V_RISK_RD_002_drawdown_50pct": Stated(reason=DRAWDOWN, window=WINTER),
    "V_RISK_RD_003_short_drawdown_5pct": Stated(reason=DRAWDOWN, window=SPRING),
    "V_RISK_RD_004_short_liquidation": Stated(reason=LIQUIDATED, window=SPRING),
}


@cache
def text_of(name: str) -> str:
    folder = "risk" if name.startswith("V_RISK") else "limit_orders"
    return need_shared("corpus", folder, f"{name}.yml").read_text(encoding="utf-8")


def texts() -> list[str]:
    """Return the text of every play, and of every changed one."""
    names = [path.stem for part in FOLDERS for path in sorted((SHARED / "corpus" / part).glob("*"))]
    return [*map(text_of, names), *(changed(name) for name, said in RISK.items() if said.under)]


FOLDERS = ("risk", "limit_orders")


def changed(name: str) -> str:
    text = text_of(name)
    for old, new in RISK[name].under:
        assert old in text
        text = text.replace(old, new)
    return text


@cache
def classes() -> dict[str, Any]:
    """Return a compiled class per module hash: plays that differ in money alone share theirs."""
    need_shared("corpus")
    plays = {module_hash(play): (play, text) for text in texts() for play in [read(text, {})]}
    made = compiled([plan_of(play, CONTEXT) for play, _ in plays.values()], [*plays])
    return dict(zip(plays, made, strict=True))


@cache
def real_bars() -> Bars:
    return read_file(need_shared("data", "bybit_linear_BTCUSDT_15m_2023-12_2026.parquet"))


def midnight(day: str) -> int:
    return int(np.datetime64(day, "ms").astype(np.int64))


@cache
def outcome(text: str, window: tuple[str, str] | None = None) -> Outcome:
    """Return what came of a play."""
    play = read(text, {})
    warmup = warmup_of(play)
    if window is None:
        ready = (
            TIMEFRAMES[name].open_of(TIMEFRAMES[name].bar_number(START_MS) - count)
            for name, count in warmup.items()
        )
        lead = (START_MS - min(ready)) // MINUTE_MS
        minutes = EXEC_BARS * TIMEFRAMES[play.exec].minutes
        bars = synthesize(play.validation.pattern or "trending", minutes=minutes, lead=lead)
        span = backtest.Window(start=START_MS)
    else:
        bars = real_bars()
        span = backtest.Window(start=midnight(window[0]), end=midnight(window[1]))
    values = values_of(play)
    return backtest.run(
        classes()[module_hash(play)](values),
        bars,
        trading_rules(play),
        Instrument.built_in(float(bars.open[0])),
        exec_tf=play.exec,
        warmup=warmup,
        window=span,
    )


def test_the_table_has_every_play() -> None:
    folder = need_shared("corpus", "risk")
    assert sorted(path.stem for path in folder.glob("*.yml")) == sorted(RISK)
    for name, said in RISK.items():
        assert f"stop_classification = {said.reason}" in " ".join(text_of(name).split()) or (
            said.window is not None
        )


@pytest.mark.parametrize("name", RISK)
def test_a_play_ends_as_it_says_or_the_table_says_why_not(name: str) -> None:
    said = RISK[name]
    left = outcome(text_of(name), said.window)
    assert left.stop_reason == (END if said.why else said.reason)
    assert len(left.legs) > 0
    if said.why and said.reason == DRAWDOWN:
        peak = np.maximum.accumulate(left.equity)
        worst = float(((peak - left.equity) / peak * 100).max())
        assert worst < trading_rules(read(text_of(name), {})).max_drawdown_pct
    if said.under:
        assert outcome(changed(name)).stop_reason == said.reason


def orders_of(name: str) -> list[dict[str, Any]]:
    return told(outcome(text_of(name)).orders)


def fills_of(name: str, purpose: str) -> list[dict[str, Any]]:
    return [fill for fill in told(outcome(text_of(name)).fills) if fill["purpose"] == purpose]


def entries(name: str) -> list[dict[str, Any]]:
    return [order for order in orders_of(name) if order["purpose"] == "entry"]


LIMITS: dict[str, Callable[[str], bool]] = {
    "LO_001_limit_entry_basic": lambda name: all(
        (one["kind"], one["in_force"]) == ("LIMIT", "GTC") for one in entries(name)
    ),
    "LO_002_tp_as_limit": lambda name: all(
        fill["is_maker"] and fill["price"] == fill["reference"] for fill in fills_of(name, "tp")
    ),
    "LO_003_all_defaults": lambda name: all(
        (one["kind"], one["in_force"]) == ("MARKET", "GTC") for one in entries(name)
    ),
    "LO_004_tp_fee_comparison": lambda name: (
        not any(fill["is_maker"] for fill in fills_of(name, "tp"))
    ),
    "LO_005_limit_with_expiry": lambda name: (
        {one["ts_end"] - one["ts"] for one in entries(name) if one["code"] == "EXPIRED"}
        == {3 * 900_000}
    ),
    "LO_006_limit_short_entry": lambda name: {one["side"] for one in entries(name)} == {-1},
    "LO_007_postonly_tif": lambda name: all(fill["is_maker"] for fill in fills_of(name, "entry")),
    "LO_008_ioc_tif": lambda name: (
        {one["code"] for one in entries(name)}
        <= {"", "IOC_CANCEL", "END_OF_DATA", "ENTRY_ORDER_WORKING"}
    ),
}
"""What the descriptions say of orders; none of these plays says that anything ends it early."""


@pytest.mark.parametrize("name", LIMITS)
def test_limit_orders_are_what_the_play_says(name: str) -> None:
    left = outcome(text_of(name))
    assert left.stop_reason == END
    assert entries(name)
    assert LIMITS[name](name)


def test_a_limit_target_saves_the_difference_of_the_fees() -> None:
    """LO_002 and LO_004 enter alike and differ in the fee and the slippage of their targets."""
    maker, taker = (
        fills_of(name, "tp") for name in ("LO_002_tp_as_limit", "LO_004_tp_fee_comparison")
    )
    assert len(maker) == len(taker) >= 1
    for one, other in zip(maker, taker, strict=True):
        assert one["fee"] / (one["qty"] * one["price"]) == pytest.approx(2e-4)
        assert other["fee"] / (other["qty"] * other["price"]) == pytest.approx(5.5e-4)
    first = [
        fills_of(name, "entry")[0] for name in ("LO_002_tp_as_limit", "LO_004_tp_fee_comparison")
    ]
    assert first[0] == first[1]
