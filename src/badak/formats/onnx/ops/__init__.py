"""ONNX's operators over badak.ops: one function each, `operator(node, *inputs) -> outputs`.

Where `badak.ops` has the operation it runs there, natively in float32 and one or two dimensions;
the rest is plain NumPy over any number of dimensions. Source: onnx.ai/onnx/operators.
"""

from collections.abc import Callable
from typing import Any

from badak.errors import BadakError
from badak.formats.onnx.node import Node
from badak.formats.onnx.ops import (
    activation,
    constant,
    conv,
    conv_transpose,
    dropout,
    elementwise,
    linear,
    loss,
    norm,
    pad,
    pool,
    shape,
)

OPERATORS: dict[str, Callable[..., Any]] = {
    "Add": elementwise.add,
    "AveragePool": pool.average_pool,
    "BatchNormalization": norm.batch_normalization,
    "Clip": elementwise.clip,
    "Concat": shape.concat,
    "Constant": constant.constant,
    "ConstantOfShape": constant.constant_of_shape,
    "Conv": conv.conv,
    "ConvTranspose": conv_transpose.conv_transpose,
    "Dropout": dropout.dropout,
    "Elu": activation.elu,
    "Flatten": shape.flatten,
    "Gather": shape.gather,
    "Gelu": activation.gelu,
    "Gemm": linear.gemm,
    "GlobalAveragePool": pool.global_average_pool,
    "GlobalMaxPool": pool.global_max_pool,
    "GroupNormalization": norm.group_normalization,
    "HardSigmoid": activation.hard_sigmoid,
    "HardSwish": activation.hard_swish,
    "Identity": shape.identity,
    "InstanceNormalization": norm.instance_normalization,
    "LRN": norm.lrn,
    "LayerNormalization": norm.layer_normalization,
    "LeakyRelu": activation.leaky_relu,
    "LogSoftmax": activation.log_softmax,
    "MatMul": linear.matmul,
    "MaxPool": pool.max_pool,
    "Mish": activation.mish,
    "Mul": elementwise.mul,
    "NegativeLogLikelihoodLoss": loss.negative_log_likelihood,
    "PRelu": activation.prelu,
    "Pad": pad.pad,
    "Relu": activation.relu,
    "Reshape": shape.reshape,
    "Selu": activation.selu,
    "Shape": shape.shape_of,
    "Sigmoid": activation.sigmoid,
    "Slice": shape.slice_,
    "Softmax": activation.softmax,
    "SoftmaxCrossEntropyLoss": loss.softmax_cross_entropy,
    "Softplus": activation.softplus,
    "Squeeze": shape.squeeze,
    "Sum": elementwise.add,
    "Swish": activation.swish,
    "Tanh": activation.tanh,
    "Transpose": shape.transpose,
    "Unsqueeze": shape.unsqueeze,
}


def run(operator: Callable[..., Any], node: Node, inputs: list[Any]) -> tuple[Any, ...]:
    """Compute a node's outputs; an input that is left out is None."""
    try:
        result = operator(node, *inputs)
    except BadakError:
        raise
    except (ValueError, TypeError, AttributeError, IndexError, OverflowError) as fault:
        # What NumPy makes of inputs that its operator was never meant for.
        shapes = ", ".join("none" if x is None else f"{x.dtype} {x.shape}" for x in inputs)
        raise BadakError(f"cannot take its inputs ({shapes}): {fault}") from None
    outputs = result if isinstance(result, tuple) else (result,)
    if len(outputs) < len(node.outputs):
        raise BadakError(f"makes {len(outputs)} outputs here; the model wants {len(node.outputs)}")
    return outputs
