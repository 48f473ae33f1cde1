"""Every model of badak's: numbers at random places are explained, forward and back, in float32."""

import numpy as np
import pytest

from badak.inspect.follow.explain import explain_number
from badak.inspect.follow.gradient import explain_gradient
from badak.inspect.follow.targets import gradient_maps
from badak.models import MODELS
from follow_cases import computed, places
from models.test_models import SMALL


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_explained(name):
    sizes, shape = SMALL[name]
    net = MODELS[name](num_classes=3, input_shape=shape, **sizes)
    generator = np.random.default_rng(0)
    for key, array in net.buffers().items():
        array[...] = generator.uniform(0.5, 1.5, array.shape) if "var" in key else array
    image = generator.random(shape, np.float32)
    maps = gradient_maps(net, image, 1, "loss")
    names = list(maps)
    for layer in names[1 :: max(1, len(names) // 10)]:
        for index in places(maps[layer].shape, 2, seed=len(layer)):
            found = explain_number(net, image, layer, index)
            if found.how != "max":
                assert computed(found) == pytest.approx(found.value, rel=1e-3, abs=1e-4)
    for layer in names[:: max(1, len(names) // 5)]:
        index = places(maps[layer].shape, 3, seed=len(layer))[-1]
        back = explain_gradient(net, image, layer, index, 1, "loss")
        if back.readers:
            total = sum(share.value for share in back.readers)
            scale = np.abs(maps[layer]).max()
            assert total == pytest.approx(back.gradient, rel=1e-3, abs=1e-5 * float(scale))
