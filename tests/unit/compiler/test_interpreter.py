import struct

import pytest

from generators.driving import MIDNIGHT, Candles, closes, decided, drive, interpret
from generators.irbuild import (
    BOOL,
    INT,
    bar,
    block,
    const,
    intent,
    op,
    param,
    play,
    read,
    series,
)
from tradec.compiler import ir
from tradec.compiler.catalog import standard
from tradec.compiler.digest import CANONICAL_NAN, START, absorb, word_of
from tradec.compiler.interpreter import Interpreter, SnapshotError
from tradec.runtime.kernels.arith import MISSING
from tradec.runtime.timeframe import DAY_MS, MINUTE_MS

YES = ir.Known(value=True)
CLOSE, VOLUME = bar("close"), bar("volume")


def above(left: ir.Number, right: ir.Number) -> ir.Compare:
    return ir.Compare(op=">", left=left, right=right)


def fires(condition: ir.Condition, *values: float, **more: object) -> list[int]:
    """Return the bars on which a play of one condition decides."""
    machine = play(block(condition), **more)  # type: ignore[arg-type]
    return decided(interpret(machine, closes(*values)))


# --- reads --------------------------------------------------------------------------------------


def test_an_offset_counts_bars_of_its_own_timeframe_and_is_missing_before_the_first() -> None:
    rises = above(CLOSE, bar("close", offset=2))
    assert fires(rises, 1, 2, 3, 2, 2, 5) == [2, 5]


def test_missing_is_unknown_under_not_too() -> None:
    rises = above(CLOSE, bar("close", offset=2))
    assert fires(ir.Not(operand=rises), 1, 2, 3, 2, 2, 5) == [3, 4]
    either = ir.Any(operands=(ir.Not(operand=rises), rises))
    assert fires(either, 1, 2, 3, 2, 2, 5) == [2, 3, 4, 5]


def test_a_slow_bar_is_seen_from_its_close_on_and_held() -> None:
    is_10 = ir.Between(operand=bar("close", "5m"), low=const(10), high=const(10))
    values = [1.0, 1.0, 1.0, 1.0, 10.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0]
    assert fires(is_10, *values, timeframes=("5m",)) == [4, 5, 6, 7, 8]


def test_an_offset_on_a_slow_bar_counts_slow_bars() -> None:
    rises = above(bar("close", "5m"), bar("close", "5m", offset=1))
    values = [float(k) for k in range(15)]
    assert fires(rises, *values, timeframes=("5m",)) == [9, 10, 11, 12, 13, 14]


def test_a_slow_bar_that_began_before_the_data_is_never_seen() -> None:
    machine = play(block(above(bar("volume", "5m"), const(0))), timeframes=("5m",))
    candles = closes(*range(1, 14), start=MIDNIGHT + 2 * MINUTE_MS)
    assert decided(interpret(machine, candles)) == [7, 8, 9, 10, 11, 12]


def test_rules_are_read_at_exec_closes_only() -> None:
    assert fires(YES, *range(12), exec_="5m", timeframes=("1m",)) == [4, 9]


def test_a_fast_bar_is_sampled_at_the_exec_close() -> None:
    seen = above(bar("close", "1m"), const(8))
    assert fires(seen, *range(15), exec_="5m", timeframes=("1m",)) == [9, 14]


def test_coarser_base_bars_are_taken_as_they_are() -> None:
    rows = tuple((1.0, 2.0, 0.5, float(k), 1.0) for k in range(8))
    machine = play(block(above(bar("close", "1h"), const(4))), exec_="15m", timeframes=("1h",))
    candles = Candles(rows, MIDNIGHT, 15 * MINUTE_MS)
    assert decided(interpret(machine, candles)) == [7]


# --- crossings ------------------------------------------------------------------------------------


def test_a_cross_compares_two_exec_closes() -> None:
    up = ir.Cross(above=True, left=CLOSE, right=const(10))
    down = ir.Cross(above=False, left=CLOSE, right=const(10))
    values = [11, 9, 10, 10, 11, 12, 10, 9, 11]
    assert fires(up, *values) == [4, 8]
    assert fires(down, *values) == [1, 7]


def test_no_cross_before_two_samples_and_none_under_not() -> None:
    up = ir.Cross(above=True, left=CLOSE, right=const(10))
    assert fires(ir.Not(operand=up), 11, 12, 9, 11) == [1, 2]


def test_a_cross_of_slow_bars_fires_once_per_slow_close() -> None:
    up = ir.Cross(above=True, left=bar("close", "5m"), right=const(10))
    values = [1.0] * 5 + [20.0] * 7
    assert fires(up, *values, timeframes=("5m",)) == [9]


def test_a_mixed_cross_compares_what_was_visible_then() -> None:
    # 5m close visible: minutes 4..8 -> 5, 9.. -> 1; the 1m close passes it only because it fell
    up = ir.Cross(above=True, left=CLOSE, right=bar("close", "5m"))
    values = [3, 3, 3, 3, 5, 4, 4, 4, 4, 1, 4]
    assert fires(up, *values, timeframes=("5m",)) == [10]


def test_an_offset_shifts_a_cross_operand_before_it_is_sampled() -> None:
    up = ir.Cross(above=True, left=bar("close", offset=1), right=const(10))
    assert fires(up, 9, 11, 9, 11) == [2]


def test_arithmetic_crosses_and_a_zero_divisor_makes_it_unknown_for_two_bars() -> None:
    ratio = op(const(1.0), "/", CLOSE)
    up = ir.Cross(above=True, left=ratio, right=const(0.5))
    assert fires(up, 4, 1, 0, 1, 4, 1) == [1, 5]


# --- series ---------------------------------------------------------------------------------------


def test_a_series_reads_its_source_on_the_same_bar() -> None:
    fast = series("sma_2", "sma", params={"length": 2})
    slow = series("sma_of_sma", "sma", params={"length": 2}, source=read(fast))
    machine = Interpreter(play(units=(fast, slow)), standard())
    drive(machine, closes(1, 2, 4))
    assert machine.values() == {"sma_2": 3.0, "sma_of_sma": (1.5 + 3.0) / 2}


def test_hl2_is_arithmetic_of_the_bar() -> None:
    from tradec.compiler.prices import price  # noqa: PLC0415  only here

    middle = series("m", "sma", params={"length": 1}, source=price("hl2", "1m"))
    machine = Interpreter(play(units=(middle,)), standard())
    machine.step(MIDNIGHT, MIDNIGHT + MINUTE_MS, 1.0, 5.0, 2.0, 3.0, 1.0, 0, True, True)
    assert machine.values() == {"m": 3.5}


def test_structures_step_after_those_they_use_and_missing_ints_are_none() -> None:
    swing = series("s", "swing", params={"left": 1, "right": 1})
    trend = series("t", "trend", uses=("s",))
    machine = Interpreter(play(units=(swing, trend)), standard())
    drive(machine, closes(1, 2))
    early = machine.values()
    assert early["s.high_level"] is None
    assert early["s.high_idx"] is None
    assert early["s.version"] == 0
    assert early["s.last_confirmed_pivot_type"] == "none"
    assert early["t.last_hh"] is False
    drive(machine, closes(1, 2, 1, 3, 2, 4, 1), first=2)
    late = machine.values()
    assert late["s.high_idx"] == 5
    assert late["s.high_level"] == 5.0
    assert late["t.direction"] == 1


def test_a_missing_index_is_unknown() -> None:
    swing = series("s", "swing", params={"left": 1, "right": 1})
    known = ir.Compare(op=">=", left=read(swing, "high_idx"), right=const(-5))
    assert fires(known, 1, 2, 1, 2, units=(swing,)) == [2, 3]
    unknown = ir.Compare(op="<", left=read(swing, "high_idx"), right=const(0))
    assert fires(ir.Not(operand=unknown), 1, 2, 1, 2, units=(swing,)) == [2, 3]


def test_an_int_of_an_indicator_is_missing_before_it_is_valid() -> None:
    stop = series("p", "psar")
    goes_on = ir.Compare(op="==", left=read(stop, "reversal"), right=const(0))
    assert fires(goes_on, 1, 2, 3, 4, units=(stop,)) == [1, 2, 3]
    assert fires(ir.Not(operand=goes_on), 1, 2, 3, 4, units=(stop,)) == []
    trend = series("t", "supertrend", params={"length": 3, "multiplier": 1.0})
    falls = ir.Compare(op="==", left=read(trend, "direction"), right=const(-1))
    assert fires(falls, 1, 1, 1, 1, units=(trend,)) == [2, 3]
    assert fires(ir.Not(operand=falls), 1, 1, 1, 1, units=(trend,)) == []


def test_enums_and_bools_compare_by_code() -> None:
    swing = series("s", "swing", params={"left": 1, "right": 1})
    kind = read(swing, "last_confirmed_pivot_type")
    is_high = ir.Compare(op="==", left=kind, right=ir.Const(value=1, type=kind.type))
    assert fires(is_high, 1, 2, 1, 2, 1, units=(swing,)) == [2, 4]
    accepted = read(swing, "high_accepted")
    truth = ir.Compare(op="==", left=accepted, right=ir.Const(value=1, type=BOOL))
    assert fires(truth, 1, 2, 1, 1, 1, units=(swing,)) == [2]


def test_columns_leave_out_private_series_and_name_outputs() -> None:
    hidden = series("hidden", "atr", private=True)
    shown = series("d", "donchian", params={"lower_length": 1, "upper_length": 1})
    single = series("e", "ema", params={"length": 2})
    machine = Interpreter(play(units=(hidden, shown, single)), standard())
    assert machine.column_names() == ["d.lower", "d.middle", "d.upper", "e"]
    assert machine.width == 4
    drive(machine, closes(3))
    assert machine.words() == [word_of(2.0), word_of(3.0), word_of(4.0), CANONICAL_NAN]


def test_words_of_missing_ints() -> None:
    swing = series("s", "swing", params={"left": 1, "right": 1})
    machine = Interpreter(play(units=(swing,)), standard())
    words = dict(zip(machine.column_names(), machine.words(), strict=True))
    assert words["s.version"] == MISSING
    drive(machine, closes(3))
    words = dict(zip(machine.column_names(), machine.words(), strict=True))
    assert words["s.version"] == 0
    assert words["s.high_idx"] == MISSING
    assert words["s.high_level"] == CANONICAL_NAN


# --- variables ------------------------------------------------------------------------------------


def test_variables_take_the_plays_values_or_those_of_the_run() -> None:
    unit = series("e", "sma", params={"length": param("n", INT)})
    one = play(block(above(CLOSE, param("level"))), units=(unit,), params={"n": 2, "level": 2.5})
    own, changed = Interpreter(one, standard()), Interpreter(one, standard(), {"n": 3})
    assert decided(drive(own, closes(1, 2, 6))) == [2]
    drive(changed, closes(1, 2, 6))
    assert own.values() == {"e": 4.0}
    assert changed.values() == {"e": 3.0}


def test_a_percent_may_be_a_variable() -> None:
    leave = ir.Intent(action=ir.Action.EXIT_LONG, percent=param("part"))
    machine = play(block(YES, emit=(leave,)), params={"part": 40.0})
    (step,) = interpret(machine, closes(1), side=lambda _: 1)
    assert step.decision == (3, 3, 40.0)


# --- digest ---------------------------------------------------------------------------------------


def bits(value: float) -> int:
    return int(struct.unpack("<Q", struct.pack("<d", value))[0])


def chain(*words: int) -> int:
    digest = START
    for word in words:
        digest = absorb(digest, word)
    return digest


def test_the_digest_by_hand() -> None:
    unit = series("e", "sma", params={"length": 2})
    rule = ir.All(operands=(above(read(unit), const(1.8)), above(VOLUME, const(0))))
    steps = interpret(play(block(rule), units=(unit,)), closes(1, 2, 3))
    ts = [MIDNIGHT + (k + 1) * MINUTE_MS for k in range(3)]
    first = chain(ts[0], bits(1.0), CANONICAL_NAN, 0)
    assert steps[0].digest == first
    assert steps[1].digest == first
    assert decided(steps) == [2]
    expected = first
    for word in (ts[2], bits(1.0), bits(2.5), 1):
        expected = absorb(expected, word)
    assert steps[2].digest == expected


def test_the_digest_absorbs_the_first_exec_close_of_each_day() -> None:
    candles = closes(1, 2, 3, 4, start=MIDNIGHT - 3 * MINUTE_MS)
    rule = above(CLOSE, const(100))
    digests = [step.digest for step in interpret(play(block(rule)), candles)]
    first = chain(MIDNIGHT - 2 * MINUTE_MS, bits(1.0), 0)
    second = first
    for word in (MIDNIGHT, bits(3.0), 0):  # the bar that closes at midnight opens the new day
        second = absorb(second, word)
    assert digests == [first, first, second, second]
    assert MIDNIGHT % DAY_MS == 0


def test_the_digest_absorbs_missing_ints_and_the_present_of_what_is_read_in_the_past() -> None:
    swing = series("s", "swing", params={"left": 1, "right": 1})
    past = read(swing, "high_idx", offset=3)
    rule = ir.Compare(op=">", left=past, right=const(0))
    (step,) = interpret(play(block(rule), units=(swing,)), closes(1))
    assert step.digest == chain(MIDNIGHT + MINUTE_MS, MISSING, 0)


# --- snapshots ------------------------------------------------------------------------------------


def everything() -> ir.Play:
    swing = series("s", "swing", "5m", params={"left": 1, "right": 1})
    average = series("e", "ema", "3m", params={"length": 2})
    up = ir.Cross(above=True, left=CLOSE, right=read(average))
    deep = above(bar("close", offset=4), read(swing, "high_level", offset=1))
    return play(
        block(up),
        block(deep, emit=(intent(ir.Action.EXIT_ALL),), id_="exit"),
        units=(average, swing, series("t", "trend", "5m", uses=("s",))),
    )


@pytest.mark.parametrize("cut", [0, 1, 7, 30, 59])
def test_a_restored_machine_goes_on_as_if_nothing_had_happened(cut: int) -> None:
    candles = closes(*[(k * 37) % 23 for k in range(60)], start=MIDNIGHT + MINUTE_MS)
    whole = interpret(everything(), candles)
    first = Interpreter(everything(), standard())
    drive(first, Candles(candles.rows[:cut], candles.start))
    second = Interpreter(everything(), standard())
    second.restore(first.snapshot())
    assert drive(second, candles, first=cut) == whole[cut:]
    assert decided(whole)


def test_a_snapshot_is_a_copy() -> None:
    machine = Interpreter(everything(), standard())
    candles = closes(*range(20))
    snapshot = machine.snapshot()
    once = drive(machine, candles)
    machine.restore(snapshot)
    assert drive(machine, candles) == once


def test_a_snapshot_of_another_play_or_other_values_is_refused() -> None:
    one = play(block(above(CLOSE, param("level"))), params={"level": 2.5})
    snapshot = Interpreter(one, standard()).snapshot()
    for other in (
        Interpreter(everything(), standard()),
        Interpreter(one, standard(), {"level": 3.0}),
    ):
        with pytest.raises(SnapshotError):
            other.restore(snapshot)
