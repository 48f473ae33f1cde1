"""Loader: every image once per epoch, the same batches in every way, no thread left over."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak.data import Dataset, Loader
from badak.data.augment import Flip
from badak.data.stored import StoredImages
from badak.data.stored_file import FileRows
from badak.errors import ArgumentTypeError, BadakError, FormatError

pytestmark = pytest.mark.filterwarnings("ignore:images reach")  # pixels that are not NaN


def numbered(count):
    """A data set whose image k holds the number k and has the label k."""
    pixels = np.arange(count, dtype=np.float32).reshape(-1, 1, 1, 1)
    return Dataset(np.tile(pixels, (1, 1, 2, 3)), np.arange(count))


def jitter(images, generator):
    return images + generator.random(images.shape, np.float32)


def threads_left():
    return [thread for thread in threading.enumerate() if "badak-loader" in thread.name]


sizes = st.tuples(st.integers(0, 40), st.integers(1, 50))
seeds = st.tuples(st.integers(0, 2**63 - 1), st.integers(0, 2**31 - 1))


@given(sizes, seeds, st.booleans(), st.booleans())
def test_an_epoch_visits_every_image_exactly_once(size, seed, shuffle, prefetch):
    (count, batch_size), (seed, epoch) = size, seed
    loader = Loader(numbered(count), batch_size, seed, epoch, shuffle=shuffle, prefetch=prefetch)
    batches = list(loader)
    labels = [int(label) for batch in batches for label in batch.labels]
    assert sorted(labels) == list(range(count))
    assert len(batches) == len(loader) == -(-count // batch_size)
    assert all(len(batch.labels) == batch_size for batch in batches[:-1])
    for batch in batches:
        np.testing.assert_array_equal(batch.images[:, 0, 0, 0], batch.labels)
    if not shuffle:
        assert labels == list(range(count))


def test_the_book_sees_63_percent_and_we_see_all():
    count = 1000
    drawn = np.random.default_rng(0).choice(count, (10, 100))  # the book's np.random.choice
    assert 0.60 < len(np.unique(drawn)) / count < 0.66
    ours = np.concatenate([batch.labels for batch in Loader(numbered(count), 100)])
    assert len(np.unique(ours)) == count


def test_the_last_partial_batch_is_kept():
    assert [len(batch.labels) for batch in Loader(numbered(99), 100)] == [99]
    assert [len(batch.labels) for batch in Loader(numbered(7), 3)] == [3, 3, 1]


@given(seeds, st.integers(0, 5))
def test_starts_in_the_middle_with_the_same_batches(seed, start):
    whole = list(Loader(numbered(14), 3, *seed, jitter))
    rest = list(Loader(numbered(14), 3, *seed, jitter, start=start))
    assert len(rest) == len(Loader(numbered(14), 3, *seed, start=start)) == 5 - start
    for one, other in zip(whole[start:], rest, strict=True):
        np.testing.assert_array_equal(one.images, other.images)
        np.testing.assert_array_equal(one.labels, other.labels)


@given(seeds)
def test_batches_are_the_same_with_and_without_prefetch(seed):
    ahead = list(Loader(numbered(14), 3, *seed, jitter))
    plain = list(Loader(numbered(14), 3, *seed, jitter, prefetch=False))
    assert len(ahead) == len(plain) == 5
    for one, other in zip(ahead, plain, strict=True):
        assert one.images.tobytes() == other.images.tobytes()
        assert one.labels.tobytes() == other.labels.tobytes()


def test_order_and_augmentation_come_from_seed_epoch_and_batch():
    order = np.random.default_rng([7, 3]).permutation(10)
    second = list(Loader(numbered(10), 4, seed=7, epoch=3, augment=jitter))[1]
    np.testing.assert_array_equal(second.labels, order[4:8])
    noise = np.random.default_rng([7, 3, 2]).random((4, 1, 2, 3), np.float32)
    np.testing.assert_array_equal(second.images, numbered(10).images[order[4:8]] + noise)


def test_epochs_and_seeds_differ():
    orders = {tuple(Loader(numbered(20), 4, seed, epoch).order) for seed, epoch in np.ndindex(3, 3)}
    assert len(orders) == 9


def test_iterating_twice_gives_the_same():
    loader = Loader(numbered(10), 4, augment=jitter)
    for one, other in zip(loader, loader, strict=True):
        np.testing.assert_array_equal(one.images, other.images)


def test_batches_are_copies():
    data = numbered(6)
    for batch in Loader(data, 6, shuffle=False):
        batch.images[...] = -1
        batch.labels[...] = 0
    np.testing.assert_array_equal(data.labels, range(6))
    np.testing.assert_array_equal(data.images, numbered(6).images)


def test_the_next_batch_is_made_while_the_caller_works():
    made = [threading.Event() for _ in range(3)]

    def note(images, generator):
        made[int(images[0, 0, 0, 0])].set()
        return images

    batches = iter(Loader(numbered(3), 1, augment=note, shuffle=False))
    next(batches)
    assert made[1].wait(10)
    assert not made[2].is_set()
    batches.close()


def test_an_error_in_the_thread_reaches_the_caller_at_its_batch():
    def fail(images, generator):
        if 4 in images:
            raise ZeroDivisionError("batch with image 4")
        return images

    batches = iter(Loader(numbered(8), 2, augment=fail, shuffle=False))
    seen = [next(batches).labels.tolist() for _ in range(2)]
    with pytest.raises(ZeroDivisionError, match="batch with image 4"):
        next(batches)
    assert seen == [[0, 1], [2, 3]]
    assert threads_left() == []


def test_plain_batches_need_no_thread():
    for _ in Loader(numbered(10), 2):
        assert threads_left() == []


def test_no_thread_is_left_when_the_caller_stops_early():
    for batch in Loader(numbered(100), 1, augment=jitter):
        assert len(threads_left()) == 1
        if batch.labels[0] >= 0:
            break
    assert threads_left() == []


def test_no_thread_is_left_when_the_caller_fails():
    def work():
        for _ in Loader(numbered(100), 1, augment=jitter):
            raise KeyError("the caller's own")

    with pytest.raises(KeyError):
        work()
    assert threads_left() == []


def test_no_thread_is_left_after_a_whole_epoch():
    assert len(list(Loader(numbered(10), 3, augment=jitter))) == 4
    assert threads_left() == []


def test_flip_from_the_augment_module_fits():
    for batch in Loader(numbered(10), 4, augment=Flip()):
        np.testing.assert_array_equal(batch.images[:, 0, 0, 0], batch.labels)


BAD = {
    "dataset": ({"dataset": np.zeros(3)}, "dataset.*got ndarray"),
    "batch_size 0": ({"batch_size": 0}, "batch_size.*got 0"),
    "batch_size 2.5": ({"batch_size": 2.5}, r"batch_size.*got 2\.5"),
    "batch_size True": ({"batch_size": True}, "batch_size.*got True"),
    "seed -1": ({"seed": -1}, "seed.*got -1"),
    "seed 2**70": ({"seed": 2**70}, "seed.*got 1180591620717411303424"),
    "epoch -1": ({"epoch": -1}, "epoch.*got -1"),
    "start": ({"start": 4}, "start.*got 4"),
    "augment": ({"augment": "flip"}, "augment.*got 'flip'"),
    "threads 0": ({"threads": 0}, "threads must be at least 1; got 0"),
    "threads 257": ({"threads": 257}, "threads must be at most 256; got 257"),
}


@pytest.mark.parametrize("case", BAD)
def test_refuses(case):
    arguments, words = BAD[case]
    with pytest.raises(BadakError, match=words):
        Loader(**({"dataset": numbered(6), "batch_size": 2} | arguments))


@pytest.mark.parametrize(
    "augment",
    [
        lambda images, _: images[:, :, 1:],
        lambda images, _: images.astype(np.float64),
        lambda images, _: images[:-1],
        lambda images, _: None,
        lambda images, _: images.tolist(),
    ],
)
def test_refuses_what_an_augmentation_may_not_return(augment):
    with pytest.raises(BadakError, match=r"augment.* shape"):
        list(Loader(numbered(6), 2, augment=augment))
    assert threads_left() == []


def test_type_errors_are_type_errors():
    with pytest.raises(ArgumentTypeError):
        Loader([1, 2], 2)


def on_disk(folder, count=23, size=(3, 4, 5)):
    """Stored images and the same images as an array."""
    pixels = np.random.default_rng(1).integers(0, 256, (count, *size), np.uint8)
    (folder / "rows").write_bytes(pixels.tobytes())
    labels = np.arange(count) % 3
    rows = FileRows(folder / "rows", pixels.shape, pixels.dtype)
    return Dataset(StoredImages(rows), labels), Dataset(pixels, labels)


class Brighter:
    """A transform of either kind, as those of badak.data.augment."""

    mixes = False

    def __call__(self, images, generator):
        self.seen = images.dtype
        step = generator.integers(0, 2, (len(images), 1, 1, 1))
        return np.where(step, images // 2 if images.dtype == np.uint8 else images / 2, images)


class Blend(Brighter):
    mixes = True

    def __call__(self, images, targets, generator):
        share = np.float32(generator.random())
        mixed = share * images + (1 - share) * images[::-1]
        return mixed.astype(images.dtype), share * targets + (1 - share) * targets[::-1]


@pytest.mark.parametrize("augment", [None, jitter, Brighter(), Blend(), Flip()])
@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_same_bits_with_any_number_of_threads(tmp_path, augment, threads):
    stored, _ = on_disk(tmp_path)
    expected = list(Loader(stored, 3, 4, 5, augment, prefetch=False))
    batches = list(Loader(stored, 3, 4, 5, augment, threads=threads))
    assert len(batches) == len(expected) == 8
    for batch, other in zip(batches, expected, strict=True):
        assert batch.images.dtype == np.float32
        assert batch.images.tobytes() == other.images.tobytes()
        assert batch.labels.tobytes() == other.labels.tobytes()
    rest = list(Loader(stored, 3, 4, 5, augment, threads=threads, start=5))
    assert [batch.images.tobytes() for batch in rest] == [
        batch.images.tobytes() for batch in expected[5:]
    ]
    assert threads_left() == []


@pytest.mark.parametrize("augment", [None, jitter, Flip()])
def test_stored_images_give_the_batches_of_an_array(tmp_path, augment):
    for batch, other in zip(
        *(Loader(data, 4, 1, 2, augment) for data in on_disk(tmp_path)), strict=True
    ):
        assert batch.images.tobytes() == other.images.tobytes()
        assert batch.labels.tobytes() == other.labels.tobytes()


def test_only_transforms_that_say_so_see_bytes(tmp_path):
    stored, array = on_disk(tmp_path)
    seen = Brighter()
    list(Loader(stored, 8, augment=seen))
    assert seen.seen == np.uint8
    list(Loader(array, 8, augment=seen))
    assert seen.seen == np.float32
    batch = next(iter(Loader(stored, 8, augment=lambda images, _: images * np.float32(0.5))))
    assert 0.3 < batch.images.max() <= 0.5


def test_mixed_batches_have_rows_as_labels():
    data = numbered(4)
    for batch in Loader(data, 4, shuffle=False, augment=Blend()):
        share = np.float32(np.random.default_rng([0, 0, 1]).random())
        identity = np.eye(4, dtype=np.float32)
        np.testing.assert_array_equal(batch.labels, share * identity + (1 - share) * identity[::-1])
        assert batch.labels.dtype == np.float32
        np.testing.assert_allclose(batch.images[0, 0, 0], (1 - share) * 3, rtol=1e-6)


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (lambda images, targets: images, r"return \(images, targets\); got ndarray"),
        (lambda images, targets: (images, targets[:, 1:]), r"targets of shape \(2, 6\).*\(2, 5\)"),
        (lambda images, targets: (images, targets.astype(int)), "dtype float32; got.*int64"),
        (lambda images, targets: (images[1:], targets), r"images of shape.*got shape \(1, 1"),
    ],
)
def test_refuses_what_a_mixing_augmentation_may_not_return(result, words):
    class Wrong(Blend):
        def __call__(self, images, targets, generator):
            return result(images, targets)

    with pytest.raises(BadakError, match=words):
        list(Loader(numbered(6), 2, augment=Wrong()))


def test_a_file_that_is_cut_short_is_an_error_at_its_batch(tmp_path):
    stored, _ = on_disk(tmp_path)
    batches = iter(Loader(stored, 4, shuffle=False))
    next(batches)
    with (tmp_path / "rows").open("r+b") as file:
        file.truncate(13 * 60)
    with pytest.raises(FormatError, match="rows was cut short"):
        list(batches)
    assert threads_left() == []


def test_several_threads_are_as_many_batches_ahead_and_no_more():
    made = [threading.Event() for _ in range(9)]

    def note(images, generator):
        made[int(images[0, 0, 0, 0])].set()
        return images

    batches = iter(Loader(numbered(9), 1, augment=note, shuffle=False, threads=3))
    next(batches)
    assert all(event.wait(10) for event in made[:4])
    assert not made[4].is_set()
    batches.close()
    assert threads_left() == []
