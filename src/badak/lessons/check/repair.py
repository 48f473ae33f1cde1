"""repair: the smallest change that makes the reader's code right, within a time of the processor.

If one change does not do it, it is sought again from those that make fewer trials fail; and each
output that is wrong by itself has its own.
"""

import ast
import contextlib
import copy
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from badak.lessons.check.edits import Edit, variants
from badak.lessons.check.judge import NEARER, NO, OUTPUT, WHOLE, Judge

LONGER = 0.7  # seconds that a smaller change is sought after the first
SMALL = 1  # a word or sign
LARGE = 6
DOUBT = 100  # if it makes one output right, but not all
NEAR = 4  # changes that come nearer, from which a second is sought
EACH = 1.0  # seconds for one copy, which may never end
PARTS = 0.7  # of the time for one change; the rest for a second


@dataclass
class Step:
    """A change that was found."""

    line: int
    how: str
    text: str
    after: int
    indent: int

    @classmethod
    def of(cls, edit: Edit) -> "Step":
        """Keep what an edit says after it left the tree."""
        return cls(edit.line, edit.how, edit.text, edit.after, edit.indent)


@dataclass
class Found:
    """The changed code, and the steps to it."""

    tree: Any
    steps: list[Step]
    cost: float = 0.0


class _TooLong(BaseException):
    """One copy does not end."""


class Search:
    """Tries the changes of one function or class.

    Args:
        path: the reader's file.
        space: the names that it defines.
        exercise: whose statements may be missing.
    """

    def __init__(self, path: str, space: dict[str, Any], exercise: str) -> None:
        self.path, self.space, self.exercise = path, space, exercise

    def thing(self, tree: Any) -> Any:
        """Return what a tree defines.

        Raises:
            Exception: whatever it raises.
        """
        space = dict(self.space)
        exec(compile(ast.Module([tree], []), self.path, "exec"), space)
        return space[tree.name]

    def one(
        self, tree: Any, judge: Judge, near: int, end: float, deep: bool = True
    ) -> Found | None:
        """Return the change that makes the output right, or two; None if there is no such."""
        nearer: list[Found] = []
        best: Found | None = None
        first = end if not deep else time.process_time() + PARTS * (end - time.process_time())
        stop = first
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for edit in variants(tree, near, self.exercise):
                if time.process_time() > stop:
                    break
                verdict = self._judged(tree, judge)
                if verdict in (WHOLE, OUTPUT):
                    cost = edit.cost + (DOUBT if verdict == OUTPUT else 0)
                    if best is None:
                        longer = LONGER if cost < LARGE else 2 * LONGER
                        stop = min(stop, time.process_time() + longer)
                    if best is None or cost < best.cost:
                        best = Found(copy.deepcopy(tree), [Step.of(edit)], cost)
                    if cost <= SMALL:
                        break
                if verdict == NEARER and len(nearer) < NEAR:
                    nearer.append(Found(copy.deepcopy(tree), [Step.of(edit)]))
        if best or not deep:
            return best
        for found in nearer:
            left = end - time.process_time()
            until = time.process_time() + left / len(nearer)
            more = self.one(found.tree, judge, near, until, deep=False)
            if more:
                return Found(more.tree, found.steps + more.steps)
        return None

    def _judged(self, tree: Any, judge: Judge) -> int:
        try:
            with _limited():
                return judge(self.thing(tree))
        except (Exception, SystemExit, _TooLong):
            return NO


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    """Interrupt what does not end; Windows cannot, and leaves it to the limit of the unit."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*_: Any) -> None:
        raise _TooLong

    before: Callable[..., Any] | int | None = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, EACH)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
