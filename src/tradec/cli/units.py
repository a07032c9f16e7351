"""The units that a command knows: tradec's own, and those of the user's folders."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tradec.cli.config import load_config
from tradec.cli.settings import current

if TYPE_CHECKING:
    from tradec.compiler.catalog import Catalog


def known_units() -> "Catalog":
    """Return the catalogue of this command; UnitError where a folder of units is wrong."""
    from tradec.compiler.catalog import Catalog, standard

    folders = unit_folders()
    return Catalog.load(folders) if folders else standard()


def unit_folders() -> tuple[Path, ...]:
    """Return `units` of tradec.toml (or TRADEC_UNITS) and each `--units`, each folder once.

    What the file names is relative to the file.
    """
    settings = current()
    config = load_config(settings.config)
    beside_file = config.file is not None and "TRADEC_UNITS" not in os.environ
    home = config.file.parent if config.file and beside_file else Path()
    named = [*(home / name for name in config.get("", "units", ())), *settings.units]
    return tuple({folder.resolve(): folder for folder in named}.values())


def warn_of_unchecked(names: Iterable[str], known: "Catalog") -> None:
    """Warn of the user's own units that nobody checked since they last changed."""
    for name in names:
        from tradec.compiler.artifact import default_build_dir
        from tradec.compiler.unit_stamp import is_checked

        if not is_checked(known.unit(name), default_build_dir()):
            current().warn(f"your unit `{name}` is unchecked: `tradec units check {name}`")
