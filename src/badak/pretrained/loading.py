"""load: a network with weights that it learnt elsewhere, and the preparation that its images need.

The weights are published ones, by name, or a file of any form that badak reads.
"""

import warnings
from dataclasses import dataclass
from pathlib import Path

from badak import checks
from badak import load as load_network
from badak.arrays import Shape
from badak.errors import ArgumentTypeError, BadakError, FormatError, needs, shown
from badak.files import as_path
from badak.formats.weights import load_state_dict
from badak.layers import Layer, Normalize, Scale
from badak.models import MODELS
from badak.network import Network, head
from badak.pretrained import places
from badak.pretrained.published import IMAGENET_MEAN, IMAGENET_STD, PUBLISHED, Published, named

CROP = 0.875


@dataclass(frozen=True)
class Pretrained:
    """A network that learnt elsewhere.

    Attributes:
        net: takes images in [0, 1]; it normalises them itself.
        crop: share of an image's height and width that is cut from its centre.
        origin: of the weights, in words.
        licence: of the weights; empty if it is not known.
        notes: what was assumed, in a sentence each.
    """

    net: Network
    crop: float
    origin: str
    licence: str
    notes: tuple[str, ...] = ()


def load(
    source: str | Path,
    num_classes: int | None = None,
    *,
    model: str | None = None,
    image_size: int | None = None,
) -> Network:
    """Return a network with the weights that it learnt elsewhere, ready for images in [0, 1].

    Args:
        source: a name of `PUBLISHED`, such as "efficientnet-lite0" (extra [pretrained]) or
            "resnet18" (downloaded once); or a file: an ONNX network (extra [onnx]), a network
            that badak saved, or weights as `badak.load_state_dict` reads them.
        num_classes: gives it a new head, which starts small; that of the weights if None.
        model: the name of badak.models.MODELS whose weights a file holds.
        image_size: rows and columns of the images; those that the network was evaluated on if
            None.

    Raises:
        MissingExtra: an extra that is not installed; the message names it.
        BadakError: an unknown name, or weights that cannot be downloaded.
        FormatError: a file that is damaged, or does not fit.

    Example:
        >>> import tempfile
        >>> from badak import models
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     models.LeNet5().save(f"{folder}/digits.safetensors")
        ...     load(f"{folder}/digits.safetensors", num_classes=3).output_shape
        (3,)
    """
    net = opened(source, model, image_size).net
    if num_classes is not None:
        net.replace_head(num_classes)
    return net


def opened(
    source: str | Path, model: str | None = None, image_size: int | None = None
) -> Pretrained:
    """Return what `load` returns with the classes that it learnt, and what is known of it.

    Example:
        >>> opened("resnet19")
        Traceback (most recent call last):
        badak.errors.BadakError: no pretrained weights are named 'resnet19': did you mean ...
    """
    if not isinstance(source, (str, Path)):
        raise ArgumentTypeError(f"pretrained must be a name or a file; got {shown(source)}")
    if image_size is not None:
        checks.integer(image_size, "image_size", minimum=1)
    path = as_path(source)
    weights = {one.file: name for name, one in PUBLISHED.items()}
    if not path.is_file():
        if path.suffix or len(path.parts) > 1:
            raise FormatError(f"{source} cannot be read: there is no such file")
        name = named(str(source))
        return _published(name, places.place_of(name, PUBLISHED[name]), image_size)
    if path.name in weights:  # downloaded by hand
        name = weights[path.name]
        places.check(path, PUBLISHED[name])
        return _published(name, path, image_size)
    return _file(path, model, image_size)


def _published(name: str, path: Path, image_size: int | None) -> Pretrained:
    weights = PUBLISHED[name]
    net = MODELS[name](image_size=image_size or weights.image_size)
    with warnings.catch_warnings():
        # Alike layers are paired by the order of the file, which is known to be right.
        warnings.filterwarnings("ignore", "several layers are alike", UserWarning)
        load_state_dict(net, path)
    net = _normalised(net, weights)
    return Pretrained(net, weights.crop, weights.origin, weights.licence)


def _file(path: Path, model: str | None, image_size: int | None) -> Pretrained:
    """Any other file: a whole network, or the weights of a model that is named."""
    if path.suffix == ".onnx":
        with needs("ONNX files need the onnx package", extra="onnx"):
            from badak.formats.onnx.load import load as load_onnx
        shape = None if image_size is None else (3, image_size, image_size)
        net = load_onnx(path, input_shape=shape)
    elif model is None:
        try:
            net = load_network(path)
        except FormatError as fault:
            raise FormatError(
                f"{path} is no network that badak saved, and may hold weights alone: name their "
                f"model, one of {', '.join(MODELS)} ({fault})"
            ) from None
    else:
        net = _weights(path, model, image_size)
    if image_size is not None and net.input_shape[1:] != (image_size, image_size):
        raise BadakError(f"{path} takes images of {net.input_shape}; got image_size {image_size}")
    notes: tuple[str, ...] = ()
    if not _prepares(next(iter(net.layers.values()))) and (model or path.suffix == ".onnx"):
        net = _normalised(net, None)
        notes = (f"{path.name} has no Normalize: ImageNet's mean and deviation are assumed",)
    crop = CROP if _prepares(next(iter(net.layers.values()))) else 1.0
    return Pretrained(net, crop, path.name, "", notes)


def _weights(path: Path, model: str, image_size: int | None) -> Network:
    """A model with a file's weights; the head may have other classes, as it will be replaced."""
    name = checks.choice(model, "model", MODELS)
    net = MODELS[name](**({} if image_size is None else {"image_size": image_size}))
    loaded = load_state_dict(net, path, strict=False)
    last = head.find(net).name
    missing = [*loaded.missing_keys, *loaded.mismatched]
    missing = [key for key in missing if key.rpartition(".")[0] != last]
    if missing:
        raise FormatError(f"{path} does not fit {name}: it lacks {', '.join(missing[:5])}")
    return net


def _prepares(layer: Layer) -> bool:
    return isinstance(layer, (Normalize, Scale))


def _normalised(net: Network, weights: Published | None) -> Network:
    """The network with a Normalize in front."""
    mean, std = (weights.mean, weights.std) if weights else (IMAGENET_MEAN, IMAGENET_STD)
    numbers = [_for(net.input_shape, values) for values in (mean, std)]
    layers: dict[str, Layer] = {"normalize1": Normalize(*numbers)}
    return Network(layers | net.layers, net.input_shape, state=net.state())


def _for(shape: Shape, values: tuple[float, ...]) -> float | tuple[float, ...]:
    """One number for all channels, or one per channel; for grey images, the mean of three."""
    return values if len(values) == shape[0] else sum(values) / len(values)
