"""One image file into an array: any common format, any colour mode, cut to a given size.

Pillow decodes. Images so large that they may be meant to exhaust memory are refused, before Pillow
would even warn, and formats that would start another program (EPS) are not opened at all.
"""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from badak import checks, files
from badak.arrays import Images, as_images
from badak.data.sniff import describe
from badak.errors import BadakError, FormatError
from badak.files import opened

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
MOST_PIXELS = 2**26  # of one image, decoded: 8192 x 8192
LARGEST_SIDE = 4096  # of what we cut to

Pair = tuple[int, int]


def read_image(path: str | Path, shape: Sequence[int], invert: bool = False) -> Images:
    """Read one image file for a network: turned upright, resized, cropped, grey or colour.

    Args:
        path: a PNG, JPEG, BMP, GIF (its first frame), WebP, TIFF or PPM file.
        shape: (C, H, W) that the network takes; C is 1 (grey) or 3 (red, green, blue).
        invert: swap dark and bright, for ink on paper where the network knows bright on black.

    Returns:
        Array (1, C, H, W) float32 in [0, 1].

    Raises:
        BadakError: a shape that no image file can give.
        FormatError: the file is no image, is damaged or is far too large.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Image.new("RGB", (40, 20), "red").save(f"{folder}/red.png")
        ...     read_image(f"{folder}/red.png", (3, 2, 2))[0, :, 0, 0]
        array([1., 0., 0.], dtype=float32)
    """
    if len(shape) != 3 or shape[0] not in (1, 3):
        raise BadakError(f"shape must be (1, H, W) for grey or (3, H, W) for RGB; got {shape}")
    pixels = read_pixels(files.as_path(path), size_pair(tuple(shape[1:])))  # (3, H, W)
    if shape[0] == 1:
        pixels = grey(pixels[None])[0]
    return as_images((255 - pixels if invert else pixels)[None])


def read_pixels(path: Path, size: Pair) -> NDArray[np.uint8]:
    """Read an image file as red, green and blue, covering and then cropped to a size.

    Args:
        path: the file.
        size: (H, W); the image is scaled so that it just covers it and its middle is kept.

    Returns:
        Array (3, H, W) uint8; a grey image has three equal planes.

    Raises:
        FormatError: the file is no image, is damaged or is far too large.
    """
    fitted = ImageOps.fit(open_rgb(path), size[::-1], Image.Resampling.BICUBIC)
    return np.ascontiguousarray(np.asarray(fitted).transpose(2, 0, 1))  # from (H, W, 3)


def open_rgb(path: Path) -> Image.Image:
    """Decode an image file whole: turned upright, 8-bit red, green and blue.

    Args:
        path: the file.

    Returns:
        A Pillow image of mode RGB, independent of the file.

    Raises:
        FormatError: the file is no image, is damaged or is far too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about metadata, of no use to the reader of a picture
            with opened(path) as file, Image.open(file, formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise Image.DecompressionBombError
                return as_rgb(ImageOps.exif_transpose(image))
    except Image.DecompressionBombError:
        raise FormatError(f"{path} has more than {MOST_PIXELS} pixels; make it smaller") from None
    except UnidentifiedImageError:
        kind = describe(files.head(path))
        raise FormatError(f"{path} must be an image ({', '.join(FORMATS)}); got {kind}") from None
    except FormatError:
        raise
    except MemoryError:
        raise
    except Exception as fault:  # decoders fail in many ways on damaged data
        raise FormatError(f"{path} is a damaged image: {fault or type(fault).__name__}") from None


def grey(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Turn red, green and blue into grey by ITU-R 601's weights, as Pillow and OpenCV do.

    Args:
        images: (N, 3, H, W) uint8.

    Returns:
        Array (N, 1, H, W) uint8.

    Example:
        >>> grey(np.array([255, 0, 0], np.uint8).reshape(1, 3, 1, 1)).item()
        76
    """
    red, green, blue = images.astype(np.uint32).transpose(1, 0, 2, 3)
    mixed = (299 * red + 587 * green + 114 * blue + 500) // 1000
    planes: NDArray[np.uint8] = mixed.astype(np.uint8)
    return planes[:, None]  # (N, H, W) -> (N, 1, H, W)


def size_pair(size: int | Sequence[int]) -> Pair:
    """Check an image size: one number for both sides, or (height, width).

    Raises:
        BadakError: a side below 1 or above 4096.

    Example:
        >>> size_pair(32)
        (32, 32)
    """
    sides = list(size) if isinstance(size, Sequence) and not isinstance(size, str) else [size] * 2
    if len(sides) != 2:
        raise BadakError(f"image_size must be one number or (height, width); got {size!r}")
    height, width = (
        checks.integer(side, "image_size", minimum=1, maximum=LARGEST_SIDE) for side in sides
    )
    return height, width


def as_rgb(image: Image.Image) -> Image.Image:
    """Turn any mode into RGB, 8 bits a channel; what is transparent shows white paper.

    Example:
        >>> as_rgb(Image.new("L", (1, 1), 7)).getpixel((0, 0))
        (7, 7, 7)
    """
    if image.mode == "F":
        raise ValueError("its pixels are floating-point numbers, of unknown range")
    if image.mode.startswith("I"):  # grey of 16 bits, whatever it is stored in
        deep = np.clip(np.asarray(image), 0, 65535).astype(np.uint32)
        image = Image.fromarray(((deep + 128) // 257).astype(np.uint8))  # the nearest of 256 steps
    if image.has_transparency_data:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image.convert("RGB")
