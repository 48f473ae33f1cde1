import os
import sys

sys.path.append(os.pardir)
import numpy as np
from dataset.mnist import load_mnist
from deep_convnet import DeepConvNet

(x_train, t_train), (x_test, t_test) = load_mnist(flatten=False)
network = DeepConvNet()
network.load_params("deep_convnet_params.pkl")
whole = network.accuracy(x_test[:20], t_test[:20])
for param in network.params.values():
    param[...] = param.astype(np.float16)
half = network.accuracy(x_test[:20].astype(np.float16), t_test[:20])
print("accuracy", whole, abs(whole - half) < 0.06)
print("scores", network.predict(x_test[:3], train_flg=False).shape)
