"""Looking inside: arguments of the functions of badak.inspect."""

from functools import cache

import numpy as np

from badak import Network, inspect
from badak.data import Dataset
from badak.inspect import draw
from badak.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU

IMAGES = np.random.default_rng(0).random((6, 1, 12, 10), np.float32)
DATA = Dataset(IMAGES, [0, 1, 2, 0, 1, 2], ["a", "b", "c"])


@cache
def _net():
    layers = [Conv2d(3, 3), ReLU(), MaxPool2d(2), Flatten(), Linear(3)]
    return Network(layers, (1, 12, 10), seed=1)


def _diverged():
    net = _net().astype(np.float32)
    net.parameters()["conv1.weight"][...] = np.nan
    return net


def _call(name, *arguments, net=_net, **options):
    return lambda folder: getattr(inspect, name)(net(), *arguments, **options)


CALLS = {
    "feature maps of a flat image": _call("feature_maps", IMAGES[0, 0]),
    "feature maps of NaN": _call("feature_maps", IMAGES[0] * np.nan),
    "filters of no convolution": _call("filters", "relu1"),
    "filters without a convolution": _call(
        "filters", net=lambda: Network([Flatten(), Linear(2)], (1, 2, 2))
    ),
    "receptive field of no layer": _call("receptive_field", "conv9"),
    "explain a pixel of no convolution": _call("explain_pixel", IMAGES[0], "relu1", 0, 0, 0),
    "explain a pixel of no channel": _call("explain_pixel", IMAGES[0], "conv1", 30, 0, 0),
    "explain a pixel off the map": _call("explain_pixel", IMAGES[0], "conv1", 0, 99, 0),
    "boxes of no layer": _call("receptive_boxes", "conv9", (0, 0, 0)),
    "explain a number of two": _call("explain_number", IMAGES[0], "conv1", (0, 0)),
    "explain a number off the map": _call("explain_number", IMAGES[0], "pool1", (0, 99, 0)),
    "explain a unit that is none": _call("explain_number", IMAGES[0], "linear1", (3,)),
    "explain a number at a number": _call("explain_number", IMAGES[0], "linear1", 0),
    "columns of no convolution": _call("explain_columns", IMAGES[0], "relu1", (0, 0, 0)),
    "the way back of no word": _call("gradient_maps", IMAGES[0], 1, "chance"),
    "the way back to no layer": _call("explain_gradient", IMAGES[0], "conv9", (0, 0, 0), 1),
    "the way back of NaN": _call(
        "explain_gradient", IMAGES[0], "conv1", (0, 0, 0), 1, net=_diverged
    ),
    "the way back to no weight": _call(
        "explain_weight_gradient", IMAGES[0], "conv1.weights", (0, 0, 0, 0), 1
    ),
    "the way back to no cell": _call(
        "explain_weight_gradient", IMAGES[0], "conv1.weight", (0, 0, 0, 3), 1
    ),
    "softmax of no class": _call("explain_softmax", IMAGES[0], 3),
    "patches of no layer": _call("top_patches", DATA, "conv3", 0),
    "patches of no channel": _call("top_patches", DATA, "conv1", 3, k=1),
    "too many patches": _call("top_patches", DATA, "conv1", 0, k=54),
    "patches of arrays": _call("top_patches", IMAGES, "conv1", 0),
    "patches of nothing": _call("top_patches", DATA[:0], "conv1", 0),
    "maximise no layer": _call("maximize_activation", "x", 0),
    "maximise no unit": _call("maximize_activation", "linear1", 9),
    "maximise a place of a row": _call("maximize_activation", "linear1", (0, 0, 0)),
    "maximise in 0 steps": _call("maximize_activation", "conv1", 0, steps=0),
    "saliency of no class": _call("saliency", IMAGES[0], 9),
    "grad_cam of no maps": _call("grad_cam", IMAGES[0], 1, layer="linear1"),
    "occlusion by 0 pixels": _call("occlusion", IMAGES[0], 1, size=0),
    "smooth_grad of 0 samples": _call("smooth_grad", IMAGES[0], 1, samples=0),
    "integrated gradients in 0 steps": _call("integrated_gradients", IMAGES[0], 1, steps=0),
    "predictions of arrays": _call("predictions", IMAGES),
    "predictions of nothing": _call("predictions", DATA[:0]),
    "predictions of a text": lambda folder: inspect.predictions("net", DATA),
    "a label of no class": lambda folder: inspect.Predictions([2], [[0.9, 0.1]], ["a", "b"]),
    "rows that are no probabilities": lambda folder: inspect.Predictions(
        [1], [[0.9, 0.3]], ["a", "b"]
    ),
    "embedding by an unknown method": _call("embedding", DATA, "conv1", "umap"),
    "embedding of no layer": _call("embedding", DATA, "conv9"),
    "precision in float8": _call("precision", DATA, "float8"),
    "latency of no image": _call("latency", IMAGES[:0]),
    "latency of 0 rounds": _call("latency", IMAGES, rounds=0),
    "compare with predictions of other images": lambda folder: inspect.compare(
        inspect.predictions(_net(), DATA), inspect.predictions(_net(), DATA[:3])
    ),
    "profile of 0 rounds": _call("profile", IMAGES, rounds=0),
    "gradient check of no image": _call("gradient_check", IMAGES[:0], []),
    "gradient check of 0 samples": _call("gradient_check", IMAGES[:2], [0, 1], samples=0),
    "a network that diverged": _call("predictions", DATA, net=_diverged),
    "timeline without snapshots": lambda folder: inspect.timeline(folder),
    "learning curve of no run": lambda folder: inspect.learning_curve(folder),
    "draw no layer": lambda folder: draw.feature_maps({}),
    "draw no precision": lambda folder: draw.precision([]),
}
