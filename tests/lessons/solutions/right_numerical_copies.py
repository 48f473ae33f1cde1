import numpy as np
def numerical_gradient(f, x):
    """x는 바꾸지 않는다"""
    g = np.zeros(x.shape)
    for i in np.ndindex(*x.shape):
        a, b = x.astype(float), x.astype(float)
        a[i] += 1e-4
        b[i] -= 1e-4
        g[i] = (f(a) - f(b)) / 2e-4
    return g
