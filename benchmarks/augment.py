"""Images per CPU-second of each augmentation at 224x224x3 uint8, on one core.

python benchmarks/augment.py [FOLDER]     # of photos; smooth noise without

If torchvision is installed, its transforms.v2 runs in turns with badak, on the same 32 images, each
by its own amounts. The best of five rounds counts, in CPU time of the process.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from badak.data import augment

COUNT, SIZE, ROUNDS = 32, 224, 5
RNG = np.random.default_rng(0)

OURS: dict[str, augment.Augmentation] = {
    "flip and crop": augment.Compose(augment.Flip(), augment.Crop(4)),
    "rotate": augment.Rotate(15),
    "resized crop": augment.RandomResizedCrop(),
    "colour": augment.ColorJitter(0.4, 0.4, 0.4),
    "colour and hue": augment.ColorJitter(0.4, 0.4, 0.4, 0.1),
    "RandAugment": augment.RandAugment(),
    "TrivialAugment": augment.TrivialAugment(),
    "perspective": augment.Perspective(0.5, p=1),
}


def photos(folder: str | None) -> np.ndarray:
    """32 images of a folder, or smooth noise."""
    if folder is None:
        small = RNG.integers(0, 256, (COUNT, 14, 14, 3)).astype(np.uint8)
        images = [Image.fromarray(image) for image in small]
    else:
        files = sorted(Path(folder).rglob("*.jpg"))
        images = [Image.open(files[k % len(files)]).convert("RGB") for k in range(COUNT)]
    pixels = [np.asarray(image.resize((SIZE, SIZE))) for image in images]
    return np.ascontiguousarray(np.stack(pixels).transpose(0, 3, 1, 2))


def theirs() -> dict[str, Callable]:
    """The same transforms of torchvision; none if it is not installed."""
    try:
        import torch
        from torchvision.transforms import v2
    except ImportError:
        return {}
    torch.set_num_threads(1)
    smooth = {"interpolation": v2.InterpolationMode.BILINEAR}
    return {
        "flip and crop": v2.Compose([v2.RandomHorizontalFlip(), v2.RandomCrop(SIZE, padding=4)]),
        "rotate": v2.RandomRotation(15, **smooth),
        "resized crop": v2.RandomResizedCrop(SIZE, antialias=True),
        "colour": v2.ColorJitter(0.4, 0.4, 0.4),
        "colour and hue": v2.ColorJitter(0.4, 0.4, 0.4, 0.1),
        "RandAugment": v2.RandAugment(),
        "TrivialAugment": v2.TrivialAugmentWide(),
        "perspective": v2.RandomPerspective(0.5, p=1, **smooth),
    }


def rate(run: Callable[..., object], *arguments: object) -> float:
    """Images per second of the process's CPU time; one call is for all images."""
    start = time.process_time()
    run(*arguments)
    return COUNT / (time.process_time() - start)


def one_by_one(transform: Callable, images: object) -> None:
    """Call a transform for each image, so that each has its own amounts."""
    for image in images:
        transform(image)


def main() -> None:
    """Print one line per transform."""
    images = photos(sys.argv[1] if len(sys.argv) > 1 else None)
    peers = theirs()
    if peers:
        import torch

        tensors = torch.from_numpy(images)
    print(f"{'images per CPU-second':21}{'badak':>10}{'torchvision':>14}")
    for name, transform in OURS.items():
        mine, other = [], [0.0]
        for _ in range(ROUNDS):
            mine.append(rate(transform, images, RNG))
            if peers:
                other.append(rate(one_by_one, peers[name], tensors))
        print(f"{name:21}{max(mine):10,.0f}{max(other):14,.0f}")


if __name__ == "__main__":
    main()
