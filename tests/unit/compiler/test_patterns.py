from tradec.compiler.patterns import LATER, SUPPORTED
from tradec.runtime.data.patterns import PATTERNS


def test_the_names_are_those_that_can_be_drawn() -> None:
    assert set(SUPPORTED) == set(PATTERNS)
    assert not set(LATER) & set(PATTERNS)
