"""timeline: what it reads, its moments, and its pictures."""

import numpy as np
import pytest
from matplotlib import colormaps
from PIL import Image

from badak import BadakError, Network, Trainer, data
from badak.inspect import Timeline, draw, timeline
from badak.inspect.draw.history.animation import CAPTION, LABEL, MARGIN, TILE
from badak.inspect.draw.panels.signed import filter_colours
from badak.layers import Conv2d, Flatten, Linear
from badak.models import SimpleConvNet
from badak.training import RunDirectory


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    train, test = data.load("digits")
    folder = tmp_path_factory.mktemp("run")
    net = SimpleConvNet(filters=20, weight_init="he")
    trainer = Trainer(net, epochs=2, batch_size=20, snapshots=1, progress=False)
    trainer.fit(train[:100], test[:50], folder)
    return trainer, folder


def test_file_and_trainer_tell_the_same(run):
    trainer, folder = run
    for place in (folder, str(folder), RunDirectory(folder)):
        found = timeline(place)
        for name, own in vars(timeline(trainer)).items():
            np.testing.assert_equal(getattr(found, name), own)
    assert len(found) == 11
    assert set(found.ratios) == {"conv1.weight", "linear1.weight", "linear2.weight"}
    assert set(found.dead) == {"relu1", "relu2"}


def test_a_moment_is_a_slice(run):
    moments = timeline(run[0])
    assert [moment.step for moment in moments] == list(range(11))
    np.testing.assert_array_equal(moments[3].filters["conv1"], moments.filters["conv1"][3])
    assert [moment.accuracy for moment in moments] == moments.accuracy.tolist()
    assert moments[10].accuracy == run[0].history.epochs[-1].validation_accuracy
    assert moments.at(0).step == 0
    assert moments.at(10**6).step == 10
    assert moments[2].ratios["conv1.weight"] > 0
    with pytest.raises(BadakError, match=r"step.*got -1"):
        moments.at(-1)


def test_nothing_recorded(tmp_path):
    with pytest.raises(BadakError, match=r"no snapshots.*snapshots=K"):
        timeline(tmp_path)
    for trainer in (Trainer(SimpleConvNet()), Trainer(SimpleConvNet(), snapshots=3)):
        with pytest.raises(BadakError, match=r"nothing was recorded.*Trainer"):
            timeline(trainer)


def ticks(labels):
    return [label.get_text() for label in labels]


def test_rows_are_moments_and_columns_filters(run):
    moments = timeline(run[0])
    axes, bar = draw.filters_over_time(moments).axes
    assert len(axes.images) == 8 * 16  # eight of eleven moments, sixteen of twenty filters
    steps = ticks(axes.get_yticklabels())
    assert (steps[0], steps[-1]) == ("step 0", "step 10")
    assert ticks(axes.get_xticklabels()) == [str(column) for column in range(16)]
    kept = moments.filters["conv1"]
    weights = kept[10, 2, 0]
    image = axes.images[7 * 16 + 2]
    left, _, _, top = image.get_extent()
    assert (int(left), int(top)) == (2, 7)
    np.testing.assert_array_equal(image.get_array(), weights)
    largest = np.abs(kept[:, :16]).max()
    assert {one.get_clim() for one in axes.images} == {(-largest, largest)}
    assert {one.get_cmap().name for one in axes.images} == {"RdBu_r"}
    assert bar.get_ylim() == (-largest, largest)


def test_animations_have_the_colours_of_the_pictures():
    filters = np.array([-8.0, -2, 0, 4, 8]).reshape(1, 1, 5)  # (C, KH, KW)
    expected = colormaps["RdBu_r"](np.array([0, 0.375, 0.5, 0.75, 1.0]), bytes=True)[:, :3]
    np.testing.assert_array_equal(filter_colours(filters, 8)[0], expected)
    colour = np.array([8.0, -8, 0]).reshape(3, 1, 1)
    assert filter_colours(colour, 8).tolist() == [[[255, 0, 127]]]


def test_maps_share_a_scale(run):
    moments = timeline(run[0])
    axes = draw.maps_over_time(moments, image=1).axes[0]
    maps = [image for image in axes.images if image.get_array().shape == (24, 24)]
    assert len(maps) == 8 * 8
    assert {image.get_clim() for image in maps} == {maps[0].get_clim()}
    assert maps[0].get_clim()[0] == -maps[0].get_clim()[1]
    np.testing.assert_array_equal(maps[0].get_array(), moments.maps["conv1"][0, 1, 0])
    np.testing.assert_array_equal(axes.images[0].get_array(), moments.images[1, 0])
    with pytest.raises(BadakError, match=r"image.*got 3"):
        draw.maps_over_time(moments, image=3)


def test_the_curves_are_the_data(run):
    moments = timeline(run[0])
    accuracy, dead, ratio = draw.health_over_time(moments).axes
    np.testing.assert_array_equal(accuracy.get_lines()[0].get_ydata(), moments.accuracy)
    for axes, curves in ((dead, moments.dead), (ratio, moments.ratios)):
        for line, (name, values) in zip(axes.get_lines(), curves.items(), strict=False):
            assert line.get_label() == name
            np.testing.assert_array_equal(line.get_ydata(), values)


@pytest.mark.parametrize(
    "animated", [draw.growing_filters, draw.changing_maps, draw.changing_confusion]
)
def test_an_animation_has_a_page_a_moment(run, tmp_path, animated):
    moments = timeline(run[0])
    animation = animated(moments)
    assert len(animation.pages) == len(animation.captions) == 11
    end = f"step 10, accuracy {moments.accuracy[-1]:.1%}"
    assert animation.captions[-1].endswith(end)
    draw.save(animation, tmp_path / "moments.gif")
    with Image.open(tmp_path / "moments.gif") as image:
        assert image.n_frames == 11
        frames = []
        for number in range(image.n_frames):
            image.seek(number)
            frames.append(np.asarray(image.convert("RGB"), int))
    assert {frame.shape for frame in frames} == {frames[0].shape}
    assert (frames[0][CAPTION:] != frames[-1][CAPTION:]).any()
    assert len({frame[:CAPTION].tobytes() for frame in frames}) == 11  # each shows its step


def test_a_page_shows_its_filters(run):
    moments = timeline(run[0])
    page = np.asarray(draw.growing_filters(moments).pages[4], int)
    left = MARGIN + 3 * (TILE + MARGIN)
    top = CAPTION + MARGIN + LABEL + (LABEL + TILE + MARGIN)
    middle = page[top + TILE // 2, left + TILE // 2]  # filter 11: second row, fourth column
    filters = moments.filters["conv1"]
    expected = filter_colours(filters, np.abs(filters).max())[4, 11, 2, 2]
    np.testing.assert_array_equal(middle, expected)
    above = page[top - LABEL + 1 : top - 1]
    eleven, twelve = (above[:, x : x + TILE] for x in (left, left + TILE + MARGIN))
    assert eleven.min() < 100  # one number, and another above the next
    assert (eleven != twelve).any()


def test_a_confusion_page_names_its_classes():
    counts = np.full((1, 2, 2), 3)
    none = {name: {} for name in ("filters", "maps", "dead", "ratios")}
    moments = Timeline(
        np.array([0]),
        images=np.zeros((0, 1, 8, 8)),
        labels=np.zeros(0),
        confusion=counts,
        **none,
    )
    numbers, short, long = (
        draw.changing_confusion(moments, names).pages[0]
        for names in (None, ["0", "1"], ["honey bee", "carpenter ant of the woods"])
    )
    assert numbers.tobytes() == short.tobytes()
    assert long.height > short.height + 40  # the names are vertical, above the cells


@pytest.mark.parametrize("classes", [3, 40])
def test_a_confusion_page_is_dark_where_the_images_are(classes):
    counts = np.zeros((2, classes, classes), int)
    counts[:] = np.diag(np.full(classes, 9))
    counts[1, 0] = 0  # a class without images
    counts[1, 0, classes - 1] = 9
    none = {name: {} for name in ("filters", "maps", "dead", "ratios")}
    moments = Timeline(
        np.array([0, 5]),
        images=np.zeros((0, 1, 8, 8)),
        labels=np.zeros(0),
        confusion=counts,
        **none,
    )
    first, second = (np.asarray(page, int) for page in draw.changing_confusion(moments).pages)
    changed = np.argwhere((first != second).any(axis=2))[:, 1]
    body = np.argwhere((first[CAPTION:] != second[CAPTION:]).any(axis=2))
    cell = 34 if classes == 3 else 340 // classes
    assert changed.size
    assert np.ptp(body[:, 0]) < cell  # one row of cells
    assert np.ptp(body[:, 1]) >= (classes - 1) * cell


def test_colours_and_other_layers():
    rng = np.random.default_rng(0)
    train = data.Dataset(rng.random((20, 3, 8, 8), np.float32), np.arange(20) % 4)
    net = Network({"a": Conv2d(4, 3), "b": Conv2d(5, (1, 2)), "c": Flatten(), "d": Linear(4)},
                  (3, 8, 8))  # fmt: skip
    trainer = Trainer(net, epochs=1, batch_size=10, snapshots=1, progress=False)
    trainer.fit(train)
    moments = timeline(trainer)
    assert moments.filters["b"].shape == (3, 5, 4, 1, 2)
    shown = draw.filters_over_time(moments).axes[0].images[0].get_array()
    high = np.abs(moments.filters["a"]).max()
    expected = moments.filters["a"][0, 0].transpose(1, 2, 0) / high * 0.5 + 0.5
    np.testing.assert_allclose(shown, expected, atol=1e-6)
    assert len(draw.filters_over_time(moments, "b").axes[0].images) == 3 * 5
    for picture in (draw.maps_over_time, draw.growing_filters, draw.changing_maps):
        picture(moments, "b")
    assert draw.health_over_time(moments).axes[1].get_title() == "Dead units"
    with pytest.raises(BadakError, match=r"layer.*got 'c'"):
        draw.filters_over_time(moments, "c")


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_images_of_any_channels_are_drawn_as_elsewhere(channels):
    images = np.random.default_rng(0).random((1, channels, 5, 6))
    maps = {"a": np.zeros((2, 1, 8, 4, 4))}
    moments = Timeline(
        np.array([0, 1]), {"a": np.zeros((2, 1, channels, 2, 2))}, maps, images, np.zeros(1, int),
        np.ones((2, 2, 2), int), {}, {},
    )  # fmt: skip
    shown = draw.maps_over_time(moments).axes[0].images[0].get_array()
    expected = images[0].transpose(1, 2, 0) if channels == 3 else images[0].mean(axis=0)
    np.testing.assert_allclose(shown, expected)
    tile = np.asarray(draw.changing_maps(moments).pages[0], float)[CAPTION + MARGIN + LABEL + 3, 9]
    np.testing.assert_allclose(tile, np.broadcast_to(expected[0, 0], 3) * 255, atol=1)


def test_no_convolution_no_filters():
    train, _ = data.load("digits")
    net = Network([Flatten(), Linear(10)], (1, 28, 28))
    trainer = Trainer(net, epochs=1, batch_size=50, snapshots=1, progress=False)
    trainer.fit(train[:100])
    with pytest.raises(BadakError, match="no convolution layer"):
        draw.filters_over_time(timeline(trainer))
