"""`page`: one in Chromium; `learned`: a network trained briefly on digits."""

import pytest

from badak import Trainer, data, models
from browser import chromium, complaints, new_page, page

__all__ = ["chromium", "complaints", "new_page", "page"]

# Tests run them; they must not be imported to look for doctests.
collect_ignore = ["weights/keras_model.py", "weights/torch_forgeries"]


@pytest.fixture(scope="session")
def learned():
    """LeNet-5, the digits it was trained on, and the digits to test it on."""
    net = models.LeNet5()
    train, test = data.load("digits")
    Trainer(net, epochs=6, batch_size=50, progress=False).fit(train)
    return net, train, test
