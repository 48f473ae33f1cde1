import numpy as np


class SoftmaxWithLoss:
    def forward(self, x, t):
        self.t = t
        x = x - np.max(x, axis=1, keepdims=True)
        self.y = np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True)
        if t.ndim == 2:
            t = t.argmax(axis=1)
        n = x.shape[0]
        self.loss = -np.sum(np.log(self.y[np.arange(n), t] + 1e-7))
        return self.loss

    def backward(self, dout=1):
        n = self.t.shape[0]
        t = self.t.argmax(axis=1) if self.t.ndim == 2 else self.t
        dx = self.y.copy()
        dx[np.arange(n), t] -= 1
        return dx / n
