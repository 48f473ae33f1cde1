"""A progress bar in a notebook: HTML that is drawn again in place, without a widget."""

import sys
import time
from typing import Any

from badak.notebook.table import escaped

EVERY = 0.2  # seconds between two drawings


def in_notebook() -> bool:
    """Return whether this is a notebook's process, or another of Jupyter's."""
    ipython = sys.modules.get("IPython")  # it is loaded there, and costs a second elsewhere
    return ipython is not None and getattr(ipython.get_ipython(), "kernel", None) is not None


class Bar:
    """A bar below the cell that runs, with words and the time left.

    Args:
        total: how much there is to do.
        done: how much was done before; it does not count for the time left.
    """

    def __init__(self, total: int, done: int = 0) -> None:
        self._total, self._before = total, done
        self._start = self._drawn = time.perf_counter()
        self._show: Any = None
        self._now = (done, "")
        self._draw()

    def move(self, done: int, stage: str, figures: str) -> None:
        """Say how much is done; drawn at most five times a second."""
        self._now = (done, f"{stage}  {figures}")
        if time.perf_counter() - self._drawn >= EVERY or done >= self._total:
            self._draw()

    def say(self, line: str) -> None:
        """Print a line below the bar."""
        print(line, flush=True)

    def end(self) -> None:
        """Leave the bar as it is now."""
        self._draw()

    def _draw(self) -> None:
        from IPython.display import display

        self._drawn = time.perf_counter()
        done, words = self._now
        text = f"{100 * done / max(self._total, 1):.0f}%  {words}{self._left()}"
        bar = f"<progress value='{done}' max='{max(self._total, 1)}' style='width:14em'></progress>"
        style = "font-variant-numeric:tabular-nums;white-space:pre-wrap"
        page = f"<div style='{style}'>{bar}  {escaped(text)}</div>"
        bundle = {"text/html": page, "text/plain": text}
        if self._show is None:
            self._show = display(bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._show.update(bundle, raw=True)

    def _left(self) -> str:
        """The time left, once something is done and until all is."""
        done = self._now[0]
        if not self._before < done < self._total:
            return ""
        each = (time.perf_counter() - self._start) / (done - self._before)
        minutes, seconds = divmod(round(each * (self._total - done)), 60)
        return f"  {minutes}:{seconds:02} left"
