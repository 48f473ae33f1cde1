"""One training step: batch -> loss and gradients -> clipping -> update."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from badak import ops
from badak.arrays import Array, as_array, as_images
from badak.errors import BadakError
from badak.network import Network
from badak.optim import Optimizer, clip_gradients
from badak.training.divergence import lower


class StepOutcome(NamedTuple):
    """Mean loss before the update, and the share of the batch classified correctly."""

    loss: float
    accuracy: float


def training_step(
    net: Network,
    optimizer: Optimizer,
    images: ArrayLike,
    labels: ArrayLike,
    lr: float | None = None,
    clip_norm: float | None = None,
    sample_weight: ArrayLike | None = None,
) -> StepOutcome:
    """Run one batch forward and back, and update the parameters.

    Args:
        net: the network that learns.
        optimizer: what updates it.
        images: (N, C, H, W): float, or uint8 in 0..255.
        labels: (N,) class indices, or (N, K) rows.
        lr: learning rate; the optimizer's own if None.
        clip_norm: largest norm of all gradients together; unlimited if None.
        sample_weight: (N,), not negative; the batch's mean loss is weighted by it.

    Returns:
        Loss and accuracy of the batch, from the same forward pass.

    Raises:
        BadakError: images or labels that do not fit; or a loss, gradient or update that is not
            finite. As after any error, parameters, running statistics and generators are unchanged.
    """
    with step_alone(net), net.step_pass(images, labels, sample_weight) as result:
        check_loss(net, result.loss, images, optimizer.lr)
        right, counted = answers(result.logits, labels, net.loss.ignore_index)
        apply_gradients(net, optimizer, result.gradients, images, lr, clip_norm)
    return StepOutcome(result.loss, right / counted if counted else 0.0)


@contextmanager
def step_alone(net: Network) -> Iterator[None]:
    """Enter `Network.step_alone`; numbers that are not finite are found by the checks below."""
    with net.step_alone(), np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        yield


def check_loss(net: Network, loss: float, images: ArrayLike, lr: float) -> None:
    """Refuse a loss that is not finite, and say where it came from."""
    if not math.isfinite(loss):
        raise BadakError(_explain(net, images, f"the loss became {loss}", lr))


def apply_gradients(
    net: Network,
    optimizer: Optimizer,
    gradients: Mapping[str, Array],
    images: ArrayLike,
    lr: float | None,
    clip_norm: float | None,
) -> None:
    """Clip gradients and update the parameters; see `training_step`."""
    if not gradients:
        raise BadakError(
            f"nothing learns, for all {len(net.layers)} layers are frozen: unfreeze some, such "
            f"as net.unfreeze({list(net.layers)[-1]!r})"
        )
    clipped = gradients
    try:
        if clip_norm is not None:
            clipped, _ = clip_gradients(gradients, clip_norm)
        optimizer.update(net.trainable(), clipped, lr)
    except BadakError:  # nothing has changed: look for the reason
        place = ops.first_not_finite(list(gradients.values()))
        if place < 0:
            raise
        name = list(gradients)[place]
        words = _explain(net, images, f"the gradient of {name} is not finite", optimizer.lr)
        raise BadakError(words) from None


def answers(logits: Array, labels: ArrayLike, ignore_index: int | None) -> tuple[int, int]:
    """Count the right answers, and the labels that the loss counts."""
    wanted = as_array(labels, "labels")
    if wanted.ndim == 2:
        wanted = wanted.argmax(axis=1)
    elif ignore_index is not None:
        counted = wanted != ignore_index
        logits, wanted = logits[counted], wanted[counted]
    return int(np.count_nonzero(logits.argmax(axis=1) == wanted)), len(wanted)


def _explain(net: Network, images: ArrayLike, fault: str, lr: float) -> str:
    """Say which layer's output is the first that is not finite, and what may help."""
    out, place = as_images(images, net.input_shape, net.dtype), "the loss"
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for name, layer in net.layers.items():
            out, _ = layer.forward(out, False)
            if not np.isfinite(out).all():
                place = f"layer {name!r}"
                break
    return f"{fault}, first seen in {place}; {lower(lr)}"
