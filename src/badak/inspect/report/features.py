"""Pictures of what the layers respond to: their maps, and the images that excite them."""

import numpy as np

from badak.arrays import Array
from badak.inspect import draw
from badak.inspect.features.explain_pixel import explain_pixel as explain
from badak.inspect.features.feature_maps import feature_maps as maps_of
from badak.inspect.features.filters import Convolution, convolution
from badak.inspect.features.maximize import maximize_activation
from badak.inspect.features.top_patches import top_patches as patches_of
from badak.inspect.report.section import Pictures, Section
from badak.inspect.report.trained import Trained
from badak.ops.im2col import im2col

MAX_LAYERS = 12  # of which maps are shown
SEARCHED, UNITS, PATCHES = 2000, 3, 9  # images, channels of the last convolution, best of them
IMAGINED, STEPS = 10, 100  # classes, and steps of gradient ascent


def feature_maps(trained: Trained) -> Pictures:
    """What every layer makes of a test image; of a deep network, of layers all along it."""
    if trained.test is None:
        return {}
    image = trained.test.images[0]
    maps = maps_of(trained.net, image)
    names = np.array(list(maps))
    spread = np.unique(np.linspace(0, len(names) - 1, MAX_LAYERS).round().astype(int))
    shown = {name: maps[name] for name in names[spread].tolist()}
    return {"feature_maps": draw.feature_maps({"image": image} | shown, trained.names)}


def explain_pixel(trained: Trained) -> Pictures:
    """A first filter where it responds strongly to a test image with contrast, multiplied out."""
    if trained.test is None or not trained.convolutions:
        return {}
    image, layer = trained.test.images[0], trained.convolutions[0]
    output = maps_of(trained.net, image)[layer]  # (F, OH, OW)
    interest = (output - output.min()) * _contrast(convolution(trained.net, layer), image)
    channel, y, x = (int(place) for place in np.unravel_index(interest.argmax(), output.shape))
    return {"explain_pixel": draw.explain_pixel(explain(trained.net, image, layer, channel, y, x))}


def _contrast(layer: Convolution, image: Array) -> Array:
    """How much the pixels under the filter differ, (OH, OW): a plain patch shows nothing.

    It is 0 where the filter lies partly in the padding, unless it does so everywhere.
    """
    window = layer.window(image.shape)
    both = np.stack([image, np.ones_like(image)])
    columns = im2col(both, window.kernel, window.stride, window.padding, window.dilation)
    contrast, inside = columns[0].std(axis=0), columns[1].all(axis=0)
    if inside.any():
        contrast[~inside] = 0
    return np.asarray(contrast.reshape(window.output_size(*image.shape[1:])))


def top_patches(trained: Trained) -> Pictures:
    """The training images that excite some units of the last convolution most."""
    if trained.train is None or not trained.convolutions:
        return {}
    layer, some = trained.convolutions[-1], trained.train[:SEARCHED]
    units = min(UNITS, len(trained.net.layers[layer].parameters["weight"]))
    tops = [
        patches_of(trained.net, some, layer, unit, min(PATCHES, len(some))) for unit in range(units)
    ]
    return {f"top_patches_{top.channel}": draw.top_patches(top) for top in tops}


def imagined_classes(trained: Trained) -> Pictures:
    """Images made to excite each class."""
    net = trained.net
    last, count = list(net.layers)[-1], min(IMAGINED, net.num_classes)
    images = [maximize_activation(net, last, label, steps=STEPS) for label in range(count)]
    return {"imagined_classes": draw.maximize_activation(*images, class_names=trained.names)}


SECTIONS = (
    Section(
        "What every layer makes of an image",
        "From the top down: a panel for each map, with its number above it; red is above 0, "
        "blue below, and a layer's maps share one scale. The deeper, the less of the image and "
        "the more of its class.",
        feature_maps,
    ),
    Section(
        "One number of a convolution",
        "The patch of the image, times the filter, summed: where a filter responds strongly to "
        "a patch with contrast.",
        explain_pixel,
    ),
    Section(
        "What excites a unit",
        "The training images that excite some units of the last convolution most, and below "
        "each the patch that the unit saw.",
        top_patches,
    ),
    Section(
        "Imagined classes",
        "Images made by gradient ascent to raise each class's output, and how it rose: what "
        "the network takes for typical, not what a person would draw.",
        imagined_classes,
    ),
)
