from tradec.compiler.patterns import NAMES
from tradec.runtime.data.patterns import PATTERNS


def test_the_language_names_every_shape_that_is_drawn_and_no_other() -> None:
    assert set(NAMES) == set(PATTERNS)
    assert len(NAMES) == 38
