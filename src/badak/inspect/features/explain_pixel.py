"""explain_pixel: the one sum of products that makes one number of a convolution's output."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from badak import checks
from badak.arrays import Array, Indices, Mask
from badak.inspect.features.filters import convolution, filters_of
from badak.inspect.features.patch import patch
from badak.inspect.subject import one_image
from badak.layers.walk import run
from badak.network import Network

COLOURS = ("red", "green", "blue")  # of an image with three channels


@dataclass(frozen=True)
class ExplainedPixel:
    """One output number of a convolution, taken apart: ``products.sum() + bias == value``.

    Attributes:
        layer: the convolution's name.
        channel: which filter.
        y: the row of the output.
        x: the column of the output.
        source: name of the layer the input comes from, or "image".
        names: C / groups, what the input channels are called: red, green and blue of a colour
            image, else their numbers.
        maps: (C / groups, H, W), the input channels that the filter sees.
        rows: (KH,) of the input, under the filter; below 0 or from H on they are padding.
        columns: (KW,) of the input, likewise.
        inside: (KH, KW), False in the padding.
        patch: (C / groups, KH, KW), the input under the filter, 0 in the padding.
        weight: (C / groups, KH, KW), the filter.
        products: (C / groups, KH, KW), patch times weight.
        bias: what is added to their sum; 0 if the layer has none.
        value: the layer's own output there.
        output: (OH, OW), the layer's output for this filter.
    """

    layer: str
    channel: int
    y: int
    x: int
    source: str
    names: tuple[str, ...]
    maps: Array
    rows: Indices
    columns: Indices
    inside: Mask
    patch: Array
    weight: Array
    products: Array
    bias: float
    value: float
    output: Array


def explain_pixel(
    net: Network, image: ArrayLike, layer: str, channel: int, y: int, x: int
) -> ExplainedPixel:
    """Take one output number of a convolution apart (the book's figures 7-4 and 7-8).

    Args:
        net: the network.
        image: (C, H, W): float, or uint8 in 0..255.
        layer: name of a convolution layer; inside a block ``"block1.conv1"``.
        channel: which of its filters.
        y: row of the output.
        x: column of the output.

    Raises:
        BadakError: no such convolution, filter or place, or an image that does not fit.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> result = explain_pixel(SimpleConvNet(), np.ones((1, 28, 28)), "conv1", 3, 0, 5)
        >>> result.patch.shape, bool(np.isclose(result.products.sum() + result.bias, result.value))
        ((1, 5, 5), True)
    """
    conv = convolution(net, layer)
    visit = next(visit for visit in run(net.layers, one_image(net, image)) if visit.layer is conv)
    source, output, all_maps = visit.source or "image", visit.output[0], visit.input[0]
    for name, place, count in zip(
        ("channel", "y", "x"), (channel, y, x), output.shape, strict=True
    ):
        checks.integer(place, name, maximum=count - 1)
    filters = filters_of(conv)
    weight = filters[channel]
    groups = len(all_maps) // len(weight)
    first = channel // (len(filters) // groups) * len(weight)  # of its group
    maps = all_maps[first : first + len(weight)]
    window = conv.window(all_maps.shape)
    (top, _), (left, _) = window.sides(*maps.shape[1:])
    rows, columns = (
        at * stride - before + dilation * np.arange(kernel)
        for at, before, stride, dilation, kernel in zip(
            (y, x), (top, left), window.stride, window.dilation, window.kernel, strict=True
        )
    )
    cells, inside = patch(maps, rows, columns)
    return ExplainedPixel(
        layer=visit.name,
        channel=channel,
        y=y,
        x=x,
        source=source,
        names=channel_names(source, len(all_maps))[first : first + len(weight)],
        maps=maps,
        rows=rows,
        columns=columns,
        inside=inside,
        patch=cells,
        weight=weight,
        products=cells * weight,
        bias=float(conv.parameters["bias"][channel]) if "bias" in conv.parameters else 0.0,
        value=float(output[channel, y, x]),
        output=output[channel],
    )


def channel_names(source: str, count: int) -> tuple[str, ...]:
    """Return what the channels of an image, or of a layer's output, are called.

    Example:
        >>> channel_names("image", 3), channel_names("conv1", 2)
        (('red', 'green', 'blue'), ('channel 0', 'channel 1'))
    """
    if source == "image" and count == len(COLOURS):
        return COLOURS
    return tuple(f"channel {number}" for number in range(count))
