"""ONNX's operators over badak.ops: one function each, `operator(node, *inputs) -> outputs`.

Where `badak.ops` has the operation it runs there, natively in float32 and one or two dimensions;
the rest is plain NumPy over any number of dimensions. Source: onnx.ai/onnx/operators.
"""

from collections.abc import Callable
from typing import Any

from badak.formats.onnx_ops import (
    activation,
    conv,
    conv_transpose,
    dropout,
    elementwise,
    linear,
    loss,
    norm,
    pool,
    shape,
)

OPERATORS: dict[str, Callable[..., Any]] = {
    "Add": elementwise.add,
    "AveragePool": pool.average_pool,
    "BatchNormalization": norm.batch_normalization,
    "Concat": shape.concat,
    "ConstantOfShape": shape.constant_of_shape,
    "Conv": conv.conv,
    "ConvTranspose": conv_transpose.conv_transpose,
    "Dropout": dropout.dropout,
    "Flatten": shape.flatten,
    "Gemm": linear.gemm,
    "GlobalAveragePool": pool.global_average_pool,
    "GlobalMaxPool": pool.global_max_pool,
    "LRN": norm.lrn,
    "LeakyRelu": activation.leaky_relu,
    "LogSoftmax": activation.log_softmax,
    "MaxPool": pool.max_pool,
    "Mul": elementwise.mul,
    "NegativeLogLikelihoodLoss": loss.negative_log_likelihood,
    "Relu": activation.relu,
    "Reshape": shape.reshape,
    "Sigmoid": activation.sigmoid,
    "Softmax": activation.softmax,
    "SoftmaxCrossEntropyLoss": loss.softmax_cross_entropy,
    "Sum": elementwise.add,
    "Tanh": activation.tanh,
    "Transpose": shape.transpose,
    "Unsqueeze": shape.unsqueeze,
}
