"""The only registry of units: what lies in the folders of indicators and structures.

A unit's module is imported when its SPEC is first asked for, so listing the catalogue is cheap.
Folders of a user's own units, laid out as in `runtime/`, add to tradec's.
"""

import hashlib
import importlib
import importlib.util
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from tradec.dsl.words import suggest
from tradec.runtime import formula, indicators, kernels, outputs, spec, structures
from tradec.runtime.spec import Spec

INDICATOR = "indicator"
STRUCTURE = "structure"
_FOLDERS = {INDICATOR: indicators, STRUCTURE: structures}
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class UnitError(ValueError):
    """A unit of the user's that cannot be used; what the command line says of it."""

    code = "BAD_UNIT"

    def __init__(self, message: str, hint: str = "", complaints: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint
        self.details = {"complaints": list(complaints)} if complaints else {}


@dataclass(frozen=True, slots=True, order=True)
class Unit:
    """Where one unit lies; `module` is its import name, or "" for a file outside of tradec."""

    name: str
    kind: str
    file: Path
    module: str = ""

    @property
    def kernel(self) -> Path:
        """The file of its C struct and kernel."""
        return self.file.with_suffix(".pxd")

    @property
    def class_name(self) -> str:
        """The name of its Python reference and of its C struct."""
        return "".join(part.capitalize() for part in self.name.split("_"))

    @property
    def is_own(self) -> bool:
        """Whether it is the user's own and no part of tradec."""
        return not self.module

    @property
    def sha256(self) -> str:
        """A hash of its two files."""
        both = (self.file.read_bytes(), self.kernel.read_bytes())
        return hashlib.sha256(b"\0".join(both)).hexdigest()

    @property
    def cimport_name(self) -> str:
        """The name under which its kernel is cimported; a user's own is staged for a build."""
        return self.module or f"own_{self.name}"

    def load(self) -> ModuleType:
        """Return the unit's module."""
        if self.module:
            return importlib.import_module(self.module)
        return _load_file(self.file, hashlib.sha256(self.file.read_bytes()).hexdigest())


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every unit, by name."""

    units: tuple[Unit, ...]
    _named: Mapping[str, Unit] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_named", {unit.name: unit for unit in self.units})

    @classmethod
    def load(cls, extra: tuple[Path, ...] = ()) -> "Catalog":
        """Return tradec's units and those in the folders `extra`; UnitError for a wrong one."""
        found = {unit.name: unit for kind in _FOLDERS for unit in _packaged(kind)}
        for folder in extra:
            for unit in _of_user(folder):
                if unit.name in found:
                    there = "tradec has one" if found[unit.name].module else found[unit.name].file
                    raise UnitError(
                        f"unit `{unit.name}` is declared twice: {unit.file}, {there}",
                        "give it another name: that of its two files",
                    )
                found[unit.name] = unit
        return cls(tuple(sorted(found.values())))

    def unit(self, name: str) -> Unit:
        """Return the place of a unit; raises KeyError for an unknown one."""
        return self._named[name]

    def spec(self, name: str) -> Spec:
        """Return what a unit declares; raises KeyError for an unknown one."""
        found = self.unit(name).load().SPEC
        assert isinstance(found, Spec), f"SPEC of `{name}` is no Spec"
        return found

    def find(self, name: str, kind: str) -> Spec | None:
        """Return what a unit of one kind declares, or None."""
        unit = self._named.get(name)
        return self.spec(name) if unit is not None and unit.kind == kind else None

    def names(self, kind: str) -> tuple[str, ...]:
        """Return the names of the units of one kind, sorted."""
        return tuple(unit.name for unit in self.units if unit.kind == kind)

    def indicators(self) -> tuple[str, ...]:
        """Return the names of the indicators, sorted."""
        return self.names(INDICATOR)

    def structures(self) -> tuple[str, ...]:
        """Return the names of the structures, sorted."""
        return self.names(STRUCTURE)

    def advice(self, name: str, kind: str) -> tuple[str, ...]:
        """Return what to write instead of `name`, or where those of its kind are listed."""
        return (suggest(name, self.names(kind)) or f"`tradec describe` lists every {kind}",)

    def providing(self, capability: str) -> tuple[str, ...]:
        """Return the names of the units that provide a capability, sorted."""
        return tuple(u.name for u in self.units if capability in self.spec(u.name).provides)

    def own(self) -> tuple[Unit, ...]:
        """Return the user's own units."""
        return tuple(unit for unit in self.units if unit.is_own)

    def reference(self, name: str) -> type[Any]:
        """Return the plain-Python class of a unit."""
        unit = self.unit(name)
        found = getattr(unit.load(), unit.class_name)
        assert isinstance(found, type)
        return found

    def kernel(self, name: str) -> Path:
        """Return the file of a unit's C struct and kernel."""
        return self.unit(name).kernel

    def fingerprint(self) -> str:
        """Return a hash of everything a unit's numbers depend on: units, kernels, formulas."""
        digest = hashlib.sha256()
        for label, file in self._files():
            content = file.read_bytes() if file.exists() else b""
            digest.update(f"{label} {len(content)}\n".encode())
            digest.update(content)
        return digest.hexdigest()

    def _files(self) -> Iterator[tuple[str, Path]]:
        for unit in self.units:
            yield f"{unit.kind} {unit.name}.py", unit.file
            yield f"{unit.kind} {unit.name}.pxd", unit.kernel
        for file in sorted(_folder(kernels).iterdir()):
            if file.suffix in {".py", ".pxd"}:
                yield f"kernel {file.name}", file
        for module in (spec, formula, outputs):
            yield module.__name__, Path(str(module.__file__))


@lru_cache(maxsize=1)
def standard() -> Catalog:
    """Return the catalogue of tradec's own units."""
    return Catalog.load()


def _folder(package: ModuleType) -> Path:
    return Path(next(iter(package.__path__)))


def _packaged(kind: str) -> Iterator[Unit]:
    package = _FOLDERS[kind]
    for file in _unit_files(_folder(package)):
        yield Unit(file.stem, kind, file, f"{package.__name__}.{file.stem}")


def _of_user(folder: Path) -> Iterator[Unit]:
    if not folder.is_dir():
        raise UnitError(f"there is no folder of units `{folder}`")
    homes = {kind: folder / f"{kind}s" for kind in _FOLDERS}
    if not any(home.is_dir() for home in homes.values()):
        raise UnitError(
            f"`{folder}` holds no folder `indicators` or `structures`",
            f"put the pair of files of an indicator into `{folder / 'indicators'}`",
        )
    for kind, home in homes.items():
        for file in _pairs(home):
            yield Unit(file.stem, kind, file)


def _pairs(home: Path) -> Iterator[Path]:
    """Yield the Python files of a user's pairs; UnitError where one half is missing."""
    halves = [f for f in home.glob("*.p[yx]*") if f.suffix in {".py", ".pxd"}]
    for name in sorted({half.stem for half in halves if not half.stem.startswith("_")}):
        for suffix, holds in ((".py", "SPEC and reference"), (".pxd", "the kernel")):
            if not (home / f"{name}{suffix}").is_file():
                there = {".py": ".pxd", ".pxd": ".py"}[suffix]
                raise UnitError(
                    f"unit `{name}` is half there: {home / name}{there} has no {name}{suffix}",
                    f"{name}{suffix} holds {holds}; docs/own-indicator.md shows a pair",
                )
        if not _NAME.fullmatch(name):
            raise UnitError(
                f"`{name}` is no name for a unit: {home / name}.py",
                "name its files in lower case with single underscores, such as typical_range",
            )
        yield home / f"{name}.py"


def _unit_files(folder: Path) -> Iterator[Path]:
    yield from sorted(f for f in folder.glob("*.py") if not f.stem.startswith("_"))


@lru_cache
def _load_file(file: Path, sha256: str) -> ModuleType:
    """Return the module of a user's unit; `sha256` is of its content, which may change."""
    name = f"tradec_unit_{hashlib.sha256(f'{file} {sha256}'.encode()).hexdigest()[:16]}"
    found = importlib.util.spec_from_file_location(name, file)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    try:
        found.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        said = error.msg if isinstance(error, SyntaxError) else str(error)
        raise UnitError(f"{_line_of(error, file)}: {type(error).__name__}: {said}") from error
    return module


def _line_of(error: Exception, file: Path) -> str:
    """Return the file of a unit with the line in it at which importing it failed."""
    if isinstance(error, SyntaxError) and error.filename == str(file):
        return f"{file}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(file)]
    return f"{file}:{lines[-1]}" if lines else str(file)
