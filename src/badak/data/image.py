"""Read an image into an array: any common format and mode, from a file or Pillow, cropped.

Pillow decodes the image; with the package pillow-heif it also decodes HEIC. Images large enough to
exhaust memory are refused before Pillow would warn, and formats that start another program (EPS)
are not opened.
"""

import contextlib
import math
import os
import warnings
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import IO, TypeGuard, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from badak import checks, files
from badak.arrays import Images, as_images
from badak.data.modes import as_rgb
from badak.data.sniff import describe
from badak.errors import ArgumentTypeError, BadakError, FormatError

# Pillow's name of each format -> the endings of its files.
FORMATS = {
    "PNG": (".png",),
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "BMP": (".bmp",),
    "GIF": (".gif",),
    "WEBP": (".webp",),
    "TIFF": (".tif", ".tiff"),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm"),
}
# Formats that only some machines read, likewise.
AVIF = {"AVIF": (".avif",)}
HEIF = {"HEIF": (".heic", ".heif")}
MAX_PIXELS = 2**26  # of one image, decoded: 8192 x 8192
MAX_SIDE = 4096  # of the result
MIN_CROP = 0.01
# A JPEG is decoded to at least so many times the size of the result, which hides how it was done.
OVERSAMPLED = 3

Pair = tuple[int, int]


def read_image(
    image: str | os.PathLike[str] | Image.Image,
    shape: Sequence[int],
    invert: bool = False,
    crop: float = 1.0,
) -> Images:
    """Read one image for a network: turned upright, resized, cropped, grey or colour.

    A file and the Pillow image opened from it give the same numbers, unless it is a JPEG more than
    six times as large as `shape` and was decoded already: from a file, JPEG's own reduced decoding
    saves most of the work on a large photo. Transparent pixels become
    white. Grey of more than 8 bits is scaled to 8: integers in 0..255 stay, integers up to 65,535
    are 16 bits, floats must be in [0, 1].

    Args:
        image: a Pillow image, or the path of a PNG, JPEG, BMP, GIF (its first frame), WebP, TIFF or
            PPM file; AVIF and HEIC if `readable_formats` has them.
        shape: (C, H, W) that the network takes; C is 1 (grey) or 3 (red, green, blue).
        invert: swap dark and bright, for ink on paper if the network knows bright on black.
        crop: the share of the image's height and width from which the result is cut; 0.875 is
            PyTorch's Resize(256) and CenterCrop(224).

    Returns:
        Array (1, C, H, W) float32 in [0, 1].

    Raises:
        ArgumentTypeError: neither a path nor a Pillow image.
        BadakError: a shape that no image file can give, or a crop out of range.
        FormatError: the file is not an image, is damaged, is far too large, or holds numbers
            whose range is unknown.

    Example:
        >>> read_image(Image.new("RGB", (40, 20), "red"), (3, 2, 2))[0, :, 0, 0]
        array([1., 0., 0.], dtype=float32)
    """
    if len(shape) != 3 or shape[0] not in (1, 3):
        raise BadakError(f"shape must be (1, H, W) for grey or (3, H, W) for RGB; got {shape}")
    if not isinstance(image, (str, os.PathLike, Image.Image)):
        raise ArgumentTypeError(
            f"image must be a path or a Pillow image; got {type(image).__name__}: convert "
            "an array by PIL.Image.fromarray"
        )
    size, crop = size_pair(tuple(shape[1:])), crop_share(crop)
    with quiet():
        pixels = read_pixels(image, size, crop)  # (3, H, W)
    if shape[0] == 1:
        pixels = grey(pixels[None])[0]
    return as_images((255 - pixels if invert else pixels)[None])


@cache
def readable_formats() -> dict[str, tuple[str, ...]]:
    """Return the image formats that this machine reads: Pillow's name -> endings of its files.

    AVIF is among them if Pillow was built with it, HEIF if the package pillow-heif is installed.

    Example:
        >>> readable_formats()["TIFF"]
        ('.tif', '.tiff')
    """
    formats = dict(FORMATS)
    with contextlib.suppress(ImportError):
        from PIL import AvifImagePlugin

        formats |= AVIF if AvifImagePlugin.SUPPORTED else {}
    with contextlib.suppress(ImportError):
        import pillow_heif

        pillow_heif.register_heif_opener()
        formats |= HEIF
    return formats


def read_pixels(
    image: str | os.PathLike[str] | Image.Image, size: Pair, crop: float = 1.0
) -> NDArray[np.uint8]:
    """Read an image as red, green and blue, scaled to cover (H, W) and cropped to its centre.

    `crop` is the share of its height and width that may be kept. Call it within `quiet`; threads
    need only one around them all.

    Returns:
        Array (3, H, W) uint8; a grey image has three equal planes.
    """
    enough = math.ceil(OVERSAMPLED * max(size) / crop)
    decoded = _opened_rgb(image, enough)
    fitted = ImageOps.fit(decoded, size[::-1], Image.Resampling.BICUBIC, (1 - crop) / 2)
    return np.ascontiguousarray(np.asarray(fitted).transpose(2, 0, 1))  # from (H, W, 3)


def open_rgb(image: str | os.PathLike[str] | Image.Image) -> Image.Image:
    """Decode a whole image: turned upright, in 8-bit red, green and blue, without its file."""
    with quiet():
        return _opened_rgb(image)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Within the block Pillow does not warn of metadata, which is not used."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _opened_rgb(
    image: str | os.PathLike[str] | Image.Image, enough: int | None = None
) -> Image.Image:
    """Decode an image; a JPEG may be decoded smaller, with sides of at least `enough` pixels."""
    if isinstance(image, Image.Image):
        name: str | Path = getattr(image, "filename", "") or "the Pillow image"
    else:
        name = image = files.as_path(image)
    try:
        if isinstance(image, Image.Image):
            if enough is not None and _is_undecoded_jpeg(image):
                with Image.open(
                    cast(IO[bytes], image.fp)
                ) as again:  # the caller's image keeps its size
                    return _upright(again, enough)
            _load(image)
            return _upright(image)
        formats = tuple(readable_formats())
        with files.opened(image) as file, Image.open(file, formats=formats) as decoded:
            return _upright(decoded, enough)
    except Image.DecompressionBombError:
        raise FormatError(f"{name} has more than {MAX_PIXELS} pixels; make it smaller") from None
    except UnidentifiedImageError:
        kind = describe(files.head(Path(name)))
        names = ", ".join(readable_formats())
        raise FormatError(f"{name} must be an image ({names}); got {kind}") from None
    except (FormatError, MemoryError):
        raise
    except BadakError as fault:
        raise FormatError(f"{name}: {fault}") from None
    except Exception as fault:  # decoders fail in many ways on damaged data
        raise FormatError(f"{name} is a damaged image: {fault or type(fault).__name__}") from None


def _load(image: Image.Image) -> None:
    """Decode a Pillow image that has only been opened.

    Pillow 13 maps the pixels of an uncompressed TIFF into memory with the size of the upright
    image, and so reads them wrongly. It maps only images that have a name.
    """
    name = getattr(image, "filename", None)
    if image.format == "TIFF" and name:
        image.filename = ""  # type: ignore[attr-defined]
        try:
            image.load()
        finally:
            image.filename = name  # type: ignore[attr-defined]


def _is_undecoded_jpeg(image: Image.Image) -> TypeGuard[JpegImageFile]:
    return (
        isinstance(image, JpegImageFile)
        and bool(image.tile)
        and image.fp is not None
        and image.tell() == 0
    )


def _reduce(image: JpegImageFile, enough: int) -> None:
    """Let a JPEG be decoded at a half, a quarter or an eighth of its size, from the same data."""
    for factor in (8, 4, 2):
        sides = image.width // factor, image.height // factor
        # Without a rest: a side of half a pixel would move the centre.
        if min(sides) >= enough and not (image.width % factor or image.height % factor):
            image.draft(None, sides)
            return


def _upright(image: Image.Image, enough: int | None = None) -> Image.Image:
    if image.width * image.height > MAX_PIXELS:
        raise Image.DecompressionBombError
    if not image.width * image.height:
        raise BadakError(f"an image must have pixels; got {image.width}x{image.height}")
    if enough is not None and isinstance(image, JpegImageFile):
        _reduce(image, enough)
    return as_rgb(ImageOps.exif_transpose(image))


def endings() -> tuple[str, ...]:
    """Return the endings of readable image files, in lower case.

    Example:
        >>> {".png", ".jpeg", ".tif", ".webp"} <= set(endings()), ".eps" in endings()
        (True, False)
    """
    return tuple(ending for names in readable_formats().values() for ending in names)


def grey(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Turn (N, 3, H, W) uint8 into grey by ITU-R 601's weights, as Pillow and OpenCV do.

    Example:
        >>> grey(np.array([255, 0, 0], np.uint8).reshape(1, 3, 1, 1)).item()
        76
    """
    red, green, blue = images.astype(np.uint32).transpose(1, 0, 2, 3)
    mixed = (299 * red + 587 * green + 114 * blue + 500) // 1000
    planes: NDArray[np.uint8] = mixed.astype(np.uint8)
    return planes[:, None]  # (N, H, W) -> (N, 1, H, W)


def crop_share(crop: float) -> float:
    """Check the share of an image's height and width that a crop keeps.

    Example:
        >>> crop_share(0.875)
        0.875
    """
    return checks.real(crop, "crop", minimum=MIN_CROP, maximum=1)


def size_pair(size: int | Sequence[int]) -> Pair:
    """Check an image size: one number for both sides, or (height, width).

    Example:
        >>> size_pair(32)
        (32, 32)
    """
    sides = list(size) if isinstance(size, Sequence) and not isinstance(size, str) else [size] * 2
    if len(sides) != 2:
        raise BadakError(f"image_size must be one number or (height, width); got {size!r}")
    height, width = (
        checks.integer(side, "image_size", minimum=1, maximum=MAX_SIDE) for side in sides
    )
    return height, width
