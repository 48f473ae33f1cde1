"""maximize_activation: an image made to excite a unit, a channel or a class."""

import math
from dataclasses import dataclass

import numpy as np

from badak import checks
from badak.arrays import Array, Images
from badak.errors import BadakError
from badak.inspect.attribution.backward import trace
from badak.inspect.attribution.descent import normed, pull
from badak.inspect.subject import finite, one_layer
from badak.network import Network

# The first image: dark, with a little noise. From middle grey a class whose images are mostly dark
# (MNIST's 1) was often caught in a bright image of low activation.
GREY, NOISE = 0.1, 0.05
Target = int | tuple[int, int, int]


@dataclass(frozen=True)
class MaximizedActivation:
    """An image found by gradient ascent, and how the activation rose.

    Attributes:
        layer: whose output was raised.
        channel: the channel, class, or (channel, y, x) unit.
        image: (C, H, W) in [0, 1].
        activations: (steps + 1,): before each step, of the image as the network then saw it
            (shifted by the jitter), and last that of `image`.
    """

    layer: str
    channel: Target
    image: Images
    activations: Array


def maximize_activation(
    net: Network,
    layer: str,
    channel: Target,
    *,
    steps: int = 200,
    lr: float = 0.1,
    jitter: int = 1,
    blur: float = 0.5,
    total_variation: float = 0.5,
    seed: int = 0,
) -> MaximizedActivation:
    """Climb from dark noise to an image that excites part of a network (Erhan et al. 2009).

    Each step adds the gradient, scaled to a root mean square of `lr` at the first and less and
    less after it, and keeps the image in [0, 1]. The three regularisers hold down the high
    frequencies that networks are blind enough to be excited by (Yosinski et al. 2015; Mahendran and
    Vedaldi 2016).

    Args:
        net: the network.
        layer: the layer whose output is to rise, inside a block ``"block1.conv1"``; for a class
            the last one, whose channels are the logits.
        channel: a channel, whose mean over all places is to rise, a class or unit of a flat
            layer, or (channel, y, x), one unit of a map.
        steps: how many.
        lr: how far the first step goes.
        jitter: the image is shifted by up to so many pixels before each step, and back after;
            less towards the end, as `blur`.
        blur: standard deviation, in pixels, of the blur after each step, at most the image's
            longest side; it falls to 0 by the last, so that fine lines come late.
        total_variation: pull of each pixel towards its neighbours, beside the gradient's 1.
        seed: of noise and jitter.

    Raises:
        BadakError: no such layer, channel or place, an argument out of range, or an output that
            is not finite.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> result = maximize_activation(SimpleConvNet(), "conv1", 3, steps=5)
        >>> result.image.shape, bool(result.activations[-1] > result.activations[0])
        ((1, 28, 28), True)
    """
    one_layer(net, layer)
    checks.integer(steps, "steps", minimum=1)
    checks.real(lr, "lr", above=0)
    checks.integer(jitter, "jitter")
    checks.real(blur, "blur", minimum=0, maximum=max(net.input_shape[1:]))
    checks.real(total_variation, "total_variation", minimum=0)
    generator = np.random.default_rng(checks.integer(seed, "seed", maximum=2**64 - 1))
    noise = NOISE * generator.standard_normal(net.input_shape)
    image = (GREY + noise).clip(0, 1).astype(net.dtype)
    output = trace(net, image[None], last=layer).output
    weights = _weights(finite(output, f"the output of layer {layer!r}"), channel)
    activations = []
    for step in range(steps):
        left = 1 - (step + 1) / steps  # of the way; jitter and blur fade out with it
        reach = round(jitter * left)
        shift = tuple(generator.integers(-reach, reach + 1, 2).tolist())
        seen = trace(net, np.roll(image, shift, (1, 2))[None], last=layer)
        activations.append(np.vdot(weights, seen.output))
        gradient = np.roll(seen.gradient(weights)[0], (-shift[0], -shift[1]), (1, 2))
        image += lr * (1 - step / steps) * (normed(gradient) + total_variation * pull(image))
        image = _blurred(image, blur * left).clip(0, 1)
    activations.append(np.vdot(weights, trace(net, image[None], last=layer).output))
    return MaximizedActivation(layer, channel, image, np.array(activations))


def _weights(output: Array, channel: Target) -> Array:
    """Return weights shaped like the output (1, ...), whose weighted sum is the target."""
    place = channel if isinstance(channel, tuple) else (channel,)
    if isinstance(channel, tuple) and (len(channel) != 3 or output.ndim != 4):
        raise BadakError(
            f"channel must be one integer, or (channel, y, x) in a layer of maps; got {channel}: "
            f"the layer's output is {output.shape[1:]}"
        )
    for name, number, count in zip(("channel", "y", "x"), place, output.shape[1:], strict=False):
        checks.integer(number, name, maximum=count - 1)
    weights = np.zeros_like(output)
    weights[0, *place] = 1 / output[0, *place].size
    return weights


def _blurred(image: Images, deviation: float) -> Images:
    """The image under a Gaussian; its edge pixels are repeated beyond the edge."""
    if deviation == 0:
        return image
    reach = math.ceil(3 * deviation)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    taps = (taps / taps.sum()).astype(image.dtype)
    for axis in (1, 2):
        wide = np.pad(
            image, [(reach, reach) if each == axis else (0, 0) for each in range(3)], "edge"
        )
        image = np.lib.stride_tricks.sliding_window_view(wide, len(taps), axis=axis) @ taps
    return image
