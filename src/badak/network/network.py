"""Network: named layers in order; forward, loss and gradients, prediction, saving and loading.

Letters: N images, C channels, H rows, W columns, K classes.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from badak import checks, files, ops, storage
from badak.arrays import (
    Array,
    Images,
    Labels,
    Shape,
    as_array,
    as_images,
    as_labels,
    check_layout,
    check_no_column,
    check_shape,
    not_finite,
)
from badak.errors import ArgumentTypeError, BadakError, FormatError, shown, where
from badak.layers import CrossEntropyLoss, Layer
from badak.layers.naming import named
from badak.network import architecture
from badak.network.plan import Plan, Plans
from badak.network.summary import Summary
from badak.turns import Turns

FORMAT = {"format": "badak network", "version": 1}


class LabelledImages(Protocol):
    """Anything with images (N, C, H, W) and labels (N,), such as badak.data.Dataset."""

    @property
    def images(self) -> Images: ...  # noqa: D102

    @property
    def labels(self) -> Labels: ...  # noqa: D102


class StepResult(NamedTuple):
    """What one pass forward and back gives.

    Attributes:
        loss: mean loss over the batch.
        gradients: ``"conv1.weight"`` -> array shaped like the parameter.
        logits: (N, K), of the same forward pass.
        grad_x: gradient of the images (N, C, H, W), where it was asked for.
    """

    loss: float
    gradients: dict[str, Array]
    logits: Array
    grad_x: Array | None


class Evaluation(NamedTuple):
    """Mean loss, share of images classified rightly, and how many images there were."""

    loss: float
    accuracy: float
    images: int


class Network:
    """Layers in order, from images (N, C, H, W) to logits (N, K).

    The geometry is checked and the parameters are made here, before anything runs. The layers
    are copied, so one list may serve several networks. One network serves many threads: each batch
    that is predicted or evaluated, and each file that is saved, sees parameters and statistics as
    they are between two steps, also while another thread trains; trainings of the same network
    take turns, step by step. Your own code that changes `parameters()` is not included.
    Between calls it keeps the buffers of its last batch sizes (`badak.network.plan`), no results.

    Args:
        layers: a list, named ``conv1, relu1, pool1 ...`` by kind and number; or name -> layer.
        input_shape: (C, H, W) of one image.
        seed: of the initial parameters and of dropout.
        dtype: np.float32 or np.float64.
        loss: what training makes small; CrossEntropyLoss() where None.
        fuse: whether the native edition runs all layers in one recorded call
            (`badak.network.plan`) or one by one; the results agree within float32 rounding.

    Raises:
        BadakError: a layer does not fit the output of the one before it; the message names it.

    Example:
        >>> from badak.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU
        >>> net = Network([Conv2d(30, 5), ReLU(), MaxPool2d(2), Flatten(), Linear(10)], (1, 28, 28))
        >>> net.output_shape, list(net.parameters())
        ((10,), ['conv1.weight', 'conv1.bias', 'linear1.weight', 'linear1.bias'])
        >>> Network([Conv2d(30, 5), MaxPool2d(3)], input_shape=(1, 6, 6))
        Traceback (most recent call last):
        badak.errors.BadakError: MaxPool2d 'pool1': a 3x3 kernel covers 3x3 and does not fit its ...
    """

    def __init__(
        self,
        layers: Sequence[Layer] | Mapping[str, Layer],
        input_shape: Sequence[int],
        *,
        seed: int = 0,
        dtype: Any = np.float32,
        loss: CrossEntropyLoss | None = None,
        fuse: bool = True,
    ) -> None:
        try:
            self.dtype = np.dtype(dtype)
        except TypeError:
            raise ArgumentTypeError(
                f"dtype must be float32 or float64; got {shown(dtype)}"
            ) from None
        if self.dtype not in (np.float32, np.float64):
            raise BadakError(f"dtype must be float32 or float64; got {self.dtype}")
        self.seed = checks.integer(seed, "seed", maximum=2**64 - 1)
        self.loss = CrossEntropyLoss() if loss is None else loss
        if not isinstance(self.loss, CrossEntropyLoss):
            raise ArgumentTypeError(f"loss must be a CrossEntropyLoss; got {shown(loss)}")
        self.layers = {name: type(layer)(**layer.config()) for name, layer in named(layers).items()}
        architecture.check_count(self.layers)
        self.input_shape = architecture.checked_input_shape(input_shape)
        generator = np.random.default_rng(self.seed)
        shape: Shape = self.input_shape
        for name, layer in self.layers.items():
            with where(f"{type(layer).__name__} {name!r}"):
                shape = layer.build(shape, generator, self.dtype)
        self.output_shape = shape
        self.fuse = checks.flag(fuse, "fuse")
        self._plans = Plans(self.layers, self.input_shape)
        self._turns = Turns()

    @property
    def num_classes(self) -> int:
        """K, the number of outputs.

        Raises:
            BadakError: the output is not one row per image.
        """
        if len(self.output_shape) != 1:
            raise BadakError(
                f"classification needs one row of outputs per image; the network's output is "
                f"{self.output_shape}: end it with Flatten() or Linear(num_classes)"
            )
        return self.output_shape[0]

    def __call__(self, x: ArrayLike) -> Array:
        """Return the output for images (N, C, H, W): float, or uint8 in 0..255."""
        if not self._planned():
            return self.forward(self._images(x))
        with self._turns.reading(), self._filled(x, training=False) as plan:
            return plan.forward().copy()

    def __repr__(self) -> str:
        lines = [f"    {name!r}: {layer!r}," for name, layer in self.layers.items()]
        return "\n".join(["Network({", *lines, f"}}, input_shape={self.input_shape})"])

    def forward(self, x: Images, training: bool = False) -> Array:
        """Return the output for checked float images; with `training`, as in a training step."""
        if not training and self._planned():
            return self(x)
        with self._turns.writing() if training else self._turns.reading():
            for name, layer in self.layers.items():
                with where(f"{type(layer).__name__} {name!r}"):
                    x, _ = layer.forward(x, training)
        return x

    def forward_backward(
        self,
        x: ArrayLike,
        labels: ArrayLike,
        sample_weight: ArrayLike | None = None,
        need_grad_x: bool = False,
        training: bool = True,
    ) -> StepResult:
        """Run one batch forward and back, once each.

        Args:
            x: images (N, C, H, W).
            labels: (N,) class indices, or (N, K) one-hot rows or probabilities.
            sample_weight: (N,); the mean loss is weighted by it.
            need_grad_x: whether the gradient of the images is wanted too.
            training: whether dropout drops and batch norm uses the batch's statistics.

        Returns:
            Loss, gradients, logits and, where asked for, the gradient of the images.

        Raises:
            BadakError: images or labels that do not fit the network.
        """
        with self.step_alone():
            if not (training and self._planned()):
                return self._layer_by_layer(x, labels, sample_weight, need_grad_x, training)
            with self.planned_step(x, labels, sample_weight, need_grad_x) as result:
                return StepResult(
                    result.loss,
                    {name: array.copy() for name, array in result.gradients.items()},
                    result.logits.copy(),
                    None if result.grad_x is None else result.grad_x.copy(),
                )

    @contextmanager
    def step_pass(
        self, x: ArrayLike, labels: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Iterator[StepResult]:
        """Lend what `forward_backward` gives, for a training step; no array is made where planned.

        The arrays are valid within the block alone.
        """
        if self._planned():
            with self.planned_step(x, labels, sample_weight) as result:
                yield result
        else:
            yield self._layer_by_layer(x, labels, sample_weight, False, True)

    def _planned(self) -> bool:
        """Whether passes run as a recorded plan."""
        return (
            self.fuse
            and self.dtype == np.float32
            and ops.active() == "native"
            and self._plans.possible()
        )

    @contextmanager
    def _filled(self, x: ArrayLike, training: bool, need_grad_x: bool = False) -> Iterator[Plan]:
        """Lend a plan that holds the checked images."""
        images: Any = x
        ready = (
            type(images) is np.ndarray
            and images.dtype == np.float32
            and images.shape[1:] == self.input_shape
            and images.flags.carray
        )
        if not ready:
            images = self._images(x)
        with self._plans.lend(len(images), training, need_grad_x) as plan:
            if not plan.take(images):
                self._images(x)  # says which image is not finite
            yield plan

    @contextmanager
    def planned_step(
        self,
        x: ArrayLike,
        labels: ArrayLike,
        sample_weight: ArrayLike | None = None,
        need_grad_x: bool = False,
    ) -> Iterator[StepResult]:
        """Lend the plan's own arrays after one pass forward and back."""
        with self._filled(x, True, need_grad_x) as plan:
            targets = self._targets(labels, len(plan.images))
            logits = plan.forward()
            plain = type(self.loss) is CrossEntropyLoss and self.loss.ignore_index is None
            if plain and targets.ndim == 1 and sample_weight is None:
                loss = ops.edition.fused().softmax_cross_entropy(
                    logits, targets, self.loss.label_smoothing, plan.grad_logits
                )
            else:
                loss, cache = self.loss.forward(logits, targets, sample_weight)
                plan.grad_logits[...] = self.loss.backward(cache)
            gradients = plan.backward()
            self._check_buffers(loss)
            yield StepResult(loss, gradients, logits, plan.grad_x if need_grad_x else None)

    def _check_buffers(self, loss: float) -> None:
        """Refuse running statistics that left their dtype's range though the loss did not."""
        buffers = self.buffers() if math.isfinite(loss) else {}
        odd = ops.first_not_finite(list(buffers.values()))
        if odd >= 0:
            raise BadakError(
                f"{list(buffers)[odd]} is not finite after this batch: its layer's input is too "
                f"large for {self.dtype}; use a lower learning rate, or scale the images to [0, 1]"
            )

    def _layer_by_layer(
        self,
        x: ArrayLike,
        labels: ArrayLike,
        sample_weight: ArrayLike | None,
        need_grad_x: bool,
        training: bool,
    ) -> StepResult:
        out = self._images(x)
        labels = self._targets(labels, len(out))
        caches = []
        for name, layer in self.layers.items():
            with where(f"{type(layer).__name__} {name!r}"):
                out, cache = layer.forward(out, training)
                caches.append(cache)
        loss, loss_cache = self.loss.forward(out, labels, sample_weight)
        grad: Any = self.loss.backward(loss_cache)
        gradients: dict[str, Array] = {}
        first = next(iter(self.layers))
        for name, layer in reversed(self.layers.items()):
            with where(f"{type(layer).__name__} {name!r}"):
                grad, grads = layer.backward(grad, caches.pop(), need_grad_x or name != first)
            gradients |= {f"{name}.{key}": value for key, value in grads.items()}
        if training:
            self._check_buffers(loss)
        ordered = {name: gradients[name] for name in self.parameters()}
        return StepResult(loss, ordered, out, grad if need_grad_x else None)

    def loss_and_gradients(
        self, x: ArrayLike, labels: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> tuple[float, dict[str, Array]]:
        """Return the mean loss and the gradient of every parameter; see `forward_backward`."""
        result = self.forward_backward(x, labels, sample_weight)
        return result.loss, result.gradients

    def predict(self, x: ArrayLike, batch_size: int = 256) -> Labels:
        """Return the class of each image: (N,) int64.

        Args:
            x: images (N, C, H, W): float, or uint8 in 0..255.
            batch_size: images at a time; memory does not grow with N.
        """
        classes: Labels = self._all_outputs(x, batch_size).argmax(axis=1)
        return classes

    def predict_proba(self, x: ArrayLike, batch_size: int = 256) -> Array:
        """Return the probability of each class for each image: (N, K), rows sum to 1.

        Args:
            x: images (N, C, H, W): float, or uint8 in 0..255.
            batch_size: images at a time.
        """
        return ops.softmax(self._all_outputs(x, batch_size))

    def evaluate(self, data: LabelledImages, batch_size: int = 256) -> Evaluation:
        """Return mean loss and accuracy over a data set, the last partial batch included.

        Args:
            data: has images (N, C, H, W) and labels (N,).
            batch_size: images at a time; memory does not grow with N.

        Raises:
            BadakError: no images, or labels that do not fit.
        """
        if not hasattr(data, "images") or not hasattr(data, "labels"):
            raise ArgumentTypeError(f"data must have images and labels; got {type(data).__name__}")
        images = as_array(data.images, "images")
        given = as_array(data.labels, "labels")
        if self.loss.ignore_index is not None and given.shape == (len(images),):
            counted = given != self.loss.ignore_index
            images, given = images[counted], given[counted]
        labels = as_labels(given, len(images), self.num_classes)
        if not len(images):
            raise BadakError("evaluation needs at least one image; the data set is empty")
        right, total, start = 0, 0.0, 0
        for logits in self._outputs(images, batch_size):
            batch = labels[start : start + len(logits)]
            loss, _ = self.loss.forward(logits, batch)
            right += int((logits.argmax(axis=1) == batch).sum())
            total += loss * len(logits)
            start += len(logits)
        return Evaluation(total / start, right / start, start)

    def parameters(self) -> dict[str, Array]:
        """Return ``"conv1.weight"`` -> the live array that training changes."""
        return {
            f"{name}.{key}": array
            for name, layer in self.layers.items()
            for key, array in layer.parameters.items()
        }

    def buffers(self) -> dict[str, Array]:
        """Return ``"norm1.running_mean"`` -> live array, saved but not trained."""
        return {
            f"{name}.{key}": array
            for name, layer in self.layers.items()
            for key, array in layer.buffers.items()
        }

    def state(self) -> dict[str, Array]:
        """Return parameters and buffers: all the arrays a file holds."""
        return self.parameters() | self.buffers()

    def load_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Copy arrays into parameters and buffers; all fit, or nothing changes.

        Args:
            state: what `state` returns, of a network of the same architecture.

        Raises:
            BadakError: names missing or unknown, shapes or dtypes that differ, NaN or infinity;
                all are listed.
        """
        own = self.state()
        faults = architecture.misfits({name: array.shape for name, array in own.items()}, state)
        comparable = {}
        for name in [name for name in own if name in state]:
            if state[name].dtype == own[name].dtype:
                comparable[name] = state[name]
            else:
                faults.append(f"{name} is {state[name].dtype}, expected {own[name].dtype}")
        faults += [f"{name} holds NaN or infinity" for name in not_finite(comparable)]
        if faults:
            raise BadakError("the arrays do not fit this network: " + "; ".join(faults))
        with self._turns.writing():
            self._own_arrays()
            for name, array in self.state().items():
                array[...] = state[name]

    def generators(self) -> dict[str, np.random.Generator]:
        """Return layer name -> the generator it draws from in training."""
        return {
            name: layer.generator
            for top, one in self.layers.items()
            for name, layer in one.leaves(top)
            if layer.generator is not None
        }

    @contextmanager
    def step_alone(self) -> Iterator[None]:
        """Let no other thread read or train within the block; a fault undoes what it changed.

        Undone is what a forward pass in training changes: batch norm's running statistics and the
        state of dropout's generators.
        """
        with self._turns.writing():
            self._own_arrays()
            buffers = {name: array.copy() for name, array in self.buffers().items()}
            states = {
                name: generator.bit_generator.state for name, generator in self.generators().items()
            }
            try:
                yield
            except BaseException:
                for name, array in self.buffers().items():
                    array[...] = buffers[name]
                for name, generator in self.generators().items():
                    generator.bit_generator.state = states[name]
                raise

    def _own_arrays(self) -> None:
        """Copy arrays that cannot be written, such as those that joblib maps from a file."""
        for top, layer in self.layers.items():
            for _, leaf in layer.leaves(top):
                for arrays in (leaf.parameters, leaf.buffers):
                    for key, array in arrays.items():
                        if not array.flags.writeable:
                            arrays[key] = np.array(array)

    def astype(self, dtype: Any) -> "Network":
        """Return a copy with parameters and buffers rounded to float32 or widened to float64."""
        copy = Network(
            self.layers,
            self.input_shape,
            seed=self.seed,
            dtype=dtype,
            loss=self.loss,
            fuse=self.fuse,
        )
        # No load_state, which refuses NaN: a network that diverged may be looked at too.
        with self._turns.reading(), np.errstate(over="ignore"):
            state = self.state()
            for name, array in copy.state().items():
                array[...] = state[name]
        return copy

    def summary(self) -> Summary:
        """Return the table of shapes, parameters, FLOPs, bytes and receptive fields.

        ``print(net.summary())`` draws it; its `rows` hold the numbers.
        """
        return Summary.of(self.layers, self.input_shape, self.dtype)

    def architecture(self) -> dict[str, Any]:
        """Return the layers, their arguments, input shape, dtype and loss as JSON can hold them."""
        return architecture.describe(self.layers, self.input_shape, self.dtype, self.loss)

    @classmethod
    def from_architecture(
        cls, description: Any, state: Mapping[str, NDArray[Any]] | None = None
    ) -> "Network":
        """Build the network that `architecture` described.

        Args:
            description: what `architecture` returned, as JSON gives it back.
            state: its parameters and buffers; new ones if None. They are compared with what
                the layers need before anything is made: a small file may claim a huge network.

        Raises:
            FormatError: an unknown layer or argument, or values that fit nowhere; or a state that
                does not fit, see `load_state`.
        """
        arguments = architecture.parse(description)
        try:
            if state is not None:
                layers = named(arguments["layers"])
                shapes = architecture.state_shapes(layers, arguments["input_shape"])
                faults = architecture.misfits(shapes, state)
                if faults:
                    raise BadakError(f"the arrays do not fit it: {'; '.join(faults)}")
            net = cls(**arguments)
            if state is not None:
                net.load_state(state)
        except BadakError as fault:
            raise FormatError(f"its architecture cannot be built: {fault}") from None
        return net

    def save(self, path: str | Path) -> None:
        """Write parameters, buffers and architecture to one safetensors file, atomically.

        Raises:
            BadakError: the file cannot be written.
        """
        with self._turns.reading():
            save_state(path, self, self.state())

    def _images(self, x: ArrayLike) -> Images:
        return as_images(x, self.input_shape, self.dtype)

    def _targets(self, labels: ArrayLike, count: int) -> NDArray[Any]:
        """Check labels before any layer runs; class probabilities and ignored labels may pass."""
        array = as_array(labels, "labels")
        check_no_column(array, "labels", self.num_classes)
        if array.ndim == 2 or self.loss.ignore_index is not None:
            return array
        return as_labels(array, count, self.num_classes)

    def _all_outputs(self, x: ArrayLike, batch_size: int) -> Array:
        empty = np.empty((0, self.num_classes), self.dtype)
        return np.concatenate([empty, *self._outputs(x, batch_size)])

    def _outputs(self, x: ArrayLike, batch_size: int) -> Iterator[Array]:
        """Yield the logits of each batch, which is checked and scaled only when its turn comes."""
        checks.integer(batch_size, "batch_size", minimum=1)
        array = as_array(x, "images")
        check_layout(array, "images", self.input_shape)
        check_shape(array, "images", (None, *self.input_shape))
        for start in range(0, len(array), batch_size):
            yield self(array[start : start + batch_size])


def save_state(path: str | Path, net: Network, state: Mapping[str, Array]) -> None:
    """Write a network as `Network.save` does, with what `state` returned at another time."""
    storage.save(path, state, {**FORMAT, "architecture": net.architecture()})


def load(path: str | Path) -> Network:
    """Read a network that `Network.save` wrote; nothing in the file is executed.

    Args:
        path: the safetensors file.

    Returns:
        The network, ready to predict or to train on.

    Raises:
        FormatError: the file cannot be read, is no network of badak's or damaged, or its tensors
            do not fit it or hold NaN or infinity.

    Example:
        >>> import tempfile
        >>> from badak.layers import Flatten, Linear
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Network([Flatten(), Linear(3)], (1, 2, 2)).save(f"{folder}/net.safetensors")
        ...     load(f"{folder}/net.safetensors").output_shape
        (3,)
    """
    place = files.as_path(path)
    if place.suffix == ".onnx":
        raise FormatError(f"{path} is an ONNX file: load it by badak.onnx.load")
    if place.is_dir():
        raise FormatError(
            f"{path} cannot be read: it is a folder, not a file; name the model in it, such as "
            f"{place / 'model.safetensors'}"
        )
    arrays, metadata = storage.load(place)
    try:
        if {key: metadata.get(key) for key in FORMAT} != FORMAT or len(metadata) != 3:
            raise FormatError(f"expected {FORMAT} in its metadata; got {shown(metadata)}")
        net = Network.from_architecture(metadata.get("architecture"), arrays)
    except BadakError as fault:
        raise FormatError(f"{path} is no usable badak network: {fault}") from None
    return net
