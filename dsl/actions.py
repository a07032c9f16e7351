"""The section `actions`, in the map form and in the list form."""

from tradec.dsl import nodes
from tradec.dsl.bind import Bound, bind, join_path
from tradec.dsl.conditions import read_condition
from tradec.dsl.context import Context
from tradec.dsl.diagnostics import Label
from tradec.dsl.marked import Mapping, Marked, Scalar, Sequence
from tradec.dsl.metadata import read_metadata
from tradec.dsl.schema import Number
from tradec.dsl.sections_rules import ACTION, BLOCK, CASE, INTENT, OTHERWISE
from tradec.dsl.span import Span
from tradec.dsl.values import read_number, read_scalar
from tradec.dsl.vocabulary import ACTIONS, EXIT_ACTIONS
from tradec.dsl.words import listed, suggest

_ACTIONS_RENAMED = {
    "enter_long": "entry_long",
    "enter_short": "entry_short",
    "long": "entry_long",
    "short": "entry_short",
    "buy": "entry_long",
    "sell": "entry_short",
    "close_long": "exit_long",
    "close_short": "exit_short",
    "close_all": "exit_all",
    "hold": "no_action",
}


def read_actions(value: Marked, at: Span, cx: Context) -> tuple[nodes.Block, ...]:
    """Return the blocks of a play in their order."""
    match value:
        case Mapping(entries=entries) if entries:
            blocks = [_read_entry(key, inner, cx) for key, inner in entries]
        case Sequence(items=items) if items:
            blocks = [
                _read_block(item, f"actions[{index}]", cx) for index, item in enumerate(items)
            ]
            _check_ids(blocks, cx)
        case Mapping() | Sequence():
            cx.report("E603", at, "`actions` is empty", "add an action such as `entry_long`")
            blocks = []
        case Scalar():
            cx.wrong_type("actions", "a mapping of actions, or a list of blocks", value)
            blocks = []
    return tuple(block for block in blocks if block is not None)


def _read_entry(key: Scalar, value: Marked, cx: Context) -> nodes.Block | None:
    path = join_path("actions", key.text)
    action = _read_action(key, key.text, cx)
    bound = Bound(path, key.span)
    if isinstance(value, Mapping) and _is_entry(value):
        bound = bind(ACTION, value, path, key.span, cx)
        given = bound.special.get("when")
        when = None if given is None else read_condition(given, join_path(path, "when"), cx)
    elif isinstance(value, Scalar) and value.plain and not value.text:
        cx.wrong_type(path, "a condition", value)
        when = None
    else:
        when = read_condition(value, path, cx)
    intent = _intent(action, bound, key.span, path, cx)
    if intent is None or action is None or when is None:
        return None
    case = nodes.Case(when=when, emit=(intent,), span=key.span.to(value.span))
    return nodes.Block(id=action, cases=(case,), span=key.span)


def _is_entry(value: Mapping) -> bool:
    """Whether a mapping is no condition, but has one as its `when`."""
    return any(key.text in {"when", "percent", "metadata"} for key, _ in value.entries)


def _read_action(scalar: Scalar, text: str, cx: Context) -> nodes.Literal | None:
    if text in ACTIONS:
        return nodes.Literal(value=text, span=scalar.span)
    help_ = suggest(text, ACTIONS, _ACTIONS_RENAMED)
    note = f"the actions are: {listed(ACTIONS)}"
    cx.report("E601", scalar.span, f"unknown action `{text}`", help_, notes=(note,))
    return None


def _check_ids(blocks: list[nodes.Block | None], cx: Context) -> None:
    seen: dict[object, nodes.Literal] = {}
    for block in blocks:
        if block is None:
            continue
        first = seen.setdefault(block.id.value, block.id)
        if first is not block.id:
            message = f"two blocks have the id `{block.id.value}`"
            label = Label(span=first.span, text="first here")
            cx.report("E105", block.id.span, message, labels=(label,))


def _read_block(value: Marked, path: str, cx: Context) -> nodes.Block | None:
    bound = bind(BLOCK, value, path, value.span, cx)
    cases = _read_cases(bound, path, cx)
    otherwise = _read_otherwise(bound, path, cx)
    id_ = bound.literal("id")
    if id_ is None:
        return None
    return nodes.Block(id=id_, cases=cases, otherwise=otherwise, span=value.span)


def _read_cases(bound: Bound, path: str, cx: Context) -> tuple[nodes.Case, ...]:
    path = join_path(path, "cases")
    items = _members("cases", bound, path, cx)
    cases = [_read_case(item, f"{path}[{index}]", cx) for index, item in enumerate(items)]
    return tuple(case for case in cases if case is not None)


def _read_case(value: Marked, path: str, cx: Context) -> nodes.Case | None:
    bound = bind(CASE, value, path, value.span, cx)
    emit = _read_intents(bound, path, cx)
    if "when" not in bound.special:
        return None
    when = read_condition(bound.special["when"], join_path(path, "when"), cx)
    return None if when is None else nodes.Case(when=when, emit=emit, span=value.span)


def _read_otherwise(bound: Bound, path: str, cx: Context) -> tuple[nodes.Intent, ...]:
    if "else" not in bound.special:
        return ()
    path = join_path(path, "else")
    key = bound.keys["else"]
    inner = bind(OTHERWISE, bound.special["else"], path, key.span, cx)
    return _read_intents(inner, path, cx)


def _read_intents(bound: Bound, path: str, cx: Context) -> tuple[nodes.Intent, ...]:
    path = join_path(path, "emit")
    items = _members("emit", bound, path, cx)
    intents = [_read_intent(item, f"{path}[{index}]", cx) for index, item in enumerate(items)]
    return tuple(intent for intent in intents if intent is not None)


def _members(name: str, bound: Bound, path: str, cx: Context) -> tuple[Marked, ...]:
    """Return the members of a list that must have some."""
    value = bound.special.get(name)
    if isinstance(value, Sequence):
        if not value.items:
            cx.report("E603", bound.keys[name].span, f"`{path}` is empty")
        return value.items
    if value is not None:
        cx.wrong_type(path, "a list", value)
    return ()


def _read_intent(value: Marked, path: str, cx: Context) -> nodes.Intent | None:
    if isinstance(value, Scalar):
        action = _read_named(value, path, cx)
        return None if action is None else nodes.Intent(action=action, span=value.span)
    bound = bind(INTENT, value, path, value.span, cx)
    named = bound.special.get("action")
    action = _read_named(named, join_path(path, "action"), cx) if named is not None else None
    return _intent(action, bound, value.span, path, cx)


def _intent(
    action: nodes.Literal | None, bound: Bound, span: Span, path: str, cx: Context
) -> nodes.Intent | None:
    """Return an action with its percent and metadata; None where the action is none."""
    percent = _read_percent(bound, action, path, cx) if "percent" in bound.special else None
    metadata = bound.special.get("metadata")
    notes = read_metadata(metadata, join_path(path, "metadata"), cx) if metadata else ()
    if action is None:
        return None
    return nodes.Intent(action=action, percent=percent, metadata=notes, span=span)


def _read_named(value: Marked, path: str, cx: Context) -> nodes.Literal | None:
    scalar = read_scalar(value, path, cx, "the name of an action")
    return _read_action(scalar, scalar.text, cx) if scalar is not None else None


def _read_percent(
    bound: Bound, action: nodes.Literal | None, path: str, cx: Context
) -> nodes.Value | None:
    written = bound.special["percent"]
    percent = read_number(Number(), written, join_path(path, "percent"), cx)
    number = cx.variables.number(percent)
    if action is None or number is None:
        return percent
    if action.value not in EXIT_ACTIONS:
        message = f"`{action.value}` closes nothing and takes no `percent`"
        cx.report("E602", bound.keys["percent"].span, message, "leave `percent` out")
    elif not 0 < number <= 100:
        message = f"`percent` is {number}, which is out of range"
        help_ = "write a number above 0 and at most 100"
        cx.report("E602", written.span, message, help_)
    return percent
