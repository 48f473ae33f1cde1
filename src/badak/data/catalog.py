"""load(name): the data sets badak knows by name, and where it looks for them."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from badak import checks
from badak.data import cifar, emnist, mnist
from badak.data.dataset import Dataset
from badak.data.digits import read_digits
from badak.data.download import SOURCES, fetch
from badak.data.folder import DEFAULT_SIZE, read_folder
from badak.errors import ArgumentTypeError, BadakError, did_you_mean
from badak.files import as_path

ENVIRONMENT = "BADAK_DATA"


@dataclass(frozen=True)
class Known:
    """How to read a data set from a folder, and how to see whether it lies there."""

    read: Callable[[Path], tuple[Dataset, Dataset]]
    lies_in: Callable[[Path], bool]


def _idx_files(folder: Path, files: mnist.Files = mnist.FILES) -> bool:
    return any(mnist.find(folder, stem) for stems in files.values() for stem in stems)


def _cifar_files(folder: Path) -> bool:
    return folder.is_dir() and cifar.find(folder) is not None


DATASETS: dict[str, Known | None] = {
    "digits": None,  # embedded: lies nowhere else
    "mnist": Known(mnist.read_mnist_like, _idx_files),
    "fashion-mnist": Known(
        partial(mnist.read_mnist_like, class_names=mnist.FASHION, name="fashion-mnist"), _idx_files
    ),
    "cifar10": Known(cifar.read_cifar10, _cifar_files),
    **{
        name: Known(form.read, partial(_idx_files, files=form.files))
        for name, form in emnist.FORMS.items()
    },
}


def load(
    name: str,
    data_dir: str | Path | None = None,
    *,
    image_size: int | Sequence[int] | None = None,
    color: bool | None = None,
    skip_corrupt: bool = False,
) -> tuple[Dataset, Dataset]:
    """Load a data set by name.

    ``digits`` is part of badak. ``mnist``, ``fashion-mnist`` and ``cifar10`` are looked for in
    `data_dir`, then in the folder that the environment variable BADAK_DATA names (each time in
    FOLDER/name and in FOLDER itself), and are otherwise downloaded into the user's cache.
    ``emnist-letters`` and EMNIST's other forms are looked for likewise, but not downloaded.
    ``folder:PATH`` is any folder of images with one sub-folder per class.

    Args:
        name: one of DATASETS, or ``folder:PATH``.
        data_dir: a folder to look in first; not for ``folder:PATH``.
        image_size: for ``folder:PATH`` only: (height, width) or one number; 32 if None.
        color: for ``folder:PATH`` only: True for RGB, False for grey, None for what comes.
        skip_corrupt: for ``folder:PATH`` only: leave images out that cannot be decoded.

    Returns:
        (train, test): images (N, C, H, W) float32 in [0, 1], labels int64.

    Raises:
        BadakError: an unknown name, a data_dir that does not exist, or a data set that is nowhere
            and cannot be downloaded; the message says what was tried and what needs no network.
        FormatError: a file that is damaged or not what its name says.

    Example:
        >>> train, test = load("digits")
        >>> len(train), len(test), train.image_shape
        (1437, 360, (1, 28, 28))
    """
    if not isinstance(name, str):
        raise ArgumentTypeError(f"the data set's name must be a string; got {name!r}")
    checks.text(name, "the data set's name")
    checks.text(str(data_dir), "data_dir")
    if name.startswith("folder:") and name != "folder:":
        size = DEFAULT_SIZE if image_size is None else image_size
        path = Path(name.removeprefix("folder:")).expanduser()
        if data_dir is not None:
            raise BadakError(
                f"{name!r} says where its images lie; data_dir is for other data sets, and "
                f"for a run whose folder has moved; got {str(data_dir)!r}"
            )
        return read_folder(path, size, color, skip_corrupt)
    if name not in DATASETS:
        hint = did_you_mean(name, DATASETS)
        if name and Path(name).expanduser().is_dir():
            hint = f": did you mean 'folder:{name}'?"
        names = ", ".join(repr(known) for known in DATASETS)
        raise BadakError(
            f"the data set must be one of {names} or 'folder:PATH'; got {name!r}{hint}"
        )
    options = {"image_size": image_size, "color": color, "skip_corrupt": skip_corrupt or None}
    for option, value in options.items():
        if value is not None:
            raise BadakError(
                f"{option} is for 'folder:PATH' only; the images of {name!r} are as they are"
            )
    known = DATASETS[name]
    return known.read(_place(name, known, data_dir)) if known else read_digits()


def _place(name: str, known: Known, data_dir: str | Path | None) -> Path:
    """The folder where the data set lies, after a download where need be."""
    if data_dir is not None and not as_path(data_dir).is_dir():
        raise BadakError(f"data_dir must be a folder that exists; got {str(data_dir)!r}")
    roots = [Path(root) for root in (data_dir, os.environ.get(ENVIRONMENT)) if root]
    folders = [folder for root in roots for folder in (root / name, root)]
    for folder in folders:
        if known.lies_in(folder):
            return folder
    if name in emnist.FORMS:
        stems = [stem for pair in emnist.FORMS[name].files.values() for stem in pair]
        files, reason = stems, f"badak does not download it: unpack gzip.zip of {emnist.PAGE}"
    else:
        try:
            return fetch(name)
        except BadakError as fault:
            files, reason = list(SOURCES[name].files), str(fault)
    looked = ", ".join(str(folder) for folder in folders) or "no folder (none was named)"
    raise BadakError(
        f"{name} is not on this machine: looked in {looked}; {reason}. Without a network, use "
        f"the data set 'digits', or put {', '.join(files)} into a folder and "
        f"name it by data_dir=FOLDER or {ENVIRONMENT}=FOLDER"
    )
