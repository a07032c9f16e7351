"""Records come back as they were written, whatever a crash leaves of the last one."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradec.runtime.live.journal import (
    Identity,
    Journal,
    JournalError,
    files_of,
    records,
)
from tradec.runtime.timeframe import DAY_MS

WHO = Identity(inst="replay-X-p", mode="replay", play="p", ph="0" * 8, sym="X")
T0 = 1_736_121_600_000


def opened(folder: Path) -> Journal:
    return Journal(folder, WHO)


def test_records_come_back_in_order_with_what_is_common(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    journal.write("start", T0, config={"a": 1})
    journal.write("step", T0 + DAY_MS, c=0.1)
    journal.close()
    assert [path.name for path in files_of(tmp_path)] == [
        "journal-20250106.jsonl",
        "journal-20250107.jsonl",
    ]
    first, second = records(tmp_path)
    assert first == {
        "v": 1,
        "ts": T0,
        "seq": 1,
        "inst": "replay-X-p",
        "mode": "replay",
        "play": "p",
        "ph": "0" * 8,
        "sym": "X",
        "ev": "start",
        "config": {"a": 1},
    }
    assert second["c"] == 0.1
    assert [record["seq"] for record in records(tmp_path, "step")] == [2]


@settings(max_examples=30)
@given(cut=st.integers(1, 400))
def test_a_torn_tail_is_cut_and_kept_beside(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    journal = opened(folder)
    for k in range(3):
        journal.write("step", T0 + k, k=k)
    journal.close()
    path = files_of(folder)[0]
    whole = path.read_bytes()
    left = whole[: max(0, len(whole) - cut)]
    path.write_bytes(left)
    again = opened(folder)
    lines = left.count(b"\n")
    assert again.seq == lines
    torn = left[left.rfind(b"\n") + 1 :]
    assert (again.torn.read_bytes() if again.torn else b"") == torn
    again.write("step", T0 + 9, k=9)
    assert [record["seq"] for record in records(folder)] == list(range(1, lines + 2))


def test_a_whole_line_that_is_no_json_is_torn_too(tmp_path: Path) -> None:
    opened(tmp_path).write("step", T0)
    path = files_of(tmp_path)[0]
    with path.open("ab") as file:
        file.write(b'{"v":1,"ts"\n')
    assert opened(tmp_path).seq == 1
    assert path.with_suffix(".torn").read_bytes() == b'{"v":1,"ts"\n'


def test_damage_in_the_middle_is_told_with_its_place(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    journal.write("step", T0)
    path = files_of(tmp_path)[0]
    content = path.read_bytes()
    path.write_bytes(content + b"{}\n" + content)
    with pytest.raises(JournalError, match=r"journal-20250106\.jsonl:2: no record"):
        list(records(tmp_path))


def test_what_the_disk_refuses_is_written_first_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, write = opened(tmp_path), os.write
    journal.write("step", T0, k=0)

    def half(file: int, line: Any) -> int:
        return write(file, line[: len(line) // 2])

    monkeypatch.setattr(os, "write", half)
    journal.write("order", T0, k=1)
    assert journal.failed
    monkeypatch.setattr(os, "write", write)
    journal.write("step", T0, k=2)
    assert not journal.failed
    assert [(record["seq"], record["k"]) for record in records(tmp_path)] == [
        (1, 0),
        (2, 1),
        (3, 2),
    ]


def test_money_is_on_the_disk_before_write_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    journal = opened(tmp_path)
    journal.write("step", T0)  # a new file: its name is made durable
    synced.clear()
    journal.write("step", T0)
    assert synced == []
    for count, ev in enumerate(("intent", "order", "exec", "panic"), 1):
        journal.write(ev, T0)
        assert len(synced) == count


def test_old_files_are_compressed_and_still_read(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    for day in range(10):
        journal.write("step", T0 + day * DAY_MS, day=day)
    suffixes = [path.suffix for path in files_of(tmp_path)]
    assert suffixes == [".gz"] * 2 + [".jsonl"] * 8
    assert [record["day"] for record in records(tmp_path)] == list(range(10))
    first = json.loads(gzip.decompress(files_of(tmp_path)[0].read_bytes()))
    assert first["day"] == 0


def test_a_clock_that_went_back_writes_on_where_it_was(tmp_path: Path) -> None:
    opened(tmp_path).write("step", T0 + DAY_MS)
    opened(tmp_path).write("start", T0)
    assert [record["seq"] for record in records(tmp_path)] == [1, 2]
    assert len(files_of(tmp_path)) == 1


def test_a_crash_between_packing_and_removing_counts_nothing_twice(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    journal.write("step", T0, day=0)
    path = files_of(tmp_path)[0]
    journal.write("step", T0 + DAY_MS, day=1)
    packed = path.with_name(path.name + ".gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    packed.with_name(packed.name + ".part").write_bytes(b"half")
    assert [record["day"] for record in records(tmp_path)] == [0, 1]
