"""Convert any of Pillow's modes to RGB: grey of many bits, palettes, transparency."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from badak.errors import BadakError


def as_rgb(image: Image.Image) -> Image.Image:
    """Convert any mode to RGB, 8 bits per channel; transparent pixels become white.

    An opaque RGB image is returned itself.

    Raises:
        BadakError: integers or floats whose range is unknown.

    Example:
        >>> as_rgb(Image.new("L", (1, 1), 7)).getpixel((0, 0))
        (7, 7, 7)
    """
    clear = _clear(image)
    if image.mode[0] in "IF":  # integers of 16 or 32 bits, floats of 32
        opaque = Image.fromarray(_eight_bits(np.asarray(image))).convert("RGB")
    elif clear is None and image.has_transparency_data:
        image = image.convert("RGBA")
        opaque = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    elif image.mode == "RGB" and clear is None:
        opaque = image
    else:
        opaque = image.convert("RGB")
    if clear is not None:
        opaque.paste("white", mask=Image.fromarray(clear))
    return opaque


def _eight_bits(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """Scale grey of any depth to 256 steps; Pillow's own conversion clips all above 255."""
    low, high = pixels.min(), pixels.max()
    scaled = pixels.dtype.kind == "f"
    if not 0 <= low <= high <= (1 if scaled else 65535):  # False for NaN
        raise BadakError(
            "its pixels must be whole numbers in 0..255 or 0..65535, or floats in [0, 1]; got "
            f"{pixels.dtype} from {low:g} to {high:g}: scale them first"
        )
    if scaled:
        return np.rint(pixels * np.float32(255)).astype(np.uint8)
    if high > 255:
        pixels = (pixels.astype(np.uint32) + 128) // 257  # the nearest of 256 steps
    return pixels.astype(np.uint8)


def _clear(image: Image.Image) -> NDArray[np.bool_] | None:
    """Return (H, W): True for pixels of the one colour that the file declares transparent.

    This is PNG's tRNS. Pillow compares it with 8-bit pixels, whatever its depth.
    """
    key = image.info.get("transparency")
    clear: NDArray[np.bool_] | None = None
    if image.mode == "RGB" and isinstance(key, tuple):
        # Of 16 bits per channel Pillow keeps the upper half.
        upper = [value >> 8 for value in key] if max(key) > 255 else list(key)
        clear = (np.asarray(image) == np.array(upper)).all(axis=2)
    elif isinstance(key, int) and image.mode in ("1", "L"):
        pixels = np.asarray(image.convert("L"))
        clear = pixels == _key_of_eight_bits(key, pixels)
    elif isinstance(key, int) and image.mode[0] == "I":
        clear = np.asarray(image) == key
    return clear


def _key_of_eight_bits(key: int, pixels: NDArray[np.uint8]) -> int:
    """Scale a transparent grey as Pillow scales pixels of 2 and 4 bits.

    Pillow does not keep the number of bits: it is the minimum that these pixels need.
    """
    for step in (85, 17):  # between the greys of 2 bits, of 4 bits
        if key * step <= 255 and not (pixels % step).any():
            return key * step
    return key
