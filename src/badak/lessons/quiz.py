"""quiz: sizes, shapes and counts to work out by hand; badak's own layers know the answers."""

from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from badak import checks, ops
from badak.errors import BadakError
from badak.layers import Conv2d
from badak.lessons.quiz_words import WORDS
from badak.network import Network
from badak.ops.window import Window


@dataclass(frozen=True)
class Question:
    """A question whose answer is a number or a shape.

    Attributes:
        words: its name in `WORDS`.
        values: for the question's words and its hint's.
        right: the answer.
        wrong: the name of a mistake in `WORDS` -> the answer that it leads to.
    """

    words: str
    values: Mapping[str, Any]
    right: Any
    wrong: Mapping[str, Any] = field(default_factory=dict)

    def mistake(self, answer: Any) -> str | None:
        """Return "" if an answer is right, the name of the mistake, or None if it is unknown."""
        if answer == self.right:
            return ""
        return next((name for name, value in self.wrong.items() if value == answer), None)


def quiz(topic: str, answers: Sequence[Any] | None = None, language: str = "en") -> str:
    """Return a quiz's questions or, with answers, which are right, and why the others are not.

    Args:
        topic: "sizes" (of a convolution's output) or "shapes" (channels, batches, counts).
        answers: a number or a tuple per question, in their order; None for one still open.
        language: "en" or "ko".

    Raises:
        BadakError: another topic or language, or more or fewer answers than questions.

    Example:
        >>> print(quiz("sizes").splitlines()[0])
        1. Input 28x28, filter 5x5, stride 1, padding 0: the output's height?
        >>> print(quiz("sizes", [23, None, None, None, None, None]).splitlines()[0])
        1. 23: wrong. The first window counts too: + 1.
    """
    words = WORDS[checks.choice(language, "language", WORDS)]
    questions = TOPICS[checks.choice(topic, "topic", TOPICS)]()
    if answers is None:
        return "\n".join(
            f"{number}. {words[question.words].format(**question.values)}"
            for number, question in enumerate(questions, 1)
        )
    if not isinstance(answers, Sized):
        answers = [answers]
    if len(answers) != len(questions):
        raise BadakError(
            f"answers must be {len(questions)}, one per question, None for one still open; "
            f"got {len(answers)}"
        )
    lines, right = [], 0
    for number, (question, answer) in enumerate(zip(questions, answers, strict=True), 1):
        lines.append(f"{number}. {_marked(question, answer, words)}")
        right += answer is not None and question.mistake(_plain(answer)) == ""
    return "\n".join([*lines, words["total"].format(right=right, count=len(questions))])


def _marked(question: Question, answer: Any, words: Mapping[str, str]) -> str:
    if answer is None:
        return words["open"]
    plain = _plain(answer)
    if plain is None:
        return words["no_number"].format(answer=answer)
    mistake = question.mistake(plain)
    if mistake == "":
        return words["right"].format(answer=plain)
    why = words[mistake or f"{question.words}_hint"].format(**question.values)
    return words["wrong"].format(answer=plain, why=why)


def _plain(answer: Any) -> Any:
    """Return a number, or a shape as a tuple; None for anything else."""
    try:
        values = np.asarray(answer)
    except ValueError:  # a ragged list
        return None
    if values.ndim > 1 or values.dtype.kind not in "iuf":
        return None
    return tuple(values.tolist()) if values.ndim else values.item()


def _sizes() -> list[Question]:
    cases = ((28, 5, 1, 0), (28, 5, 1, 2), (7, 3, 2, 0), (32, 3, 2, 1), (227, 11, 4, 0))
    return [*(_size(*case) for case in cases), _left(10, 3, 2)]


def _size(size: int, kernel: int, stride: int, padding: int) -> Question:
    room = size + 2 * padding - kernel
    wrong = {
        "without_one": room // stride,
        "rounded_up": -(-room // stride) + 1,
        "padding_once": (size + padding - kernel) // stride + 1,
        "padding_forgotten": (size - kernel) // stride + 1,
        "stride_forgotten": room + 1,
        "input_size": size,
    }
    values = {"size": size, "kernel": kernel, "stride": stride, "padding": padding}
    right, _ = Window.of(kernel, stride, padding).output_size(size, size)
    return Question("size", values, right, wrong)


def _left(size: int, kernel: int, stride: int) -> Question:
    """The last rows that no window reaches."""
    places, _ = Window.of(kernel, stride).output_size(size, size)
    values = {"size": size, "kernel": kernel, "stride": stride}
    return Question("left", values, size - (places - 1) * stride - kernel, {"none_left": 0})


def _shapes() -> list[Question]:
    return [*_of_layer((10, 3, 32, 32), 8, 5), *_of_layer((10, 64, 14, 14), 16, 1)[-2:]]


def _of_layer(x: tuple[int, int, int, int], filters: int, kernel: int) -> list[Question]:
    """The questions about one layer."""
    n, c, h, w = x
    weight, bias = Network([Conv2d(filters, kernel)], x[1:]).parameters().values()
    out = ops.conv2d(np.zeros(x, np.float32), weight, bias).shape
    cells = kernel * kernel
    values = {"x": x, "filters": filters, "kernel": kernel, "c": c, "out": out[2]}
    wrong: dict[str, dict[str, Any]] = {
        "weight": {
            "axes_swapped": (c, filters, kernel, kernel),
            "no_slices": (filters, kernel, kernel),
            "one_slice": (filters, 1, kernel, kernel),
            "batch_in_weight": (n, c, kernel, kernel),
        },
        "kernels": {"filters_counted": filters, "slices_counted": c},
        "biases": {"bias_per_kernel": filters * c, "bias_for_all": 1},
        "output": {
            "maps_not_summed": (n, filters * c, *out[2:]),
            "channels_kept": (n, c, *out[2:]),
            "batch_left_out": out[1:],
            "size_kept": (n, filters, h, w),
            "cells_in_output": (n, filters, kernel, kernel),
        },
        "parameters": {
            "bias_left_out": weight.size,
            "one_slice": filters * cells + filters,
            "bias_per_kernel": filters * c * (cells + 1),
            "per_image": n * (weight.size + bias.size),
        },
    }
    right = {
        "weight": weight.shape,
        "kernels": filters * c,
        "biases": bias.size,
        "output": out,
        "parameters": weight.size + bias.size,
    }
    return [Question(name, values, answer, wrong[name]) for name, answer in right.items()]


TOPICS = {"sizes": _sizes, "shapes": _shapes}
