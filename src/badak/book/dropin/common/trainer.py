"""The book's common/trainer.py (chapter 7)."""

import numpy as np

from badak.book.dropin.common.optimizer import *
from badak.book.trainer import Trainer
