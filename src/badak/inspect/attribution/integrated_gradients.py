"""integrated_gradients: a class's logit shared out among the pixels, so that the shares add up.

Letters: C channels, H rows, W columns.
"""

import numpy as np
from numpy.typing import ArrayLike

from badak import checks
from badak.arrays import Array
from badak.inspect.attribution.saliency import mean_gradient
from badak.inspect.subject import one_class, one_image
from badak.network import Network


def integrated_gradients(
    net: Network,
    image: ArrayLike,
    label: int,
    *,
    baseline: ArrayLike = 0.0,
    steps: int = 50,
) -> Array:
    """Return each number's share of a class's logit (Sundararajan et al. 2017, equation 1).

    ``(image - baseline) * mean of the gradient on the straight way from baseline to image``, the
    mean taken at the middles of equal steps.

    Completeness: the shares add up to the image's logit less the baseline's, but for the steps'
    coarseness. It shrinks with the square of `steps` if the network is smooth; if it has
    corners (ReLU, max pooling) each one crossed leaves an error like ``1 / steps``. Compare
    ``shares.sum()`` with ``net(image)[label] - net(baseline)[label]``, and take more steps where
    they differ.

    Args:
        net: the network; it stays as it is.
        image: (C, H, W): float, or uint8 in 0..255.
        label: the class.
        baseline: an image without a message: (C, H, W), or one number for all of it (0 is black).
        steps: points on the way.

    Returns:
        (C, H, W): positive where a number speaks for the class, negative where against it.

    Raises:
        BadakError: an image, a baseline or a label that does not fit, or no step.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> net, image = SimpleConvNet(), np.eye(28)[None]
        >>> shares = integrated_gradients(net, image, label=3)
        >>> logits = net(np.stack([image, 0 * image]))
        >>> np.allclose(shares.sum(), logits[0, 3] - logits[1, 3], rtol=0.01)
        True
    """
    images, label = one_image(net, image), one_class(net, label)
    if np.ndim(baseline) == 0:
        start = np.full_like(images, checks.real(baseline, "baseline"))
    else:
        start = one_image(net, baseline, "baseline")
    checks.integer(steps, "steps", minimum=1)
    checks.memory(8 * steps * images.size, "integrated_gradients' images")
    way = (np.arange(steps) + 0.5) / steps
    points = start + way.reshape(-1, 1, 1, 1) * (images - start)  # (steps, C, H, W)
    gradient = mean_gradient(net, points.astype(net.dtype), label)
    shares: Array = (images - start)[0] * gradient
    return shares
