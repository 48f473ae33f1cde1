"""Looking inside a network: each function returns data, and `draw` makes pictures of it."""

from badak.inspect import draw
from badak.inspect.attributions import Attributions, attributions
from badak.inspect.class_accuracy import ClassAccuracy, per_class_accuracy
from badak.inspect.confusion import ConfusionMatrix, confusion_matrix
from badak.inspect.curves import LearningCurve, learning_curve
from badak.inspect.embedding import Embedding, embedding
from badak.inspect.explain_pixel import ExplainedPixel, explain_pixel
from badak.inspect.feature_maps import feature_maps
from badak.inspect.filters import filters
from badak.inspect.grad_cam import grad_cam
from badak.inspect.gradient_check import GradientCheck, gradient_check
from badak.inspect.integrated_gradients import integrated_gradients
from badak.inspect.maximize import MaximizedActivation, maximize_activation
from badak.inspect.misclassified import Misclassified, misclassified
from badak.inspect.nearest import Nearest, nearest
from badak.inspect.occlusion import occlusion
from badak.inspect.precision import Precision, precision
from badak.inspect.predictions import Predictions, predictions
from badak.inspect.profile import Profile, profile
from badak.inspect.receptive_field import receptive_field
from badak.inspect.reliability import Reliability, reliability
from badak.inspect.report import Trained, report
from badak.inspect.robustness import ShiftRobustness, shift_robustness
from badak.inspect.roc import Roc, RocCurve, roc
from badak.inspect.saliency import saliency, smooth_grad
from badak.inspect.timeline import Moment, Timeline, timeline
from badak.inspect.top_patches import TopPatches, top_patches
from badak.receptive import ReceptiveField

__all__ = [
    "Attributions",
    "ClassAccuracy",
    "ConfusionMatrix",
    "Embedding",
    "ExplainedPixel",
    "GradientCheck",
    "LearningCurve",
    "MaximizedActivation",
    "Misclassified",
    "Moment",
    "Nearest",
    "Precision",
    "Predictions",
    "Profile",
    "ReceptiveField",
    "Reliability",
    "Roc",
    "RocCurve",
    "ShiftRobustness",
    "Timeline",
    "TopPatches",
    "Trained",
    "attributions",
    "confusion_matrix",
    "draw",
    "embedding",
    "explain_pixel",
    "feature_maps",
    "filters",
    "grad_cam",
    "gradient_check",
    "integrated_gradients",
    "learning_curve",
    "maximize_activation",
    "misclassified",
    "nearest",
    "occlusion",
    "per_class_accuracy",
    "precision",
    "predictions",
    "profile",
    "receptive_field",
    "reliability",
    "report",
    "roc",
    "saliency",
    "shift_robustness",
    "smooth_grad",
    "timeline",
    "top_patches",
]
