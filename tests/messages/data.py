"""Data sets: arrays, names, splits, loaders, augmentation, images and folders."""

import numpy as np
from PIL import Image

from badak import data
from badak.data.folder import read_folder
from badak.data.idx import read_idx
from data.test_augment import BAD as AUGMENT
from data.test_dataset import BAD as ARRAYS
from data.test_items import BAD as ITEMS
from data.test_loader import BAD as LOADER
from data.test_loader import numbered
from data.test_split import BAD as SPLIT
from data.test_split import labelled


def _dataset(images, labels, names):
    return lambda folder: data.Dataset(images, labels, names)


def _split(fractions, seed):
    return lambda folder: data.split(labelled([0, 1] * 5), fractions, seed)


def _loader(arguments):
    return lambda folder: data.Loader(**({"dataset": numbered(6), "batch_size": 2} | arguments))


def _load(name, **options):
    return lambda folder: data.load(name, **options)


def _bytes(read, content):
    def call(folder):
        (folder / "file").write_bytes(content)
        read(folder / "file")

    return call


def _folders(*names):
    """A folder of classes without images."""

    def call(folder):
        for name in names:
            (folder / name).mkdir()
        read_folder(folder)

    return call


def _compressed(folder):
    np.savez_compressed(folder / "a.npz", images=np.zeros(3))
    data.open_array(folder / "a.npz", "images")


# Their messages quote NumPy or PyTorch, or name a dtype that not every machine has.
FOREIGN = {"N5 longdouble", "N5 bfloat16", "N10 ragged"}

CALLS = {
    **{f"arrays: {row}": _dataset(*case[:3]) for row, case in ARRAYS.items() if row not in FOREIGN},
    **{f"split: {row}": _split(*case[:2]) for row, case in SPLIT.items()},
    **{f"loader: {row}": _loader(case[0]) for row, case in LOADER.items()},
    **{f"augment: {row}": lambda folder, call=c[0]: call() for row, c in AUGMENT.items()},
    **{
        f"items: {row}": lambda folder, items=c[0]: data.Dataset.from_items(items)
        for row, c in ITEMS.items()
        if row not in ("a generator", "a gradient")
    },
    "no items": lambda folder: data.Dataset.from_items(iter([])),
    "a misspelt name": _load("minst"),
    "an unknown name": _load("imagenet"),
    "a number for a name": _load(3),
    "a missing folder of images": _load("folder:/nowhere"),
    "colour of digits": _load("digits", color=True),
    "a crop of digits": _load("digits", crop=0.875),
    "a crop of nothing": _load("folder:.", crop=0),
    "an array that is text": _bytes(data.open_array, b"1,2,3"),
    "a compressed array": _compressed,
    "an array that is missing": lambda folder: data.open_array(folder / "a.npy"),
    "a missing data folder": lambda folder: data.load("mnist", folder / "nowhere"),
    "a data set that is not there": lambda folder: data.load("emnist-balanced", folder),
    "no folders of classes": _folders(),
    "one class": _folders("cat"),
    "no IDX file": _bytes(read_idx, b"hello, this is text"),
    "an IDX file cut short": _bytes(read_idx, b"\0\0\x08\x01\0\0\0\x09abc"),
    "an IDX file with more": _bytes(read_idx, b"\0\0\x08\x01\0\0\0\x02abc"),
    "a missing image": lambda folder: data.read_image(folder / "a.png", (1, 4, 4)),
    "a blank digit": lambda folder: data.digit_from_image(Image.new("L", (40, 40))),
    "an image of a wrong shape": lambda folder: data.read_image(Image.new("L", (4, 4)), (4, 4)),
}
