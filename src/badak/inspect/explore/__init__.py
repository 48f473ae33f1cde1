"""Questions that the page asks about one network, and their answers."""

from badak.inspect.explore.questions import QUESTIONS
from badak.inspect.explore.subject import Answer, Subject

__all__ = ["QUESTIONS", "Answer", "Subject"]
