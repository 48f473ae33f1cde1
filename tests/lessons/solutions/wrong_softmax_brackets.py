import numpy as np
from badak.book import cross_entropy_error, softmax
class SoftmaxWithLoss:
    def forward(self, x, t):
        self.t = t
        self.y = softmax(x)
        self.loss = cross_entropy_error(self.y, self.t)
        return self.loss
    def backward(self, dout=1):
        batch_size = self.t.shape[0]
        t = self.t if self.t.ndim == 2 else np.eye(self.y.shape[1])[self.t]
        dx = self.y - t / batch_size
        return dx
