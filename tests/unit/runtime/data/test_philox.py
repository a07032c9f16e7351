"""Philox4x32-10 against its published vectors, and the numbers made of it."""

import numpy as np
import pytest

from tradec.runtime.data.philox import normals, philox, uniforms

FULL = 0xFFFFFFFF


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ((0, 0, 0, 0), (0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ((FULL, FULL, FULL, FULL), (FULL, FULL), "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            "d16cfe09 94fdcceb 5001e420 24126ea1",
        ),
    ],
)
def test_published_vectors(counter: tuple[int, ...], key: tuple[int, int], words: str) -> None:
    lanes = tuple(np.array([word, 7], np.uint64) for word in counter)
    output = philox(lanes, key)
    assert " ".join(f"{int(word[0]):08x}" for word in output) == words


def one_block(counter: list[int], key: list[int]) -> list[int]:
    """Philox4x32-10 as the paper writes it, in Python integers."""
    for _ in range(10):
        p0, p1 = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
        counter = [
            (p1 >> 32) ^ counter[1] ^ key[0],
            p1 & FULL,
            (p0 >> 32) ^ counter[3] ^ key[1],
            p0 & FULL,
        ]
        key = [(key[0] + 0x9E3779B9) & FULL, (key[1] + 0xBB67AE85) & FULL]
    return counter


@pytest.mark.parametrize(
    ("seed", "stream", "minute"), [(42, 0, 0), (2**40 + 3, 2, -5), (1, 1, 2**33)]
)
def test_normal_is_twelve_uniforms_less_six(seed: int, stream: int, minute: int) -> None:
    total = 0.0
    for block in range(6):
        counter = [minute & FULL, minute >> 32 & FULL, stream, block]
        a, b, c, d = one_block(counter, [seed & FULL, seed >> 32])
        for high, low in ((a, b), (c, d)):
            total += ((high << 32 | low) >> 11) / 2**53
    assert normals(seed, stream, minute, 1)[0] == total - 6.0


def test_stretch_does_not_depend_on_where_it_begins() -> None:
    whole = normals(7, 0, -20_000, 40_000)
    assert (normals(7, 0, -3, 9000) == whole[19_997:28_997]).all()


def test_streams_and_seeds_differ() -> None:
    rows = [normals(seed, stream, 0, 100) for seed in (1, 2, 2**32 + 1) for stream in (0, 1)]
    assert len({row.tobytes() for row in rows}) == 6


def test_uniforms_fill_the_unit_interval() -> None:
    draws = uniforms(3, 0, 0, 50_000, pairs=2)
    assert draws.shape == (4, 50_000)
    assert 0 <= draws.min() < 1e-4
    assert 1 - 1e-4 < draws.max() < 1
    assert np.abs(draws.mean(axis=1) - 0.5).max() < 0.005
    assert np.abs(np.corrcoef(draws) - np.eye(4)).max() < 0.02


def test_normals_have_the_moments_of_a_normal() -> None:
    z = normals(42, 0, 0, 200_000)
    assert abs(z.mean()) < 0.01
    assert abs(z.std() - 1) < 0.01
    assert abs((z**3).mean()) < 0.03
    assert abs((z**4).mean() - 2.9) < 0.06  # twelve uniforms: kurtosis 3 - 1.2 / 12
    assert abs(np.corrcoef(z[1:], z[:-1])[0, 1]) < 0.01
