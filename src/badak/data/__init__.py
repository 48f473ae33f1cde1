"""Data sets: read them, split them, draw batches from them."""

from badak.data.catalog import load
from badak.data.dataset import Dataset
from badak.data.loader import Batch, Loader
from badak.data.split import split

__all__ = ["Batch", "Dataset", "Loader", "load", "split"]
