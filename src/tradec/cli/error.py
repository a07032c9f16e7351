"""The error that a command raises when it cannot do its work."""

from collections.abc import Mapping
from typing import Any, Literal

from tradec.cli.exits import Exit


class CommandError(Exception):
    """What went wrong, a code for machines, what to do about it, and the exit code.

    `status` is `fail` where the work was done and the answer is no, such as for an invalid play.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "USAGE",
        helps: tuple[str, ...] = (),
        exit_code: Exit = Exit.USAGE,
        detail: Mapping[str, Any] | None = None,
        status: Literal["fail", "error"] = "error",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.helps = helps
        self.exit_code = exit_code
        self.detail = detail or {}
        self.status = status


def error_of(error: Exception) -> CommandError | None:
    """Return the failure that an error of the compiler or the runtime describes, if it does.

    Such an error carries `code` and `message`, and may carry `exit_code`, `hint` and `details`,
    with `suggestions` among them.
    """
    code, message = getattr(error, "code", None), getattr(error, "message", None)
    if not (isinstance(code, str) and isinstance(message, str)):
        return None
    return CommandError(
        message,
        code=code,
        helps=_helps(error),
        exit_code=Exit(getattr(error, "exit_code", exit_of(code))),
        detail=getattr(error, "details", None),
    )


def unwritable(error: OSError) -> CommandError:
    """Return the failure of a file that cannot be read or written."""
    what = (error.strerror or str(error)).lower()
    where = f" `{error.filename}`" if error.filename else ""
    return CommandError(f"the system refuses{where}: {what}", code="OS", exit_code=Exit.FAILED)


def _helps(error: Exception) -> tuple[str, ...]:
    hint = getattr(error, "hint", "")
    likely = getattr(error, "details", {}).get("suggestions", ())
    words = (f"did you mean {' or '.join(f'`{word}`' for word in likely)}?",) if likely else ()
    return ((hint,) if hint else ()) + words


def exit_of(code: str) -> Exit:
    """Return the exit code for a diagnostic: generated code that is refused is never the user's."""
    return Exit.INTERNAL if code == "E901" else Exit.USAGE


class Terminated(BaseException):
    """SIGTERM arrived; raised in the main thread so that every `finally` still runs."""
