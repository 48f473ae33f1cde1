import numpy as np


def im2col(x, fh, fw, stride=1, pad=0):
    rows = []
    i = 0
    while i + fh <= x.shape[2]:
        rows.append(x[:, :, i : i + fh].ravel())
    return np.array(rows)
