"""The included data set: 1,797 handwritten digits, so that everything runs without a network.

"Optical Recognition of Handwritten Digits", E. Alpaydin and C. Kaynak, UCI Machine Learning
Repository, 1998, https://doi.org/10.24432/C50P49, licence CC BY 4.0. The file is that data set's
test part as scikit-learn distributes it (tools/embed_digits.py made it; see digits.txt).
"""

from pathlib import Path

import numpy as np
from PIL import Image

from badak.data.dataset import Dataset

FILE = Path(__file__).with_name("digits.npz")
TRAIN_COUNT = 1437
SIZE = 28


def read_digits() -> tuple[Dataset, Dataset]:
    """Read the included digits, scaled up from 8x8 to MNIST's 28x28.

    The images are sorted by writer; there are 13. The first 1,437 train and the last 360 test, so
    the writers of the test (all but one, at the border) are new to the network: a harder and more
    honest test than a shuffled split.

    Returns:
        (train, test): images (1437, 1, 28, 28) and (360, 1, 28, 28) float32 in [0, 1], bright ink
        on black as in MNIST; labels int64, 0..9.

    Example:
        >>> train, test = read_digits()
        >>> train
        Dataset('digits': 1437 images of (1, 28, 28), 10 classes)
        >>> train.labels[:10]
        array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    """
    with np.load(FILE, allow_pickle=False) as arrays:
        small, labels = arrays["images"], arrays["labels"]
    # 8-bit resizing is integer arithmetic in Pillow: the same pixels on every machine.
    grey = (small.astype(np.uint16) * 255 // 16).astype(np.uint8)  # 0..16 -> 0..255
    large = [
        Image.fromarray(image).resize((SIZE, SIZE), Image.Resampling.BICUBIC) for image in grey
    ]
    images = np.stack([np.asarray(image) for image in large])[:, None]  # -> (N, 1, 28, 28)
    every = Dataset(images, labels, tuple("0123456789"), "digits")
    return every[:TRAIN_COUNT], every[TRAIN_COUNT:]
