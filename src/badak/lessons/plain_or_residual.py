"""plain_or_residual: a deep network learns worse than a shallow one, unless it has shortcuts."""

from dataclasses import dataclass

from badak import checks, optim
from badak.data import Dataset
from badak.layers import BatchNorm2d, Conv2d, Flatten, Layer, Linear, MaxPool2d, ReLU, Residual
from badak.lessons.learning import Learning, check_data, learn
from badak.network import Network

FILTERS = 8
SHALLOW = 1  # blocks


@dataclass(frozen=True, eq=False)
class PlainOrResidual:
    """Trainings of plain and residual networks.

    Attributes:
        blocks: of the deep networks; each has two convolutions.
        shallow: one block, without a shortcut.
        plain: all blocks, without shortcuts.
        residual: all blocks, with a shortcut around each.
    """

    blocks: int
    shallow: Learning
    plain: Learning
    residual: Learning

    @property
    def depths(self) -> tuple[int, int]:
        """Layers with weights of the shallow and the deep networks."""
        return 2 * SHALLOW + 2, 2 * self.blocks + 2

    def __str__(self) -> str:
        few, many = self.depths
        text = (
            f"A plain network of {few} layers came to a training loss of {self.shallow.loss:.3f} "
            f"and was right for {self.shallow.words} of new images. One of {many} layers came "
            f"to {self.plain.loss:.3f} and {self.plain.words}, although its additional "
            "layers need only learn the identity, to pass on what they get. With a shortcut around "
            f"every two convolutions, the same {many} layers came to {self.residual.loss:.3f} and "
            f"{self.residual.words}"
        )
        if self.residual.loss >= self.plain.loss:
            return f"{text}: so few blocks, images or epochs show no gain."
        return (
            f"{text}: a block whose weights are 0 is the identity already, and the "
            "gradient comes back along the shortcuts."
        )


def plain_or_residual(
    train: Dataset, test: Dataset, *, blocks: int = 12, epochs: int = 4, seed: int = 0
) -> PlainOrResidual:
    """Train a shallow plain, a deep plain and a deep residual network of the same blocks.

    All have batch normalisation. MNIST and `digits` both show it.

    Args:
        train: the images to learn from.
        test: the images to measure on.
        blocks: of two convolutions, in the deep networks; at least 2.
        epochs: how often each image is shown.
        seed: of the weights and of the order of the images.

    Raises:
        ArgumentTypeError: an argument of the wrong type.
        BadakError: fewer than 2 blocks; no images, images smaller than 4x4, or images that do not
            fit together.

    Source: He et al. 2015, *Deep Residual Learning*, figures 1 and 2.

    Example:
        >>> from badak import data
        >>> train, test = data.load("digits")
        >>> plain_or_residual(train[:100], test[:50], blocks=2, epochs=1).depths
        (4, 6)
    """
    check_data(train, test)
    checks.integer(blocks, "blocks", minimum=2, maximum=50)
    results = [
        learn(
            _network(train, count, shortcuts, seed), optim.Momentum(0.01), train, test, epochs, seed
        )
        for count, shortcuts in ((SHALLOW, False), (blocks, False), (blocks, True))
    ]
    return PlainOrResidual(blocks, *results)


def _network(data: Dataset, blocks: int, shortcuts: bool, seed: int) -> Network:
    """A convolution, pooled by 4, so that the layers after it are quick; blocks; a linear layer."""
    layers: list[Layer] = [Conv2d(FILTERS, 3, padding=1, bias=False), BatchNorm2d(), ReLU()]
    layers += [MaxPool2d(4)]
    for _ in range(blocks):
        layers += _block(shortcuts)
    layers += [Flatten(), Linear(data.num_classes)]
    return Network(layers, data.image_shape, seed=seed)


def _block(shortcut: bool) -> list[Layer]:
    first, second = (Conv2d(FILTERS, 3, padding=1, bias=False) for _ in range(2))
    body: list[Layer] = [first, BatchNorm2d(), ReLU(), second, BatchNorm2d()]
    return [*([Residual(body)] if shortcut else body), ReLU()]
