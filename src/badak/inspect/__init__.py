"""Looking inside a network: each function returns data, and `draw` makes pictures of it.

The function of the same name in `badak.inspect.draw` draws what a function returns.
"""

from badak.inspect import draw
from badak.inspect.attribution.attributions import Attributions, attributions
from badak.inspect.attribution.counterfactual import Counterfactual, counterfactual
from badak.inspect.attribution.grad_cam import grad_cam
from badak.inspect.attribution.integrated_gradients import integrated_gradients
from badak.inspect.attribution.occlusion import occlusion
from badak.inspect.attribution.saliency import saliency, smooth_grad
from badak.inspect.checks.gradient_check import GradientCheck, gradient_check
from badak.inspect.checks.latency import Latency, latency
from badak.inspect.checks.precision import Precision, precision
from badak.inspect.checks.profile import Profile, profile
from badak.inspect.data.augmentation import Augmented, augmentation
from badak.inspect.data.duplicates import exact_duplicates, near_duplicates
from badak.inspect.data.finding import Finding
from badak.inspect.data.findings import findings
from badak.inspect.data.labels import SuspectedLabels, suspected_labels
from badak.inspect.data.survey import Survey, survey
from badak.inspect.evaluation.calibration import (
    accepted,
    temperature,
    thresholds,
    with_temperature,
)
from badak.inspect.evaluation.class_accuracy import ClassAccuracy, per_class_accuracy
from badak.inspect.evaluation.confusion import ConfusionMatrix, confusion_matrix
from badak.inspect.evaluation.embedding import Embedding, embedding
from badak.inspect.evaluation.metrics import Metrics, metrics, top_k_accuracy
from badak.inspect.evaluation.misclassified import Misclassified, misclassified
from badak.inspect.evaluation.nearest import Nearest, nearest
from badak.inspect.evaluation.paired import Comparison, compare
from badak.inspect.evaluation.predictions import Predictions, predictions
from badak.inspect.evaluation.reliability import Reliability, reliability
from badak.inspect.evaluation.robustness import ShiftRobustness, shift_robustness
from badak.inspect.evaluation.roc import Roc, RocCurve, roc
from badak.inspect.explore.notebook import explore
from badak.inspect.features.explain_pixel import ExplainedPixel, explain_pixel
from badak.inspect.features.feature_maps import feature_maps
from badak.inspect.features.filters import filters
from badak.inspect.features.maximize import MaximizedActivation, maximize_activation
from badak.inspect.features.receptive_field import receptive_field
from badak.inspect.features.top_patches import TopPatches, top_patches
from badak.inspect.follow.boxes import receptive_boxes
from badak.inspect.follow.columns import ExplainedColumns, explain_columns
from badak.inspect.follow.explain import ExplainedNumber, explain_number
from badak.inspect.follow.gradient import ExplainedGradient, GradientShare, explain_gradient
from badak.inspect.follow.softmax import ExplainedSoftmax, explain_softmax
from badak.inspect.follow.targets import gradient_maps
from badak.inspect.follow.weight import ExplainedWeightGradient, explain_weight_gradient
from badak.inspect.history.curves import LearningCurve, learning_curve
from badak.inspect.history.timeline import Moment, Timeline, timeline
from badak.inspect.report import Trained, data_report, report
from badak.network.receptive import ReceptiveField

__all__ = [
    "Attributions",
    "Augmented",
    "ClassAccuracy",
    "Comparison",
    "ConfusionMatrix",
    "Counterfactual",
    "Embedding",
    "ExplainedColumns",
    "ExplainedGradient",
    "ExplainedNumber",
    "ExplainedPixel",
    "ExplainedSoftmax",
    "ExplainedWeightGradient",
    "Finding",
    "GradientCheck",
    "GradientShare",
    "Latency",
    "LearningCurve",
    "MaximizedActivation",
    "Metrics",
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
    "Survey",
    "SuspectedLabels",
    "Timeline",
    "TopPatches",
    "Trained",
    "accepted",
    "attributions",
    "augmentation",
    "compare",
    "confusion_matrix",
    "counterfactual",
    "data_report",
    "draw",
    "embedding",
    "exact_duplicates",
    "explain_columns",
    "explain_gradient",
    "explain_number",
    "explain_pixel",
    "explain_softmax",
    "explain_weight_gradient",
    "explore",
    "feature_maps",
    "filters",
    "findings",
    "grad_cam",
    "gradient_check",
    "gradient_maps",
    "integrated_gradients",
    "latency",
    "learning_curve",
    "maximize_activation",
    "metrics",
    "misclassified",
    "near_duplicates",
    "nearest",
    "occlusion",
    "per_class_accuracy",
    "precision",
    "predictions",
    "profile",
    "receptive_boxes",
    "receptive_field",
    "reliability",
    "report",
    "roc",
    "saliency",
    "shift_robustness",
    "smooth_grad",
    "survey",
    "suspected_labels",
    "temperature",
    "thresholds",
    "timeline",
    "top_k_accuracy",
    "top_patches",
    "with_temperature",
]
