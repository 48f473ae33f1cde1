"""Plan: a network's pass over batches of one size, recorded once and run again natively.

The first pass runs stage by stage (`badak.network.fusion`) while the native core records its
calls; every later one repeats them on the same arrays: no array is allocated and no line of Python
runs between the kernels.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from badak.arrays import Array, Images, Shape, as_images
from badak.layers import LAYERS, Block, Layer, changes
from badak.network.freezing import still, trainable
from badak.network.fusion import Chain, Still
from badak.network.prediction.stage import Predicted, Segments
from badak.network.stages import Stage
from badak.ops import edition

# Plans kept per network: for the batches of training and of evaluation, and for their last ones.
KEPT = 4

Key = tuple[int, bool, bool, bool]
# Called on the way back as ready(gradients) with those that are final.
Ready = Callable[[dict[str, Array]], None]


class Plan:
    """The recorded passes for one batch size; used by one thread at a time.

    `segments` are those of all layers in prediction; in training, of the first ones that it leaves
    as they are, or None if there are none.

    Attributes:
        images: (N, C, H, W) float32, where the batch is put.
        logits: the output; every pass overwrites it.
        grad_logits: where the loss's gradient is put before `backward`.
        gradients: ``"conv1.weight"`` -> array, of what learns, in the network's order; every pass
            overwrites it.
        grad_x: the gradient of the images, if it was asked for.
    """

    def __init__(
        self,
        layers: Mapping[str, Layer],
        input_shape: Shape,
        count: int,
        training: bool,
        need_grad_x: bool,
        segments: Segments | None,
    ) -> None:
        self.images: Images = np.empty((count, *input_shape), np.float32)
        self._given: Images | None = None
        self._need_grad_x = need_grad_x
        self._stages: Stage
        self._direct: Predicted | None = None
        if segments is None:
            self._stages = Chain(list(layers.items()), input_shape, training)
        elif training:
            rest = list(layers.items())[still(layers) :]
            self._stages = Still(Predicted(segments, count, direct=False), rest)
        else:
            self._stages = predicted = Predicted(segments, count)
            self._direct = predicted if predicted.direct else None
        self._refreshed = list(self._stages.refreshed())
        self._names = list(trainable(layers))
        self._fused = edition.fused()
        self._forward = self._backward = None
        self._pieces: list[tuple[Any, dict[str, Array]]] = []
        self.logits: Array
        self.grad_logits: Array
        self.gradients: dict[str, Array] = {}
        self.grad_x: Array | None = None

    def take(self, images: Images) -> None:
        """Copy a batch to `images`, or remember it if the next pass reads it where it is."""
        if self._direct is not None:
            self._given = images
        elif not self._fused.take_images(images, self.images):
            as_images(images)  # says which image is not finite

    def forward(self) -> Array:
        """Run `images` forward; the output is `logits`."""
        for stage in self._refreshed:
            stage.refresh()
        if self._direct is not None:
            return self._run_on(self._direct)
        if self._forward is not None:
            self._forward.run()
            return self.logits
        with _Recording() as recording:
            out = self._stages.forward(self.images)
        self.logits, self._forward = out, recording.calls()
        self.grad_logits = np.empty_like(out)
        return self.logits

    def _run_on(self, predicted: Predicted) -> Array:
        """Predict the batch that was taken."""
        given, self._given = self._given, None
        if not predicted.programs:
            self.logits = predicted.forward(self.images)
        if given is None:
            raise RuntimeError("take a batch before each pass")
        if not predicted.run_on(given):
            as_images(given)  # says which image is not finite
        return self.logits

    def backward(self, ready: Ready | None = None) -> dict[str, Array]:
        """Run `grad_logits` back through the last forward pass.

        A plan is used always with `ready`, or always without.
        """
        if ready is not None:
            return self._backward_in_pieces(ready)
        if self._backward is not None:
            self._backward.run()
            return self.gradients
        with _Recording() as recording:
            grad, gradients = self._stages.backward(self.grad_logits, self._need_grad_x)
        self.gradients = {name: gradients[name] for name in self._names}
        self.grad_x = grad if self._need_grad_x else None
        self._backward = recording.calls()
        if self._backward is None:
            self._forward = None  # recorded again too: stages forgot what it kept for the way back
        return self.gradients

    def _backward_in_pieces(self, ready: Ready) -> dict[str, Array]:
        """Do the same with a recording of each stage, and hand on its gradients after it."""
        for calls, own in self._pieces:
            calls.run()
            ready(own)
        if self._pieces:
            return self.gradients
        found: dict[str, Array] = {}
        steps = self._stages.back(self.grad_logits, self._need_grad_x)
        while True:
            with _Recording() as recording:
                step = next(steps, None)
            if step is None:
                break
            grad, own = step
            found |= own
            self._pieces.append((recording.calls(), own))
            ready(own)
        self.gradients = {name: found[name] for name in self._names}
        self.grad_x = grad if self._need_grad_x else None
        if any(calls is None for calls, _ in self._pieces):
            self._pieces, self._forward = [], None  # as in `backward`
        return self.gradients


class _Recording:
    """Records the native calls made within the block."""

    def __init__(self) -> None:
        self._calls = edition.fused().Program()

    def __enter__(self) -> "_Recording":
        self._switches = edition.switches()
        self._calls.record()
        return self

    def __exit__(self, *fault: object) -> None:
        self._calls.stop()

    def calls(self) -> Any:
        """The recording; None if part of it may be missing: record again next time."""
        # Another thread may have switched to the reference, whose calls are not recorded.
        return self._calls if self._switches == edition.switches() else None


class _Parts:
    """The layers and arrays that plans refer to, as they were at one moment."""

    def __init__(self, layers: Mapping[str, Layer]) -> None:
        self._mark = changes.mark()
        self._segments: Segments | None = None
        # The same for the first layers alone, which training leaves as they are.
        self.first: _Parts | None = None
        self._seen = self._look(layers)
        # Keeps them alive: a new object could get the id of one that is gone.
        self._held = [layer for _, layer in _everything(layers)]
        leaves = [layer for layer in self._held if not isinstance(layer, Block)]
        arrays = [array for layer in leaves for array in _arrays(layer)]
        # A user's own layer may compute in NumPy, which a recording misses. And if an array is not
        # plain float32, a kernel gets a copy of it, which would be recorded.
        self.recordable = all(
            type(layer) in LAYERS.values() and layer.recordable for layer in self._held
        ) and all(array.dtype == np.float32 and _plain(array) for array in arrays)
        # Weights mapped from a file may be read only: prediction writes none. And a recording can
        # hold no message to another process: prediction sends none.
        self.trainable = all(array.flags.writeable for array in arrays) and all(
            layer.alone for layer in leaves
        )
        self.watch = edition.predict().Watch(
            [own for layer in leaves for own in (layer.parameters, layer.buffers)],
            [layers, *_named_layers(self._held)],
            list(_bases(arrays)),
        )

    def segments(self, layers: Mapping[str, Layer], input_shape: Shape) -> Segments:
        """How prediction runs."""
        if self._segments is None:
            self._segments = Segments(layers, input_shape, self.watch)
        return self._segments

    def _look(self, layers: Mapping[str, Layer]) -> list[tuple[str, int, int]]:
        """The name, identity and count of changes of every layer, also inside blocks."""
        return [(name, id(layer), layer.version) for name, layer in _everything(layers)]

    def unchanged(self, layers: Mapping[str, Layer]) -> bool:
        """Whether nothing was replaced or set again since then."""
        mark = changes.mark()
        if not self.watch.same():
            return False
        if mark is not self._mark:
            if self._look(layers) != self._seen:
                return False
            self._mark = mark
        return True


def _plain(array: Array) -> bool:
    """Whether a kernel can read an array where it is."""
    return bool(array.flags.c_contiguous and array.flags.aligned and array.dtype.isnative)


def _arrays(layer: Layer) -> Iterator[Array]:
    """A layer's parameters and buffers."""
    yield from layer.parameters.values()
    yield from layer.buffers.values()


def _named_layers(layers: Iterable[Layer]) -> Iterator[dict[str, Layer]]:
    """The dictionaries in which blocks hold layers."""
    for layer in layers:
        for argument in layer.holds if isinstance(layer, Block) else ():
            held = getattr(layer, argument)
            yield from [held] if isinstance(held, dict) else held


def _bases(arrays: Iterable[Any]) -> Iterator[Any]:
    """What arrays look at if their memory is not their own, and what that looks at."""
    for array in arrays:
        while (array := getattr(array, "base", None)) is not None:
            yield array


def _everything(layers: Mapping[str, Layer]) -> Iterator[tuple[str, Layer]]:
    """Every layer and block, also inside blocks, by full name."""
    for name, layer in layers.items():
        if isinstance(layer, Block):
            yield from layer.everything(name)
        else:
            yield name, layer


class _Loan:
    """A plan, within a block. A class: a generator would take a microsecond of every call."""

    __slots__ = "_free", "_key", "_plan"

    def __init__(self, plan: Plan, key: Key, free: OrderedDict[Key, Plan]) -> None:
        self._plan, self._key, self._free = plan, key, free

    def __enter__(self) -> Plan:
        return self._plan

    def __exit__(self, fault: object, *more: object) -> None:
        """Take the plan back; but after a fault it may be half recorded."""
        if fault is not None:
            return
        self._free[self._key] = self._plan  # nobody has this dictionary if its plans are outdated
        while len(self._free) > KEPT:
            self._free.popitem(last=False)


class Plans:
    """The plans of a network by batch size; each is lent to one thread at a time."""

    def __init__(self, layers: Mapping[str, Layer], input_shape: Shape) -> None:
        self._layers, self._input_shape = layers, input_shape
        self._parts: _Parts | None = None
        self._free: OrderedDict[Key, Plan] = OrderedDict()

    def possible(self, training: bool) -> bool:
        """Whether such passes of the network as it is now can be recorded."""
        parts = self._parts
        if parts is None or not parts.unchanged(self._layers):
            parts = self._parts = _Parts(self._layers)
            self._free = OrderedDict()
        return parts.recordable and (parts.trainable or not training)

    def lend(
        self, images: Images, training: bool, need_grad_x: bool = False, pieces: bool = False
    ) -> _Loan:
        """Lend a plan that holds these images, within the block; only if it is `possible`.

        `pieces`: for a way back that tells of each stage.
        """
        key, free = (len(images), training, need_grad_x, pieces), self._free
        plan = free.pop(key, None)  # one thread gets it; another makes its own
        if plan is None:
            how = key[1:3]
            plan = Plan(self._layers, self._input_shape, key[0], *how, self._segments(*how))
        plan.take(images)
        return _Loan(plan, key, free)

    def _segments(self, training: bool, need_grad_x: bool) -> Segments | None:
        """What plans of this very network share."""
        if self._parts is None:
            raise RuntimeError("lend a plan only if it is possible")
        if not training:
            return self._parts.segments(self._layers, self._input_shape)
        count = 0 if need_grad_x else still(self._layers)
        if not count:
            return None
        first = dict(list(self._layers.items())[:count])
        if self._parts.first is None:  # apart: the weights of the others change at each step
            self._parts.first = _Parts(first)
        return self._parts.first.segments(first, self._input_shape)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out of a copy what is bound to these very arrays."""
        return {**self.__dict__, "_parts": None, "_free": OrderedDict()}
