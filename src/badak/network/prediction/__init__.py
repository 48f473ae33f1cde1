"""Prediction: a network's layers laid out as one native call over maps of pixels."""
