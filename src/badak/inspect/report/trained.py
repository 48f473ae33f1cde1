"""Trained: a network, and what is known about its training."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from badak.data import Dataset
from badak.inspect.evaluation.predictions import Predictions, predictions
from badak.inspect.features.filters import convolutions
from badak.inspect.history.timeline import Timeline
from badak.network import Network
from badak.training import History


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained network with what is known about its training; what is None is not shown.

    Attributes:
        net: the network.
        name: the title of the report.
        about: name -> value, shown at the top before the measurements.
        start: the network before training.
        history: the training's losses and accuracies.
        moments: what was recorded during training, as `badak.inspect.timeline` returns it.
        train: the training images.
        test: the images it is evaluated on.
        class_names: names of the classes; those of the test images if None.
        missing: why there are no images; shown on the page.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> Trained(SimpleConvNet(), about={"Model": "SimpleConvNet"}).facts
        {'Model': 'SimpleConvNet', 'Parameters': '433,890'}
    """

    net: Network
    name: str = "network"
    about: dict[str, str] = field(default_factory=dict)
    start: Network | None = None
    history: History | None = None
    moments: Timeline | None = None
    train: Dataset | None = None
    test: Dataset | None = None
    class_names: Sequence[str] | None = None
    missing: str = ""

    @property
    def facts(self) -> dict[str, str]:
        """Name -> value, shown at the top of the report."""
        facts = dict(self.about)
        if self.predictions is not None:
            images = len(self.predictions.labels)
            facts["Test accuracy"] = f"{self.predictions.accuracy:.2%} of {images:,} images"
        facts["Parameters"] = f"{self.net.summary().parameters:,}"
        if self.history is not None:
            facts["Steps"] = f"{len(self.history.steps):,}"
        return facts

    @property
    def names(self) -> Sequence[str] | None:
        """Names of the classes, if they are known."""
        if self.class_names is None and self.test is not None:
            return self.test.class_names
        return self.class_names

    @cached_property
    def convolutions(self) -> list[str]:
        """Names of the convolution layers, those in blocks too, in the order they compute."""
        return list(convolutions(self.net))

    @cached_property
    def predictions(self) -> Predictions | None:
        """The predictions for the test images, computed once for all sections."""
        return None if self.test is None else predictions(self.net, self.test)

    @cached_property
    def surest_mistake(self) -> int | None:
        """The index of the most confidently misclassified test image, if there is one."""
        predictions = self.predictions
        if predictions is None or not predictions.wrong.any():
            return None
        return int(np.where(predictions.wrong, predictions.confidence, -1).argmax())
