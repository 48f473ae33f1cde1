import os
import sys

sys.path.append(os.path.join(os.path.dirname(__file__), ".."))
import matplotlib.pylab as plt
import numpy as np
from common.gradient import numerical_gradient as of_all
from dataset.mnist import load_mnist
from gradient_2d import numerical_gradient
from two_layer_net import TwoLayerNet

rows = np.array([[3.0, 4.0], [0.0, 2.0]])
print("rows", numerical_gradient(lambda x: np.sum(x**2), rows).round(6).tolist())
print("all", of_all(lambda x: np.sum(x**2), rows).round(6).tolist())

(x_train, t_train), _ = load_mnist(normalize=True, one_hot_label=True)
np.random.seed(0)
network = TwoLayerNet(input_size=784, hidden_size=20, output_size=10)
losses = []
for _ in range(200):
    chosen = np.random.choice(len(x_train), 50)
    gradient = network.gradient(x_train[chosen], t_train[chosen])
    for key in ("W1", "b1", "W2", "b2"):
        network.params[key] -= 1.0 * gradient[key]
    losses.append(network.loss(x_train[chosen], t_train[chosen]))
print("probabilities", network.predict(x_train[:5]).sum().round(6))
print("accuracy", network.accuracy(x_train, t_train))
plt.plot(losses)
plt.show()
