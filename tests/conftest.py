"""Options of the whole test run, and what holds in every test."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

from tradec.dsl.codes import CODES
from tradec.dsl.diagnostics import Diagnostics

settings.register_profile("default", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=200, deadline=None, derandomize=True, print_blob=True)
settings.register_profile("deep", max_examples=5_000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write golden files instead of comparing"
    )


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(autouse=True, scope="session")
def _only_registered_codes() -> Iterator[None]:
    """Refuse a diagnostic whose code `tradec explain` does not know."""
    report = Diagnostics.report

    def checked(self: Diagnostics, code: str, *arguments: Any, **keywords: Any) -> None:
        assert code in CODES, f"{code} is not registered in tradec.dsl.codes"
        report(self, code, *arguments, **keywords)

    patch = pytest.MonkeyPatch()
    patch.setattr(Diagnostics, "report", checked)
    yield
    patch.undo()
