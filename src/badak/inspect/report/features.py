"""Sections on what the layers respond to: their maps, and the images that activate them."""

import numpy as np

from badak.arrays import Array
from badak.inspect import draw
from badak.inspect.features.explain_pixel import explain_pixel as explain
from badak.inspect.features.feature_maps import feature_maps as maps_of
from badak.inspect.features.filters import convolution, filters
from badak.inspect.features.maximize import maximize_activation
from badak.inspect.features.top_patches import top_patches as patches_of
from badak.inspect.report.section import Pictures, Section
from badak.inspect.report.trained import Trained
from badak.inspect.subject import one_image
from badak.layers.walk import run
from badak.ops.im2col import im2col
from badak.ops.window import Window

MAX_LAYERS = 12  # whose maps are shown
SEARCHED, UNITS, PATCHES = 2000, 3, 9  # images; channels of the last convolution; patches of each
IMAGINED, STEPS = 10, 100  # classes; steps of gradient ascent


def feature_maps(trained: Trained) -> Pictures:
    """Each layer's output for a test image; in a deep network, of layers evenly spread."""
    if trained.test is None:
        return {}
    image = trained.test.images[0]
    maps = maps_of(trained.net, image)
    names = np.array(list(maps))
    spread = np.unique(np.linspace(0, len(names) - 1, MAX_LAYERS).round().astype(int))
    shown = {name: maps[name] for name in names[spread].tolist()}
    return {"feature_maps": draw.feature_maps({"image": image} | shown, trained.names)}


def explain_pixel(trained: Trained) -> Pictures:
    """One output of a first filter, at a place with contrast where it responds strongly."""
    if trained.test is None or not trained.convolutions:
        return {}
    image, layer = trained.test.images[0], trained.convolutions[0]
    visits = run(trained.net.layers, one_image(trained.net, image))
    maps, output = next(
        (visit.input[0], visit.output[0]) for visit in visits if visit.name == layer
    )
    window = convolution(trained.net, layer).window(maps.shape)
    interest = (output - output.min()) * _contrast(window, maps)  # (F, OH, OW)
    channel, y, x = (int(place) for place in np.unravel_index(interest.argmax(), output.shape))
    return {"explain_pixel": draw.explain_pixel(explain(trained.net, image, layer, channel, y, x))}


def _contrast(window: Window, maps: Array) -> Array:
    """How much the numbers under the filter differ, (OH, OW): a uniform patch shows nothing.

    It is 0 where the filter reaches into the padding, unless it does so everywhere.
    """
    both = np.stack([maps, np.ones_like(maps)])
    columns = im2col(both, window.kernel, window.stride, window.padding, window.dilation)
    contrast, inside = columns[0].std(axis=0), columns[1].all(axis=0)
    if inside.any():
        contrast[~inside] = 0
    return np.asarray(contrast.reshape(window.output_size(*maps.shape[1:])))


def top_patches(trained: Trained) -> Pictures:
    """The training images that activate some units of the last convolution most."""
    if trained.train is None or not trained.convolutions:
        return {}
    layer, some = trained.convolutions[-1], trained.train[:SEARCHED]
    units = min(UNITS, len(filters(trained.net, layer)))
    tops = [
        patches_of(trained.net, some, layer, unit, min(PATCHES, len(some))) for unit in range(units)
    ]
    return {f"top_patches_{top.channel}": draw.top_patches(top) for top in tops}


def imagined_classes(trained: Trained) -> Pictures:
    """Images made to raise each class's output."""
    net = trained.net
    last, count = list(net.layers)[-1], min(IMAGINED, net.num_classes)
    images = [maximize_activation(net, last, label, steps=STEPS) for label in range(count)]
    return {"imagined_classes": draw.maximize_activation(*images, class_names=trained.names)}


SECTIONS = (
    Section(
        "Every layer's output for one image",
        "From top to bottom, one panel per map, with its number above it. Red is above 0, blue "
        "below; the maps of a layer share one scale. Deeper layers show less of the image and more "
        "of its class.",
        feature_maps,
    ),
    Section(
        "One output of a convolution",
        "A patch of the image times the filter, summed, at a place with contrast where the filter "
        "responds strongly.",
        explain_pixel,
    ),
    Section(
        "Images that activate a unit most",
        "The training images that activate some units of the last convolution most; below each, "
        "the patch that the unit saw.",
        top_patches,
    ),
    Section(
        "Imagined classes",
        "Images made by gradient ascent to raise each class's output, and how it rose. They show "
        "what the network considers typical, not what a person would draw.",
        imagined_classes,
    ),
)
