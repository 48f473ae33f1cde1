"""ConvNetClassifier: a convolutional network as a scikit-learn classifier.

Letters: N samples, D features, C channels, H rows, W columns, K classes.
"""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from badak import checks
from badak.arrays import Array, Images, warn_of_odd_images
from badak.data.distinct import distinct
from badak.errors import ArgumentTypeError, BadakError
from badak.models import MODELS
from badak.network import Network
from badak.optim import OPTIMIZERS
from badak.sklearn import pretrained
from badak.sklearn.samples import checked_weight, flattened, shape_of_images, shaped
from badak.sklearn.small import SmallConvNet
from badak.training.step import training_step


class ConvNetClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A convolutional network with scikit-learn's interface.

    X may be flat, (N, D), or image-shaped, (N, H, W) or (N, C, H, W); uint8 is scaled from 0..255
    to [0, 1], and other numbers should be about as large; a warning says if they are not.
    A sample of weight k counts as k equal samples, and a sample of weight 0 not at all.

    Args:
        model: SmallConvNet if None; a name of badak.models.MODELS; or a function that is called
            as model(input_shape=, num_classes=, seed=) and returns a badak.Network.
        image_shape: (H, W) or (C, H, W) of one image. If None it is that of X; flat X becomes a
            square image of one channel if D is a square number, else an image of one row.
        epochs: how often `fit` shows every sample.
        batch_size: samples per step.
        optimizer: a name of badak.optim.OPTIMIZERS, such as "adam" or "momentum".
        lr: learning rate; the optimizer's own if None.
        weight_decay: the optimizer's; with `pretrained` the head's, chosen by cross-validation
            if 0.
        random_state: of the initial parameters and the order of the samples: an integer, a
            numpy.random.RandomState, or None.
        pretrained: a network that learnt elsewhere, by name or file, see `badak.pretrained.load`.
            `fit` then fits a new head to what it makes of X, whose images are RGB squares, and
            epochs, batch_size, optimizer and lr are not used.

    Attributes:
        classes_: (K,) the distinct labels, sorted.
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
        pretrained: str | None = None,
    ) -> None:
        self.model = model
        self.image_shape = image_shape
        self.epochs = epochs
        self.batch_size = batch_size
        self.optimizer = optimizer
        self.lr = lr
        self.weight_decay = weight_decay
        self.random_state = random_state
        self.pretrained = pretrained

    def fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> "ConvNetClassifier":
        """Train a new network.

        Args:
            X: (N, D), (N, H, W) or (N, C, H, W).
            y: (N,) class labels of any kind, such as integers or strings.
            sample_weight: (N,), not negative.
        """
        epochs = checks.integer(self.epochs, "epochs", minimum=1)
        images, labels, weight = self._samples(X, y, sample_weight, reset=True)
        self._start(np.unique(labels))
        if self.pretrained is None:
            self._train(images, labels, weight, epochs)
        else:
            pretrained.check_weight(weight)
            indices = np.searchsorted(self.classes_, labels)
            decay, seed = self.weight_decay, int(self._generator.integers(2**31))
            self.loss_curve_ += pretrained.fit_head(self.net_, images, indices, decay, seed)
        return self

    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> "ConvNetClassifier":
        """Continue training for one epoch over these samples.

        Args:
            X: as `fit` takes it.
            y: (N,) class labels.
            classes: all labels there will ever be; required in the first call, unless `fit` was
                called before.
            sample_weight: (N,), not negative.
        """
        if self.pretrained is not None:
            raise BadakError("partial_fit needs pretrained=None: a new head is fitted in one go")
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
        """X as images, y and the weights, checked; `reset` takes the images' shape from X."""
        flat, shape = flattened(X)
        flat, y = validate_data(self, flat, y, reset=reset)
        labels: NDArray[Any] = column_or_1d(y, warn=True)
        check_classification_targets(labels)
        if reset:
            self.image_shape_ = shape_of_images(self.image_shape, shape, flat.shape[1])
        images = shaped(flat, shape, self.image_shape_)
        warn_of_odd_images(X if shape else flat, "X", stacklevel=4)
        return images, labels, checked_weight(sample_weight, len(flat))

    def _images(self, X: ArrayLike) -> Images:
        flat, shape = flattened(X)
        return shaped(validate_data(self, flat, reset=False), shape, self.image_shape_)

    def _start(self, classes: NDArray[Any]) -> None:
        """A new network, optimizer and source of orders."""
        self.classes_ = classes
        rule = OPTIMIZERS[checks.choice(self.optimizer, "optimizer", OPTIMIZERS)]
        numbers: dict[str, Any] = {} if self.lr is None else {"lr": self.lr}
        self._optimizer = rule(weight_decay=self.weight_decay, **numbers)
        seed = int(check_random_state(self.random_state).randint(2**31))
        self._generator = np.random.default_rng(seed)
        arguments = {"input_shape": self.image_shape_, "num_classes": len(classes), "seed": seed}
        if self.pretrained is None:
            net = _model(self.model, arguments)(**arguments)
        else:
            net = pretrained.begun(self.pretrained, self.model, self.image_shape_, len(classes))
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
    """The function that makes the network: the default, a named model's, or the user's own."""
    if model is None:
        return SmallConvNet
    if isinstance(model, str):
        return MODELS[checks.choice(model, "model", MODELS)]
    try:
        inspect.signature(model).bind(**arguments)
    except (TypeError, ValueError) as fault:  # not callable, or not in this way
        raise ArgumentTypeError(
            "model must be None, a name of badak.models.MODELS, or a function that is called as "
            f"model(input_shape=, num_classes=, seed=) and returns a Network; got "
            f"{type(model).__name__}: {fault}"
        ) from None
    function: Callable[..., Network] = model
    return function
