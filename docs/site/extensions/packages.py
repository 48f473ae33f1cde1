"""The pages of the reference: which packages they show, and in which order and groups.

A group names the modules whose public names it holds; names of other modules come last, so that a
new module needs no line here.
"""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any


@dataclass(frozen=True)
class Page:
    """One page: a title, the package, names from elsewhere, and groups of modules in order."""

    title: str
    package: str
    also: tuple[str, ...] = ()
    groups: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """Its name in the folder reference/."""
        return self.package.replace(".", "-")

    def names(self) -> list[str]:
        """Return the full names that the page lists."""
        module = importlib.import_module(self.package)
        public = [name for name in getattr(module, "__all__", ()) if not name.startswith("_")]
        values = {name: getattr(module, name) for name in public}
        own = [name for name, value in values.items() if not _of_others(value)]
        return [*(f"{self.package}.{name}" for name in own), *self.also]

    def grouped(self) -> Iterator[tuple[str, list[str]]]:
        """Yield each group's heading, and its names; what is in no group stands in the last one."""
        left = self.names()
        for heading, modules in self.groups.items():
            order = modules.split()
            some = [name for name in left if place(name) in order]
            left = [name for name in left if name not in some]
            yield heading, sorted(some, key=lambda name: order.index(place(name)))
        if left:
            yield ("Others" if self.groups else ""), left


def _of_others(value: Any) -> bool:
    """Return whether it is a module, or another library's class that badak hands on."""
    module = str(getattr(value, "__module__", ""))
    numpys = isinstance(value, type) and module.startswith("numpy")
    return numpys or isinstance(value, ModuleType)


def named(name: str) -> Any:
    """Return the object of a full name, such as badak.ops.conv2d."""
    package, _, last = name.rpartition(".")
    return getattr(importlib.import_module(package), last)


def place(name: str) -> str:
    """Return the module that defines an object, without its packages' names."""
    return getattr(named(name), "__module__", "").rpartition(".")[2]


PAGES = (
    Page(
        "Networks and trainings",
        "badak",
        tuple(f"badak.network.{name}" for name in ("Evaluation", "StepResult", "Loaded")),
    ),
    Page(
        "Layers",
        "badak.layers",
        groups={
            "Convolution and weighted sums": "conv table_conv conv_transpose linear rbf",
            "Pooling and sizes": "pool subsample upsample pad widen flatten",
            "Activations": "activation smooth gate prelu",
            "Normalisation and dropout": "batch_norm norm scale dropout",
            "Branches": "residual concat product graph block channels",
            "Loss": "loss",
        },
    ),
    Page("Models from papers", "badak.models"),
    Page(
        "Data",
        "badak.data",
        groups={
            "Data sets": "catalog dataset mapped",
            "Images": "image digit",
            "Batches and parts": "loader split folds balance",
        },
    ),
    Page("Augmentation", "badak.data.augment"),
    Page("Optimizers and schedules", "badak.optim"),
    Page("Training", "badak.training"),
    Page(
        "Training by several processes",
        "badak.distributed",
        groups={
            "Training": "trainer communicator",
            "When it pays": "scaling link load simulation expected",
        },
    ),
    Page("Processes that MPI started", "badak.distributed.mpi"),
    Page("Processes that Ray starts", "badak.distributed.ray"),
    Page(
        "Looking inside",
        "badak.inspect",
        groups={
            "Filters and feature maps": "filters feature_maps maximize top_patches explain_pixel "
            "receptive_field receptive",
            "Following one number": "explain columns gradient softmax weight targets boxes",
            "Why this class": "attributions saliency grad_cam integrated_gradients occlusion "
            "counterfactual",
            "Evaluation": "predictions metrics class_accuracy confusion misclassified roc "
            "reliability calibration robustness paired embedding nearest",
            "The course of a training": "curves timeline",
            "Data": "survey finding findings labels duplicates augmentation",
            "Checks and time": "gradient_check precision profile latency",
            "Pages": "write data trained notebook",
        },
    ),
    Page("Pictures", "badak.inspect.draw"),
    Page("Lessons and experiments", "badak.lessons"),
    Page("Pictures of the experiments", "badak.lessons.draw"),
    Page("Planted bugs", "badak.lessons.bugs"),
    Page("The exercise checker", "badak.lessons.check"),
    Page("The book's names", "badak.book"),
    Page("Pretrained networks", "badak.pretrained"),
    Page("ONNX files", "badak.onnx"),
    Page("scikit-learn", "badak.sklearn"),
    Page(
        "Other formats",
        "badak.formats",
        (
            "badak.formats.weights.load_state_dict",
            "badak.formats.page.html.html_page",
            "badak.formats.c.source.c_source",
            "badak.formats.card.model_card",
        ),
    ),
    Page(
        "Operations",
        "badak.ops",
        groups={
            "Convolution and pooling": "conv conv_transpose im2col pool upsample",
            "Weighted sums": "linear distance spread elementwise",
            "Activations": "activation gate",
            "Softmax and loss": "softmax loss",
            "Normalisation and dropout": "norm layer_norm dropout",
            "Shapes and channels": "flatten channels",
            "Steps of optimizers": "update several",
            "Which edition runs": "edition",
        },
    ),
)
