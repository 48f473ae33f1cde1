"""The book's common/optimizer.py (chapter 6)."""

import numpy as np

from badak.book.optimizer import SGD, AdaGrad, Adam, Momentum, Nesterov, RMSprop
