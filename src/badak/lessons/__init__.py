"""For teaching: planted bugs, the clinic that finds them, and one convolution done three ways."""

from badak.lessons import bugs, convolution, draw
from badak.lessons.by_size import ConvolutionBySize, convolution_by_size
from badak.lessons.clinic import Diagnosis, clinic
from badak.lessons.three_ways import ThreeWays, convolution_three_ways

__all__ = [
    "ConvolutionBySize",
    "Diagnosis",
    "ThreeWays",
    "bugs",
    "clinic",
    "convolution",
    "convolution_by_size",
    "convolution_three_ways",
    "draw",
]
