"""survey: look at every image of a data set once, and keep a few numbers of each.

Letters: N images, F features.
"""

import hashlib
import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from badak import checks
from badak.arrays import Array, Indices, Labels
from badak.data import Dataset
from badak.data.content import choose_tested, digest
from badak.data.glance import glance
from badak.errors import ArgumentTypeError, BadakError
from badak.inspect.data.listing import Listing, Passed, list_folder
from badak.inspect.data.measures import Measures, measure

SIDE = 256  # pixels of the longer side, at most, of what is measured
PARTS = ("training", "test")
MAX_THREADS = 8
BLOCK = 256  # images handed to the threads at a time


@dataclass(frozen=True, eq=False)
class Survey:
    """What a look at every image of a data set found; arrays have one row for each image.

    Attributes:
        name: of the data set.
        class_names: names of the classes.
        part_names: such as ("training", "test").
        names: of the images: paths below the folder, or numbers.
        labels: (N,) int64.
        parts: (N,) int64, indices of `part_names`.
        sizes: (N, 2) int64, width and height in pixels.
        formats: of the files, such as "JPEG"; empty words if there are no files.
        modes: Pillow's names of the modes, such as "RGB".
        digests: (N,) uint64, equal for equal files.
        hashes: (N,) uint64, see `badak.inspect.data.measures.perceptual_hash`.
        tiny: (N, 16, 16) uint8, grey.
        brightness: (N,) mean grey value, 0 to 1.
        contrast: (N,) standard deviation of the grey values.
        sharpness: (N,) variance of the Laplacian.
        features: (N, F) float32: gradients, colours and their layout.
        corrupt: files that cannot be decoded, with the reasons.
        passed: what is no image of a class, with the reasons.
        paths: of the images' files; empty if there are no files.
        picture: picture(i, side) reads image i again, (3, H, W) uint8, neither side longer.
    """

    name: str
    class_names: tuple[str, ...]
    part_names: tuple[str, ...]
    names: tuple[str, ...]
    labels: Labels
    parts: Indices
    sizes: Indices
    formats: tuple[str, ...]
    modes: tuple[str, ...]
    digests: NDArray[np.uint64]
    hashes: NDArray[np.uint64]
    tiny: NDArray[np.uint8]
    brightness: Array
    contrast: Array
    sharpness: Array
    features: Array
    corrupt: tuple[Passed, ...]
    passed: tuple[Passed, ...]
    paths: tuple[Path, ...]
    picture: Callable[[int, int], NDArray[np.uint8]]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def counts(self) -> Indices:
        """Images of each part and class, (P, K)."""
        counts = np.zeros((len(self.part_names), len(self.class_names)), np.int64)
        np.add.at(counts, (self.parts, self.labels), 1)
        return counts


class _Row(NamedTuple):
    """An image, or why there is none."""

    fault: str
    about: tuple[str, str, int, int] = ("", "", 0, 0)
    digest: int = 0
    measures: Measures | None = None


def survey(
    source: str | Path | Sequence[Dataset],
    threads: int | None = None,
    on_image: Callable[[int, int], Any] | None = None,
) -> Survey:
    """Look at every image of a folder or of a data set, and measure it.

    A damaged folder is no reason to stop: files that cannot be decoded are listed. A file's pixels
    are forgotten once they are measured, so memory grows by about 2 kB for each image.

    Args:
        source: a folder of images as `badak.data.load` reads it, or data sets: the training
            images, and then the validation images, if any, and the test images.
        threads: how many files to decode at a time; the processor's number if None, at most 8.
        on_image: called with the number of images done, and of all.

    Raises:
        ArgumentTypeError: neither a folder nor data sets.
        BadakError: no data set, or data sets of different classes.
        FormatError: no such folder, or one without images.

    Example:
        >>> from badak.data import load
        >>> train, test = load("digits")
        >>> seen = survey([train[:30], test[:20]])
        >>> len(seen), seen.counts.sum(axis=1), seen.sizes[0]
        (50, array([30, 20]), array([28, 28]))
    """
    threads = min(os.cpu_count() or 1, MAX_THREADS) if threads is None else threads
    checks.integer(threads, "threads", minimum=1)
    if isinstance(source, (str, os.PathLike)):
        return _of_folder(list_folder(source), threads, on_image)
    if isinstance(source, Dataset):
        source = [source]
    return _of_datasets(list(source), threads, on_image)


def _of_folder(
    listing: Listing, threads: int, on_image: Callable[[int, int], Any] | None
) -> Survey:
    files = listing.files
    rows = _every(lambda i: _look_at_file(files[i].path), len(files), threads, on_image)
    good = [place for place, row in enumerate(rows) if row.measures]
    if not good:
        raise BadakError(
            f"{listing.root} holds {len(files)} image files, and none can be decoded; the first: "
            f"{rows[0].fault}"
        )
    corrupt = [
        Passed(listing.name(file.path), row.fault)
        for file, row in zip(files, rows, strict=True)
        if not row.measures
    ]
    labels = np.array([files[place].label for place in good])
    digests = np.array([rows[place].digest for place in good], np.uint64)
    parts = np.array([files[place].part for place in good])
    if not listing.divided:
        classes = [digests[labels == k].tolist() for k in range(len(listing.class_names))]
        parts = np.isin(digests, np.array(list(choose_tested(classes)), np.uint64)).astype(int)
    return _survey(
        [rows[place] for place in good],
        name=listing.root.resolve().name,
        class_names=listing.class_names,
        part_names=PARTS,
        names=tuple(listing.name(files[place].path) for place in good),
        labels=labels,
        parts=parts,
        corrupt=tuple(corrupt),
        passed=tuple(listing.passed),
        paths=tuple(files[place].path for place in good),
        picture=lambda i, side: glance(files[good[i]].path, side).pixels,
    )


def _look_at_file(path: Path) -> _Row:
    try:
        seen = glance(path, SIDE)
        return _Row("", seen[:4], digest(path), measure(seen.pixels))
    except (BadakError, OSError) as fault:
        words = str(fault)
        for name in (f"{path} ", f"{path}: "):  # the list names the file already
            words = words.removeprefix(name)
        return _Row(words)


def _of_datasets(
    datasets: list[Dataset], threads: int, on_image: Callable[[int, int], Any] | None
) -> Survey:
    if not datasets or not all(isinstance(dataset, Dataset) for dataset in datasets):
        raise ArgumentTypeError("source must be a folder or a list of Datasets")
    names = datasets[0].class_names
    if any(dataset.class_names != names for dataset in datasets):
        raise BadakError("source must hold data sets of the same classes; theirs differ")
    ends = np.cumsum([len(dataset) for dataset in datasets])
    if not ends[-1]:
        raise BadakError("source must hold at least one image; it is empty")
    parts = np.repeat(np.arange(len(datasets)), [len(dataset) for dataset in datasets])
    part_names = {1: PARTS[:1], 2: PARTS}.get(len(datasets), ("training", "validation", "test"))
    if len(datasets) > len(part_names):
        raise BadakError(f"source must hold at most 3 data sets; got {len(datasets)}")
    begins = np.concatenate([[0], ends[:-1]])
    places = [int(place - begins[part]) for place, part in enumerate(parts)]

    def pixels(i: int) -> NDArray[np.uint8]:
        image = np.asarray(datasets[parts[i]].images[places[i]])
        levels = (image * 255).round().astype(np.uint8)
        return np.broadcast_to(levels[:1] if len(levels) != 3 else levels, (3, *levels.shape[1:]))

    def look(i: int) -> _Row:
        image = pixels(i)
        _, height, width = image.shape
        mode = "L" if datasets[parts[i]].image_shape[0] == 1 else "RGB"
        content = hashlib.blake2b(np.ascontiguousarray(image).tobytes(), digest_size=8).digest()
        about = ("", mode, width, height)
        return _Row("", about, int.from_bytes(content), measure(image))

    return _survey(
        _every(look, len(parts), threads, on_image),
        name=datasets[0].name or "data set",
        class_names=names,
        part_names=part_names,
        names=tuple(f"{part_names[parts[i]]} image {places[i]}" for i in range(len(parts))),
        labels=np.concatenate([dataset.labels for dataset in datasets]),
        parts=parts,
        corrupt=(),
        passed=(),
        paths=(),
        picture=lambda i, side: pixels(i),
    )


def _every(
    look: Callable[[int], _Row],
    count: int,
    threads: int,
    on_image: Callable[[int, int], Any] | None,
) -> list[_Row]:
    """Look at all images, in threads, a block at a time."""
    rows: list[_Row] = []
    with warnings.catch_warnings(), ThreadPoolExecutor(threads) as pool:
        warnings.simplefilter("ignore")  # about metadata; each thread would restore the others'
        for start in range(0, count, BLOCK):
            for row in pool.map(look, range(start, min(start + BLOCK, count))):
                rows.append(row)
                if on_image is not None:
                    on_image(len(rows), count)
    return rows


def _survey(rows: Iterable[_Row], **known: Any) -> Survey:
    rows = list(rows)
    measures = [row.measures for row in rows if row.measures]
    return Survey(
        **known,
        sizes=np.array([row.about[2:] for row in rows]),
        formats=tuple(row.about[0] for row in rows),
        modes=tuple(row.about[1] for row in rows),
        digests=np.array([row.digest for row in rows], np.uint64),
        hashes=np.array([each.hash for each in measures], np.uint64),
        tiny=np.stack([each.tiny for each in measures]),
        brightness=np.array([each.brightness for each in measures]),
        contrast=np.array([each.contrast for each in measures]),
        sharpness=np.array([each.sharpness for each in measures]),
        features=np.stack([each.features for each in measures]),
    )
