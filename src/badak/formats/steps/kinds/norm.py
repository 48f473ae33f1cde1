"""Normalisation by the values of the image itself; batch norm becomes a convolution."""

import numpy as np

from badak import layers, ops
from badak.arrays import Array, Shape
from badak.formats.steps.kinds.real import computed
from badak.formats.steps.program import Operation, Step


def _lrn(layer: layers.LocalResponseNorm, shape: Shape) -> Operation:
    keys = ("size", "alpha", "beta", "k")
    return Operation("lrn", {key: float(getattr(layer, key)) for key in keys})


def _run_lrn(step: Step, x: Array) -> Array:
    n = step.numbers
    return ops.local_response_norm(x, int(n["size"]), n["alpha"], n["beta"], n["k"])[0]


def _group(layer: layers.GroupNorm | layers.InstanceNorm2d, shape: Shape) -> Operation:
    arrays = layer.parameters or {"weight": np.ones(shape[0]), "bias": np.zeros(shape[0])}
    return Operation("group_norm", {"groups": layer.groups(shape[0]), "eps": layer.eps}, arrays)


def _run_group(step: Step, x: Array) -> Array:
    n = step.numbers
    return ops.group_norm(x, int(n["groups"]), **step.arrays, eps=n["eps"]).y


def _layer(layer: layers.LayerNorm, shape: Shape) -> Operation:
    count = layer.parameters["weight"].size
    return Operation("layer_norm", {"count": count, "eps": layer.eps}, layer.parameters)


def _run_layer(step: Step, x: Array) -> Array:
    weight, bias = (step.arrays[key].ravel() for key in ("weight", "bias"))
    columns = x.reshape(len(x), int(step.numbers["count"]), -1)
    return ops.layer_norm(columns, weight, bias, step.numbers["eps"]).y.reshape(x.shape)


KINDS = (
    computed("lrn", {layers.LocalResponseNorm: _lrn}, _run_lrn),
    computed(
        "group_norm",
        {layers.GroupNorm: _group, layers.InstanceNorm2d: _group},
        _run_group,
        in_place=True,
    ),
    computed("layer_norm", {layers.LayerNorm: _layer}, _run_layer, in_place=True),
)
