"""The book's code and badak, the same weights, the same numbers: python beside_the_book.py."""

import time

import numpy as np

import badak
from badak.book import SimpleConvNet

NAMES = {
    "W1": "conv1.weight", "b1": "conv1.bias", "W2": "linear1.weight", "b2": "linear1.bias",
    "W3": "linear2.weight", "b3": "linear2.bias",
}  # fmt: skip

train, test = badak.data.load("digits")
x, t = train.images[:100], train.labels[:100]

np.random.seed(0)  # the book draws from NumPy's global source
book = SimpleConvNet()  # chapter 7.5, in float64
net = badak.models.SimpleConvNet()  # the same layers, in float32
for ours, theirs in NAMES.items():
    array = book.params[ours]  # the book's Affine has W (inputs, outputs), badak's its transpose
    net.parameters()[theirs][...] = array.T if array.ndim == 2 else array

start = time.perf_counter()
gradients = book.gradient(x, t)
middle = time.perf_counter()
loss, own = net.loss_and_gradients(x, t)
end = time.perf_counter()

print(f"loss: the book's {book.loss(x, t):.7f}, badak's {loss:.7f}")
for ours, theirs in NAMES.items():
    array = gradients[ours].T if gradients[ours].ndim == 2 else gradients[ours]
    print(f"gradient of {theirs}: largest difference {np.abs(array - own[theirs]).max():.1e}")
print(f"gradients of 100 images: {1e3 * (middle - start):.1f} ms, {1e3 * (end - middle):.1f} ms")
