"""What the compiler says about a play: coded, located, with facts and a way out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from tradec.dsl.span import Span
from tradec.dsl.words import suggest

_CROWDED = 100
_LONG = 500
_QUOTED = re.compile(r"`([^`]{60})[^`]{20,}`")


class Severity(StrEnum):
    """An error stops compilation; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A further place that belongs to a diagnostic, and what it is."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding. `message` names what is bad; `notes` are facts; `helps` are actions."""

    code: str
    span: Span
    message: str
    label: str = ""
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """Error for `E...`, warning for `W...`."""
        return Severity.WARNING if self.code.startswith("W") else Severity.ERROR


def shortened(text: str) -> str:
    """Return what is said without the middle of words that no reader reads to their end."""
    if len(text) <= _LONG:
        return text
    short = _QUOTED.sub(r"`\1...`", text)
    return short if len(short) <= 4 * _LONG else f"{short[: 4 * _LONG]}..."


class PlayError(Exception):
    """A play that cannot be compiled, with every error that was found."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("; ".join(f"{d.code} {d.message}" for d in diagnostics[:3]))
        self.diagnostics = diagnostics


@dataclass(slots=True)
class Diagnostics:
    """Collects the diagnostics of one file; the same finding at the same place counts once."""

    _found: dict[tuple[str, Span, str], Diagnostic] = field(default_factory=dict)

    def report(  # noqa: PLR0913  one keyword for each part of a rendered diagnostic
        self,
        code: str,
        span: Span,
        message: str,
        *,
        label: str = "",
        labels: tuple[Label, ...] = (),
        notes: tuple[str, ...] = (),
        helps: tuple[str, ...] = (),
    ) -> None:
        """Add one finding."""
        found = Diagnostic(
            code=code,
            span=span,
            message=shortened(message),
            label=label,
            labels=labels,
            notes=tuple(map(shortened, notes)),
            helps=tuple(map(shortened, helps)),
        )
        self._found.setdefault((code, span, found.message), found)

    def advice(self, word: str, options: Iterable[str]) -> str:
        """Return "write `a` or `b`" for the options that look like `word`, or an empty text."""
        return "" if self.is_crowded else suggest(word, options)

    @property
    def is_crowded(self) -> bool:
        """Whether so much was found that nobody reads what else could be said about it."""
        return len(self._found) > _CROWDED

    def take_errors(self, other: "Diagnostics") -> None:
        """Add the errors of another collector."""
        for found in other.all:
            if found.severity is Severity.ERROR:
                self._found.setdefault((found.code, found.span, found.message), found)

    @property
    def all(self) -> tuple[Diagnostic, ...]:
        """Everything found, by place and then by code."""
        return tuple(sorted(self._found.values(), key=lambda d: (d.span, d.code, d.message)))

    @property
    def has_errors(self) -> bool:
        """Whether any finding is an error."""
        return any(d.severity is Severity.ERROR for d in self._found.values())

    def stop_on_errors(self) -> None:
        """Raise `PlayError` with everything found if any finding is an error."""
        if self.has_errors:
            raise PlayError(self.all)
