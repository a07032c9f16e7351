"""The values that a play attaches to its trades: `metadata` of an intent."""

from tradec.dsl import nodes
from tradec.dsl.bind import join_path
from tradec.dsl.context import Context
from tradec.dsl.marked import Mapping, Marked, Scalar
from tradec.dsl.operand_values import read_reference
from tradec.dsl.values import read_as_spelled
from tradec.dsl.words import listed

RESERVED = ("entry_price", "exit_percent", "sl_tp_ref_price", "stop_loss", "take_profit")
"""What a trade records of itself."""

_TAKES = "a value, or a mapping with `feature_id`"


def read_metadata(value: Marked, path: str, cx: Context) -> tuple[nodes.Note, ...]:
    """Return the entries in the order of the file; E103 and E307 say what is wrong."""
    if not isinstance(value, Mapping):
        cx.wrong_type(path, "a mapping of names to values", value)
        return ()
    notes = (_read_note(key, inner, join_path(path, key.text), cx) for key, inner in value.entries)
    return tuple(note for note in notes if note is not None)


def _read_note(key: Scalar, value: Marked, path: str, cx: Context) -> nodes.Note | None:
    named = cx.text(key)
    if named is None:
        return None
    if named.text in RESERVED:
        message = f"`{named.text}` is what a trade records of itself"
        note = f"reserved names: {listed(RESERVED)}"
        cx.report("E307", key.span, message, f"write `my_{named.text}`", notes=(note,))
    read = _read_value(value, path, cx)
    return None if read is None else nodes.Note(name=named.text, value=read, span=key.span)


def _read_value(value: Marked, path: str, cx: Context) -> nodes.Value | nodes.Ref | None:
    """Return a literal as it is spelled, or what a mapping with `feature_id` refers to."""
    match value:
        case Scalar():
            return read_as_spelled(value, path, cx, "operand")
        case Mapping():
            return read_reference(value, path, cx, _TAKES)
        case _:
            cx.wrong_type(path, _TAKES, value)
            return None
