"""The book's common/multi_layer_net_extend.py (chapter 6)."""

from collections import OrderedDict

from badak.book.dropin.common.layers import *
from badak.book.gradient import numerical_gradient
from badak.book.multi_layer_net import MultiLayerNetExtend
