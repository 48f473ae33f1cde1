"""misclassified: the most confident mistakes, against plain sorting, and the picture."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak import BadakError, data
from badak.errors import ArgumentTypeError
from badak.inspect import Predictions, draw, misclassified, nearest
from prediction_cases import predicted


def images_for(found, shape=(1, 3, 4)):
    images = np.random.default_rng(0).random((len(found), *shape))
    return data.Dataset(images, found.labels, found.class_names)


@given(predicted(), st.integers(1, 50))
def test_the_most_confident_mistakes_first(found, k):
    some = images_for(found)
    mistakes = []
    for place, (label, row) in enumerate(zip(found.labels, found.probabilities, strict=True)):
        guess = list(row).index(max(row))
        if guess != label:
            mistakes.append((-max(row), place, label, guess))
    most = misclassified(found, some, k)
    expected = sorted(mistakes)[:k]
    drawn = zip(-most.confidence, most.places, most.labels, most.predicted, strict=True)
    assert list(drawn) == expected
    np.testing.assert_array_equal(most.images, some.images[[row[1] for row in expected]])
    assert (most.wrong, most.total) == (len(mistakes), len(found))


@pytest.mark.parametrize("k", [0, -1])
def test_none_is_no_picture(k):
    found = Predictions([0], [[0.2, 0.8]], ["cat", "dog"])
    with pytest.raises(BadakError, match=rf"\bk\b.*got {k}"):
        misclassified(found, images_for(found), k)
    with pytest.raises(ArgumentTypeError, match=r"\bk\b.*got 2\.5"):
        misclassified(found, images_for(found), 2.5)


WRONG = Predictions([0, 1, 0], [[0.2, 0.8], [0.7, 0.3], [0.9, 0.1]], ["cat", "x" * 30])


def test_titles_name_both_classes():
    figure = draw.misclassified(misclassified(WRONG, images_for(WRONG)))
    titles = [axes.get_title() for axes in figure.axes]
    assert titles[:2] == ["cat → xxxxxxxx…xxxxxxx\n80.0%", "xxxxxxxx…xxxxxxx → cat\n70.0%"]
    assert figure.get_suptitle().startswith("2 of 3 images are misclassified\n")
    figure = draw.misclassified(misclassified(WRONG, images_for(WRONG), 1))
    assert figure.get_suptitle().startswith("2 of 3 images are misclassified; 1 most confident")


def test_grey_images_look_as_in_the_other_pictures():
    some = images_for(WRONG)
    most = misclassified(WRONG, some)
    alike = draw.nearest(nearest(some, some.images[0], 2), some.class_names)
    (other,) = alike.axes[0].images
    for axes, image in zip(draw.misclassified(most).axes, most.images, strict=False):
        (shown,) = axes.images
        np.testing.assert_array_equal(shown.get_array(), image[0])
        assert shown.get_clim() == other.get_clim() == (0, 1)
        assert shown.get_cmap().name == other.get_cmap().name == "gray"


def test_three_channels_are_a_colour():
    most = misclassified(WRONG, images_for(WRONG, (3, 3, 4)))
    assert draw.misclassified(most).axes[0].images[0].get_array().shape == (3, 4, 3)
    most = misclassified(WRONG, images_for(WRONG, (2, 3, 4)))
    shown = draw.misclassified(most).axes[0].images[0].get_array()
    np.testing.assert_allclose(shown, most.images[0].mean(axis=0), rtol=1e-5)


def test_nothing_wrong_is_said(tmp_path):
    found = Predictions([0, 1], [[0.8, 0.2], [0.2, 0.8]], ["cat", "dog"])
    most = misclassified(found, images_for(found))
    assert most.images.shape == (0, 1, 3, 4)
    figure = draw.misclassified(most)
    assert figure.get_suptitle() == "None of the 2 images is misclassified"
    draw.save(figure, tmp_path / "none.png")
