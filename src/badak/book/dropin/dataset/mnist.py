"""The book's dataset/mnist.py (chapter 3); badak finds or downloads the files."""

import numpy as np

from badak.book.mnist import load_mnist
