import subprocess
import sys
from pathlib import Path

import pytest

from tradec.compiler.catalog import INDICATOR, STRUCTURE, Catalog, standard

UNIT = """
from tradec.runtime.spec import Finite, Output, Spec

SPEC = Spec(
    kind="indicator",
    title="A constant",
    inputs=("close",),
    outputs=(Output(name="value"),),
    first_valid="0",
    memory=Finite(window="1"),
    provides=("stillness",),
)


class StandStill:
    pass
"""


def with_unit(folder: Path, text: str = UNIT) -> Catalog:
    (folder / "indicators").mkdir(exist_ok=True)
    (folder / "indicators" / "stand_still.py").write_text(text)
    (folder / "indicators" / "stand_still.pxd").touch()
    return Catalog.load(extra=(folder,))


def test_lists_the_folders() -> None:
    folder = Path(__file__).resolve().parents[3] / "runtime" / "indicators"
    files = {f.stem for f in folder.glob("*.py")} - {"__init__"}
    assert set(standard().indicators()) == files
    assert list(standard().indicators()) == sorted(files)


@pytest.mark.parametrize("unit", standard().units, ids=lambda unit: str(unit.name))
def test_every_unit_is_whole(unit: object) -> None:
    catalog = standard()
    name = unit.name  # type: ignore[attr-defined]
    spec = catalog.spec(name)
    assert name in catalog.names(spec.kind)
    assert catalog.reference(name).__name__ == "".join(p.title() for p in name.split("_"))
    assert catalog.kernel(name).is_file()


def test_find_knows_the_kinds_apart() -> None:
    catalog = standard()
    assert catalog.find("swing", STRUCTURE) is catalog.spec("swing")
    assert catalog.find("swing", INDICATOR) is None
    assert catalog.find("swong", STRUCTURE) is None
    with pytest.raises(KeyError):
        catalog.spec("swong")


def test_advice() -> None:
    assert standard().advice("bbandss", INDICATOR) == ("write `bbands`",)
    assert standard().advice("zzzzzz", INDICATOR) == ("`tradec describe` lists every indicator",)


def test_one_unit_provides_the_average_true_range() -> None:
    (provider,) = standard().providing("average_true_range")
    assert standard().spec(provider).params[0].kind == "int"


def test_takes_units_from_another_folder(tmp_path: Path) -> None:
    catalog = with_unit(tmp_path)
    assert catalog.spec("stand_still").title == "A constant"
    assert catalog.reference("stand_still").__name__ == "StandStill"
    assert catalog.providing("stillness") == ("stand_still",)
    assert catalog.kernel("stand_still") == tmp_path / "indicators" / "stand_still.pxd"


def test_refuses_a_unit_that_is_declared_twice(tmp_path: Path) -> None:
    with_unit(tmp_path)
    for suffix in (".py", ".pxd"):
        (tmp_path / "indicators" / f"{standard().indicators()[0]}{suffix}").write_text(UNIT)
    with pytest.raises(ValueError, match="declared twice"):
        Catalog.load(extra=(tmp_path,))


def test_fingerprint_follows_every_byte(tmp_path: Path) -> None:
    plain = Catalog.load().fingerprint()
    assert plain == Catalog.load().fingerprint()
    one = with_unit(tmp_path).fingerprint()
    two = with_unit(tmp_path, UNIT + "\n").fingerprint()
    (tmp_path / "indicators" / "stand_still.pxd").write_text("# a kernel\n")
    three = Catalog.load(extra=(tmp_path,)).fingerprint()
    assert len({plain, one, two, three}) == 4


def test_listing_imports_no_unit_and_no_heavy_library() -> None:
    script = (
        "import sys\n"
        "from tradec.compiler.catalog import standard\n"
        "standard().indicators(), standard().fingerprint()\n"
        "loaded = {m for m in sys.modules if m.startswith('tradec.runtime.indicators.')}\n"
        "heavy = {'numpy', 'lark', 'jinja2', 'Cython', 'yaml'} & set(sys.modules)\n"
        "assert not loaded | heavy, loaded | heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
