"""attributions: one image and one class, by every method."""

from dataclasses import dataclass

from numpy.typing import ArrayLike

from badak.arrays import Array
from badak.inspect.attribution.grad_cam import grad_cam
from badak.inspect.attribution.integrated_gradients import integrated_gradients
from badak.inspect.attribution.occlusion import occlusion
from badak.inspect.attribution.saliency import saliency, smooth_grad
from badak.inspect.subject import one_class, one_image
from badak.network import Network


@dataclass(frozen=True)
class Attributions:
    """What each method says about one image and one class.

    Attributes:
        image: (C, H, W), as the network took it.
        label: the class.
        probability: the network's, that the image is of the class.
        maps: method -> (H, W).
    """

    image: Array
    label: int
    probability: float
    maps: dict[str, Array]


def attributions(net: Network, image: ArrayLike, label: int) -> Attributions:
    """Ask every attribution method why an image is of a class, each with its own defaults.

    Args:
        net: the network; it stays as it is. It must have a convolution.
        image: (C, H, W): float, or uint8 in 0..255.
        label: the class.

    Returns:
        A map for each method, integrated gradients summed over the channels.

    Raises:
        BadakError: an image or a label that does not fit, or no convolution.

    Example:
        >>> import numpy as np
        >>> from badak.models import SimpleConvNet
        >>> list(attributions(SimpleConvNet(filters=2), np.eye(28)[None], label=3).maps)
        ['saliency', 'smooth_grad', 'integrated_gradients', 'grad_cam', 'occlusion']
    """
    images, label = one_image(net, image), one_class(net, label)
    (checked,) = images
    return Attributions(
        checked,
        label,
        float(net.predict_proba(images)[0, label]),
        {
            "saliency": saliency(net, checked, label),
            "smooth_grad": smooth_grad(net, checked, label),
            "integrated_gradients": integrated_gradients(net, checked, label).sum(axis=0),
            "grad_cam": grad_cam(net, checked, label),
            "occlusion": occlusion(net, checked, label),
        },
    )
