"""The book's ch08/deep_convnet.py."""

from collections import OrderedDict

from badak.book.deep_convnet import DeepConvNet
from badak.book.dropin.common.layers import *
