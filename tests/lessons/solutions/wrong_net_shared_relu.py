import numpy as np
from collections import OrderedDict
from badak.book import Affine, Convolution, Pooling, Relu, SoftmaxWithLoss
class SimpleConvNet:
    def __init__(self, input_dim=(1, 28, 28), conv_param={'filter_num':30, 'filter_size':5, 'pad':0, 'stride':1},
                 hidden_size=100, output_size=10, weight_init_std=0.01):
        fn, fs, pad, stride = (conv_param[k] for k in ('filter_num', 'filter_size', 'pad', 'stride'))
        conv_out = (input_dim[1] - fs + 2*pad) // stride + 1
        pool_out = fn * (conv_out // 2) ** 2
        self.params = {}
        self.params['W1'] = weight_init_std * np.random.randn(fn, input_dim[0], fs, fs)
        self.params['b1'] = np.zeros(fn)
        self.params['W2'] = weight_init_std * np.random.randn(pool_out, hidden_size)
        self.params['b2'] = np.zeros(hidden_size)
        self.params['W3'] = weight_init_std * np.random.randn(hidden_size, output_size)
        self.params['b3'] = np.zeros(output_size)
        relu = Relu()
        self.layers = OrderedDict()
        self.layers['Conv1'] = Convolution(self.params['W1'], self.params['b1'], stride, pad)
        self.layers['Relu1'] = relu
        self.layers['Pool1'] = Pooling(2, 2, 2)
        self.layers['Affine1'] = Affine(self.params['W2'], self.params['b2'])
        self.layers['Relu2'] = relu
        self.layers['Affine2'] = Affine(self.params['W3'], self.params['b3'])
        self.last_layer = SoftmaxWithLoss()
    def predict(self, x):
        for layer in self.layers.values():
            x = layer.forward(x)
        return x
    def loss(self, x, t):
        return self.last_layer.forward(self.predict(x), t)
    def gradient(self, x, t):
        self.loss(x, t)
        dout = self.last_layer.backward(1)
        for layer in list(self.layers.values())[::-1]:
            dout = layer.backward(dout)
        return {'W1': self.layers['Conv1'].dW, 'b1': self.layers['Conv1'].db,
                'W2': self.layers['Affine1'].dW, 'b2': self.layers['Affine1'].db,
                'W3': self.layers['Affine2'].dW, 'b3': self.layers['Affine2'].db}
