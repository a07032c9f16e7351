"""What a command gives back, and how it is written: one JSON object, or text for people."""

import json
import math
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import click

from tradec.cli.exits import Exit
from tradec.cli.settings import Settings

Status = Literal["ok", "fail", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The answer of a command.

    `fail` means that it did its work and the answer is no; `error` that it could not. `text`
    writes the answer for people, lazily, so that `--json` never builds a table.
    """

    data: Mapping[str, Any]
    message: str
    text: Callable[[], str] | None = None
    status: Status = "ok"
    exit_code: Exit = Exit.OK
    error: Mapping[str, Any] | None = None
    warnings: tuple[str, ...] = field(default=())


def envelope(outcome: Outcome, settings: Settings) -> dict[str, Any]:
    """Return the one object that `--json` prints."""
    return {
        "schema": f"tradec/{settings.command}/1",
        "status": outcome.status,
        "message": outcome.message,
        "data": outcome.data,
        "warnings": [*settings.warnings, *outcome.warnings],
        "error": outcome.error,
        "elapsed_ms": settings.elapsed_ms,
    }


def write(outcome: Outcome, settings: Settings) -> int:
    """Print the outcome on stdout and return its exit code; a closed pipe is no error."""
    if settings.json:
        text = json.dumps(plain(envelope(outcome, settings)), allow_nan=False, ensure_ascii=False)
    else:
        text = outcome.text() if outcome.text else outcome.message
    try:
        if text:
            click.echo(text, color=settings.color)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence(sys.stdout.fileno())
    return int(outcome.exit_code)


def plain(value: Any) -> Any:
    """Return `value` with every number that JSON has no word for as null."""
    match value:
        case float():
            return value if math.isfinite(value) else None
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return value


def _silence(descriptor: int) -> None:
    """Lead a closed pipe to nowhere, so that the flush at exit stays quiet."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
