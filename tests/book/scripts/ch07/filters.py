import os
import sys

sys.path.append(os.pardir)
import matplotlib.pyplot as plt
import numpy as np
from common.layers import Convolution
from common.util import im2col
from simple_convnet import SimpleConvNet

network = SimpleConvNet()
network.load_params("params.pkl")
picture = np.linspace(0, 1, 40 * 30).reshape(1, 1, 40, 30)
print("columns", im2col(picture, 5, 5).shape)
figure = plt.figure()
for place in range(4):
    W = network.params["W1"][place]
    out = Convolution(W.reshape(1, *W.shape), 0).forward(picture)
    figure.add_subplot(2, 2, place + 1).imshow(out.reshape(36, 26), cmap="gray_r")
plt.show()
print("sum", network.params["W1"].sum())
network.save_params("saved.pkl")
