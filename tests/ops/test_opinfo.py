"""PyTorch's own sample and error inputs (OpInfo), run through badak's ops.

Each op has a translator: the arguments of a sample -> badak's call and PyTorch's result in badak's
shape, or None if badak has no such op (other ranks, other reductions). The counts are asserted,
so that the tests cannot pass by translating nothing.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import settings

from badak import ops
from badak.errors import BadakError
from harness import TOLERANCE

pytestmark = pytest.mark.usefixtures("each_edition")

Call = Callable[[], Any]


def op_info() -> dict[str, Any]:
    """PyTorch's table. Importing it loads another Hypothesis profile: restore ours."""
    ours, dev = settings.get_current_profile_name(), settings.get_profile("dev")
    from torch.testing._internal.common_methods_invocations import op_db

    settings.register_profile("dev", dev)
    settings.load_profile(ours)
    return {op.name: op for op in op_db if not op.variant_test_name}


EXAMPLES, PROFILE = settings.default.max_examples, settings.get_current_profile_name()
OP_INFO = op_info()


def array(tensor: Any) -> Any:
    """A tensor as an array; None stays None."""
    return None if tensor is None else tensor.detach().numpy()


def batch(tensor: torch.Tensor) -> np.ndarray:
    """One image (C, H, W) as a batch of one."""
    x = array(tensor)
    return x[None] if x.ndim == 3 else x


def number(value: Any) -> Any:
    """PyTorch may write one number for both axes as a tuple of one."""
    return value[0] if isinstance(value, tuple) and len(value) == 1 else value


def named(sample: Any, *names: str) -> dict[str, Any]:
    """The sample's arguments by name, from the names of those that may be passed by position."""
    arguments = dict(zip(names, sample.args, strict=False))
    return {**arguments, **sample.kwargs}


def conv2d(sample: Any) -> Call | None:
    a = named(sample, "weight", "bias", "stride", "padding", "dilation", "groups")
    weight, bias = array(a.pop("weight")), array(a.pop("bias", None))
    options = {key: number(value) for key, value in a.items()}
    return lambda: ops.conv2d(batch(sample.input), weight, bias, **options)


POOL = ("kernel_size", "stride", "padding")


def max_pool2d(sample: Any) -> Call | None:
    a = named(sample, *POOL, "dilation", "ceil_mode", "return_indices")
    both = a.pop("return_indices", False)
    options = {key: number(value) for key, value in a.items()}
    options["stride"] = options.get("stride") or None
    return lambda: ops.max_pool2d(batch(sample.input), **options)[: 2 if both else 1]


def avg_pool2d(sample: Any) -> Call | None:
    a = named(sample, *POOL, "ceil_mode", "count_include_pad", "divisor_override")
    options = {key: number(value) for key, value in a.items()}
    options["stride"] = options.get("stride") or None
    if (options.get("divisor_override") or 0) < 0:
        return None  # badak's divisor is a count
    return lambda: ops.avg_pool2d(batch(sample.input), **options)


def linear(sample: Any) -> Call | None:
    a = named(sample, "weight", "bias")
    x, weight = array(sample.input), array(a["weight"])
    if weight.ndim != 2:
        return None
    rows = x.reshape(-1, x.shape[-1])
    return lambda: ops.linear(rows, weight, array(a.get("bias")))


def unfold(sample: Any) -> Call | None:
    a = named(sample, "kernel_size", "dilation", "padding", "stride")
    return lambda: ops.im2col(batch(sample.input), **a)


def pointwise(op: Callable[..., Any], *names: str) -> Callable[[Any], Call | None]:
    def translate(sample: Any) -> Call | None:
        a = named(sample, *names)
        return lambda: op(array(sample.input), **{key: a[key] for key in names if key in a})

    return translate


def softmax(op: Callable[..., Any]) -> Callable[[Any], Call | None]:
    def translate(sample: Any) -> Call | None:
        a = named(sample, "dim", "dtype")
        x = array(sample.input)
        if a.get("dtype") is not None or not x.ndim or not x.shape[a["dim"]]:
            return None
        return lambda: op(x, axis=a["dim"])

    return translate


def cross_entropy(sample: Any) -> Call | None:
    a = named(sample, "target", "weight", "reduction")
    logits, target = array(sample.input), array(a["target"])
    weight, k = array(a.get("weight")), logits.shape[1]
    rows = np.moveaxis(logits, 1, -1).reshape(-1, k)  # (N, K, ...) -> (N * ..., K)
    options = {"label_smoothing": a.get("label_smoothing", 0.0)}
    if target.ndim == logits.ndim:  # the samples' rows do not sum to 1: scale and weight them
        labels = np.moveaxis(target, 1, -1).reshape(-1, k) * (1 if weight is None else weight)
        counts = labels.sum(axis=1)
        labels, mean = labels / counts[:, None], counts.sum() / len(counts)
    else:
        labels, mean = target.reshape(-1), 1.0
        options["ignore_index"] = a.get("ignore_index", -100)
        counts = (labels != options["ignore_index"]) * (1.0 if weight is None else weight[labels])
    reduction = a.get("reduction", "mean")
    if reduction == "none" or (weight is not None and (weight < 0).any()):
        return None
    factor = counts.sum() if reduction == "sum" else mean
    return lambda: np.asarray(
        ops.cross_entropy(rows, labels, sample_weight=counts, **options)[0] * factor
    )


def batch_norm(sample: Any) -> Call | None:
    a = named(sample, "running_mean", "running_var", "weight", "bias", "training",
        "momentum", "eps",
    )  # fmt: skip
    x = array(sample.input)
    if x.ndim == 1 or a.get("momentum", 0.1) < 0 or a.get("running_mean") is None:
        return None
    if a.get("weight") is None or (a.get("training") and x.size // x.shape[1] < 2):
        return None
    maps = x.reshape(*x.shape[:2], -1, 1)
    mean, var, weight, bias = (
        array(a[name]) for name in ("running_mean", "running_var", "weight", "bias")
    )
    options = {key: a[key] for key in ("momentum", "eps") if key in a}
    training = a.get("training", False)
    return lambda: ops.batch_norm2d(maps, weight, bias, mean, var, training, **options).y


def local_response_norm(sample: Any) -> Call | None:
    a = named(sample, "size")
    options = {"alpha": 1e-4, "beta": 0.75, "k": 1.0} | a
    options["alpha"] /= options["size"]
    maps = array(sample.input)[..., None]
    return lambda: ops.local_response_norm(maps, **options)[0]


def flatten(sample: Any) -> Call | None:
    one_image_each = sample.kwargs == {"start_dim": 1, "end_dim": -1}
    return (lambda: ops.flatten(array(sample.input))) if one_image_each else None


# OpInfo's name -> translator, and how many of its samples and of its error inputs badak runs.
TRANSLATED: dict[str, tuple[Callable[[Any], Call | None], int, int]] = {
    "nn.functional.conv2d": (conv2d, 30, 10),
    "nn.functional.max_pool2d": (max_pool2d, 1400, 7),
    "nn.functional.avg_pool2d": (avg_pool2d, 6, 5),
    "nn.functional.linear": (linear, 16, 0),
    "nn.functional.unfold": (unfold, 163, 0),
    "nn.functional.relu": (pointwise(ops.relu), 4, 0),
    "nn.functional.leaky_relu": (pointwise(ops.leaky_relu, "negative_slope"), 9, 0),
    "nn.functional.elu": (pointwise(ops.elu, "alpha"), 3, 0),
    "nn.functional.gelu": (pointwise(ops.gelu, "approximate"), 8, 1),
    "sigmoid": (pointwise(ops.sigmoid), 3, 0),
    "tanh": (pointwise(ops.tanh), 1, 0),
    "softmax": (softmax(ops.softmax), 5, 0),
    "log_softmax": (softmax(ops.log_softmax), 5, 0),
    "nn.functional.cross_entropy": (cross_entropy, 13, 0),
    "nn.functional.batch_norm": (batch_norm, 4, 0),
    "nn.functional.local_response_norm": (local_response_norm, 11, 0),
    "flatten": (flatten, 2, 0),
}


def answers(result: Any) -> list[Any]:
    return list(result) if isinstance(result, (tuple, list)) else [result]


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")  # PyTorch's functions
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", TRANSLATED)
def test_samples(name, dtype):
    translate, least, _ = TRANSLATED[name]
    ran = 0
    torch.manual_seed(0)
    for sample in OP_INFO[name].sample_inputs("cpu", dtype):
        call = translate(sample)
        if call is None:
            continue
        ran += 1
        expected = OP_INFO[name].op(sample.input, *sample.args, **sample.kwargs)
        for result, wanted in zip(answers(call()), answers(expected), strict=True):
            wanted = wanted.detach().numpy()
            assert result.dtype == wanted.dtype or wanted.ndim == 0, sample
            tolerance = TOLERANCE[str(dtype).removeprefix("torch.")]
            scale = tolerance * float(np.abs(wanted).max(initial=0))
            np.testing.assert_allclose(
                result.reshape(wanted.shape), wanted, rtol=tolerance, atol=scale
            )
    assert ran >= least, f"only {ran} samples ran"


@pytest.mark.parametrize("name", [name for name, (*_, errors) in TRANSLATED.items() if errors])
def test_error_inputs(name):
    translate, _, least = TRANSLATED[name]
    ran = 0
    for error in OP_INFO[name].error_inputs("cpu"):
        call = translate(error.sample_input)
        if call is not None:
            ran += 1
            with pytest.raises(BadakError):
                call()
    assert ran >= least, f"only {ran} error inputs ran"


def test_pytorchs_table_leaves_our_hypothesis_profile():
    assert settings.default.max_examples == EXAMPLES
    assert settings.get_current_profile_name() == PROFILE
