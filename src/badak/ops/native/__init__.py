"""The compiled edition, for float32: each op allocates its results and calls one kernel.

Names and arguments are those of `badak.ops.reference`, whose docstrings say what an op computes;
arguments arrive checked and C-contiguous. The ops without a kernel are the reference's own.
"""

# ruff: noqa: F401  # for badak.ops.edition to hand out

from badak.ops.native.activation import (
    elu,
    elu_backward,
    gelu,
    gelu_backward,
    leaky_relu,
    leaky_relu_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    tanh,
    tanh_backward,
)
from badak.ops.native.conv import conv2d, conv2d_backward
from badak.ops.native.dropout import dropout, dropout_backward
from badak.ops.native.elementwise import add, scale
from badak.ops.native.linear import linear, linear_backward
from badak.ops.native.loss import cross_entropy, cross_entropy_backward, cross_entropy_labels
from badak.ops.native.norm import (
    batch_norm2d,
    batch_norm2d_backward,
    group_norm,
    group_norm_backward,
    local_response_norm,
    local_response_norm_backward,
)
from badak.ops.native.pool import (
    avg_pool2d,
    avg_pool2d_backward,
    global_avg_pool2d,
    global_avg_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
)
from badak.ops.native.several import first_not_finite, norm
from badak.ops.native.softmax import log_softmax, log_softmax_backward, softmax, softmax_backward
from badak.ops.native.update import (
    adagrad_update,
    adam_update,
    bind_update,
    momentum_update,
    rmsprop_update,
    sgd_update,
)
from badak.ops.reference.activation import hardtanh, hardtanh_backward
from badak.ops.reference.distance import squared_distance, squared_distance_backward
from badak.ops.reference.im2col import col2im, im2col
