"""The book's ch04/two_layer_net.py: the network by formulas, with sigmoid."""

from badak.book.dropin.common.functions import *
from badak.book.gradient import numerical_gradient
from badak.book.without_layers import TwoLayerNet
