"""The meeting by itself, without Ray: groups, what is exchanged in them, and how they end."""

import asyncio
import subprocess
import sys

import pytest

pytest.importorskip("ray")
from badak.distributed.ray.meeting import Broken, Group, Late, Meeting, Said


async def met(size: int, timeout: float = 10) -> Meeting:
    meeting = Meeting(range(size), timeout)
    await asyncio.gather(*(meeting.arrive(member) for member in range(size)))
    return meeting


def test_all_get_what_all_give():
    async def story():
        meeting = await met(3)
        said = await asyncio.gather(
            *(meeting.exchange(1, 1, rank, "abc"[rank]) for rank in (2, 0, 1))
        )
        assert said == [Said(["a", "b", "c"], 0)] * 3
        assert not meeting._exchanges

    asyncio.run(story())


def test_who_asks_again_gets_the_same():
    async def story():
        meeting = await met(2)
        first = asyncio.create_task(meeting.exchange(1, 1, 1, "b"))
        await meeting_turns()
        await meeting.exchange(1, 1, 0, "a")
        await first
        # Rank 0 is late: rank 1 hears nothing, and asks again without what it has given.
        meeting = await met(2, timeout=0.05)
        assert await meeting.exchange(1, 1, 1, "b") is None
        again = asyncio.create_task(meeting.exchange(1, 1, 1, None))
        assert await meeting.exchange(1, 1, 0, "a") == Said(["a", "b"], 0)
        assert await again == Said(["a", "b"], 0)

    asyncio.run(story())


def test_who_is_late_is_lost():
    async def story():
        meeting = await met(3, timeout=0.05)
        broken = await asyncio.gather(
            meeting.exchange(1, 1, 0, "a"), meeting.exchange(1, 1, 2, "c")
        )
        assert broken == [Broken("rank 1 was lost: it did not answer for 0.05 s", (1,))] * 2
        groups = await asyncio.gather(meeting.join(0, 1), meeting.join(2, 1))
        assert groups == [Group(2, (0, 2), frozenset({1}))] * 2
        reply = await meeting.join(1, 1)
        assert reply.fatal
        assert "without this process" in reply.words

    asyncio.run(story())


def test_a_loss_ends_what_is_awaited_and_not_what_is_complete():
    async def story():
        meeting = await met(2)
        waits = asyncio.create_task(meeting.exchange(1, 2, 0, "a"))
        complete = await asyncio.gather(
            meeting.exchange(1, 1, 1, "b"), meeting.exchange(1, 1, 0, "a")
        )
        await meeting.leave(1, "its machine burns")
        assert complete == [Said(["a", "b"], 0)] * 2
        lost = Broken("rank 1 was lost: its machine burns", (1,))
        assert await waits == lost
        assert await meeting.exchange(1, 3, 0, "a") == lost
        assert await meeting.join(0, 1) == Group(2, (0,), frozenset({1}))

    asyncio.run(story())


@pytest.mark.parametrize("before", [True, False])
def test_several_are_lost_before_and_while_the_others_regroup(before):
    async def story():
        meeting = await met(4)
        await meeting.leave(2, "gone")
        if before:
            await meeting.leave(1, "gone")
        joins = [asyncio.create_task(meeting.join(member, 1)) for member in (0, 3)]
        await meeting_turns()
        if not before:
            await meeting.leave(1, "gone")
        assert (await joins[0]).members == (0, 3)
        assert (await joins[1]).members == (0, 3)

    asyncio.run(story())


def test_who_joins_and_is_lost_at_once_is_not_awaited():
    async def story():
        meeting = await met(3)
        await meeting.leave(2, "gone")
        joins = [asyncio.create_task(meeting.join(1, 1))]
        await meeting_turns()
        await meeting.leave(1, "gone, too")
        assert (await meeting.join(0, 1)).members == (0,)
        assert (await joins[0]).fatal

    asyncio.run(story())


def test_who_comes_later_waits_until_the_others_regroup():
    async def story():
        meeting = await met(2)
        assert await meeting.arrive(5) == Late()
        comes = asyncio.create_task(meeting.join(5, 0))
        await meeting_turns()
        said = await asyncio.gather(meeting.exchange(1, 1, 0, "a"), meeting.exchange(1, 1, 1, "b"))
        assert [one.waiting for one in said] == [1, 1]
        # Rank 1 has begun one more exchange when rank 0 joins.
        further = asyncio.create_task(meeting.exchange(1, 2, 1, "b"))
        first = asyncio.create_task(meeting.join(0, 1))
        assert isinstance(await further, Broken)
        group = await meeting.join(1, 1)
        assert group == Group(2, (0, 1, 5), frozenset()) == await comes == await first
        # What was said in the first group is not heard in the second.
        assert isinstance(await meeting.exchange(1, 2, 1, "old"), Broken)
        said = await asyncio.gather(*(meeting.exchange(2, 2, rank, rank) for rank in range(3)))
        assert said == [Said([0, 1, 2], 0)] * 3

    asyncio.run(story())


def test_the_first_group_begins_without_those_who_do_not_come():
    async def story():
        meeting = Meeting(range(3), 0.05)
        groups = await asyncio.gather(meeting.arrive(0), meeting.arrive(2))
        assert groups[0].members == (0, 2)
        assert await meeting.arrive(1) == Late()

    asyncio.run(story())


def test_one_is_replaced_before_the_first_group():
    async def story():
        meeting = Meeting(range(2), 10)
        first = asyncio.create_task(meeting.arrive(0))
        await meeting_turns()
        await meeting.invite(2)
        await meeting.leave(1, "its process ended")
        await meeting_turns()
        assert not first.done()
        assert (await meeting.arrive(2)).members == (0, 2) == (await first).members

    asyncio.run(story())


def test_a_fault_ends_all_also_those_who_wait_to_be_taken_in():
    async def story():
        meeting = await met(3)
        waits = asyncio.create_task(meeting.exchange(1, 1, 0, "a"))
        comes = asyncio.create_task(meeting.join(7, 0))
        await meeting_turns()
        assert await meeting.fail(1, "BadakError: no images")
        for reply in (await waits, await comes, await meeting.join(2, 1), await meeting.join(0, 1)):
            assert reply == Broken("BadakError: no images", (), True)
        await meeting.leave(2, "gone")
        assert not await meeting.fail(2, "too late")

        meeting = await met(2)
        waits = asyncio.create_task(meeting.join(0, 1))
        await meeting_turns()
        await meeting.fail(1, "BadakError: no images")
        await meeting.leave(1, "its process ended")
        assert (await waits).fatal
        assert (await meeting.join(0, 1)).fatal

    asyncio.run(story())


@pytest.mark.parametrize(("accuser", "accused", "left"), [(0, 1, (0, 2)), (2, 0, (0, 1))])
def test_rank_0_is_always_right(accuser, accused, left):
    async def story():
        meeting = await met(3)
        await meeting.accuse(1, accuser, accused, "its numbers do not come")
        joins = asyncio.gather(*(meeting.join(member, 1) for member in left))
        assert {group.members for group in await asyncio.wait_for(joins, 5)} == {left}

    asyncio.run(story())


async def meeting_turns() -> None:
    """Let what has been begun go as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


def test_ray_is_loaded_when_it_is_asked_for_alone():
    code = """
import sys, badak.distributed
assert "ray" not in sys.modules
sys.modules["ray"] = None
try:
    import badak.distributed.ray
except ImportError as fault:
    print(fault)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("pip install 'badak[ray]'")
