import numpy as np

class Convolution:
    def __init__(self, W, b, stride=1, pad=0):
        self.W, self.b, self.stride, self.pad = W, b, stride, pad

    def forward(self, x):
        self.x = np.pad(x, ((0,0),(0,0),(self.pad,self.pad),(self.pad,self.pad)))
        N, C, H, W = self.x.shape
        F, _, kh, kw = self.W.shape
        OH = (H - kh) // self.stride + 1
        OW = (W - kw) // self.stride + 1
        out = np.zeros((N, F, OH, OW))
        for n in range(N):
            for f in range(F):
                for i in range(OH):
                    for j in range(OW):
                        hs, ws = i * self.stride, j * self.stride
                        out[n, f, i, j] = np.sum(self.x[n, :, hs:hs+kh, ws:ws+kw] * self.W[f]) + self.b[f]
        return out

    def backward(self, dout):
        N, F, OH, OW = dout.shape
        _, _, kh, kw = self.W.shape
        dx = np.zeros_like(self.x)
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)
        for n in range(N):
            for f in range(F):
                self.db[f] += np.sum(dout[n, f])
                for i in range(OH):
                    for j in range(OW):
                        hs, ws = i * self.stride, j * self.stride
                        self.dW[f] = self.x[n, :, hs:hs+kh, ws:ws+kw] * dout[n, f, i, j]
                        dx[n, :, hs:hs+kh, ws:ws+kw] += self.W[f] * dout[n, f, i, j]
        p = self.pad
        return dx if p == 0 else dx[:, :, p:-p, p:-p]
