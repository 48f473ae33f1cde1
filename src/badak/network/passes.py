"""Passes: one batch forward, or forward and backward.

Each runs as a recorded plan (`badak.network.plan`) if the network allows it, else layer by layer;
the results agree within float32 rounding. Letters: N images, K classes.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from badak import ops
from badak.arrays import Array, Images, as_array, as_images, as_labels, check_no_column
from badak.errors import BadakError, where
from badak.layers import CrossEntropyLoss
from badak.network.freezing import still
from badak.network.plan import Plan, Ready
from badak.network.results import StepResult
from badak.ops import edition

if TYPE_CHECKING:
    from badak.network.network import Network


def planned(net: "Network", training: bool = False) -> bool:
    """Whether passes over batches run as a plan."""
    native = net.fuse and net.dtype == np.float32 and ops.active() == "native"
    return native and net.plans.possible(training)


def forward(net: "Network", x: ArrayLike, training: bool = False) -> Array:
    """Return the output for images (N, C, H, W), in an array that belongs to the caller."""
    if not training and planned(net):
        with net.plans.lend(_copyable(net, x), training=False) as plan:
            return plan.forward().copy()
    out = _images(net, x)
    for name, layer in net.layers.items():
        with where(f"{type(layer).__name__} {name!r}"):
            out, _ = layer.forward(out, training and not layer.frozen)
    return out


@contextmanager
def forward_backward(
    net: "Network",
    x: ArrayLike,
    labels: ArrayLike,
    sample_weight: ArrayLike | None = None,
    need_grad_x: bool = False,
    training: bool = True,
    ready: Ready | None = None,
) -> Iterator[StepResult]:
    """Lend the result of one forward and backward pass.

    Its arrays are valid only within the block: the next pass overwrites those of a plan.
    `ready` is called on the way back with gradients, by name, as soon as they are final.
    """
    if training and planned(net, training):
        pieces = ready is not None
        with net.plans.lend(_copyable(net, x), training, need_grad_x, pieces) as plan:
            yield _by_plan(net, plan, labels, sample_weight, ready)
    else:
        images = _images(net, x)
        yield _by_layers(net, images, labels, sample_weight, need_grad_x, training, ready)


def _by_plan(
    net: "Network",
    plan: Plan,
    labels: ArrayLike,
    sample_weight: ArrayLike | None,
    ready: Ready | None,
) -> StepResult:
    targets = _targets(net, labels, len(plan.images))
    logits = plan.forward()
    plain = type(net.loss) is CrossEntropyLoss and net.loss.ignore_index is None
    if plain and targets.ndim == 1 and sample_weight is None:
        loss = edition.fused().softmax_cross_entropy(
            logits, targets, net.loss.label_smoothing, plan.grad_logits
        )
    else:
        loss, cache = net.loss.forward(logits, targets, sample_weight)
        plan.grad_logits[...] = net.loss.backward(cache)
    gradients = plan.backward(ready)
    _check_buffers(net, loss)
    return StepResult(loss, gradients, logits, plan.grad_x)


def _by_layers(
    net: "Network",
    images: Images,
    labels: ArrayLike,
    sample_weight: ArrayLike | None,
    need_grad_x: bool,
    training: bool,
    ready: Ready | None,
) -> StepResult:
    targets = _targets(net, labels, len(images))
    logits, caches = images, []
    first = 0 if need_grad_x else still(net.layers)  # the way back ends at this layer
    for number, (name, layer) in enumerate(net.layers.items()):
        with where(f"{type(layer).__name__} {name!r}"):
            logits, cache = layer.forward(logits, training and not layer.frozen)
        if number >= first:
            caches.append((name, layer, cache))
    loss, loss_cache = net.loss.forward(logits, targets, sample_weight)
    grad: Any = net.loss.backward(loss_cache)
    gradients: dict[str, Array] = {}
    while caches:
        name, layer, cache = caches.pop()
        with where(f"{type(layer).__name__} {name!r}"):
            grad, grads = layer.backward(grad, cache, need_grad_x or bool(caches))
        own = {f"{name}.{key}": value for key, value in grads.items()}
        if ready is not None:
            ready(own)
        gradients |= own
    if training:
        _check_buffers(net, loss)
    ordered = {name: gradients[name] for name in net.trainable()}
    return StepResult(loss, ordered, logits, grad if need_grad_x else None)


def _images(net: "Network", x: ArrayLike) -> Images:
    return as_images(x, net.input_shape, net.dtype)


def _copyable(net: "Network", x: Any) -> Images:
    """Return images that a plan can copy; while copying, it checks that they are finite."""
    ready = (
        type(x) is np.ndarray
        and x.dtype == np.float32
        and x.shape[1:] == net.input_shape
        and x.flags.carray
    )
    return x if ready else _images(net, x)


def _targets(net: "Network", labels: ArrayLike, count: int) -> NDArray[Any]:
    """Check labels before any layer runs; the loss checks probabilities and ignored labels."""
    array = as_array(labels, "labels")
    check_no_column(array, "labels", net.num_classes)
    if array.ndim == 2 or net.loss.ignore_index is not None:
        return array
    return as_labels(array, count, net.num_classes)


def _check_buffers(net: "Network", loss: float) -> None:
    """Refuse running statistics that left their dtype's range though the loss did not."""
    buffers = net.buffers() if math.isfinite(loss) else {}
    odd = ops.first_not_finite(list(buffers.values()))
    if odd >= 0:
        raise BadakError(
            f"{list(buffers)[odd]} is not finite after this batch: its layer's input is too "
            f"large for {net.dtype}; use a lower learning rate, or scale the images to [0, 1]"
        )
