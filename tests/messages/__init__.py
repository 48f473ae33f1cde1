"""Bad calls whose whole messages are in tests/golden/messages*.txt: one table for each module.

A call takes an empty folder of its own, for the files it needs. Messages that quote another
library's words are left out: its next version may change them. `python tools/messages.py` writes
the golden files again after a change of words; its diff shows how a user will read them.
"""

import contextlib
import os
import re
import tempfile
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from unittest import mock

from badak.errors import BadakError
from badak.languages import VARIABLES, speaking, translated

FOLDER = Path(__file__).parents[1] / "golden"
GOLDEN = {"en": FOLDER / "messages.txt", "ko": FOLDER / "messages.ko.txt"}
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
    "book",
    "cli",
    "web",
)
MEMORY = "this process can have|이 프로세스가 쓸 수 있는 것은"
Call = Callable[[Path], object]


def calls(module: str) -> dict[str, Call]:
    """What is wrong -> a call that must be refused with a message."""
    table: dict[str, Call] = import_module(f"messages.{module}").CALLS
    return table


@cache
def message(call: Call, language: str = "en") -> str:
    """The whole message of a call; the library's is English, the command line has a language."""
    with tempfile.TemporaryDirectory(suffix="-folder") as name:  # a particle depends on its end
        folder = Path(name).resolve()
        try:
            with spoken(language):
                result = call(folder)
        except BadakError as fault:
            text = str(fault)
        else:
            text = result if isinstance(result, str) else f"NOT REFUSED: {result!r}"
    return re.sub(r" at 0x[0-9a-f]+", " at ADDRESS", text.replace(str(folder), "FOLDER"))


@contextlib.contextmanager
def spoken(language):
    """What the command line is run in: an environment of this language."""
    with mock.patch.dict(os.environ):
        os.environ.pop("BADAK_DATA", None)  # some messages list the folders that were searched
        for name in VARIABLES:
            os.environ.pop(name, None)
        os.environ["LANG"] = f"{language}.UTF-8"
        yield


def told(module: str, call: Call, language: str) -> str:
    """A call's message as the command line shows it, but for what differs between machines."""
    words = message(call, language if module == "cli" else "en")
    with speaking(language):
        words = translated(words)
    return re.sub(rf"({MEMORY}) [\d.]+ \w+?(이다)?\b", r"\1 MEMORY\2", words)


def page(language: str = "en") -> str:
    """A golden file: for each module a title, then for each call its name and its message."""
    lines = [
        "What a user reads when a call is refused: written by `python tools/messages.py`.",
        "FOLDER stands for a path, MEMORY for what the machine allows, ADDRESS for a pointer.",
    ]
    count = same = 0
    for module in MODULES:
        lines += ["", "", f"== {module} =="]
        for name, call in calls(module).items():
            words = told(module, call, language)
            lines += ["", f"[{name}]", words]
            count, same = count + 1, same + (words == told(module, call, "en"))
    if language != "en":
        lines.insert(2, f"{count - same} of {count} messages are translated.")
    return "\n".join(lines) + "\n"
