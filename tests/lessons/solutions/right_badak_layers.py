"""Layers of badak's own kind."""

from dataclasses import dataclass
from typing import final

import numpy as np

from badak import ops
from badak.layers import ReLU
from badak.lessons.bugs.base import PlantedConv, PlantedReLU


@final
@dataclass
class MyConv(PlantedConv):
    def forward(self, x, training):
        weight = self.parameters["weight"]
        columns = ops.im2col(x, weight.shape[2:], self.stride, self.padding)
        shape = (len(x), len(weight), *self.right.output_shape(x.shape[1:])[1:])
        y = (weight.reshape(len(weight), -1) @ columns).reshape(shape)
        return y + self.parameters["bias"][:, None, None], x


@final
@dataclass
class MyReLU(PlantedReLU):
    def forward(self, x, training):
        return np.clip(x, 0, None), x

    def backward(self, grad_y, cache, need_grad_x=True):
        return grad_y * (cache > 0), {}


assert ReLU.prefix == "relu"
