"""filters, learning_curve and draw: the data, and the pictures of it."""

import math
import subprocess
import sys

import numpy as np
import pytest

from badak import BadakError, Network, Trainer, data, inspect
from badak.inspect import draw, filters, learning_curve
from badak.inspect.evaluation.embedding import Embedding
from badak.layers import Conv2d, Flatten, Linear, Residual, TableConv2d
from badak.models import SimpleConvNet
from badak.training import EpochRecord, History, RunDirectory
from panels import numbers, panel

EPOCHS = [
    EpochRecord(1, 15, 1.5, 0.5, 1.6, 0.4),
    EpochRecord(2, 30, 0.5, 0.8, 0.7, 0.75),
    EpochRecord(3, 45, 0.2, 0.95, 0.6, 0.8),
]


def test_filters_are_a_copy_of_the_first_convolution():
    net = SimpleConvNet()
    found = filters(net)
    np.testing.assert_array_equal(found, net.parameters()["conv1.weight"])
    found[...] = 0
    assert net.parameters()["conv1.weight"].any()


def test_another_layer_by_its_name():
    net = Network({"first": Conv2d(2, 3), "second": Conv2d(5, (1, 2))}, (1, 9, 9))
    assert filters(net, "second").shape == (5, 2, 1, 2)
    with pytest.raises(BadakError, match=r"layer.*got 'third'"):
        filters(net, "third")


def test_filters_inside_a_block_and_those_of_a_table():
    block = Residual([Conv2d(2, 3, padding=1)], [Conv2d(2, 1)])
    net = Network([block, TableConv2d([[1], [0, 1]], 2)], (2, 5, 5))
    found = filters(net, "block1.shortcut.conv1")
    np.testing.assert_array_equal(found, net.parameters()["block1.shortcut.conv1.weight"])
    np.testing.assert_array_equal(filters(net), net.parameters()["block1.conv1.weight"])
    net.parameters()["conv1.weight"][...] = 1  # also for missing connections
    assert filters(net, "conv1").any(axis=(2, 3)).tolist() == [[False, True], [True, True]]


def test_no_convolution_no_filters():
    with pytest.raises(BadakError, match="no convolution layer"):
        filters(Network([Flatten(), Linear(2)], (1, 2, 2)))


def test_learning_curve_is_the_history():
    curve = learning_curve(History(epochs=EPOCHS))
    np.testing.assert_array_equal(curve.epochs, [1, 2, 3])
    np.testing.assert_array_equal(curve.train_loss, [1.5, 0.5, 0.2])
    np.testing.assert_array_equal(curve.train_accuracy, [0.5, 0.8, 0.95])
    np.testing.assert_array_equal(curve.validation_loss, [1.6, 0.7, 0.6])
    np.testing.assert_array_equal(curve.validation_accuracy, [0.4, 0.75, 0.8])


def test_the_curve_of_a_run_directory(tmp_path):
    train, test = data.load("digits")
    trainer = Trainer(SimpleConvNet(filters=2), epochs=2, batch_size=50, progress=False)
    history = trainer.fit(train[:100], test[:30], tmp_path)
    for place in (tmp_path, str(tmp_path), RunDirectory(tmp_path)):
        for name, values in vars(learning_curve(place)).items():
            np.testing.assert_array_equal(values, getattr(learning_curve(history), name))


def test_a_folder_that_is_no_run_has_no_curve(tmp_path):
    with pytest.raises(BadakError, match=r"latest\.safetensors cannot be read"):
        learning_curve(tmp_path)


def test_one_epoch_is_a_curve_too(tmp_path):
    figure = draw.learning_curve(learning_curve(History(epochs=EPOCHS[:1])))
    draw.save(figure, tmp_path / "curve.png")
    for axes in figure.axes:
        left, right = axes.get_xlim()
        assert [tick for tick in axes.get_xticks() if left <= tick <= right] == [1]


def test_no_epoch_no_curve():
    with pytest.raises(BadakError, match="no finished epoch yet"):
        learning_curve(History())


def test_each_filter_has_its_number_and_all_share_a_scale_about_0():
    weights = np.random.default_rng(0).standard_normal((30, 1, 5, 4)) + 0.5
    axes, bar = draw.filters(weights).axes
    expected = {divmod(place, 8): str(place) for place in range(30)}  # 8 per row, as in the book
    assert numbers(axes) == expected
    for place in (0, 11, 29):
        shown = panel(axes, (30, 5, 4), 8, place)
        np.testing.assert_array_equal(shown, weights[place, 0])
    (image,) = axes.images
    largest = np.abs(weights).max()
    assert image.get_cmap().name == "RdBu_r"
    assert image.get_clim() == bar.get_ylim() == (-largest, largest)


def test_pictures_to_be_compared_get_one_scale():
    weak, strong = np.full((2, 1, 3, 3), 0.5), np.full((2, 1, 3, 3), -4.0)
    for weights in (weak, strong):
        assert draw.filters(weights, scale=4).axes[0].images[0].get_clim() == (-4, 4)


def test_filters_over_colours_are_colours_grey_at_0():
    weights = np.zeros((11, 3, 2, 2))
    weights[10, :, 0, 0] = 3, -1.5, 0
    (axes,) = draw.filters(weights).axes  # a colour image has no scale
    np.testing.assert_array_equal(panel(axes, (11, 2, 2), 8, 10)[0, 0], [1, 0.25, 0.5])
    np.testing.assert_array_equal(panel(axes, (11, 2, 2), 8, 3), np.full((2, 2, 3), 0.5))
    assert numbers(axes)[1, 2] == "10"


def test_other_channels_are_a_table_on_one_signed_scale():
    weights = np.arange(24.0).reshape(2, 4, 1, 3) - 5  # filters, channels; nothing is square
    axes, bar = draw.filters(weights).axes
    (image,) = axes.images
    shown = image.get_array().compressed().reshape(2, 8, 4, 3, 8)  # each pixel 24 / 3 = 8 times
    np.testing.assert_array_equal(shown[..., 0], weights.transpose(0, 2, 1, 3).repeat(8, 1))
    assert (image.norm.vmin, image.norm.vmax) == (-18, 18)
    assert bar.get_ylim() == (-18, 18)
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert (labels, axes.get_xlabel()) == (["0", "1", "2", "3"], "input channel")


def test_of_many_channels_and_filters_the_first_are_drawn():
    weights = np.random.default_rng(0).standard_normal((64, 20, 2, 2))
    axes, _ = draw.filters(weights).axes
    shown = axes.images[0].get_array().compressed()
    assert shown.size == 16 * 16 * 24 * 24  # the pixels of a panel are repeated to fill 24x24
    np.testing.assert_array_equal(np.unique(shown), np.unique(weights[:16, :16]))
    assert axes.get_xlabel() == "input channel: the first 16 of 20"
    assert axes.get_ylabel() == "filter: the first 16 of 64"


def test_no_filters_no_picture():
    with pytest.raises(BadakError, match=r"filters.*got"):
        draw.filters(np.ones((0, 1, 5, 5)))


def lines(figure):
    return {
        (axes.get_title(), line.get_label()): list(line.get_ydata())
        for axes in figure.axes
        for line in axes.get_lines()
    }


def test_the_curves_drawn_are_the_data():
    drawn = lines(draw.learning_curve(learning_curve(History(epochs=EPOCHS))))
    assert drawn == {
        ("Accuracy", "train"): [0.5, 0.8, 0.95],
        ("Accuracy", "test"): [0.4, 0.75, 0.8],
        ("Loss", "train"): [1.5, 0.5, 0.2],
        ("Loss", "test"): [1.6, 0.7, 0.6],
    }


def ring(axes):
    (found,) = axes.collections
    return found.get_offsets().tolist(), found.get_label()


@pytest.mark.parametrize(
    ("accuracies", "losses", "best"),
    [
        ([0.4, 0.8, 0.75], [1.6, 0.7, 0.6], 2),
        ([0.8, 0.7, 0.8], [0.6, 0.7, 0.5], 3),  # equal accuracy, and a lower loss
        ([0.8, 0.8, 0.8], [0.5, 0.6, 0.5], 1),  # all equal: the earlier
        ([math.nan, 0.1, 0.3], [math.nan, 0.2, math.nan], 3),
    ],
)
def test_a_ring_marks_the_best_epoch_and_says_its_value(accuracies, losses, best):
    measured = zip(accuracies, losses, strict=True)
    records = [
        EpochRecord(epoch, epoch, 0.1, 0.9, loss, accuracy)
        for epoch, (accuracy, loss) in enumerate(measured, 1)
    ]
    accuracy, loss = draw.learning_curve(learning_curve(History(epochs=records))).axes
    reached = accuracies[best - 1]
    assert ring(accuracy) == ([[best, reached]], f"best epoch {best}: {reached:.2%}")
    _, words = ring(loss)
    assert words == f"best epoch {best}: {losses[best - 1]:.4f}"
    assert words in [text.get_text() for text in loss.get_legend().get_texts()]


def test_losses_that_hardly_change_keep_clear_of_the_edge():
    epochs = [EpochRecord(k, k, loss, 0.1, loss, 0.1) for k, loss in enumerate((2.3, 2.29, 2.26))]
    loss = draw.learning_curve(learning_curve(History(epochs=epochs))).axes[1]
    assert loss.get_ylim()[0] == 0
    assert loss.get_ylim()[1] > 1.04 * 2.30


def test_without_validation_only_training_is_drawn():
    records = [EpochRecord(1, 15, 1.5, 0.5, math.nan, math.nan)]
    curve = learning_curve(History(epochs=records))
    drawn = lines(draw.learning_curve(curve))
    assert [label for _, label in drawn] == ["train", "train"]
    assert not any(axes.collections for axes in draw.learning_curve(curve).axes)  # and no ring


def test_drawing_leaves_matplotlibs_global_state_alone(tmp_path):
    script = (
        "import sys, numpy as np\n"
        "from badak.inspect import draw\n"
        "assert 'matplotlib' not in sys.modules\n"
        "draw.save(draw.filters(np.ones((1, 1, 2, 2))), sys.argv[1])\n"
        "print('matplotlib.pyplot' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path / "f.png"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"


def overlaps(one, other):
    return one.get_window_extent().overlaps(other.get_window_extent())


def test_titles_keep_clear_of_what_stands_beside_long_names():
    names = ["a very long class name indeed", "another name that is rather long", "x"]
    found = inspect.Predictions([0, 1, 2], np.eye(3), names)
    matrix = draw.confusion_matrix(inspect.confusion_matrix(found))
    matrix.draw_without_rendering()
    bar = matrix.axes[1]
    for label in (*bar.get_yticklabels(), bar.yaxis.label):
        assert not overlaps(label, matrix._suptitle)
    points, share = np.arange(6.0).reshape(3, 2), np.array([0.5, 0.2])
    layout = Embedding(points, found.labels, tuple(names), "block1.conv1", "pca", share)
    figure = draw.embedding(layout)
    figure.draw_without_rendering()
    assert not overlaps(figure.legends[0], figure._suptitle)
    assert figure._suptitle.get_window_extent().x0 >= 0
