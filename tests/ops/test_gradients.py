"""Backward against central differences in float64, inputs kept off kinks and ties."""

import inspect

import numpy as np
import pytest

from badak import ops
from calls import OF_INPUT, calls

STEP = 1e-5
NO_FORWARD = ("_backward", "_update")
FORWARD = {name: call for name, call in calls(np.float64).items() if not name.endswith(NO_FORWARD)}
DROPPED = {"x": np.random.default_rng(0).standard_normal((4, 5))}
FORWARD["dropout"] = (DROPPED, {"p": 0.3})
FORWARD["batch_norm2d, prediction"] = (FORWARD["batch_norm2d"][0], {"training": False})
FORWARD["gelu, tanh"] = (FORWARD["gelu"][0], {"approximate": "tanh"})
FORWARD["upsample, corners"] = (
    FORWARD["upsample"][0],
    FORWARD["upsample"][1] | {"align_corners": True},
)
FORWARD["upsample, nearest"] = (FORWARD["upsample"][0], {"scale_factor": 2})
FORWARD["softmax over rows"] = (FORWARD["softmax"][0], {"axis": 0})
FORWARD["log_softmax over rows"] = (FORWARD["log_softmax"][0], {"axis": 0})


def run(name, arrays, options):
    """The output of the op, without what it saves for backward."""
    name = name.split(",")[0].split(" ")[0]
    if name == "dropout":
        return ops.dropout(**arrays, **options, generator=np.random.default_rng(1))[0]
    result = getattr(ops, name)(**arrays, **options)
    if name == "cross_entropy":
        return np.array(result[0])
    return result[0] if isinstance(result, tuple) else result


def analytic(name, arrays, options, grad_y):
    """Gradients by argument name, from the op's own backward."""
    name = name.split(",")[0].split(" ")[0]
    if name == "add":
        return {"x": grad_y, "other": grad_y}
    if name == "scale":
        return {"x": ops.scale(grad_y, **options)}
    if name == "multiply":
        return dict(zip(("x", "other"), ops.multiply_backward(grad_y, **arrays), strict=True))
    if name == "concat":
        border, end = arrays["x"].shape[1], grad_y.shape[1]
        sides = {"x": (0, border), "other": (border, end)}
        return {key: ops.channel_slice(grad_y, *side) for key, side in sides.items()}
    if name == "channel_shuffle":
        return {"x": ops.channel_shuffle(grad_y, grad_y.shape[1] // options["groups"])}
    backward = ops.col2im if name == "im2col" else getattr(ops, f"{name}_backward")
    x = next(iter(arrays.values()))
    if name in ("conv2d", "conv_transpose2d", "linear"):
        grads = backward(grad_y, x, arrays["weight"], **options)
        return dict(zip(("x", "weight", "bias"), grads, strict=True))
    result = None if name == "dropout" else getattr(ops, name)(**arrays, **options)
    if hasattr(result, "_asdict"):  # the result names what its backward takes
        values = {"grad_y": grad_y, **arrays, **options, **result._asdict()}
        grads = backward(**{key: values[key] for key in inspect.signature(backward).parameters})
        return dict(zip(("x", "weight", "bias"), grads, strict=True))
    if name in ("relu", "sigmoid", "tanh", "softmax", "log_softmax"):
        return {"x": backward(grad_y, run(name, arrays, options), **options)}
    if name in OF_INPUT:
        return {"x": backward(grad_y, x, **options)}
    if name in ("prelu", "scale_shift"):
        grads = backward(grad_y, x, arrays["weight"])
        return dict(zip(arrays, grads, strict=True))
    if name == "squared_distance":
        return {"x": backward(grad_y, x, arrays["centres"])}
    if name == "max_pool2d":
        return {"x": backward(grad_y, ops.max_pool2d(x, **options)[1], x.shape)}
    if name == "local_response_norm":
        return {"x": backward(grad_y, x, *ops.local_response_norm(x, **options), **options)}
    if name == "cross_entropy":
        saved = ops.cross_entropy(x, **options)[1]
        return {"logits": grad_y * backward(saved, **options)}
    if name == "dropout":
        mask = ops.dropout(x, **options, generator=np.random.default_rng(1))[1]
        return {"x": backward(grad_y, mask, **options)}
    return {"x": backward(grad_y, x.shape, **options)}  # im2col, average pooling, flatten


def off_kinks(x):
    """Values in the same order, evenly spaced from -2 to 2: far from 0 and from each other."""
    ranks = np.argsort(np.argsort(x, axis=None)).reshape(x.shape)
    return 4 * (ranks + 0.25) / x.size - 2


def numeric(name, arrays, options, grad_y, argument):
    """Central differences of vdot(output, grad_y) for every element of one argument."""
    array = arrays[argument]
    grad = np.zeros_like(array)
    for place in np.ndindex(*array.shape):
        sides = []
        for step in (STEP, -STEP):
            moved = array.copy()
            moved[place] += step
            sides.append(np.vdot(run(name, {**arrays, argument: moved}, options), grad_y))
        grad[place] = (sides[0] - sides[1]) / (2 * STEP)
    return grad


@pytest.mark.parametrize("name", sorted(set(FORWARD) - {"col2im"}))
def test_backward_is_the_derivative(name):
    arrays, options = FORWARD[name]
    first = next(iter(arrays))
    arrays = {**arrays, first: off_kinks(arrays[first])}
    y = run(name, arrays, options)
    grad_y = np.random.default_rng(2).standard_normal(y.shape)
    for argument, grad in analytic(name, arrays, options, grad_y).items():
        expected = numeric(name, arrays, options, grad_y, argument)
        worst = np.abs(grad - expected).max() / np.abs(expected).max()
        assert worst < 1e-7, f"{argument}: worst relative error {worst:.1e}"
