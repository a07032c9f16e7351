"""The only registry of units: what lies in the folders of indicators and structures.

A unit's module is imported when its SPEC is first asked for, so listing the catalogue is cheap.
"""

import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
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
    def cimport_name(self) -> str:
        """The name under which its kernel is cimported; a foreign one is staged for a build."""
        return self.module or f"own_{self.name}"

    def load(self) -> ModuleType:
        """Return the unit's module."""
        return importlib.import_module(self.module) if self.module else _load_file(self.file)


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every unit, by name."""

    units: tuple[Unit, ...]

    @classmethod
    def load(cls, extra: tuple[Path, ...] = ()) -> "Catalog":
        """Return tradec's own units and those below `extra`, laid out as in `runtime/`."""
        found = {unit.name: unit for kind in _FOLDERS for unit in _own(kind)}
        for folder in extra:
            for unit in _foreign(folder):
                if unit.name in found:
                    raise ValueError(f"unit `{unit.name}` is declared twice: {unit.file}")
                found[unit.name] = unit
        return cls(tuple(sorted(found.values())))

    def unit(self, name: str) -> Unit:
        """Return the place of a unit; raises KeyError for an unknown one."""
        for unit in self.units:
            if unit.name == name:
                return unit
        raise KeyError(name)

    def spec(self, name: str) -> Spec:
        """Return what a unit declares; raises KeyError for an unknown one."""
        found = self.unit(name).load().SPEC
        assert isinstance(found, Spec), f"SPEC of `{name}` is no Spec"
        return found

    def find(self, name: str, kind: str) -> Spec | None:
        """Return what a unit of one kind declares, or None."""
        return self.spec(name) if name in self.names(kind) else None

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


def _own(kind: str) -> Iterator[Unit]:
    package = _FOLDERS[kind]
    for file in _unit_files(_folder(package)):
        yield Unit(file.stem, kind, file, f"{package.__name__}.{file.stem}")


def _foreign(folder: Path) -> Iterator[Unit]:
    for kind, package in _FOLDERS.items():
        for file in _unit_files(folder / package.__name__.rpartition(".")[2]):
            yield Unit(file.stem, kind, file)


def _unit_files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from sorted(f for f in folder.glob("*.py") if not f.stem.startswith("_"))


@lru_cache
def _load_file(file: Path) -> ModuleType:
    name = f"tradec_unit_{hashlib.sha256(str(file).encode()).hexdigest()[:16]}"
    found = importlib.util.spec_from_file_location(name, file)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    found.loader.exec_module(module)
    return module
