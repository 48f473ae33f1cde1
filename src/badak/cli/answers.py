"""The answers of `badak predict`: as a table to read, as CSV or JSON for programs."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from badak import terminal

SURE = {True: "yes", False: "no", None: ""}


@dataclass(frozen=True)
class Answer:
    """The most probable classes of one image, or why it could not be read.

    Attributes:
        path: of the image, as the user wrote it.
        classes: names of the most probable classes, in this order.
        probabilities: theirs, float32 as Python floats.
        error: why there are none; empty if there are.
        sure: whether the first is as probable as `badak calibrate` asks; None without it.
    """

    path: Path
    classes: tuple[str, ...] = ()
    probabilities: tuple[float, ...] = ()
    error: str = ""
    sure: bool | None = None


def as_csv(answers: Sequence[Answer], top: int) -> bytes:
    """Write one row per image: image, class_1, probability_1, ..., error; UTF-8.

    If the model is calibrated, a column before the error says whether an answer is sure: yes or no.
    If an image could not be read, its cells are empty but the error. A path that is not UTF-8 has
    its own bytes.

    Example:
        >>> print(as_csv([Answer(Path("/a.png"), ("cat",), (0.75,))], 1).decode(), end="")
        image,class_1,probability_1,error
        /a.png,cat,0.75,
    """
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    pairs = [(f"class_{place}", f"probability_{place}") for place in range(1, top + 1)]
    judged = any(answer.sure is not None for answer in answers)
    writer.writerow(["image", *sum(pairs, ()), *["sure"] * judged, "error"])
    for answer in answers:
        cells: list[str | float] = [""] * (2 * top)
        cells[: 2 * len(answer.classes) : 2] = answer.classes
        cells[1 : 2 * len(answer.classes) : 2] = answer.probabilities
        cells += [SURE[answer.sure]] * judged
        writer.writerow([answer.path.absolute(), *cells, answer.error])
    return page.getvalue().encode(errors="surrogateescape")


def as_json(answers: Sequence[Answer]) -> bytes:
    """Write a list with one object per image: image, classes (each with its probability), error.

    It is ASCII; error is null if the image could be read. `sure` is there if it is known.

    Example:
        >>> json.loads(as_json([Answer(Path("/a.png"), ("cat",), (0.75,))]))
        [{'image': '/a.png', 'classes': [{'class': 'cat', 'probability': 0.75}], 'error': None}]
    """
    records = [
        {
            "image": str(answer.path.absolute()),
            "classes": [
                {"class": name, "probability": chance}
                for name, chance in zip(answer.classes, answer.probabilities, strict=True)
            ],
            "error": answer.error or None,
            **({} if answer.sure is None else {"sure": answer.sure}),
        }
        for answer in answers
    ]
    return json.dumps(records, indent=1).encode() + b"\n"


def show(answers: Sequence[Answer], top: int, stderr: bool) -> None:
    """Print a table of those that could be read; paths are shortened to fit, ? is unsure.

    It goes to standard error if a program reads standard output.
    """
    console = terminal.console(stderr)
    read = [answer for answer in answers if not answer.error]
    rows = [
        [
            f"{name}  {chance:.1%}{' ?' * (a.sure is False and not place)}"
            for place, (name, chance) in enumerate(zip(a.classes, a.probabilities, strict=True))
        ]
        for a in read
    ]
    if not rows:
        return
    widths = [max(terminal.width(row[place]) for row in rows) for place in range(top)]
    left = console.width - sum(widths) - 2 * top - 1  # a column ends in two blanks
    room = max(terminal.NAME, left)
    paths = [terminal.shortened(str(answer.path), room) for answer in read]
    headings = ["Image", *map(_ordinal, range(1, top + 1))]
    table = [[path, *row] for path, row in zip(paths, rows, strict=True)]
    console.print(terminal.table(None, headings, table))


def _ordinal(number: int) -> str:
    teens = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
