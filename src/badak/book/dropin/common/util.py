"""The book's common/util.py (chapters 6 and 7)."""

import numpy as np

from badak.book.columns import col2im, im2col
from badak.book.util import conv_output_size, shuffle_dataset, smooth_curve
