"""What is told of one instant of a run, as JSON: the rules, the account, sizing, orders, fills."""

from collections.abc import Mapping
from math import isnan
from typing import TYPE_CHECKING, Any

from tradec.cli.look_back import LookBack
from tradec.compiler import ir
from tradec.compiler.decide import ENTRIES, OTHERWISE
from tradec.compiler.firing import barred
from tradec.compiler.settings import setting
from tradec.compiler.unit_algebra import PRICE
from tradec.compiler.verdicts import Comparison, Operand, Verdict

if TYPE_CHECKING:
    from tradec.runtime.sim.rules import Rules

TRUTHS = {True: "true", False: "false", None: "unknown"}
Facts = dict[str, Any]


def instant_facts(seen: LookBack) -> Facts:
    """Return which instant is told of."""
    bars = seen.again.outcome.history
    return {
        "run_id": seen.run.run_id,
        "ts": seen.moment.ts,
        "asked": seen.moment.asked,
        "bar": {
            name: float(getattr(bars, name)[seen.at.place])
            for name in ("open", "high", "low", "close", "volume")
        },
        "account": None if seen.account is None else dict(seen.account),
        "policy": {
            "mode": seen.play.policy.mode,
            "exit_mode": seen.play.policy.exit_mode,
            "on_opposite": seen.play.policy.on_opposite,
            "on_resignal": seen.play.entry.on_resignal,
        },
    }


def block_facts(seen: LookBack) -> list[Facts]:
    """Return what every block came to: its cases, and which of them spoke."""
    return [_block(seen, number, block) for number, block in enumerate(seen.play.blocks)]


def _block(seen: LookBack, number: int, block: ir.Block) -> Facts:
    verdicts = [seen.teller.verdict(case.when, seen.at) for case in block.cases]
    spoke = next((k for k, one in enumerate(verdicts) if one.truth is True), None)
    cases = [
        {
            "case": k,
            "truth": TRUTHS[one.truth],
            "spoke": k == spoke,
            "when": verdict_facts(one, tick_of(seen)),
            "emit": [_intent(seen, intent, (number, k, i)) for i, intent in enumerate(case.emit)],
        }
        for k, (case, one) in enumerate(zip(block.cases, verdicts, strict=True))
    ]
    otherwise = [
        _intent(seen, intent, (number, OTHERWISE, i)) for i, intent in enumerate(block.otherwise)
    ]
    arm = spoke if spoke is not None else ("else" if block.otherwise else None)
    return {"block": block.id, "spoke": arm, "cases": cases, "else": otherwise}


def _intent(seen: LookBack, intent: ir.Intent, place: tuple[int, int, int]) -> Facts:
    block, case, number = place
    word = int(intent.action) | block << 8 | case << 24 | number << 40
    return {
        "action": intent.action.name.lower(),
        "percent": float(setting(intent.percent, seen.at.past.values)),
        "barred": barred(seen.play.policy, intent.action, seen.standing),
        "decided": word == seen.decision.word,
    }


def tick_of(seen: LookBack) -> float | None:
    """Return the tick of the instrument, None where prices have no grid."""
    from tradec.runtime.backtest import constrained

    rules = seen.again.machine.trading_rules()
    tick = constrained(seen.again.market.instrument, rules).tick
    return None if tick is None else float(tick)


# --- verdicts -----------------------------------------------------------------------------------


def verdict_facts(verdict: Verdict, tick: float | None) -> Facts:
    """Return a condition and everything that it is made of."""
    found: Facts = {
        "form": verdict.form,
        "text": verdict.text,
        "truth": TRUTHS[verdict.truth],
        "because": verdict.because,
    }
    if verdict.parts:
        found["parts"] = [verdict_facts(part, tick) for part in verdict.parts]
    if verdict.comparisons:
        found["comparisons"] = [_comparison(one, tick) for one in verdict.comparisons]
    if verdict.operands:
        found["operands"] = [_operand(one) for one in verdict.operands]
    if verdict.samples:
        found["least"] = verdict.least
        found["samples"] = [{"ts": s.ts, "truth": TRUTHS[s.truth]} for s in verdict.samples]
    return found


def _comparison(one: Comparison, tick: float | None) -> Facts:
    priced = one.unit == PRICE and tick is not None and one.distance is not None
    return {
        "ts": one.ts,
        "left": _operand(one.left),
        "op": one.op,
        "right": _operand(one.right),
        "truth": TRUTHS[one.truth],
        "distance": one.distance,
        "unit": one.unit,
        "ticks": one.distance / tick if priced and one.distance is not None and tick else None,
    }


def _operand(one: Operand) -> Facts:
    return {
        "text": one.text,
        "value": one.value,
        "unit": one.unit,
        "timeframe": one.timeframe or None,
        "ts_bar": one.ts_bar,
        "because": one.because,
        "reads": [_operand(read) for read in one.reads],
    }


# --- what came of it ----------------------------------------------------------------------------


def decision_facts(seen: LookBack) -> Facts | None:
    """Return the decision, None where there was none."""
    word = seen.decision.word
    if word == 0:
        return None
    case = word >> 24 & 0xFFFF
    return {
        "action": ir.Action(seen.decision.action).name.lower(),
        "percent": seen.decision.percent,
        "block": seen.play.blocks[word >> 8 & 0xFFFF].id,
        "case": None if case == OTHERWISE else case,
    }


def order_facts(seen: LookBack) -> list[Facts]:
    """Return the orders that the decision made, each with its fills, as the run recorded them."""
    from tradec.runtime.artifacts import read_run
    from tradec.runtime.comparison.span import Span, inside

    tables = read_run(seen.run.path).tables
    orders = inside(tables["orders"], "ts_submit", Span(start=seen.moment.ts, end=seen.moment.ts))
    found = []
    for order in orders.to_pylist():
        if order["reason"] in {"entry", "signal", "opposite"}:
            fills = _having(tables["fills"], "order_id", order["order_id"])
            found.append({**_plain(order), "fills": fills})
    return found


def _having(table: Any, column: str, number: int) -> list[Facts]:
    """Return the rows that have a number in a column."""
    import pyarrow.compute as pc

    return [_plain(row) for row in table.filter(pc.equal(table[column], number)).to_pylist()]


def sizing_facts(seen: LookBack, orders: list[Facts]) -> Facts | None:
    """Return how the entry of the decision was sized, None where there is no entry.

    One that turns a position is sized at its arrival, from the cash after the close.
    """
    if seen.decision.action not in ENTRIES or seen.account is None:
        return None
    entries = [order for order in orders if order["reason"] == "entry"]
    if not entries:
        return None
    return sizing_of(seen, 1 if seen.decision.action == ENTRIES[0] else -1, _cash(seen))


def _cash(seen: LookBack) -> float:
    """Return the cash that the entry is sized from."""
    assert seen.account is not None
    if not seen.standing.side:
        return float(seen.account["cash"])
    states = seen.again.outcome.states
    flat = states[(states["ts"] >= seen.moment.ts) & (states["signed_qty"] == 0.0)]
    return float(flat["cash"][0]) if flat.size else float(seen.account["cash"])


def sizing_of(seen: LookBack, side: int, cash: float) -> Facts:
    """Return how an entry at this instant is sized by a flat account with so much cash."""
    from tradec.runtime.backtest import constrained
    from tradec.runtime.sim.sizes import sized

    rules = seen.again.machine.trading_rules()
    close = float(seen.again.outcome.history.close[seen.at.place])
    instrument = constrained(seen.again.market.instrument, rules)
    return {
        "model": rules.sizing.model,
        "value": rules.sizing.value,
        **sized(rules, instrument, side, close, cash, _money_slots(seen, rules)),
    }


def _money_slots(seen: LookBack, rules: "Rules") -> dict[str, float]:
    """Return what the money rules read, as `sizes.sized` takes it."""
    stop, target = rules.stop, rules.target
    slots = {
        "stop_volatility": stop.volatility if stop else None,
        "target_volatility": target.volatility if target else None,
        "long_level": stop.long_level if stop else None,
        "short_level": stop.short_level if stop else None,
    }
    return {name: seen.seen(slot) for name, slot in slots.items() if slot is not None}


def trade_facts(seen: LookBack, orders: list[Facts]) -> list[Facts]:
    """Return the legs of the trades that the decision opened or closed."""
    from tradec.runtime.artifacts import read_run

    ids = dict.fromkeys(fill["position_id"] for order in orders for fill in order["fills"])
    trades = read_run(seen.run.path).tables["trades"] if ids else None
    return [row for number in ids for row in _having(trades, "position_id", number)]


def _plain(row: Mapping[str, Any]) -> Facts:
    """Return a row with None for what is absent."""
    return {k: None if isinstance(v, float) and isnan(v) else v for k, v in row.items()}
