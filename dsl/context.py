"""What every part of the reader needs: where to report, and what the variables are."""

from dataclasses import dataclass

from tradec.dsl.diagnostics import Diagnostics, Label
from tradec.dsl.marked import Marked, Scalar, kind_of
from tradec.dsl.span import Span
from tradec.dsl.variables import Variables


@dataclass(frozen=True, slots=True)
class Context:
    """The diagnostics and variables of the play that is read."""

    diagnostics: Diagnostics
    variables: Variables

    def text(self, scalar: Scalar) -> Scalar | None:
        """Return the scalar with its variables in place; None if one of them is unknown."""
        return self._substituted(scalar, in_expression=False)

    def expression(self, scalar: Scalar) -> Scalar | None:
        """Return the scalar with its variables in place, but for numbers that stand alone."""
        return self._substituted(scalar, in_expression=True)

    def _substituted(self, scalar: Scalar, *, in_expression: bool) -> Scalar | None:
        if "$" not in scalar.text:
            return scalar
        if self.variables.is_unresolved(scalar):
            declared = self.variables.whole(scalar)
            if declared:
                self.report("E103", scalar.span, f"the list `{declared.name}` cannot stand here")
            return None
        if in_expression:
            return self.variables.in_expression(scalar)
        return self.variables.in_text(scalar)

    def report(
        self,
        code: str,
        span: Span,
        message: str,
        *helps: str,
        label: str = "",
        labels: tuple[Label, ...] = (),
        notes: tuple[str, ...] = (),
    ) -> None:
        """Report one finding; empty helps are left out."""
        given = tuple(help_ for help_ in helps if help_)
        self.diagnostics.report(
            code, span, message, label=label, labels=labels, notes=notes, helps=given
        )

    def wrong_type(self, path: str, takes: str, value: Marked, help_: str = "") -> None:
        """Report E103: `path` takes one thing and received another."""
        message = f"`{path}` takes {takes}, received {kind_of(value)}"
        self.report("E103", value.span, message, help_)
