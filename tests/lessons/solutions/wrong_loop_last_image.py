import numpy as np


class Conv2d:
    """CS231n's naive layer, with one image's gradient instead of the sum."""

    def __init__(self, W, b, stride=1, pad=0):
        self.W, self.b, self.stride, self.pad = W, b, stride, pad

    def forward(self, x):
        p, s = self.pad, self.stride
        self.x = x
        self.xp = np.pad(x, [(0, 0), (0, 0), (p, p), (p, p)])
        F, C, HH, WW = self.W.shape
        N, _, H, Wd = self.xp.shape
        out = np.zeros((N, F, (H - HH) // s + 1, (Wd - WW) // s + 1))
        for n in range(N):
            for f in range(F):
                for i in range(out.shape[2]):
                    for j in range(out.shape[3]):
                        win = self.xp[n, :, i * s : i * s + HH, j * s : j * s + WW]
                        out[n, f, i, j] = np.sum(win * self.W[f]) + self.b[f]
        return out

    def backward(self, dout):
        p, s = self.pad, self.stride
        F, C, HH, WW = self.W.shape
        dxp = np.zeros_like(self.xp)
        self.db = dout.sum(axis=(0, 2, 3))
        for n in range(len(dout)):
            self.dW = np.zeros_like(self.W)
            for f in range(F):
                for i in range(dout.shape[2]):
                    for j in range(dout.shape[3]):
                        win = self.xp[n, :, i * s : i * s + HH, j * s : j * s + WW]
                        self.dW[f] += win * dout[n, f, i, j]
                        dxp[n, :, i * s : i * s + HH, j * s : j * s + WW] += (
                            self.W[f] * dout[n, f, i, j]
                        )
        return dxp[:, :, p : p + self.x.shape[2], p : p + self.x.shape[3]]
