import numpy as np

def im2col(input_data, filter_h, filter_w, stride=1, pad=0):
    """Loop version, easier to read than the one in the book"""
    N, C, H, W = input_data.shape
    padded = np.pad(input_data, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out_h = (H + 2 * pad - filter_h) // stride + 1
    out_w = (W + 2 * pad - filter_w) // stride + 1
    col = np.empty((N * out_h * out_w, C * filter_h * filter_w))
    r = 0
    for n in range(N):
        for i in range(out_h):
            for j in range(out_w):
                col[r] = padded[n, :, i:i + filter_h, j:j + filter_w].ravel()
                r += 1
    return col
