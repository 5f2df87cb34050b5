"""Pictures of an outcome: the candidate's part shaded and in four views, and laid over the part that is asked for.

Drawn from the two meshes in the log of the comparison by a z-buffer of a few lines: no display, no graphics card, no
kernel of geometry. matplotlib, imported when something is drawn, puts the panels and their titles together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecot.envs.cad.scenes import PREFIX, Part, decode
from ecot.envs.errors import ToolchainMissing
from ecot.envs.types import Outcome

__all__ = ["HEIGHT", "WIDTH", "Camera", "draw", "four_view", "overlay", "parts_of", "shaded"]

WIDTH, HEIGHT = 1200, 720
"""Pixels; the same for every picture, so that they can be frames of a film."""
_DPI = 100
Image = NDArray[np.float64]
"""H x W x 3, in [0, 1]."""
_STEEL, _GREY = (0.52, 0.62, 0.74), (0.78, 0.78, 0.76)
_MISSING, _EXTRA = (0.84, 0.15, 0.16), (0.12, 0.36, 0.80)
_LIGHT = np.array([0.35, -0.45, 0.82])
_ISOMETRIC = (-37.0, 28.0)
_VIEWS = (("top", (0.0, 90.0)), ("isometric", _ISOMETRIC), ("front", (0.0, 0.0)), ("right", (90.0, 0.0)))


@dataclass(frozen=True, slots=True)
class Camera:
    """An orthographic view of a box.

    Attributes:
        turn: degrees about z; 0 looks along +y, 90 along -x.
        height: degrees above the horizon.
        centre: of the picture, in mm.
        span: of the shorter side of the picture, in mm.
    """

    turn: float
    height: float
    centre: tuple[float, float, float]
    span: float

    @property
    def axes(self) -> NDArray[np.float64]:
        """Rows: to the right, up, towards the viewer."""
        turn, height = math.radians(self.turn), math.radians(self.height)
        right = np.array([math.cos(turn), math.sin(turn), 0.0])
        back = np.array([math.sin(turn) * math.cos(height), -math.cos(turn) * math.cos(height), math.sin(height)])
        return np.array([right, np.cross(back, right), back])


@dataclass(slots=True)
class _Canvas:
    """Depth and colour by pixel."""

    depth: NDArray[np.float64]
    normal: NDArray[np.float64]
    colour: Image

    @classmethod
    def empty(cls, height: int, width: int) -> _Canvas:
        return cls(np.full((height, width), -np.inf), np.zeros((height, width, 3)), np.ones((height, width, 3)))


def _paint(canvas: _Canvas, part: Part, camera: Camera, colour: tuple[float, float, float]) -> None:
    """Draw a part into a canvas, nearest faces first."""
    points, triangles = part
    height, width = canvas.depth.shape
    scale = min(height, width) / camera.span
    seen = (points - np.array(camera.centre)) @ camera.axes.T
    seen[:, 0] = seen[:, 0] * scale + width / 2
    seen[:, 1] = height / 2 - seen[:, 1] * scale
    corners = points[triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    lengths = np.linalg.norm(normals, axis=1)
    normals = normals / np.where(lengths == 0, 1, lengths)[:, None]
    facing = (normals @ camera.axes[2] > 1e-9) & (lengths > 0)
    light = _LIGHT / np.linalg.norm(_LIGHT)
    for triangle, normal in zip(seen[triangles[facing]], normals[facing], strict=True):
        shade = 0.42 + 0.58 * max(0.0, float(normal @ light))
        _fill(canvas, triangle, normal, np.array(colour) * shade)


def _fill(canvas: _Canvas, triangle: Any, normal: Any, colour: Any) -> None:
    """Fill one triangle where it is the nearest."""
    height, width = canvas.depth.shape
    left, right = max(int(triangle[:, 0].min()), 0), min(int(triangle[:, 0].max()) + 2, width)
    top, bottom = max(int(triangle[:, 1].min()), 0), min(int(triangle[:, 1].max()) + 2, height)
    if left >= right or top >= bottom:
        return
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = triangle
    double = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    if abs(double) < 1e-12:
        return
    x, y = np.arange(left, right)[None, :] + 0.5, np.arange(top, bottom)[:, None] + 0.5
    second = ((x - ax) * (cy - ay) - (cx - ax) * (y - ay)) / double
    third = ((bx - ax) * (y - ay) - (x - ax) * (by - ay)) / double
    depth = az + second * (bz - az) + third * (cz - az)
    place = (slice(top, bottom), slice(left, right))
    nearer = (second >= -1e-6) & (third >= -1e-6) & (second + third <= 1 + 1e-6) & (depth > canvas.depth[place])
    canvas.depth[place][nearer] = depth[nearer]
    canvas.normal[place][nearer] = normal
    canvas.colour[place][nearer] = colour


def _outlined(canvas: _Canvas, span: float) -> Image:
    """The colours with dark lines where the surface bends or ends."""
    depth = np.where(np.isfinite(canvas.depth), canvas.depth, -1e6)
    bent = np.zeros(depth.shape, dtype=bool)
    for axis in (0, 1):
        jump = np.abs(np.diff(depth, axis=axis)) > 0.02 * span
        turn = np.sum(np.diff(canvas.normal, axis=axis) ** 2, axis=2) > 0.3
        edge = jump | turn
        bent |= np.pad(edge, [(0, 1), (0, 0)] if axis == 0 else [(0, 0), (0, 1)])
    image = canvas.colour.copy()
    image[bent] *= 0.35
    image[bent & ~np.isfinite(canvas.depth)] = 0.25
    return image


def _camera(parts: dict[str, Part], view: tuple[float, float], margin: float = 1.12) -> Camera:
    points = np.concatenate([part[0] for part in parts.values()])
    low, high = points.min(axis=0), points.max(axis=0)
    centre = tuple(float(value) for value in (low + high) / 2)
    camera = Camera(view[0], view[1], centre, 1.0)  # type: ignore[arg-type]
    seen = (points - np.array(centre)) @ camera.axes.T
    span = 2 * float(np.abs(seen[:, :2]).max()) * margin
    return Camera(view[0], view[1], centre, max(span, 1e-6))  # type: ignore[arg-type]


def shaded(part: Part, *, height: int, width: int, view: tuple[float, float] = _ISOMETRIC) -> Image:
    """A part from one side."""
    camera, canvas = _camera({"part": part}, view), _Canvas.empty(height, width)
    _paint(canvas, part, camera, _STEEL)
    return _outlined(canvas, camera.span)


def four_view(part: Part, *, height: int, width: int) -> Image:
    """Top, isometric, front and right, as on a drawing; the three straight ones at one scale."""
    span = max(_camera({"part": part}, view).span for name, view in _VIEWS if name != "isometric")
    images = []
    for name, view in _VIEWS:
        camera, canvas = _camera({"part": part}, view), _Canvas.empty(height // 2, width // 2)
        if name != "isometric":
            camera = Camera(camera.turn, camera.height, camera.centre, span)
        _paint(canvas, part, camera, _STEEL)
        images.append(_outlined(canvas, camera.span))
    picture = np.concatenate([np.concatenate(images[:2], axis=1), np.concatenate(images[2:], axis=1)], axis=0)
    picture[height // 2 - 1 : height // 2 + 1] = 0.8
    picture[:, width // 2 - 1 : width // 2 + 1] = 0.8
    return picture


def overlay(parts: dict[str, Part], *, height: int, width: int) -> Image:
    """The part that is asked for in pale grey, what a candidate lacks in red, what it has too much in blue."""
    camera = _camera({name: parts[name] for name in ("truth", "candidate") if name in parts}, _ISOMETRIC)
    pale, strong = _Canvas.empty(height, width), _Canvas.empty(height, width)
    _paint(pale, parts["truth"], camera, _GREY)
    for name, colour in (("missing", _MISSING), ("extra", _EXTRA)):
        if name in parts:
            _paint(strong, parts[name], camera, colour)
    image = 0.45 + 0.55 * _outlined(pale, camera.span)
    marked = np.isfinite(strong.depth)
    hidden = marked & (strong.depth < pale.depth - 1e-3 * camera.span)
    image[marked] = _outlined(strong, camera.span)[marked]
    # What lies inside or behind shines through.
    image[hidden] = 0.6 * image[hidden] + 0.4
    return image


def draw(outcome: Outcome | None) -> NDArray[np.uint8]:
    """Return a picture of an outcome, H x W x 3.

    Raises:
        ToolchainMissing: matplotlib is not installed.
    """
    try:
        agg = import_module("matplotlib.backends.backend_agg")
        figure = import_module("matplotlib.figure").Figure(figsize=(WIDTH / _DPI, HEIGHT / _DPI), dpi=_DPI)
    except ModuleNotFoundError:
        raise ToolchainMissing("pictures need matplotlib; install it with: pip install 'ecot-gym[cad]'") from None
    canvas = agg.FigureCanvasAgg(figure)
    parts = parts_of(outcome)
    figure.suptitle(_title(outcome), x=0.02, ha="left", fontsize=12, parse_math=False)
    if parts:
        side = 420
        _panel(figure, 0, "the part", shaded(parts["candidate"], height=side, width=side))
        _panel(figure, 1, "top, isometric / front, right", four_view(parts["candidate"], height=side, width=side))
        _panel(figure, 2, "red: missing   blue: too much", overlay(parts, height=side, width=side))
    told = "\n".join(f"{item.code}: {item.message}"[:150] for item in (outcome.diagnostics if outcome else ())[:7])
    figure.text(0.02, 0.03, told, fontsize=9, va="bottom", parse_math=False)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _panel(figure: Any, place: int, title: str, image: Image) -> None:
    axes = figure.add_axes((0.01 + place * 0.33, 0.30, 0.32, 0.56))
    axes.imshow(np.clip(image, 0, 1))
    axes.set_title(title, fontsize=10, loc="left")
    axes.set_axis_off()


def parts_of(outcome: Outcome | None) -> dict[str, Part]:
    """The meshes that an outcome carries: `truth`, `candidate`, and `missing` or `extra` where there is such."""
    for stage in outcome.stages if outcome else ():
        for line in stage.log.splitlines():
            if line.startswith(PREFIX):
                return decode(line)
    return {}


def _title(outcome: Outcome | None) -> str:
    if outcome is None:
        return "nothing was built yet"
    failed = outcome.failure
    return f"{outcome.label}" + (f" in {failed.name}" if failed else "")
