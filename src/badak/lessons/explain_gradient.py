"""explain_gradient: which outputs of a convolution a pixel fed, and what each passes back to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from badak.arrays import Array, Images, Indices, Shape
from badak.errors import BadakError
from badak.inspect import ExplainedGradient, GradientShare, gradient_maps
from badak.inspect import explain_gradient as follow
from badak.inspect.features.filters import convolutions, filters_of
from badak.inspect.subject import one_class, one_image
from badak.network import Network


@dataclass(frozen=True, eq=False)
class PixelGradient:
    """The gradient of the loss by one pixel, as col2im adds it up.

    Attributes:
        image: (C, H, W).
        label: the class whose loss it is.
        explained: what `badak.inspect.explain_gradient` says of the pixel.
        share: what the convolution passes back: its weights, gradients and products are (F, rows,
            columns), one for each output that the pixel fed.
        kernels: (F, KH, KW) the filters' channel that reads the pixel, as stored.
        order: the filters' places in these arrays, the one with the largest part in the gradient
            first.
    """

    image: Images = field(repr=False)
    label: int
    explained: ExplainedGradient
    share: GradientShare
    kernels: Array = field(repr=False)
    order: Indices = field(repr=False)

    @property
    def index(self) -> Shape:
        """(channel, y, x) of the pixel."""
        return self.explained.index

    @property
    def weights(self) -> Array:
        """(F, rows, columns) the weight by which each output took the pixel."""
        return np.asarray(self.share.weights)

    @property
    def gradients(self) -> Array:
        """(F, rows, columns) the gradient of each of these outputs."""
        return np.asarray(self.share.gradients)

    @property
    def products(self) -> Array:
        """(F, rows, columns); their sum is the pixel's gradient."""
        return np.asarray(self.share.products)

    def __str__(self) -> str:
        channel, y, x = self.index
        f, rows, columns = self.products.shape
        first = int(self.order[0])
        kh, kw = self.kernels.shape[1:]
        text = (
            f"Pixel ({y}, {x}) of channel {channel} lies under {rows * columns} places of the "
            f"{kh}x{kw} window of {self.share.layer}, and each of its {f} filters reads it there: "
            f"it fed {f * rows * columns:,} outputs, each with another weight. So its gradient is "
            f"a sum of as many products, {self.explained.gradient:.4g}; that is why col2im has += "
            f"and not =. Filter {first} has the largest part, {self.products[first].sum():.4g}. "
        )
        if self.weights.shape == self.kernels.shape and np.array_equal(
            self.weights, self.kernels[:, ::-1, ::-1]
        ):
            text += "In the order of the outputs, the weights are the kernel turned by 180 degrees."
        return text.rstrip()


def explain_gradient(
    net: Network, image: ArrayLike, label: int, pixel: Sequence[int] | None = None
) -> PixelGradient:
    """Take the gradient of the loss by one pixel apart: which outputs it fed, with which weights.

    `badak.inspect.explain_gradient` does so for any number of any layer; this is its picture for
    the layer that reads the image. Any network and image show it.

    Args:
        net: the network; a convolution reads its image.
        image: (C, H, W): float, or uint8 in 0..255.
        label: the image's class.
        pixel: (channel, y, x); the one with the largest gradient if None.

    Raises:
        BadakError: an image, class or pixel that does not fit, an output that is not finite, or no
            convolution that reads the image.

    Source: the book's chapter 7.4; the chain rule over every path.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> result = explain_gradient(SimpleConvNet(), np.ones((1, 28, 28)), 7, (0, 9, 9))
        >>> result.products.shape, result.share.layer
        ((30, 5, 5), 'conv1')
        >>> bool(np.isclose(result.products.sum(), result.explained.gradient))
        True
    """
    images, label = one_image(net, image), one_class(net, label)
    if pixel is None:
        slopes = gradient_maps(net, images[0], label, "loss")[""]
        pixel = [int(place) for place in np.unravel_index(abs(slopes).argmax(), slopes.shape)]
    explained = follow(net, images[0], "", pixel, label, "loss")
    known, share = convolutions(net), explained.readers[0]
    if share.layer not in known or len(explained.readers) > 1:
        readers = ", ".join(each.layer for each in explained.readers)
        raise BadakError(
            "explain_gradient needs a network whose image is read by one convolution alone; "
            f"{readers} reads it: use badak.inspect.explain_gradient"
        )
    if share.grid is None or share.products is None or not share.products.size:
        raise BadakError(f"pixel {explained.index} lies under no window of {share.layer}")
    weight = filters_of(known[share.layer])  # (F, C / groups, KH, KW)
    kernels = weight[share.grid.axes[0], explained.index[0] % weight.shape[1]]
    parts = abs(share.products.sum(axis=(1, 2)))
    return PixelGradient(
        images[0], label, explained, share, kernels, np.argsort(-parts, kind="stable")
    )
