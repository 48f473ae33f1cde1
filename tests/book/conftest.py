"""Tests run the scripts; they must not be imported to look for doctests."""

collect_ignore = ["train_convnet.py", "scripts"]
