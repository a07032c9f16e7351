"""`tradec.toml` and the environment over it."""

from pathlib import Path

import pytest

from tradec.cli.config import KEYS, Config, load_config
from tradec.cli.error import CommandError


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    monkeypatch.delenv("TRADEC_CONFIG", raising=False)
    for section, keys in KEYS.items():
        for key in keys:
            name = "_".join(filter(None, ("TRADEC", section.upper(), key.upper())))
            monkeypatch.delenv(name, raising=False)


def written(text: str, file: Path = Path("tradec.toml")) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_without_a_file_nothing_is_settled() -> None:
    assert load_config() == Config()
    assert load_config().get("exchange", "region", "global") == "global"


def test_a_file_settles_keys_of_sections_and_of_the_top() -> None:
    written('units = ["mine"]\n[exchange]\nregion = "nl"\n[data]\njobs = 3\n')
    config = load_config()
    assert config.get("", "units") == ["mine"]
    assert config.section("exchange") == {"region": "nl"}
    assert config.get("data", "jobs") == 3
    assert config.file == Path("tradec.toml")


def test_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    written('[exchange]\nregion = "nl"\n')
    monkeypatch.setenv("TRADEC_EXCHANGE_REGION", "hk")
    monkeypatch.setenv("TRADEC_DATA_JOBS", "2")
    monkeypatch.setenv("TRADEC_UNITS", "a:b")
    config = load_config()
    assert config.get("exchange", "region") == "hk"
    assert config.get("data", "jobs") == 2
    assert config.get("", "units") == ["a", "b"]


def test_a_named_file_comes_before_the_folder_and_that_before_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = written('[exchange]\nregion = "kz"\n', tmp_path / "own" / "tradec" / "tradec.toml")
    assert load_config().file == own
    written('[exchange]\nregion = "nl"\n')
    assert load_config().get("exchange", "region") == "nl"
    other = written('[exchange]\nregion = "eu"\n', tmp_path / "other.toml")
    assert load_config(other).get("exchange", "region") == "eu"
    monkeypatch.setenv("TRADEC_CONFIG", str(other))
    assert load_config().get("exchange", "region") == "eu"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[exchange]\nregoin = 'nl'", r"unknown key `exchange.regoin`; known are ca_bundle"),
        ("[exchnage]\nregion = 'nl'", r"unknown key `exchnage`; known are data, exchange"),
        ("exchange = 1", r"`exchange` is not a section"),
        ("units = 'one'", r"`units` is not a list of texts"),
        ("units = [1]", r"`units` is not a list of texts"),
        ("[data]\njobs = true", r"`data.jobs` is not a whole number"),
        ("[data]\njobs = 1.5", r"`data.jobs` is not a whole number"),
        ("[exchange", r"tradec.toml: not a TOML file"),
    ],
)
def test_what_is_wrong_is_named(text: str, said: str) -> None:
    written(text)
    with pytest.raises(CommandError, match=said):
        load_config()


def test_a_slip_of_the_pen_is_understood() -> None:
    written("[exchange]\nregoin = 'nl'")
    with pytest.raises(CommandError) as caught:
        load_config()
    assert caught.value.helps == ("did you mean `region`?",)


def test_a_wrong_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADEC_DATA_JOBS", "many")
    with pytest.raises(CommandError, match="TRADEC_DATA_JOBS is `many`, not a whole number"):
        load_config()


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="there is no configuration file"):
        load_config(tmp_path / "none.toml")
