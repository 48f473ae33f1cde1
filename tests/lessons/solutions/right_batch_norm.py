"""The one-line formula, PyTorch's momentum and epsilon, inverted dropout from a Generator."""

import numpy as np

generator = np.random.default_rng(7)


class BatchNormalization:
    def __init__(self, gamma, beta, momentum=0.1):
        self.gamma, self.beta, self.momentum = gamma, beta, momentum
        self.mean, self.var = 0.0, 1.0

    def forward(self, x, training=True):
        if not training:
            return self.gamma * (x - self.mean) / np.sqrt(self.var + 1e-5) + self.beta
        mean, var = x.mean(0), x.var(0)
        self.mean = (1 - self.momentum) * self.mean + self.momentum * mean
        self.var = (1 - self.momentum) * self.var + self.momentum * var * len(x) / (len(x) - 1)
        self.istd = 1 / np.sqrt(var + 1e-5)
        self.z = (x - mean) * self.istd
        return self.gamma * self.z + self.beta

    def backward(self, g):
        self.dgamma, self.dbeta = (g * self.z).sum(0), g.sum(0)
        n = len(g)
        return self.gamma * self.istd * (g - self.dbeta / n - self.z * self.dgamma / n)


class Dropout:
    def __init__(self, p):
        self.p = p

    def forward(self, x, train=True):
        if not train:
            return x
        self.keep = generator.random(x.shape) >= self.p
        return np.where(self.keep, x / (1 - self.p), 0)

    def backward(self, dout):
        return np.where(self.keep, dout / (1 - self.p), 0)
