"""A picture as SVG, by a template, and as PNG, by Pillow; both from the same shapes."""

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from tradec.cli.plot.shapes import Area, Line, Picture, Point, Text

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

PACKAGE: Final = "tradec.cli.plot"
SHARPNESS: Final = 2
"""Pictures are drawn this much larger and reduced, so that lines are smooth."""

ANCHORS: Final = {"start": "ls", "middle": "ms", "end": "rs"}


def svg(picture: Picture) -> bytes:
    """Return the picture as a file of its own; the same picture gives the same bytes."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader(PACKAGE, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["path"] = _path
    template = environment.get_template("picture.svg.jinja")
    return template.render(picture=picture).encode()


def _path(points: tuple[Point, ...]) -> str:
    """Return points as SVG writes them, to a tenth of a pixel."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def png(picture: Picture) -> bytes:
    """Return the picture as pixels."""
    from PIL import Image, ImageDraw

    size = (picture.width * SHARPNESS, picture.height * SHARPNESS)
    image = Image.new("RGB", size, picture.ground)
    pen = ImageDraw.Draw(image, "RGBA")
    for shape in picture.shapes:
        match shape:
            case Line():
                width = max(round(shape.width * SHARPNESS), 1)
                pen.line(_scaled(shape.points), shape.color, width, joint="curve")
            case Area():
                pen.polygon(_scaled(shape.points), f"{shape.color}{round(255 * shape.opacity):02x}")
            case Text():
                _write(pen, shape)
    content = BytesIO()
    image.reduce(SHARPNESS).save(content, "PNG", optimize=True)
    return content.getvalue()


def _scaled(points: tuple[Point, ...]) -> list[Point]:
    return [(x * SHARPNESS, y * SHARPNESS) for x, y in points]


def _write(pen: "ImageDraw", text: Text) -> None:
    from PIL import ImageFont

    font: Any = ImageFont.load_default(text.size * SHARPNESS)
    (at,) = _scaled((text.at,))
    pen.text(at, text.text, text.color, font, ANCHORS[text.anchor])


WRITERS: Final[dict[str, Callable[[Picture], bytes]]] = {".svg": svg, ".png": png}
