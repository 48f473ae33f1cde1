"""The embedded digits: the real ones, complete, in order, scaled."""

import numpy as np
from sklearn.datasets import load_digits

from badak.data.digits import FILE, read_digits


def test_the_file_holds_what_scikit_learn_has():
    theirs = load_digits()
    with np.load(FILE, allow_pickle=False) as arrays:
        np.testing.assert_array_equal(arrays["images"], theirs.images)
        np.testing.assert_array_equal(arrays["labels"], theirs.target)
        assert arrays["images"].dtype == np.uint8


def test_the_split_keeps_the_order():
    train, test = read_digits()
    assert (len(train), len(test)) == (1437, 360)
    labels = np.concatenate([train.labels, test.labels])
    np.testing.assert_array_equal(labels, load_digits().target)


def test_images_are_the_small_ones_scaled_up():
    train, _ = read_digits()
    assert train.image_shape == (1, 28, 28)
    assert train.images.min() == 0
    assert train.images.max() == 1
    small = load_digits().images[: len(train)] / 16
    # The middle of each 3.5 x 3.5 block shows its pixel, up to smoothing.
    middles = np.floor((np.arange(8) + 0.5) * 3.5).astype(int)
    seen = train.images[:, 0][:, middles][:, :, middles]
    assert np.corrcoef(seen.ravel(), small.ravel())[0, 1] > 0.99
    assert np.abs(seen - small).mean() < 0.05
    assert abs(train.images.mean() - small.mean()) < 0.005  # 16 is white, and the scale is even


def test_reading_twice_gives_the_same_bits():
    assert read_digits()[0].images.tobytes() == read_digits()[0].images.tobytes()


def test_every_digit_is_in_both_parts():
    for part in read_digits():
        assert np.bincount(part.labels, minlength=10).min() > 30


def test_attribution_and_licence_lie_beside_the_file():
    text = FILE.with_suffix(".txt").read_text()
    for words in ("Alpaydin", "Kaynak", "UCI", "CC BY 4.0"):
        assert words in text
