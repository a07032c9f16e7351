"""The money rules of a play as JSON: what the manifest holds and an exchange is made from.

Values of variables are in place, rates are ratios, `_pct` is 0 to 100. A rule that needs a value of
the market names its slot, a whole number: `Strategy.seen(slot)` is that value as it is visible now
(see `runtime/strategy.pxd`), NaN where it is missing. Absent rules and caps are None.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from tradec.compiler import ir
from tradec.compiler.reads import every_output, intents, slots
from tradec.compiler.settings import setting

_BPS = 10_000.0


def rules_of(play: ir.Play, values: Mapping[str, int | float]) -> dict[str, Any]:
    """Return the money rules of a play, as `runtime.sim.rules.Rules.of` takes them.

    `stop`, `target`, `trailing`, `break_even`, `sizing`, `entry` and `backtest` are the records of
    `compiler/trading.py` field by field, with numbers for settings and slots for reads.
    `partial_exits` says whether an exit of the play may close less than everything.
    """
    plain = _Plain(play, values)
    account, risk = play.account, play.risk
    return {
        "symbol": play.symbol,
        "starting_equity_usdt": plain.value(account.starting_equity_usdt),
        "leverage": plain.value(risk.leverage),
        "taker_rate": plain.value(account.taker_bps) / _BPS,
        "maker_rate": plain.value(account.maker_bps) / _BPS,
        "slippage_rate": plain.value(account.slippage_bps) / _BPS,
        "min_trade_notional_usdt": plain.value(account.min_trade_notional_usdt),
        "max_margin_usdt": plain.value(account.max_margin_usdt),
        "max_notional_usdt": plain.value(account.max_notional_usdt),
        "max_drawdown_pct": plain.value(account.max_drawdown_pct),
        "maintenance_margin_rate": plain.value(account.maintenance_margin_rate),
        "mm_deduction": plain.value(account.mm_deduction),
        "on_sl_beyond_liq": account.on_sl_beyond_liq,
        "sizing": plain.value(risk.sizing),
        "stop": plain.value(risk.stop_loss),
        "target": plain.value(risk.take_profit),
        "trailing": plain.value(risk.trailing),
        "break_even": plain.value(risk.break_even),
        "sl_order_type": risk.sl_order_type,
        "tp_order_type": risk.tp_order_type,
        "entry": {
            **plain.value(play.entry),
            "expire_after_bars": int(setting(play.entry.expire_after_bars, values)),
        },
        "on_opposite": play.policy.on_opposite,
        "partial_exits": any(plain.value(i.percent) != 100 for i in intents(play)),
        "backtest": plain.value(play.backtest),
    }


def slots_of(play: ir.Play) -> list[dict[str, Any]]:
    """Return what each slot shows: its output, its offset, and how to read its number."""
    types = {(name, output.name): output.type for name, output in every_output(play)}
    found = []
    for read in slots(play):
        type_ = types[read.series, read.output]
        found.append(
            {
                "series": read.series,
                "output": read.output,
                "offset": read.offset,
                "kind": type_.kind.value,
                "tokens": [list(token) for token in type_.tokens],
            }
        )
    return found


def notes_of(play: ir.Play, values: Mapping[str, int | float]) -> list[dict[str, Any]]:
    """Return the metadata of every intent that has some: {word, notes: {name: [what, value]}}.

    `word` is that of the decision (`strategy.pxd`); [what, value] is ["slot", its number], to be
    resolved when the intent is decided, or ["value", a number, bool or text].
    """
    plain = _Plain(play, values)
    return [
        {"word": word, "notes": {note.name: plain.note(note) for note in intent.metadata}}
        for word, intent in words(play)
        if intent.metadata
    ]


def words(play: ir.Play) -> list[tuple[int, ir.Intent]]:
    """Return the word that a decision has for each intent of the play."""
    found = []
    for number, block in enumerate(play.blocks):
        emits = [*enumerate(case.emit for case in block.cases), (0xFFFF, block.otherwise)]
        for case, emit in emits:
            for index, intent in enumerate(emit):
                found.append((int(intent.action) | number << 8 | case << 24 | index << 40, intent))
    return found


def validation_of(play: ir.Play) -> dict[str, Any]:
    """Return what the play says about its synthetic runs; what it does not say is absent."""
    said = _said(play.validation)
    expect = _said(play.validation.expect)
    params = dict(play.validation.params)
    return {
        **{k: v for k, v in said.items() if k not in {"params", "expect"}},
        **({"params": params} if params else {}),
        **({"expect": expect} if expect else {}),
    }


def _said(node: ir.Node) -> dict[str, Any]:
    found = {item.name: getattr(node, item.name) for item in fields(node) if item.name != "span"}
    return {name: value for name, value in found.items() if value is not None}


class _Plain:
    """Turns records into JSON with the values of one run."""

    def __init__(self, play: ir.Play, values: Mapping[str, int | float]) -> None:
        self._values = values
        self._slots = {read: number for number, read in enumerate(slots(play))}

    def value(self, item: Any) -> Any:
        match item:
            case ir.Const() | ir.Param():
                return float(setting(item, self._values))
            case ir.Read():
                return self._slots[item]
            case ir.Node():
                names = [one.name for one in fields(item) if one.name != "span"]
                return {name: self.value(getattr(item, name)) for name in names}
            case _:
                return item

    def note(self, note: ir.Note) -> list[Any]:
        match note.value:
            case ir.Read():
                return ["slot", self._slots[note.value]]
            case ir.Word(text=text):
                return ["value", text]
            case ir.Const(value=value, type=type_) if type_.kind == "bool":
                return ["value", bool(value)]
            case ir.Const() | ir.Param():
                return ["value", setting(note.value, self._values)]
