"""E8xx: validation and synthetic markets."""

from tradec.dsl.explain.code import Code

CODES: tuple[Code, ...] = ()
