from abc import ABC, abstractmethod
from typing import Optional
import numpy as np

class Layer(ABC):
    @abstractmethod
    def forward(self, x): ...
    @abstractmethod
    def backward(self, dout): ...
    def __call__(self, x):
        return self.forward(x)

class Affine(Layer):
    def __init__(self, weight, bias):
        self.params = [weight, bias]
        self.grads: list[Optional[np.ndarray]] = [np.zeros_like(weight), np.zeros_like(bias)]
        self._x = None
    def forward(self, x):
        W, b = self.params
        self._shape = x.shape
        self._x = x.reshape(x.shape[0], -1)
        return self._x @ W + b
    def backward(self, dout):
        W, b = self.params
        self.grads[0][...] = self._x.T @ dout
        self.grads[1][...] = dout.sum(0)
        return (dout @ W.T).reshape(self._shape)

class Relu(Layer):
    def forward(self, x):
        self.on = x > 0
        return x * self.on
    def backward(self, dout):
        return dout * self.on
