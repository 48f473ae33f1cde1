"""Where processes meet: each gives something and gets what all have given; groups form and end.

A group is a generation of members with their ranks. What is said in one generation is never heard
in another. When a member is lost, all that the others wait for ends at once, and they join again:
as soon as all that are left have come, the next generation begins.

Nothing here is of Ray: `launch` makes an actor of it.
"""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from typing import Any, NamedTuple

FIRST = 0  # the member that starts the others and is rank 0 always; without it nothing goes on


class Group(NamedTuple):
    """Who is together: the members in the order of their ranks, and who is no longer awaited."""

    generation: int
    members: tuple[int, ...]
    gone: frozenset[int]


class Said(NamedTuple):
    """What all members gave, in the order of their ranks; and how many wait to be taken in."""

    payloads: list[Any]
    waiting: int


class Broken(NamedTuple):
    """A generation has ended: these ranks were lost; or the job has failed, and all ends."""

    words: str
    ranks: tuple[int, ...] = ()
    fatal: bool = False


class Late(NamedTuple):
    """The training has begun: the process is to load its data, and then to join."""


# A method that answers None has waited for `timeout`; the caller calls again, so that it knows all
# the time whether the meeting can still be reached.


class Meeting:
    """Args: the members that are expected at first, and the seconds that one waits for another."""

    def __init__(self, invited: Collection[int], timeout: float) -> None:
        self._invited = set(invited)
        self._timeout = timeout
        self._generation = 0
        self._members: tuple[int, ...] = ()
        self._arrived: set[int] = set()
        self._coming: set[int] = set()
        self._gone: set[int] = set()
        self._exchanges: dict[int, _Exchange] = {}
        self._broken: Broken | None = None
        self._formed = asyncio.Event()  # a new one for each generation

    async def exchange(
        self, generation: int, number: int, rank: int, payload: Any
    ) -> Said | Broken | None:
        """Give `payload` to the exchange of that number; return what all have given to it."""
        if generation != self._generation:
            return Broken("the others have formed a new group")
        exchange = self._exchanges.get(number)
        if exchange is None:
            if self._broken:
                return self._broken
            exchange = self._exchanges[number] = _Exchange(len(self._members))
        exchange.give(rank, payload)
        if not await _set(exchange.over, self._timeout) and generation == self._generation:
            late = [rank for rank in range(1, exchange.size) if rank not in exchange.given]
            for member in [self._members[rank] for rank in late]:
                await self.leave(member, f"it did not answer for {self._timeout:g} s")
        if not exchange.over.is_set():
            return None  # rank 0 alone is late: it is alive, for all end with it
        if not exchange.complete:
            return exchange.broken
        exchange.served.add(rank)
        if len(exchange.served) == exchange.size and self._exchanges.get(number) is exchange:
            del self._exchanges[number]
        return Said([exchange.given[rank] for rank in range(exchange.size)], self._waiting())

    async def arrive(self, member: int) -> Group | Broken | Late | None:
        """Return the first group when all invited have come, or have let rank 0 wait too long."""
        self._arrived.add(member)
        if self._generation and member not in self._members:
            return Late()
        return await self.join(member, 0)

    async def join(self, member: int, generation: int) -> Group | Broken | None:
        """Return the next group after `generation`, when all of that one who are left join."""
        if member in self._members and generation == self._generation:
            self._break(Broken("the others form a new group"))
        reply = self._group(member, generation)
        if reply:
            return reply
        self._coming.add(member)
        self._form()
        if not self._group(member, generation):
            await _set(self._formed, self._timeout)
        if not self._group(member, generation) and member == FIRST:
            if self._generation:
                for late in set(self._members) - self._coming:
                    await self.leave(late, f"it did not answer for {self._timeout:g} s")
            else:
                self._invited &= self._coming
                self._form()
        return self._group(member, generation)

    async def has_arrived(self, member: int) -> bool:
        """Return whether a process has started."""
        return member in self._arrived

    async def invite(self, member: int) -> None:
        """Expect one more process in the first group."""
        self._invited.add(member)

    async def leave(self, member: int, why: str) -> None:
        """Expect a process no more: it ended, or cannot be reached."""
        if member in self._gone or member == FIRST:
            return
        self._gone.add(member)
        self._coming.discard(member)
        if member in self._members:
            rank = self._members.index(member)
            self._break(Broken(f"rank {rank} was lost: {why}", (rank,)))
        self._form()

    async def accuse(self, generation: int, accuser: int, accused: int, why: str) -> None:
        """Say that one rank cannot get what another has put; rank 0 is always right."""
        if generation == self._generation:
            await self.leave(self._members[accused or accuser], why)

    async def state(self, generation: int) -> Broken | None:
        """Return how a generation has ended; None if it goes on."""
        if generation != self._generation:
            return Broken("the others have formed a new group")
        return self._broken

    async def fail(self, member: int, words: str) -> bool:
        """End everything, for the job of a process has failed; False if it is one that left."""
        if member in self._gone:
            return False
        self._break(Broken(words, fatal=True))
        self._formed.set()
        return True

    def _group(self, member: int, generation: int) -> Group | Broken | None:
        if self._broken and self._broken.fatal:
            return self._broken
        if member in self._gone:
            return Broken("the others have gone on without this process", fatal=True)
        if self._generation > generation and member in self._members:
            return Group(self._generation, self._members, frozenset(self._gone))
        return None

    def _form(self) -> None:
        """Begin the next generation if all come that are left of the last one."""
        expected = set(self._members or self._invited) - self._gone
        failed = self._broken is not None and self._broken.fatal
        if failed or FIRST not in self._coming or expected - self._coming:
            return
        self._break(Broken("the others have formed a new group"))
        self._generation += 1
        self._members = tuple(sorted(self._coming))
        self._coming.clear()
        self._exchanges.clear()
        self._broken = None
        self._formed.set()
        self._formed = asyncio.Event()

    def _break(self, broken: Broken) -> None:
        """End the generation, and all exchanges to which somebody has not given yet."""
        if self._broken and self._broken.fatal:
            return
        if self._broken and not broken.fatal:
            words = [words for words, ranks, _ in (self._broken, broken) if ranks]
            ranks = self._broken.ranks + broken.ranks
            broken = Broken("; ".join(words) or broken.words, ranks)
        self._broken = broken
        for exchange in self._exchanges.values():
            if not exchange.complete:
                exchange.broken = broken
                exchange.over.set()

    def _waiting(self) -> int:
        return len(self._coming - set(self._members))


class _Exchange:
    def __init__(self, size: int) -> None:
        self.size = size
        self.given: dict[int, Any] = {}
        self.served: set[int] = set()
        self.broken: Broken | None = None
        self.over = asyncio.Event()

    @property
    def complete(self) -> bool:
        return len(self.given) == self.size and self.broken is None

    def give(self, rank: int, payload: Any) -> None:
        if self.broken is None:
            self.given.setdefault(rank, payload)  # who asks again has given before
            if self.complete:
                self.over.set()


async def _set(event: asyncio.Event, timeout: float) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), timeout)
    return event.is_set()
