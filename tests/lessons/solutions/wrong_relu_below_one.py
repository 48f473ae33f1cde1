class Relu:
    def forward(self, x):
        self.mask = (x <= 1)
        out = x.copy()
        out[self.mask] = 0
        return out
    def backward(self, dout):
        dout[self.mask] = 0
        return dout
