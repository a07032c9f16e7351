"""The harness around every kernel, built once."""

from types import ModuleType

import pytest

from kernels import harness


@pytest.fixture(scope="session")
def native() -> ModuleType:
    """Return the extension that runs the kernels."""
    return harness.build()
