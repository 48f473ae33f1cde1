"""A network's inputs besides images, and its results, as plain records."""

from typing import NamedTuple, Protocol

from badak import notebook
from badak.arrays import Array, Images, InBlocks, Labels


class LabelledImages(Protocol):
    """Anything with images (N, C, H, W) and labels (N,), such as badak.data.Dataset."""

    @property
    def images(self) -> Images | InBlocks: ...  # noqa: D102

    @property
    def labels(self) -> Labels: ...  # noqa: D102


class StepResult(NamedTuple):
    """The results of one forward and backward pass.

    Attributes:
        loss: mean loss over the batch.
        gradients: ``"conv1.weight"`` -> array shaped like the parameter.
        logits: (N, K), of the same forward pass.
        grad_x: gradient of the images (N, C, H, W), if it was asked for.
    """

    loss: float
    gradients: dict[str, Array]
    logits: Array
    grad_x: Array | None

    def copied(self) -> "StepResult":
        """Return the same numbers in new arrays, which no later pass overwrites."""
        return StepResult(
            self.loss,
            {name: array.copy() for name, array in self.gradients.items()},
            self.logits.copy(),
            None if self.grad_x is None else self.grad_x.copy(),
        )


class Evaluation(NamedTuple):
    """Mean loss, share of images classified correctly, and the number of images."""

    loss: float
    accuracy: float
    images: int

    def _repr_html_(self) -> str:
        columns = ("Loss", "Accuracy", "Images")
        row = (f"{self.loss:.4f}", f"{self.accuracy:.4f}", f"{self.images:,}")
        return notebook.table(None, columns, [row], numbers=columns)
