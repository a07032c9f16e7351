"""Who may import whom (house-style 2)."""

from pathlib import Path

import pytest

from code_of_project import PARTS, ROOT, files, imported, imported_at_once, shown

PYTHON = {part: files(part, ".py") for part in PARTS}
EVERY = [*(f for found in PYTHON.values() for f in found), *sorted((ROOT / "src").glob("*/*.py"))]
DESCRIPTIONS = {"spec", "outputs", "formula", "timeframe", "kernels", "indicators", "structures"}
"""What the compiler takes from the runtime when it is imported; the rest is deferred."""


def ours(path: Path) -> set[str]:
    """Return the modules of ours that a file imports, the part first: `dsl.nodes`."""
    names = {name for _, name in imported(path)}
    return {name.removeprefix("tradec.") for name in names if name.startswith("tradec.")}


def parts_of(path: Path) -> set[str]:
    return {name.split(".", maxsplit=1)[0] for name in ours(path)}


@pytest.mark.parametrize("path", PYTHON["dsl"], ids=shown)
def test_dsl_imports_nothing_of_ours(path: Path) -> None:
    assert parts_of(path) <= {"dsl"}


@pytest.mark.parametrize("path", PYTHON["runtime"], ids=shown)
def test_runtime_imports_neither_dsl_nor_compiler(path: Path) -> None:
    assert parts_of(path) <= {"runtime"}


@pytest.mark.parametrize("path", PYTHON["compiler"], ids=shown)
def test_compiler_imports_dsl_and_what_describes_units(path: Path) -> None:
    assert parts_of(path) <= {"compiler", "dsl", "runtime"}
    at_once = (name for _, name in imported_at_once(path))
    taken = {name.split(".")[2] for name in at_once if name.startswith("tradec.runtime.")}
    assert taken <= DESCRIPTIONS


@pytest.mark.parametrize("part", ["dsl", "compiler", "templates", "runtime"])
def test_nothing_imports_the_command_line(part: str) -> None:
    users = [shown(path) for path in PYTHON[part] if "cli" in parts_of(path)]
    assert users == []


@pytest.mark.parametrize("path", EVERY, ids=shown)
def test_the_parts_are_imported_by_their_full_names(path: Path) -> None:
    bare = {"dsl", "compiler", "runtime", "templates"}
    names = [name for _, name in imported(path) if name.split(".", maxsplit=1)[0] in bare]
    assert names == []


def test_typing_needs_no_number_library() -> None:
    """The front half, from text to types, is what `check` runs: it stays light."""
    heavy = {"numpy", "Cython", "duckdb", "pyarrow", "jinja2", "setuptools"}
    passes = PARTS["compiler"] / "passes"
    for path in [*passes.glob("*.py"), PARTS["compiler"] / "pipeline.py"]:
        assert not {name.split(".", maxsplit=1)[0] for _, name in imported(path)} & heavy


def test_there_is_no_circle() -> None:
    known = {shown(f): f for part in ("dsl", "compiler", "runtime") for f in PYTHON[part]}
    after: dict[str, set[str]] = {
        name: {
            target
            for _, module in imported_at_once(path)
            if (target := f"{module.removeprefix('tradec.').replace('.', '/')}.py") in known
            and target != name
        }
        for name, path in known.items()
    }
    while after:
        leaves = {name for name, targets in after.items() if not targets}
        assert leaves, f"import circle among {sorted(after)}"
        after = {name: targets - leaves for name, targets in after.items() if name not in leaves}


def test_what_validates_a_run_shares_nothing_with_what_made_it() -> None:
    """`validate math` computes anew: it reaches neither the engine nor what it writes with."""
    made = {
        "runtime.sim",
        "runtime.metrics",
        "runtime.engine",
        "runtime.backtest",
        "runtime.schemas",
    }
    made |= {"runtime.strategy", "runtime.artifacts", "runtime.indicators", "runtime.timeframe"}
    known = {shown(path).removesuffix(".py").replace("/", "."): path for path in PYTHON["runtime"]}
    ahead = [name for name in known if name.startswith("runtime.validate.")]
    reached: set[str] = set()
    while ahead:
        name = ahead.pop()
        if name not in reached and name in known:
            reached.add(name)
            ahead += ours(known[name])
    assert len(reached) > 10
    users = {name for name in reached for one in ours(known[name]) if _within(one, made)}
    assert users == set()


def _within(name: str, modules: set[str]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)
