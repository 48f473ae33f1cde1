"""top_patches: the images of a data set that activate one unit most, and the patches it sees."""

from dataclasses import dataclass

import numpy as np

from badak import checks
from badak.arrays import Array, Images, Indices, Labels, Mask, as_images
from badak.data import Dataset
from badak.errors import ArgumentTypeError, BadakError
from badak.inspect.features.patch import patch
from badak.inspect.features.receptive_field import receptive_field
from badak.layers.walk import run
from badak.network import Network
from badak.network.receptive import ReceptiveField


@dataclass(frozen=True)
class TopPatches:
    """The k images that activate a unit most, the strongest first.

    Attributes:
        layer: the unit's layer.
        channel: its channel, or its number in a flat layer.
        field: the layer's receptive field; ``field.box(*places[i])`` is cut out of image i.
        indices: (k,) which images of the data set.
        values: (k,) the unit's output at its best place in each of them.
        places: (k, 2) that place, (y, x) in the layer's output.
        images: (k, C, H, W).
        labels: (k,).
        class_names: of all classes.
        patches: (k, C, RH, RW), what the unit saw; 0 in the padding.
        inside: (k, RH, RW), False in the padding.
    """

    layer: str
    channel: int
    field: ReceptiveField
    indices: Indices
    values: Array
    places: Indices
    images: Images
    labels: Labels
    class_names: tuple[str, ...]
    patches: Images
    inside: Mask


def top_patches(
    net: Network, data: Dataset, layer: str, channel: int, k: int = 9, batch_size: int = 256
) -> TopPatches:
    """Find the images and patches that activate a unit most (Zeiler and Fergus 2014, figure 2).

    Each image counts once, with the place where the unit's output is largest.

    Args:
        net: the network.
        data: the images to search.
        layer: the unit's layer; inside a block ``"block1.conv1"``.
        channel: its channel, or its number in a flat layer.
        k: how many to find.
        batch_size: images at a time; memory does not grow with their number.

    Raises:
        ArgumentTypeError: no network, or no Dataset.
        BadakError: no such layer or channel, fewer than k images, or images that do not fit.

    Example:
        >>> from badak import data, models
        >>> train, _ = data.load("digits")
        >>> result = top_patches(models.SimpleConvNet(), train[:20], "pool1", 3, k=4)
        >>> result.patches.shape
        (4, 1, 6, 6)
    """
    if not isinstance(net, Network):
        raise ArgumentTypeError(f"net must be a Network; got {type(net).__name__}")
    if not isinstance(data, Dataset):
        raise ArgumentTypeError(f"data must be a badak.data.Dataset; got {type(data).__name__}")
    field = receptive_field(net, layer)
    if not len(data):
        raise BadakError(f"data must hold at least one image; got {data}")
    checks.integer(k, "k", minimum=1, maximum=len(data))
    checks.integer(batch_size, "batch_size", minimum=1)
    values, spots, indices = np.empty(0, net.dtype), np.empty(0, int), np.empty(0, int)
    for start in range(0, len(data), batch_size):
        images = as_images(data.images[start : start + batch_size], net.input_shape, net.dtype)
        output = next(visit.output for visit in run(net.layers, images) if visit.name == layer)
        checks.integer(channel, "channel", maximum=output.shape[1] - 1)
        unit = output[:, channel].reshape(len(output), -1)  # (N, OH*OW), or (N, 1)
        values = np.concatenate([values, unit.max(axis=1)])
        spots = np.concatenate([spots, unit.argmax(axis=1)])
        indices = np.concatenate([indices, start + np.arange(len(unit))])
        best = np.argsort(-values, kind="stable")[:k]  # of equals the first
        values, spots, indices = values[best], spots[best], indices[best]
    if output.ndim == 2:  # a flat layer's units are the places of the map it was
        spots[...] = channel % (field.places[0] * field.places[1])
    places = np.stack(np.divmod(spots, field.places[1]), axis=1)
    images = data.images[indices]
    cut = [
        patch(image, *(np.arange(side.start, side.stop) for side in field.box(*place)))
        for image, place in zip(images, places.tolist(), strict=True)
    ]
    return TopPatches(
        layer=layer,
        channel=channel,
        field=field,
        indices=indices,
        values=values,
        places=places,
        images=images,
        labels=data.labels[indices],
        class_names=data.class_names,
        patches=np.stack([cells for cells, _ in cut]),
        inside=np.stack([inside for _, inside in cut]),
    )
