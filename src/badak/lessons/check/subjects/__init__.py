"""The exercises, in the order of the book."""

from badak.lessons.check.subjects.base import Subject, Trial
from badak.lessons.check.subjects.columns import COL2IM, IM2COL
from badak.lessons.check.subjects.conv import CONV_FUNCTION, CONVOLUTION
from badak.lessons.check.subjects.dense import ADD, AFFINE, MUL, RELU, SIGMOID
from badak.lessons.check.subjects.drawn import BATCH_NORM
from badak.lessons.check.subjects.gradient import NUMERICAL_GRADIENT
from badak.lessons.check.subjects.loss import CROSS_ENTROPY, SOFTMAX, SOFTMAX_WITH_LOSS
from badak.lessons.check.subjects.pool import POOLING

SUBJECTS = (
    SOFTMAX,
    CROSS_ENTROPY,
    NUMERICAL_GRADIENT,
    MUL,
    ADD,
    RELU,
    SIGMOID,
    AFFINE,
    SOFTMAX_WITH_LOSS,
    BATCH_NORM,
    IM2COL,
    COL2IM,
    CONV_FUNCTION,
    CONVOLUTION,
    POOLING,
)

__all__ = ["AFFINE", "CONVOLUTION", "POOLING", "RELU", "SIGMOID", "SUBJECTS", "Subject", "Trial"]
