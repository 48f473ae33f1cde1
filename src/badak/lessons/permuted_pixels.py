"""permuted_pixels: which networks need to know which pixels are neighbours."""

from dataclasses import dataclass

import numpy as np

from badak import checks, optim
from badak.arrays import Images, Indices, Labels
from badak.data import Dataset
from badak.data.loader import MAX_SEED
from badak.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU
from badak.lessons.learning import Learning, check_data, learn
from badak.network import Network

SHOWN = 4  # images
DENSE, CONVOLUTIONAL = "dense", "convolutional"


@dataclass(frozen=True, eq=False)
class PermutedPixels:
    """Two networks, trained on images as they are and on images with permuted pixels.

    Attributes:
        permutation: (H * W,) pixel p of a permuted image was pixel permutation[p].
        images: a few test images.
        permuted: the same ones permuted.
        labels: theirs.
        class_names: of all classes.
        plain: "dense" or "convolutional" -> its training on the images as they are.
        mixed: the same on permuted images.
    """

    permutation: Indices
    images: Images
    permuted: Images
    labels: Labels
    class_names: tuple[str, ...]
    plain: dict[str, Learning]
    mixed: dict[str, Learning]

    def __str__(self) -> str:
        lines = {
            name: f"{self.plain[name].words} as they are and {self.mixed[name].words} permuted"
            for name in self.plain
        }
        lost = {name: self.plain[name].final - self.mixed[name].final for name in self.plain}
        text = (
            "All images had their pixels permuted in the same way, and two networks learned from "
            f"them. On new images the dense network was right for {lines[DENSE]}: it has one "
            "weight for each pixel, wherever the pixel lies. The convolutional one was right for "
            f"{lines[CONVOLUTIONAL]}: its filters see neighbours, and permuted pixels have none. "
            f"It lost {100 * lost[CONVOLUTIONAL]:.1f} points of its accuracy, the dense one "
            f"{100 * lost[DENSE]:.1f}."
        )
        if lost[CONVOLUTIONAL] > max(lost[DENSE], 0):
            return text
        return f"{text} So few images do not show the difference: 5,000 of MNIST do."


def permuted_pixels(
    train: Dataset, test: Dataset, *, epochs: int = 5, seed: int = 0
) -> PermutedPixels:
    """Train a dense and a convolutional network on images with and without permuted pixels.

    On permuted images the dense network starts from its weights permuted likewise, so that it
    computes the same function: only rounding makes its two trainings differ. The convolutional one
    has no such weights.

    5,000 images of MNIST show the effect; the few images of `digits` show less of it.

    Args:
        train: the images to learn from.
        test: the images to measure on.
        epochs: how often each image is shown.
        seed: of the permutation, the weights and the order of the images.

    Raises:
        ArgumentTypeError: train or test is no Dataset.
        BadakError: no images, images smaller than 4x4, or test images unlike those of train.

    Source: the book's chapter 7.1: a dense layer ignores the shape of its data.

    Example:
        >>> from badak import data
        >>> train, test = data.load("digits")
        >>> result = permuted_pixels(train[:100], test[:50], epochs=1)
        >>> sorted(result.mixed)
        ['convolutional', 'dense']
    """
    check_data(train, test)
    generator = np.random.default_rng(checks.integer(seed, "seed", maximum=MAX_SEED))
    permutation = generator.permutation(train.image_shape[1] * train.image_shape[2])
    pairs = {
        "plain": (train, test),
        "mixed": tuple(_mixed(each, permutation) for each in (train, test)),
    }
    results: dict[str, dict[str, Learning]] = {}
    for how, (learned, measured) in pairs.items():
        dense, convolutional = _dense(train, seed), _convolutional(train, seed)
        if how == "mixed":
            permute_weights(dense, permutation)
        results[how] = {
            name: learn(net, optim.Adam(1e-3), learned, measured, epochs, seed)
            for name, net in ((DENSE, dense), (CONVOLUTIONAL, convolutional))
        }
    images = test.images[:SHOWN]
    return PermutedPixels(
        permutation=permutation,
        images=images,
        permuted=permuted(images, permutation),
        labels=test.labels[:SHOWN],
        class_names=test.class_names,
        **results,
    )


def permuted(images: Images, permutation: Indices) -> Images:
    """Return images whose pixels have changed places, in all channels alike.

    Example:
        >>> permuted(np.array([[[[1, 2], [3, 4]]]]), np.array([3, 0, 1, 2]))
        array([[[[4, 1],
                 [2, 3]]]])
    """
    n, c, h, w = images.shape
    return images.reshape(n, c, h * w)[:, :, permutation].reshape(n, c, h, w)


def permute_weights(net: Network, permutation: Indices) -> None:
    """Permute the first linear layer's columns, so that permuted images give the same output."""
    weight = net.parameters()["linear1.weight"]  # (M, C * H * W)
    pixels = weight.reshape(len(weight), -1, len(permutation))
    weight[:] = pixels[:, :, permutation].reshape(weight.shape)


def _mixed(data: Dataset, permutation: Indices) -> Dataset:
    return Dataset(permuted(data.images[:], permutation), data.labels, data.class_names, data.name)


def _dense(data: Dataset, seed: int) -> Network:
    layers = [Flatten(), Linear(100), ReLU(), Linear(data.num_classes)]
    return Network(layers, data.image_shape, seed=seed)


def _convolutional(data: Dataset, seed: int) -> Network:
    layers = []
    for filters in (16, 32):
        layers += [Conv2d(filters, 5, padding=2), ReLU(), MaxPool2d(2)]
    return Network([*layers, Flatten(), Linear(data.num_classes)], data.image_shape, seed=seed)
