"""The frame of every command: help, globals, unknown words, the envelope, exit codes."""

import json
import re
import subprocess
import sys

import click
import pytest

import tradec as package
from commandline import tradec
from tradec.cli import app
from tradec.cli.app import COMMANDS, tradec_
from tradec.cli.error import Terminated
from tradec.cli.lazy import LazyGroup

GROUPS = {
    name: getattr(app, name.upper())
    for name, (module, _, _) in COMMANDS.items()
    if module == "tradec.cli.app"
}
LEAVES = [
    *([name] for name in COMMANDS if name not in GROUPS),
    *([group, name] for group, commands in GROUPS.items() for name in commands),
]
HEAVY = {"numpy", "lark", "Cython", "duckdb", "pyarrow", "rich", "yaml", "jinja2", "platformdirs"}


def _leaf(path: list[str]) -> click.Command:
    found: click.Command = tradec_
    for name in path:
        assert isinstance(found, LazyGroup)
        command = found.get_command(click.Context(found), name)
        assert command is not None
        found = command
    return found


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_has_help_with_an_example(path: list[str]) -> None:
    said = tradec(*path, "--help")
    assert said.code == 0
    assert "Examples:" in said.out
    assert f"  tradec {' '.join(path)}" in said.out.split("Examples:")[1]
    assert "--json" in said.out


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_the_table_of_a_group_names_real_commands(path: list[str]) -> None:
    assert _leaf(path).name == path[-1]


@pytest.mark.parametrize("path", [[], *([name] for name in GROUPS)], ids=str)
def test_a_group_without_a_command_shows_its_help(path: list[str]) -> None:
    said = tradec(*path)
    assert said.code == 0
    assert said.out.startswith("Usage: tradec")
    assert said.out == tradec(*path, "--help").out


def test_version() -> None:
    said = tradec("--version")
    assert (said.code, said.out) == (0, f"tradec, version {package.__version__}\n")


@pytest.mark.parametrize(
    ("words", "command", "meant"),
    [
        (["explian"], "tradec", "`explain`"),
        (["data", "imprt"], "tradec data", "`import`"),
        (["runs", "shwo"], "tradec runs", "`show`"),
    ],
)
def test_an_unknown_command_is_answered_with_the_nearest(
    words: list[str], command: str, meant: str
) -> None:
    said = tradec(*words)
    assert said.code == 2
    assert f"error: `{command}` has no command `{words[-1]}`" in said.err
    assert f"did you mean {meant}?" in said.err
    assert not said.out


def test_an_unknown_command_with_no_likeness_names_the_help() -> None:
    assert "`tradec --help` lists the commands" in tradec("qqqqqq").err


@pytest.mark.parametrize(
    ("words", "schema"),
    [
        (["explian", "--json"], "tradec/tradec/1"),
        (["explain", "E101", "--jsno", "--json"], "tradec/explain/1"),
        (["data", "import", "--json"], "tradec/data-import/1"),
        (["run", "--json"], "tradec/run/1"),
        (["--json", "runs", "show"], "tradec/runs-show/1"),
    ],
)
def test_a_wrong_command_line_is_one_json_object_too(words: list[str], schema: str) -> None:
    said = tradec(*words)
    assert said.code == 2
    assert not said.err
    assert said.answer["schema"] == schema
    assert said.answer["status"] == "error"
    assert said.answer["error"]["code"] == "USAGE"
    assert said.data == {}


def test_global_options_stand_before_or_after_the_command() -> None:
    before = tradec("--json", "explain", "E101").answer
    after = tradec("explain", "E101", "--json").answer
    assert before["data"] == after["data"]


def test_no_color_reaches_output_that_is_no_terminal() -> None:
    assert "\x1b" not in tradec("describe").out
    assert "\x1b" not in tradec("explain", "E9999").err


def test_a_defect_is_exit_9_with_a_short_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> int:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(tradec_, "main", broken)
    said = tradec("explain")
    assert said.code == 9
    assert said.err.startswith("error: internal error: ZeroDivisionError: division by zero\n")
    assert "Traceback" not in said.err
    assert "Traceback" in tradec("explain", "--debug").err
    answer = tradec("explain", "--json").answer
    assert (answer["status"], answer["error"]["code"]) == ("error", "INTERNAL")


@pytest.mark.parametrize(("raised", "code"), [(KeyboardInterrupt(), 130), (Terminated(), 143)])
def test_signals_have_their_exit_codes(
    raised: BaseException, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, **__: object) -> int:
        raise raised

    monkeypatch.setattr(tradec_, "main", stopped)
    assert tradec("explain").code == code
    assert tradec("explain", "--json").answer["status"] == "error"


def _modules_after(*arguments: str) -> set[str]:
    program = (
        "import sys; from tradec.cli.boundary import call; call(sys.argv[1:]);"
        "print('\\n'.join(sys.modules), file=sys.stderr)"
    )
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["run", "--help"], ["check", "-h"]])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    assert not _modules_after(*words) & HEAVY


def test_a_closed_pipe_is_quiet() -> None:
    command = f"{sys.executable} -m tradec explain | head -c 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout == "E"
    assert not done.stderr


def test_json_is_one_line_that_ends() -> None:
    said = tradec("explain", "E101", "--json")
    assert re.fullmatch(r"\{.*\}\n", said.out)
    json.loads(said.out)
