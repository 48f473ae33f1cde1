"""Optimizers, learning-rate schedules, gradient clipping, and the tables that name them."""

from badak.optim.base import Optimizer
from badak.optim.clipping import clip_gradients
from badak.optim.optimizers import (
    OPTIMIZERS,
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    Momentum,
    Nesterov,
    RMSProp,
)
from badak.optim.schedules import SCHEDULES, Cosine, OneCycle, Schedule, Step, WarmUp

__all__ = [
    "OPTIMIZERS",
    "SCHEDULES",
    "SGD",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Cosine",
    "Momentum",
    "Nesterov",
    "OneCycle",
    "Optimizer",
    "RMSProp",
    "Schedule",
    "Step",
    "WarmUp",
    "clip_gradients",
]
