import math

import pytest

from tradec.compiler.digest import CANONICAL_NAN, START, absorb, word_of
from tradec.runtime.kernels.arith import MISSING


def test_the_chain_by_hand() -> None:
    # (START ^ 1) * GOLDEN mod 2**64, then folded by its upper half
    product = (0x9E3779B97F4A7C14 * 0x9E3779B97F4A7C15) % 2**64
    assert START == 0x9E3779B97F4A7C15
    assert absorb(START, 1) == product ^ (product >> 32)


def test_signed_and_unsigned_words_are_the_same() -> None:
    assert absorb(START, -1) == absorb(START, 2**64 - 1)
    assert absorb(START, MISSING) == absorb(START, 2**63)


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (0.0, 0),
        (-0.0, -(2**63)),
        (1.0, 0x3FF0000000000000),
        (-2.0, 0xC000000000000000 - 2**64),
        (math.inf, 0x7FF0000000000000),
        (math.nan, CANONICAL_NAN),
        (-math.nan, CANONICAL_NAN),
        (7, 7),
        (-7, -7),
        (MISSING, MISSING),
    ],
)
def test_words(value: float, word: int) -> None:
    assert word_of(value) == word
