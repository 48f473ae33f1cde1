"""The book's ch04/gradient_2d.py: there, numerical_gradient is that of each row."""

import numpy as np

from badak.book.gradient import numerical_gradient_2d as numerical_gradient
