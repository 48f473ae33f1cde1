"""A network as one web page: draw or drop an image, and see what each layer makes of it.

The page holds weights and a forward pass of its own, and asks no network for anything: its security
policy forbids it. The scripts are in the folder `page`, one idea a file.
"""

import base64
import html
import json
from collections.abc import Sequence
from pathlib import Path

from badak import checks
from badak.errors import BadakError
from badak.formats.steps.lower import lowered
from badak.formats.steps.program import Program
from badak.network import Network
from badak.terminal import language, printable

WHAT = "a web page"
PARTS = Path(__file__).parent
SCRIPTS = (
    "network.js", "resize.js", "picture.js", "digit.js", "maps.js", "pad.js", "app.js",
)  # fmt: skip
# Of float32; as base64 they are 179 MB of text, which browsers still open.
MOST_WEIGHTS = 2**25
PREPARATIONS = ("digit", "picture")


def html_page(
    net: Network, title: str, class_names: Sequence[str] | None = None, prepare: str = "picture"
) -> str:
    """Write a network as a page of HTML.

    Args:
        net: the network.
        title: the page's.
        class_names: K names; "0", "1", ... where None.
        prepare: how an image becomes the network's input: "picture" scales it to cover the size,
            as `badak.data.read_image`; "digit" makes it a digit of MNIST's form first.

    Returns:
        The page's text.

    Raises:
        BadakError: layers that no step stands for (all are listed), weights that are not finite or
            too many, or digits for a network of another input.

    Example:
        >>> from badak.models import LeNet5
        >>> page = html_page(LeNet5(), "Digits", prepare="digit")
        >>> "<title>Digits</title>" in page, "http" in page.replace("http-equiv", "")
        (True, False)
    """
    checks.choice(prepare, "prepare", PREPARATIONS)
    names = [printable(name) for name in checks.class_names(class_names, net.num_classes)]
    if prepare == "digit" and net.input_shape != (1, 28, 28):
        raise BadakError(f"digits are (1, 28, 28); the network takes {net.input_shape}")
    program = lowered(net, WHAT)
    program.check_weights(WHAT, MOST_WEIGHTS)
    described, weights = _described(program)
    described |= {"classes": names, "prepare": prepare, "parameters": net.summary().parameters}
    page = _read("page.html")
    filled = {
        "language": language(" ".join([title, *names])),
        "title": html.escape(printable(title)),
        "page.css": _read("page.css"),
        "network": json.dumps(described, allow_nan=False).replace("<", "\\u003c"),
        "weights": base64.b64encode(weights).decode(),
        "scripts": "\n".join(_read(name) for name in SCRIPTS),
    }
    # Piece by piece: no text that is put in may be read as a place for another.
    start, *rest = page.split("{{")
    return start + "".join(
        filled[piece.split("}}", 1)[0]] + piece.split("}}", 1)[1] for piece in rest
    )


def _described(program: Program) -> tuple[dict[str, object], bytes]:
    """The steps as JSON can hold them, each array as its place among the weights; and these."""
    steps, arrays, start = [], [], 0
    for step in program.steps:
        places = {}
        for key, array in step.arrays.items():
            places[key] = [start, array.size]
            arrays.append(array.astype("<f4").tobytes())
            start += array.size
        steps.append(
            {
                "op": step.op,
                "inputs": step.inputs,
                "output": step.output,
                "numbers": step.numbers,
                "arrays": places,
            }
        )
    described = {
        "shapes": program.shapes,
        "steps": steps,
        "stages": [stage._asdict() for stage in program.stages],
        "output": program.output,
        "weight_count": start,
    }
    return described, b"".join(arrays)


def _read(name: str) -> str:
    return (PARTS / name).read_text(encoding="utf-8").rstrip("\n")
