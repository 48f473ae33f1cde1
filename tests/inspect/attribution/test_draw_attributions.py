"""draw.attributions: the picture shows the data; nothing is cut off or covered."""

import itertools

import numpy as np
import pytest
from PIL import Image

from badak import BadakError
from badak.inspect import Attributions, draw

METHODS = ["saliency", "smooth_grad", "integrated_gradients", "grad_cam", "occlusion"]


@pytest.fixture
def found():
    """One column is brighter than the rest; in signed maps one cell is below 0."""
    image = np.zeros((3, 6, 9), np.float32)
    image[0, :, 2] = 1
    maps = {name: np.zeros((6, 9)) for name in METHODS}
    for size, values in enumerate(maps.values(), 1):
        values[:, 2] = size
    maps["occlusion"][0, 8] = maps["integrated_gradients"][0, 8] = -20
    return Attributions(image, 1, 0.25, maps)


def pictures(figure):
    return [axes for axes in figure.axes if axes.images]


def test_the_maps_are_drawn_in_order_beside_the_image(found):
    image, *maps = pictures(draw.attributions(found, ["cat", "dog"]))
    assert [axes.get_title() for axes in (image, *maps)] == [
        "dog",
        "Saliency",
        "SmoothGrad",
        "Integrated gradients",
        "Grad-CAM",
        "Occlusion",
    ]
    np.testing.assert_array_equal(image.images[0].get_array(), np.moveaxis(found.image, 0, -1))
    for axes, values in zip(maps, found.maps.values(), strict=True):
        np.testing.assert_array_equal(axes.images[-1].get_array(), values)


def test_signed_maps_are_symmetric_and_the_others_begin_at_0(found):
    limits = [axes.images[-1].get_clim() for axes in pictures(draw.attributions(found))[1:]]
    assert limits == [(0, 1), (0, 2), (-20, 20), (0, 4), (-20, 20)]


def test_coarse_maps_lie_over_the_image_and_let_it_through(found):
    maps = pictures(draw.attributions(found))[1:]
    assert [len(axes.images) for axes in maps] == [1, 1, 1, 2, 2]
    opacity = maps[3].images[1].get_alpha()
    np.testing.assert_array_equal(opacity > 0, found.maps["grad_cam"] > 0)
    under = maps[3].images[0].get_array()
    np.testing.assert_allclose(under, found.image.mean(axis=0))


def test_an_empty_map_and_a_grey_image_beyond_0_and_1_are_drawn(found, tmp_path):
    image = np.array([[[-2.0, 0.0], [1.0, 3.0]]])
    blank = Attributions(image, 1, 0.25, {"grad_cam": np.zeros((2, 2))})
    figure = draw.attributions(blank)
    shown = pictures(figure)[0].images[0]
    np.testing.assert_allclose(shown.norm(shown.get_array()), [[0, 0.4], [0.6, 1]])
    draw.save(figure, tmp_path / "blank.png")


def test_the_page_has_all_of_it_in_sight(found, tmp_path):
    figure = draw.attributions(found)
    draw.save(figure, tmp_path / "a.png")
    page = np.asarray(Image.open(tmp_path / "a.png").convert("L"))
    for edge in (page[0], page[-1], page[:, 0], page[:, -1]):
        np.testing.assert_array_equal(edge, 255)
    words = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert words == ["probability 25.0%"]
    titles = [axes.title.get_window_extent() for axes in pictures(figure)]
    for left, right in itertools.pairwise(titles):
        assert left.x1 < right.x0


def test_an_unknown_method_is_named(found):
    found.maps["guess"] = np.zeros((6, 9))
    with pytest.raises(BadakError, match=r"maps must .* 'saliency', .* got 'guess'"):
        draw.attributions(found)
