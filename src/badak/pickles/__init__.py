"""Pickles, read without running what they ask to run."""

from badak.pickles.numpy_arrays import read_pickle

__all__ = ["read_pickle"]
