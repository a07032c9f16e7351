"""What a distribution holds: the wheel's files, the script, the examples, the CI script."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("dsl", "compiler", "runtime", "templates", "plays")


@pytest.mark.parametrize("part", PARTS)
def test_the_parts_are_links_to_the_folders_at_the_root(part: str) -> None:
    link = ROOT / "src" / "tradec" / part
    assert link.is_symlink()
    assert link.readlink() == Path("../..") / part
    assert link.is_dir()


def test_every_folder_of_python_is_a_package() -> None:
    folders = {
        path.parent
        for part in ("dsl", "compiler", "runtime", "templates")
        for path in (ROOT / part).rglob("*.p*")
        if path.suffix in {".py", ".pyx", ".pxd"} and "__pycache__" not in path.parts
    }
    assert {folder for folder in folders if not (folder / "__init__.py").is_file()} == set()


def test_the_script_and_the_version_are_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["scripts"] == {"tradec": "tradec.__main__:main"}
    command = [sys.executable, "-m", "tradec", "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.split()[-1] == project["version"]


def test_the_ci_script_is_sound_bash_and_ends_with_pytest() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", script], check=True)
    lines = script.read_text().strip().splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines
    assert lines[-1].endswith("pytest\" -m 'slow or not slow'")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Build a wheel of a copy of the tree, without the network."""
    copy, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    files = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    for name in filter(None, files):
        source, target = ROOT / name, copy / name
        if not (source.exists() or source.is_symlink()):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink():
            target.symlink_to(source.readlink())
        else:
            target.write_bytes(source.read_bytes())
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "-w", out, copy], check=True, capture_output=True)
    (made,) = out.glob("*.whl")
    return zipfile.ZipFile(made)


@pytest.mark.slow
def test_the_wheel_ships_everything_a_play_needs(wheel: zipfile.ZipFile) -> None:
    held = set(wheel.namelist())
    for part in PARTS:
        for path in (ROOT / part).rglob("*"):
            if path.suffix in {".py", ".pxd", ".lark", ".jinja", ".yml"} and path.is_file():
                assert f"tradec/{path.relative_to(ROOT)}" in held
    assert "tradec/py.typed" in held
    for path in (ROOT / "runtime").rglob("*.pyx"):
        module = str(path.relative_to(ROOT).with_suffix(""))
        assert any(n.startswith(f"tradec/{module}.") and n.endswith((".so", ".pyd")) for n in held)


@pytest.mark.slow
def test_the_wheel_puts_only_tradec_into_site_packages(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"tradec"}
    assert not [name for name in wheel.namelist() if name.endswith(".c") or "/tests/" in name]
