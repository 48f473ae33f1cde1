"""receptive_boxes: what one number sees, in every layer before it."""

from collections.abc import Sequence

from badak.inspect.follow.grid import Box, around
from badak.inspect.follow.kinds import kind_of
from badak.inspect.follow.step import checked_index
from badak.inspect.subject import one_layer
from badak.layers.walk import INPUT, walk
from badak.network import Network


def receptive_boxes(net: Network, layer: str, index: Sequence[int]) -> dict[str, Box]:
    """Return the box that one number is computed from, in every layer before it and the image.

    By arithmetic on shapes, as `badak.inspect.receptive_field`, whose box of pixels this is; here
    with channels, so that groups and branches count. Normalisations see the place alone: their
    statistics do not count.

    Args:
        net: the network.
        layer: the layer's name; of one inside a block ``"block1.conv1"``.
        index: (channel, y, x) in its output, or (unit,) of a flat layer.

    Returns:
        Name -> [first, stop) of each axis of that layer's output: channels, rows and columns, or
        units. Rows and columns may lie beyond the map, in padding. First ``""``, the image, last
        the layer itself; what it does not see is left out.

    Raises:
        BadakError: no such layer or place.

    Source: Araujo, Norris and Sim 2019, *Computing receptive fields of convolutional neural
    networks*, section 2.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> boxes = receptive_boxes(SimpleConvNet(), "pool1", (3, 0, 5))
        >>> boxes["conv1"], boxes[""]
        (((3, 4), (0, 2), (10, 12)), ((0, 1), (0, 6), (10, 16)))
    """
    one_layer(net, layer)
    visits = list(walk(net.layers, net.input_shape))
    shapes = {INPUT: net.input_shape} | {visit.name: visit.output for visit in visits}
    index = checked_index(index, shapes[layer])
    boxes: dict[str, Box] = {layer: tuple((place, place + 1) for place in index)}
    for visit in reversed(visits):
        box = boxes.get(visit.name)
        if box is None:
            continue
        inputs = [shapes[name] for name in visit.reads]
        seen = kind_of(visit.layer).sees(visit.layer, inputs, visit.output, box)
        for name, its in zip(visit.reads, seen, strict=True):
            if all(first < stop for first, stop in its):
                boxes[name] = around(boxes[name], its) if name in boxes else its
    return {name: boxes[name] for name in shapes if name in boxes}
