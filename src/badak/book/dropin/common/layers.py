"""The book's common/layers.py (chapters 5 to 7); as there, the functions come with the layers."""

import numpy as np

from badak.book.columns import col2im, im2col
from badak.book.dropin.common.functions import *
from badak.book.layers import Affine, Convolution, Pooling, Relu, Sigmoid
from badak.book.loss import SoftmaxWithLoss
from badak.book.regularization import BatchNormalization, Dropout
