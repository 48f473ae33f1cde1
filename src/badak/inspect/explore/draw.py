"""What the view Draw asks: about the network, and what it makes of an image."""

from typing import Literal

from badak import checks
from badak.inspect.attribution.counterfactual import counterfactual
from badak.inspect.attribution.grad_cam import grad_cam as inspect_grad_cam
from badak.inspect.evaluation.nearest import nearest as inspect_nearest
from badak.inspect.explore.subject import Answer, Subject
from badak.inspect.subject import one_image
from badak.layers.walk import run
from badak.network import described
from badak.ops import softmax

SEARCHED = 10_000  # training images among which the nearest are found


def about(subject: Subject) -> Answer:
    """Describe the network: its layers with their shapes, its classes, how images are prepared."""
    facts = described.about(subject.net, subject.classes, subject.prepare, subject.crop)
    return Answer({**facts, "images": subject.load is not None})


def image(subject: Subject, *, part: Literal["train", "test"], number: int) -> Answer:
    """Return one image of the data set as the network takes it."""
    data = subject.parts[0 if part == "train" else 1]
    checks.integer(number, f"number of a {part} image", maximum=len(data) - 1)
    facts = {"number": number, "count": len(data), "label": int(data.labels[number])}
    return Answer(facts, {"image": one_image(subject.net, data.images[number])[0]})


def forward(subject: Subject, *, layers: list[str] | None = None) -> Answer:
    """Run the image through the network.

    Args:
        subject: the network and the image.
        layers: whose outputs are wanted; all if None.

    Returns:
        facts ``probabilities`` (K,) and arrays by layer name.
    """
    visits = run(subject.net.layers, one_image(subject.net, subject.image))
    names, maps = [], {}
    for visit in visits:
        names.append(visit.name)
        if layers is None or visit.name in layers:
            maps[visit.name] = visit.output[0]
        last = visit.output
    for name in layers or []:
        checks.choice(name, "layer", names)
    return Answer({"probabilities": softmax(last)[0].tolist()}, maps)


def nearest(subject: Subject, *, count: int = 8) -> Answer:
    """Find the training images that the network holds to be most like the image.

    Returns:
        facts ``neighbours``: number, label, distance of each; ``searched``, how many of the
        ``total`` images were, from the first on; ``training``, whether these are training images;
        array ``images`` (K, C, H, W).
    """
    every, test = subject.parts
    train = every[:SEARCHED]
    features = subject.once("features", lambda: subject.net.features(train.images))
    near = inspect_nearest(train, subject.image, min(count, len(train)), subject.net, features)
    neighbours = [
        {"number": int(number), "label": int(label), "distance": float(distance)}
        for number, label, distance in zip(near.indices, near.labels, near.distances, strict=True)
    ]
    facts = {
        "neighbours": neighbours,
        "searched": len(train),
        "total": len(every),
        "training": every is not test,
    }
    return Answer(facts, {"images": near.images})


def grad_cam(subject: Subject, *, label: int) -> Answer:
    """Show where the last convolution sees evidence for a class: array ``heat`` (H, W)."""
    return Answer({"label": label}, {"heat": inspect_grad_cam(subject.net, subject.image, label)})


def turn(subject: Subject, *, label: int) -> Answer:
    """Change the image a little until the network takes it for a class.

    Returns:
        facts ``reached``, ``steps``, ``before`` and ``after`` (probabilities of the class); arrays
        ``image`` and ``change`` (C, H, W).
    """
    found = counterfactual(subject.net, subject.image, label)
    facts = {
        "label": label,
        "reached": found.reached,
        "steps": len(found.probabilities) - 1,
        "before": float(found.probabilities[0]),
        "after": float(found.probabilities[-1]),
    }
    return Answer(facts, {"image": found.image, "change": found.change})
