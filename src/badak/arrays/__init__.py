"""Array type names, and the doors through which arrays, images and labels enter badak."""

from badak.arrays.convert import InBlocks, as_array, as_blocks, refuse_pictures, selected
from badak.arrays.floats import as_floats, check_shape, not_finite
from badak.arrays.images import as_images, check_layout, scaled, warn_of_odd_images
from badak.arrays.labels import as_labels, check_no_column
from badak.arrays.types import FLOATS, REAL, Array, Images, Indices, Labels, Mask, Shape

__all__ = [
    "FLOATS",
    "REAL",
    "Array",
    "Images",
    "InBlocks",
    "Indices",
    "Labels",
    "Mask",
    "Shape",
    "as_array",
    "as_blocks",
    "as_floats",
    "as_images",
    "as_labels",
    "check_layout",
    "check_no_column",
    "check_shape",
    "not_finite",
    "refuse_pictures",
    "scaled",
    "selected",
    "warn_of_odd_images",
]
