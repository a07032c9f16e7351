"""Instants as people write them: `2025-06-01`, `2025-06-01T12:30`, or ms since the epoch."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

MINUTE_MS = 60_000


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
        if text.isdecimal() and len(text) > 8:
            return int(text)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            message = f"`{text}` is no instant; write 2025-06-01, 2025-06-01T12:30 or ms"
            self.fail(message, param, ctx)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return round(moment.timestamp() * 1000)


def shown(ts_ms: int) -> str:
    """Return an instant as `2025-06-01 12:30`, in UTC."""
    moment = datetime.fromtimestamp(ts_ms / 1000, UTC)
    return f"{moment:%Y-%m-%d %H:%M}"
