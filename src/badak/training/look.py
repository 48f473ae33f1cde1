"""look: a network as it is now, for a page: filters, maps, histograms, dead units, updates.

Letters: F filters, C channels, H rows, W columns, K classes.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Array
from badak.data import Dataset
from badak.layers.walk import Tape, run
from badak.network import Network
from badak.ops import softmax
from badak.training import measures

BINS = 40
SAMPLE = 20_000  # numbers of a histogram
WITHIN = 0.99  # of them lie within its reach
SIDE = 64  # a map of more rows or columns is thinned out
MAX_PICTURES = 4 * 2**20  # bytes; layers after these have no filters and maps

Arrays = dict[str, NDArray[Any]]


def look(
    net: Network, image: Array, probed: Dataset, before: dict[str, Array]
) -> tuple[dict[str, Any], Arrays]:
    """Describe a network, which stays as it is.

    As in prediction, dropout is off and batch norm uses its running statistics.

    Args:
        net: the network.
        image: (C, H, W), whose maps are wanted.
        probed: few images, for histograms and dead units.
        before: the weights before the last step, if they are known, for the updates.

    Returns:
        facts: ``predicted``; ``layers`` and ``parameters``, a list each. Arrays: ``image``,
        ``probabilities`` (K,), ``filters.LAYER`` (F, C, KH, KW), ``maps.LAYER`` (8, OH, OW), and as
        counts (40,) ``activations.LAYER``, ``gradients.LAYER`` and ``weights.PARAMETER``. A fact of
        a histogram's name is its reach: its bins go from minus that to that.

    Example:
        >>> from badak import data, models
        >>> test = data.load("digits")[1][:20]
        >>> facts, arrays = look(models.SimpleConvNet(), test.images[0], test, {})
        >>> facts["layers"][0]["name"], arrays["filters.conv1"].shape, arrays["maps.conv1"].shape
        ('conv1', (30, 1, 5, 5), (8, 24, 24))
    """
    arrays: Arrays = {"image": image}
    facts = _pictures(net, image, arrays)
    layers = {layer["name"]: layer for layer in facts["layers"]}
    _distributions(net, probed, layers, arrays)
    facts["parameters"] = []
    for name, weight in measures.weights(net).items():
        reach, arrays[f"weights.{name}"] = histogram(weight)
        ratio = measures.update_ratio(weight, before.get(name))
        owner = name.rpartition(".")[0]
        facts["parameters"].append({"name": name, "layer": owner, "weights": reach, "ratio": ratio})
    return facts, arrays


def _pictures(net: Network, image: Array, arrays: Arrays) -> dict[str, Any]:
    """Add filters and maps to the arrays; return the facts of all layers and the prediction."""
    layers, size = [], 0
    for visit in run(net.layers, image[None].astype(net.dtype, copy=False)):
        filters, output = measures.filters(visit.layer), visit.output[0]
        pictured = filters is not None and size < MAX_PICTURES
        if filters is not None and pictured:
            maps = thinned(output[: measures.MAPS])
            arrays[f"filters.{visit.name}"], arrays[f"maps.{visit.name}"] = filters, maps
            size += filters.nbytes + maps.nbytes
        layers.append(
            {
                "name": visit.name,
                "kind": type(visit.layer).__name__,
                "shape": list(output.shape),
                "filters": pictured,
                "maps": pictured,
            }
        )
    arrays["probabilities"] = softmax(output[None])[0]
    return {"predicted": int(output.argmax()), "layers": layers}


def _distributions(
    net: Network, probed: Dataset, layers: dict[str, dict[str, Any]], arrays: Arrays
) -> None:
    """Add histograms to the arrays, and their reaches and the dead units to the layers' facts."""
    tape = Tape(net.layers)
    for visit in tape.forward(probed.images[:].astype(net.dtype, copy=False)):
        layer, output = layers[visit.name], visit.output
        layer["activations"], arrays[f"activations.{visit.name}"] = histogram(output)
        layer["dead"] = measures.dead(visit.layer, output)
    _, cache = net.loss.forward(output, probed.labels)
    for name, gradient in tape.backward(net.loss.backward(cache), need_grad_x=False):
        layers[name]["gradients"], arrays[f"gradients.{name}"] = histogram(gradient)


def histogram(values: Array) -> tuple[float, NDArray[np.int64]]:
    """Return the reach and the counts of 40 equal bins from minus the reach to it.

    At least 99 % of the numbers lie within the reach; those beyond count in the outer bins. It is
    1, 2 or 5 times a power of ten, so that it seldom changes while a network learns. Of many
    numbers, every few are counted, and only finite ones.

    Example:
        >>> reach, counts = histogram(np.array([-0.3, 0.0, 0.01, 0.3]))
        >>> reach, counts.nonzero()[0].tolist(), int(counts.sum())
        (0.5, [8, 20, 32], 4)
    """
    flat = values.reshape(-1)
    flat = flat[:: (flat.size // SAMPLE) | 1]  # odd: even steps would meet the same columns
    flat = flat[np.isfinite(flat)].astype(np.float64)
    sizes = np.abs(flat)
    place = int(WITHIN * (len(sizes) - 1) + 0.5)
    reach = _round_up(float(np.partition(sizes, place)[place]) if len(sizes) else 0.0)
    if reach == 0:  # nearly all are 0
        reach = _round_up(float(sizes.max(initial=0.0))) or 1.0
    places = ((flat / reach + 1) * (BINS / 2)).clip(0, BINS - 1).astype(np.intp)
    return reach, np.bincount(places, minlength=BINS)


def _round_up(number: float) -> float:
    """The next of 1, 2 and 5 times a power of ten; 0 for 0."""
    if number < 1e-30:
        return 0.0
    power = 10.0 ** math.floor(math.log10(number))
    return next(step * power for step in (1, 2, 5, 10, 20) if step * power >= number)


def thinned(maps: Array) -> Array:
    """Every few rows and columns of maps (..., H, W) if there are many.

    Example:
        >>> thinned(np.zeros((8, 112, 56))).shape
        (8, 56, 56)
    """
    rows, columns = (-(-length // SIDE) for length in maps.shape[-2:])
    return maps[..., ::rows, ::columns]
