"""Bad calls whose whole messages are in tests/golden/messages.txt: one table for each module.

A call takes an empty folder of its own, for the files it needs. Messages that quote another
library's words are left out: its next version may change them. `python tools/messages.py` writes
the golden file again after a change of words; its diff shows how a user will read them.
"""

import os
import re
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from unittest import mock

from badak.errors import BadakError

GOLDEN = Path(__file__).parents[1] / "golden" / "messages.txt"
MODULES = (
    "ops",
    "layers",
    "network",
    "files",
    "data",
    "optim",
    "training",
    "inspect",
    "onnx",
    "weights",
    "export",
    "cli",
)
Call = Callable[[Path], object]


def calls(module: str) -> dict[str, Call]:
    """What is wrong -> a call that must be refused with a message."""
    table: dict[str, Call] = import_module(f"messages.{module}").CALLS
    return table


def message(call: Call) -> str:
    """The whole message of a call, without what differs from machine to machine."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        try:
            result = call(folder)
        except BadakError as fault:
            text = str(fault)
        else:
            text = result if isinstance(result, str) else f"NOT REFUSED: {result!r}"
    text = re.sub(r" at 0x[0-9a-f]+", " at ADDRESS", text.replace(str(folder), "FOLDER"))
    return re.sub(r"this process can have [\d.]+ \w+", "this process can have MEMORY", text)


@mock.patch.dict(os.environ)
def page() -> str:
    """The golden file: for each module a title, then for each call its name and its message."""
    os.environ.pop("BADAK_DATA", None)  # some messages list the folders that were searched
    lines = [
        "What a user reads when a call is refused: written by `python tools/messages.py`.",
        "FOLDER stands for a path, MEMORY for what the machine allows, ADDRESS for a pointer.",
    ]
    for module in MODULES:
        lines += ["", "", f"== {module} =="]
        for name, call in calls(module).items():
            lines += ["", f"[{name}]", message(call)]
    return "\n".join(lines) + "\n"
