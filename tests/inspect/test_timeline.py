"""timeline: what it reads, going through it, and its pictures."""

import numpy as np
import pytest
from PIL import Image

from badak import BadakError, Network, Trainer, data
from badak.inspect import draw, timeline
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
    with pytest.raises(BadakError, match="step must be at least 0; got -1"):
        moments.at(-1)


def test_nothing_recorded(tmp_path):
    with pytest.raises(BadakError, match="holds no snapshots: train with --snapshots K"):
        timeline(tmp_path)
    for trainer in (Trainer(SimpleConvNet()), Trainer(SimpleConvNet(), snapshots=3)):
        with pytest.raises(BadakError, match=r"nothing was recorded: train with Trainer"):
            timeline(trainer)


def test_rows_are_moments_and_columns_filters(run):
    moments = timeline(run[0])
    axes = [axes for axes in draw.filters_over_time(moments).axes if axes.images]
    assert len(axes) == 8 * 16  # eight of eleven moments, sixteen of twenty filters
    steps = [int(one.get_ylabel().removeprefix("step ")) for one in axes if one.get_ylabel()]
    assert (steps[0], steps[-1]) == (0, 10)
    weights = moments.filters["conv1"][10, 2, 0]
    shown = axes[7 * 16 + 2].images[0].get_array().astype(int)
    red = shown[..., 0] - shown[..., 2]
    strong = np.abs(weights) > 0.1 * np.abs(moments.filters["conv1"]).max()
    assert strong.any()
    np.testing.assert_array_equal(np.sign(red)[strong], np.sign(weights)[strong])


def test_maps_share_a_scale(run):
    moments = timeline(run[0])
    figure = draw.maps_over_time(moments, image=1)
    images = [axes.images[0] for axes in figure.axes if axes.images]
    maps = [image for image in images if image.get_array().shape == (24, 24)]
    assert {image.get_clim() for image in maps} == {maps[0].get_clim()}
    np.testing.assert_array_equal(maps[0].get_array(), moments.maps["conv1"][0, 1, 0])
    with pytest.raises(BadakError, match="image must be at most 2; got 3"):
        draw.maps_over_time(moments, image=3)


def test_the_curves_are_the_data(run):
    moments = timeline(run[0])
    accuracy, dead, ratio = draw.health_over_time(moments).axes
    np.testing.assert_array_equal(accuracy.get_lines()[0].get_ydata(), moments.accuracy)
    for axes, curves in ((dead, moments.dead), (ratio, moments.ratios)):
        for line, (name, values) in zip(axes.get_lines(), curves.items(), strict=False):
            assert line.get_label() == name
            np.testing.assert_array_equal(line.get_ydata(), values)


def test_the_animation_has_a_frame_a_moment(run, tmp_path):
    draw.growing_filters(timeline(run[0]), tmp_path / "grow.gif")
    with Image.open(tmp_path / "grow.gif") as image:
        assert image.n_frames == 11
        frames = []
        for number in range(image.n_frames):
            image.seek(number)
            frames.append(np.asarray(image.convert("RGB"), int))
    rows = 3 * 44  # twenty filters, eight in a row; the caption stands below
    assert (frames[0][:rows] != frames[-1][:rows]).any()
    assert len({frame[rows:].tobytes() for frame in frames}) == 11  # each says its step


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
    expected = moments.filters["a"][0, 0].transpose(1, 2, 0) / high * 127.5 + 127.5
    np.testing.assert_allclose(shown, expected, atol=1)
    assert len(draw.filters_over_time(moments, "b").axes) == 3 * 5
    draw.maps_over_time(moments, "b")
    assert draw.health_over_time(moments).axes[1].get_title() == "Dead units"
    with pytest.raises(BadakError, match="layer must be one of 'a', 'b'; got 'c'"):
        draw.filters_over_time(moments, "c")


def test_no_convolution_no_filters():
    train, _ = data.load("digits")
    net = Network([Flatten(), Linear(10)], (1, 28, 28))
    trainer = Trainer(net, epochs=1, batch_size=50, snapshots=1, progress=False)
    trainer.fit(train[:100])
    with pytest.raises(BadakError, match="no convolution layer"):
        draw.filters_over_time(timeline(trainer))
