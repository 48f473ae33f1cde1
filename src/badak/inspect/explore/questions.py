"""QUESTIONS: every question about one network, by name; `badak.web` makes a route of each."""

from collections.abc import Callable

from badak.inspect.explore import draw, filters, follow
from badak.inspect.explore.subject import Answer

Question = Callable[..., Answer]

# A question is a function of a Subject and keyword-only arguments; its signature is its schema.
QUESTIONS: dict[str, Question] = {
    "about": draw.about,
    "forward": draw.forward,
    "image": draw.image,
    "nearest": draw.nearest,
    "grad_cam": draw.grad_cam,
    "turn": draw.turn,
    "boxes": follow.boxes,
    "explain": follow.explain,
    "columns": follow.columns,
    "softmax": follow.softmax,
    "gradients": follow.gradients,
    "back": follow.back,
    "weight_back": follow.weight_back,
    "filter_layers": filters.filter_layers,
    "filters": filters.filters,
    "top_patches": filters.top_patches,
    "maximize_activation": filters.maximize_activation,
}
