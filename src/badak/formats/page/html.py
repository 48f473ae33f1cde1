"""A network as one web page: draw or drop an image, and see the output of each layer.

The page contains the weights and a forward pass in JavaScript. It loads nothing over a network: its
security policy forbids it. Its modules are those of `badak serve`, in `badak.page`.
"""

import base64
import html
import json
from collections.abc import Sequence

from badak import checks
from badak.errors import BadakError
from badak.formats.steps.lower import lowered
from badak.formats.steps.program import Program
from badak.network import Network
from badak.network.described import about
from badak.page import bundle
from badak.page.bundle import filled, read
from badak.terminal import language, printable

WHAT = "HTML export"
# As float32 in base64 these are 179 MB of text, which browsers can still open.
MAX_WEIGHTS = 2**25
PREPARATIONS = ("digit", "filling", "picture")


def html_page(
    net: Network,
    title: str,
    class_names: Sequence[str] | None = None,
    prepare: str = "picture",
    crop: float = 1.0,
) -> str:
    """Write a network as a page of HTML.

    Args:
        net: the network.
        title: of the page.
        class_names: K names; "0", "1", ... if None.
        prepare: how an image becomes the network's input: "picture" scales it to cover the size,
            as `badak.data.read_image` does; "digit" first finds a digit and centres it as in MNIST;
            "filling" finds a digit and scales it to fill the image, as in the data set "digits".
        crop: for "picture", the share of its height and width that is kept, as in `read_image`.

    Raises:
        BadakError: some layers are not supported (the message lists them), there are too many
            weights or some that are not finite, or digits do not fit the network's input.

    Example:
        >>> from badak.models import LeNet5
        >>> page = html_page(LeNet5(), "Digits", prepare="digit")
        >>> "<title>Digits</title>" in page, "http" in page.replace("http-equiv", "")
        (True, False)
    """
    checks.choice(prepare, "prepare", PREPARATIONS)
    names = [printable(name) for name in checks.class_names(class_names, net.num_classes)]
    if prepare != "picture" and net.input_shape != (1, 28, 28):
        needed = f"prepare={prepare!r} needs input_shape (1, 28, 28)"
        raise BadakError(f"{needed}; got {net.input_shape}")
    checks.real(crop, "crop", above=0, maximum=1)
    program = lowered(net, WHAT)
    program.check_weights(WHAT, MAX_WEIGHTS)
    described, weights = _described(program)
    described["about"] = {**about(net, names, prepare, crop), "images": False}
    pieces = {
        "language": language(" ".join([title, *names])),
        "title": html.escape(printable(title)),
        "page.css": read("page.css"),
        "network": json.dumps(described, allow_nan=False).replace("<", "\\u003c"),
        "weights": base64.b64encode(weights).decode(),
        "script": bundle("exported.js"),
    }
    return filled("exported.html", pieces)


def _described(program: Program) -> tuple[dict[str, object], bytes]:
    """Return the steps for JSON, with each array's place among the weights, and the weights."""
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
        "stages": [layer._asdict() for layer in program.layers],
        "output": program.output,
        "weight_count": start,
    }
    return described, b"".join(arrays)
