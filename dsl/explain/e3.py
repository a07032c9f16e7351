"""E3xx: indicators, structures and what they depend on."""

from tradec.dsl.explain.code import Code

CODES: tuple[Code, ...] = ()
