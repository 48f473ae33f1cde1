import numpy as np
from numpy.lib.stride_tricks import as_strided
class Conv2D:
    def __init__(self, weight, bias, stride=1, padding=0):
        self._p = {"W": weight, "b": bias}
        self.grads = {}
        self._s, self._pad = stride, padding
    @property
    def W(self): return self._p["W"]
    @property
    def b(self): return self._p["b"]
    @property
    def dW(self): return self.grads["W"]
    @property
    def db(self): return self.grads["b"]
    def _windows(self, a):
        n, c, h, w = a.shape
        kh, kw = self.W.shape[2:]
        s = a.strides
        return as_strided(a, (n, c, (h-kh)//self._s+1, (w-kw)//self._s+1, kh, kw),
                          (s[0], s[1], s[2]*self._s, s[3]*self._s, s[2], s[3]), writeable=False)
    def forward(self, x):
        p = self._pad
        self._x = np.pad(x, ((0,0),(0,0),(p,p),(p,p)))
        return np.tensordot(self._windows(self._x), self.W, ((1,4,5),(1,2,3))).transpose(0,3,1,2) + self.b.reshape(1,-1,1,1)
    def backward(self, dout):
        self.grads["b"] = dout.sum((0,2,3))
        self.grads["W"] = np.tensordot(dout, self._windows(self._x), ((0,2,3),(0,2,3)))
        s, p = self._s, self._pad
        n, f, oh, ow = dout.shape
        kh, kw = self.W.shape[2:]
        up = np.zeros((n, f, (oh-1)*s+1+2*(kh-1), (ow-1)*s+1+2*(kw-1)))
        up[:, :, kh-1:kh+(oh-1)*s:s, kw-1:kw+(ow-1)*s:s] = dout
        v = np.lib.stride_tricks.sliding_window_view(up, (kh, kw), (2, 3))
        full = np.tensordot(v, self.W[:, :, ::-1, ::-1], ((1,4,5),(0,2,3))).transpose(0,3,1,2)
        dx = np.zeros_like(self._x)
        dx[:, :, :full.shape[2], :full.shape[3]] = full
        h, w = self._x.shape[2]-2*p, self._x.shape[3]-2*p
        return dx[:, :, p:p+h, p:p+w]
