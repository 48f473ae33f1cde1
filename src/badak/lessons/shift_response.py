"""shift_response: how much of a shift of the image each layer's output still shows."""

from dataclasses import dataclass, field

import numpy as np

from badak import checks
from badak.arrays import Array, Images, as_images
from badak.data import Dataset
from badak.errors import BadakError
from badak.inspect.evaluation.predictions import check_fit
from badak.inspect.evaluation.robustness import DIRECTIONS, shifted
from badak.layers.walk import run
from badak.network import Network

SIDES = ("up", "right", "down", "left")
BATCH = 100


@dataclass(frozen=True, eq=False)
class ShiftResponse:
    """How much each output changes if the image is shifted.

    Attributes:
        pixels: how far.
        count: how many images, each shifted in four directions.
        layers: the layers' names, in order; first ``""``, the image itself.
        kinds: their classes by name; "image" is the first.
        change: (L,) mean distance of the outputs with and without the shift, as a share of the
            output's own length: ``|f(shifted) - f(x)| / |f(x)|``.
        image: the first image.
        moved: the same, shifted to the right.
    """

    pixels: int
    count: int
    layers: tuple[str, ...]
    kinds: tuple[str, ...]
    change: Array
    image: Images = field(repr=False)
    moved: Images = field(repr=False)

    @property
    def after_pooling(self) -> dict[str, float]:
        """Layer -> change: of the image, and of the layers that pool."""
        return {
            layer: float(change)
            for layer, kind, change in zip(self.layers, self.kinds, self.change, strict=True)
            if layer == "" or _pools(kind)
        }

    def __str__(self) -> str:
        first, *rest = self.after_pooling.items()
        steps = ", ".join(f"{change:.3f} after {layer}" for layer, change in rest)
        how = "1 pixel" if self.pixels == 1 else f"{self.pixels} pixels"
        text = f"{self.count:,} images were shifted by {how} up, right, down and left. "
        text += f"The images themselves changed by {first[1]:.3f} of their length"
        if not rest:
            return f"{text}, the network's output by {self.change[-1]:.3f} of its own."
        less = rest[-1][1] < first[1]
        text += f"; the layers' outputs by {steps}; the network's last output by "
        text += f"{self.change[-1]:.3f}. "
        if not less:
            return f"{text}Pooling did not make it less."
        return f"{text}A maximum stays the same while its pixel stays in the window."


def _pools(kind: str) -> bool:
    return "Pool" in kind or kind == "Subsample2d"


def shift_response(
    net: Network, data: Dataset, *, pixels: int = 1, count: int = 200
) -> ShiftResponse:
    """Shift images by a few pixels, and measure how much each layer's output changes.

    What the book gives as the purpose of pooling (chapter 7.3.1). MNIST and `digits` both show it,
    best on a trained network; random filters show it too.

    Args:
        net: the network.
        data: images that fit it.
        pixels: how far they are shifted; smaller than the images. Pixels that move in are 0.
        count: how many images: the first ones, or all if there are fewer.

    Raises:
        ArgumentTypeError: net is no Network, data no Dataset, or a number no integer.
        BadakError: no images, images that do not fit, or a number out of range.

    Example:
        >>> from badak import data, models
        >>> _, test = data.load("digits")
        >>> result = shift_response(models.SimpleConvNet(), test, count=20)
        >>> list(result.after_pooling)
        ['', 'pool1']
    """
    check_fit(net, data)
    smaller = min(data.image_shape[1:])
    checks.integer(pixels, "pixels", minimum=1)
    if pixels >= smaller:
        raise BadakError(f"pixels must be below {smaller}, the images' smaller side; got {pixels}")
    count = min(checks.integer(count, "count", minimum=1), len(data))
    totals: dict[str, float] = {}
    kinds: dict[str, str] = {}
    for start in range(0, count, BATCH):
        images = as_images(
            data.images[start : min(start + BATCH, count)], net.input_shape, net.dtype
        )
        before = _outputs(net, images, kinds)
        for side in SIDES:
            down, right = (pixels * step for step in DIRECTIONS[side])
            after = _outputs(net, shifted(images, down, right), kinds)
            for name, output in before.items():
                totals[name] = totals.get(name, 0.0) + _change(output, after[name])
    return ShiftResponse(
        pixels=pixels,
        count=count,
        layers=tuple(totals),
        kinds=tuple(kinds[name] for name in totals),
        change=np.array(list(totals.values())) / (count * len(SIDES)),
        image=data.images[0],
        moved=shifted(data.images[:1], 0, pixels)[0],
    )


def _outputs(net: Network, images: Images, kinds: dict[str, str]) -> dict[str, Array]:
    """Each layer's output, after the images; the kinds of the layers are noted."""
    outputs = {"": images}
    kinds[""] = "image"
    for visit in run(net.layers, images):
        outputs[visit.name] = visit.output
        kinds[visit.name] = type(visit.layer).__name__
    return outputs


def _change(before: Array, after: Array) -> float:
    """The sum over images of the relative distance; 0 for an output that is 0 and stays so."""
    old, new = (array.reshape(len(array), -1).astype(np.float64) for array in (before, after))
    distance, length = np.linalg.norm(new - old, axis=1), np.linalg.norm(old, axis=1)
    relative = np.divide(distance, length, out=np.zeros_like(distance), where=length > 0)
    return float(relative.sum())
