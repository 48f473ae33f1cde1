"""One good call of every op: arrays and options by name. Nothing in it is square or symmetric."""

from typing import Any

import numpy as np

from badak import ops

Call = tuple[dict[str, Any], dict[str, Any]]

WINDOW = {"stride": (1, 2), "padding": ((1, 0), (2, 1)), "dilation": (2, 1)}
POOL = {"kernel_size": (2, 3), "stride": (1, 2), "padding": (1, 0), "ceil_mode": True}
LRN = {"size": 3, "alpha": 0.2, "beta": 0.75, "k": 1.5}
LOSS = {"labels": [3, 0, 1], "label_smoothing": 0.1, "sample_weight": [1.0, 2.0, 0.5]}
# Activations whose backward takes the input; limits off the places that test_gradients looks at: no
# derivative there.
OF_INPUT = {
    "leaky_relu": {}, "elu": {}, "gelu": {}, "hardtanh": {"max_val": 1.5}, "hardsigmoid": {},
    "softplus": {"beta": 0.7, "threshold": 1.1}, "selu": {}, "silu": {}, "hardswish": {},
    "mish": {},
}  # fmt: skip


def calls(dtype: Any = np.float32) -> dict[str, Call]:
    """Name of the op -> arrays and options of a call that it accepts."""
    generator = np.random.default_rng(7)

    def draw(*shape: int) -> np.ndarray:
        return generator.standard_normal(shape).astype(dtype)

    x, weight, bias, rows = draw(2, 4, 5, 7), draw(6, 2, 3, 3), draw(6), draw(3, 5)
    channels = {"weight": draw(4), "running_mean": draw(4), "running_var": draw(4) ** 2}
    conv = {**WINDOW, "groups": 2}
    im2col = {"kernel_size": (3, 2), **WINDOW}
    y, indices = ops.max_pool2d(x, **POOL)
    normal = ops.batch_norm2d(x, bias=draw(4), **channels, training=True)
    grouped = ops.group_norm(x, 2)
    columns = ops.layer_norm(x)
    scaled, scale = ops.local_response_norm(x, **LRN)
    kept, mask = ops.dropout(x, 0.25, np.random.default_rng(5))
    lin_weight = draw(4, 5)
    _, saved = ops.cross_entropy(rows, **LOSS)
    table: dict[str, Call] = {
        "im2col": ({"x": x}, im2col),
        "col2im": ({"columns": ops.im2col(x, **im2col)}, {"input_shape": x.shape, **im2col}),
        "conv2d": ({"x": x, "weight": weight, "bias": bias}, conv),
        "conv2d_backward": (
            {"grad_y": ops.conv2d(x, weight, bias, **conv), "x": x, "weight": weight},
            conv,
        ),
        "max_pool2d": ({"x": x}, POOL),
        "max_pool2d_backward": ({"grad_y": y, "indices": indices}, {"input_shape": x.shape}),
        "avg_pool2d": ({"x": x}, POOL),
        "avg_pool2d_backward": ({"grad_y": y}, {"input_shape": x.shape, **POOL}),
        "global_avg_pool2d": ({"x": x}, {}),
        "global_avg_pool2d_backward": ({"grad_y": draw(2, 4, 1, 1)}, {"input_shape": x.shape}),
        "linear": ({"x": rows, "weight": lin_weight, "bias": draw(4)}, {}),
        "linear_backward": ({"grad_y": draw(3, 4), "x": rows, "weight": lin_weight}, {}),
        "squared_distance": ({"x": rows, "centres": lin_weight}, {}),
        "squared_distance_backward": (
            {"grad_y": draw(3, 4), "x": rows, "centres": lin_weight},
            {},
        ),
        "add": ({"x": rows, "other": draw(3, 5)}, {}),
        "multiply": ({"x": x, "other": draw(2, 4, 1, 1)}, {}),
        "multiply_backward": (
            {"grad_y": draw(*x.shape), "x": draw(2, 4, 1, 1), "other": x},
            {},
        ),
        "concat": ({"x": x, "other": draw(2, 3, 5, 7)}, {}),
        "channel_slice": ({"x": x}, {"start": 1, "stop": 3}),
        "channel_slice_backward": (
            {"grad_y": draw(2, 2, 5, 7)},
            {"input_shape": x.shape, "start": 1, "stop": 3},
        ),
        "channel_shuffle": ({"x": weight.reshape(2, 6, 3, 3)}, {"groups": 2}),
        "scale": ({"x": rows}, {"factor": -0.3}),
        "flatten": ({"x": x}, {}),
        "flatten_backward": ({"grad_y": ops.flatten(x)}, {"input_shape": x.shape}),
        "dropout_backward": ({"grad_y": kept, "mask": mask}, {"p": 0.25}),
        "local_response_norm": ({"x": x}, LRN),
        "local_response_norm_backward": (
            {"grad_y": draw(*x.shape), "x": x, "y": scaled, "scale": scale},
            LRN,
        ),
        "batch_norm2d": ({"x": x, "bias": draw(4), **channels}, {"training": True}),
        "batch_norm2d_backward": (
            {
                "grad_y": draw(*x.shape),
                "x": x,
                "weight": channels["weight"],
                "mean": normal.mean,
                "inverse_std": normal.inverse_std,
            },
            {"training": True},
        ),
        "group_norm": (
            {"x": x, "weight": channels["weight"], "bias": draw(4)},
            {"num_groups": 2, "eps": 1e-3},
        ),
        "group_norm_backward": (
            {
                "grad_y": draw(*x.shape),
                "x": x,
                "weight": channels["weight"],
                "mean": grouped.mean,
                "inverse_std": grouped.inverse_std,
            },
            {},
        ),
        "layer_norm": ({"x": x, "weight": draw(4), "bias": draw(4)}, {"eps": 1e-3}),
        "layer_norm_backward": (
            {
                "grad_y": draw(*x.shape),
                "x": x,
                "weight": draw(4),
                "mean": columns.mean,
                "inverse_std": columns.inverse_std,
            },
            {},
        ),
        "prelu": ({"x": x, "weight": draw(4)}, {}),
        "prelu_backward": ({"grad_y": draw(*x.shape), "x": x, "weight": draw(4)}, {}),
        "scale_shift": ({"x": x, "weight": draw(4), "bias": draw(4)}, {}),
        "scale_shift_backward": ({"grad_y": draw(*x.shape), "x": x, "weight": draw(4)}, {}),
        "cross_entropy": ({"logits": rows}, LOSS),
        "cross_entropy_backward": ({"log_probabilities": saved}, LOSS),
    }
    spread = {**WINDOW, "output_padding": (0, 1), "groups": 2}
    back = {"x": x, "weight": draw(4, 3, 3, 2)}
    table |= {
        "conv_transpose2d": ({**back, "bias": draw(6)}, spread),
        "conv_transpose2d_backward": (
            {"grad_y": draw(*ops.conv_transpose2d(**back, **spread).shape), **back},
            spread,
        ),
        "upsample": ({"x": x}, {"scale_factor": (2, 3), "mode": "bilinear"}),
        "upsample_backward": (
            {"grad_y": draw(2, 4, 10, 21)},
            {"input_shape": x.shape, "scale_factor": (2, 3), "mode": "bilinear"},
        ),
    }
    step = {"parameter": draw(3, 5), "gradient": draw(3, 5)}
    table |= {
        "sgd_update": (step, {"lr": 0.1}),
        "momentum_update": ({**step, "velocity": draw(3, 5)}, {"lr": 0.1, "nesterov": True}),
        "adagrad_update": ({**step, "squares": draw(3, 5) ** 2}, {"lr": 0.1}),
        "rmsprop_update": ({**step, "squares": draw(3, 5) ** 2}, {"lr": 0.1, "alpha": 0.75}),
        "adam_update": (
            {**step, "mean": draw(3, 5), "squares": draw(3, 5) ** 2},
            {"t": 3, "lr": 0.1, "betas": (0.5, 0.75)},
        ),
    }
    for name in ("relu", "sigmoid", "tanh", "softmax", "log_softmax"):
        table[name] = ({"x": rows}, {})
        saved = {"grad_y": draw(3, 5), "y": getattr(ops, name)(rows)}
        table[f"{name}_backward"] = (saved, {})
    for name, options in OF_INPUT.items():
        table[name] = ({"x": rows}, options)
        table[f"{name}_backward"] = ({"grad_y": draw(3, 5), "x": rows}, options)
    return table
