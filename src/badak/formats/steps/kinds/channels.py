"""Channels chosen, or in another order: numbers are copied, and keep their scale in integers."""

from collections.abc import Callable

import numpy as np

from badak import layers, ops
from badak.arrays import Array, Shape
from badak.formats.steps.kinds.kind import Kind, Lowering, keep_scale
from badak.formats.steps.program import Operation, Step
from badak.formats.steps.scale import Integers


def _slice(layer: layers.ChannelSlice, shape: Shape) -> Operation:
    numbers = {"channels": shape[0], "first": layer.start, "stop": layer.stop}
    return Operation("channel_slice", numbers)


def _shuffle(layer: layers.ChannelShuffle, shape: Shape) -> Operation:
    return Operation("channel_shuffle", {"channels": shape[0], "groups": layer.groups})


def _run_slice(step: Step, x: Array) -> Array:
    return ops.channel_slice(x, int(step.numbers["first"]), int(step.numbers["stop"]))


def _run_shuffle(step: Step, x: Array) -> Array:
    return ops.channel_shuffle(x, int(step.numbers["groups"]))


def _copying(
    op: str,
    layer: type[layers.Layer],
    lowering: Lowering,
    run: Callable[[Step, Array], Array],
    in_place: bool = False,
) -> Kind:
    """A kind whose channels are those that the layer saw: flattened maps are still maps here."""

    def run_float(step: Step, x: Array) -> Array:
        channels = int(step.numbers["channels"])
        return run(step, x if x.shape[1] == channels else x.reshape(len(x), channels))

    def run_int8(step: Step, x: Integers) -> Integers:
        return run_float(step, x.astype(np.float32)).astype(np.int8)

    return Kind(
        op,
        {layer: lowering},
        run=run_float,
        run_int8=run_int8,
        quantise=keep_scale,
        in_place=in_place,
        keeps_scale=True,
    )


KINDS = (
    _copying("channel_slice", layers.ChannelSlice, _slice, _run_slice, in_place=True),
    _copying("channel_shuffle", layers.ChannelShuffle, _shuffle, _run_shuffle),
)
