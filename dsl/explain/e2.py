"""E2xx: timeframes and roles."""

from tradec.dsl.explain.code import Code

CODES: tuple[Code, ...] = ()
