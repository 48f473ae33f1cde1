"""are_photos: whether a folder holds photographs, which need a network of their own."""

import os
from pathlib import Path

from PIL import Image

from badak.data.image import endings, quiet
from badak.files import as_path

# What cameras and phones write; drawings, scans and screenshots are rarely saved so.
FORMATS = ("JPEG", "MPO", "HEIF", "WEBP", "AVIF")
# Photos have at least so many pixels on their shorter side; MNIST and CIFAR exist as JPEG too.
MIN_SIDE = 96
# Files looked at in each folder.
LOOKED_AT = 20


def are_photos(path: str | Path) -> bool:
    """Whether most images in a folder and its sub-folders are photos, by format and size.

    The first 20 image files of each folder are looked at, none is decoded, and no fault is
    reported: reading the folder will.

    Example:
        >>> are_photos("/nowhere")
        False
    """
    photos = others = 0
    for folder, _, names in os.walk(as_path(path)):
        images = sorted(name for name in names if name.lower().endswith(endings()))
        for name in images[:LOOKED_AT]:
            if _is_photo(Path(folder, name)):
                photos += 1
            else:
                others += 1
    return photos > others


def _is_photo(file: Path) -> bool:
    try:
        with quiet(), Image.open(file) as image:
            return image.format in FORMATS and min(image.size) >= MIN_SIDE
    except Exception:  # Pillow raises many kinds for a damaged file
        return False
