"""The book's own algorithm in float64: what the book's reader waits for.

Written from scratch after the method of *Deep Learning from Scratch*, chapters 5 to 7: columns by
a loop over the filter's cells into float64, one matrix product for the whole batch, pooling by rows
of columns and argmax, Adam over a dict.
"""

import numpy as np

EPSILON = 1e-7


def columns_of(images, size, stride=1):
    """(N, C, H, W) -> (N * OH * OW, C * size * size), always float64."""
    n, c, h, w = images.shape
    oh, ow = (h - size) // stride + 1, (w - size) // stride + 1
    cells = np.zeros((n, c, size, size, oh, ow))
    for row in range(size):
        for column in range(size):
            rows = slice(row, row + stride * oh, stride)
            columns = slice(column, column + stride * ow, stride)
            cells[:, :, row, column] = images[:, :, rows, columns]
    return cells.transpose(0, 4, 5, 1, 2, 3).reshape(n * oh * ow, -1)


def images_of(columns, shape, size, stride=1):
    """The transpose of `columns_of`: overlapping cells are added up."""
    n, c, h, w = shape
    oh, ow = (h - size) // stride + 1, (w - size) // stride + 1
    cells = columns.reshape(n, oh, ow, c, size, size).transpose(0, 3, 4, 5, 1, 2)
    images = np.zeros((n, c, h + stride - 1, w + stride - 1))
    for row in range(size):
        for column in range(size):
            rows = slice(row, row + stride * oh, stride)
            wide = slice(column, column + stride * ow, stride)
            images[:, :, rows, wide] += cells[:, :, row, column]
    return images[:, :, :h, :w]


class BookNet:
    """SimpleConvNet's training step as the book computes it, with the given initial weights."""

    def __init__(self, weights):
        self.weights = {name: value.astype(np.float64) for name, value in weights.items()}
        self.first = {name: np.zeros_like(value) for name, value in self.weights.items()}
        self.second = {name: np.zeros_like(value) for name, value in self.weights.items()}
        self.steps = 0

    def step(self, images, labels):
        """One forward, one backward, one Adam update; the loss before the update."""
        p, g = self.weights, {}
        n, filters = len(images), len(p["conv1.weight"])

        rows = columns_of(images, 5)
        flat = p["conv1.weight"].reshape(filters, -1).T
        maps = (rows @ flat + p["conv1.bias"]).reshape(n, 24, 24, filters).transpose(0, 3, 1, 2)
        off = maps <= 0
        lit = maps.copy()
        lit[off] = 0

        windows = columns_of(lit, 2, 2).reshape(-1, 4)
        winners = windows.argmax(axis=1)
        pooled = windows.max(axis=1).reshape(n, 12, 12, filters).transpose(0, 3, 1, 2)

        inputs = pooled.reshape(n, -1)
        hidden = inputs @ p["linear1.weight"].T + p["linear1.bias"]
        dark = hidden <= 0
        shown = hidden.copy()
        shown[dark] = 0
        scores = shown @ p["linear2.weight"].T + p["linear2.bias"]
        shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances = shifted / shifted.sum(axis=1, keepdims=True)
        loss = -np.log(chances[np.arange(n), labels] + EPSILON).sum() / n

        slope = chances.copy()
        slope[np.arange(n), labels] -= 1
        slope /= n
        g["linear2.weight"], g["linear2.bias"] = slope.T @ shown, slope.sum(axis=0)
        slope = slope @ p["linear2.weight"]
        slope[dark] = 0
        g["linear1.weight"], g["linear1.bias"] = slope.T @ inputs, slope.sum(axis=0)
        slope = (slope @ p["linear1.weight"]).reshape(pooled.shape).transpose(0, 2, 3, 1)
        spread = np.zeros((slope.size, 4))
        spread[np.arange(slope.size), winners] = slope.flatten()
        spread = images_of(spread.reshape(n * 144, -1), lit.shape, 2, 2)
        spread[off] = 0
        back = spread.transpose(0, 2, 3, 1).reshape(-1, filters)
        g["conv1.bias"] = back.sum(axis=0)
        g["conv1.weight"] = (rows.T @ back).T.reshape(p["conv1.weight"].shape)
        images_of(back @ flat.T, images.shape, 5)  # the book computes the images' gradient too

        self.steps += 1
        rate = 0.001 * np.sqrt(1 - 0.999**self.steps) / (1 - 0.9**self.steps)
        for name, gradient in g.items():
            self.first[name] += 0.1 * (gradient - self.first[name])
            self.second[name] += 0.001 * (gradient**2 - self.second[name])
            p[name] -= rate * self.first[name] / (np.sqrt(self.second[name]) + EPSILON)
        return loss


def prepare(task, peer):
    net = BookNet(task.parameters)
    images, labels = task.arrays["x"], task.arrays["labels"]
    return lambda: net.step(images, labels)
