"""Explorer: the widget that `explore` returns, and the answers to what its page asks."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import anywidget
import numpy as np
import traitlets

from badak.inspect.explore.questions import QUESTIONS
from badak.inspect.explore.subject import Subject
from badak.page import bundle, pack
from badak.page.bundle import filled, read

STYLES = ("page.css", "css/follow.css")


class Explorer(anywidget.AnyWidget):
    """A frame with the page of `badak.page`, whose questions this process answers.

    Args:
        subject: the network and its images.
        code: the lines of Python that make them, for "As Python".
    """

    _esm = f"{bundle('widget.js')}\nexport default {{ render: renderWidget }};\n"
    page = traitlets.Unicode().tag(sync=True)
    title = traitlets.Unicode("Draw, and follow a number").tag(sync=True)
    questions = traitlets.List(traitlets.Unicode()).tag(sync=True)
    code = traitlets.Dict().tag(sync=True)

    def __init__(self, subject: Subject, code: Mapping[str, Any]) -> None:
        style = "\n".join(read(path) for path in STYLES)
        page = filled("notebook.html", {"style": style, "script": bundle("notebook.js")})
        super().__init__(page=page, questions=list(QUESTIONS), code=dict(code))
        self._subject = subject
        self.on_msg(self._reply)

    def _reply(self, _: object, asked: Mapping[str, Any], __: object) -> None:
        """Answer the question of one view of the widget."""
        to = {"view": asked.get("view"), "id": asked.get("id")}
        try:
            packet = answered(self._subject, asked["question"], asked["params"])
        except Exception as fault:  # whatever it is, the cell must not wait for ever
            self.send(to | {"error": str(fault) or type(fault).__name__})
        else:
            self.send(to, buffers=[packet])


def answered(subject: Subject, question: str, params: Mapping[str, Any]) -> bytes:
    """Return a question's answer as a packet.

    Args:
        subject: the network, and images if there are any.
        question: a name in QUESTIONS.
        params: its arguments; ``input`` is the image looked at, float32 as base64; ``network`` says
            nothing, as there is one.
    """
    given = dict(params)
    given.pop("network", None)
    if (text := given.pop("input", None)) is not None:
        pixels = np.frombuffer(base64.b64decode(text), "<f4")
        subject = replace(subject, input=pixels.reshape(subject.net.input_shape))
    answer = QUESTIONS[question](subject, **given)
    return pack(answer.facts, answer.arrays)
