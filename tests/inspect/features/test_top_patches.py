"""top_patches: the k best of all images, as sorting everything finds them; the patches."""

import tracemalloc

import numpy as np
import pytest

from badak import BadakError, Network
from badak.data import Dataset
from badak.inspect import draw, receptive_field, top_patches
from badak.inspect.attribution.backward import trace
from badak.layers import Concat, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Residual
from badak.layers.walk import run

LAYERS = [
    Conv2d(3, (3, 2), padding=(2, 1)),
    ReLU(),
    MaxPool2d(2),
    Conv2d(4, 3, stride=(1, 2), padding=1),
    Flatten(),
    Linear(5),
]


@pytest.fixture
def net():
    return Network(LAYERS, (2, 8, 11), seed=2)


@pytest.fixture
def data():
    generator = np.random.default_rng(0)
    images = generator.random((53, 2, 8, 11), dtype=np.float32)
    return Dataset(images, generator.integers(0, 3, 53), ["a", "b", "c"])


@pytest.mark.parametrize("batch_size", [7, 256])
@pytest.mark.parametrize(("layer", "channel"), [("conv1", 2), ("pool1", 0), ("conv2", 3)])
def test_the_best_of_all_images(net, data, layer, channel, batch_size):
    found = top_patches(net, data, layer, channel, k=6, batch_size=batch_size)
    maps = trace(net, data.images, last=layer).output[:, channel]  # (N, OH, OW)
    best = maps.max(axis=(1, 2))
    order = np.argsort(-best, kind="stable")[:6]
    np.testing.assert_array_equal(found.indices, order)
    np.testing.assert_allclose(found.values, best[order], rtol=1e-6)
    for index, (y, x), value in zip(found.indices, found.places, found.values, strict=True):
        np.testing.assert_allclose(maps[index, y, x], value, rtol=1e-6)
    np.testing.assert_array_equal(found.images, data.images[order])
    np.testing.assert_array_equal(found.labels, data.labels[order])


@pytest.mark.parametrize(("layer", "channel"), [("conv1", 1), ("conv2", 0), ("flatten1", 37)])
def test_the_patch_alone_decides_the_value(net, data, layer, channel):
    """Pixels outside the patch may change in any way: the unit's output stays the same."""
    found = top_patches(net, data, layer, channel, k=5)
    padded = 0
    for number in range(5):
        image = np.random.default_rng(number).random(found.images[number].shape, np.float32)
        rows, columns = found.field.box(*found.places[number].tolist())
        for y in range(rows.start, rows.stop):
            for x in range(columns.start, columns.stop):
                cell = found.patches[number, :, y - rows.start, x - columns.start]
                inside = 0 <= y < 8 and 0 <= x < 11
                assert found.inside[number, y - rows.start, x - columns.start] == inside
                if inside:
                    image[:, y, x] = cell
                else:
                    padded += 1
                    np.testing.assert_array_equal(cell, 0)
        output = trace(net, image[None], last=layer).output[0, channel]
        place = tuple(found.places[number]) if output.ndim else ()
        np.testing.assert_allclose(output[place], found.values[number], rtol=1e-5)
    if layer == "conv2":
        assert padded  # the case occurs


def test_a_unit_after_linear_sees_the_image(net, data):
    found = top_patches(net, data, "linear1", 4, k=2)
    np.testing.assert_array_equal(found.patches, found.images)
    np.testing.assert_allclose(found.values[0], net(data.images)[:, 4].max(), rtol=1e-5)


def test_of_equal_images_the_first_come_first(net, data):
    tiled = Dataset(np.tile(data.images[:3], (30, 1, 1, 1)), np.zeros(90, int), ["a", "b"])
    for batch_size in (2, 90):
        found = top_patches(net, tiled, "conv1", 0, k=60, batch_size=batch_size)
        one, two = found.indices[:30], found.indices[30:]
        np.testing.assert_array_equal(one, one[0] + 3 * np.arange(30))
        np.testing.assert_array_equal(two, two[0] + 3 * np.arange(30))


def test_memory_does_not_grow_with_the_images(net):
    def peak(count):
        images = np.random.default_rng(0).random((count, 2, 8, 11), dtype=np.float32)
        some = Dataset(images, np.zeros(count, int), ["a", "b"])
        top_patches(net, some[:40], "conv1", 0, k=4, batch_size=20)
        tracemalloc.start()
        top_patches(net, some, "conv1", 0, k=4, batch_size=20)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(2000) < peak(100) + 50_000  # the maps of 2,000 images take 2.7 MB


def test_wrong_arguments_are_named(net, data):
    with pytest.raises(BadakError, match=r"layer.*got 'conv3'"):
        top_patches(net, data, "conv3", 0)
    with pytest.raises(BadakError, match=r"channel.*got 3"):
        top_patches(net, data, "conv1", 3)
    with pytest.raises(BadakError, match=r"\bk\b.*got 54"):
        top_patches(net, data, "conv1", 0, k=54)
    with pytest.raises(BadakError, match=r"batch_size.*got 0"):
        top_patches(net, data, "conv1", 0, batch_size=0)
    with pytest.raises(BadakError, match=r"data.*got ndarray"):
        top_patches(net, data.images, "conv1", 0)
    with pytest.raises(BadakError, match=r"net.*got NoneType"):
        top_patches(None, data, "conv1", 0)
    with pytest.raises(BadakError, match=r"data.*0 images"):
        top_patches(net, data[:0], "conv1", 0)
    other = Dataset(np.ones((9, 1, 8, 11)), np.zeros(9, int), ["a", "b"])
    with pytest.raises(BadakError, match=r"images.*\(any, 2, 8, 11\).*got"):
        top_patches(net, other, "conv1", 0)


@pytest.mark.parametrize("layer", ["block1.conv1", "block1.shortcut.pool1", "block1"])
def test_units_inside_blocks(data, layer):
    """The unit's value depends only on its patch."""
    block = Residual([Conv2d(2, 3, 2, 1)], [MaxPool2d(2, ceil_mode=True)])
    net = Network([Conv2d(2, 1), block, Flatten(), Linear(3)], (2, 8, 11))
    found = top_patches(net, data, layer, 1, k=4)
    inside = np.zeros_like(found.images)
    for image, place, kept in zip(found.images, found.places, inside, strict=True):
        rows, columns = (slice(max(one.start, 0), one.stop) for one in found.field.box(*place))
        kept[:, rows, columns] = image[:, rows, columns]
    maps = next(one.output for one in run(net.layers, inside) if one.name == layer)
    values = [one[1, y, x] for one, (y, x) in zip(maps, found.places, strict=True)]
    np.testing.assert_allclose(values, found.values, rtol=1e-5)


@pytest.mark.parametrize("block", [Concat, lambda ways: Residual(*ways)], ids=["concat", "sum"])
def test_every_layer_inside_blocks_has_its_patches(data, block):
    """Blocks of both kinds within blocks of both kinds: only the patch decides the value."""
    inner = [block([[Conv2d(2, 3, padding=1), ReLU()], []]), Conv2d(2, 2)]
    net = Network([block([inner, [MaxPool2d(2, 1)]]), Flatten()], (2, 8, 11))
    names = [passed.name for passed in run(net.layers, data.images[:1])]
    assert len(names) == 7
    for name in names:
        top = top_patches(net, data, name, 1, k=2)
        (output,) = [p.output for p in run(net.layers, top.images) if p.name == name]
        y, x = top.places[0]
        if output.ndim == 4:
            assert output[0, 1, y, x] == output[0, 1].max() == top.values[0]
        rows, columns = top.field.box(y, x)
        image = np.zeros((1, 2, 8, 11), np.float32)
        kept = np.s_[:, :, max(rows.start, 0) : rows.stop, max(columns.start, 0) : columns.stop]
        image[kept] = top.images[:1][kept]
        (alone,) = [p.output for p in run(net.layers, image) if p.name == name]
        value = alone[0, 1, y, x] if alone.ndim == 4 else alone[0, 1]
        np.testing.assert_allclose(value, top.values[0], rtol=1e-5)


def test_the_picture_frames_and_hatches(net, data):
    found = top_patches(net, data, "conv2", 3, k=11)
    figure = draw.top_patches(found)
    shown = [axes for axes in figure.axes if axes.images]
    assert len(shown) == 22
    framed = [axes for axes in shown if axes.patches]
    for axes, place, value in zip(framed, found.places, found.values, strict=True):
        rows, columns = found.field.box(*place)
        left, top, right, bottom = (
            max(columns.start, 0) - 0.5,
            max(rows.start, 0) - 0.5,
            min(columns.stop, 11) - 0.5,
            min(rows.stop, 8) - 0.5,
        )
        assert axes.patches[0].get_bbox().extents.tolist() == [left, top, right, bottom]
        assert axes.get_title().endswith(f"{value:.3g}")
    hatched = [axes for axes in shown if axes.patch.get_hatch()]
    assert len(hatched) == sum(not inside.all() for inside in found.inside) > 0
    assert receptive_field(net, "conv2").size == (8, 7)
    assert "8x7 pixels" in figure.get_suptitle()


def test_a_unit_that_sees_all_needs_no_patches(net, data):
    found = top_patches(net, data, "linear1", 4, k=3)
    assert len(draw.top_patches(found).axes) == 3


def test_a_long_name_is_not_cut(data):
    block = Residual([Conv2d(2, 3, padding=1)], {"a_way_with_a_name": Conv2d(2, 1)})
    net = Network([Residual({"another_block": block})], (2, 8, 11))
    layer = "block1.another_block.shortcut.a_way_with_a_name"
    figure = draw.top_patches(top_patches(net, data, layer, 1, k=2))
    figure.draw_without_rendering()
    title = figure._suptitle.get_window_extent()
    assert title.x0 >= 0
    assert title.x1 <= figure.bbox.x1
