"""SimpleConvNet as in the book (chapter 7.5)."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence

import numpy as np

from badak.book.conv_net import ConvNet
from badak.book.layers import Affine, Convolution, Pooling, Relu
from badak.book.loss import SoftmaxWithLoss

CONV_PARAM = {"filter_num": 30, "filter_size": 5, "pad": 0, "stride": 1}


class SimpleConvNet(ConvNet):
    """Convolution - ReLU - max pooling - hidden layer - ReLU - outputs (the book's chapter 7.5).

    In float64, as NumPy draws and the book computes; `badak.models.SimpleConvNet` is the same
    network in float32, many times faster. Initial weights come from NumPy's global generator.

    Args:
        input_dim: (C, H, W) of one image.
        conv_param: filter_num, filter_size, pad and stride of the convolution.
        hidden_size: units of the hidden layer.
        output_size: units of the output.
        weight_init_std: standard deviation of the initial weights.

    Example:
        >>> network = SimpleConvNet(hidden_size=20)
        >>> {name: array.shape for name, array in network.params.items() if name[0] == "W"}
        {'W1': (30, 1, 5, 5), 'W2': (4320, 20), 'W3': (20, 10)}
        >>> list(network.layers)
        ['Conv1', 'Relu1', 'Pool1', 'Affine1', 'Relu2', 'Affine2']
    """

    def __init__(
        self,
        input_dim: Sequence[int] = (1, 28, 28),
        conv_param: Mapping[str, int] = CONV_PARAM,
        hidden_size: int = 100,
        output_size: int = 10,
        weight_init_std: float = 0.01,
    ) -> None:
        count, size = conv_param["filter_num"], conv_param["filter_size"]
        pad, stride = conv_param["pad"], conv_param["stride"]
        rows, columns = (((side + 2 * pad - size) // stride + 1) // 2 for side in input_dim[1:])
        shapes = (
            (count, input_dim[0], size, size),
            (count * rows * columns, hidden_size),
            (hidden_size, output_size),
        )
        self.params = {}
        for number, shape in enumerate(shapes, 1):
            outputs = shape[0] if len(shape) == 4 else shape[1]
            self.params[f"W{number}"] = weight_init_std * np.random.randn(*shape)
            self.params[f"b{number}"] = np.zeros(outputs)
        p = self.params
        self.layers = OrderedDict(
            Conv1=Convolution(p["W1"], p["b1"], stride, pad),
            Relu1=Relu(),
            Pool1=Pooling(pool_h=2, pool_w=2, stride=2),
            Affine1=Affine(p["W2"], p["b2"]),
            Relu2=Relu(),
            Affine2=Affine(p["W3"], p["b3"]),
        )
        self.last_layer = SoftmaxWithLoss()
