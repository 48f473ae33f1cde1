"""outline: the layers of a text that somebody is still typing, and where it is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak import BadakError, Network
from badak.layers import Block
from badak.models import MODELS
from badak.network.outline import outline
from badak.network.typed import as_python, as_text, parse_layers

GOOD = "conv 30 5 weight_init=0.01, relu, pool 2, flatten, linear 100, relu, linear 10"


def test_a_good_text_has_the_numbers_of_its_network():
    typed = outline(GOOD, (1, 28, 28), 10)
    net = Network(parse_layers(GOOD), (1, 28, 28))
    assert typed.faults == ()
    assert typed.rows == net.summary().rows
    words = [GOOD[start:end] for start, end in typed.places]
    assert words == GOOD.split(", ")


@pytest.mark.parametrize(
    ("text", "marked", "message", "good"),
    [
        ("", "", "layer 1 is empty", 0),
        ("conv 8 3, , relu", "", "layer 2 is empty", 1),
        ("conv 8 3,  rellu  , pool 2", "rellu", "'rellu'.*'relu'", 1),
        ("conv 8 3, pool 40, flatten", "pool 40", "'pool1'.*40x40.*26", 1),
        ("conv 8 3, linear 10", "linear 10", "'linear1'.*flat.*Flatten", 1),
        ("conv 8 3 kernel=5, relu", "conv 8 3 kernel=5", "'kernel'.*kernel_size", 0),
        ("flatten, linear 7", "linear 7", r"\(7,\).*10 classes.*end in linear 10", 2),
        ("conv 8 3", "conv 8 3", r"\(8, 26, 26\).*end in flatten, linear 10", 1),
        ("flatten, linear 1000000000", "linear 1000000000", "weight.*GiB", 1),
    ],
)
def test_a_fault_stands_where_it_was_typed(text, marked, message, good):
    typed = outline(text, (1, 28, 28), 10)
    fault = typed.faults[0]
    assert text[fault.start : fault.end] == marked
    with pytest.raises(BadakError, match=message):
        raise BadakError(fault.message)
    assert len(typed.rows) == len(typed.places) == good


def test_all_words_that_are_wrong_are_faults():
    typed = outline("conv 8 3, rellu, pool 2, lnear 10", (1, 28, 28))
    assert [fault.start for fault in typed.faults] == [10, 25]


@given(st.text(alphabet="convrelupfatin 0123456789,=()x.", max_size=80))
def test_any_text_is_outlined(text):
    typed = outline(text, (3, 9, 7), 4)
    if not typed.faults:
        net = Network(parse_layers(text), (3, 9, 7))
        assert typed.rows == net.summary().rows
        assert net.output_shape == (4,)
    for start, end in typed.places:
        assert text[start:end] == text[start:end].strip() != ""


SMALL = {name for name in MODELS if name not in ("vgg11", "vgg16", "alexnet", "resnet50")}


@pytest.mark.parametrize("model", sorted(SMALL))
def test_models_without_blocks_are_texts_and_calls(model):
    net = MODELS[model](input_shape=(1, 49, 32), num_classes=12)
    layers = list(net.layers.values())
    if any(isinstance(layer, Block) for layer in layers):
        with pytest.raises(BadakError, match=r"cannot be typed.*in Python"):
            as_text(layers)
        return
    assert parse_layers(as_text(layers)) == layers
    from badak import layers as known

    assert [eval(as_python(layer), vars(known)) for layer in layers] == layers
