"""ONNX's operators over badak.ops: one function each, `operator(node, *inputs) -> outputs`.

Where `badak.ops` has the operation it runs there, natively in float32 and one or two dimensions;
the rest is plain NumPy over any number of dimensions. Source: onnx.ai/onnx/operators.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from badak.errors import BadakError
from badak.formats.onnx.node import Node
from badak.formats.onnx.ops import (
    activation,
    arithmetic,
    cast,
    constant,
    conv,
    conv_transpose,
    dropout,
    elementwise,
    extent,
    linear,
    loss,
    norm,
    pad,
    pool,
    quantize,
    reduce,
    resize,
    shape,
)

OPERATORS: dict[str, Callable[..., Any]] = {
    "Abs": arithmetic.absolute,
    "Add": elementwise.add,
    "And": arithmetic.both,
    "AveragePool": pool.average_pool,
    "BatchNormalization": norm.batch_normalization,
    "Cast": cast.cast,
    "Ceil": arithmetic.ceil,
    "Clip": elementwise.clip,
    "Concat": shape.concat,
    "Constant": constant.constant,
    "ConstantOfShape": constant.constant_of_shape,
    "Conv": conv.conv,
    "ConvTranspose": conv_transpose.conv_transpose,
    "DequantizeLinear": quantize.dequantize_linear,
    "Div": arithmetic.div,
    "Dropout": dropout.dropout,
    "Elu": activation.elu,
    "Equal": arithmetic.equal,
    "Erf": arithmetic.erf,
    "Exp": arithmetic.exp,
    "Expand": extent.expand,
    "Flatten": shape.flatten,
    "Floor": arithmetic.floor,
    "Gather": shape.gather,
    "Gelu": activation.gelu,
    "Gemm": linear.gemm,
    "GlobalAveragePool": pool.global_average_pool,
    "GlobalMaxPool": pool.global_max_pool,
    "Greater": arithmetic.greater,
    "GreaterOrEqual": arithmetic.greater_or_equal,
    "GroupNormalization": norm.group_normalization,
    "HardSigmoid": activation.hard_sigmoid,
    "HardSwish": activation.hard_swish,
    "Identity": shape.identity,
    "InstanceNormalization": norm.instance_normalization,
    "LayerNormalization": norm.layer_normalization,
    "LeakyRelu": activation.leaky_relu,
    "Less": arithmetic.less,
    "LessOrEqual": arithmetic.less_or_equal,
    "Log": arithmetic.log,
    "LogSoftmax": activation.log_softmax,
    "LRN": norm.lrn,
    "MatMul": linear.matmul,
    "Max": elementwise.maximum,
    "MaxPool": pool.max_pool,
    "Mean": elementwise.mean,
    "Min": elementwise.minimum,
    "Mish": activation.mish,
    "Mod": arithmetic.mod,
    "Mul": elementwise.mul,
    "Neg": arithmetic.negative,
    "NegativeLogLikelihoodLoss": loss.negative_log_likelihood,
    "Not": arithmetic.not_,
    "Or": arithmetic.either,
    "Pad": pad.pad,
    "Pow": arithmetic.power,
    "PRelu": activation.prelu,
    "QuantizeLinear": quantize.quantize_linear,
    "Range": extent.range_,
    "Reciprocal": arithmetic.reciprocal,
    "ReduceMax": reduce.reduce_max,
    "ReduceMean": reduce.reduce_mean,
    "ReduceMin": reduce.reduce_min,
    "ReduceProd": reduce.reduce_product,
    "ReduceSum": reduce.reduce_sum,
    "ReduceSumSquare": reduce.reduce_sum_of_squares,
    "Relu": activation.relu,
    "Reshape": shape.reshape,
    "Resize": resize.resize,
    "Round": arithmetic.round_half_even,
    "Selu": activation.selu,
    "Shape": shape.shape_of,
    "Sigmoid": activation.sigmoid,
    "Sign": arithmetic.sign,
    "Size": shape.size_of,
    "Slice": shape.slice_,
    "Softmax": activation.softmax,
    "SoftmaxCrossEntropyLoss": loss.softmax_cross_entropy,
    "Softplus": activation.softplus,
    "Split": extent.split,
    "Sqrt": arithmetic.sqrt,
    "Squeeze": shape.squeeze,
    "Sub": arithmetic.sub,
    "Sum": elementwise.add,
    "Swish": activation.swish,
    "Tanh": activation.tanh,
    "Tile": extent.tile,
    "Transpose": shape.transpose,
    "Unsqueeze": shape.unsqueeze,
    "Where": arithmetic.where,
    "Xor": arithmetic.one_of,
}


def run(operator: Callable[..., Any], node: Node, inputs: list[Any]) -> tuple[Any, ...]:
    """Compute a node's outputs; an input that is left out is None."""
    try:
        with np.errstate(all="ignore"):  # ONNX's numbers may be infinite, or none
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
