"""E501, E504, E505: types, windows and clocks of conditions."""

from tradec.dsl.explain.code import Code

CODES: tuple[Code, ...] = ()
