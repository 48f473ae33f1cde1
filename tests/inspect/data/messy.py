"""A folder of small drawn photos with everything that goes wrong in folders."""

import numpy as np
from PIL import Image, ImageFilter


def photo(seed, size=(96, 64)):
    """A drawn photo: coarse coloured patches, and fine grain on them."""
    generator = np.random.default_rng(seed)
    patches = generator.integers(30, 226, (8, 12, 3), np.uint8)
    image = np.asarray(Image.fromarray(patches).resize((96, 64), Image.Resampling.NEAREST))
    grain = generator.integers(-25, 26, image.shape)
    pixels = (image.astype(int) + grain).astype(np.uint8)
    return Image.fromarray(pixels).resize(size)


def messy_folder(root):
    """Write the folder; return the names of its classes."""
    ants, bees = root / 'ants <b>"&', root / "bees $x"
    for number, folder in enumerate((ants, bees)):
        folder.mkdir(parents=True)
        for k in range(15):
            photo(100 * number + k).save(folder / f"{k:02}.png")
    (root / "empty").mkdir()
    (root / "notes.txt").write_text("none")
    photo(500).save(root / "loose.png")
    (ants / "inside").mkdir()
    (ants / "film.mp4").write_bytes(b"film")
    (ants / "zero.png").touch()
    content = (ants / "00.png").read_bytes()
    (ants / "cut.png").write_bytes(content[: len(content) // 2])
    (bees / "page.jpg").write_text("<html></html>")
    (bees / "gone.png").symlink_to(root / "nowhere")
    (bees / '" onerror=alert(1).png').write_bytes((ants / "01.png").read_bytes())
    (bees / "again.png").write_bytes((bees / "02.png").read_bytes())
    photo(103).resize((48, 32)).save(bees / "half.jpg", quality=60)
    photo(4).filter(ImageFilter.GaussianBlur(5)).save(ants / "blurred.png")
    Image.new("RGB", (96, 64), (200, 200, 200)).save(ants / "blank.png")
    photo(600).point(lambda level: level // 12).save(ants / "night.png")
    photo(601, (300, 60)).save(bees / "long.png")
    photo(602, (20, 14)).save(bees / "tiny.png")
    return ants.name, bees.name
