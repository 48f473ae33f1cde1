"""explore: Draw and Follow a number in a notebook, by the page's own modules."""

import sys
from typing import TYPE_CHECKING, Any

from badak import checks
from badak.data import Dataset
from badak.data.catalog import DATASETS
from badak.errors import ArgumentTypeError, BadakError, needs
from badak.inspect.explore.subject import Subject
from badak.network import Network

if TYPE_CHECKING:
    from badak.inspect.explore.widget import Explorer

PREPARATIONS = ("digit", "filling", "picture")


def explore(
    net: Network, images: Dataset | None = None, *, prepare: str | None = None
) -> "Explorer":
    """Look into a network in a notebook: draw, and follow a number through the layers.

    It shows two views of `badak serve`. This process answers their questions, with the network's
    weights as they are at that moment; the notebook's page loads nothing over the internet.

    Args:
        net: the network.
        images: to look at, and among which the nearest are found; without them one can draw, or
            open an image.
        prepare: how a drawing becomes the network's input, as in an exported page: "picture",
            "digit" (as MNIST's) or "filling" (as those of "digits"). None takes what fits the name
            of the images; else "digit" for (1, 28, 28), and "picture" for all other shapes.

    Raises:
        MissingExtra: anywidget is missing: ``pip install 'badak[notebook]'``.
        ArgumentTypeError: no Network, or images that are no Dataset.
        BadakError: no images, or of another shape or number of classes than the network's; digits
            for a network that takes another shape.

    Example:
        >>> from badak import data, models
        >>> train, test = data.load("digits")
        >>> explore(models.LeNet5(), test).title
        'Draw, and follow a number'
    """
    if not isinstance(net, Network):
        raise ArgumentTypeError(f"net must be a badak.Network; got {net!r}")
    if images is not None:
        _check(net, images)
    if prepare is None:
        prepare = _prepare(net, images)
    checks.choice(prepare, "prepare", PREPARATIONS)
    if prepare != "picture" and net.input_shape != (1, 28, 28):
        needed = f"prepare={prepare!r} needs input_shape (1, 28, 28)"
        raise BadakError(f"{needed}; got {net.input_shape}")
    names = checks.class_names(None if images is None else images.class_names, net.num_classes)
    load = None if images is None else lambda: (images, images)
    with needs("explore needs the anywidget package", extra="notebook"):
        from badak.inspect.explore.widget import Explorer
    return Explorer(Subject(net, tuple(names), prepare, load=load), _code(net, images))


def _check(net: Network, images: Dataset) -> None:
    if not isinstance(images, Dataset):
        needed = "images must be a badak.data.Dataset, such as Dataset(images, labels)"
        raise ArgumentTypeError(f"{needed}; got {type(images).__name__}")
    if not len(images):
        raise BadakError("images must hold at least one image")
    if images.image_shape != net.input_shape:
        raise BadakError(
            f"images of shape {images.image_shape} do not fit a network that takes "
            f"{net.input_shape}"
        )
    if images.num_classes != net.num_classes:
        raise BadakError(
            f"images of {images.num_classes} classes do not fit a network of {net.num_classes}"
        )


def _prepare(net: Network, images: Dataset | None) -> str:
    if images is not None and images.name in DATASETS:
        return DATASETS[images.name].prepare
    return "digit" if net.input_shape == (1, 28, 28) else "picture"


def _code(net: Network, images: Dataset | None) -> dict[str, Any]:
    """Lines that name the network and its images as the notebook does."""
    lines = None
    if images is not None:
        lines = [_named(name, images, "images") for name in ("train", "test")]
    return {"network": [_named("net", net, "net")], "images": lines}


def _named(name: str, thing: object, otherwise: str) -> str:
    """A line that gives a thing a name, by the name that the notebook's reader gave to it."""
    ipython = sys.modules.get("IPython")
    shell = ipython and ipython.get_ipython()
    own = getattr(shell, "user_ns", {})
    known = (known for known, value in own.items() if value is thing and not known.startswith("_"))
    return f"{name} = {next(known, otherwise)}"
