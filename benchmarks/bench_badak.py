"""badak: what a user calls."""

import numpy as np

import badak


def prepare(task, peer):
    if task.kind == "gemm":
        return product(task)
    net = badak.Network.from_architecture(task.architecture)
    net.load_state(task.parameters)
    x, labels = task.arrays["x"], task.arrays["labels"]
    if task.kind == "forward":
        return lambda: net(x)
    trainer = badak.Trainer(net, badak.optim.Adam(1e-3))
    return lambda: trainer.step(x, labels)


def product(task):
    from badak import _core  # no public function multiplies matrices

    a, b = task.arrays["a"], task.arrays["b"]
    flipped = tuple(letter == "t" for letter in task.form)
    c = np.empty((a.shape[flipped[0]], b.shape[not flipped[1]]), np.float32)

    def step():
        _core.gemm(a, b, flipped, c)
        return c

    return step
