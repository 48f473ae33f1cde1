"""Network: named layers in order, with their state, passes, prediction and files.

Letters: N images, C channels, H rows, W columns, K classes.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from badak import checks, ops
from badak.arrays import Array, Labels, Shape
from badak.errors import ArgumentTypeError, BadakError, FormatError, shown, where
from badak.layers import CrossEntropyLoss, Layer, initial
from badak.layers.naming import named
from badak.network import architecture, files, passes
from badak.network.evaluate import evaluate, outputs
from badak.network.freezing import set_names_frozen
from badak.network.plan import Plans, Ready
from badak.network.results import Evaluation, LabelledImages, StepResult
from badak.network.state import (
    buffers,
    check_fits,
    fill,
    generators,
    parameters,
    undone_by_a_fault,
)
from badak.network.state_dict import Loaded, chosen
from badak.network.transferable import Transferable
from badak.turns import Turns

if TYPE_CHECKING:
    from badak.network.summary import Summary


class Network(Transferable):
    """Layers in order, from images (N, C, H, W) to logits (N, K).

    The geometry is checked and the parameters are made here, before anything runs. The layers
    are copied, so one list may serve several networks.

    Several threads may use one network. Each predicted or evaluated batch and each saved file sees
    parameters and statistics as they are between two steps, even while another thread trains;
    several trainings of one network take turns, step by step. Your own code that changes
    `parameters()` is not protected. Between calls the network keeps the buffers of its last batch
    sizes (`badak.network.plan`), but no results.

    Args:
        layers: a list, named ``conv1, relu1, pool1 ...`` by kind and number; or name -> layer.
        input_shape: (C, H, W) of one image.
        seed: of the initial parameters and of dropout.
        dtype: np.float32 or np.float64.
        loss: what training minimises; CrossEntropyLoss() if None.
        fuse: whether the native edition runs all layers in one recorded call
            (`badak.network.plan`) or one by one; the results agree within float32 rounding.
        state: parameters and buffers, which are copied; drawn from the seed if None.

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
        state: Mapping[str, NDArray[Any]] | None = None,
    ) -> None:
        self.dtype = architecture.checked_dtype(dtype)
        self.seed = checks.integer(seed, "seed", maximum=2**64 - 1)
        self.loss = CrossEntropyLoss() if loss is None else loss
        if not isinstance(self.loss, CrossEntropyLoss):
            raise ArgumentTypeError(f"loss must be a CrossEntropyLoss; got {shown(loss)}")
        self.layers = {name: type(layer)(**layer.config()) for name, layer in named(layers).items()}
        architecture.check_count(self.layers)
        self.input_shape = architecture.checked_input_shape(input_shape)
        bits = np.random.PCG64(self.seed)
        generator = np.random.Generator(bits) if state is None else initial.Undrawn(bits)
        shape: Shape = self.input_shape
        for name, layer in self.layers.items():
            with where(f"{type(layer).__name__} {name!r}"):
                shape = layer.build(shape, generator, self.dtype)
        self.output_shape = shape
        self.fuse = checks.flag(fuse, "fuse")
        self.plans = Plans(self.layers, self.input_shape)
        self._turns = Turns()
        if state is not None:
            self.load_state(state)

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
        return self.forward(x)

    def __repr__(self) -> str:
        lines = [f"    {name!r}: {layer!r}," for name, layer in self.layers.items()]
        return "\n".join(["Network({", *lines, f"}}, input_shape={self.input_shape})"])

    def _repr_html_(self) -> str:
        return self.summary()._repr_html_()

    def forward(self, x: ArrayLike, training: bool = False) -> Array:
        """Return the output for images (N, C, H, W); with `training`, as in a training step."""
        with self._turns.writing() if training else self._turns.reading():
            return passes.forward(self, x, training)

    def forward_backward(
        self,
        x: ArrayLike,
        labels: ArrayLike,
        sample_weight: ArrayLike | None = None,
        need_grad_x: bool = False,
        training: bool = True,
    ) -> StepResult:
        """Run one batch forward and backward, once each.

        Args:
            x: images (N, C, H, W).
            labels: (N,) class indices, or (N, K) one-hot rows or probabilities.
            sample_weight: (N,); the mean loss is weighted by it.
            need_grad_x: whether to return the gradient of the images too.
            training: whether dropout drops and batch norm uses the batch's statistics.

        Raises:
            BadakError: images or labels that do not fit the network.
        """
        arguments = x, labels, sample_weight, need_grad_x, training
        with self.step_alone(), passes.forward_backward(self, *arguments) as result:
            return result.copied()

    def step_pass(
        self,
        x: ArrayLike,
        labels: ArrayLike,
        sample_weight: ArrayLike | None = None,
        ready: Ready | None = None,
    ) -> AbstractContextManager[StepResult]:
        """Lend what `forward_backward` returns, within a block; a plan allocates no array.

        `ready` is called as ready({name: gradient}) on the way back, as soon as some are final.
        """
        return passes.forward_backward(self, x, labels, sample_weight, ready=ready)

    def loss_and_gradients(
        self, x: ArrayLike, labels: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> tuple[float, dict[str, Array]]:
        """Return the mean loss and the gradient of every parameter; see `forward_backward`."""
        result = self.forward_backward(x, labels, sample_weight)
        return result.loss, result.gradients

    def predict(self, x: ArrayLike, batch_size: int = 256) -> Labels:
        """Return the class of each image, (N,) int64, at most `batch_size` images at a time."""
        classes: Labels = outputs(self, x, batch_size).argmax(axis=1)
        return classes

    def predict_proba(self, x: ArrayLike, batch_size: int = 256) -> Array:
        """Return the probability of each class for each image: (N, K), rows sum to 1."""
        return ops.softmax(outputs(self, x, batch_size))

    def evaluate(self, data: LabelledImages, batch_size: int = 256) -> Evaluation:
        """Return mean loss and accuracy over a data set, the last partial batch included.

        Args:
            data: has images (N, C, H, W) and labels (N,).
            batch_size: images at a time, at most; memory does not grow with N.

        Raises:
            BadakError: no images, or labels that do not fit.
        """
        return evaluate(self, data, batch_size)

    def parameters(self) -> dict[str, Array]:
        """Return ``"conv1.weight"`` -> the live array that training changes."""
        return parameters(self.layers)

    def buffers(self) -> dict[str, Array]:
        """Return ``"norm1.running_mean"`` -> live array, saved but not trained."""
        return buffers(self.layers)

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
        check_fits(self.state(), state)
        with self._turns.writing():
            fill(self.layers, state)

    def load_state_dict(self, state: Mapping[str, Any], strict: bool = True) -> Loaded:
        """Copy arrays or tensors of equal names, as PyTorch does; see `Loaded`.

        Args:
            state: name -> array, of any real dtype that NumPy has. `badak.load_state_dict` takes
                files, and other names too.
            strict: refuse names missing or unknown, and other shapes. Else what fits is taken.

        Raises:
            ArgumentTypeError: not a dictionary of arrays by name.
            BadakError: what `strict` refuses, or NaN or infinity; nothing changes.
        """
        taken, loaded = chosen(self.state(), state, checks.flag(strict, "strict"))
        with self._turns.writing():
            fill(self.layers, taken)
        return loaded

    def generators(self) -> dict[str, np.random.Generator]:
        """Return layer name -> the generator it draws from in training."""
        return generators(self.layers)

    @contextmanager
    def step_alone(self) -> Iterator[None]:
        """Keep other threads out within the block, and see `undone_by_a_fault`."""
        with self._turns.writing(), undone_by_a_fault(self.layers):
            yield

    def astype(self, dtype: Any) -> "Network":
        """Return a copy with parameters and buffers rounded to float32 or widened to float64."""
        options: dict[str, Any] = {"seed": self.seed, "loss": self.loss, "fuse": self.fuse}
        copy = Network(self.layers, self.input_shape, dtype=dtype, **options)
        set_names_frozen(copy.layers, self.frozen)
        # Not load_state, which refuses NaN: a network that diverged can be inspected too.
        with self._turns.reading(), np.errstate(over="ignore"):
            fill(copy.layers, self.state())
        return copy

    def summary(self) -> "Summary":
        """Return the table of shapes, parameters, FLOPs, bytes and receptive fields; `print` it."""
        from badak.network.summary import Summary  # slow to load, and rarely needed

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
            FormatError: an unknown layer or argument, values that do not fit, or a state that
                does not fit; see `load_state`.
        """
        arguments = architecture.parse(description)
        try:
            if state is not None:
                architecture.check_state(arguments["layers"], arguments["input_shape"], state)
            names = arguments.pop("frozen", ())
            net = cls(**arguments, state=state)
            set_names_frozen(net.layers, names)
        except BadakError as fault:
            raise FormatError(f"its architecture cannot be built: {fault}") from None
        return net

    def save(self, path: str | Path) -> None:
        """Write parameters, buffers and architecture to one safetensors file, atomically.

        Raises:
            BadakError: the file cannot be written.
        """
        with self._turns.reading():
            files.save(path, self)
