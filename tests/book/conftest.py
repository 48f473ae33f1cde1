"""The note's script is run by a test, not imported in search of doctests."""

collect_ignore = ["train_convnet.py"]
