"""What a user has settled for good: `tradec.toml`, and TRADEC_<SECTION>_<KEY> before it.

The file is `--config FILE`, else TRADEC_CONFIG, else `tradec.toml` in the working folder, else in
the user's own configuration folder. A key that nobody reads is an error.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tradec.cli.error import CommandError
from tradec.cli.suggest import did_you_mean

FILE = "tradec.toml"

KEYS: Mapping[str, Mapping[str, type]] = MappingProxyType(
    {
        "": {"units": list},
        "exchange": {
            "region": str,
            "rest_base": str,
            "ws_public_base": str,
            "ws_private_base": str,
            "ca_bundle": str,
        },
        "data": {"jobs": int},
    }
)
"""Section -> key -> type; the section "" is the top of the file. Lists hold strings."""

_WORDS: Mapping[type, str] = MappingProxyType(
    {str: "a text in quotes", int: "a whole number", bool: "true or false", list: "a list of texts"}
)


@dataclass(frozen=True, slots=True)
class Config:
    """The settings found; `file` is where, None if there is no file."""

    values: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    file: Path | None = None

    def get(self, section: str, key: str, default: Any = None) -> Any:
        """Return a setting, or the default where nobody has settled it."""
        assert key in KEYS[section], f"{section}.{key} is no key of the configuration"
        return self.values.get((section, key), default)

    def section(self, name: str) -> dict[str, Any]:
        """Return what is settled of a section."""
        return {key: value for (section, key), value in self.values.items() if section == name}


def load_config(named: Path | None = None) -> Config:
    """Return the user's settings; CommandError where the file or the environment is wrong."""
    file = _file(named)
    values = _from_file(file) if file else {}
    return Config({**values, **_from_environment()}, file)


def _file(named: Path | None) -> Path | None:
    given = named or (Path(os.environ["TRADEC_CONFIG"]) if "TRADEC_CONFIG" in os.environ else None)
    if given is not None:
        if not given.is_file():
            raise CommandError(f"there is no configuration file `{given}`")
        return given
    if Path(FILE).is_file():
        return Path(FILE)
    import platformdirs

    own = platformdirs.user_config_path("tradec", appauthor=False) / FILE
    return own if own.is_file() else None


def _from_file(file: Path) -> dict[tuple[str, str], Any]:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CommandError(f"{file}: not a TOML file: {error}") from None
    values: dict[tuple[str, str], Any] = {}
    for name, value in content.items():
        if isinstance(value, dict) and name in KEYS:
            for key, inner in value.items():
                values[name, key] = _checked(f"{file}: ", name, key, inner)
        else:
            values["", name] = _checked(f"{file}: ", "", name, value)
    return values


def _from_environment() -> dict[tuple[str, str], Any]:
    values = {}
    for section, keys in KEYS.items():
        for key, kind in keys.items():
            name = "_".join(filter(None, ("TRADEC", section.upper(), key.upper())))
            text = os.environ.get(name)
            if text is not None:
                values[section, key] = _parsed(name, text, kind)
    return values


def _parsed(name: str, text: str, kind: type) -> Any:
    if kind is int and text.lstrip("-").isdecimal():
        return int(text)
    if kind is bool and text.lower() in {"true", "false", "1", "0"}:
        return text.lower() in {"true", "1"}
    if kind is list:
        return [part for part in text.split(os.pathsep) if part]
    if kind is str:
        return text
    raise CommandError(f"{name} is `{text}`, not {_WORDS[kind]}")


def _checked(where: str, section: str, key: str, value: Any) -> Any:
    """Return a value of the file, refused if the key is unknown or the type is another one."""
    path = f"{section}.{key}" if section else key
    known = [*KEYS[section], *([] if section else filter(None, KEYS))]
    if key not in known:
        message = f"{where}unknown key `{path}`; known are {', '.join(sorted(known))}"
        raise CommandError(message, helps=did_you_mean(key, known))
    kind = KEYS[section].get(key)
    if kind is None:
        raise CommandError(f"{where}`{path}` is not a section")
    if not _fits(value, kind):
        raise CommandError(f"{where}`{path}` is not {_WORDS[kind]}")
    return value


def _fits(value: Any, kind: type) -> bool:
    if kind is list:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
