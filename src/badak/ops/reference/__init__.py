"""The textbook edition: every op in plain NumPy, forward with its backward below it.

Arguments arrive checked (by `badak.ops`), arrays as float32 or float64; no op changes its inputs.
"""

# ruff: noqa: F401  # for badak.ops.edition to hand out

from badak.ops.reference.activation import (
    elu,
    elu_backward,
    gelu,
    gelu_backward,
    hardtanh,
    hardtanh_backward,
    leaky_relu,
    leaky_relu_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    tanh,
    tanh_backward,
)
from badak.ops.reference.conv import conv2d, conv2d_backward
from badak.ops.reference.distance import squared_distance, squared_distance_backward
from badak.ops.reference.dropout import dropout, dropout_backward
from badak.ops.reference.elementwise import add, scale
from badak.ops.reference.im2col import col2im, im2col
from badak.ops.reference.linear import linear, linear_backward
from badak.ops.reference.loss import cross_entropy, cross_entropy_backward, cross_entropy_labels
from badak.ops.reference.norm import (
    batch_norm2d,
    batch_norm2d_backward,
    group_norm,
    group_norm_backward,
    local_response_norm,
    local_response_norm_backward,
)
from badak.ops.reference.pool import (
    avg_pool2d,
    avg_pool2d_backward,
    global_avg_pool2d,
    global_avg_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
)
from badak.ops.reference.several import first_not_finite, norm
from badak.ops.reference.softmax import log_softmax, log_softmax_backward, softmax, softmax_backward
from badak.ops.reference.update import (
    adagrad_update,
    adam_update,
    bind_update,
    momentum_update,
    rmsprop_update,
    sgd_update,
)
