from __future__ import annotations

import numpy as np
import pytest

from ecot.envs.cad.picture import HEIGHT, WIDTH, Camera, draw, overlay, shaded
from ecot.envs.cad.scenes import PREFIX, decode, pack
from ecot.envs.types import Label

CUBE = (
    np.array([[x, y, z] for x in (0.0, 10.0) for y in (0.0, 10.0) for z in (0.0, 10.0)]),
    np.array(
        [
            *([0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1]),
            *([2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]),
        ]
    ),
)


def test_a_scene_survives_its_text() -> None:
    text = pack({"truth": CUBE, "extra": CUBE})
    assert text.startswith(PREFIX)
    parts = decode(text)
    assert list(parts) == ["truth", "extra"]
    for points, triangles in parts.values():
        assert np.allclose(points, CUBE[0], atol=10 / 4095)
        assert np.array_equal(triangles, CUBE[1])


def test_a_text_that_is_no_scene_is_named() -> None:
    with pytest.raises(ValueError, match="nothing"):
        decode("nothing of the kind")


def test_a_camera_looks_where_it_says() -> None:
    front = Camera(0.0, 0.0, (0.0, 0.0, 0.0), 1.0).axes
    assert np.allclose(front, [[1, 0, 0], [0, 0, 1], [0, -1, 0]])
    top = Camera(0.0, 90.0, (0.0, 0.0, 0.0), 1.0).axes
    assert np.allclose(top, [[1, 0, 0], [0, 1, 0], [0, 0, 1]])


def test_a_cube_shows_three_faces_and_is_seen_from_above() -> None:
    image = shaded(CUBE, height=120, width=120)
    colours = {tuple(np.round(image[y, x], 2)) for y, x in ((30, 60), (75, 40), (75, 85))}
    assert len(colours) == 3
    assert np.allclose(image[2, 2], 1.0)
    assert image[30, 60].sum() > image[75, 85].sum()


def test_what_is_missing_is_red_and_what_is_too_much_is_blue() -> None:
    for name, channel in (("missing", 0), ("extra", 2)):
        image = overlay({"truth": CUBE, "candidate": CUBE, name: CUBE}, height=100, width=100)
        centre = image[50, 50]
        assert centre[channel] == max(centre)
        assert centre[channel] > 0.2 + min(centre)


@pytest.mark.needs("matplotlib")
def test_pictures_have_one_size_whatever_there_is_to_show(judged, plate) -> None:
    wrong = "import cadquery as cq\nresult = cq.Workplane().box(40, 30, 6, centered=(True, True, False))"
    outcomes = [None, judged(wrong), judged("import os")]
    assert outcomes[1].label is Label.MISMATCH
    pictures = [draw(outcome) for outcome in outcomes]
    assert {picture.shape for picture in pictures} == {(HEIGHT, WIDTH, 3)}
    red_minus_blue = pictures[1].astype(int)[..., 2] - pictures[1].astype(int)[..., 0]
    assert (red_minus_blue > 60).sum() > 200, "the hole that was left out is drawn in blue"
