"""A data set as HTML, for a notebook: each class with its number of images and some of them."""

import base64
import io
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from badak.arrays import Indices
from badak.notebook import Html, escaped, table

if TYPE_CHECKING:
    from badak.data.dataset import Dataset

CLASSES, EACH = 10, 6  # classes that are shown, and images of each
SIDE = 48  # pixels of the longer side


def pictures(data: "Dataset") -> str:
    """Draw a table of the classes, with some images of the first ones."""
    counts = np.bincount(data.labels, minlength=data.num_classes)
    places = [_spread((data.labels == label).nonzero()[0]) for label in range(data.num_classes)]
    shown = places[:CLASSES]
    images = data.images[np.concatenate(shown)] if len(data) else data.images[:0]
    low, high = min(0.0, float(images.min(initial=0))), max(1.0, float(images.max(initial=1)))
    scaled = (255 / (high - low) * (images - low)).round().astype(np.uint8)
    rows, start = [], 0
    for label, name in enumerate(data.class_names):
        count = len(shown[label]) if label < CLASSES else 0
        cell = _strip(scaled[start : start + count], name)
        rows.append([name, f"{counts[label]:,}", cell])
        start += count
    return table(repr(data), ["Class", "Images", ""], rows, numbers=["Images"])


def _spread(places: Indices) -> Indices:
    """At most EACH places, spread evenly."""
    chosen = np.linspace(0, len(places) - 1, min(EACH, len(places))).round().astype(int)
    some: Indices = places[chosen]
    return some


def _strip(images: NDArray[np.uint8], name: str) -> Html:
    """Some images (n, C, H, W) beside each other as one PNG."""
    if not len(images):
        return Html("")
    n, c, h, w = images.shape
    scale = SIDE / max(h, w)
    size = max(1, round(w * scale)), max(1, round(h * scale))
    way = Image.Resampling.BOX if scale < 1 else Image.Resampling.NEAREST
    strip = Image.new(
        "RGBA" if c == 3 else "LA", ((size[0] + 2) * n, size[1])
    )  # clear between two images
    for place, image in enumerate(images):
        strip.paste(_image(image).resize(size, way), ((size[0] + 2) * place, 0))
    file = io.BytesIO()
    strip.save(file, "PNG", optimize=True)
    content = base64.b64encode(file.getvalue()).decode()
    words = escaped(f"{n} images of class {name}")
    style = "display:block;max-width:none;margin:0"
    return Html(
        f"<img src='data:image/png;base64,{content}' alt='{words}' style='{style}' "
        f"width='{strip.width}' height='{strip.height}'>"
    )


def _image(pixels: NDArray[Any]) -> Image.Image:
    """An image (C, H, W): in colour if it has three channels, else the mean in grey."""
    if len(pixels) == 3:
        return Image.fromarray(np.ascontiguousarray(pixels.transpose(1, 2, 0)))  # (H, W, 3)
    return Image.fromarray(pixels.mean(axis=0).round().astype(np.uint8))
