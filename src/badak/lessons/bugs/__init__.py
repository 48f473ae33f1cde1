"""Layers with one classic bug each, for teaching: find them with `badak.lessons.clinic`.

Each replaces one of badak's own layers in a `Network`, takes the same arguments, and trains, more
or less. Each docstring says what is wrong, how it shows in training, and the right line; in the
code the wrong line is marked BUG.
"""

from badak.layers import CrossEntropyLoss, Layer
from badak.lessons.bugs.activation import ReLUInPlace, ReLULetsAllThrough, SigmoidForgetsOutput
from badak.lessons.bugs.base import Planted
from badak.lessons.bugs.conv import (
    ConvForgetsStride,
    ConvOverwritesGradient,
    ConvScatterOverwrites,
    ConvTransposesKernel,
)
from badak.lessons.bugs.dropout import DropoutDrawsAgain, DropoutForgetsScale
from badak.lessons.bugs.linear import LinearSumsBiasOverUnits
from badak.lessons.bugs.loss import LossForgetsN
from badak.lessons.bugs.norm import BatchNormAlwaysBatch, BatchNormForgetsMean
from badak.lessons.bugs.pool import MaxPoolAddsOnce, MaxPoolPadsWithZeros

#: The planted bugs by name.
BUGS: dict[str, type[Layer] | type[CrossEntropyLoss]] = {
    bug.__name__: bug
    for bug in (
        LinearSumsBiasOverUnits,
        ConvOverwritesGradient,
        ConvScatterOverwrites,
        ConvForgetsStride,
        ConvTransposesKernel,
        MaxPoolPadsWithZeros,
        MaxPoolAddsOnce,
        ReLUInPlace,
        ReLULetsAllThrough,
        SigmoidForgetsOutput,
        DropoutForgetsScale,
        DropoutDrawsAgain,
        BatchNormForgetsMean,
        BatchNormAlwaysBatch,
        LossForgetsN,
    )
}

__all__ = [
    "BUGS",
    "BatchNormAlwaysBatch",
    "BatchNormForgetsMean",
    "ConvForgetsStride",
    "ConvOverwritesGradient",
    "ConvScatterOverwrites",
    "ConvTransposesKernel",
    "DropoutDrawsAgain",
    "DropoutForgetsScale",
    "LinearSumsBiasOverUnits",
    "LossForgetsN",
    "MaxPoolAddsOnce",
    "MaxPoolPadsWithZeros",
    "Planted",
    "ReLUInPlace",
    "ReLULetsAllThrough",
    "SigmoidForgetsOutput",
]
