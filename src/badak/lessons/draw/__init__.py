"""Pictures of the lessons; Matplotlib is imported when the first one is drawn.

Each function takes what the function of the same name in `badak.lessons` returned, and returns a
Matplotlib figure, or an animation; `badak.inspect.draw.save` writes them.
"""

from badak.lessons.draw.activation_switch import activation_switch
from badak.lessons.draw.batch_norm_on_off import batch_norm_on_off
from badak.lessons.draw.by_size import convolution_by_size
from badak.lessons.draw.columns_animation import columns_animation
from badak.lessons.draw.explain_gradient import explain_gradient
from badak.lessons.draw.layer_ladder import layer_ladder
from badak.lessons.draw.permuted_pixels import permuted_pixels
from badak.lessons.draw.plain_or_residual import plain_or_residual
from badak.lessons.draw.rate_sweep import rate_sweep
from badak.lessons.draw.shift_response import shift_response

__all__ = [
    "activation_switch",
    "batch_norm_on_off",
    "columns_animation",
    "convolution_by_size",
    "explain_gradient",
    "layer_ladder",
    "permuted_pixels",
    "plain_or_residual",
    "rate_sweep",
    "shift_response",
]
