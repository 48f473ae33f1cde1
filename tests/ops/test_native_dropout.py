"""The core's random numbers are Philox4x32-10 as published, and dropout uses them."""

from collections.abc import Iterator

import numpy as np
import pytest

_core = pytest.importorskip("badak._core")

from badak.ops import native  # noqa: E402  # there is none without the core

MASK = 2**32 - 1


@pytest.fixture(params=_core.usable_sets(), autouse=True)
def instruction_set(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run each test with every instruction set that this processor has."""
    before = _core.active_set()
    assert _core.use_set(request.param)
    yield request.param
    _core.use_set(before)


def philox(counter: list[int], key: list[int]) -> list[int]:
    """Ten rounds, one word at a time, as Salmon et al. 2011 describe them."""
    for _ in range(10):
        a, b = counter[0] * 0xD2511F53, counter[2] * 0xCD9E8D57
        counter = [b >> 32 ^ counter[1] ^ key[0], b & MASK, a >> 32 ^ counter[3] ^ key[1], a & MASK]
        key = [(key[0] + 0x9E3779B9) & MASK, (key[1] + 0xBB67AE85) & MASK]
    return counter


# Random123's kat_vectors: counter, key, words.
KNOWN = [
    ([0] * 4, [0] * 2, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
    ([MASK] * 4, [MASK] * 2, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
    (
        [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
        [0xA4093822, 0x299F31D0],
        [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
    ),
]


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_the_rounds_written_here_are_the_published_ones(counter, key, words):
    assert philox(counter, key) == words


@pytest.mark.parametrize("key", [0, 1, 0x299F31D0A4093822, 2**64 - 1])
@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 200, 16384 + 70])
def test_the_cores_words_are_philoxs(key, count):
    words = np.full(count + 1, 7, np.uint32)
    _core.random_words(np.array([key], np.uint64), words[:count])
    assert words[count] == 7  # nothing is written after the end
    places = range(count) if count < 1000 else [0, 17, 16383, 16384, count - 1]
    for i in places:
        group, rest = divmod(i, 64)
        word, lane = divmod(rest, 16)
        expected = philox([16 * group + lane, 0, 0, 0], [key & MASK, key >> 32])
        assert words[i] == expected[word], i


def test_what_is_dropped_depends_on_the_key_alone_and_it_is_read_when_the_kernel_runs():
    x, y = np.ones(1000, np.float32), np.empty(1000, np.float32)
    mask, key = np.empty(1000, bool), np.array([5], np.uint64)
    program = _core.Program()
    program.record()
    _core.dropout(x, key, y, mask, 0.5)
    program.stop()
    first = mask.copy()
    program.run()
    np.testing.assert_array_equal(mask, first)
    key[0] = 6
    program.run()
    assert 300 < (mask != first).sum() < 700


@pytest.mark.parametrize("p", [0.0, 1e-12, 0.1, 0.5, 0.999, 1.0])
def test_a_word_is_kept_from_p_on(p):
    x = np.random.default_rng(0).standard_normal(100_003).astype(np.float32)
    y, mask = native.dropout(x, p, np.random.default_rng(1))
    words = np.empty(x.size, np.uint32)
    key = np.random.default_rng(1).integers(0, 2**64 - 1, 1, np.uint64, endpoint=True)
    _core.random_words(key, words)
    np.testing.assert_array_equal(mask, words / 2**32 >= p)
    scale = np.float32(0 if p == 1 else 1 / (1 - p))
    np.testing.assert_array_equal(y, np.where(mask, x * scale, 0))
    np.testing.assert_array_equal(native.dropout_backward(x, mask, p), y)


@pytest.mark.parametrize("place", [0, 5, 77])
def test_p_is_met_to_the_last_bit_of_a_word(place):
    x, key, words = np.ones(80, np.float32), np.array([9], np.uint64), np.empty(80, np.uint32)
    y, mask = np.empty_like(x), np.empty(80, bool)
    _core.random_words(key, words)
    for more, kept in ((0, True), (1, False)):
        _core.dropout(x, key, y, mask, (int(words[place]) + more) / 2**32)
        assert mask[place] == kept
        assert (y[place] > 0) == kept


def test_each_call_draws_new_numbers_and_takes_one_of_the_generator():
    generator, twin = np.random.default_rng(3), np.random.default_rng(3)
    x = np.ones((5, 40), np.float32)
    masks = [native.dropout(x, 0.5, generator)[1] for _ in range(2)]
    assert (masks[0] != masks[1]).any()
    twin.integers(0, 2**64 - 1, 2, np.uint64, endpoint=True)
    assert generator.bit_generator.state == twin.bit_generator.state
