"""layer_ladder: what the units of each convolution look for, layer by layer."""

from dataclasses import dataclass

import numpy as np

from badak import checks
from badak.arrays import Array, as_images
from badak.data import Dataset
from badak.errors import BadakError
from badak.inspect import MaximizedActivation, TopPatches, maximize_activation, top_patches
from badak.inspect.evaluation.predictions import check_fit
from badak.inspect.features.filters import convolutions
from badak.inspect.features.receptive_field import receptive_field
from badak.layers.walk import run
from badak.network import Network
from badak.network.receptive import ReceptiveField


@dataclass(frozen=True, eq=False)
class Rung:
    """A convolution and a few of its channels.

    Attributes:
        layer: its name.
        field: which pixels each of its outputs sees.
        channels: those that answer to the images most.
        tops: for each channel, the patches that it answers to most.
        maximized: for each channel, an image made to excite its unit in the middle of the map.
    """

    layer: str
    field: ReceptiveField
    channels: tuple[int, ...]
    tops: tuple[TopPatches, ...]
    maximized: tuple[MaximizedActivation, ...]

    @property
    def classes(self) -> float:
        """How many classes the top patches of a channel come from, on average."""
        return float(np.mean([len(set(top.labels.tolist())) for top in self.tops]))


@dataclass(frozen=True, eq=False)
class LayerLadder:
    """The convolutions of a network, in order.

    Attributes:
        count: images that were searched.
        rungs: one per convolution.
    """

    count: int
    rungs: tuple[Rung, ...]

    def __str__(self) -> str:
        steps = "; ".join(
            f"{rung.layer} sees {_size(rung.field)} pixels, and its channels' best patches come "
            f"from {rung.classes:.1f} classes"
            for rung in self.rungs
        )
        first, last = self.rungs[0], self.rungs[-1]
        text = f"Among {self.count:,} images, layer by layer: {steps}. "
        if len(self.rungs) == 1:
            return f"{text}One convolution sees {_size(first.field)} pixels, never more."
        text += f"From {_size(first.field)} to {_size(last.field)} pixels a unit sees more and more"
        if last.classes < first.classes:
            return f"{text}, and what it looks for belongs to fewer classes."
        return f"{text}; here the later units are not more selective than the first."


def layer_ladder(
    net: Network,
    data: Dataset,
    *,
    channels: int = 4,
    k: int = 6,
    steps: int = 60,
    count: int = 500,
    seed: int = 0,
) -> LayerLadder:
    """Find the patches that units of each convolution answer to, and make images that excite them.

    MNIST and `digits` both show it, with a trained network of several convolutions, such as
    LeNet5 or DeepConvNet.

    Args:
        net: the network.
        data: images to search.
        channels: how many of each layer, those whose largest outputs are largest; or all of a
            layer with fewer.
        k: patches of each channel.
        steps: of the gradient ascent, as of `badak.inspect.maximize_activation`.
        count: how many images are searched: the first ones, or all if there are fewer.
        seed: of the gradient ascent.

    Raises:
        ArgumentTypeError: an argument of the wrong type.
        BadakError: no convolution, images that do not fit, fewer images than k, or a number out of
            range.

    Source: Zeiler and Fergus 2014, figure 2; Erhan et al. 2009; the book's chapter 7.6.

    Example:
        >>> from badak import data, models
        >>> train, _ = data.load("digits")
        >>> result = layer_ladder(models.LeNet5(), train[:30], channels=2, k=3, steps=2)
        >>> [(rung.layer, rung.field.size) for rung in result.rungs]
        [('conv1', (5, 5)), ('conv2', (14, 14))]
    """
    check_fit(net, data)
    checks.integer(channels, "channels", minimum=1)
    searched = data[: checks.integer(count, "count", minimum=1)]
    names = list(convolutions(net))
    if not names:
        raise BadakError("net must have a convolution; it has none")
    largest = _largest(net, searched, names)
    rungs = []
    for name in names:
        field = receptive_field(net, name)
        middle = (field.places[0] // 2, field.places[1] // 2)
        chosen = np.sort(np.argsort(-largest[name], kind="stable")[:channels]).tolist()
        rungs.append(
            Rung(
                layer=name,
                field=field,
                channels=tuple(chosen),
                tops=tuple(top_patches(net, searched, name, channel, k) for channel in chosen),
                maximized=tuple(
                    maximize_activation(
                        net, name, (channel, *middle), steps=steps, jitter=0, seed=seed
                    )
                    for channel in chosen
                ),
            )
        )
    return LayerLadder(len(searched), tuple(rungs))


def _largest(net: Network, data: Dataset, names: list[str]) -> dict[str, Array]:
    """Layer -> (F,) the largest output of each channel."""
    images = as_images(data.images[:], net.input_shape, net.dtype)
    largest = {}
    for visit in run(net.layers, images):
        if visit.name in names:
            largest[visit.name] = visit.output.max(axis=(0, 2, 3))
    return largest


def _size(field: ReceptiveField) -> str:
    return f"{field.size[0]}x{field.size[1]}"
