"""What the view Train asks before a training: about typed layers, models and augmentation."""

import math
from functools import lru_cache
from typing import Any

import numpy as np

from badak import checks, data, models
from badak.arrays import Images
from badak.data import Dataset
from badak.data.augment import named
from badak.errors import BadakError
from badak.inspect import augmentation
from badak.inspect.explore import Answer
from badak.network.architecture import checked_input_shape
from badak.network.outline import Fault, outline
from badak.network.summary import Row, Summary
from badak.network.typed import as_python, as_text
from badak.web.answers.training import datasets
from badak.web.session import Session

MOST_EXAMPLES = 12
# A model is built to describe it; these keep it small.
MOST_PIXELS, MOST_CLASSES = 4 * 256 * 256, 10_000
PER_CLASS = 8  # images kept of each class, from which examples are chosen


def check_layers(
    session: Session, *, text: str, shape: list[int], classes: int | None = None
) -> Answer:
    """Describe layers as they are typed, each with its place in the text, and what is wrong.

    Args:
        session: of the page.
        text: as `badak train --layers` takes it.
        shape: (C, H, W) of one image.
        classes: how many numbers the last layer must give.

    Returns:
        facts ``layers``, those before the first fault; ``faults``; ``parameters`` and ``flops`` in
        all; ``python``, the list in Python, or None if there is a fault.
    """
    typed = outline(text, shape, classes)
    layers = [
        {**_facts(row), "start": start, "end": end}
        for row, (start, end) in zip(typed.rows, typed.places, strict=True)
    ]
    calls = None if typed.faults else [as_python(layer) for layer in typed.layers.values()]
    faults = [fault._asdict() for fault in typed.faults]
    return Answer({"layers": layers, "faults": faults, "python": calls, **_sums(typed.summary)})


def model_layers(session: Session, *, model: str, shape: list[int], classes: int) -> Answer:
    """Describe a model's layers for such images, and say them as text if they can be typed.

    Returns:
        facts as of `check_layers`, and ``text``: what `check_layers` takes, or None for a model of
        blocks; ``faults`` if the images do not fit the model.
    """
    checks.choice(model, "model", models.MODELS)
    checks.integer(classes, "classes", minimum=1, maximum=MOST_CLASSES)
    checks.integer(math.prod(checked_input_shape(shape)), "pixels of shape", maximum=MOST_PIXELS)
    return _model_layers(model, tuple(shape), classes)


@lru_cache(maxsize=16)
def _model_layers(model: str, shape: tuple[int, ...], classes: int) -> Answer:
    try:
        net = models.MODELS[model](input_shape=shape, num_classes=classes)
    except BadakError as fault:  # such as images that are too small
        nothing = {"layers": [], "text": None, **_sums(Summary(shape, ()))}
        return Answer({**nothing, "faults": [Fault(0, 0, str(fault))._asdict()]})
    summary = net.summary()
    text: str | None
    try:
        text = as_text(list(net.layers.values()))
    except BadakError:
        text = None
    layers = [_facts(row) for row in summary.rows]
    return Answer({"layers": layers, "faults": [], "text": text, **_sums(summary)})


def examples(
    session: Session, *, dataset: str, augment: str = "none", count: int = 6, seed: int = 0
) -> Answer:
    """Show training images, each before and after an augmentation.

    Args:
        session: of the page.
        dataset: the name of a data set that is on this machine.
        augment: names of transforms with commas between them, or "none".
        count: how many images, of different classes as far as possible.
        seed: what the amounts are drawn from.

    Returns:
        facts ``labels`` of the images, ``classes``, ``augment`` in words; arrays ``images``
        (M, C, H, W), and unless augment is "none", ``variants`` (V, M, C, H, W), and if images are
        mixed their classes' ``shares`` (V, M, K).
    """
    checks.integer(count, "count", minimum=1, maximum=MOST_EXAMPLES)
    here = {entry["name"]: entry for entry in datasets(session) if entry["here"]}
    entry = here[checks.choice(dataset, "dataset", here)]
    train = _some(dataset, entry.get("image_size"))
    transform = None if augment in ("", "none") else named(augment)
    shown = augmentation(train, transform or _unchanged, count, 3, seed)
    arrays: dict[str, Any] = {"images": shown.images}
    if transform is not None:
        arrays["variants"] = shown.variants
        if shown.shares is not None:
            arrays["shares"] = shown.shares
    return Answer(
        {
            "labels": shown.labels.tolist(),
            "classes": list(shown.class_names),
            "augment": "" if transform is None else shown.augment,
        },
        arrays,
    )


def _unchanged(images: Images, generator: np.random.Generator) -> Images:
    return images.copy()


@lru_cache(maxsize=4)
def _some(name: str, image_size: int | None) -> Dataset:
    """A few training images of each class."""
    train, _ = data.load(name, image_size=image_size)
    rank = np.zeros(len(train), np.int64)
    for label in range(len(train.class_names)):
        of_class = train.labels == label
        rank[of_class] = np.arange(np.count_nonzero(of_class))
    return train[np.flatnonzero(rank < PER_CLASS)]


def _facts(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "kind": row.kind,
        "shape": list(row.output_shape),
        "formula": row.formula,
        "parameters": row.parameters,
        "flops": row.flops,
        "sees": list(row.receptive_field),
    }


def _sums(summary: Summary) -> dict[str, Any]:
    return {"parameters": summary.parameters, "flops": summary.flops}
