import numpy as np

class Pooling:
    def __init__(self, pool_h, pool_w, stride=1, pad=0):
        self.pool_h = pool_h
        self.pool_w = pool_w
        self.stride = stride
        self.pad = pad

    def forward(self, x):
        self.x = np.pad(x, [(0,0),(0,0),(self.pad,self.pad),(self.pad,self.pad)], 'constant')
        N, C, H, W = self.x.shape
        OH = (H - self.pool_h)//self.stride + 1
        OW = (W - self.pool_w)//self.stride + 1
        out = np.zeros((N, C, OH, OW))
        for i in range(OH):
            for j in range(OW):
                h0, w0 = i*self.stride, j*self.stride
                out[:, :, i, j] = self.x[:, :, h0:h0+self.pool_h, w0:w0+self.pool_w].max(axis=(2, 3))
        return out

    def backward(self, dout):
        N, C, H, W = self.x.shape
        dx = np.zeros_like(self.x)
        _, _, OH, OW = dout.shape
        for n in range(N):
            for c in range(C):
                for i in range(OH):
                    for j in range(OW):
                        h0, w0 = i*self.stride, j*self.stride
                        window = self.x[n, c, h0:h0+self.pool_h, w0:w0+self.pool_w]
                        m = np.max(window)
                        dx[n, c, h0:h0+self.pool_h, w0:w0+self.pool_w] = (window == m) * dout[n, c, i, j]
        return dx[:, :, self.pad:H-self.pad, self.pad:W-self.pad]
