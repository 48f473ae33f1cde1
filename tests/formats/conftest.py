"""The Keras script is run by a test, not imported in search of doctests."""

collect_ignore = ["keras_model.py"]
