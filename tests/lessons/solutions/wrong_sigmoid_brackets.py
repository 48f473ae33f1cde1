import numpy as np
class Sigmoid:
    def forward(self, x):
        self.out = 1 / 1 + np.exp(-x)
        return self.out
    def backward(self, dout):
        return dout * (1.0 - self.out) * self.out
