import numpy as np

class Convolution:
    def __init__(self, W, b, stride=1, pad=0):
        self.W = W
        self.b = b
        self.stride = stride
        self.pad = pad

    def forward(self, x):
        num_filters, channels, fh, fw = self.W.shape
        batch, _, height, width = x.shape
        padded = np.pad(x, [(0, 0), (0, 0), (self.pad, self.pad), (self.pad, self.pad)], "constant")
        out_height = (height + 2 * self.pad - fh) // self.stride + 1
        out_width = (width + 2 * self.pad - fw) // self.stride + 1
        result = np.zeros((batch, num_filters, out_height, out_width))
        for img in range(batch):
            for f in range(num_filters):
                for row in range(out_height - 1):
                    for colm in range(out_width - 1):
                        top = row * self.stride
                        left = colm * self.stride
                        region = padded[img, :, top:top + fh, left:left + fw]
                        result[img, f, row, colm] = np.sum(region * self.W[f]) + self.b[f]
        return result
