"""The register of what must not happen (live-runtime.md 17): each row with its tests, or open.

`docs/safety.md` is this table: `pytest --update-golden` writes it. A name that is no test any more
fails here, and so does a row that is neither covered nor said to be open.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[3]
PAGE = TESTS.parent / "docs" / "safety.md"

FEEDS, SESSION = "differential/test_feeds.py", "differential/test_session.py"
CLI, CONTROL, SHADOW = (
    "unit/cli/test_session.py",
    "unit/cli/test_play_control.py",
    "unit/cli/test_shadow.py",
)
LIVE, BYBIT = "unit/runtime/live", "unit/runtime/bybit"
TRADING = f"{LIVE}/test_trading.py"
MARKET, LAYERS = f"{LIVE}/test_market.py", f"{LIVE}/safety/test_layers.py"
BROKER, SECURING, STREAM = (
    f"{BYBIT}/test_broker.py",
    f"{BYBIT}/test_securing.py",
    f"{BYBIT}/test_stream.py",
)
RECONCILING, PLACING = f"{BYBIT}/test_reconciling.py", f"{BYBIT}/test_placing.py"
REGISTER = "differential/test_register.py"
TRADES = "the gates of a start are missing, so that no command trades"

Tests = list[tuple[str, str]]
ROWS: dict[str, tuple[str, Tests | str]] = {
    "C1": (
        "rules see nothing live, so nothing ever fires",
        [
            (CLI, "test_every_example_replays_as_it_backtests"),
            (SHADOW, "test_a_shadow_session_trades_and_is_proved"),
        ],
    ),
    "C2": (
        "slower timeframes stand still live",
        [(MARKET, "test_shadow_in_lock_step_is_the_backtest")],
    ),
    "C3": ("the loop is run twice", [(CONTROL, "test_a_session_is_watched_paused_and_stopped")]),
    "C4": ("--confirm is parsed and not passed on", TRADES),
    "C5": (
        "fields of an intent are lost on the way to the wire",
        [(BROKER, "test_an_order_arrives_as_it_was_meant")],
    ),
    "C6": ("an adapter's signature differs from the protocol", "mypy strict alone checks it"),
    "C7": (
        "what was seen grows for ever",
        [(f"{BYBIT}/test_recent.py", "test_memory_is_bounded_and_keeps_what_was_seen_last")],
    ),
    "C8": (
        "an orphaned stop hits the next position",
        [(SECURING, "test_own_orphans_are_cancelled_one_by_one")],
    ),
    "C9": (
        "an order after panic",
        [(TRADING, "test_a_layer_that_objects_keeps_an_entry_from_the_wire")],
    ),
    "C10": (
        "status and stop are stubs",
        [(CONTROL, "test_a_session_is_watched_paused_and_stopped")],
    ),
    "H1": (
        "liquidation is judged on a stale ledger",
        [("differential/test_gap_tables.py", "test_liquidation_is_judged_by_the_mark")],
    ),
    "H2": (
        "safety checks exist and are not called",
        [
            (LAYERS, "test_a_layer_that_is_not_asked_is_missed"),
            (TRADING, "test_a_layer_that_objects_keeps_an_entry_from_the_wire"),
        ],
    ),
    "H5": (
        "a drawdown stop in backtests alone",
        [(SESSION, "test_a_replay_is_the_backtest"), (LAYERS, "test_what_a_layer_is_for")],
    ),
    "H6": ("SIGTERM is not handled", [(CONTROL, "test_a_signal_ends_a_session_in_order")]),
    "H7": (
        "a start bypasses the instances",
        [(f"{LIVE}/test_instances.py", "test_a_slot_is_held_once")],
    ),
    "H8": (
        "realized profit is defined differently live",
        [("unit/fakebybit/test_parity.py", "test_fills_equal_those_of_the_simulator")],
    ),
    "H9": (
        "a restart restores counters only",
        [
            (SESSION, "test_a_session_goes_on_where_it_was_broken_off"),
            (CONTROL, "test_a_killed_session_goes_on_as_if_nothing_had_happened"),
        ],
    ),
    "H10": (
        "stop orders bypass limiter and retry",
        [(BROKER, "test_levels_without_an_answer_are_set_again")],
    ),
    "H11": ("several objects own one exchange", TRADES),
    "H12": ("the margin mode overrides the leverage", [(BROKER, "test_modes")]),
    "H13": ("a wait for a fill ends silently", TRADES),
    "M1": (
        "a close overrides the stop of the same bar",
        [
            (
                "differential/test_worked_examples.py",
                "test_4_a_close_precedes_the_stop_of_the_next_minute",
            )
        ],
    ),
    "M2": (
        "IOC and FOK behave as GTC",
        [("differential/test_order_tables.py", "test_what_a_minute_does_not_take_is_cancelled")],
    ),
    "M4": (
        "two processes write one store",
        [(f"{LIVE}/test_instances.py", "test_a_slot_is_held_once")],
    ),
    "M10": (
        "no plays where a newcomer looks",
        [("unit/cli/test_plays.py", "test_there_are_twelve")],
    ),
    "L1": (
        "partial closes leave no record",
        [
            (
                "differential/test_worked_examples.py",
                "test_4_a_close_precedes_the_stop_of_the_next_minute",
            )
        ],
    ),
    "L7": (
        "warm-up is over-estimated",
        [("unit/compiler/passes/test_compute_warmup.py", "test_each_class_of_memory")],
    ),
    "G1": (
        "warm-up is always 100 bars",
        [
            ("unit/compiler/passes/test_compute_warmup.py", "test_each_class_of_memory"),
            (SHADOW, "test_a_shadow_session_trades_and_is_proved"),
        ],
    ),
    "G2": (
        "an empty store is not filled by REST",
        [(SHADOW, "test_a_shadow_session_trades_and_is_proved")],
    ),
    "G3": ("the play's equity is ignored", TRADES),
    "G4": ("leverage is not set at start", TRADES),
    "G5": ("the fee tier is not compared", TRADES),
    "F5": (
        "messages of klines are read wrongly",
        [
            (MARKET, "test_only_a_confirmed_bar_is_closed"),
            (MARKET, "test_a_message_that_is_not_whole_tells_nothing"),
        ],
    ),
    "R1": (
        "a crash warms up from scratch",
        [(CONTROL, "test_a_killed_session_goes_on_as_if_nothing_had_happened")],
    ),
    "R2": ("a shallow gate before live", TRADES),
    "R3": (
        "no data are fetched at start",
        [(SHADOW, "test_a_shadow_session_trades_and_is_proved")],
    ),
    "R4": ("no summary of the profit", [(CLI, "test_a_replay_says_what_the_backtest_says")]),
    "R5": (
        "reconnects without a limit",
        [
            (STREAM, "test_too_many_attempts_are_a_storm"),
            (
                f"{LIVE}/test_breakers.py",
                "test_a_storm_is_more_than_five_connections_in_five_minutes",
            ),
        ],
    ),
    "R6": (
        "missed candles do not escalate",
        [(f"{LIVE}/test_breakers.py", "test_missed_minutes_are_those_that_have_closed")],
    ),
    "R7": (
        "partial fills are not handled",
        [(SECURING, "test_getting_flat_closes_what_is_left_of_partial_fills")],
    ),
    "R8": (
        "no watchdog",
        [(f"{LIVE}/test_breakers.py", "test_systemd_hears_a_word_where_it_listens")],
    ),
    "R11": (
        "os._exit as the normal end",
        [
            (STREAM, "test_an_open_socket_does_not_hold_the_process"),
            (CONTROL, "test_a_signal_ends_a_session_in_order"),
        ],
    ),
    "GAP": (
        "terminal events are dropped or told as success",
        [
            ("unit/cli/test_terminal_runs.py", "test_every_terminal_stop_leaves_its_folder"),
            (SESSION, "test_a_replay_is_the_backtest"),
        ],
    ),
    "N1": ("a stop cancels the stops of a position that stays", TRADES),
    "N2": (
        "an outage is not noticed",
        [
            (MARKET, "test_faults_of_the_feed_change_no_output"),
            (STREAM, "test_silence_is_stale_though_pongs_come"),
        ],
    ),
    "N3": (
        "a reconnect drains bars and forgets what was seen",
        [(FEEDS, "test_no_fault_of_the_feed_changes_what_a_play_sees")],
    ),
    "N4": (
        "DCP without product and topic",
        [
            (f"{BYBIT}/test_history.py", "test_dcp_is_armed_for_derivatives_and_read_back"),
            (STREAM, "test_the_topic_that_arms_dcp_is_subscribed"),
        ],
    ),
    "N5": (
        "the measured clock is not applied",
        [
            (f"{BYBIT}/test_client.py", "test_a_wrong_machine_clock_is_measured_and_made_good"),
            (STREAM, "test_logins_carry_the_time_of_the_exchange"),
        ],
    ),
    "N6": (
        "panic and daily loss are of one process",
        [(TRADING, "test_a_layer_that_objects_keeps_an_entry_from_the_wire")],
    ),
    "N7": (
        "drawdown arms late",
        [(f"{LIVE}/safety/test_trackers.py", "test_drawdown_is_measured_from_the_first_equity_on")],
    ),
    "N8": (
        "funding is thrice a day and unsigned",
        [
            (LAYERS, "test_funding_that_is_received_is_no_reason"),
            (LAYERS, "test_what_a_layer_is_for"),
        ],
    ),
    "N9": (
        "the loop goes on after an exception in a step",
        [(SESSION, "test_a_step_that_raises_ends_the_session")],
    ),
    "N10": (
        "the journal has no stable place, and its errors only warn",
        [(f"{LIVE}/test_journal.py", "test_what_the_disk_refuses_is_written_first_the_next_time")],
    ),
    "N11": ("a fill's price falls back to the quote", TRADES),
    "N12": (
        "missed candles are counted from the first one",
        [(f"{LIVE}/test_breakers.py", "test_missed_minutes_are_those_that_have_closed")],
    ),
    "N13": (
        "a store that ends early is taken as whole",
        [
            (SHADOW, "test_a_shadow_session_goes_on_after_an_outage"),
            (f"{BYBIT}/test_market.py", "test_the_bar_that_is_still_open_is_dropped"),
        ],
    ),
    "N14": (
        "a create is sent again, a duplicate is a failure",
        [
            (PLACING, "test_any_schedule_ends_in_exactly_one_order"),
            (BROKER, "test_an_answer_that_does_not_come_is_looked_up"),
        ],
    ),
    "N15": (
        "a position that is found is not adopted",
        [(RECONCILING, "test_a_position_of_ours_that_we_did_not_know_is_adopted_with_its_stop")],
    ),
    "N16": (
        "a failed reconnect goes on trading",
        [
            (f"{LIVE}/test_states.py", "test_whatever_happens_only_edges_are_taken"),
            (CONTROL, "test_a_pause_outlives_the_session"),
        ],
    ),
    "N17": ("a private socket that gave up is never noticed", [(STREAM, "test_no_pong_is_a_loss")]),
}
ELSEWHERE = {
    "M3, L2, L3": "the simulation's own register, tests/differential/test_register.py",
    "M5 to M9, L4 to L6, L8, F1 to F4, F6 to F8": "the language and the units, tests/kernels and "
    "tests/unit/compiler",
    "B1 to B6, R9, R10, V1, V2": "the command line and the types, tests/unit/cli and mypy strict",
}


@cache
def names_in(path: str) -> set[str]:
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", ROWS)
def test_a_row_has_its_tests(row: str) -> None:
    _, tests = ROWS[row]
    if isinstance(tests, str):
        assert tests
        return
    assert tests
    for path, name in tests:
        assert name in names_in(path), f"{path} has no {name}"


def page() -> str:
    lines = [
        "# What must not happen",
        "",
        "The defects of live systems that tradec was built against, and what would catch each.",
        "The tests run with every change; a row without one says why. This page is written by",
        "`pytest --update-golden tests/unit/runtime/live/test_register.py` from its register.",
        "",
        "| row | must not happen | caught by |",
        "|---|---|---|",
    ]
    for row, (what, tests) in ROWS.items():
        if isinstance(tests, str):
            told = f"**open**: {tests}"
        else:
            told = "<br>".join(f"`{path}::{name}`" for path, name in tests)
        lines.append(f"| {row} | {what} | {told} |")
    lines += ["", "Rows that are not about sessions:", ""]
    lines += [f"- {rows}: {where}" for rows, where in ELSEWHERE.items()]
    return "\n".join(lines) + "\n"


def test_the_page_is_the_register(*, update_golden: bool) -> None:
    if update_golden:
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()
