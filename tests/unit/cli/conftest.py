"""One build folder for all tests of the command line, and no catalogue but a test's own."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compile into the shared cache, and keep data and runs below `tmp_path`."""
    monkeypatch.setenv("TRADEC_BUILD_DIR", str(ROOT / "build" / "tests" / "cli"))
    monkeypatch.setenv("TRADEC_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
