"""Numbers that the ops must refuse: kernels, strides, rates (rows K and N of BAD_INPUTS.md)."""

from typing import Any

import numpy as np

Bad = tuple[
    str, dict[str, Any], str
]  # op, what is changed in its good call, pattern of the message

F4 = np.float32
HUGE_INT = 8608480567731124087  # PyTorch issue 144023


def ones(*shape: int, dtype: Any = F4) -> np.ndarray:
    return np.ones(shape, dtype)


def view(*shape: int) -> np.ndarray:
    """A broadcast view: any size, four bytes of memory."""
    return np.broadcast_to(F4(1), shape)


KERNELS: dict[str, Bad] = {
    "K1 stride 0": ("conv2d", {"stride": 0}, "stride.*got 0"),
    "K1 stride 0, pool": ("max_pool2d", {"stride": (1, 0)}, "stride.*got 0"),
    "K2 stride -1": ("im2col", {"stride": -1}, "stride.*got -1"),
    "K3 dilation 0": ("conv2d", {"dilation": 0}, "dilation.*got 0"),
    "K4 dilation -1": ("max_pool2d", {"dilation": -1}, "dilation.*got -1"),
    "K5 dilation 2**62": ("conv2d", {"dilation": 2**62}, "dilation.*got 4611686018427387904"),
    "K5 dilation 2**63-1": ("im2col", {"dilation": 2**63 - 1}, "dilation.*got 9223372036854775807"),
    "K5 dilation 2**31-1": ("conv2d", {"dilation": 2**31 - 1}, "dilation 2147483647.* 5x7 "),
    "K6 padding -1": ("conv2d", {"padding": -1}, "padding.*got -1"),
    "K6 side -1": ("conv2d", {"padding": ((0, 0), (0, -1))}, "padding.*got -1"),
    "K7 padding 2**40": ("conv2d", {"padding": 2**40}, "padding.*got 1099511627776"),
    "K7 padding 2**30": ("conv2d", {"padding": 2**30}, "padded input.* GiB.*smaller"),
    "K7 padding 2**30, im2col": ("im2col", {"padding": 2**30}, "padded input.* GiB"),
    "K8 padding 2**62": ("im2col", {"padding": 2**62}, "padding.*got 4611686018427387904"),
    "K9 kernel 0": ("im2col", {"kernel_size": 0}, "kernel_size.*got 0"),
    "K9 kernel (2, 0)": ("max_pool2d", {"kernel_size": (2, 0)}, "kernel_size.*got 0"),
    "K10 kernel > input": (
        "conv2d",
        {"x": ones(1, 4, 2, 9), "padding": 0, "dilation": 1},
        r"3x3 .* 2x9 .*\(2 \+ 0 - 2 - 1\) // 1 \+ 1 = 0;.* 2 ",
    ),
    "K10 pool > input": ("avg_pool2d", {"kernel_size": 9, "stride": 1}, "9x9 .*5x7 "),
    "K11 kernel []": ("max_pool2d", {"kernel_size": []}, r"kernel_size.*got \[\]"),
    "K11 kernel of 3": ("avg_pool2d", {"kernel_size": [2, 2, 2]}, r"kernel_size.*got \[2, 2, 2\]"),
    "K11 stride of 3": ("conv2d", {"stride": (1, 1, 1)}, r"stride.*got \(1, 1, 1\)"),
    "K12 pool padding": (
        "max_pool2d",
        {"kernel_size": 2, "padding": 2},
        "padding.*got 2",
    ),
    "K12 blind window": (
        "max_pool2d",
        {"x": ones(1, 1, 1, 3), "kernel_size": 2, "padding": 1, "dilation": 2, "stride": 1},
        "window at -1.* 2 .*1x3 ",
    ),
    "K13 kernel huge": (
        "im2col",
        {"kernel_size": HUGE_INT},
        "kernel_size.*got 8608480567731124087",
    ),
    "K13 stride huge": ("conv2d", {"stride": HUGE_INT}, "stride.*got 8608480567731124087"),
    "K14 channels": (
        "conv2d",
        {"x": ones(2, 6, 5, 7)},
        r"weight \(6, 2, 3, 3\).* 2 .*x \(2, 6, 5, 7\).* 2 .* 3",
    ),
    "K15 groups 0": ("conv2d", {"groups": 0}, "groups.*got 0"),
    "K15 groups -1": ("conv2d", {"groups": -1}, "groups.*got -1"),
    "K15 groups 3": ("conv2d", {"groups": 3}, "groups.*4 channels.*6 filters.*got 3"),
    "K15 groups 3 of 4 filters": (
        "conv2d",
        {"x": ones(2, 6, 5, 7), "weight": ones(4, 2, 3, 3), "bias": None, "groups": 3},
        "groups.*6 channels.*4 filters.*got 3",
    ),
    "K15 groups 2.0": ("conv2d", {"groups": 2.0}, r"groups.*got 2\.0"),
    "K16 bias length": ("conv2d", {"bias": ones(5)}, r"bias.*got \(5,\)"),
    "K16 bias axes": ("conv2d", {"bias": ones(6, 1)}, r"bias.*got \(6, 1\)"),
    "K17 bias float64": (
        "conv2d",
        {"bias": ones(6, dtype=np.float64)},
        "bias.*got float64",
    ),
    "K17 bias complex": ("conv2d", {"bias": ones(6, dtype=complex)}, "bias.*got dtype complex128"),
    "K18 weight 3-D": ("conv2d", {"weight": ones(6, 2, 3)}, r"weight.*got shape \(6, 2, 3\)"),
    "K18 x 3-D": ("conv2d", {"x": ones(4, 5, 7)}, r"\bx\b.*got shape \(4, 5, 7\)"),
    "K19 no filters": ("conv2d", {"weight": ones(0, 2, 3, 3)}, r"weight.*got \(0, 2, 3, 3\)"),
    "K19 0x0 kernel": ("conv2d", {"weight": ones(6, 2, 0, 0)}, r"weight.*got \(6, 2, 0, 0\)"),
    "K20 no rows": ("conv2d", {"x": ones(2, 4, 0, 7)}, r"\bx\b.*got \(2, 4, 0, 7\)"),
    "K20 no columns": ("max_pool2d", {"x": ones(2, 4, 5, 0)}, r"\bx\b.*got \(2, 4, 5, 0\)"),
    "K20 no channels": ("global_avg_pool2d", {"x": ones(2, 0, 5, 7)}, r"\bx\b.*got \(2, 0, 5, 7\)"),
    "K22 stride 2.5": ("conv2d", {"stride": 2.5}, r"stride.*got 2\.5"),
    "K22 stride True": ("conv2d", {"stride": True}, "stride.*got True"),
    "K22 stride '2'": ("conv2d", {"stride": "2"}, "stride.*got '2'"),
    "K22 stride None": ("conv2d", {"stride": None}, "stride.*got None"),
    "K22 stride NaN": ("conv2d", {"stride": float("nan")}, "stride.*got nan"),
    "K22 need_grad_x 1": ("conv2d_backward", {"need_grad_x": 1}, "need_grad_x.*got 1"),
    "K23 padding 'sme'": ("conv2d", {"padding": "sme"}, "padding.*got 'sme'"),
    "K24 output > 2**63": (
        "im2col",
        {"x": ones(1, 1, 1, 1), "kernel_size": 2**31 - 1, "stride": 1, "dilation": 1}
        | {"padding": 2**31 - 1},
        "padded input.* GiB",
    ),
    "K24 no image": (
        "conv2d",
        {"x": ones(0, 4, 5, 7), "padding": 2**30},
        "padded input.* GiB",
    ),
    "K24 no image, im2col": (
        "im2col",
        {"x": ones(0, 4, 5, 7), "padding": 2**30},
        "padded input.* GiB",
    ),
    "K24 no image, col2im": (
        "col2im",
        {"columns": ones(0, 24, 1), "input_shape": (0, 4, 2**31 - 1, 2**31 - 1)},
        "padded input.* GiB",
    ),
    "K25 divisor 0": (
        "avg_pool2d",
        {"divisor_override": 0},
        "divisor_override.*got 0",
    ),
    "K25 divisor -1": ("avg_pool2d", {"divisor_override": -1}, "divisor_override.*got -1"),
    "count_include_pad": ("avg_pool2d", {"count_include_pad": 1}, "count_include_pad.*got 1"),
    "ceil_mode": ("max_pool2d", {"ceil_mode": "no"}, "ceil_mode.*got 'no'"),
}

NUMBERS: dict[str, Bad] = {
    "K26 LRN size 0": ("local_response_norm", {"size": 0}, "size.*got 0"),
    "K26 LRN size -1": ("local_response_norm", {"size": -1}, "size.*got -1"),
    "K26 LRN k NaN": ("local_response_norm", {"k": np.nan}, r"\bk\b.*got nan"),
    "K26 LRN k 0": (
        "local_response_norm",
        {"k": 0},
        r"\bk\b.*got 0\.0",
    ),
    "K26 LRN k 1e-300": ("local_response_norm", {"k": 1e-300}, r"\bk\b.*got 1e-300"),
    "K26 LRN beta NaN": ("local_response_norm", {"beta": np.nan}, "beta.*got nan"),
    "K26 LRN alpha -1": ("local_response_norm", {"alpha": -1}, r"alpha.*got -1\.0"),
    "K27 dropout 1.5": (
        "dropout_backward",
        {"p": 1.5},
        r"\bp\b.*got 1\.5",
    ),
    "K27 dropout -0.1": ("dropout_backward", {"p": -0.1}, r"\bp\b.*got -0\.1"),
    "K27 dropout NaN": ("dropout_backward", {"p": np.nan}, r"\bp\b.*got nan"),
    "K27 dropout complex": (
        "dropout_backward",
        {"p": np.complex64(0.5)},
        r"\bp\b.*got np\.complex64\(0\.5\+0j\)",
    ),
    "K27 dropout 1j": ("dropout_backward", {"p": 1j}, r"\bp\b.*got 1j"),
    "K28 eps 0": ("batch_norm2d", {"eps": 0}, r"eps.*got 0\.0"),
    "K28 eps -1": ("batch_norm2d", {"eps": -1}, r"eps.*got -1\.0"),
    "K28 eps NaN": ("batch_norm2d", {"eps": np.nan}, "eps.*got nan"),
    "K28 momentum 1.1": ("batch_norm2d", {"momentum": 1.1}, r"momentum.*got 1\.1"),
    "K28 momentum -0.1": ("batch_norm2d", {"momentum": -0.1}, r"momentum.*got -0\.1"),
    "K28 momentum None": (
        "batch_norm2d",
        {"momentum": None},
        "momentum.*got None",
    ),
    "K28 training 'no'": ("batch_norm2d", {"training": "no"}, "training.*got 'no'"),
    "K28 gamma length": ("batch_norm2d", {"weight": ones(5)}, r"weight.*got \(5,\)"),
    "K28 beta length": ("batch_norm2d", {"bias": ones(3)}, r"bias.*got \(3,\)"),
    "K28 mean length": ("batch_norm2d", {"running_mean": ones(0)}, r"running_mean.*got \(0,\)"),
    "K28 var length": ("batch_norm2d", {"running_var": ones(4, 1)}, r"running_var.*got \(4, 1\)"),
    "K28 var < 0": (
        "batch_norm2d",
        {"running_var": np.array([1, -1, 2, 3], F4)},
        "running_var.* -1",
    ),
    "K28 var NaN": ("batch_norm2d", {"running_var": ones(4) * F4(np.nan)}, "running_var.* nan"),
    "K28 one value": (
        "batch_norm2d",
        {"x": ones(1, 4, 1, 1)},
        r"training.* two values.*x .*\(1, 4, 1, 1\)",
    ),
    "K28 batch 0": (
        "batch_norm2d",
        {"x": ones(0, 4, 2, 2)},
        r"training.* two values.*x .*\(0, 4, 2, 2\)",
    ),
    "K29 axis 2": ("softmax", {"axis": 2}, "axis.*got 2"),
    "K29 axis -3": ("log_softmax", {"axis": -3}, "axis.*got -3"),
    "K29 axis 1.0": ("softmax", {"axis": 1.0}, r"axis.*got 1\.0"),
    "K29 empty axis": ("softmax", {"x": ones(3, 0)}, r"axis 1 .*\(3, 0\).*empty"),
    "K29 no axis": ("softmax", {"x": ones()}, "axis.*single number"),
    "K29 axis back": ("softmax_backward", {"axis": 5}, "axis.*got 5"),
    "K30 in_features": (
        "linear",
        {"x": ones(3, 6)},
        r"weight \(4, 5\).* 5 .*x .*\(3, 6\)",
    ),
    "K30 4-D into linear": ("linear", {"x": ones(3, 5, 1, 1)}, r"\bx\b.*got shape \(3, 5, 1, 1\)"),
    "K30 empty weight": ("linear", {"weight": ones(0, 5)}, r"weight.*got \(0, 5\)"),
    "K30 flatten": ("flatten", {"x": ones()}, r"\bx\b.*got a single number"),
    "K30 flatten back": ("flatten_backward", {"input_shape": 7}, "input_shape.*got 7"),
    "K30 flatten size": (
        "flatten_backward",
        {"input_shape": (2, 4, 5, 8)},
        r"grad_y.*got \(2, 140\)",
    ),
    "limit nan": ("hardtanh", {"max_val": np.nan}, "max_val.*got nan"),
    "limits equal": (
        "hardtanh",
        {"min_val": 1.0, "max_val": 1.0},
        r"max_val.*got 1\.0",
    ),
    "slope inf": ("leaky_relu", {"negative_slope": np.inf}, "negative_slope.*got inf"),
    "alpha 'a'": ("elu", {"alpha": "a"}, "alpha.*got 'a'"),
    "alpha NaN": ("elu_backward", {"alpha": np.nan}, "alpha.*got nan"),
    "approximate": ("gelu", {"approximate": "erf"}, "approximate.*got 'erf'"),
}

UPDATES: dict[str, Bad] = {
    "T8 lr -1": ("sgd_update", {"lr": -1}, r"\blr\b.*got -1\.0"),
    "T8 lr NaN": ("momentum_update", {"lr": np.nan}, r"\blr\b.*got nan"),
    "T8 lr inf": ("adam_update", {"lr": np.inf}, r"\blr\b.*got inf"),
    "T8 lr '0.1'": ("rmsprop_update", {"lr": "0.1"}, r"\blr\b.*got '0\.1'"),
    "momentum 1": ("momentum_update", {"momentum": 1}, r"momentum.*got 1\.0"),
    "momentum -0.1": ("momentum_update", {"momentum": -0.1}, r"momentum.*got -0\.1"),
    "nesterov 1": ("momentum_update", {"nesterov": 1}, "nesterov.*got 1"),
    "alpha 1": ("rmsprop_update", {"alpha": 1}, r"alpha.*got 1\.0"),
    "eps 0": ("adagrad_update", {"eps": 0}, r"eps.*got 0\.0"),
    "eps 1e-60": ("adam_update", {"eps": 1e-60}, "eps.*got 1e-60"),
    "eps NaN": ("rmsprop_update", {"eps": np.nan}, "eps.*got nan"),
    "t 0": ("adam_update", {"t": 0}, r"\bt\b.*got 0"),
    "t 1.0": ("adam_update", {"t": 1.0}, r"\bt\b.*got 1\.0"),
    "beta 1": ("adam_update", {"betas": (0.9, 1)}, r"betas.*got 1\.0"),
    "one beta": ("adam_update", {"betas": 0.9}, r"betas.*got 0\.9"),
    "three betas": ("adam_update", {"betas": (0.9,) * 3}, r"betas.*got \(0\.9, 0\.9, 0\.9\)"),
}
