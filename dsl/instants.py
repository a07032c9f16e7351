"""Instants as a play writes them: a date, a date with a time, or milliseconds."""

import re
from datetime import UTC, datetime

from tradec.dsl import nodes
from tradec.dsl.context import Context
from tradec.dsl.marked import Marked
from tradec.dsl.values import read_scalar

_MILLISECONDS = re.compile(r"[0-9]{12,14}\Z")
_WRITTEN = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?\s*(Z|[+-]\d{2}:?\d{2})?\Z"
)


def read_instant(value: Marked, path: str, cx: Context) -> nodes.Literal | None:
    """Return milliseconds since 1970, UTC; report E103 and E104."""
    scalar = read_scalar(value, path, cx, "a date such as 2025-01-31")
    if scalar is None:
        return None
    try:
        instant = _milliseconds(scalar.text.strip())
    except ValueError:
        message = f"`{path}` is `{scalar.text}`, which is no day of the calendar"
        cx.report("E104", value.span, message)
        return None
    if instant is None:
        help_ = "write `2025-01-31`, `2025-01-31 12:00` or milliseconds since 1970, in UTC"
        cx.wrong_type(path, "a date", scalar, help_)
        return None
    return nodes.Literal(value=instant, span=value.span)


def _milliseconds(text: str) -> int | None:
    """Return the instant that a text spells, None if it spells none."""
    if _MILLISECONDS.match(text):
        return int(text)
    found = _WRITTEN.match(text)
    if found is None:
        return None
    day, time, zone = found.groups()
    moment = datetime.fromisoformat(f"{day}T{time or '00:00'}{_offset(zone)}")
    return round(moment.astimezone(UTC).timestamp() * 1000)


def _offset(zone: str | None) -> str:
    return "+00:00" if zone in {None, "Z"} else str(zone)
