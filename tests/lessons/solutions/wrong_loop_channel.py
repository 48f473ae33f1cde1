import numpy as np


def convolution(x, W, b, stride=1, pad=0):
    x = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    N, C, H, Wd = x.shape
    F, _, HH, WW = W.shape
    out_h = (H - HH) // stride + 1
    out_w = (Wd - WW) // stride + 1
    out = np.zeros((N, F, out_h, out_w))
    for n in range(N):
        for f in range(F):
            for i in range(out_h):
                for j in range(out_w):
                    window = x[n, 0, i * stride : i * stride + HH, j * stride : j * stride + WW]
                    out[n, f, i, j] = np.sum(window * W[f, 0]) + b[f]
    return out
