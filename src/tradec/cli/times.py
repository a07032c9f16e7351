"""Instants as people write them: `2025-06-01`, `2025-06-01T12:30`, or ms since the epoch."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

END_MS = 253_370_764_800_000
"""9999-01-01: later instants have no date."""


if TYPE_CHECKING:
    _Base = click.ParamType[int]
else:
    _Base = click.ParamType  # older click has no type argument there


class Instant(_Base):
    """An instant in UTC, as int64 ms; a date means its first minute."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the instant in ms."""
        if isinstance(value, int):
            return value
        text = str(value).strip()
        ts_ms = int(text) if text.isdecimal() and len(text) > 8 else _ms_of(text)
        if ts_ms is None:
            message = f"`{text}` is no instant; write 2025-06-01, 2025-06-01T12:30 or ms"
            self.fail(message, param, ctx)
        if not 0 <= ts_ms < END_MS:
            self.fail(f"`{text}` is not between 1970 and 9999", param, ctx)
        return ts_ms


def _ms_of(text: str) -> int | None:
    """Return an ISO date or time, in UTC where it names no zone; None if it is neither."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def shown(ts_ms: int) -> str:
    """Return an instant as `2025-06-01 12:30`, in UTC."""
    moment = datetime.fromtimestamp(ts_ms / 1000, UTC)
    return f"{moment:%Y-%m-%d %H:%M}"
