"""SimpleConvNet on badak's book layers; the script part stands under __main__."""

from collections import OrderedDict

import numpy as np

from badak.book import Affine, Convolution, Pooling, Relu, SoftmaxWithLoss, load_mnist


class SimpleConvNet:
    def __init__(self, input_dim=(1, 28, 28), conv_param=None, hidden_size=100, output_size=10,
                 weight_init_std=0.01):
        conv_param = conv_param or {"filter_num": 30, "filter_size": 5, "pad": 0, "stride": 1}
        FN, FS = conv_param["filter_num"], conv_param["filter_size"]
        size = (input_dim[1] - FS + 2 * conv_param["pad"]) // conv_param["stride"] + 1
        self.params = {
            "W1": weight_init_std * np.random.randn(FN, input_dim[0], FS, FS),
            "b1": np.zeros(FN),
            "W2": weight_init_std * np.random.randn(FN * (size // 2) ** 2, hidden_size),
            "b2": np.zeros(hidden_size),
            "W3": weight_init_std * np.random.randn(hidden_size, output_size),
            "b3": np.zeros(output_size),
        }
        p = self.params
        self.layers = OrderedDict(
            Conv1=Convolution(p["W1"], p["b1"], conv_param["stride"], conv_param["pad"]),
            Relu1=Relu(),
            Pool1=Pooling(2, 2, 2),
            Affine1=Affine(p["W2"], p["b2"]),
            Relu2=Relu(),
            Affine2=Affine(p["W3"], p["b3"]),
        )
        self.last_layer = SoftmaxWithLoss()

    def predict(self, x):
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def loss(self, x, t):
        return self.last_layer.forward(self.predict(x), t)

    def gradient(self, x, t):
        self.loss(x, t)
        dout = self.last_layer.backward()
        for layer in list(self.layers.values())[::-1]:
            dout = layer.backward(dout)
        grads = {}
        for i, name in enumerate(("Conv1", "Affine1", "Affine2"), 1):
            grads[f"W{i}"], grads[f"b{i}"] = self.layers[name].dW, self.layers[name].db
        return grads


if __name__ == "__main__":
    (x_train, t_train), (x_test, t_test) = load_mnist(flatten=False)
    print(SimpleConvNet().loss(x_train[:100], t_train[:100]))
