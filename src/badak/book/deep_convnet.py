"""DeepConvNet as in the book (chapter 8.1)."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from badak.book.conv_net import ConvNet
from badak.book.layers import Affine, Convolution, Pooling, Relu
from badak.book.loss import SoftmaxWithLoss
from badak.book.regularization import Dropout


def _param(filter_num: int, pad: int = 1) -> dict[str, int]:
    return {"filter_num": filter_num, "filter_size": 3, "pad": pad, "stride": 1}


class DeepConvNet(ConvNet):
    """Six 3x3 convolutions, pooled in pairs, a hidden layer, and dropout at the end.

    The book's chapter 8.1. In float64; `badak.models.DeepConvNet` is the same network in float32,
    many times faster. Initial weights are He's, for ReLU, from NumPy's global generator.

    input_dim is (C, H, W) of one image; conv_param_1 to conv_param_6 give filter_num, filter_size,
    pad and stride of each convolution; hidden_size and output_size are units of the last two
    layers.

    Example:
        >>> DeepConvNet().params["W7"].shape  # 64 maps of 4 x 4
        (1024, 50)
    """

    def __init__(
        self,
        input_dim: Sequence[int] = (1, 28, 28),
        conv_param_1: Mapping[str, int] = _param(16),
        conv_param_2: Mapping[str, int] = _param(16),
        conv_param_3: Mapping[str, int] = _param(32),
        conv_param_4: Mapping[str, int] = _param(32, pad=2),
        conv_param_5: Mapping[str, int] = _param(64),
        conv_param_6: Mapping[str, int] = _param(64),
        hidden_size: int = 50,
        output_size: int = 10,
    ) -> None:
        self.params = {}
        self.layers = []
        channels, rows, columns = input_dim
        convolutions = (
            conv_param_1, conv_param_2, conv_param_3, conv_param_4, conv_param_5, conv_param_6,
        )  # fmt: skip
        for number, param in enumerate(convolutions, 1):
            count, size = param["filter_num"], param["filter_size"]
            pad, stride = param["pad"], param["stride"]
            W, b = self._weight((count, channels, size, size), channels * size * size, count)
            self.layers += [Convolution(W, b, stride, pad), Relu()]
            channels = count
            rows, columns = ((side + 2 * pad - size) // stride + 1 for side in (rows, columns))
            if number % 2 == 0:
                self.layers.append(Pooling(pool_h=2, pool_w=2, stride=2))
                rows, columns = rows // 2, columns // 2
        inputs = channels * rows * columns
        hidden = Affine(*self._weight((inputs, hidden_size), inputs, hidden_size))
        output = Affine(*self._weight((hidden_size, output_size), hidden_size, output_size))
        self.layers += [hidden, Relu(), Dropout(0.5), output, Dropout(0.5)]
        self.last_layer = SoftmaxWithLoss()

    def _weight(self, shape: tuple[int, ...], inputs: int, outputs: int) -> Any:
        """Create the next W and b, and add them to `params`."""
        number = len(self.params) // 2 + 1
        W = self.params[f"W{number}"] = np.sqrt(2.0 / inputs) * np.random.randn(*shape)
        b = self.params[f"b{number}"] = np.zeros(outputs)
        return W, b
