"""The quiz: its answers are PyTorch's, and every mistake has words in both languages."""

import pytest
import torch

from badak.errors import BadakError
from badak.lessons import quiz
from badak.lessons.quiz import TOPICS
from badak.lessons.quiz_words import WORDS

RIGHT = {
    "sizes": [24, 28, 3, 16, 55, 1],
    "shapes": [(8, 3, 5, 5), 24, 8, (10, 8, 28, 28), 608, (10, 16, 14, 14), 1040],
}


def test_the_sizes_are_pytorchs() -> None:
    for question, answer in zip(TOPICS["sizes"]()[:-1], RIGHT["sizes"], strict=False):
        size, kernel, stride, padding = question.values.values()
        layer = torch.nn.Conv2d(1, 1, kernel, stride, padding)
        assert layer(torch.zeros(1, 1, size, size)).shape[2] == answer


def test_no_window_reaches_the_last_row() -> None:
    x = torch.zeros(1, 1, 10, 10, requires_grad=True)
    torch.nn.functional.conv2d(x, torch.ones(1, 1, 3, 3), stride=2).sum().backward()
    assert x.grad is not None
    assert int((x.grad[0, 0].sum(dim=1) == 0).sum()) == RIGHT["sizes"][-1]


def test_the_shapes_are_pytorchs() -> None:
    layer = torch.nn.Conv2d(3, 8, 5)
    weight, bias = layer.parameters()
    out = tuple(layer(torch.zeros(10, 3, 32, 32)).shape)
    count = weight.numel() + bias.numel()
    assert RIGHT["shapes"][:5] == [tuple(weight.shape), 8 * 3, bias.numel(), out, count]
    pointwise = torch.nn.Conv2d(64, 16, 1)
    out = tuple(pointwise(torch.zeros(10, 64, 14, 14)).shape)
    assert RIGHT["shapes"][5:] == [out, sum(p.numel() for p in pointwise.parameters())]


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("topic", TOPICS)
def test_right_answers_are_right(topic: str, language: str) -> None:
    answers = RIGHT[topic]
    lines = quiz(topic, answers, language).splitlines()
    assert len(lines) == len(answers) + 1
    for answer, line in zip(answers, lines, strict=False):
        assert line.endswith(WORDS[language]["right"].format(answer=answer))
    as_lists = [list(a) if isinstance(a, tuple) else float(a) for a in answers]
    assert quiz(topic, as_lists, language).splitlines()[-1] == lines[-1]


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("topic", TOPICS)
def test_every_mistake_is_explained(topic: str, language: str) -> None:
    words, questions = WORDS[language], TOPICS[topic]()
    for place, question in enumerate(questions):
        for name, answer in question.wrong.items():
            if answer == question.right:
                continue
            answers = [None] * place + [answer] + [None] * (len(questions) - place - 1)
            line = quiz(topic, answers, language).splitlines()[place]
            told = [n for n, value in question.wrong.items() if value == answer]
            assert name in told
            assert line.endswith(words[told[0]].format(**question.values))


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["en"].keys() == WORDS["ko"].keys()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "not answered yet"),
        (25, "Divide H + 2P - FH by S"),
        ("24", "a number or a tuple of numbers"),
        ([1, [2]], "a number or a tuple of numbers"),
        ([[24]], "a number or a tuple of numbers"),
        (True, "a number or a tuple of numbers"),
    ],
)
def test_other_answers_get_a_hint(answer: object, words: str) -> None:
    lines = quiz("sizes", [answer, *[None] * 5]).splitlines()
    assert words in lines[0]
    assert lines[-1] == "0 of 6 right."


def test_wrong_calls_are_refused() -> None:
    with pytest.raises(BadakError, match=r"answers must be 6.*got 1"):
        quiz("sizes", [24])
    with pytest.raises(BadakError, match=r"answers must be 6.*got 1"):
        quiz("sizes", 24)
    with pytest.raises(BadakError, match=r"topic.*sizes.*shapes.*size"):
        quiz("size")
    with pytest.raises(BadakError, match=r"language.*en.*ko.*fr"):
        quiz("sizes", language="fr")
