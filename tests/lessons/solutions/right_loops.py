"""Everything by loops, Korean comments, short names."""

import numpy as np


def im2col(img, kh, kw, s=1, p=0):
    n, c, h, w = img.shape
    img = np.pad(img, [(0, 0), (0, 0), (p, p), (p, p)])
    oh = (h + 2 * p - kh) // s + 1
    ow = (w + 2 * p - kw) // s + 1
    줄 = []
    for k in range(n):
        for i in range(oh):
            for j in range(ow):
                줄.append(img[k, :, i * s : i * s + kh, j * s : j * s + kw].ravel())
    return np.array(줄)


def col2im(cols, shape, kh, kw, s=1, p=0):
    n, c, h, w = shape
    out = np.zeros((n, c, h + 2 * p, w + 2 * p))
    oh = (h + 2 * p - kh) // s + 1
    ow = (w + 2 * p - kw) // s + 1
    r = 0
    for k in range(n):
        for i in range(oh):
            for j in range(ow):
                out[k, :, i * s : i * s + kh, j * s : j * s + kw] += cols[r].reshape(c, kh, kw)
                r += 1
    return out[:, :, p : p + h, p : p + w]


def conv(x, w, b, stride=1, pad=0):
    x = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    f, c, kh, kw = w.shape
    oh = (x.shape[2] - kh) // stride + 1
    ow = (x.shape[3] - kw) // stride + 1
    y = np.empty((len(x), f, oh, ow))
    for n in range(len(x)):
        for k in range(f):
            for i in range(oh):
                for j in range(ow):
                    y[n, k, i, j] = b[k]
                    for ch in range(c):
                        for u in range(kh):
                            for v in range(kw):
                                y[n, k, i, j] += (
                                    x[n, ch, i * stride + u, j * stride + v] * w[k, ch, u, v]
                                )
    return y
