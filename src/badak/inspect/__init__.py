"""Looking inside a network: each function returns data, and `draw` makes pictures of it."""

from badak.inspect import draw
from badak.inspect.attributions import Attributions, attributions
from badak.inspect.curves import LearningCurve, learning_curve
from badak.inspect.filters import filters
from badak.inspect.grad_cam import grad_cam
from badak.inspect.gradient_check import GradientCheck, gradient_check
from badak.inspect.integrated_gradients import integrated_gradients
from badak.inspect.occlusion import occlusion
from badak.inspect.profile import Profile, profile
from badak.inspect.saliency import saliency, smooth_grad

__all__ = [
    "Attributions",
    "GradientCheck",
    "LearningCurve",
    "Profile",
    "attributions",
    "draw",
    "filters",
    "grad_cam",
    "gradient_check",
    "integrated_gradients",
    "learning_curve",
    "occlusion",
    "profile",
    "saliency",
    "smooth_grad",
]
