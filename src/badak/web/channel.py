"""Channel: one training's story, and the pages that hear it; Mailbox: what waits for a page."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from badak.web.story import Arrays, Story

WAITING = 500  # packets that may wait for a page, besides a look


class Mailbox:
    """Packets that wait until a page can take them; safe for several threads.

    A page that is slow keeps nobody waiting: of looks only the last one waits for it, and if too
    much else waits, the channel begins again with its story, which has everything.

    Args:
        wake: called when something is there to take.
        follows: whether the page hears each next training, not one alone.
    """

    def __init__(self, wake: Callable[[], None], follows: bool = False) -> None:
        self.follows, self._wake = follows, wake
        self._lock = threading.Lock()
        self._waiting: list[tuple[str, bytes]] = []

    def put(self, kind: str, packet: bytes) -> bool:
        """Add a packet; False if too many are waiting."""
        with self._lock:
            if kind == "look":
                self._waiting = [entry for entry in self._waiting if entry[0] != "look"]
            elif len(self._waiting) >= WAITING:
                return False
            self._waiting.append((kind, packet))
        self._wake()
        return True

    def begin(self, packets: list[bytes]) -> None:
        """Forget what waits, and begin with a story and its look."""
        with self._lock:
            self._waiting = list(zip(("story", "look"), packets, strict=False))
        self._wake()

    def take(self) -> list[bytes]:
        """Return what waits, oldest first."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        return [packet for _, packet in waiting]


class Channel:
    """A story that goes on, told to pages; safe for several threads.

    Args:
        story: what was told so far.
        watched: called with True when the first page comes, with False when the last has gone.
    """

    def __init__(self, story: Story, watched: Callable[[bool], None] = lambda _: None) -> None:
        self.story, self._watched = story, watched
        self._lock = threading.RLock()
        self._pages: list[Mailbox] = []

    @property
    def is_heard(self) -> bool:
        """Whether any page listens."""
        return bool(self._pages)

    def tell(self, facts: Mapping[str, Any], arrays: Arrays | None = None) -> None:
        """Add a packet to the story, and hand it to every page."""
        with self._lock:
            packet = self.story.add(facts, arrays or {})
            for page in self._pages:
                if not page.put(facts["kind"], packet):
                    page.begin(self.story.packets())

    def state(self, state: str, words: str = "", lines: list[str] | None = None) -> None:
        """Tell that the state has changed."""
        with self._lock:
            facts = {"state": state, "step": self.story.step, "words": words, "lines": lines or []}
            self.tell({"kind": "state", **facts})

    def start_again(self, story: Story) -> None:
        """Tell another story from now on."""
        with self._lock:
            self.story = story
            for page in self._pages:
                page.begin(story.packets())

    def join(self, page: Mailbox) -> None:
        """Tell a page the story so far, and from now on each packet."""
        with self._lock:
            self._pages.append(page)
            page.begin(self.story.packets())
            if len(self._pages) == 1:
                self._watched(True)

    def leave(self, page: Mailbox) -> None:
        """Tell a page no more, if it was told."""
        with self._lock:
            if page in self._pages:
                self._pages.remove(page)
                if not self._pages:
                    self._watched(False)

    def let_go(self, everyone: bool = False) -> list[Mailbox]:
        """Return the pages that hear each next training, or all; they leave this one."""
        with self._lock:
            going = [page for page in self._pages if everyone or page.follows]
            for page in going:
                self.leave(page)
            return going
