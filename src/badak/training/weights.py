"""Class weights: how much the images of each class count in the loss."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from badak import checks
from badak.arrays import Array, Labels
from badak.data import Dataset
from badak.errors import ArgumentTypeError, BadakError, listed, shown

BALANCED = "balanced"
FORMS = f"{BALANCED!r}, a mapping of class to weight, or one weight per class"

# As the Trainer takes them, and once they are checked.
ClassWeight = str | Mapping[str | int, float] | Sequence[float] | NDArray[np.floating]
Checked = str | list[float] | dict[str | int, float]


def checked(weight: ClassWeight) -> Checked:
    """Check class weights before the classes are known.

    Example:
        >>> checked({"ants": 2, 1: 0.5})
        {'ants': 2.0, 1: 0.5}
        >>> checked("balance")
        Traceback (most recent call last):
        badak.errors.BadakError: class_weight must be one of 'balanced'; got 'balance'
    """
    if isinstance(weight, str):
        return checks.choice(weight, "class_weight", [BALANCED])
    if isinstance(weight, Mapping):
        return {_key(key): _weight(value, key) for key, value in weight.items()}
    if isinstance(weight, np.ndarray) and weight.ndim == 1:
        weight = weight.tolist()
    if not isinstance(weight, Sequence):
        raise ArgumentTypeError(f"class_weight must be {FORMS}; got {shown(weight)}")
    return [_weight(value, label) for label, value in enumerate(weight)]


def per_class(weight: Checked, train: Dataset) -> Array:
    """Return one weight per class (K,).

    "balanced" gives each class the same total: N / (K * images of the class), as scikit-learn does,
    with K the classes that have images. A mapping's other classes have weight 1.

    Raises:
        BadakError: another number of weights, or a class that the images do not have.

    Example:
        >>> pets = Dataset(np.zeros((4, 1, 2, 2)), [0, 0, 0, 1], ["cat", "dog"])
        >>> per_class("balanced", pets).round(3)
        array([0.667, 2.   ])
        >>> per_class({"dog": 3.0}, pets)
        array([1., 3.])
    """
    names = train.class_names
    weights: Array = np.ones(len(names))
    if isinstance(weight, str):
        counts = np.bincount(train.labels, minlength=len(names))
        present = counts > 0
        weights[present] = len(train) / (present.sum() * counts[present])
        return weights
    if isinstance(weight, dict):
        for key, value in weight.items():
            weights[_label(key, names)] = value
    elif len(weight) == len(names):
        weights = np.array(weight)
    else:
        raise BadakError(
            f"class_weight must have one weight for each of the {len(names)} classes "
            f"({listed(list(names))}); got {len(weight)}"
        )
    if not weights[train.labels].any():
        raise BadakError("class_weight must be above 0 for a class that has images; all are 0")
    return weights


def per_image(weights: Array, labels: Labels | Array) -> Array:
    """Return each image's weight (N,), for labels (N,) or for rows of shares (N, K).

    Example:
        >>> per_image(np.array([1.0, 3.0]), np.array([1, 0]))
        array([3., 1.])
        >>> per_image(np.array([1.0, 3.0]), np.array([[0.5, 0.5]]))
        array([2.])
    """
    weight: Array = labels @ weights if labels.ndim == 2 else weights[labels]
    return weight


def _key(key: object) -> str | int:
    return key if isinstance(key, str) else checks.integer(key, "a class of class_weight")


def _weight(value: object, key: object) -> float:
    return checks.real(value, f"class_weight of class {shown(key)}", minimum=0)


def _label(key: str | int, names: Sequence[str]) -> int:
    if isinstance(key, str) and key in names:
        return names.index(key)
    if isinstance(key, str) or key >= len(names):
        raise BadakError(
            f"class_weight names the class {shown(key)}; the classes are {listed(list(names))}"
        )
    return key
