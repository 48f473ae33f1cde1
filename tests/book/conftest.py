"""A test runs the note's script; it must not be imported to look for doctests."""

collect_ignore = ["train_convnet.py"]
