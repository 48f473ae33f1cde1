"""are_photos tells photographs from drawings, icons and digits saved as JPEG."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from badak.data.photos import are_photos


def fill(folder: Path, ending: str, size: tuple[int, int], count: int = 3) -> None:
    for label in ("ants", "bees"):
        (folder / label).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            pixels = np.random.default_rng(number).integers(0, 255, (*size, 3), np.uint8)
            Image.fromarray(pixels).save(folder / label / f"{number}{ending}")


@pytest.mark.parametrize(
    ("ending", "size", "expected"),
    [
        (".jpg", (120, 160), True),
        (".JPEG", (96, 96), True),
        (".webp", (200, 100), True),
        (".jpg", (95, 300), False),
        (".jpg", (28, 28), False),
        (".png", (300, 300), False),
    ],
)
def test_format_and_size_decide(
    tmp_path: Path, ending: str, size: tuple[int, int], expected: bool
) -> None:
    fill(tmp_path / "train", ending, size)
    assert are_photos(tmp_path) is expected


def test_the_majority_decides_and_other_files_do_not_count(tmp_path: Path) -> None:
    fill(tmp_path, ".jpg", (100, 100), 3)
    fill(tmp_path, ".png", (100, 100), 2)
    (tmp_path / "ants" / "damaged.jpg").write_bytes(b"no image")
    for number in range(9):
        (tmp_path / "bees" / f"{number}.txt").write_text("words")
    assert are_photos(tmp_path)
    fill(tmp_path, ".png", (100, 100), 3)
    assert not are_photos(tmp_path)


def test_an_empty_folder_holds_no_photos(tmp_path: Path) -> None:
    assert not are_photos(tmp_path)
