import os
import pickle
import sys

sys.path.append(os.pardir)
import numpy as np
from common.functions import sigmoid, softmax
from dataset.mnist import load_mnist
from PIL import Image

(x_train, t_train), (x_test, t_test) = load_mnist(normalize=False)
Image.fromarray(np.uint8(x_train[0].reshape(28, 28))).show()

with open(os.path.dirname(__file__) + "/sample_weight.pkl", "rb") as file:
    network = pickle.load(file)
hidden = sigmoid(np.dot(x_test / 255.0, network["W1"]) + network["b1"])
y = softmax(np.dot(hidden, network["W2"]) + network["b2"])
print("arguments", sys.argv[1:])
print("accuracy", float(np.mean(np.argmax(y, axis=1) == t_test)))
