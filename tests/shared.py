"""Where the reference material lies, and what a test does without it."""

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def need_shared(*parts: str) -> Path:
    """Return a path of the reference material; skip where it is absent, fail in CI."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        reason = f"reference material is absent: ../shared/{'/'.join(parts)}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path
