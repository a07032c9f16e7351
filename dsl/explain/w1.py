"""W1xx: what the compiler finds suspicious."""

from tradec.dsl.explain.code import Code

CODES: tuple[Code, ...] = ()
