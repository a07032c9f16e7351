"""Every registered diagnostic code is shown, and every reported one is registered."""

import ast
import re

from code_of_project import ROOT, files, tree
from tradec.dsl.codes import CODES

PAIRS = ROOT / "tests" / "diagnostics"
FIRST_OF_THE_COMPILER_ITSELF = "E9"
CODE = re.compile(r"[EW]\d{3}\Z")


def test_every_code_has_its_plays() -> None:
    missing = [
        f"{code}{ending}"
        for code in CODES
        if not code.startswith(FIRST_OF_THE_COMPILER_ITSELF)
        for ending in (".yml", ".txt", ".ok.yml")
        if not (PAIRS / f"{code}{ending}").is_file()
    ]
    assert missing == []


def test_every_code_in_the_code_is_registered() -> None:
    used = {
        node.value
        for part in ("dsl", "compiler", "cli", "runtime")
        for path in files(part, ".py")
        if path.parent.name != "explain"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.match(node.value)
    }
    assert used - set(CODES) == set()
    assert set(CODES) - used == set()
