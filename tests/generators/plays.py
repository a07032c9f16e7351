"""Random plays as YAML text, over everything that the language supports so far.

Units, their parameters and their outputs come from the catalogue, so a new unit takes part as soon
as its pair of files exists.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import yaml
from hypothesis import assume
from hypothesis import strategies as st

from generators.operands import Draw, Names, Operand, read
from generators.rules import Rule, condition
from generators.trading import Trading
from tradec.compiler import ir
from tradec.compiler.arguments import holds
from tradec.compiler.catalog import INDICATOR, standard
from tradec.compiler.chains import primary
from tradec.compiler.pipeline import check_source
from tradec.compiler.prices import BUILTINS, SOURCES, builtin
from tradec.compiler.unit_algebra import PRICE, VOLUME, resolve
from tradec.compiler.volatility import CAPABILITY, KEY, LENGTH, VOLATILITY
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import Source
from tradec.runtime.spec import BAR_INPUTS, Param, Spec
from tradec.runtime.timeframe import ORDER

CATALOG = standard()
FAST_EXEC = ("1m", "1m", "3m", "5m")
EXIT_ACTIONS = ("exit_long", "exit_short", "exit_all")
_ENTRIES = ("entry_long", "entry_short")
_LENGTHS = (1, 2, 2, 3, 3, 4, 5, 8, 13)
_RATIOS = (-0.272, 0, 0.382, 0.5, 0.618, 1, 1.618)
_SHOWN = 60  # outputs of a unit that rules may read
_REALS = (0.5, 1.0, 1.5, 2.0, 3.25)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A play as text and as the front of the compiler reads it."""

    text: str
    play: ir.Play


@dataclass(slots=True)
class _Scene:
    """What is declared so far: `units` are (kind, unit, timeframe, output unit) by id."""

    draw: Draw
    roles: dict[str, str]
    exec: str
    features: dict[str, Any] = field(default_factory=dict)
    structures: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    units: dict[str, tuple[str, str, str, str]] = field(default_factory=dict)
    names: Names = field(default_factory=lambda: Names([], {}))

    @property
    def exec_tf(self) -> str:
        return self.roles[self.exec]


@st.composite
def plays(draw: Draw, indicators: tuple[str, ...] | None = None, structure: str = "") -> Drawn:
    """Draw a valid play.

    With `indicators` it has only these, and no structures; with `structure` it has this one, and
    its rules read little else.
    """
    text = draw(play_texts(indicators, structure))
    play = check_source(Source("random.yml", text), Diagnostics())
    assume(play is not None)
    assert play is not None
    return Drawn(text, play)


@st.composite
def play_texts(draw: Draw, indicators: tuple[str, ...] | None = None, structure: str = "") -> str:
    """Draw the text of a play that is valid but for rare corners."""
    scene = _scene(draw)
    for _ in range(draw(st.integers(1, 5))):
        _add_feature(scene, "" if indicators is None else draw(st.sampled_from(indicators)))
    if indicators is None and draw(st.integers(0, 2)) == 0:  # for stops and structures to read
        _add_feature(scene, draw(st.sampled_from(CATALOG.providing(CAPABILITY))))
    for _ in range(draw(st.integers(0, 3)) if indicators is None else 0):
        _add_structure(scene, draw(st.sampled_from(CATALOG.structures())), None)
    _add_bars(scene)
    _add_builtins(scene)
    _add_qualified(scene)
    scene.names.exec_tf = scene.exec_tf
    if structure:
        own = f"{_add_structure(scene, structure, None)}:"
        scene.names.reads = [one for one in scene.names.reads if one.text.startswith(own)]
    for k in range(draw(st.sampled_from((0, 0, 1, 2)))):
        scene.names.setups[f"setup_{k}"] = condition(draw, scene.names, 1).either(draw)
    written = _skeleton(scene)
    exit_mode = draw(st.sampled_from(("sl_tp_only", "signal", "first_hit", "first_hit")))
    has_exits = exit_mode != "sl_tp_only"
    written["actions"] = _actions(scene, has_exits=has_exits)
    mode = draw(st.sampled_from(("long_only", "short_only", "long_short", "long_short")))
    written["position_policy"] = {"mode": mode, "exit_mode": exit_mode}
    if draw(st.integers(0, 2)) == 0:
        turns = ("ignore", "close", "reverse") if has_exits else ("ignore",)
        written["position_policy"]["on_opposite"] = draw(st.sampled_from(turns))
    written |= _trading(scene, written["account"], mode, has_exits=has_exits).sections()
    if draw(st.integers(0, 3)) == 0:
        written = _spelled_with_variables(scene, written)
    if scene.names.variables:
        written["variables"] = scene.names.variables
    return yaml.safe_dump(written, sort_keys=False, default_flow_style=None, width=1000)


def _scene(draw: Draw) -> _Scene:
    low = draw(st.sampled_from(FAST_EXEC))
    if draw(st.integers(0, 4)) == 0:  # slow plays: days, weeks and months close more often
        low = draw(st.sampled_from(("15m", "1h", "4h")))
    med, high = sorted((_slower(draw, low), _slower(draw, low)), key=ORDER.index)
    near = ORDER.index(med) - ORDER.index(low) <= 2
    role = draw(st.sampled_from(("low_tf", "low_tf", "med_tf" if near else "low_tf")))
    return _Scene(draw, {"low_tf": low, "med_tf": med, "high_tf": high}, role)


def _slower(draw: Draw, low: str) -> str:
    """Return a timeframe at least as slow as `low`, mostly one that closes often."""
    usable = ORDER[ORDER.index(low) :]
    near = usable[:4] if draw(st.integers(0, 3)) else usable
    return str(draw(st.sampled_from(near)))


def _skeleton(scene: _Scene) -> dict[str, Any]:
    draw = scene.draw
    written: dict[str, Any] = {
        "version": "3.0.0",
        "name": "random",
        **draw(st.sampled_from(({"symbol": "BTCUSDT"}, {"symbol_universe": ["BTCUSDT"]}))),
        "timeframes": {**scene.roles, "exec": scene.exec},
        "account": _account(scene),
        "features": scene.features,
    }
    if scene.structures:
        written["structures"] = {role: _section(scene, role) for role in scene.structures}
    if scene.names.setups:
        setups = [*scene.names.setups.items()]
        written["setups"] = dict(setups[::-1] if draw(st.booleans()) else setups)
    if draw(st.booleans()):
        written[draw(st.sampled_from(("validation", "synthetic")))] = {"pattern": "ranging"}
    maybe = {
        "evaluation": st.sampled_from((None, None, None, "exec_close", "every_1m")),
        "warmup": st.sampled_from((None, None, {"tolerance": 0.05}, "exact")),
    }
    drawn = {key: draw(values) for key, values in maybe.items()}
    return {**written, **{key: value for key, value in drawn.items() if value is not None}}


def _spelled_with_variables(scene: _Scene, written: dict[str, Any]) -> dict[str, Any]:
    """Return a play that writes the number of one name as `${n}`, wherever the name stands."""
    name = scene.draw(st.sampled_from([*scene.units]))
    stem, _, number = name.rpartition("_")
    scene.names.variables["n"] = int(number)
    spelled = partial(re.compile(rf"\b{name}\b").sub, f"{stem}_${{n}}")
    found = _mapped(written, spelled)
    assert isinstance(found, dict)
    return found


def _mapped(tree: Any, change: Callable[[str], str]) -> Any:
    match tree:
        case dict():
            return {change(key): _mapped(value, change) for key, value in tree.items()}
        case list():
            return [_mapped(item, change) for item in tree]
        case str():
            return change(tree)
        case _:
            return tree


def _section(scene: _Scene, role: str) -> Any:
    """Return the structures of a role: a list where all of them run on the role's timeframe."""
    lists = scene.structures[role]
    default = scene.exec_tf if role == "exec" else scene.roles[role]
    return lists[default] if set(lists) == {default} and scene.draw(st.integers(0, 3)) else lists


def _account(scene: _Scene) -> dict[str, Any]:
    draw = scene.draw
    maybe = {
        "starting_equity_usdt": st.sampled_from((1000, 10000.0)),
        "max_leverage": st.sampled_from((1, 1.5, 3)),
        "max_drawdown_pct": st.sampled_from((5, 50.0, 100)),
        "slippage_bps": st.sampled_from((0, 2.5)),
        "min_trade_notional_usdt": st.sampled_from((0, 10)),
        "fee_model": st.sampled_from(({"taker_bps": 0}, {"taker_bps": 5.5, "maker_bps": -1})),
        "max_notional_usdt": st.sampled_from((500, 5000.0)),
        "max_margin_usdt": st.just(700),
        "maintenance_margin_rate": st.sampled_from((0, 0.02)),
        "mm_deduction": st.just(1),
        "on_sl_beyond_liq": st.sampled_from(("reject", "adjust", "warn")),
    }
    return {name: draw(values) for name, values in maybe.items() if draw(st.booleans())}


# --- series -----------------------------------------------------------------------------------


def _timeframe(scene: _Scene) -> tuple[str, str]:
    """Return a timeframe as written and as meant."""
    draw = scene.draw
    if draw(st.integers(0, 2)):
        role = draw(st.sampled_from((*scene.roles, "exec", "exec", "exec")))
        return role, scene.exec_tf if role == "exec" else scene.roles[role]
    name = _slower(draw, scene.roles["low_tf"])
    return name, name


def _add_feature(scene: _Scene, unit: str = "", where: tuple[str, str] | None = None) -> str:
    draw = scene.draw
    unit = unit or draw(st.sampled_from(CATALOG.indicators()))
    spec = CATALOG.spec(unit)
    written, timeframe = where or _timeframe(scene)
    feature: dict[str, Any] = {"indicator": unit, "params": _params(scene, spec, timeframe)}
    keys = {p.name: _key(scene, p.of, timeframe) for p in spec.params if p.of}
    feature["params"] |= keys
    if written != "exec" or draw(st.booleans()):
        feature["tf"] = written
    source_unit = PRICE
    if "source" in spec.inputs and draw(st.booleans()):
        feature["source"], source_unit = _source(scene, timeframe)
    name = f"{unit}_{len(scene.units)}"
    scene.features[name] = feature
    _declare(scene, name, unit, timeframe, source_unit, feature["params"])
    return name


def _declare(
    scene: _Scene,
    name: str,
    unit: str,
    timeframe: str,
    source_unit: str,
    params: dict[str, Any],
) -> None:
    spec = CATALOG.spec(unit)
    given = {p.name: _plain(scene, params.get(p.name, p.default)) for p in spec.params}
    outputs = spec.outputs_of(given)
    for output in outputs[:_SHOWN]:
        field_name = output.name if len(outputs) > 1 else ""
        words = tuple(word or "none" for word, _ in output.tokens)
        measured = resolve(output.unit, source_unit)
        text = f"{name}:{field_name}"
        scene.names.reads.append(Operand(text, text, output.kind, measured, words))
    first = resolve(primary(spec).unit, source_unit) if primary(spec).kind == "float" else ""
    scene.units[name] = (spec.kind, unit, timeframe, first)


def _source(scene: _Scene, timeframe: str) -> tuple[str, str]:
    """Return a price, or a feature of the same timeframe, and its unit."""
    chained = {
        name: unit
        for name, (kind, _, tf, unit) in scene.units.items()
        if kind == INDICATOR and tf == timeframe and unit
    }
    name = scene.draw(st.sampled_from((*SOURCES, *chained, *chained)))
    if name in chained:
        return name, chained[name]
    return name, VOLUME if name == "volume" else PRICE


def _key(scene: _Scene, unit: str, timeframe: str) -> str:
    """Return a structure of one unit and timeframe for a feature to read, made now if need be."""
    draw = scene.draw
    known = [name for name, one in scene.units.items() if one[1:3] == (unit, timeframe)]
    if known and draw(st.integers(0, 3)):
        return str(draw(st.sampled_from(known)))
    return _add_structure(scene, unit, (draw(st.sampled_from((*scene.roles, "exec"))), timeframe))


def _add_structure(scene: _Scene, unit: str, where: tuple[str, str] | None) -> str:
    spec = CATALOG.spec(unit)
    role, timeframe = where or _place(scene)
    slots = _slots(scene, spec)
    uses = [_used(scene, slot, (role, timeframe)) for slot in slots]
    name = f"{unit}_{len(scene.units)}"
    entry: dict[str, Any] = {"type": unit, "key": name}
    entry["params"] = _params(scene, spec, timeframe, slots)
    source_unit = PRICE
    if "source" in spec.inputs:
        entry["params"]["source"], source_unit = _source(scene, timeframe)
    if uses:
        entry["uses"] = uses[0] if len(uses) == 1 else uses
    scene.structures.setdefault(role, {}).setdefault(timeframe, []).append(entry)
    _declare(scene, name, unit, timeframe, source_unit, entry["params"])
    return name


def _slots(scene: _Scene, spec: Spec) -> tuple[str, ...]:
    """Return what a structure is to use: all that it needs, some of what it may."""
    optional = [slot for slot in spec.optional if scene.draw(st.booleans())]
    return (*spec.needs, *optional)


def _place(scene: _Scene) -> tuple[str, str]:
    """Return the section of a structure and its timeframe, which may be another one."""
    written, timeframe = _timeframe(scene)
    roles = (*scene.roles, "exec")
    role = written if written in roles else scene.draw(st.sampled_from(roles))
    return role, timeframe


def _used(scene: _Scene, need: str, where: tuple[str, str]) -> str:
    """Return a structure above in the same list, made now if there is none."""
    section = scene.structures.get(where[0], {}).get(where[1], [])
    known = [str(entry["key"]) for entry in section if entry["type"] == need]
    if known and scene.draw(st.integers(0, 3)):
        return str(scene.draw(st.sampled_from(known)))
    return _add_structure(scene, need, where)


def _params(
    scene: _Scene, spec: Spec, timeframe: str, slots: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return parameters that keep the constraints of the SPEC."""
    draw = scene.draw
    values: dict[str, Any] = {}
    used = spec.names_of_used({slot: {} for slot in slots})
    for _ in range(40):
        values = {p.name: _value(draw, p) for p in spec.params if p.kind != "series"}
        if _keeps_rules(spec, {**_full(spec, values), **used}):
            break
    if VOLATILITY in spec.inputs:
        _add_volatility(scene, spec, values, timeframe, used)
    every = {name: value for name, value in values.items() if value is not None}
    written = {
        name: value
        for name, value in every.items()
        if spec.param(name).required or draw(st.integers(0, 7))
    }
    if not _is_complete(spec, written, used):
        written = every
    return {name: _as_variable(scene, value) for name, value in written.items()}


def _is_complete(spec: Spec, written: dict[str, Any], used: dict[str, Any]) -> bool:
    """Return whether a unit takes these parameters and defaults for the rest."""
    defaults = {p.name: None if p.kind == "series" else p.default for p in spec.params}
    values = {**defaults, **written, **used}
    absent = [p for p in spec.params if values[p.name] is None and p.required_if]
    return _keeps_rules(spec, values) and not any(
        holds(p.required_if, values, absent=False) for p in absent
    )


def _keeps_rules(spec: Spec, values: dict[str, Any]) -> bool:
    rules = (*spec.constraints, *spec.use_rules)
    return all(holds(formula, values, absent=True) for formula, _ in rules)


def _full(spec: Spec, values: dict[str, Any]) -> dict[str, Any]:
    return {p.name: values.get(p.name) for p in spec.params}


def _value(draw: Draw, param: Param) -> Any:
    is_optional = not param.required and param.default is None
    if is_optional and not param.required_if and draw(st.booleans()):
        return None
    match param.kind:
        case "int":
            low, high = int(param.low or 0), int(param.high or 5000)
            return draw(
                st.sampled_from([n for n in (low, high, *_LENGTHS) if low <= n <= min(high, 20)])
            )
        case "float":
            return draw(
                st.sampled_from([x for x in _REALS if param.high is None or x <= param.high])
            )
        case "bool":
            return draw(st.booleans())
        case "list":
            return draw(st.lists(st.sampled_from(_RATIOS), min_size=1, max_size=4, unique=True))
        case _:
            return draw(st.sampled_from(param.choices))


def _add_volatility(
    scene: _Scene, spec: Spec, values: dict[str, Any], timeframe: str, used: dict[str, Any]
) -> None:
    """Give a structure its average true range: a declared feature, or a private one."""
    known = [
        name
        for name, (_, unit, tf, _) in scene.units.items()
        if tf == timeframe and CAPABILITY in CATALOG.spec(unit).provides
    ]
    values[LENGTH] = scene.draw(st.sampled_from((None, *_LENGTHS)))
    if known and scene.draw(st.booleans()):
        values[LENGTH] = None
        values[KEY] = scene.draw(st.sampled_from(known))
    elif not _is_complete(spec, {n: v for n, v in values.items() if v is not None}, used):
        values[LENGTH] = 3


def _plain(scene: _Scene, value: Any) -> Any:
    """Return a parameter as it is meant, lists as tuples."""
    if isinstance(value, list | tuple):
        return tuple(_plain(scene, item) for item in value)
    if isinstance(value, str) and value.startswith("${"):
        return _plain(scene, scene.names.variables[value[2:-1]])
    return value


def _as_variable(scene: _Scene, value: Any) -> Any:
    if isinstance(value, list) and scene.draw(st.booleans()):
        return [_as_variable(scene, item) for item in value]
    if isinstance(value, bool | str) or scene.draw(st.integers(0, 4)):
        return value
    name = f"v{len(scene.names.variables)}"
    scene.names.variables[name] = value
    return f"${{{name}}}"


def _add_bars(scene: _Scene) -> None:
    """Name the bars of the exec timeframe, and those of others by timeframe or by role."""
    others = scene.draw(st.lists(st.sampled_from([*scene.roles]), max_size=1))
    others += [_slower(scene.draw, scene.roles["low_tf"])] * scene.draw(st.integers(0, 1))
    for qualifier in ("", *others):
        for name in BAR_INPUTS:
            text = f"{qualifier}.{name}:" if qualifier else f"{name}:"
            unit = VOLUME if name == "volume" else PRICE
            scene.names.reads.append(Operand(text, text, "float", unit))


def _add_builtins(scene: _Scene) -> None:
    """Name the market's own numbers; where the price of the minute is one, it is named often."""
    names = scene.draw(st.lists(st.sampled_from(BUILTINS), max_size=2, unique=True))
    for name in names:
        (output,) = builtin(name, scene.exec_tf).outputs
        operand = Operand(f"{name}:", f"{name}:", output.type.kind, output.type.unit)
        scene.names.reads += [operand] * scene.draw(st.integers(1, 4))


def _add_qualified(scene: _Scene) -> None:
    """Name a feature with its own timeframe in front, or with another one, which clones it."""
    name = scene.draw(st.sampled_from([*scene.features]))
    outputs = [one for one in scene.names.reads if one.text.startswith(f"{name}:")]
    timeframe = scene.units[name][2]
    if scene.draw(st.booleans()):
        timeframe = _slower(scene.draw, scene.roles["low_tf"])
    scene.names.reads += [replace(one, text=f"{timeframe}.{one.text}") for one in outputs]


# --- actions and money ------------------------------------------------------------------------


def _actions(scene: _Scene, *, has_exits: bool) -> Any:
    draw = scene.draw
    allowed = (*_ENTRIES, *EXIT_ACTIONS) if has_exits else _ENTRIES
    if draw(st.booleans()):
        chosen = draw(st.lists(st.sampled_from(allowed), min_size=1, max_size=3, unique=True))
        if has_exits and not set(chosen) & set(EXIT_ACTIONS):
            chosen.append("exit_all")
        return {action: _said(scene, action) for action in chosen}
    blocks = [_block(scene, f"block_{k}", allowed) for k in range(draw(st.integers(1, 3)))]
    if has_exits:
        blocks.append({"id": "leave", "cases": [_case(scene, EXIT_ACTIONS)]})
    return blocks


def _block(scene: _Scene, name: str, allowed: tuple[str, ...]) -> dict[str, Any]:
    draw = scene.draw
    cases = [_case(scene, allowed) for _ in range(draw(st.integers(1, 3)))]
    block: dict[str, Any] = {"id": name, "cases": cases}
    if draw(st.integers(0, 2)) == 0:
        block["else"] = {"emit": _emit(scene, allowed)}
    return block


def _case(scene: _Scene, allowed: tuple[str, ...]) -> dict[str, Any]:
    return {"when": _when(scene).either(scene.draw), "emit": _emit(scene, allowed)}


def _said(scene: _Scene, action: str) -> Any:
    """Return what stands under an action: a condition, or a mapping that says more."""
    when = _when(scene).either(scene.draw)
    more = _more(scene, action)
    return {"when": when, **more} if more else when


def _emit(scene: _Scene, allowed: tuple[str, ...]) -> list[Any]:
    draw = scene.draw
    actions = draw(st.lists(st.sampled_from((*allowed, "no_action")), min_size=1, max_size=3))
    return [_intent(scene, action) for action in actions]


def _intent(scene: _Scene, action: str) -> Any:
    more = _more(scene, action)
    return {"action": action, **more} if more or scene.draw(st.booleans()) else action


def _more(scene: _Scene, action: str) -> dict[str, Any]:
    """Return the percent of an exit and the metadata of an entry, now and then."""
    draw = scene.draw
    if draw(st.integers(0, 3)):
        return {}
    if action in EXIT_ACTIONS:
        return {"percent": _as_variable(scene, draw(st.sampled_from((0.5, 30, 50.0, 100))))}
    if action == "no_action":
        return {}
    operand = read(draw, scene.names, frozenset({"int", "float", "bool", "enum"}))
    assert operand is not None, "every play can read its bars"
    notes: dict[str, Any] = {"why": "a dip", "level": 2.5}
    if isinstance(operand.yaml, dict):
        notes["seen"] = operand.yaml
    return {"metadata": notes}


def _when(scene: _Scene) -> Rule:
    """Return a rule; a short one is true more often."""
    return condition(scene.draw, scene.names, scene.draw(st.sampled_from((0, 1, 2, 2))))


def _trading(scene: _Scene, account: dict[str, Any], mode: str, *, has_exits: bool) -> Trading:
    ranges = [
        name
        for name, (kind, unit, _, _) in scene.units.items()
        if kind == INDICATOR and CAPABILITY in CATALOG.spec(unit).provides
    ]
    structures = [name for name, (kind, *_) in scene.units.items() if kind != INDICATOR]
    levels = [
        one
        for one in scene.names.reads
        if one.kind == "float" and one.unit == PRICE and one.text.partition(":")[0] in structures
    ]
    return Trading(
        draw=scene.draw,
        volatilities=ranges,
        levels=levels,
        variable=partial(_as_variable, scene),
        mode=mode,
        leverage=account.get("max_leverage", 1),
        has_exits=has_exits,
    )
