"""Weights from PyTorch's, Keras's and NumPy's files."""

from badak.formats.weights.load import load_state_dict

__all__ = ["load_state_dict"]
