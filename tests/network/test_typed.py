"""Networks typed by hand: what a line of text means, and how a mistake in it is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak import BadakError
from badak.layers import (
    LAYERS,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    MaxPool2d,
    ReLU,
    ZeroPad2d,
)
from badak.network.typed import MAX_LENGTH, parse_layers


def test_words_and_arguments_are_those_of_the_layers():
    text = (
        "conv 30 5, BatchNorm2d eps=0.01,relu , pool 2 , Conv2d 8 (3, 5) padding = (1, 2),"
        " avgpool (2, 3) stride=(1, 2), pad ((1, 2), (0, 3)), Flatten, dropout .25"
    )
    assert parse_layers(text) == [
        Conv2d(30, 5),
        BatchNorm2d(eps=0.01),
        ReLU(),
        MaxPool2d(2),
        Conv2d(8, (3, 5), padding=(1, 2)),
        AvgPool2d((2, 3), stride=(1, 2)),
        ZeroPad2d(((1, 2), (0, 3))),
        Flatten(),
        Dropout(0.25),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "layer 1 is empty"),
        ("relu,,relu", "layer 2 is empty"),
        ("relu, rellu", "layer 2 is 'rellu'.*'relu'"),
        ("conv(8, 3)", r"layer 1 is 'conv\(8, 3\)'.*: type .* conv, .* linear"),
        ("linear 10, softmax", "layer 2 is 'softmax'.*omit it"),
        ("residual", "layer 1 is 'residual'.*Python"),
        ("conv", "layer 1, 'conv'.*out_channels and kernel_size"),
        ("relu, conv 8", "layer 2, 'conv 8'.*kernel_size"),
        ("relu 3", "layer 1, 'relu', takes no arguments; got 1"),
        ("conv 8 3 1 0 1 1 True he 9", "layer 1, 'conv', takes 8.*got 9"),
        ("conv 8 3 kernel=4", "layer 1, 'conv'.*'kernel'.*'kernel_size'"),
        ("pool 2 kernel_size=3", "layer 1, 'pool'.*kernel_size twice"),
        ("conv 8 3 stride=0", "layer 1, 'conv 8 3 stride=0': stride.*got 0"),
        ("conv x 3", "layer 1, 'conv x 3': out_channels.*'x'"),
        ("linear " + "9" * 5_000, r"^layer 1, 'linear 9{,150}\.{3}9{,150}': out_features.{,300}$"),
        ("conv 3 (1, relu", r"layer 1, 'conv 3 \(1, relu': kernel_size.*'\(1, relu'"),
        ("relu " + " " * MAX_LENGTH, "10,000.*got 10,005"),
    ],
)
def test_a_mistake_is_named_with_its_place(text, words):
    with pytest.raises(BadakError, match=words):
        parse_layers(text)


PIECES = st.sampled_from([*"(),[] =0123456789.-'", "conv", "relu", "pool", "x"])


@given(st.lists(PIECES, max_size=30))
def test_any_text_gives_layers_or_an_error(pieces):
    try:
        layers = parse_layers("".join(pieces))
    except BadakError:
        return
    assert {type(layer) for layer in layers} <= set(LAYERS.values())
