"""Random conditions as surface nodes, and how each is written in both forms."""

from typing import TypeAlias

from hypothesis import strategies as st

from tradec.dsl import nodes

Written: TypeAlias = str | int | float | bool | list["Written"] | dict[str, "Written"]

_NAMES = st.sampled_from(["ema_9", "rsi_14", "close", "android", "is_up", "swing_1h", "not_it"])
_FIELDS = st.sampled_from(["signal", "level", "zone", "high_level", "state"])
_QUALIFIERS = st.sampled_from([None, None, "1h", "15m", "D", "W", "high_tf", "exec"])
_INTEGERS = st.integers(-(10**6), 10**6)
_FLOATS = st.floats(-1e6, 1e6).map(lambda value: value + 0.0)
_OPS = st.sampled_from([">", "<", ">=", "<=", "==", "!="])

_COMMON_INDEXES = st.lists(st.integers(0, 500), max_size=1).map(tuple)
_FIELD_INDEXES = st.lists(st.one_of(_INTEGERS, st.sampled_from([0.618, -0.272, 1.0])), max_size=2)


@st.composite
def refs(draw: st.DrawFn) -> nodes.Ref:
    fields = draw(st.lists(st.tuples(_FIELDS, _FIELD_INDEXES.map(tuple)), max_size=2))
    indexes = draw(_COMMON_INDEXES) if not fields else ()
    first = nodes.Segment(name=draw(_NAMES), indexes=indexes)
    rest = tuple(nodes.Segment(name=name, indexes=indexes) for name, indexes in fields)
    return nodes.Ref(qualifier=draw(_QUALIFIERS), segments=(first, *rest))


literals = st.one_of(_INTEGERS, _FLOATS).map(lambda value: nodes.Literal(value=value))


def _arithmetic(inner: st.SearchStrategy[nodes.Operand]) -> st.SearchStrategy[nodes.Operand]:
    binary = st.builds(nodes.Arithmetic, op=st.sampled_from("+-*/%"), left=inner, right=inner)
    unary = st.builds(nodes.Negate, operand=inner.filter(lambda x: not _is_literal(x)))
    absolute = st.builds(nodes.Call, function=st.just("abs"), operands=st.tuples(inner))
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    chosen = st.builds(nodes.Call, function=st.sampled_from(["min", "max"]), operands=several)
    return st.one_of(binary, unary, absolute, chosen)


def _is_literal(operand: nodes.Operand) -> bool:
    return isinstance(operand, nodes.Literal)


operands: st.SearchStrategy[nodes.Operand] = st.recursive(
    st.one_of(refs(), literals), _arithmetic, max_leaves=4
)
lefts = operands.filter(lambda operand: not _is_literal(operand))

_tolerances = st.floats(0, 1e3).map(lambda value: nodes.Literal(value=value))
_bounds = (
    st.tuples(_INTEGERS, _INTEGERS)
    .map(sorted)
    .map(lambda pair: (nodes.Literal(value=pair[0]), nodes.Literal(value=pair[1])))
)
_members = st.one_of(
    _INTEGERS.map(lambda value: nodes.Literal(value=value)),
    st.booleans().map(lambda value: nodes.Literal(value=value)),
    st.sampled_from(["bullish", "none", "high"]).map(
        lambda word: nodes.Ref(qualifier=None, segments=(nodes.Segment(name=word),))
    ),
)
predicates: st.SearchStrategy[nodes.Condition] = st.one_of(
    st.builds(nodes.Compare, op=_OPS, left=lefts, right=operands),
    st.builds(nodes.Cross, above=st.booleans(), left=lefts, right=operands),
    st.builds(
        lambda operand, pair: nodes.Between(operand=operand, low=pair[0], high=pair[1]),
        lefts,
        _bounds,
    ),
    st.builds(nodes.Between, operand=lefts, low=lefts, high=lefts),
    st.builds(
        nodes.Near, relative=st.booleans(), left=lefts, right=operands, tolerance=_tolerances
    ),
    st.builds(nodes.In, operand=lefts, members=st.lists(_members, min_size=1).map(tuple)),
    st.builds(nodes.Changed, operand=operands),
    st.builds(nodes.SetupRef, name=_NAMES),
    st.builds(nodes.Truth, operand=refs()),
    st.builds(nodes.Truth, operand=st.booleans().map(lambda value: nodes.Literal(value=value))),
)


def _blocks(inner: st.SearchStrategy[nodes.Condition]) -> st.SearchStrategy[nodes.Condition]:
    members = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        st.builds(nodes.Not, operand=inner),
        windows(inner),
        members.map(lambda found: nodes.All(operands=_flat(found, nodes.All))),
        members.map(lambda found: nodes.Any(operands=_flat(found, nodes.Any))),
    )


def _counts(high: int) -> st.SearchStrategy[nodes.Literal]:
    return st.integers(1, high).map(lambda value: nodes.Literal(value=value))


@st.composite
def windows(draw: st.DrawFn, inner: st.SearchStrategy[nodes.Condition]) -> nodes.Window:
    kind = draw(st.sampled_from(["holds", "occurred", "count"]))
    every = None
    if draw(st.booleans()):
        words = draw(st.sampled_from(["1m", "90m", "4h", "24h", "1d"]))
        length = nodes.Literal(value=words)
    else:
        length = draw(_counts(500))
        name = draw(st.sampled_from([None, "1h", "D", "high_tf", "exec"]))
        every = nodes.Literal(value=name) if name else None
    least = draw(_counts(9)) if kind == "count" else None
    return nodes.Window(kind=kind, length=length, operand=draw(inner), least=least, every=every)


def _flat(
    found: list[nodes.Condition], kind: type[nodes.All | nodes.Any]
) -> tuple[nodes.Condition, ...]:
    flat: list[nodes.Condition] = []
    for one in found:
        match one:
            case nodes.All(operands=inner) | nodes.Any(operands=inner) if isinstance(one, kind):
                flat.extend(inner)
            case _:
                flat.append(one)
    return tuple(flat)


conditions: st.SearchStrategy[nodes.Condition] = st.recursive(predicates, _blocks, max_leaves=6)


def as_text(node: nodes.Condition | nodes.Operand) -> str:  # noqa: C901, PLR0912  one arm a node
    """Return a node as an expression, with parentheses around everything."""
    match node:
        case nodes.Literal(value=bool() as value):
            return str(value).lower()
        case nodes.Literal(value=value):
            return str(value)
        case nodes.VarRef(name=name):
            return "${" + name + "}"
        case nodes.Ref(qualifier=qualifier, segments=segments):
            path = ".".join(map(_segment, segments))
            return f"{qualifier}.{path}" if qualifier else path
        case nodes.Negate(operand=operand):
            return f"-({as_text(operand)})"
        case nodes.Arithmetic(op=op, left=left, right=right):
            return f"({as_text(left)} {op} {as_text(right)})"
        case nodes.Compare(op=op, left=left, right=right):
            return f"{as_text(left)} {op} {as_text(right)}"
        case nodes.Cross(above=above, left=left, right=right):
            direction = "above" if above else "below"
            return f"{as_text(left)} crosses {direction} {as_text(right)}"
        case nodes.Between(operand=operand, low=low, high=high):
            return f"{as_text(operand)} between {as_text(low)} and {as_text(high)}"
        case nodes.Near(relative=relative, left=left, right=right, tolerance=tolerance):
            percent = "%" if relative else ""
            amount = as_text(tolerance) + percent
            return f"{as_text(left)} near {as_text(right)} within {amount}"
        case nodes.Call(function=function, operands=arguments):
            return f"{function}({', '.join(map(as_text, arguments))})"
        case nodes.In(operand=operand, members=members):
            return f"{as_text(operand)} in ({', '.join(map(as_text, members))})"
        case nodes.Changed(operand=operand):
            return f"changed({as_text(operand)})"
        case nodes.SetupRef(name=name):
            return f"setup({name})"
        case nodes.Window():
            return _window_text(node)
        case nodes.Truth(operand=operand):
            return as_text(operand)
        case nodes.Not(operand=operand):
            return f"not ({as_text(operand)})"
        case nodes.All(operands=members):
            return " and ".join(f"({as_text(member)})" for member in members)
        case nodes.Any(operands=members):
            return " or ".join(f"({as_text(member)})" for member in members)


def _window_text(node: nodes.Window) -> str:
    every = f", every {node.every.value}" if node.every else ""
    length = as_text(node.length)
    called = f"{node.kind}({as_text(node.operand)}, {length}{every})"
    return f"{called} >= {as_text(node.least)}" if node.least else called


def _window_lists(node: nodes.Window) -> Written:
    names = {"holds": "holds_for", "occurred": "occurred_within", "count": "count_true"}
    is_duration = isinstance(node.length, nodes.Literal) and isinstance(node.length.value, str)
    inner: dict[str, Written] = {
        "duration" if is_duration else "bars": as_lists(node.length),
        "expr": as_lists(node.operand),
    }
    if node.least:
        inner["min_true"] = as_lists(node.least)
    if node.every:
        inner["anchor_tf"] = str(node.every.value)
    return {f"{names[node.kind]}_duration" if is_duration else names[node.kind]: inner}


def _segment(segment: nodes.Segment) -> str:
    return segment.name + "".join(f"[{index}]" for index in segment.indexes)


def as_lists(node: nodes.Condition | nodes.Operand) -> Written:  # noqa: C901, PLR0912  as above
    """Return a node in the form of lists and mappings."""
    match node:
        case nodes.Literal(value=value):
            return value
        case nodes.Arithmetic(op="+" | "-" as op, left=left, right=right):
            return {op: [as_lists(left), as_lists(right)]}
        case nodes.Arithmetic(op=op, left=left, right=right):
            return [as_lists(left), op, as_lists(right)]
        case nodes.Compare(op=op, left=left, right=right):
            return {"lhs": as_lists(left), "op": op, "rhs": as_lists(right)}
        case nodes.Cross(above=above, left=left, right=right):
            return [as_lists(left), "cross_above" if above else "cross_below", as_lists(right)]
        case nodes.Between(operand=operand, low=low, high=high):
            return [as_lists(operand), "between", [as_lists(low), as_lists(high)]]
        case nodes.Near(relative=relative, left=left, right=right, tolerance=tolerance):
            op = "near_pct" if relative else "near_abs"
            return [as_lists(left), op, as_lists(right), as_lists(tolerance)]
        case nodes.In(operand=operand, members=members):
            return [as_lists(operand), "in", [as_lists(member) for member in members]]
        case nodes.SetupRef(name=name):
            return {"setup": name}
        case nodes.Window():
            return _window_lists(node)
        case nodes.Truth(operand=operand):
            return as_text(operand)
        case nodes.Not(operand=operand):
            return {"not": as_lists(operand)}
        case nodes.All(operands=members):
            return {"all": [as_lists(member) for member in members]}
        case nodes.Any(operands=members):
            return {"any": [as_lists(member) for member in members]}
        case nodes.Ref(qualifier=None, segments=(nodes.Segment(name=name, indexes=(offset,)),)):
            assert isinstance(offset, int)
            return {"feature_id": name, "offset": offset}
        case _:
            return as_text(node)
