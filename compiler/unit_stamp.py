"""Which of the user's own units were held to what they declare since they last changed."""

from hashlib import sha256
from pathlib import Path

from tradec.compiler.artifact import write_atomically
from tradec.compiler.catalog import Unit, standard


def stamp(unit: Unit, build_dir: Path, said: str) -> None:
    """Remember that a unit was checked, as it and tradec's kernels are now."""
    write_atomically(_file(unit, build_dir), f"{said}\n")


def is_checked(unit: Unit, build_dir: Path) -> bool:
    """Return whether the unit, as it is now, was checked without a fault."""
    return _file(unit, build_dir).is_file()


def _file(unit: Unit, build_dir: Path) -> Path:
    key = sha256(f"{unit.sha256} {standard().fingerprint()}".encode()).hexdigest()[:16]
    return build_dir / "units" / f"{unit.name}-{key}.txt"
