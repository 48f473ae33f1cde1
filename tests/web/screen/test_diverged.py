"""A network whose outputs overflow is shown as such: nothing fails, and nothing looks like 0."""

import base64

import numpy as np
import pytest

from badak import models

INK = base64.b64encode(np.full(784, 30_000, "<u2").tobytes()).decode().replace("+", "%2B")


@pytest.fixture(scope="module")
def serve(serving, tmp_path_factory):
    folder = tmp_path_factory.mktemp("diverged")
    net = models.SimpleConvNet()
    for name in ("conv1.weight", "linear1.weight", "linear2.weight"):
        net.parameters()[name][:] *= 1e30  # finite, as a file's must be
    net.save(folder / "net.safetensors")
    yield from serving(folder / "runs", "net.safetensors")


def test_the_prediction_says_so(page, serve):
    page.goto(serve.at(f"draw?source=ink&ink={INK}"))
    page.locator("#verdict", has_text="no numbers for this image").wait_for()
    assert set(page.locator("#bars .share").all_inner_texts()) == {"\u2013"}


def test_its_numbers_can_be_followed(page, serve):
    page.goto(serve.at(f"follow?source=ink&ink={INK}&layer=linear2&channel=0"))
    page.locator(".panel .result output", has_text="\u2013").wait_for()
    assert page.locator(".panel .fault").count() == 0
