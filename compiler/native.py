"""Builds `.pyx` text into an extension module, once for each text and toolchain.

Modules lie in a content-addressed cache, `<build>/cache/<key>/`. A build happens in a folder of
its own under a file lock and is published by one rename, so that a killed build leaves nothing half
done.
"""

import contextlib
import hashlib
import importlib
import importlib.machinery
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import tradec
from tradec.compiler.catalog import Catalog, Unit, UnitError

MODULE = "strategy"
STAMP = "strategy.sha256"
SUFFIX: str = importlib.machinery.EXTENSION_SUFFIXES[0]
FLAGS = ("-O3", "-fno-math-errno", "-ffp-contract=off")
_ALWAYS = ("-g0", "-w")
_INCLUDE = Path(next(iter(tradec.__path__))).parent


class NativeError(Exception):
    """A module that cannot be built; `code` is E901 (our bug) or E902 (no working C compiler)."""

    def __init__(self, code: str, message: str, hint: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.detail = code, message, hint, detail


class CythonError(NativeError):
    """Generated text that Cython refuses: a bug of ours; `places` are (pyx line, message)."""

    def __init__(self, places: tuple[tuple[int, str], ...], detail: str) -> None:
        first = places[0][1] if places else "no message"
        super().__init__("E901", f"the generated code does not compile: {first}", detail=detail)
        self.places = places


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A module in the cache; `sha256` is of its file, so that a damaged one is found out."""

    key: str
    file: Path
    sha256: str
    cached: bool
    cython_seconds: float
    cc_seconds: float


def build(
    text: str,
    catalog: Catalog,
    folder: Path,
    flags: tuple[str, ...] = FLAGS,
    *,
    force: bool = False,
) -> Built:
    """Return the module built from `text`, from the cache below `folder` where it is there."""
    key = hashlib.sha256(f"{text}\0{fingerprint(catalog, flags)}".encode()).hexdigest()[:16]
    home = folder / "cache" / key
    if not force and (found := _look_up(key, home)):
        return found
    with _locked(folder / "cache", key):
        # another process may have built it while this one waited
        if not force and (found := _look_up(key, home)):
            return found
        stamp = f"-DTRADEC_MODULE_ID={module_id(text, catalog)}"
        return _build_into(text, key, home, (*flags, stamp), catalog.own())


def module_id(text: str, catalog: Catalog) -> str:
    """Return what snapshots of a module carry, as a C literal: its text and the units' hash.

    The toolchain has no part in it: a snapshot goes with its play to another machine.
    """
    digest = hashlib.sha256(f"{text}\0{catalog.fingerprint()}".encode())
    return f"0x{digest.hexdigest()[:16]}ULL"


def file_hash(file: Path) -> str:
    """Return the sha256 of a file, or "" where there is none."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""


def _look_up(key: str, home: Path) -> Built | None:
    """Return the module in `home` if it is there and whole."""
    file = home / f"{MODULE}{SUFFIX}"
    try:
        sha256 = (home / STAMP).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    if file_hash(file) != sha256 or not (home / f"{MODULE}.c").is_file():
        return None
    return Built(key=key, file=file, sha256=sha256, cached=True, cython_seconds=0.0, cc_seconds=0.0)


def _build_into(
    text: str, key: str, home: Path, flags: tuple[str, ...], own: tuple[Unit, ...]
) -> Built:
    work = Path(tempfile.mkdtemp(prefix=f".{key}-", dir=home.parent))
    try:
        (work / f"{MODULE}.pyx").write_text(text, encoding="utf-8")
        for unit in own:
            shutil.copyfile(unit.kernel, work / f"{unit.cimport_name}.pxd")
        begun = time.perf_counter()
        source = _cythonize(work / f"{MODULE}.pyx", own)
        between = time.perf_counter()
        _compile(source, work, flags)
        done = time.perf_counter()
        sha256 = file_hash(work / f"{MODULE}{SUFFIX}")
        (work / STAMP).write_text(sha256, encoding="utf-8")
        _publish(work, home)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Built(
        key=key,
        file=home / f"{MODULE}{SUFFIX}",
        sha256=sha256,
        cached=False,
        cython_seconds=between - begun,
        cc_seconds=done - between,
    )


def _publish(work: Path, home: Path) -> None:
    if home.exists():  # forced, or damaged
        shutil.rmtree(home)
    work.rename(home)


@contextlib.contextmanager
def _locked(folder: Path, key: str) -> Iterator[None]:
    from filelock import FileLock  # noqa: PLC0415  deferred: a cached compile needs no lock

    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f"{key}.lock"):
        _collect(folder)
        yield


def _collect(folder: Path) -> None:
    """Remove what killed builds left behind more than ten minutes ago."""
    for left in folder.glob(".*-*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > 600:
                shutil.rmtree(left, ignore_errors=True)


def load(file: Path, key: str) -> ModuleType:
    """Return the module in `file`; one module for each key and process."""
    name = f"tradec_play_{key}.{MODULE}"
    if name in sys.modules:
        return sys.modules[name]
    loader = importlib.machinery.ExtensionFileLoader(name, str(file))
    spec = importlib.util.spec_from_file_location(name, file, loader=loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    sys.modules[name] = module
    return module


# --- toolchain ------------------------------------------------------------------------------


def fingerprint(catalog: Catalog, flags: tuple[str, ...] = FLAGS) -> str:
    """Return what, besides its text, a built module depends on."""
    parts = [
        tradec.__version__,
        platform.python_implementation(),
        sys.version,
        str(sysconfig.get_config_var("SOABI")),
        version("Cython"),
        " ".join(_compiler_command()),
        _compiler_version(),
        " ".join(flags),
        catalog.fingerprint(),
        _seam_hash(),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@lru_cache(maxsize=1)
def compiler_hash() -> str:
    """Return a hash of tradec's own front end: what it makes of a play depends on it."""
    digest = hashlib.sha256()
    root = _INCLUDE / "tradec"
    for folder in ("dsl", "compiler", "templates", "runtime"):
        for file in sorted((root / folder).rglob("*")):
            if file.suffix in {".py", ".lark", ".jinja"}:
                digest.update(f"{file.relative_to(root)} {file.stat().st_size} ".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _seam_hash() -> str:
    digest = hashlib.sha256()
    for name in ("strategy.pxd", "clock.pxd"):
        digest.update((_INCLUDE / "tradec" / "runtime" / name).read_bytes())
    return digest.hexdigest()


def _compiler_command() -> tuple[str, ...]:
    configured = os.environ.get("CC") or str(sysconfig.get_config_var("CC") or "cc")
    return tuple(configured.split())


@lru_cache(maxsize=1)
def _compiler_version() -> str:
    """Return the identity of the C compiler's file; asking the compiler itself costs a process."""
    found = shutil.which(_compiler_command()[0])
    if found is None:
        return "none"
    file = Path(found).resolve()
    status = file.stat()
    return f"{file.name} {status.st_size} {status.st_mtime_ns}"


def _cythonize(source: Path, own: tuple[Unit, ...]) -> Path:
    """Translate to C; raises CythonError with the places of its complaints.

    What Cython says of a user's own kernel, or of how it is called, is a UnitError.
    """
    cython: Any = importlib.import_module("Cython.Compiler.Main")  # deferred: half a second
    options = cython.CompilationOptions(
        cython.default_options,
        include_path=[str(source.parent), str(_INCLUDE)],
        use_listing_file=True,
        errors_to_stderr=False,
    )
    result = cython.compile_single(str(source), options, full_module_name=MODULE)
    listing = source.with_suffix(".lis")
    complaints = listing.read_text(encoding="utf-8") if listing.exists() else ""
    if result.num_errors or not result.c_file:
        places = _places(complaints, source.name)
        for unit in own:
            _blame(unit, complaints, places, source.read_text(encoding="utf-8").splitlines())
        raise CythonError(places, complaints)
    listing.unlink(missing_ok=True)
    return Path(result.c_file)


def _blame(
    unit: Unit, complaints: str, places: tuple[tuple[int, str], ...], lines: list[str]
) -> None:
    """Raise UnitError where Cython complains about a user's kernel, or about a call of it."""
    inside = _places(complaints, f"{unit.cimport_name}.pxd")
    if inside:
        said = tuple(f"{unit.kernel}:{number}: {message}" for number, message in inside)
        raise UnitError(said[0], complaints=said)
    called = re.compile(rf"\b{unit.cimport_name}\b|\b{unit.name}_(init|step)\(")
    for number, message in places:
        if called.search(lines[number - 1]):
            raise UnitError(
                f"{unit.kernel} does not fit its SPEC: {message}",
                f"`tradec describe {unit.name}` shows how its kernel is called",
            )


def _places(complaints: str, file: str) -> tuple[tuple[int, str], ...]:
    found = re.findall(rf"^\S*{re.escape(file)}:(\d+):\d+: (.*)$", complaints, re.MULTILINE)
    return tuple((int(line), message) for line, message in found)


def _compile(source: Path, folder: Path, flags: tuple[str, ...]) -> None:
    """Compile and link with the C compiler that setuptools finds."""
    from setuptools._distutils.ccompiler import new_compiler  # noqa: PLC0415  deferred: heavy
    from setuptools._distutils.sysconfig import customize_compiler  # noqa: PLC0415

    compiler: Any = new_compiler()
    customize_compiler(compiler)
    include = [f"-I{sysconfig.get_path(name)}" for name in ("include", "platinclude")]
    compile_ = [*compiler.compiler_so, *include, *flags, *_ALWAYS, "-c", source.name]
    link = [*compiler.linker_so, f"{MODULE}.o", "-o", f"{MODULE}{SUFFIX}"]
    for command in ([*compile_, "-o", f"{MODULE}.o"], link):
        _call(command, folder)
    (folder / f"{MODULE}.o").unlink()


def _call(command: list[str], folder: Path) -> None:
    if shutil.which(command[0]) is None:
        raise NativeError("E902", f"no C compiler: `{command[0]}` is not on PATH", _HINT)
    done = subprocess.run(  # noqa: S603  the compiler that Python was configured with
        command,
        cwd=folder,
        env=os.environ | {"TMPDIR": str(folder.resolve())},  # what a killed compiler leaves is ours
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        errors = [line for line in lines if "error" in line] or lines
        raise NativeError("E902", f"the C compiler failed: {errors[0]}", _HINT, done.stderr)


_HINT = (
    "install a C compiler and Python's headers (Debian, Ubuntu: `apt install gcc python3-dev`; "
    "Fedora: `dnf install gcc python3-devel`; macOS: `xcode-select --install`), set CC to one, "
    "or run with `--engine interpreter`"
)
