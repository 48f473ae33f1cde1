"""What the view Filters asks: a layer's filters, and what excites each of them."""

from typing import Literal

import numpy as np

from badak import checks
from badak.inspect.explore.subject import Answer, Subject
from badak.inspect.features.filters import convolutions, rows_as_filters
from badak.inspect.features.filters import filters as filters_of
from badak.inspect.features.maximize import maximize_activation as maximized
from badak.inspect.features.top_patches import top_patches as patches_of
from badak.layers import TableConv2d
from badak.layers.walk import walk

MOST_FILTERS = 64  # in one answer
MOST_IMAGES = 10_000  # that one answer searches
MOST_FOUND = 25
MOST_STEPS = 500  # of one climb


def filter_layers(subject: Subject) -> Answer:
    """List the layers that have filters, in order.

    Returns:
        facts ``layers``: of each its ``name``, the ``parameter`` that holds its filters, the
        ``shape`` (F, C, KH, KW) of all of them, the layer that it reads (``source``, "" the
        image), and how many ``channels`` that has; ``rows`` says that they are the rows of a
        Linear.
    """
    net = subject.net
    rows, known = rows_as_filters(net), convolutions(net)
    parameters = net.parameters()
    listed = []
    for visit in walk(net.layers, net.input_shape):
        if visit.name not in rows and visit.name not in known:
            continue
        parameter = f"{visit.name}.weight"
        shape = rows.get(visit.name, parameters[parameter].shape)
        channels = shape[1] if visit.name in rows else visit.input[0]
        listed.append(
            {
                "name": visit.name,
                "parameter": parameter,
                "shape": list(shape),
                "source": visit.source,
                "channels": channels,
                "rows": visit.name in rows,
            }
        )
    return Answer({"layers": listed})


def filters(subject: Subject, *, layer: str, start: int = 0, count: int = 32) -> Answer:
    """Return filters of one layer, from number `start`, at most 64.

    Returns:
        facts ``scale``, the largest magnitude among all filters of the layer; arrays ``weight``
        (n, C, KH, KW), ``bias`` (n,) if the layer has one and, if a table leaves maps out,
        ``connected`` (n, C).
    """
    weight = filters_of(subject.net, layer)
    start = checks.integer(start, "start", maximum=len(weight) - 1)
    end = start + checks.integer(count, "count", minimum=1, maximum=MOST_FILTERS)
    arrays = {"weight": weight[start:end]}
    bias = subject.net.parameters().get(f"{layer}.bias")
    if bias is not None:
        arrays["bias"] = bias[start:end]
    conv = convolutions(subject.net).get(layer)
    if isinstance(conv, TableConv2d):
        arrays["connected"] = np.stack(
            [np.isin(np.arange(weight.shape[1]), maps) for maps in conv.table[start:end]]
        )
    return Answer({"start": start, "scale": float(np.abs(weight).max())}, arrays)


def top_patches(
    subject: Subject,
    *,
    layer: str,
    channel: int,
    images: int = 1000,
    k: int = 9,
    part: Literal["train", "test"] = "train",
) -> Answer:
    """Find what excites a channel most among the first images of the data.

    Args:
        subject: the network, and its images.
        layer: the channel's layer.
        channel: its number, or that of a flat layer's unit.
        images: how many images are searched, from the first; at most 10,000.
        k: how many are wanted.
        part: which images.

    Returns:
        facts ``searched`` of ``total`` images, and of each found its ``indices``, ``values``,
        class ``labels`` and ``corners`` (row, column) of the box of ``size`` pixels that it saw,
        which may begin and end outside the image; array ``images`` (k, C, H, W).
    """
    train, test = subject.parts
    data = train if part == "train" else test
    checks.integer(images, "images", minimum=1, maximum=MOST_IMAGES)
    checks.integer(k, "k", minimum=1, maximum=MOST_FOUND)
    searched = data[:images]
    found = patches_of(subject.net, searched, layer, channel, min(k, len(searched)))
    boxes = [found.field.box(*place) for place in found.places.tolist()]
    return Answer(
        {
            "searched": len(searched),
            "total": len(data),
            "indices": found.indices.tolist(),
            "values": found.values.tolist(),
            "labels": found.labels.tolist(),
            "corners": [[rows.start, columns.start] for rows, columns in boxes],
            "size": list(found.field.size),
        },
        {"images": found.images},
    )


def maximize_activation(subject: Subject, *, layer: str, channel: int, steps: int = 200) -> Answer:
    """Climb to an image that excites a channel.

    Returns:
        facts ``first`` and ``last``, the activation of the image it began with and of the one it
        found; arrays ``image`` (C, H, W) in [0, 1] and ``activations`` (steps + 1,).
    """
    checks.integer(steps, "steps", minimum=1, maximum=MOST_STEPS)
    found = maximized(subject.net, layer, channel, steps=steps)
    return Answer(
        {"first": float(found.activations[0]), "last": float(found.activations[-1])},
        {"image": found.image, "activations": found.activations},
    )
