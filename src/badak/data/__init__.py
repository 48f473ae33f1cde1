"""Data sets: load them by name, split them, augment them, draw batches from them."""

from badak.data import augment
from badak.data.balance import balanced_order
from badak.data.catalog import DATASETS, load
from badak.data.dataset import Dataset
from badak.data.digit import DigitStages, digit_from_image
from badak.data.folds import folds
from badak.data.image import read_image
from badak.data.loader import Batch, Loader
from badak.data.mapped import open_array
from badak.data.split import split

__all__ = [
    "DATASETS",
    "Batch",
    "Dataset",
    "DigitStages",
    "Loader",
    "augment",
    "balanced_order",
    "digit_from_image",
    "folds",
    "load",
    "open_array",
    "read_image",
    "split",
]
