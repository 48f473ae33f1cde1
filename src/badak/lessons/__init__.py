"""For teaching: planted bugs, the clinic that finds them, and experiments.

An experiment is one function: it returns what was found, which prints as a paragraph; the function
of the same name in `badak.lessons.draw` draws it. The same arguments give the same bits.
"""

from badak.lessons import bugs, convolution, draw
from badak.lessons.activation_switch import ActivationSwitch, activation_switch
from badak.lessons.batch_norm_on_off import BatchNormOnOff, batch_norm_on_off
from badak.lessons.by_size import ConvolutionBySize, convolution_by_size
from badak.lessons.clinic import Diagnosis, clinic
from badak.lessons.columns_animation import ColumnsAnimation, columns_animation
from badak.lessons.course_data import course_data
from badak.lessons.explain_gradient import PixelGradient, explain_gradient
from badak.lessons.layer_ladder import LayerLadder, Rung, layer_ladder
from badak.lessons.learning import Learning
from badak.lessons.permuted_pixels import PermutedPixels, permuted_pixels
from badak.lessons.plain_or_residual import PlainOrResidual, plain_or_residual
from badak.lessons.quiz import quiz
from badak.lessons.rate_sweep import RateSweep, rate_sweep
from badak.lessons.shift_response import ShiftResponse, shift_response
from badak.lessons.three_ways import ThreeWays, convolution_three_ways

__all__ = [
    "ActivationSwitch",
    "BatchNormOnOff",
    "ColumnsAnimation",
    "ConvolutionBySize",
    "Diagnosis",
    "LayerLadder",
    "Learning",
    "PermutedPixels",
    "PixelGradient",
    "PlainOrResidual",
    "RateSweep",
    "Rung",
    "ShiftResponse",
    "ThreeWays",
    "activation_switch",
    "batch_norm_on_off",
    "bugs",
    "clinic",
    "columns_animation",
    "convolution",
    "convolution_by_size",
    "convolution_three_ways",
    "course_data",
    "draw",
    "explain_gradient",
    "layer_ladder",
    "permuted_pixels",
    "plain_or_residual",
    "quiz",
    "rate_sweep",
    "shift_response",
]
