"""embedding against scikit-learn's PCA, t-SNE with and without scikit-learn, bad input."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from badak import BadakError, Network, data
from badak.errors import ArgumentTypeError
from badak.inspect import draw, embedding
from badak.inspect.evaluation.embedding import Embedding, principal
from badak.layers import Conv2d, Flatten, Linear, ReLU


def net(dtype=np.float64):
    layers = [Conv2d(3, 3), ReLU(), Flatten(), Linear(7), ReLU(), Linear(3)]
    return Network(layers, (1, 5, 6), dtype=dtype)


def some(n=20):
    images = np.random.default_rng(0).random((n, 1, 5, 6))
    return data.Dataset(images, np.arange(n) % 3, ["cat", "dog", "cow"])


@given(st.integers(3, 12), st.integers(2, 12), st.integers(0, 2**32 - 1))
def test_components_are_scikit_learns(n, d, seed):
    rows = np.random.default_rng(seed).standard_normal((n, d)) * np.arange(1, d + 1)
    theirs = PCA(2, svd_solver="full").fit(rows)
    points, share = principal(rows, 2)
    np.testing.assert_allclose(points, theirs.transform(rows), atol=1e-9)
    np.testing.assert_allclose(share, theirs.explained_variance_ratio_, atol=1e-12)


def test_more_components_than_there_are():
    points, share = principal(np.array([[1.0], [2.0], [6.0]]), 2)
    np.testing.assert_allclose(points, [[-2, 0], [-1, 0], [3, 0]], atol=1e-12)
    np.testing.assert_allclose(share, [1, 0])


@pytest.mark.parametrize("layer", ["conv1", "relu1", "flatten1", "relu2", "linear2"])
def test_it_is_the_layers_output_that_is_laid_out(layer):
    one, many = net(), some(300)  # more than a batch
    x = many.images.astype(np.float64)
    for name, member in one.layers.items():
        x, _ = member.forward(x, training=False)
        if name == layer:
            break
    theirs = PCA(2, svd_solver="full").fit_transform(x.reshape(300, -1))
    found = embedding(one, many, layer)
    np.testing.assert_allclose(found.points, theirs, atol=1e-9)
    np.testing.assert_array_equal(found.labels, many.labels)
    assert (found.layer, found.method, found.class_names) == (layer, "pca", many.class_names)


def test_float32_networks_too():
    one, many = net(np.float32), some()
    np.testing.assert_allclose(
        embedding(one, many, "relu2").points,
        embedding(one.astype(np.float64), many, "relu2").points,
        atol=1e-5,
    )


def test_tsne_keeps_neighbours_and_its_seed():
    """Two distant groups of images stay apart in every layout."""
    images = np.random.default_rng(0).random((24, 1, 5, 6)) * 0.1
    images[12:] += 5
    many = data.Dataset(images, [0] * 12 + [1] * 12, ["cat", "dog", "cow"])
    found = embedding(net(), many, "linear1", "tsne", seed=3)
    assert found.points.shape == (24, 2)
    assert found.explained is None
    distance = np.linalg.norm(found.points[:, None] - found.points, axis=2)
    np.fill_diagonal(distance, np.inf)
    assert (distance.argmin(axis=1) // 12 == np.arange(24) // 12).all()
    again = embedding(net(), many, "linear1", "tsne", seed=3)
    np.testing.assert_array_equal(found.points, again.points)


def test_tsne_is_given_its_seed(monkeypatch):
    """The layout starts from the principal components, so the seed hardly matters."""
    given = []

    class Recorded:
        def __init__(self, count, **options):
            given.append((count, options["random_state"], options["perplexity"]))

        def fit_transform(self, rows):
            return rows[:, :2]

    monkeypatch.setattr("sklearn.manifold.TSNE", Recorded)
    for n in (20, 100):
        embedding(net(), some(n), "relu2", "tsne", seed=5)
    assert given == [(2, 5, pytest.approx(19 / 3)), (2, 5, 30)]


def test_tsne_of_three_images():
    assert np.isfinite(embedding(net(), some(3), "relu2", "tsne").points).all()


def test_without_scikit_learn_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.manifold", None)
    with pytest.raises(ImportError, match=r"pip install 'badak\[sklearn\]'"):
        embedding(net(), some(), "relu2", "tsne")
    embedding(net(), some(), "relu2")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"layer": "conv9"}, "layer.*got 'conv9'"),
        ({"layer": None}, "layer.*got None"),
        ({"method": "umap"}, "method.*got 'umap'"),
        ({"data": some(2)}, "at least 3 images; got Dataset"),
        ({"data": some(0)}, "at least one image"),
        ({"seed": -1}, "seed.*got -1"),
        ({"data": data.Dataset(np.ones((4, 1, 6, 5)), [0, 1, 2, 0])}, "takes images of"),
        ({"data": data.Dataset(np.ones((4, 1, 5, 6)), [0, 1, 1, 0])}, "3 classes; data has 2"),
        (
            {"data": data.Dataset(np.ones((4, 1, 5, 6)), [0, 1, 2, 0])},
            "layer 'relu2' gives every image the same output",
        ),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(BadakError, match=message):
        embedding(**{"net": net(), "data": some(), "layer": "relu2", **arguments})
    with pytest.raises(ArgumentTypeError, match=r"seed.*integer.*got"):
        embedding(net(), some(), "relu2", seed="1")


def test_points_drawn_have_their_classes_colours(tmp_path):
    many = some()
    found = embedding(net(), many[many.labels != 1], "relu2")
    figure = draw.embedding(found)
    (axes,) = figure.axes
    points = axes.collections[0]
    np.testing.assert_array_equal(points.get_offsets(), found.points)
    draw.save(figure, tmp_path / "embedding.png")  # colours are computed while drawing
    colours = points.get_facecolors()[:, :3]
    legend = [handle.get_facecolors()[0][:3] for handle in figure.legends[0].legend_handles]
    np.testing.assert_allclose(colours, np.array(legend)[found.labels])
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["cat", "dog: no images", "cow"]
    assert "of the variance" in axes.get_xlabel()


def test_of_many_classes_some_are_named_beside_their_colours():
    names = tuple(f"breed {number}" for number in range(39))
    points = np.zeros((39, 2))
    figure = draw.embedding(Embedding(points, np.arange(39), names, "relu2", "pca", None))
    bar = figure.axes[1]
    labels = [label.get_text() for label in bar.get_yticklabels()]
    assert labels == [f"breed {number}" for number in range(0, 39, 2)]
