import os
import sys

sys.path.append(os.pardir)
import numpy as np
from dataset.mnist import load_mnist
from layer_naive import *
from two_layer_net import TwoLayerNet

product, total = MulLayer(), AddLayer()
print("price", total.forward(product.forward(100, 2), 450), product.backward(total.backward(1)[0]))

(x_train, t_train), _ = load_mnist(normalize=True, one_hot_label=True)
np.random.seed(0)
network = TwoLayerNet(input_size=784, hidden_size=2, output_size=10)
by_trying = network.numerical_gradient(x_train[:3], t_train[:3])
by_layers = network.gradient(x_train[:3], t_train[:3])
for key in by_trying:
    print(key, np.average(np.abs(by_layers[key] - by_trying[key])) < 1e-6)
print(list(network.layers), type(network.lastLayer).__name__)
