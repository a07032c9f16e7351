"""The cache of built modules: what is kept, what is found out, and how builds fail."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from at_once import at_once
from tradec.compiler import native
from tradec.compiler.catalog import standard
from tradec.compiler.native import CythonError, NativeError

FLAGS = ("-O0",)
TEXT = """# cython: language_level=3
def answer():
    return {}
"""


def text_of(number: int) -> str:
    return TEXT.format(number)


def build(folder: Path, text: str, **how: bool) -> native.Built:
    return native.build(text, standard(), folder, FLAGS, **how)


def answer(built: native.Built) -> int:
    """Return what the built module says."""
    found: int = native.load(built.file, built.key).answer()
    return found


def entries(folder: Path) -> list[str]:
    """Return what lies in the cache, locks aside."""
    return sorted(file.name for file in (folder / "cache").iterdir() if file.suffix != ".lock")


@pytest.fixture
def said(tmp_path: Path) -> Callable[[str], Path]:
    """Return a maker of C compilers that only write to stderr and fail."""

    def make(script: str) -> Path:
        path = tmp_path / "cc-of-the-test"
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    return make


# --- the cache ------------------------------------------------------------------------------------


def test_a_text_is_built_once(tmp_path: Path) -> None:
    first = build(tmp_path, text_of(41))
    assert not first.cached
    assert first.cython_seconds > 0
    assert first.cc_seconds > 0
    assert answer(first) == 41
    again = build(tmp_path, text_of(41))
    assert again.cached
    assert (again.cython_seconds, again.cc_seconds) == (0.0, 0.0)
    assert (again.key, again.file, again.sha256) == (first.key, first.file, first.sha256)
    assert again.sha256 == native.file_hash(first.file)
    assert entries(tmp_path) == [first.key]


def test_a_module_is_loaded_once_in_a_process(tmp_path: Path) -> None:
    built = build(tmp_path, text_of(42))
    assert native.load(built.file, built.key) is native.load(built.file, built.key)


def test_the_key_holds_all_that_a_module_depends_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = standard()
    plain = native.fingerprint(catalog, FLAGS)
    assert native.fingerprint(catalog, FLAGS) == plain
    assert native.fingerprint(catalog, ("-O1",)) != plain
    monkeypatch.setattr(native, "_seam_hash", lambda: "another seam")
    assert native.fingerprint(catalog, FLAGS) != plain
    monkeypatch.undo()
    monkeypatch.setenv("CC", "another-cc")
    assert native.fingerprint(catalog, FLAGS) != plain
    monkeypatch.undo()
    monkeypatch.setattr("tradec.compiler.catalog.Catalog.fingerprint", lambda _: "other kernels")
    assert native.fingerprint(catalog, FLAGS) != plain
    assert not tmp_path.joinpath("cache").exists()


def test_force_builds_anew(tmp_path: Path) -> None:
    first = build(tmp_path, text_of(43))
    again = build(tmp_path, text_of(43), force=True)
    assert not again.cached
    assert again.key == first.key
    assert entries(tmp_path) == [first.key]


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def scribbled(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)


def emptied(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        ("module", cut_short),
        ("module", scribbled),
        ("module", emptied),
        ("module", Path.unlink),
        ("strategy.sha256", cut_short),
        ("strategy.sha256", Path.unlink),
        ("strategy.c", cut_short),
        ("strategy.c", Path.unlink),
    ],
)
def test_a_damaged_entry_is_built_anew(
    name: str, harm: Callable[[Path], None], tmp_path: Path
) -> None:
    first = build(tmp_path, text_of(44))
    victim = first.file if name == "module" else first.file.with_name(name)
    harm(victim)
    again = build(tmp_path, text_of(44))
    is_harmless = name == "strategy.c" and harm is not Path.unlink  # it is there for readers
    assert again.cached is is_harmless
    assert native.file_hash(again.file) == again.sha256
    assert build(tmp_path, text_of(44)).cached
    assert entries(tmp_path) == [first.key]


def test_a_damaged_module_is_whole_again_for_a_new_process(tmp_path: Path) -> None:
    cut_short(build(tmp_path, text_of(45)).file)
    again = build(tmp_path, text_of(45))
    code = (
        "from tradec.compiler import native; from pathlib import Path; import sys; "
        "print(native.load(Path(sys.argv[1]), 'k').answer())"
    )
    command = [sys.executable, "-c", code, str(again.file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "45\n"


def test_a_file_in_the_place_of_an_entry_is_replaced(tmp_path: Path) -> None:
    key = build(tmp_path / "other", text_of(46)).key
    (tmp_path / "cache" / key).mkdir(parents=True)
    (tmp_path / "cache" / key / "left.over").write_text("x")
    assert answer(build(tmp_path, text_of(46))) == 46
    assert not (tmp_path / "cache" / key / "left.over").exists()


def test_what_killed_builds_left_goes_after_ten_minutes(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    old, young = cache / ".0123456789abcdef-old", cache / ".0123456789abcdef-young"
    for left in (old, young):
        left.mkdir(parents=True)
        (left / "strategy.c").write_text("half")
    before = time.time() - 601
    os.utime(old, (before, before))
    build(tmp_path, text_of(47))
    assert not old.exists()
    assert young.exists()


def build_in_process(folder: Path) -> tuple[bool, str, int]:
    built = build(folder, text_of(48))
    return built.cached, built.sha256, answer(built)


def test_four_processes_build_one_text_once(tmp_path: Path) -> None:
    found = at_once(build_in_process, tmp_path, 4)
    assert sorted(cached for cached, _, _ in found) == [False, True, True, True]
    assert len({sha256 for _, sha256, _ in found}) == 1
    assert {number for *_, number in found} == {48}
    assert len(entries(tmp_path)) == 1


# --- failures -------------------------------------------------------------------------------------


def failure(folder: Path, text: str) -> NativeError:
    with pytest.raises(NativeError) as caught:
        build(folder, text)
    assert entries(folder) == [], "a failed build leaves nothing"
    return caught.value


def test_without_a_c_compiler_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", "/nowhere/cc -pthread")
    error = failure(tmp_path, text_of(50))
    assert error.code == "E902"
    assert error.message == "no C compiler: `/nowhere/cc` is not on PATH"
    assert "apt install gcc python3-dev" in error.hint
    assert "--engine interpreter" in error.hint
    monkeypatch.undo()
    assert answer(build(tmp_path, text_of(50))) == 50


def test_a_c_compiler_that_fails_is_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: Callable[[str], Path]
) -> None:
    script = "echo 'in file x.c:' >&2; echo 'x.c:3:1: error: no such thing' >&2; exit 1"
    monkeypatch.setenv("CC", str(said(script)))
    error = failure(tmp_path, text_of(51))
    assert error.code == "E902"
    assert error.message == "the C compiler failed: x.c:3:1: error: no such thing"
    assert error.detail == "in file x.c:\nx.c:3:1: error: no such thing\n"
    assert error.hint


def test_a_c_compiler_that_fails_in_silence_is_told_by_its_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: Callable[[str], Path]
) -> None:
    monkeypatch.setenv("CC", str(said("exit 77")))
    assert failure(tmp_path, text_of(52)).message == "the C compiler failed: exit code 77"


def test_text_that_cython_refuses_is_our_bug_with_its_lines(tmp_path: Path) -> None:
    text = "# cython: language_level=3\ncdef int x = 1\ncdef nothing y\n\ndef f(: pass\n"
    error = failure(tmp_path, text)
    assert isinstance(error, CythonError)
    assert error.code == "E901"
    assert [line for line, _ in error.places] == [5]
    assert error.places[0][1] in error.message
    assert "strategy.pyx" in error.detail
    error = failure(
        tmp_path, "cdef int x = 1\ncdef nothing y\nz = missing_name_of_c()\ncdef void w"
    )
    assert isinstance(error, CythonError)
    assert {line for line, _ in error.places} >= {2}


def test_a_full_disk_is_told_as_such(tmp_path: Path) -> None:
    """Where no file may grow beyond a size, nothing half done stays and the next build works."""
    code = """
import resource, sys
from pathlib import Path
from tradec.compiler import native
from tradec.compiler.catalog import standard

where, limit = sys.argv[1], int(sys.argv[2])
if where == "cc":
    compile_ = native._compile
    def limited(*arguments):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        return compile_(*arguments)
    native._compile = limited
else:
    import Cython.Compiler.Main
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
try:
    native.build(sys.argv[4], standard(), Path(sys.argv[3]), ("-O0",))
except (OSError, native.NativeError) as error:
    print(type(error).__name__)
"""
    for where, limit, name in (
        ("text", 10, "OSError"),
        ("text", 20_000, "OSError"),
        ("cc", 3_000, "NativeError"),
    ):
        command = [sys.executable, "-c", code, where, str(limit), str(tmp_path), text_of(53)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout == f"{name}\n", done.stderr
        assert entries(tmp_path) == []
    assert answer(build(tmp_path, text_of(53))) == 53
