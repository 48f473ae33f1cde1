"""saliency and smooth_grad: which pixels move a class's logit most.

Letters: N images, C channels, H rows, W columns.
"""

import numpy as np
from numpy.typing import ArrayLike

from badak import checks
from badak.arrays import Array, Images
from badak.inspect.attribution.backward import trace
from badak.inspect.subject import one_class, one_image
from badak.network import Network

# Images at a time: a pass that is walked back keeps every layer's output.
BATCH = 16


def saliency(net: Network, image: ArrayLike, label: int) -> Array:
    """Return how strongly each pixel moves a class's logit (Simonyan et al. 2014, section 3).

    ``max over channels of |d logit / d pixel|``, in evaluation mode.

    Args:
        net: the network; it stays as it is.
        image: (C, H, W): float, or uint8 in 0..255.
        label: the class.

    Returns:
        (H, W), not negative.

    Raises:
        BadakError: an image or a label that does not fit the network.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> saliency(SimpleConvNet(), np.ones((1, 28, 28)), label=3).shape
        (28, 28)
    """
    images = one_image(net, image)
    return _strength(mean_gradient(net, images, one_class(net, label)))


def smooth_grad(
    net: Network,
    image: ArrayLike,
    label: int,
    *,
    samples: int = 50,
    noise: float = 0.15,
    seed: int = 0,
) -> Array:
    """Return the saliency of a gradient averaged over noisy images (Smilkov et al. 2017).

    The gradient flickers from pixel to pixel; its mean over the image's neighbourhood does not.

    net, image and label are as for `saliency`. What is added to the image is
    ``numpy.random.default_rng(seed).standard_normal((samples, C, H, W))``, times `noise` and the
    image's range (max - min).

    Returns:
        (H, W), not negative; `saliency` itself if the noise is 0.

    Raises:
        BadakError: an image or a label that does not fit, or an argument out of range.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> net, image = SimpleConvNet(), np.eye(28)[None]
        >>> plain = smooth_grad(net, image, label=3, samples=2, noise=0)
        >>> np.allclose(plain, saliency(net, image, label=3))
        True
    """
    images, label = one_image(net, image), one_class(net, label)
    checks.integer(samples, "samples", minimum=1)
    checks.real(noise, "noise", minimum=0)
    generator = np.random.default_rng(checks.integer(seed, "seed"))
    checks.memory(8 * samples * images.size, "smooth_grad's noise")
    spread = noise * float(np.ptp(images))
    noisy = images + spread * generator.standard_normal((samples, *images.shape[1:]))
    return _strength(mean_gradient(net, noisy.astype(net.dtype), label))


def mean_gradient(net: Network, images: Images, label: int) -> Array:
    """Return the mean, over checked images, of the gradient of a class's logit by the image."""
    total = np.zeros(images.shape[1:])
    for start in range(0, len(images), BATCH):
        total += trace(net, images[start : start + BATCH]).class_gradient(label).sum(axis=0)
    return (total / len(images)).astype(net.dtype)


def _strength(gradient: Array) -> Array:
    """(C, H, W) -> (H, W)."""
    strongest: Array = np.abs(gradient).max(axis=0)
    return strongest
