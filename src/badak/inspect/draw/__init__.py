"""Pictures of what `badak.inspect` returns; the only package that knows Matplotlib.

One file for each kind of picture; Matplotlib is imported when the first is drawn.
"""

from badak.inspect.draw.attributions import attributions
from badak.inspect.draw.curves import learning_curve
from badak.inspect.draw.filters import MOST_PANELS, filters
from badak.inspect.draw.profile import profile
from badak.inspect.draw.save import save

__all__ = ["MOST_PANELS", "attributions", "filters", "learning_curve", "profile", "save"]
