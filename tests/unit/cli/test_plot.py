"""`runs plot`: a picture of a run, as SVG and as PNG, from the same shapes."""

import json
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from commandline import tradec
from marketfile import write_minutes
from tradec.cli.plot.shapes import Area, Line, Picture, Text, box
from tradec.cli.plot.writers import png, svg

PLAY = Path(__file__).parents[3] / "plays" / "ema_cross.yml"
SPACE = "{http://www.w3.org/2000/svg}"
HOSTILE = '</text><script>1</script>"&'


def _run(*words: object) -> Path:
    given = words or ("--synthetic", "--bars", 300)
    said = tradec("run", PLAY, *given, "--json")
    assert said.code == 0
    return Path(said.data["run_dir"])


def _drawn(*words: object) -> ET.Element:
    said = tradec("runs", "plot", "last", "-o", "plot.svg", *words)
    assert (said.code, said.out) == (0, "plot.svg\n")
    return ET.parse("plot.svg").getroot()  # noqa: S314  tradec's own file


def _texts(root: ET.Element) -> list[str]:
    return [str(one.text) for one in root.iter(f"{SPACE}text")]


def test_a_picture_lies_in_the_folder_of_the_run() -> None:
    folder = _run()
    said = tradec("runs", "plot", "last", "--json")
    assert said.answer["schema"] == "tradec/runs-plot/1"
    file = folder / "plot.png"
    assert said.data["file"] == str(file)
    assert said.data["bytes"] == file.stat().st_size
    with Image.open(file) as image:
        assert (image.format, image.size) == ("PNG", (1600, 1000))
        assert len(image.convert("P", palette=Image.Palette.ADAPTIVE).getcolors() or []) > 20


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_the_same_run_gives_the_same_picture(ending: str) -> None:
    _run()
    tradec("runs", "plot", "last", "-o", f"a.{ending}")
    tradec("runs", "plot", "last", "-o", f"b.{ending}")
    assert Path(f"a.{ending}").read_bytes() == Path(f"b.{ending}").read_bytes()


def test_bars_trades_and_figures_are_in_it() -> None:
    folder = _run()
    metrics = json.loads((folder / "metrics.json").read_text())
    root = _drawn()
    corners = [str(one.get("points")).count(",") for one in root.iter(f"{SPACE}polygon")]
    legs = metrics["total_legs"]
    assert corners.count(3) == legs, "a triangle for each entry"
    assert corners.count(4) == 300 + legs, "a body for each bar, a square for each exit"
    words = " ".join(_texts(root))
    assert "ema_cross · BTCUSDT 15m" in words
    assert f"{metrics['total_trades']} trades" in words
    assert {"equity", "drawdown"} < set(_texts(root))


def test_many_bars_become_a_line() -> None:
    _run("--synthetic", "--bars", 2000)
    root = _drawn("--size", "600x400")
    assert (root.get("width"), root.get("height")) == ("600", "400")
    longest = max(str(one.get("points")).count(",") for one in root.iter(f"{SPACE}polyline"))
    assert 400 < longest <= 4 * 600


def test_dark_is_dark() -> None:
    _run()
    tradec("runs", "plot", "last", "-o", "light.png")
    tradec("runs", "plot", "last", "-o", "dark.png", "--theme", "dark")
    corners = []
    for name in ("light.png", "dark.png"):
        with Image.open(name) as image:
            corners.append(sum(image.convert("RGB").getpixel((2, 2))))  # type: ignore[arg-type]
    assert corners[0] > 700
    assert corners[1] < 120


def test_without_its_data_equity_and_drawdown_are_drawn() -> None:
    file = write_minutes(Path("minutes.parquet"))
    _run("--data", file)
    file.unlink()
    said = tradec("runs", "plot", "last", "-o", "bare.svg", "--json")
    assert (said.code, said.data["bars"]) == (0, 0)
    assert "no bars are drawn" in said.answer["warnings"][0]
    root = ET.parse("bare.svg").getroot()  # noqa: S314  tradec's own file
    assert {"equity", "drawdown"} < set(_texts(root))
    assert not [
        one for one in root.iter(f"{SPACE}polygon") if str(one.get("points")).count(",") == 3
    ]


def test_what_cannot_be_drawn_is_refused() -> None:
    _run()
    wrong = tradec("runs", "plot", "last", "-o", "a.pdf")
    assert wrong.code == 2
    assert "neither a .png nor a .svg" in wrong.err
    assert tradec("runs", "plot", "last", "--size", "20x20").code == 2
    assert tradec("runs", "plot", "last", "--size", "big").code == 2
    assert tradec("runs", "plot", "nothing").code == 2


def test_text_stays_text() -> None:
    folder = _run()
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"play_id": HOSTILE}))
    root = _drawn()
    assert not list(root.iter(f"{SPACE}script"))
    assert any(HOSTILE in text for text in _texts(root))


def test_both_writers_draw_the_same_shapes() -> None:
    shapes = (
        Area(points=box(10, 10, 30, 30), color="#ff0000"),
        Area(points=box(50, 10, 70, 30), color="#00ff00", opacity=0.5),
        Line(points=((0, 60), (100, 60)), color="#0000ff", width=4),
        Text(at=(5, 90), text="x", color="#000000"),
    )
    picture = Picture(width=100, height=100, ground="#ffffff", title="t", shapes=shapes)
    with Image.open(BytesIO(png(picture))) as image:
        colors = [
            image.convert("RGB").getpixel(at) for at in ((20, 20), (60, 20), (50, 60), (90, 5))
        ]
    assert colors == [(255, 0, 0), (127, 255, 127), (0, 0, 255), (255, 255, 255)]
    root = ET.fromstring(svg(picture).decode())  # noqa: S314  tradec's own text
    kinds = [one.tag.removeprefix(SPACE) for one in root]
    assert kinds == ["title", "rect", "polygon", "polygon", "polyline", "text"]
