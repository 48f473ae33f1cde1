"""Pictures of what `badak.inspect` returns; the only package in it that uses Matplotlib.

Each function takes what the function of the same name in `badak.inspect` returns. It returns a
Matplotlib figure, or an animation; `save` writes them as PNG and GIF.

One file per kind of picture; Matplotlib is imported when the first one is drawn.
"""

from badak.inspect.draw.attribution.attributions import attributions
from badak.inspect.draw.checks.precision import precision
from badak.inspect.draw.checks.profile import profile
from badak.inspect.draw.checks.scaling import scaling
from badak.inspect.draw.data.augmentation import augmentation
from badak.inspect.draw.data.counts import class_counts
from badak.inspect.draw.data.sizes import image_sizes
from badak.inspect.draw.evaluation.class_accuracy import per_class_accuracy
from badak.inspect.draw.evaluation.confusion import confusion_matrix
from badak.inspect.draw.evaluation.digit_stages import digit_stages
from badak.inspect.draw.evaluation.embedding import embedding
from badak.inspect.draw.evaluation.misclassified import misclassified
from badak.inspect.draw.evaluation.nearest import nearest
from badak.inspect.draw.evaluation.reliability import reliability
from badak.inspect.draw.evaluation.robustness import shift_robustness
from badak.inspect.draw.evaluation.roc import roc
from badak.inspect.draw.features.explain_pixel import explain_pixel
from badak.inspect.draw.features.feature_maps import feature_maps
from badak.inspect.draw.features.filters import MOST_PANELS, filters
from badak.inspect.draw.features.maximize import maximize_activation
from badak.inspect.draw.features.top_patches import top_patches
from badak.inspect.draw.history.animation import changing_confusion, changing_maps, growing_filters
from badak.inspect.draw.history.curves import learning_curve
from badak.inspect.draw.history.lr_find import lr_find
from badak.inspect.draw.history.timeline import filters_over_time, health_over_time, maps_over_time
from badak.inspect.draw.save import Animation, save

__all__ = [
    "MOST_PANELS",
    "Animation",
    "attributions",
    "augmentation",
    "changing_confusion",
    "changing_maps",
    "class_counts",
    "confusion_matrix",
    "digit_stages",
    "embedding",
    "explain_pixel",
    "feature_maps",
    "filters",
    "filters_over_time",
    "growing_filters",
    "health_over_time",
    "image_sizes",
    "learning_curve",
    "lr_find",
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
    "scaling",
    "shift_robustness",
    "top_patches",
]
