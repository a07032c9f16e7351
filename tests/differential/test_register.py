"""The defects of the original, S01 to S44 of simulation.md 21: for each what would catch it here.

`REGISTER` names the tests. Those of this file drive both exchanges over a few scripted minutes; a
name that is no test any more fails here.
"""

import ast
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from commandline import tradec
from differential.both import EXIT, LONG, SHORT, at, minutes, mirrored, quiet
from generators.exchange_cases import START_MS, bars_of, case_of, play
from generators.money import rules
from tradec.runtime.data.synthetic import synthesize
from tradec.runtime.sim.instrument import Instrument, Tier

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
HERE = "differential/test_register.py"
EXAMPLES, ORDERS = "differential/test_worked_examples.py", "differential/test_order_tables.py"
GAPS, PLAYS = "differential/test_gap_tables.py", "differential/test_play_orders.py"
LEDGER, RUN = "property/test_ledger.py", "unit/cli/test_run.py"
METRICS, FILES = "unit/runtime/test_metrics.py", "unit/runtime/test_artifacts.py"

REGISTER = {
    "S01 a silent fallback where minutes are missing": [
        (RUN, "test_coarser_bars_are_accepted_only_when_asked_for"),
        (PLAYS, "test_gaps_are_filled_where_the_play_allows_them"),
    ],
    "S02 the mark is the close of the exec bar": [
        (HERE, "test_s02_a_dip_inside_an_exec_bar_liquidates"),
        (GAPS, "test_liquidation_is_judged_by_the_mark"),
    ],
    "S03 no tick, lot or minimum by default": [
        (HERE, "test_s03_a_run_without_further_words_keeps_to_the_grid"),
        (HERE, "test_s03_minimums_are_asked"),
        (PLAYS, "test_constraints"),
    ],
    "S04 every price is rounded down": [(HERE, "test_s04_every_price_is_rounded_to_its_worse")],
    "S05 the next bar's stop beats an earlier close": [
        (EXAMPLES, "test_4_a_close_precedes_the_stop_of_the_next_minute")
    ],
    "S06 a stale close hits the next position": [
        (HERE, "test_s06_a_close_dies_with_its_position"),
        (
            "differential/test_large_exits.py",
            "test_what_is_left_of_a_split_exit_dies_with_its_position",
        ),
    ],
    "S07 funding is never applied": [
        (EXAMPLES, "test_6_who_is_charged_at_a_settlement"),
        ("differential/test_real_funding.py", "test_what_is_booked_is_what_the_series_say"),
    ],
    "S08 a trailing stop moves before the bar that moves it is judged": [
        (EXAMPLES, "test_8_a_trailing_stop_binds_from_the_next_minute")
    ],
    "S09 a limit entry is judged by minutes before its fill": [
        (HERE, "test_s09_minutes_before_the_fill_do_not_count"),
        (GAPS, "test_an_entry_inside_a_minute_has_no_target_in_it"),
    ],
    "S10 sized by the price of the fill": [
        (EXAMPLES, "test_1_an_entry_is_sized_at_the_decision_and_its_levels_hang_on_the_fill")
    ],
    "S11 limit orders pile up and overwrite the position": [
        (HERE, "test_s11_signals_while_an_entry_works_add_nothing"),
        (ORDERS, "test_an_order_at_rest_is_the_only_one"),
    ],
    "S12 IOC and FOK live for a bar": [(ORDERS, "test_limit_entries_meet_the_open")],
    "S13 a resting PostOnly that is gapped through is refused": [
        (ORDERS, "test_a_resting_limit_fills_at_its_own_price")
    ],
    "S14 every limit fill pays the maker": [(ORDERS, "test_limit_entries_meet_the_open")],
    "S15 resting orders improve to the open": [
        (ORDERS, "test_a_resting_limit_fills_at_its_own_price")
    ],
    "S16 refusals are not counted": [
        (METRICS, "test_refused_entries_are_counted_by_code"),
        (HERE, "test_s16_every_refusal_is_a_row_with_a_code"),
        (HERE, "test_s16_a_fill_that_costs_too_much_is_refused"),
    ],
    "S17 the fee of an entry is of the wanted notional": [
        (HERE, "test_s17_the_fee_is_of_what_was_filled")
    ],
    "S18 the maker fee of the play is ignored": [(PLAYS, "test_the_maker_fee_of_the_play_is_paid")],
    "S19 impact and liquidity are dead": [
        (ORDERS, "test_impact_grows_with_the_share_of_the_minute"),
        (ORDERS, "test_a_market_entry_goes_on_while_minutes_are_thin"),
        (PLAYS, "test_impact"),
        (PLAYS, "test_liquidity"),
    ],
    "S20 levels hang on the decision's close": [
        (EXAMPLES, "test_1_an_entry_is_sized_at_the_decision_and_its_levels_hang_on_the_fill"),
        (HERE, "test_s20_levels_follow_every_kind_of_entry"),
    ],
    "S21 a stop fills at its level in a gap": [
        (EXAMPLES, "test_2_a_gap_beyond_the_stop_fills_at_the_open"),
        (GAPS, "test_the_open_is_beyond_a_level"),
    ],
    "S22 an exit carries the time of the bar's open": [
        (EXAMPLES, "test_3_the_stop_precedes_the_target_of_the_same_minute"),
        (GAPS, "test_levels_inside_a_minute"),
    ],
    "S23 sl_order_type is ignored": [(GAPS, "test_the_open_is_beyond_a_level")],
    "S24 a trailing stop never gets its ATR": [(PLAYS, "test_a_trailing_stop_is_given_its_atr")],
    "S25 partial closes leave no record and the wrong sums": [
        (EXAMPLES, "test_5_two_halves_and_the_rest"),
        (LEDGER, "test_every_invariant_of_one_run_holds"),
    ],
    "S26 the fee cap takes leveraged fees for unleveraged": [
        (HERE, "test_s26_what_is_affordable_is_the_whole_order_cost"),
        (HERE, "test_s26_an_entry_sized_to_the_last_can_be_filled"),
    ],
    "S27 liquidation asks the account under isolated margin": [
        (HERE, "test_s27_a_position_loses_its_own_margin"),
        (LEDGER, "test_every_invariant_of_one_run_holds"),
    ],
    "S28 three formulas of liquidation disagree": [
        (EXAMPLES, "test_the_liquidation_prices_of_11_3"),
        (HERE, "test_s28_there_is_one_liquidation_price"),
    ],
    "S29 a liquidation fee that nobody pays": [
        (EXAMPLES, "test_1_a_liquidation_settles_at_the_bankruptcy_price")
    ],
    "S30 an equity curve without origin and with a double end": [
        (HERE, "test_s30_n_bars_have_n_and_one_points"),
        ("unit/runtime/test_backtest.py", "test_equity_goes_from_the_first_to_the_final_one"),
    ],
    "S31 the account curve is not written": [
        (RUN, "test_the_folder_holds_the_promised_files"),
        (LEDGER, "test_every_invariant_of_one_run_holds"),
    ],
    "S32 equity floor and starvation are not wired": [
        (PLAYS, "test_the_equity_floor"),
        (HERE, "test_s32_a_starved_account_enters_nothing_and_goes_on"),
        (HERE, "test_s32_the_floor_is_tested_at_every_minute"),
    ],
    "S33 runs that blow up leave no files": [
        (RUN, "test_a_terminal_stop_writes_everything_and_is_exit_10"),
        ("unit/cli/test_terminal_runs.py", "test_every_terminal_stop_leaves_its_folder"),
    ],
    "S34 figures are rounded before they are saved": [(METRICS, "test_one_win_and_one_loss")],
    "S35 metrics that are constants": [
        (METRICS, "test_margin_and_exposure_by_hand"),
        (METRICS, "test_one_win_and_one_loss"),
    ],
    "S36 a point at the peak counts as drawdown": [
        (METRICS, "test_drawdown_does_not_count_points_at_the_peak"),
        (METRICS, "test_flat_run"),
    ],
    "S37 excursions skip the minute of the exit": [
        (HERE, "test_s37_excursions_reach_into_the_minute_of_the_exit")
    ],
    "S38 returns of periods lose the bar between them": [
        (METRICS, "test_period_returns_by_hand"),
        (METRICS, "test_period_returns_multiply_to_the_total"),
    ],
    "S39 a signature that proves itself": [(FILES, "test_hashes_follow_the_content")],
    "S40 empty tables hash to nothing": [(FILES, "test_hashes_follow_the_content")],
    "S41 windows, seeds and data share a folder": [
        (HERE, "test_s41_windows_and_seeds_are_inputs"),
        (FILES, "test_a_taken_name_gets_a_number"),
    ],
    "S42 an order is refused without a code": [
        (ORDERS, "test_an_order_at_rest_is_the_only_one"),
        (LEDGER, "test_every_invariant_of_one_run_holds"),
    ],
    "S43 drawdown is tested twice with two peaks": [
        (HERE, "test_s43_drawdown_is_judged_once_at_exec_closes")
    ],
    "S44 a close by drawdown is called a signal": [
        (EXAMPLES, "test_a_drawdown_closes_at_the_next_open_and_ends_the_run"),
        ("differential/test_large_exits.py", "test_every_market_exit_is_split"),
    ],
}


@cache
def functions_of(path: str) -> frozenset[str]:
    """Return the names of the tests in a file of this tree."""
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_defect_has_its_tests() -> None:
    assert [name.split()[0] for name in REGISTER] == [f"S{k:02}" for k in range(1, 45)]
    named = [one for tests in REGISTER.values() for one in tests]
    assert [(path, name) for path, name in named if name not in functions_of(path)] == []
    assert all(tests for tests in REGISTER.values())
    own = {name for path, name in named if path == HERE}
    assert {name for name in functions_of(HERE) if name.startswith("test_s")} == own


FREE: dict[str, Any] = {"taker_rate": 0.0, "maker_rate": 0.0, "slippage_rate": 0.0}
TENFOLD = {"leverage": 10.0, "position_pct": 10.0}
COARSE = Instrument(
    tick=Decimal("0.5"),
    step=Decimal("0.1"),
    min_qty=0.5,
    min_notional_usdt=5.0,
    tiers=(Tier(limit_usdt=None, maintenance_margin_rate=0.005),),
    source="test",
)


def free(**words: Any) -> Any:
    return rules(**(FREE | words))


def test_s02_a_dip_inside_an_exec_bar_liquidates() -> None:
    """The close of the bar is where it was; the low of its third minute is beyond 91.36."""
    rows = [quiet(100.0)] * 12
    rows[7] = (100, 100, 90, 100)
    given = free(**TENFOLD, maintenance_margin_rate=0.005)
    left = minutes(rows, [0, 0, 0, 0, LONG], given, every=5, first=4)
    assert left.stop_reason == "liquidated"
    assert left.exit() == ("liquidation", 90.0, at(7.5))


def test_s03_a_run_without_further_words_keeps_to_the_grid() -> None:
    """No word of the play asks for it: step 0.001, tick of the price, a minimum of 5 USDT."""
    bars = synthesize("trend_up_clean", minutes=300)
    instrument = Instrument.built_in(float(bars.open[0]))
    assert instrument.tick is not None
    case = case_of(bars, [0, LONG, 0, 0, EXIT], rules(), instrument=instrument)
    fills = play(case).fills_made()
    assert fills.size == 2
    for name, unit in (("qty", 1e-3), ("price", float(instrument.tick))):
        units = fills[name] / unit
        assert units == pytest.approx(np.rint(units), abs=1e-6)


@pytest.mark.parametrize(("notional", "code"), [(49.0, "BELOW_MIN_NOTIONAL"), (50.0, "")])
def test_s03_minimums_are_asked(notional: float, code: str) -> None:
    given = free(sizing=("fixed_notional", notional), min_trade_notional_usdt=0.0)
    left = minutes([quiet(100.0)] * 3, [LONG], given, instrument=COARSE)
    assert left.orders[0]["code"] == code


ROUNDED = [
    # side, what is asked for, the price that the grid of 0.5 makes of it
    (1, {"slippage_rate": 0.001}, "price", 100.5),
    (-1, {"slippage_rate": 0.001}, "price", 99.5),
    (1, {"order_type": "limit", "limit_offset_pct": 0.7}, "limit", 99.0),
    (-1, {"order_type": "limit", "limit_offset_pct": 0.7}, "limit", 101.0),
    (1, {"order_type": "stop", "trigger_offset_pct": 0.7}, "trigger", 101.0),
    (-1, {"order_type": "stop", "trigger_offset_pct": 0.7}, "trigger", 99.0),
    (1, {"stop": ("fixed_points", 1.2)}, "stop", 98.5),
    (-1, {"stop": ("fixed_points", 1.2)}, "stop", 101.5),
    (1, {"target": ("fixed_points", 1.2)}, "target", 101.5),
    (-1, {"target": ("fixed_points", 1.2)}, "target", 98.5),
]


@pytest.mark.parametrize(("side", "asked", "what", "price"), ROUNDED)
def test_s04_every_price_is_rounded_to_its_worse(
    side: int, asked: dict[str, Any], what: str, price: float
) -> None:
    action = LONG if side > 0 else SHORT
    left = minutes([quiet(100.0)] * 3, [action], free(**asked), instrument=COARSE)
    found = {
        "price": lambda: left.fills[0]["price"],
        "limit": lambda: left.orders[0]["price"],
        "trigger": lambda: left.orders[0]["trigger"],
        "stop": lambda: left.legs[0]["stop"],
        "target": lambda: left.legs[0]["target"],
    }
    assert found[what]() == price


def test_s06_a_close_dies_with_its_position() -> None:
    """Half of the close fills, the stop takes the rest; the next position lives on."""
    given = free(
        sizing=("fixed_notional", 1000.0), stop=("fixed_points", 5.0), max_volume_fraction=0.5
    )
    rows = [quiet(100), quiet(100), (100, 100, 94, 100), quiet(100), quiet(100), quiet(100)]
    volume = [100.0, 100.0, 10.0, 100.0, 100.0, 100.0]
    left = minutes(rows, [LONG, EXIT, 0, LONG], given, volume=volume)
    codes = [(order["purpose"], order["code"]) for order in left.orders]
    assert ("signal", "POSITION_CLOSED") in codes
    assert left.legs[-1]["position"] == 2
    assert left.fills[-1]["purpose"] == "end_of_data"
    assert [fill["qty"] for fill in left.fills if fill["position"] == 2] == [10.0, 10.0]


def test_s09_minutes_before_the_fill_do_not_count() -> None:
    """The target of 101 trades in the first minute of the bar, the limit of 99 in its third."""
    given = free(order_type="limit", limit_offset_pct=1.0, target=("fixed_points", 2.0))
    rows = [quiet(100.0)] * 11
    rows[5] = (100, 103, 100, 100)
    rows[7] = (100, 100, 98, 100)
    left = minutes(rows, [0, 0, 0, 0, LONG], given, every=5, first=4)
    assert left.fills[0]["ts"] - START_MS == at(7.5)
    assert left.exit()[0] == "end_of_data"


def test_s11_signals_while_an_entry_works_add_nothing() -> None:
    given = free(order_type="limit", limit_offset_pct=1.0)
    rows = [quiet(100), quiet(100), quiet(99.5), (99.5, 99.5, 97, 99.5), (99.5, 99.5, 97, 99.5)]
    left = minutes(rows, [LONG, LONG, LONG, LONG], given)
    entries = [fill for fill in left.fills if fill["purpose"] == "entry"]
    assert [(fill["qty"], fill["price"]) for fill in entries] == [(pytest.approx(1000 / 99), 99.0)]
    assert {leg["position"] for leg in left.legs} == {1}


REFUSED = [
    ({"sizing": ("fixed_notional", 6.0)}, "BELOW_MIN_NOTIONAL"),
    ({"leverage": 200.0}, "MAX_LEVERAGE"),
    ({"leverage": 10.0, "stop": ("fixed_points", 9.8)}, "SL_BEYOND_LIQUIDATION"),
    ({"stop": ("structure", None)}, "STOP_UNAVAILABLE"),
    ({"starting_equity_usdt": 4.0}, "INSUFFICIENT_MARGIN"),
    ({"order_type": "limit", "time_in_force": "PostOnly"}, "POST_ONLY_REJECT"),
]


@pytest.mark.parametrize(("asked", "code"), REFUSED)
def test_s16_every_refusal_is_a_row_with_a_code(asked: dict[str, Any], code: str) -> None:
    left = minutes([quiet(100.0)] * 3, [LONG], free(**asked), instrument=COARSE)
    assert (left.fills, left.codes()) == ([], [code])


def test_s16_a_fill_that_costs_too_much_is_refused() -> None:
    given = rules(
        position_pct=100.0, max_position_equity_pct=100.0, taker_rate=0.0, slippage_rate=0
    )
    left = minutes([quiet(100), quiet(101), quiet(101)], [LONG], given)
    assert (left.fills, left.codes()) == ([], ["INSUFFICIENT_MARGIN"])


def test_s17_the_fee_is_of_what_was_filled() -> None:
    """999 at 100 are 9.9 at a step of 0.1, and 999.9 at the fill of 101."""
    given = rules(sizing=("fixed_notional", 999.0), taker_rate=0.001, slippage_rate=0.0)
    left = minutes([quiet(100), quiet(101), quiet(101)], [LONG], given, instrument=COARSE)
    assert left.fills[0]["qty"] == 9.9
    assert left.fills[0]["fee"] == pytest.approx(9.9 * 101 * 0.001)


@pytest.mark.parametrize("side", [1, -1])
def test_s20_levels_follow_every_kind_of_entry(side: int) -> None:
    """Stop and target of 4 and 6 are as far from the fill, wherever that is."""
    fills = {}
    for kind, opens in (("market", 103.0), ("limit", 95.0), ("stop", 103.0)):
        how = {"order_type": kind, "stop": ("fixed_points", 4.0), "target": ("fixed_points", 6.0)}
        rows = [quiet(100), quiet(opens), quiet(opens)]
        action = LONG if side > 0 else SHORT
        left = minutes(rows if side > 0 else mirrored(rows), [action], free(**how))
        leg = left.legs[0]
        fills[kind] = leg["entry"]
        assert (leg["stop"], leg["target"]) == (leg["entry"] - 4 * side, leg["entry"] + 6 * side)
    prices = {"market": 103.0, "limit": 95.0, "stop": 103.0}
    assert fills == {k: p if side > 0 else 200 - p for k, p in prices.items()}


@pytest.mark.parametrize(("action", "side"), [(LONG, 1), (SHORT, -1)])
def test_s26_what_is_affordable_is_the_whole_order_cost(action: int, side: int) -> None:
    """N / L + N f + N (1 - side / L) f is all there is; with N = C L / (1 + 2 f) it is more."""
    leverage, fee, cash = 100.0, 0.00055, 10_000.0
    given = rules(
        leverage=leverage, position_pct=100.0, max_position_equity_pct=100.0, slippage_rate=0.0
    )
    left = minutes([quiet(100.0)] * 3, [action], given)
    order = left.orders[0]
    notional = order["qty"] * 100.0
    cost = notional / leverage + notional * fee + notional * (1 - side / leverage) * fee
    assert (order["status"], order["cap"]) == ("filled", "affordability")
    assert cost == pytest.approx(cash)
    assert notional < 0.95 * cash * leverage / (1 + 2 * fee)


@pytest.mark.parametrize("action", [LONG, SHORT])
@pytest.mark.parametrize("kind", ["market", "stop", "limit"])
def test_s26_an_entry_sized_to_the_last_can_be_filled(action: int, kind: str) -> None:
    """Its slippage is paid from what it was sized by, so that the gate at the fill lets it pass."""
    given = rules(
        leverage=50.0,
        position_pct=100.0,
        max_position_equity_pct=100.0,
        slippage_rate=0.0002,
        order_type=kind,
    )
    left = minutes([quiet(100.0)] * 3, [action], given, instrument=COARSE)
    order = left.orders[0]
    assert (order["status"], order["cap"]) == ("filled", "affordability")


@pytest.mark.parametrize("side", [1, -1])
def test_s27_a_position_loses_its_own_margin(side: int) -> None:
    """At ten times, 10 % of the account dies near -9.5 %, and the other 90 % do not."""
    given = free(**TENFOLD, maintenance_margin_rate=0.005)
    rows = [quiet(100), quiet(100), (100, 100, 90, 95), quiet(50)]
    action = LONG if side > 0 else SHORT
    left = minutes(rows if side > 0 else mirrored(rows), [action], given)
    assert left.stop_reason == "liquidated"
    assert left.exit()[2] == at(2.5)
    assert left.equity[-1] == pytest.approx(9_000.0)


def test_s28_there_is_one_liquidation_price() -> None:
    """What the entry is judged by, what the account tells and what acts is the same price."""
    price = 90 / 0.995
    given = free(**TENFOLD, maintenance_margin_rate=0.005)
    told = play(case_of(bars_of([quiet(100.0)] * 3), [LONG], given)).states_kept()
    assert told["liquidation"][told["signed_qty"] != 0][0] == pytest.approx(price, abs=1e-9)
    for low, reason in ((price - 1e-6, "liquidation"), (price + 1e-6, "end_of_data")):
        rows = [quiet(100), quiet(100), (100, 100, low, 100)]
        assert minutes(rows, [LONG], given).exit()[0] == reason
    room = (100 - price) * 0.999
    for distance, code in ((room - 1e-6, ""), (room + 1e-6, "SL_BEYOND_LIQUIDATION")):
        stopped = replace(given, stop=free(stop=("fixed_points", distance)).stop)
        assert minutes([quiet(100.0)] * 3, [LONG], stopped).orders[0]["code"] == code


def test_s30_n_bars_have_n_and_one_points() -> None:
    left = minutes([quiet(100), quiet(100), quiet(101), quiet(102)], [LONG], rules())
    assert len(left.equity) == 4
    assert left.equity[0] == 10_000.0
    assert left.equity[-1] == pytest.approx(10_000 + sum(leg["net"] for leg in left.legs))
    assert left.equity[-1] != left.equity[-2]


def test_s32_a_starved_account_enters_nothing_and_goes_on() -> None:
    """After a loss there is not enough for the least order: later entries are refused as such."""
    given = free(
        starting_equity_usdt=100.0,
        leverage=1.0,
        position_pct=100.0,
        max_position_equity_pct=100.0,
        min_trade_notional_usdt=60.0,
        stop=("fixed_points", 60.0),
    )
    rows = [quiet(100), quiet(100), quiet(40), quiet(40), quiet(40), quiet(40)]
    left = minutes(rows, [LONG, 0, LONG, LONG, LONG], given)
    assert left.entries_disabled
    assert left.stop_reason == "end_of_data"
    assert left.codes()[2:] == ["INSUFFICIENT_MARGIN", "ENTRIES_DISABLED", "ENTRIES_DISABLED"]
    assert len(left.equity) == 6


def test_s32_the_floor_is_tested_at_every_minute() -> None:
    """Minute 6 ends below the floor, the exec bar does not; the close follows at the next open."""
    given = free(position_pct=90.0, stop_equity_usdt=9_500.0)
    rows = [quiet(100.0)] * 5 + [quiet(100), (100, 100, 94, 94), quiet(97), quiet(100), quiet(100)]
    left = minutes(rows, [0, 0, 0, 0, LONG], given, every=5, first=4)
    assert left.stop_reason == "equity_floor_hit"
    assert left.exit() == ("equity_floor", 97.0, at(7))


def test_s37_excursions_reach_into_the_minute_of_the_exit() -> None:
    """A trade that begins and ends in one minute has an excursion, bounded by its exit price."""
    given = free(stop=("fixed_points", 4.0))
    leg = minutes([quiet(100), (100, 102, 90, 95)], [LONG], given).legs[0]
    assert leg["min_low"] == 96.0
    later = minutes([quiet(100), (100, 102, 99, 100), (100, 103, 90, 95)], [LONG], given).legs[0]
    assert (later["min_low"], later["max_high"]) == (96.0, 102.0)


def test_s41_windows_and_seeds_are_inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRADEC_BUILD_DIR", str(tmp_path / "build"))
    how = (ROOT / "plays" / "ema_cross.yml", "--synthetic", "--engine", "interpreter", "--json")
    changes: list[tuple[str, ...]] = [
        (),
        ("--seed", "7"),
        ("--end", "2025-01-01T06:00"),
        ("--end", "2025-01-01T06:15"),
    ]
    runs = [tradec("run", *how, "--bars", "30", *change).data["run_id"] for change in changes]
    assert len({name.rsplit("-", 1)[1] for name in runs}) == len(changes)


def test_s43_drawdown_is_judged_once_at_exec_closes() -> None:
    """A dip inside a bar stops nothing, the close of one does; the peak is the curve's own."""
    given = free(position_pct=90.0, max_drawdown_pct=5.0)
    dip = [quiet(100.0)] * 5 + [quiet(100), (100, 100, 80, 80), quiet(100), quiet(100), quiet(100)]
    left = minutes(dip, [0, 0, 0, 0, LONG], given, every=5, first=4)
    assert left.stop_reason == "end_of_data"
    rows = [*dip, quiet(100), quiet(100), quiet(100), quiet(100), quiet(94), quiet(95), quiet(95)]
    left = minutes(rows, [0, 0, 0, 0, LONG], given, every=5, first=4)
    assert left.stop_reason == "max_drawdown_hit"
    assert left.exit() == ("max_drawdown", 95.0, at(15))
