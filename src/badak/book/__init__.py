"""The names of *Deep Learning from Scratch* (Koki Saitoh, O'Reilly), over badak's ops.

The book's scripts run with changed imports: ``from badak.book import SimpleConvNet``. Names,
arguments and behaviour are the book's: layers keep state, labels may be one-hot, and random numbers
come from NumPy's global generator. The code is badak's own. ``from badak.book import *`` also
imports `np`, as the book's modules do.
"""

import numpy as np

from badak.book.columns import col2im, im2col
from badak.book.deep_convnet import DeepConvNet
from badak.book.filter_show import filter_show
from badak.book.gradient import numerical_gradient
from badak.book.layers import Affine, Convolution, Pooling, Relu, Sigmoid
from badak.book.loss import SoftmaxWithLoss
from badak.book.mnist import load_mnist
from badak.book.optimizer import SGD, AdaGrad, Adam, Momentum, Nesterov, RMSprop
from badak.book.regularization import BatchNormalization, Dropout
from badak.book.simple_convnet import SimpleConvNet
from badak.book.trainer import Trainer

__all__ = [
    "SGD",
    "AdaGrad",
    "Adam",
    "Affine",
    "BatchNormalization",
    "Convolution",
    "DeepConvNet",
    "Dropout",
    "Momentum",
    "Nesterov",
    "Pooling",
    "RMSprop",
    "Relu",
    "Sigmoid",
    "SimpleConvNet",
    "SoftmaxWithLoss",
    "Trainer",
    "col2im",
    "filter_show",
    "im2col",
    "load_mnist",
    "np",
    "numerical_gradient",
]
