"""The seam of a compiled play: state, snapshots, outputs and parameters."""

import pytest
from tradec.runtime.strategy import PythonStrategy, SnapshotError, Strategy

from generators.scripted import Script


def test_a_python_machine_tells_its_outputs() -> None:
    strategy = Script({}).strategy()
    assert isinstance(strategy, PythonStrategy)
    assert strategy.words() == [0, 0]
    assert strategy.values() == {"steps": 0, "twice": 0}


@pytest.mark.parametrize("snapshot", [b"", b"tradec01", bytes(40)])
def test_a_snapshot_of_nothing_is_refused(snapshot: bytes) -> None:
    with pytest.raises(SnapshotError):
        Strategy().restore(snapshot)
