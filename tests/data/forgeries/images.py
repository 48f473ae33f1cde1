"""Row D18: image files, and folders of them."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

from badak.data.folder import read_folder
from badak.data.image import read_image
from forgeries import case, forged, noise


def png(width, height, rows=b"", depth=8, colour=0, transparent=b""):
    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    size = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    key = chunk(b"tRNS", transparent) if transparent else b""
    end = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + key + end


def encoded(kind, mode="RGB", size=(40, 30)):
    content = io.BytesIO()
    pixels = np.frombuffer(noise(size[0] * size[1] * 3), np.uint8).reshape(size[1], size[0], 3)
    Image.fromarray(pixels).convert(mode).save(content, kind)
    return content.getvalue()


def float_tiff():
    content = io.BytesIO()
    Image.fromarray(np.full((4, 4), 7.5, np.float32)).save(content, "TIFF")
    return content.getvalue()


def huge_bmp():
    return encoded("BMP")[:18] + struct.pack("<ii", 60000, 60000) + encoded("BMP")[26:]


def huge_gif():
    return encoded("GIF")[:6] + struct.pack("<HH", 65535, 65535) + encoded("GIF")[10:]


def image_case(name, words, content, file="image.png"):
    forged(name, lambda path: read_image(path, (3, 8, 8)), words, content, file)


image_case("D18 60000x60000", "has more than 67108864 pixels", png(60000, 60000, bytes(100), 1))
image_case("D18 12000x9000", "has more than 67108864 pixels", png(12000, 9000, bytes(100)))
image_case("D18 8200x8200", "has more than 67108864 pixels", png(8200, 8200, bytes(100)))
image_case("D18 2**31", "image", png(2**31 - 1, 2**31 - 1))
image_case("D18 huge BMP", "has more than", huge_bmp(), "image.bmp")
image_case("D18 huge GIF", "has more than", huge_gif(), "image.gif")
image_case("D18 0x5", "damaged image|an image.*got", png(0, 5))
image_case("D18 no data", "is a damaged image", png(8, 8))
image_case("D18 empty", "image.*got an empty", b"")
image_case("D18 text", "image .*got bytes 68 65 6c 6c", b"hello")
image_case("D18 SVG", "image .*got an HTML", b"<svg xmlns='x'></svg>")
image_case("D18 EPS", "an image.*got bytes", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
image_case(
    "D18 floats", r"floats in \[0, 1\]; got float32 from 7.5 to 7.5", float_tiff(), "image.tiff"
)
for kind in ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF"):
    for share in (0.1, 0.5, 0.9):
        content = encoded(kind)
        image_case(
            f"D18 {kind} cut at {share}",
            "damaged image|an image.*got",
            content[: int(len(content) * share)],
        )


def folder_case(name, words, files):
    @case(name, read_folder, words)
    def _(folder):
        for place, content in files.items():
            path = folder / place
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.mkdir()
            else:
                path.write_bytes(content)
        return folder


PNG = encoded("PNG")
folder_case(
    "D18 corrupt in a folder",
    "bees/x.png is a damaged image.*skip_corrupt=True",
    {"ants/a.png": PNG, "bees/b.png": PNG, "bees/x.png": PNG[:200]},
)
folder_case(
    "D18 class without images",
    "bees holds no images",
    {"ants/a.png": PNG, "bees/notes.txt": b"hello", "bees/.hidden.png": PNG},
)
folder_case("D18 empty class", "bees holds no images", {"ants/a.png": PNG, "bees": None})
folder_case("D18 one class", "at least two; got ants", {"ants/a.png": PNG})
folder_case("D18 no class", "at least two; got none", {"a.png": PNG})
folder_case(
    "D18 strange test class",
    "has classes that were not learnt: wasps",
    {
        "train/ants/a.png": PNG,
        "train/bees/b.png": PNG,
        "val/ants/a.png": PNG,
        "val/wasps/w.png": PNG,
    },
)


@case("D18 nowhere", lambda path: read_image(path, (1, 2, 2)), "cannot be read: No such file")
def _(folder):
    return folder / "nowhere.png"


@case("D18 folder nowhere", read_folder, "nowhere must be a folder")
def _(folder):
    return folder / "nowhere"
