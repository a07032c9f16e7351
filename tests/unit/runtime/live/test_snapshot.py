"""A state file is whole or refused, and the one before stands in for it."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradec.runtime.live.snapshot import (
    Snapshot,
    SnapshotFileError,
    parsed,
    read_snapshot,
    write_snapshot,
)

FACTS = {"play_hash": "abc", "at": 5}


def test_the_newest_state_comes_back(tmp_path: Path) -> None:
    assert read_snapshot(tmp_path, {}) == (None, [])
    for at in range(3):
        write_snapshot(tmp_path, Snapshot({**FACTS, "at": at}, bytes([at])))
    assert read_snapshot(tmp_path, {"play_hash": "abc"}) == (
        Snapshot({**FACTS, "at": 2}, b"\2"),
        [],
    )


def test_a_damaged_state_gives_way_to_the_one_before(tmp_path: Path) -> None:
    for at in range(2):
        write_snapshot(tmp_path, Snapshot({**FACTS, "at": at}, bytes([at])))
    content = (tmp_path / "state.bin").read_bytes()
    (tmp_path / "state.bin").write_bytes(content[:-1])
    found, problems = read_snapshot(tmp_path, {"play_hash": "abc"})
    assert found is not None
    assert found.facts["at"] == 0
    assert problems == ["state.bin: damaged"]


def test_a_state_of_another_play_is_not_taken(tmp_path: Path) -> None:
    write_snapshot(tmp_path, Snapshot(FACTS, b"x"))
    assert read_snapshot(tmp_path, {"play_hash": "other"}) == (
        None,
        ["state.bin: another play_hash"],
    )


@given(st.binary(max_size=40), st.data())
def test_no_changed_byte_goes_unnoticed(body: bytes, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_snapshot(folder, Snapshot(FACTS, body), durable=False)
        content = bytearray((folder / "state.bin").read_bytes())
    assert parsed(bytes(content)) == Snapshot(FACTS, body)
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SnapshotFileError):
        parsed(bytes(content))
