"""CrossEntropyLoss: what training makes small. Not a layer: it ends the network in one number."""

from dataclasses import asdict, dataclass
from typing import Any, final

from numpy.typing import ArrayLike

from badak import checks, ops
from badak.arrays import Array


@final
@dataclass(frozen=True)
class CrossEntropyLoss:
    """Softmax and cross-entropy in one, from logits (the book's *SoftmaxWithLoss*, chapter 5).

    Args:
        label_smoothing: share of each target spread over all classes (Szegedy et al. 2016).
        ignore_index: images with this label count neither in the loss nor in the gradient.

    Example:
        >>> import numpy as np
        >>> loss, cache = CrossEntropyLoss().forward(np.zeros((1, 4)), [2])
        >>> round(loss, 4)  # log 4
        1.3863
    """

    label_smoothing: float = 0.0
    ignore_index: int | None = None

    def __post_init__(self) -> None:
        checks.real(self.label_smoothing, "label_smoothing", minimum=0, maximum=1)
        if self.ignore_index is not None:
            checks.integer(self.ignore_index, "ignore_index", minimum=-(2**31))

    def forward(
        self, logits: Array, labels: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> tuple[float, Any]:
        """Return the mean loss over the batch and what `backward` needs.

        Args:
            logits: (N, K).
            labels: (N,) class indices, or (N, K) one-hot rows or probabilities.
            sample_weight: (N,); the mean is weighted by it.
        """
        options = {**asdict(self), "sample_weight": sample_weight}
        loss, log_probabilities = ops.cross_entropy(logits, labels, **options)
        return loss, (log_probabilities, labels, options)

    def backward(self, cache: Any) -> Array:
        """Return the gradient of the logits (N, K)."""
        log_probabilities, labels, options = cache
        return ops.cross_entropy_backward(log_probabilities, labels, **options)
