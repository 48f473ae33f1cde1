"""The names of *Deep Learning from Scratch* (Koki Saitoh, O'Reilly), over badak's ops.

``python -m badak.book SCRIPT.py`` runs a script of the book as it is printed, with badak's layers
(`badak.book.script`). In one's own code, ``from badak.book import SimpleConvNet`` does.

Names, arguments and behaviour are the book's, chapters 3 to 8: layers keep state, labels may be
one-hot, and random numbers come from NumPy's global generator. The code is badak's own.
``from badak.book import *`` also imports `np`, as the book's modules do.
"""

import numpy as np

from badak.book.columns import col2im, im2col
from badak.book.deep_convnet import DeepConvNet
from badak.book.filter_show import filter_show
from badak.book.functions import (
    cross_entropy_error,
    identity_function,
    mean_squared_error,
    relu,
    relu_grad,
    sigmoid,
    sigmoid_grad,
    softmax,
    softmax_loss,
    step_function,
    sum_squared_error,
)
from badak.book.gradient import (
    gradient_descent,
    numerical_diff,
    numerical_gradient,
    numerical_gradient_2d,
)
from badak.book.layers import Affine, Convolution, Pooling, Relu, Sigmoid
from badak.book.loss import SoftmaxWithLoss
from badak.book.mnist import load_mnist
from badak.book.multi_layer_net import MultiLayerNet, MultiLayerNetExtend
from badak.book.naive import AddLayer, MulLayer
from badak.book.optimizer import SGD, AdaGrad, Adam, Momentum, Nesterov, RMSprop
from badak.book.regularization import BatchNormalization, Dropout
from badak.book.simple_convnet import SimpleConvNet
from badak.book.trainer import Trainer
from badak.book.two_layer_net import TwoLayerNet
from badak.book.util import conv_output_size, shuffle_dataset, smooth_curve
from badak.book.without_layers import simpleNet

__all__ = [
    "SGD",
    "AdaGrad",
    "Adam",
    "AddLayer",
    "Affine",
    "BatchNormalization",
    "Convolution",
    "DeepConvNet",
    "Dropout",
    "Momentum",
    "MulLayer",
    "MultiLayerNet",
    "MultiLayerNetExtend",
    "Nesterov",
    "Pooling",
    "RMSprop",
    "Relu",
    "Sigmoid",
    "SimpleConvNet",
    "SoftmaxWithLoss",
    "Trainer",
    "TwoLayerNet",
    "col2im",
    "conv_output_size",
    "cross_entropy_error",
    "filter_show",
    "gradient_descent",
    "identity_function",
    "im2col",
    "load_mnist",
    "mean_squared_error",
    "np",
    "numerical_diff",
    "numerical_gradient",
    "numerical_gradient_2d",
    "relu",
    "relu_grad",
    "shuffle_dataset",
    "sigmoid",
    "sigmoid_grad",
    "simpleNet",
    "smooth_curve",
    "softmax",
    "softmax_loss",
    "step_function",
    "sum_squared_error",
]
