"""The book's ch07/simple_convnet.py."""

from collections import OrderedDict

from badak.book.dropin.common.layers import *
from badak.book.gradient import numerical_gradient
from badak.book.simple_convnet import SimpleConvNet
