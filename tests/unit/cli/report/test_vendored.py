"""The chart library that comes with the report: what it is, whose it is, that it ships."""

import hashlib
import re
import tomllib
from importlib.resources import files
from pathlib import Path

from tradec.cli.report.page import LIBRARY, SCRIPT, SCRIPTS, asset

ROOT = Path(__file__).parents[4]
FOLDER = ROOT / "src" / "tradec" / "cli" / "report"
NAME = SCRIPT.rpartition("/")[2]


def test_it_is_the_file_that_was_taken_over() -> None:
    said = asset(f"{LIBRARY}/VERSION")
    digest = hashlib.sha256((FOLDER / SCRIPT).read_bytes()).hexdigest()
    assert f"{digest}  {NAME}" in said
    (version,) = re.findall(r"^version +(\S+)$", said, re.MULTILINE)
    assert f"v{version}" in asset(SCRIPT)[:200]
    assert f'return"{version}"' in asset(SCRIPT)


def test_its_license_and_notice_are_beside_it() -> None:
    assert "Apache License" in asset(f"{LIBRARY}/LICENSE")
    assert "Version 2.0" in asset(f"{LIBRARY}/LICENSE")
    notice = asset(f"{LIBRARY}/NOTICE")
    assert "TradingView Lightweight Charts" in notice
    assert "https://www.tradingview.com/" in notice


def test_a_distribution_names_its_license() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = {path for pattern in project["license-files"] for path in ROOT.glob(pattern)}
    assert {FOLDER / LIBRARY / "LICENSE", FOLDER / LIBRARY / "NOTICE"} < named


def test_no_script_ends_the_element_that_holds_it() -> None:
    for name in (SCRIPT, *SCRIPTS):
        assert "</script" not in asset(name).lower()
        assert "<!--" not in asset(name)


def test_a_wheel_ships_every_file_of_the_page() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    patterns = project["tool"]["setuptools"]["package-data"]
    shipped = [*patterns["tradec.cli.report"], *patterns["*"]]
    known = {found for pattern in shipped for found in FOLDER.glob(pattern)}
    present = {
        path for path in FOLDER.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }
    assert {path for path in present - known if path.suffix != ".py"} == set()
    assert files("tradec.cli.report").joinpath("page.html.jinja").is_file()
