"""Looking inside a network: each function returns data, and `draw` makes pictures of it."""

from badak.inspect import draw
from badak.inspect.curves import LearningCurve, learning_curve
from badak.inspect.filters import filters
from badak.inspect.gradient_check import GradientCheck, gradient_check
from badak.inspect.profile import Profile, profile

__all__ = [
    "GradientCheck",
    "LearningCurve",
    "Profile",
    "draw",
    "filters",
    "gradient_check",
    "learning_curve",
    "profile",
]
