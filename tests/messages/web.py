"""The page's server: names, images, edits and networks that cannot be used."""

import base64

from badak.models import SimpleConvNet
from badak.web import limits
from badak.web.edits import Edit, edited
from badak.web.session import Session


def _session(call):
    return lambda folder: call(Session(runs_dir=folder / "runs"))


def _sent(name, content=b"hello"):
    return _session(lambda session: session.send(name, content))


def _edit(*parts):
    return lambda _: edited(SimpleConvNet(), (Edit(*parts),))


def _image(count):
    numbers = limits.image(base64.b64encode(bytes(4 * count)).decode())
    return _session(lambda session: session.subject(image=numbers))


CALLS = {
    "a run outside its folder": lambda _: limits.name("../secret"),
    "a run without a name": lambda _: limits.name(""),
    "a run that is not there": _session(lambda session: session.run("first")),
    "a network that is not open": _session(lambda session: session.network("file/0")),
    "a network closed twice": _session(lambda session: session.close("file/0")),
    "a file of no model": _sent("cat.png"),
    "a file called with a slash": _sent("a/b.onnx"),
    "a model file that is none": _sent("net.safetensors"),
    "an image of another size": _image(783),
    "an image that is no base64": lambda _: limits.image("data:image/svg+xml,<svg/>"),
    "an image of half numbers": lambda _: limits.image(base64.b64encode(bytes(5)).decode()),
    "an image of infinite numbers": lambda _: limits.image(
        base64.b64encode(b"\0\0\x80\x7f").decode()
    ),
    "an edit of no parameter": _edit("conv9.weight", (0,), 1.0),
    "an edit beside the parameter": _edit("conv1.bias", (30,), 1.0),
    "an edit of another rank": _edit("conv1.bias", (0, 0), 1.0),
    "an edit to a huge number": _edit("conv1.bias", (0,), 1e9),
}
