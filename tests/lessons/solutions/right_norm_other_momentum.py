import numpy as np
class BatchNorm:
    def __init__(self, gamma, beta, momentum=0.1, eps=1e-7):
        self.gamma, self.beta, self.m, self.eps = gamma, beta, momentum, eps
        self.mean, self.var = 0.0, 1.0
    def forward(self, x, training=True):
        if training:
            mu, var = x.mean(axis=0, keepdims=True), x.var(axis=0, keepdims=True)
            self.mean = (1 - self.m) * self.mean + self.m * mu
            self.var = (1 - self.m) * self.var + self.m * var * len(x) / (len(x) - 1)
        else:
            mu, var = self.mean, self.var
        self.istd = (var + self.eps) ** -0.5
        self.xhat = (x - mu) * self.istd
        return self.gamma * self.xhat + self.beta
    def backward(self, dout):
        self.dgamma = (dout * self.xhat).sum(axis=0)
        self.dbeta = dout.sum(axis=0)
        d = dout * self.gamma
        return self.istd * (d - d.mean(axis=0) - self.xhat * (d * self.xhat).mean(axis=0))
