"""One convolution in four ways: loops, a matrix product, the Fourier transform, Winograd's.

N images, C channels, H x W input, F filters of KH x KW, OH x OW places = P; stride 1, no padding.
They are written to be read; use `badak.ops.conv2d` for work. All return (N, F, OH, OW).
"""

import numpy as np

from badak.arrays import Array


def by_loops(x: Array, w: Array) -> Array:
    """Place each filter at each position of each image, multiply and sum: the definition.

    Example:
        >>> by_loops(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)))
        array([[[[4., 4.],
                 [4., 4.]]]])
    """
    (n, _, h, width), (f, _, kh, kw) = x.shape, w.shape
    oh, ow = h - kh + 1, width - kw + 1
    y = np.zeros((n, f, oh, ow), x.dtype)
    for image in range(n):
        for filter_ in range(f):
            for i in range(oh):
                for j in range(ow):
                    window = x[image, :, i : i + kh, j : j + kw]  # (C, KH, KW)
                    y[image, filter_, i, j] = (window * w[filter_]).sum()
    return y


def by_matrix(x: Array, w: Array) -> Array:
    """Copy each window into a column (im2col), so that all dot products are one matrix product.

    It is fast, since matrix products are what processors do best. It needs memory, since a pixel is
    copied once for each window that contains it.

    Example:
        >>> by_matrix(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2))).shape
        (1, 1, 2, 2)
    """
    (n, c, h, width), (f, _, kh, kw) = x.shape, w.shape
    oh, ow = h - kh + 1, width - kw + 1
    columns = np.empty((n, c, kh, kw, oh, ow), x.dtype)
    for u in range(kh):
        for v in range(kw):
            columns[:, :, u, v] = x[:, :, u : u + oh, v : v + ow]
    matrix = columns.reshape(n, c * kh * kw, oh * ow)  # (N, C*KH*KW, P)
    rows = w.reshape(f, c * kh * kw)  # (F, C, KH, KW) -> (F, C*KH*KW)
    return np.asarray((rows @ matrix).reshape(n, f, oh, ow))  # (N, F, P) -> (N, F, OH, OW)


def by_fourier(x: Array, w: Array) -> Array:
    """Multiply spectra: a convolution in space is a product in frequency.

    Unlike the convolution of mathematics, that of networks does not flip its filters; the complex
    conjugate makes up for that. Spectra wrap around the edges, so only outputs whose window does
    not cross an edge are kept. The work does not grow with the filter: good for large filters.

    Source: Mathieu, Henaff and LeCun 2013, *Fast Training of Convolutional Networks through FFTs*.

    Example:
        >>> by_fourier(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2))).round(12)
        array([[[[4., 4.],
                 [4., 4.]]]])
    """
    (h, width), (kh, kw) = x.shape[2:], w.shape[2:]
    images = np.fft.rfft2(x)  # (N, C, H, W) -> (N, C, H, W//2+1)
    filters = np.fft.rfft2(w, (h, width))  # (F, C, KH, KW) -> (F, C, H, W//2+1), zeros around
    spectrum = np.einsum("nchw,fchw->nfhw", images, filters.conj())
    y = np.fft.irfft2(spectrum, (h, width))  # -> (N, F, H, W)
    return np.ascontiguousarray(y[:, :, : h - kh + 1, : width - kw + 1]).astype(x.dtype)


# Winograd's F(2x2, 3x3): four outputs of a 3x3 filter from a 4x4 tile, with 16 multiplications
# instead of 36.
TO_TILE = np.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]])
TO_FILTER = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])
TO_OUTPUT = np.array([[1, 1, 1, 0], [0, 1, -1, -1]])


def by_winograd(x: Array, w: Array) -> Array:
    """Transform 4x4 tiles and 3x3 filters, multiply cell by cell, and transform back.

    Source: Lavin and Gray 2015, *Fast Algorithms for Convolutional Neural Networks*, section 4.1.

    Example:
        >>> by_winograd(np.ones((1, 1, 4, 4)), np.ones((1, 1, 3, 3)))
        array([[[[9., 9.],
                 [9., 9.]]]])
    """
    (n, c, h, width), f = x.shape, len(w)
    oh, ow = h - 2, width - 2
    down, across = -(-oh // 2), -(-ow // 2)  # tiles, each of 2x2 outputs
    padded = np.zeros((n, c, 2 * down + 2, 2 * across + 2), x.dtype)
    padded[:, :, :h, :width] = x
    tiles = np.empty((n, c, down, across, 4, 4), x.dtype)
    for u in range(4):
        for v in range(4):
            tiles[..., u, v] = padded[:, :, u : u + 2 * down : 2, v : v + 2 * across : 2]
    into, of_filter, out = (m.astype(x.dtype) for m in (TO_TILE, TO_FILTER, TO_OUTPUT))
    tiles = into @ tiles @ into.T  # (N, C, down, across, 4, 4)
    filters = of_filter @ w @ of_filter.T  # (F, C, 3, 3) -> (F, C, 4, 4)
    # For each of the 16 cells, a matrix product over the channels.
    products = np.einsum("ncijuv,fcuv->nfijuv", tiles, filters, optimize=True)
    y = out @ products @ out.T  # -> (N, F, down, across, 2, 2)
    y = y.swapaxes(3, 4).reshape(n, f, 2 * down, 2 * across)
    return np.ascontiguousarray(y[:, :, :oh, :ow])
