"""The operations: pure functions, arrays in, arrays out, each with its backward.

Every op checks its arguments once and hands them to the edition that runs (`use`, `active`).
"""

from badak.ops.activation import (
    elu,
    elu_backward,
    hardsigmoid,
    hardsigmoid_backward,
    hardtanh,
    hardtanh_backward,
    leaky_relu,
    leaky_relu_backward,
    relu,
    relu_backward,
    selu,
    selu_backward,
    sigmoid,
    sigmoid_backward,
    softplus,
    softplus_backward,
    tanh,
    tanh_backward,
)
from badak.ops.channels import (
    channel_shuffle,
    channel_slice,
    channel_slice_backward,
    concat,
)
from badak.ops.conv import conv2d, conv2d_backward
from badak.ops.conv_transpose import conv_transpose2d, conv_transpose2d_backward
from badak.ops.distance import squared_distance, squared_distance_backward
from badak.ops.dropout import dropout, dropout_backward
from badak.ops.edition import active, use
from badak.ops.elementwise import add, multiply, multiply_backward, scale
from badak.ops.flatten import flatten, flatten_backward
from badak.ops.gate import (
    gelu,
    gelu_backward,
    hardswish,
    hardswish_backward,
    mish,
    mish_backward,
    silu,
    silu_backward,
)
from badak.ops.im2col import col2im, im2col
from badak.ops.layer_norm import LayerNorm, layer_norm, layer_norm_backward
from badak.ops.linear import linear, linear_backward
from badak.ops.loss import cross_entropy, cross_entropy_backward
from badak.ops.norm import (
    BatchNorm,
    GroupNorm,
    batch_norm2d,
    batch_norm2d_backward,
    group_norm,
    group_norm_backward,
    local_response_norm,
    local_response_norm_backward,
)
from badak.ops.pool import (
    avg_pool2d,
    avg_pool2d_backward,
    global_avg_pool2d,
    global_avg_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
)
from badak.ops.several import first_not_finite, norm
from badak.ops.softmax import log_softmax, log_softmax_backward, softmax, softmax_backward
from badak.ops.spread import prelu, prelu_backward, scale_shift, scale_shift_backward
from badak.ops.update import (
    adagrad_update,
    adam_update,
    momentum_update,
    rmsprop_update,
    sgd_update,
)
from badak.ops.upsample import upsample, upsample_backward

__all__ = [
    "BatchNorm",
    "GroupNorm",
    "LayerNorm",
    "active",
    "adagrad_update",
    "adam_update",
    "add",
    "avg_pool2d",
    "avg_pool2d_backward",
    "batch_norm2d",
    "batch_norm2d_backward",
    "channel_shuffle",
    "channel_slice",
    "channel_slice_backward",
    "col2im",
    "concat",
    "conv2d",
    "conv2d_backward",
    "conv_transpose2d",
    "conv_transpose2d_backward",
    "cross_entropy",
    "cross_entropy_backward",
    "dropout",
    "dropout_backward",
    "elu",
    "elu_backward",
    "first_not_finite",
    "flatten",
    "flatten_backward",
    "gelu",
    "gelu_backward",
    "global_avg_pool2d",
    "global_avg_pool2d_backward",
    "group_norm",
    "group_norm_backward",
    "hardsigmoid",
    "hardsigmoid_backward",
    "hardswish",
    "hardswish_backward",
    "hardtanh",
    "hardtanh_backward",
    "im2col",
    "layer_norm",
    "layer_norm_backward",
    "leaky_relu",
    "leaky_relu_backward",
    "linear",
    "linear_backward",
    "local_response_norm",
    "local_response_norm_backward",
    "log_softmax",
    "log_softmax_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "mish",
    "mish_backward",
    "momentum_update",
    "multiply",
    "multiply_backward",
    "norm",
    "prelu",
    "prelu_backward",
    "relu",
    "relu_backward",
    "rmsprop_update",
    "scale",
    "scale_shift",
    "scale_shift_backward",
    "selu",
    "selu_backward",
    "sgd_update",
    "sigmoid",
    "sigmoid_backward",
    "silu",
    "silu_backward",
    "softmax",
    "softmax_backward",
    "softplus",
    "softplus_backward",
    "squared_distance",
    "squared_distance_backward",
    "tanh",
    "tanh_backward",
    "upsample",
    "upsample_backward",
    "use",
]
