"""E8xx: validation and synthetic markets."""

from tradec.dsl.explain.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "E801",
        "unknown pattern",
        "`validation.pattern` names no synthetic market.",
        """
A synthetic run draws its market from the pattern, unless --pattern says otherwise. The patterns
that can be drawn stand in the diagnostic.
""",
        """
validation: {pattern: trend_up_cleen}
""",
        """
validation: {pattern: trend_up_clean}
""",
    ),
)
