from dataclasses import replace

import pytest

from generators.irbuild import bar, block, const, intent, param, play, read, risk, series, stop
from tradec.compiler import ir
from tradec.compiler.ir import Action
from tradec.compiler.semdiff import diff_plays

CLOSE = bar("close")


def ema(id_: str = "ema_9", length: int | ir.Setting = 9, timeframe: str = "1m") -> ir.Series:
    return series(id_, "ema", timeframe, params={"length": length})


def one(unit: ir.Series | None = None, *more: ir.Series, level: ir.Number | None = None) -> ir.Play:
    unit = unit or ema()
    rule = ir.Cross(above=True, left=CLOSE, right=read(unit))
    low = ir.Compare(op="<", left=CLOSE, right=level or const(70))
    return play(
        block(ir.All(operands=(rule, low))),
        block(low, emit=(intent(Action.EXIT_LONG, 50.0),), id_="exit"),
        units=(unit, *more),
        params={"n": 3},
    )


def lines(a: ir.Play, b: ir.Play) -> list[str]:
    return [str(change) for change in diff_plays(a, b)]


@pytest.mark.parametrize(
    "same", [replace(one(), name="x"), replace(one(), roles=()), one(ema("ema_9", const(9)))]
)
def test_equal_meaning_is_no_change(same: ir.Play) -> None:
    assert lines(one(), same) == []


def test_a_renamed_series_is_one_change_and_its_reads_none() -> None:
    smooth = series("smooth", "sma", params={"length": 3}, source=read(ema()))
    after = series("smooth", "sma", params={"length": 3}, source=read(ema("ema_fast")))
    assert lines(one(ema(), smooth), one(ema("ema_fast"), after)) == ["renamed ema_9 -> ema_fast"]


def test_a_chain_of_renames() -> None:
    before = one(ema(), series("s", "sma", source=read(ema())))
    after = one(ema("x"), series("y", "sma", source=read(ema("x"))))
    assert lines(before, after) == ["renamed ema_9 -> x", "renamed s -> y"]


def test_series_come_go_and_change() -> None:
    rsi = series("rsi_14", "rsi")
    assert lines(one(), one(None, rsi)) == ["added series rsi_14: rsi(length=14) on 1m of 1m.close"]
    assert lines(one(None, rsi), one()) == [
        "removed series rsi_14: rsi(length=14) on 1m of 1m.close"
    ]
    assert lines(one(), one(ema("ema_9", 21))) == ["changed series ema_9, length: 9 -> 21"]
    assert lines(one(), one(ema("ema_9", param("n", const(1).type)))) == [
        "changed series ema_9, length: 9 -> ${n}"
    ]


def test_another_timeframe_is_no_other_source() -> None:
    assert lines(one(), one(ema("ema_9", 9, "5m"))) == [
        "added timeframe 5m: 5m",
        "changed series ema_9, timeframe: 1m -> 5m",
    ]


def test_another_source_and_another_unit() -> None:
    opens = series("ema_9", "ema", params={"length": 9}, source=bar("open"))
    assert lines(one(), one(opens)) == ["changed series ema_9, source: 1m.close -> 1m.open"]
    other = series("ema_9", "sma", params={"length": 9})
    assert lines(one(), one(other)) == [
        "changed series ema_9: ema(length=9) on 1m of 1m.close -> sma(length=9) on 1m of 1m.close"
    ]


def test_rules_are_shown_old_and_new() -> None:
    assert lines(one(), one(level=const(80))) == [
        (
            "changed block entry, when: 1m.close crosses above ema_9 and 1m.close < 70"
            " -> 1m.close crosses above ema_9 and 1m.close < 80"
        ),
        "changed block exit, when: 1m.close < 70 -> 1m.close < 80",
    ]


def test_blocks_come_go_move_and_emit() -> None:
    entry, leave = one().blocks
    assert lines(one(), replace(one(), blocks=(leave, entry))) == [
        "moved blocks: entry, exit -> exit, entry"
    ]
    assert lines(one(), replace(one(), blocks=(entry,))) == [
        "removed block exit: when 1m.close < 70 emit exit_long 50.0 %"
    ]
    all_ = (intent(Action.EXIT_LONG), intent(Action.NO_ACTION))
    emits = replace(leave, cases=(replace(leave.cases[0], emit=all_),), otherwise=all_)
    assert lines(one(), replace(one(), blocks=(entry, emits))) == [
        "changed block exit, emit: exit_long 50.0 % -> exit_long, no_action",
        "changed block exit, else: none -> exit_long, no_action",
    ]
    twice = replace(leave, cases=leave.cases * 2)
    (line,) = lines(one(), replace(one(), blocks=(entry, twice)))
    assert line.startswith("changed block exit, cases: when 1m.close < 70 emit")


def test_money_and_policy() -> None:
    before = one()
    after = replace(
        before,
        symbol="ETHUSDT",
        policy=replace(before.policy, mode="long_only"),
        account=replace(before.account, taker_bps=const(6.0), max_margin_usdt=const(500.0)),
        risk=risk(stop_loss=stop("percent", 2.0)),
        params=(ir.Default(name="n", value=4),),
    )
    assert lines(before, after) == [
        "changed symbol: BTCUSDT -> ETHUSDT",
        "changed variable n: 3 -> 4",
        "changed policy.mode: long_short -> long_only",
        "changed account.taker_bps: 5.5 -> 6.0",
        "changed account.max_margin_usdt: none -> 500.0",
        "changed risk.stop_loss: none -> percent, value 2.0, buffer_pct 0.0",
    ]
