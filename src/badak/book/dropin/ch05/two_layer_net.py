"""The book's ch05/two_layer_net.py: the network of layers, with ReLU."""

from collections import OrderedDict

from badak.book.dropin.common.layers import *
from badak.book.gradient import numerical_gradient
from badak.book.two_layer_net import TwoLayerNet
