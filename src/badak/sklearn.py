"""ConvNetClassifier: a convolutional network as a scikit-learn classifier.

Letters: N samples, D features, C channels, H rows, W columns, K classes.
"""

import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from badak import checks
from badak.arrays import (
    Array,
    Images,
    Shape,
    as_array,
    check_layout,
    check_shape,
    refuse_pictures,
    warn_of_odd_images,
)
from badak.data.distinct import distinct
from badak.errors import ArgumentTypeError, BadakError, needs
from badak.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU
from badak.models import MODELS
from badak.network import Network
from badak.optim import OPTIMIZERS
from badak.training.step import training_step

with needs("badak.sklearn needs scikit-learn 1.6 or later", extra="sklearn"):
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.utils import check_array, check_random_state
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data


def SmallConvNet(input_shape: Sequence[int], num_classes: int, seed: int = 0) -> Network:
    """Two 3x3 convolutions, each pooled where that leaves something, and a hidden layer.

    Args:
        input_shape: (C, H, W) of one image, of any size.
        num_classes: units of the output.
        seed: of the initial parameters.

    Returns:
        The network.

    Example:
        >>> SmallConvNet((1, 1, 3), 2).layers["flatten1"].output_shape((32, 1, 1))
        (32,)
    """
    layers: list[Any] = []
    height, width = input_shape[1:]
    for filters in (16, 32):
        window = min(height, 2), min(width, 2)
        layers += [Conv2d(filters, 3, padding=1), ReLU(), MaxPool2d(window)]
        height, width = height // window[0], width // window[1]
    layers += [Flatten(), Linear(64), ReLU(), Linear(num_classes)]
    return Network(layers, input_shape, seed=seed)


class ConvNetClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A convolutional network with scikit-learn's interface.

    X may be flat, (N, D), or image-shaped, (N, H, W) or (N, C, H, W); uint8 is scaled from 0..255
    to [0, 1], and other numbers should lie about there: a warning says if they do not.
    A sample of weight k teaches as k equal ones would, and one of weight 0 not at all.

    Args:
        model: SmallConvNet where None; a name of badak.models.MODELS; or a function that is called
            as model(input_shape=, num_classes=, seed=) and returns a badak.Network.
        image_shape: (H, W) or (C, H, W) of one image. Where None it is that of X; flat X is a
            square image of one channel where D is a square number, and one row else.
        epochs: how often `fit` shows every sample.
        batch_size: samples in a step.
        optimizer: a name of badak.optim.OPTIMIZERS, such as "adam" or "momentum".
        lr: learning rate; the optimizer's own where None.
        weight_decay: the optimizer's.
        random_state: of the initial parameters and the order of the samples: an integer, a
            numpy.random.RandomState, or None.

    Attributes:
        classes_: (K,) the labels that there are, sorted.
        n_features_in_: D.
        image_shape_: (C, H, W).
        net_: the trained badak.Network, for badak.inspect and `net_.save`.
        loss_curve_: mean loss of each epoch so far.

    Raises:
        ValueError: X, y or an argument that cannot be used; BadakError is one.

    Example:
        >>> import sklearn.datasets
        >>> X, y = sklearn.datasets.load_digits(return_X_y=True)
        >>> classifier = ConvNetClassifier(epochs=3, random_state=0).fit(X[:1500] / 16, y[:1500])
        >>> classifier.image_shape_, classifier.score(X[1500:] / 16, y[1500:]) > 0.85
        ((1, 8, 8), True)
    """

    def __init__(
        self,
        model: str | Callable[..., Network] | None = None,
        *,
        image_shape: Sequence[int] | None = None,
        epochs: int = 20,
        batch_size: int = 32,
        optimizer: str = "adam",
        lr: float | None = None,
        weight_decay: float = 0.0,
        random_state: Any = None,
    ) -> None:
        self.model = model
        self.image_shape = image_shape
        self.epochs = epochs
        self.batch_size = batch_size
        self.optimizer = optimizer
        self.lr = lr
        self.weight_decay = weight_decay
        self.random_state = random_state

    def fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> "ConvNetClassifier":
        """Train a new network.

        Args:
            X: (N, D), (N, H, W) or (N, C, H, W).
            y: (N,) class labels of any kind: integers, strings.
            sample_weight: (N,), not negative.

        Returns:
            The classifier itself.
        """
        epochs = checks.integer(self.epochs, "epochs", minimum=1)
        images, labels, weight = self._samples(X, y, sample_weight, reset=True)
        self._start(np.unique(labels))
        self._train(images, labels, weight, epochs)
        return self

    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> "ConvNetClassifier":
        """Train on for one epoch over these samples.

        Args:
            X: as `fit` takes it.
            y: (N,) class labels.
            classes: all labels there will ever be; needed in the first call, unless `fit` came
                before.
            sample_weight: (N,), not negative.

        Returns:
            The classifier itself.
        """
        first = not hasattr(self, "net_")
        if first and classes is None:
            raise BadakError("classes must be given in the first call of partial_fit")
        images, labels, weight = self._samples(X, y, sample_weight, reset=first)
        if first:
            self._start(np.unique(np.asarray(classes)))
        elif classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise BadakError(f"classes must be those of the first call, {self.classes_}")
        self._train(images, labels, weight, epochs=1)
        return self

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the label of each sample, (N,)."""
        check_is_fitted(self)
        labels: NDArray[Any] = self.classes_[self.net_.predict(self._images(X))]
        return labels

    def predict_proba(self, X: ArrayLike) -> Array:
        """Return the probability of each class of `classes_`: (N, K) float32."""
        check_is_fitted(self)
        return self.net_.predict_proba(self._images(X))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True  # besides (N, D)
        return tags

    def _samples(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, reset: bool
    ) -> tuple[Images, NDArray[Any], NDArray[np.float64]]:
        """X as images, y and the weights, checked; `reset` decides the images' shape anew."""
        flat, shape = _flat(X)
        flat, y = validate_data(self, flat, y, reset=reset)
        labels: NDArray[Any] = column_or_1d(y, warn=True)
        check_classification_targets(labels)
        if reset:
            self.image_shape_ = _image_shape(self.image_shape, shape, flat.shape[1])
        images = self._shaped(flat, shape)
        warn_of_odd_images(X if shape else flat, "X", stacklevel=4)
        return images, labels, _weight(sample_weight, len(flat))

    def _images(self, X: ArrayLike) -> Images:
        flat, shape = _flat(X)
        return self._shaped(validate_data(self, flat, reset=False), shape)

    def _shaped(self, flat: NDArray[Any], shape: Shape) -> Images:
        """(N, D) -> (N, C, H, W), where the samples had `shape` before."""
        if len(shape) > 1 and _with_channels(shape) != self.image_shape_:
            check_layout(flat.reshape(-1, *shape), "X", self.image_shape_)
            raise BadakError(f"X must have images of {self.image_shape_}; got {shape}")
        images = flat.reshape(-1, *self.image_shape_)
        return images / np.float32(255) if flat.dtype == np.uint8 else images.astype(np.float32)

    def _start(self, classes: NDArray[Any]) -> None:
        """A new network, optimizer and source of orders."""
        self.classes_ = classes
        rule = OPTIMIZERS[checks.choice(self.optimizer, "optimizer", OPTIMIZERS)]
        numbers = {} if self.lr is None else {"lr": self.lr}
        self._optimizer = rule(weight_decay=self.weight_decay, **numbers)
        seed = int(check_random_state(self.random_state).randint(2**31))
        self._generator = np.random.default_rng(seed)
        arguments = {"input_shape": self.image_shape_, "num_classes": len(classes), "seed": seed}
        net = _model(self.model, arguments)(**arguments)
        if not isinstance(net, Network) or net.output_shape != classes.shape:
            raise BadakError(f"model must give a Network with {len(classes)} outputs; got {net!r}")
        self.net_ = net
        self.loss_curve_: list[float] = []

    def _train(
        self, images: Images, y: NDArray[Any], weight: NDArray[np.float64], epochs: int
    ) -> None:
        batch_size = checks.integer(self.batch_size, "batch_size", minimum=1)
        unknown = np.setdiff1d(y, self.classes_)
        if unknown.size:
            raise BadakError(f"y must hold labels of {self.classes_}; got {unknown}")
        images, labels, weight = distinct(images, np.searchsorted(self.classes_, y), weight)
        for _ in range(epochs):
            order = self._generator.permutation(len(images))
            total = 0.0
            for start in range(0, len(order), batch_size):
                chosen = order[start : start + batch_size]
                outcome = training_step(
                    self.net_,
                    self._optimizer,
                    images[chosen],
                    labels[chosen],
                    sample_weight=weight[chosen],
                )
                total += outcome.loss * len(chosen)
            self.loss_curve_.append(total / len(order))


def _model(model: Any, arguments: dict[str, Any]) -> Callable[..., Network]:
    """The function that makes the network: the default, a model's by name, or the user's own."""
    if model is None:
        return SmallConvNet
    if isinstance(model, str):
        return MODELS[checks.choice(model, "model", MODELS)]
    try:
        inspect.signature(model).bind(**arguments)
    except (TypeError, ValueError) as fault:  # not callable, or not so
        raise ArgumentTypeError(
            "model must be None, a name of badak.models.MODELS, or a function that is called as "
            f"model(input_shape=, num_classes=, seed=) and returns a Network; got "
            f"{type(model).__name__}: {fault}"
        ) from None
    function: Callable[..., Network] = model
    return function


def _weight(sample_weight: ArrayLike | None, count: int) -> NDArray[np.float64]:
    """The weight of each sample, checked; 1 where none was given."""
    if sample_weight is None:
        return np.ones(count)
    weight: NDArray[np.float64] = check_array(
        sample_weight, ensure_2d=False, dtype=np.float64, input_name="sample_weight"
    )
    check_shape(weight, "sample_weight", (count,))
    if weight.min() < 0 or not weight.any():
        raise BadakError(
            "sample_weight must not be negative, and above zero for at least one sample; got "
            f"{weight.min()} to {weight.max()}"
        )
    return weight


def _flat(X: Any) -> tuple[Any, Shape]:
    """X with one axis a sample, and the shape that each had; (N, D) is left to scikit-learn."""
    refuse_pictures(X, "X")
    if isinstance(X, (list, tuple)):
        X = np.asarray(X)
    if getattr(X, "ndim", 2) <= 2:
        return X, ()
    array = as_array(X, "X")
    return array.reshape(len(array), -1), array.shape[1:]


def _image_shape(wanted: Sequence[int] | None, shape: Shape, features: int) -> Shape:
    """(C, H, W): what was asked for, else what X has, else what its number of features allows."""
    if wanted is not None:
        sizes = tuple(checks.integer(size, "image_shape", minimum=1) for size in wanted)
        if math.prod(sizes) != features:
            raise BadakError(
                f"image_shape {sizes} has {math.prod(sizes)} pixels; X has {features} features"
            )
        return _with_channels(sizes)
    if shape:
        return _with_channels(shape)
    side = math.isqrt(features)
    return (1, side, side) if side * side == features else (1, 1, features)


def _with_channels(shape: Shape) -> Shape:
    """(H, W) or (C, H, W) -> (C, H, W)."""
    if len(shape) not in (2, 3):
        raise BadakError(f"an image must be (H, W) or (C, H, W); got {shape}")
    return (1, *shape) if len(shape) == 2 else shape
