"""STATEMENTS: right statements of each exercise, in the book's names."""

SIZES = """
N, C, H, W = x.shape
FN, C, FH, FW = self.W.shape
out_h = (H + 2 * self.pad - FH) // self.stride + 1
out_w = (W + 2 * self.pad - FW) // self.stride + 1
"""
COLUMNS = """
N, C, H, W = x.shape
N, C, H, W = input_shape
out_h = (H + 2 * pad - filter_h) // stride + 1
out_w = (W + 2 * pad - filter_w) // stride + 1
img = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
img = np.pad(img, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
y_max = y + stride * out_h
x_max = x + stride * out_w
"""
STATEMENTS: dict[str, str] = {
    "im2col": COLUMNS
    + """
col = np.zeros((N, C, filter_h, filter_w, out_h, out_w))
col[:, :, y, x] = img[:, :, y : y + stride * out_h : stride, x : x + stride * out_w : stride]
col = col.transpose(0, 4, 5, 1, 2, 3)
col = col.transpose(0, 4, 5, 1, 2, 3).reshape(N * out_h * out_w, -1)
return col.transpose(0, 4, 5, 1, 2, 3).reshape(N * out_h * out_w, -1)
return col
""",
    "col2im": COLUMNS
    + """
col = col.reshape(N, out_h, out_w, C, filter_h, filter_w).transpose(0, 3, 4, 5, 1, 2)
img = np.zeros((N, C, H + 2 * pad + stride - 1, W + 2 * pad + stride - 1))
img[:, :, y : y + stride * out_h : stride, x : x + stride * out_w : stride] += col[:, :, y, x]
return img[:, :, pad : H + pad, pad : W + pad]
""",
    "conv": COLUMNS
    + """
FN, C, FH, FW = W.shape
out = np.zeros((N, FN, out_h, out_w))
x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
window = x[n, :, i * stride : i * stride + FH, j * stride : j * stride + FW]
out[n, f, i, j] = np.sum(window * W[f]) + b[f]
out[n, f, i, j] = np.sum(x[n, :, i*stride:i*stride+FH, j*stride:j*stride+FW] * W[f]) + b[f]
out += b.reshape(1, -1, 1, 1)
return out
""",
    "Convolution": SIZES
    + """
col = im2col(x, FH, FW, self.stride, self.pad)
col_W = self.W.reshape(FN, -1).T
out = np.dot(col, col_W) + self.b
out = out + self.b
out = out.reshape(N, out_h, out_w, -1).transpose(0, 3, 1, 2)
out = out.reshape(FN, N, out_h, out_w).transpose(1, 0, 2, 3)
dout = dout.transpose(0, 2, 3, 1).reshape(-1, FN)
dout = dout.transpose(0, 2, 3, 1)
dout = dout.reshape(-1, FN)
self.db = np.sum(dout, axis=0)
self.dW = np.dot(self.col.T, dout)
self.dW = self.dW.transpose(1, 0).reshape(FN, C, FH, FW)
self.dW = np.dot(self.col.T, dout).T.reshape(FN, C, FH, FW)
dcol = np.dot(dout, self.col_W.T)
dx = col2im(dcol, self.x.shape, FH, FW, self.stride, self.pad)
self.x = x
self.col = col
self.col_W = col_W
self.dW = np.zeros_like(self.W)
self.db = np.zeros_like(self.b)
dx = np.zeros_like(self.x)
return dx
return out
""",
    "Pooling": """
N, C, H, W = x.shape
out_h = (H - self.pool_h) // self.stride + 1
out_w = (W - self.pool_w) // self.stride + 1
col = im2col(x, self.pool_h, self.pool_w, self.stride, self.pad)
col = col.reshape(-1, self.pool_h * self.pool_w)
arg_max = np.argmax(col, axis=1)
out = np.max(col, axis=1)
out = out.reshape(N, out_h, out_w, C).transpose(0, 3, 1, 2)
return out.reshape(N, out_h, out_w, C).transpose(0, 3, 1, 2)
self.x = x
self.arg_max = arg_max
self.arg_max = np.argmax(col, axis=1)
dout = dout.transpose(0, 2, 3, 1)
pool_size = self.pool_h * self.pool_w
dmax = np.zeros((dout.size, pool_size))
dmax[np.arange(self.arg_max.size), self.arg_max.flatten()] = dout.flatten()
dmax = dmax.reshape(dout.shape + (pool_size,))
dcol = dmax.reshape(dmax.shape[0] * dmax.shape[1] * dmax.shape[2], -1)
dx = col2im(dcol, self.x.shape, self.pool_h, self.pool_w, self.stride, self.pad)
dx = np.zeros_like(self.x)
return dx
return out
""",
    "Affine": """
x = x.reshape(x.shape[0], -1)
self.x = x
self.original_x_shape = x.shape
out = np.dot(self.x, self.W) + self.b
dx = np.dot(dout, self.W.T)
self.dW = np.dot(self.x.T, dout)
self.db = np.sum(dout, axis=0)
dx = dx.reshape(*self.original_x_shape)
return dx
return out
""",
    "Relu": """
self.mask = x <= 0
self.x = x
out = x.copy()
out[self.mask] = 0
dout = dout.copy()
dout[self.mask] = 0
dx = dout * (self.x > 0)
dx = dout
return out
return dx
""",
    "Sigmoid": """
out = 1 / (1 + np.exp(-x))
self.out = out
dx = dout * (1.0 - self.out) * self.out
return out
return dx
""",
    "softmax": """
x = x - np.max(x, axis=-1, keepdims=True)
y = np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True)
x = x.T
return y.T
return y
""",
    "cross_entropy_error": """
t = t.reshape(1, t.size)
y = y.reshape(1, y.size)
t = t.argmax(axis=1)
batch_size = y.shape[0]
return -np.sum(np.log(y[np.arange(batch_size), t] + 1e-7)) / batch_size
""",
    "SoftmaxWithLoss": """
self.t = t
self.y = softmax(x)
self.loss = cross_entropy_error(self.y, self.t)
return self.loss
batch_size = self.t.shape[0]
dx = self.y.copy()
dx[np.arange(batch_size), self.t] -= 1
dx = (self.y - self.t) / batch_size
dx = dx / batch_size
return dx
""",
    "numerical_gradient": """
h = 1e-4
grad = np.zeros_like(x)
idx = it.multi_index
tmp_val = x[idx]
x[idx] = tmp_val + h
fxh1 = f(x)
x[idx] = tmp_val - h
fxh2 = f(x)
grad[idx] = (fxh1 - fxh2) / (2 * h)
x[idx] = tmp_val
return grad
""",
    "BatchNormalization": """
mu = x.mean(axis=0)
xc = x - mu
var = np.mean(xc ** 2, axis=0)
std = np.sqrt(var + 1e-7)
xn = xc / std
self.xc = xc
self.xn = xn
self.std = std
self.batch_size = x.shape[0]
self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mu
self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
xc = x - self.running_mean
xn = xc / np.sqrt(self.running_var + 1e-7)
out = self.gamma * xn + self.beta
return self.gamma * xn + self.beta
dbeta = dout.sum(axis=0)
dgamma = np.sum(self.xn * dout, axis=0)
dxn = self.gamma * dout
dxc = dxn / self.std
dstd = -np.sum(dxn * self.xc / (self.std * self.std), axis=0)
dvar = 0.5 * dstd / self.std
dxc += (2.0 / self.batch_size) * self.xc * dvar
dmu = np.sum(dxc, axis=0)
dx = dxc - dmu / self.batch_size
self.dgamma = dgamma
self.dbeta = dbeta
return dx
""",
    "Dropout": """
self.mask = np.random.rand(*x.shape) > self.dropout_ratio
return x * self.mask
return x * (1.0 - self.dropout_ratio)
return dout * self.mask
""",
    "network": """
x = layer.forward(x)
return self.lastLayer.forward(y, t)
y = self.predict(x)
y = np.argmax(y, axis=1)
t = np.argmax(t, axis=1)
return np.sum(y == t) / float(x.shape[0])
self.loss(x, t)
dout = self.lastLayer.backward(1)
dout = self.lastLayer.backward(dout)
layers.reverse()
dout = layer.backward(dout)
conv_output_size = (input_size - filter_size + 2 * filter_pad) / filter_stride + 1
pool_output_size = int(filter_num * (conv_output_size / 2) * (conv_output_size / 2))
return grads
return x
""",
}
STATEMENTS["Convolution"] += "".join(
    line + "\n" for line in STATEMENTS["conv"].splitlines() if "out[n" in line or "window" in line
)
