"""A layer of your own, and whether its backward pass is right: python own_layer.py."""

import numpy as np

import badak
from badak.layers import Conv2d, Flatten, Layer, Linear, MaxPool2d


class Swish(Layer):
    """x * sigmoid(slope * x), one slope for all; the cache is what backward needs."""

    prefix = "swish"

    def output_shape(self, input_shape):
        return input_shape

    def state_shapes(self, input_shape):
        return {"slope": (1,)}

    def build(self, input_shape, generator, dtype):
        self.parameters["slope"] = np.ones(1, dtype)
        return input_shape

    def forward(self, x, training):
        gate = 1 / (1 + np.exp(-self.parameters["slope"] * x))
        return x * gate, (x, gate)

    def backward(self, grad_y, cache, need_grad_x=True):
        x, gate = cache
        through = grad_y * x * gate * (1 - gate)  # the gradient of slope * x
        grad_slope = np.array([(through * x).sum()], x.dtype)
        return grad_y * gate + through * self.parameters["slope"], {"slope": grad_slope}


net = badak.Network([Conv2d(8, 5), Swish(), MaxPool2d(2), Flatten(), Linear(10)], (1, 28, 28))
train, test = badak.data.load("digits")
print(badak.inspect.gradient_check(net, train.images[:4], train.labels[:4]))
badak.Trainer(net, badak.optim.Adam(1e-3), epochs=5).fit(train)
print(f"accuracy {net.evaluate(test).accuracy:.3f}")
