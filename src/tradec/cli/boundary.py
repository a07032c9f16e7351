"""The boundary between tradec and its caller: every exception becomes an answer and a code."""

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

import click

from tradec.cli.app import tradec_
from tradec.cli.error import CommandError, Terminated, error_of, unwritable
from tradec.cli.exits import Exit
from tradec.cli.frame import path_of
from tradec.cli.outcome import Outcome, write
from tradec.cli.settings import Settings

_OBJECTS_PER_COLLECTION = 100_000
"""Reading a play makes trees without circles; Python's 700 costs a third of its time."""


def main() -> NoReturn:
    """Run the command line of this process and leave with its exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    gc.set_threshold(_OBJECTS_PER_COLLECTION)
    code = call(sys.argv[1:])
    if code == Exit.INTERRUPTED:
        _leave(code)
    sys.exit(code)


def call(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    settings = Settings(json="--json" in arguments, debug="--debug" in arguments)
    try:
        code = tradec_.main(list(arguments), "tradec", standalone_mode=False, obj=settings)
    except click.UsageError as problem:
        return _answer(_usage(problem, settings), settings)
    except CommandError as failure:
        return _answer(failure, settings)
    except (click.Abort, KeyboardInterrupt):
        return _answer(_stopped("interrupted", Exit.INTERRUPTED), settings)
    except Terminated:
        return _answer(_stopped("terminated", Exit.TERMINATED), settings)
    except OSError as refusal:
        return _answer(unwritable(refusal), settings)
    except Exception as defect:  # noqa: BLE001  the last resort: exit 9, no bare traceback
        return _answer(error_of(defect) or _internal(defect, settings), settings)
    return code if isinstance(code, int) else int(Exit.OK)


def _leave(code: int) -> NoReturn:
    """End the process now: an interrupt inside `exec` makes Python die of SIGINT at its end."""
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    del number, frame
    raise Terminated


def _answer(failure: CommandError, settings: Settings) -> int:
    """Write a failure to stderr, or as the one JSON object, and return its exit code."""
    if settings.json:
        outcome = Outcome(
            data={},
            message=failure.message,
            status=failure.status,
            exit_code=failure.exit_code,
            error={"code": failure.code, "detail": {"helps": failure.helps, **failure.detail}},
        )
        return write(outcome, settings)
    red = click.style("error", fg="red", bold=True)
    click.echo(f"{red}: {failure.message}", err=True, color=settings.error_color)
    for line in failure.helps:
        click.echo(f"  = help: {line}", err=True)
    return int(failure.exit_code)


def _usage(problem: click.UsageError, settings: Settings) -> CommandError:
    """Return a wrong command line as a failure that names the help page."""
    if problem.ctx is not None:
        settings.command = path_of(problem.ctx)
    helps = getattr(problem, "helps", ())
    if not helps:
        path = problem.ctx.command_path if problem.ctx else "tradec"
        helps = (f"`{path} --help` shows how it is called",)
    message = problem.format_message().rstrip(".")
    return CommandError(message[:1].lower() + message[1:], helps=helps)


def _stopped(word: str, code: Exit) -> CommandError:
    return CommandError(word, code=word.upper(), exit_code=code)


def _internal(defect: Exception, settings: Settings) -> CommandError:
    """Return a defect of tradec as a short failure; its traceback only where it is asked for."""
    if settings.debug:
        import traceback

        click.echo("".join(traceback.format_exception(defect)), err=True)
    return CommandError(
        f"internal error: {type(defect).__name__}: {defect}",
        code="INTERNAL",
        helps=("this is a defect of tradec; add --debug for the traceback",),
        exit_code=Exit.INTERNAL,
    )
