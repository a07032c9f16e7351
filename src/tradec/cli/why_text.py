"""The chain of an instant for people: a tree of conditions, then account, sizing, orders, fills."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tradec.cli.numbers import UNDEFINED, money, price
from tradec.cli.table import pairs, rendered, table
from tradec.cli.times import shown

Facts = Mapping[str, Any]
MARKS = {"true": "yes", "false": "no", "unknown": "?"}
SAMPLES = 24
"""A window's samples are told one by one up to so many."""


def chain_text(facts: Facts, note: str) -> str:
    """Return everything that is told of an instant."""
    parts = [
        head_text(facts, note),
        *(_block(block) for block in facts["blocks"]),
        _decision(facts),
        _sizing(facts["sizing"]),
        *(_order(order) for order in facts["orders"]),
        *(_trade(leg) for leg in facts["trades"]),
    ]
    return "\n\n".join(part for part in parts if part)


def head_text(facts: Facts, note: str) -> str:
    """Return the instant, its bar and the account."""
    bar = facts["bar"]
    prices = ", ".join(f"{name} {price(bar[name])}" for name in ("open", "high", "low", "close"))
    rows = [("instant", f"{shown(facts['ts'])} UTC of {facts['run_id']}"), ("base bar", prices)]
    if note:
        rows.append(("note", note))
    return rendered(pairs([*rows, *_account(facts)]))


def _account(facts: Facts) -> Iterator[tuple[str, str]]:
    account, policy = facts["account"], facts["policy"]
    if account is None:
        yield "account", "none yet: the run was warming up"
        return
    held = {1: "long", 0: "flat", -1: "short"}[account["side"]]
    if account["side"]:
        held += f" {price(account['qty'])} from {price(account['entry_price'])}"
        levels = (("stop", "stop_loss"), ("target", "take_profit"), ("liq.", "liquidation_price"))
        far = 1e-6 * account["entry_price"]  # a price of nothing is no liquidation
        held += "".join(f", {w} {price(account[n])}" for w, n in levels if (account[n] or 0) > far)
    yield "position", held
    figures = (money(account[name]) for name in ("equity", "cash", "available"))
    yield "equity", "{}, cash {}, available {} USDT".format(*figures)
    yield "policy", ", ".join(f"{name} {word}" for name, word in policy.items())


def _block(block: Facts) -> str:
    lines = []
    for case in block["cases"]:
        spoke = "spoke" if case["spoke"] else case["truth"]
        lines.append(f"{block['block']}, case {case['case']}: {spoke}")
        lines += ["  " + line for line in verdict_lines(case["when"])]
        lines += ["  " + _intent(one, case["spoke"]) for one in case["emit"]]
    if block["else"]:
        spoke = block["spoke"] == "else"
        lines.append(f"{block['block']}, else: {'spoke' if spoke else 'not reached'}")
        lines += ["  " + _intent(one, spoke) for one in block["else"]]
    return "\n".join(lines)


def _intent(intent: Facts, spoke: bool) -> str:  # noqa: FBT001  one word
    share = "" if intent["percent"] == 100 else f" {intent['percent']:g} %"
    if intent["decided"]:
        said = "decided"
    elif intent["barred"]:
        said = f"not admitted: {intent['barred']}"
    else:
        said = "another intent came first" if spoke else "not asked for"
    return f"-> {intent['action']}{share}: {said}"


def verdict_lines(verdict: Facts, depth: int = 0) -> list[str]:
    """Return a condition as a tree: yes, no or ? in front, values behind."""
    pad, mark = "  " * depth, MARKS[verdict["truth"]]
    joint = verdict["form"] in {"all", "any", "not"}
    lines = [f"{mark:<4}{pad}{verdict['form'] if joint else verdict['text']}"]
    if verdict["because"]:
        lines[0] += f"  ({verdict['because']})"
    lines += [f"    {pad}  {line}" for line in _details(verdict)]
    for part in verdict.get("parts", ()):
        lines += verdict_lines(part, depth + 1)
    return lines


def _details(verdict: Facts) -> Iterator[str]:
    comparisons = verdict.get("comparisons", ())
    for one in comparisons:
        when = f"{shown(one['ts'])}: " if len({c["ts"] for c in comparisons}) > 1 else ""
        sides = f"{_operand(one['left'])} {one['op']} {_operand(one['right'])}"
        yield f"{when}{sides}{apart(one)}"
    for one in verdict.get("operands", ()):
        yield _operand(one)
    if "samples" in verdict:
        yield _samples(verdict)


def _samples(verdict: Facts) -> str:
    samples = verdict["samples"]
    trues = sum(one["truth"] == "true" for one in samples)
    told = f"{trues} of {len(samples)} samples were true, {verdict['least']} are needed"
    if len(samples) <= SAMPLES:
        told += ": " + " ".join(MARKS[one["truth"]] for one in reversed(samples))
    return f"{told}, the last one now" if len(samples) <= SAMPLES else told


def _operand(one: Facts) -> str:
    """Return `rsi_7 = 38.2 (15m bar of 12:15)`, a literal as its number."""
    value = "missing" if one["value"] is None else _value(one["value"])
    bar = f" [{one['timeframe']} to {shown(one['ts_bar'])[11:]}]" if one["ts_bar"] else ""
    if not one["reads"] and not one["ts_bar"] and one["text"] != "tolerance":
        return value
    inner = ", ".join(_operand(read) for read in one["reads"])
    return f"{one['text']} = {value}{bar}" + (f" ({inner})" if inner else "")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def apart(one: Facts) -> str:
    """Return how far a comparison is from its flip."""
    if one["distance"] is None:
        return ""
    if one["ticks"] is not None:
        return f"  apart by {one['distance']:.6g} = {one['ticks']:.4g} ticks"
    unit = "" if one["unit"] == "number" else f" {one['unit']}"
    return f"  apart by {one['distance']:.6g}{unit}"


def values_of(one: Facts) -> str:
    """Return a comparison with nothing but the values of its sides."""
    sides = (one[side]["value"] for side in ("left", "right"))
    left, right = ("missing" if value is None else _value(value) for value in sides)
    return f"{left} {one['op']} {right}"


def _decision(facts: Facts) -> str:
    decision = facts["decision"]
    if decision is None:
        return "decision  none"
    arm = "else" if decision["case"] is None else f"case {decision['case']}"
    share = "" if decision["percent"] == 100 else f", {decision['percent']:g} %"
    return f"decision  {decision['action']}{share}, by {decision['block']}, {arm}"


def _sizing(sizing: Facts | None) -> str:
    if sizing is None:
        return ""
    bounds = [
        f"{name} {money(value)}" for name, value in sizing["caps"].items() if value is not None
    ]
    cap = f", bound by {sizing['cap']}" if sizing["cap"] else ""
    risk = f"{price(sizing['stop_distance'])} to the stop {price(sizing['stop_loss'])}"
    rows = [
        ("sizing", f"{sizing['model']} {sizing['value']:g}, leverage {sizing['leverage']:g}"),
        ("from", f"equity {money(sizing['equity'])}, available {money(sizing['available'])} USDT"),
        ("price", f"{price(sizing['reference'])}, {risk if sizing['stop_loss'] else 'no stop'}"),
        ("notional", f"{money(sizing['intended_notional'])} wanted{cap}"),
        ("caps", ", ".join(bounds)),
        ("quantity", f"{price(sizing['qty_before_rounding'])} down to {price(sizing['qty'])}"),
        ("risk", f"{money(sizing['risk_usdt'])} USDT at the stop"),
        ("order cost", f"{money(sizing['order_cost'])} USDT of margin and fees"),
    ]
    return rendered(pairs(rows))


def _order(order: Facts) -> str:
    limits = (("limit", "price"), ("trigger", "trigger_price"))
    at = "".join(f", {word} {price(order[name])}" for word, name in limits if order[name])
    code = f" {order['code']}" if order["code"] else ""
    head = (
        f"order {order['order_id']}  {order['reason']}: {order['type']} {order['side']} "
        f"{price(order['qty'])}{at}: {order['status']}{code}"
    )
    return "\n".join([head, *(_fill(fill) for fill in order["fills"])])


def _fill(fill: Facts) -> str:
    return (
        f"  fill {fill['fill_id']}  {shown(fill['ts_fill'])}: {price(fill['qty'])} at "
        f"{price(fill['price'])} (reference {price(fill['ref_price'])}), {fill['liquidity']}, "
        f"fee {money(fill['fee'])}, slippage {money(fill['slippage_usdt'])} USDT"
    )


def _trade(leg: Facts) -> str:
    hung = ""
    if leg["margin"] is not None:
        unit = "ticks" if leg["margin_unit"] == "tick" else leg["margin_unit"]
        hung = f"\n  hung on {leg['margin_condition']} by {leg['margin']:.4g} {unit}"
    left = f"left {shown(leg['ts_exit'])} by {leg['exit_reason']} at {price(leg['exit_price'])}"
    head = f"trade {leg['position_id']}.{leg['leg']}  {leg['side']}"
    return f"{head}, {left}, net {money(leg['net_pnl'])} USDT{hung}"


def table_of_flips(sets: Sequence[Sequence[Facts]]) -> str:
    """Return each set of conditions with what they were and how far from flipping."""
    parts = []
    for number, one in enumerate(sets, 1):
        head = f"set {number}" if len(sets) > 1 else "condition"
        rows = [(flip["text"], flip["truth"], flip["wanted"], _far(flip)) for flip in one]
        parts.append(rendered(table((head, "was", "needed", "how far"), rows)))
    return "\n\n".join(parts)


def _far(flip: Facts) -> str:
    if flip["because"]:
        return str(flip["because"])
    return "; ".join(flip["far"]) or UNDEFINED
