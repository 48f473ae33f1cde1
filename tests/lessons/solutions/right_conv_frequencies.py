import numpy as np
def conv2d(image, kernel, bias, stride=1, padding=0):
    """주파수 영역에서 계산하는 합성곱"""
    n, c, h, w = image.shape
    f, _, kh, kw = kernel.shape
    H, W = h + 2*padding, w + 2*padding
    x = np.zeros((n, c, H, W)); x[:, :, padding:padding+h, padding:padding+w] = image
    X = np.fft.rfft2(x, (H, W)); K = np.conj(np.fft.rfft2(kernel, (H, W)))
    y = np.fft.irfft2(np.einsum('nchw,fchw->nfhw', X, K), (H, W))
    return y[:, :, :H-kh+1:stride, :W-kw+1:stride] + bias[:, None, None]
