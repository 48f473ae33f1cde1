import numpy as np


def conv(x, W, b, stride=1, pad=0):
    N, C, H, width = x.shape
    FN, C, FH, FW = W.shape
    OH = (H + 2 * pad - FH) // stride + 1
    OW = (width + 2 * pad - FW) // stride + 1
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, FN, OH, OW))
    for f in range(FN):
        for i in range(OH):
            for j in range(OW):
                window = x[:, :, i:i + FH, j:j + FW]
                out[:, f, i, j] = np.sum(window * W[f], axis=(1, 2, 3)) + b[f]
    return out
