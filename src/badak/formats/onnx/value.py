"""What flows through an ONNX graph that is read, and the layers that make it."""

from dataclasses import dataclass

import numpy as np

from badak.arrays import Array, Shape
from badak.formats.onnx.layout import Layout
from badak.layers import Layer

CHANNELS_LAST = (1, 2, 0)  # how TensorFlow orders the axes of maps


@dataclass(frozen=True)
class Loaded:
    """A layer, and the arrays that it and what it holds need: one dict for each leaf, in order.

    Attributes:
        layer: the layer.
        arrays: name -> array, for each leaf.
        node: what the file calls it.
    """

    layer: Layer
    arrays: tuple[dict[str, Array], ...] = ({},)
    node: str = ""


@dataclass(frozen=True)
class Value:
    """What flows through the network: one array per image.

    Attributes:
        name: in the file.
        shape: of one image as badak holds it: (C, H, W), or (D,).
        layout: of the file's array.
        sources: names of the values that it is computed from; several if paths join.
        layers: those that make it from its one source.
        joins: the operator, such as "Add" or "Concat", if paths join.
        node: what the file calls the node that joins them.
        uses: how many nodes take it.
        probabilities: whether a softmax computed it, which badak leaves to `predict_proba` and
            the loss; its sources are then the logits.
    """

    name: str
    shape: Shape
    layout: Layout
    sources: tuple[str, ...] = ()
    layers: tuple[Loaded, ...] = ()
    joins: str = ""
    node: str = ""
    uses: int = 1
    probabilities: bool = False

    @property
    def file_shape(self) -> Shape:
        """Of one image as the file holds it."""
        return self.layout.shape

    @property
    def rows(self) -> bool:
        """Whether it is rows, but not the channels of maps of one place."""
        return len(self.layout.axes) == 1 and (len(self.shape) == 1 or self.places > 1)

    @property
    def places(self) -> int:
        """Rows times columns."""
        return int(np.prod(self.shape[1:], dtype=object))

    def __len__(self) -> int:
        return self.shape[0]
