"""Pictures of what `badak.inspect` returns; the only package that knows Matplotlib.

One file for each kind of picture; Matplotlib is imported when the first is drawn.
"""

from badak.inspect.draw.animation import changing_confusion, changing_maps, growing_filters
from badak.inspect.draw.attributions import attributions
from badak.inspect.draw.class_accuracy import per_class_accuracy
from badak.inspect.draw.confusion import confusion_matrix
from badak.inspect.draw.curves import learning_curve
from badak.inspect.draw.digit import digit_stages, nearest
from badak.inspect.draw.embedding import embedding
from badak.inspect.draw.explain_pixel import explain_pixel
from badak.inspect.draw.feature_maps import feature_maps
from badak.inspect.draw.filters import MOST_PANELS, filters
from badak.inspect.draw.maximize import maximize_activation
from badak.inspect.draw.misclassified import misclassified
from badak.inspect.draw.precision import precision
from badak.inspect.draw.profile import profile
from badak.inspect.draw.reliability import reliability
from badak.inspect.draw.robustness import shift_robustness
from badak.inspect.draw.roc import roc
from badak.inspect.draw.save import Animation, save
from badak.inspect.draw.timeline import filters_over_time, health_over_time, maps_over_time
from badak.inspect.draw.top_patches import top_patches

__all__ = [
    "MOST_PANELS",
    "Animation",
    "attributions",
    "changing_confusion",
    "changing_maps",
    "confusion_matrix",
    "digit_stages",
    "embedding",
    "explain_pixel",
    "feature_maps",
    "filters",
    "filters_over_time",
    "growing_filters",
    "health_over_time",
    "learning_curve",
    "maps_over_time",
    "maximize_activation",
    "misclassified",
    "nearest",
    "per_class_accuracy",
    "precision",
    "profile",
    "reliability",
    "roc",
    "save",
    "shift_robustness",
    "top_patches",
]
