"""E401 to E403: names that nothing declares."""

from tradec.dsl.explain.code import Code

CODES: tuple[Code, ...] = ()
