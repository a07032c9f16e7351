"""E7xx: stops, targets and exit modes."""

from tradec.dsl.explain.code import Code

CODES: tuple[Code, ...] = ()
