"""The book's common/gradient.py (chapter 4)."""

import numpy as np

from badak.book.gradient import numerical_gradient, numerical_gradient_2d
