"""A slot is held by one process, however it ends; what it says of itself can be found."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tradec.runtime.live.instances import (
    Entry,
    InstanceError,
    find,
    instance_id,
    is_alive,
    listed,
    reserved,
    state_root,
)

HOLD = """
import sys
from pathlib import Path
from tradec.runtime.live.instances import Entry, reserved
entry = Entry(id="demo-X-p", mode="demo", symbol="X", play="p", play_hash="0", pid=1, folder="",
              socket="", started_at=0)
with reserved(Path(sys.argv[1]), entry):
    print("held", flush=True)
    sys.stdin.read()
"""


def entry(mode: str = "shadow", play: str = "p") -> Entry:
    return Entry(
        id=instance_id(mode, "X", play),
        mode=mode,
        symbol="X",
        play=play,
        play_hash="0",
        pid=os.getpid(),
        folder="",
        socket="",
        started_at=1,
    )


def test_a_slot_is_held_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    for play in ("p", "other"):  # one demo session for each symbol, whatever it plays
        with (
            pytest.raises(InstanceError, match="runs already") as refusal,
            reserved(tmp_path, entry("demo", play)),
        ):
            pass
        assert refusal.value.exit_code == 5
    assert [one.id for one in listed(tmp_path) if one.is_alive] == ["demo-X-p"]
    process.kill()  # without a word: the kernel lets go of the lock
    process.communicate()
    assert not is_alive(listed(tmp_path)[0])
    with reserved(tmp_path, entry("demo", "other")):
        pass


def test_a_slot_rests_after_its_session(tmp_path: Path) -> None:
    with reserved(tmp_path, entry("demo")):
        pass
    with (
        pytest.raises(InstanceError, match="stopped a moment ago") as refusal,
        reserved(tmp_path, entry("demo")),
    ):
        pass
    assert refusal.value.code == "COOL_DOWN"


def test_simulated_sessions_may_be_many(tmp_path: Path) -> None:
    with (
        reserved(tmp_path, entry()) as first,
        reserved(tmp_path, entry()) as second,
        reserved(tmp_path, entry(play="q")) as third,
    ):
        assert [first.id, second.id, third.id] == ["shadow-X-p", "shadow-X-p-2", "shadow-X-q"]
        assert len({first.folder, second.folder, third.folder, first.socket, second.socket}) == 5
        assert find(tmp_path, "shadow-X-p").id == "shadow-X-p"
        assert find(tmp_path, "q").id == "shadow-X-q"
        with pytest.raises(InstanceError, match="names 3 instances"):
            find(tmp_path, "shadow")
        with pytest.raises(InstanceError, match="3 instances run"):
            find(tmp_path, None)
    with pytest.raises(InstanceError, match="no instance runs"):
        find(tmp_path, None)
    assert all(one.stopped_at for one in listed(tmp_path))
    with reserved(tmp_path, entry(play="q")):
        assert find(tmp_path, None).id == "shadow-X-q"


def test_a_damaged_entry_of_the_registry_is_no_instance(tmp_path: Path) -> None:
    with reserved(tmp_path, entry()):
        pass
    (tmp_path / "instances" / "torn.json").write_text('{"id": "x"')
    assert [one.id for one in listed(tmp_path)] == ["shadow-X-p"]
    assert replace(listed(tmp_path)[0], stopped_at=0).play == "p"


def test_where_state_lies() -> None:
    assert state_root(Path("given"), {"TRADEC_STATE_DIR": "other"}) == Path("given")
    both = {"TRADEC_STATE_DIR": "mine", "STATE_DIRECTORY": "systemd:more"}
    assert state_root(None, both) == Path("mine")
    assert state_root(None, {"STATE_DIRECTORY": "systemd:more"}) == Path("systemd")
    assert instance_id("shadow", "BTC/USDT", "a b") == "shadow-BTC_USDT-a_b"


def test_paths_of_sockets_stay_short(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 80)
    with reserved(deep, entry()) as made:
        assert len(made.socket) < 108
        assert made.socket != str(deep / "instances" / "shadow-X-p.sock")
