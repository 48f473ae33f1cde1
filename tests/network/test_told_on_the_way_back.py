"""Gradients that are told as soon as they are final: the same numbers, from the last layer on."""

import numpy as np
import pytest

import badak
from badak import models
from badak.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU

NETS = {
    "rows": lambda: badak.Network(
        [Conv2d(4, 3), ReLU(), MaxPool2d(2), Flatten(), Linear(7), ReLU(), Linear(3)], (1, 8, 8)
    ),
    "blocks": lambda: models.MODELS["resnet8"](input_shape=(3, 8, 8), num_classes=3),
    "wide": lambda: models.SimpleConvNet((1, 12, 12)),
}  # fmt: skip


def told(net, images, labels):
    """The gradients as they were told, copied at once, and those of the whole pass."""
    calls: list[dict[str, np.ndarray]] = []

    def ready(gradients):
        calls.append({name: array.copy() for name, array in gradients.items()})

    with net.step_pass(images, labels, ready=ready) as result:
        return calls, result.copied()


@pytest.mark.parametrize("edition", ["native", "reference"])
@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("kind", NETS)
def test_the_same_gradients_from_the_last_layer_on(kind, frozen, edition):
    generator = np.random.default_rng(1)
    with badak.ops.use(edition):
        net, other = NETS[kind](), NETS[kind]()
        if frozen:
            for one in (net, other):
                one.freeze(next(iter(one.layers)))
        for _ in range(3):  # the first pass is recorded, the others are repeated
            images = generator.random((5, *net.input_shape), np.float32)
            labels = generator.integers(0, 3, 5)
            calls, result = told(net, images, labels)
            with other.step_pass(images, labels) as wanted:
                for name, array in wanted.gradients.items():
                    assert result.gradients[name].tobytes() == array.tobytes()
            flat = {name: array for call in calls for name, array in call.items()}
            assert sum(map(len, calls)) == len(flat)  # each once
            for name in net.trainable():
                assert flat[name].tobytes() == result.gradients[name].tobytes()
            order = [name for call in calls for name in call if name in net.trainable()]
            assert order[0].split(".")[0] == list(net.trainable())[-1].split(".")[0]
            assert len([call for call in calls if call]) > 1
